//! Which processes there are.

use crate::{Host, Pid, Process, Result, sys};

impl Host {
    /// The pids of all processes, in ascending order. Threads are not among them, nor are processes that the system
    /// hides from the caller (Linux: a `/proc` mounted with `hidepid`).
    ///
    /// Linux: the directory `/proc`.
    ///
    /// Windows: `SystemProcessInformation`, which is one question for all.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no `/proc`, or nothing mounted on it.
    pub fn pids(&self) -> Result<Vec<Pid>> {
        sys::control::pids(self)
    }

    /// Whether there is a process with this pid, which may be a zombie. `false` for the number of a thread; `true` for
    /// a process that exists but is hidden from the caller.
    ///
    /// A pid says little, as it may belong to another process by now: ask [`Process::is_running`] of a process that you
    /// hold.
    ///
    /// Linux: `pidfd_open(2)`, else `kill(2)` with signal 0 and `Tgid` of `/proc/<pid>/status`; of a captured machine the
    /// latter alone.
    ///
    /// Windows: `OpenProcess`. A process that has ended is gone, though somebody may still have it open.
    pub fn pid_exists(&self, pid: impl Into<Pid>) -> bool {
        sys::control::pid_exists(self, pid.into())
    }

    /// What all pids are below: how wide a column of them has to be, whoever is to come.
    ///
    /// Linux: `/proc/sys/kernel/pid_max`, which is that of the pid namespace since 6.14.
    ///
    /// # Errors
    ///
    /// `NotFound` without that file, `Malformed` if it is no number.
    pub fn pid_max(&self) -> Result<u32> {
        sys::control::pid_max(self)
    }

    /// Every process, in the order of their pids. One that ends meanwhile is not in it.
    ///
    /// # Errors
    ///
    /// As [`pids`](Self::pids).
    pub fn process_list(&self) -> Result<Vec<Process>> {
        let pids = self.pids()?;
        Ok(pids.into_iter().filter_map(|pid| self.process(pid).ok()).collect())
    }
}
