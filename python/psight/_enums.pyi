"""The enumerations."""

import enum
import sys

class NicDuplex(enum.IntEnum):
    """How an interface talks: in both directions at once, or in turns."""

    NIC_DUPLEX_FULL = 2
    NIC_DUPLEX_HALF = 1
    NIC_DUPLEX_UNKNOWN = 0

class BatteryTime(enum.IntEnum):
    """What stands for a battery's seconds where there is no number."""

    POWER_TIME_UNKNOWN = -1
    POWER_TIME_UNLIMITED = -2

class ProcessStatus(str, enum.Enum):
    """What a process can be doing."""

    STATUS_DEAD = "dead"
    STATUS_DISK_SLEEP = "disk-sleep"
    STATUS_IDLE = "idle"
    STATUS_LOCKED = "locked"
    STATUS_PARKED = "parked"
    STATUS_RUNNING = "running"
    STATUS_SLEEPING = "sleeping"
    STATUS_STOPPED = "stopped"
    STATUS_SUSPENDED = "suspended"
    STATUS_TRACING_STOP = "tracing-stop"
    STATUS_WAITING = "waiting"
    STATUS_WAKE_KILL = "wake-kill"
    STATUS_WAKING = "waking"
    STATUS_ZOMBIE = "zombie"

class ConnectionStatus(str, enum.Enum):
    """What a connection can be doing."""

    CONN_CLOSE = "CLOSE"
    CONN_CLOSE_WAIT = "CLOSE_WAIT"
    CONN_CLOSING = "CLOSING"
    CONN_ESTABLISHED = "ESTABLISHED"
    CONN_FIN_WAIT1 = "FIN_WAIT1"
    CONN_FIN_WAIT2 = "FIN_WAIT2"
    CONN_LAST_ACK = "LAST_ACK"
    CONN_LISTEN = "LISTEN"
    CONN_NONE = "NONE"
    CONN_SYN_RECV = "SYN_RECV"
    CONN_SYN_SENT = "SYN_SENT"
    CONN_TIME_WAIT = "TIME_WAIT"

if sys.platform == "linux":
    class IOPriority(enum.IntEnum):
        """The classes of I/O priority on Linux."""

        IOPRIO_CLASS_NONE = 0
        IOPRIO_CLASS_RT = 1
        IOPRIO_CLASS_BE = 2
        IOPRIO_CLASS_IDLE = 3

    ProcessIOPriority = IOPriority

    class ProcessRlimit(enum.IntEnum):
        """The resources that can be limited, and what stands for no limit."""

        RLIMIT_CPU = 0
        RLIMIT_FSIZE = 1
        RLIMIT_DATA = 2
        RLIMIT_STACK = 3
        RLIMIT_CORE = 4
        RLIMIT_RSS = 5
        RLIMIT_NPROC = 6
        RLIMIT_NOFILE = 7
        RLIMIT_MEMLOCK = 8
        RLIMIT_AS = 9
        RLIMIT_LOCKS = 10
        RLIMIT_SIGPENDING = 11
        RLIMIT_MSGQUEUE = 12
        RLIMIT_NICE = 13
        RLIMIT_RTPRIO = 14
        RLIMIT_RTTIME = 15
        RLIM_INFINITY = -1

else:
    class IOPriority(enum.IntEnum):
        """The priorities of I/O on Windows."""

        IOPRIO_VERYLOW = 0
        IOPRIO_LOW = 1
        IOPRIO_NORMAL = 2
        IOPRIO_HIGH = 3

    ProcessIOPriority = IOPriority

    class Priority(enum.IntEnum):
        """The priority classes of Windows."""

        ABOVE_NORMAL_PRIORITY_CLASS = 0x8000
        BELOW_NORMAL_PRIORITY_CLASS = 0x4000
        HIGH_PRIORITY_CLASS = 0x80
        IDLE_PRIORITY_CLASS = 0x40
        NORMAL_PRIORITY_CLASS = 0x20
        REALTIME_PRIORITY_CLASS = 0x100

class AddressFamily(enum.IntEnum):
    """The address family of a network card's own address, which Python has no name for everywhere."""

    if sys.platform == "win32":
        AF_LINK = -1
    else:
        AF_LINK = 17

MEMBERS: dict[str, enum.IntEnum]
POWER_TIME_UNKNOWN = BatteryTime.POWER_TIME_UNKNOWN
POWER_TIME_UNLIMITED = BatteryTime.POWER_TIME_UNLIMITED

def family(word: str) -> int: ...
def socket_type(word: str) -> int: ...
def duplex(word: str) -> NicDuplex: ...
def ioclass(number: int) -> IOPriority: ...
