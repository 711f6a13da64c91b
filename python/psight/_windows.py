"""What is otherwise on Windows: methods in the place of `Process`'s own, and answers of the machine in psutil's shape."""

from . import _psight
from ._exceptions import Error, NoSuchProcess

_core = _psight.process

#: What psutil's `Process` does not have there.
ABSENT = ("cpu_num", "gids", "num_fds", "rlimit", "terminal", "uids")
#: What the table of processes has in another shape than psutil.
NOT_OF_THE_TABLE = ("memory_info", "nice")

# What `send_signal` takes, and what the core calls it: SIGTERM, CTRL_C_EVENT and CTRL_BREAK_EVENT.
_SIGNALS = {15: 15, 0: 2, 1: 21}
_KILL, _CONT, _STOP = 9, 18, 19


class Process:
    """The methods that are otherwise."""

    def __str__(self):
        try:
            # psutil knows it from the beginning.
            self.create_time()
        except Error:
            pass
        return self._shown()

    __repr__ = __str__

    def _started(self):
        # Units of 100 ns from 1601.
        return (self._ident[1] - 116_444_736_000_000_000) / 10_000_000

    def ppid(self):
        """Return the pid of the parent. It is asked for once."""
        self._check()
        if self._ppid is None:
            self._ppid = _core.ppid(self)
        return self._ppid

    def name(self):
        """Return the name of the program. It is asked for once."""
        if self._name is None:
            self._name = _core.name(self)
        return self._name

    def environ(self):
        """Return the environment that the process was started with; the names are in capitals."""
        return {name.upper(): value for name, value in _core.environ(self).items()}

    def num_handles(self):
        """Return how many handles it has open."""
        return _core.num_fds(self)

    def memory_info(self):
        """Return the memory that it holds, in bytes."""
        return _psight.windows.memory_info(self)

    def memory_full_info(self):
        """Return `memory_info` with what is its own (`uss`).

        The kernel looks at every page for it, which takes a while.
        """
        return _psight.windows.memory_full_info(self)

    def memory_maps(self, grouped=True):
        """Return the files that are mapped into its address space, summed by path, or one by one.

        As in psutil, `rss` is how long a mapping is, and not what of it is in memory.
        """
        ask = _psight.windows.memory_maps_grouped if grouped else _psight.windows.memory_maps
        return ask(self)

    def open_files(self):
        """Return the files that it has open; `fd` is always -1."""
        return _psight.windows.open_files(self)

    def cpu_affinity(self, cpus=None):
        """Return the CPUs that it may run on, or set them; an empty list means all that it may have."""
        if cpus is None:
            return _core.cpu_affinity(self)
        self._check()
        cpus, known = set(cpus), range(len(_psight.per_cpu_times()))
        for cpu in cpus:
            if cpu not in known:
                if not isinstance(cpu, int):
                    raise TypeError(f"invalid CPU {cpu!r}; an integer is required")
                raise ValueError(f"invalid CPU {cpu!r}")
        _core.set_cpu_affinity(self, [int(cpu) for cpu in cpus])

    def nice(self, value=None):
        """Return the priority class, or set it (a `*_PRIORITY_CLASS`)."""
        if value is None:
            from ._enums import Priority

            return Priority(_core.nice(self))
        self._check()
        _core.set_nice(self, value)

    def ionice(self, ioclass=None, value=None):
        """Return the I/O priority, or set it (an `IOPRIO_*`)."""
        if ioclass is None:
            if value is not None:
                raise ValueError("'ioclass' argument must be specified")
            from ._enums import IOPriority

            return IOPriority(_psight.windows.ionice(self))
        self._check()
        if value:
            raise TypeError("value argument not accepted on Windows")
        if ioclass not in (0, 1, 2, 3):
            raise ValueError(f"{ioclass} is not a valid priority")
        _psight.windows.set_ionice(self, int(ioclass))

    def send_signal(self, sig):
        """End the process (SIGTERM), or send CTRL_C_EVENT or CTRL_BREAK_EVENT to the console group that it leads."""
        self._check()
        if sig != 15 and not self.is_running():
            raise NoSuchProcess(self._pid, self._name)
        if sig not in _SIGNALS:
            raise ValueError("only SIGTERM, CTRL_C_EVENT and CTRL_BREAK_EVENT signals are supported on Windows")
        self._do(_SIGNALS[sig])

    def suspend(self):
        """Suspend all threads of the process."""
        self._do(_STOP)

    def resume(self):
        """Let a suspended process go on."""
        self._do(_CONT)

    def terminate(self):
        """End the process, which is not asked."""
        self._do(_KILL)

    def kill(self):
        """End the process, which is not asked."""
        self._do(_KILL)

    def _do(self, number):
        self._check()
        try:
            _core.send_signal(self, number)
        except NoSuchProcess as error:
            self._ended(error)
            raise


def adapt(cls):
    """Make the class of processes the one that psutil has on Windows."""
    cls._shown = cls.__str__
    for name in ABSENT:
        delattr(cls, name)
    for name, method in vars(Process).items():
        if callable(method):
            setattr(cls, name, method)


def exit_code(code):
    """An exit code as psutil has it: with the highest bit for a sign."""
    return code - (1 << 32) if code is not None and code >= 1 << 31 else code


# --- the machine


def net_if_addrs(found):
    """Addresses as psutil writes them, those of the hardware first."""
    from ._enums import AddressFamily

    def written(row):
        if row.family == AddressFamily.AF_LINK:
            return row._replace(address=row.address.replace(":", "-").upper())
        return row._replace(address=row.address.partition("%")[0])

    return {nic: sorted(map(written, rows), key=lambda row: row.family) for nic, rows in found.items()}


_sampler = None


def getloadavg():
    """The load average from the looks so far, of which this is one."""
    global _sampler
    if _sampler is None:
        _sampler = _psight.windows.load_sampler()
    return tuple(round(load, 2) for load in _psight.windows.load_average(_sampler))
