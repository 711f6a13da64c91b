"""psutil's private module of this name; `_private` says what it answers with."""

import sys

from . import _private

sys.modules[__name__] = _private
