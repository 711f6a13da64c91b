//! What a process may use (T-41): machines in folders for each way to say it, and this one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "it is test code")]

mod common;

use std::path::PathBuf;
use std::time::Duration;

use common::Machine;
use psight::limits::{EffectiveCpus, EffectiveMemory, LimitedBy};
use psight::{ErrorKind, Host};

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// A machine with 4 GiB, 1 GiB of swap and 8 processors, whose first process is in `cgroup` and sees `mounts`.
fn machine(cgroup: &str, mounts: &str) -> Machine {
    Machine::captured()
        .file("proc/meminfo", "MemTotal: 4194304 kB\nMemFree: 1 kB\nMemAvailable: 1 kB\nSwapTotal: 1048576 kB\nSwapFree: 1 kB\n")
        .file("proc/vmstat", "pswpin 0\npswpout 0\n")
        .file("proc/1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n")
        .file("proc/1/status", "Name:\tinit\nCpus_allowed_list:\t0-127\n")
        .file("proc/1/cgroup", cgroup)
        .file("proc/1/mountinfo", mounts)
        .file("sys/devices/system/cpu/online", "0-7\n")
}

const UNIFIED: &str = "30 25 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

const HYBRID: &str = "\
    30 25 0:26 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n\
    31 25 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n\
    32 25 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
    33 25 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
    34 25 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n";

fn memory(machine: &Machine) -> EffectiveMemory {
    machine.host().effective_memory().unwrap()
}

fn cpus(machine: &Machine) -> EffectiveCpus {
    machine.host().effective_cpus().unwrap()
}

fn group(machine: &Machine, path: &str) -> LimitedBy {
    LimitedBy::Group(machine.path("sys/fs/cgroup").join(path))
}

#[test]
fn t41_the_lowest_limit_of_all_ancestors_counts_and_not_the_nearest() {
    let machine = machine("0::/a/b/c\n", UNIFIED)
        .file("sys/fs/cgroup/a/b/c/memory.max", "max\n")
        .file("sys/fs/cgroup/a/b/memory.max", "2147483648\n")
        .file("sys/fs/cgroup/a/b/memory.current", "7\n")
        .file("sys/fs/cgroup/a/memory.max", "536870912\n")
        .file("sys/fs/cgroup/a/memory.current", "4096\n");
    let found = memory(&machine);
    assert_eq!(found.limit, 512 * MIB);
    assert_eq!(found.limited_by, group(&machine, "a/memory.max"));
    assert_eq!(found.used, Some(4096));
    assert_eq!((found.high, found.high_set_by), (None, None));
    assert!(found.complete);
}

#[test]
fn t41_a_limit_above_the_machines_memory_is_none() {
    let machine = machine("0::/a\n", UNIFIED)
        .file("sys/fs/cgroup/a/memory.max", "8589934592\n")
        .file("sys/fs/cgroup/a/memory.swap.max", "8589934592\n")
        .file("sys/fs/cgroup/a/cpu.max", "1600000 100000\n");
    let found = memory(&machine);
    assert_eq!((found.limit, found.limited_by, found.used), (4 * GIB, LimitedBy::Host, None));
    assert_eq!((found.swap, found.swap_limited_by), (Some(GIB), Some(LimitedBy::Host)));
    let found = cpus(&machine);
    assert_eq!((found.cpus, found.whole, found.limited_by), (8.0, 8, LimitedBy::Host));
    assert_eq!(found.quota, Some(16.0));
}

#[test]
fn t41_high_is_where_the_kernel_slows_down_and_no_limit() {
    let machine = machine("0::/a/b\n", UNIFIED)
        .file("sys/fs/cgroup/a/b/memory.max", "2147483648\n")
        .file("sys/fs/cgroup/a/b/memory.high", "max\n")
        .file("sys/fs/cgroup/a/memory.high", "1073741824\n")
        .file("sys/fs/cgroup/a/b/memory.swap.max", "0\n");
    let found = memory(&machine);
    assert_eq!((found.limit, found.high), (2 * GIB, Some(GIB)));
    assert_eq!(found.high_set_by, Some(machine.path("sys/fs/cgroup/a/memory.high")));
    assert_eq!(found.swap, Some(0));
    assert_eq!(found.swap_limited_by, Some(group(&machine, "a/b/memory.swap.max")));
}

