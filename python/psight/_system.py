"""The questions about the machine, with psutil's names, defaults and state."""

import sys
from _thread import get_ident as _thread_id

from . import _psight as _core

_package = sys.modules[__package__]
_IS_WINDOWS = sys.platform == "win32"


def virtual_memory():
    """Return the machine's physical memory, in bytes.

    `total` and `available` mean the same everywhere; `percent` is ``(total - available) / total * 100``. The other
    fields are the kernel's own bookkeeping and do not add up to `total`.
    """
    memory = _core.virtual_memory()
    if None not in memory:
        return memory
    # The slab is not missed on kernels that do not tell it.
    names = ("buffers", "cached", "shared", "active", "inactive", "available")
    missing = [name for name in names if getattr(memory, name) is None]
    if missing:
        were = "was" if len(missing) == 1 else "were"
        _warn(f"{', '.join(missing)} memory stats couldn't be determined and {were} set to 0")
    if memory.available is None:
        memory = memory._replace(used=memory.total, percent=100.0 if memory.total else 0.0)
    return memory._make(0 if value is None else value for value in memory)


def swap_memory():
    """Return the machine's swap space, in bytes; `sin` and `sout` are what was read back and written since boot."""
    swap = _core.swap_memory()
    if None not in swap:
        return swap
    if _IS_WINDOWS:
        # Nobody counts them there, and psutil has zeros.
        return swap._replace(sin=0, sout=0)
    _warn("'sin' and 'sout' swap memory stats couldn't be determined and were set to 0")
    return swap._make(0 if value is None else value for value in swap)


def _warn(message):
    import warnings

    warnings.warn(message, RuntimeWarning, stacklevel=3)


def cpu_times(percpu=False):
    """Return the seconds that the CPUs have spent in each mode since boot, or those of each CPU in a list.

    `guest` time is part of `user`, and `guest_nice` of `nice`.
    """
    core = _core.windows if _IS_WINDOWS else _core
    return core.per_cpu_times() if percpu else core.cpu_times()


def _first():
    # Importing must work where nothing can be read yet.
    try:
        return {_thread_id(): _core.cpu_sample(True)}
    except Exception:
        return {}


# What was seen last, by thread; psutil has a memory for each of these questions.
_start = _first()
_seen = {question: _start.copy() for question in ("percent", "percent each", "times", "times each")}


def cpu_percent(interval=None, percpu=False):
    """Return how busy the CPUs are in percent, or how busy each is in a list.

    With an `interval` the call blocks for so many seconds and compares before with after. Without one it compares with
    the last call in this thread, or with the import; the first value is meaningless and should be ignored.
    """
    replaced = _replaced_times()
    if replaced is not None:
        from ._replaced import cpu_percent

        return cpu_percent(replaced, interval, percpu)
    samples = _samples("percent each" if percpu else "percent", interval, bool(percpu))
    return _core.cpu_percent(*samples, bool(percpu))


def cpu_times_percent(interval=None, percpu=False):
    """Return the share of the time that the CPUs spent in each mode, in percent; see `cpu_percent`."""
    replaced = _replaced_times()
    if replaced is not None:
        from ._replaced import cpu_times_percent

        return cpu_times_percent(replaced, interval, percpu)
    samples = _samples("times each" if percpu else "times", interval, bool(percpu))
    core = _core.windows if _IS_WINDOWS else _core
    return core.cpu_times_percent(*samples, bool(percpu))


def _replaced_times():
    """What a program has put into the package in the place of `cpu_times`, if it has."""
    times = _package.cpu_times
    # This file may have been loaded once more, for a copy of the package.
    return None if times is cpu_times or times is sys.modules[__name__].cpu_times else times


def _samples(question, interval, percpu):
    seen, thread = _seen[question], _thread_id()
    if _blocks(interval):
        from time import sleep

        before = _core.cpu_sample(percpu)
        sleep(interval)
    else:
        before = seen.get(thread) or _core.cpu_sample(percpu)
    seen[thread] = now = _core.cpu_sample(percpu)
    return before, now


def _blocks(interval):
    blocks = interval is not None and interval > 0.0
    if interval is not None and interval < 0:
        raise ValueError(f"interval is not positive (got {interval!r})")
    return blocks


def cpu_count(logical=True):
    """Return how many CPUs are online, or how many cores they have between them; None if it is not known."""
    count = _core.cpu_count_logical() if logical else _core.cpu_count_cores()
    return count if count is None or count >= 1 else None


def cpu_stats():
    """Return how many context switches, interrupts and soft interrupts there were since boot.

    `syscalls` is always 0 on Linux, which does not count them.
    """
    return _core.cpu_stats()


def cpu_freq(percpu=False):
    """Return the CPUs' frequency in MHz: now, lowest and highest; that of each CPU in a list with `percpu`.

    It is None (or an empty list) where it cannot be known; `min` and `max` are 0.0 where only `current` is known.
    """
    try:
        freqs = _core.per_cpu_freq()
    except (NotImplementedError, FileNotFoundError):
        freqs = []
    if percpu:
        return freqs
    if len(freqs) <= 1:
        return freqs[0] if freqs else None
    return freqs[0]._make(sum(column) / len(freqs) for column in zip(*freqs))


if _IS_WINDOWS:

    def getloadavg():
        """Return the average number of processes that wanted to run over the last 1, 5 and 15 minutes.

        Windows keeps none: it is computed from what ran whenever this was asked. So ask every few seconds; the first
        answer is what runs now.
        """
        from ._windows import getloadavg

        return getloadavg()

