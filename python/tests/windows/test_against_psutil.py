"""What psight says is what psutil 7.2.2 says on Windows: every function, and every method of this process and its children."""

import contextlib
import os
import socket
import subprocess
import sys

import pytest
from comparison import agree, plain, psutil, raised
from programs import IS_WINE, Child

import psight

ON_WINE = "Wine does not tell, and psutil lets the system's error through"


def refused(one, mine):
    """psutil raises what Windows says, and psight that the system does not answer."""
    return IS_WINE and raised(one, "OSError", "RuntimeError") and raised(mine, "NotImplementedError")


def told(one, mine):
    """psutil has no answer for another reason than that Windows has none."""
    return IS_WINE and raised(one, "OSError") and not raised(mine, *mine[1:2])


def only(*fields):
    """Whether two tuples differ in these fields alone."""

    def excused(one, mine):
        rows = zip(one, mine) if isinstance(one, list) else [(one, mine)]
        return all(
            theirs[:2] == ours[:2]
            and all(a == b or name in fields for name, a, b in zip(theirs[1], theirs[2], ours[2]))
            for theirs, ours in rows
        )

    return excused


def addresses(one, mine):
    """All but masks and broadcast addresses are the same, and those that psutil has are."""
    return one.keys() == mine.keys() and all(
        len(one[nic]) == len(mine[nic])
        and all(
            theirs[2][:2] == ours[2][:2] and theirs[2][2] in (None, ours[2][2]) and theirs[2][3] is None
            for theirs, ours in zip(one[nic], mine[nic])
        )
        for nic in one
    )


def unnamed(one, mine):
    """Both know that a process is gone."""
    return raised(one, "NoSuchProcess") and raised(mine, "NoSuchProcess") and one[2]["pid"] == mine[2]["pid"]


def stats(one, mine):
    return one.keys() == mine.keys() and all(only("duplex")(one[nic], mine[nic]) for nic in one)


def nearly(*names):
    """Whether two tuples of numbers differ by little in these fields, and not at all in others."""

    def excused(one, mine):
        return one[:2] == mine[:2] and all(
            a == b or (name in names and abs(a - b) <= max(abs(a), abs(b)) / 3)
            for name, a, b in zip(one[1], one[2], mine[2])
        )

    return excused


#: Where psight knowingly says something else: when, and why.
DIFFERENCES = {
    "boot_time": [(lambda one, mine: IS_WINE, "Wine says when it was started; psutil counts back from now")],
    "cpu_freq each": [
        (lambda one, mine: len(one) == 1 and only("current")(one, mine[:1]), "psutil has the first processor's alone"),
    ],
    "cpu_stats": [(only("soft_interrupts"), "the kernel counts them, and psutil has 0")],
    "cpu_times": [(nearly("user", "system", "idle"), "psutil asks for the sum and for the parts one after the other")],
    "disk_usage of a file": [(lambda one, mine: raised(one, "NotADirectoryError"), "it is on a volume too")],
    "disk_usage of no path": [(lambda one, mine: raised(one, "TypeError") and raised(mine, "TypeError"), "words of Python")],
    "getloadavg": [(refused, ON_WINE)],
    "heap_info": [(nearly("heap_used", "mmap_used"), "asking takes memory")],
    "heap_trim": [(told, "Wine's HeapCompact says nothing, which psutil takes for an error")],
    "ionice": [(refused, ON_WINE)],
    "memory_full_info": [(refused, ON_WINE)],
    "memory_info": [
        (lambda one, mine: IS_WINE and nearly("rss", "vms", "wset", "peak_wset", "pagefile", "peak_pagefile", "private")(
            (*one[:2], one[2][:-1] + mine[2][-1:]), mine), "Wine leaves `private` as it found it"),
    ],
    "net_if_addrs": [(addresses, "psutil has no masks of IPv6, computes broadcast addresses and drops them")],
    "net_if_stats": [(stats, "Windows does not tell, and psutil has FULL")],
    "pid_exists(0)": [(lambda one, mine: IS_WINE, "Wine has no idle process")],
    "swap_memory": [(refused, ON_WINE)],
    "users": [(told, "Wine does not tell the moment of a login; nobody is invented")],
    "win_service_get of a number": [(lambda one, mine: raised(one, "TypeError") and raised(mine, "TypeError"), "words of Python")],
}

