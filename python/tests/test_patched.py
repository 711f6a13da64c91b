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
