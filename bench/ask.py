"""Asks psutil, or psight in its place, and prints what that cost: a JSON list of milliseconds, one number a pass.

Usage: ask.py MODULE CASE PASSES CALLS PID. `PID` is the process with what there is a lot of; with `+bpf` behind the module's
name it reads through BPF, or fails, and with `+kept` it keeps files open.
"""

import sys
import time

TABLE = "pid ppid name status uids username cpu_times memory_info create_time num_threads cmdline".split()
WIDE = TABLE + "exe cwd num_fds io_counters".split()
MONITOR = "name cpu_percent memory_info".split()


def table(ps, attrs):
    return sum(len(process.info) > 0 for process in ps.process_iter(attrs))


def cold(ps, attrs):
    ps.process_iter.cache_clear()
    return table(ps, attrs)


def footprint(ps):
    rows = 0
    for process in ps.process_iter():
        try:
            process.memory_full_info()
            rows += 1
        except ps.Error:
            pass
    return rows


MACHINE = {
    "table": lambda ps: table(ps, TABLE),
    "churn": lambda ps: table(ps, TABLE),
    "cold": lambda ps: cold(ps, TABLE),
    "wide": lambda ps: table(ps, WIDE),
    "monitor": lambda ps: table(ps, MONITOR),
    "busy": lambda ps: table(ps, ["name", "cpu_percent"]),
    "pids": lambda ps: len(ps.pids()),
    "footprint": footprint,
    "connections": lambda ps: len(ps.net_connections("all")),
    "sockets": lambda ps: len(ps.net_connections("all")),
    "cpu_times": lambda ps: ps.cpu_times(),
    "cpu_times_each": lambda ps: ps.cpu_times(percpu=True),
    "cpu_percent": lambda ps: ps.cpu_percent(),
    "cpu_stats": lambda ps: ps.cpu_stats(),
    "virtual_memory": lambda ps: ps.virtual_memory(),
    "swap_memory": lambda ps: ps.swap_memory(),
    "disk_io_counters": lambda ps: ps.disk_io_counters(),
    "disk_partitions": lambda ps: ps.disk_partitions(),
    "net_io_counters": lambda ps: ps.net_io_counters(),
    "net_if_addrs": lambda ps: ps.net_if_addrs(),
    "net_if_stats": lambda ps: ps.net_if_stats(),
    "boot_time": lambda ps: ps.boot_time(),
    "process": lambda ps: ps.Process(1),
}

PROCESS = {
    "open_files": lambda process: len(process.open_files()),
    "memory_maps": lambda process: len(process.memory_maps(grouped=False)),
    "children_of_a_leaf": lambda process: len(process.children(recursive=True)),
    "descendants": lambda process: len(process.children(recursive=True)),
}


def question(ps, case, pid):
    if case in MACHINE:
        return lambda: MACHINE[case](ps)
    process = ps.Process(pid)
    if case in PROCESS:
        return lambda: PROCESS[case](process)
    return getattr(process, case.removeprefix("process_"))


def main():
    module, case, passes, calls, pid = sys.argv[1:]
    before = time.process_time_ns()
    module, _, path = module.partition("+")
    package = __import__(module)
    if path == "bpf" and not package.use_bpf():
        sys.exit("the kernel refuses BPF")
    if path == "kept":
        resource = __import__("resource")
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        package.keep_open(16_000)
    times = [(time.process_time_ns() - before) / 1e6]
    if case == "import":
        print(times)
        return
    ask = question(package, case, int(pid))
    times = []
    for _ in range(int(passes)):
        before = time.process_time_ns()
        for _ in range(int(calls)):
            ask()
        times.append((time.process_time_ns() - before) / 1e6 / int(calls))
    # The first finds nothing in its place.
    print(times[1:] or times)


main()
