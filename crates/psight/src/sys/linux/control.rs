//! Control over processes, through pidfds where there are any: a pidfd never comes to mean another process.

mod affinity;
mod family;
mod limits;
mod pids;
mod wait;

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use rustix::io::Errno;
use rustix::process::{Pid as RawPid, getpid, getpriority_process, setpriority_process};

pub(crate) use affinity::{cpu_affinity, set_cpu_affinity};
pub(crate) use family::{children, parent};
pub(crate) use limits::{resource_number, rlimit, set_rlimit};
pub(crate) use pids::{pid_exists, pid_max, pids};
pub(crate) use wait::wait;

use super::process::{Raw, current_pid};
use super::procfs::is_live;
use super::reach::reach;
use super::{ffi, pidfd};
use crate::process::{IoClass, IoNice, Signal};
use crate::{Error, ErrorKind, Process, Result};

/// By number as most processors have them; the proper name stands before the other ones.
pub(crate) const SIGNALS: &[(&str, i32)] = &[
    ("HUP", libc::SIGHUP),
    ("INT", libc::SIGINT),
    ("QUIT", libc::SIGQUIT),
    ("ILL", libc::SIGILL),
    ("TRAP", libc::SIGTRAP),
    ("ABRT", libc::SIGABRT),
    ("IOT", libc::SIGIOT),
    ("BUS", libc::SIGBUS),
    ("FPE", libc::SIGFPE),
    ("KILL", libc::SIGKILL),
    ("USR1", libc::SIGUSR1),
    ("SEGV", libc::SIGSEGV),
    ("USR2", libc::SIGUSR2),
    ("PIPE", libc::SIGPIPE),
    ("ALRM", libc::SIGALRM),
    ("TERM", libc::SIGTERM),
    // These have SIGEMT in its place.
    #[cfg(not(any(
        target_arch = "mips",
        target_arch = "mips32r6",
        target_arch = "mips64",
        target_arch = "mips64r6",
        target_arch = "sparc",
        target_arch = "sparc64"
    )))]
    ("STKFLT", libc::SIGSTKFLT),
    ("CHLD", libc::SIGCHLD),
    ("CLD", libc::SIGCHLD),
    ("CONT", libc::SIGCONT),
    ("STOP", libc::SIGSTOP),
    ("TSTP", libc::SIGTSTP),
    ("TTIN", libc::SIGTTIN),
    ("TTOU", libc::SIGTTOU),
    ("URG", libc::SIGURG),
    ("XCPU", libc::SIGXCPU),
    ("XFSZ", libc::SIGXFSZ),
    ("VTALRM", libc::SIGVTALRM),
    ("PROF", libc::SIGPROF),
    ("WINCH", libc::SIGWINCH),
    ("IO", libc::SIGIO),
    ("POLL", libc::SIGPOLL),
    ("PWR", libc::SIGPWR),
    ("SYS", libc::SIGSYS),
];

/// The C library keeps the first two or three of the kernel's 32 to 64 for itself.
pub(crate) fn realtime_signals() -> Option<(i32, i32)> {
    Some((libc::SIGRTMIN(), libc::SIGRTMAX()))
}

// pidfd_open(2), pidfd_send_signal(2); kill(2)
pub(crate) fn send_signal(process: &Process, signal: Signal) -> Result<()> {
    send(process, signal, &open)
}

fn send(process: &Process, signal: Signal, open: &Open) -> Result<()> {
    let pid = target(process, "a signal")?;
    let pidfd = match open(pid) {
        Ok(pidfd) => Some(pidfd),
        Err(Errno::SRCH) => return Err(Error::no_such_process(process.pid())),
        // Not known to the kernel (before 5.3), not allowed, no descriptor left, or a thread: without it, then.
        Err(_) => None,
    };
    // Only now that the pidfd is open: what has this pid and this start was there when it was opened.
    same(process)?;
    let plainly = || ffi::kill(pid.as_raw_pid(), signal.number());
    let sent = match &pidfd {
        Some(pidfd) => match pidfd::send_signal(pidfd.as_fd(), signal.number()) {
            // A filter of system calls may know the older call alone.
            Err(error) if matches!(error.raw_os_error(), Some(libc::ENOSYS | libc::EPERM)) => {
                plainly()
            }
            sent => sent,
        },
        None => plainly(),
    };
    sent.map_err(|error| failed(process, "kill", error))
}

