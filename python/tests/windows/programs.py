"""Programs of Windows that tests start, and what is known of the system below."""

import contextlib
import ctypes
import os
import subprocess
import sys
import time

import psight

#: Whether ntdll is Wine's, which says so by a function of its own.
IS_WINE = hasattr(ctypes.WinDLL("ntdll"), "wine_get_version")

#: Says that it is there, and ends with this code when its standard input does.
SCRIPT = "import sys; print('there', flush=True); sys.stdin.read(); sys.exit(3)"


class Child:
    """A program that waits, and is gone when it is closed."""

    def __init__(self, *words, script=SCRIPT, **how):
        command = [sys.executable, "-c", script, *words]
        self.popen = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how)
        self.pid = self.popen.pid
        assert self.popen.stdout.readline().strip() == b"there"
        self.process = psight.Process(self.pid)

    def end(self):
        """Let it end, without asking how."""
        self.popen.stdin.close()

    def close(self):
        """End it, however it is."""
        with contextlib.suppress(psight.Error):
            self.process.resume()
        self.popen.kill()
        self.popen.wait()
        self.popen.stdin.close()
        self.popen.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


def until(what, condition, seconds=10):
    """Wait for a condition, and fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


def handles():
    """How many handles this process has: the kernel's list is what Wine counts in."""
    query = ctypes.WinDLL("ntdll").NtQuerySystemInformation
    size = 1 << 20
    while True:
        buffer = ctypes.create_string_buffer(size)
        # SystemExtendedHandleInformation: how many there are, a reserved word, and for each its owner in the second.
        if query(64, buffer, size, None) >= 0:
            words = memoryview(buffer).cast("B").cast("Q")
            own = os.getpid()
            return sum(words[2 + 5 * row + 1] == own for row in range(words[0]))
        size *= 2
