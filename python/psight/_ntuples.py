"""The named tuples that psutil answers with, each made when it is first needed.

Their names and the order of their fields are psutil 7.2.2's on this system; what they mean is told in the
documentation of the function that returns them. The last ones are of functions that psutil does not have.
"""

import sys

from ._pickles import module as _module

_TIMES = "user nice system idle iowait irq softirq steal guest guest_nice"
_MEMORY = "rss vms shared text lib data dirty"
_MAPS = "path rss size pss shared_clean shared_dirty private_clean private_dirty referenced anonymous swap"

_FIELDS = {
    # the machine
    "addr": "ip port",
    "pheap": "heap_used mmap_used",
    "sbattery": "percent secsleft power_plugged",
    "sconn": "fd family type laddr raddr status pid",
    "scpufreq": "current min max",
    "scpustats": "ctx_switches interrupts soft_interrupts syscalls",
    "scputimes": _TIMES,
    "sdiskio": "read_count write_count read_bytes write_bytes read_time write_time"
    " read_merged_count write_merged_count busy_time",
    "sdiskpart": "device mountpoint fstype opts",
    "sdiskusage": "total used free percent",
    "sfan": "label current",
    "shwtemp": "label current high critical",
    "snetio": "bytes_sent bytes_recv packets_sent packets_recv errin errout dropin dropout",
    "snicaddr": "family address netmask broadcast ptp",
    "snicstats": "isup duplex speed mtu flags",
    "sswap": "total used free percent sin sout",
    "suser": "name terminal host started pid",
    "svmem": "total available percent used free active inactive buffers cached shared slab",
    # a process
    "pconn": "fd family type laddr raddr status",
    "pcputimes": "user system children_user children_system iowait",
    "pctxsw": "voluntary involuntary",
    "pfootprint": "uss pss swap",
    "pfullmem": _MEMORY + " uss pss swap",
    "pgids": "real effective saved",
    "pio": "read_count write_count read_bytes write_bytes read_chars write_chars",
    "pionice": "ioclass value",
    "pmem": _MEMORY,
    "pmem_ex": "rss vms shared text data peak_rss peak_vms rss_anon rss_file rss_shmem swap hugetlb",
    "pmmap_ext": "addr perms " + _MAPS,
    "pmmap_grouped": _MAPS,
    "popenfile": "path fd position mode flags",
    "ppagefaults": "minor major",
    "pthread": "id user_time system_time",
    "puids": "real effective saved",
    # what psutil does not have
    "seffcpus": "cpus whole limited_by online allowed quota quota_set_by complete",
    "seffmem": "limit limited_by used high high_set_by swap swap_limited_by complete",
    "spressure": "cpu memory io irq",
    "sstall": "avg10 avg60 avg300 total",
    "sstalls": "some full",
}

# What psutil has in another module than this one.
_ELSEWHERE = {"scputimes": "_pslinux"}

if sys.platform == "win32":
    _ELSEWHERE = {}
    _MEMORY = (
        "rss vms num_page_faults peak_wset wset peak_paged_pool paged_pool peak_nonpaged_pool nonpaged_pool"
        " pagefile peak_pagefile private"
    )
    _FIELDS.update(
        pcputimes="user system children_user children_system",
        pfootprint="uss",
        pfullmem=_MEMORY + " uss",
        pheap="heap_used mmap_used heap_count",
        pio="read_count write_count read_bytes write_bytes other_count other_bytes",
        pmem=_MEMORY,
        pmem_ex="rss vms peak_rss peak_vms virtual peak_virtual paged_pool nonpaged_pool peak_paged_pool"
        " peak_nonpaged_pool",
        pmmap_ext="addr perms path rss",
        pmmap_grouped="path rss",
        popenfile="path fd",
        scputimes="user system idle interrupt dpc",
        sdiskio="read_count write_count read_bytes write_bytes read_time write_time",
        svmem="total available percent used free",
    )


def __getattr__(name):
    try:
        fields = _FIELDS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    from collections import namedtuple

    made = namedtuple(name, fields, module=_module(__name__, f"psutil.{_ELSEWHERE.get(name, '_ntuples')}"))
    # Two threads may come here at once: both get the one that was kept.
    return sys.modules[__name__].__dict__.setdefault(name, made)


def __dir__():
    return sorted({*globals(), *_FIELDS})
