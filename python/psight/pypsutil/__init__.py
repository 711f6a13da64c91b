"""pypsutil's API (0.2.0) on psight's core: ``import psight.pypsutil as pypsutil`` is the whole migration.

What it has besides psutil: questions and commands apart from each other, dataclasses, every descriptor of a process,
signal masks, and power supplies.
"""

from __future__ import annotations

import socket
import sys as _sys

if _sys.platform == "win32":
    raise ImportError("pypsutil is for Unix; psight itself answers on Windows")

from .._pickles import AS_PSUTIL as _AS_PSUTIL
from ._core import set_path as _set_path
from ._exceptions import AccessDenied, Error, NoSuchProcess, TimeoutExpired, ZombieProcess
from ._process import Popen, Process, pid_exists, pids, process_iter, process_iter_available, wait_procs
from ._system import (
    boot_time,
    cpu_freq,
    cpu_stats,
    cpu_times,
    disk_usage,
    net_connections,
    net_if_addrs,
    net_if_stats,
    net_io_counters,
    percpu_freq,
    percpu_times,
    pernic_net_io_counters,
    physical_cpu_count,
    sensors_battery,
    sensors_battery_total,
    sensors_is_on_ac_power,
    sensors_power,
    sensors_temperatures,
    swap_memory,
    time_since_boot,
    uptime,
    virtual_memory,
)
from ._types import (
    ACPowerInfo,
    BatteryInfo,
    BatteryStatus,
    Connection,
    ConnectionStatus,
    CPUFrequencies,
    CPUStats,
    CPUTimes,
    DiskUsage,
    Gids,
    NetIOCounts,
    NICAddr,
    NICDuplex,
    NICStats,
    PowerSupplySensorInfo,
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
    SwapInfo,
    TempSensorInfo,
    ThreadInfo,
    Uids,
    VirtualMemoryInfo,
)

#: The version of pypsutil that this package behaves like.
__version__ = "0.2.0"

LINUX = True
MACOS = FREEBSD = NETBSD = OPENBSD = BSD = False

#: The family of hardware addresses in `net_if_addrs`.
AF_LINK = socket.AF_PACKET

#: Where procfs, sysfs and the devices are. Setting one makes every question ask there.
PROCFS_PATH = "/proc"
SYSFS_PATH = "/sys"
DEVFS_PATH = "/dev"

__all__ = [
    "ACPowerInfo",
    "AF_LINK",
    "AccessDenied",
    "BSD",
    "BatteryInfo",
    "BatteryStatus",
    "CPUFrequencies",
    "CPUStats",
    "CPUTimes",
    "Connection",
    "ConnectionStatus",
    "DEVFS_PATH",
    "DiskUsage",
    "Error",
    "FREEBSD",
    "Gids",
    "LINUX",
    "MACOS",
    "NETBSD",
    "NICAddr",
    "NICDuplex",
    "NICStats",
    "NetIOCounts",
    "NoSuchProcess",
    "OPENBSD",
    "PROCFS_PATH",
    "Popen",
    "PowerSupplySensorInfo",
    "Process",
    "ProcessCPUTimes",
    "ProcessFd",
    "ProcessFdType",
    "ProcessMemoryFullInfo",
    "ProcessMemoryInfo",
    "ProcessMemoryMap",
    "ProcessMemoryMapGrouped",
    "ProcessOpenFile",
    "ProcessSignalMasks",
    "ProcessStatus",
    "SYSFS_PATH",
    "SwapInfo",
    "TempSensorInfo",
    "ThreadInfo",
    "TimeoutExpired",
    "Uids",
    "VirtualMemoryInfo",
    "ZombieProcess",
    "boot_time",
    "cpu_freq",
    "cpu_stats",
    "cpu_times",
    "disk_usage",
    "net_connections",
    "net_if_addrs",
    "net_if_stats",
    "net_io_counters",
    "percpu_freq",
    "percpu_times",
    "pernic_net_io_counters",
    "physical_cpu_count",
    "pid_exists",
    "pids",
    "process_iter",
    "process_iter_available",
    "sensors_battery",
    "sensors_battery_total",
    "sensors_is_on_ac_power",
    "sensors_power",
    "sensors_temperatures",
    "swap_memory",
    "time_since_boot",
    "uptime",
    "virtual_memory",
    "wait_procs",
]


class _Module(type(_sys)):  # type: ignore[misc]
    """This module, which tells the core when one of the paths is set."""

    def __reduce__(self) -> object:
        # Those who send functions to other processes know how to send a module only if it is of Python's own class.
        from importlib import import_module

        return import_module, ("pypsutil" if _AS_PSUTIL else __name__,)

    def __setattr__(self, name: str, value: object) -> None:
        if name in ("PROCFS_PATH", "SYSFS_PATH", "DEVFS_PATH"):
            _set_path(name, str(value))
        super().__setattr__(name, value)


_sys.modules[__name__].__class__ = _Module
