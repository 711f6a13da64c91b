//! Where a process stands on its machine: its namespaces, its label, who logged in, how soon it is killed for memory, and
//! what it keeps in memory.

use std::ffi::OsString;

use crate::record::Record;
use crate::{Host, Process, Result, sys};

/// A namespace that a process is in. namespaces(7)
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Namespace {
    /// Of what, by the kernel's name: `cgroup`, `ipc`, `mnt`, `net`, `pid`, `time`, `user`, `uts`.
    #[field(label)]
    pub kind: String,
    /// Its number, which two processes in the same one have in common.
    #[field(label)]
    pub id: u64,
}

/// How soon the kernel kills a process when memory runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct OomScore {
    /// The higher the sooner.
    pub score: u32,
    /// What somebody added to that, -1000 (never) to 1000.
    pub adjustment: i32,
}

impl Process {
    /// The namespaces of the process, by kind. Those that its children will be in are not among them.
    ///
    /// Linux since 3.8: the links in `/proc/<pid>/ns`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems, `AccessDenied` of a process of somebody else; else as for
    /// [every question](Self#errors).
    pub fn namespaces(&self) -> Result<Vec<Namespace>> {
        self.ask(sys::standing::namespaces)
    }

    /// What the security module of the kernel calls the process, as in `unconfined`; `None` where there is none that has
    /// labels.
    ///
    /// Linux: `/proc/<pid>/attr/current`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems; else as for [every question](Self#errors).
    pub fn security_label(&self) -> Result<Option<OsString>> {
        self.ask(sys::standing::security_label)
    }

    /// The user who logged in to start the process, whoever it has become since; `None` where nobody did.
    ///
    /// Linux, with audit: `/proc/<pid>/loginuid`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems, `NotFound` from a kernel without audit; else as for [every question](Self#errors).
    pub fn login_uid(&self) -> Result<Option<u32>> {
        self.ask(sys::standing::login_uid)
    }

    /// How soon the kernel kills the process when memory runs out. Linux: `/proc/<pid>/oom_score`, `oom_score_adj`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems; else as for [every question](Self#errors).
    pub fn oom_score(&self) -> Result<OomScore> {
        self.ask(sys::standing::oom_score)
    }

    /// How much of its address space the process has locked into memory, in bytes; `None` for one that has none.
    ///
    /// Linux: `VmLck` of `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems; else as for [every question](Self#errors).
    pub fn locked_memory(&self) -> Result<Option<u64>> {
        self.ask(sys::standing::locked_memory)
    }
}

impl Host {
    /// How much memory all processes together have locked, in bytes; `None` from a kernel that does not count it. Memory
    /// that was locked and not touched yet does not count, and what was locked in the last second may not.
    ///
    /// Linux since 2.6.28: `Mlocked` of `/proc/meminfo`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems.
    pub fn locked_memory(&self) -> Result<Option<u64>> {
        sys::standing::all_locked_memory(self)
    }

    /// Whether the kernel counts how long processes wait for disks, without which `iowait` of their times stays 0; `None`
    /// from a kernel that does not say, as before 5.14, which counted it if it was built so.
    ///
    /// Linux: `/proc/sys/kernel/task_delayacct`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems.
    pub fn delay_accounting(&self) -> Result<Option<bool>> {
        sys::standing::delay_accounting(self)
    }
}
