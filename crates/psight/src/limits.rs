//! What a process may use of the machine: control groups give a container, a service or a job less than all. And what such a
//! group uses of it.
//!
//! ```no_run
//! # use psight::Host;
//! let memory = Host::local().effective_memory()?;
//! println!("at most {} bytes, because of {}", memory.limit, memory.limited_by);
//! let cpus = Host::local().effective_cpus()?;
//! println!("{} workers, because of {}", cpus.whole, cpus.limited_by);
//! # Ok::<(), psight::Error>(())
//! ```

mod usage;

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;

use crate::record::{Kind, Record, ToValue, Value};
use crate::{Host, Process, Result, sys};

pub use usage::GroupUsage;

/// The memory that a process may use, together with all others in its control groups.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct EffectiveMemory {
    /// The most that may be used: the machine's memory, or the lowest limit of a group on the way from the root to the
    /// process. Beyond it the kernel ends processes of that group.
    #[field(unit = bytes)]
    pub limit: u64,
    /// What sets the limit.
    #[field(label)]
    pub limited_by: LimitedBy,
    /// What the group that sets the limit uses now, caches included; `None` where it is the machine's memory.
    #[field(unit = bytes)]
    pub used: Option<u64>,
    /// Beyond this the kernel slows the group down and takes memory back (`memory.high`); `None` where that does not come
    /// before the limit.
    #[field(unit = bytes)]
    pub high: Option<u64>,
    /// The file that sets `high`.
    #[field(label)]
    pub high_set_by: Option<PathBuf>,
    /// The most swap space that may be used besides, once memory is used up to its limit. Version 1 limits both together
    /// (`memsw`), and this is the difference. `None` where it is not known.
    #[field(unit = bytes)]
    pub swap: Option<u64>,
    /// What sets that limit.
    #[field(label)]
    pub swap_limited_by: Option<LimitedBy>,
    /// Whether every group up to the root was seen. It is false in most containers: the groups above that of the
    /// container are out of sight, and may allow less.
    pub complete: bool,
}

/// The processors that a process may use.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct EffectiveCpus {
    /// How many: those that are switched on, those that the process may run on, or the lowest quota of a group on the way
    /// from the root to the process, which need not be a whole number.
    #[field(unit = count)]
    pub cpus: f64,
    /// The same rounded up, at least 1: how many workers keep them busy.
    #[field(unit = count)]
    pub whole: u32,
    /// What makes it so few.
    #[field(label)]
    pub limited_by: LimitedBy,
    /// How many are switched on.
    #[field(unit = count)]
    pub online: u32,
    /// On how many of them the process may run: its affinity, within its cpuset. `None` where it is not known.
    #[field(unit = count)]
    pub allowed: Option<u32>,
    /// The lowest quota, in processors; `None` without any.
    #[field(unit = count)]
    pub quota: Option<f64>,
    /// The file that sets the quota.
    #[field(label)]
    pub quota_set_by: Option<PathBuf>,
    /// Whether every group up to the root was seen; see [`EffectiveMemory::complete`].
    pub complete: bool,
}

/// What sets a limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitedBy {
    /// There is no more in the machine.
    Host,
    /// The affinity of the process.
    Affinity,
    /// This file of a control group.
    Group(PathBuf),
}

impl Host {
    /// The memory that this process may use. On a machine that is seen from elsewhere, and on a captured one, what its
    /// first process may use.
    ///
    /// Linux: see [`Process::effective_memory`].
    ///
    /// # Errors
    ///
    /// As [`Process::effective_memory`].
    pub fn effective_memory(&self) -> Result<EffectiveMemory> {
        sys::limits::asking(self)?.effective_memory()
    }

    /// The processors that this process may use. On a machine that is seen from elsewhere, and on a captured one, those
    /// that its first process may use.
    ///
    /// Linux: see [`Process::effective_cpus`].
    ///
    /// # Errors
    ///
    /// As [`Process::effective_cpus`].
    pub fn effective_cpus(&self) -> Result<EffectiveCpus> {
        sys::limits::asking(self)?.effective_cpus()
    }
}

impl Process {
    /// The memory that the process may use.
    ///
    /// Linux: `/proc/meminfo`, `/proc/<pid>/cgroup`, `/proc/self/mountinfo`, and of each group from that of the process
    /// up `memory.max`, `memory.high`, `memory.swap.max` and `memory.current`, or `memory.limit_in_bytes`,
    /// `memory.memsw.limit_in_bytes` and `memory.usage_in_bytes` (version 1).
    ///
    /// # Errors
    ///
    /// As [`Host::virtual_memory`]; `Malformed` where a limit is not understood. Where there are no control groups, or they
    /// cannot be seen, the machine is the limit.
    pub fn effective_memory(&self) -> Result<EffectiveMemory> {
        sys::limits::effective_memory(self)
    }

    /// The processors that the process may use.
    ///
    /// Linux: `/sys/devices/system/cpu/online`, `sched_getaffinity(2)`, and of each group from that of the process up
    /// `cpu.max`, or `cpu.cfs_quota_us` and `cpu.cfs_period_us` (version 1). Whether a cpuset stands behind the affinity is
    /// read from `cpuset.cpus.effective`.
    ///
    /// # Errors
    ///
    /// As [`Host::cpu_count`]; `Malformed` where a quota is not understood.
    pub fn effective_cpus(&self) -> Result<EffectiveCpus> {
        sys::limits::effective_cpus(self)
    }
}

impl fmt::Display for LimitedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("host"),
            Self::Affinity => f.write_str("affinity"),
            Self::Group(path) => path.display().fmt(f),
        }
    }
}

impl ToValue for LimitedBy {
    const KIND: Kind = Kind::OsText;

    fn to_value(&self) -> Value<'_> {
        Value::OsText(match self {
            Self::Host => OsStr::new("host"),
            Self::Affinity => OsStr::new("affinity"),
            Self::Group(path) => path.as_os_str(),
        })
    }
}

crate::serialized!(LimitedBy);
