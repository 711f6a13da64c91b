"""Names that psutil keeps to itself, and that programs in the field reach for all the same.

This one module answers as `_common`, `_pslinux`, `_psposix`, `_pswindows` and `_psplatform`, and the package hands out
from here what psutil has at its top. Each name is a few lines that behave as psutil's does when it is called from outside;
none of them is how this package works. A name that is not here is looked up among the named tuples and in the package
itself.
"""

import os
import sys

_package = sys.modules[__package__]
_IS_WINDOWS = sys.platform == "win32"

#: Whether `debug` speaks; set by the variable of this name in the environment.
PSUTIL_DEBUG = bool(os.environ.get("PSUTIL_DEBUG"))

ENCODING = sys.getfilesystemencoding()
ENCODING_ERRS = sys.getfilesystemencodeerrors()
FILE_READ_BUFFER_SIZE = 32 * 1024
if not _IS_WINDOWS:
    CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
    PAGESIZE = os.sysconf("SC_PAGE_SIZE")
DISK_SECTOR_SIZE = 512
LITTLE_ENDIAN = sys.byteorder == "little"
POWER_SUPPLY_PATH = "/sys/class/power_supply"
STATUS_WAKE_KILL = sys.intern("wake-kill")
STATUS_SUSPENDED = "suspended"
# What /proc says of a process's state, and of a TCP connection's.
PROC_STATUSES = {
    "R": "running",
    "S": "sleeping",
    "D": "disk-sleep",
    "T": "stopped",
    "t": "tracing-stop",
    "Z": "zombie",
    "X": "dead",
    "x": "dead",
    "K": "wake-kill",
    "W": "waking",
    "I": "idle",
    "P": "parked",
}
TCP_STATUSES = {
    "01": "ESTABLISHED",
    "02": "SYN_SENT",
    "03": "SYN_RECV",
    "04": "FIN_WAIT1",
    "05": "FIN_WAIT2",
    "06": "TIME_WAIT",
    "07": "CLOSE",
    "08": "CLOSE_WAIT",
    "09": "LAST_ACK",
    "0A": "LISTEN",
    "0B": "CLOSING",
}

# One that is the same where this module has been loaded again, as psutil's tests do.
_ABSENT = ...


# --- messages


def debug(msg):
    """Say on stderr what was put up with, and where, if `PSUTIL_DEBUG` is set."""
    if not PSUTIL_DEBUG:
        return
    caller = sys._getframe(1)
    if isinstance(msg, OSError):
        msg = f"ignoring {msg}"
    elif isinstance(msg, Exception):
        msg = f"ignoring {msg!r}"
    print(f"psutil-debug [{caller.f_code.co_filename}:{caller.f_lineno}]> {msg}", file=sys.stderr)


def _set_debug(value):
    """Turn the messages of `debug` on or off."""
    global PSUTIL_DEBUG
    PSUTIL_DEBUG = bool(value)


def warn(msg):
    """Give a `RuntimeWarning`."""
    import warnings

    warnings.warn(msg, RuntimeWarning, stacklevel=2)


# --- text and terminals


def bytes2human(n, format="%(value).1f%(symbol)s"):
    """Return a number of bytes as people write it, such as ``9.8K``."""
    symbols = "BKMGTPEZY"
    power = 0
    while power < len(symbols) - 1 and abs(n) >= 1 << 10 * (power + 1):
        power += 1
    value = float(n) / (1 << 10 * power) if power else n
    return format % {"value": value, "symbol": symbols[power]}


def term_supports_colors(file=None):
    """Return whether the terminal behind `file` (stdout without one) shows colours."""
    file = sys.stdout if file is None else file
    try:
        if not file.isatty():
            return False
        import curses

        curses.setupterm(fd=file.fileno())
        return curses.tigetnum("colors") > 0
    except Exception:
        return False


