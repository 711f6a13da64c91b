"""What is told of a machine whose files are odd, missing or old.

psutil's own tests check this by replacing Python's `open`, which no compiled core would notice. Here the files are
written into folders.
"""

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import threading
import warnings

import pytest
from fakes import machine  # noqa: F401

import psight

KIB = 1024


@pytest.fixture
def told():
    """The warnings of the test."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


# --- memory

FEW = """
    Active(anon):    6145416 kB
    Active(file):    2950064 kB
    Inactive(anon):   574764 kB
    Inactive(file):  1567648 kB
    MemFree:         2057400 kB
    MemTotal:       16325648 kB
    SReclaimable:     346648 kB
"""
OLD = """
    MemTotal:       16325648 kB
    MemFree:         2057400 kB
    Buffers:          287952 kB
    Cached:          4818144 kB
    Active:          9444728 kB
    Shmem:            577588 kB
"""
OLD_WITH_FILES = OLD + "Active(file): 2950064 kB\nInactive(file): 1567648 kB\nSReclaimable: 346648 kB\n"


def test_fields_that_the_kernel_does_not_tell_are_zero_with_one_warning(machine, told):
    machine.write("proc/meminfo", FEW + "MemAvailable: -1 kB\n")
    machine.look_at_proc()
    memory = psight.virtual_memory()
    assert len(told) == 1
    assert told[0].category is RuntimeWarning
    message = str(told[0].message)
    assert message.endswith(" memory stats couldn't be determined and were set to 0")
    names = set(message.split(" memory ")[0].split(", "))
    assert names == {"cached", "shared", "active", "inactive", "buffers", "available"}
    assert memory.total == 16325648 * KIB
    assert (memory.cached, memory.shared, memory.active, memory.inactive) == (0, 0, 0, 0)
    assert (memory.buffers, memory.available, memory.slab) == (0, 0, 0)
    assert (memory.used, memory.percent) == (memory.total, 100.0)


def test_a_percentage_is_rounded_as_python_rounds(machine):
    machine.look_at_proc()
    # 12.25 and 12.75 stand in the middle between two, and are exact; 12.35 only looks so.
    for used in (0, 1, 3, 4, 6, 12, 980, 988, 1000, 1012, 1020, 2500, 3999, 7996, 7999, 8000):
        known = {"MemTotal": 8000, "MemFree": 0, "MemAvailable": 8000 - used, "Buffers": 0, "Cached": 0}
        lines = {**known, "Active": 0, "Inactive": 0, "Shmem": 0}
        machine.write("proc/meminfo", "".join(f"{name}: {number} kB\n" for name, number in lines.items()))
        assert psight.virtual_memory().percent == round(used / 8000 * 100, 1)


def test_one_missing_field_was_set_to_zero(machine, told):
    machine.write("proc/meminfo", OLD_WITH_FILES + "MemAvailable: 6574984 kB\n")
    machine.look_at_proc()
    memory = psight.virtual_memory()
    assert memory.available == 6574984 * KIB
    assert [str(w.message) for w in told] == ["inactive memory stats couldn't be determined and was set to 0"]


@pytest.mark.parametrize("text", [OLD, OLD_WITH_FILES], ids=["no-files", "no-zoneinfo"])
def test_available_of_old_kernels_is_free_and_cached(machine, told, text):
    machine.write("proc/meminfo", text)
    machine.look_at_proc()
    assert psight.virtual_memory().available == (2057400 + 4818144) * KIB


def test_available_of_old_kernels_is_close_to_what_new_ones_say(machine):
    with open("/proc/meminfo") as file:
        lines = file.readlines()
    said = [int(line.split()[1]) * KIB for line in lines if line.startswith("MemAvailable:")]
    if not said:
        pytest.skip("this kernel does not tell what is available")
    kept = [line for line in lines if not line.startswith("MemAvailable:")]
    machine.write("proc/meminfo", "".join(kept).encode())
    with open("/proc/zoneinfo", "rb") as file:
        machine.write("proc/zoneinfo", file.read())
    machine.look_at_proc()
    available = psight.virtual_memory().available
    assert abs(available - said[0]) / available < 0.15


def test_each_field_is_that_of_meminfo(machine, told):
    names = "MemTotal MemFree MemAvailable Buffers Cached SwapCached Active Inactive".split()
    numbers = [100, 2, 3, 4, 5, 6, 7, 8]
    more = {"Shmem": 21, "Slab": 22, "SReclaimable": 23, "Active(file)": 11, "Inactive(file)": 12}
    lines = {**dict(zip(names, numbers)), **more}
    machine.write("proc/meminfo", "".join(f"{name}: {number} kB\n" for name, number in lines.items()))
    machine.look_at_proc()
    memory = psight.virtual_memory()
    assert memory.total == 100 * KIB
    assert memory.free == 2 * KIB
    assert memory.available == 3 * KIB
    assert memory.buffers == 4 * KIB
    assert memory.cached == (5 + 23) * KIB
    assert memory.active == 7 * KIB
    assert memory.inactive == 8 * KIB
    assert memory.shared == 21 * KIB
    assert memory.slab == 22 * KIB
    assert not told


def test_kernel_2_4_names_of_shared_and_inactive_are_known(machine, told):
    text = "MemTotal: 100 kB\nMemFree: 2 kB\nBuffers: 1 kB\nCached: 1 kB\nActive: 1 kB\n"
    text += "MemShared: 6 kB\nInact_dirty: 1 kB\nInact_clean: 2 kB\nInact_laundry: 4 kB\n"
    machine.write("proc/meminfo", text)
    machine.look_at_proc()
    memory = psight.virtual_memory()
    assert memory.shared == 6 * KIB
    assert memory.inactive == 7 * KIB
    assert not told


SWAP = "SwapTotal: 15 kB\nSwapFree: 5 kB\n"


@pytest.mark.parametrize("vmstat", ["nr_free_pages 1\n", None], ids=["no-lines", "no-file"])
def test_swapping_that_is_not_counted_is_zero_with_a_warning(machine, told, vmstat):
    machine.write("proc/meminfo", SWAP)
    if vmstat:
        machine.write("proc/vmstat", vmstat)
    machine.look_at_proc()
    swap = psight.swap_memory()
    assert (swap.total, swap.free, swap.used) == (15 * KIB, 5 * KIB, 10 * KIB)
    assert (swap.sin, swap.sout) == (0, 0)
    assert len(told) == 1
    assert told[0].category is RuntimeWarning
    text = "'sin' and 'sout' swap memory stats couldn't be determined and were set to 0"
    assert str(told[0].message).startswith(text)


def test_swapping_is_counted_in_4_kib(machine, told):
    machine.write("proc/meminfo", SWAP)
    machine.write("proc/vmstat", "pswpin 2\npswpout 3\n")
    machine.look_at_proc()
    assert psight.swap_memory()[4:] == (8192, 12288)
    assert not told


def sysinfo():
    """Swap by sysinfo(2): all of it, and how much is free."""

    class Sysinfo(ctypes.Structure):
        _fields_ = [
            ("uptime_loads_and_ram", ctypes.c_ulong * 8),
            ("totalswap", ctypes.c_ulong),
            ("freeswap", ctypes.c_ulong),
            ("procs", ctypes.c_ushort),
            ("high", ctypes.c_ulong * 2),
            ("unit", ctypes.c_uint),
            ("spare", ctypes.c_char * 64),
        ]

    info = Sysinfo()
    assert ctypes.CDLL(None, use_errno=True).sysinfo(ctypes.byref(info)) == 0
    return info.totalswap * info.unit, info.freeswap * info.unit


def test_swap_of_meminfo_is_that_of_sysinfo():
    swap, (total, free) = psight.swap_memory(), sysinfo()
    assert swap.total == total
    assert abs(swap.free - free) < 16 * KIB * KIB


def test_swap_is_asked_of_sysinfo_where_meminfo_has_none(machine, told):
    machine.write("proc/meminfo", b"")
    machine.write("proc/vmstat", "pswpin 0\npswpout 0\n")
    machine.look_at_proc()
    assert psight.swap_memory().total == sysinfo()[0]


# --- CPUs

NO_TIME = "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0 0 0\n"
QUESTIONS = [
    lambda: psight.cpu_times(),
    lambda: psight.cpu_times(percpu=True),
    lambda: psight.cpu_percent(),
    lambda: psight.cpu_percent(percpu=True),
    lambda: psight.cpu_times_percent(),
    lambda: psight.cpu_times_percent(percpu=True),
]


def test_a_counter_that_goes_back_counts_as_nothing(machine):
    text = "cpu  {0}\ncpu0 {0}\ncpu1 {0}\n"
    machine.write("proc/stat", text.format("0 0 0 0 0 0 0 1 0 0"))
    machine.look_at_proc()
    for ask in QUESTIONS:
        ask()
    machine.write("proc/stat", text.format("1 0 0 0 0 0 0 0 0 0"))
    assert psight.cpu_percent() == 100.0
    assert psight.cpu_percent(percpu=True) == [100.0, 100.0]
    times = psight.cpu_times_percent()
    assert (times.user, times.steal) == (100.0, 0.0)
    assert [each.steal for each in psight.cpu_times_percent(percpu=True)] == [0.0, 0.0]


def test_cpu_times_that_cannot_be_read_are_an_error_until_they_can(machine):
    (machine.root / "empty").mkdir()
    code = """
