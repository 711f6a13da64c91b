"""`Process`, and the questions about all processes, with psutil's names, defaults and state."""

import sys

from . import _psight
from ._exceptions import AccessDenied, NoSuchProcess, TimeoutExpired, ZombieProcess
from ._system import _check_kind, virtual_memory

_core = _psight.process
# What programs replace in the package (a subclass in the place of `Process`) is looked up there, not here.
_package = sys.modules[__package__]
_UNKNOWN = object()
# Python's own words for a number that the kernel's type cannot hold.
_TOO_LARGE = "Python int too large to convert to C long"


class Process:
    """A process: a pid together with the moment it started.

    Without a pid it is this process. `NoSuchProcess` is raised if there is none with that pid.

    Two are equal if they are the same process; a pid that another process got since does not make them so. Whatever
    acts on the process (and `ppid`, `parent`, `parents`, `children`) checks that first and raises `NoSuchProcess`
    rather than hit the wrong one.
    """

    # Its repr and that of the exceptions are psutil's.
    __module__ = "psutil"

    # What a process has before it is known better. The core makes processes too, with `_pid`, `_native` and `_ident`.
    _native = None
    _name = None
    _exe = None
    _create_time = None
    _shows_start = False
    _gone = False
    _pid_reused = False
    _hash = None
    _ppid = None
    _exitcode = _UNKNOWN

    def __init__(self, pid=None):
        self._init(pid)

    def _init(self, pid, _ignore_nsp=False):
        if pid is None:
            from os import getpid

            pid = getpid()
        elif pid < 0:
            raise ValueError(f"pid must be a positive integer (got {pid})")
        elif pid > 0x7FFFFFFF:
            raise NoSuchProcess(pid, msg="process PID out of range")
        elif (pid is True or pid is False) and not _ignore_nsp:
            # psutil looks for a process that is called so.
            raise NoSuchProcess(pid, msg="process PID not found")
        self._pid = pid
        self._ident = (pid, None)
        try:
            self._ident = self._get_ident()
        except (AccessDenied, ZombieProcess):
            # The rest may be known all the same.
            pass
        except NoSuchProcess:
            if not _ignore_nsp:
                raise NoSuchProcess(pid, msg="process PID not found") from None
            self._gone = True

    def _get_ident(self):
        """What makes the process the one that it is: the pid and the ticks from boot to its start."""
        self._native, start = _core.open(self._pid)
        return (self._pid, start)

    @classmethod
    def _opened(cls, pid, native, start):
        """The process that the core has opened already."""
        self = cls.__new__(cls)
        self._pid = pid
        self._native = native
        self._ident = (pid, start)
        return self

    def __str__(self):
        info = {"pid": self._pid}
        if self._name:
            info["name"] = self._name
        with self.oneshot():
            if self._pid_reused:
                info["status"] = "terminated + PID reused"
            else:
                try:
                    info["name"] = self.name()
                    info["status"] = self.status()
                except ZombieProcess:
                    info["status"] = "zombie"
                except NoSuchProcess:
                    info["status"] = "terminated"
                except AccessDenied:
                    pass
            if self._exitcode is not _UNKNOWN and self._exitcode is not None:
                info["exitcode"] = self._exitcode
            if self._shows_start or self._create_time is not None:
                try:
                    info["started"] = _date(self.create_time())
                except (AccessDenied, NoSuchProcess):
                    pass
        values = ", ".join(f"{name}={value!r}" for name, value in info.items())
        return f"{self.__class__.__module__}.{self.__class__.__name__}({values})"

    __repr__ = __str__

    def __eq__(self, other):
        if not isinstance(other, Process):
            return NotImplemented
        return self._ident == other._ident

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        if self._hash is None:
            self._hash = hash(self._ident)
        return self._hash

    if sys.platform == "win32":
        # Several of psutil's methods are missing there. Elsewhere it is one, and a class with this method is slower at
        # every attribute.
        def __getattr__(self, name):
            from ._absent import message

            raise AttributeError(message(f"{type(self).__name__!r} object", name))

    @property
    def pid(self):
        """The number of the process."""
        return self._pid

    def oneshot(self):
        """Return a context in which each of the kernel's files about the process is read once.

        Answers in it are of one moment, and several cost little more than one.
        """
        return _Oneshot(self)

    def as_dict(self, attrs=None, ad_value=None):
        """Return the answers of several methods by their names; without `attrs` of all that psutil 7.2 has and only read.

        `ad_value` stands for an answer that may not be known, or that a zombie does not have.
        """
        return self._answers({}, _names(attrs), ad_value, bool(attrs))

    def _answers(self, answers, names, ad_value, strict):
        with self.oneshot():
            for name in names:
                try:
                    answers[name] = self.pid if name == "pid" else getattr(self, name)()
                except (AccessDenied, ZombieProcess):
                    answers[name] = ad_value
                except NotImplementedError:
                    if strict:
                        raise
        return answers

    def is_running(self):
        """Return whether the process is still there; it is not if its pid has become another's."""
        if self._gone or self._pid_reused:
            return False
        try:
            if _is_plain(self) and _core.is_running(self):
                return True
            # A Process is made and compared, so that subclasses and patches of both are heard.
            self._pid_reused = self != _package.Process(self._pid)
        except ZombieProcess:
            return True
        except NoSuchProcess:
            self._gone = True
            return False
        if self._pid_reused:
            _reused.add(self._pid)
            self._gone = True
            return False
        return True

    def _check(self):
        """Raise `NoSuchProcess` if the pid has become another's."""
        if self._pid_reused or (not self.is_running() and self._pid_reused):
            msg = "process no longer exists and its PID has been reused"
            raise NoSuchProcess(self._pid, self._name, msg=msg)

    def _ended(self, error):
        """Remember what the core says of its end."""
        if isinstance(error, ZombieProcess):
            return
        if "reused" in error.msg:
            self._pid_reused = True
            _reused.add(self._pid)
        self._gone = True

    # --- who it is

    def ppid(self):
        """Return the pid of the parent."""
        if self._pid_reused or not _is_plain(self):
            self._check()
        # The core looks whether it is the same process in what it reads anyway.
        try:
            return _core.ppid(self)
        except NoSuchProcess as error:
            self._ended(error)
            raise

    def name(self):
        """Return the name of the process, in full where the kernel cuts it and the command line has the rest."""
        name = self._name = _core.name(self)
        return name

    def exe(self):
        """Return the path of the program; an empty string if it has none. It is asked for once."""
        if self._exe is None:
            try:
                exe = _core.exe(self)
            except AccessDenied:
                guess = self._exe_guess()
                if guess is None:
                    raise
                return guess
            if not exe:
                try:
                    exe = self._exe_guess() or ""
                except AccessDenied:
                    pass
            self._exe = exe
        return self._exe

    def _exe_guess(self):
        """The first argument, if it is the absolute path of a program."""
        from os import X_OK, access, path

        words = self.cmdline()
        word = words[0] if words else ""
        return word if path.isabs(word) and path.isfile(word) and access(word, X_OK) else None

    def cmdline(self):
        """Return the command line as a list of words."""
        return _core.cmdline(self)

    def status(self):
        """Return what the process is doing, as one of the `STATUS_*` constants."""
        try:
            return _core.status(self)
        except ZombieProcess:
            return "zombie"

    def username(self):
        """Return the name of the user that owns the process (its real uid), or the uid as text."""
        if _is_replaced(self, "uids") or _is_pwd_replaced():
            from ._replaced import username

            return username(self)
        return _core.username(self)

    def create_time(self):
        """Return when the process started, in seconds since 1970. It is asked for once."""
        if self._create_time is None:
            try:
                self._create_time = _core.create_time(self)
            except NoSuchProcess:
                # It was seen while the process was there.
                if self._ident[1] is None:
                    raise
                self._create_time = self._started()
        return self._create_time

    def _started(self):
        """When it started, by what tells it apart."""
        from os import sysconf

        return _psight.boot_time() + self._ident[1] / sysconf("SC_CLK_TCK")

    def cwd(self):
        """Return the current directory; an empty string if it has none."""
        return _core.cwd(self)

    def environ(self):
        """Return the environment that the process was started with."""
        return _core.environ(self)

    def uids(self):
        """Return the real, effective and saved user id."""
        return _core.uids(self)

    def gids(self):
        """Return the real, effective and saved group id."""
        return _core.gids(self)

    def terminal(self):
        """Return the path of the controlling terminal, or None."""
        return _core.terminal(self)

    # --- what it does

    def cpu_times(self):
        """Return the CPU time in seconds, its own and that of children that were waited for."""
        return _core.cpu_times(self)

    def cpu_num(self):
        """Return the CPU that it runs on, or ran on last."""
        return _core.cpu_num(self)

    def cpu_percent(self, interval=None):
        """Return the CPU time as a percentage of the time that passed; more than 100 if several threads run.

        With an `interval` the call blocks for so many seconds. Without one it compares with the last call; the first
        returns 0.0.
        """
        blocking = interval is not None and interval > 0.0
        if interval is not None and interval < 0:
            raise ValueError(f"interval is not positive (got {interval!r})")
        if blocking:
            from time import sleep

            _core.cpu_percent(self)
            sleep(interval)
        return _core.cpu_percent(self)

    def io_counters(self):
        """Return how often and how much it has read and written."""
        return _core.io_counters(self)

    def num_ctx_switches(self):
        """Return how often it gave up the CPU, and how often it had to."""
        return _core.num_ctx_switches(self)

    def num_threads(self):
        """Return how many threads it has."""
        return _core.num_threads(self)

    def threads(self):
        """Return its threads with the CPU time of each."""
        return _core.threads(self)

    # --- what it holds

    def memory_info(self):
        """Return the memory that it holds, in bytes."""
        return _core.memory_info(self)

    def memory_full_info(self):
        """Return `memory_info` with what is its own (`uss`), its share (`pss`) and what is swapped out.

        The kernel looks at every page for it, which takes a while.
        """
        return _core.memory_full_info(self)

    def memory_info_ex(self):
        """Return the memory that it holds, with peaks and kinds, in bytes."""
        return _core.memory_info_ex(self)

    def memory_footprint(self):
        """Return what memory is its own (`uss`), its share (`pss`) and what is swapped out."""
        return _core.memory_footprint(self)

    def memory_percent(self, memtype="rss"):
        """Return its memory as a percentage of the machine's; `memtype` is a field of `memory_full_info`."""
        from ._ntuples import pfullmem, pmem

        if memtype not in pfullmem._fields:
            raise ValueError(f"invalid memtype {memtype!r}; valid types are {pfullmem._fields!r}")
        ask = self.memory_info if memtype in pmem._fields else self.memory_full_info
        return getattr(ask(), memtype) / _total_memory() * 100

    def page_faults(self):
        """Return how often memory had to be found, without and with a disk."""
        return _core.page_faults(self)

    def memory_maps(self, grouped=True):
        """Return the mappings of its address space, summed by path, or one by one."""
        return _core.memory_maps_grouped(self) if grouped else _core.memory_maps(self)

    def open_files(self):
        """Return the regular files that it has open."""
        return _core.open_files(self)

    def num_fds(self):
        """Return how many descriptors it has open."""
        return _core.num_fds(self)

    def net_connections(self, kind="inet"):
        """Return its sockets; see `psight.net_connections` for the kinds."""
        _check_kind(kind)
        return _core.net_connections(self, kind)

    def connections(self, kind="inet"):
        """Return its sockets under the name that psutil gave this before 6.0."""
        import warnings

        message = "connections() is deprecated and will be removed; use net_connections() instead"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return self.net_connections(kind=kind)

    # --- relatives

    def parent(self):
        """Return the parent, or None."""
        if self._pid == 1 and sys.platform != "win32":
            # The first process has none, whoever asks.
            return None
        self._check()
        if _is_replaced(self, "ppid"):
            from ._replaced import parent

            return parent(self)
        found = _core.parent(self)
        if found is None:
            return None
        found = _relatives([Process._opened(*found)])
        return found[0] if found else None

    def parents(self):
        """Return the parent, its parent, and so on."""
        parents = []
        parent = self.parent()
        while parent is not None:
            parents.append(parent)
            try:
                parent = parent.parent()
            except AccessDenied:
                # No further than may be seen, as where /proc hides others.
                break
        return parents

    def children(self, recursive=False):
        """Return the children, or all descendants."""
        self._check()
        try:
            found = _core.children(self, bool(recursive), Process)
        except NoSuchProcess:
            raise NoSuchProcess(self._pid, msg="process PID not found") from None
        return _relatives(found)

    # --- control

    def nice(self, value=None):
        """Return the nice value, or set it."""
        if value is None:
            return _core.nice(self)
        self._check()
        _core.set_nice(self, value)

    def ionice(self, ioclass=None, value=None):
        """Return the I/O priority, or set its class (an `IOPRIO_CLASS_*`) and its value (0 to 7, 0 is best)."""
        if ioclass is None:
            if value is not None:
                raise ValueError("'ioclass' argument must be specified")
            return _core.ionice(self)
        self._check()
        value = 0 if value is None else value
        if value and ioclass in {0, 3}:
            raise ValueError(f"{ioclass!r} ioclass accepts no value")
        if value < 0 or value > 7:
            raise ValueError("value not in 0-7 range")
        _core.set_ionice(self, ioclass, value)

    def rlimit(self, resource, limits=None):
        """Return the soft and hard limit of a resource (an `RLIMIT_*`), or set them."""
        if limits is not None:
            self._check()
        if self._pid == 0:
            raise ValueError("can't use prlimit() against PID 0 process")
        if limits is not None and len(limits) != 2:
            raise ValueError(f"second argument must be a (soft, hard) tuple, got {limits!r}")
        if isinstance(resource, int) and not -(1 << 31) <= resource < 1 << 31:
            from resource import prlimit

            # It is refused, in the words of this Python.
            prlimit(self._pid, resource)
        if limits is None:
            return _core.rlimit(self, resource)
        _core.rlimit(self, resource, tuple(limits))

    def cpu_affinity(self, cpus=None):
        """Return the CPUs that it may run on, or set them; an empty list means all that it may have."""
        if cpus is None:
            return _core.cpu_affinity(self)
        self._check()
        if cpus:
            cpus = [cpu if type(cpu) is int else _index(cpu) for cpu in set(cpus)]
            if not cpus:
                # What seemed not to be empty, as a generator: the system is asked for none at all.
                _core.cpu_affinity(self)
                raise OSError(22, "Invalid argument")
            if any(cpu > 0x7FFFFFFF_FFFFFFFF for cpu in cpus):
                raise OverflowError(_TOO_LARGE)
        try:
            _core.set_cpu_affinity(self, list(cpus or ()))
        except (OSError, ValueError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno != 22:
                raise
            from ._system import cpu_times

            eligible, known = self._proc._get_eligible_cpus(), range(len(cpu_times(percpu=True)))
            for cpu in cpus:
                if cpu not in known:
                    raise ValueError(f"invalid CPU {cpu!r}; choose between {eligible!r}") from None
                if cpu not in eligible:
                    raise ValueError(f"CPU number {cpu} is not eligible; choose between {eligible}") from error
            raise

    def send_signal(self, sig):
        """Send a signal to the process, and to no other that may have got its pid."""
        if self._pid_reused or not _is_plain(self):
            self._check()
        if self._pid == 0:
            raise ValueError(
                "preventing sending signal to process with PID 0 as it would affect every process in the process"
                " group of the calling process (os.getpid()) instead of PID 0"
            )
        from os import kill

        if type(kill) is not type(len):
            # A program has put another in its place, to see what is signalled or to keep it from happening.
            return self._signal_through(kill, sig)
        if isinstance(sig, int) and abs(sig) >= 1 << 31:
            sig = _cut(sig)
        try:
            _core.send_signal(self, sig)
        except NoSuchProcess as error:
            self._ended(error)
            raise

    def _signal_through(self, kill, sig):
        self._check()
        try:
            kill(self._pid, sig)
        except ProcessLookupError as error:
            self._gone = True
            raise NoSuchProcess(self._pid, self._name) from error
        except PermissionError as error:
            raise AccessDenied(self._pid, self._name) from error

    def suspend(self):
        """Stop the process (SIGSTOP)."""
        self.send_signal(19)

    def resume(self):
        """Let a stopped process go on (SIGCONT)."""
        self.send_signal(18)

    def terminate(self):
        """Ask the process to end (SIGTERM)."""
        self.send_signal(15)

    def kill(self):
        """End the process (SIGKILL)."""
        self.send_signal(9)

    def wait(self, timeout=None):
        """Wait for the process to end and return its exit code, or None if it is not a child of this one.

        A child that a signal ended returns the signal's number, negative. `TimeoutExpired` is raised after `timeout`
        seconds; 0 does not wait.
        """
        if self._pid == 0:
            raise ValueError("can't wait for PID 0")
        if timeout is not None:
            if not isinstance(timeout, (int, float)):
                raise TypeError(f"timeout must be an int or float (got {type(timeout)})")
            if timeout < 0:
                raise ValueError(f"timeout must be positive or zero (got {timeout})")
        if self._exitcode is not _UNKNOWN:
            return self._exitcode
        try:
            if self._native is None:
                code = None
            elif _waits_otherwise():
                from ._wait import wait

                code = wait(self, timeout)
            else:
                code = _core.wait(self, timeout)
        except TimeoutError:
            raise TimeoutExpired(timeout, pid=self._pid, name=self._name) from None
        self._exitcode = _exit_code(code)
        return self._exitcode


if sys.platform == "win32":
    from . import _windows

    _windows.adapt(Process)


class _Inside:
    """What psutil's class keeps to itself, and subclasses of it use: made for a process when it is first looked at."""

    def __init__(self, name):
        self._name = name

    def __get__(self, process, owner=None):
        if process is None:
            return self
        from ._private import _inside

        return _inside(process, self._name)


Process._lock, Process._proc = _Inside("_lock"), _Inside("_proc")
Process._raise_if_pid_reused = Process._check
Process._last_sys_cpu_times = Process._last_proc_cpu_times = None
for _name, _method in vars(Process).items():
    # In psutil each of them begins to remember alone, and here all of them together. Windows has no uids.
    if _name in ("cpu_times", "memory_info", "ppid", "uids"):
        _method.cache_activate, _method.cache_deactivate = _core.oneshot_enter, _core.oneshot_exit

# How a process is made and compared; a program may have replaced it, or the class, or what one process is compared by.
_OWN = (Process.__init__, Process._init, Process._get_ident, Process.__eq__)


def _is_plain(process):
    init, begin, ident, equal = _OWN
    return (
        type(process) is Process is _package.Process
        and Process.__init__ is init
        and Process._init is begin
        and Process._get_ident is ident
        and Process.__eq__ is equal
        and _core.has_own_ident(process)
    )


# The methods that others are made of in psutil.
_PARTS = {name: vars(Process)[name] for name in ("memory_info", "ppid", "uids") if name in vars(Process)}


def _is_replaced(process, name):
    """Whether a program has put its own in the place of a method, in a subclass, in the class or in the process."""
    return getattr(type(process), name, None) is not _PARTS.get(name) or name in vars(process)


def _is_pwd_replaced():
    # Python's own is not imported for this.
    pwd = sys.modules.get("pwd")
    return pwd is not None and type(pwd.getpwuid) is not type(len)


def _relatives(found):
    """The processes, of the class that a program has put into the package if it has. Their repr has their start."""
    if _package.Process is not Process:
        made = []
        for process in found:
            try:
                made.append(_package.Process(process.pid))
            except NoSuchProcess:
                pass
        found = made
    for process in found:
        process._shows_start = True
    return found


class _Oneshot:
    """The context of `Process.oneshot`; one inside another does nothing."""

    def __init__(self, process):
        self._process = process
        self._outermost = False

    def __enter__(self):
        if self._process._native is not None:
            self._outermost = _core.oneshot_enter(self._process)

    def __exit__(self, *exc):
        if self._outermost:
            _core.oneshot_exit(self._process)


# The physical memory by the procfs that tells it. Like psutil, this asks once.
_totals = {}


def _total_memory():
    procfs = getattr(_package, "PROCFS_PATH", None)
    total = _totals.get(procfs)
    if total is None:
        ask = _package.virtual_memory
        total = ask().total
        # What a program has put in its place is not kept beyond that.
        if ask is virtual_memory:
            _totals[procfs] = total
    return total


def _cut(sig):
    """The signal that Python's own `kill` makes of a number that is too large: it takes more than the kernel does."""
    if not -1 << 63 <= sig < 1 << 63:
        raise OverflowError("Python int too large to convert to C ssize_t")
    return (sig + (1 << 31)) % (1 << 32) - (1 << 31)


def _index(number):
    """The int that an object stands for; Python says what is wrong with one that stands for none."""
    from _operator import index

    return index(number)


def _exit_code(code):
    if sys.platform == "win32":
        return _windows.exit_code(code)
    if code is None or code >= 0:
        return code
    try:
        from ._signals import negative
    except OSError:
        # There is no descriptor to read that file with.
        return code
    return negative(code)


def _date(seconds):
    """The time of day, with the date if that was a day ago."""
    import time

    recent = int(time.time() - seconds) < 24 * 60 * 60
    return time.strftime("%H:%M:%S" if recent else "%Y-%m-%d %H:%M:%S", time.localtime(seconds))


_ATTRS = {
    name
    for name in dir(Process)
    if not name.startswith("_")
    and name
    not in (
        "send_signal suspend resume terminate kill wait is_running as_dict parent parents children rlimit"
        " connections oneshot"
    ).split()
}

# What `as_dict` takes; in psutil since 8.0.
Process.attrs = frozenset(_ATTRS)
# What it answers with when it is not told: what psutil 8.0 adds has to be asked for.
_USUAL = _ATTRS.difference(("memory_footprint", "memory_info_ex", "page_faults"))


def _names(attrs):
    """The attributes that `as_dict` is asked for."""
    if attrs is None:
        return _USUAL
    if not isinstance(attrs, (list, tuple, set, frozenset)):
        raise TypeError(f"invalid attrs type {type(attrs)}")
    names = set(attrs)
    invalid = names - _ATTRS
    if invalid:
        s = "s" if len(invalid) > 1 else ""
        raise ValueError(f"invalid attr name{s} {', '.join(map(repr, invalid))}")
    return names or _USUAL


# What the table of the core is as good for, unless a program has replaced it.
_OF_THE_TABLE = _ATTRS.intersection(_core.table_names)
if sys.platform == "win32":
    _OF_THE_TABLE = _OF_THE_TABLE.difference(_windows.NOT_OF_THE_TABLE)
_QUICK = {name: vars(Process)[name] for name in ("__init__", "_init", "as_dict", *_OF_THE_TABLE)}
_known = {}
_reused = set()


def pids():
    """Return the pids of all processes, sorted."""
    return _psight.pids()


def pid_exists(pid):
    """Return whether there is a process with this pid; the number of a thread is none."""
    if pid < 0:
        return False
    if pid == 0 and sys.platform != "win32":
        return pid in _package.pids()
    if pid > 0x7FFFFFFF:
        # A C long has 32 bits on Windows.
        long = 0x7FFFFFFF if sys.platform == "win32" else 0x7FFFFFFF_FFFFFFFF
        raise OverflowError(_TOO_LARGE if pid > long else "signed integer is greater than maximum")
    return _psight.pid_exists(pid)


def process_iter(attrs=None, ad_value=None):
    """Yield all processes in the order of their pids.

    With `attrs` each has a dict `info` as `Process.as_dict` returns it; an empty list means all of them. What the table
    of processes tells is read for all of them at the first step, and everything else for each in its turn.

    A process is the same object in every round; ``process_iter.cache_clear()`` forgets them.
    """
    if attrs is not None:
        names = _names(attrs)
        own = vars(Process)
        replaced = {name for name, method in _QUICK.items() if own.get(name) is not method}
        if "uids" in replaced or _is_pwd_replaced():
            replaced.add("username")
        if "memory_info" in replaced or _package.virtual_memory is not virtual_memory:
            replaced.add("memory_percent")
        whole = _package.Process is Process and _package.pids is pids
        if whole and replaced.isdisjoint(("__init__", "_init", "as_dict")):
            quick = [name for name in names if name in _QUICK and name not in replaced]
            yield from _rows(quick, names.difference(quick), ad_value, bool(attrs))
            return
    yield from _one_by_one(attrs, ad_value)


def _rows(quick, rest, ad_value, strict):
    """All processes, with the attributes `quick` from one reading of the table; `rest` is asked of each in its turn."""
    global _known
    known = dict(_known)
    renewed = _renewed(known)
    processes, infos = _core.table(tuple(quick), Process, known, ad_value)
    try:
        for process, info in zip(processes, infos):
            missing = ()
            if type(info) is tuple:
                info, missing = info
            if not rest and not missing:
                # It has it already, unless somebody has asked for others since.
                process.info = info
                yield process
                continue
            try:
                process.info = process._answers(info, rest.union(missing), ad_value, strict)
            except NoSuchProcess:
                known.pop(process._pid, None)
            else:
                yield process
    finally:
        for pid in renewed:
            known.pop(pid, None)
        _known = known


def _renewed(known):
    """Forget the processes whose pid another has. That one is in this round, and the same object from the next on."""
    renewed = set()
    while _reused:
        pid = _reused.pop()
        if known.pop(pid, None) is not None:
            from ._common import debug

            debug(f"refreshing Process instance for reused PID {pid}")
            renewed.add(pid)
    return renewed


def _one_by_one(attrs, ad_value):
    global _known
    now = set(_package.pids())
    known = {pid: process for pid, process in _known.items() if pid in now}
    renewed = _renewed(known)
    try:
        for pid in sorted(now):
            try:
                process = known.get(pid)
                if process is None:
                    process = _package.Process(pid)
                    if pid not in renewed:
                        known[pid] = process
                if attrs is not None:
                    process.info = process.as_dict(attrs=attrs, ad_value=ad_value)
                yield process
            except NoSuchProcess:
                known.pop(pid, None)
    finally:
        _known = known


def _forget():
    """Clear process_iter() internal cache."""
    _known.clear()


process_iter.cache_clear = _forget


# The methods `wait` that do no more than wait as the core does, and keep the answer.
_USUAL_WAITS = {Process.wait}


def _waits_otherwise():
    """Whether somebody waits for children in a way of his own, as gevent and eventlet do, and must be asked."""
    import os

    return type(os.waitpid) is not type(len) and hasattr(os, "WNOHANG")


def _waits_as_usual(process):
    own = getattr(process, "__dict__", {})
    return (
        not _waits_otherwise()
        and getattr(type(process), "wait", None) in _USUAL_WAITS
        and "wait" not in own
        and own.get("_native") is not None
    )


def wait_procs(procs, timeout=None, callback=None):
    """Wait for several processes to end, and return those that have and those that have not.

    Those that have get an attribute `returncode`, and are given to `callback` one by one. No exception is raised after
    `timeout` seconds.
    """
    from time import monotonic

    if timeout is not None and not timeout >= 0:
        raise ValueError(f"timeout must be a positive integer, got {timeout}")
    if callback is not None and not callable(callback):
        raise TypeError(f"callback {callback!r} is not a callable")
    gone, alive = [], set(procs)
    deadline = None if timeout is None else monotonic() + timeout

    def check(process, seconds):
        try:
            code = process.wait(timeout=seconds)
        except TimeoutExpired:
            return
        except Exception as error:
            # A Popen of subprocess has an exception of its own.
            if type(error).__name__ != "TimeoutExpired":
                raise
            return
        if code is not None or not process.is_running():
            end(process, code)

    def end(process, code):
        process.returncode = code
        gone.append(process)
        if callback is not None:
            callback(process)

    if all(_waits_as_usual(process) for process in alive):
        waiting = list(alive)
        while waiting:
            left = None if deadline is None else max(deadline - monotonic(), 0)
            ended = [waiting[place] for place in _core.wait_some(waiting, left)]
            for process in ended:
                # Known by now: it does not wait.
                end(process, process.wait(timeout=0))
            if not ended:
                break
            alive.difference_update(ended)
            waiting = list(alive)
        return gone, list(alive)

    while alive:
        if deadline is not None and monotonic() >= deadline:
            break
        share = 1.0 / len(alive)
        for process in list(alive):
            left = share if deadline is None else min(deadline - monotonic(), share)
            if left <= 0:
                break
            check(process, left)
        alive.difference_update(gone)
    for process in list(alive):
        check(process, 0)
    alive.difference_update(gone)
    return gone, list(alive)
