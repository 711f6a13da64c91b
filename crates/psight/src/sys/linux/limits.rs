//! What a process may use: the machine, its affinity, and the limits of all control groups that it is in.

mod groups;
mod usage;

use std::path::{Path, PathBuf};

use psight_parse::linux::cgroup::{cfs_period, cfs_quota, cpu_max, limit};
use psight_parse::linux::cpulist::{CpuList, cpulist};

use super::{cpu, process, read};
use crate::limits::{EffectiveCpus, EffectiveMemory, LimitedBy};
use crate::{Error, ErrorKind, Host, Process, Result};
use groups::{Groups, Version};

pub(crate) use usage::group_usage;

/// Whose limits are a machine's: those of the process that asks, or of the first of another machine.
pub(crate) fn asking(host: &Host) -> Result<Process> {
    match host.is_local() {
        true => host.process(process::current_pid(host)?),
        false => host.process(1),
    }
}

/// The directory of the process's group in the hierarchy of version 2; `None` if there is none, or it is out of sight.
pub(super) fn unified_group(process: &Process) -> Result<Option<PathBuf>> {
    let groups = Groups::unified(process)?;
    Ok(groups.dirs.into_iter().next().filter(|_| groups.begins_there))
}

/// The lowest limit so far, with the file that sets it.
type Lowest<T> = Option<(T, PathBuf)>;

fn lower<T: PartialOrd>(lowest: &mut Lowest<T>, found: Option<T>, file: PathBuf) {
    if let Some(found) = found
        && lowest.as_ref().is_none_or(|(known, _)| found < *known)
    {
        *lowest = Some((found, file));
    }
}

/// The lowest limits of the groups.
#[derive(Default)]
struct Limits {
    memory: Lowest<u64>,
    high: Lowest<u64>,
    swap: Lowest<u64>,
}

// memory.max, memory.high, memory.swap.max; memory.limit_in_bytes, memory.memsw.limit_in_bytes
pub(crate) fn effective_memory(process: &Process) -> Result<EffectiveMemory> {
    let host = process.host();
    let total = host.virtual_memory()?.total;
    let mut groups = Groups::of(process, "memory")?;
    let limits = match groups.version {
        Version::One => limits_of_one(&mut groups)?,
        Version::Two => limits_of_two(&mut groups)?,
    };
    let set = limits.memory.filter(|(limit, _)| *limit < total);
    let most = set.as_ref().map_or(total, |(limit, _)| *limit);
    let used = set.as_ref().and_then(|(_, file)| used(file));
    let high = limits.high.filter(|(high, _)| *high < most);
    let swap_total = host.swap_memory().ok().map(|swap| swap.total);
    let swap = match (limits.swap, swap_total) {
        (Some((swap, file)), total) if total.is_none_or(|total| swap < total) => {
            Some((swap, LimitedBy::Group(file)))
        }
        (_, total) => total.map(|total| (total, LimitedBy::Host)),
    };
    Ok(EffectiveMemory {
        limit: most,
        limited_by: set.map_or(LimitedBy::Host, |(_, file)| LimitedBy::Group(file)),
        used,
        high: high.as_ref().map(|(high, _)| *high),
        high_set_by: high.map(|(_, file)| file),
        swap: swap.as_ref().map(|(swap, _)| *swap),
        swap_limited_by: swap.map(|(_, by)| by),
        complete: groups.complete,
    })
}

fn limits_of_two(groups: &mut Groups) -> Result<Limits> {
    let mut limits = Limits::default();
    for dir in groups.dirs.clone() {
        let mut lowest = |lowest: &mut Lowest<u64>, name| {
            let file = dir.join(name);
            lower(lowest, groups.limit(&file)?, file);
            Ok::<(), Error>(())
        };
        lowest(&mut limits.memory, "memory.max")?;
        lowest(&mut limits.high, "memory.high")?;
        lowest(&mut limits.swap, "memory.swap.max")?;
    }
    Ok(limits)
}

fn limits_of_one(groups: &mut Groups) -> Result<Limits> {
    let mut limits = Limits::default();
    for (index, dir) in groups.dirs.clone().into_iter().enumerate() {
        // Without a hierarchy a group's memory is not counted in the group above. It was so by default until 5.11.
        let flat = |bytes: Vec<u8>| bytes.trim_ascii() == b"0";
        if index > 0 && groups.bytes(&dir.join("memory.use_hierarchy")).is_some_and(flat) {
            break;
        }
        let (file, both_file) =
            (dir.join("memory.limit_in_bytes"), dir.join("memory.memsw.limit_in_bytes"));
        let (memory, both) = (groups.limit(&file)?, groups.limit(&both_file)?);
        lower(&mut limits.memory, memory, file);
        lower(&mut limits.memory, both, both_file.clone());
        let swap = both.map(|both| both.saturating_sub(memory.unwrap_or(both)));
        lower(&mut limits.swap, swap, both_file);
    }
    Ok(limits)
}

