"""The drop-in in real environments: made, filled with this psight and, where wanted, the real psutil, and thrown away."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import psight

WHAT = "import psutil, sys; print(psutil.__name__, psutil.__version__)"


def _distribution(name):
    """Where a package is that real environments are filled from; None if it is not installed here."""
    from importlib.machinery import PathFinder

    spec = PathFinder.find_spec(name)
    return Path(spec.origin).parent if spec else None


class Environment:
    """A virtual environment without pip, which would take most of the time."""

    def __init__(self, directory, packages):
        command = [sys.executable, "-m", "venv", "--without-pip", str(directory)]
        subprocess.run(command, check=True)
        self.python = directory / "bin/python"
        self.packages = Path(self.run("import sysconfig; print(sysconfig.get_path('purelib'))"))
        self.pth = self.packages / "psight_dropin.pth"
        for package in packages:
            shutil.copytree(package, self.packages / package.name)
            for info in package.parent.glob(f"{package.name}-*.dist-info"):
                shutil.copytree(info, self.packages / info.name)

    def call(self, *words, **variables):
        hidden = ("PYTHONPATH", "PYTHONHOME", "PSIGHT_DROPIN")
        environ = {name: value for name, value in os.environ.items() if name not in hidden}
        command = [str(self.python), *words]
        return subprocess.run(command, capture_output=True, text=True, env={**environ, **variables})

    def run(self, code, *options, **variables):
        done = self.call(*options, "-c", code, **variables)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout.strip()

    def psight(self, word, status=0, **variables):
        done = self.call("-m", "psight", word, **variables)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def bare(tmp_path):
    """An environment with psight alone."""
    return Environment(tmp_path / "bare", [Path(psight.__file__).parent])


@pytest.fixture
def both(tmp_path):
    """An environment with psight and the real psutil."""
    real = _distribution("psutil")
    if real is None:
        pytest.skip("no real psutil is installed beside")
    return Environment(tmp_path / "both", [Path(psight.__file__).parent, real])


def test_nothing_is_switched_by_being_installed(both):
    assert both.run(WHAT) == "psutil 7.2.2"
    assert "it is not enabled" in both.psight("status", 1)


def test_enable_makes_psutil_psight_and_disable_undoes_it(both):
    before = sorted(both.packages.rglob("*"))
    both.psight("enable")
    assert both.run(WHAT) == "psight 7.2.2"
    told = both.psight("status")
    assert f"import psutil   psight {psight.psight_version}" in told
    assert f"{both.pth} enables it" in told
    assert "real psutil     psutil 7.2.2 at " in told
    both.psight("disable")
    assert both.run(WHAT) == "psutil 7.2.2"
    after = [path for path in sorted(both.packages.rglob("*")) if "__pycache__" not in path.parts]
    assert after == [path for path in before if "__pycache__" not in path.parts]


def test_without_a_real_psutil_there_is_one_while_it_is_enabled(bare):
    assert "fails: no psutil is installed" in bare.psight("status", 1)
    bare.psight("enable")
    assert bare.run(WHAT) == "psight 7.2.2"
    assert "real psutil     none is installed" in bare.psight("status")
    bare.psight("disable")
    assert "ModuleNotFoundError" in bare.call("-c", "import psutil").stderr


def test_enable_and_disable_may_be_said_twice(bare):
    bare.psight("enable")
    text = bare.pth.read_text()
    assert "Already enabled" in bare.psight("enable")
    assert bare.pth.read_text() == text
    bare.psight("disable")
    assert "It was not enabled" in bare.psight("disable")
    assert not bare.pth.exists()


def test_an_older_file_of_ours_is_renewed(bare):
    bare.psight("enable")
    text = bare.pth.read_text()
    bare.pth.write_text(text.splitlines()[0] + "\nimport sys\n")
    assert "Enabled by" in bare.psight("enable")
    assert bare.pth.read_text() == text


def test_a_file_of_somebody_else_is_left_alone(bare):
    bare.pth.write_text("# mine\n")
    assert "is not ours" in bare.psight("enable", 1)
    assert "It was not enabled" in bare.psight("disable")
    assert bare.pth.read_text() == "# mine\n"


def test_a_place_that_cannot_be_written_is_told(bare):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    bare.packages.chmod(0o555)
    try:
        assert "cannot be written: Permission denied" in bare.psight("enable", 1)
    finally:
        bare.packages.chmod(0o755)


def test_the_ways_programs_import_it_all_lead_to_the_same(both):
    both.psight("enable")
    code = """
