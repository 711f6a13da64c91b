"""The dataclasses and enumerations that pypsutil answers with.

The order of the fields is pypsutil's, and not that of the core's records: they are filled by name. Their properties are
computed from the fields, because programs make such objects and change them.
"""

from __future__ import annotations

import dataclasses
import enum
import os
from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    import socket
    from typing import Any, Callable, Dict, List, NamedTuple, Optional, Set, Tuple, Type, TypeVar, Union

    T = TypeVar("T")

    class Uids(NamedTuple):
        real: int
        effective: int
        saved: int

    class Gids(NamedTuple):
        real: int
        effective: int
        saved: int

else:
    Uids = namedtuple("Uids", ["real", "effective", "saved"])
    Gids = namedtuple("Gids", ["real", "effective", "saved"])


def filled(cls: Type[T], answer: Any, **more: Any) -> T:
    """An object of the dataclass from a named tuple or a dict that has its fields; `more` are those it does not have.

    What the kernel does not tell is 0 here: these fields are numbers.
    """
    get = answer.__getitem__ if isinstance(answer, dict) else lambda name: getattr(answer, name)
    values = {}
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        if field.name in more:
            values[field.name] = more[field.name]
        else:
            value = get(field.name)
            values[field.name] = 0 if value is None else value
    return cls(**values)


@enum.unique
class ProcessStatus(enum.Enum):
    """What a process is doing."""

    RUNNING = "running"
    SLEEPING = "sleeping"
    DISK_SLEEP = "disk-sleep"
    ZOMBIE = "zombie"
    STOPPED = "stopped"
    TRACING_STOP = "tracing-stop"
    DEAD = "dead"
    WAKE_KILL = "wake-kill"
    WAKING = "waking"
    PARKED = "parked"
    IDLE = "idle"
    LOCKED = "locked"
    WAITING = "waiting"
    SUSPENDED = "suspended"


@enum.unique
class ProcessFdType(enum.Enum):
    """What a descriptor is of. Those of other systems are there, and never returned."""

    FILE = "file"
    SOCKET = "socket"
    PIPE = "pipe"
    FIFO = "fifo"
    KQUEUE = "kqueue"
    PROCDESC = "procdesc"
    INOTIFY = "inotify"
    SIGNALFD = "signalfd"
    EPOLL = "epoll"
    TIMERFD = "timerfd"
    PIDFD = "pidfd"
    EVENTFD = "eventfd"
    UNKNOWN = "unknown"


@enum.unique
class ConnectionStatus(enum.Enum):
    """The state of a TCP connection."""

    ESTABLISHED = "ESTABLISHED"
    SYN_SENT = "SYN_SENT"
    SYN_RECV = "SYN_RECV"
    FIN_WAIT1 = "FIN_WAIT1"
    FIN_WAIT2 = "FIN_WAIT2"
    TIME_WAIT = "TIME_WAIT"
    CLOSE = "CLOSE"
    CLOSE_WAIT = "CLOSE_WAIT"
    LAST_ACK = "LAST_ACK"
    LISTEN = "LISTEN"
    CLOSING = "CLOSING"


@enum.unique
class BatteryStatus(enum.Enum):
    """What a battery is doing."""

    CHARGING = "charging"
    DISCHARGING = "discharging"
    FULL = "full"
    UNKNOWN = "unknown"


@enum.unique
class NICDuplex(enum.Enum):
    """How an interface talks: in both directions at once, or in turns."""

    UNKNOWN = 0
    HALF = 1
    FULL = 2


# --- processes


def _open_mode(flags: int) -> str:
    """What `open` would have been given for these flags of open(2)."""
    access = flags & os.O_ACCMODE
    if access == os.O_WRONLY:
        return "a" if flags & os.O_APPEND else "w"
    if access == os.O_RDWR:
        return "a+" if flags & os.O_APPEND else "r+"
    return "r"


@dataclasses.dataclass
class ProcessOpenFile:
    """A regular file that a process has open."""

    path: str
    fd: int
    position: int
    flags: int

    @property
    def mode(self) -> str:
        """The mode of `open` that is likely: `r`, `w`, `a`, `r+` or `a+`."""
        return _open_mode(self.flags)


@dataclasses.dataclass
class ProcessFd:
    """A descriptor of a process; `dev`, `ino`, `rdev`, `mode` and `size` are those of `os.stat`."""

    path: str
    fd: int
    position: int
    flags: int
    fdtype: ProcessFdType
    dev: Optional[int]
    ino: Optional[int]
    rdev: Optional[int]
    mode: Optional[int]
    size: Optional[int]
    extra_info: Dict[str, Any]

    @property
    def open_mode(self) -> Optional[str]:
        """The mode of `open` that is likely: `r`, `w`, `a`, `r+` or `a+`."""
        return _open_mode(self.flags)


