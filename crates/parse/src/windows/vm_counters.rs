//! `VM_COUNTERS`: the memory that a process holds. It is an answer of its own (`ProcessVmCounters`) and a part of
//! `SYSTEM_PROCESS_INFORMATION`.

use super::fields::{u32_at, u64_at};
use crate::Error;

/// All in bytes, but for `page_fault_count`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VmCounters {
    /// Largest `virtual_size` so far.
    pub peak_virtual_size: u64,
    /// Address space that is reserved.
    pub virtual_size: u64,
    /// Page faults of every kind; wraps at 2³².
    pub page_fault_count: u32,
    /// Largest `working_set_size` so far.
    pub peak_working_set_size: u64,
    /// Physical memory in use.
    pub working_set_size: u64,
    /// Largest `quota_paged_pool_usage` so far.
    pub quota_peak_paged_pool_usage: u64,
    /// Kernel memory that may be paged out.
    pub quota_paged_pool_usage: u64,
    /// Largest `quota_non_paged_pool_usage` so far.
    pub quota_peak_non_paged_pool_usage: u64,
    /// Kernel memory that may not be paged out.
    pub quota_non_paged_pool_usage: u64,
    /// Memory that is committed, in memory or in a page file.
    pub pagefile_usage: u64,
    /// Largest `pagefile_usage` so far.
    pub peak_pagefile_usage: u64,
}

/// How long the structure is.
pub const LENGTH: usize = 0x58;

/// Decodes the structure.
pub fn vm_counters(bytes: &[u8]) -> Result<VmCounters, Error> {
    Ok(VmCounters {
        peak_virtual_size: u64_at(bytes, 0x00, "PeakVirtualSize")?,
        virtual_size: u64_at(bytes, 0x08, "VirtualSize")?,
        page_fault_count: u32_at(bytes, 0x10, "PageFaultCount")?,
        peak_working_set_size: u64_at(bytes, 0x18, "PeakWorkingSetSize")?,
        working_set_size: u64_at(bytes, 0x20, "WorkingSetSize")?,
        quota_peak_paged_pool_usage: u64_at(bytes, 0x28, "QuotaPeakPagedPoolUsage")?,
        quota_paged_pool_usage: u64_at(bytes, 0x30, "QuotaPagedPoolUsage")?,
        quota_peak_non_paged_pool_usage: u64_at(bytes, 0x38, "QuotaPeakNonPagedPoolUsage")?,
        quota_non_paged_pool_usage: u64_at(bytes, 0x40, "QuotaNonPagedPoolUsage")?,
        pagefile_usage: u64_at(bytes, 0x48, "PagefileUsage")?,
        peak_pagefile_usage: u64_at(bytes, 0x50, "PeakPagefileUsage")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn the_count_of_faults_is_narrow_and_all_else_is_wide() {
        // As Wine answers: sizes 0x6b90e000 and 0x4547000 at their places.
        let sample = Sample::new(LENGTH)
            .u64(0x00, 0x6b90_e000)
            .u64(0x08, 0x0454_7000)
            .u32(0x10, 7)
            .u64(0x18, 0x00c6_1000)
            .u64(0x20, 0x00c6_0000)
            .u64(0x50, 9);
        let found = vm_counters(&sample.0).unwrap();
        assert_eq!((found.peak_virtual_size, found.virtual_size), (0x6b90_e000, 0x0454_7000));
        assert_eq!(found.page_fault_count, 7);
        assert_eq!(
            (found.peak_working_set_size, found.working_set_size),
            (0x00c6_1000, 0x00c6_0000)
        );
        assert_eq!((found.pagefile_usage, found.peak_pagefile_usage), (0, 9));
        let cut = vm_counters(&sample.0[..LENGTH - 1]).unwrap_err();
        assert_eq!(cut, Error::missing("PeakPagefileUsage"));
    }
}
