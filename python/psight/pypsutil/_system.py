"""The questions about the machine and its sensors."""

from __future__ import annotations

import os
import socket
import time

from ._core import core, is_own_procfs, kept, more
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
    NetIOCounts,
    NICAddr,
    NICDuplex,
    NICStats,
    PowerSupplySensorInfo,
    SwapInfo,
    TempSensorInfo,
    VirtualMemoryInfo,
    filled,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Union

# --- time


def boot_time() -> float:
    """Return when the machine started, in seconds since 1970.

    It is the time now less the time since, which has fractions of a second; of another procfs it is what that says.
    """
    if is_own_procfs():
        return round(time.time() - time_since_boot(), 4)
    said: float = core.boot_time()
    return said


def kept_boot_time() -> float:
    """The same as it was when it was first asked for, so that a process starts at one time for everyone."""
    if "boot_time" not in kept:
        kept["boot_time"] = boot_time()
    return kept["boot_time"]


def time_since_boot() -> float:
    """Return the seconds since the machine started."""
    seconds: float = core.time_since_boot()
    return seconds


def uptime() -> float:
    """Return the seconds since the machine started without those that it slept."""
    seconds: float = core.uptime()
    return seconds


# --- memory and disks


def virtual_memory() -> VirtualMemoryInfo:
    """Return how the machine's memory is used."""
    return filled(VirtualMemoryInfo, more.virtual_memory())


def swap_memory() -> SwapInfo:
    """Return how the machine's swap space is used."""
    return filled(SwapInfo, core.swap_memory())


def disk_usage(path: Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]) -> DiskUsage:
    """Return the space of the file system that `path` is on."""
    return filled(DiskUsage, core.disk_usage(os.fsdecode(path)))


# --- CPUs


def physical_cpu_count() -> Optional[int]:
    """Return the number of cores, or None if it is not known."""
    count: Optional[int] = core.cpu_count_cores()
    return count


def cpu_times() -> CPUTimes:
    """Return what all CPUs together did since boot, in seconds."""
    return filled(CPUTimes, core.cpu_times())


def percpu_times() -> List[CPUTimes]:
    """Return what each CPU did since boot, in seconds."""
    return [filled(CPUTimes, times) for times in core.per_cpu_times()]


def cpu_stats() -> CPUStats:
    """Return what the CPUs counted since boot; Linux does not count system calls, which are 0."""
    return filled(CPUStats, core.cpu_stats())


def percpu_freq() -> List[CPUFrequencies]:
    """Return how fast each CPU runs; an empty list if that is not known."""
    try:
        return [filled(CPUFrequencies, freq) for freq in core.per_cpu_freq()]
    except NotImplementedError:
        return []


def cpu_freq() -> Optional[CPUFrequencies]:
    """Return how fast the CPUs run on average, or None if that is not known."""
    cpus = percpu_freq()
    if not cpus:
        return None
    count = len(cpus)
    return CPUFrequencies(
        sum(cpu.current for cpu in cpus) / count,
        sum(cpu.min for cpu in cpus) / count,
        sum(cpu.max for cpu in cpus) / count,
    )


# --- network


KINDS = frozenset("inet inet4 inet6 tcp tcp4 tcp6 udp udp4 udp6 unix all".split())


def net_connections(kind: str = "inet") -> List[Connection]:
    """Return the machine's sockets with who holds them; see `Process.connections` for the kinds."""
    return [connection(row, row.pid) for row in core.net_connections(kind)] if kind in KINDS else []


def connection(row: Any, pid: Optional[int]) -> Connection:
    """A socket of psutil's as one of pypsutil's."""
    unknown: Any = "" if row.family == socket.AF_UNIX else ("", 0)
    status = None if row.status == "NONE" else ConnectionStatus(row.status)
    laddr, raddr = (tuple(end) if isinstance(end, tuple) and end else end or unknown for end in (row.laddr, row.raddr))
    return Connection(row.fd, row.family, row.type, laddr, raddr, status, pid)


