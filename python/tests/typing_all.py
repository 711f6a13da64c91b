"""Every public name, used as its types allow: mypy --strict and pyright read this file, nobody runs it."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, Union

from typing_extensions import assert_type

import psight as psutil
from psight import _ntuples as n
from psight._common import bytes2human, print_color, usage_percent


def machine() -> None:
    memory = psutil.virtual_memory()
    assert_type(memory, n.svmem)
    assert_type(memory.percent, float)
    assert_type(psutil.swap_memory().sin, int)
    assert_type(psutil.cpu_times(), n.scputimes)
    assert_type(psutil.cpu_times(percpu=True)[0].user, float)
    assert_type(psutil.cpu_percent(), float)
    assert_type(psutil.cpu_percent(interval=0.1), float)
    assert_type(psutil.cpu_percent(0.1, True), "list[float]")
    assert_type(psutil.cpu_percent(percpu=True), "list[float]")
    assert_type(psutil.cpu_times_percent(), n.scputimes)
    assert_type(psutil.cpu_times_percent(percpu=True), "list[n.scputimes]")
    assert_type(psutil.cpu_count(), Union[int, None])
    assert_type(psutil.cpu_count(logical=False), Union[int, None])
    assert_type(psutil.cpu_freq(), Union[n.scpufreq, None])
    assert_type(psutil.cpu_freq(percpu=True), "list[n.scpufreq]")
    assert_type(psutil.cpu_stats().ctx_switches, int)
    assert_type(psutil.getloadavg(), "tuple[float, float, float]")
    assert_type(psutil.boot_time(), float)
    assert_type(psutil.users()[0].terminal, Union[str, None])


def disks_and_network() -> None:
    assert_type(psutil.disk_usage("/").percent, float)
    assert_type(psutil.disk_usage(b"/").free, int)
    assert_type(psutil.disk_partitions(all=True)[0].fstype, str)
    assert_type(psutil.disk_io_counters(), Union[n.sdiskio, None])
    assert_type(psutil.disk_io_counters(perdisk=True, nowrap=False), "dict[str, n.sdiskio]")
    psutil.disk_io_counters.cache_clear()
    assert_type(psutil.net_io_counters(), Union[n.snetio, None])
    assert_type(psutil.net_io_counters(pernic=True)["lo"].errin, int)
    psutil.net_io_counters.cache_clear()
    for connection in psutil.net_connections(kind="tcp"):
        assert_type(connection.pid, Union[int, None])
        if connection.laddr:
            assert_type(connection.laddr.port, int)
        if connection.status == psutil.CONN_LISTEN:
            print(connection.family.name, connection.type.name, connection.raddr)
    assert_type(psutil.net_if_addrs()["lo"][0].netmask, Union[str, None])
    assert_type(psutil.net_if_stats()["lo"].duplex, psutil.NicDuplex)
    print(psutil.AF_LINK, psutil.NIC_DUPLEX_FULL, psutil.NIC_DUPLEX_HALF, psutil.NIC_DUPLEX_UNKNOWN)


def limits() -> None:
    assert_type(psutil.effective_memory(), n.seffmem)
    assert_type(psutil.effective_memory().limited_by, str)
    assert_type(psutil.effective_cpus().whole, int)
    memory = psutil.pressure().memory
    if memory is not None and memory.some is not None:
        assert_type(memory.some.avg10, float)


def processes() -> None:
    for process in psutil.process_iter(["pid", "name"], ad_value=None):
        assert_type(process, psutil.Process)
        assert_type(process.info, "dict[str, Any]")
    psutil.process_iter.cache_clear()
    table = psutil.process_table(["pid", "name"])
    assert_type(table, psutil.ProcessTable)
    assert_type(table.column_names, "tuple[str, ...]")
    print(len(table), table.column("pid"), table.to_dicts()[0]["name"], table.__arrow_c_stream__())
    assert_type(psutil.pids(), "list[int]")
    assert_type(psutil.pid_exists(1), bool)
    gone, alive = psutil.wait_procs([psutil.Process()], timeout=3, callback=lambda p: print(p.returncode))
    assert_type(gone, "list[psutil.Process]")
    assert_type(alive[0].returncode, Union[int, None])


def process(p: psutil.Process) -> None:
    assert_type(p.pid, int)
    assert_type(p == p, bool)
    assert_type(hash(p), int)
    assert_type(p.attrs, "frozenset[str]")
    with p.oneshot():
        assert_type(p.name(), str)
        assert_type(p.exe(), str)
        assert_type(p.cmdline(), "list[str]")
        assert_type(p.cwd(), str)
        assert_type(p.status(), str)
        assert_type(p.username(), str)
        assert_type(p.create_time(), float)
        assert_type(p.environ(), "dict[str, str]")
    assert_type(p.as_dict(attrs=["name", "pid"], ad_value=""), "dict[str, Any]")
    assert_type(p.is_running(), bool)
    assert_type(p.ppid(), int)
    assert_type(p.parent(), Union[psutil.Process, None])
    assert_type(p.parents(), "list[psutil.Process]")
    assert_type(p.children(recursive=True), "list[psutil.Process]")
    assert_type(p.cpu_percent(interval=None), float)
    assert_type(p.cpu_times().children_user, float)
    assert_type(p.memory_info().rss, int)
    assert_type(p.memory_percent("vms"), float)
    assert_type(p.num_threads(), int)
    assert_type(p.threads()[0].user_time, float)
    assert_type(p.num_ctx_switches().voluntary, int)
    assert_type(p.open_files()[0].path, str)
    assert_type(p.net_connections("inet")[0].status, str)
    nice: int = p.nice()
    assert_type(p.nice(nice), None)
    assert_type(p.memory_full_info().rss, int)


def process_on_unix(p: psutil.Process) -> None:
    if sys.platform != "win32":
        assert_type(p.uids().effective, int)
        assert_type(p.gids().saved, int)
        assert_type(p.terminal(), Union[str, None])
        assert_type(p.num_fds(), int)
    else:
        assert_type(p.num_handles(), int)


def process_on_linux(p: psutil.Process) -> None:
    if sys.platform == "linux":
        assert_type(p.cpu_num(), int)
        assert_type(p.cpu_affinity(), "list[int]")
        assert_type(p.cpu_affinity([0]), None)
        assert_type(p.io_counters().read_chars, int)
        assert_type(p.ionice().value, int)
        assert_type(p.ionice(psutil.IOPRIO_CLASS_IDLE), None)
        assert_type(p.rlimit(psutil.RLIMIT_NOFILE), "tuple[int, int]")
        assert_type(p.rlimit(psutil.RLIMIT_NOFILE, (1, psutil.RLIM_INFINITY)), None)
        assert_type(p.memory_maps(), "list[n.pmmap_grouped]")
        assert_type(p.memory_maps(grouped=False)[0].addr, str)
        assert_type(p.memory_info_ex().peak_rss, int)
        assert_type(p.memory_footprint().pss, int)
        assert_type(p.page_faults().major, int)
        assert_type(p.memory_info().shared, int)


def process_on_windows(p: psutil.Process) -> None:
    if sys.platform == "win32":
        assert_type(p.num_handles(), int)
        assert_type(p.nice().name, str)
        assert_type(p.nice(psutil.HIGH_PRIORITY_CLASS), None)
        assert_type(p.ionice().name, str)
        assert_type(p.ionice(psutil.IOPRIO_HIGH), None)
        assert_type(p.cpu_affinity([0]), None)
        assert_type(p.memory_info().num_page_faults, int)
        assert_type(p.memory_full_info().uss, int)
        assert_type(p.memory_maps(grouped=False)[0].perms, str)
        assert_type(p.memory_maps()[0].rss, int)
        assert_type(p.memory_info_ex().nonpaged_pool, int)
        assert_type(p.memory_footprint().uss, int)
        assert_type(p.page_faults().major, int)
        assert_type(p.io_counters().other_bytes, int)
        assert_type(p.open_files()[0].fd, int)


def control(p: psutil.Process) -> None:
    p.send_signal(15)
    p.suspend()
    p.resume()
    p.terminate()
    p.kill()
    try:
        assert_type(p.wait(timeout=3), Union[int, None])
    except psutil.TimeoutExpired as error:
        assert_type(error.seconds, float)
    except psutil.ZombieProcess as error:
        assert_type(error.ppid, Union[int, None])
    except psutil.NoSuchProcess as error:
        assert_type(error.pid, int)
    except psutil.AccessDenied as error:
        assert_type(error.pid, Union[int, None])
    except psutil.Error as error:
        assert_type(error.msg, str)


def program() -> None:
    with psutil.Popen(["true"], stdout=subprocess.PIPE) as popen:
        assert_type(popen, psutil.Popen)
        assert_type(popen.name(), str)
        assert_type(popen.poll(), Union[int, None])
        popen.communicate(timeout=1)
        print(popen.returncode, popen.stdout, popen.args)


def on_linux() -> None:
    if sys.platform == "linux":
        psutil.PROCFS_PATH = "/host/proc"
        assert_type(psutil.sensors_temperatures(fahrenheit=True)["chip"][0].high, Union[float, None])
        assert_type(psutil.sensors_fans()["chip"][0].current, int)
        battery = psutil.sensors_battery()
        if battery is not None and battery.secsleft != psutil.POWER_TIME_UNLIMITED:
            print(battery.percent, battery.secsleft == psutil.POWER_TIME_UNKNOWN)
        assert_type(psutil.heap_info().heap_used, int)
        assert_type(psutil.heap_trim(), None)
        print(psutil.IOPRIO_CLASS_NONE, psutil.IOPRIO_CLASS_RT, psutil.IOPRIO_CLASS_BE)
        print(psutil.ProcessIOPriority.IOPRIO_CLASS_RT, psutil.ProcessRlimit.RLIMIT_AS)
        print(psutil.RLIMIT_AS, psutil.RLIMIT_CORE, psutil.RLIMIT_CPU, psutil.RLIMIT_DATA, psutil.RLIMIT_FSIZE)
        print(psutil.RLIMIT_LOCKS, psutil.RLIMIT_MEMLOCK, psutil.RLIMIT_MSGQUEUE, psutil.RLIMIT_NICE)
        print(psutil.RLIMIT_NPROC, psutil.RLIMIT_RSS, psutil.RLIMIT_RTPRIO, psutil.RLIMIT_RTTIME)
        print(psutil.RLIMIT_SIGPENDING, psutil.RLIMIT_STACK)


def on_windows() -> None:
    if sys.platform == "win32":
        service = psutil.win_service_get("Spooler")
        assert_type(service.name(), str)
        assert_type(service.pid(), Union[int, None])
        assert_type(service.as_dict(), "dict[str, Any]")
        print(service.display_name(), service.binpath(), service.username(), service.start_type())
        print([other == service for other in psutil.win_service_iter()], service.status(), service.description())
        print(psutil.IDLE_PRIORITY_CLASS, psutil.BELOW_NORMAL_PRIORITY_CLASS, psutil.NORMAL_PRIORITY_CLASS)
        print(psutil.ABOVE_NORMAL_PRIORITY_CLASS, psutil.REALTIME_PRIORITY_CLASS, psutil.CONN_DELETE_TCB)
        print(psutil.IOPRIO_VERYLOW, psutil.IOPRIO_LOW, psutil.IOPRIO_NORMAL, psutil.ProcessIOPriority.IOPRIO_HIGH)
        assert_type(psutil.heap_info().heap_count, int)
        assert_type(psutil.heap_trim(), None)
        assert_type(psutil.sensors_battery(), Union[n.sbattery, None])
        assert_type(psutil.cpu_times().interrupt, float)
        assert_type(psutil.AF_LINK, int)


def constants() -> None:
    assert_type(psutil.version_info, "tuple[int, int, int]")
    assert_type(psutil.LINUX, bool)
    flags = (psutil.AIX, psutil.BSD, psutil.FREEBSD, psutil.MACOS, psutil.NETBSD, psutil.OPENBSD, psutil.OSX)
    print(flags, psutil.POSIX, psutil.SUNOS, psutil.WINDOWS, psutil.__version__, psutil.psight_version)
    print(psutil.STATUS_DEAD, psutil.STATUS_DISK_SLEEP, psutil.STATUS_IDLE, psutil.STATUS_LOCKED)
    print(psutil.STATUS_PARKED, psutil.STATUS_RUNNING, psutil.STATUS_SLEEPING, psutil.STATUS_STOPPED)
    print(psutil.STATUS_SUSPENDED, psutil.STATUS_TRACING_STOP, psutil.STATUS_WAITING, psutil.STATUS_WAKE_KILL)
    print(psutil.STATUS_WAKING, psutil.STATUS_ZOMBIE)
    print(psutil.CONN_CLOSE, psutil.CONN_CLOSE_WAIT, psutil.CONN_CLOSING, psutil.CONN_ESTABLISHED)
    print(psutil.CONN_FIN_WAIT1, psutil.CONN_FIN_WAIT2, psutil.CONN_LAST_ACK, psutil.CONN_NONE)
    print(psutil.CONN_SYN_RECV, psutil.CONN_SYN_SENT, psutil.CONN_TIME_WAIT)
    print(psutil.BatteryTime.POWER_TIME_UNKNOWN, psutil.ConnectionStatus.CONN_NONE)
    print(psutil.ProcessStatus.STATUS_IDLE)


def ours() -> None:
    psutil.install()
    psutil.uninstall()
    psutil.test()
    assert_type(bytes2human(1), str)
    assert_type(psutil.bytes2human(1), str)
    assert_type(usage_percent(1, 2, round_=1), float)
    print_color("text", color="red", bold=True, file=sys.stderr)