@dataclasses.dataclass
class Connection:
    """A socket; `fd` is -1 and `pid` None where nobody is known to hold it."""

    fd: int
    family: int
    type: int
    laddr: Union[Tuple[str, int], str]
    raddr: Union[Tuple[str, int], str]
    status: Optional[ConnectionStatus]
    pid: Optional[int]


@dataclasses.dataclass
class ProcessSignalMasks:
    """Which signals a process blocks, ignores and catches, and which are pending."""

    pending: Set[Union[signal.Signals, int]]
    blocked: Set[Union[signal.Signals, int]]
    ignored: Set[Union[signal.Signals, int]]
    caught: Set[Union[signal.Signals, int]]
    process_pending: Set[Union[signal.Signals, int]]


@dataclasses.dataclass
class ProcessCPUTimes:
    """CPU time in seconds, its own and that of children that were waited for."""

    user: float
    system: float
    children_user: float
    children_system: float


@dataclasses.dataclass
class ThreadInfo:
    """A thread with its CPU time in seconds."""

    id: int
    user_time: float
    system_time: float


@dataclasses.dataclass
class ProcessMemoryInfo:
    """Memory held by a process, in bytes."""

    rss: int
    vms: int
    shared: int
    text: int
    data: int


@dataclasses.dataclass
class ProcessMemoryFullInfo(ProcessMemoryInfo):
    """The same with what its mappings add up to."""

    lib: int
    dirty: int
    uss: int
    pss: int
    swap: int


@dataclasses.dataclass
class ProcessMemoryMap:
    """One mapping of a process's address space."""

    path: str
    addr_start: int
    addr_end: int
    perms: str
    offset: int
    dev: int
    ino: int
    size: int
    rss: int
    pss: int
    shared_clean: int
    shared_dirty: int
    private_clean: int
    private_dirty: int
    referenced: int
    anonymous: int
    swap: int


@dataclasses.dataclass
class ProcessMemoryMapGrouped:
    """The mappings of one file, or of one kind, summed."""

    path: str
    dev: int
    ino: int
    size: int
    rss: int
    pss: int
    shared_clean: int
    shared_dirty: int
    private_clean: int
    private_dirty: int
    referenced: int
    anonymous: int
    swap: int


# --- the machine


@dataclasses.dataclass
class CPUTimes:
    """What the CPUs did since boot, in seconds."""

    user: float
    nice: float
    system: float
    idle: float
    iowait: float
    irq: float
    softirq: float
    steal: float
    guest: float
    guest_nice: float


@dataclasses.dataclass
class CPUFrequencies:
    """How fast CPUs run, in MHz; `min` and `max` are 0.0 if they are not known."""

    current: float
    min: float
    max: float


@dataclasses.dataclass
class CPUStats:
    """What the CPUs counted since boot."""

    ctx_switches: int
    interrupts: int
    soft_interrupts: int
    syscalls: int


@dataclasses.dataclass
class VirtualMemoryInfo:
    """The machine's memory, in bytes."""

    total: int
    available: int
    used: int
    free: int
    active: int
    inactive: int
    buffers: int
    cached: int
    shared: int
    slab: int

    @property
    def percent(self) -> float:
        """How much is in use, 0 to 100."""
        return 100 - self.available * 100.0 / self.total


@dataclasses.dataclass
class SwapInfo:
    """The machine's swap space, in bytes."""

    total: int
    used: int
    sin: int
    sout: int

    @property
    def free(self) -> int:
        """What is not in use."""
        return self.total - self.used

    @property
    def percent(self) -> float:
        """How much is in use, 0 to 100."""
        return self.used * 100.0 / self.total if self.total else 0.0


class _Percent(float):
    """A number that may be called, and then is the number: pypsutil documents an attribute and has a method."""

    def __call__(self) -> float:
        return float(self)


def _disk_percent(self: DiskUsage) -> float:
    """How much of what an ordinary user may fill is in use, 0 to 100."""
    space = self.used + self.free
    return self.used * 100.0 / space if space else 0.0


class _DiskPercent:
    """`DiskUsage.percent`, of the class a function and of an object a `_Percent`."""

    def __get__(self, usage: Optional[DiskUsage], cls: Any = None) -> Any:
        return _disk_percent if usage is None else _Percent(_disk_percent(usage))


@dataclasses.dataclass
class DiskUsage:
    """The space of a file system, in bytes."""

    total: int
    used: int
    free: int

    if TYPE_CHECKING:

        @property
        def percent(self) -> _Percent: ...

    else:
        percent = _DiskPercent()


