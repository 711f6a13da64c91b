"""What is told of a process whose files are odd, missing or forbidden.

psutil's own tests check this by replacing Python's `open` and its own functions, which no compiled core would notice.
Here the files are written into folders, or the processes are made.
"""

import errno
import os
import pickle
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from unittest import mock

import pytest
from fakes import machine  # noqa: F401

import psight

TICKS = os.sysconf("SC_CLK_TCK")
NOBODY = 65534


@pytest.fixture
def sleeper():
    """A child that sleeps."""
    child = subprocess.Popen(["sleep", "60"])
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.fixture
def zombie():
    """A child that has ended and was not waited for."""
    child = subprocess.Popen(["sleep", "0"])
    # Does not take the zombie away.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        yield child
    finally:
        child.wait()


def as_nobody(work):
    """Return what `work` returns, or the error that it raises, as an ordinary user: in a child if this is root."""
    if os.getuid() != 0:
        try:
            return work()
        except Exception as error:
            return error
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            try:
                answer = work()
            except Exception as error:
                answer = error
            os.write(write, pickle.dumps(answer))
            code = 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return pickle.loads(answer)


# --- stat and status


def test_every_number_of_stat_has_its_place(machine):
    machine.look_at_proc()
    process = machine.process(state="Z", start=6)
    assert process.name() == "cat"
    assert process.status() == psight.STATUS_ZOMBIE
    assert process.ppid() == 1
    assert process.create_time() == 6 / TICKS + 1000000000
    cpu = process.cpu_times()
    assert (cpu.user, cpu.system) == (2 / TICKS, 3 / TICKS)
    assert (cpu.children_user, cpu.children_system) == (4 / TICKS, 5 / TICKS)
    assert cpu.iowait == 7 / TICKS
    assert process.cpu_num() == 6


def test_a_name_with_brackets_is_kept_whole(machine):
    machine.look_at_proc()
    assert machine.process(name="a) (b) c").name() == "a) (b) c"


def test_every_line_of_status_has_its_place(machine):
    machine.look_at_proc()
    process = machine.process(threads=66)
    machine.write(
        "proc/42/status",
        b"Name:\tcat\nState:\tS (sleeping)\nTgid:\t42\nPid:\t42\nPPid:\t1\n"
        b"Uid:\t1000\t1001\t1002\t1003\nGid:\t1004\t1005\t1006\t1007\nThreads:\t66\nCpus_allowed:\tf\n"
        b"Cpus_allowed_list:\t0-7\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t13\n",
    )
    assert process.num_ctx_switches() == (12, 13)
    assert process.num_threads() == 66
    assert process.uids() == (1000, 1001, 1002)
    assert process.gids() == (1004, 1005, 1006)


def test_a_terminal_that_has_no_file_is_none(machine):
    machine.look_at_proc()
    assert machine.process(tty=0x7FFF00).terminal() is None


def test_the_start_does_not_follow_the_clock():
    process = psight.Process()
    assert process._get_ident()[1] != process.create_time()
    assert process._get_ident() == psight.Process()._get_ident()


def test_a_pid_whose_status_is_odd_is_looked_for_among_all(machine):
    machine.look_at_proc()
    machine.process()
    machine.write("proc/42/status", b"")
    assert psight.pid_exists(42)
    assert not psight.pid_exists(43)


def test_the_number_of_a_thread_is_no_pid(machine):
    machine.look_at_proc()
    machine.process()
    machine.write("proc/43/status", "Tgid:\t42\nPid:\t43\n")
    assert not psight.pid_exists(43)


# --- name, command line, environment, paths


@pytest.mark.parametrize(
    ("bytes", "words"),
    [
        (b"foo\0bar\0", ["foo", "bar"]),
        (b"foo\0bar\0\0", ["foo", "bar", ""]),
        (b"foo bar ", ["foo", "bar"]),
        (b"foo bar  ", ["foo", "bar", ""]),
        (b"foo bar\0", ["foo", "bar"]),
        (b"", []),
        (b"\xff\0", ["\udcff"]),
    ],
)
def test_a_command_line_is_split_as_its_process_wrote_it(machine, bytes, words):
    machine.look_at_proc()
    process = machine.process()
    machine.write("proc/42/cmdline", bytes)
    assert process.cmdline() == words


def test_a_cut_name_is_completed_from_the_command_line(machine):
    machine.look_at_proc()
    process = machine.process(name="long-program-na")
    machine.write("proc/42/cmdline", b"/usr/bin/long-program-name\0-v\0")
    assert process.name() == "long-program-name"


