"""Waiting for a process step by step, where a library has put its own `waitpid` and `sleep` into Python.

It may have a loop in which other things have to happen meanwhile, and may have asked already how a child ended.
"""

import os
from time import monotonic


def wait(process, timeout):
    """Return how the process ended, negative for a signal, or None if it is no child; TimeoutError if it does not."""
    from time import sleep

    deadline = None if timeout is None else monotonic() + timeout
    pause = 0.0001
    while True:
        try:
            pid, status = os.waitpid(process.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            if not process.is_running():
                return None
        if deadline is not None and monotonic() >= deadline:
            raise TimeoutError
        sleep(pause)
        pause = min(2 * pause, 0.04)
