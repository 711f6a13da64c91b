"""What psight says is what psutil 7.2.2 says, function by function and process by process, on this very machine."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
from comparison import agree, plain, psutil, raised

import psight

NOBODY = 65534


def _without_unix(rows):
    return sorted((row for row in rows if row[2][1][2] != "AF_UNIX"), key=repr)


def _by_number(threads):
    return sorted(threads, key=lambda thread: thread[2][0])


#: What is compared in place of an answer, by method.
SIMPLER = {
    # psutil loses the name of a unix socket if it has a blank; they have a test of their own.
    "net_connections": _without_unix,
    # psutil sorts the numbers of threads as text.
    "threads": _by_number,
}


def _is_kernel_thread(pid):
    with open(f"/proc/{pid}/stat", "rb") as file:
        return bool(int(file.read().rpartition(b")")[2].split()[6]) & 0x00200000)


def _knows_more(pid, theirs, ours):
    return raised(theirs, "AccessDenied") and not raised(ours, "AccessDenied")


def _kernel_thread(pid, theirs, ours):
    return raised(theirs, "AccessDenied", "NoSuchProcess") and not ours and _is_kernel_thread(pid)


def _zombie(pid, theirs, ours):
    return raised(theirs, "AccessDenied") and raised(ours, "ZombieProcess")


def _own_descriptor(pid, theirs, ours):
    return pid == os.getpid() and theirs == ours + 1


def _elsewhere(pid, theirs, ours):
    with contextlib.suppress(OSError):
        return os.stat(f"/proc/{pid}/ns/net").st_ino != os.stat("/proc/self/ns/net").st_ino
    return False


#: Where psight knowingly says something else: when, and why.
DIFFERENCES = {
    "cwd": [(_zombie, "that it is a zombie may be known where its links may not")],
    "environ": [
        (_kernel_thread, "threads of the kernel have none, and psutil takes newer kernels' ESRCH for their end"),
        (_zombie, "as for cwd"),
    ],
    "exe": [(_kernel_thread, "that it has none may be known"), (_zombie, "as for cwd")],
    "net_connections": [(_elsewhere, "psutil looks for the sockets of all in the caller's own network namespace")],
    "num_fds": [
        (_knows_more, "since 6.2 the kernel tells everybody the size of the folder"),
        (_own_descriptor, "psutil counts the descriptor that it counts with"),
    ],
    "open_files": [(_knows_more, "psutil must be able to reach the file, which is another's to forbid")],
    "rlimit": [(_knows_more, "where prlimit(2) is refused there is /proc/<pid>/limits")],
    "memory_maps": [(_zombie, "as for cwd"), (_kernel_thread, "as for environ")],
    "memory_maps ungrouped": [(_zombie, "as for cwd"), (_kernel_thread, "as for environ")],
}


# --- the machine

SYSTEM = {
    "cpu_count": [(), (False,)],
    "cpu_times": [(), (True,)],
    "cpu_stats": [()],
    "cpu_freq": [(), (True,)],
    "getloadavg": [()],
    "virtual_memory": [()],
    "swap_memory": [()],
    "disk_partitions": [(), (True,)],
    "disk_usage": [("/",), ("/proc",), (b"/",), ("/nonexistent",)],
    "disk_io_counters": [(), (True,), (False, False), (True, False)],
    "net_io_counters": [(), (True,), (False, False), (True, False)],
    "net_if_addrs": [()],
    "net_if_stats": [()],
    "boot_time": [()],
    "users": [()],
    "pids": [()],
    "sensors_temperatures": [(), (True,)],
    "sensors_fans": [()],
    "sensors_battery": [()],
}


@pytest.mark.parametrize("name", SYSTEM)
def test_the_machine(name):
    for arguments in SYSTEM[name]:
        theirs, ours = getattr(psutil, name), getattr(psight, name)
        agree(lambda: theirs(*arguments), lambda: ours(*arguments), f"{name}{arguments}")


@pytest.mark.parametrize("kind", "all inet inet4 inet6 tcp tcp4 tcp6 udp udp4 udp6".split())
def test_sockets_of_the_machine(zoo, kind):
    agree(lambda: psutil.net_connections(kind), lambda: psight.net_connections(kind), kind, _without_unix)


def test_unix_sockets_of_the_machine(zoo):
    """All but those whose name has a blank, for which psutil has an empty name."""

    def known(found):
        return sorted({plain(row) for row in found if row.laddr and " " not in row.laddr}, key=repr)

    agree(lambda: known(psutil.net_connections("unix")), lambda: known(psight.net_connections("unix")), "unix")
    assert any(row.laddr == zoo.blank_socket for row in psight.net_connections("unix"))


def test_which_pids_there_are():
    for pid in (0, 1, -1, 2**31 - 1, 2**31, 2**40, *psutil.pids(), threading.get_native_id()):
        agree(lambda: psutil.pid_exists(pid), lambda: psight.pid_exists(pid), f"pid_exists({pid})")


# --- every process


class Zoo:
    """Processes of many sorts."""

    def __init__(self, folder):
        self.children = []
        self.held = []
        python = sys.executable
        sleep = "import time; time.sleep(1000)"
        self.start(["sleep", "1000"])
        self.start(["sleep", "1000"], name="stopped").send_signal(signal.SIGSTOP)
        zombie = self.start(["true"], name="zombie")
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        self.start([python, "-c", f"import threading, time\nfor _ in range(5):\n threading.Thread(target=time.sleep, args=(1000,)).start()\n{sleep}"])
        odd = dict(os.environb)
        odd.update({b"ODD\xff": b"a=b=\xfe", b"EMPTY": b""})
        self.start([python, "-c", sleep, "", "two words", b"\xff\xfe"], env=odd, cwd=folder)
        link = os.path.join(folder, "a (very) long name of a program")
        os.symlink(subprocess.check_output(["sh", "-c", "command -v sleep"], text=True).strip(), link)
        self.start([link, "1000"])
        self.start(["nice", "-n", "7", "sleep", "1000"])
        self.start(["sh", "-c", "sleep 1000 & sleep 1000 & wait"])
        self.open_files(folder)
        if os.geteuid() == 0:
            self.start(["sleep", "1000"], user=NOBODY, name="other")

    def start(self, words, name=None, **how):
        child = subprocess.Popen(words, start_new_session=True, **how)
        self.children.append(child)
        if name is not None:
            setattr(self, name, child)
        return child

    def open_files(self, folder):
        for mode in ("w", "a", "r+", "rb"):
            file = open(os.path.join(folder, "file"), mode if mode != "r+" else "w+")
            file.write("text") if mode != "rb" else None
            self.held.append(file)
        for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with contextlib.suppress(OSError):
                    one = socket.socket(family, kind)
                    self.held.append(one)
                    one.bind((address, 0))
                    if kind == socket.SOCK_STREAM:
                        one.listen()
                        self.held.append(socket.create_connection(one.getsockname()[:2]))
        self.blank_socket = os.path.join(folder, "a name")
        for path in (self.blank_socket, os.path.join(folder, "socket")):
            one = socket.socket(socket.AF_UNIX)
            one.bind(path)
            one.listen()
            self.held.append(one)

    def close(self):
        for child in self.children:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.kill()
            child.wait()
        for one in self.held:
            one.close()


@pytest.fixture(scope="module")
def zoo(tmp_path_factory):
    zoo = Zoo(str(tmp_path_factory.mktemp("zoo")))
    try:
        yield zoo
    finally:
        zoo.close()


METHODS = sorted(psutil._as_dict_attrnames - {"cpu_percent"})
#: Those with arguments, and those that are not in as_dict().
CALLS = {
    "is_running": lambda process: process.is_running(),
    "parent": lambda process: process.parent(),
    "parents": lambda process: process.parents(),
    "children": lambda process: process.children(),
    "descendants": lambda process: sorted(child.pid for child in process.children(recursive=True)),
    "memory_maps ungrouped": lambda process: process.memory_maps(grouped=False),
    "memory_percent of vms": lambda process: process.memory_percent("vms"),
    "net_connections": lambda process: process.net_connections("all"),
    "rlimit": lambda process: [process.rlimit(resource) for resource in range(16)],
    "hash": lambda process: hash(process) == hash(process),
    **{name: lambda process, name=name: getattr(process, name)() for name in METHODS if name != "pid"},
}


def compare_all(name, pids):
    simplify = SIMPLER.get(name)
    for pid in pids:
        try:
            theirs, ours = psutil.Process(pid), psight.Process(pid)
        except (psutil.NoSuchProcess, psight.NoSuchProcess):
            continue
        call = CALLS[name]
        # An own object for each question: psutil keeps the name that it saw last, and tells it in exceptions.
        agree(
            lambda: call(theirs),
            lambda: call(ours),
            f"{name}() of {pid}",
            simplify,
            gone=lambda: not theirs.is_running(),
            excused=lambda one, mine: any(when(pid, one, mine) for when, _ in DIFFERENCES.get(name, ())),
        )


@pytest.mark.parametrize("name", CALLS)
def test_every_process(zoo, name):
    compare_all(name, psutil.pids())


@pytest.fixture
def nobody():
    """As a user who may not see much of others."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.mark.parametrize("name", CALLS)