def test_another_command_line_does_not_complete_a_name(machine):
    machine.look_at_proc()
    process = machine.process(name="long-program-na")
    machine.write("proc/42/cmdline", b"/usr/bin/something-else\0")
    assert process.name() == "long-program-na"


def test_a_cut_name_stays_cut_where_the_command_line_is_forbidden(machine):
    machine.look_at_proc()
    machine.process(name="long-program-na")
    machine.write("proc/42/cmdline", b"/usr/bin/long-program-name\0").chmod(0)
    machine.open_to_all()
    assert as_nobody(lambda: psight.Process(42).name()) == "long-program-na"


def test_a_cut_name_of_a_process_that_went_is_no_such_process(machine):
    machine.look_at_proc()
    process = machine.process(name="long-program-na")
    for file in (machine.root / "proc/42").iterdir():
        file.unlink()
    (machine.root / "proc/42").rmdir()
    with pytest.raises(psight.NoSuchProcess):
        process.name()


def test_the_environment_ends_where_its_block_does(machine):
    machine.look_at_proc()
    process = machine.process()
    machine.write("proc/42/environ", b"a=1\0b=2\0c\0=d\0e=f=g\0h=cut")
    assert process.environ() == {"a": "1", "b": "2", "e": "f=g"}
    machine.write("proc/42/environ", b"a=1\0b=2\0\0c=3\0")
    assert process.environ() == {"a": "1", "b": "2"}


def test_paths_lose_what_the_kernel_adds(machine):
    machine.look_at_proc()
    process = machine.process()
    machine.link("proc/42/exe", "/psight/never/was (deleted)")
    machine.link("proc/42/cwd", "/psight/nor/this (deleted)")
    assert process.exe() == "/psight/never/was"
    assert process.cwd() == "/psight/nor/this"


def test_a_path_that_ends_so_is_left_alone(machine, tmp_path):
    machine.look_at_proc()
    odd = tmp_path / "is here (deleted)"
    odd.write_text("")
    process = machine.process()
    machine.link("proc/42/exe", str(odd))
    assert process.exe() == str(odd)


def test_links_that_are_missing_are_empty(machine):
    machine.look_at_proc()
    process = machine.process()
    assert process.exe() == ""
    assert process.cwd() == ""


def test_a_missing_program_is_guessed_from_the_command_line(machine):
    machine.look_at_proc()
    process = machine.process()
    machine.write("proc/42/cmdline", os.fsencode(sys.executable) + b"\0")
    assert process.exe() == sys.executable


def test_a_user_without_a_name_is_a_number(machine):
    machine.look_at_proc()
    process = machine.process()
    machine.write("proc/42/status", b"Name:\tcat\nTgid:\t42\nUid:\t987654\t0\t0\t0\nGid:\t0\t0\t0\t0\n")
    assert process.username() == "987654"


# --- memory

SMAPS = b"""\
fffff0-fffff1 r-xp 00000000 00:00 0                  [vsyscall]
Size:                  1 kB
Rss:                   2 kB
Pss:                   3 kB
Shared_Clean:          4 kB
Shared_Dirty:          5 kB
Private_Clean:         6 kB
Private_Dirty:         7 kB
Referenced:            8 kB
Anonymous:             9 kB
Shared_Hugetlb:        13 kB
Private_Hugetlb:       14 kB
Swap:                  15 kB
SwapPss:               16 kB
VmFlags: rd ex
"""


def test_private_pages_are_added_up(machine):
    machine.look_at_proc()
    process = machine.process()
    machine.write("proc/42/smaps", SMAPS)
    memory = process.memory_full_info()
    assert memory.uss == (6 + 7 + 14) * 1024
    assert memory.pss == 3 * 1024
    assert memory.swap == 15 * 1024


def test_the_footprint_is_the_sum_of_the_mappings(sleeper):
    process = psight.Process(sleeper.pid)
    deadline = time.monotonic() + 10
    while True:
        memory, maps = process.memory_full_info(), process.memory_maps(grouped=False)
        private = sum(each.private_clean + each.private_dirty for each in maps)
        sums = (private, sum(each.pss for each in maps), sum(each.swap for each in maps))
        # Each mapping rounds its share down to KiB.
        if all(abs(a - b) < 1024 * len(maps) for a, b in zip(memory[-3:], sums)):
            return
        assert time.monotonic() < deadline, (memory, sums)


