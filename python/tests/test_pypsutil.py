"""pypsutil's API, against what it documents. What pypsutil itself says is in `test_pypsutil_differences.py`."""

import dataclasses
import enum
import inspect
import os
import pickle
import resource
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import psight
import psight.pypsutil as pypsutil
from psight.pypsutil import ProcessFdType
from psight.pypsutil._core import core, more, process

try:
    import pypsutil as theirs

    # With the drop-in that is ours.
    theirs = None if theirs is pypsutil else theirs
except ImportError:
    theirs = None

differential = pytest.mark.skipif(theirs is None, reason="pypsutil 0.2.0 is not installed: nothing to compare with")

# --- what is documented

PUBLIC = """
    ACPowerInfo AF_LINK AccessDenied BSD BatteryInfo BatteryStatus CPUFrequencies CPUStats CPUTimes Connection
    ConnectionStatus DEVFS_PATH DiskUsage Error FREEBSD Gids LINUX MACOS NETBSD NICAddr NetIOCounts NoSuchProcess OPENBSD
    PROCFS_PATH Popen PowerSupplySensorInfo Process ProcessCPUTimes ProcessFd ProcessFdType ProcessMemoryFullInfo
    ProcessMemoryInfo ProcessMemoryMap ProcessMemoryMapGrouped ProcessOpenFile ProcessSignalMasks ProcessStatus SYSFS_PATH
    SwapInfo TempSensorInfo ThreadInfo TimeoutExpired Uids VirtualMemoryInfo ZombieProcess boot_time cpu_freq cpu_stats
    cpu_times disk_usage net_connections net_if_addrs net_if_stats net_io_counters percpu_freq percpu_times
    pernic_net_io_counters physical_cpu_count pid_exists pids process_iter process_iter_available sensors_battery
    sensors_battery_total sensors_is_on_ac_power sensors_power sensors_temperatures swap_memory time_since_boot uptime
    virtual_memory wait_procs
""".split()


def test_every_public_name_is_there():
    assert [name for name in PUBLIC if not hasattr(pypsutil, name)] == []
    assert set(pypsutil.__all__) - set(PUBLIC) == {"NICDuplex", "NICStats"}


def _parameters(function):
    return [(p.name, p.kind, p.default) for p in inspect.signature(function).parameters.values()]


@differential
def test_signatures_are_theirs():
    for name in theirs.__all__:
        found = getattr(theirs, name)
        if inspect.isfunction(found):
            assert _parameters(getattr(pypsutil, name)) == _parameters(found), name
    for kind in ("Process", "Popen", "DiskUsage"):
        for name, method in inspect.getmembers(getattr(theirs, kind), inspect.isfunction):
            if not name.startswith("_"):
                assert _parameters(getattr(getattr(pypsutil, kind), name)) == _parameters(method), name


@differential
def test_dataclasses_enumerations_and_exceptions_are_theirs():
    for name in theirs.__all__:
        found, ours = getattr(theirs, name), getattr(pypsutil, name)
        if dataclasses.is_dataclass(found):
            fields = [(field.name, field.default) for field in dataclasses.fields(found)]
            assert [(field.name, field.default) for field in dataclasses.fields(ours)] == fields, name
            properties = {name for name, _ in inspect.getmembers(found, lambda x: isinstance(x, property))}
            assert properties <= {name for name, _ in inspect.getmembers(ours)}, name
        elif inspect.isclass(found) and issubclass(found, enum.Enum):
            assert {m.name: m.value for m in ours} == {m.name: m.value for m in found}
        elif inspect.isclass(found) and issubclass(found, Exception):
            assert [base.__name__ for base in ours.__mro__] == [base.__name__ for base in found.__mro__]
            for arguments in ((321,), (321, 7)) if name == "TimeoutExpired" else ((321,),):
                assert str(ours(*arguments)) == str(found(*arguments))
                assert repr(ours(*arguments)) == repr(found(*arguments))


def test_exceptions_survive_pickling():
    for error in (pypsutil.NoSuchProcess(3), pypsutil.ZombieProcess(3), pypsutil.TimeoutExpired(1.5, pid=3)):
        assert repr(pickle.loads(pickle.dumps(error))) == repr(error)
    assert not issubclass(pypsutil.Error, psight.Error)


