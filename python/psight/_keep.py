"""Keeping files open between two rounds."""

from . import _psight


def keep_open(most):
    """Let `process_iter` keep up to `most` files of processes open from one round to the next; 0, which it begins with, keeps none.

    A round that asks for the same attributes as the one before is a quarter cheaper then, for a program that asks again and
    again. A process takes one for each of its files that the attributes need, three to four for those that ``ps`` shows;
    the first processes get theirs, and the others are read as without. They count against the limit of open files
    (``resource.RLIMIT_NOFILE``), so leave room for your own. On systems other than Linux there is nothing to keep.

    Unless `most` is 0, the system's own files stay open as well, four at most: those of `cpu_times`, `virtual_memory`,
    `disk_io_counters` and `net_io_counters`, and what is made of them. The last stays with the network namespace in which it was
    asked for first.
    """
    if most < 0:
        raise ValueError(f"there is no keeping {most} files")
    _psight.process.keep_open(most)