def test_mappings_that_are_missing_are_no_missing_process(machine):
    machine.look_at_proc()
    process = machine.process()
    with pytest.raises(FileNotFoundError):
        process.memory_maps()


def test_what_a_kernel_does_not_tell_of_a_mapping_is_zero(machine):
    machine.look_at_proc()
    process = machine.process()
    machine.write("proc/42/smaps", "08048000-080ef000 r-xp 00000000 03:00 1 /bin/cat\nSize: 668 kB\nRss: 640 kB")
    for maps in (process.memory_maps(), process.memory_maps(grouped=False)):
        assert (maps[0].path, maps[0].rss, maps[0].pss, maps[0].anonymous) == ("/bin/cat", 655360, 0, 0)


def test_memory_of_a_process_that_went_is_no_such_process(machine):
    machine.look_at_proc()
    process = machine.process()
    for file in (machine.root / "proc/42").iterdir():
        file.unlink()
    (machine.root / "proc/42").rmdir()
    with pytest.raises(psight.NoSuchProcess):
        process.memory_info()


# --- files, sockets, threads


def test_a_file_that_is_closed_meanwhile_is_left_out(machine, tmp_path):
    machine.look_at_proc()
    process = machine.process()
    file = tmp_path / "file"
    file.write_text("")
    machine.link("proc/42/fd/3", str(file))
    machine.link("proc/42/fd/4", str(file))
    # The kernel has no fdinfo of 3 any more.
    machine.write("proc/42/fdinfo/4", "pos:\t5\nflags:\t0100002\n")
    assert [(each.fd, each.path, each.mode) for each in process.open_files()] == [(4, str(file), "r+")]


def test_descriptors_that_are_no_links_are_left_out(machine):
    machine.look_at_proc()
    process = machine.process()
    # readlink(2) says EINVAL, as it does for some descriptors that are going.
    machine.write("proc/42/fd/3", b"")
    machine.write("proc/42/fdinfo/3", "pos:\t0\nflags:\t0\n")
    assert process.open_files() == []
    for name in ("tcp", "udp", "tcp6", "udp6", "unix"):
        machine.write(f"proc/42/net/{name}", "head\n")
        machine.write(f"proc/net/{name}", "head\n")
    assert process.net_connections("all") == []


def test_a_path_that_is_too_long_is_left_out(tmp_path):
    code = f"""
import os, sys
os.chdir({str(tmp_path)!r})
for _ in range(20):
    os.mkdir("d" * 250)
    os.chdir("d" * 250)
file = open("file", "w")
import psight
assert psight.Process().open_files() == [], psight.Process().open_files()
assert psight.Process().net_connections() == []
"""
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True)


