//! Processors, those of all groups: a machine with more than 64 has several.

use psight_parse::windows::logical_processor_information::core_count;
use psight_parse::windows::processor_power_information::{ProcessorPower, processor_power};
use psight_parse::windows::system_interrupt_information::dpc_count;
use psight_parse::windows::system_performance_information::performance;
use psight_parse::windows::system_processor_performance_information::{
    ProcessorPerformance, processor_performance,
};

use super::ffi::Buffer;
use super::groups::Groups;
use super::kernel::{self, grown, here, seconds};
use super::machine::ffi;
use crate::cpu::{CpuFreq, CpuSample, CpuStats, CpuTimes, PerCpuFreq, PerCpuTimes};
use crate::{Error, Host, Result};

pub(crate) use super::{load_average, task_counts};

const SYSTEM_PERFORMANCE_INFORMATION: i32 = 2;
const SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION: i32 = 8;
const SYSTEM_INTERRUPT_INFORMATION: i32 = 23;

// SystemProcessorPerformanceInformation
pub(crate) fn total(host: &Host) -> Result<CpuTimes> {
    sample(host).map(|sample| sample.total)
}

pub(crate) fn sample(host: &Host) -> Result<CpuSample> {
    here(host, "cpu_times")?;
    Ok(sampled(&processors()?))
}

fn sampled(processors: &[ProcessorPerformance]) -> CpuSample {
    let cpus: Vec<CpuTimes> = processors.iter().map(times).collect();
    let sum = |part: fn(&CpuTimes) -> f64| cpus.iter().map(part).sum();
    let total = CpuTimes {
        user: sum(|cpu| cpu.user),
        system: sum(|cpu| cpu.system),
        idle: sum(|cpu| cpu.idle),
        nice: None,
        iowait: None,
        irq: Some(sum(|cpu| cpu.irq.unwrap_or_default())),
        softirq: None,
        steal: None,
        guest: None,
        guest_nice: None,
        dpc: Some(sum(|cpu| cpu.dpc.unwrap_or_default())),
        lock_spin: None,
    };
    let cpus = (0..).zip(cpus).map(|(cpu, times)| PerCpuTimes { cpu, times }).collect();
    CpuSample { total, cpus }
}

/// The processors of one group after the other.
fn processors() -> Result<Vec<ProcessorPerformance>> {
    let what = "SystemProcessorPerformanceInformation";
    let buffers = by_group(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, 64 * 0x30, what)?;
    joined(buffers.iter().map(Buffer::bytes), processor_performance)
        .map_err(|error| Error::malformed(what, &error))
}

/// The answers of all groups; a machine with one is asked as it always was.
// NtQuerySystemInformation, NtQuerySystemInformationEx
fn by_group(class: i32, room: usize, what: &str) -> Result<Vec<Buffer>> {
    let groups = ffi::group_count();
    if groups <= 1 {
        return Ok(vec![kernel::system(class, room, what)?]);
    }
    let answer = |group| {
        let mut buffer = Buffer::new(room);
        grown(&mut buffer, |buffer| ffi::query_group(class, group, buffer))
            .map_err(|status| status.of_system(what))?;
        Ok(buffer)
    };
    (0..groups).map(answer).collect()
}

/// What the answers list, one after the other.
fn joined<'a, T, E>(
    answers: impl Iterator<Item = &'a [u8]>,
    decode: impl Fn(&[u8]) -> std::result::Result<Vec<T>, E>,
) -> std::result::Result<Vec<T>, E> {
    let lists: std::result::Result<Vec<_>, _> = answers.map(decode).collect();
    Ok(lists?.into_iter().flatten().collect())
}

fn times(cpu: &ProcessorPerformance) -> CpuTimes {
    let apart = [cpu.idle_time, cpu.dpc_time, cpu.interrupt_time];
    let system = apart.iter().fold(cpu.kernel_time, |rest, part| rest.saturating_sub(*part));
    CpuTimes {
        user: seconds(cpu.user_time),
        system: seconds(system),
        idle: seconds(cpu.idle_time),
        nice: None,
        iowait: None,
        irq: Some(seconds(cpu.interrupt_time)),
        softirq: None,
        steal: None,
        guest: None,
        guest_nice: None,
        dpc: Some(seconds(cpu.dpc_time)),
        lock_spin: None,
    }
}

// GetActiveProcessorCount
pub(crate) fn count(host: &Host) -> Result<u32> {
    here(host, "cpu_count")?;
    match ffi::processor_count() {
        0 => Err(Error::unsupported("cpu_count")),
        count => Ok(count),
    }
}

