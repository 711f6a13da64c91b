"""The extension, loaded a second time: pypsutil's paths and exceptions are its own, and psutil's are not disturbed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict


def _load() -> Any:
    # By its name the extension knows whose exceptions it raises.
    first = import_module("psight._psight")
    spec = spec_from_file_location("psight.pypsutil._psight", first.__file__)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


core: Any = _load()
process: Any = core.process
#: What psutil's API has no use for.
more: Any = core.pypsutil

_DEFAULTS = {"PROCFS_PATH": "/proc", "SYSFS_PATH": "/sys", "DEVFS_PATH": "/dev"}
_paths = dict(_DEFAULTS)
#: What is asked once of a machine; it is forgotten when a path is set.
kept: Dict[str, float] = {}


def set_path(name: str, value: str) -> None:
    """Ask another procfs, sysfs or folder of devices from now on."""
    _paths[name] = value
    kept.clear()
    core.set_paths(*(None if value == _DEFAULTS[name] else value for name, value in _paths.items()))


def is_own_procfs() -> bool:
    """Whether the procfs that is asked is this machine's, where its kernel puts it."""
    return _paths["PROCFS_PATH"] == _DEFAULTS["PROCFS_PATH"]
