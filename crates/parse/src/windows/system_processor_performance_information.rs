//! `SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION`: where each processor of a group spent its time.

use super::fields::{u32_at, u64_at};
use crate::Error;

/// One processor; times in units of 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessorPerformance {
    /// Doing nothing.
    pub idle_time: u64,
    /// In the kernel: what was spent doing nothing, and for DPCs and interrupts, is in it.
    pub kernel_time: u64,
    /// In programs.
    pub user_time: u64,
    /// For deferred procedure calls.
    pub dpc_time: u64,
    /// For interrupts.
    pub interrupt_time: u64,
    /// How many interrupts were served; wraps at 2³².
    pub interrupt_count: u32,
}

const LENGTH: usize = 0x30;

/// Decodes the processors in their order; half a structure at the end is an error.
pub fn processor_performance(bytes: &[u8]) -> Result<Vec<ProcessorPerformance>, Error> {
    bytes.chunks(LENGTH).map(processor).collect()
}

fn processor(entry: &[u8]) -> Result<ProcessorPerformance, Error> {
    Ok(ProcessorPerformance {
        idle_time: u64_at(entry, 0x00, "IdleTime")?,
        kernel_time: u64_at(entry, 0x08, "KernelTime")?,
        user_time: u64_at(entry, 0x10, "UserTime")?,
        dpc_time: u64_at(entry, 0x18, "DpcTime")?,
        interrupt_time: u64_at(entry, 0x20, "InterruptTime")?,
        interrupt_count: u32_at(entry, 0x28, "InterruptCount")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn each_processor_has_its_own_times() {
        let sample = Sample::new(2 * LENGTH)
            .u64(0x00, 22_962_700_000)
            .u64(0x08, 37_544_300_000)
            .u64(0x10, 35_920_100_000)
            .u64(0x30 + 0x18, 5)
            .u64(0x30 + 0x20, 6)
            .u32(0x30 + 0x28, 7);
        let found = processor_performance(&sample.0).unwrap();
        assert_eq!(found.len(), 2);
        let times = |p: ProcessorPerformance| (p.idle_time, p.kernel_time, p.user_time);
        assert_eq!(times(found[0]), (22_962_700_000, 37_544_300_000, 35_920_100_000));
        assert_eq!((found[1].dpc_time, found[1].interrupt_time), (5, 6));
        assert_eq!(found[1].interrupt_count, 7);
        let cut = processor_performance(&sample.0[..LENGTH + 0x28]).unwrap_err();
        assert_eq!(cut, Error::missing("InterruptCount"));
    }

    #[test]
    fn what_wine_counts_is_understood() {
        let bytes = include_bytes!(
            "../../../../fixtures/windows/wine-10/system_processor_performance_information.bin"
        );
        let found = processor_performance(bytes).unwrap();
        let idle: Vec<u64> = found.iter().map(|cpu| cpu.idle_time).collect();
        assert_eq!(idle, [6_026_700_000, 5_475_700_000]);
        assert_eq!((found[1].kernel_time, found[1].user_time), (18_987_300_000, 36_921_900_000));
    }
}
