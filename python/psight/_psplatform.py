"""psutil's name for `_pslinux` here, on Linux; `_private` says what it answers with."""

import sys

from . import _private

sys.modules[__name__] = _private