#: What fills each dataclass; fields that are named behind it are given by hand.
FILLED = [
    (pypsutil.ProcessCPUTimes, lambda me: process.cpu_times(me), ""),
    (pypsutil.ProcessMemoryInfo, lambda me: process.memory_info(me), ""),
    (pypsutil.ProcessMemoryFullInfo, lambda me: more.memory_full_info(me), ""),
    (pypsutil.ProcessMemoryMap, lambda me: more.memory_maps(me)[0], ""),
    (pypsutil.ProcessMemoryMapGrouped, lambda me: more.memory_maps_grouped(me)[0], ""),
    (pypsutil.ProcessFd, lambda me: more.fds(me)[0], ""),
    (pypsutil.ProcessOpenFile, lambda me: more.fds(me)[0], ""),
    (pypsutil.ThreadInfo, lambda me: process.threads(me)[0], ""),
    (pypsutil.ProcessSignalMasks, lambda me: process.sigmasks(me, False), ""),
    (pypsutil.VirtualMemoryInfo, lambda me: more.virtual_memory(), ""),
    (pypsutil.SwapInfo, lambda me: core.swap_memory(), ""),
    (pypsutil.DiskUsage, lambda me: core.disk_usage("/"), ""),
    (pypsutil.CPUTimes, lambda me: core.cpu_times(), ""),
    (pypsutil.CPUStats, lambda me: core.cpu_stats(), ""),
    (pypsutil.NetIOCounts, lambda me: core.net_io_counters(False, False), ""),
    (pypsutil.NICStats, lambda me: core.net_if_stats()["lo"], ""),
    (pypsutil.NICAddr, lambda me: core.net_if_addrs()["lo"][0], ""),
]


@pytest.mark.parametrize("kind, ask, given", FILLED, ids=lambda x: getattr(x, "__name__", ""))
def test_the_fields_of_a_dataclass_are_fields_of_the_record(kind, ask, given):
    with open(__file__):
        answer = ask(pypsutil.Process())
    known = set(answer) if isinstance(answer, dict) else set(answer._fields)
    assert {field.name for field in dataclasses.fields(kind)} - set(given.split()) <= known


# --- every descriptor

def _libc(name, *arguments):
    import ctypes

    fd = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if fd < 0:
        pytest.skip(f"this kernel refuses {name}: {os.strerror(ctypes.get_errno())}")
    return fd


@pytest.fixture
def opened():
    """Keeps what a test opens, and tells how it is reported."""
    kept = []

    def report(fd):
        kept.append(fd)
        (found,) = [row for row in pypsutil.Process().iter_fds() if row.fd == fd]
        status = os.fstat(fd)
        assert (found.dev, found.ino, found.rdev) == (status.st_dev, status.st_ino, status.st_rdev)
        assert (found.mode, found.extra_info["nlink"]) == (status.st_mode, status.st_nlink)
        assert isinstance(found.extra_info["mnt_id"], int)
        return found

    yield report
    for fd in kept:
        os.close(fd)


def test_a_file_a_directory_and_a_device(opened, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"0123456789")
    fd = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC)
    os.lseek(fd, 4, os.SEEK_SET)
    found = opened(fd)
    assert (found.fdtype, found.path, found.position, found.size) == (ProcessFdType.FILE, str(file), 4, 10)
    assert (found.flags, found.open_mode) == (os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, "a+")
    file.unlink()
    (again,) = [row for row in pypsutil.Process().iter_fds() if row.fd == fd]
    assert (again.path, again.extra_info["nlink"]) == (str(file), 0)

    found = opened(os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY))
    assert (found.fdtype, found.path, stat.S_ISDIR(found.mode)) == (ProcessFdType.FILE, str(tmp_path), True)
    found = opened(os.open("/dev/null", os.O_WRONLY))
    assert (found.fdtype, found.path, found.open_mode) == (ProcessFdType.FILE, "/dev/null", "w")
    assert (os.major(found.rdev), os.minor(found.rdev)) == (1, 3)


def test_a_socket_a_pipe_and_a_fifo(opened, tmp_path):
    found = opened(socket.socket(socket.AF_UNIX).detach())
    assert (found.fdtype, found.path, stat.S_ISSOCK(found.mode)) == (ProcessFdType.SOCKET, "", True)
    read, write = os.pipe()
    assert (opened(read).fdtype, opened(write).open_mode) == (ProcessFdType.PIPE, "w")
    assert opened(os.dup(read)).path == ""
    os.mkfifo(tmp_path / "fifo")
    found = opened(os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK))
    assert (found.fdtype, found.path) == (ProcessFdType.FIFO, str(tmp_path / "fifo"))


