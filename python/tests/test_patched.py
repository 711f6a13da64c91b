"""What programs, and above all their tests, replace in psutil or beneath it is heard, as psutil hears it."""

import os
import signal
import subprocess
import sys
from unittest import mock

import pytest

import psight


@pytest.fixture(autouse=True)
def forgetful():
    yield
    psight.process_iter.cache_clear()


def test_the_pids_that_there_are():
    with mock.patch("psight.pids", return_value=[os.getpid(), os.getppid()]):
        for attrs in (None, ["name"], []):
            assert [process.pid for process in psight.process_iter(attrs)] == sorted([os.getpid(), os.getppid()])
    with mock.patch("psight.pids", return_value=[]):
        assert list(psight.process_iter(["pid"])) == []
    assert len(list(psight.process_iter(["pid"]))) > 1


def test_the_methods_of_a_process():
    with mock.patch("psight.Process.name", return_value="patched"):
        assert {row.info["name"] for row in psight.process_iter(["name", "pid"])} == {"patched"}
        assert psight.Process().as_dict(["name"]) == {"name": "patched"}
    with mock.patch("psight.Process.name", side_effect=psight.AccessDenied(1)):
        assert {row.info["name"] for row in psight.process_iter(["name"], ad_value="-")} == {"-"}
    with mock.patch("psight.Process.cpu_percent", return_value=42.0):
        assert {row.info["cpu_percent"] for row in psight.process_iter(["cpu_percent"])} == {42.0}


def test_the_class_of_a_process(monkeypatch):
    class Mine(psight.Process):
        pass

    process, child = psight.Process(), psight.Popen(["sleep", "60"])
    try:
        monkeypatch.setattr(psight, "Process", Mine)
        assert type(process.parent()) is Mine and process.parent() == Mine(os.getppid())
        assert [type(found) for found in process.children()] == [Mine]
        assert {type(found) for found in psight.process_iter()} == {Mine}
    finally:
        child.kill()
        child.wait()


def test_the_signals_that_are_sent():
    with mock.patch("os.kill") as kill:
        psight.Process().terminate()
        psight.Process().send_signal(signal.SIGUSR1)
    assert kill.call_args_list == [mock.call(os.getpid(), 15), mock.call(os.getpid(), signal.SIGUSR1)]
    process = psight.Process()
    with mock.patch("os.kill", side_effect=PermissionError), pytest.raises(psight.AccessDenied):
        process.kill()
    with mock.patch("os.kill", side_effect=ProcessLookupError), pytest.raises(psight.NoSuchProcess):
        process.kill()
    assert not process.is_running()


def test_the_parent_by_another_ppid(monkeypatch):
    class Mine(psight.Process):
        def ppid(self):
            return 1

    process, first = psight.Process(), psight.Process(1)
    assert Mine().parent() == first
    with mock.patch.object(process, "ppid", return_value=1):
        assert process.parent() == first and process.parents() == [first]
    with mock.patch("psight.Process.ppid", side_effect=psight.NoSuchProcess(1)), pytest.raises(psight.NoSuchProcess):
        process.parent()
    for nobody in (None, 0x7FFFFFFF):
        with mock.patch("psight.Process.ppid", return_value=nobody):
            assert process.parent() is None
    with mock.patch("psight.Process.ppid", return_value=1), mock.patch.object(process, "create_time", return_value=1.0):
        # The first process is younger than that.
        assert process.parent() is None
    assert process.parent().pid == os.getppid()


def test_the_name_of_another_user():
    process = psight.Process()

    def names():
        rows = {row.pid: row.info["username"] for row in psight.process_iter(["username"])}
        return {process.username(), process.as_dict(["username"])["username"], rows[os.getpid()]}

    with mock.patch("psight.Process.uids", return_value=mock.Mock(real=0)):
        assert names() == {"root"}
    with mock.patch("psight.Process.uids", return_value=mock.Mock(real=0x7FFFFFFE)):
        assert names() == {str(0x7FFFFFFE)}
    with mock.patch("psight.pwd.getpwuid", return_value=mock.Mock(pw_name="somebody")):
        assert names() == {"somebody"}
    with mock.patch("pwd.getpwuid", side_effect=KeyError):
        assert names() == {str(os.getuid())}


