"""`Process`, `Popen`, and the questions about all processes."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import threading
import time
from contextlib import contextmanager

from ._core import core, more
from ._core import process as _core
from ._exceptions import AccessDenied, NoSuchProcess, TimeoutExpired, ZombieProcess
from ._system import KINDS, connection, kept_boot_time, virtual_memory
from ._types import (
    Connection,
    Gids,
    ProcessCPUTimes,
    ProcessFd,
    ProcessFdType,
    ProcessMemoryFullInfo,
    ProcessMemoryInfo,
    ProcessMemoryMap,
    ProcessMemoryMapGrouped,
    ProcessOpenFile,
    ProcessSignalMasks,
    ProcessStatus,
    ThreadInfo,
    Uids,
    filled,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Set, Tuple, Type, Union

_LARGEST_PID = 0x7FFFFFFF
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

# Files of any sort are one type to pypsutil, and what it does not know is unknown.
_FILES = ("file", "directory", "char_device", "block_device", "symlink", "memfd")
_FD_TYPES = {kind.value: kind for kind in ProcessFdType}
_FD_TYPES.update(dict.fromkeys(_FILES, ProcessFdType.FILE))


class Process:
    """A process: a pid together with the moment it started.

    Without a pid it is this process. `NoSuchProcess` is raised if there is none with that pid.
    """

    def __init__(self, pid: Optional[int] = None) -> None:
        if pid is None:
            pid = os.getpid()
        if pid < 0 or pid > _LARGEST_PID:
            raise NoSuchProcess(pid)
        native, start = _core.open(pid)
        if start is None:
            raise AccessDenied(pid)
        self._begin(pid, native, start)

    def _begin(self, pid: int, native: Any, start: int) -> None:
        self._pid = pid
        self._native = native
        self._start = start
        self._create_time: Optional[float] = None
        self._dead = False
        self._exitcode: Optional[int] = None

    @classmethod
    def _opened(cls, pid: int, native: Any, start: int) -> Process:
        """The process that the core has opened already."""
        self = Process.__new__(Process)
        self._begin(pid, native, start)
        return self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Process):
            return self._pid == other._pid and self._start == other._start
        return NotImplemented

    def __hash__(self) -> int:
        return self._pid

    def __repr__(self) -> str:
        name, status = "", "unknown"
        try:
            status = self.status().value
            name = f"name={self.name()!r}, "
        except NoSuchProcess:
            status = "terminated"
        except AccessDenied:
            pass
        then, now = time.localtime(self.create_time()), time.localtime()
        started = time.strftime("%H:%M:%S" if then[:3] == now[:3] else "%Y-%m-%d %H:%M:%S", then)
        return f"{self.__class__.__name__}(pid={self._pid}, {name}status={status!r}, started={started!r})"

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._pid

    @contextmanager
    def oneshot(self) -> Iterator[None]:
        """Return a context in which each of the kernel's files about the process is read once."""
        outermost = _core.oneshot_enter(self)
        try:
            yield
        finally:
            if outermost:
                _core.oneshot_exit(self)

    def is_running(self) -> bool:
        """Return whether the process is still there; it is not if its pid has become another's."""
        if self._dead:
            return False
        try:
            self._dead = _core.open(self._pid)[1] != self._start
        except NoSuchProcess:
            self._dead = True
        return not self._dead

    def _check_running(self) -> None:
        if not self.is_running():
            raise NoSuchProcess(self._pid)

    # --- who it is

    def ppid(self) -> int:
        """Return the pid of the parent."""
        return _core.ppid(self)  # type: ignore[no-any-return]

    def parent(self) -> Optional[Process]:
        """Return the parent, or None."""
        self._check_running()
        found = _core.parent(self)
        return None if found is None else Process._opened(*found)

    def parents(self) -> List[Process]:
        """Return the parent, its parent, and so on."""
        parents = []
        parent = self.parent()
        while parent is not None:
            parents.append(parent)
            try:
                parent = parent.parent()
            except NoSuchProcess:
                break
        return parents

    def children(self, *, recursive: bool = False) -> List[Process]:
        """Return the children, or all descendants."""
        self._check_running()
        return [Process._opened(*found) for found in _core.children(self, bool(recursive))]

    def create_time(self) -> float:
        """Return when the process started, in seconds since 1970. It is computed once."""
        if self._create_time is None:
            self._create_time = kept_boot_time() + self.raw_create_time()
        return self._create_time

    def raw_create_time(self) -> float:
        """Return when the process started as the kernel counts: the same for ever, and good for nothing else."""
        return self._start / _TICKS_PER_SECOND

    def pgid(self) -> int:
        """Return the process group."""
        return _core.pgid(self)  # type: ignore[no-any-return]

    def sid(self) -> int:
        """Return the session."""
        return _core.sid(self)  # type: ignore[no-any-return]

    def status(self) -> ProcessStatus:
        """Return what the process is doing."""
        return ProcessStatus(_core.status(self))

    def name(self) -> str:
        """Return the name of the process as the kernel keeps it, which cuts it after 15 bytes."""
        return more.short_name(self)  # type: ignore[no-any-return]

    def exe(self, *, fallback_cmdline: bool = True) -> str:
        """Return the path of the program; an empty string if it has none.

        `fallback_cmdline` is for systems that cannot tell, of which this is none.
        """
        try:
            return _core.exe(self)  # type: ignore[no-any-return]
        except ZombieProcess:
            return ""

    def cmdline(self) -> List[str]:
        """Return the command line as a list of words."""
        return _core.cmdline(self)  # type: ignore[no-any-return]

    def cwd(self) -> str:
        """Return the current directory."""
        return _core.cwd(self)  # type: ignore[no-any-return]

    def root(self) -> str:
        """Return the root directory."""
        return _core.root(self)  # type: ignore[no-any-return]

    def environ(self) -> Dict[str, str]:
        """Return the environment that the process was started with."""
        return _core.environ(self)  # type: ignore[no-any-return]

    def uids(self) -> Uids:
        """Return the real, effective and saved user id."""
        return Uids(*_core.uids(self))

    def gids(self) -> Gids:
        """Return the real, effective and saved group id."""
        return Gids(*_core.gids(self))

    def fsuid(self) -> int:
        """Return the user id that counts for files."""
        return _core.fsuid(self)  # type: ignore[no-any-return]

    def fsgid(self) -> int:
        """Return the group id that counts for files."""
        return _core.fsgid(self)  # type: ignore[no-any-return]

    def getgroups(self) -> List[int]:
        """Return the supplementary groups."""
        return _core.getgroups(self)  # type: ignore[no-any-return]

    def username(self) -> str:
        """Return the name of the user of the real uid, or the uid as text."""
        return _core.username(self)  # type: ignore[no-any-return]

    def has_terminal(self) -> bool:
        """Return whether the process has a controlling terminal."""
        return _core.has_terminal(self)  # type: ignore[no-any-return]

    def terminal(self) -> Optional[str]:
        """Return the path of the controlling terminal, an empty string if that is not known, None without one."""
        path: Optional[str] = _core.terminal(self)
        return "" if path is None and self.has_terminal() else path

    # --- what it does

    def umask(self) -> Optional[int]:
        """Return the permissions that new files do not get, or None where the kernel does not tell."""
        umask: Optional[int] = _core.umask(self)
        if umask is None and self.status() is ProcessStatus.ZOMBIE:
            raise ZombieProcess(self._pid)
        return umask

    def sigmasks(self, *, include_internal: bool = False) -> ProcessSignalMasks:
        """Return which signals are blocked, ignored, caught and pending.

        Those that the C library keeps for its threads are among them only with `include_internal`.
        """
        masks = _core.sigmasks(self, bool(include_internal))
        return ProcessSignalMasks(**{name: set(map(_signal, masks.get(name, ()))) for name in _MASKS})

    def cpu_times(self) -> ProcessCPUTimes:
        """Return the CPU time in seconds."""
        return filled(ProcessCPUTimes, _core.cpu_times(self))

    def cpu_num(self) -> int:
        """Return the CPU that it runs on, or ran on last; -1 if that is not known."""
        return _core.cpu_num(self)  # type: ignore[no-any-return]

    def cpu_getaffinity(self) -> Set[int]:
        """Return the CPUs that it may run on."""
        return set(_core.cpu_affinity(self))

    def cpu_setaffinity(self, cpus: Iterable[int]) -> None:
        """Set the CPUs that it may run on; without any it is all that it may have."""
        numbers = list(cpus)
        if any(number < 0 for number in numbers):
            raise ValueError("negative CPU number")
        self._check_running()
        try:
            _core.set_cpu_affinity(self, numbers)
        except ValueError:
            # There are none of these; the kernel has no more to say.
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None

    def getpriority(self) -> int:
        """Return the nice value."""
        return _core.nice(self)  # type: ignore[no-any-return]

    def setpriority(self, prio: int) -> None:
        """Set the nice value."""
        self._check_running()
        _core.set_nice(self, prio)

    def num_ctx_switches(self) -> int:
        """Return how often a CPU was given from it to another process."""
        return sum(_core.num_ctx_switches(self))

    def num_threads(self) -> int:
        """Return how many threads it has."""
        return _core.num_threads(self)  # type: ignore[no-any-return]

    def threads(self) -> List[ThreadInfo]:
        """Return its threads."""
        return [filled(ThreadInfo, thread) for thread in _core.threads(self)]

    # --- what it holds

    def memory_info(self) -> ProcessMemoryInfo:
        """Return the memory that it holds."""
        return filled(ProcessMemoryInfo, _core.memory_info(self))

    def memory_full_info(self) -> ProcessMemoryFullInfo:
        """Return the same with what its mappings add up to, which takes a while for a large process."""
        return filled(ProcessMemoryFullInfo, more.memory_full_info(self))

    def memory_percent(self, memtype: str = "rss") -> float:
        """Return its memory as a percentage of the machine's; `memtype` is a field of `memory_full_info`."""
        names = list(ProcessMemoryFullInfo.__dataclass_fields__)
        if memtype not in names:
            raise ValueError(f"Bad process memory type {memtype!r} (valid types: {names})")
        cheap = memtype in ProcessMemoryInfo.__dataclass_fields__
        info = self.memory_info() if cheap else self.memory_full_info()
        part: int = getattr(info, memtype)
        return part * 100.0 / virtual_memory().total

    def memory_maps(self) -> List[ProcessMemoryMap]:
        """Return the mappings of its address space one by one."""
        return [filled(ProcessMemoryMap, row) for row in more.memory_maps(self)]

    def memory_maps_grouped(self) -> List[ProcessMemoryMapGrouped]:
        """Return the mappings of its address space, summed by path."""
        return [filled(ProcessMemoryMapGrouped, row) for row in more.memory_maps_grouped(self)]

    def num_fds(self) -> int:
        """Return how many descriptors it has open."""
        return _core.num_fds(self)  # type: ignore[no-any-return]

    def open_files(self) -> List[ProcessOpenFile]:
        """Return the regular files that it has open, those that were deleted included."""
        return [filled(ProcessOpenFile, fd) for fd in self._fds() if _is_regular(fd)]

    def iter_fds(self) -> Iterator[ProcessFd]:
        """Yield everything that it has open, in the order of the descriptors."""
        for fd in self._fds():
            kind = _FD_TYPES.get(fd["fdtype"], ProcessFdType.UNKNOWN)
            known = {name: fd[name] for name in ("dev", "ino", "rdev", "mode", "size")}
            if "sigmask" in fd["extra_info"]:
                fd["extra_info"]["sigmask"] = set(map(_signal, fd["extra_info"]["sigmask"]))
            yield filled(ProcessFd, fd, path=fd["path"] or "", fdtype=kind, **known)

    def _fds(self) -> List[Dict[str, Any]]:
        found: List[Dict[str, Any]] = more.fds(self)
        # Some kernels list the descriptors of a process to those who may not know what they are of.
        if any(fd["deleted"] is None for fd in found):
            raise AccessDenied(self._pid)
        return found

    def connections(self, kind: str = "inet") -> List[Connection]:
        """Return its sockets.

        `kind` is `inet`, `inet4`, `inet6`, `tcp`, `tcp4`, `tcp6`, `udp`, `udp4`, `udp6`, `unix` or `all`. Of another kind
        there are none.
        """
        if kind not in KINDS:
            return []
        found = [connection(row, self._pid) for row in _core.net_connections(self, kind)]
        if not found:
            # Raises an exception if they may not be known.
            self._fds()
        return found

    def rlimit(self, res: int, new_limits: Optional[Tuple[int, int]] = None) -> Tuple[int, int]:
        """Return the soft and hard limit of a resource (a `resource.RLIMIT_*`), and set them if new ones are given."""
        if new_limits is not None:
            self._check_running()
            soft, hard = (limit if limit >= 0 else -1 for limit in new_limits)
            if hard != -1 and (soft == -1 or soft > hard):
                raise ValueError("current limit exceeds maximum limit")
            new_limits = (soft, hard)
        try:
            return _core.rlimit(self, res, new_limits)  # type: ignore[no-any-return]
        except OSError as error:
            if error.errno != 22:
                raise
        raise ValueError("invalid resource specified")

    def getrlimit(self, res: int) -> Tuple[int, int]:
        """Return the soft and hard limit of a resource (a `resource.RLIMIT_*`)."""
        return self.rlimit(res)

    # Both limits are read, and set, in one call of the kernel.
    rlimit.is_atomic = getrlimit.is_atomic = True  # type: ignore[attr-defined]

    # --- control

    def send_signal(self, sig: int) -> None:
        """Send a signal to the process, and to no other that may have got its pid."""
        self._check_running()
        _core.send_signal(self, sig)

    def suspend(self) -> None:
        """Stop the process (SIGSTOP)."""
        self.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a stopped process go on (SIGCONT)."""
        self.send_signal(signal.SIGCONT)

    def terminate(self) -> None:
        """Ask the process to end (SIGTERM)."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process (SIGKILL)."""
        self.send_signal(signal.SIGKILL)

    def wait(self, *, timeout: Union[int, float, None] = None) -> Optional[int]:
        """Wait for the process to end and return its exit code, or None if it is not a child of this one.

        A child that a signal ended returns the signal's number, negative. `TimeoutExpired` is raised after `timeout`
        seconds; 0 does not wait.
        """
        if not self.is_running():
            return self._exitcode
        try:
            code: Optional[int] = _core.wait(self, None if timeout is None else max(timeout, 0.0))
        except TimeoutError:
            raise TimeoutExpired(timeout or 0, pid=self._pid) from None
        self._dead = True
        self._exitcode = code
        return code