SYSTEM = {
    **{
        name: lambda module, name=name: getattr(module, name)()
        for name in (
            "boot_time cpu_count cpu_freq cpu_stats cpu_times disk_io_counters disk_partitions getloadavg heap_info heap_trim"
            " net_if_addrs net_if_stats net_io_counters pids sensors_battery swap_memory users virtual_memory"
        ).split()
    },
    "cores": lambda module: module.cpu_count(logical=False),
    "cpu_times each": lambda module: [rounded(cpu) for cpu in module.cpu_times(percpu=True)],
    "sockets": lambda module: sockets(module.net_connections()),
    "cpu_freq each": lambda module: module.cpu_freq(percpu=True),
    "all partitions": lambda module: module.disk_partitions(all=True),
    "disks": lambda module: module.disk_io_counters(perdisk=True),
    "disk_usage": lambda module: module.disk_usage("C:\\"),
    "disk_usage of bytes": lambda module: module.disk_usage(b"C:\\windows"),
    "disk_usage of a file": lambda module: module.disk_usage(sys.executable),
    "disk_usage of nothing": lambda module: module.disk_usage("C:\\nonexistent"),
    "disk_usage of no path": lambda module: module.disk_usage(0),
    "interfaces": lambda module: module.net_io_counters(pernic=True),
    "interfaces that wrap": lambda module: module.net_io_counters(pernic=True, nowrap=False),
    "a wrong interval": lambda module: module.cpu_percent(-1),
    "wrong arguments": lambda module: module.cpu_times_percent(-1),
    **{
        f"pid_exists({pid})": lambda module, pid=pid: module.pid_exists(pid)
        for pid in (0, -1, 999_996, 1 << 31, 1 << 32, 1 << 64, os.getpid(), os.getppid())
    },
    **{
        f"Process({pid!r})": lambda module, pid=pid: module.Process(pid)
        for pid in (-1, 999_996, 1 << 31, 1 << 64, True, os.getpid(), "1")
    },
    "win_service_iter": lambda module: [(one.name(), one.display_name()) for one in module.win_service_iter()],
    "services": lambda module: [service.as_dict() for service in module.win_service_iter()],
    "win_service_get": lambda module: [str(module.win_service_get("SPOOLER")), module.win_service_get("Spooler").as_dict()],
    "win_service_get of nothing": lambda module: module.win_service_get("nonexistent"),
    "win_service_get of a wrong name": lambda module: module.win_service_get("a/b"),
    "win_service_get of a number": lambda module: module.win_service_get(3),
    **{
        f"sockets of {kind}": lambda module, kind=kind: sockets(module.net_connections(kind))
        for kind in "all inet inet4 inet6 tcp tcp4 tcp6 udp udp4 udp6 unix nonsense".split()
    },
}


def sockets(found):
    return sorted(map(plain, found), key=repr)


def rounded(times):
    """Without what psutil's arithmetic adds: Windows counts in units of 100 ns."""
    return times._make(round(part, 7) for part in times)


def mapped(rows):
    """Files but one of Wine's, the end of whose name Wine gives wrongly, and psutil then no folder."""
    return [row for row in rows if not row.path.rstrip("\0").endswith("l_intl.nls")]


def excused(name):
    return lambda one, mine: any(when(one, mine) for when, _ in DIFFERENCES.get(name, ()))


@pytest.mark.parametrize("name", SYSTEM)
def test_the_machine(name, held):
    question = SYSTEM[name]
    agree(lambda: question(psutil), lambda: question(psight), name, excused=excused(name))


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """Files and sockets, which this process has open."""
    with contextlib.ExitStack() as stack:
        path = tmp_path_factory.mktemp("held") / "file"
        stack.enter_context(open(path, "w"))
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                one = stack.enter_context(socket.socket(family, kind))
                one.bind((address, 0))
                if kind == socket.SOCK_STREAM:
                    one.listen()
                    stack.enter_context(socket.create_connection(one.getsockname()[:2]))
        yield path


@pytest.fixture(scope="module")
def children(tmp_path_factory):
    """Processes of several sorts."""
    folder = tmp_path_factory.mktemp("a folder")
    odd = {**os.environ, "Mixed_Case": "a=b=c", "PSIGHT_EMPTY": ""}
    with contextlib.ExitStack() as stack:
        words = ["two words", 'a "quote"', "\u00e9\U0001f600", "end\\"]
        plain = stack.enter_context(Child())
        odd = stack.enter_context(Child(*words, env=odd, cwd=folder, creationflags=subprocess.CREATE_NEW_PROCESS_GROUP))
        low = stack.enter_context(Child(creationflags=psutil.BELOW_NORMAL_PRIORITY_CLASS))
        yield [plain, odd, low]


