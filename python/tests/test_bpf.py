"""Reading through BPF, against reading `/proc`."""

import psutil
import pytest

import psight

ATTRS = ["ppid", "name", "uids", "gids", "username", "create_time", "cmdline", "terminal", "nice"]


@pytest.fixture
def bpf():
    """A package that reads through BPF, until the test is over."""
    if not psight.use_bpf():
        pytest.skip("the kernel refuses BPF to this user")
    yield
    psight.PROCFS_PATH = "/proc"


def test_a_row_is_what_psutil_says(bpf, child):
    expected = psutil.Process(child.pid).as_dict(ATTRS)
    assert expected["cmdline"] == child.args
    found = {process.pid: process.info for process in psight.process_iter(ATTRS)}
    assert found[child.pid] == expected


def test_sockets_have_the_owners_that_psutil_finds(bpf, child):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        rows = [row for row in psight.net_connections("tcp4") if row.laddr and row.laddr.port == port]
        expected = [row for row in psutil.net_connections("tcp4") if row.laddr and row.laddr.port == port]
        assert rows == expected


def test_another_procfs_is_not_read_through_bpf(bpf, tmp_path):
    psight.PROCFS_PATH = str(tmp_path)
    assert psight.use_bpf() is False
    assert list(psight.process_iter()) == []


def test_without_the_right_to_it_files_are_read():
    # Whatever it says, and as whoever: rows are there.
    assert psight.use_bpf() in (True, False)
    assert psight.Process().pid in [process.pid for process in psight.process_iter(["name"])]
    psight.PROCFS_PATH = "/proc"