@dataclasses.dataclass
class NetIOCounts:
    """What an interface carried."""

    bytes_sent: int
    bytes_recv: int
    packets_sent: int
    packets_recv: int
    errin: int
    errout: int
    dropin: int
    dropout: int


@dataclasses.dataclass
class NICAddr:
    """One address of an interface."""

    family: int
    address: str
    netmask: Optional[str]
    broadcast: Optional[str]
    ptp: Optional[str]


@dataclasses.dataclass
class NICStats:
    """The state of an interface; `speed` is in megabits per second, and 0 if it is not known."""

    isup: bool
    duplex: NICDuplex
    speed: int
    mtu: int


# --- sensors


def _fahrenheit(celsius: Optional[float]) -> Optional[float]:
    return None if celsius is None else celsius * 1.8 + 32


@dataclasses.dataclass
class TempSensorInfo:
    """What a thermometer says, in degrees Celsius."""

    label: str
    current: float
    high: Optional[float]
    critical: Optional[float]

    @property
    def current_fahrenheit(self) -> float:
        """`current` in degrees Fahrenheit."""
        return self.current * 1.8 + 32

    @property
    def high_fahrenheit(self) -> Optional[float]:
        """`high` in degrees Fahrenheit."""
        return _fahrenheit(self.high)

    @property
    def critical_fahrenheit(self) -> Optional[float]:
        """`critical` in degrees Fahrenheit."""
        return _fahrenheit(self.critical)


@dataclasses.dataclass(repr=False)
class BatteryInfo:
    """A battery, or several as one. Energy is in microwatt hours, power in microwatts."""

    name: str
    status: BatteryStatus
    percent: float
    energy_full: Optional[int]
    energy_now: Optional[int]
    power_now: Optional[int]
    temperature: Optional[float] = None
    _power_plugged: Optional[bool] = None
    _secsleft: Optional[float] = None

    # Whether it feeds a mouse or the like; no field, because pypsutil has none.
    _peripheral = False

    @property
    def temperature_fahrenheit(self) -> Optional[float]:
        """`temperature` in degrees Fahrenheit."""
        return _fahrenheit(self.temperature)

    @property
    def power_plugged(self) -> Optional[bool]:
        """Whether the machine is plugged in: charging means yes, discharging no; None if that is not known."""
        known = {BatteryStatus.CHARGING: True, BatteryStatus.DISCHARGING: False}
        return known.get(self.status, self._power_plugged)

    @property
    def secsleft(self) -> Optional[float]:
        """The seconds until it is empty: infinite if it is full or charges, None if nobody can tell."""
        if self.status in (BatteryStatus.FULL, BatteryStatus.CHARGING) or self.power_plugged:
            return float("inf")
        if self.status is BatteryStatus.DISCHARGING and self.energy_now is not None and self.power_now:
            return self.energy_now * 3600 / self.power_now
        return self._secsleft

    @property
    def secsleft_full(self) -> Optional[float]:
        """The seconds until it is full: 0 if it is, None unless it charges or if nobody can tell."""
        if self.status is BatteryStatus.FULL:
            return 0.0
        known = self.energy_full is not None and self.energy_now is not None and self.power_now
        if self.status is not BatteryStatus.CHARGING or not known:
            return None
        assert self.energy_full is not None and self.energy_now is not None and self.power_now
        return (self.energy_full - self.energy_now) * 3600 / self.power_now

    def __repr__(self) -> str:
        names = ("name", "status", "power_plugged", "percent", "secsleft", "secsleft_full")
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__name__}({values})"


@dataclasses.dataclass
class ACPowerInfo:
    """A supply from the mains."""

    name: str
    is_online: bool


@dataclasses.dataclass
class PowerSupplySensorInfo:
    """Everything that feeds the machine."""

    batteries: List[BatteryInfo]
    ac_supplies: List[ACPowerInfo]

    @property
    def is_on_ac_power(self) -> Optional[bool]:
        """Whether the machine runs on mains power: a supply that is online says so, else the batteries do.

        None if neither tells. Batteries of mice and the like are not asked: they say nothing about the machine.
        """
        if any(supply.is_online for supply in self.ac_supplies):
            return True
        own = [battery.status for battery in self.batteries if not battery._peripheral]
        for status in own:
            if status in (BatteryStatus.CHARGING, BatteryStatus.DISCHARGING):
                return status is BatteryStatus.CHARGING
        if own and all(status is BatteryStatus.FULL for status in own):
            return True
        return False if self.ac_supplies else None
