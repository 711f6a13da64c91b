"""What is done to processes, and how they end: the expected value is written out, or another program says it."""

import ctypes
import os
import pickle
import signal
import subprocess
import sys

import pytest
from programs import IS_WINE, Child, until

import psight


def ended(code):
    """A program that returns this code."""
    return psight.Popen([sys.executable, "-c", f"import ctypes; ctypes.windll.kernel32.ExitProcess({code})"])


@pytest.mark.parametrize("code, expected", [(0, 0), (3, 3), (259, 259), (0x7FFFFFFF, 2147483647), (0xC0000005, -1073741819)])
def test_a_program_ends_with_the_code_that_it_returns(code, expected):
    with ended(code) as program:
        assert program.wait(30) == expected
        assert program.wait() == expected and program.returncode == expected and program.poll() == expected


def test_whoever_waits_gets_the_code_children_or_not():
    with Child() as child:
        child.end()
        assert child.process.wait(10) == 3
        assert child.process.wait(0) == 3
        assert not child.process.is_running()


def test_a_wait_ends_with_its_timeout():
    with Child() as child:
        with pytest.raises(psight.TimeoutExpired) as raised:
            child.process.wait(0.01)
        assert (raised.value.seconds, raised.value.pid) == (0.01, child.pid)
        assert child.process.is_running()


def test_all_that_end_are_told_apart_from_those_that_go_on():
    with Child() as first, Child() as second:
        first.end()
        first.popen.wait()
        told = []
        gone, alive = psight.wait_procs([first.process, second.process], timeout=0, callback=told.append)
        assert (gone, alive, told) == ([first.process], [second.process], [first.process])
        assert gone[0].returncode == 3


@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_a_process_that_is_ended_returns_15(end):
    with Child() as child:
        getattr(child.process, end)()
        assert child.popen.wait(10) == 15


def test_sigterm_ends_it_too():
    with Child() as child:
        child.process.send_signal(signal.SIGTERM)
        assert child.popen.wait(10) == signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGABRT, 9, 18, 19, 99, -1])
def test_other_signals_are_refused_and_nothing_is_sent(number):
    with Child() as child:
        with pytest.raises(ValueError, match="only SIGTERM, CTRL_C_EVENT and CTRL_BREAK_EVENT signals are supported"):
            child.process.send_signal(number)
        assert child.process.is_running()


def sent(process, event):
    """The number of the error, or 0."""
    try:
        process.send_signal(event)
    except OSError as error:
        return error.winerror
    return 0


def generated(process, event):
    """The same by the call itself. Python's os.kill goes on after an error, and ends the process."""
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    return 0 if kernel.GenerateConsoleCtrlEvent(int(event), process.pid) else ctypes.get_last_error()


@pytest.mark.parametrize("event", [signal.CTRL_C_EVENT, signal.CTRL_BREAK_EVENT])
def test_events_of_the_console_are_sent_to_the_group_of_the_process(event):
    """Whether a program ends by it is its own affair. Without a console it is refused."""
    outcomes = []
    for send in (sent, generated):
        with Child(creationflags=subprocess.CREATE_NEW_PROCESS_GROUP) as child:
            outcomes.append(send(child.process, event))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    "act",
    [
        lambda process: process.terminate(),
        lambda process: process.kill(),
        lambda process: process.suspend(),
        lambda process: process.resume(),
        lambda process: process.send_signal(signal.SIGTERM),
        lambda process: process.send_signal(signal.CTRL_BREAK_EVENT),
        lambda process: process.send_signal(9),
        lambda process: process.nice(psight.NORMAL_PRIORITY_CLASS),
        lambda process: process.cpu_affinity([0]),
        lambda process: process.ionice(psight.IOPRIO_LOW),
    ],
)
def test_nothing_is_done_to_a_process_that_has_ended(act):
    with Child() as child:
        child.end()
        child.popen.wait()
        # The handle of `child` keeps the pid from being another's.
        with pytest.raises(psight.NoSuchProcess) as raised:
            act(child.process)
        assert raised.value.pid == child.pid


