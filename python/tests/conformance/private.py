"""What psutil's own tests use of psutil's inside and psight does not have, each as small as those tests need it.

It is for the tests alone: what programs in the field use is in psight itself.
"""

import os
import sys
import types

import psight


def install():
    """Make psight importable as `psutil`, with the private modules and names that the tests import."""
    private = psight._common
    sys.modules["psutil"] = psight
    of_this_system = ("_pswindows",) if psight.WINDOWS else ("_pslinux", "_psposix")
    for name in ("_common", *of_this_system, "_psplatform", "_ntuples"):
        sys.modules[f"psutil.{name}"] = getattr(psight, name)
    private.Process = PlatformProcess()
    private.RootFsDeviceFinder = private.calculate_avail_vmem = None
    private.cext = types.SimpleNamespace(
        check_pid_range=check_pid_range,
        getpagesize=lambda: os.sysconf("SC_PAGE_SIZE"),
        proc_ioprio_set=lambda pid, ioclass, value: psight.Process(pid).ionice(ioclass, value),
    )
    psight.Process._proc = property(Platform)
    psight.__class__._pmap = property(
        lambda module: known()._known, lambda module, new: setattr(known(), "_known", new)
    )


def known():
    """Where `process_iter` keeps the processes that it knows."""
    return sys.modules["psight._process"]


class Platform:
    """A process from beneath `Process`, as psutil's `_proc` is."""

    def __init__(self, process):
        self.process = process
        self.wait = unopened(process.pid).wait

    def __getattr__(self, name):
        return getattr(self.process, name)

    def create_time(self, monotonic=False):
        """When the process started: since 1970, or by the clock that nobody sets."""
        return self.process._get_ident()[1] if monotonic else psight.Process(self.process.pid).create_time()

    def _get_eligible_cpus(self):
        return psight.Process(self.process.pid).cpu_affinity()


class PlatformProcess:
    """psutil's class beneath `Process`, which does not look whether there is such a process."""

    def __call__(self, pid):
        return unopened(pid)

    def __getattr__(self, name):
        return getattr(psight.Process, name)

    def __setattr__(self, name, value):
        setattr(psight.Process, name, value)

    def __delattr__(self, name):
        delattr(psight.Process, name)


def unopened(pid):
    """A process that need not be there."""
    process = psight.Process.__new__(psight.Process)
    process._init(pid, True)
    return process


def check_pid_range(pid):
    """Refuse what does not fit into a C long, as psutil's extension does."""
    if pid > sys.maxsize:
        raise OverflowError("int too large to convert to C long")
