//! What Linux says under `/proc` and `/sys`, and in its netlink and system-call answers: one file per kernel file.

pub mod cpuinfo;
pub mod cpulist;
pub mod loadavg;
pub mod logind;
pub mod meminfo;
pub mod os_release;
pub mod passwd;
pub mod pid;
pub mod proc_stat;
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
    "cpuinfo" => cpuinfo::cpuinfo,
    "cpulist" => cpulist::cpulist,
    "loadavg" => loadavg::loadavg,
    "logind/session" => logind::session,
    "logind/user" => logind::user,
    "meminfo" => meminfo::meminfo,
    "os_release" => os_release::os_release,
    "passwd" => |bytes| passwd::passwd(bytes).count(),
    "pid/stat" => pid::stat::stat,
    "proc_stat" => proc_stat::proc_stat,
    "uptime" => uptime::uptime,
    "utmp" => |bytes| utmp::utmp(bytes).map(|records| records.len()),
    "vmstat" => vmstat::vmstat,
    "zoneinfo" => zoneinfo::zoneinfo,
};
