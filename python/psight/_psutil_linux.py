"""What psutil's extension answers on Linux, for the few programs that ask it past its package."""

import os
import sys

_package = sys.modules[__package__]

DUPLEX_HALF, DUPLEX_FULL, DUPLEX_UNKNOWN = 0, 1, 255
version = int(_package.__version__.replace(".", ""))


def check_pid_range(pid, /):
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


def heap_info():
    """Return what the C heap of this process holds."""
    return tuple(_package.heap_info())


def heap_trim():
    """Ask the C heap to give back memory that it does not use."""
    _package.heap_trim()


def users():
    """Return who is logged in: name, terminal, host, moment and pid of each."""
    return [(user.name, user.terminal, user.host, user.started, user.pid) for user in _package.users()]


def disk_partitions(mtab_path, /):
    """Return what is mounted by the table in this file: device, directory, file system and options of each."""
    with open(mtab_path, encoding="utf-8", errors="surrogateescape") as file:
        rows = [line.split() for line in file]
    return [tuple(_blanks(word) for word in row[:4]) for row in rows if len(row) >= 4]


def _blanks(word):
    """A word of that table, in which a blank is written by its number."""
    for number, char in (("040", " "), ("011", "\t"), ("012", "\n"), ("134", "\\")):
        word = word.replace("\\" + number, char)
    return word


def net_if_addrs():
    """Return the addresses of interfaces: name, family, address, netmask, broadcast and peer of each."""
    found = _package.net_if_addrs().items()
    return [(name, int(address.family), *address[1:]) for name, addresses in found for address in addresses]


def _interface(name):
    try:
        return _package.net_if_stats()[name]
    except KeyError:
        raise OSError(19, os.strerror(19)) from None


def net_if_flags(nic_name, /):
    """Return what an interface can do, in words."""
    flags = _interface(nic_name).flags
    return flags.split(",") if flags else []


def net_if_is_running(nic_name, /):
    """Return whether an interface has a carrier."""
    return "running" in net_if_flags(nic_name)


def net_if_mtu(nic_name, /):
    """Return how many bytes an interface takes at once."""
    return _interface(nic_name).mtu


def net_if_duplex_speed(nic_name, /):
    """Return in how many directions an interface speaks at once, and how fast."""
    found = _interface(nic_name)
    numbers = {_package.NIC_DUPLEX_HALF: DUPLEX_HALF, _package.NIC_DUPLEX_FULL: DUPLEX_FULL}
    return [numbers.get(found.duplex, DUPLEX_UNKNOWN), found.speed]


def proc_priority_get(pid, /):
    """Return the nice value of a process."""
    return _package.Process(pid).nice()


def proc_priority_set(pid, priority, /):
    """Set the nice value of a process."""
    _package.Process(pid).nice(priority)


def proc_ioprio_get(pid, /):
    """Return the class and the value of a process's I/O priority."""
    nice = _package.Process(pid).ionice()
    return int(nice.ioclass), nice.value


def proc_ioprio_set(pid, ioclass, iodata, /):
    """Set them."""
    _package.Process(pid).ionice(ioclass, iodata)


def proc_cpu_affinity_get(pid, /):
    """Return the CPUs that a process may run on."""
    return _package.Process(pid).cpu_affinity()


def proc_cpu_affinity_set(pid, cpu_set, /):
    """Set them."""
    _package.Process(pid).cpu_affinity(cpu_set)


def set_debug(value, /):
    """Turn messages about what was put up with on or off."""
    _package._set_debug(value)


def __getattr__(name):
    if name.startswith(("RLIMIT_", "RLIM_")):
        return getattr(_package, name)
    raise AttributeError(f"module 'psutil._psutil_linux' has no name {name!r} here")
