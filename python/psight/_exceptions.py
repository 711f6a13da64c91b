"""The exceptions, and how an error of the core becomes one of them."""

import sys

#: Whether `python -m psight enable` is in force, so that pickles have psutil's names in them.
AS_PSUTIL = any(getattr(finder, "__name__", "") == "PsightDropin" for finder in sys.meta_path)


class Error(Exception):
    """Base class of the exceptions of this package."""

    __module__ = "psutil"

    def _known(self, names):
        known = ((name, getattr(self, name, None)) for name in names)
        return [f"{name}={value!r}" for name, value in known if value or (name == "pid" and value == 0)]

    def __str__(self):
        known = ", ".join(self._known(("pid", "ppid", "name")))
        parts = [getattr(self, "msg", ""), f"({known})" if known else ""]
        return " ".join(part for part in parts if part)

    def __repr__(self):
        known = ", ".join(self._known(("pid", "ppid", "name", "seconds", "msg")))
        return f"psutil.{self.__class__.__name__}({known})"

    def _pickled(self, *args):
        """For `__reduce__`: by a name that is found here, where `psutil` may not be found by whoever loads it."""
        cls = self.__class__
        ours = globals().get(cls.__name__) is cls and not AS_PSUTIL
        return (_unpickled, (cls.__name__, *args)) if ours else (cls, args)

    def __reduce__(self):
        return (*self._pickled(*self.args), self.__dict__ or None)


def _unpickled(name, *args):
    return globals()[name](*args)


class NoSuchProcess(Error):
    """There is no process with this pid, or there is none any more."""

    __module__ = "psutil"

    def __init__(self, pid, name=None, msg=None):
        Error.__init__(self)
        self.pid = pid
        self.name = name
        self.msg = msg or "process no longer exists"

    def __reduce__(self):
        return self._pickled(self.pid, self.name, self.msg)


class ZombieProcess(NoSuchProcess):
    """The process has exited, its parent has not asked how, and the answer went with it."""

    __module__ = "psutil"

    def __init__(self, pid, name=None, ppid=None, msg=None):
        NoSuchProcess.__init__(self, pid, name, msg)
        self.ppid = ppid
        self.msg = msg or "PID still exists but it's a zombie"

    def __reduce__(self):
        return self._pickled(self.pid, self.name, self.ppid, self.msg)


class AccessDenied(Error):
    """The caller may not know, or may not do, this."""

    __module__ = "psutil"

    def __init__(self, pid=None, name=None, msg=None):
        Error.__init__(self)
        self.pid = pid
        self.name = name
        self.msg = msg or ""

    def __reduce__(self):
        return self._pickled(self.pid, self.name, self.msg)


class TimeoutExpired(Error):
    """The process did not end in time."""

    __module__ = "psutil"

    def __init__(self, seconds, pid=None, name=None):
        Error.__init__(self)
        self.seconds = seconds
        self.pid = pid
        self.name = name
        self.msg = f"timeout after {seconds} seconds"

    def __reduce__(self):
        return self._pickled(self.seconds, self.pid, self.name)


def from_core(kind, pid, errno, context, text, process):
    """The exception for an error of the core.

    `kind` is its kind in one word, `context` what was read or done, `text` the whole of it for people, `process` the
    `Process` that was asked, if one was.
    """
    if pid is None and process is not None:
        pid = process.pid
    name = getattr(process, "_name", None)
    if kind == "gone":
        reused = context.endswith("has been reused")
        return NoSuchProcess(pid, name, msg=context if reused else None)
    if kind == "missing" and pid is not None and context.endswith(f"/{pid}"):
        # There is no procfs, which psutil calls so too.
        return NoSuchProcess(pid, name)
    if kind == "zombie":
        return ZombieProcess(pid, name, getattr(process, "_ppid", None))
    if kind == "denied" and pid is not None:
        return AccessDenied(pid, name)
    if kind == "late":
        return TimeoutError(text)
    if kind == "unsupported":
        return NotImplementedError(text)
    if kind == "invalid" and errno is None:
        return ValueError(context)
    if kind == "malformed":
        return RuntimeError(text)
    if errno is None:
        return OSError(text)
    # What was done to a process is no name of a file.
    named = () if process is not None and not context.startswith("/") else (context,)
    if sys.platform == "win32":
        # The number is one of Windows' own, from which Python finds that of C.
        from ctypes import FormatError

        return OSError(0, FormatError(errno).rstrip(" .\r\n"), *(named or (None,)), errno)
    from os import strerror

    return OSError(errno, strerror(errno), *named)


def gone(process):
    """The exception for a process that ended before anything was known of it."""
    return NoSuchProcess(process.pid, getattr(process, "_name", None))