def test_a_suspended_process_does_nothing_until_it_is_resumed():
    script = "import sys\nprint('there', flush=True)\nfor line in sys.stdin: print(line, end='', flush=True)"
    with Child(script=script) as child:
        child.process.suspend()
        if not IS_WINE:
            assert child.process.status() == psight.STATUS_STOPPED
        child.popen.stdin.write(b"a\n")
        child.popen.stdin.flush()
        child.process.resume()
        assert child.popen.stdout.readline().strip() == b"a"
        assert child.process.status() == psight.STATUS_RUNNING


def test_the_priority_class_is_the_one_that_was_set():
    with Child() as child:
        for name in ("IDLE_PRIORITY_CLASS", "BELOW_NORMAL_PRIORITY_CLASS", "NORMAL_PRIORITY_CLASS"):
            child.process.nice(getattr(psight, name))
            assert (child.process.nice(), child.process.nice().name) == (getattr(psight, name), name)
        with pytest.raises(OSError) as raised:
            child.process.nice(12345)
        assert raised.value.winerror == 87


def test_the_processors_are_those_that_were_set():
    with Child() as child:
        child.process.cpu_affinity([0])
        assert child.process.cpu_affinity() == [0]
        child.process.cpu_affinity([])
        assert child.process.cpu_affinity() == list(range(psight.cpu_count()))
        for wrong, error in ((1000, ValueError), (-1, ValueError), ("0", TypeError)):
            with pytest.raises(error, match=f"invalid CPU {wrong!r}"):
                child.process.cpu_affinity([wrong])


def test_the_priority_of_its_reads_and_writes():
    with Child() as child:
        for wrong in (-1, 4, 99):
            with pytest.raises(ValueError, match=f"{wrong} is not a valid priority"):
                child.process.ionice(wrong)
        with pytest.raises(TypeError, match="value argument not accepted on Windows"):
            child.process.ionice(psight.IOPRIO_LOW, 1)
        with pytest.raises(ValueError, match="'ioclass' argument must be specified"):
            child.process.ionice(value=1)
        if IS_WINE:
            pytest.skip("Wine refuses the rest")
        child.process.ionice(psight.IOPRIO_LOW)
        assert child.process.ionice() is psight.IOPRIO_LOW


def test_names_of_variables_are_in_capitals():
    with Child(env={**os.environ, "Psight_Mixed": "aB=c", "PSIGHT_EMPTY": ""}) as child:
        environ = child.process.environ()
        assert environ["PSIGHT_MIXED"] == "aB=c" and "Psight_Mixed" not in environ
        assert all(name == name.upper() and name for name in environ)


def test_a_process_is_told_as_it_was_started(tmp_path):
    words = ["two words", 'a "quote"', "\u00e9\U0001f600", "", "end\\"]
    with Child(*words, cwd=tmp_path) as child:
        process = child.process
        assert process.cmdline()[3:] == words
        assert os.path.samefile(process.exe(), sys.executable) and process.name() == os.path.basename(sys.executable)
        assert process.cwd() == str(tmp_path)
        assert process.ppid() == os.getpid() and process.parent() == psight.Process()
        assert process in psight.Process().children() and process in psight.Process().children(recursive=True)
        domain, _, user = process.username().partition("\\")
        assert subprocess.run("whoami", capture_output=True, text=True).stdout.strip().lower() == f"{domain}\\{user}".lower()


def test_the_root_of_a_drive_keeps_its_backslash():
    with Child(cwd="C:\\") as child:
        assert child.process.cwd() == "C:\\"


def test_what_was_known_of_a_process_is_known_after_its_end():
    with Child() as child:
        process = child.process
        name, ppid = process.name(), process.ppid()
        fresh = psight.Process(child.pid)
        child.end()
        child.popen.wait()
        assert (process.name(), process.ppid()) == (name, ppid)
        assert psight.Process().create_time() <= process.create_time() == fresh.create_time()
        assert "status='terminated'" in repr(process) and "started=" in repr(process)
        for question in ("exe", "cmdline", "cwd", "environ", "memory_info", "cpu_times", "username", "num_handles", "nice"):
            with pytest.raises(psight.NoSuchProcess) as raised:
                getattr(fresh, question)()
            assert raised.value.pid == child.pid, question


