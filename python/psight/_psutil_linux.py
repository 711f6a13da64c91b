"""What psutil's extension answers on Linux, for the few programs that ask it past its package."""

import os
import sys

_package = sys.modules[__package__]

DUPLEX_HALF, DUPLEX_FULL, DUPLEX_UNKNOWN = 0, 1, 255
version = int(_package.__version__.replace(".", ""))


def check_pid_range(pid):
    """Refuse what is no pid for its size."""
    if pid > 0x7FFFFFFF:
        raise OverflowError("signed integer is greater than maximum")


def getpagesize():
    """Return the size of a page of memory, in bytes."""
    return os.sysconf("SC_PAGE_SIZE")


def linux_sysinfo():
    """Return memory that there is, free, in buffers and shared; swap that there is and free; and their unit, in bytes."""
    memory, swap = _package.virtual_memory(), _package.swap_memory()
    return memory.total, memory.free, memory.buffers, memory.shared, swap.total, swap.free, 1


def proc_priority_get(pid):
    return _package.Process(pid).nice()


def proc_priority_set(pid, value):
    _package.Process(pid).nice(value)


def proc_ioprio_get(pid):
    nice = _package.Process(pid).ionice()
    return int(nice.ioclass), nice.value


def proc_ioprio_set(pid, ioclass, value):
    _package.Process(pid).ionice(ioclass, value)


def proc_cpu_affinity_get(pid):
    return _package.Process(pid).cpu_affinity()


def proc_cpu_affinity_set(pid, cpus):
    _package.Process(pid).cpu_affinity(cpus)


def set_debug(value):
    """Turn messages about what was put up with on or off."""
    _package._set_debug(value)


def __getattr__(name):
    if name.startswith(("RLIMIT_", "RLIM_")) or name in ("heap_info", "heap_trim", "users"):
        return getattr(_package, name)
    raise AttributeError(f"module 'psutil._psutil_linux' has no name {name!r} here")
