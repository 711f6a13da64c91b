"""psutil's example scripts, unmodified, with the drop-in in the place of psutil.

`PSIGHT_SCRIPTS` is the folder that they are in.
"""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import psight
import pytest

SCRIPTS = os.environ.get("PSIGHT_SCRIPTS", "")
pytestmark = pytest.mark.skipif(not SCRIPTS, reason="PSIGHT_SCRIPTS does not say where psutil's scripts are")

# Begins as a program does that switches over, and goes on as the script would have begun.
BEGIN = """
import sys, runpy
import psight
psight.install()
import psutil
assert psutil.psight_version, "psutil is not psight"
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

PID = str(os.getpid())
# What each is called with, and a word that it then prints.
ONCE = {
    "disk_usage.py": ([], "Mount"),
    "free.py": ([], "Mem:"),
    "ifconfig.py": ([], "stats"),
    "meminfo.py": ([], "MEMORY"),
    "netstat.py": ([], "Local address"),
    "pidof.py": ([psight.Process().name()], PID),
    "pmap.py": ([PID], "RSS"),
    "procinfo.py": ([PID], PID),
    "procsmem.py": ([], "USS"),
    "ps.py": ([], "CMDLINE"),
    "pstree.py": ([], ""),
    "who.py": ([], ""),
}
# What there is not on every machine, and what the script says of that.
SENSORS = {
    "battery.py": "charge:",
    "fans.py": "RPM",
    "sensors.py": "Temperatures:",
    "temperatures.py": "°C",
}
WITHOUT = ("no battery is installed", "no fans detected", "can't read any temperature", "not supported")
# What goes on until it is interrupted, and a word that it draws.
FOR_EVER = {
    "cpu_distribution.py": "CPU 0",
    "iotop.py": "DISK READ",
    "nettop.py": "TOTAL",
    "top.py": "Mem",
}


def environment():
    """The environment without the path by which psutil's tests find psight."""
    return {**os.environ, "PYTHONPATH": os.path.dirname(os.path.dirname(psight.__file__)), "TERM": "xterm"}


def command(script, *arguments):
    return [sys.executable, "-c", BEGIN, os.path.join(SCRIPTS, script), *arguments]


def run(script, *arguments):
    pipe = subprocess.PIPE
    done = subprocess.run(command(script, *arguments), env=environment(), stdout=pipe, stderr=pipe, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_every_script_is_run():
    there = {name for name in os.listdir(SCRIPTS) if name.endswith(".py")}
    assert there == {*ONCE, *SENSORS, *FOR_EVER, "killall.py", "winservices.py"}


@pytest.mark.parametrize("script", ONCE)
def test_a_script_that_ends(script):
    arguments, word = ONCE[script]
    done = run(script, *arguments)
    assert done.returncode == 0, done.stderr
    assert word in done.stdout
    assert done.stdout.strip() or (script == "who.py" and not psight.users())


@pytest.mark.parametrize("script", SENSORS)
def test_a_script_of_what_some_machines_have(script):
    done = run(script)
    told = done.stdout + done.stderr
    assert SENSORS[script] in told or any(text in told for text in WITHOUT), told


def test_killall_ends_a_process():
    # The kernel keeps 15 bytes of a name.
    name = f"psight-{os.getpid() % 1000000}"
    code = f"import sys; open('/proc/self/comm', 'w').write({name!r}); print(flush=True); sys.stdin.read()"
    pipe = subprocess.PIPE
    child = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe)
    try:
        child.stdout.readline()
        assert run("killall.py", name).returncode == 0
        assert child.wait(timeout=20) == -9
    finally:
        child.kill()
        child.wait()
        child.stdin.close()
        child.stdout.close()


@pytest.mark.parametrize("script", FOR_EVER)
def test_a_script_on_a_terminal_draws_until_it_is_interrupted(script):
    child, terminal = pty.fork()
    if child == 0:
        # Who starts the tests may have them ignore it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.execve(sys.executable, command(script), {**environment(), "COLUMNS": "120", "LINES": "40"})
    drawn, interrupted = b"", False
    deadline = time.monotonic() + 30
    try:
        while time.monotonic() < deadline:
            if FOR_EVER[script].encode() in drawn and not interrupted:
                interrupted = True
                os.write(terminal, b"\x03")
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            try:
                part = os.read(terminal, 65536)
            except OSError:
                # Its other end was closed.
                break
            if not part:
                break
            drawn += part
    finally:
        os.close(terminal)
        process = psight.Process(child)
        try:
            process.wait(5)
        except psight.TimeoutExpired:
            process.kill()
            process.wait()
    text = drawn.decode(errors="replace")
    assert interrupted, text
    assert "Traceback" not in text or "KeyboardInterrupt" in text, text
