"""What several files of tests need."""

import subprocess
import sys
import time

import psutil
import pytest


@pytest.fixture
def child():
    """A process that waits until its input ends."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        try:
            # The kernel knows the arguments a moment after the program has begun.
            deadline = time.monotonic() + 10
            while psutil.Process(process.pid).cmdline() != process.args:
                assert time.monotonic() < deadline
            yield process
        finally:
            process.kill()
