"""psutil's name for `_psplatform` on Windows; `_private` says what it answers with."""

import sys

from . import _private

if sys.platform != "win32":
    raise ImportError("only Windows has it")

sys.modules[__name__] = _private
