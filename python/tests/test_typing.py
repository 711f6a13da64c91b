"""The annotations: two checkers accept a file that uses everything, and the stubs say what is there."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import psight

HERE = Path(__file__).parent
PACKAGES = str(Path(psight.__file__).parent.parent)


def ran(code, *words):
    """Run a tool of the environment with the folder that psight is in."""
    environ = {**os.environ, "PSIGHT_DROPIN": "0", "FORCE_COLOR": "0"}
    if Path(PACKAGES).name != "site-packages":
        environ["MYPYPATH"] = PACKAGES
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=HERE)
    if re.search(r"No module named '(mypy|pyright)", done.stderr):
        pytest.skip(done.stderr.splitlines()[-1])
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return str(tmp_path_factory.mktemp("mypy"))


def mypy(cache, *words):
    code = f"import sys; sys.path.append({PACKAGES!r}); from mypy.__main__ import console_entry; console_entry()"
    return ran(code, "--config-file", "mypy.ini", "--cache-dir", cache, *words)


@pytest.mark.parametrize("platform", ["linux", "win32", "darwin", "freebsd14"])
def test_mypy_accepts_a_file_that_uses_everything(cache, platform):
    status, text = mypy(cache, "--platform", platform, "typing_all.py")
    assert status == 0, text


def test_pyright_accepts_it_too():
    if subprocess.run([sys.executable, "-c", "import pyright"], capture_output=True).returncode:
        pytest.skip("pyright is not installed")
    call = "from pyright.cli import entrypoint; entrypoint()"
    try:
        working = subprocess.run([sys.executable, "-c", call, "--version"], capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("pyright does not get what it needs from its registry")
    if working.returncode:
        pytest.skip("pyright does not get what it needs from its registry")
    status, text = ran(call, "--pythonpath", sys.executable, "typing_all.py")
    assert status == 0, text


def test_the_file_really_uses_everything():
    text = (HERE / "typing_all.py").read_text()
    names = {f"psutil.{name}" for name in psight.__all__} | {
        f".{name}" for name in dir(psight.Process) if not name.startswith("_") and name != "connections"
    }
    assert [name for name in sorted(names) if not re.search(re.escape(name) + r"\b", text)] == []


def stubtest(package, allowed, before=""):
    code = f"import sys; sys.path.append({PACKAGES!r}); {before}from mypy.stubtest import main; sys.exit(main())"
    return ran(code, package, "--concise", "--mypy-config-file", "mypy.ini", "--allowlist", allowed)


def test_the_stubs_are_what_is_there():
    status, text = stubtest("psight", "stubtest_psight.txt")
    assert status == 0, text


def test_only_listed_differences_from_the_stubs_of_psutil():
    pytest.importorskip("mypy")
    if not list(Path(inspect.getfile(pytest)).parent.parent.glob("psutil-stubs")):
        pytest.skip("types-psutil is not installed")
    before = "import psight; psight.install(); "
    # What an entry covers may differ between versions of Python.
    status, text = stubtest("psutil", "stubtest_types_psutil.txt", before)
    assert status == 0, text
