"""Rounds of `process_iter` with files that stay open, against psutil, which opens them each time."""

import os
import subprocess
import sys
import threading

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
