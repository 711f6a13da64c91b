"""See every process and every resource of a machine, and control them.

This is psutil's API (7.2.2) on psight's core: ``import psight as psutil`` is the whole migration.
"""

import sys as _sys

from . import _psight as _core
from ._exceptions import AS_PSUTIL as _AS_PSUTIL
from ._exceptions import AccessDenied, Error, NoSuchProcess, TimeoutExpired, ZombieProcess
from ._process import Process, pid_exists, pids, process_iter, wait_procs
from ._system import (
    boot_time,
    cpu_count,
    cpu_freq,
    cpu_percent,
    cpu_stats,
    cpu_times,
    cpu_times_percent,
    disk_io_counters,
    disk_partitions,
    disk_usage,
    getloadavg,
    heap_info,
    heap_trim,
    net_connections,
    net_if_addrs,
    net_if_stats,
    net_io_counters,
    sensors_battery,
    sensors_fans,
    sensors_temperatures,
    swap_memory,
    users,
    virtual_memory,
)

__version__ = "7.2.2"
#: The version of psutil that this package behaves like.
version_info = (7, 2, 2)
#: The version of psight itself.
psight_version = "0.1.0"

if _core.version != psight_version:
    raise ImportError(
        f"version conflict: {_core.__file__!r} was built for psight {_core.version}, not {psight_version}; "
        "uninstall psight, see that nothing is left of it, and install it again"
    )

WINDOWS = _sys.platform == "win32"
POSIX = LINUX = not WINDOWS
MACOS = OSX = FREEBSD = OPENBSD = NETBSD = BSD = SUNOS = AIX = False

if LINUX:
    #: Where procfs is. Setting it makes every question ask there.
    PROCFS_PATH = "/proc"

# Those that look like names are interned by Python itself. What is answered is these very strings.
STATUS_RUNNING = "running"
STATUS_SLEEPING = "sleeping"
STATUS_DISK_SLEEP = _sys.intern("disk-sleep")
STATUS_STOPPED = "stopped"
STATUS_TRACING_STOP = _sys.intern("tracing-stop")
STATUS_ZOMBIE = "zombie"
STATUS_DEAD = "dead"
STATUS_WAKING = "waking"
STATUS_IDLE = "idle"
STATUS_LOCKED = "locked"
STATUS_WAITING = "waiting"
STATUS_PARKED = "parked"

CONN_ESTABLISHED = "ESTABLISHED"
CONN_SYN_SENT = "SYN_SENT"
CONN_SYN_RECV = "SYN_RECV"
CONN_FIN_WAIT1 = "FIN_WAIT1"
CONN_FIN_WAIT2 = "FIN_WAIT2"
CONN_TIME_WAIT = "TIME_WAIT"
CONN_CLOSE = "CLOSE"
CONN_CLOSE_WAIT = "CLOSE_WAIT"
CONN_LAST_ACK = "LAST_ACK"
CONN_LISTEN = "LISTEN"
CONN_CLOSING = "CLOSING"
CONN_NONE = "NONE"

if WINDOWS:
    from ._services import win_service_get, win_service_iter

    CONN_DELETE_TCB = "DELETE_TCB"

    ABOVE_NORMAL_PRIORITY_CLASS = 0x8000
    BELOW_NORMAL_PRIORITY_CLASS = 0x4000
    HIGH_PRIORITY_CLASS = 0x80
    IDLE_PRIORITY_CLASS = 0x40
    NORMAL_PRIORITY_CLASS = 0x20
    REALTIME_PRIORITY_CLASS = 0x100

    # No answer is known there.
    del sensors_fans, sensors_temperatures
    try:
        # As psutil does: without it an administrator sees no more of others' processes than anybody.
        _core.windows.take_debug_privilege()
    except OSError:
        pass

# What is looked up when it is asked for, because its module takes longer to import than this one.
_MEMBERS = (
    "AF_LINK",
    *(
        ("IOPRIO_HIGH", "IOPRIO_LOW", "IOPRIO_NORMAL", "IOPRIO_VERYLOW")
        if WINDOWS
        else ("IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE", "IOPRIO_CLASS_NONE", "IOPRIO_CLASS_RT")
    ),
    "NIC_DUPLEX_FULL",
    "NIC_DUPLEX_HALF",
    "NIC_DUPLEX_UNKNOWN",
    "POWER_TIME_UNKNOWN",
    "POWER_TIME_UNLIMITED",
)
_LIMITS = ()
if LINUX:
    _LIMITS = tuple(
        "RLIMIT_" + name
        for name in "AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK".split()
    ) + ("RLIM_INFINITY",)
_RLIMIT_NUMBERS = {"RLIMIT_LOCKS": 10}
_MODULES = frozenset(
    "collections contextlib datetime functools os pwd signal socket subprocess sys threading time".split()
)
# What is not psutil 7.2.2's: what its 8.0 adds, and what is ours, by the module that has it.
_LATER = {
    "BatteryTime": "_enums",
    "ConnectionStatus": "_enums",
    "NicDuplex": "_enums",
    "ProcessIOPriority": "_enums",
    "ProcessRlimit": "_enums",
    "ProcessStatus": "_enums",
    "STATUS_SUSPENDED": "_private",
    "STATUS_WAKE_KILL": "_private",
    "bytes2human": "_private",
}
if WINDOWS:
    del _LATER["ProcessRlimit"]
