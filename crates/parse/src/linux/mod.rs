//! What Linux says under `/proc` and `/sys`, and in its netlink and system-call answers: one file per kernel file.

pub mod bpf;
pub mod btf;
pub mod cgroup;
pub mod cpuinfo;
pub mod cpulist;
pub mod diskstats;
mod endian;
pub mod ethtool;
pub mod filesystems;
pub mod if_inet6;
pub mod loadavg;
pub mod locks;
pub mod logind;
pub mod meminfo;
pub mod mountinfo;
pub mod mounts;
pub mod net_dev;
pub mod net_inet;
pub mod net_snmp;
pub mod net_unix;
pub mod netlink;
pub mod os_release;
pub mod partitions;
pub mod passwd;
pub mod pid;
pub mod pressure;
pub mod proc_stat;
pub mod statvfs;
pub mod uevent;
pub mod uptime;
pub mod utmp;
pub mod vmstat;
pub mod zoneinfo;

pub use endian::Endian;

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
    "bpf/file" => |bytes| bpf::file::file(bytes).is_some(),
    "bpf/records" => |bytes| bpf::records(bytes).count(),
    "bpf/socket" => bpf::file::socket,
    "bpf/sums" => bpf::task::sums,
    "bpf/task" => |bytes| bpf::task::task(bytes).map(|task| {
        let sums = bpf::task::Sums::default();
        let times = task.times(&sums, bpf::task::Times::default());
        let stat = task.stat(&sums, times, 100, 4096);
        (stat.rss_pages, task.statm(4096), task.io(&sums), task.num_fds())
    }),
    "bpf/thread" => |bytes| bpf::thread::thread(bytes).is_some(),
    "btf" => |bytes| btf::btf(bytes, &["task_struct"]).map(|btf| btf.member("task_struct", "se.vruntime")),
    "cgroup/cfs_period" => cgroup::cfs_period,
    "cgroup/cfs_quota" => cgroup::cfs_quota,
    "cgroup/cpu_max" => cgroup::cpu_max,
    "cgroup/entry" => |bytes| cgroup::entry(bytes, "max"),
    "cgroup/limit" => cgroup::limit,
    "cpuinfo" => cpuinfo::cpuinfo,
    "cpulist" => cpulist::cpulist,
    "diskstats" => |bytes| diskstats::diskstats(bytes, |_| {}),
    "ethtool/cmd" => |bytes| ethtool::ethtool_cmd(bytes, Endian::Little),
    "ethtool/link_settings" => |bytes| ethtool::link_settings(bytes, Endian::Little),
    "filesystems" => filesystems::filesystems,
    "loadavg" => loadavg::loadavg,
    "loadavg/tasks" => loadavg::tasks,
    "locks" => |bytes| locks::locks(bytes).count(),
    "logind/session" => logind::session,
    "logind/user" => logind::user,
    "meminfo" => meminfo::meminfo,
    "meminfo/commit" => meminfo::commit,
    "meminfo/details" => meminfo::details,
    "mountinfo" => mountinfo::mountinfo,
    "mounts" => mounts::mounts,
    "net/if_inet6" => |bytes| if_inet6::if_inet6(bytes).count(),
    "net/dev" => |bytes| net_dev::net_dev(bytes).map(Iterator::count),
    "net/inet" => |bytes| net_inet::net_inet(bytes, Endian::Little).map(Iterator::count),
    "net/snmp" => net_snmp::net_snmp,
    "net/snmp6" => net_snmp::net_snmp6,
    "net/unix" => |bytes| net_unix::net_unix(bytes).map(Iterator::count),
    "netlink/addr" => |bytes| netlink::addr::addr(bytes, Endian::Little).is_some(),
    "netlink/inet_diag" => |bytes| netlink::inet_diag::inet_diag(bytes, Endian::Little),
    "netlink/link" => |bytes| netlink::link::link(bytes, Endian::Little).is_some(),
    "netlink/messages" => |bytes| netlink::messages(bytes, Endian::Little).count(),
    "netlink/route" => |bytes| netlink::route::route(bytes, Endian::Little)
        .map(|route| route.hops().count()),
    "netlink/unix_diag" => |bytes| netlink::unix_diag::unix_diag(bytes, Endian::Little).is_some(),
    "os_release" => os_release::os_release,
    "partitions" => partitions::partitions,
    "passwd" => |bytes| passwd::passwd(bytes).count(),
    "pid/cgroup" => pid::cgroup::cgroup,
    "pid/cmdline" => pid::cmdline::cmdline,
    "pid/environ" => pid::environ::environ,
    "pid/fdinfo" => pid::fdinfo::fdinfo,
    "pid/fdinfo_position" => pid::fdinfo::position,
    "pid/io" => pid::io::io,
    "pid/limits" => |bytes| pid::limits::limits(bytes).count(),
    "pid/maps" => pid::maps::maps,
    "pid/mapped_files" => |bytes| pid::maps::mapped_files(bytes).count(),
    "pid/privileges" => pid::privileges::privileges,
    "pid/schedstat" => pid::schedstat::schedstat,
    "pid/smaps" => |bytes| pid::smaps::smaps(bytes).count(),
    "pid/smaps_whole" => pid::smaps::whole,
    "pid/smaps_rollup" => pid::smaps::footprint,
    "pid/stat" => pid::stat::stat,
    "pid/stat_head" => pid::stat::head,
    "pid/stat_in_exec" => pid::stat::is_in_exec,
    "pid/stat_starttime" => pid::stat::starttime,
    "pid/statm" => pid::statm::statm,
    "pid/status" => pid::status::status,
    "pressure" => pressure::pressure,
    "proc_stat" => |bytes| (proc_stat::cpus(bytes), proc_stat::all_cpus(bytes), proc_stat::totals(bytes)),
    "statvfs" => statvfs::statvfs,
    "uevent" => uevent::uevent,
    "uptime" => uptime::uptime,
    "utmp" => |bytes| utmp::utmp(bytes).map(|records| records.len()),
    "vmstat" => vmstat::vmstat,
    "vmstat/events" => vmstat::events,
    "zoneinfo" => zoneinfo::zoneinfo,
};