def test_a_number_between_two_pids_is_no_process():
    """For psutil it is the process below."""
    for beside in (1, 2, 3):
        assert not psight.pid_exists(os.getpid() + beside)
        with pytest.raises(psight.NoSuchProcess):
            psight.Process(os.getpid() + beside)


def test_many_answers_of_one_moment():
    process = psight.Process()
    with process.oneshot():
        assert process.cpu_times() == process.cpu_times()
        assert process.memory_info() == process.memory_info()
    everything = process.as_dict()
    lacking = {"ionice", "memory_footprint", "memory_full_info"} if IS_WINE else set()
    later = {"memory_footprint", "memory_info_ex", "page_faults"}
    assert everything.keys() == psight.Process.attrs - lacking - later


def test_open_files_are_paths_without_descriptors(tmp_path):
    path = tmp_path / "file"
    with open(path, "w"):
        assert (str(path), -1) in psight.Process().open_files()
    until("it is closed", lambda: (str(path), -1) not in psight.Process().open_files())


def test_memory_that_is_written_to_is_held():
    process = psight.Process()
    before = process.memory_info()
    much = bytearray(os.urandom(1)) * (64 << 20)
    after = process.memory_info()
    assert after.rss - before.rss > len(much) / 2 and after.private - before.private > len(much) / 2
    assert (after.rss, after.vms) == (after.wset, after.pagefile)


def test_the_error_of_the_system_has_its_number():
    with pytest.raises(FileNotFoundError) as raised:
        psight.disk_usage("C:\\nonexistent")
    assert (raised.value.winerror, raised.value.filename) == (2, "C:\\nonexistent")


def test_a_service_that_is_not_there():
    with pytest.raises(psight.NoSuchProcess) as raised:
        psight.win_service_get("nonexistent")
    assert (raised.value.pid, raised.value.name, raised.value.msg) == (None, "nonexistent", "service 'nonexistent' does not exist")


def test_a_service_is_what_sc_says():
    service = psight.win_service_get("PlugPlay")
    said = subprocess.run(["sc", "query", "PlugPlay"], capture_output=True, text=True).stdout
    assert service.name() == "PlugPlay" and service.status() in ("running", "stopped")
    assert service.status().upper() in said
    assert service == next(one for one in psight.win_service_iter() if one.name() == "PlugPlay")
    assert service.as_dict() == {
        "display_name": service.display_name(),
        "binpath": service.binpath(),
        "username": service.username(),
        "start_type": service.start_type(),
        "status": service.status(),
        "pid": service.pid(),
        "name": "PlugPlay",
        "description": service.description(),
    }


def test_processes_and_exceptions_can_be_compared_and_pickled():
    assert psight.Process() == psight.Process(os.getpid()) and hash(psight.Process()) == hash(psight.Process())
    error = pickle.loads(pickle.dumps(psight.AccessDenied(4, "System")))
    assert (error.pid, error.name) == (4, "System")


def test_the_table_is_printed():
    done = subprocess.run([sys.executable, "-m", "psight"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("USER ") and os.path.basename(sys.executable) in done.stdout


def test_the_doctor_knows_linux_alone():
    done = subprocess.run([sys.executable, "-m", "psight", "doctor"], capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (2, "psight: doctor knows the reasons of Linux alone")


def test_psutil_can_be_answered_for():
    code = "import psight; psight.install(); import psutil; print(psutil is psight, psutil.Process().num_handles() >= 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.split() == ["True", "True"], done.stderr


def test_nothing_is_read_through_bpf():
    assert psight.use_bpf() is False


@pytest.mark.parametrize("name", ["effective_memory", "effective_cpus", "pressure"])
def test_what_only_linux_tells_is_no_number(name):
    with pytest.raises(NotImplementedError, match=name):
        getattr(psight, name)()


def test_the_table_by_columns_has_this_process():
    table = psight.process_table(["pid", "name"])
    row = next(row for row in table if row["pid"] == os.getpid())
    assert row["name"] == os.path.basename(sys.executable)
