//! That records have psutil's fields in psutil's order, on Windows too: any host can say.

use psight::Record;
use psight::cpu::{CpuFreq, CpuStats, CpuTimes};
use psight::disk::{DiskIo, DiskUsage, Partition};
use psight::memory::{HeapInfo, SwapMemory, VirtualMemory};
use psight::net::{Connection, InterfaceAddress, InterfaceStats, NetIo};
use psight::process::{
    ContextSwitches, GroupedMemoryMap, IoCounters, MemoryFootprint, MemoryFull, MemoryInfo,
    MemoryInfoEx, MemoryMap, OpenFile, PageFaults, ProcessCpuTimes, Thread,
};
use psight::record::{Field, Os};
use psight::sensors::Battery;
use psight::users::User;

/// The names of the fields that a record has on Windows.
fn names<R: Record>() -> Vec<&'static str> {
    let here = |field: &&Field| field.is_on(Os::Windows);
    R::FIELDS.iter().filter(here).map(|field| field.name).collect()
}

#[test]
fn on_windows_every_tuple_of_a_machine_has_psutil_s_fields() {
    assert_eq!(names::<CpuTimes>(), ["user", "system", "idle", "irq", "dpc"]);
    assert_eq!(names::<CpuStats>(), ["ctx_switches", "interrupts", "soft_interrupts", "syscalls"]);
    assert_eq!(names::<CpuFreq>(), ["current", "min", "max"]);
    assert_eq!(
        names::<VirtualMemory>(),
        ["total", "available", "percent", "used", "free", "cached", "wired"]
    );
    assert_eq!(names::<SwapMemory>(), ["total", "used", "free", "percent", "sin", "sout"]);
    assert_eq!(
        names::<DiskIo>(),
        ["read_count", "write_count", "read_bytes", "write_bytes", "read_time", "write_time"]
    );
    assert_eq!(names::<Partition>(), ["device", "mountpoint", "fstype", "opts"]);
    // psutil does not know of inodes.
    assert_eq!(names::<DiskUsage>(), ["total", "used", "free", "percent", "files", "files_free"]);
    assert_eq!(
        names::<NetIo>(),
        [
            "bytes_sent",
            "bytes_recv",
            "packets_sent",
            "packets_recv",
            "errin",
            "errout",
            "dropin",
            "dropout"
        ]
    );
    assert_eq!(names::<InterfaceAddress>(), ["family", "address", "netmask", "broadcast", "ptp"]);
    assert_eq!(names::<InterfaceStats>(), ["isup", "duplex", "speed", "mtu", "flags"]);
    assert_eq!(names::<Connection>(), ["fd", "family", "type", "laddr", "raddr", "status", "pid"]);
    assert_eq!(names::<User>(), ["name", "terminal", "host", "started", "pid"]);
    assert_eq!(names::<Battery>(), ["percent", "secsleft", "power_plugged"]);
    assert_eq!(names::<HeapInfo>(), ["heap_used", "mmap_used", "heap_count"]);
}

#[test]
fn on_windows_every_tuple_of_a_process_has_psutil_s_fields() {
    assert_eq!(names::<ProcessCpuTimes>(), ["user", "system", "children_user", "children_system"]);
    assert_eq!(names::<ContextSwitches>(), ["voluntary", "involuntary"]);
    assert_eq!(names::<MemoryInfo>(), ["rss", "vms", "peak_rss", "peak_vms"]);
    assert_eq!(
        names::<MemoryInfoEx>(),
        [
            "rss",
            "vms",
            "peak_rss",
            "peak_vms",
            "virtual",
            "peak_virtual",
            "paged_pool",
            "nonpaged_pool",
            "peak_paged_pool",
            "peak_nonpaged_pool"
        ]
    );
    assert_eq!(names::<MemoryFootprint>(), ["uss"]);
    assert_eq!(names::<MemoryFull>(), ["rss", "vms", "peak_rss", "peak_vms", "uss"]);
    assert_eq!(
        names::<IoCounters>(),
        ["read_count", "write_count", "read_bytes", "write_bytes", "other_count", "other_bytes"]
    );
    assert_eq!(names::<PageFaults>(), ["minor", "major"]);
    assert_eq!(names::<Thread>(), ["id", "user_time", "system_time"]);
    assert_eq!(names::<OpenFile>(), ["path", "fd"]);
    assert_eq!(names::<MemoryMap>(), ["addr", "perms", "path", "rss"]);
    assert_eq!(names::<GroupedMemoryMap>(), ["path", "rss"]);
}
