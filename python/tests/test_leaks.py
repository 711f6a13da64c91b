"""No question leaves anything behind: no descriptor, no memory of the C heap, no Python object; nor does a failed one.

Each is asked many times in a row. What grows is asked again, more often each time: a leak grows with the calls, the
noise of caches does not. PSIGHT_LEAK_ROUNDS sets how often, 200 without it.
"""

import gc
import os
import socket
import subprocess
import sys
import threading

import pytest

import psight

ROUNDS = int(os.environ.get("PSIGHT_LEAK_ROUNDS", "200"))
#: What may be left of so many rounds without being a leak: caches that fill once.
BLOCKS = 3
TRIES = 8

SYSTEM = {
    **{
        name: getattr(psight, name)
        for name in (
            "boot_time cpu_count cpu_freq cpu_percent cpu_stats cpu_times cpu_times_percent disk_io_counters"
            " disk_partitions getloadavg heap_info net_connections net_if_addrs net_if_stats net_io_counters pids"
            " sensors_battery sensors_fans sensors_temperatures swap_memory users virtual_memory"
        ).split()
    },
    "cpu_times each": lambda: psight.cpu_times(percpu=True),
    "cpu_percent each": lambda: psight.cpu_percent(percpu=True),
    "cpu_times_percent each": lambda: psight.cpu_times_percent(percpu=True),
    "cores": lambda: psight.cpu_count(logical=False),
    "disks": lambda: psight.disk_io_counters(perdisk=True),
    "disks that wrap": lambda: psight.disk_io_counters(nowrap=False),
    "all partitions": lambda: psight.disk_partitions(all=True),
    "disk_usage": lambda: psight.disk_usage("/"),
    "interfaces": lambda: psight.net_io_counters(pernic=True),
    "net_connections of all kinds": lambda: psight.net_connections("all"),
    "pid_exists": lambda: psight.pid_exists(os.getpid()),
    "process_iter": lambda: list(psight.process_iter()),
    "process_iter with attributes": lambda: list(psight.process_iter(["name", "cpu_percent", "uids", "exe", "nice"])),
    "a new process_iter": lambda: (psight.process_iter.cache_clear(), list(psight.process_iter(["name", "status"]))),
    "process_iter that is left": lambda: next(psight.process_iter(["name", "cpu_times"])),
    "process_iter asked for more": lambda: list(psight.process_iter(["name", "ionice", "num_ctx_switches"])),
    "wait_procs": lambda: psight.wait_procs([psight.Process()], timeout=0),
}

METHODS = sorted(
    psight.Process.attrs - {"pid", "memory_maps", "memory_full_info", "memory_footprint"} | {"is_running", "parent", "parents", "children", "__str__"}
)


def set_rlimit(process):
    process.rlimit(psight.RLIMIT_CORE, process.rlimit(psight.RLIMIT_CORE))


PROCESS = {
    **{name: lambda process, name=name: getattr(process, name)() for name in METHODS},
    "descendants": lambda process: process.children(recursive=True),
    "net_connections of all kinds": lambda process: process.net_connections("all"),
    "memory_maps": lambda process: process.memory_maps(),
    "memory_maps ungrouped": lambda process: process.memory_maps(grouped=False),
    "memory_full_info": lambda process: process.memory_full_info(),
    "memory_footprint": lambda process: process.memory_footprint(),
    "rlimit": lambda process: process.rlimit(psight.RLIMIT_NOFILE),
    "set rlimit": set_rlimit,
    "set nice": lambda process: process.nice(process.nice()),
    "set ionice": lambda process: process.ionice(psight.IOPRIO_CLASS_NONE),
    "set cpu_affinity": lambda process: process.cpu_affinity(process.cpu_affinity()),
    "resume": lambda process: process.resume(),
    "as_dict": lambda process: process.as_dict(["name", "uids", "cmdline", "environ", "open_files"]),
    "Process": lambda process: psight.Process(process.pid),
    "equality": lambda process: (psight.Process(process.pid) == process, hash(psight.Process(process.pid))),
    "wait": lambda process: fails(psight.TimeoutExpired, lambda: process.wait(0)),
}
GONE = {**{name: PROCESS[name] for name in METHODS if name not in ("is_running", "__str__", "create_time")}, **{
    name: PROCESS[name]
    for name in ("rlimit", "set nice", "set ionice", "set cpu_affinity", "resume", "as_dict", "Process", "memory_maps")
}}
WRONG = {
    "Process(-1)": lambda: psight.Process(-1),
    "Process('1')": lambda: psight.Process("1"),
    "Process(2**70)": lambda: psight.Process(2**70),
    "a kind": lambda: psight.net_connections("?"),
    "an attribute": lambda: list(psight.process_iter(["?"])),
    "an attribute of one": lambda: psight.Process().as_dict(["?"]),
    "a path": lambda: psight.disk_usage("/nonexistent"),
    "a path of a wrong type": lambda: psight.disk_usage(None),
    "a processor": lambda: psight.Process().cpu_affinity([2**20]),
    "a limit": lambda: psight.Process().rlimit(99),
    "a value": lambda: psight.Process().ionice(2, 99),
    "a signal": lambda: psight.Process().send_signal(999),
}


