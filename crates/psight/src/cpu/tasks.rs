//! How many tasks there are, and what they want.

use crate::record::Record;
use crate::{Host, Result, sys};

/// How many tasks there are: threads, those of all processes and of the kernel. `None` is what the kernel does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct TaskCounts {
    /// All of them.
    pub total: Option<u64>,
    /// Those that are on a processor, or ready for one and waiting for their turn. The task that asks is one of them.
    pub running: Option<u64>,
    /// Those that wait for a disk.
    pub blocked: Option<u64>,
    /// How many were started since boot, those that have ended included.
    #[field(counter)]
    pub started: Option<u64>,
}

impl Host {
    /// How many tasks there are now, how many of them run or want to, and how many were started since boot. No process is
    /// looked at.
    ///
    /// Linux: `procs_running`, `procs_blocked` and `processes` of `/proc/stat`, and `/proc/loadavg`. In a container it is
    /// the whole machine that is described, unless the container's own `/proc` says otherwise.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/stat`, `Malformed` if it says nothing of them.
    pub fn task_counts(&self) -> Result<TaskCounts> {
        sys::cpu::task_counts(self)
    }
}
