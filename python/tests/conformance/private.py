"""Private names of psutil that its own tests import, each as small as those tests need it.

They are for the tests alone. Where psight has such a name already (programs in the field use a few), its own is kept.
"""

import functools
import ipaddress
import os
import re
import socket
import stat
import sys
import types
from importlib import import_module

import psight


def install():
    """Make psight importable as `psutil`, with the private modules and names that the tests import."""
    sys.modules["psutil"] = psight
    for name, names in MODULES.items():
        module = complete(name, names)
        sys.modules[f"psutil.{name}"] = sys.modules[f"psight.{name}"] = module
        setattr(psight, name, module)
    platform = sys.modules["psutil._pslinux"]
    sys.modules["psutil._psplatform"] = sys.modules["psight._psplatform"] = psight._psplatform = platform
    psight.Process._proc = property(lambda process: Platform(process.pid, process))
    psight.__class__._pmap = property(_known, _set_known)
    for name, value in {"_set_debug": _set_debug, "_cpu_busy_time": _cpu_busy_time}.items():
        if not hasattr(psight, name):
            setattr(psight, name, value)


def complete(name, names):
    """psight's module of this name if it has one, with what it lacks."""
    try:
        module = import_module(f"psight.{name}")
    except ModuleNotFoundError:
        module = types.ModuleType(f"psutil.{name}")
    for key, value in names.items():
        if not hasattr(module, key):
            setattr(module, key, value)
    return module


def memoize(fun):
    """Keep the results of a function by its arguments."""
    return functools.lru_cache(maxsize=None)(fun)


def supports_ipv6():
    """Whether a socket can be bound to the IPv6 loopback."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True


def open_text(path):
    """Open a kernel's file as text."""
    return open(path, encoding=sys.getfilesystemencoding(), errors=sys.getfilesystemencodeerrors())


def open_binary(path):
    """Open a kernel's file as bytes."""
    return open(path, "rb", buffering=32 * 1024)


def isfile_strict(path):
    """`os.path.isfile`, which tells of a file that may not be looked at."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except PermissionError:
        raise
    except OSError:
        return False


def broadcast_addr(addr):
    """The broadcast address of a network interface's address."""
    if not addr.address or not addr.netmask or addr.family not in (socket.AF_INET, socket.AF_INET6):
        return None
    kind = ipaddress.IPv4Network if addr.family == socket.AF_INET else ipaddress.IPv6Network
    return str(kind(f"{addr.address}/{addr.netmask}", strict=False).broadcast_address)


def print_color(text, color=None, bold=False, file=sys.stdout):
    """Print; colours are for people."""
    print(text, file=file)


class Platform:
    """What psutil calls `Process._proc`: some tests look at a process through it as well."""

    def __init__(self, pid, process=None):
        self.pid = pid
        self._process = process

    def __getattr__(self, name):
        if self._process is None:
            self._process = psight.Process.__new__(psight.Process)
            self._process._blank(self.pid)
        return getattr(self._process, name)

    def create_time(self, monotonic=False):
        """The start of the process, since boot if `monotonic`."""
        return self._process._ident[1] if monotonic else psight.Process(self.pid).create_time()

    def wait(self, timeout=None):
        """Wait for the process as one that was opened after its end would."""
        again = psight.Process.__new__(psight.Process)
        again._init(self.pid, _ignore_nsp=True)
        return again.wait(timeout)

    def _get_eligible_cpus(self):
        with open(f"/proc/{self.pid}/status") as file:
            found = re.search(r"Cpus_allowed_list:\t(\d+)-(\d+)", file.read())
        if found:
            return list(range(int(found[1]), int(found[2]) + 1))
        return list(range(len(psight.cpu_times(percpu=True))))


def _known(module):
    return sys.modules["psight._process"]._known


def _set_known(module, known):
    sys.modules["psight._process"]._known = known


def _set_debug(value):
    sys.modules["psutil._common"].PSUTIL_DEBUG = bool(value)


def _cpu_busy_time(times):
    return sum(times) - times.guest - times.guest_nice - times.idle - times.iowait


def _ioprio_set(pid, ioclass, value):
    psight._psight.process.set_ionice(psight.Process(pid), ioclass, value)


def _check_pid_range(pid):
    if pid > 0x7FFFFFFF:
        raise OverflowError("PID out of range")


def _wait_pid(pid, timeout=None):
    """Wait for a process that may be gone already."""
    try:
        return psight.Process(pid).wait(timeout)
    except psight.NoSuchProcess:
        return None


def _absent(name):
    def absent(*args, **kwargs):
        raise NotImplementedError(f"{name} is inside of psutil's own implementation")

    return absent


_INET, _STREAM_AND_DGRAM = [socket.AF_INET, socket.AF_INET6], [socket.SOCK_STREAM, socket.SOCK_DGRAM]
CONN_TMAP = {
    "all": ([*_INET, socket.AF_UNIX], [*_STREAM_AND_DGRAM, socket.SOCK_SEQPACKET]),
    "tcp": (_INET, [socket.SOCK_STREAM]),
    "tcp4": ([socket.AF_INET], [socket.SOCK_STREAM]),
    "tcp6": ([socket.AF_INET6], [socket.SOCK_STREAM]),
    "udp": (_INET, [socket.SOCK_DGRAM]),
    "udp4": ([socket.AF_INET], [socket.SOCK_DGRAM]),
    "udp6": ([socket.AF_INET6], [socket.SOCK_DGRAM]),
    "unix": ([socket.AF_UNIX], [*_STREAM_AND_DGRAM, socket.SOCK_SEQPACKET]),
    "inet": (_INET, _STREAM_AND_DGRAM),
    "inet4": ([socket.AF_INET], _STREAM_AND_DGRAM),
    "inet6": ([socket.AF_INET6], _STREAM_AND_DGRAM),
}

MODULES = {
    "_common": {
        "memoize": memoize,
        "supports_ipv6": supports_ipv6,
        "open_text": open_text,
        "open_binary": open_binary,
        "isfile_strict": isfile_strict,
        "broadcast_addr": broadcast_addr,
        "conn_tmap": CONN_TMAP,
        "print_color": print_color,
        "debug": lambda message: None,
        "PSUTIL_DEBUG": False,
        "bcat": _absent("bcat"),
        "cat": _absent("cat"),
        "memoize_when_activated": _absent("memoize_when_activated"),
        "parse_environ_block": _absent("parse_environ_block"),
        "wrap_numbers": _absent("wrap_numbers"),
    },
    "_psposix": {"wait_pid": _wait_pid},
    "_pslinux": {
        "CLOCK_TICKS": os.sysconf("SC_CLK_TCK"),
        "RootFsDeviceFinder": _absent("RootFsDeviceFinder"),
        "calculate_avail_vmem": _absent("calculate_avail_vmem"),
        "open_binary": open_binary,
        "Process": Platform,
        "cext": types.SimpleNamespace(
            check_pid_range=_check_pid_range,
            getpagesize=lambda: os.sysconf("SC_PAGE_SIZE"),
            proc_ioprio_set=_ioprio_set,
        ),
        "open_text": open_text,
    },
}