def test_an_inotify_instance_and_a_memfd(opened):
    assert opened(_libc("inotify_init1", 0)).fdtype is ProcessFdType.INOTIFY
    found = opened(_libc("memfd_create", b"scratch", 0))
    assert (found.fdtype, found.path, found.size) == (ProcessFdType.FILE, "/memfd:scratch", 0)
    assert found.extra_info["nlink"] == 0


def test_a_signalfd_tells_its_signals(opened):
    mask = (1 << signal.SIGUSR1 - 1 | 1 << signal.SIGRTMIN + 1 - 1).to_bytes(8, sys.byteorder)
    found = opened(_libc("signalfd", -1, mask, 0))
    assert found.fdtype is ProcessFdType.SIGNALFD
    assert found.extra_info["sigmask"] == {signal.SIGUSR1, signal.SIGRTMIN + 1}
    assert {type(number) for number in found.extra_info["sigmask"]} == {signal.Signals, int}


def test_an_epoll_instance_tells_what_it_waits_for(opened, tmp_path):
    read, write = os.pipe()
    opened(read), opened(write)
    epoll = select.epoll()
    epoll.register(read, select.EPOLLIN)
    status = os.fstat(read)
    found = opened(os.dup(epoll.fileno()))
    epoll.close()
    assert found.fdtype is ProcessFdType.EPOLL
    (target,) = found.extra_info["tfds"].items()
    assert target[0] == read
    assert target[1]["events"] & select.EPOLLIN and target[1]["data"] & 0xFFFFFFFF == read
    assert (target[1].get("pos", 0), target[1].get("ino", status.st_ino)) == (0, status.st_ino)


def test_a_timer_tells_when_it_expires(opened):
    fd = _libc("timerfd_create", time.CLOCK_MONOTONIC, 0)
    numbers = (5, 250_000_000, 3600, 500_000_000)
    value = b"".join(number.to_bytes(8, sys.byteorder) for number in numbers)
    assert _libc("timerfd_settime", fd, 0, value, None) == 0
    found = opened(fd)
    assert found.fdtype is ProcessFdType.TIMERFD
    said = found.extra_info
    assert (said["clockid"], said["ticks"], said["settime_flags"]) == (time.CLOCK_MONOTONIC, 0, 0)
    assert (said["it_interval"], said["it_interval_ns"]) == (5.25, 5_250_000_000)
    assert 3000 * 10**9 < said["it_value_ns"] <= 3_600_500_000_000
    assert said["it_value"] == pytest.approx(said["it_value_ns"] / 1e9)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this Python has no pidfd_open")
def test_a_pidfd_tells_the_process(opened):
    found = opened(os.pidfd_open(os.getpid()))
    assert (found.fdtype, found.extra_info["pid"]) == (ProcessFdType.PIDFD, os.getpid())


def test_an_eventfd_tells_its_counter(opened):
    for count in (0, 9, 10, 16, 4711):
        found = opened(_libc("eventfd", count, 0))
        assert (found.fdtype, found.extra_info["eventfd-count"]) == (ProcessFdType.EVENTFD, count)


def test_open_files_are_regular_files_also_without_a_name(tmp_path):
    with open(tmp_path / "a", "w") as kept, open(tmp_path / "b", "w") as deleted, open("/dev/null"):
        os.unlink(tmp_path / "b")
        found = {row.fd: row for row in pypsutil.Process().open_files()}
        assert found[kept.fileno()].path == str(tmp_path / "a")
        assert found[deleted.fileno()].path == str(tmp_path / "b")
        assert found[kept.fileno()].mode == "w"
        assert not any(row.path == "/dev/null" for row in found.values())


# --- what a machine does not tell


def test_frequencies_and_cores_that_are_not_known_are_none(tmp_path, monkeypatch):
    monkeypatch.setattr(pypsutil, "PROCFS_PATH", str(tmp_path))
    monkeypatch.setattr(pypsutil, "SYSFS_PATH", str(tmp_path))
    assert (pypsutil.percpu_freq(), pypsutil.cpu_freq(), pypsutil.physical_cpu_count()) == ([], None, None)


# --- power supplies


@pytest.fixture
def sysfs(tmp_path):
    """A sysfs to write supplies into."""

    def supply(name, **files):
        path = tmp_path / "class/power_supply" / name
        path.mkdir(parents=True)
        for file, text in files.items():
            (path / file).write_text(f"{text}\n")

    pypsutil.SYSFS_PATH = str(tmp_path)
    yield supply
    pypsutil.SYSFS_PATH = "/sys"