METHODS = {
    **{
        name: lambda process, name=name: getattr(process, name)()
        for name in sorted(psutil._as_dict_attrnames - {"pid", "cpu_percent"})
    },
    "cpu_times": lambda process: rounded(process.cpu_times()),
    "threads": lambda process: [rounded(thread) for thread in process.threads()],
    "is_running": lambda process: process.is_running(),
    "parent": lambda process: process.parent(),
    "parents": lambda process: process.parents(),
    "children": lambda process: sorted(child.pid for child in process.children()),
    "descendants": lambda process: sorted(child.pid for child in process.children(recursive=True)),
    "hash": lambda process: hash(process) == hash(process),
    "str": str,
    "net_connections": lambda process: sockets(process.net_connections("all")),
    "memory_maps": lambda process: mapped(process.memory_maps()),
    "memory_maps ungrouped": lambda process: mapped(process.memory_maps(grouped=False)),
    "open_files": lambda process: sorted(map(plain, process.open_files())),
    "memory_percent of vms": lambda process: process.memory_percent("vms"),
    "memory_percent of nonsense": lambda process: process.memory_percent("nonsense"),
    "set nice": lambda process: process.nice(process.nice()),
    "set a wrong nice": lambda process: process.nice(12345),
    "set cpu_affinity": lambda process: process.cpu_affinity([]),
    "set a wrong cpu_affinity": lambda process: process.cpu_affinity([1000]),
    "set a cpu_affinity of text": lambda process: process.cpu_affinity(["0"]),
    "set ionice to nonsense": lambda process: process.ionice(99),
    "set ionice with a value": lambda process: process.ionice(psutil.IOPRIO_LOW, 4),
    "ionice of a value alone": lambda process: process.ionice(value=1),
    "send_signal of nonsense": lambda process: process.send_signal(9),
    "wait": lambda process: process.wait(0),
    "wait for a wrong time": lambda process: process.wait(-1),
    "wait for text": lambda process: process.wait("1"),
    "as_dict": lambda process: process.as_dict(["name", "pid", "cmdline", "username", "nice", "num_handles", "cwd"]),
    "as_dict of nonsense": lambda process: process.as_dict(["uids"]),
}

DIFFERENCES.update(
    {
        "create_time": [(lambda one, mine: isinstance(one, float) and abs(one - mine) < 1e-6, "less than a float of today can tell apart")],
        "children": [(unnamed, "psutil asks another object, which has not seen the name")],
        "descendants": [(unnamed, "psutil asks another object, which has not seen the name")],
    }
)


def compare(name, pid):
    """Of an own object each time: psutil keeps the name that it saw last, and tells it in exceptions."""
    call = METHODS[name]
    agree(
        lambda: call(psutil.Process(pid)),
        lambda: call(psight.Process(pid)),
        f"{name} of {pid}",
        excused=excused(name),
    )


@pytest.mark.parametrize("name", METHODS)
def test_this_process(name, held):
    compare(name, os.getpid())


@pytest.mark.parametrize("name", METHODS)
def test_children(name, children):
    for child in children:
        compare(name, child.pid)


@pytest.mark.parametrize("name", METHODS)
def test_a_process_that_has_ended(name):
    with Child() as child:
        theirs, ours = psutil.Process(child.pid), psight.Process(child.pid)
        theirs.name(), ours.name()
    call = METHODS[name]
    agree(lambda: call(theirs), lambda: call(ours), name, excused=excused(name))


def test_the_table_says_what_the_methods_say(children):
    names = ["name", "ppid", "exe", "cmdline", "username", "create_time", "nice", "memory_info", "num_handles", "cwd", "status"]
    pids = {child.pid for child in children}
    for name in [*names, None]:
        attrs = names if name is None else [name]
        theirs = {row.pid: row.info for row in psutil.process_iter(attrs) if row.pid in pids}
        ours = {row.pid: row.info for row in psight.process_iter(attrs) if row.pid in pids}
        assert theirs.keys() == ours.keys() == pids
        for pid in pids:
            assert ours[pid].keys() == set(attrs)
            for attr in set(attrs) - {"memory_info", "create_time"}:
                assert plain(ours[pid][attr]) == plain(theirs[pid][attr]), attr
            if "memory_info" in attrs:
                assert ours[pid]["memory_info"]._fields == theirs[pid]["memory_info"]._fields
                assert ours[pid]["memory_info"].rss > 0
            if "create_time" in attrs:
                assert ours[pid]["create_time"] == pytest.approx(theirs[pid]["create_time"], abs=1e-3)
