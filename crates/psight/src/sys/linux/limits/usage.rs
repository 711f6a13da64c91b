//! What a control group uses: the files of its controllers that count.

use std::path::PathBuf;
use std::time::Duration;

use psight_parse::linux::cgroup::{entry, limit};
use psight_parse::{Error as Undecoded, text};

use super::groups::{Groups, Version};
use crate::limits::GroupUsage;
use crate::{Error, Process, Result};

/// A group of a process for one controller.
struct Group {
    groups: Groups,
    /// `None` if it cannot be seen.
    dir: Option<PathBuf>,
}

// cpu.stat, memory.current, memory.peak, memory.swap.current, memory.events, pids.current, pids.max, pids.events;
// cpuacct.usage, cpuacct.stat, memory.usage_in_bytes, memory.max_usage_in_bytes, memory.memsw.usage_in_bytes,
// memory.failcnt, memory.oom_control
pub(crate) fn group_usage(process: &Process) -> Result<GroupUsage> {
    let mut usage = GroupUsage {
        cpu_time: None,
        cpu_user_time: None,
        cpu_system_time: None,
        periods: None,
        throttled_periods: None,
        throttled_time: None,
        memory: None,
        memory_peak: None,
        swap: None,
        memory_limit_hits: None,
        memory_high_hits: None,
        oom_kills: None,
        tasks: None,
        tasks_limit: None,
        tasks_limit_hits: None,
    };
    let nothing = usage.clone();
    times(&mut Group::of(process, "cpuacct")?, process, &mut usage)?;
    quota(&mut Group::of(process, "cpu")?, &mut usage)?;
    memory(&mut Group::of(process, "memory")?, &mut usage)?;
    tasks(&mut Group::of(process, "pids")?, &mut usage)?;
    if usage == nothing { Err(Error::unsupported("group_usage")) } else { Ok(usage) }
}

fn times(group: &mut Group, process: &Process, usage: &mut GroupUsage) -> Result<()> {
    match group.groups.version {
        Version::One => {
            let per_second = process.host().constants().ticks_per_second;
            let ticks = |ticks: u64| Duration::from_secs_f64(ticks as f64 / per_second as f64);
            usage.cpu_time = group.number("cpuacct.usage")?.map(Duration::from_nanos);
            usage.cpu_user_time = group.entry("cpuacct.stat", "user")?.map(ticks);
            usage.cpu_system_time = group.entry("cpuacct.stat", "system")?.map(ticks);
        }
        Version::Two => {
            let mut time = |name| Ok::<_, Error>(group.entry("cpu.stat", name)?.map(micros));
            usage.cpu_time = time("usage_usec")?;
            usage.cpu_user_time = time("user_usec")?;
            usage.cpu_system_time = time("system_usec")?;
        }
    }
    Ok(())
}

fn quota(group: &mut Group, usage: &mut GroupUsage) -> Result<()> {
    usage.periods = group.entry("cpu.stat", "nr_periods")?;
    usage.throttled_periods = group.entry("cpu.stat", "nr_throttled")?;
    usage.throttled_time = match group.groups.version {
        Version::One => group.entry("cpu.stat", "throttled_time")?.map(Duration::from_nanos),
        Version::Two => group.entry("cpu.stat", "throttled_usec")?.map(micros),
    };
    Ok(())
}

fn memory(group: &mut Group, usage: &mut GroupUsage) -> Result<()> {
    match group.groups.version {
        Version::One => {
            usage.memory = group.number("memory.usage_in_bytes")?;
            usage.memory_peak = group.number("memory.max_usage_in_bytes")?;
            // Both together, and read a moment later.
            let both = group.number("memory.memsw.usage_in_bytes")?;
            usage.swap = both.zip(usage.memory).map(|(both, memory)| both.saturating_sub(memory));
            usage.memory_limit_hits = group.number("memory.failcnt")?;
            usage.oom_kills = group.entry("memory.oom_control", "oom_kill")?;
        }
        Version::Two => {
            usage.memory = group.number("memory.current")?;
            usage.memory_peak = group.number("memory.peak")?;
            usage.swap = group.number("memory.swap.current")?;
            usage.memory_limit_hits = group.entry("memory.events", "max")?;
            usage.memory_high_hits = group.entry("memory.events", "high")?;
            usage.oom_kills = group.entry("memory.events", "oom_kill")?;
        }
    }
    Ok(())
}

fn tasks(group: &mut Group, usage: &mut GroupUsage) -> Result<()> {
    usage.tasks = group.number("pids.current")?;
    usage.tasks_limit = group.told("pids.max", limit)?.flatten();
    usage.tasks_limit_hits = group.entry("pids.events", "max")?;
    Ok(())
}

fn micros(number: u64) -> Duration {
    Duration::from_micros(number)
}

impl Group {
    fn of(process: &Process, controller: &str) -> Result<Self> {
        let groups = Groups::of(process, controller)?;
        let dir = groups.dirs.first().filter(|_| groups.begins_there).cloned();
        Ok(Self { groups, dir })
    }

    /// The number in a file; `None` where the group has no such file.
    fn number(&mut self, file: &str) -> Result<Option<u64>> {
        self.told(file, |bytes| text::u64(bytes).ok_or(Undecoded::garbled("number")))
    }

    /// The number behind a word in a file; `None` where there is none.
    fn entry(&mut self, file: &str, name: &'static str) -> Result<Option<u64>> {
        Ok(self.told(file, |bytes| entry(bytes, name))?.flatten())
    }

    fn told<T>(
        &mut self,
        file: &str,
        decode: impl FnOnce(&[u8]) -> std::result::Result<T, Undecoded>,
    ) -> Result<Option<T>> {
        match &self.dir {
            Some(dir) => self.groups.told(&dir.join(file), decode),
            None => Ok(None),
        }
    }
}