import sys, threading
import psight
def run():
    def fails(ask):
        try: ask()
        except OSError: return True
    psight.PROCFS_PATH = sys.argv[1]
    asks = [psight.cpu_times, psight.cpu_percent, psight.cpu_times_percent]
    assert all(fails(ask) and fails(lambda: ask(percpu=True)) for ask in asks)
    psight.PROCFS_PATH = sys.argv[2]
    assert psight.cpu_percent() == 0
    assert sum(psight.cpu_times_percent()) == 0
    assert sum(psight.cpu_percent(percpu=True)) == 0
    assert sum(map(sum, psight.cpu_times_percent(percpu=True))) == 0
    text = "cpu  1 0 0 0 0 0 0 0 0 0\\ncpu0 1 0 0 0 0 0 0 0 0 0\\ncpu1 1 0 0 0 0 0 0 0 0 0\\n"
    with open(sys.argv[2] + "/stat", "w") as file:
        file.write(text)
    assert psight.cpu_percent() == 100.0
    assert sum(psight.cpu_percent(percpu=True)) == 200.0
    assert sum(psight.cpu_times_percent()) == 100.0
    assert sum(map(sum, psight.cpu_times_percent(percpu=True))) == 200.0
    print("good")
# A new thread has no past, as a process has none that could read nothing when it started.
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""
    machine.write("proc/stat", NO_TIME)
    command = [sys.executable, "-c", code, str(machine.root / "empty"), str(machine.root / "proc")]
    done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert done.stdout == "good\n"


