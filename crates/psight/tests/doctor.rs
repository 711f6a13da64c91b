//! What may not be seen, on machines that are folders: each reason alone, and a machine without any.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

mod common;

use common::Machine;
use psight::doctor::Finding;

const PROC: &str = "proc /proc proc rw,nosuid 0 0\n";

/// A machine where nothing is hidden from a process with every right.
fn open() -> Machine {
    Machine::captured()
        .file("proc/self/stat", "")
        .file("proc/self/status", "CapEff:\t000001ffffffffff\nSeccomp:\t0\n")
        .file("proc/self/mounts", PROC)
        .file("proc/sys/kernel/osrelease", "6.18\n")
        .file("sys/class/hwmon/hwmon0/name", "coretemp\n")
        .file("sys/class/power_supply/AC/online", "1\n")
        .file("sys/block/sda/queue/iostats", "1\n")
        .file("run/utmp", "")
}

fn found(machine: &Machine) -> Vec<Finding> {
    machine.host().findings().unwrap()
}

/// The only finding.
fn only(machine: &Machine) -> Finding {
    let mut found = found(machine);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

/// The same machine to a process without any right; what that alone hides is left out.
fn more_for_nobody(machine: Machine) -> Vec<Finding> {
    let machine = machine.file("proc/self/status", "CapEff:\t0000000000000000\n");
    let found = found(&machine);
    found.into_iter().filter(|finding| finding.topic != "capabilities").collect()
}

#[test]
fn where_nothing_is_hidden_nothing_is_found() {
    assert_eq!(found(&open()), []);
}

#[test]
fn every_missing_right_has_its_consequence() {
    let nobody = open().file("proc/self/status", "CapEff:\t0000000000000000\n");
    let found = found(&nobody);
    assert_eq!(found.len(), 6, "{found:#?}");
    assert!(found.iter().all(|finding| finding.refused && finding.topic == "capabilities"));
    // All but CAP_KILL.
    let finding = only(&open().file("proc/self/status", "CapEff:\t000001ffffffffdf\n"));
    assert_eq!(finding.what, "other users' processes get no signals");
    assert_eq!(finding.why, "this process does not have CAP_KILL");
    assert!(finding.how.unwrap().contains("setcap cap_kill+ep"));
}

#[test]
fn hidepid_hides_from_those_who_may_not_trace() {
    let mounts = "proc /proc proc rw,hidepid=invisible,gid=27 0 0\n";
    let machine = open().file("proc/self/mounts", mounts);
    assert_eq!(found(&machine), [], "who may trace sees all the same");
    let found = more_for_nobody(machine);
    assert_eq!(found[0].what, "other users' processes are not there");
    assert_eq!(found[0].why, "/proc is mounted with hidepid=invisible");
    assert!(found[0].how.as_ref().unwrap().contains("group 27"));
}

#[test]
fn a_procfs_of_processes_alone_says_nothing_of_the_machine() {
    let machine = open().file("proc/self/mounts", "proc /proc proc rw,subset=pid 0 0\n");
    assert_eq!(only(&machine).what, "nothing about the machine itself is there");
}

#[test]
fn switches_of_the_kernel_are_named_with_their_values() {
    let machine = open()
        .file("proc/sys/kernel/yama/ptrace_scope", "1\n")
        .file("proc/sys/kernel/kptr_restrict", "1\n")
        .file("proc/sys/kernel/dmesg_restrict", "1\n")
        .file("proc/sys/kernel/perf_event_paranoid", "4\n")
        .file("proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
    assert_eq!(found(&machine), [], "they do not bind those with every right");
    let topics: Vec<_> =
        more_for_nobody(machine).into_iter().map(|finding| (finding.topic, finding.why)).collect();
    let expected = [
        ("ptrace", "kernel.yama.ptrace_scope is 1"),
        ("kernel", "kernel.kptr_restrict is 1"),
        ("kernel", "kernel.dmesg_restrict is 1"),
        ("perf", "kernel.perf_event_paranoid is 4, and CAP_PERFMON is missing"),
        ("bpf", "kernel.unprivileged_bpf_disabled is 2, and CAP_BPF is missing"),
    ];
    assert_eq!(topics, expected.map(|(topic, why)| (topic.to_owned(), why.to_owned())));
    let nobody_traces = open().file("proc/sys/kernel/yama/ptrace_scope", "3\n");
    assert!(only(&nobody_traces).what.contains("by anybody"));
}

#[test]
fn what_the_machine_does_not_have_is_no_refusal() {
    let machine = Machine::captured()
        .file("proc/self/stat", "")
        .file("proc/self/mounts", PROC)
        .file("proc/sys/kernel/osrelease", "6.18\n")
        .file("sys/class/net/lo/mtu", "65536\n")
        .file("sys/block/sda/queue/iostats", "0\n")
        .file("run/.containerenv", "");
    let found = found(&machine);
    let topics: Vec<_> = found.iter().map(|finding| finding.topic.as_str()).collect();
    assert_eq!(topics, ["container", "temperatures", "battery", "users", "disks"]);
    assert!(found.iter().all(|finding| !finding.refused));
    assert_eq!(found[4].what, "the counters of sda stand still");
}

#[test]
fn a_filter_of_system_calls_is_mentioned() {
    let status = "CapEff:\t000001ffffffffff\nSeccomp:\t2\n";
    assert_eq!(only(&open().file("proc/self/status", status)).topic, "seccomp");
}
