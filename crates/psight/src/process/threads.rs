//! The threads of a process, and how often they were switched.

use std::ffi::OsString;

use super::Status;
use crate::record::Record;
use crate::sys::process::Raw;
use crate::{Process, Result};

/// One thread of a process.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct Thread {
    /// The kernel's number of the thread; the main thread has the pid.
    #[field(label)]
    pub id: u32,
    /// Time in its own code.
    #[field(unit = seconds, counter)]
    pub user_time: f64,
    /// Time in the kernel on its behalf.
    #[field(unit = seconds, counter)]
    pub system_time: f64,
    /// What it calls itself, at most 15 bytes on Linux.
    #[field(label, on(linux))]
    pub name: Option<OsString>,
    /// What it is doing.
    #[field(on(linux))]
    pub status: Option<Status>,
    /// The CPU that it runs on, or ran on last.
    #[field(on(linux))]
    pub cpu_num: Option<u32>,
}

/// How often a CPU was given from a process to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct ContextSwitches {
    /// Because it waited for something.
    #[field(counter)]
    pub voluntary: u64,
    /// Because its time was up, or a more urgent one came.
    #[field(counter)]
    pub involuntary: u64,
}

impl Process {
    /// How many threads the process has; 1 for a zombie. Linux: `/proc/<pid>/stat`.
    ///
    /// Windows: `SystemProcessInformation`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn num_threads(&self) -> Result<u32> {
        self.ask(Raw::num_threads)
    }

    /// The threads of the process, by number. A thread that ends while they are listed is left out.
    ///
    /// Linux: `/proc/<pid>/task/<id>/stat`.
    ///
    /// Windows: `SystemProcessInformation`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn threads(&self) -> Result<Vec<Thread>> {
        self.ask(Raw::threads)
    }

    /// How often the main thread gave up a CPU, by itself and by force.
    ///
    /// Linux since 2.6.23: `/proc/<pid>/status`.
    ///
    /// Windows: `SystemProcessInformation`, those of all threads that live, of either kind: they are in `voluntary`,
    /// and `involuntary` is 0.
    ///
    /// # Errors
    ///
    /// `Unsupported` on a kernel that does not count them.
    pub fn num_ctx_switches(&self) -> Result<ContextSwitches> {
        self.ask(Raw::num_ctx_switches)
    }
}
