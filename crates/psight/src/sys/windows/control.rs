//! Control over processes. A handle is opened first and then compared with the process that was meant, so that nothing
//! ever reaches another one that got its pid.

mod affinity;
mod family;
mod ffi;
mod wait;

use std::io;

use super::kernel::{Snapshot, here};
use super::opened::{Opened, QUERY};
use super::process::Raw;
use crate::process::{IoClass, IoNice, Resource, Signal};
use crate::{Error, ErrorKind, Host, Pid, Process, Result};

pub(crate) use affinity::{cpu_affinity, set_cpu_affinity};
pub(crate) use family::{children, parent};
pub(crate) use wait::wait;

pub(crate) use super::{pid_max, rlimit, set_rlimit};

/// Windows has no signals. Its C library has numbers for seven (`BREAK` among them, and another `ABRT`); `KILL`, `STOP` and
/// `CONT` have Linux's here, as have the rest, which no process can be sent. `TTIN` and `TTOU` have had to make room.
pub(crate) const SIGNALS: &[(&str, i32)] = &[
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("ILL", 4),
    ("TRAP", 5),
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
    ("BREAK", BREAK),
    ("ABRT", 22),
    ("URG", 23),
    ("XCPU", 24),
    ("XFSZ", 25),
    ("VTALRM", 26),
    ("PROF", 27),
    ("WINCH", 28),
    ("IO", 29),
    ("SYS", 31),
    ("TTIN", 32),
    ("TTOU", 33),
];

/// The signal that Ctrl-Break is to a program.
const BREAK: i32 = 21;

pub(crate) fn realtime_signals() -> Option<(i32, i32)> {
    None
}

pub(crate) fn resource_number(_resource: Resource) -> Option<u32> {
    None
}

/// `PROCESS_TERMINATE`
const TERMINATE: u32 = 0x0001;
/// `PROCESS_SUSPEND_RESUME`
const SUSPEND_RESUME: u32 = 0x0800;
/// `PROCESS_SET_INFORMATION`
const SET_INFORMATION: u32 = 0x0200;

const PROCESS_IO_PRIORITY: i32 = 33;

// NtQuerySystemInformation SystemProcessInformation
pub(crate) fn pids(host: &Host) -> Result<Vec<Pid>> {
    here(host, "pids")?;
    let everybody = Snapshot::take()?;
    let processes = everybody.processes()?.into_iter();
    let mut pids: Vec<_> = processes.map(|process| Pid::new(process.unique_process_id)).collect();
    pids.sort_unstable();
    Ok(pids)
}

// OpenProcess
pub(crate) fn pid_exists(host: &Host, pid: Pid) -> bool {
    if here(host, "pids").is_err() {
        return false;
    }
    match Opened::new(pid, 0) {
        Ok(_) => true,
        Err(error) => error.is_denied() && pids(host).is_ok_and(|pids| pids.contains(&pid)),
    }
}

/// `TERM` and `KILL` end the process, which cannot object; `STOP` and `CONT` suspend and resume its threads; `INT` and
/// `BREAK` are Ctrl-C and Ctrl-Break for the console group that the process leads.
// TerminateProcess, NtSuspendProcess, NtResumeProcess, GenerateConsoleCtrlEvent
pub(crate) fn send_signal(process: &Process, signal: Signal) -> Result<()> {
    let number = signal.number();
    if number == Signal::TERM.number() || number == Signal::KILL.number() {
        let opened = target(process, TERMINATE)?;
        // As psutil says it, so that who waits sees the same code.
        let code = Signal::TERM.number().unsigned_abs();
        return done(&opened, "TerminateProcess", ffi::terminate(&opened.handle, code));
    }
    if number == Signal::STOP.number() {
        let opened = target(process, SUSPEND_RESUME)?;
        return ffi::suspend(&opened.handle)
            .map_err(|status| status.of_process("NtSuspendProcess", process.pid()));
    }
    if number == Signal::CONT.number() {
        let opened = target(process, SUSPEND_RESUME)?;
        return ffi::resume(&opened.handle)
            .map_err(|status| status.of_process("NtResumeProcess", process.pid()));
    }
    if number == Signal::INT.number() || number == BREAK {
        let opened = target(process, 0)?;
        let sent = ffi::console_event(process.pid().as_u32(), number == BREAK);
        return done(&opened, "GenerateConsoleCtrlEvent", sent);
    }
    if number == 0 {
        return target(process, TERMINATE).map(drop);
    }
    Err(Error::invalid(format!(
        "Windows has no {signal}; it has TERM, KILL, STOP, CONT, INT, BREAK"
    ))
    .with_pid(process.pid()))
}

