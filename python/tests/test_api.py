"""What can be seen of psight's API is what can be seen of psutil 7.2.2's, and no import costs more than it must."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from unittest import mock

import pytest

import psight

#: What psutil's 8.0 adds, and this package has already.
LATER = {
    "BatteryTime",
    "ConnectionStatus",
    "NicDuplex",
    "ProcessIOPriority",
    "ProcessRlimit",
    "ProcessStatus",
    "STATUS_SUSPENDED",
    "STATUS_WAKE_KILL",
    "bytes2human",
}
LATER_METHODS = {"attrs", "memory_footprint", "memory_info_ex", "page_faults"}


def python(*words, **variables):
    environ = {**os.environ, "PSIGHT_DROPIN": "0", **variables}
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, env=environ)


def described(name):
    done = python(str(Path(__file__).with_name("describe_api.py")), name)
    if "No module named 'psutil'" in done.stderr:
        pytest.skip("no real psutil is installed beside")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def real():
    found = described("psutil")
    assert found["constants"]["version_info"][0] == "(7, 2, 2)"
    return found


@pytest.fixture(scope="module")
def ours():
    return described("psight")


def test_the_public_names_are_psutils_and_those_of_its_next_version(real, ours):
    assert set(ours["all"]) - set(real["all"]) == LATER
    assert set(real["all"]) - set(ours["all"]) == set()


def test_dir_has_what_psutils_dir_has(real, ours):
    assert set(ours["dir"]) - set(real["dir"]) <= LATER
    # Its modules are there, and are not imported for a list.
    missing = set(real["dir"]) - set(ours["dir"])
    assert all(hasattr(psight, name) for name in missing), missing
    assert not missing & set(real["all"])


def test_functions_have_psutils_signatures(real, ours):
    assert {name: ours["functions"][name] for name in real["functions"]} == real["functions"]


def test_the_same_functions_have_caches_to_clear(real, ours):
    assert ours["caches"] == real["caches"]


def test_constants_have_psutils_values_and_types(real, ours):
    assert {name: ours["constants"][name] for name in real["constants"]} == real["constants"]


def test_methods_have_psutils_signatures(real, ours):
    assert {name: ours["methods"][name] for name in real["methods"]} == real["methods"]
    assert set(ours["methods"]) - set(real["methods"]) <= LATER_METHODS


def test_popen_has_the_same_names(real, ours):
    assert set(ours["popen"]) - set(real["popen"]) <= LATER_METHODS
    assert set(real["popen"]) <= set(ours["popen"])


def test_classes_have_psutils_bases(real, ours):
    assert {name: ours["bases"][name] for name in real["bases"]} == real["bases"]


def test_exceptions_look_and_pickle_as_psutils(real, ours):
    for name, samples in real["exceptions"].items():
        assert ours["exceptions"][name] == samples, name


def test_tuples_are_psutils(real, ours):
    for name, shape in real["tuples"].items():
        assert ours["tuples"][name] == shape, name


def test_wrong_arguments_raise_what_psutil_raises(real, ours):
    # Where psutil lets Python convert an argument, older versions say the same in other words.
    told = 2 if sys.version_info >= (3, 10) else 1
    pairs = zip(real["errors"], ours["errors"])
    differences = [pair for pair in pairs if pair[0][:told] != pair[1][:told]]
    assert differences == []


def test_everything_is_documented(ours):
    assert ours["undocumented"] == []


def test_star_imports_all_of_it():
    done = python("-c", "from psight import *; print(Process, AF_LINK, Popen, virtual_memory)")
    assert done.returncode == 0, done.stderr


def test_what_other_systems_have_is_refused_with_their_name():
    with pytest.raises(AttributeError, match="only Windows has it"):
        psight.win_service_iter
    with pytest.raises(AttributeError, match="'Process' object has no attribute 'num_handles'"):
        psight.Process().num_handles()
    with pytest.raises(AttributeError, match="only FreeBSD has it"):
        psight.RLIMIT_SWAP
    with pytest.raises(AttributeError, match="module 'psight' has no attribute 'nonsense'$"):
        psight.nonsense
    assert not hasattr(psight, "win_service_get")


def test_words_of_the_next_version_equal_the_text_of_this_one():
    assert psight.ProcessStatus("idle") == psight.STATUS_IDLE == "idle"
    assert str(psight.ConnectionStatus.CONN_LISTEN) == "LISTEN"
    assert psight.ProcessRlimit.RLIMIT_NOFILE == psight.RLIMIT_NOFILE
    assert type(psight.STATUS_IDLE) is str
    assert psight.Process.attrs >= {"pid", "name", "page_faults"}
    assert psight.bytes2human(10000) == "9.8K"


def test_private_names_that_programs_use():
    common, first = psight._common, psight.Process()
    assert common.bytes2human(100001221) == "95.4M"
    assert common.usage_percent(1, 3, round_=1) == 33.3 and common.usage_percent(1, 0) == 0.0
    assert common.sdiskusage is type(psight.disk_usage("/"))
    assert psight._psplatform is psight._pslinux and psight._psposix.pid_exists(1)
    assert psight._TOTAL_PHYMEM == psight.virtual_memory().total
    assert psight._LOWEST_PID == psight.pids()[0]
    assert isinstance(psight._timer(), float)
    list(psight.process_iter())
    assert psight._pmap[first.pid] == first
    assert psight._ntuples.pmem is type(first.memory_info())


def test_more_private_names_that_programs_use():
    first = psight.Process()
    assert psight._as_dict_attrnames == set(first.as_dict())
    assert psight._ppid_map()[os.getpid()] == os.getppid()
    now = time.time()
    assert [len(psight._pprint_secs(now - ago)) for ago in (0, 86_300, 86_500)] == [8, 8, 19]
    before, after = psight.cpu_times(), psight.cpu_times()
    deltas = psight._cpu_times_deltas(before, after)
    assert type(deltas) is type(after) and psight._cpu_tot_time(deltas) >= 0
    assert psight._cpu_times_deltas(after._replace(user=after.user + 1), after).user == 0
    psight.cpu_percent()
    assert threading.get_ident() in psight._last_cpu_times


def test_what_subclasses_use_of_a_process():
    class Mine(psight.Process):
        @contextlib.contextmanager
        def oneshot(self):
            with self._lock, super().oneshot():
                self.cmdline.cache_activate(self)
                try:
                    yield
                finally:
                    self.cmdline.cache_deactivate(self)

        @psight._common.memoize_when_activated
        def cmdline(self):
            return super().cmdline()

    process = Mine()
    with process.oneshot():
        assert process.cmdline() is process.cmdline()
        with process.oneshot():
            assert repr(process.as_dict()["cmdline"]) in (repr(psight.Process().cmdline()), "None")
    assert process.cmdline() is not process.cmdline()
    assert process._lock is process._lock and process._proc.pid == process.pid == os.getpid()
    process._raise_if_pid_reused()
    assert process._proc.name() == process.name() and process._proc._procfs_path == psight.PROCFS_PATH
    assert process._proc.create_time(monotonic=True) == process._get_ident()[1]
    assert process._proc.create_time() == process.create_time() and process._proc.nice_get() == process.nice()
    assert 0 in process._proc._get_eligible_cpus()
    process.cpu_times.cache_activate(process)
    assert process.cpu_times() == process.cpu_times()
    process.cpu_times.cache_deactivate(process)
    with psight.Popen(["true"]) as program:
        assert program._lock is program._lock and program._proc.pid == program.pid


def test_what_is_beneath_a_process_can_be_asked_and_replaced():
    beneath = psight._psplatform.Process
    assert beneath is psight._pslinux.Process
    nobody = beneath(2**22 + 1)
    with pytest.raises(psight.NoSuchProcess):
        nobody.name()
    mine = beneath(os.getpid())
    assert mine.pid == os.getpid() and mine.exe() == psight.Process().exe() and mine.nice_get() == os.nice(0)
    with mock.patch("psight._psplatform.Process.cmdline", return_value=["patched"]):
        assert psight.Process().cmdline() == ["patched"]
    with mock.patch("psight._psplatform.Process._of_another_version", create=True):
        assert not hasattr(psight.Process, "_of_another_version")
    assert psight.Process().cmdline() != ["patched"]


def test_what_the_extension_of_psutil_answers():
    extension = psight._psplatform.cext
    assert extension is psight._psutil_linux and extension.version == 722
    assert extension.getpagesize() == os.sysconf("SC_PAGE_SIZE")
    assert extension.linux_sysinfo()[0] == psight.virtual_memory().total
    assert extension.proc_cpu_affinity_get(os.getpid()) == sorted(os.sched_getaffinity(0))
    assert extension.proc_priority_get(os.getpid()) == os.nice(0)
    extension.proc_ioprio_set(os.getpid(), *extension.proc_ioprio_get(os.getpid()))
    extension.check_pid_range(2**31 - 1)
    with pytest.raises(OverflowError):
        extension.check_pid_range(2**31)
    assert extension.RLIMIT_NOFILE == psight.RLIMIT_NOFILE and not hasattr(extension, "nonsense")


def test_what_the_extension_of_psutil_answers_is_what_ours_does():
    code = f"""
