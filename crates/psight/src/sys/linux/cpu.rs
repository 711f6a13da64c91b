//! Processors: `/proc/stat`, `/proc/cpuinfo`, `/proc/loadavg`, `/sys/devices/system/cpu`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use psight_parse::Error as Undecoded;
use psight_parse::linux::cpuinfo::cpuinfo;
use psight_parse::linux::cpulist::cpulist;
use psight_parse::linux::loadavg::{loadavg, tasks};
use psight_parse::linux::proc_stat::{CpuTicks, Totals, all_cpus, cpus, totals};
use psight_parse::text;

use super::open_files::{self, Shape, SystemFile};
use super::procfs::{has_own_proc, is_missing_here};
use super::{ffi, read};
use crate::cpu::{
    CpuFreq, CpuSample, CpuStats, CpuTimes, LoadAverage, PerCpuFreq, PerCpuTimes, TaskCounts,
};
use crate::{Error, Host, Result};

// /proc/stat, cpu
pub(crate) fn total(host: &Host) -> Result<CpuTimes> {
    let path = host.proc().join("stat");
    let mut begun = Vec::new();
    if !open_files::text(host, SystemFile::Stat, &path, Shape::Line(512), &mut begun) {
        begun = read::beginning(&path).map_err(|error| Error::system(&path, error))?;
    }
    let Some(total) = all_cpus(&begun) else { return sample(host).map(|sample| sample.total) };
    Ok(times(&total, host.constants().ticks_per_second as f64))
}

// /proc/stat, cpu and cpuN
pub(crate) fn sample(host: &Host) -> Result<CpuSample> {
    let path = host.proc().join("stat");
    let found = cpus(&open_files::piece(host, SystemFile::Stat, &path)?);
    let total = found.all.ok_or_else(|| Error::malformed(&path, &Undecoded::missing("cpu")))?;
    let per_second = host.constants().ticks_per_second as f64;
    let mut cpus: Vec<_> = found
        .each
        .into_iter()
        .map(|(cpu, ticks)| PerCpuTimes { cpu, times: times(&ticks, per_second) })
        .collect();
    cpus.sort_by_key(|each| each.cpu);
    Ok(CpuSample { total: times(&total, per_second), cpus })
}

// /sys/devices/system/cpu/online, as the C library's sysconf(_SC_NPROCESSORS_ONLN) reads it too
pub(crate) fn count(host: &Host) -> Result<u32> {
    let online = read::piece(&folder(host).join("online")).ok();
    let online = online.and_then(|bytes| cpulist(&bytes).ok()).map_or(0, |list| list.count());
    if let Some(count) = u32::try_from(online).ok().filter(|count| *count > 0) {
        return Ok(count);
    }
    let stat = read::system_piece(&host.proc().join("stat"));
    let found = match stat.map(|bytes| cpus(&bytes).each.len()) {
        Ok(count) if count > 0 => count,
        _ => {
            let path = host.proc().join("cpuinfo");
            match read::system(&path) {
                // As the C library does it where it can read no file, for want of a descriptor too.
                Err(error) if has_own_proc(host) => allowed().ok_or(error)?,
                read => cpuinfo(&read?).len(),
            }
        }
    };
    let missing =
        || Error::malformed(host.proc().join("cpuinfo"), &Undecoded::missing("processor"));
    u32::try_from(found).ok().filter(|count| *count > 0).ok_or_else(missing)
}

/// How many processors this program may run on.
fn allowed() -> Option<usize> {
    // 65,536 of them, which is more than any kernel has.
    let mut mask = [0; 1024];
    ffi::sched_getaffinity(0, &mut mask).ok()?;
    Some(mask.iter().map(|word: &usize| word.count_ones() as usize).sum())
}