_COLORS = {
    None: "29",
    "": "29",
    "blue": "34",
    "brown": "33",
    "darkgrey": "30",
    "green": "32",
    "grey": "37",
    "lightblue": "36",
    "red": "91",
    "violet": "35",
    "yellow": "93",
}


def hilite(s, color=None, bold=False):
    """Return the text with the codes that colour it on a terminal, or as it is where there is none."""
    if not term_supports_colors():
        return s
    if color not in _COLORS:
        raise ValueError(f"invalid color {color!r}; choose amongst {list(_COLORS)}")
    codes = [_COLORS[color]] + (["1"] if bold else [])
    return f"\x1b[{';'.join(codes)}m{s}\x1b[0m"


def print_color(s, color=None, bold=False, file=None):
    """Print the text in a colour, if `file` (stdout without one) shows colours."""
    file = sys.stdout if file is None else file
    print(hilite(s, color, bold) if term_supports_colors(file) else s, file=file)


# --- files


def open_binary(fname):
    """Open a file to read bytes."""
    return open(fname, "rb", buffering=FILE_READ_BUFFER_SIZE)


def open_text(fname):
    """Open a file to read text, where anything that is not text comes as surrogates."""
    return open(fname, buffering=FILE_READ_BUFFER_SIZE, encoding=ENCODING, errors=ENCODING_ERRS)


def cat(fname, fallback=_ABSENT, _open=open_text):
    """Return what a file holds, or `fallback` if that is given and the file cannot be read."""
    try:
        with _open(fname) as file:
            return file.read()
    except OSError:
        if fallback is _ABSENT:
            raise
        return fallback


def bcat(fname, fallback=_ABSENT):
    """Return what a file holds as bytes; see `cat`."""
    return cat(fname, fallback, open_binary)


def decode(s):
    """Return bytes as the text of a file's name."""
    return s.decode(ENCODING, ENCODING_ERRS)


def isfile_strict(path):
    """Like `os.path.isfile`, but raise if it may not be known."""
    import stat

    mode = _mode(path)
    return mode is not None and stat.S_ISREG(mode)


def path_exists_strict(path):
    """Like `os.path.exists`, but raise if it may not be known."""
    return _mode(path) is not None


def _mode(path):
    try:
        return os.stat(path).st_mode
    except PermissionError:
        raise
    except OSError:
        return None


def readlink(path):
    """Return where a link of procfs leads, without what the kernel adds to it."""
    target = os.readlink(path).split("\0")[0]
    if target.endswith(" (deleted)") and not os.path.lexists(target):
        target = target[: -len(" (deleted)")]
    return target


def get_procfs_path():
    """Return where procfs is."""
    return _package.PROCFS_PATH


def is_storage_device(name):
    """Return whether this is a disk, and not a partition of one."""
    return os.access("/sys/block/" + name.replace("/", "!"), os.F_OK)


def parse_environ_block(data):
    """Return the variables of an environment as the kernel keeps it: words that end in a NUL."""
    variables = {}
    for word in data[: data.rfind("\0") + 1].split("\0"):
        if not word:
            break
        name, equals, value = word.partition("=")
        if name and equals:
            variables[name.upper() if _IS_WINDOWS else name] = value
    return variables


# --- numbers


def usage_percent(used, total, round_=None):
    """Return `used` in percent of `total`; 0.0 of nothing."""
    if not total:
        return 0.0
    percent = float(used) / total * 100
    return percent if round_ is None else round(percent, round_)