/// What the group uses whose file sets the limit.
fn used(file: &Path) -> Option<u64> {
    let name = match file.file_name()?.to_str()? {
        "memory.max" => "memory.current",
        "memory.limit_in_bytes" => "memory.usage_in_bytes",
        _ => "memory.memsw.usage_in_bytes",
    };
    psight_parse::text::u64(&read::piece(&file.with_file_name(name)).ok()?)
}

// cpu.max; cpu.cfs_quota_us, cpu.cfs_period_us; cpuset.cpus.effective; sched_getaffinity(2)
pub(crate) fn effective_cpus(process: &Process) -> Result<EffectiveCpus> {
    let host = process.host();
    let online = cpu::count(host)?;
    let mut groups = Groups::of(process, "cpu")?;
    let quota = quota(&mut groups)?;
    let mut sets = Groups::of(process, "cpuset")?;
    let set = cpuset(&mut sets, host);
    let affinity = process.cpu_affinity().ok().map(|cpus| cpus.len());
    let affinity = affinity.and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
    let allowed = affinity.or(set.as_ref().map(|(count, _)| *count)).map(|count| count.min(online));
    let mut limited_by = match (allowed, set) {
        (Some(allowed), Some((count, file))) if allowed < online && count <= allowed => {
            LimitedBy::Group(file)
        }
        (Some(allowed), _) if allowed < online => LimitedBy::Affinity,
        _ => LimitedBy::Host,
    };
    let mut cpus = f64::from(allowed.unwrap_or(online));
    let mut whole = allowed.unwrap_or(online);
    if let Some((quota, file)) = quota.as_ref().filter(|(quota, _)| *quota < cpus) {
        limited_by = LimitedBy::Group(file.clone());
        cpus = *quota;
        whole = (1..whole).find(|count| f64::from(*count) >= cpus).unwrap_or(whole);
    }
    Ok(EffectiveCpus {
        cpus,
        whole,
        limited_by,
        online,
        allowed,
        quota: quota.as_ref().map(|(quota, _)| *quota),
        quota_set_by: quota.map(|(_, file)| file),
        complete: groups.complete && sets.complete,
    })
}

/// The lowest quota, in processors.
fn quota(groups: &mut Groups) -> Result<Lowest<f64>> {
    let mut lowest = None;
    for dir in groups.dirs.clone() {
        let (file, quota) = match groups.version {
            Version::One => {
                let (quota, period) = (dir.join("cpu.cfs_quota_us"), dir.join("cpu.cfs_period_us"));
                let us = groups.told(&quota, cfs_quota)?.flatten();
                (quota, us.zip(groups.told(&period, cfs_period)?))
            }
            Version::Two => {
                let file = dir.join("cpu.max");
                let max = groups.told(&file, cpu_max)?;
                (file, max.and_then(|max| Some((max.quota_us?, max.period_us))))
            }
        };
        let cpus = quota.map(|(quota_us, period_us)| quota_us as f64 / period_us as f64);
        lower(&mut lowest, cpus, file);
    }
    Ok(lowest)
}

/// How many processors the nearest cpuset has, of those that are switched on.
fn cpuset(groups: &mut Groups, host: &Host) -> Option<(u32, PathBuf)> {
    let names: &[&str] = match groups.version {
        Version::One => &["cpuset.effective_cpus", "cpuset.cpus"],
        Version::Two => &["cpuset.cpus.effective"],
    };
    let online = read::piece(&host.sys().join("devices/system/cpu/online")).ok();
    let online: Option<CpuList> = online.and_then(|bytes| cpulist(&bytes).ok());
    for dir in groups.dirs.clone() {
        for name in names {
            let file = dir.join(name);
            let Some(list) = groups.bytes(&file).and_then(|bytes| cpulist(&bytes).ok()) else {
                continue;
            };
            // No machine has as many; a garbled list may say so.
            let list = list.iter().take(1 << 16);
            let on = list.filter(|cpu| online.as_ref().is_none_or(|online| online.contains(*cpu)));
            // A set that nobody has filled yet holds no process.
            match u32::try_from(on.count()) {
                Ok(count) if count > 0 => return Some((count, file)),
                _ => {}
            }
        }
    }
    None
}

impl Groups {
    /// The limit in a file of a group; `None` if there is none.
    fn limit(&mut self, file: &Path) -> Result<Option<u64>> {
        Ok(self.told(file, limit)?.flatten())
    }

    /// What a file of a group says. A garbled limit is an error: to leave it out might be to allow too much.
    fn told<T>(
        &mut self,
        file: &Path,
        decode: impl FnOnce(&[u8]) -> std::result::Result<T, psight_parse::Error>,
    ) -> Result<Option<T>> {
        let bytes = self.bytes(file);
        bytes.map(|bytes| decode(&bytes).map_err(|e| Error::malformed(file, &e))).transpose()
    }

    /// A file of a group; `None` if the group has none. One that may not be read may hold a limit.
    fn bytes(&mut self, file: &Path) -> Option<Vec<u8>> {
        match read::piece(file) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                let kind = Error::system(file, error).kind();
                self.complete &= kind == ErrorKind::NotFound;
                None
            }
        }
    }
}