FULL = dict(type="Battery", status="Full", energy_now=50_000_000, energy_full=50_000_000, power_now=0)


def test_a_machine_without_supplies_knows_nothing_about_power(sysfs):
    power = pypsutil.sensors_power()
    assert (power.batteries, power.ac_supplies, power.is_on_ac_power) == ([], [], None)
    assert pypsutil.sensors_is_on_ac_power() is None
    assert pypsutil.sensors_battery() is None and pypsutil.sensors_battery_total() is None


def test_batteries_and_supplies_of_any_name_in_the_order_of_names(sysfs):
    sysfs("macsmc-ac", type="Mains", online=0)
    sysfs("ADP 1=x", type="MAINS", online=1)
    sysfs("ucsi:001", type="USB", online=1)
    sysfs("no-type", online=1)
    sysfs("Zelle (ä)", **{**FULL, "status": "Not charging", "temp": 305})
    sysfs("CMB1", type="Battery", status="discharging", charge_now=1_800_000, charge_full=3_600_000,
          current_now=-1_000_000, voltage_min_design=11_400_000, voltage_now=12_000_000)  # fmt: skip
    sysfs("empty", type="Battery")
    power = pypsutil.sensors_power()
    assert power.ac_supplies == [pypsutil.ACPowerInfo("ADP 1=x", True), pypsutil.ACPowerInfo("macsmc-ac", False)]
    discharging, unknown = pypsutil.BatteryStatus.DISCHARGING, pypsutil.BatteryStatus.UNKNOWN
    assert power.batteries == [
        pypsutil.BatteryInfo("CMB1", discharging, 50.0, 41_040_000, 20_520_000, 11_400_000),
        pypsutil.BatteryInfo("Zelle (ä)", unknown, 100.0, 50_000_000, 50_000_000, 0, 30.5),
    ]
    assert power.is_on_ac_power is True and pypsutil.sensors_is_on_ac_power() is True
    assert power.batteries[0].secsleft == 20_520_000 * 3600 / 11_400_000
    assert power.batteries[1].temperature_fahrenheit == pytest.approx(86.9)
    assert [battery.power_plugged for battery in power.batteries] == [False, None]


def test_a_supply_may_say_everything_in_its_uevent(sysfs):
    said = "DEVTYPE=power_supply\nPOWER_SUPPLY_NAME=BAT0\nPOWER_SUPPLY_TYPE=Battery\nPOWER_SUPPLY_STATUS=Charging\n"
    said += "POWER_SUPPLY_MODEL_NAME=a=b\nPOWER_SUPPLY_ENERGY_NOW=25000000\nPOWER_SUPPLY_ENERGY_FULL=50000000\n"
    sysfs("BAT0", uevent=said + "POWER_SUPPLY_POWER_NOW=10000000")
    sysfs("AC", uevent="POWER_SUPPLY_TYPE=Mains\nPOWER_SUPPLY_ONLINE=0")
    (battery,) = pypsutil.sensors_power().batteries
    assert (battery.percent, battery.secsleft, battery.secsleft_full) == (50.0, float("inf"), 9000.0)
    # A battery that charges is plugged in, whatever the supply says.
    assert pypsutil.sensors_is_on_ac_power() is True


@pytest.mark.parametrize(
    "online, statuses, expected",
    [
        ((0, 1), ("Discharging",), True),
        ((0, 0), ("Discharging", "Charging"), False),
        ((0, 0), ("Full", "Charging"), True),
        ((0,), ("Full", "Full"), True),
        ((), ("Full", "Full"), True),
        ((0,), ("Full", "Unknown"), False),
        ((), ("Full", "Unknown"), None),
        ((0, 0), (), False),
    ],
)
def test_whether_the_machine_is_plugged_in(sysfs, online, statuses, expected):
    for number, one in enumerate(online):
        sysfs(f"AC{number}", type="Mains", online=one)
    for number, status in enumerate(statuses):
        sysfs(f"BAT{number}", **{**FULL, "status": status})
    assert pypsutil.sensors_power().is_on_ac_power is expected
    assert pypsutil.sensors_is_on_ac_power() is expected