class _WrapNumbers:
    """Keeps totals growing when the counters behind them start again from zero."""

    def __init__(self):
        import threading

        self.lock = threading.Lock()
        # By question: the numbers last seen; by (row, column) what they had lost; by row the columns that had.
        self.cache, self.reminders, self.reminder_keys = {}, {}, {}

    def run(self, input_dict, name):
        last = self.cache.get(name)
        self.cache[name] = input_dict
        if last is None:
            self.reminders[name], self.reminder_keys[name] = _Defaults(int), _Defaults(set)
            return input_dict
        lost, columns = self.reminders[name], self.reminder_keys[name]
        for row in last.keys() - input_dict.keys():
            for key in columns.pop(row, ()):
                del lost[key]
        answer = {}
        for row, numbers in input_dict.items():
            if row not in last:
                answer[row] = numbers
                continue
            for column, (now, before) in enumerate(zip(numbers, last[row])):
                if now < before:
                    lost[row, column] += before
                    columns[row].add((row, column))
            answer[row] = tuple(now + lost[row, column] for column, now in enumerate(numbers))
        return answer

    def cache_clear(self, name=None):
        """Forget what was seen, or only that of one question."""
        with self.lock:
            for part in (self.cache, self.reminders, self.reminder_keys):
                part.clear() if name is None else part.pop(name, None)

    def cache_info(self):
        """Return what was seen, what it had lost, and where."""
        with self.lock:
            return (self.cache, self.reminders, self.reminder_keys)


class _Defaults(dict):
    """A `collections.defaultdict` without its import."""

    def __init__(self, make):
        self._make = make

    def __missing__(self, key):
        made = self[key] = self._make()
        return made


_wn = _WrapNumbers()


def wrap_numbers(input_dict, name):
    """Return the numbers of a question so that they never fall; see `disk_io_counters`."""
    with _wn.lock:
        return _wn.run(input_dict, name)


# By the module's name, so that they are of one memory also where this module has been loaded again.
wrap_numbers.cache_clear = lambda name=None: _wn.cache_clear(name)
wrap_numbers.cache_info = lambda: _wn.cache_info()


# --- functions about functions


def memoize(fun):
    """Remember what a function returned for the same arguments; `cache_clear` of it forgets."""
    from functools import wraps

    known = {}

    @wraps(fun)
    def remembered(*args, **kwargs):
        key = (args, frozenset(kwargs.items()))
        if key not in known:
            known[key] = fun(*args, **kwargs)
        return known[key]

    def cache_clear():
        """Forget everything that was returned."""
        known.clear()

    remembered.cache_clear = cache_clear
    return remembered


def memoize_when_activated(fun):
    """Remember what a method without arguments returned, between its `cache_activate` and `cache_deactivate`."""
    from functools import wraps

    @wraps(fun)
    def remembered(self):
        known = getattr(self, "_cache", None)
        if known is None:
            return fun(self)
        if fun not in known:
            known[fun] = fun(self)
        return known[fun]

    def cache_activate(proc):
        """Begin to remember for this object."""
        proc._cache = {}

    def cache_deactivate(proc):
        """Forget, and stop to remember for this object."""
        proc.__dict__.pop("_cache", None)

    remembered.cache_activate = cache_activate
    remembered.cache_deactivate = cache_deactivate
    return remembered


def deprecated_method(replacement):
    """Decorate a method that warns and calls another in its stead."""
    from functools import wraps

    def decorate(fun):
        message = f"{fun.__name__}() is deprecated and will be removed; use {replacement}() instead"
        fun.__doc__ = fun.__doc__ or message

        @wraps(fun)
        def warned(self, *args, **kwargs):
            import warnings

            warnings.warn(message, DeprecationWarning, stacklevel=2)
            return getattr(self, replacement)(*args, **kwargs)

        return warned

    return decorate


# --- the network


def supports_ipv6():
    """Return whether a socket can be bound to this machine's own IPv6 address."""
    socket = sys.modules[__name__].socket
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as bound:
            bound.bind(("::1", 0))
    except OSError:
        return False
    return True


def sockfam_to_enum(num):
    """Return the member of `socket.AddressFamily` with this number, or the number."""
    import socket

    return _member(socket.AddressFamily, num)


def socktype_to_enum(num):
    """Return the member of `socket.SocketKind` with this number, or the number."""
    import socket

    return _member(socket.SocketKind, num)