def fails(kinds, question):
    try:
        question()
    except kinds:
        return
    raise AssertionError("it did not fail")


#: Python remembers where a class has an attribute by the name's address, and keeps the name: of names that are made
#: anew for each call, as in `getattr(socket, word)`, up to 4,096 stay, which says nothing of a leak.
forget_attributes = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache


def held():
    """Descriptors, bytes of the C heap, Python's blocks, and objects that the collector knows."""
    forget_attributes()
    gc.collect()
    psight.heap_trim()
    heap = psight.heap_info()
    fds = len(os.listdir("/proc/self/fd"))
    return fds, heap.heap_used + heap.mmap_used, sys.getallocatedblocks(), len(gc.get_objects())


def leaves_nothing(question, rounds):
    threads = threading.active_count()
    for _ in range(10):
        question()
    grown = []
    for attempt in range(1, TRIES + 1):
        before = held()
        for _ in range(rounds * attempt):
            question()
        after = held()
        growth = [now - then for now, then in zip(after, before)]
        assert growth[0] <= 0, f"{growth[0]} descriptors are left"
        # Half a byte for each round is less than any allocation.
        if growth[1] <= rounds * attempt // 2 + 256 and growth[2] <= BLOCKS and growth[3] <= BLOCKS:
            break
        grown.append(growth)
    else:
        raise AssertionError(f"it grows: {grown}")
    assert threading.active_count() == threads


def rounds_for(name):
    """Fewer of what takes long."""
    slow = ("process_iter", "memory", "net_", "children", "descendants", "cpu_freq", "parents", "open", "sensors")
    return max(ROUNDS // 10, 5) if any(word in name for word in slow) else ROUNDS


@pytest.mark.parametrize("name", SYSTEM)
def test_the_machine(name):
    leaves_nothing(SYSTEM[name], rounds_for(name))


@pytest.mark.parametrize("name", PROCESS)
def test_a_process(name):
    process = psight.Process()
    with socket.socket() as one, open(__file__) as _:
        one.bind(("127.0.0.1", 0))
        leaves_nothing(lambda: PROCESS[name](process), rounds_for(name))


@pytest.fixture(scope="module")
def gone():
    child = subprocess.Popen(["sleep", "1000"])
    process = psight.Process(child.pid)
    child.kill()
    child.wait()
    return process


@pytest.mark.parametrize("name", GONE)
def test_a_process_that_is_gone(gone, name):
    leaves_nothing(lambda: fails(psight.NoSuchProcess, lambda: GONE[name](gone)), rounds_for(name))


@pytest.fixture(scope="module")
def zombie():
    child = subprocess.Popen(["true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    yield psight.Process(child.pid)
    child.wait()


@pytest.mark.parametrize("name", PROCESS)
def test_a_zombie(zombie, name):
    def ask():
        try:
            PROCESS[name](zombie)
        except (psight.Error, OSError, AssertionError):
            pass

    leaves_nothing(ask, rounds_for(name))


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question(name):
    leaves_nothing(lambda: fails(Exception, WRONG[name]), rounds_for(name))


def test_popen():
    leaves_nothing(lambda: psight.Popen(["true"]).wait(), 10)


def test_waiting():
    def wait():
        children = [psight.Popen(["true"]) for _ in range(3)]
        psight.wait_procs(children)

    leaves_nothing(wait, 5)


def test_tuples_of_numbers_and_texts_are_nothing_to_the_collector():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        sockets = psight.net_connections()
        found = [psight.cpu_times(), psight.Process().uids(), *sockets, *(row.laddr for row in sockets if row.laddr)]
    assert not any(map(gc.is_tracked, found)) and len(found) > 3
