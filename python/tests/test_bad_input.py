"""Bad input raises what psutil raises, with its type and its message."""

import os
import re
import subprocess
import time

import psutil
import pytest

import psight

BIG = 2**70

# Called with the module, and with a child of this process as that module sees it.
CASES = {
    "a negative pid": lambda m, p: m.Process(-1),
    "a pid of text": lambda m, p: m.Process("1"),
    "a pid of a fraction": lambda m, p: m.Process(1.5),
    "a pid of bytes": lambda m, p: m.Process(b"1"),
    "a pid that is too big": lambda m, p: m.Process(BIG),
    "a pid beyond 31 bits": lambda m, p: m.Process(2**31),
    "a pid that is a truth": lambda m, p: m.Process(True),
    "a pid that is a falsehood": lambda m, p: m.Process(False),
    "a pid that is not there": lambda m, p: m.Process(2**31 - 1),
    "pid 0": lambda m, p: m.Process(0),
    "whether there is a negative pid": lambda m, p: m.pid_exists(-1),
    "whether there is a pid of text": lambda m, p: m.pid_exists("1"),
    "whether there is pid 0": lambda m, p: (m.pid_exists(0), m.pid_exists(0.0), m.pid_exists(False)),
    "whether there is a big pid": lambda m, p: m.pid_exists(2**31),
    "connections of no kind": lambda m, p: m.net_connections("?"),
    "connections of a process of no kind": lambda m, p: p.net_connections("?"),
    "connections of a number": lambda m, p: m.net_connections(kind=1),
    "connections of an unhashable kind": lambda m, p: m.net_connections(kind=["tcp"]),
    "an unknown attribute": lambda m, p: p.as_dict(["foo"]),
    "two unknown attributes": lambda m, p: p.as_dict(["foo", "foo", "name"]),
    "attributes that are no list": lambda m, p: p.as_dict("name"),
    "attributes that are a dict": lambda m, p: p.as_dict({"name": 1}),
    "an unknown attribute of all": lambda m, p: list(m.process_iter(["foo"])),
    "no attributes of all": lambda m, p: list(m.process_iter(attrs=1)),
    "a negative interval": lambda m, p: m.cpu_percent(interval=-1),
    "a negative interval of times": lambda m, p: m.cpu_times_percent(interval=-1),
    "a negative interval of a process": lambda m, p: p.cpu_percent(interval=-1),
    "an interval of text": lambda m, p: m.cpu_percent(interval="1"),
    "an interval of text of a process": lambda m, p: p.cpu_percent(interval="1"),
    "an unknown kind of memory": lambda m, p: p.memory_percent("foo"),
    "a nice value of text": lambda m, p: p.nice("1"),
    "a nice value that is too big": lambda m, p: p.nice(BIG),
    "a nice value beyond 31 bits": lambda m, p: p.nice(2**31),
    "a negative nice value beyond 31 bits": lambda m, p: p.nice(-(2**31) - 1),
    "a class of text": lambda m, p: p.ionice("1"),
    "a class that no bits mean": lambda m, p: p.ionice(100),
    "a class that is unknown": lambda m, p: p.ionice(99),
    "a class that is negative": lambda m, p: p.ionice(-1),
    "a class that is too big": lambda m, p: p.ionice(BIG),
    "a class beyond 31 bits": lambda m, p: p.ionice(2**31),
    "a class that cannot be hashed": lambda m, p: p.ionice([1], 8),
    "a value without a class": lambda m, p: p.ionice(value=1),
    "a value that is too big": lambda m, p: p.ionice(m.IOPRIO_CLASS_BE, 8),
    "a value that is negative": lambda m, p: p.ionice(m.IOPRIO_CLASS_BE, -1),
    "a value of idleness": lambda m, p: p.ionice(m.IOPRIO_CLASS_IDLE, 1),
    "a value of no class": lambda m, p: p.ionice(m.IOPRIO_CLASS_NONE, 1),
    "no resource": lambda m, p: p.rlimit(99),
    "a negative resource": lambda m, p: p.rlimit(-1),
    "a resource that is too big": lambda m, p: p.rlimit(BIG),
    "a resource beyond 31 bits": lambda m, p: p.rlimit(2**40),
    "a negative resource beyond 31 bits": lambda m, p: p.rlimit(-(2**40)),
    "a resource of text": lambda m, p: p.rlimit("1"),
    "the least resource": lambda m, p: p.rlimit(-(2**31)),
    "no resource and one limit": lambda m, p: p.rlimit(-1, (1,)),
    "a resource of text and no pair": lambda m, p: p.rlimit("1", 5),
    "one limit": lambda m, p: p.rlimit(m.RLIMIT_NOFILE, (1,)),
    "three limits": lambda m, p: p.rlimit(m.RLIMIT_NOFILE, (1, 2, 3)),
    "a limit that is no pair": lambda m, p: p.rlimit(m.RLIMIT_NOFILE, 5),
    "limits of text": lambda m, p: p.rlimit(m.RLIMIT_NOFILE, ("a", "b")),
    "a soft limit above the hard one": lambda m, p: p.rlimit(m.RLIMIT_NOFILE, (10, 5)),
    "a limit that is too big": lambda m, p: p.rlimit(m.RLIMIT_NOFILE, (BIG, BIG)),
    "a CPU that is not there": lambda m, p: p.cpu_affinity([4000]),
    "a CPU that is too big": lambda m, p: p.cpu_affinity([BIG]),
    "a negative CPU": lambda m, p: p.cpu_affinity([-1]),
    "a negative CPU of a process that has one": lambda m, p: (p.cpu_affinity([0]), p.cpu_affinity([-1])),
    "a CPU of text": lambda m, p: p.cpu_affinity(["0"]),
    "CPUs that are a number": lambda m, p: p.cpu_affinity(0),
    "CPUs that are text": lambda m, p: p.cpu_affinity("a"),
    "a signal of text": lambda m, p: p.send_signal("TERM"),
    "a signal that is unknown": lambda m, p: p.send_signal(999),
    "a signal that is negative": lambda m, p: p.send_signal(-1),
    "a signal that is too big": lambda m, p: p.send_signal(BIG),
    "a timeout of text": lambda m, p: p.wait("1"),
    "a negative timeout": lambda m, p: p.wait(-1),
    "a timeout that passes": lambda m, p: p.wait(0),
    "a short timeout that passes": lambda m, p: p.wait(timeout=0.01),
    "a negative timeout for several": lambda m, p: m.wait_procs([p], timeout=-1),
    "a callback that is none": lambda m, p: m.wait_procs([p], callback=1),
    "a path that is not there": lambda m, p: m.disk_usage("/psight/not/there"),
    "a path of bytes that is not there": lambda m, p: m.disk_usage(b"/psight/not/there"),
    "a path with a NUL": lambda m, p: m.disk_usage("/a\0b"),
    "a path that is no path": lambda m, p: m.disk_usage(1.5),
    "a path that is nothing": lambda m, p: m.disk_usage(None),
    "a descriptor that is not open": lambda m, p: m.disk_usage(999),
    "a name that psutil does not have": lambda m, p: m.foo,
    "a program that is not there": lambda m, p: m.Popen(["/psight/not/there"]),
    "an attribute of Popen that is not there": lambda m, p: popen(m).foo,
    "an argument too many": lambda m, p: m.virtual_memory(1),
    "a keyword that is unknown": lambda m, p: m.cpu_times(foo=1),
    "a comparison": lambda m, p: p < p,
    "a sum": lambda m, p: p + 1,
    "a pid that is set": lambda m, p: setattr(p, "pid", 1),
}


