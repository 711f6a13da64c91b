"""`Popen`: a program that is started, and everything that `Process` tells of it."""

import subprocess

from ._process import _INSIDE, _USUAL_WAITS, Process


class Popen(Process):
    """A `subprocess.Popen` that has the methods of `Process` too.

    Of methods that both have (`send_signal`, `terminate`, `kill`, `wait`), those of `Process` are used, which never hit
    another process that got the pid.
    """

    __module__ = "psutil"

    def __init__(self, *args, **kwargs):
        self.__subproc = subprocess.Popen(*args, **kwargs)
        # A program that ends at once is no error.
        self._init(self.__subproc.pid, _ignore_nsp=True)

    def __dir__(self):
        return sorted(set(dir(Popen) + dir(subprocess.Popen)))

    def __enter__(self):
        self.__subproc.__enter__()
        return self

    def __exit__(self, *args, **kwargs):
        return self.__subproc.__exit__(*args, **kwargs)

    def __getattribute__(self, name):
        try:
            return object.__getattribute__(self, name)
        except AttributeError:
            return object.__getattribute__(self.__subproc, name)

    def __getattr__(self, name):
        if name in _INSIDE:
            return super().__getattr__(name)
        raise AttributeError(f"{self.__class__!r} has no attribute {name!r}")

    def wait(self, timeout=None):
        """Wait for the program to end and return its exit code; see `Process.wait`."""
        if self.__subproc.returncode is not None:
            return self.__subproc.returncode
        code = super().wait(timeout)
        self.__subproc.returncode = code
        return code


_USUAL_WAITS.add(Popen.wait)
