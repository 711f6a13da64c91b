"""The named tuples, with the types of their fields on each system."""

import sys
from socket import AddressFamily, SocketKind
from typing import NamedTuple

from ._enums import IOPriority, NicDuplex

class addr(NamedTuple):
    """One end of a connection."""

    ip: str
    port: int

class pconn(NamedTuple):
    """A row of `Process.net_connections`."""

    fd: int
    family: AddressFamily
    type: SocketKind
    laddr: addr | tuple[()]
    raddr: addr | tuple[()] | str
    status: str

if sys.platform == "linux":
    class pcputimes(NamedTuple):
        """What `Process.cpu_times` returns."""

        user: float
        system: float
        children_user: float
        children_system: float
        iowait: float

else:
    class pcputimes(NamedTuple):
        """What `Process.cpu_times` returns."""

        user: float
        system: float
        children_user: float
        children_system: float

class pctxsw(NamedTuple):
    """What `Process.num_ctx_switches` returns."""

    voluntary: int
    involuntary: int

if sys.platform == "win32":
    class pfootprint(NamedTuple):
        """What `Process.memory_footprint` returns."""

        uss: int

else:
    class pfootprint(NamedTuple):
        """What `Process.memory_footprint` returns."""

        uss: int
        pss: int
        swap: int

if sys.platform == "linux":
    class pfullmem(NamedTuple):
        """What `Process.memory_full_info` returns."""

        rss: int
        vms: int
        shared: int
        text: int
        lib: int
        data: int
        dirty: int
        uss: int
        pss: int
        swap: int

elif sys.platform == "win32":
    class pfullmem(NamedTuple):
        """What `Process.memory_full_info` returns."""

        rss: int
        vms: int
        num_page_faults: int
        peak_wset: int
        wset: int
        peak_paged_pool: int
        paged_pool: int
        peak_nonpaged_pool: int
        nonpaged_pool: int
        pagefile: int
        peak_pagefile: int
        private: int
        uss: int

elif sys.platform == "darwin":
    class pfullmem(NamedTuple):
        """What `Process.memory_full_info` returns."""

        rss: int
        vms: int
        pfaults: int
        pageins: int
        uss: int

elif sys.platform.startswith("sunos") or sys.platform.startswith("aix"):
    class pfullmem(NamedTuple):
        """What `Process.memory_full_info` returns."""

        rss: int
        vms: int

else:
    class pfullmem(NamedTuple):
        """What `Process.memory_full_info` returns."""

        rss: int
        vms: int
        text: int
        data: int
        stack: int

class pgids(NamedTuple):
    """What `Process.gids` returns."""

    real: int
    effective: int
    saved: int

if (
    sys.platform == "linux"
    or sys.platform == "darwin"
    or sys.platform.startswith("freebsd")
    or sys.platform.startswith("openbsd")
    or sys.platform.startswith("netbsd")
):
    class pheap(NamedTuple):
        """What `heap_info` returns."""

        heap_used: int
        mmap_used: int

elif sys.platform == "win32":
    class pheap(NamedTuple):
        """What `heap_info` returns."""

        heap_used: int
        mmap_used: int
        heap_count: int

if sys.platform == "linux":
    class pio(NamedTuple):
        """What `Process.io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int
        read_chars: int
        write_chars: int

elif sys.platform == "win32":
    class pio(NamedTuple):
        """What `Process.io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int
        other_count: int
        other_bytes: int

else:
    class pio(NamedTuple):
        """What `Process.io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int

class pionice(NamedTuple):
    """What `Process.ionice` returns."""

    ioclass: IOPriority
    value: int

if sys.platform == "linux":
    class pmem(NamedTuple):
        """What `Process.memory_info` returns."""

        rss: int
        vms: int
        shared: int
        text: int
        lib: int
        data: int
        dirty: int

elif sys.platform == "win32":
    class pmem(NamedTuple):
        """What `Process.memory_info` returns."""

        rss: int
        vms: int
        num_page_faults: int
        peak_wset: int
        wset: int
        peak_paged_pool: int
        paged_pool: int
        peak_nonpaged_pool: int
        nonpaged_pool: int
        pagefile: int
        peak_pagefile: int
        private: int

elif sys.platform == "darwin":
    class pmem(NamedTuple):
        """What `Process.memory_info` returns."""

        rss: int
        vms: int
        pfaults: int
        pageins: int

elif sys.platform.startswith("sunos") or sys.platform.startswith("aix"):
    class pmem(NamedTuple):
        """What `Process.memory_info` returns."""

        rss: int
        vms: int

else:
    class pmem(NamedTuple):
        """What `Process.memory_info` returns."""

        rss: int
        vms: int
        text: int
        data: int
        stack: int

