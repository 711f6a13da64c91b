"""Names that psutil keeps in `psutil._common`, and that programs reach for."""

import os
import sys

#: Whether `debug` speaks; set by the variable of this name in the environment.
PSUTIL_DEBUG = bool(os.environ.get("PSUTIL_DEBUG"))


def debug(message):
    """Say on stderr what was put up with, if `PSUTIL_DEBUG` is set."""
    if PSUTIL_DEBUG:
        caller = sys._getframe(1)
        if isinstance(message, OSError):
            message = f"ignoring {message}"
        elif isinstance(message, Exception):
            message = f"ignoring {message!r}"
        print(f"psutil-debug [{caller.f_code.co_filename}:{caller.f_lineno}]> {message}", file=sys.stderr)