def test_several_batteries_are_added_up(sysfs):
    sysfs("BAT0", **{**FULL, "status": "Discharging", "energy_now": 10_000_000, "power_now": 4_000_000})
    sysfs("BAT1", **FULL)
    sysfs("hidpp_battery_0", type="Battery", scope="Device", status="Charging", capacity=85)
    total = pypsutil.sensors_battery_total()
    status = pypsutil.BatteryStatus.DISCHARGING
    assert total == pypsutil.BatteryInfo(
        "Combined", status, 60.0, 100_000_000, 60_000_000, 4_000_000, _power_plugged=False
    )
    assert (total.secsleft, total.power_plugged) == (54_000.0, False)
    assert pypsutil.sensors_battery().name == "BAT0"


def test_the_battery_of_a_mouse_is_not_the_machines(sysfs):
    sysfs("hidpp_battery_0", type="Battery", scope="Device", status="Discharging", capacity=85)
    assert [battery.name for battery in pypsutil.sensors_power().batteries] == ["hidpp_battery_0"]
    assert pypsutil.sensors_battery() is None and pypsutil.sensors_battery_total() is None
    assert pypsutil.sensors_is_on_ac_power() is None


LAPTOP = Path(__file__).parents[2] / "fixtures/linux/6.8-laptop/sys"


@pytest.mark.skipif(not LAPTOP.exists(), reason="this copy of the tests has no captured machines")
def test_the_captured_laptop():
    pypsutil.SYSFS_PATH = str(LAPTOP)
    try:
        power, battery = pypsutil.sensors_power(), pypsutil.sensors_battery()
        total = pypsutil.sensors_battery_total()
    finally:
        pypsutil.SYSFS_PATH = "/sys"
    charging, unknown = pypsutil.BatteryStatus.CHARGING, pypsutil.BatteryStatus.UNKNOWN
    discharging = pypsutil.BatteryStatus.DISCHARGING
    assert power.ac_supplies == [pypsutil.ACPowerInfo("AC", True)]
    assert power.batteries == [
        pypsutil.BatteryInfo("BAT0", charging, 75.0, 50_400_000, 37_800_000, 15_120_000),
        pypsutil.BatteryInfo("BAT1", discharging, 50.0, 41_040_000, 20_520_000, 11_400_000),
        pypsutil.BatteryInfo("hidpp_battery_0", discharging, 85.0, None, None, None),
    ]
    assert battery == power.batteries[0] and battery.secsleft_full == 3000.0
    assert total.percent == 58_320_000 / 91_440_000 * 100
    assert (total.status, total.power_plugged, total.power_now) == (unknown, True, None)


# --- processes


@pytest.fixture
def child():
    """A child that waits to be ended, and is."""
    started = subprocess.Popen(["sleep", "1000"])
    yield pypsutil.Process(started.pid)
    started.kill()
    started.wait()


@pytest.fixture
def zombie():
    started = subprocess.Popen(["true"])
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    yield pypsutil.Process(started.pid)
    started.wait()


def test_who_a_process_is(child):
    me = pypsutil.Process()
    assert me.pid == os.getpid() and me.ppid() == os.getppid()
    assert me == pypsutil.Process(os.getpid()) and hash(me) == me.pid and me != child
    assert me.create_time() == pypsutil.Process().create_time()
    assert abs(time.time() - child.create_time()) < 60
    assert (me.uids(), me.gids()) == (os.getresuid(), os.getresgid())
    assert (me.fsuid(), me.fsgid()) == (os.geteuid(), os.getegid())
    assert sorted(me.getgroups()) == sorted(os.getgroups())
    assert (me.pgid(), me.sid()) == (os.getpgid(0), os.getsid(0))
    assert child.parent() == me and me in child.parents() and child in me.children()
    assert child in me.children(recursive=True)
    assert (me.cwd(), me.root()) == (os.getcwd(), "/")
    assert me.has_terminal() is (me.terminal() is not None)
    assert repr(child).startswith(f"Process(pid={child.pid}, name=")
    with pytest.raises(TypeError):
        me.children(True)
    with pytest.raises(AttributeError):
        me.pid = 1


def test_the_name_is_cut_as_the_kernel_cuts_it(tmp_path):
    program = tmp_path / "a-name-of-more-than-fifteen-bytes"
    program.symlink_to("/bin/sleep")
    with pypsutil.Popen([str(program), "1000"]) as started:
        deadline = time.monotonic() + 10
        while started.name() != "a-name-of-more-" and time.monotonic() < deadline:
            pass
        assert started.name() == "a-name-of-more-"
        assert psight.Process(started.pid).name() == program.name
        started.kill()