def net_io_counters(*, nowrap: bool = True) -> Optional[NetIOCounts]:
    """Return what all interfaces together carried, or None without interfaces.

    With `nowrap` counters go on where the kernel's begin again; ``net_io_counters.cache_clear()`` forgets that.
    """
    total = core.net_io_counters(False, bool(nowrap))
    return None if total is None else filled(NetIOCounts, total)


def pernic_net_io_counters(*, nowrap: bool = True) -> Dict[str, NetIOCounts]:
    """Return what each interface carried, by name."""
    return {name: filled(NetIOCounts, counts) for name, counts in core.net_io_counters(True, bool(nowrap)).items()}


net_io_counters.cache_clear = pernic_net_io_counters.cache_clear = core.net_io_counters_clear  # type: ignore[attr-defined]


def net_if_addrs() -> Dict[str, List[NICAddr]]:
    """Return the addresses of each interface, by name."""
    return {name: [_address(row) for row in rows] for name, rows in core.net_if_addrs().items()}


def _address(row: Any) -> NICAddr:
    # psutil has a number of its own for hardware addresses.
    family = socket.AddressFamily(int(row.family))
    return NICAddr(family, row.address, row.netmask, row.broadcast, row.ptp)


def net_if_stats() -> Dict[str, NICStats]:
    """Return the state of each interface, by name."""
    nics = core.net_if_stats().items()
    return {name: filled(NICStats, stats, duplex=NICDuplex(int(stats.duplex))) for name, stats in nics}


# --- sensors


def sensors_temperatures() -> Dict[str, List[TempSensorInfo]]:
    """Return what the thermometers say, by the name of their chip."""
    chips = core.sensors_temperatures().items()
    return {
        chip: [TempSensorInfo(row.label, row.current, row.high, row.critical) for row in rows]
        for chip, rows in chips
    }


def sensors_power() -> PowerSupplySensorInfo:
    """Return every battery and every mains supply."""
    return _power(more.power_supplies())


def _power(said: Dict[str, Any]) -> PowerSupplySensorInfo:
    batteries = [_battery(battery) for battery in said["batteries"]]
    return PowerSupplySensorInfo(batteries, [filled(ACPowerInfo, supply) for supply in said["ac_supplies"]])


def _battery(said: Dict[str, Any]) -> BatteryInfo:
    # What is plugged in but does not charge has no status of its own.
    status = said["status"] if said["status"] in _STATUSES else "unknown"
    energy = (said["energy_full"], said["energy_now"], said["power_now"])
    battery = BatteryInfo(said["name"], BatteryStatus(status), said["percent"], *energy, said["temperature"])
    battery._peripheral = said["peripheral"]
    return battery


_STATUSES = {status.value for status in BatteryStatus}


def sensors_is_on_ac_power() -> Optional[bool]:
    """Return whether the machine runs on mains power, or None if that is not known."""
    return sensors_power().is_on_ac_power


def sensors_battery() -> Optional[BatteryInfo]:
    """Return the machine's battery, the first if it has several, or None."""
    return _first_battery(sensors_power())


def _first_battery(power: PowerSupplySensorInfo) -> Optional[BatteryInfo]:
    for battery in power.batteries:
        if not battery._peripheral:
            if battery.power_plugged is None:
                battery._power_plugged = power.is_on_ac_power
            return battery
    return None


def sensors_battery_total() -> Optional[BatteryInfo]:
    """Return the machine's batteries as one, or None if it has none or they do not say what they hold."""
    said = more.power_supplies()
    power, total = _power(said), said["battery_total"]
    if sum(not battery._peripheral for battery in power.batteries) < 2:
        return _first_battery(power)
    if total is None:
        return None
    battery = _battery(total)
    battery._power_plugged = power.is_on_ac_power
    return battery