_MASKS = tuple(ProcessSignalMasks.__dataclass_fields__)


def _signal(number: int) -> Union[signal.Signals, int]:
    try:
        return signal.Signals(number)
    except ValueError:
        return number


def _is_regular(fd: Dict[str, Any]) -> bool:
    if fd["path"] is None or fd["flags"] is None:
        return False
    # Of a captured machine it is only known that it is a file.
    return fd["fdtype"] == "file" if fd["mode"] is None else stat.S_ISREG(fd["mode"])


class Popen(Process):
    """A process that is started here: `subprocess.Popen` with the methods of `Process`."""

    def __init__(
        self, args: Union[List[Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]], str, bytes], **kwargs: Any
    ) -> None:
        self._proc: subprocess.Popen[Any] = subprocess.Popen(args, **kwargs)
        super().__init__(self._proc.pid)
        self.args = self._proc.args
        self.stdin = self._proc.stdin
        self.stdout = self._proc.stdout
        self.stderr = self._proc.stderr

    @property
    def returncode(self) -> Optional[int]:
        """How it ended; None if it has not, or was not waited for."""
        return self._proc.returncode

    def poll(self) -> Optional[int]:
        """Return how it ended, or None if it has not."""
        code = self._proc.poll()
        self._dead = self._dead or code is not None
        return code

    def wait(self, timeout: Union[int, float, None] = None) -> int:
        """Wait for it to end, and return its exit code or the negative number of a signal."""
        try:
            code = self._proc.wait(timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutExpired(timeout or 0, self._pid) from None
        self._dead = True
        return code

    def communicate(
        self, input: Union[str, bytes, None] = None, timeout: Union[int, float, None] = None
    ) -> Tuple[Union[str, bytes, None], Union[str, bytes, None]]:
        """Send it data, read what it writes, and wait for it to end."""
        try:
            answer: Tuple[Any, Any] = self._proc.communicate(input, timeout)
        except subprocess.TimeoutExpired:
            raise TimeoutExpired(timeout or 0, self._pid) from None
        self._dead = True
        return answer

    def __enter__(self) -> Popen:
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()


# --- all of them


def pids() -> List[int]:
    """Return the pids of all processes, sorted."""
    return core.pids()  # type: ignore[no-any-return]


def pid_exists(pid: int) -> bool:
    """Return whether there is a process with this pid."""
    return 0 <= pid <= _LARGEST_PID and core.pid_exists(pid)


_known: Dict[int, Process] = {}
_known_lock = threading.Lock()


def process_iter() -> Iterator[Process]:
    """Yield all processes, each the same object in every round.

    `AccessDenied` is raised at one of which it may not be known when it started.
    """
    return _processes(False)


def process_iter_available() -> Iterator[Process]:
    """Yield all processes of which it may be known when they started."""
    return _processes(True)


def _processes(skip_denied: bool) -> Iterator[Process]:
    now = pids()
    with _known_lock:
        for pid in _known.keys() - set(now):
            del _known[pid]
    for pid in now:
        try:
            process = Process(pid)
        except NoSuchProcess:
            continue
        except AccessDenied:
            if skip_denied:
                continue
            raise
        with _known_lock:
            known = _known.get(pid)
            if known is None or known != process:
                known = _known[pid] = process
        yield known


def wait_procs(
    procs: Iterable[Process],
    timeout: Union[int, float, None] = None,
    callback: Optional[Callable[[Process], None]] = None,
) -> Tuple[List[Process], List[Process]]:
    """Wait for several processes to end, and return those that have and those that have not.

    Those that have get an attribute `returncode`, and are given to `callback` one by one. No exception is raised after
    `timeout` seconds.
    """
    gone: List[Process] = []
    alive = list(dict.fromkeys(procs))
    deadline = None if timeout is None else time.monotonic() + max(timeout, 0)
    while alive:
        # Each is waited for in turn, but none for so long that the others' ends are noticed late.
        share = None if len(alive) == 1 else 0.04 / len(alive)
        for process in list(alive):
            left = None if deadline is None else max(deadline - time.monotonic(), 0)
            if share is not None and (left is None or share < left):
                left = share
            try:
                code = process.wait(timeout=left)
            except TimeoutExpired:
                continue
            if not isinstance(process, Popen):
                process.returncode = code  # type: ignore[attr-defined]
            alive.remove(process)
            gone.append(process)
            if callback is not None:
                callback(process)
        if deadline is not None and time.monotonic() >= deadline:
            break
    return gone, alive