#[test]
fn t41_version_1_says_no_limit_with_a_number_and_limits_swap_together_with_memory() {
    let lines =
        "9:cpuset:/\n4:memory:/job/x\n2:cpu,cpuacct:/job\n1:name=systemd:/elsewhere\n0::/other\n";
    let machine = machine(lines, HYBRID)
        .file("sys/fs/cgroup/memory/release_agent", "\n")
        .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
        .file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "314572800\n")
        .file("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "99\n")
        .file("sys/fs/cgroup/memory/job/memory.memsw.limit_in_bytes", "524288000\n")
        .file("sys/fs/cgroup/memory/job/memory.use_hierarchy", "1\n")
        .file("sys/fs/cgroup/memory/job/x/memory.limit_in_bytes", "9223372036854771712\n")
        .file("sys/fs/cgroup/memory/job/x/memory.memsw.limit_in_bytes", "9223372036854771712\n")
        // Memory is a controller of version 1 here: what version 2 might say is of no account.
        .file("sys/fs/cgroup/unified/other/memory.max", "1\n")
        .file("sys/fs/cgroup/cpu,cpuacct/release_agent", "\n")
        .file("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "150000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
        .file("sys/fs/cgroup/cpuset/release_agent", "\n");
    let found = memory(&machine);
    assert_eq!(found.limit, 300 * MIB);
    assert_eq!(found.limited_by, group(&machine, "memory/job/memory.limit_in_bytes"));
    assert_eq!(found.used, Some(99));
    assert_eq!(found.swap, Some(200 * MIB));
    assert!(found.complete);
    let found = cpus(&machine);
    assert_eq!((found.cpus, found.whole, found.online), (1.5, 2, 8));
    assert_eq!(found.limited_by, group(&machine, "cpu,cpuacct/job/cpu.cfs_quota_us"));
    assert!(found.complete);
}

#[test]
fn t41_hybrid_leaves_to_version_2_what_version_1_does_not_have() {
    let machine = machine("1:name=systemd:/elsewhere\n0::/other\n", HYBRID)
        .file("sys/fs/cgroup/unified/other/memory.max", "1048576\n");
    assert_eq!(memory(&machine).limit, MIB);
    assert_eq!(memory(&machine).limited_by, group(&machine, "unified/other/memory.max"));
}

#[test]
fn t41_a_group_without_hierarchy_is_not_counted_in_the_one_above() {
    let machine = machine("4:memory:/job/x\n", HYBRID)
        .file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "4096\n")
        .file("sys/fs/cgroup/memory/job/memory.use_hierarchy", "0\n")
        .file("sys/fs/cgroup/memory/job/x/memory.limit_in_bytes", "1048576\n");
    assert_eq!(memory(&machine).limit, MIB);
}

#[test]
fn t41_without_a_controller_the_machine_is_the_limit() {
    for lines in ["", "1:name=systemd:/\n"] {
        let found = memory(&machine(lines, HYBRID));
        assert_eq!(
            (found.limit, found.limited_by, found.complete),
            (4 * GIB, LimitedBy::Host, true)
        );
    }
    let none = machine("0::/\n", UNIFIED).file("sys/fs/cgroup/cgroup.procs", "1\n");
    let found = memory(&none);
    assert_eq!((found.limit, found.limited_by, found.complete), (4 * GIB, LimitedBy::Host, true));
    // A kernel that is built without control groups.
    std::fs::remove_file(none.path("proc/1/cgroup")).unwrap();
    assert_eq!(memory(&none).limit, 4 * GIB);
    assert_eq!(cpus(&none).limited_by, LimitedBy::Host);
}

#[test]
fn t41_inside_a_namespace_the_root_has_limits_and_what_is_above_is_out_of_sight() {
    let machine = machine("0::/\n", UNIFIED)
        .file("sys/fs/cgroup/cgroup.events", "populated 1\n")
        .file("sys/fs/cgroup/memory.max", "1048576\n")
        .file("sys/fs/cgroup/cpu.max", "50000 100000\n");
    let found = memory(&machine);
    assert_eq!((found.limit, found.complete), (MIB, false));
    let found = cpus(&machine);
    assert_eq!((found.cpus, found.whole, found.complete), (0.5, 1, false));
}

#[test]
fn t41_a_path_that_leads_out_of_the_namespace_never_leaves_the_mount() {
    // Joined to the mount this would be /sys/memory.max.
    let outside = machine("0::/../..\n", UNIFIED)
        .file("sys/memory.max", "1\n")
        .file("sys/fs/memory.max", "2\n")
        .file("sys/fs/cgroup/memory.max", "3\n");
    let found = memory(&outside);
    assert_eq!((found.limit, found.limited_by, found.complete), (4 * GIB, LimitedBy::Host, false));
    let sibling = machine("0::/../other\n", UNIFIED).file("sys/fs/other/memory.max", "1\n");
    assert_eq!(memory(&sibling).limit, 4 * GIB);
    assert!(!memory(&sibling).complete);
}