def popen(module):
    """A program that has ended."""
    program = module.Popen(["true"])
    program.wait()
    return program


def told(ask, module, pid):
    """The exception as its type and text, or the answer."""
    process = module.Process(pid)
    try:
        return repr(ask(module, process))
    except Exception as error:
        kind = type(error)
        name = kind.__name__ if issubclass(kind, module.Error) else f"{kind.__module__}.{kind.__name__}"
        notes = getattr(error, "__notes__", "")
        return f"{name}: {error}{notes}".replace("psight", "psutil")


@pytest.fixture
def child():
    program = subprocess.Popen(["sleep", "60"])
    try:
        yield program.pid
    finally:
        program.kill()
        program.wait()


@pytest.mark.parametrize("name", CASES)
def test_bad_input_raises_what_psutil_raises(name, child):
    theirs, ours = (told(CASES[name], module, child) for module in (psutil, psight))
    assert ours == theirs


def gone():
    program = subprocess.Popen(["sleep", "60"])
    found = [module.Process(program.pid) for module in (psutil, psight)]
    for process in found:
        process.name()
    program.kill()
    program.wait()
    return found


METHODS = sorted(set(psutil.Process(os.getpid()).as_dict()) - {"pid"})


def outcome(process, name, *arguments):
    try:
        answer = getattr(process, name)(*arguments)
    except Exception as error:
        return (type(error).__name__, str(error), repr(error), error.__dict__)
    return answer