def environment():
    """An environment in which another interpreter finds this psight."""
    home = os.path.dirname(os.path.dirname(psight.__file__))
    path = os.pathsep.join([home, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**os.environ, "PYTHONPATH": path}


def test_threads_that_end_meanwhile_are_left_out(machine):
    machine.look_at_proc()
    process = machine.process()
    (machine.root / "proc/42/task/42").mkdir(parents=True)
    (machine.root / "proc/42/task/43").mkdir(parents=True)
    stat = (machine.root / "proc/42/stat").read_text()
    machine.write("proc/42/task/42/stat", stat)
    assert process.threads() == [(42, 2 / TICKS, 3 / TICKS)]
    (machine.root / "proc/42/task/42/stat").unlink()
    assert process.threads() == []


def test_threads_that_are_forbidden_are_denied(machine):
    machine.look_at_proc()
    machine.process()
    stat = (machine.root / "proc/42/stat").read_text()
    machine.write("proc/42/task/42/stat", stat).chmod(0)
    machine.open_to_all()
    error = as_nobody(lambda: psight.Process(42).threads())
    assert isinstance(error, psight.AccessDenied)
    assert error.pid == 42


# --- limits and settings


def test_a_zombie_has_no_limits_or_tells_them(zombie):
    process = psight.Process(zombie.pid)
    name = process.name()
    try:
        limits = process.rlimit(resource.RLIMIT_NOFILE)
    except psight.ZombieProcess as error:
        # Some kernels refuse.
        assert (error.pid, error.name) == (zombie.pid, name)
    else:
        assert len(limits) == 2


def test_cpus_that_may_be_had_are_those_of_status(sleeper):
    process = psight.Process(sleeper.pid)
    before = process.cpu_affinity()
    process.cpu_affinity(before[:1])
    assert process.cpu_affinity() == before[:1]
    process.cpu_affinity([])
    assert process.cpu_affinity() == before


# The kernel looks at three bits: 99 is the idle class to it, as psutil has it too (test_bad_input), and 100 is none.
@pytest.mark.parametrize("bad", [-1, 100])
def test_a_bad_class_of_io_is_an_error_of_the_system(sleeper, bad):
    with pytest.raises(OSError) as caught:
        psight.Process(sleeper.pid).ionice(bad)
    assert caught.value.errno == errno.EINVAL


# --- identity


def test_a_pid_that_is_no_pid():
    with pytest.raises(psight.NoSuchProcess, match="process PID out of range"):
        psight.Process(2**128)
    with pytest.raises(ValueError, match="pid must be a positive integer"):
        psight.Process(-1)
    with pytest.raises(TypeError):
        psight.Process("1")


def test_a_start_that_is_forbidden_does_not_hinder(machine):
    machine.look_at_proc()
    machine.process()
    (machine.root / "proc/42/stat").chmod(0)
    machine.open_to_all()
    assert as_nobody(lambda: psight.Process(42).pid) == 42


def test_an_identity_that_a_program_sets_is_the_one_that_counts():
    process = psight.Process()
    process._ident = (process.pid, process._ident[1] + 100)
    assert not process.is_running()
    with pytest.raises(psight.NoSuchProcess, match="PID has been reused"):
        process.ppid()


@pytest.mark.parametrize("act", ["suspend", "resume", "terminate", "kill", "signal"])
def test_a_process_that_a_program_says_is_another_gets_no_signal(sleeper, act):
    process = psight.Process(sleeper.pid)
    process._ident = (process.pid, process._ident[1] + 100)
    with pytest.raises(psight.NoSuchProcess, match="PID has been reused"):
        process.send_signal(0) if act == "signal" else getattr(process, act)()
    assert sleeper.poll() is None


def test_a_reused_pid_is_another_process(machine):
    machine.look_at_proc()
    process = machine.process(start=600)
    list(psight.process_iter())
    machine.process(start=700)
    again = psight.Process(42)
    assert process != again
    assert hash(process) != hash(again)
    assert not process.is_running()
    message = "process no longer exists and its PID has been reused"
    for ask in (
        process.ppid,
        process.parent,
        process.parents,
        process.children,
        process.kill,
        process.suspend,
        lambda: process.nice(0),
        lambda: process.ionice(psight.IOPRIO_CLASS_NONE, 0),
        lambda: process.rlimit(psight.RLIMIT_NOFILE, (1, 1)),
        lambda: process.cpu_affinity([0]),
    ):
        with pytest.raises(psight.NoSuchProcess, match=message):
            ask()
    assert "terminated + PID reused" in repr(process)
    assert [each for each in psight.process_iter() if each.pid == 42] == [again]


def test_a_process_has_the_attributes_of_the_iteration_whose_turn_it_is(sleeper):
    outer = psight.process_iter(["pid", "ppid"])
    first = next(outer)
    assert first.info.keys() == {"pid", "ppid"}
    inner = [process.info.keys() for process in psight.process_iter(["name"])]
    assert inner and all(names == {"name"} for names in inner)
    later = [process.info.keys() for process in outer]
    assert later and all(names == {"pid", "ppid"} for names in later)


def test_status_of_a_zombie_is_zombie(zombie):
    assert psight.Process(zombie.pid).status() == psight.STATUS_ZOMBIE
    assert psight.Process(zombie.pid).is_running()


def test_the_words_of_states_are_the_constants_themselves(machine):
    """Programs in the field compare with `is`, which is right as long as psutil answers."""
    words = {
        "R": psight.STATUS_RUNNING,
        "S": psight.STATUS_SLEEPING,
        "D": psight.STATUS_DISK_SLEEP,
        "T": psight.STATUS_STOPPED,
        "t": psight.STATUS_TRACING_STOP,
        "Z": psight.STATUS_ZOMBIE,
        "X": psight.STATUS_DEAD,
        "K": psight.STATUS_WAKE_KILL,
        "I": psight.STATUS_IDLE,
        "P": psight.STATUS_PARKED,
    }
    machine.look_at_proc()
    for pid, (letter, word) in enumerate(words.items(), 42):
        process = machine.process(pid=pid, state=letter)
        assert process.status() is word, letter
        assert process.as_dict(["status"])["status"] is word, letter
    for process, word in zip(psight.process_iter(["status"]), words.values()):
        assert process.info["status"] is word


def test_the_words_of_connections_are_the_constants_themselves():
    with socket.socket() as listening, socket.socket(type=socket.SOCK_DGRAM) as datagrams:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        datagrams.bind(("127.0.0.1", 0))
        ports = {listening.getsockname()[1]: psight.CONN_LISTEN, datagrams.getsockname()[1]: psight.CONN_NONE}
        for found in (psight.Process().net_connections(), psight.net_connections()):
            ours = [row for row in found if row.laddr and row.laddr.port in ports]
            assert len(ours) >= 2 and all(row.status is ports[row.laddr.port] for row in ours)


# --- signals and waiting


def test_a_signal_to_a_process_that_is_gone_or_not_ours():
    child = subprocess.Popen(["sleep", "60"])
    process = psight.Process(child.pid)
    child.kill()
    child.wait()
    with pytest.raises(psight.NoSuchProcess) as caught:
        process.send_signal(signal.SIGTERM)
    assert caught.value.pid == child.pid
    error = as_nobody(lambda: psight.Process(1).send_signal(0))
    assert isinstance(error, psight.AccessDenied)
    assert error.pid == 1


def test_waiting_works_without_a_descriptor_to_spare():
    code = """
import os, resource, subprocess, signal
import psight
child = subprocess.Popen(["sleep", "60"])
process = psight.Process(child.pid)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
fds = []
try:
    while True:
        fds.append(os.open("/", os.O_RDONLY))
except OSError:
    pass
try:
    process.wait(0.01)
except psight.TimeoutExpired:
    child.terminate()
print(process.wait(10))
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, text=True)
    assert done.stdout == "-15\n"


def test_processors_are_counted_without_a_descriptor_to_spare():
    code = """
import os, resource
import psight
before = psight.cpu_count()
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
try:
    while True:
        os.open("/", os.O_RDONLY)
except OSError:
    pass
print(psight.cpu_count() == min(before, len(os.sched_getaffinity(0))))
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, text=True)
    assert done.stdout == "True\n"