def environment(**more):
    """An environment in which another interpreter finds this psight."""
    home = os.path.dirname(os.path.dirname(psight.__file__))
    path = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path, **more}


def can_unshare():
    """Whether this user may have a mount namespace of its own."""
    done = subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL)
    return done.returncode == 0


def test_the_import_works_where_there_is_no_proc():
    if not can_unshare():
        pytest.skip("no mount namespace for this user")
    code = """if True:
        import os, psight
        print(psight.version_info, psight.pid_exists(os.getpid()))
        try:
            psight.Process()
        except psight.NoSuchProcess as error:
            print(error.pid == os.getpid())
        for question in (psight.pids, psight.virtual_memory):
            try:
                question()
            except FileNotFoundError as error:
                print(error.filename)
    """
    script = 'mount -t tmpfs none /proc && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", script, "sh", sys.executable, "-c", code]
    done = subprocess.run(command, env=environment(), stdout=subprocess.PIPE, text=True)
    assert done.stdout == "(7, 2, 2) True\nTrue\n/proc/self\n/proc/meminfo\n"


def test_boot_time_needs_its_line(machine):
    machine.write("proc/stat", "cpu 1 1 1 1 1 1 1 1 1 1\n")
    machine.look_at_proc()
    with pytest.raises(RuntimeError, match="btime"):
        psight.boot_time()