// /sys/devices/system/cpu/cpuN/topology, else /proc/cpuinfo
pub(crate) fn count_physical(host: &Host) -> Result<Option<u32>> {
    let numbered = numbered(&folder(host), "cpu");
    // One name until 5.2, the other since then. A processor that is switched off has no topology.
    let counted = ["core_cpus_list", "thread_siblings_list"].iter().find_map(|name| {
        let cores: HashSet<Vec<u8>> = numbered
            .iter()
            .filter_map(|(_, cpu)| read::piece(&cpu.join("topology").join(name)).ok())
            .map(|bytes| bytes.trim_ascii().to_vec())
            .filter(|list| !list.is_empty())
            .collect();
        u32::try_from(cores.len()).ok().filter(|count| *count > 0)
    });
    Ok(counted.or_else(|| described_cores(host)))
}

/// The cores of each socket that `/proc/cpuinfo` describes.
fn described_cores(host: &Host) -> Option<u32> {
    let bytes = read::file(&host.proc().join("cpuinfo")).ok()?;
    let mut sockets = HashSet::new();
    let cores = cpuinfo(&bytes)
        .iter()
        .filter_map(|cpu| cpu.physical_id.zip(cpu.cpu_cores))
        .filter(|(socket, _)| sockets.insert(*socket))
        .fold(0u32, |sum, (_, cores)| sum.saturating_add(cores));
    (cores > 0).then_some(cores)
}

// /proc/stat, ctxt, intr and softirq
pub(crate) fn stats(host: &Host) -> Result<CpuStats> {
    let (path, stat) = read_totals(host)?;
    let needed = |field: Option<u64>, name| {
        field.ok_or_else(|| Error::malformed(&path, &Undecoded::missing(name)))
    };
    Ok(CpuStats {
        ctx_switches: needed(stat.ctxt, "ctxt")?,
        interrupts: needed(stat.intr, "intr")?,
        soft_interrupts: stat.softirq,
        syscalls: None,
    })
}

// stat: processes, procs_running, procs_blocked; loadavg
pub(crate) fn task_counts(host: &Host) -> Result<TaskCounts> {
    let (path, stat) = read_totals(host)?;
    if let (None, None, None) = (stat.processes, stat.procs_running, stat.procs_blocked) {
        return Err(Error::malformed(path, &Undecoded::missing("processes")));
    }
    let load = read::piece(&host.proc().join("loadavg")).ok();
    Ok(TaskCounts {
        total: load.and_then(|bytes| tasks(&bytes)),
        running: stat.procs_running,
        blocked: stat.procs_blocked,
        started: stat.processes,
    })
}

// /sys/devices/system/cpu/cpufreq/policyN, else …/cpuN/cpufreq, and /proc/cpuinfo
pub(crate) fn per_cpu_freq(host: &Host) -> Result<Vec<PerCpuFreq>> {
    let running = running(host);
    let dirs = policies(host);
    // The kernel measures what cpuinfo says, and only guesses some of what sysfs does (psutil#1851). Each folder is one
    // processor's only if there are as many; then they are told apart by number, since some may be switched off.
    let measured = if dirs.len() == running.len() { running.as_slice() } else { &[] };
    let mut found: Vec<_> = dirs
        .iter()
        .filter_map(|(cpu, dir)| {
            let current = measured.iter().find(|each| each.cpu == *cpu);
            let current = current.map(|each| each.freq.current);
            let current = current
                .or_else(|| megahertz(&dir.join("scaling_cur_freq")))
                .or_else(|| megahertz(&dir.join("cpuinfo_cur_freq")))?;
            let min = megahertz(&dir.join("scaling_min_freq"));
            let max = megahertz(&dir.join("scaling_max_freq"));
            Some(PerCpuFreq { cpu: *cpu, freq: CpuFreq { current, min, max } })
        })
        .collect();
    if found.is_empty() {
        found = running;
    }
    if found.is_empty() { Err(Error::unsupported("cpu_freq")) } else { Ok(found) }
}

