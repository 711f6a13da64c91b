"""The exceptions, and how an error of the core becomes one of them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Union


class Error(Exception):
    """Base class of the exceptions of this package."""


class NoSuchProcess(Error):
    """There is no process with this pid, or there is none any more."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.pid = pid

    def __repr__(self) -> str:
        return f"pypsutil.{self.__class__.__name__}(pid={self.pid!r})"

    def __str__(self) -> str:
        return f"pypsutil.NoSuchProcess: process does not exist (pid={self.pid})"

    def __reduce__(self) -> Any:
        return (self.__class__, (self.pid,))


class ZombieProcess(NoSuchProcess):
    """The process has exited, its parent has not asked how, and the answer went with it."""

    def __str__(self) -> str:
        return f"pypsutil.ZombieProcess: process exists but is a zombie (pid={self.pid})"


class AccessDenied(Error):
    """The caller may not know, or may not do, this."""

    def __init__(self, pid: int) -> None:
        super().__init__()
        self.pid = pid

    def __repr__(self) -> str:
        return f"pypsutil.AccessDenied(pid={self.pid!r})"

    def __str__(self) -> str:
        return "pypsutil.AccessDenied" + ("" if self.pid is None else f" (pid={self.pid})")

    def __reduce__(self) -> Any:
        return (self.__class__, (self.pid,))


class TimeoutExpired(Error):
    """The process did not end in time."""

    def __init__(self, seconds: Union[int, float], pid: Optional[int] = None) -> None:
        super().__init__()
        self.seconds = seconds
        self.pid = pid

    def __repr__(self) -> str:
        return f"pypsutil.TimeoutExpired({self.seconds}, pid={self.pid!r})"

    def __str__(self) -> str:
        of = "" if self.pid is None else f" (pid={self.pid})"
        return f"pypsutil.TimeoutExpired: timeout after {self.seconds} seconds{of}"

    def __reduce__(self) -> Any:
        return (self.__class__, (self.seconds, self.pid))


def from_core(
    kind: str, pid: Optional[int], errno: Optional[int], context: str, text: str, process: Any
) -> BaseException:
    """The exception for an error of the core: one of these where there is one for it, else psutil's choice."""
    if pid is None and process is not None:
        pid = process.pid
    if pid is not None:
        if kind == "gone":
            return NoSuchProcess(pid)
        if kind == "zombie":
            return ZombieProcess(pid)
        if kind == "denied":
            return AccessDenied(pid)
    from .. import _exceptions

    make: Any = _exceptions.from_core
    error: BaseException = make(kind, pid, errno, context, text, None)
    return error


def gone(process: Any) -> NoSuchProcess:
    """The exception for a process that ended before anything was known of it."""
    return NoSuchProcess(process.pid)
