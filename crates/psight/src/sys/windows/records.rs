//! Records of one process from the kernel's structures, whichever question they came with.

use psight_parse::windows::io_counters;
use psight_parse::windows::kernel_user_times::KernelUserTimes;
use psight_parse::windows::system_process_information::{SystemProcess, SystemThread};
use psight_parse::windows::vm_counters::VmCounters;

use super::kernel::seconds;
use crate::process::{
    ContextSwitches, IoCounters, MemoryInfo, MemoryInfoEx, PageFaults, ProcessCpuTimes, Status,
    Thread,
};

pub(super) fn cpu_times(times: &KernelUserTimes) -> ProcessCpuTimes {
    ProcessCpuTimes {
        user: seconds(times.user_time),
        system: seconds(times.kernel_time),
        // Windows does not add children up.
        children_user: 0.0,
        children_system: 0.0,
        iowait: None,
    }
}

pub(super) fn memory_info(vm: &VmCounters) -> MemoryInfo {
    MemoryInfo {
        rss: vm.working_set_size,
        vms: vm.pagefile_usage,
        shared: None,
        text: None,
        data: None,
        stack: None,
        peak_rss: Some(vm.peak_working_set_size),
        peak_vms: Some(vm.peak_pagefile_usage),
    }
}

pub(super) fn memory_info_ex(vm: &VmCounters) -> MemoryInfoEx {
    MemoryInfoEx {
        rss: vm.working_set_size,
        vms: vm.pagefile_usage,
        shared: None,
        text: None,
        data: None,
        stack: None,
        peak_rss: Some(vm.peak_working_set_size),
        peak_vms: Some(vm.peak_pagefile_usage),
        rss_anon: None,
        rss_file: None,
        rss_shmem: None,
        swap: None,
        hugetlb: None,
        wired: None,
        compressed: None,
        phys_footprint: None,
        virtual_size: Some(vm.virtual_size),
        peak_virtual: Some(vm.peak_virtual_size),
        paged_pool: Some(vm.quota_paged_pool_usage),
        nonpaged_pool: Some(vm.quota_non_paged_pool_usage),
        peak_paged_pool: Some(vm.quota_peak_paged_pool_usage),
        peak_nonpaged_pool: Some(vm.quota_peak_non_paged_pool_usage),
        lib: None,
    }
}

pub(super) fn io_counters(io: &io_counters::IoCounters) -> IoCounters {
    IoCounters {
        read_count: Some(io.read_operation_count),
        write_count: Some(io.write_operation_count),
        read_bytes: Some(io.read_transfer_count),
        write_bytes: Some(io.write_transfer_count),
        read_chars: None,
        write_chars: None,
        other_count: Some(io.other_operation_count),
        other_bytes: Some(io.other_transfer_count),
        cancelled_write_bytes: None,
    }
}

pub(super) fn page_faults(process: &SystemProcess<'_>) -> PageFaults {
    let (all, major) = (process.vm.page_fault_count, process.hard_fault_count);
    PageFaults { minor: all.wrapping_sub(major).into(), major: major.into() }
}

pub(super) fn ctx_switches(process: &SystemProcess<'_>) -> ContextSwitches {
    // The kernel counts both in one.
    ContextSwitches { voluntary: process.context_switches(), involuntary: 0 }
}

pub(super) fn status(process: &SystemProcess<'_>) -> Status {
    if process.is_suspended() { Status::Stopped } else { Status::Running }
}

pub(super) fn thread(thread: &SystemThread) -> Thread {
    Thread {
        id: thread.unique_thread,
        user_time: seconds(thread.times.user_time),
        system_time: seconds(thread.times.kernel_time),
        name: None,
        status: None,
        cpu_num: None,
    }
}
