"""A second copy of this package, which a program has made for itself: it remembers what only it has asked.

Programs copy psutil because two of their parts would otherwise share the moment of the last `cpu_percent`.
"""

from importlib.util import find_spec, module_from_spec


def remember_apart(names):
    """Give a copy, whose names these are, a memory of its own for the questions that have one."""
    spec = find_spec(f"{__package__}._system")
    system = module_from_spec(spec)
    spec.loader.exec_module(system)
    seen = system._seen
    names.update(
        cpu_percent=system.cpu_percent,
        cpu_times_percent=system.cpu_times_percent,
        _last_cpu_times=seen["percent"],
        _last_cpu_times_2=seen["times"],
        _last_per_cpu_times=seen["percent each"],
        _last_per_cpu_times_2=seen["times each"],
    )
