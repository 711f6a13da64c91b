"""Exit codes that are signals: negative numbers with names."""

import enum
import signal

Negsignal = enum.IntEnum("Negsignal", {member.name: -member.value for member in signal.Signals})


def negative(code):
    """The member for the negative number of a signal, or the number where it has no name."""
    try:
        return Negsignal(code)
    except ValueError:
        return code