def test_every_process_as_nobody(zoo, nobody, name):
    compare_all(name, psutil.pids())


@pytest.mark.parametrize("denied", [None, "denied"])
def test_the_table(zoo, denied):
    check_table(denied)


def test_the_table_as_nobody(zoo, nobody):
    check_table("denied")


def check_table(denied):
    """What the table says of a process is what its methods say, which the other tests compare with psutil."""
    names = [name for name in METHODS if name not in ("memory_full_info", "memory_maps")]
    pids = [child.pid for child in zoo_pids(psight)]
    for name in names:
        seen = set()
        for process in psight.process_iter([name], ad_value=denied):
            assert process.info.keys() == {name}
            seen.add(process.pid)

            def from_the_table():
                rows = psight.process_iter([name], ad_value=denied)
                return next(row.info[name] for row in rows if row.pid == process.pid)

            def from_the_method():
                return psight.Process(process.pid).as_dict([name], ad_value=denied)[name]

            def excused(method, table):
                # A reading has a descriptor of its own, and knows when a folder without a size is an empty one.
                if name != "num_fds":
                    return False
                return (method == denied and table == 0) or (process.pid == os.getpid() and table == method + 1)

            if process.pid in pids:
                what = f"{name} of {process.pid}"
                agree(from_the_method, from_the_table, what, gone=lambda: not process.is_running(), excused=excused)
        assert seen >= {pid for pid in pids if psutil.pid_exists(pid)}
    everything = {row.pid: row.info for row in psight.process_iter(names, ad_value=denied)}
    assert all(row.keys() == set(names) for row in everything.values())
    assert list(everything) == sorted(everything)