if sys.platform == "win32":
    class pmem_ex(NamedTuple):
        """What `Process.memory_info_ex` returns."""

        rss: int
        vms: int
        peak_rss: int
        peak_vms: int
        virtual: int
        peak_virtual: int
        paged_pool: int
        nonpaged_pool: int
        peak_paged_pool: int
        peak_nonpaged_pool: int

else:
    class pmem_ex(NamedTuple):
        """What `Process.memory_info_ex` returns."""

        rss: int
        vms: int
        shared: int
        text: int
        data: int
        peak_rss: int
        peak_vms: int
        rss_anon: int
        rss_file: int
        rss_shmem: int
        swap: int
        hugetlb: int

if sys.platform == "linux":
    class pmmap_ext(NamedTuple):
        """A row of `Process.memory_maps`, one by one."""

        addr: str
        perms: str
        path: str
        rss: int
        size: int
        pss: int
        shared_clean: int
        shared_dirty: int
        private_clean: int
        private_dirty: int
        referenced: int
        anonymous: int
        swap: int

elif sys.platform == "win32":
    class pmmap_ext(NamedTuple):
        """A row of `Process.memory_maps`, one by one."""

        addr: str
        perms: str
        path: str
        rss: int

elif sys.platform.startswith("sunos"):
    class pmmap_ext(NamedTuple):
        """A row of `Process.memory_maps`, one by one."""

        addr: str
        perms: str
        path: str
        rss: int
        anonymous: int
        locked: int

elif sys.platform.startswith("freebsd") or sys.platform.startswith("openbsd") or sys.platform.startswith("netbsd"):
    class pmmap_ext(NamedTuple):
        """A row of `Process.memory_maps`, one by one."""

        addr: str
        perms: str
        path: str
        rss: int
        private: int
        ref_count: int
        shadow_count: int

if sys.platform == "linux":
    class pmmap_grouped(NamedTuple):
        """A row of `Process.memory_maps`."""

        path: str
        rss: int
        size: int
        pss: int
        shared_clean: int
        shared_dirty: int
        private_clean: int
        private_dirty: int
        referenced: int
        anonymous: int
        swap: int

elif sys.platform == "win32":
    class pmmap_grouped(NamedTuple):
        """A row of `Process.memory_maps`."""

        path: str
        rss: int

elif sys.platform.startswith("sunos"):
    class pmmap_grouped(NamedTuple):
        """A row of `Process.memory_maps`."""

        path: str
        rss: int
        anonymous: int
        locked: int

elif sys.platform.startswith("freebsd") or sys.platform.startswith("openbsd") or sys.platform.startswith("netbsd"):
    class pmmap_grouped(NamedTuple):
        """A row of `Process.memory_maps`."""

        path: str
        rss: int
        private: int
        ref_count: int
        shadow_count: int

if sys.platform == "linux":
    class popenfile(NamedTuple):
        """A row of `Process.open_files`."""

        path: str
        fd: int
        position: int
        mode: str
        flags: int

else:
    class popenfile(NamedTuple):
        """A row of `Process.open_files`."""

        path: str
        fd: int

class ppagefaults(NamedTuple):
    """What `Process.page_faults` returns."""

    minor: int
    major: int

class pthread(NamedTuple):
    """A row of `Process.threads`."""

    id: int
    user_time: float
    system_time: float

class puids(NamedTuple):
    """What `Process.uids` returns."""

    real: int
    effective: int
    saved: int

class sbattery(NamedTuple):
    """What `sensors_battery` returns."""

    percent: float
    secsleft: int
    power_plugged: bool | None

class sconn(NamedTuple):
    """A row of `net_connections`; with a kind that has Unix sockets, an end may be a path (`str`)."""

    fd: int
    family: AddressFamily
    type: SocketKind
    laddr: addr | tuple[()]
    raddr: addr | tuple[()] | str
    status: str
    pid: int | None

class scpufreq(NamedTuple):
    """What `cpu_freq` returns."""

    current: float
    min: float
    max: float

class scpustats(NamedTuple):
    """What `cpu_stats` returns."""

    ctx_switches: int
    interrupts: int
    soft_interrupts: int
    syscalls: int

if sys.platform == "linux":
    class scputimes(NamedTuple):
        """What `cpu_times` and `cpu_times_percent` return."""

        user: float
        nice: float
        system: float
        idle: float
        iowait: float
        irq: float
        softirq: float
        steal: float
        guest: float
        guest_nice: float

elif sys.platform == "win32":
    class scputimes(NamedTuple):
        """What `cpu_times` and `cpu_times_percent` return."""

        user: float
        system: float
        idle: float
        interrupt: float
        dpc: float