def test_cores_are_counted_by_their_siblings_and_else_by_cpuinfo(machine):
    for cpu, core in enumerate(["0-1", "0-1", "2-3", "2-3"]):
        machine.write(f"sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list", core)
    machine.look()
    assert psight.cpu_count(logical=False) == 2


def test_old_kernels_name_the_siblings_otherwise(machine):
    for cpu in range(4):
        path = f"sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list"
        machine.write(path, str(cpu))
    machine.look()
    assert psight.cpu_count(logical=False) == 4


def test_cores_of_cpuinfo_are_added_by_socket(machine):
    socket = "processor\t: {0}\nphysical id\t: {0}\ncpu cores\t: 4\n\n"
    machine.write("proc/cpuinfo", "".join(socket.format(n) for n in (0, 0, 1, 1)).encode())
    machine.look()
    assert psight.cpu_count(logical=False) == 8


def test_cores_are_none_where_nothing_tells(machine):
    machine.write("proc/cpuinfo", b"")
    machine.look()
    assert psight.cpu_count(logical=False) is None


def test_cpus_that_are_online_are_counted():
    assert psight.cpu_count() == os.sysconf("SC_NPROCESSORS_ONLN") == len(psight.cpu_times(percpu=True))


def freq(machine, policy, current, low, high, name="scaling_cur_freq"):
    """Write a frequency policy, in kHz."""
    where = f"sys/devices/system/cpu/cpufreq/policy{policy}"
    machine.write(f"{where}/{name}", str(current))
    machine.write(f"{where}/scaling_min_freq", str(low))
    machine.write(f"{where}/scaling_max_freq", str(high))


def test_frequencies_are_in_mhz_with_their_limits(machine):
    freq(machine, 0, 500000, 600000, 700000)
    machine.write("proc/cpuinfo", "processor : 0\ncpu MHz     : 500\n")
    machine.look()
    assert psight.cpu_freq() == (500.0, 600.0, 700.0)
    assert psight.cpu_freq(percpu=True) == [(500.0, 600.0, 700.0)]


def test_frequencies_of_several_cpus_are_listed_and_averaged(machine):
    freq(machine, 0, 100000, 200000, 300000)
    freq(machine, 1, 400000, 500000, 600000)
    machine.write("proc/cpuinfo", "processor : 0\ncpu MHz : 100\n\nprocessor : 1\ncpu MHz : 400\n")
    machine.look()
    assert psight.cpu_freq(percpu=True) == [(100.0, 200.0, 300.0), (400.0, 500.0, 600.0)]
    assert psight.cpu_freq() == (250.0, 350.0, 450.0)


def test_policies_are_in_the_order_of_their_numbers(machine):
    for policy in (10, 2, 0):
        freq(machine, policy, policy * 1000, 1000, 2000)
    machine.look()
    assert [each.current for each in psight.cpu_freq(percpu=True)] == [0.0, 2.0, 10.0]


def test_a_frequency_is_read_from_cpuinfo_cur_freq_where_there_is_no_other(machine):
    freq(machine, 0, 200000, 100000, 300000, name="cpuinfo_cur_freq")
    machine.look()
    assert psight.cpu_freq().current == 200.0


def test_a_frequency_is_found_in_the_directory_of_the_cpu(machine):
    where = "sys/devices/system/cpu/cpu0/cpufreq"
    for name, number in (("scaling_cur_freq", 200000), ("scaling_min_freq", 1000), ("scaling_max_freq", 300000)):
        machine.write(f"{where}/{name}", str(number))
    machine.look()
    assert psight.cpu_freq() == (200.0, 1.0, 300.0)


def test_a_frequency_of_cpuinfo_has_no_limits(machine):
    machine.write("proc/cpuinfo", "processor : 0\ncpu MHz : 1500.5\n\nprocessor : 1\ncpu MHz : 1600\n")
    machine.look()
    assert psight.cpu_freq(percpu=True) == [(1500.5, 0.0, 0.0), (1600.0, 0.0, 0.0)]
    assert psight.cpu_freq() == (1550.25, 0.0, 0.0)


