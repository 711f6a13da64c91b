"""Input that psutil takes, although its documentation does not say so, gives the same answers here."""

import os
import subprocess
import time

import psutil
import pytest

import psight


class Index:
    """A number that is no int."""

    def __index__(self):
        return 1


class Falsehood:
    """An object that cannot be said to be true or false."""

    def __bool__(self):
        raise KeyError("neither")


VALUES = [None, True, False, 0, 1, -1, 2**70, 0.0, 1.5, "", "x", b"", b"x", [], [0], (), {}, {1}, object()]
VALUES += [Index(), Falsehood()]
FLAGS = {
    "cpu_times": "percpu",
    "cpu_percent": "percpu",
    "cpu_times_percent": "percpu",
    "cpu_count": "logical",
    "cpu_freq": "percpu",
    "disk_partitions": "all",
    "disk_io_counters": "perdisk",
    "net_io_counters": "pernic",
    "Process.children": "recursive",
    "Process.memory_maps": "grouped",
}


def shape(answer):
    """What sort of answer it is, whatever the numbers are now."""
    if isinstance(answer, (list, tuple)):
        return type(answer).__name__, sorted({repr(shape(value)) for value in answer})
    if isinstance(answer, dict):
        return "dict", sorted(answer), sorted({repr(shape(value)) for value in answer.values()})
    return type(answer).__name__


def outcome(ask):
    try:
        return shape(ask())
    except Exception as error:
        return type(error).__name__, str(error)


def function(module, name):
    return getattr(module.Process(), name.partition(".")[2]) if "." in name else getattr(module, name)


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_any_object_is_a_yes_or_a_no(name, value):
    for arguments, keywords in (([value], {}), ([], {FLAGS[name]: value})):
        if name.endswith("percent"):
            arguments = [None, *arguments]
        asked = [function(module, name) for module in (psutil, psight)]
        theirs, ours = (outcome(lambda: ask(*arguments, **keywords)) for ask in asked)  # noqa: B023
        assert ours == theirs


@pytest.mark.parametrize("name", ["disk_io_counters", "net_io_counters"])
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_any_object_says_whether_counters_go_on(name, value):
    theirs, ours = (outcome(lambda: getattr(module, name)(nowrap=value)) for module in (psutil, psight))
    assert ours == theirs


@pytest.mark.parametrize("path", [True, bytearray(b"/"), memoryview(b"/")], ids=repr)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_whatever_statvfs_takes_is_a_path(path):
    theirs, ours = (outcome(lambda: module.disk_usage(path)) for module in (psutil, psight))
    assert ours == theirs


@pytest.fixture
def child():
    program = subprocess.Popen(["sleep", "60"])
    yield program.pid
    program.kill()
    program.wait()


@pytest.mark.parametrize("sig", [2**32, -(2**32), 2**40, True, Index()], ids=repr)
def test_a_signal_is_cut_as_python_cuts_it(child, sig):
    if sig is True or isinstance(sig, Index):
        # SIGHUP, to a process that does not mind.
        quiet = subprocess.Popen(["sh", "-c", "trap '' HUP; exec sleep 60"])
        try:
            deadline = time.monotonic() + 20
            while psutil.Process(quiet.pid).name() != "sleep":
                assert time.monotonic() < deadline
            check_signal(quiet.pid, sig)
        finally:
            quiet.kill()
            quiet.wait()
    else:
        check_signal(child, sig)


def check_signal(pid, sig):
    for module in (psutil, psight):
        assert outcome(lambda: module.Process(pid).send_signal(sig)) == "NoneType"  # noqa: B023
    assert psutil.Process(pid).status() != "zombie"


@pytest.mark.parametrize("cpus", [(), "", {}, False, iter([]), iter([0]), {0: "x"}, range(1), (0, 0)], ids=repr)
def test_cpus_may_be_anything_that_has_numbers(child, cpus):
    once = list(cpus) if hasattr(cpus, "__next__") else None
    answers = []
    for module in (psutil, psight):
        given = cpus if once is None else iter(once)
        module.Process(child).cpu_affinity([0])
        told = outcome(lambda: module.Process(child).cpu_affinity(given))  # noqa: B023
        answers.append((told, os.sched_getaffinity(child)))
    assert answers[0] == answers[1]


LIMITS = [(-1, -1), (-2, -2), [100, 200], {1: 2, 3: 4}, range(2), (True, True), (Index(), 5), b"ab"]
LIMITS += [(5, 4), ("a", 1), (1.0, 2)]


@pytest.mark.parametrize("limits", LIMITS, ids=repr)
def test_limits_may_be_anything_that_has_two_numbers(limits):
    answers = []
    for module in (psutil, psight):
        with subprocess.Popen(["sleep", "60"]) as child:
            process = module.Process(child.pid)
            told = outcome(lambda: process.rlimit(module.RLIMIT_CORE, limits))  # noqa: B023
            answers.append((told, process.rlimit(module.RLIMIT_CORE)))
            child.kill()
    assert answers[0] == answers[1]
