//! What a control group uses, and how often its limits held it up.

use std::time::Duration;

use crate::record::Record;
use crate::{Host, Process, Result, sys};

/// What the control group of a process uses and has used, with all groups below it: a container, a service or a job as a
/// whole. `None` is what the kernel does not count for it: which controllers a group has is for who made it to say, and the
/// root of version 2 has hardly any.
///
/// ```no_run
/// # use psight::Host;
/// let before = Host::local().group_usage()?;
/// // … some time later …
/// let now = Host::local().group_usage()?;
/// if let (Some(then), Some(now)) = (before.throttled_time, now.throttled_time) {
///     println!("held up for {:?}", now.saturating_sub(then));
/// }
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct GroupUsage {
    /// The time spent on processors since the group was made, by processes that have ended too.
    #[field(unit = seconds, counter)]
    pub cpu_time: Option<Duration>,
    /// The part of it that was spent in their own code. Version 1 counts it in ticks of (usually) 10 ms.
    #[field(unit = seconds, counter)]
    pub cpu_user_time: Option<Duration>,
    /// The part of it that was spent in the kernel.
    #[field(unit = seconds, counter)]
    pub cpu_system_time: Option<Duration>,
    /// How many periods of its quota have passed in which somebody of the group wanted to run; 0 without a quota. See
    /// [`EffectiveCpus::quota`](super::EffectiveCpus::quota).
    #[field(counter)]
    pub periods: Option<u64>,
    /// In how many of them the quota was used up, and the group was held up until the next. What the quota of a group above
    /// does is counted there and not here, as in `throttled_time`.
    #[field(counter)]
    pub throttled_periods: Option<u64>,
    /// How long it was held up so, that of several processors added up.
    #[field(unit = seconds, counter)]
    pub throttled_time: Option<Duration>,
    /// The memory that it uses, caches included.
    #[field(unit = bytes)]
    pub memory: Option<u64>,
    /// The most that it has used at a time. Version 1, or Linux since 5.19.
    #[field(unit = bytes)]
    pub memory_peak: Option<u64>,
    /// The swap space that it uses; `None` where the kernel does not count it by group.
    #[field(unit = bytes)]
    pub swap: Option<u64>,
    /// How often it reached the limit of its memory, so that some had to be taken back first.
    #[field(counter)]
    pub memory_limit_hits: Option<u64>,
    /// How often it was slowed down because it used more than `memory.high`. Version 2.
    #[field(counter)]
    pub memory_high_hits: Option<u64>,
    /// How many of its processes were killed because there was no memory left, in the group or in the machine. Linux since
    /// 4.13. Version 1 leaves out those of the groups below.
    #[field(counter)]
    pub oom_kills: Option<u64>,
    /// How many threads it has.
    pub tasks: Option<u64>,
    /// How many it may have; `None` without a limit too.
    pub tasks_limit: Option<u64>,
    /// How often another one was refused for that.
    #[field(counter)]
    pub tasks_limit_hits: Option<u64>,
}

impl Host {
    /// What the control group of this process uses. On a machine that is seen from elsewhere, and on a captured one, that of
    /// its first process.
    ///
    /// Linux: see [`Process::group_usage`].
    ///
    /// # Errors
    ///
    /// As [`Process::group_usage`].
    pub fn group_usage(&self) -> Result<GroupUsage> {
        sys::limits::asking(self)?.group_usage()
    }
}

impl Process {
    /// What the control group uses that the process is in: that of its container, service or job. With version 1 it can be
    /// another group for each controller.
    ///
    /// Linux: of the group `cpu.stat`, `memory.current`, `memory.peak`, `memory.swap.current`, `memory.events`,
    /// `pids.current`, `pids.max` and `pids.events`; with version 1 `cpuacct.usage`, `cpuacct.stat`, `cpu.stat`,
    /// `memory.usage_in_bytes`, `memory.max_usage_in_bytes`, `memory.memsw.usage_in_bytes`, `memory.failcnt`,
    /// `memory.oom_control` and those of `pids`.
    ///
    /// # Errors
    ///
    /// `Unsupported` where there are no control groups, or that of the process cannot be seen from here or counts nothing;
    /// `Malformed` where a number is not understood.
    pub fn group_usage(&self) -> Result<GroupUsage> {
        sys::limits::group_usage(self)
    }
}
