"""The drop-in for a whole environment: one file in its site-packages, which ``python -m psight disable`` removes.

Python runs a line of a ``.pth`` file that begins with ``import`` whenever it starts. Ours puts a finder before Python's
own; nothing else of psight is imported until somebody imports psutil. If psight itself has been uninstalled since, the
finder finds nothing and the real psutil is imported as ever.
"""

import os
import site
import sys
import sysconfig

#: Its name sorts after those that installers give to an editable psight.
FILE = "psight_dropin.pth"
MARK = "# Written by `python -m psight enable`; `python -m psight disable` removes it."
#: Setting this variable to 0 leaves the drop-in out of a process.
SWITCH = "PSIGHT_DROPIN"

_FINDER = """\
import os, sys
if os.environ.get('PSIGHT_DROPIN') != '0':
    class PsightDropin:
        @staticmethod
        def find_spec(name, path=None, target=None):
            if name.partition('.')[0] in ('psutil', 'pypsutil'):
                try:
                    from psight.dropin import find_spec
                except ImportError:
                    return None
                return find_spec(name)
    sys.meta_path.insert(0, PsightDropin)
"""
TEXT = f"{MARK}\nimport sys; exec({_FINDER!r})\n"


class Refused(Exception):
    """What cannot be done, and why."""


def enable():
    """Write the file, and return what was done in one sentence."""
    path = os.path.join(_directory(), FILE)
    found = _read(path)
    if found == TEXT:
        return f"Already enabled by {path}"
    if found is not None and not _is_ours(found):
        raise Refused(f"{path} is not ours; it is left as it is")
    # Another Python may start right now: it sees the whole file or none.
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "x", encoding="ascii") as file:
            file.write(TEXT)
        os.replace(temporary, path)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)
    return f"Enabled by {path}\nPython processes that start from now on get psight from `import psutil`."


def disable():
    """Remove the file, and return what was done in one sentence."""
    paths = enabled()
    for path in paths:
        try:
            os.unlink(path)
        except OSError as error:
            raise Refused(f"{path} cannot be removed: {error.strerror}") from None
    return "\n".join(f"Disabled: {path} is removed" for path in paths) or "It was not enabled"


def enabled():
    """The files of ours that this environment's Python reads when it starts."""
    paths = [os.path.join(directory, FILE) for directory in _site_directories()]
    return [path for path in paths if _is_ours(_read(path))]


def real(package="psutil"):
    """The version and the place of the real psutil; None for each that is not known."""
    from importlib import metadata
    from importlib.machinery import PathFinder

    try:
        version = metadata.version(package)
    except metadata.PackageNotFoundError:
        version = None
    spec = PathFinder.find_spec(package)
    return version, spec.origin if spec else None


def status():
    """What ``import psutil`` means to a Python that starts now as this one did, and why, in a few lines."""
    live = _is_live()
    paths = enabled()
    version, origin = real()
    there = f"psutil {version or 'of an unknown version'} at {origin}" if origin else "none is installed"
    why = "it is not enabled in this environment"
    if paths:
        why = f"{', '.join(paths)} enables it"
        if os.environ.get(SWITCH) == "0":
            why += f", but {SWITCH}=0 is set"
        elif not live:
            why += ", but this Python did not read it (was it started with -S?)"
    import psight

    ours = f"psight {psight.psight_version}, which behaves like psutil {psight.__version__}"
    lines = [
        "import psutil   " + (ours if live else there if origin else "fails: no psutil is installed"),
        f"because         {why}",
        f"psight          {psight.psight_version} at {os.path.dirname(psight.__file__)}",
        f"real psutil     {there}",
        f"Python          {sys.version.split()[0]} at {sys.prefix}",
    ]
    return live, "\n".join(lines)


def _is_live():
    return any(getattr(finder, "__name__", "") == "PsightDropin" for finder in sys.meta_path)


def _directory():
    """Where the file belongs: beside the installed psight, if Python reads files there."""
    beside = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    known = _site_directories()
    for directory in (beside, sysconfig.get_path("purelib"), *known):
        # In an environment that sees the machine's packages, psight may be there: only this environment is meant.
        if directory in known and (directory.startswith(sys.prefix) or sys.prefix == sys.base_prefix):
            return directory
    raise Refused("this Python reads no site-packages")


def _site_directories():
    directories = list(site.getsitepackages())
    if site.ENABLE_USER_SITE:
        directories.append(site.getusersitepackages())
    return [directory for directory in directories if os.path.isdir(directory)]


def _read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return None


def _is_ours(text):
    return text is not None and text.startswith(MARK)