# --- disks

DISK = "   3    0   hda 1 2 3 4 5 6 7 8 9 10 11\n"
FULL = (1, 5, 3 * 512, 7 * 512, 4, 8, 2, 6, 10)


@pytest.mark.parametrize(
    "line",
    ["3 0 1 hda 2 3 4 5 6 7 8 9 10 11 12", DISK, "3 0 hda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"],
    ids=["2.4", "2.6", "4.18"],
)
def test_disk_lines_of_all_kernels_are_understood(machine, line):
    machine.write("proc/diskstats", line)
    machine.write("sys/block/hda/stat", "")
    machine.look()
    assert psight.disk_io_counters(nowrap=False) == FULL


def test_a_short_disk_line_has_zeros(machine):
    machine.write("proc/diskstats", "   3    1   hda 1 2 3 4\n")
    machine.write("sys/block/hda/stat", "")
    machine.look()
    expected = (1, 3, 2 * 512, 4 * 512, 0, 0, 0, 0, 0)
    assert psight.disk_io_counters(nowrap=False) == expected


PARTITIONED = "3 0 nvme0n1 1 2 3 4 5 6 7 8 9 10 11\n3 0 nvme0n1p1 1 2 3 4 5 6 7 8 9 10 11\n"


def test_partitions_are_listed_and_not_counted_twice(machine):
    machine.write("proc/diskstats", PARTITIONED)
    machine.write("sys/block/nvme0n1/stat", "")
    machine.look()
    each = psight.disk_io_counters(perdisk=True, nowrap=False)
    assert {name: (disk.read_count, disk.write_count) for name, disk in each.items()} == {
        "nvme0n1": (1, 5),
        "nvme0n1p1": (1, 5),
    }
    assert psight.disk_io_counters(nowrap=False) == FULL


def test_without_whole_disks_there_is_no_sum(machine):
    machine.write("proc/diskstats", PARTITIONED)
    (machine.root / "sys/block").mkdir()
    machine.look()
    assert psight.disk_io_counters(nowrap=False) is None


def test_no_disks_are_none_and_an_empty_dict(machine):
    machine.write("proc/diskstats", b"")
    machine.look_at_proc()
    assert psight.disk_io_counters(perdisk=False) is None
    assert psight.disk_io_counters(perdisk=True) == {}


def test_disks_are_found_in_sysfs_where_procfs_has_none(machine):
    machine.write("sys/block/sda/stat", "1 2 3 4 5 6 7 8 9 10 11")
    machine.write("sys/block/sda/sda1/stat", "1 2 3 4 5 6 7 8 9 10 11")
    machine.look()
    assert sorted(psight.disk_io_counters(perdisk=True, nowrap=False)) == ["sda", "sda1"]


def test_disks_that_nothing_tells_of_are_not_implemented(machine):
    machine.look()
    with pytest.raises(NotImplementedError):
        psight.disk_io_counters()


def diskstats(**disks):
    return b"".join(b"3 0 %s %d 0 0 0 0 0 0 0 0 0 0\n" % (name.encode(), reads) for name, reads in disks.items())


def counts(machine, **disks):
    """Write the reads of disks, and return what is told of each."""
    machine.write("proc/diskstats", diskstats(**disks))
    found = psight.disk_io_counters(perdisk=True)
    return {name: disk.read_count for name, disk in found.items()}


@pytest.fixture
def disks(machine):
    """A machine whose disks are counted from nothing."""
    machine.look_at_proc()
    psight.disk_io_counters.cache_clear()
    yield machine
    psight.disk_io_counters.cache_clear()


def test_a_counter_that_wraps_is_continued(disks):
    assert counts(disks, a=100) == {"a": 100}
    assert counts(disks, a=100) == {"a": 100}
    assert counts(disks, a=90) == {"a": 190}
    assert counts(disks, a=95) == {"a": 195}
    assert counts(disks, a=1) == {"a": 196}


def test_each_key_and_field_wraps_alone(disks):
    counts(disks, a=100, b=10)
    assert counts(disks, a=1, b=11) == {"a": 101, "b": 11}


