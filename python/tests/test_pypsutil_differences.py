"""pypsutil's API against pypsutil 0.2.0 itself, where that is installed: every question about every process here.

`DIFFERENT` lists what is answered otherwise on purpose; the tests know these and no others.
"""

import dataclasses
import enum
import inspect
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import psight.pypsutil as ours

try:
    import pypsutil as theirs

    # With the drop-in that is ours.
    theirs = None if theirs is ours else theirs
except ImportError:
    theirs = None

pytestmark = pytest.mark.skipif(theirs is None, reason="pypsutil 0.2.0 is not installed: nothing to compare with")

DIFFERENT = {
    "boot_time": "the clocks are read one after the other, and time_since_boot has hundredths of a second as the kernel"
    " writes them; create_time follows",
    "cmdline": "a command line that was overwritten is split at blanks, as psutil does, and its last word is not lost"
    " where the NUL behind it is; bytes that are not UTF-8 are no exception, nor are they in environ",
    "connections": "a socket with several descriptors is there with each, not with the last alone; an unknown kind is a"
    " ValueError, not an empty list",
    "cpu_freq": "a processor without limits in sysfs does not hide those of the others",
    "cwd": "a zombie is a ZombieProcess, and not merely gone or denied; environ and root likewise",
    "disk_usage": "percent is the attribute that is documented and can be called like the method that is published",
    "environ": "a thread of the kernel has an empty one, where pypsutil says that the process does not exist",
    "exe": "a thread of the kernel has none, also for those who may not look; pypsutil denies it to them, as it does"
    " environ",
    "getrlimit": "is answered for processes of others, because the kernel tells everyone; rlimit likewise",
    "num_fds": "is answered for processes of others since Linux 6.2, which tells everyone",
    "eventfd-count": "is hexadecimal in fdinfo; pypsutil reads it as decimal and fails at 10",
    "memory_maps": "paths of deleted files come without the kernel's ' (deleted)', as in open_files",
    "memory_maps_grouped": "in the order of the address space, where pypsutil's changes from call to call",
    "net_connections": "connections in TIME_WAIT are all there; pypsutil keeps one, because none has an inode",
    "net_if_addrs": "loopback is not its own other end; interfaces with IPv6 addresses alone have them; an IPv4 address"
    " without a broadcast address has itself, as the C library and psutil have it",
    "net_if_stats": "an unknown speed is 0 as documented, not 4294967295",
    "open_files": "see memory_maps; iter_fds leaves the suffix out in both",
    "pid_exists": "the number of a thread is none of a process",
    "pidfd": "is known since Linux 6.9 too, where it has a file system of its own",
    "pids": "are sorted, and so are descriptors, threads and children",
    "sensors_battery": "the battery of a mouse is in sensors_power, but it is not the machine's and does not say whether"
    " that is plugged in; sensors_battery_total likewise, and it adds up only batteries that say both energies",
    "sensors_power": "a uevent line with two equals signs is no exception; charge times voltage is computed in whole"
    " numbers; a power that is written as negative counts without its sign",
    "sensors_temperatures": "also of old drivers and thermal zones; an absent critical limit is the high one; a sensor"
    " that fails hides no other",
    "Popen": "stderr is the standard error, not the standard output; oneshot ends when an exception leaves it",
}

# --- how answers are compared


def plain(answer):
    """The answer without its classes, whose names are kept: ours and theirs are not the same objects."""
    if isinstance(answer, (ours.Process, getattr(theirs, "Process", ours.Process))):
        return ("Process", answer.pid)
    if isinstance(answer, enum.Enum) and not isinstance(answer, int):
        return (type(answer).__name__, answer.value)
    if dataclasses.is_dataclass(answer):
        names = (field.name for field in dataclasses.fields(answer))
        return (type(answer).__name__, *((name, plain(getattr(answer, name))) for name in names))
    if isinstance(answer, dict):
        return {name: plain(value) for name, value in answer.items()}
    if isinstance(answer, (list, tuple)):
        return type(answer)(map(plain, answer)) if type(answer) in (list, tuple) else tuple(map(plain, answer))
    return answer


def asked(question):
    """The answer, with lists in an order of their own, or the exception."""
    try:
        answer = question()
        answer = plain(list(answer) if inspect.isgenerator(answer) else answer)
    except (ours.Error, theirs.Error) as error:
        return ("raised", type(error).__name__, str(error))
    return answer


def agree(before, answer, after):
    """Whether ours is one of theirs, or between them: the machine does not stand still."""
    if answer in (before, after):
        return True
    if type(before) is not type(answer) or type(after) is not type(answer):
        return False
    if isinstance(answer, (int, float)) and not isinstance(answer, bool):
        return min(before, after) <= answer <= max(before, after)
    if isinstance(answer, dict):
        same = before.keys() == answer.keys() == after.keys()
        return same and all(agree(before[key], answer[key], after[key]) for key in answer)
    if isinstance(answer, (list, tuple)):
        return len(before) == len(answer) == len(after) and all(map(agree, before, answer, after))
    return False