#[test]
fn t41_a_mount_that_shows_more_than_the_namespace_is_followed_as_far_as_names_are_told() {
    let mounts = "30 25 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    let told = machine("0::/../../other\n", mounts)
        .file("sys/fs/cgroup/memory.max", "4194304\n")
        .file("sys/fs/cgroup/other/memory.max", "1048576\n");
    assert_eq!(memory(&told).limit, MIB);
    let not_told = machine("0::/\n", mounts).file("sys/fs/cgroup/memory.max", "4194304\n");
    let found = memory(&not_told);
    assert_eq!((found.limit, found.complete), (4 * MIB, false));
}

#[test]
fn t41_a_mount_of_a_part_of_the_hierarchy_is_not_its_root() {
    let mounts = "33 25 0:29 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n";
    let machine = machine("4:memory:/docker/abc\n", mounts)
        .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1048576\n")
        .file("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1\n");
    let found = memory(&machine);
    assert_eq!((found.limit, found.complete), (MIB, false));
    assert_eq!(found.limited_by, group(&machine, "memory/memory.limit_in_bytes"));
}

#[test]
fn t41_the_mount_may_be_anywhere_and_have_blanks_in_its_name() {
    let mounts = "30 25 0:26 / /my\\040groups rw - cgroup2 cgroup2 rw\n";
    let machine = machine("0::/a b:c\n", mounts).file("my groups/a b:c/memory.max", "1048576\n");
    let file: PathBuf = machine.path("my groups/a b:c/memory.max");
    assert_eq!(memory(&machine).limited_by, LimitedBy::Group(file));
}

#[test]
fn t41_affinity_counts_and_the_cpuset_behind_it_is_named() {
    let machine = machine("0::/a/b\n", UNIFIED)
        .file("proc/1/status", "Name:\tinit\nCpus_allowed_list:\t2-3,100\n");
    let found = cpus(&machine);
    assert_eq!((found.cpus, found.allowed), (2.0, Some(2)));
    assert_eq!(found.limited_by, LimitedBy::Affinity);
    // A nearer group without a controller has no such file.
    machine.write("sys/fs/cgroup/a/cpuset.cpus.effective", "2-3\n");
    assert_eq!(cpus(&machine).limited_by, group(&machine, "a/cpuset.cpus.effective"));
    machine.write("sys/fs/cgroup/a/cpuset.cpus.effective", "0-3\n");
    assert_eq!(cpus(&machine).limited_by, LimitedBy::Affinity);
    machine.write("sys/fs/cgroup/a/cpu.max", "100000 100000\n");
    let found = cpus(&machine);
    assert_eq!((found.cpus, found.limited_by), (1.0, group(&machine, "a/cpu.max")));
}

#[test]
fn t41_a_garbled_limit_is_an_error_and_not_no_limit() {
    let machine = machine("0::/a\n", UNIFIED)
        .file("sys/fs/cgroup/a/memory.max", "much\n")
        .file("sys/fs/cgroup/a/cpu.max", "100000 0\n");
    let error = machine.host().effective_memory().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("a/memory.max"), "{error}");
    assert_eq!(machine.host().effective_cpus().unwrap_err().kind(), ErrorKind::Malformed);
}

#[test]
fn t41_the_machine_itself_and_the_standard_library_agree() {
    let host = Host::local();
    let (memory, cpus) = (host.effective_memory().unwrap(), host.effective_cpus().unwrap());
    assert!(memory.limit <= host.virtual_memory().unwrap().total);
    assert!(cpus.whole <= host.cpu_count().unwrap());
    eprintln!("{memory:?}\n{cpus:?}");
    // It rounds quotas down, and asks for the same groups.
    let std = std::thread::available_parallelism().unwrap().get();
    assert_eq!(std, cpus.cpus.max(1.0) as usize);
}