def test_the_umask_and_the_signals_of_a_process():
    before = os.umask(0o027)
    try:
        assert pypsutil.Process().umask() == 0o027
    finally:
        os.umask(before)
    code = "import signal; signal.pthread_sigmask(0, [10, 40]); signal.signal(12, print); signal.signal(14, 1)"
    code += "; print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        started.stdout.readline()
        masks = pypsutil.Process(started.pid).sigmasks()
        started.communicate(b"\n")
    assert masks.blocked == {signal.SIGUSR1, 40} and signal.SIGUSR2 in masks.caught
    assert signal.SIGALRM in masks.ignored
    assert (masks.pending, masks.process_pending) == (set(), set())


def test_internal_signals_are_left_out_unless_they_are_wanted(tmp_path):
    pypsutil.PROCFS_PATH = str(tmp_path)
    try:
        for name in ("stat", "status"):
            (tmp_path / "77").mkdir(exist_ok=True)
            text = Path(f"/proc/self/{name}").read_text()
            text = text.replace(str(os.getpid()), "77")
            lines = (f"SigCgt:\t{(1 << 31 | 1 << 32 | 1 << 9):016x}" if line.startswith("SigCgt") else line
                     for line in text.splitlines())  # fmt: skip
            (tmp_path / "77" / name).write_text("\n".join(lines) + "\n")
        faked = pypsutil.Process(77)
        assert faked.sigmasks().caught == {signal.SIGUSR1}
        assert faked.sigmasks(include_internal=True).caught == {signal.SIGUSR1, 32, 33}
        assert psight.pid_exists(os.getpid()) and psight.PROCFS_PATH == "/proc"
        assert pypsutil.pids() == [77]
    finally:
        pypsutil.PROCFS_PATH = "/proc"
    assert os.getpid() in pypsutil.pids()


def test_sockets_of_an_unknown_kind_are_none(child):
    assert pypsutil.net_connections("bogus") == child.connections("") == []


def test_cpus_that_there_cannot_be(child):
    before = child.cpu_getaffinity()
    for cpus, error in (([-1], ValueError), ([1 << 32], OverflowError), ([1 << 70], OverflowError), ([5000], OSError)):
        with pytest.raises(error):
            child.cpu_setaffinity(cpus)
    assert child.cpu_getaffinity() == before


def test_limits_priority_and_affinity_are_got_and_set_apart(child):
    assert pypsutil.Process.rlimit.is_atomic is True and child.getrlimit.is_atomic is True
    for number in (resource.RLIMIT_NOFILE, resource.RLIMIT_CORE, resource.RLIMIT_AS):
        assert child.getrlimit(number) == child.rlimit(number) == resource.prlimit(child.pid, number)
    before = child.getrlimit(resource.RLIMIT_NOFILE)
    assert child.rlimit(resource.RLIMIT_NOFILE, (10, 20)) == before
    assert child.getrlimit(resource.RLIMIT_NOFILE) == (10, 20)
    with pytest.raises(ValueError, match="current limit exceeds maximum limit"):
        child.rlimit(resource.RLIMIT_NOFILE, (30, 20))
    with pytest.raises(ValueError, match="invalid resource specified"):
        child.getrlimit(4711)
    assert child.getpriority() == os.getpriority(os.PRIO_PROCESS, child.pid)
    child.setpriority(child.getpriority() + 1)
    assert child.getpriority() == os.getpriority(os.PRIO_PROCESS, child.pid)
    cpus = child.cpu_getaffinity()
    assert cpus == os.sched_getaffinity(child.pid)
    child.cpu_setaffinity(list(cpus)[:1])
    assert child.cpu_getaffinity() == set(list(cpus)[:1])
    child.cpu_setaffinity([])
    assert child.cpu_getaffinity() == cpus


def test_memory_maps_one_by_one_and_grouped():
    me = pypsutil.Process()
    maps = me.memory_maps()
    assert all(one.addr_end - one.addr_start == one.size for one in maps)
    (heap,) = [one for one in maps if one.path == "[heap]"] or [None]
    assert heap is None or (heap.perms, heap.dev, heap.ino) == ("rw-p", 0, 0)
    exe = os.stat("/proc/self/exe")
    ours = [one for one in maps if one.path == me.exe()]
    assert {(one.dev, one.ino) for one in ours} == {(exe.st_dev, exe.st_ino)}
    (grouped,) = [one for one in me.memory_maps_grouped() if one.path == me.exe()]
    assert grouped.size == sum(one.size for one in ours)
    full = me.memory_full_info()
    assert full.uss <= full.rss and full.pss >= full.uss and full.lib > 0
    assert me.memory_percent() == pytest.approx(me.memory_info().rss * 100 / pypsutil.virtual_memory().total, rel=0.1)
    with pytest.raises(ValueError, match="Bad process memory type 'x'"):
        me.memory_percent("x")


