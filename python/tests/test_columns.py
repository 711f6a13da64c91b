"""The table of all processes by columns, in plain Python and through Arrow."""

import os
import subprocess
import sys
import time

import psutil
import pytest

import psight


@pytest.fixture
def child():
    with subprocess.Popen(["sleep", "1000"], stdin=subprocess.DEVNULL) as process:
        try:
            # The kernel knows the arguments a moment after the program has begun.
            settle(lambda: psutil.Process(process.pid).cmdline() == ["sleep", "1000"])
            yield process
        finally:
            process.kill()


def settle(is_so):
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline


def row_of(table, pid):
    return next(row for row in table.to_dicts() if row["pid"] == pid)


def test_a_row_says_what_psutil_says(child):
    columns = ["pid", "ppid", "name", "status", "username", "uids", "gids", "create_time", "nice", "num_threads"]
    columns += ["cpu_times", "memory_info", "exe", "cwd", "num_fds", "cmdline"]
    other = psutil.Process(child.pid)
    settle(lambda: other.status() == "sleeping")
    row, told = row_of(psight.process_table(columns), child.pid), other.as_dict(columns)
    for name, value in told.items():
        if isinstance(value, tuple):
            for field in value._fields:
                if f"{name}_{field}" in row:
                    assert row[f"{name}_{field}"] == getattr(value, field), f"{name}_{field}"
        else:
            assert row[name] == value, name
    assert {"uids_real", "gids_saved", "cpu_times_user", "memory_info_rss"} <= row.keys()


def test_pid_is_in_every_table_and_in_order():
    table = psight.process_table(["name"])
    assert table.column_names == ("pid", "name")
    pids = table.column("pid")
    assert pids == sorted(pids) and os.getpid() in pids and len(pids) == len(table)


def test_iteration_gives_the_rows(child):
    table = psight.process_table(["cmdline"])
    assert [row["pid"] for row in table] == table.column("pid")
    assert row_of(table, child.pid)["cmdline"] == ["sleep", "1000"]


def test_a_table_stands_still(child):
    table = psight.process_table(["pid"])
    child.kill()
    child.wait()
    assert child.pid in table.column("pid")
    assert child.pid not in psight.process_table(["pid"]).column("pid")


def test_what_is_no_column_is_refused_by_name():
    with pytest.raises(ValueError, match="invalid column 'nam'"):
        psight.process_table(["pid", "nam"])
    with pytest.raises(TypeError):
        psight.process_table("pid")
    with pytest.raises(KeyError):
        psight.process_table(["pid"]).column("name")


def test_nothing_is_no_zero(tmp_path):
    (tmp_path / "42").mkdir()
    (tmp_path / "42" / "stat").write_text("42 (a\\b) S 1 1 1 0 -1 0 0 0 0 0 7 8 0 0 20 0 1 0 9 0 0\n")
    psight.PROCFS_PATH = str(tmp_path)
    try:
        (row,) = psight.process_table(["name", "num_fds", "cmdline", "terminal", "io_counters"])
    finally:
        psight.PROCFS_PATH = "/proc"
    assert row["name"] == "a\\b"
    assert [row[name] for name in ("num_fds", "terminal", "io_counters_read_bytes")] == [None, None, None]


def test_bytes_that_are_no_text_are_written_as_numbers():
    words = [b"sh", b"-c", b"read line", b"\xff\xc3\xa4"]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        settle(lambda: len(psutil.Process(process.pid).cmdline()) == 4)
        row = row_of(psight.process_table(["cmdline"]), process.pid)
        assert row["cmdline"] == ["sh", "-c", "read line", "\\xff\u00e4"]


def test_pyarrow_takes_it_without_a_copy():
    pyarrow = pytest.importorskip("pyarrow")
    table = psight.process_table(["name", "rss", "create_time", "uids", "cmdline", "terminal"])
    taken = pyarrow.table(table)
    taken.validate(full=True)
    assert taken.to_pylist() == table.to_dicts()
    assert pyarrow.schema(table) == taken.schema
    assert taken.schema.field("rss").type == pyarrow.int64()
    assert taken.schema.field("create_time").type == pyarrow.float64()
    assert taken.schema.field("cmdline").type == pyarrow.large_list(pyarrow.large_string())
    batch = pyarrow.record_batch(table)
    batch.validate(full=True)
    addresses = [part.chunk(0).buffers()[1].address for part in (taken["rss"], pyarrow.table(table)["rss"])]
    assert addresses[0] == addresses[1] == batch["rss"].buffers()[1].address


def test_what_pyarrow_took_outlives_the_table():
    pyarrow = pytest.importorskip("pyarrow")
    table = psight.process_table(["name"])
    names, taken = table.column("name"), pyarrow.table(table)
    del table
    assert taken["name"].to_pylist() == names


def test_a_stream_may_be_left_unread():
    table = psight.process_table(["name", "cmdline"])
    for _ in range(3):
        table.__arrow_c_stream__()
        table.__arrow_c_array__()
        table.__arrow_c_schema__()


def test_polars_takes_it():
    polars = pytest.importorskip("polars")
    table = psight.process_table(["name", "status", "rss", "cpu_times", "cmdline", "terminal"])
    frame = polars.DataFrame(table)
    assert frame.to_dicts() == table.to_dicts()
    own = frame.filter(polars.col("pid") == os.getpid())
    assert own["cmdline"][0][0] == psutil.Process().cmdline()[0]


def test_pandas_takes_it():
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    table = psight.process_table(["name", "rss"])
    frame = pandas.DataFrame.from_arrow(table)
    assert list(frame.columns) == ["pid", "name", "rss"]
    assert frame["rss"].tolist() == table.column("rss")


def test_it_needs_none_of_them():
    code = "import sys, psight; psight.process_table().to_dicts(); print(sorted(set(sys.modules) & {'pyarrow', 'polars', 'numpy'}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