def compared(their, our, change=lambda answer: answer):
    """None if both agree soon, else both answers. `change` makes theirs and ours comparable."""
    deadline = time.monotonic() + 1
    while True:
        before, answer, after = (change(asked(question)) for question in (their, our, their))
        if agree(before, answer, after):
            return None
        if time.monotonic() >= deadline:
            return before, answer


def order(answer):
    return sorted(answer, key=repr) if isinstance(answer, list) else answer


def without_deleted(answer):
    """A list of dataclasses, of which some have paths of files that were deleted."""

    def path(row):
        return tuple((n[0], n[1].removesuffix(" (deleted)")) if n[0] == "path" else n for n in row)

    return order([path(row) for row in answer]) if isinstance(answer, list) else answer


def once_for_each_socket(answer):
    """Without descriptors, which are many or one."""
    if not isinstance(answer, list):
        return answer
    return sorted({repr(tuple(n for n in row if n[0] not in ("fd", "pid"))) for row in answer})


CHANGES = {
    "children": order,
    "connections": once_for_each_socket,
    "create_time": lambda answer: answer if isinstance(answer, tuple) else round(answer / 2),
    "iter_fds": order,
    "memory_maps": without_deleted,
    "memory_maps_grouped": without_deleted,
    "open_files": without_deleted,
    "threads": order,
}
ACTS = "cpu_setaffinity getrlimit kill oneshot pid resume rlimit send_signal setpriority suspend terminate wait".split()
ASKS = [name for name in dir(ours.Process) if not name.startswith("_") and name not in ACTS]

#: Those that are quick also for large processes.
LIGHT = [name for name in ASKS if not name.startswith(("memory_full", "memory_maps"))]


def is_known(name, answers):
    """Whether a difference is one of the list."""
    theirs, ours = answers
    raised = theirs[1] if isinstance(theirs, tuple) and theirs[:1] == ("raised",) else None
    if name in ("cwd", "environ", "root") and raised in ("NoSuchProcess", "AccessDenied"):
        return ours == ({} if name == "environ" else None) or ours[:2] == ("raised", "ZombieProcess")
    if name in ("exe", "getrlimit", "num_fds") and raised == "AccessDenied":
        return ours == "" if name == "exe" else ours[:1] != ("raised",) if isinstance(ours, tuple) else ours >= 0
    if name == "cmdline" and isinstance(theirs, list) and isinstance(ours, list):
        return " ".join(theirs).split() == " ".join(ours).split()
    if name == "create_time":
        # Two halves of a number may round to neighbours.
        return abs(theirs - ours) <= 1
    return False


def test_every_question_about_every_process():
    assert set(ASKS) == {name for name in dir(theirs.Process) if not name.startswith("_") and name not in ACTS}
    found = []
    deadline = time.monotonic() + 30
    # The newest first, of which several work: a machine of thousands is not gone through to the end.
    for pid in reversed(ours.pids()):
        if pid == os.getpid():
            continue
        if time.monotonic() >= deadline:
            break
        try:
            process = ours.Process(pid)
            other = theirs.Process(process.pid)
            names = ASKS if process.memory_info().rss < 2**25 else LIGHT
        except (ours.Error, theirs.Error):
            continue
        assert process.raw_create_time() == other.raw_create_time()
        for name in names:
            answers = compared(getattr(other, name), getattr(process, name), CHANGES.get(name, lambda answer: answer))
            if answers and process.is_running() and not is_known(name, answers):
                found.append((process.pid, name, *answers))
        for number in range(16):
            answers = compared(lambda: other.getrlimit(number), lambda: process.getrlimit(number))  # noqa: B023
            if answers and process.is_running() and not is_known("getrlimit", answers):
                found.append((process.pid, "getrlimit", number, *answers))
    assert found == []


def test_a_child_that_was_made_to_differ(tmp_path):
    code = "import signal, os, time; os.umask(0o13); signal.signal(10, print); os.nice(3); print(flush=True); input()"
    pipe, environ = subprocess.PIPE, {"A": "ä", "PATH": os.environ["PATH"]}
    arguments = [sys.executable, "-c", code]
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, cwd=tmp_path, env=environ) as started:
        started.stdout.readline()
        other, process = theirs.Process(started.pid), ours.Process(started.pid)
        for name in ASKS:
            answers = compared(getattr(other, name), getattr(process, name), CHANGES.get(name, lambda answer: answer))
            assert answers is None or is_known(name, answers), (name, answers)
        for include in (False, True):
            masks = (plain(one.sigmasks(include_internal=include)) for one in (other, process))
            assert len({repr(mask) for mask in masks}) == 1
        started.communicate(b"\n")
    for name in ASKS:
        answers = compared(getattr(other, name), getattr(process, name))
        # What was asked before is remembered.
        assert answers is None or name in ("create_time", "raw_create_time"), (name, answers)


