"""A pytest plugin that runs psutil's own tests against psight.

Whoever runs the tests says where our tests are by `PSIGHT_ROOT`, the folder above `python`. What is excluded stands in
`excluded.txt` with its reason (and in `excluded_on_wine.txt` what cannot be tested there); an exclusion of a test that does
not exist, or that leans on one of ours that does not exist, is an error.
"""

import os
import re
import sys

import psutil
import pytest

HERE = os.path.dirname(os.path.abspath(__file__))

# What psutil 8.0 adds to Process, which a test that knows every name of 7.2.2 would not.
LATER = ("attrs", "memory_footprint", "memory_info_ex", "page_faults")
EXCLUDED = ["excluded.txt", *(["excluded_on_wine.txt"] if sys.platform == "win32" else [])]
COUNTS_NAMES = "test_testutils.py::TestTestingUtils::test_process_namespace"


def excluded():
    """The reason by the name of the test that is not run, and which test of ours stands in for it."""
    reasons, stand_ins, reason = {}, {}, None
    for path in EXCLUDED:
        with open(os.path.join(HERE, path)) as file:
            for line in map(str.strip, file):
                if line.startswith("because "):
                    reason = line[len("because ") :]
                elif line and not line.startswith("#"):
                    test, _, stand_in = line.partition(" ")
                    reasons[test] = reason
                    if stand_in:
                        stand_ins[test] = stand_in
    return reasons, stand_ins


def missing(stand_ins):
    """Those tests of ours that stand in for one of psutil's and are not there."""
    root = os.environ.get("PSIGHT_ROOT")
    if root is None:
        return []
    absent = []
    for stand_in in sorted(set(stand_ins.values())):
        path, _, name = stand_in.partition("::")
        path = os.path.join(root, path if "/" in path else f"python/tests/{path}")
        with open(path) as file:
            if not re.search(rf"\b(?:def|fn) {re.escape(name)}\(", file.read()):
                absent.append(stand_in)
    return absent


def here(reasons):
    """The exclusions, with those that this very machine makes necessary."""
    reasons = dict(reasons)
    if not psutil.users():
        nobody = "nobody is logged in here, and the test needs somebody"
        reasons["test_system.py::TestMiscAPIs::test_users"] = nobody
        reasons["test_scripts.py::TestExampleScripts::test_who"] = nobody
    return reasons


def pytest_collection_modifyitems(config, items):
    reasons, stand_ins = excluded()
    names = {name_of(item) for item in items}
    # A part of the tests may have been asked for.
    files = {name.split("::")[0] for name in names}
    stale = [test for test in reasons if test.split("::")[0] in files and test not in names]
    wrong = [f"no test of psutil: {test}" for test in stale if not config.args_source_is_part]
    wrong += [f"no test of ours: {test}" for test in missing(stand_ins)]
    if wrong:
        raise pytest.UsageError("excluded.txt: " + "; ".join(wrong))
    reasons = here(reasons)
    gone = [item for item in items if name_of(item) in reasons]
    config.excluded = {name_of(item): reasons[name_of(item)] for item in gone}
    items[:] = [item for item in items if name_of(item) not in reasons]


def pytest_configure(config):
    config.excluded = {}
    # pytest-xdist's, with which psutil's developers run the tests.
    config.addinivalue_line("markers", "xdist_group(name): tests that share a machine's state")
    config.args_source_is_part = any("::" in arg for arg in config.args) or bool(config.option.keyword)


def name_of(item):
    """The name of a test without the folder that it is in."""
    return item.nodeid.split("/")[-1]


@pytest.fixture(autouse=True)
def as_in_7_2_2(request, monkeypatch):
    """Takes from `Process` what a later psutil has, for the test that counts its names."""
    if name_of(request.node) == COUNTS_NAMES:
        for name in LATER:
            monkeypatch.delattr(psutil.Process, name)


def pytest_terminal_summary(terminalreporter, config):
    """Say how many tests were not run, by reason."""
    by_reason = {}
    for test, reason in config.excluded.items():
        by_reason.setdefault(reason, []).append(test)
    terminalreporter.section("excluded")
    for reason, tests in by_reason.items():
        terminalreporter.line(f"{len(tests):4} because {reason}")
    stats = terminalreporter.stats
    count = {word: len(stats.get(word, ())) for word in ("passed", "failed", "error", "skipped")}
    uid = os.getuid() if hasattr(os, "getuid") else None
    user = {0: "root", None: "a user of Windows"}.get(uid, f"uid {uid}")
    terminalreporter.line(
        f"psutil {psutil.__version__}'s tests as {user}: {count['passed']} passed,"
        f" {count['failed'] + count['error']} failed, {len(config.excluded)} excluded,"
        f" {count['skipped']} skipped by themselves"
    )
