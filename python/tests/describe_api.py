"""Prints as JSON what can be seen of a module's API from outside: ``describe_api.py psutil`` or ``… psight``."""

import inspect
import json
import pickle
import sys
import warnings
from importlib import import_module

EXCEPTIONS = {
    "Error": [(), (321,), (321, "nm", "mm")],
    "NoSuchProcess": [(), (321,), (0,), (321, "nm"), (321, "nm", "mm"), (321, "", "")],
    "ZombieProcess": [(), (321,), (0,), (321, "nm"), (321, "nm", 1), (321, "nm", 0), (321, "nm", 1, "mm")],
    "AccessDenied": [(), (321,), (0,), (321, "nm"), (321, "nm", "mm")],
    "TimeoutExpired": [(), (5,), (0,), (1.5, 321), (5, 321, "nm"), (5, 0)],
}


def describe(module):
    public = {name: getattr(module, name) for name in module.__all__}
    functions = {name: value for name, value in public.items() if inspect.isfunction(value)}
    return {
        "all": sorted(set(module.__all__)),
        "dir": sorted(name for name in dir(module) if not name.startswith("_")),
        "functions": {name: str(inspect.signature(value)) for name, value in functions.items()},
        "caches": sorted(name for name, value in functions.items() if hasattr(value, "cache_clear")),
        "constants": {name: [repr(value), type(value).__name__] for name, value in public.items() if plain(value)},
        "methods": methods(module.Process),
        "as_dict": sorted(module.Process().as_dict()),
        "popen": sorted(name for name in dir(module.Popen) if not name.startswith("_")),
        "bases": {name: bases(value) for name, value in public.items() if inspect.isclass(value)},
        "exceptions": {name: samples(getattr(module, name), calls) for name, calls in EXCEPTIONS.items()},
        "tuples": tuples(module),
        "undocumented": undocumented(functions, module.Process),
        "errors": errors(module),
    }


def plain(value):
    return isinstance(value, (int, str, tuple))


def bases(cls):
    return [base.__name__ for base in cls.__mro__]


def methods(cls):
    found = {}
    for name in dir(cls):
        value = inspect.getattr_static(cls, name)
        if name.startswith("_"):
            continue
        found[name] = str(inspect.signature(value)) if inspect.isfunction(value) else type(value).__name__
    return found


def samples(cls, calls):
    return [sample(cls, arguments) for arguments in calls]


def sample(cls, arguments):
    try:
        error = cls(*arguments)
    except TypeError as error:
        return str(error)
    copy = pickle.loads(pickle.dumps(error))
    same = [str(copy) == str(error), repr(copy) == repr(error), vars(copy) == vars(error)]
    return [str(error), repr(error), sorted(vars(error).items(), key=str), type(copy).__name__, same]


def tuples(module):
    process = module.Process()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Some machines have no disk, or a frequency that is not told.
        answers = [
            *[getattr(module, name)() for name in "virtual_memory swap_memory cpu_times cpu_stats heap_info".split()],
            module.cpu_times_percent(),
            module.disk_usage("/"),
            *[getattr(process, name)() for name in PROCESS_TUPLES],
            *process.threads()[:1],
            *process.memory_maps()[:1],
            *process.memory_maps(grouped=False)[:1],
        ]
    return {
        type(answer).__name__: {
            "fields": answer._fields,
            "match": getattr(type(answer), "__match_args__", None),
            "types": [type(value).__name__ for value in answer],
            "shape": [isinstance(answer, tuple), len(answer), list(answer._asdict())],
            "repr": repr(answer).partition("(")[0],
        }
        for answer in answers
    }


PROCESS_TUPLES = (
    "memory_info memory_full_info cpu_times io_counters num_ctx_switches uids gids ionice".split()
)


def undocumented(functions, process):
    named = [*functions.items(), *((f"Process.{name}", getattr(process, name)) for name in methods(process))]
    return [name for name, value in named if not inspect.getdoc(value)]