def test_a_disk_that_was_away_begins_anew(disks):
    counts(disks, a=100, b=10)
    counts(disks, a=10, b=10)
    assert counts(disks, b=10) == {"b": 10}
    assert counts(disks, a=5, b=10) == {"a": 5, "b": 10}


def test_without_nowrap_the_kernel_s_number_is_told(disks):
    counts(disks, a=100)
    counts(disks, a=5)
    assert psight.disk_io_counters(perdisk=True, nowrap=False)["a"].read_count == 5
    assert counts(disks, a=6) == {"a": 106}


def test_disks_and_interfaces_are_in_the_kernel_s_order(disks):
    assert list(counts(disks, b=1, a=2, c=3)) == ["b", "a", "c"]
    assert list(psight.disk_io_counters(perdisk=True, nowrap=False)) == ["b", "a", "c"]
    interfaces = "".join(f"{name}: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n" for name in ("lo", "eth1", "eth0"))
    disks.write("proc/net/dev", ("head\nhead\n" + interfaces).encode())
    for nowrap in (True, False):
        assert list(psight.net_io_counters(pernic=True, nowrap=nowrap)) == ["lo", "eth1", "eth0"]


def test_both_ways_to_ask_do_not_know_of_each_other(disks):
    counts(disks, a=100)
    disks.write("proc/diskstats", diskstats(a=5))
    assert psight.disk_io_counters(perdisk=True, nowrap=False)["a"].read_count == 5
    assert counts(disks, a=5) == {"a": 105}


def test_another_machine_is_asked_though_it_says_the_same(disks, tmp_path):
    assert counts(disks, a=100) == {"a": 100}
    (tmp_path / "diskstats").write_bytes(diskstats(a=90))
    psight.PROCFS_PATH = str(tmp_path)
    assert psight.disk_io_counters(perdisk=True)["a"].read_count == 190
    (tmp_path / "diskstats").write_text("8 0 a what is this\n")
    with pytest.raises(RuntimeError):
        psight.disk_io_counters(perdisk=True)
    (tmp_path / "diskstats").write_bytes(diskstats(a=91))
    assert psight.disk_io_counters(perdisk=True)["a"].read_count == 191


def test_threads_that_read_at_once_do_not_make_a_counter_wrap(disks):
    most, wrong = 1000, []
    disks.write("proc/diskstats", diskstats(a=most))

    def read():
        while most < 3000 and not wrong:
            found = psight.disk_io_counters(perdisk=True)["a"].read_count
            if found > most + 1:
                wrong.append((found, most))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    threads = [threading.Thread(target=read) for _ in range(4)]
    try:
        for thread in threads:
            thread.start()
        for count in range(most, 3001):
            os.replace(disks.write("proc/next", diskstats(a=count)), disks.root / "proc/diskstats")
            most = count
    finally:
        most = 3000
        sys.setswitchinterval(interval)
        for thread in threads:
            thread.join()
    assert not wrong


def test_cache_clear_forgets(disks):
    counts(disks, a=100)
    psight.disk_io_counters.cache_clear()
    assert counts(disks, a=5) == {"a": 5}


def partitions(machine, mounts, filesystems="nodev\tproc\n\text4\n", all=False):
    """What is mounted on a machine with this table."""
    machine.write("proc/self/mounts", mounts)
    machine.write("proc/filesystems", filesystems.encode())
    machine.look()
    return psight.disk_partitions(all=all)


def test_zfs_is_a_disk_although_it_has_no_device(machine):
    found = partitions(machine, "/dev/sdb3 / zfs rw 0 0\n", "nodev\tzfs\n")
    assert found == [("/dev/sdb3", "/", "zfs", "rw")]


def test_file_systems_without_a_device_are_told_on_demand(machine):
    mounts = "proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw,noatime 0 0\n"
    assert [each.mountpoint for each in partitions(machine, mounts)] == ["/"]
    assert [each.mountpoint for each in partitions(machine, mounts, all=True)] == ["/proc", "/"]


