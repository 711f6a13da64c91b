"""The services of Windows: programs that it starts and watches itself."""

from . import _psight
from ._exceptions import AccessDenied, NoSuchProcess

_ERROR_ACCESS_DENIED = 5
_ERROR_INVALID_NAME = 123
_ERROR_SERVICE_DOES_NOT_EXIST = 1060


def win_service_iter():
    """Yield every service as a `WindowsService`; drivers are not among them."""
    for name, display_name in _psight.windows.services():
        yield WindowsService(name, display_name)


def win_service_get(name):
    """Return the service that programs call `name`; `NoSuchProcess` is raised if there is none."""
    service = WindowsService(name, None)
    service._display_name = service._config()["display_name"]
    return service


class WindowsService:
    """A service. Two are equal if they have the same name."""

    def __init__(self, name, display_name):
        self._name = name
        self._display_name = display_name

    def __str__(self):
        return f"{self.__class__.__name__}(name={self._name!r}, display_name={self._display_name!r})"

    def __repr__(self):
        return f"<{self} at {id(self)}>"

    def __eq__(self, other):
        if not isinstance(other, WindowsService):
            return NotImplemented
        return self._name == other._name

    def __ne__(self, other):
        return not self == other

    __hash__ = None

    def name(self):
        """Return what programs call it."""
        return self._name

    def display_name(self):
        """Return what people call it, as it was when this object was made."""
        return self._display_name

    def binpath(self):
        """Return the command line that starts it."""
        return self._config()["binpath"]

    def username(self):
        """Return the account that it runs as."""
        return self._config()["username"]

    def start_type(self):
        """Return when it is started: `automatic`, `manual` or `disabled`."""
        return self._config()["start_type"]

    def pid(self):
        """Return the pid of the process that it runs in, or None while it does not run."""
        return self._asked()["pid"]

    def status(self):
        """Return what it is doing, as in `running` or `stopped`."""
        return self._asked()["status"]

    def description(self):
        """Return what it is for."""
        return self._asked()["description"] or ""

    def as_dict(self):
        """Return all of that by name."""
        known = self._config()
        return {**known, "name": self._name, "display_name": self._display_name, "description": known["description"] or ""}

    def _config(self):
        """Everything about it, with what is told to those alone whom the service grants it."""
        known = self._asked()
        if known["start_type"] is None:
            raise self._denied()
        return {**known, "binpath": known["binpath"] or "", "username": known["username"] or ""}

    def _asked(self):
        try:
            return _psight.windows.service(self._name)
        except OSError as error:
            if error.winerror == _ERROR_ACCESS_DENIED:
                raise self._denied() from error
            if error.winerror in (_ERROR_INVALID_NAME, _ERROR_SERVICE_DOES_NOT_EXIST):
                raise NoSuchProcess(None, self._name, f"service {self._name!r} does not exist") from error
            raise

    def _denied(self):
        return AccessDenied(None, self._name, f"service {self._name!r} is not querable (not enough privileges)")
