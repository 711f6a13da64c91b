//! What Linux says under `/proc` and `/sys`, and in its netlink and system-call answers: one file per kernel file.

pub mod cpuinfo;
pub mod cpulist;
pub mod diskstats;
pub mod filesystems;
pub mod loadavg;
pub mod logind;
pub mod meminfo;
pub mod mountinfo;
pub mod mounts;
pub mod os_release;
pub mod partitions;
pub mod passwd;
pub mod pid;
pub mod proc_stat;
pub mod statvfs;
pub mod uevent;
pub mod uptime;
pub mod utmp;
pub mod vmstat;
pub mod zoneinfo;

use crate::Decoder;

macro_rules! decoders {
    ($($name:literal => $decode:expr),* $(,)?) => {
        &[$(Decoder {
            name: concat!("linux/", $name),
            run: |bytes| {
                let _ = std::hint::black_box($decode(bytes));
            },
        }),*]
    };
}

/// Every decoder of this kernel.
pub const ALL: &[Decoder] = decoders! {
    "block_stat" => diskstats::block_stat,
    "cpuinfo" => cpuinfo::cpuinfo,
    "cpulist" => cpulist::cpulist,
    "diskstats" => diskstats::diskstats,
    "filesystems" => filesystems::filesystems,
    "loadavg" => loadavg::loadavg,
    "logind/session" => logind::session,
    "logind/user" => logind::user,
    "meminfo" => meminfo::meminfo,
    "mountinfo" => mountinfo::mountinfo,
    "mounts" => mounts::mounts,
    "os_release" => os_release::os_release,
    "partitions" => partitions::partitions,
    "passwd" => |bytes| passwd::passwd(bytes).count(),
    "pid/cgroup" => pid::cgroup::cgroup,
    "pid/cmdline" => pid::cmdline::cmdline,
    "pid/environ" => pid::environ::environ,
    "pid/io" => pid::io::io,
    "pid/maps" => pid::maps::maps,
    "pid/smaps" => pid::smaps::smaps,
    "pid/smaps_rollup" => pid::smaps::footprint,
    "pid/stat" => pid::stat::stat,
    "pid/statm" => pid::statm::statm,
    "pid/status" => pid::status::status,
    "proc_stat" => proc_stat::proc_stat,
    "statvfs" => statvfs::statvfs,
    "uevent" => uevent::uevent,
    "uptime" => uptime::uptime,
    "utmp" => |bytes| utmp::utmp(bytes).map(|records| records.len()),
    "vmstat" => vmstat::vmstat,
    "zoneinfo" => zoneinfo::zoneinfo,
};
