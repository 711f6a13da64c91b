"""Under which names a pickle says what is in it.

They are psight's own, as a rule. Where the drop-in is enabled in the whole environment they are psutil's: whoever reads
the pickle, on another machine or later, has a psutil of some kind and maybe no psight.
"""

from ._exceptions import AS_PSUTIL


def module(ours, theirs):
    """The name of the module in which a class is to be looked for."""
    return theirs if AS_PSUTIL else ours


def name_functions(names):
    """Have the functions of the package, whose names these are, looked for in psutil's."""
    for value in names.values():
        if type(value) is type(module) and value.__module__.startswith("psight."):
            value.__module__ = "psutil"
