//! The memory of a process in Windows' own words.

use super::process::Raw;
use crate::os::windows::memory::{MappedFile, MemoryCounters};
use crate::{Process, Result};

// ProcessVmCounters
pub(crate) fn memory_counters(process: &Process) -> Result<MemoryCounters> {
    let vm = process.ask(Raw::vm)?;
    Ok(MemoryCounters {
        rss: vm.working_set_size,
        vms: vm.pagefile_usage,
        num_page_faults: vm.page_fault_count,
        peak_wset: vm.peak_working_set_size,
        wset: vm.working_set_size,
        peak_paged_pool: vm.quota_peak_paged_pool_usage,
        paged_pool: vm.quota_paged_pool_usage,
        peak_nonpaged_pool: vm.quota_peak_non_paged_pool_usage,
        nonpaged_pool: vm.quota_non_paged_pool_usage,
        pagefile: vm.pagefile_usage,
        peak_pagefile: vm.peak_pagefile_usage,
        // "PrivateUsage: Same as PagefileUsage." (PROCESS_MEMORY_COUNTERS_EX)
        private: vm.pagefile_usage,
    })
}

// VirtualQueryEx, GetMappedFileName
pub(crate) fn mapped_files(process: &Process) -> Result<Vec<MappedFile>> {
    process.ask(Raw::mapped_files)
}