else:
    # Unlike the kernel's file, the system call does not round.
    from posix import getloadavg


def disk_usage(path):
    """Return the space of the file system that `path` is on, in bytes; `percent` is as `df` has it."""
    if _IS_WINDOWS:
        from os import fsdecode

        return _core.disk_usage(fsdecode(path))
    from os import fsdecode, statvfs

    try:
        return _core.disk_usage(f"/proc/self/fd/{path:d}" if isinstance(path, int) else fsdecode(path))
    except TimeoutError:
        raise
    except (OSError, TypeError, ValueError) as error:
        # Python says what is wrong with it as psutil does.
        statvfs(path)
        if not isinstance(error, TypeError):
            raise
        # It takes more than it says: whatever has bytes.
        return _core.disk_usage(fsdecode(bytes(path)))


def disk_partitions(all=False):
    """Return what is mounted: only physical devices, or everything with `all`."""
    return _core.disk_partitions(bool(all))


def disk_io_counters(perdisk=False, nowrap=True):
    """Return what was read from and written to all disks since boot, or to each by name with `perdisk`.

    The result is None (or an empty dict) on a machine without disks. With `nowrap` a counter that wraps goes on, so that
    it never decreases; ``disk_io_counters.cache_clear()`` forgets what was seen.
    """
    try:
        return _core.disk_io_counters(bool(perdisk), bool(nowrap))
    except NotImplementedError:
        if not _IS_WINDOWS:
            raise
        # Counting can be switched off for disks there, and for psutil those are none.
        return {} if perdisk else None


def net_io_counters(pernic=False, nowrap=True):
    """Return what all network interfaces have sent and received, or each by name with `pernic`.

    The result is None (or an empty dict) without interfaces. With `nowrap` a counter that wraps goes on, so that it
    never decreases; ``net_io_counters.cache_clear()`` forgets what was seen.
    """
    return _core.net_io_counters(bool(pernic), bool(nowrap))


disk_io_counters.cache_clear = _core.disk_io_counters_clear
net_io_counters.cache_clear = _core.net_io_counters_clear

_KINDS = ("all", "tcp", "tcp4", "udp", "udp4", "inet", "inet4", "inet6", "tcp6", "udp6", "unix")
if _IS_WINDOWS:
    _KINDS = _KINDS[:-1]


def _check_kind(kind):
    if kind not in _KINDS:
        raise ValueError(f"invalid kind argument {kind!r}; valid ones are: {_KINDS}")


def net_connections(kind="inet"):
    """Return the machine's sockets, with the process that has each where that may be known.

    `kind` is one of ``inet``, ``inet4``, ``inet6``, ``tcp``, ``tcp4``, ``tcp6``, ``udp``, ``udp4``, ``udp6``, ``unix``
    and ``all``. `fd` is -1 and `pid` None for a socket whose process may not be known, or that has none.
    """
    _check_kind(kind)
    return _core.net_connections(kind)


def net_if_addrs():
    """Return the addresses of each network interface by its name."""
    found = _core.net_if_addrs()
    if _IS_WINDOWS:
        from ._windows import net_if_addrs

        return net_if_addrs(found)
    # Those with addresses of IP first: whoever looks for the address of this machine takes the first that will do.
    return _in_order(found, lambda addresses: addresses[0].family)


def net_if_stats():
    """Return the state of each network interface by its name; `speed` is in megabits per second, 0 if not known."""
    return _in_order(_core.net_if_stats(), lambda stats: 0)


def _in_order(found, before):
    """Interfaces in the order of psutil, which is the kernel's, and not that of their names."""
    if _IS_WINDOWS or len(found) < 2:
        return found
    from _socket import if_nameindex

    try:
        indices = {name: index for index, name in if_nameindex()}
    except OSError:
        return found
    last = len(indices) + max(indices.values(), default=0)
    return dict(sorted(found.items(), key=lambda item: (before(item[1]), indices.get(item[0], last))))


def sensors_temperatures(fahrenheit=False):
    """Return what the thermometers say, in lists by the name of their chip."""
    found = _core.sensors_temperatures()
    if not fahrenheit:
        return found

    def convert(degrees):
        return degrees if degrees is None else degrees * 9 / 5 + 32

    return {
        chip: [t._make((t.label, *map(convert, t[1:]))) for t in sensors] for chip, sensors in found.items()
    }


def sensors_fans():
    """Return the fans' speed in revolutions per minute, in lists by the name of their chip."""
    return _core.sensors_fans()


def sensors_battery():
    """Return the battery's state, or None without a battery.

    `secsleft` may be `POWER_TIME_UNLIMITED` or `POWER_TIME_UNKNOWN`, `power_plugged` None if it is not known.
    """
    battery = _core.sensors_battery()
    if _IS_WINDOWS and battery is not None:
        # Windows has whole numbers, and psutil leaves them so.
        return battery._replace(percent=int(battery.percent))
    return battery


def boot_time():
    """Return when the machine started, in seconds since 1970."""
    return _core.boot_time()


def users():
    """Return who is logged in."""
    return _core.users()


def heap_info():
    """Return what the C heap of this process holds: by `malloc`, and by `mmap` for large blocks."""
    return _core.heap_info()


def heap_trim():
    """Ask the C heap to give memory that it does not use back to the system."""
    _core.heap_trim()