import json, psutil._psutil_linux as extension
with open("/proc/self/mounts") as file:
    mounts = file.read()
names = sorted({{row[0] for row in extension.net_if_addrs()}} & {{"lo"}})
told = [extension.disk_partitions("/proc/self/mounts"), sorted(map(repr, extension.net_if_addrs())), extension.users()]
for ask in ("flags", "is_running", "mtu", "duplex_speed"):
    told += [getattr(extension, "net_if_" + ask)(name) for name in names]
try:
    extension.net_if_mtu("no such")
except OSError as error:
    told.append(error.errno)
print(json.dumps(told))
"""
    theirs = python("-c", code)
    if "No module named" in theirs.stderr:
        pytest.skip("no real psutil is installed beside")
    ours = python("-c", f"import psight; psight.install(){code}")
    assert ours.stdout == theirs.stdout and theirs.stdout


def test_without_names_the_answers_are_those_of_this_version(real):
    process = psight.Process()
    assert sorted(process.as_dict()) == real["as_dict"] == sorted(process.as_dict([]))
    row = next(row for row in psight.process_iter([]) if row.pid == process.pid)
    assert sorted(row.info) == real["as_dict"]
    assert process.as_dict(["page_faults"]).keys() == {"page_faults"}


def test_numbers_that_wrap_go_on():
    wrap = psight._common.wrap_numbers
    wrap.cache_clear()
    steps = [{"sda": (5, 5)}, {"sda": (7, 1)}, {"sda": (8, 2)}, {"sdb": (1, 1)}, {"sda": (1, 1), "sdb": (0, 2)}]
    assert [wrap(step, "test") for step in steps] == [
        {"sda": (5, 5)},
        {"sda": (7, 6)},
        {"sda": (8, 7)},
        {"sdb": (1, 1)},
        {"sda": (1, 1), "sdb": (1, 2)},
    ]
    wrap.cache_clear("test")
    assert "test" not in wrap.cache_info()[0]


def test_a_process_that_never_was_can_be_made_on_purpose():
    made = psight.Process.__new__(psight.Process)
    made._init(2**22 + 1, True)
    assert made._gone and not made.is_running()
    made._ident, made._gone = psight.Process()._ident, False
    assert made == psight.Process()


def test_debug_messages_go_to_stderr_if_they_are_wanted():
    code = "import psight; psight._common.debug(OSError(2, 'x')); psight._set_debug({}); psight._common.debug('now')"
    assert python("-c", code.format(True), PSUTIL_DEBUG="").stderr.startswith("psutil-debug [<string>:1]> now")
    assert "ignoring [Errno 2] x" in python("-c", code.format(False), PSUTIL_DEBUG="1").stderr
    assert python("-c", code.format(False), PSUTIL_DEBUG="").stderr == ""


def test_the_import_brings_little_with_it():
    folder = str(Path(psight.__file__).parent.parent)
    # Every Python has imported these when it has started, if it was not told to leave its site out.
    code = f"import sys, os, codecs; before = set(sys.modules); sys.path.append({folder!r}); import psight; "
    done = python("-I", "-S", "-c", code + "print(*sorted(set(sys.modules) - before))")
    assert done.returncode == 0, done.stderr
    # What is built into the interpreter costs nothing.
    brought = set(done.stdout.split()) - set(sys.builtin_module_names)
    assert all(name.startswith("psight") for name in brought), brought


def test_every_interpreter_of_a_process_has_its_own():
    code = """