// pidfd_open(2)
pub(crate) fn pidfd(process: &Process) -> Result<OwnedFd> {
    let pid = target(process, "a pidfd")?;
    let pidfd = open(pid).map_err(|error| failed(process, "pidfd_open", error.into()))?;
    // Only now that it is open, as for a signal.
    same(process)?;
    Ok(pidfd)
}

/// How a pidfd is opened: by the kernel, or in a test by what refuses one.
type Open = dyn Fn(RawPid) -> std::result::Result<OwnedFd, Errno>;

// pidfd_open(2)
fn open(pid: RawPid) -> std::result::Result<OwnedFd, Errno> {
    pidfd::open(pid.as_raw_pid())
}

// getpriority(2); stat where that was read anyway, and where the pid means nothing to system calls
pub(crate) fn nice(process: &Process) -> Result<i32> {
    let pid = i32::try_from(process.pid().as_u32()).ok().and_then(RawPid::from_raw);
    let pid = pid.filter(|_| !process.has_kept(Raw::has_stat) && reach(process.host()).pids);
    // A failure is for /proc to explain.
    let asked = pid.and_then(|pid| getpriority_process(Some(pid)).ok());
    asked.map_or_else(|| process.ask(|raw| Ok(raw.stat()?.nice)), Ok)
}

// setpriority(2)
pub(crate) fn set_nice(process: &Process, value: i32) -> Result<()> {
    let pid = target(process, "set_nice")?;
    same(process)?;
    setpriority_process(Some(pid), value).map_err(|e| failed(process, "setpriority", e.into()))
}

/// Where the class stands in the kernel's number.
const CLASS_SHIFT: u32 = 13;
/// The rank; the bits between are hints, since 6.5.
const LEVEL_MASK: u32 = 7;

// ioprio_get(2)
pub(crate) fn ionice(process: &Process) -> Result<IoNice> {
    let pid = asked(process, "ionice")?;
    let priority =
        ffi::ioprio_get(pid.as_raw_pid()).map_err(|e| failed(process, "ioprio_get", e))?;
    let ioclass = match priority >> CLASS_SHIFT {
        0 => IoClass::None,
        1 => IoClass::RealTime,
        2 => IoClass::BestEffort,
        3 => IoClass::Idle,
        class => {
            let what = format!("ioprio_get: class {class} is not known");
            return Err(Error::new(ErrorKind::Malformed, what).with_pid(process.pid()));
        }
    };
    let level = priority & LEVEL_MASK;
    Ok(IoNice { ioclass, value: u8::try_from(level).ok() })
}

// ioprio_set(2)
pub(crate) fn set_ionice(process: &Process, class: IoClass, value: Option<u8>) -> Result<()> {
    let value = u32::from(value.unwrap_or(0));
    let number = match class {
        IoClass::None => 0,
        IoClass::RealTime => 1,
        IoClass::BestEffort => 2,
        IoClass::Idle => 3,
        _ => return Err(Error::invalid(format!("Linux has no I/O class {:?}", class.to_string()))),
    };
    if value > 0 && matches!(class, IoClass::None | IoClass::Idle) {
        return Err(Error::invalid(format!("I/O class {:?} accepts no value", class.to_string())));
    }
    if value > LEVEL_MASK {
        return Err(Error::invalid("value not in 0-7 range"));
    }
    let pid = target(process, "set_ionice")?;
    same(process)?;
    ffi::ioprio_set(pid.as_raw_pid(), number << CLASS_SHIFT | value)
        .map_err(|error| failed(process, "ioprio_set", error))
}

/// The pid for a system call that changes nothing, as [`target`] without a look at `/proc` each time.
fn asked(process: &Process, question: &str) -> Result<RawPid> {
    pid_for(process, question, reach(process.host()).pids)
}

/// The pid for a system call. Refused where the kernel would not understand it as it is meant: 0 is the caller or its
/// whole process group, and pids of another machine or of another pid namespace are other processes here.
fn target(process: &Process, question: &str) -> Result<RawPid> {
    pid_for(process, question, is_live(process.host()))
}