def test_memory_in_percent_of_another_memory():
    def percentages():
        rows = {row.pid: row.info["memory_percent"] for row in psight.process_iter(["memory_percent"])}
        return psight.Process().memory_percent(), rows[os.getpid()]

    # Once the total is known nobody is asked for it any more.
    with mock.patch("psight._process._totals", {}):
        with mock.patch("psight.virtual_memory", return_value=mock.Mock(total=1 << 70)):
            assert all(percentage < 1e-6 for percentage in percentages())
        assert all(percentage > 1e-6 for percentage in percentages())
    with mock.patch("psight.Process.memory_info", return_value=mock.Mock(rss=0)):
        assert percentages() == (0.0, 0.0)


@pytest.mark.parametrize("spec", [{}, {"autospec": True}])
def test_percentages_of_other_times(spec):
    before = psight.cpu_times()
    now = before._replace(user=before.user + 1, idle=before.idle + 3)
    shares = before._make([0.0] * len(before))._replace(user=25.0, idle=75.0)

    def times(*answers):
        return mock.patch("psight.cpu_times", side_effect=answers, **spec)

    for interval in (None, 0.001):
        with times(before, now) as asked:
            if interval is None:
                psight.cpu_percent()
            assert psight.cpu_percent(interval) == 25.0 and asked.call_args_list == [mock.call()] * 2
        with times(before, now):
            if interval is None:
                psight.cpu_times_percent()
            assert psight.cpu_times_percent(interval) == shares
        with times([before] * 2, [now, before]) as asked:
            if interval is None:
                psight.cpu_percent(percpu=True)
            assert psight.cpu_percent(interval, percpu=True) == [25.0, 0.0]
            assert asked.call_args == mock.call(percpu=True)
    with times(before, before):
        assert psight.cpu_percent(0.001) == 0.0
    with times(before), pytest.raises(ValueError, match="not positive"):
        psight.cpu_percent(-1)
    assert 0 <= psight.cpu_percent() <= 100


def test_the_processes_that_are_known():
    mine = {process.pid: process for process in psight.process_iter()}[os.getpid()]
    known = psight._pmap
    with mock.patch("psight._pmap", {}):
        others = {process.pid: process for process in psight.process_iter()}
        assert others[os.getpid()] == mine and others[os.getpid()] is not mine
    assert psight._pmap is known
    with mock.patch.dict("psight._pmap", clear=True):
        assert not psight._pmap
    assert {process.pid: process for process in psight.process_iter()}[os.getpid()] is mine


def test_the_time_that_is_slept():
    with mock.patch("time.sleep") as sleep:
        psight.cpu_percent(interval=100)
        psight.Process().cpu_percent(interval=200)
    assert sleep.call_args_list == [mock.call(100), mock.call(200)]


LOOPS = {
    "gevent": "from gevent import monkey; monkey.patch_all(); from gevent import spawn",
    "eventlet": "import eventlet; eventlet.monkey_patch(); spawn = eventlet.spawn",
}


@pytest.mark.parametrize("library", LOOPS)
def test_the_loop_of_a_library_goes_on_while_a_process_is_waited_for(library):
    code = f"""
{LOOPS[library]}
import psight, subprocess, sys, time
turns = 0
def turn():
    global turns
    while True:
        turns += 1
        time.sleep(0.001)
spawn(turn)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1); exit(7)"])
process = psight.Process(child.pid)
def went_on(wait):
    before = turns
    try:
        wait()
    except psight.TimeoutExpired:
        pass
    assert turns > before + 3, (wait, turns - before)
went_on(lambda: process.wait(timeout=0.1))
went_on(lambda: psight.wait_procs([process], timeout=0.1))
assert process.wait(20) == 7
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=60)
    if f"No module named '{library}'" in done.stderr:
        pytest.skip(f"{library} is not installed")
    assert done.returncode == 0, done.stderr


def test_a_waitpid_of_somebody_is_asked():
    real, asked = os.waitpid, []

    def waitpid(pid, options):
        asked.append(pid)
        return real(pid, options)

    with mock.patch("os.waitpid", waitpid):
        for script, code in (("exit 3", 3), ("kill -9 $$", -9)):
            child = subprocess.Popen(["sh", "-c", script])
            assert psight.Process(child.pid).wait(20) == code
            child = subprocess.Popen(["sh", "-c", script])
            gone, alive = psight.wait_procs([psight.Process(child.pid)], timeout=20)
            assert [process.returncode for process in gone] == [code] and not alive and child.pid in asked
        with pytest.raises(psight.TimeoutExpired):
            psight.Process(os.getppid()).wait(0.01)
