"""Makes ``import psutil`` answer with psight, in this process (`install`) or in a whole environment (`environment`).

A real psutil may be installed beside; it is left alone, and found again after `uninstall`.
"""

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec as _find_spec

#: The packages that are answered for, and what answers.
PACKAGES = {"psutil": "psight", "pypsutil": "psight.pypsutil"}


def install():
    """Make every later ``import psutil`` in this process answer with psight.

    Call it before anything imports psutil: what has been imported already stays what it is where it is.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
        answered = [package for package in PACKAGES if _answer(package)]
        _forget(lambda name, ours: name.partition(".")[0] in answered and not ours)


def uninstall():
    """Undo `install`: later imports find the real psutil, if there is one."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    _forget(lambda name, ours: ours)


def find_spec(name):
    """How to import `name`, if it is one of the packages that are answered for, or a module of one; else None."""
    answer = _answer(name)
    if answer is None:
        return None
    ours = _find_spec(answer)
    spec = ModuleSpec(name, _Alias(answer), origin=ours.origin)
    spec.submodule_search_locations = ours.submodule_search_locations
    return spec


def _ours(name):
    """What a module of psutil's is called here; None for any other module."""
    package, dot, rest = name.partition(".")
    return PACKAGES[package] + dot + rest if package in PACKAGES else None


def _answer(name):
    """The module of ours that answers, if there is one."""
    ours = _ours(name)
    if ours is None or ours in sys.modules:
        return ours
    try:
        return ours if _find_spec(ours) else None
    except ModuleNotFoundError:
        return None


def _forget(whether):
    """Forget imported modules, so that they are looked for again."""
    for name in [name for name in sys.modules if _ours(name)]:
        if whether(name, sys.modules[name] is sys.modules.get(_ours(name))):
            del sys.modules[name]


class _Finder:
    """Stands before Python's own finders on `sys.meta_path`."""

    def find_spec(self, name, path=None, target=None):
        return find_spec(name)


class _Alias:
    """Loads a module by putting another, which keeps its own name, in its place."""

    def __init__(self, name):
        self._name = name

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        answer = import_module(self._name)
        # Some hold on to this object: those that load when they are looked at first, and those that want a copy.
        own = {"__name__", "__package__", "__loader__", "__spec__"}
        # What has been made by now: the class of the package makes the rest when it is asked for its names.
        names, made = vars(module), type(sys).__dict__["__dict__"].__get__(answer)
        names.update({name: value for name, value in made.items() if name not in own})
        module.__class__ = type(answer)
        spec = module.__spec__
        if sys.modules.get(spec.name) is not module:
            if answer.__name__ == "psight":
                from psight._copy import remember_apart

                remember_apart(names)
        elif spec.loader_state is None:
            sys.modules[spec.name] = answer
