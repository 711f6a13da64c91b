//! One process: who it is, what it does, what it holds, and control over it.

mod control;
mod cpu;
mod files;
mod identity;
mod memory;
mod net;
mod threads;
mod tree;
mod wait;

use std::ffi::OsString;
use std::fmt;
use std::sync::OnceLock;

use crate::sys::process::Raw;
use crate::{Host, Pid, Result, sys};

/// One process of a [`Host`]: a pid together with the moment it started.
///
/// Every method asks the kernel anew. To ask several questions about one moment, and to read each of the kernel's files
/// once, ask what [`oneshot`](Self::oneshot) returns.
///
/// Two are equal if they are the same process: same pid, same start. The start is counted from boot on a clock that is
/// never set, so a change of the wall clock does not make a process another one.
///
/// # Errors
///
/// Any method may fail with [`NoSuchProcess`](crate::ErrorKind::NoSuchProcess) when the process has gone, with
/// [`AccessDenied`](crate::ErrorKind::AccessDenied) when the caller may not know, and with
/// [`ZombieProcess`](crate::ErrorKind::ZombieProcess) when it has exited, its parent has not yet asked how, and the
/// answer went with it. A method's own documentation says only what else may happen.
pub struct Process {
    host: Host,
    pid: Pid,
    /// `None` inside where the start may not be known.
    start: OnceLock<Option<u64>>,
    kept: Option<Box<Raw>>,
}

impl Process {
    /// The process `pid` of this machine.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if there is none.
    pub fn new(pid: impl Into<Pid>) -> Result<Self> {
        Host::local().process(pid)
    }

    /// The process that asks.
    ///
    /// # Errors
    ///
    /// `Unsupported` on a captured machine.
    pub fn current() -> Result<Self> {
        let host = Host::local();
        let pid = sys::process::current_pid(&host)?;
        host.process(pid)
    }

    /// The number of the process.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// The machine that the process is on.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The same process, with each of the kernel's files read once and then kept: all answers are of one moment, and
    /// several cost little more than one.
    #[must_use]
    pub fn oneshot(&self) -> Self {
        Self {
            host: self.host.clone(),
            pid: self.pid,
            start: self.start.clone(),
            kept: Some(Box::new(Raw::new(&self.host, self.pid))),
        }
    }

    /// Asks `question` of the kept sources, or of fresh ones.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Raw) -> Result<T>) -> Result<T> {
        match &self.kept {
            Some(raw) => question(raw),
            None => question(&Raw::new(&self.host, self.pid)),
        }
    }

    /// The name of the process.
    pub fn name(&self) -> Result<OsString> {
        self.ask(Raw::name)
    }

    fn set_start(&self, start: Option<u64>) {
        // Already set is already right: a process starts once.
        let _ = self.start.set(start);
    }

    fn start(&self) -> Option<u64> {
        *self.start.get_or_init(|| self.ask(Raw::start).ok())
    }
}

impl Host {
    /// The process `pid` of this machine.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if there is none.
    pub fn process(&self, pid: impl Into<Pid>) -> Result<Process> {
        let process =
            Process { host: self.clone(), pid: pid.into(), start: OnceLock::new(), kept: None };
        match process.ask(Raw::start) {
            Ok(start) => process.set_start(Some(start)),
            // That it is there is known; what may not be read stays unknown.
            Err(error) if error.kind() == crate::ErrorKind::AccessDenied => process.set_start(None),
            Err(error) => return Err(error),
        }
        Ok(process)
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("pid", &self.pid.as_u32())
            .field("start", &self.start())
            .finish()
    }
}