def test_the_device_of_the_root_is_looked_up(machine):
    numbers = os.stat("/").st_dev
    number = f"{os.major(numbers)}:{os.minor(numbers)}"
    machine.write(f"sys/dev/block/{number}/uevent", "MAJOR=8\nMINOR=1\nDEVNAME=sda1\n")
    machine.write("dev/sda1", b"")
    found = partitions(machine, "/dev/root / ext4 rw 0 0\n")
    assert found[0].device == str(machine.root / "dev/sda1") or found[0].device == "/dev/sda1"


def test_the_device_of_the_root_is_that_of_findmnt():
    if not shutil.which("findmnt"):
        pytest.skip("there is no findmnt")
    done = subprocess.run(["findmnt", "-o", "SOURCE", "-rn", "/"], stdout=subprocess.PIPE, text=True)
    found = [each.device for each in psight.disk_partitions(all=True) if each.mountpoint == "/"]
    assert found[-1] == done.stdout.strip()


def test_a_table_of_mounts_that_is_missing_is_an_error(machine):
    machine.write("proc/filesystems", b"\text4\n")
    machine.look_at_proc()
    with pytest.raises(FileNotFoundError):
        psight.disk_partitions()


# --- network


def test_no_interfaces_are_none_and_an_empty_dict(machine):
    machine.write("proc/net/dev", "Inter-|   Receive\n face |bytes\n")
    machine.look_at_proc()
    assert psight.net_io_counters(pernic=False) is None
    assert psight.net_io_counters(pernic=True) == {}


def test_an_interface_that_is_gone_has_no_state(machine):
    zeros = " ".join(["0"] * 16)
    machine.write("proc/net/dev", f"Inter-| Receive\n face |bytes\n psight-gone0: {zeros}\n")
    machine.look_at_proc()
    assert psight.net_if_stats() == {}


def test_a_kernel_without_ipv6_has_no_such_sockets(machine):
    (machine.root / "proc/net").mkdir()
    (machine.root / "proc/self").mkdir()
    machine.write("proc/net/tcp", "  sl  local_address\n")
    machine.write("proc/net/udp", "  sl  local_address\n")
    machine.look_at_proc()
    machine.process()
    assert psight.net_connections("inet6") == []


def test_garbage_among_unix_sockets_is_passed_over(machine):
    lines = "Num RefCount\n"
    lines += "0: 00000003 000 000 0001 03 462170 @/tmp/dbus-Qw2hMPIU3n\n"
    lines += "0: 00000003 000 000 0001 03 35010 @/tmp/dbus-tB2X8h69BQ\n"
    lines += "0: 00000003 000 000 0001 03 34424\n"
    machine.write("proc/net/unix", lines + "0" * 54 + "\n")
    machine.look_at_proc()
    machine.process()
    found = psight.net_connections("unix")
    assert sorted(each.laddr for each in found) == ["", "@/tmp/dbus-Qw2hMPIU3n", "@/tmp/dbus-tB2X8h69BQ"]
    assert {each.family for each in found} == {socket.AF_UNIX}
    assert {each.type for each in found} == {socket.SOCK_STREAM}


# --- sensors


def battery(machine, online=None, **files):
    """What is told of a battery of these files."""
    if online is not None:
        machine.write("sys/class/power_supply/AC0/online", str(online))
    base = {"energy_now": 60000000, "power_now": 30000000, "energy_full": 80000000}
    for name, number in {**base, **files}.items():
        if number is not None:
            machine.write(f"sys/class/power_supply/BAT0/{name}", str(number))
    machine.look()
    return psight.sensors_battery()


def test_a_battery_on_the_mains_lasts_for_ever(machine):
    told = battery(machine, online=1)
    assert told.power_plugged is True
    assert told.secsleft is psight.POWER_TIME_UNLIMITED
    assert told.percent == 75.0


def test_a_battery_off_the_mains_says_how_long(machine):
    told = battery(machine, online=0)
    assert told.power_plugged is False
    assert told.secsleft == 7200


@pytest.mark.parametrize(
    ("status", "plugged"),
    [("Charging", True), ("full", True), ("discharging", False), ("???", None), (None, None)],
)
def test_the_battery_s_status_says_what_the_mains_do_not(machine, status, plugged):
    assert battery(machine, status=status).power_plugged is plugged