def _member(enumeration, number):
    try:
        return enumeration(number)
    except ValueError:
        return number


def conn_to_ntuple(fd, fam, type_, laddr, raddr, status, status_map, pid=None):
    """Return a connection as the tuple that `net_connections` has."""
    import socket

    from . import _ntuples

    inet = fam in (socket.AF_INET, socket.AF_INET6)
    if inet:
        laddr, raddr = (_ntuples.addr(*end) if end else end for end in (laddr, raddr))
    status = status_map.get(status, "NONE") if inet and type_ == socket.SOCK_STREAM else "NONE"
    row = (fd, sockfam_to_enum(fam), socktype_to_enum(type_), laddr, raddr, status)
    return _ntuples.pconn(*row) if pid is None else _ntuples.sconn(*row, pid)


def broadcast_addr(addr):
    """Return the broadcast address of a tuple of `net_if_addrs`, or None."""
    import ipaddress
    import socket

    networks = {socket.AF_INET: ipaddress.IPv4Network, socket.AF_INET6: ipaddress.IPv6Network}
    if not addr.address or not addr.netmask or addr.family not in networks:
        return None
    network = networks[addr.family](f"{addr.address}/{addr.netmask}", strict=False)
    return str(network.broadcast_address)


def _conn_tmap():
    import socket

    tcp, udp = [socket.SOCK_STREAM], [socket.SOCK_DGRAM]
    four, six, both = [socket.AF_INET], [socket.AF_INET6], [socket.AF_INET, socket.AF_INET6]
    unix = [socket.AF_UNIX] if hasattr(socket, "AF_UNIX") else []
    return {
        "all": ([*both, *unix], [*tcp, *udp, socket.SOCK_SEQPACKET]),
        "tcp": (both, tcp),
        "tcp4": (four, tcp),
        "tcp6": (six, tcp),
        "udp": (both, udp),
        "udp4": (four, udp),
        "udp6": (six, udp),
        "inet": (both, [*tcp, *udp]),
        "inet4": (four, [*tcp, *udp]),
        "inet6": (six, [*tcp, *udp]),
        **({"unix": (unix, [*tcp, *udp])} if unix else {}),
    }


# --- processes and the machine


