"""What this process may use of the machine, and how long tasks wait for it; psutil does not tell."""

from . import _psight

_core = _psight.limits


def effective_memory():
    """Return how much memory this process may use, with all others in its control groups, and why.

    `limit` is the machine's memory, or the lowest limit of a control group on the way from the root to this process: in a
    container that of the container, where `virtual_memory` tells what the whole machine has. `limited_by` is "host", or
    the file that sets the limit; `used` what that group uses now, caches included. Beyond `high`, which `high_set_by` sets,
    the kernel slows the group down. `swap` is how much swap space may be used besides, and `swap_limited_by` why.
    `complete` is False where groups further up are out of sight, as in most containers, and may allow less. What is not
    known, or not limited, is None; sizes are in bytes. NotImplementedError is raised on other systems than Linux, here and
    by the others.
    """
    return _core.effective_memory()


def effective_cpus():
    """Return how many CPUs this process may use, and why.

    `cpus` is how many that are, which a quota makes a fraction (`docker run --cpus=1.5`), and `whole` the same rounded up:
    how many workers keep them busy. `limited_by` is "host", "affinity", or the file of a control group. `online` is how many
    are switched on, `allowed` on how many of them this process may run, `quota` the lowest quota and `quota_set_by` its file;
    `complete` as in `effective_memory`.
    """
    return _core.effective_cpus()


def pressure():
    """Return how long tasks waited for CPUs, memory, disks (`io`) and interrupts (`irq`): whether the machine struggles.

    Each has `some`, while at least one task waited, and `full`, while all that had anything to do waited; each of these has
    the percentages of the last 10, 60 and 300 seconds (`avg10`, `avg60`, `avg300`) and `total`, the seconds since boot. None is
    what the kernel does not tell. NotImplementedError is raised where it measures nothing of it (before Linux 4.20, or
    where it is switched off).
    """
    return _core.pressure()
