"""psutil's API, with the types of psutil 7.2.2's answers and what its 8.0 adds."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from os import PathLike
from types import TracebackType
from typing import IO, Any, ClassVar, Final, Literal, Protocol, TypeAlias, overload, type_check_only

from typing_extensions import Self, deprecated

from . import _ntuples as _ntp
from ._enums import (
    BatteryTime as BatteryTime,
    ConnectionStatus as ConnectionStatus,
    NicDuplex as NicDuplex,
    ProcessStatus as ProcessStatus,
)
from ._private import (
    STATUS_SUSPENDED as STATUS_SUSPENDED,
    STATUS_WAKE_KILL as STATUS_WAKE_KILL,
    bytes2human as bytes2human,
)
from ._bpf import use_bpf as use_bpf
from ._columns import ProcessTable as ProcessTable, process_table as process_table
from ._keep import keep_open as keep_open
from ._limits import effective_cpus as effective_cpus, effective_memory as effective_memory, pressure as pressure
from ._table import test as test
from .dropin import install as install, uninstall as uninstall

if sys.platform == "linux":
    from ._enums import ProcessIOPriority as ProcessIOPriority, ProcessRlimit as ProcessRlimit
elif sys.platform == "win32":
    from ._enums import IOPriority as _IOPriority, Priority as _Priority, ProcessIOPriority as ProcessIOPriority
    from ._services import win_service_get as win_service_get, win_service_iter as win_service_iter

__all__ = [
    "AF_LINK",
    "AIX",
    "AccessDenied",
    "BSD",
    "BatteryTime",
    "CONN_CLOSE",
    "CONN_CLOSE_WAIT",
    "CONN_CLOSING",
    "CONN_ESTABLISHED",
    "CONN_FIN_WAIT1",
    "CONN_FIN_WAIT2",
    "CONN_LAST_ACK",
    "CONN_LISTEN",
    "CONN_NONE",
    "CONN_SYN_RECV",
    "CONN_SYN_SENT",
    "CONN_TIME_WAIT",
    "ConnectionStatus",
    "Error",
    "FREEBSD",
    "LINUX",
    "MACOS",
    "NETBSD",
    "NIC_DUPLEX_FULL",
    "NIC_DUPLEX_HALF",
    "NIC_DUPLEX_UNKNOWN",
    "NicDuplex",
    "NoSuchProcess",
    "OPENBSD",
    "OSX",
    "POSIX",
    "POWER_TIME_UNKNOWN",
    "POWER_TIME_UNLIMITED",
    "Popen",
    "Process",
    "ProcessStatus",
    "STATUS_DEAD",
    "STATUS_DISK_SLEEP",
    "STATUS_IDLE",
    "STATUS_LOCKED",
    "STATUS_PARKED",
    "STATUS_RUNNING",
    "STATUS_SLEEPING",
    "STATUS_STOPPED",
    "STATUS_SUSPENDED",
    "STATUS_TRACING_STOP",
    "STATUS_WAITING",
    "STATUS_WAKE_KILL",
    "STATUS_WAKING",
    "STATUS_ZOMBIE",
    "SUNOS",
    "TimeoutExpired",
    "WINDOWS",
    "ZombieProcess",
    "__version__",
    "boot_time",
    "bytes2human",
    "cpu_count",
    "cpu_freq",
    "cpu_percent",
    "cpu_stats",
    "cpu_times",
    "cpu_times_percent",
    "disk_io_counters",
    "disk_partitions",
    "disk_usage",
    "getloadavg",
    "net_connections",
    "net_if_addrs",
    "net_if_stats",
    "net_io_counters",
    "pid_exists",
    "pids",
    "process_iter",
    "swap_memory",
    "users",
    "version_info",
    "virtual_memory",
    "wait_procs",
]

if sys.platform == "linux":
    __all__ += [
        "IOPRIO_CLASS_BE",
        "IOPRIO_CLASS_IDLE",
        "IOPRIO_CLASS_NONE",
        "IOPRIO_CLASS_RT",
        "PROCFS_PATH",
        "ProcessIOPriority",
        "ProcessRlimit",
        "RLIMIT_AS",
        "RLIMIT_CORE",
        "RLIMIT_CPU",
        "RLIMIT_DATA",
        "RLIMIT_FSIZE",
        "RLIMIT_LOCKS",
        "RLIMIT_MEMLOCK",
        "RLIMIT_MSGQUEUE",
        "RLIMIT_NICE",
        "RLIMIT_NOFILE",
        "RLIMIT_NPROC",
        "RLIMIT_RSS",
        "RLIMIT_RTPRIO",
        "RLIMIT_RTTIME",
        "RLIMIT_SIGPENDING",
        "RLIMIT_STACK",
        "RLIM_INFINITY",
        "heap_info",
        "heap_trim",
        "sensors_battery",
        "sensors_fans",
        "sensors_temperatures",
    ]
elif sys.platform == "win32":
    __all__ += [
        "ABOVE_NORMAL_PRIORITY_CLASS",
        "BELOW_NORMAL_PRIORITY_CLASS",
        "CONN_DELETE_TCB",
        "HIGH_PRIORITY_CLASS",
        "IDLE_PRIORITY_CLASS",
        "IOPRIO_HIGH",
        "IOPRIO_LOW",
        "IOPRIO_NORMAL",
        "IOPRIO_VERYLOW",
        "NORMAL_PRIORITY_CLASS",
        "ProcessIOPriority",
        "REALTIME_PRIORITY_CLASS",
        "heap_info",
        "heap_trim",
        "sensors_battery",
        "win_service_get",
        "win_service_iter",
    ]
elif sys.platform == "darwin":
    __all__ += ["heap_info", "heap_trim", "sensors_battery"]
elif sys.platform.startswith("freebsd"):
    __all__ += [
        "PROCFS_PATH",
        "RLIMIT_NPTS",
        "RLIMIT_SBSIZE",
        "RLIMIT_SWAP",
        "heap_info",
        "heap_trim",
        "sensors_battery",
        "sensors_temperatures",
    ]
elif sys.platform.startswith("netbsd"):
    __all__ += ["heap_info", "heap_trim"]
elif sys.platform.startswith("sunos"):
    __all__ += ["CONN_BOUND", "CONN_IDLE", "PROCFS_PATH"]
elif sys.platform.startswith("aix"):
    __all__ += ["PROCFS_PATH"]

__version__: Final = "7.2.2"
version_info: Final[tuple[int, int, int]]
psight_version: Final[str]

POSIX: Final[bool]
LINUX: Final[bool]
WINDOWS: Final[bool]
MACOS: Final[bool]
OSX: Final[bool]
FREEBSD: Final[bool]
OPENBSD: Final[bool]
NETBSD: Final[bool]
BSD: Final[bool]
SUNOS: Final[bool]
AIX: Final[bool]

CONN_CLOSE: Final = "CLOSE"
CONN_CLOSE_WAIT: Final = "CLOSE_WAIT"
CONN_CLOSING: Final = "CLOSING"
CONN_ESTABLISHED: Final = "ESTABLISHED"
CONN_FIN_WAIT1: Final = "FIN_WAIT1"
CONN_FIN_WAIT2: Final = "FIN_WAIT2"
CONN_LAST_ACK: Final = "LAST_ACK"
CONN_LISTEN: Final = "LISTEN"
CONN_NONE: Final = "NONE"
CONN_SYN_RECV: Final = "SYN_RECV"
CONN_SYN_SENT: Final = "SYN_SENT"
CONN_TIME_WAIT: Final = "TIME_WAIT"
STATUS_DEAD: Final = "dead"
STATUS_DISK_SLEEP: Final = "disk-sleep"
STATUS_IDLE: Final = "idle"
STATUS_LOCKED: Final = "locked"
STATUS_PARKED: Final = "parked"
STATUS_RUNNING: Final = "running"
STATUS_SLEEPING: Final = "sleeping"
STATUS_STOPPED: Final = "stopped"
STATUS_TRACING_STOP: Final = "tracing-stop"
STATUS_WAITING: Final = "waiting"
STATUS_WAKING: Final = "waking"
STATUS_ZOMBIE: Final = "zombie"

AF_LINK: Final[int]
NIC_DUPLEX_FULL: Final = NicDuplex.NIC_DUPLEX_FULL
NIC_DUPLEX_HALF: Final = NicDuplex.NIC_DUPLEX_HALF
NIC_DUPLEX_UNKNOWN: Final = NicDuplex.NIC_DUPLEX_UNKNOWN
POWER_TIME_UNKNOWN: Final = BatteryTime.POWER_TIME_UNKNOWN
POWER_TIME_UNLIMITED: Final = BatteryTime.POWER_TIME_UNLIMITED

if sys.platform == "linux":
    PROCFS_PATH: str
    IOPRIO_CLASS_NONE: Final = ProcessIOPriority.IOPRIO_CLASS_NONE
    IOPRIO_CLASS_RT: Final = ProcessIOPriority.IOPRIO_CLASS_RT
    IOPRIO_CLASS_BE: Final = ProcessIOPriority.IOPRIO_CLASS_BE
    IOPRIO_CLASS_IDLE: Final = ProcessIOPriority.IOPRIO_CLASS_IDLE
    RLIMIT_AS: Final[int]
    RLIMIT_CORE: Final[int]
    RLIMIT_CPU: Final[int]
    RLIMIT_DATA: Final[int]
    RLIMIT_FSIZE: Final[int]
    RLIMIT_LOCKS: Final[int]
    RLIMIT_MEMLOCK: Final[int]
    RLIMIT_MSGQUEUE: Final[int]
    RLIMIT_NICE: Final[int]
    RLIMIT_NOFILE: Final[int]
    RLIMIT_NPROC: Final[int]
    RLIMIT_RSS: Final[int]
    RLIMIT_RTPRIO: Final[int]
    RLIMIT_RTTIME: Final[int]
    RLIMIT_SIGPENDING: Final[int]
    RLIMIT_STACK: Final[int]
    RLIM_INFINITY: Final[int]
    def sensors_temperatures(fahrenheit: bool = False) -> dict[str, list[_ntp.shwtemp]]: ...
    def sensors_fans() -> dict[str, list[_ntp.sfan]]: ...
    def sensors_battery() -> _ntp.sbattery | None: ...
    def heap_info() -> _ntp.pheap: ...
    def heap_trim() -> None: ...

elif sys.platform == "win32":
    ABOVE_NORMAL_PRIORITY_CLASS: Final[int]
    BELOW_NORMAL_PRIORITY_CLASS: Final[int]
    HIGH_PRIORITY_CLASS: Final[int]
    IDLE_PRIORITY_CLASS: Final[int]
    IOPRIO_HIGH: Final = ProcessIOPriority.IOPRIO_HIGH
    IOPRIO_LOW: Final = ProcessIOPriority.IOPRIO_LOW
    IOPRIO_NORMAL: Final = ProcessIOPriority.IOPRIO_NORMAL
    IOPRIO_VERYLOW: Final = ProcessIOPriority.IOPRIO_VERYLOW
    NORMAL_PRIORITY_CLASS: Final[int]
    REALTIME_PRIORITY_CLASS: Final[int]
    CONN_DELETE_TCB: Final = "DELETE_TCB"
    def sensors_battery() -> _ntp.sbattery | None: ...
    def heap_info() -> _ntp.pheap: ...
    def heap_trim() -> None: ...

elif sys.platform == "darwin":
    def sensors_battery() -> _ntp.sbattery | None: ...
    def heap_info() -> _ntp.pheap: ...
    def heap_trim() -> None: ...

elif sys.platform.startswith("freebsd"):
    PROCFS_PATH: str
    RLIMIT_SWAP: Final[int]
    RLIMIT_SBSIZE: Final[int]
    RLIMIT_NPTS: Final[int]
    def sensors_temperatures(fahrenheit: bool = False) -> dict[str, list[_ntp.shwtemp]]: ...
    def sensors_battery() -> _ntp.sbattery | None: ...
    def heap_info() -> _ntp.pheap: ...
    def heap_trim() -> None: ...

elif sys.platform.startswith("netbsd"):
    def heap_info() -> _ntp.pheap: ...
    def heap_trim() -> None: ...

elif sys.platform.startswith("sunos"):
    PROCFS_PATH: str
    CONN_BOUND: Final = "BOUND"
    CONN_IDLE: Final = "IDLE"

elif sys.platform.startswith("aix"):
    PROCFS_PATH: str

_Attrs: TypeAlias = list[str] | tuple[str, ...] | set[str] | frozenset[str]
_Path: TypeAlias = int | str | bytes | PathLike[str] | PathLike[bytes]

class Error(Exception):
    """Base class of the exceptions of this package."""

    msg: str

class NoSuchProcess(Error):
    """There is no process with this pid, or there is none any more."""

    pid: int
    name: str | None
    def __init__(self, pid: int, name: str | None = None, msg: str | None = None) -> None: ...

class ZombieProcess(NoSuchProcess):
    """The process has exited, its parent has not asked how, and the answer went with it."""

    ppid: int | None
    def __init__(
        self, pid: int, name: str | None = None, ppid: int | None = None, msg: str | None = None
    ) -> None: ...

class AccessDenied(Error):
    """The caller may not know, or may not do, this."""

    pid: int | None
    name: str | None
    def __init__(self, pid: int | None = None, name: str | None = None, msg: str | None = None) -> None: ...

class TimeoutExpired(Error):
    """The process did not end in time."""

    seconds: float
    pid: int | None
    name: str | None
    def __init__(self, seconds: float, pid: int | None = None, name: str | None = None) -> None: ...

class Process:
    """A process: a pid together with the moment it started."""

    #: What `as_dict` takes.
    attrs: ClassVar[frozenset[str]]
    #: The answers that were asked for; only of a process that `process_iter` yields with `attrs`.
    info: dict[str, Any]
    #: Only of a process that `wait_procs` returns as gone.
    returncode: int | None

    def __init__(self, pid: int | None = None) -> None: ...
    def __eq__(self, other: object) -> bool: ...
    def __ne__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    @property
    def pid(self) -> int: ...
    def oneshot(self) -> AbstractContextManager[None]: ...
    def as_dict(self, attrs: _Attrs | None = None, ad_value: Any = None) -> dict[str, Any]: ...
    def is_running(self) -> bool: ...
    def ppid(self) -> int: ...
    def name(self) -> str: ...
    def exe(self) -> str: ...
    def cmdline(self) -> list[str]: ...
    def status(self) -> str: ...
    def username(self) -> str: ...
    def create_time(self) -> float: ...
    def cwd(self) -> str: ...
    def environ(self) -> dict[str, str]: ...
    def cpu_times(self) -> _ntp.pcputimes: ...
    def cpu_percent(self, interval: float | None = None) -> float: ...
    def num_ctx_switches(self) -> _ntp.pctxsw: ...
    def num_threads(self) -> int: ...
    def threads(self) -> list[_ntp.pthread]: ...
    def memory_info(self) -> _ntp.pmem: ...
    def memory_full_info(self) -> _ntp.pfullmem: ...
    def memory_percent(self, memtype: str = "rss") -> float: ...
    def open_files(self) -> list[_ntp.popenfile]: ...
    def net_connections(self, kind: str = "inet") -> list[_ntp.pconn]: ...
    @deprecated("use net_connections() instead")
    def connections(self, kind: str = "inet") -> list[_ntp.pconn]: ...
    def parent(self) -> Process | None: ...
    def parents(self) -> list[Process]: ...
    def children(self, recursive: bool = False) -> list[Process]: ...
    def send_signal(self, sig: int) -> None: ...
    def suspend(self) -> None: ...
    def resume(self) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...
    def wait(self, timeout: float | None = None) -> int | None: ...
    if sys.platform != "win32":
        @overload
        def nice(self, value: None = None) -> int: ...
        @overload
        def nice(self, value: int) -> None: ...
        def uids(self) -> _ntp.puids: ...
        def gids(self) -> _ntp.pgids: ...
        def terminal(self) -> str | None: ...
        def num_fds(self) -> int: ...
    else:
        @overload
        def nice(self, value: None = None) -> _Priority: ...
        @overload
        def nice(self, value: int) -> None: ...
        def num_handles(self) -> int: ...

    if sys.platform != "darwin":
        def io_counters(self) -> _ntp.pio: ...
        @overload
        def memory_maps(self, grouped: Literal[True] = True) -> list[_ntp.pmmap_grouped]: ...
        @overload
        def memory_maps(self, grouped: Literal[False]) -> list[_ntp.pmmap_ext]: ...
        @overload
        def memory_maps(self, grouped: bool) -> list[_ntp.pmmap_grouped] | list[_ntp.pmmap_ext]: ...
        @overload
        def cpu_affinity(self, cpus: None = None) -> list[int]: ...
        @overload
        def cpu_affinity(self, cpus: Iterable[int]) -> None: ...

    if sys.platform == "linux":
        @overload
        def ionice(self, ioclass: None = None, value: None = None) -> _ntp.pionice: ...
        @overload
        def ionice(self, ioclass: int, value: int | None = None) -> None: ...
    elif sys.platform == "win32":
        @overload
        def ionice(self, ioclass: None = None, value: None = None) -> _IOPriority: ...
        @overload
        def ionice(self, ioclass: int, value: None = None) -> None: ...

    if sys.platform == "linux" or sys.platform.startswith("freebsd"):
        def cpu_num(self) -> int: ...
        @overload
        def rlimit(self, resource: int, limits: None = None) -> tuple[int, int]: ...
        @overload
        def rlimit(self, resource: int, limits: tuple[int, int]) -> None: ...

    if sys.platform == "linux" or sys.platform == "win32":
        def page_faults(self) -> _ntp.ppagefaults: ...
        def memory_info_ex(self) -> _ntp.pmem_ex: ...
        def memory_footprint(self) -> _ntp.pfootprint: ...

class Popen(Process):
    """A `subprocess.Popen` that has the methods of `Process` too."""

    args: Any
    stdin: IO[Any] | None
    stdout: IO[Any] | None
    stderr: IO[Any] | None
    returncode: int | Any
    universal_newlines: bool
    # The arguments are those of this Python's subprocess.Popen.
    def __init__(self, *args: Any, **kwargs: Any) -> None: ...
    def __dir__(self) -> list[str]: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, exc_type: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None, /
    ) -> None: ...
    def poll(self) -> int | None: ...
    def communicate(self, input: Any = None, timeout: float | None = None) -> tuple[Any, Any]: ...

@type_check_only
class _ProcessIter(Protocol):
    def __call__(self, attrs: _Attrs | None = None, ad_value: Any = None) -> Iterator[Process]: ...
    def cache_clear(self) -> None: ...

@type_check_only
class _DiskIoCounters(Protocol):
    @overload
    def __call__(self, perdisk: Literal[False] = False, nowrap: bool = True) -> _ntp.sdiskio | None: ...
    @overload
    def __call__(self, perdisk: Literal[True], nowrap: bool = True) -> dict[str, _ntp.sdiskio]: ...
    def cache_clear(self) -> None: ...

@type_check_only
class _NetIoCounters(Protocol):
    @overload
    def __call__(self, pernic: Literal[False] = False, nowrap: bool = True) -> _ntp.snetio | None: ...
    @overload
    def __call__(self, pernic: Literal[True], nowrap: bool = True) -> dict[str, _ntp.snetio]: ...
    def cache_clear(self) -> None: ...

process_iter: _ProcessIter
disk_io_counters: _DiskIoCounters
net_io_counters: _NetIoCounters

def pids() -> list[int]: ...
def pid_exists(pid: int) -> bool: ...
def wait_procs(
    procs: Iterable[Process], timeout: float | None = None, callback: Callable[[Process], object] | None = None
) -> tuple[list[Process], list[Process]]: ...
def virtual_memory() -> _ntp.svmem: ...
def swap_memory() -> _ntp.sswap: ...
@overload
def cpu_times(percpu: Literal[False] = False) -> _ntp.scputimes: ...
@overload
def cpu_times(percpu: Literal[True]) -> list[_ntp.scputimes]: ...
@overload
def cpu_percent(interval: float | None = None, percpu: Literal[False] = False) -> float: ...
@overload
def cpu_percent(interval: float | None, percpu: Literal[True]) -> list[float]: ...
@overload
def cpu_percent(interval: float | None = None, *, percpu: Literal[True]) -> list[float]: ...
@overload
def cpu_times_percent(interval: float | None = None, percpu: Literal[False] = False) -> _ntp.scputimes: ...
@overload
def cpu_times_percent(interval: float | None, percpu: Literal[True]) -> list[_ntp.scputimes]: ...
@overload
def cpu_times_percent(interval: float | None = None, *, percpu: Literal[True]) -> list[_ntp.scputimes]: ...
def cpu_count(logical: bool = True) -> int | None: ...
@overload
def cpu_freq(percpu: Literal[False] = False) -> _ntp.scpufreq | None: ...
@overload
def cpu_freq(percpu: Literal[True]) -> list[_ntp.scpufreq]: ...
def cpu_stats() -> _ntp.scpustats: ...
def getloadavg() -> tuple[float, float, float]: ...
def disk_usage(path: _Path) -> _ntp.sdiskusage: ...
def disk_partitions(all: bool = False) -> list[_ntp.sdiskpart]: ...
def net_connections(kind: str = "inet") -> list[_ntp.sconn]: ...
def net_if_addrs() -> dict[str, list[_ntp.snicaddr]]: ...
def net_if_stats() -> dict[str, _ntp.snicstats]: ...
def boot_time() -> float: ...
def users() -> list[_ntp.suser]: ...
