"""Uses every name of pypsutil's API with its types, for a strict type checker; it is not run."""

from __future__ import annotations

import resource
import signal
import socket
from typing import Dict, Iterator, List, Optional, Set, Tuple, Union

import psight.pypsutil as p


def system() -> None:
    seconds: List[float] = [p.boot_time(), p.time_since_boot(), p.uptime()]
    flags: List[bool] = [p.LINUX, p.MACOS, p.FREEBSD, p.NETBSD, p.OPENBSD, p.BSD]
    paths: List[str] = [p.PROCFS_PATH, p.SYSFS_PATH, p.DEVFS_PATH]
    p.PROCFS_PATH = "/host/proc"
    family: int = p.AF_LINK
    cores: Optional[int] = p.physical_cpu_count()
    frequency: Optional[p.CPUFrequencies] = p.cpu_freq()
    frequencies: List[p.CPUFrequencies] = p.percpu_freq()
    times: p.CPUTimes = p.cpu_times()
    each: List[p.CPUTimes] = p.percpu_times()
    stats: p.CPUStats = p.cpu_stats()
    memory: p.VirtualMemoryInfo = p.virtual_memory()
    swap: p.SwapInfo = p.swap_memory()
    disk: p.DiskUsage = p.disk_usage(b"/")
    percents: List[float] = [memory.percent, swap.percent, disk.percent, disk.percent()]
    counts: List[int] = [stats.syscalls, swap.free, disk.free, memory.slab]
    print(seconds, flags, paths, family, cores, frequency, frequencies, times.guest_nice, each, percents, counts)


def network() -> None:
    sockets: List[p.Connection] = p.net_connections("inet") + p.net_connections(kind="unix")
    end: Union[Tuple[str, int], str] = sockets[0].laddr
    status: Optional[p.ConnectionStatus] = sockets[0].status
    total: Optional[p.NetIOCounts] = p.net_io_counters(nowrap=False)
    nics: Dict[str, p.NetIOCounts] = p.pernic_net_io_counters()
    addresses: Dict[str, List[p.NICAddr]] = p.net_if_addrs()
    states: Dict[str, p.NICStats] = p.net_if_stats()
    duplex: p.NICDuplex = states["lo"].duplex
    print(end, status, total, nics, addresses["lo"][0].ptp, duplex is p.NICDuplex.FULL, socket.AF_INET)


def sensors() -> None:
    power: p.PowerSupplySensorInfo = p.sensors_power()
    supplies: List[p.ACPowerInfo] = power.ac_supplies
    batteries: List[p.BatteryInfo] = power.batteries
    battery: Optional[p.BatteryInfo] = p.sensors_battery() or p.sensors_battery_total()
    plugged: Optional[bool] = p.sensors_is_on_ac_power() or power.is_on_ac_power
    chips: Dict[str, List[p.TempSensorInfo]] = p.sensors_temperatures()
    high: Optional[float] = chips["coretemp"][0].high_fahrenheit
    if battery is not None and battery.status is p.BatteryStatus.FULL:
        left: Optional[float] = battery.secsleft or battery.secsleft_full or battery.temperature_fahrenheit
        print(left, battery.power_plugged)
    print(supplies[0].is_online, batteries, plugged, high)


def processes() -> None:
    numbers: List[int] = p.pids()
    every: Iterator[p.Process] = p.process_iter()
    available: Iterator[p.Process] = p.process_iter_available()
    there: bool = p.pid_exists(1)
    gone, alive = p.wait_procs([p.Process()], timeout=1.5, callback=lambda process: None)
    both: Tuple[List[p.Process], List[p.Process]] = (gone, alive)
    print(numbers, every, available, there, both)


def one() -> None:
    me = p.Process()
    relatives: List[Optional[p.Process]] = [me.parent(), *me.parents(), *me.children(recursive=True)]
    ids: List[int] = [me.pid, me.ppid(), me.pgid(), me.sid(), me.fsuid(), me.fsgid(), *me.getgroups()]
    names: List[str] = [me.name(), me.exe(fallback_cmdline=False), me.cwd(), me.root(), me.username(), *me.cmdline()]
    times: List[float] = [me.create_time(), me.raw_create_time(), me.cpu_times().children_user]
    environment: Dict[str, str] = me.environ()
    users: p.Uids = me.uids()
    groups: p.Gids = me.gids()
    owner: int = users.real + groups.saved
    status: p.ProcessStatus = me.status()
    terminal: Optional[str] = me.terminal()
    flags: List[bool] = [me.has_terminal(), me.is_running()]
    umask: Optional[int] = me.umask()
    masks: p.ProcessSignalMasks = me.sigmasks(include_internal=True)
    caught: Set[Union[signal.Signals, int]] = masks.caught | masks.process_pending
    limits: Tuple[int, int] = me.rlimit(resource.RLIMIT_CORE, me.getrlimit(resource.RLIMIT_CORE))
    with me.oneshot():
        counts: List[int] = [me.cpu_num(), me.num_threads(), me.num_fds(), me.num_ctx_switches(), me.getpriority()]
    cpus: Set[int] = me.cpu_getaffinity()
    me.cpu_setaffinity(cpus)
    me.setpriority(10)
    own: p.ProcessCPUTimes = me.cpu_times()
    memory: p.ProcessMemoryInfo = me.memory_info()
    full: p.ProcessMemoryFullInfo = me.memory_full_info()
    maps: List[p.ProcessMemoryMap] = me.memory_maps()
    grouped: List[p.ProcessMemoryMapGrouped] = me.memory_maps_grouped()
    percent: float = me.memory_percent("uss")
    threads: List[p.ThreadInfo] = me.threads()
    files: List[p.ProcessOpenFile] = me.open_files()
    descriptors: Iterator[p.ProcessFd] = me.iter_fds()
    kinds: List[p.ProcessFdType] = [fd.fdtype for fd in descriptors]
    sockets: List[p.Connection] = me.connections(kind="all")
    print(relatives, ids, names, times, environment, owner, status, terminal, flags, umask, caught, limits, counts, own)
    print(memory.rss, full.uss, maps[0].addr_start, grouped, percent, threads, files[0].mode, kinds, sockets)


def control(me: p.Process) -> None:
    me.suspend()
    me.resume()
    me.send_signal(signal.SIGUSR1)
    me.terminate()
    me.kill()
    try:
        code: Optional[int] = me.wait(timeout=0.5)
        print(code)
    except p.TimeoutExpired as late:
        print(late.seconds, late.pid)
    except p.ZombieProcess as zombie:
        print(zombie.pid)
    except (p.NoSuchProcess, p.AccessDenied) as error:
        print(error.pid)
    except p.Error:
        pass


def started() -> None:
    with p.Popen(["true"]) as child:
        code: int = child.wait(1.5)
        ended: Optional[int] = child.poll() or child.returncode
        output, errors = child.communicate(b"")
        text: Union[str, bytes, None] = output or errors
        print(code, ended, text, child.args, child.stdin)
