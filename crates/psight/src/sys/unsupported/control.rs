//! Control over processes, refused.

use std::ops::ControlFlow;
use std::time::Instant;

use crate::process::{ExitStatus, IoClass, IoNice, Limits, Resource, Signal};
use crate::{Error, Host, Pid, Process, Result};

/// The system's signals with their names, each number's proper name first. These are the numbers that most systems
/// share.
pub(crate) const SIGNALS: &[(&str, i32)] = &[
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
    ("ABRT", 6),
    ("BUS", 7),
    ("FPE", 8),
    ("KILL", 9),
    ("USR1", 10),
    ("SEGV", 11),
    ("USR2", 12),
    ("PIPE", 13),
    ("ALRM", 14),
    ("TERM", 15),
    ("CHLD", 17),
    ("CONT", 18),
    ("STOP", 19),
    ("TSTP", 20),
    ("TTIN", 21),
    ("TTOU", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("SYS", 31),
];

/// The first and the last real-time signal.
pub(crate) fn realtime_signals() -> Option<(i32, i32)> {
    None
}

/// The system's number of the resource.
pub(crate) fn resource_number(_resource: Resource) -> Option<u32> {
    None
}

/// In ascending order.
pub(crate) fn pid_max(_host: &Host) -> Result<u32> {
    Err(Error::unsupported("pid_max"))
}

pub(crate) fn pids(_host: &Host) -> Result<Vec<Pid>> {
    Err(Error::unsupported("pids"))
}

pub(crate) fn pid_exists(_host: &Host, _pid: Pid) -> bool {
    false
}

pub(crate) fn send_signal(process: &Process, _signal: Signal) -> Result<()> {
    refuse(process, "send_signal")
}

pub(crate) fn nice(_process: &Process) -> Result<i32> {
    Err(Error::unsupported("nice"))
}

pub(crate) fn set_nice(process: &Process, _value: i32) -> Result<()> {
    refuse(process, "set_nice")
}

pub(crate) fn ionice(process: &Process) -> Result<IoNice> {
    refuse(process, "ionice")
}

pub(crate) fn set_ionice(process: &Process, _class: IoClass, _value: Option<u8>) -> Result<()> {
    refuse(process, "set_ionice")
}

pub(crate) fn cpu_affinity(process: &Process) -> Result<Vec<u32>> {
    refuse(process, "cpu_affinity")
}

/// No CPU at all stands for all that the process may be given.
pub(crate) fn set_cpu_affinity(process: &Process, _cpus: &[u32]) -> Result<()> {
    refuse(process, "set_cpu_affinity")
}

pub(crate) fn rlimit(process: &Process, _resource: Resource) -> Result<Limits> {
    refuse(process, "rlimit")
}

/// Says what the limits were.
pub(crate) fn set_rlimit(process: &Process, _resource: Resource, _to: Limits) -> Result<Limits> {
    refuse(process, "set_rlimit")
}

/// Until all have ended or the deadline has passed; `ended` gets the index of each that ends, once. `signalled` is asked
/// after each signal that a thread caught while it waited. Either can break it off, `ended` after a look at the rest.
pub(crate) fn wait(
    processes: &[&Process],
    _deadline: Option<Instant>,
    _ended: &mut dyn FnMut(usize, Option<ExitStatus>) -> ControlFlow<()>,
    _signalled: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<()> {
    match processes.first() {
        Some(process) => refuse(process, "wait"),
        None => Err(Error::unsupported("wait_procs")),
    }
}

/// Linux's alone, and no question of the table of systems.
#[cfg(unix)]
pub(crate) fn pidfd(process: &Process) -> Result<std::os::fd::OwnedFd> {
    refuse(process, "a pidfd")
}

pub(crate) fn parent(process: &Process) -> Result<Option<Process>> {
    refuse(process, "parent")
}

/// In the order of their pids; with `recursive` theirs too, in psutil's order.
pub(crate) fn children(process: &Process, _recursive: bool) -> Result<Vec<Process>> {
    refuse(process, "children")
}

fn refuse<T>(process: &Process, question: &str) -> Result<T> {
    Err(Error::unsupported(question).with_pid(process.pid()))
}