try:
    from concurrent import interpreters
    make, run = interpreters.create, lambda one, code: one.exec(code)
except ImportError:
    try:
        import _interpreters as interpreters
    except ImportError:
        import _xxsubinterpreters as interpreters
    def run(one, code):
        problem = interpreters.run_string(one, code)
        assert problem is None, problem.formatted
    make = interpreters.create
import psight
psight.PROCFS_PATH = "/nonexistent"
for _ in range(3):
    run(make(), '''
import psight, os
assert psight.Process().pid == os.getpid()
assert psight.virtual_memory().total > 0
assert any(p.pid == os.getpid() for p in psight.process_iter(["name", "memory_info"]))
try:
    psight.Process(2**22 + 1)
except psight.NoSuchProcess:
    pass
''')
psight.PROCFS_PATH = "/proc"
assert psight.cpu_times().user > 0
print("all answered")
"""
    done = python("-c", code)
    assert done.stdout == "all answered\n", done.stderr


def test_it_answers_after_a_fork_and_in_threads():
    code = """
import os, threading, psight
def ask():
    for _ in range(20):
        assert psight.Process(os.getpid()).name()
        assert psight.pids() and psight.virtual_memory().total
threads = [threading.Thread(target=ask) for _ in range(8)]
[t.start() for t in threads]
if os.fork() == 0:
    assert psight.Process().pid == os.getpid()
    os._exit(0)