def test_a_zombie():
    started = subprocess.Popen(["true"])
    os.waitid(os.P_PID, started.pid, os.WEXITED | os.WNOWAIT)
    other, process = theirs.Process(started.pid), ours.Process(started.pid)
    found = []
    for name in ASKS:
        answers = compared(getattr(other, name), getattr(process, name), CHANGES.get(name, lambda answer: answer))
        if answers and not is_known(name, answers):
            found.append((name, *answers))
    started.wait()
    assert found == []


def test_wrong_arguments_and_pids_that_are_none():
    for pid in (-1, 2**22 + 1):
        assert asked(lambda: ours.Process(pid)) == asked(lambda: theirs.Process(pid))  # noqa: B023
    for wrong in (lambda p: p.Process("1"), lambda p: p.Process().memory_percent("x")):
        raised = []
        for package in (theirs, ours):
            with pytest.raises((TypeError, ValueError)) as caught:
                wrong(package)
            raised.append((caught.type, str(caught.value)))
        assert raised[0] == raised[1]
    for signal_number in (4711, -1):
        raised = []
        for package in (theirs, ours):
            with pytest.raises(OSError) as caught:
                package.Process().send_signal(signal_number)
            raised.append(caught.value.errno)
        assert raised[0] == raised[1]


# --- the machine

SAME = """
    cpu_freq cpu_stats cpu_times net_io_counters percpu_freq percpu_times pernic_net_io_counters physical_cpu_count
    sensors_battery sensors_battery_total sensors_is_on_ac_power sensors_power swap_memory virtual_memory
""".split()


@pytest.mark.parametrize("name", SAME)
def test_a_question_about_the_machine(name):
    assert compared(getattr(theirs, name), getattr(ours, name)) is None


@pytest.mark.parametrize("name", ["boot_time", "time_since_boot", "uptime"])
def test_the_clocks(name):
    before, answer, after = getattr(theirs, name)(), getattr(ours, name)(), getattr(theirs, name)()
    assert before - 0.1 <= answer <= after + 0.1


def test_pids_and_disks(tmp_path):
    assert compared(theirs.pids, ours.pids, order) is None
    assert compared(lambda: theirs.disk_usage(tmp_path), lambda: ours.disk_usage(tmp_path)) is None
    usage = ours.disk_usage(tmp_path)
    assert usage.percent == theirs.DiskUsage(usage.total, usage.used, usage.free).percent()
    for pid in (-1, 0, 1, os.getpid(), 2**22 + 1):
        assert ours.pid_exists(pid) == theirs.pid_exists(pid)


def test_interfaces():
    def stats(answer):
        return {name: [n for n in row if n != ("speed", 0xFFFFFFFF) and n != ("speed", 0)] for name, row in answer.items()}

    assert compared(theirs.net_if_stats, ours.net_if_stats, stats) is None
    said, found = theirs.net_if_addrs(), ours.net_if_addrs()
    assert set(said) <= set(found)
    for name, addresses in said.items():
        for one in map(plain, addresses):
            assert any(one[:4] == plain(other)[:4] for other in found[name]), (name, one)


@pytest.mark.parametrize("kind", "inet inet4 inet6 tcp tcp4 tcp6 udp udp4 udp6 unix all".split())
def test_sockets(kind):
    def living(answer):
        return once_for_each_socket([row for row in answer if ("status", ("ConnectionStatus", "TIME_WAIT")) not in row])

    assert compared(lambda: theirs.net_connections(kind), lambda: ours.net_connections(kind), living) is None


LAPTOP = Path(__file__).parents[2] / "fixtures/linux/6.8-laptop/sys"


@pytest.mark.skipif(not LAPTOP.exists(), reason="this copy of the tests has no captured machines")
def test_the_sensors_of_a_captured_laptop():
    theirs.SYSFS_PATH = ours.SYSFS_PATH = str(LAPTOP)
    try:
        assert asked(theirs.sensors_power) == asked(ours.sensors_power)
        assert asked(theirs.sensors_battery) == asked(ours.sensors_battery)
        assert asked(theirs.sensors_is_on_ac_power) == asked(ours.sensors_is_on_ac_power)
        total, other = ours.sensors_battery_total(), theirs.sensors_battery_total()
        assert repr(total) == repr(other)
    finally:
        theirs.SYSFS_PATH = ours.SYSFS_PATH = "/sys"


def test_every_difference_has_a_reason():
    names = {*dir(ours.Process), *dir(ours), "eventfd-count", "pidfd"}
    assert set(DIFFERENT) <= names and all(map(str.strip, DIFFERENT.values()))