def test_a_battery_of_no_capacity_is_empty(machine):
    assert battery(machine, energy_full=0).percent == 0.0


def test_the_percentage_is_read_where_it_cannot_be_worked_out(machine):
    assert battery(machine, energy_full=None, capacity=88).percent == 88


def test_no_percentage_is_no_battery(machine):
    assert battery(machine, energy_full=None) is None


def test_a_battery_that_gives_nothing_has_no_known_end(machine):
    assert battery(machine, power_now=0).secsleft is psight.POWER_TIME_UNKNOWN


def hwmon(machine, **files):
    """Write a chip of hwmon."""
    for name, text in {"name": "name", **files}.items():
        machine.write(f"sys/class/hwmon/hwmon0/{name}", str(text))
    machine.look()


def test_temperatures_are_in_degrees(machine):
    hwmon(machine, temp1_label="label", temp1_input=30000, temp1_max=40000, temp1_crit=50000)
    assert psight.sensors_temperatures() == {"name": [("label", 30.0, 40.0, 50.0)]}
    assert psight.sensors_temperatures(fahrenheit=True) == {"name": [("label", 86.0, 104.0, 122.0)]}


def test_a_limit_stands_for_the_other(machine):
    hwmon(machine, temp1_input=1000, temp1_max=2000, temp2_input=1000, temp2_crit=3000, temp3_input=1000)
    found = psight.sensors_temperatures()["name"]
    assert [each[2:] for each in found] == [(2.0, 2.0), (3.0, 3.0), (None, None)]


def test_a_sensor_that_cannot_be_read_is_passed_over(machine):
    hwmon(machine, temp1_input="", temp2_input=20000)
    assert [each.current for each in psight.sensors_temperatures()["name"]] == [20.0]


def test_old_drivers_have_their_sensors_one_level_deeper(machine):
    for name, text in {"name": "name", "temp1_input": 30000, "fan1_input": 2000}.items():
        machine.write(f"sys/class/hwmon/hwmon0/device/{name}", str(text))
    machine.look()
    assert psight.sensors_temperatures() == {"name": [("", 30.0, None, None)]}
    assert psight.sensors_fans() == {"name": [("", 2000)]}


def test_thermal_zones_are_asked_where_there_is_no_hwmon(machine):
    zone = "sys/class/thermal/thermal_zone0"
    for name, text in {
        "type": "name",
        "temp": 30000,
        "trip_point_0_type": "critical",
        "trip_point_0_temp": 50000,
    }.items():
        machine.write(f"{zone}/{name}", str(text))
    machine.look()
    assert psight.sensors_temperatures() == {"name": [("", 30.0, 50.0, 50.0)]}


def test_fans_have_a_label_and_a_number(machine):
    hwmon(machine, fan1_label="label", fan1_input=2000, fan2_input=1000)
    fans = psight.sensors_fans()
    assert fans == {"name": [("label", 2000), ("", 1000)]}
    assert isinstance(fans["name"][0].current, int)


# --- where psutil gives up for one row


def test_a_disk_that_is_not_understood_does_not_hide_the_others(machine):
    machine.write("proc/diskstats", DISK + "3 0 hdb 1 2 3\n")
    machine.look_at_proc()
    assert list(psight.disk_io_counters(perdisk=True, nowrap=False)) == ["hda"]


def test_an_interface_that_is_not_understood_does_not_hide_the_others(machine):
    numbers = " ".join(map(str, range(16)))
    machine.write("proc/net/dev", f"Inter-| Receive\n face |bytes\n lo: 1 2 3\n eth0: {numbers}\n")
    machine.look_at_proc()
    assert psight.net_io_counters(pernic=True, nowrap=False) == {"eth0": (8, 0, 9, 1, 2, 10, 3, 11)}


def test_a_path_with_a_blank_is_a_path(machine):
    machine.write("proc/net/unix", "Num RefCount\n0: 00000003 000 000 0001 03 1 /a b\n")
    machine.look_at_proc()
    machine.process()
    assert [each.laddr for each in psight.net_connections("unix")] == ["/a b"]