/// What `/proc/cpuinfo` knows.
fn running(host: &Host) -> Vec<PerCpuFreq> {
    let Ok(bytes) = read::file(&host.proc().join("cpuinfo")) else { return Vec::new() };
    let mut cpus: Vec<_> = cpuinfo(&bytes)
        .iter()
        // 0 is what some virtual machines say for "unknown".
        .filter_map(|cpu| Some((cpu.processor, cpu.mhz.filter(|mhz| *mhz > 0.0)?)))
        .map(|(cpu, current)| PerCpuFreq { cpu, freq: CpuFreq { current, min: None, max: None } })
        .collect();
    cpus.sort_by_key(|each| each.cpu);
    cpus
}

/// The folders that say how fast one processor, or several together, may run.
fn policies(host: &Host) -> Vec<(u32, PathBuf)> {
    let cpus = folder(host);
    let policies = numbered(&cpus.join("cpufreq"), "policy");
    if !policies.is_empty() {
        return policies;
    }
    let mut single = numbered(&cpus, "cpu");
    for (_, dir) in &mut single {
        dir.push("cpufreq");
    }
    single.retain(|(_, dir)| dir.is_dir());
    single
}

/// A frequency of sysfs, which is in kHz, or `<unknown>`.
fn megahertz(path: &Path) -> Option<f64> {
    let khz = text::u64(&read::piece(path).ok()?)?;
    Some(khz as f64 / 1000.0)
}

// /proc/loadavg, else sysinfo(2)
pub(crate) fn load_average(host: &Host) -> Result<LoadAverage> {
    let path = host.proc().join("loadavg");
    let bytes = match read::system_piece(&path) {
        Err(error) if is_missing_here(host, &error) => return Ok(asked_load()),
        read => read?,
    };
    let load = loadavg(&bytes).map_err(|error| Error::malformed(&path, &error))?;
    Ok(LoadAverage { one: load.one, five: load.five, fifteen: load.fifteen })
}

fn asked_load() -> LoadAverage {
    // Numbers of fixed point: linux/sched/loadavg.h, and `SI_LOAD_SHIFT` of linux/sysinfo.h.
    let [one, five, fifteen] = rustix::system::sysinfo().loads.map(|load| load as f64 / 65536.0);
    LoadAverage { one, five, fifteen }
}

/// What `/proc/stat` says of the whole system, with its path, for what is missing from it.
pub(super) fn read_totals(host: &Host) -> Result<(PathBuf, Totals)> {
    let path = host.proc().join("stat");
    let totals = totals(&read::system_piece(&path)?);
    Ok((path, totals))
}

fn times(ticks: &CpuTicks, per_second: f64) -> CpuTimes {
    let seconds = |ticks: u64| ticks as f64 / per_second;
    CpuTimes {
        user: seconds(ticks.user_ticks),
        system: seconds(ticks.system_ticks),
        idle: seconds(ticks.idle_ticks),
        nice: Some(seconds(ticks.nice_ticks)),
        iowait: ticks.iowait_ticks.map(seconds),
        irq: ticks.irq_ticks.map(seconds),
        softirq: ticks.softirq_ticks.map(seconds),
        steal: ticks.steal_ticks.map(seconds),
        guest: ticks.guest_ticks.map(seconds),
        guest_nice: ticks.guest_nice_ticks.map(seconds),
        dpc: None,
        lock_spin: None,
    }
}

/// The folder of all processors.
fn folder(host: &Host) -> PathBuf {
    host.sys().join("devices/system/cpu")
}

/// The entries of `dir` that are `prefix` and a number, by number: `cpu10` comes after `cpu9`.
fn numbered(dir: &Path, prefix: &str) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .filter_map(|entry| {
            let name = entry.ok()?.file_name();
            let digits = name.as_encoded_bytes().strip_prefix(prefix.as_bytes())?;
            Some((text::u32(digits)?, dir.join(&name)))
        })
        .collect();
    found.sort();
    found
}