def test_a_child_that_was_waited_for_elsewhere_has_no_code():
    child = subprocess.Popen(["sleep", "60"])
    process = psight.Process(child.pid)
    child.kill()
    child.wait()
    assert process.wait(10) is None


def test_a_process_that_ends_while_it_is_waited_for():
    for _ in range(20):
        child = subprocess.Popen(["sleep", "0.001"])
        assert psight.Process(child.pid).wait(10) == 0
        child.returncode = 0


# --- oneshot, percentages


def test_oneshot_reads_once():
    process = psight.Process()
    with process.oneshot():
        before = process.cpu_times()
        end = time.process_time() + 0.05
        while time.process_time() < end:
            pass
        assert process.cpu_times() == before
        # One inside another changes nothing.
        with process.oneshot():
            assert process.cpu_times() == before
        assert process.cpu_times() == before
    assert process.cpu_times() != before


def test_a_percentage_needs_no_number_of_cpus():
    with mock.patch("psight.cpu_count", return_value=None):
        process = psight.Process()
        assert process.cpu_percent() == 0.0
        assert process.cpu_percent(0.01) >= 0.0


def test_an_extension_of_another_version_is_refused(tmp_path):
    package = tmp_path / "psight"
    shutil.copytree(os.path.dirname(psight.__file__), package, ignore=shutil.ignore_patterns("__pycache__"))
    init = package / "__init__.py"
    ours = f'psight_version = "{psight.psight_version}"'
    assert ours in init.read_text()
    init.write_text(init.read_text().replace(ours, 'psight_version = "0.0.0"'))
    command = [sys.executable, "-c", "import psight"]
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, env=env, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert "ImportError: version conflict" in done.stderr


def test_an_attribute_that_is_denied_is_the_value_for_that(machine):
    machine.look_at_proc()
    machine.process()
    machine.write("proc/42/io", "rchar: 1\n").chmod(0)
    machine.open_to_all()
    told = as_nobody(lambda: [p.info for p in psight.process_iter(["pid", "io_counters"], ad_value="no")])
    assert told == [{"pid": 42, "io_counters": "no"}]


def test_parents_end_at_the_one_that_may_not_be_looked_at(monkeypatch):
    parent = psight.Process.parent

    def only_ours(process):
        if process.pid != os.getpid():
            raise psight.AccessDenied(process.pid)
        return parent(process)

    monkeypatch.setattr(psight.Process, "parent", only_ours)
    assert [each.pid for each in psight.Process().parents()] == [os.getppid()]