elif sys.platform == "darwin":
    class scputimes(NamedTuple):
        """What `cpu_times` and `cpu_times_percent` return."""

        user: float
        nice: float
        system: float
        idle: float

elif sys.platform.startswith("sunos") or sys.platform.startswith("aix"):
    class scputimes(NamedTuple):
        """What `cpu_times` and `cpu_times_percent` return."""

        user: float
        system: float
        idle: float
        iowait: float

else:
    class scputimes(NamedTuple):
        """What `cpu_times` and `cpu_times_percent` return."""

        user: float
        nice: float
        system: float
        idle: float
        irq: float

if sys.platform == "linux":
    class sdiskio(NamedTuple):
        """What `disk_io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int
        read_time: int
        write_time: int
        read_merged_count: int
        write_merged_count: int
        busy_time: int

elif sys.platform.startswith("freebsd"):
    class sdiskio(NamedTuple):
        """What `disk_io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int
        read_time: int
        write_time: int
        busy_time: int

elif sys.platform.startswith("openbsd") or sys.platform.startswith("netbsd"):
    class sdiskio(NamedTuple):
        """What `disk_io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int

else:
    class sdiskio(NamedTuple):
        """What `disk_io_counters` returns."""

        read_count: int
        write_count: int
        read_bytes: int
        write_bytes: int
        read_time: int
        write_time: int

class sdiskpart(NamedTuple):
    """A row of `disk_partitions`."""

    device: str
    mountpoint: str
    fstype: str
    opts: str

class sdiskusage(NamedTuple):
    """What `disk_usage` returns."""

    total: int
    used: int
    free: int
    percent: float

class sfan(NamedTuple):
    """A fan of `sensors_fans`."""

    label: str
    current: int

class shwtemp(NamedTuple):
    """A thermometer of `sensors_temperatures`."""

    label: str
    current: float
    high: float | None
    critical: float | None

class snetio(NamedTuple):
    """What `net_io_counters` returns."""

    bytes_sent: int
    bytes_recv: int
    packets_sent: int
    packets_recv: int
    errin: int
    errout: int
    dropin: int
    dropout: int

class snicaddr(NamedTuple):
    """An address of `net_if_addrs`."""

    family: AddressFamily
    address: str
    netmask: str | None
    broadcast: str | None
    ptp: str | None

class snicstats(NamedTuple):
    """An interface of `net_if_stats`."""

    isup: bool
    duplex: NicDuplex
    speed: int
    mtu: int
    flags: str

class sswap(NamedTuple):
    """What `swap_memory` returns."""

    total: int
    used: int
    free: int
    percent: float
    sin: int
    sout: int

class suser(NamedTuple):
    """A row of `users`."""

    name: str
    terminal: str | None
    host: str | None
    started: float
    pid: int | None

if sys.platform == "linux":
    class svmem(NamedTuple):
        """What `virtual_memory` returns."""

        total: int
        available: int
        percent: float
        used: int
        free: int
        active: int
        inactive: int
        buffers: int
        cached: int
        shared: int
        slab: int

elif sys.platform == "darwin":
    class svmem(NamedTuple):
        """What `virtual_memory` returns."""

        total: int
        available: int
        percent: float
        used: int
        free: int
        active: int
        inactive: int
        wired: int

elif sys.platform == "win32" or sys.platform.startswith("sunos") or sys.platform.startswith("aix"):
    class svmem(NamedTuple):
        """What `virtual_memory` returns."""

        total: int
        available: int
        percent: float
        used: int
        free: int

else:
    class svmem(NamedTuple):
        """What `virtual_memory` returns."""

        total: int
        available: int
        percent: float
        used: int
        free: int
        active: int
        inactive: int
        buffers: int
        cached: int
        shared: int
        wired: int

class seffcpus(NamedTuple):
    """What `effective_cpus` returns."""

    cpus: float
    whole: int
    limited_by: str
    online: int
    allowed: int | None
    quota: float | None
    quota_set_by: str | None
    complete: bool

class seffmem(NamedTuple):
    """What `effective_memory` returns."""

    limit: int
    limited_by: str
    used: int | None
    high: int | None
    high_set_by: str | None
    swap: int | None
    swap_limited_by: str | None
    complete: bool

class sstall(NamedTuple):
    """Which part of the time somebody waited, in percent, and for how many seconds in all."""

    avg10: float
    avg60: float
    avg300: float
    total: float

class sstalls(NamedTuple):
    """How long some tasks, and how long all of them, waited for a resource."""

    some: sstall | None
    full: sstall | None

class spressure(NamedTuple):
    """What `pressure` returns."""

    cpu: sstalls | None
    memory: sstalls | None
    io: sstalls | None
    irq: sstalls | None
