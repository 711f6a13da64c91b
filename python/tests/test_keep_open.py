"""Rounds of `process_iter` with files that stay open, against psutil, which opens them each time."""

import os
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

import psight

ATTRS = ["ppid", "name", "uids", "username", "create_time", "cmdline", "num_threads", "terminal"]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has files to keep")


@pytest.fixture
def kept():
    psight.keep_open(60)
    # And the folder that they lie in.
    yield 60 + 1
    psight.keep_open(0)


def _round(attrs=ATTRS):
    return {process.pid: process.info for process in psight.process_iter(attrs)}


def _open_here():
    return len(os.listdir("/proc/self/fd"))


def test_every_round_says_what_psutil_says(kept, child):
    psight.keep_open(500)
    expected = psutil.Process(child.pid).as_dict(ATTRS)
    for _ in range(3):
        assert _round()[child.pid] == expected


def test_no_more_are_open_than_were_allowed(kept):
    before = _open_here()
    _round()
    assert 0 < _open_here() - before <= kept
    psight.keep_open(0)
    assert _open_here() == before


def test_none_are_open_unless_somebody_said_so():
    before = _open_here()
    _round()
    _round()
    assert _open_here() == before


def test_other_attributes_take_the_place_of_those_before(kept, child):
    before = _open_here()
    for attrs in (ATTRS, ["name", "memory_info"], ["cmdline"], ATTRS):
        assert child.pid in _round(attrs)
        assert _open_here() - before <= kept


SYSTEM = [psight.cpu_times, psight.virtual_memory, psight.disk_io_counters, psight.net_io_counters]


def _system_files():
    """The descriptors of the system's files, by the file."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            file = os.readlink("/proc/self/fd/" + name)
        except FileNotFoundError:
            continue
        if file in ("/proc/stat", "/proc/meminfo", "/proc/diskstats") or file.endswith("/net/dev"):
            found[file] = int(name)
    return found


def _ask_system():
    for question in SYSTEM:
        question()


def test_the_system_s_files_are_opened_once(kept):
    assert _system_files() == {}
    _ask_system()
    first = _system_files()
    assert len(first) == 4 or not os.path.exists("/proc/diskstats")
    _ask_system()
    assert _system_files() == first
    psight.keep_open(0)
    assert _system_files() == {}
    _ask_system()
    assert _system_files() == {}


def test_what_the_system_s_files_say_is_new_each_time(kept):
    before, other = psight.cpu_times(), psutil.cpu_times()
    deadline = time.monotonic() + 30
    while psight.cpu_times().idle + psight.cpu_times().user <= before.idle + before.user:
        assert time.monotonic() < deadline
    assert psight.virtual_memory().total == psutil.virtual_memory().total
    assert abs(before.system - other.system) < 10
    before = psight.net_io_counters(pernic=True)["lo"].bytes_recv
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
        mine.bind(("127.0.0.1", 0))
        mine.sendto(b"x" * 1000, mine.getsockname())
    assert psight.net_io_counters(pernic=True)["lo"].bytes_recv >= before + 1000


def test_a_descriptor_that_somebody_took_is_left_to_him(kept):
    _ask_system()
    taken = list(_system_files().values())
    null = os.open("/dev/null", os.O_RDONLY)
    for number in taken:
        os.dup2(null, number)
    _ask_system()
    psight.keep_open(0)
    for number in [*taken, null]:
        assert os.readlink(f"/proc/self/fd/{number}") == "/dev/null"
        os.close(number)


def test_a_child_that_was_forked_while_they_were_read_is_not_held_up(kept):
    stop = threading.Event()

    def read():
        while not stop.is_set():
            _ask_system()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            pid = os.fork()
            if pid == 0:
                _ask_system()
                os._exit(7)
            assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_process_that_has_gone_is_in_no_round(kept):
    psight.keep_open(500)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert child.pid in _round()
    child.kill()
    child.wait()
    assert child.pid not in _round()


def test_a_child_of_fork_reads_for_itself(kept, child):
    psight.keep_open(500)
    expected = _round()[child.pid]
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(0 if _round()[child.pid] == expected and _round()[os.getpid()]["ppid"] == os.getppid() else 1)
        finally:
            os._exit(2)
    _round()
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert _round()[child.pid] == expected


def test_a_child_of_fork_and_its_parent_read_at_once(kept, child):
    attrs = ["pid", "name", "memory_info"]
    psight.keep_open(500)
    _round(attrs)
    pid = os.fork()
    missed = sum(child.pid not in _round(attrs) for _ in range(1000))
    if pid == 0:
        os._exit(min(missed, 255))
    assert (missed, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])) == (0, 0)


def test_threads_may_read_at_once(kept, child):
    expected = _round()[child.pid]
    wrong = []

    def read():
        for _ in range(5):
            info = _round().get(child.pid)
            if info != expected:
                wrong.append(info)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_another_procfs_closes_them(kept, tmp_path):
    before = _open_here()
    _round()
    assert _open_here() > before
    psight.PROCFS_PATH = str(tmp_path)
    try:
        assert _open_here() == before
    finally:
        psight.PROCFS_PATH = "/proc"


def test_fewer_than_none_are_refused():
    with pytest.raises(ValueError, match="-1"):
        psight.keep_open(-1)
