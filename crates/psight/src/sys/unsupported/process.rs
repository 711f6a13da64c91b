//! Processes, refused.

use std::ffi::OsString;

use crate::{Error, Host, Pid, Result};

/// What one process says about itself, each of its sources read once.
#[derive(Debug)]
pub(crate) struct Raw {
    pid: Pid,
}

/// The number of this process.
pub(crate) fn current_pid(_host: &Host) -> Result<Pid> {
    Err(Error::unsupported("current_pid"))
}

impl Raw {
    pub(crate) fn new(_host: &Host, pid: Pid) -> Self {
        Self { pid }
    }

    /// The moment the process started, in the kernel's own unit and on a clock that is never set.
    pub(crate) fn start(&self) -> Result<u64> {
        self.refuse("start")
    }

    pub(crate) fn name(&self) -> Result<OsString> {
        self.refuse("name")
    }

    fn refuse<T>(&self, question: &str) -> Result<T> {
        Err(Error::unsupported(question).with_pid(self.pid))
    }
}
