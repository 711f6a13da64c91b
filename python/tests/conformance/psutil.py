"""What `import psutil` finds while psutil's own tests run, in every interpreter that they start: psight."""

import private

private.install()