def zoo_pids(module):
    """This process, its children, and a few of others: enough to have one of each sort."""
    return [module.Process(), *module.Process().children(recursive=True), *list(module.process_iter())[:4]]


def test_as_dict(zoo):
    for pid in (child.pid for child in zoo.children):
        for denied in (None, "denied"):
            names = [name for name in METHODS if name != "net_connections"]
            agree(
                lambda: psutil.Process(pid).as_dict(names, ad_value=denied),
                lambda: psight.Process(pid).as_dict(names, ad_value=denied),
                f"as_dict() of {pid}",
            )


def test_how_children_end(zoo):
    for script in ("exit 0", "exit 3", "exit 255", "kill -9 $$", "kill -15 $$", "kill -40 $$"):
        codes = []
        for module in (psutil, psight):
            child = module.Popen(["sh", "-c", script])
            codes.append((child.wait(10), repr(child.wait()), child.returncode, child.poll()))
        assert codes[0] == codes[1]


def test_both_are_one_process():
    theirs, ours = psutil.Process(), psight.Process()
    assert theirs.pid == ours.pid and theirs.create_time() == pytest.approx(ours.create_time(), abs=0.02)
    assert theirs != ours


@pytest.mark.parametrize("question", ["net_if_addrs", "net_if_stats"])
def test_interfaces_are_in_the_same_order(question):
    """Programs take the first that will do, such as the first address of this machine that is not its own."""
    theirs, ours = getattr(psutil, question)(), getattr(psight, question)()
    assert list(ours) == [name for name in theirs if name in ours]


def test_interfaces_are_in_the_kernel_s_order(monkeypatch):
    from psight import _system

    kernel = [(1, "lo"), (2, "eth9"), (3, "br0")]
    monkeypatch.setattr("_socket.if_nameindex", lambda: kernel)
    found = dict.fromkeys(["br0", "eth9", "late", "lo"], "row")
    assert list(_system._in_order(found, lambda row: 0)) == ["lo", "eth9", "br0", "late"]
    assert list(_system._in_order({**found, "br0": "link"}, lambda row: row == "link"))[-1] == "br0"

    def refused():
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr("_socket.if_nameindex", refused)
    assert list(_system._in_order(found, lambda row: 0)) == list(found)