def test_waiting_returns_the_code_or_the_signal(child):
    with pytest.raises(pypsutil.TimeoutExpired) as caught:
        child.wait(timeout=0)
    assert (caught.value.seconds, caught.value.pid) == (0, child.pid)
    child.suspend()
    deadline = time.monotonic() + 10
    while child.status() is not pypsutil.ProcessStatus.STOPPED and time.monotonic() < deadline:
        pass
    assert child.status() is pypsutil.ProcessStatus.STOPPED
    child.resume()
    child.terminate()
    assert child.wait(timeout=10) == -signal.SIGTERM
    assert child.wait() == -signal.SIGTERM and not child.is_running()
    for ask in (child.parent, child.parents, child.children, child.kill, child.name, child.memory_info, child.num_fds):
        with pytest.raises(pypsutil.NoSuchProcess) as gone:
            ask()
        assert gone.value.pid == child.pid and type(gone.value) is pypsutil.NoSuchProcess
    for act in (lambda: child.setpriority(0), lambda: child.rlimit(0, (-1, -1)), lambda: child.cpu_setaffinity([])):
        with pytest.raises(pypsutil.NoSuchProcess):
            act()


def test_a_zombie_answers_what_it_still_knows(zombie):
    assert zombie.is_running() and zombie.status() is pypsutil.ProcessStatus.ZOMBIE
    assert (zombie.name(), zombie.ppid()) == ("true", os.getpid())
    assert zombie.memory_info().rss == 0 and zombie.memory_maps() == [] and zombie.memory_full_info().uss == 0
    for ask in (zombie.cmdline, zombie.cwd):
        with pytest.raises(pypsutil.ZombieProcess):
            ask()
    assert zombie.wait(timeout=10) == 0


def test_popen_is_a_process_and_a_subprocess():
    with pypsutil.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as cat:
        assert cat.poll() is None and cat.returncode is None and cat.parent() == pypsutil.Process()
        assert cat.stderr is not cat.stdout
        with pytest.raises(pypsutil.TimeoutExpired):
            cat.wait(0)
        assert cat.communicate(b"meow") == (b"meow", b"")
        assert cat.returncode == 0 and not cat.is_running()


def test_waiting_for_several():
    started = [subprocess.Popen(["sh", "-c", f"exit {code}"]) for code in (0, 3)]
    last = pypsutil.Popen(["sleep", "1000"])
    ends = []
    procs = [pypsutil.Process(one.pid) for one in started] + [last]
    deadline = time.monotonic() + 20
    alive, gone = procs, []
    while len(alive) > 1 and time.monotonic() < deadline:
        now, alive = pypsutil.wait_procs(alive, timeout=0, callback=ends.append)
        gone += now
    assert alive == [last] and sorted(one.returncode for one in gone) == [0, 3] and ends == gone
    last.kill()
    assert pypsutil.wait_procs([last], timeout=20) == ([last], []) and last.returncode == -9
    for one in started:
        one.returncode = 0


def test_oneshot_reads_once_and_ends_with_an_exception():
    me = pypsutil.Process()
    with pytest.raises(RuntimeError), me.oneshot(), me.oneshot():
        before = me.cpu_times()
        while time.process_time() < before.user + before.system + 0.05:
            pass
        assert me.cpu_times() == before
        raise RuntimeError
    deadline = time.monotonic() + 10
    while me.cpu_times() == before and time.monotonic() < deadline:
        pass
    assert me.cpu_times() != before


def test_all_processes_are_the_same_objects_in_every_round(child):
    first = {one.pid: one for one in pypsutil.process_iter()}
    second = {one.pid: one for one in pypsutil.process_iter_available()}
    assert first[child.pid] is second[child.pid] and child.pid in pypsutil.pids()
    assert pypsutil.pid_exists(child.pid) and not pypsutil.pid_exists(-1) and not pypsutil.pid_exists(2**40)
    for pid in (-1, 2**22 + 1, 2**40):
        with pytest.raises(pypsutil.NoSuchProcess):
            pypsutil.Process(pid)