import psutil, psight, psutil._common, psutil._pslinux as linux, pickle, importlib
from psutil import Process, NoSuchProcess as N
from psutil._common import bytes2human, sdiskusage
from psutil import _psplatform, _psposix
assert psutil is psight and psutil._common is psight._common and linux is _psplatform
assert importlib.import_module("psutil") is psight and __import__("psutil._common") is psight
assert importlib.util.find_spec("psutil") is not None
assert psight.__spec__.name == "psight", psight.__spec__
assert N is psight.NoSuchProcess and bytes2human(2048) == "2.0K"
assert type(pickle.loads(pickle.dumps(N(7)))) is N
assert Process() == psight.Process()
try:
    import psutil.tests
except ModuleNotFoundError as error:
    print(error)
import sys
print(sorted(name for name in sys.modules if name.startswith("psutil")))
"""
    names = "['psutil', 'psutil._common', 'psutil._pslinux']"
    assert both.run(code) == f"No module named 'psutil.tests'\n{names}"


def test_what_importlib_finds_is_psutil_s_package(both):
    both.psight("enable")
    code = """
from importlib.util import find_spec
spec = find_spec("psutil")
import psight, os
assert spec.origin == psight.__file__ and os.path.dirname(spec.origin) in spec.submodule_search_locations
assert find_spec("psutil._common") and find_spec("psutil.nonsense") is None
import psutil, psutil._psutil_linux as extension
assert extension.getpagesize() and not {"dropin", "pypsutil"} & set(dir(psutil))
"""
    both.run(code)


def test_a_module_that_is_loaded_when_it_is_looked_at_first_is_psutil(both):
    both.psight("enable")
    code = """
import sys
from importlib.util import LazyLoader, find_spec, module_from_spec
spec = find_spec("psutil")
lazy = module_from_spec(spec)
sys.modules["psutil"] = lazy
LazyLoader(spec.loader).exec_module(lazy)
import psutil, psight
assert psutil is lazy and psutil.Process is psight.Process and psutil.RLIMIT_NOFILE and psutil.Popen
from psutil import _common, NoSuchProcess
psutil.PROCFS_PATH = "/nowhere"
try:
    psight.boot_time()
except OSError as error:
    print(error.filename)
"""
    assert both.run(code) == "/nowhere/stat"


def test_a_module_that_is_loaded_by_hand_is_psutil(both):
    both.psight("enable")
    code = """
import sys
from importlib.util import find_spec, module_from_spec
spec = find_spec("psutil")
module = sys.modules["psutil"] = module_from_spec(spec)
spec.loader.exec_module(module)
import psight
assert module.Process is psight.Process and module.Popen and module.virtual_memory().total
"""
    both.run(code)


@pytest.mark.parametrize("first", ["", "import psutil"])
def test_a_copy_of_psutil_remembers_apart(both, first):
    both.psight("enable")
    code = f"""
{first}
import threading
from importlib.util import find_spec, module_from_spec
def copy():
    spec = find_spec("psutil")
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
copies = [copy(), copy()]
import psutil
copies += [copy(), psutil]
for one in copies:
    assert one.cpu_percent() >= 0 and one.Process is psutil.Process and one.Popen and one.virtual_memory().total
    assert one.NoSuchProcess is psutil.NoSuchProcess and one.RLIMIT_NOFILE and one._common
memories = [one._last_cpu_times for one in copies]
assert len(set(map(id, memories))) == 4 and all(threading.get_ident() in memory for memory in memories)
seen = dict(memories[3])
copies[0].cpu_percent()
assert memories[3] == seen != memories[0]
"""
    both.run(code)


def test_reload_brings_back_what_was_replaced(both):
    both.psight("enable")
    code = """
import importlib, psutil
import psutil._common
process, names, cat = psutil.Process, psutil.__all__, psutil._common.cat
psutil.Process = None
del psutil.boot_time
assert not hasattr(psutil, "boot_time") and psutil.socket
assert importlib.reload(psutil) is psutil and psutil.__all__ == names
importlib.reload(psutil._common)
try:
    cat("/not/there")
except FileNotFoundError:
    pass
else:
    raise AssertionError
assert psutil.Process is process and psutil.boot_time() and psutil.Process() == process()
"""
    both.run(code)


# What may be sent to another Python, and what the other makes of it.
PICKLED = """
import os, pickle, psutil, sys
def answers():
    child = psutil.Popen([sys.executable, "-c", "input()"], stdin=-1)
    child.kill()
    yield from (child.wait(), psutil.virtual_memory(), psutil.cpu_times(), psutil.net_if_addrs(), psutil.cpu_count)
    yield from (psutil.Process().memory_info(), psutil.Process().ionice(), psutil.Process().uids(), psutil.Process)
    yield from (psutil.AF_LINK, psutil.NIC_DUPLEX_FULL, psutil.POWER_TIME_UNKNOWN, psutil.disk_usage("/"), psutil.pids)
    yield from (psutil.NoSuchProcess(1), psutil.AccessDenied(1, "n", "m"), psutil.TimeoutExpired(3), psutil.ZombieProcess(1))
    yield psutil.Error