def errors(module):
    """What wrong arguments raise."""
    process = module.Process()
    calls = [
        lambda: module.Process(-1),
        lambda: module.Process("1"),
        lambda: module.Process(1.5),
        lambda: module.Process(2**70),
        lambda: module.Process(2**31),
        lambda: module.pid_exists(-1),
        lambda: module.pid_exists(2**70),
        lambda: module.pid_exists(2**31),
        lambda: module.pid_exists("1"),
        lambda: module.net_connections(kind="?"),
        lambda: process.net_connections(kind="?"),
        lambda: process.as_dict(attrs=["foo"]),
        lambda: process.as_dict(attrs="name"),
        lambda: process.as_dict(attrs=1),
        lambda: process.memory_percent("?"),
        lambda: process.cpu_percent(interval=-1),
        lambda: module.cpu_percent(interval=-1),
        lambda: module.cpu_times_percent(interval=-1),
        lambda: process.rlimit(-1),
        lambda: process.rlimit(99),
        lambda: process.rlimit("x"),
        lambda: process.rlimit(module.RLIMIT_NOFILE, (5, 1)),
        lambda: process.rlimit(module.RLIMIT_NOFILE, 5),
        lambda: process.rlimit(module.RLIMIT_NOFILE, ("a", "b")),
        lambda: process.rlimit(module.RLIMIT_NOFILE, (1, 2, 3)),
        lambda: process.ionice(value=1),
        lambda: process.ionice(module.IOPRIO_CLASS_IDLE, 3),
        lambda: process.ionice(module.IOPRIO_CLASS_BE, 8),
        lambda: process.cpu_affinity([2**20]),
        lambda: process.cpu_affinity([-1]),
        lambda: process.cpu_affinity(["1"]),
        lambda: process.cpu_affinity(1),
        lambda: process.cpu_affinity([0, 2**70]),
        lambda: process.nice("x"),
        lambda: process.ionice("x"),
        lambda: process.wait(timeout="x"),
        lambda: process.send_signal(999),
        lambda: process.foo,
        lambda: process.wait(timeout=-1),
        lambda: process.send_signal("x"),
        lambda: module.wait_procs([process], timeout=-1),
        lambda: module.wait_procs([process], callback=1),
        lambda: module.disk_usage("/nonexistent/place"),
        lambda: module.Popen(),
        lambda: module.Popen(["/nonexistent/program"]),
        lambda: module.disk_usage(None),
        lambda: module.disk_usage(1.5),
        lambda: module.disk_usage([]),
        lambda: module.disk_usage("a\0b"),
        lambda: module.disk_usage(""),
        lambda: module.cpu_percent("x"),
        lambda: module.cpu_times_percent([]),
        lambda: process.cpu_percent("x"),
        lambda: process.ionice(2, "x"),
        lambda: process.ionice(2, -1),
        lambda: process.ionice(0, 1),
        lambda: process.ionice(1.5),
        lambda: process.nice(1.5),
        lambda: process.rlimit(1.5),
        lambda: process.rlimit(None),
        lambda: process.rlimit(7, "ab"),
        lambda: list(module.process_iter(1)),
        lambda: list(module.process_iter(["x"])),
        lambda: list(module.process_iter("name")),
        lambda: module.wait_procs(1),
        lambda: module.wait_procs([1]),
        lambda: module.net_connections(None),
        lambda: module.pid_exists(1.5),
        lambda: module.pid_exists(None),
        lambda: process.send_signal(None),
        lambda: process.send_signal(1.5),
        lambda: process.memory_percent(None),
        lambda: process.as_dict({"pid": 1}),
        lambda: process < process,
        lambda: module.Process(-(2**70)),
        lambda: module.Popen(1),
        lambda: module.virtual_memory(1),
        lambda: module.no_such_name,
    ]
    return [raised(call, module.__name__) for call in calls]


def raised(call, package):
    try:
        answer = call()
    except Exception as error:
        return [type(error).__name__, str(error).replace(package, "psutil")]
    return ["returned", repr(answer)]


if __name__ == "__main__":
    json.dump(describe(import_module(sys.argv[1])), sys.stdout, default=repr)
