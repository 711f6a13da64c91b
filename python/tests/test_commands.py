"""``python -m psight``: the table and the doctor."""

import contextlib
import io
import os
import subprocess
import sys

import psight


def command(*words):
    return subprocess.run([sys.executable, "-m", "psight", *words], capture_output=True, text=True)


def test_the_table_has_a_line_for_this_process():
    done = command()
    assert (done.returncode, done.stderr) == (0, "")
    head, *lines = done.stdout.splitlines()
    assert head.split()[:2] == ["USER", "PID"]
    # A user's name may hold blanks; it has ten columns.
    assert os.getpid() in {int(line[10:].split()[0]) for line in lines}


def test_the_function_prints_the_same_head(capsys):
    psight.test()
    assert capsys.readouterr().out.split("\n")[0] == command().stdout.split("\n")[0]


def test_the_function_prints_into_a_string():
    with contextlib.redirect_stdout(io.StringIO()) as text:
        psight.test()
    assert text.getvalue().split("\n")[0] == command().stdout.split("\n")[0]


def test_the_reader_of_the_table_may_stop_early():
    done = subprocess.run(
        f"{sys.executable} -m psight | head -1", shell=True, capture_output=True, text=True
    )
    assert done.stderr == "" and done.stdout.startswith("USER")


def test_the_doctor_counts_what_is_refused():
    done = command("doctor")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert f"user          uid {os.getuid()}" in lines
    (exe,) = [line for line in lines if line.startswith("exe ")]
    assert "known of all" in exe or "refused by" in exe
    assert done.returncode == any("refused by" in line for line in lines)


def test_the_doctor_names_the_capability_that_an_ordinary_user_lacks():
    done = command("doctor")
    status = open("/proc/self/status").read()
    lacks = not int(status.split("CapEff:\t")[1].split()[0], 16) >> 19 & 1
    assert ("without CAP_SYS_PTRACE" in done.stdout) == lacks


def test_help_and_a_wrong_command():
    assert command("--help").stdout.startswith("Usage: python -m psight")
    wrong = command("nonsense")
    assert wrong.returncode == 2 and "no command 'nonsense'" in wrong.stderr