print(pickle.dumps(list(answers())).hex())
"""
LOADED = "import pickle, sys; print(pickle.loads(bytes.fromhex(sys.argv[1])))"


def test_what_is_pickled_is_psutil_s_where_the_drop_in_is_enabled(both):
    both.psight("enable")
    pickled = both.run(PICKLED)
    assert b"psight" not in bytes.fromhex(pickled)
    # Neither the one nor the other psutil minds by which of them it was made.
    for text in (pickled, both.run(PICKLED, PSIGHT_DROPIN="0")):
        for switch in ("0", "1"):
            done = both.call("-c", LOADED, text, PSIGHT_DROPIN=switch)
            assert done.returncode == 0 and "svmem(total=" in done.stdout, done.stderr


def test_the_module_itself_can_be_pickled(both):
    # As cloudpickle does it with a function that uses the module: for Dask, Ray, Spark and joblib.
    dumped = "import pickle, {0} as module; print(pickle.dumps(module).hex())"
    loaded = LOADED.replace("print(", "loaded = ")[:-1] + "; print(loaded.__name__, loaded.Process().pid > 0)"
    for name in ("psight", "psight.pypsutil"):
        text = both.run(dumped.format(name))
        assert both.run(loaded.replace("sys.argv[1]", repr(text))) == f"{name} True"
    both.psight("enable")
    assert b"psight" not in bytes.fromhex(both.run(dumped.format("pypsutil")))
    text = both.run(dumped.format("psutil"))
    for switch, name in (("1", "psight"), ("0", "psutil")):
        assert both.run(loaded.replace("sys.argv[1]", repr(text)), PSIGHT_DROPIN=switch) == f"{name} True"


def test_what_is_pickled_elsewhere_needs_psight_alone(bare):
    code = PICKLED.replace("psutil, sys", "psight as psutil, sys").replace(", psutil.Process)", ")")
    code = code.replace("    yield psutil.Error\n", "")
    assert "svmem(total=" in bare.call("-c", LOADED, bare.run(code)).stdout
    # An installed drop-in is no matter of whoever loads it.
    installed = "import psight; psight.install()" + code.replace("psight as psutil", "psutil")
    assert "svmem(total=" in bare.call("-c", LOADED, bare.run(installed)).stdout


def test_pypsutil_is_answered_for_too(bare):
    bare.psight("enable")
    code = """
import pypsutil, psight.pypsutil, os
from pypsutil import Process
assert pypsutil is psight.pypsutil and Process().pid == os.getpid()
"""
    bare.run(code)


def test_install_works_in_one_process_and_uninstall_undoes_it(both):
    code = """
import psutil as first
import psutil._common
import psight
assert first is not psight
psight.install(); psight.install()
import psutil, psutil._common, sys
assert psutil is psight and psutil._common is psight._common
psight.uninstall()
import psutil, psutil._common
assert psutil.__name__ == "psutil" and psutil is not psight and psutil._common is not psight._common
assert psutil.pids() and not [f for f in sys.meta_path if "psight" in type(f).__module__]
psight.uninstall()
"""
    both.run(code)


def test_a_variable_leaves_it_out_of_a_process(both):
    both.psight("enable")
    assert both.run(WHAT, PSIGHT_DROPIN="0") == "psutil 7.2.2"
    assert "PSIGHT_DROPIN=0 is set" in both.psight("status", 1, PSIGHT_DROPIN="0")


def test_after_an_uninstalled_psight_the_real_one_is_found_without_a_word(both):
    both.psight("enable")
    shutil.rmtree(both.packages / "psight")
    assert both.run(WHAT) == "psutil 7.2.2"
    assert both.run("import json; print(json.dumps(1))") == "1"


def test_a_python_that_never_imports_psutil_imports_nothing_of_ours(bare):
    bare.psight("enable")
    code = "import sys, json; print(json.dumps([name for name in sys.modules if 'psight' in name]))"
    assert json.loads(bare.run(code)) == []


def test_it_is_live_in_threads_and_children_of_the_process(both):
    both.psight("enable")
    code = """
import concurrent.futures, os, subprocess, sys
def name(_):
    import psutil
    return psutil.__name__
with concurrent.futures.ThreadPoolExecutor(8) as pool:
    assert set(pool.map(name, range(64))) == {"psight"}
print(subprocess.check_output([sys.executable, "-c", "import psutil; print(psutil.__name__)"], text=True))
"""
    assert both.run(code) == "psight"


def test_isolated_python_reads_it_too_and_dash_s_does_not(both):
    both.psight("enable")
    assert both.run(WHAT, "-I") == "psight 7.2.2"
    assert both.call("-S", "-c", "import psutil").returncode == 1


def test_a_wrong_command_is_refused(bare):
    assert "no command 'nonsense'" in bare.psight("nonsense", 2)
