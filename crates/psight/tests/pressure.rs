//! How long tasks waited: machines in folders for each way to say it, and this one.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "it is test code")]

mod common;

use std::time::Duration;

use common::Machine;
use psight::pressure::{Pressure, Stall, Stalls};
use psight::{ErrorKind, Host};

const CPU: &str = "some avg10=15.72 avg60=62.36 avg300=42.31 total=17503520681\n\
    full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
const MEMORY: &str = "some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n\
    full avg10=5.00 avg60=6.00 avg300=7.00 total=8\n";
const INTERRUPTS: &str = "full avg10=0.10 avg60=0.20 avg300=0.30 total=900000\n";

const UNIFIED: &str = "30 25 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
const HYBRID: &str = "\
    30 25 0:26 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw\n\
    33 25 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";

/// A machine whose first process is in `cgroup` and sees `mounts`.
fn machine(cgroup: &str, mounts: &str) -> Machine {
    Machine::captured()
        .file("proc/1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n")
        .file("proc/1/cgroup", cgroup)
        .file("proc/1/mountinfo", mounts)
}

fn of_group(machine: &Machine) -> psight::Result<Pressure> {
    machine.host().process(1)?.pressure()
}

/// An average and the total of a stall.
fn numbers(stall: Option<Stall>) -> Option<(f64, Duration)> {
    stall.map(|stall| (stall.avg60, stall.total))
}

#[test]
fn each_resource_has_its_stalls() {
    let machine = machine("0::/\n", UNIFIED)
        .file("proc/pressure/cpu", CPU)
        .file("proc/pressure/memory", MEMORY)
        .file("proc/pressure/irq", INTERRUPTS);
    let said = machine.host().pressure().unwrap();
    let cpu = said.cpu.unwrap();
    assert_eq!(numbers(cpu.some), Some((62.36, Duration::from_micros(17_503_520_681))));
    assert_eq!(numbers(cpu.full), Some((0.0, Duration::ZERO)));
    let memory = said.memory.unwrap();
    assert_eq!(memory.some.map(|stall| (stall.avg10, stall.avg300)), Some((1.0, 3.0)));
    assert_eq!(numbers(memory.full), Some((6.0, Duration::from_micros(8))));
    let irq = said.irq.unwrap();
    assert_eq!((irq.some, numbers(irq.full)), (None, Some((0.2, Duration::from_millis(900)))));
    // This kernel was not asked to say it.
    assert_eq!(said.io, None::<Stalls>);
}

#[test]
fn a_kernel_that_does_not_measure_it_is_no_calm_machine() {
    let machine = machine("0::/\n", UNIFIED);
    assert_eq!(machine.host().pressure().unwrap_err().kind(), ErrorKind::Unsupported);
    let garbled = machine.file("proc/pressure/io", "some avg10=much\n");
    let error = garbled.host().pressure().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(error.to_string().contains("pressure/io"), "{error}");
}

#[test]
fn a_process_is_under_the_pressure_of_its_own_group() {
    let unified = machine("0::/a/b\n", UNIFIED)
        .file("proc/pressure/cpu", CPU)
        .file("sys/fs/cgroup/a/memory.pressure", MEMORY)
        .file("sys/fs/cgroup/a/b/memory.pressure", CPU);
    let said = of_group(&unified).unwrap();
    assert_eq!(said.memory.and_then(|memory| memory.some).map(|some| some.avg10), Some(15.72));
    assert_eq!((said.cpu, said.io), (None, None));
    // Also where version 1 controls the memory.
    let hybrid = machine("4:memory:/c\n0::/a\n", HYBRID)
        .file("sys/fs/cgroup/unified/a/memory.pressure", MEMORY);
    let said = of_group(&hybrid).unwrap();
    assert_eq!(said.memory.and_then(|memory| memory.some).map(|some| some.avg10), Some(1.0));
}

#[test]
fn a_group_out_of_sight_is_not_taken_for_another() {
    let kind = |machine: &Machine| of_group(machine).unwrap_err().kind();
    // The mount shows a group two above our namespace, and nobody says by which way one comes from there to `b`.
    let hidden =
        machine("0::/../b\n", "30 25 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
            .file("sys/fs/cgroup/memory.pressure", MEMORY)
            .file("sys/fs/cgroup/b/memory.pressure", MEMORY);
    assert_eq!(kind(&hidden), ErrorKind::Unsupported);
    // No mount shows the hierarchy, or there is none of version 2.
    assert_eq!(kind(&machine("0::/a\n", "")), ErrorKind::Unsupported);
    assert_eq!(kind(&machine("4:memory:/c\n", HYBRID)), ErrorKind::Unsupported);
    // The group has it switched off.
    let without = machine("0::/a\n", UNIFIED).file("sys/fs/cgroup/a/cgroup.events", "frozen 0\n");
    assert_eq!(kind(&without), ErrorKind::Unsupported);
}

#[test]
fn this_machine_says_what_its_kernel_says() {
    let host = Host::local();
    let Ok(before) = host.pressure() else {
        // The kernel may have been built, or started, without.
        assert!(std::fs::read("/proc/pressure/cpu").is_err());
        eprintln!("this kernel does not measure it");
        return;
    };
    let total = |said: &Pressure| said.cpu.unwrap().some.unwrap().total;
    let said = std::fs::read_to_string("/proc/pressure/cpu").unwrap();
    let after = host.pressure().unwrap();
    let (_, theirs) = said.lines().next().unwrap().rsplit_once('=').unwrap();
    let theirs = Duration::from_micros(theirs.parse().unwrap());
    assert!((total(&before)..=total(&after)).contains(&theirs), "{before:?} {said} {after:?}");
    assert!(after.memory.is_some() && after.io.is_some());
}