// GetLogicalProcessorInformationEx
pub(crate) fn count_physical(host: &Host) -> Result<Option<u32>> {
    let what = "GetLogicalProcessorInformationEx";
    here(host, "cpu_count_physical")?;
    let buffer = ffi::cores().map_err(|error| Error::system(what, error))?;
    let cores = core_count(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
    Ok((cores > 0).then_some(cores))
}

// SystemPerformanceInformation, SystemProcessorPerformanceInformation, SystemInterruptInformation
pub(crate) fn stats(host: &Host) -> Result<CpuStats> {
    here(host, "cpu_stats")?;
    let what = "SystemPerformanceInformation";
    let buffer = kernel::system(SYSTEM_PERFORMANCE_INFORMATION, 0x158, what)?;
    let counts = performance(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
    let what = "SystemInterruptInformation";
    let buffers = by_group(SYSTEM_INTERRUPT_INFORMATION, 64 * 0x18, what)?;
    let dpcs: std::result::Result<u64, _> =
        buffers.iter().map(|buffer| dpc_count(buffer.bytes())).sum();
    let dpcs = dpcs.map_err(|error| Error::malformed(what, &error))?;
    let interrupts = processors()?.iter().map(|cpu| u64::from(cpu.interrupt_count)).sum();
    Ok(CpuStats {
        ctx_switches: counts.context_switches.into(),
        interrupts,
        soft_interrupts: Some(dpcs),
        syscalls: Some(counts.system_calls.into()),
    })
}

/// Of a machine with several groups the kernel lists the group in which the thread runs that asks.
// CallNtPowerInformation ProcessorInformation
pub(crate) fn per_cpu_freq(host: &Host) -> Result<Vec<PerCpuFreq>> {
    here(host, "cpu_freq")?;
    let what = "PROCESSOR_POWER_INFORMATION";
    let group = ffi::own_group();
    let buffer = ffi::processor_power(count(host)?).map_err(|status| status.of_system(what))?;
    let said = processor_power(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
    Ok(frequencies(&said, &Groups::now()?, group))
}

/// The entries behind those that were filled are empty. More than the group has are all of the machine.
fn frequencies(said: &[ProcessorPower], groups: &Groups, group: u16) -> Vec<PerCpuFreq> {
    let filled = said.iter().filter(|said| said.current_mhz > 0).count();
    let is_one = u32::try_from(filled).is_ok_and(|filled| filled <= groups.count(group));
    let first = if is_one { groups.first(group) } else { 0 };
    let freq = |(cpu, said): (u32, &ProcessorPower)| {
        let max = (said.max_mhz > 0).then_some(said.max_mhz.into());
        PerCpuFreq { cpu, freq: CpuFreq { current: said.current_mhz.into(), min: None, max } }
    };
    (first..).zip(said).filter(|(_, said)| said.current_mhz > 0).map(freq).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processors_of_the_second_group_follow_those_of_the_first() {
        let processor = |seconds: u64| {
            let idle = (seconds * 10_000_000).to_le_bytes();
            // The kernel counts what is idle as its own too.
            [idle.as_slice(), &idle, &[0; 0x20]].concat()
        };
        let groups = [[processor(1), processor(2)].concat(), processor(4)];
        let all = joined(groups.iter().map(Vec::as_slice), processor_performance).unwrap();
        let sample = sampled(&all);
        let idle: Vec<_> = sample.cpus.iter().map(|cpu| (cpu.cpu, cpu.times.idle)).collect();
        assert_eq!(idle, [(0, 1.0), (1, 2.0), (2, 4.0)]);
        assert_eq!((sample.total.idle, sample.total.system), (7.0, 0.0));
    }

    #[test]
    fn frequencies_are_those_of_the_group_that_asks() {
        let processor =
            |current_mhz| ProcessorPower { number: 0, max_mhz: current_mhz, current_mhz };
        let numbers = |said: &[u32], group| {
            let said: Vec<_> = said.iter().copied().map(processor).collect();
            let found = frequencies(&said, &Groups::of(&[0b11, 0b11]), group);
            found.into_iter().map(|cpu| (cpu.cpu, cpu.freq.current)).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&[2000, 1000, 0, 0], 1), [(2, 2000.0), (3, 1000.0)]);
        assert_eq!(numbers(&[2000, 1000, 0, 0], 0), [(0, 2000.0), (1, 1000.0)]);
        assert_eq!(numbers(&[1, 2, 3, 4], 1), [(0, 1.0), (1, 2.0), (2, 3.0), (3, 4.0)]);
    }
}