fn pid_for(process: &Process, question: &str, is_live: bool) -> Result<RawPid> {
    if !is_live {
        return itself(process).ok_or_else(|| {
            let what = format!("{question} for a process of another machine");
            Error::unsupported(&what).with_pid(process.pid())
        });
    }
    match i32::try_from(process.pid().as_u32()) {
        Ok(number) => RawPid::from_raw(number).ok_or_else(|| {
            Error::invalid(format!("{question} for pid 0 would reach other processes"))
        }),
        Err(_) => Err(Error::no_such_process(process.pid())),
    }
}

/// The number that system calls have for whoever asks, if that is who `process` is: a procfs of another pid namespace has
/// another one.
fn itself(process: &Process) -> Option<RawPid> {
    let own = current_pid(process.host()).ok()?;
    (own == process.pid()).then(getpid)
}

/// Fails with `NoSuchProcess` unless the pid still belongs to `process`, as far as that may be known.
fn same(process: &Process) -> Result<()> {
    let now = match Raw::new(process.host(), process.pid()).start() {
        Ok(now) => now,
        Err(error) if error.kind() == ErrorKind::AccessDenied => return Ok(()),
        Err(error) => return Err(error),
    };
    match process.start() {
        Some(start) if start != now => Err(Error::pid_reused(process.pid())),
        _ => Ok(()),
    }
}

/// What it means that a system call about `process` failed.
fn failed(process: &Process, call: &str, error: io::Error) -> Error {
    if error.raw_os_error() == Some(libc::ESRCH) {
        return Error::no_such_process(process.pid());
    }
    Error::system(call, error).with_pid(process.pid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::ExitStatus;
    use std::process::{Child, Command};

    /// A child that sleeps; it is killed at the end unless it has ended.
    pub(super) struct Sleeper(Child);

    impl Sleeper {
        pub(super) fn new() -> Self {
            Self(Command::new("sleep").arg("60").spawn().unwrap())
        }

        pub(super) fn process(&self) -> Process {
            Process::new(self.0.id()).unwrap()
        }

        /// Its pid with another start, as a `Process` has it whose pid was given to this child.
        pub(super) fn predecessor(&self) -> Process {
            let process = self.process();
            let start = process.start().map(|start| start - 1);
            Process::known(process.host(), process.pid(), start)
        }

        pub(super) fn is_running(&mut self) -> bool {
            matches!(self.0.try_wait(), Ok(None))
        }
    }

    impl Drop for Sleeper {
        fn drop(&mut self) {
            if self.is_running() {
                self.0.kill().unwrap();
                self.0.wait().unwrap();
            }
        }
    }

    /// What pidfd_open(2) says where a filter, an old kernel, a limit or a race refuses it.
    pub(super) const REFUSALS: [Errno; 6] =
        [Errno::NOSYS, Errno::PERM, Errno::MFILE, Errno::NFILE, Errno::NODEV, Errno::INVAL];

    #[test]
    fn t26_without_pidfds_a_signal_reaches_its_process_and_no_other() {
        for refusal in REFUSALS {
            let mut sleeper = Sleeper::new();
            let refuse = move |_| Err(refusal);
            let error = send(&sleeper.predecessor(), Signal::KILL, &refuse).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NoSuchProcess, "{refusal}");
            assert!(sleeper.is_running(), "{refusal}");
            let process = sleeper.process();
            send(&process, Signal::TERM, &refuse).unwrap();
            let status = process.wait(None).unwrap();
            assert_eq!(status.and_then(ExitStatus::signal), Some(Signal::TERM), "{refusal}");
        }
    }

    #[test]
    fn t26_with_a_pidfd_of_another_process_no_signal_is_sent() {
        let mut sleeper = Sleeper::new();
        let error = sleeper.predecessor().kill().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
        assert!(error.to_string().contains("reused"), "{error}");
        assert!(sleeper.is_running());
    }

    #[test]
    fn t26_nobody_gets_a_pidfd_of_who_has_the_pid_now() {
        let mut sleeper = Sleeper::new();
        let error = pidfd(&sleeper.predecessor()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
        assert!(pidfd(&sleeper.process()).is_ok() && sleeper.is_running());
    }
}
