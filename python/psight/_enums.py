"""The enumerations, and the members that the core's words and numbers mean.

This file imports `enum` and `socket`, which takes longer than all else here: it is imported when an answer has
a member of one of them.
"""

import enum
import socket
import sys

from ._pickles import module as _module

_SYSTEM = _module(__name__, "psutil._pswindows" if sys.platform == "win32" else "psutil._pslinux")


class NicDuplex(enum.IntEnum):
    """How an interface talks: in both directions at once, or in turns."""

    __module__ = _module(__name__, "psutil._common")

    NIC_DUPLEX_FULL = 2
    NIC_DUPLEX_HALF = 1
    NIC_DUPLEX_UNKNOWN = 0


class BatteryTime(enum.IntEnum):
    """What stands for a battery's seconds where there is no number."""

    __module__ = _module(__name__, "psutil._common")

    POWER_TIME_UNKNOWN = -1
    POWER_TIME_UNLIMITED = -2


if sys.platform == "win32":

    class IOPriority(enum.IntEnum):
        """The priorities of I/O on Windows."""

        __module__ = _SYSTEM

        IOPRIO_VERYLOW = 0
        IOPRIO_LOW = 1
        IOPRIO_NORMAL = 2
        IOPRIO_HIGH = 3

    class Priority(enum.IntEnum):
        """The priority classes of Windows."""

        __module__ = _SYSTEM

        ABOVE_NORMAL_PRIORITY_CLASS = 0x8000
        BELOW_NORMAL_PRIORITY_CLASS = 0x4000
        HIGH_PRIORITY_CLASS = 0x80
        IDLE_PRIORITY_CLASS = 0x40
        NORMAL_PRIORITY_CLASS = 0x20
        REALTIME_PRIORITY_CLASS = 0x100

    AddressFamily = enum.IntEnum("AddressFamily", {"AF_LINK": -1}, module=_SYSTEM)
else:

    class IOPriority(enum.IntEnum):
        """The classes of I/O priority on Linux."""

        __module__ = _SYSTEM

        IOPRIO_CLASS_NONE = 0
        IOPRIO_CLASS_RT = 1
        IOPRIO_CLASS_BE = 2
        IOPRIO_CLASS_IDLE = 3

    AddressFamily = enum.IntEnum("AddressFamily", {"AF_LINK": int(socket.AF_PACKET)}, module=_SYSTEM)

MEMBERS = {
    **NicDuplex.__members__,
    **BatteryTime.__members__,
    **IOPriority.__members__,
    **AddressFamily.__members__,
}

ProcessIOPriority = IOPriority
_IO_CLASSES = tuple(IOPriority)


class _Words(str, enum.Enum):
    """What `enum.StrEnum` is, which Python has since 3.11."""

    __str__ = str.__str__
    __format__ = str.__format__


def _words(name, doc, prefix):
    """The enumeration of the package's constants that begin so. The constants themselves stay plain text."""
    package = sys.modules[__package__]
    words = {word: getattr(package, word) for word in package.__all__ if word.startswith(prefix)}
    made = _Words(name, words, module=__name__)
    made.__doc__ = doc
    return made


def __getattr__(name):
    if name == "ProcessStatus":
        found = _words(name, "What a process can be doing.", "STATUS_")
    elif name == "ConnectionStatus":
        found = _words(name, "What a connection can be doing.", "CONN_")
    elif name == "ProcessRlimit" and sys.platform != "win32":
        package = sys.modules[__package__]
        limits = {word: getattr(package, word) for word in package.__all__ if word.startswith("RLIM")}
        found = enum.IntEnum(name, limits, module=__name__)
        found.__doc__ = "The resources that can be limited, and what stands for no limit."
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return globals().setdefault(name, found)


POWER_TIME_UNKNOWN = BatteryTime.POWER_TIME_UNKNOWN
POWER_TIME_UNLIMITED = BatteryTime.POWER_TIME_UNLIMITED


def family(word):
    """The address family of this name: Python's own member, of which `AF_LINK` is another name on Linux."""
    if word == "AF_LINK":
        return getattr(socket, "AF_PACKET", AddressFamily.AF_LINK)
    return getattr(socket, word)


def socket_type(word):
    """The socket type of this name."""
    return getattr(socket, word)


def duplex(word):
    """The duplex mode of this name."""
    return NicDuplex["NIC_DUPLEX_" + word.upper()]


def ioclass(number):
    """The I/O priority class of this number."""
    return _IO_CLASSES[number]
