//! Whether a machine struggles: how long tasks waited for processors, memory and disks ("pressure stall information").
//!
//! What is used and what is free does not tell: a machine with all of its memory in use may be well, and one with a
//! third of it free may wait for its disks all the time.
//!
//! ```no_run
//! # use psight::Host;
//! if let Some(some) = Host::local().pressure()?.memory.and_then(|memory| memory.some) {
//!     println!("{} % of the last ten seconds, a task waited for memory", some.avg10);
//! }
//! # Ok::<(), psight::Error>(())
//! ```

use std::time::Duration;

use crate::record::Record;
use crate::{Host, Process, Result, sys};

/// How long tasks waited, by what they waited for. `None` is what the kernel does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Record)]
#[non_exhaustive]
pub struct Pressure {
    /// For a processor.
    pub cpu: Option<Stalls>,
    /// For memory: to be taken back from others, or to be read again because it was.
    pub memory: Option<Stalls>,
    /// For disks, and for what else is read and written in blocks.
    pub io: Option<Stalls>,
    /// Until interrupts were served. Since Linux 6.1, where the kernel measures it.
    pub irq: Option<Stalls>,
}

/// How long tasks waited for one resource.
#[derive(Debug, Clone, Copy, Default, PartialEq, Record)]
#[non_exhaustive]
pub struct Stalls {
    /// While at least one task waited, whatever others did; `None` for interrupts.
    pub some: Option<Stall>,
    /// While all tasks that had anything to do waited, and nothing was done. For processors it is known since Linux
    /// 5.13, and 0 for the whole machine, where somebody always runs.
    pub full: Option<Stall>,
}

/// How much of the time somebody waited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Record)]
#[non_exhaustive]
pub struct Stall {
    /// Of the last ten seconds.
    #[field(unit = percent)]
    pub avg10: f64,
    /// Of the last minute.
    #[field(unit = percent)]
    pub avg60: f64,
    /// Of the last five minutes.
    #[field(unit = percent)]
    pub avg300: f64,
    /// Since the machine started, or the control group was made: what it grew by between two readings, over the time
    /// between them, is how much of that time it was.
    #[field(unit = seconds, counter)]
    pub total: Duration,
}

impl Host {
    /// How long the tasks of this machine waited.
    ///
    /// Linux: `/proc/pressure`, since 4.20.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the kernel does not measure it (it can be left out, and switched off with `psi=0`);
    /// `Malformed` where a file is not understood.
    pub fn pressure(&self) -> Result<Pressure> {
        sys::pressure::of_machine(self)
    }
}

impl Process {
    /// How long the tasks of the control group waited in which the process is: those of its container, service or job,
    /// with all groups below.
    ///
    /// Linux: `cpu.pressure`, `memory.pressure`, `io.pressure` and `irq.pressure` of the group in the hierarchy of version 2.
    ///
    /// # Errors
    ///
    /// As [`Host::pressure`]; `Unsupported` too where the group is not in a hierarchy of version 2, cannot be seen from here,
    /// or has it switched off (`cgroup.pressure`).
    pub fn pressure(&self) -> Result<Pressure> {
        sys::pressure::of_group(self)
    }
}
