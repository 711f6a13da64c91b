"""Signals, forks and threads: every wait ends when Python has a signal to handle, and any number may ask at once."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest

import psight

WAITS = {
    "wait": "psight.Process(child.pid).wait()",
    "wait with a timeout": "psight.Process(child.pid).wait(1000)",
    "wait of another's child": "psight.Process(os.getppid()).wait()",
    "wait_procs": "psight.wait_procs([psight.Process(child.pid), psight.Process(os.getppid())])",
    "wait_procs of others": "psight.wait_procs([child], timeout=1000)",
    "Popen.wait": "psight.Popen(['sleep', '1000']).wait()",
    "cpu_percent": "psight.cpu_percent(1000)",
    "Process.cpu_percent": "psight.Process().cpu_percent(1000)",
}


@pytest.fixture
def sleeper():
    child = subprocess.Popen(["sleep", "1000"])
    yield child
    child.kill()
    child.wait()


def sleeps(process):
    """Whether the kernel says that the main thread waits in a system call for time or for others."""
    with open(f"/proc/{process.pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()[0] == b"S"


@pytest.mark.parametrize("name", WAITS)
def test_ctrl_c_ends(name):
    script = f"""
        import os, signal, subprocess, psight, sys
        # Who starts the tests may have them ignore it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        child = subprocess.Popen(["sleep", "1000"])
        print("ready", flush=True)
        try:
            {WAITS[name]}
        except KeyboardInterrupt:
            print("interrupted")
        for child in psight.Process().children():
            child.kill()
    """
    python = subprocess.Popen([sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True)
    try:
        assert python.stdout.readline() == "ready\n"
        deadline = time.monotonic() + 20
        # Repeated, because the first may come before the wait has begun to block.
        while python.poll() is None and time.monotonic() < deadline:
            if sleeps(python):
                python.send_signal(signal.SIGINT)
                break
            time.sleep(0.01)
        assert python.communicate(timeout=20)[0] == "interrupted\n"
    finally:
        python.kill()
        python.wait()


def test_a_signal_that_is_handled_does_not_end_a_wait(sleeper):
    seen = []
    before = signal.signal(signal.SIGUSR1, lambda *_: seen.append(True))
    try:
        def end():
            while not seen:
                signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
                time.sleep(0.05)
            sleeper.terminate()

        thread = threading.Thread(target=end)
        thread.start()
        assert psight.Process(sleeper.pid).wait() == -signal.SIGTERM
        thread.join()
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_wait_asks_the_kernel_once():
    script = "import psight, sys; p = psight.Popen(['sleep', '1']); t = psight.Process(); p.wait(); print(t.num_ctx_switches().voluntary)"
    switches = int(subprocess.check_output([sys.executable, "-c", script]))
    # Looking every 40 ms would be 25 more.
    assert switches < 25


def test_wait_procs_tells_of_each_as_it_ends():
    children = [psight.Popen(["sh", "-c", f"read x; exit {code}"], stdin=subprocess.PIPE) for code in range(5)]
    order = [3, 0, 4, 1, 2]
    told = []

    def next_one(process):
        told.append((process, process.returncode))
        if len(told) < len(order):
            children[order[len(told)]].stdin.close()

    children[order[0]].stdin.close()
    gone, alive = psight.wait_procs(children, timeout=30, callback=next_one)
    assert told == [(children[code], code) for code in order]
    assert gone == [children[code] for code in order] and alive == []
    for child in children:
        child.__exit__(None, None, None)


def test_wait_procs_takes_what_can_be_waited_for(sleeper):
    class Own(psight.Process):
        def wait(self, timeout=None):
            return 42

    ended = subprocess.Popen(["true"])
    gone, alive = psight.wait_procs([Own(sleeper.pid), ended], timeout=10)
    assert sorted(process.returncode for process in gone) == [0, 42] and alive == []
    with pytest.raises(ZeroDivisionError):
        psight.wait_procs([psight.Popen(["true"])], callback=lambda process: 1 / 0)


def test_a_forked_child_asks_everything():
    list(psight.process_iter(["name"]))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            me = psight.Process()
            rows = {row.pid: row.info for row in psight.process_iter(["ppid", "name"])}
            right = me.pid == os.getpid() and rows[me.pid]["ppid"] == me.ppid() == os.getppid()
            psight.net_connections("all"), psight.virtual_memory(), psight.cpu_percent(), psight.disk_io_counters()
            os.write(write, b"right" if right else b"wrong")
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as answer:
        assert answer.read() == b"right"
    os.waitpid(child, 0)


def test_a_pool_of_forked_children():
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(psight.pid_exists, [os.getpid()] * 4, chunksize=1) == [True] * 4


def test_eight_threads_get_right_answers(sleeper):
    wrong, process = [], psight.Process(sleeper.pid)

    def ask():
        try:
            for _ in range(20):
                rows = {row.pid: row.info for row in psight.process_iter(["name", "ppid", "cmdline", "uids"])}
                row = rows[sleeper.pid]
                with process.oneshot():
                    same = (process.name(), process.ppid(), process.cmdline(), process.uids())
                if (row["name"], row["ppid"], row["cmdline"], row["uids"]) != same or same[1] != os.getpid():
                    wrong.append((row, same))
                psight.virtual_memory(), psight.net_io_counters(), psight.cpu_percent(), psight.net_connections()
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@pytest.mark.parametrize("name", ["process_iter", "net_connections", "pids", "virtual_memory", "name", "as_dict"])
def test_a_question_to_the_kernel_keeps_nobody_waiting(name):
    ask = {
        "process_iter": lambda: list(psight.process_iter(["name", "cmdline"])),
        "net_connections": psight.net_connections,
        "pids": psight.pids,
        "virtual_memory": psight.virtual_memory,
        "name": psight.Process().name,
        "as_dict": lambda: psight.Process().as_dict(["name", "uids"]),
    }[name]
    ask()
    turns, over = [], threading.Event()

    def count():
        while not over.is_set():
            turns.append(True)
            time.sleep(0)

    thread = threading.Thread(target=count)
    interval = sys.getswitchinterval()
    # Nobody gives the lock up without being asked, except for who waits for the kernel.
    sys.setswitchinterval(1000)
    try:
        thread.start()
        deadline, before = time.monotonic() + 20, len(turns)
        while len(turns) == before and time.monotonic() < deadline:
            ask()
        assert len(turns) > before
    finally:
        over.set()
        sys.setswitchinterval(interval)
        thread.join()


def test_python_ends_with_threads_that_ask():
    script = """
        import threading, psight
        def ask():
            while True:
                list(psight.process_iter(["name", "cpu_times"])); psight.cpu_percent()
        for _ in range(4):
            threading.Thread(target=ask, daemon=True).start()
        for _ in range(20):
            list(psight.process_iter(["name"]))
    """
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], capture_output=True, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")


_IN_ANOTHER_NAMESPACE = """
import ctypes, os, sys, psight

init = psight.Process(1)
before = init.nice()
# Who is asked often keeps in mind who asks.
assert all(init.nice() == before for _ in range(int(sys.argv[1])))
NEWUSER, NEWPID = 0x10000000, 0x20000000
if ctypes.CDLL(None).unshare(NEWPID if os.getuid() == 0 else NEWPID | NEWUSER) != 0:
    sys.exit(77)
child = os.fork()
if child == 0:
    # Here pid 1 is this child, and in /proc it is still who it was.
    os.nice(5)
    os._exit(0 if init.nice() == psight.Process(1).nice() == before else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux has namespaces of pids")
@pytest.mark.parametrize("times", ["0", "100"])
def test_a_child_in_another_namespace_of_pids_finds_out_anew_what_a_pid_means(times):
    code = subprocess.run([sys.executable, "-c", _IN_ANOTHER_NAMESPACE, times]).returncode
    if code == 77:
        pytest.skip("no namespace of pids can be made")
    assert code == 0