@pytest.mark.parametrize("name", METHODS)
def test_a_process_that_is_gone_answers_as_psutil_says(name):
    theirs, ours = (outcome(process, name) for process in gone())
    assert ours == theirs


@pytest.mark.parametrize("name", ["children", "parent", "parents"])
def test_a_process_that_is_gone_has_no_relatives_in_psutil_s_words(name):
    theirs, ours = (outcome(process, name) for process in gone())
    assert ours == theirs


@pytest.mark.parametrize("name", METHODS)
def test_a_zombie_answers_as_psutil_says(name):
    program = subprocess.Popen(["sleep", "0"])
    os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT)
    try:
        theirs, ours = (outcome(module.Process(program.pid), name) for module in (psutil, psight))
    finally:
        program.wait()
    if name == "environ" and os.getuid() != 0:
        # Root is told by both that it is a zombie; its owner is told by psutil that it is denied.
        assert ours[0] == "ZombieProcess"
    else:
        assert ours == theirs


@pytest.mark.parametrize("name", METHODS)
def test_a_process_of_somebody_else_answers_as_psutil_says(name):
    if os.getuid() == 0:
        pytest.skip("root may ask everything")
    theirs, ours = (outcome(module.Process(1), name) for module in (psutil, psight))
    if isinstance(theirs, tuple) and theirs[0] == "AccessDenied":
        # Since Linux 6.2 the number of descriptors is the size of their directory, which everybody may know.
        assert ours == theirs or name == "num_fds"
    else:
        assert type(ours) is type(theirs) or type(ours).__name__ == type(theirs).__name__


def test_the_repr_of_a_process_is_psutil_s(child):
    theirs, ours = psutil.Process(child), psight.Process(child)
    assert re.sub("status='.*?'", "", repr(ours)) == re.sub("status='.*?'", "", repr(theirs))
    for process in (theirs, ours):
        process.create_time()
    assert repr(ours).split("started=")[1] == repr(theirs).split("started=")[1]
    assert re.sub("status='.*?'", "", str(ours)) == re.sub("status='.*?'", "", repr(ours))


def test_the_repr_of_relatives_is_psutil_s(child):
    relatives = []
    for module in (psutil, psight):
        process = module.Process()
        found = [process.parent(), *process.parents(), *process.children(), *process.children(recursive=True)]
        relatives.append([re.sub("status='.*?'", "", repr(relative)) for relative in found])
    assert relatives[0] == relatives[1] and "started=" in relatives[1][0]


def test_the_repr_of_a_process_that_ended_has_its_code():
    program = subprocess.Popen(["sleep", "60"])
    ours = psight.Process(program.pid)
    ours.kill()
    deadline = time.monotonic() + 20
    while ours.wait(20) is None:
        assert time.monotonic() < deadline
    assert re.fullmatch(
        r"psutil\.Process\(pid=\d+, status='terminated', exitcode=<Negsignal.SIGKILL: -9>\)", repr(ours)
    )
    program.returncode = -9