/// The priority class, as in `NORMAL_PRIORITY_CLASS` (32).
// GetPriorityClass
pub(crate) fn nice(process: &Process) -> Result<i32> {
    process.ask(nice_of)
}

pub(super) fn nice_of(raw: &Raw) -> Result<i32> {
    let opened = raw.open(0)?;
    let class = ffi::priority_class(&opened.handle);
    class.map(u32::cast_signed).map_err(|error| opened.failed("GetPriorityClass", error))
}

// SetPriorityClass
pub(crate) fn set_nice(process: &Process, value: i32) -> Result<()> {
    let opened = target(process, SET_INFORMATION)?;
    let set = ffi::set_priority_class(&opened.handle, value.cast_unsigned());
    done(&opened, "SetPriorityClass", set)
}

// NtQueryInformationProcess ProcessIoPriority
pub(crate) fn ionice(process: &Process) -> Result<IoNice> {
    let opened = target(process, 0)?;
    let buffer = opened.exactly(PROCESS_IO_PRIORITY, 4, "ionice")?;
    let ioclass = match buffer.bytes().first_chunk().map(|bytes| u32::from_le_bytes(*bytes)) {
        Some(0) => IoClass::VeryLow,
        Some(1) => IoClass::Low,
        Some(2) => IoClass::Normal,
        // 4 is for what the kernel needs to get memory back, and no process may ask for it.
        Some(3 | 4) => IoClass::High,
        other => {
            let what = format!("ProcessIoPriority: class {other:?} is not known");
            return Err(Error::new(ErrorKind::Malformed, what).with_pid(process.pid()));
        }
    };
    Ok(IoNice { ioclass, value: None })
}

// NtSetInformationProcess ProcessIoPriority
pub(crate) fn set_ionice(process: &Process, class: IoClass, value: Option<u8>) -> Result<()> {
    let number: u32 = match class {
        IoClass::VeryLow => 0,
        IoClass::Low => 1,
        IoClass::Normal => 2,
        IoClass::High => 3,
        _ => {
            return Err(Error::invalid(format!(
                "Windows has no I/O class {:?}",
                class.to_string()
            )));
        }
    };
    if value.is_some_and(|value| value > 0) {
        return Err(Error::invalid("value argument not accepted on Windows"));
    }
    let opened = target(process, SET_INFORMATION)?;
    ffi::set_information(&opened.handle, PROCESS_IO_PRIORITY, &number.to_le_bytes())
        .map_err(|status| status.of_process("set_ionice", process.pid()))
}

/// The process itself, opened with these rights: another one that has its pid by now is refused.
fn target(process: &Process, access: u32) -> Result<Opened> {
    here(process.host(), "control")?;
    same(process, Opened::new(process.pid(), access)?)
}

/// What was opened, unless it is another process than the one that was meant.
fn same(process: &Process, opened: Opened) -> Result<Opened> {
    match process.start() {
        Some(start) if opened.times()?.create_time != start => {
            Err(Error::pid_reused(process.pid()))
        }
        _ => Ok(opened),
    }
}

fn done(opened: &Opened, call: &str, result: io::Result<()>) -> Result<()> {
    result.map_err(|error| opened.failed(call, error))
}

/// `SYNCHRONIZE`, to be told when it ends.
const SYNCHRONIZE: u32 = 0x0010_0000 | QUERY;
