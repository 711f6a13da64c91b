"""Answers that are made of other answers, where a program, mostly a test, has put its own in the place of one of those.

The core asks the system and hears nothing of that. psutil asks its own methods and functions, and so does this.
"""

import sys
from _thread import get_ident

from . import _private
from ._exceptions import NoSuchProcess
from ._system import _blocks, cpu_times

_package = sys.modules[__package__]
# The times that were seen last, by the question and the thread.
_seen = {}


def username(process):
    """The name of a process's user, by its `uids` and Python's `pwd`."""
    import pwd

    uid = process.uids().real
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def parent(process):
    """The parent by a process's `ppid`, unless it is younger, which is another with that pid."""
    ppid = process.ppid()
    if ppid is None:
        return None
    try:
        found = _package.Process(ppid)
        return found if found.create_time() <= process.create_time() else None
    except NoSuchProcess:
        return None


def cpu_percent(times, interval, percpu):
    """How busy the CPUs are by what `times` tells."""

    def busy(before, now):
        gained = _private._cpu_times_deltas(before, now)
        whole = _private._cpu_tot_time(gained)
        return round(_private._cpu_busy_time(gained) / whole * 100, 1) if whole else 0.0

    return _compared("percent", busy, times, interval, percpu)


def cpu_times_percent(times, interval, percpu):
    """The share of the time that the CPUs spent in each mode by what `times` tells."""

    def shares(before, now):
        gained = _private._cpu_times_deltas(before, now)
        scale = 100.0 / max(1, _private._cpu_tot_time(gained))
        return type(now)(*(min(max(0.0, round(share * scale, 1)), 100.0) for share in gained))

    return _compared("times", shares, times, interval, percpu)


def _compared(question, compare, times, interval, percpu):
    key = (question, bool(percpu), get_ident())
    ask = (lambda times: times(percpu=True)) if percpu else (lambda times: times())
    if _blocks(interval):
        from time import sleep

        before = ask(times)
        sleep(interval)
    else:
        before = _seen[key] if key in _seen else ask(cpu_times)
    now = _seen[key] = ask(times)
    return [compare(*each) for each in zip(before, now)] if percpu else compare(before, now)