# The modules of psutil's that have other names here, or are of this system alone.
_FILES = frozenset(("_common", "_ntuples", *(("_pswindows",) if WINDOWS else ("_pslinux", "_psposix", "_psutil_linux"))))
# What psutil's package has for itself, and programs use.
_PRIVATE = frozenset(
    "_LOWEST_PID _TOTAL_PHYMEM _as_dict_attrnames _check_conn_kind _cpu_busy_time _cpu_times_deltas _cpu_tot_time"
    " _last_cpu_times _last_cpu_times_2 _last_per_cpu_times _last_per_cpu_times_2 _ntp _pids_reused _pmap _ppid_map"
    " _pprint_secs _psplatform _set_debug _timer _wrap_numbers debug".split()
)
_OURS = {
    "ProcessTable": "_columns",
    "effective_cpus": "_limits",
    "effective_memory": "_limits",
    "install": "dropin",
    "keep_open": "_keep",
    "pressure": "_limits",
    "process_table": "_columns",
    "uninstall": "dropin",
    "test": "_table",
    "use_bpf": "_bpf",
}

__all__ = sorted(
    {
        name
        for name, value in globals().items()
        # Modules are there when this is loaded again.
        if not name.startswith("_") and name != "psight_version" and not isinstance(value, type(_sys))
    }
    | {"__version__", "Popen", *_MEMBERS, *_LIMITS, *_LATER}
)

if _AS_PSUTIL:
    from ._pickles import name_functions as _name_functions

    _name_functions(globals())


# The names of a module, whatever its class makes of the question.
_names_in = type(_sys).__dict__["__dict__"].__get__


class _Module(type(_sys)):
    """This module, which tells the core when `PROCFS_PATH` is set."""

    @property
    def __dict__(self):
        # Whoever looks at all names means those too that are made when they are asked for.
        names = _names_in(self)
        for name in ("Popen", *_MEMBERS, *_LIMITS, *_LATER):
            if name not in names:
                names[name] = getattr(self, name)
        return names

    def __reduce__(self):
        # Those who send functions to other processes know how to send a module only if it is of Python's own class.
        from importlib import import_module

        return import_module, ("psutil" if _AS_PSUTIL else __name__,)

    def __setattr__(self, name, value):
        if name == "_pmap":
            # psutil's tests, and those of others, forget processes so.
            _sys.modules[f"{__name__}._process"]._known = value
            return
        if name == "PROCFS_PATH" and LINUX:
            _core.set_paths(None if value == "/proc" else value)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        if name == "_pmap":
            # What replaced it goes, and whoever put that there puts the old one back.
            del _sys.modules[f"{__name__}._process"]._known
            return
        super().__delattr__(name)


_sys.modules[__name__].__class__ = _Module


def __getattr__(name):
    if name in _MEMBERS:
        from . import _enums

        found = _enums.MEMBERS[name]
    elif name in _LIMITS:
        import resource

        found = _RLIMIT_NUMBERS[name] if name in _RLIMIT_NUMBERS else getattr(resource, name)
    elif name == "Popen":
        from ._popen import Popen as found
    elif name == "pwd" and WINDOWS:
        found = None
    elif name in _MODULES or name in _FILES:
        found = _module(name)
    elif name in _LATER or name in _OURS:
        return getattr(_module(_LATER.get(name) or _OURS[name]), name)
    elif name in _PRIVATE:
        # Never kept here: some of them change.
        return _module("_private").at_the_top(name)
    elif name.startswith("_"):
        # The import of a submodule asks for it here first.
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    else:
        from ._absent import message

        raise AttributeError(message(f"module {__name__!r}", name))
    globals()[name] = found
    return found


def _module(name):
    """The modules that psutil's has as attributes, and that programs reach for through it."""
    from importlib import import_module

    return import_module(name if name in _MODULES else f"{__name__}.{name}")


def _in_words():
    """What `_module` imports. Tools that pack a program with its modules take those that they see imported somewhere."""
    import collections, contextlib, datetime, functools, os, pwd, signal, socket, subprocess, sys, threading, time

    from . import _bpf, _columns, _common, _enums, _keep, _limits, _ntuples, _private, _pslinux, _psplatform
    from . import _psposix, _psutil_linux, _pswindows, _table, dropin


def __dir__():
    # psutil has no packages in it.
    return sorted({*globals(), *__all__} - {"dropin", "psight_version", "pypsutil"})


if _names_in(_sys.modules[__name__]) is not globals():
    # Somebody has loaded this file a second time, for a copy of the package.
    from ._copy import remember_apart as _remember_apart

    _remember_apart(globals())