#[test]
fn what_a_group_of_version_2_has_counted() {
    let machine = machine("0::/pod/job\n", UNIFIED)
        .file(
            "sys/fs/cgroup/pod/job/cpu.stat",
            "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\nnr_periods 40\nnr_throttled 7\nthrottled_usec 350000\n",
        )
        .file("sys/fs/cgroup/pod/job/memory.current", "4096\n")
        .file("sys/fs/cgroup/pod/job/memory.peak", "8192\n")
        .file("sys/fs/cgroup/pod/job/memory.swap.current", "0\n")
        .file(
            "sys/fs/cgroup/pod/job/memory.events",
            "low 0\nhigh 5\nmax 12\noom 1\noom_kill 2\noom_group_kill 0\n",
        )
        .file("sys/fs/cgroup/pod/job/pids.current", "3\n")
        .file("sys/fs/cgroup/pod/job/pids.max", "max\n")
        .file("sys/fs/cgroup/pod/job/pids.events", "max 9\n")
        // The group above is another.
        .file("sys/fs/cgroup/pod/memory.current", "1000000\n");
    let usage = machine.host().group_usage().unwrap();
    let ms = |ms| Some(Duration::from_millis(ms));
    assert_eq!(
        (usage.cpu_time, usage.cpu_user_time, usage.cpu_system_time),
        (ms(2500), ms(2000), ms(500))
    );
    assert_eq!(
        (usage.periods, usage.throttled_periods, usage.throttled_time),
        (Some(40), Some(7), ms(350))
    );
    assert_eq!((usage.memory, usage.memory_peak, usage.swap), (Some(4096), Some(8192), Some(0)));
    assert_eq!(
        (usage.memory_limit_hits, usage.memory_high_hits, usage.oom_kills),
        (Some(12), Some(5), Some(2))
    );
    assert_eq!((usage.tasks, usage.tasks_limit, usage.tasks_limit_hits), (Some(3), None, Some(9)));
    machine.write("sys/fs/cgroup/pod/job/pids.max", "64\n");
    assert_eq!(machine.host().group_usage().unwrap().tasks_limit, Some(64));
    machine.write("sys/fs/cgroup/pod/job/memory.events", "max many\n");
    let error = machine.host().group_usage().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("pod/job/memory.events"), "{error}");
}

#[test]
fn what_groups_of_version_1_have_counted_and_in_other_units() {
    let machine = machine("4:memory:/job/x\n2:cpu,cpuacct:/job\n0::/other\n", HYBRID)
        .file("sys/fs/cgroup/cpu,cpuacct/job/cpuacct.usage", "2500000000\n")
        .file("sys/fs/cgroup/cpu,cpuacct/job/cpuacct.stat", "user 200\nsystem 50\n")
        .file(
            "sys/fs/cgroup/cpu,cpuacct/job/cpu.stat",
            "nr_periods 40\nnr_throttled 7\nthrottled_time 350000000\n",
        )
        .file("sys/fs/cgroup/memory/job/x/memory.usage_in_bytes", "4096\n")
        .file("sys/fs/cgroup/memory/job/x/memory.max_usage_in_bytes", "8192\n")
        .file("sys/fs/cgroup/memory/job/x/memory.memsw.usage_in_bytes", "5096\n")
        .file("sys/fs/cgroup/memory/job/x/memory.failcnt", "12\n")
        .file(
            "sys/fs/cgroup/memory/job/x/memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
        )
        // Here is nothing of version 2 but processes.
        .file("sys/fs/cgroup/unified/other/cgroup.procs", "1\n");
    let usage = machine.host().process(1).unwrap().group_usage().unwrap();
    let ms = |ms| Some(Duration::from_millis(ms));
    assert_eq!(
        (usage.cpu_time, usage.cpu_user_time, usage.cpu_system_time),
        (ms(2500), ms(2000), ms(500))
    );
    assert_eq!(
        (usage.periods, usage.throttled_periods, usage.throttled_time),
        (Some(40), Some(7), ms(350))
    );
    assert_eq!((usage.memory, usage.memory_peak, usage.swap), (Some(4096), Some(8192), Some(1000)));
    assert_eq!(
        (usage.memory_limit_hits, usage.memory_high_hits, usage.oom_kills),
        (Some(12), None, Some(2))
    );
    assert_eq!((usage.tasks, usage.tasks_limit, usage.tasks_limit_hits), (None, None, None));
}

#[test]
fn what_a_group_that_counts_nothing_uses_is_not_known_and_not_0() {
    let unseen = machine("0::/../../other\n", UNIFIED).file("sys/fs/cgroup/memory.current", "7\n");
    let bare = machine("0::/\n", UNIFIED).file("sys/fs/cgroup/cgroup.procs", "1\n");
    for machine in [unseen, bare, machine("", "")] {
        assert_eq!(machine.host().group_usage().unwrap_err().kind(), ErrorKind::Unsupported);
    }
}

#[test]
fn what_the_group_of_this_process_uses_holds_together() {
    let Ok(usage) = Host::local().group_usage() else {
        eprintln!("skipped: no group of this process counts");
        return;
    };
    eprintln!("{usage:?}");
    assert!(usage.memory.is_none_or(|memory| memory > 0));
    assert!(usage.memory_peak.is_none_or(|peak| peak > 0));
    assert!(usage.tasks.is_none_or(|tasks| tasks > 0));
    assert!(usage.throttled_periods <= usage.periods);
}