def pid_exists(pid):
    """Return whether a signal could be sent to this pid, or is only forbidden."""
    if pid == 0:
        return True
    if _IS_WINDOWS:
        # There os.kill ends the process.
        return _package.pid_exists(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def wait_pid(pid, timeout=None):
    """Wait for a process to end; see `Process.wait`."""
    if pid <= 0:
        raise ValueError("can't wait for PID 0")
    process = _package.Process.__new__(_package.Process)
    process._init(pid, True)
    return process.wait(timeout)


def negsig_to_enum(num):
    """Return the member for the negative number of a signal, or the number."""
    from ._signals import negative

    return negative(num)


def get_terminal_map():
    """Return the paths of the terminals by the number of their device."""
    from glob import glob

    terminals = {}
    for path in glob("/dev/tty*") + glob("/dev/pts/*"):
        try:
            terminals[os.stat(path).st_rdev] = path
        except FileNotFoundError:
            pass
    return terminals


def ppid_map():
    """Return the pid of each process's parent by the pid of the process."""
    table = _package.process_table(["pid", "ppid"])
    return dict(zip(table.column("pid"), table.column("ppid")))


def cpu_count_logical():
    """Return how many CPUs are online."""
    return _package.cpu_count()


def cpu_count_cores():
    """Return how many cores the CPUs that are online have between them."""
    return _package.cpu_count(logical=False)


def per_cpu_times():
    """Return the times of each CPU."""
    return _package.cpu_times(percpu=True)


def _cpu_tot_time(times):
    """The time that a CPU has spent in all modes; guests' time is part of others."""
    return sum(times) - getattr(times, "guest", 0) - getattr(times, "guest_nice", 0)


def _cpu_busy_time(times):
    """The time that a CPU has not spent waiting for work."""
    return _cpu_tot_time(times) - times.idle - getattr(times, "iowait", 0)


def _cpu_times_deltas(t1, t2):
    """The time that a CPU spent in each mode between two tuples; a counter that went back counts as nothing."""
    assert t1._fields == t2._fields, (t1, t2)
    return type(t2)(*(max(0, now - before) for before, now in zip(t1, t2)))


def _timer():
    from time import monotonic

    return monotonic()


def _inside(process, name):
    """What psutil's `Process` has for itself under this name."""
    if name == "_proc":
        from ._beneath import Beneath

        return Beneath(process)
    from _thread import RLock

    # Two threads may come here at once: both get the one that was kept.
    return vars(process).setdefault(name, RLock())


# --- what is looked up when it is asked for

_AT_THE_TOP = {
    "_LOWEST_PID": lambda: _package.pids()[0],
    "_TOTAL_PHYMEM": lambda: _package.virtual_memory().total,
    "_as_dict_attrnames": lambda: _process()._USUAL,
    "_check_conn_kind": lambda: _system()._check_kind,
    "_cpu_busy_time": lambda: _cpu_busy_time,
    "_cpu_times_deltas": lambda: _cpu_times_deltas,
    "_cpu_tot_time": lambda: _cpu_tot_time,
    "_last_cpu_times": lambda: _system()._seen["percent"],
    "_last_cpu_times_2": lambda: _system()._seen["times"],
    "_last_per_cpu_times": lambda: _system()._seen["percent each"],
    "_last_per_cpu_times_2": lambda: _system()._seen["times each"],
    "_ntp": lambda: _package._ntuples,
    "_pmap": lambda: _process()._known,
    "_pids_reused": lambda: _process()._reused,
    "_ppid_map": lambda: ppid_map,
    "_pprint_secs": lambda: _process()._date,
    "_psplatform": lambda: sys.modules[__name__],
    "_set_debug": lambda: _set_debug,
    "_timer": lambda: _timer,
    "_wrap_numbers": lambda: wrap_numbers,
    "debug": lambda: debug,
}


def _process():
    from . import _process

    return _process


def _system():
    from . import _system

    return _system


def at_the_top(name):
    """What psutil's package has under this private name; a KeyError if it is nothing of the kind."""
    return _AT_THE_TOP[name]()


def __getattr__(name):
    if name == "conn_tmap":
        found = globals()[name] = _conn_tmap()
        return found
    if name in ("socket", "stat", "functools", "collections", "enum", "threading", "warnings", "glob", "signal"):
        from importlib import import_module

        return import_module(name)
    enums = ("NicDuplex", "BatteryTime", "IOPriority", "AddressFamily", *(("Priority",) if _IS_WINDOWS else ()))
    if name in enums:
        from . import _enums

        return getattr(_enums, name)
    if name in ("Process", "RootFsDeviceFinder", "calculate_avail_vmem") and not _IS_WINDOWS:
        from . import _beneath

        # The class is one object, so that what is replaced in it is found again.
        found = globals()[name] = _beneath.PlatformProcess() if name == "Process" else getattr(_beneath, name)
        return found
    if name == "Negsignal" and not _IS_WINDOWS:
        from ._signals import Negsignal

        return Negsignal
    if name == "cext" and not _IS_WINDOWS:
        from . import _psutil_linux

        return _psutil_linux
    if name == "WindowsService" and _IS_WINDOWS:
        from ._services import WindowsService

        return WindowsService
    if not name.startswith("_"):
        from . import _ntuples

        for module in (_ntuples, _package):
            found = getattr(module, name, _ABSENT)
            if found is not _ABSENT:
                return found
    raise AttributeError(f"module 'psutil' has no private name {name!r} here")