def test_a_process_whose_start_is_hidden_is_denied_or_left_out(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("nothing is hidden from root")
    for pid in ("7", "8"):
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "stat").write_text(Path("/proc/self/stat").read_text().replace(str(os.getpid()), pid))
    (tmp_path / "8/stat").chmod(0)
    pypsutil.PROCFS_PATH = str(tmp_path)
    try:
        with pytest.raises(pypsutil.AccessDenied) as denied:
            list(pypsutil.process_iter())
        assert denied.value.pid == 8
        assert [one.pid for one in pypsutil.process_iter_available()] == [7]
    finally:
        pypsutil.PROCFS_PATH = "/proc"


def test_what_may_not_be_known_is_denied(child):
    if os.geteuid() == 0:
        pytest.skip("root may know everything")
    for ask in (pypsutil.Process(1).environ, pypsutil.Process(1).num_fds, lambda: list(pypsutil.Process(1).iter_fds())):
        try:
            ask()
        except pypsutil.AccessDenied as denied:
            assert denied.pid == 1


def test_sockets_of_this_process():
    with socket.socket() as listening, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        udp.bind(("127.0.0.1", 0))
        found = {row.fd: row for row in pypsutil.Process().connections("all")}
        listen = pypsutil.ConnectionStatus.LISTEN
        family, kind, address = socket.AF_INET, socket.SOCK_STREAM, listening.getsockname()
        expected = pypsutil.Connection(listening.fileno(), family, kind, address, ("", 0), listen, os.getpid())
        assert found[listening.fileno()] == expected and type(expected.laddr) is tuple
        assert found[udp.fileno()].status is None and found[udp.fileno()].raddr == ("", 0)
        everywhere = [row for row in pypsutil.net_connections("tcp4") if row.laddr == address]
        assert everywhere == [expected]


# --- the machine


def test_the_percentage_of_a_disk_is_an_attribute_and_a_method():
    usage = pypsutil.disk_usage(os.fsencode("/"))
    said = os.statvfs("/")
    assert usage.total == said.f_blocks * said.f_frsize
    assert usage.percent == usage.percent() == pypsutil.DiskUsage.percent(usage)
    assert pypsutil.DiskUsage(0, 0, 0).percent == 0.0


def test_time_passes():
    assert pypsutil.time_since_boot() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=5)
    assert pypsutil.uptime() == pytest.approx(time.clock_gettime(time.CLOCK_MONOTONIC), abs=5)
    assert time.time() - pypsutil.boot_time() == pytest.approx(pypsutil.time_since_boot(), abs=5)


def test_counters_can_be_forgotten():
    pypsutil.net_io_counters.cache_clear()
    pypsutil.pernic_net_io_counters.cache_clear()
    with pytest.raises(TypeError):
        pypsutil.net_io_counters(True)


def test_psutil_is_reached_through_compat():
    import psight.pypsutil.compat.psutil as one
    from psight.pypsutil.compat import psutil as other

    assert one is other is psight


def test_the_drop_in_answers_for_pypsutil():
    code = "import psight.dropin as d; d.install(); import pypsutil, psight.pypsutil as ours"
    code += "; from pypsutil.compat import psutil; import pypsutil.compat.psutil as again, psight"
    code += "; assert pypsutil is ours and psutil is psight is again; print(pypsutil.Process().pid)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and int(done.stdout), done.stderr


def test_threads_may_ask_at_once():
    errors = []

    def ask():
        try:
            for _ in range(20):
                assert os.getpid() in [one.pid for one in pypsutil.process_iter()]
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_strict_type_checker_accepts_every_name(tmp_path):
    pytest.importorskip("mypy")
    file = Path(__file__).with_name("typing_pypsutil.py")
    used = file.read_text()
    assert [name for name in PUBLIC if f"p.{name}" not in used] == []
    methods = [name for name in dir(pypsutil.Process) if not name.startswith("_")]
    assert [name for name in methods if f"me.{name}" not in used] == []
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("value", [0, 1, None, "", "x", [], object()], ids=repr)
def test_any_object_is_a_yes_or_a_no(value):
    assert pypsutil.net_io_counters(nowrap=value) is not None or not pypsutil.pernic_net_io_counters(nowrap=value)
    assert pypsutil.Process().children(recursive=value) == []
    assert pypsutil.Process().sigmasks(include_internal=value).caught is not None
