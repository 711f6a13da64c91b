//! Processors, those of all groups: a machine with more than 64 has several.

use psight_parse::windows::logical_processor_information::core_count;
use psight_parse::windows::processor_power_information::processor_power;
use psight_parse::windows::system_interrupt_information::dpc_count;
use psight_parse::windows::system_performance_information::performance;
use psight_parse::windows::system_processor_performance_information::{
    ProcessorPerformance, processor_performance,
};

use super::ffi::Buffer;
use super::kernel::{self, grown, here, seconds};
use super::machine::ffi;
use crate::cpu::{CpuFreq, CpuSample, CpuStats, CpuTimes, PerCpuFreq, PerCpuTimes};
use crate::{Error, Host, Result};

pub(crate) use super::load_average;

const SYSTEM_PERFORMANCE_INFORMATION: i32 = 2;
const SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION: i32 = 8;
const SYSTEM_INTERRUPT_INFORMATION: i32 = 23;

// SystemProcessorPerformanceInformation
pub(crate) fn sample(host: &Host) -> Result<CpuSample> {
    here(host, "cpu_times")?;
    let cpus: Vec<CpuTimes> = processors()?.iter().map(times).collect();
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
    Ok(CpuSample { total, cpus })
}

/// The processors of one group after the other.
fn processors() -> Result<Vec<ProcessorPerformance>> {
    let what = "SystemProcessorPerformanceInformation";
    let decode = |buffer: &Buffer| {
        processor_performance(buffer.bytes()).map_err(|error| Error::malformed(what, &error))
    };
    let groups = ffi::group_count();
    if groups <= 1 {
        return decode(&kernel::system(SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, 64 * 0x30, what)?);
    }
    let mut all = Vec::new();
    for group in 0..groups {
        let mut buffer = Buffer::new(64 * 0x30);
        let class = SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION;
        grown(&mut buffer, |buffer| ffi::query_group(class, group, buffer))
            .map_err(|status| status.of_system(what))?;
        all.extend(decode(&buffer)?);
    }
    Ok(all)
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
    let buffer = kernel::system(SYSTEM_INTERRUPT_INFORMATION, 64 * 0x18, what)?;
    let dpcs = dpc_count(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
    let interrupts = processors()?.iter().map(|cpu| u64::from(cpu.interrupt_count)).sum();
    Ok(CpuStats {
        ctx_switches: counts.context_switches.into(),
        interrupts,
        soft_interrupts: Some(dpcs),
        syscalls: Some(counts.system_calls.into()),
    })
}

// CallNtPowerInformation ProcessorInformation
pub(crate) fn per_cpu_freq(host: &Host) -> Result<Vec<PerCpuFreq>> {
    here(host, "cpu_freq")?;
    let what = "PROCESSOR_POWER_INFORMATION";
    let buffer = ffi::processor_power(count(host)?).map_err(|status| status.of_system(what))?;
    let said = processor_power(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
    let freq = |cpu, mhz: f64, max: u32| PerCpuFreq {
        cpu,
        freq: CpuFreq { current: mhz, min: None, max: (max > 0).then_some(max.into()) },
    };
    let all = (0..).zip(&said).filter(|(_, said)| said.current_mhz > 0);
    Ok(all.map(|(cpu, said)| freq(cpu, said.current_mhz.into(), said.max_mhz)).collect())
}
