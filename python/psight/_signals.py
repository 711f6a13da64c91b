"""Exit codes that are signals: negative numbers with names."""

import enum
import signal

from ._pickles import module

_NAMES = {member.name: -member.value for member in signal.Signals}
Negsignal = enum.IntEnum("Negsignal", _NAMES, module=module(__name__, "psutil._psposix"))


def negative(code):
    """The member for the negative number of a signal, or the number where it has no name."""
    try:
        return Negsignal(code)
    except ValueError:
        return code
