"""No question leaves a handle or an object behind, nor does one that fails.

Each is asked PSIGHT_LEAK_CALLS times, 30 without it, and no longer than PSIGHT_LEAK_SECONDS, which is a tenth of a second
without it. PSIGHT_LEAK_ONLY chooses among them by a text in their names.
"""

import contextlib
import gc
import os
import sys
import time

import pytest
from programs import Child, handles, until

import psight

CALLS = int(os.environ.get("PSIGHT_LEAK_CALLS", "30"))
SECONDS = float(os.environ.get("PSIGHT_LEAK_SECONDS", "0.1"))
ONLY = os.environ.get("PSIGHT_LEAK_ONLY", "")
#: What caches that fill once may leave of so many calls.
BLOCKS = 20

SYSTEM = {
    **{
        name: lambda _, name=name: getattr(psight, name)()
        for name in (
            "boot_time cpu_count cpu_freq cpu_percent cpu_stats cpu_times cpu_times_percent disk_io_counters disk_partitions"
            " getloadavg heap_info heap_trim net_connections net_if_addrs net_if_stats net_io_counters pids sensors_battery"
            " swap_memory users virtual_memory"
        ).split()
    },
    "cpu_times each": lambda _: psight.cpu_times(percpu=True),
    "cpu_percent each": lambda _: psight.cpu_percent(percpu=True),
    "cpu_times_percent each": lambda _: psight.cpu_times_percent(percpu=True),
    "cores": lambda _: psight.cpu_count(logical=False),
    "disk_usage": lambda _: psight.disk_usage("C:\\"),
    "disk_usage of nothing": lambda _: psight.disk_usage("C:\\nonexistent"),
    "pid_exists": lambda _: psight.pid_exists(os.getpid()),
    "pid_exists of nothing": lambda _: psight.pid_exists(999_996),
    "process_iter": lambda _: list(psight.process_iter()),
    "process_iter with attributes": lambda _: list(psight.process_iter(["name", "exe", "memory_info", "nice", "cmdline"])),
    "process_table": lambda _: psight.process_table().to_dicts(),
    "wait_procs": lambda process: psight.wait_procs([process], timeout=0),
    "services": lambda _: [service.as_dict() for service in psight.win_service_iter()],
    "win_service_get": lambda _: psight.win_service_get("PlugPlay"),
    "win_service_get of nothing": lambda _: psight.win_service_get("nonexistent"),
}
METHODS = {
    **{name: lambda process, name=name: getattr(process, name)() for name in sorted(psight.Process.attrs - {"pid"})},
    "str": str,
    "is_running": lambda process: process.is_running(),
    "parents": lambda process: process.parents(),
    "children": lambda process: process.children(recursive=True),
    "memory_maps ungrouped": lambda process: process.memory_maps(grouped=False),
    "as_dict": lambda process: process.as_dict(["name", "cmdline", "environ", "memory_info"]),
    "a new Process": lambda process: psight.Process(process.pid).name(),
    "Process of nothing": lambda _: psight.Process(999_996),
    "wait": lambda process: process.wait(0),
    "set nice": lambda process: process.nice(psight.NORMAL_PRIORITY_CLASS),
    "set a wrong nice": lambda process: process.nice(12345),
    "set cpu_affinity": lambda process: process.cpu_affinity([]),
    "set ionice": lambda process: process.ionice(psight.IOPRIO_NORMAL),
    "suspend and resume": lambda process: (process.suspend(), process.resume()),
    "send_signal of nonsense": lambda process: process.send_signal(99),
}


@pytest.fixture(scope="module")
def child():
    with Child() as child:
        yield child.process


def leaves_nothing(name, call, process):
    if ONLY not in name:
        pytest.skip("not chosen")

    def once():
        with contextlib.suppress(psight.Error, OSError, ValueError, NotImplementedError):
            call(process)

    for _ in range(5):
        once()
    gc.collect()
    opened, blocks = handles(), sys.getallocatedblocks()
    count, start = 0, time.monotonic()
    while count < CALLS and time.monotonic() - start < SECONDS:
        once()
        count += 1
    took = time.monotonic() - start
    # A helper that asked for open files ends a moment after its answer.
    until(f"{name}: {handles()} handles after {count} calls, {opened} before", lambda: handles() <= opened)
    gc.collect()
    grown = sys.getallocatedblocks() - blocks
    print(f"{name}: {count} calls in {took:.2f} s, {opened} handles before and after, {grown} blocks of memory more")
    assert grown < BLOCKS + count / 10, name


@pytest.mark.parametrize("name", SYSTEM)
def test_questions_to_the_machine(name, child):
    leaves_nothing(name, SYSTEM[name], child)


@pytest.mark.parametrize("name", METHODS)
def test_questions_to_this_process(name):
    if name in ("suspend and resume", "wait"):
        pytest.skip("not of oneself")
    leaves_nothing(name, METHODS[name], psight.Process())


@pytest.mark.parametrize("name", METHODS)
def test_questions_to_a_child(name, child):
    leaves_nothing(name, METHODS[name], child)
