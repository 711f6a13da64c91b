//! Memory and page files.

mod ffi;

use psight_parse::windows::system_page_file_information::page_files;

use super::kernel::{self, here};
use super::machine;
use crate::memory::{HeapInfo, SwapMemory, VirtualMemory, percent};
use crate::{Error, Host, Result};

pub(crate) use super::{committed_memory, memory_caches, memory_details, memory_events};

const SYSTEM_PAGE_FILE_INFORMATION: i32 = 18;

// GetPerformanceInfo
pub(crate) fn virtual_memory(host: &Host) -> Result<(VirtualMemory, bool)> {
    here(host, "virtual_memory")?;
    let said =
        machine::ffi::performance().map_err(|error| Error::system("GetPerformanceInfo", error))?;
    let bytes = |pages: usize| (pages as u64).saturating_mul(said.PageSize as u64);
    let (total, available) = (bytes(said.PhysicalTotal), bytes(said.PhysicalAvailable));
    let used = total.saturating_sub(available);
    let memory = VirtualMemory {
        total,
        available,
        percent: percent(used, total),
        used,
        free: available,
        active: None,
        inactive: None,
        buffers: None,
        cached: Some(bytes(said.SystemCache)),
        shared: None,
        slab: None,
        wired: Some(bytes(said.KernelNonpaged)),
    };
    Ok((memory, false))
}

// SystemPageFileInformation
pub(crate) fn swap_memory(host: &Host) -> Result<SwapMemory> {
    here(host, "swap_memory")?;
    let what = "SystemPageFileInformation";
    let buffer = kernel::system(SYSTEM_PAGE_FILE_INFORMATION, 4096, what)?;
    let files = page_files(buffer.bytes()).map_err(|error| Error::malformed(what, &error))?;
    let page_size = super::host::constants().page_size;
    let bytes = |pages: u64| pages.saturating_mul(page_size);
    let total = bytes(files.iter().map(|file| u64::from(file.total_size_pages)).sum());
    let used = bytes(files.iter().map(|file| u64::from(file.total_in_use_pages)).sum());
    Ok(SwapMemory {
        total,
        used,
        free: total.saturating_sub(used),
        percent: percent(used, total),
        // The kernel counts pages that were read, those of ordinary files among them.
        swapped_in: None,
        swapped_out: None,
    })
}

/// Pieces of all heaps, and private memory whoever asked for it: that of the heaps is in it.
// GetProcessHeaps, HeapWalk, VirtualQuery
pub(crate) fn heap_info() -> Result<HeapInfo> {
    let heaps = ffi::heaps().map_err(|error| Error::system("GetProcessHeaps", error))?;
    let used = heaps.iter().map(|heap| ffi::used(*heap));
    let used: std::io::Result<u64> = used.sum();
    Ok(HeapInfo {
        heap_used: used.map_err(|error| Error::system("HeapWalk", error))?,
        mmap_used: ffi::private_memory(),
        heap_count: Some(heaps.len() as u64),
    })
}

// HeapCompact
pub(crate) fn heap_trim() -> Result<bool> {
    let heaps = ffi::heaps().map_err(|error| Error::system("GetProcessHeaps", error))?;
    let before = ffi::private_memory();
    heaps.into_iter().for_each(ffi::compact);
    Ok(ffi::private_memory() < before)
}
