"""What programs, and above all their tests, replace in psutil or beneath it is heard, as psutil hears it."""

import os
import signal
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