[t.join() for t in threads]
assert os.wait()[1] == 0
"""
    done = python("-W", "ignore", "-c", code)
    assert done.returncode == 0, done.stderr


def test_the_names_of_the_module_are_all_of_them():
    code = """
import sys, psight
assert not {"subprocess", "socket", "enum", "resource"} & set(sys.modules)
names = vars(psight)
assert names is psight.__dict__ and set(psight.__all__) <= set(names), set(psight.__all__) - set(names)
assert len([name for name in names if name.startswith("RLIMIT_")]) == 16 and names["Popen"] is psight.Popen
names["anything"] = 5
assert psight.anything == 5
"""
    done = python("-I", "-S", "-c", f"import sys; sys.path.insert(0, {os.path.dirname(psight.__path__[0])!r}){code}")
    assert done.returncode == 0, done.stderr


def test_tools_that_pack_programs_see_every_module(tmp_path):
    from modulefinder import ModuleFinder
    from pkgutil import iter_modules

    program = tmp_path / "program.py"
    program.write_text("import psight")
    package = Path(psight.__file__).parent
    finder = ModuleFinder([str(package.parent)])
    finder.run_script(str(program))
    # These are imported by whoever wants them.
    apart = {"__main__", "_doctor", "pypsutil"}
    names = {name for _, name, _ in iter_modules([str(package)])} - apart
    assert not {f"psight.{name}" for name in names}.difference(finder.modules)
    assert psight._MODULES.issubset({*finder.modules, *finder.any_missing()})
