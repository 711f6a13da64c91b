//! Memory and swap space: `/proc/meminfo`, `/proc/vmstat`, `/proc/zoneinfo`.

use std::path::PathBuf;

use psight_parse::linux::meminfo::{Details, Meminfo, commit, details, meminfo};
use psight_parse::linux::vmstat::{Events, events};
use psight_parse::{Error as Undecoded, linux::zoneinfo::zoneinfo};

use super::disk::moved;
use super::open_files::{self, SystemFile};
use super::procfs::is_missing_here;
use super::records::bytes;
use super::{ffi, read};
use crate::memory::{
    CommittedMemory, HeapInfo, MemoryCaches, MemoryDetails, MemoryEvents, SwapMemory,
    VirtualMemory, percent,
};
use crate::{Error, Host, Result};

fn path(host: &Host) -> PathBuf {
    host.proc().join("meminfo")
}

// meminfo
fn contents(host: &Host) -> Result<Vec<u8>> {
    open_files::piece(host, SystemFile::Meminfo, &path(host))
}

pub(crate) fn virtual_memory(host: &Host) -> Result<(VirtualMemory, bool)> {
    let info = meminfo(&contents(host)?);
    let needed = |field: Option<u64>, name| {
        field.map(bytes).ok_or_else(|| Error::malformed(path(host), &Undecoded::missing(name)))
    };
    let total = needed(info.total_kib, "MemTotal")?;
    let free = needed(info.free_kib, "MemFree")?.min(total);
    // In some containers the parts are the whole machine's, and more than the container's total.
    let part = |kib: Option<u64>| kib.map(|kib| bytes(kib).min(total));
    let buffers = part(info.buffers_kib);
    let cached =
        info.cached_kib.map(|kib| bytes(kib).saturating_add(reclaimable(&info)).min(total));
    let available = available(host, &info, free, total);
    // As `free` says it since 4.0, and psutil since 7.1.0: caches that could be given back are not in use.
    let used = total.saturating_sub(available);
    let memory = VirtualMemory {
        total,
        available,
        percent: percent(used, total),
        used,
        free,
        active: part(info.active_kib),
        inactive: part(inactive(&info)),
        buffers,
        cached,
        shared: part(info.shmem_kib.or(info.mem_shared_kib)),
        slab: part(info.slab_kib),
        wired: None,
    };
    Ok((memory, info.available_kib.is_some_and(|kib| kib < 0)))
}

pub(crate) fn memory_caches(host: &Host) -> Result<MemoryCaches> {
    let info = meminfo(&contents(host)?);
    Ok(MemoryCaches {
        buffers: info.buffers_kib.map(bytes),
        files: info.cached_kib.map(bytes),
        reclaimable: info.sreclaimable_kib.map(bytes),
    })
}

// /proc/meminfo
pub(crate) fn committed_memory(host: &Host) -> Result<CommittedMemory> {
    let commit = commit(&contents(host)?);
    let known = commit.limit_kib.zip(commit.committed_kib);
    let (limit, committed) = known.ok_or_else(|| Error::unsupported("committed_memory"))?;
    Ok(CommittedMemory { limit: bytes(limit), committed: bytes(committed) })
}

// /proc/meminfo
pub(crate) fn memory_details(host: &Host) -> Result<MemoryDetails> {
    let said = details(&contents(host)?);
    if said == Details::default() {
        return Err(Error::unsupported("memory_details"));
    }
    let size = |kib: Option<u64>| kib.map(bytes);
    Ok(MemoryDetails {
        anonymous: size(said.anonymous_kib),
        anonymous_huge: size(said.anonymous_huge_kib),
        mapped: size(said.mapped_kib),
        dirty: size(said.dirty_kib),
        writeback: size(said.writeback_kib),
        unevictable: size(said.unevictable_kib),
        slab_unreclaimable: size(said.slab_unreclaimable_kib),
        kernel_stacks: size(said.kernel_stacks_kib),
        page_tables: size(said.page_tables_kib),
        per_cpu: size(said.per_cpu_kib),
        // Where it is not counted, the line says 0.
        vmalloc: size(said.vmalloc_kib.filter(|kib| *kib > 0)),
        zswap: size(said.zswap_kib),
        zswapped: size(said.zswapped_kib),
        corrupted: size(said.corrupted_kib),
        hugetlb: size(said.hugetlb_kib),
        huge_page_size: size(said.huge_page_size_kib),
        huge_pages: said.huge_pages,
        huge_pages_free: said.huge_pages_free,
        huge_pages_reserved: said.huge_pages_reserved,
        huge_pages_surplus: said.huge_pages_surplus,
    })
}

// /proc/vmstat
pub(crate) fn memory_events(host: &Host) -> Result<MemoryEvents> {
    let said = events(&read::system(&host.proc().join("vmstat"))?);
    if said == Events::default() {
        return Err(Error::unsupported("memory_events"));
    }
    Ok(MemoryEvents {
        page_faults: said.pgfault,
        major_faults: said.pgmajfault,
        direct_reclaims: said.allocstall,
        oom_kills: said.oom_kill,
    })
}

pub(crate) fn swap_memory(host: &Host) -> Result<SwapMemory> {
    let said = match contents(host) {
        Err(error) if is_missing_here(host, &error) => Vec::new(),
        read => read?,
    };
    let info = meminfo(&said);
    let said = info.swap_total_kib.map(bytes).zip(info.swap_free_kib.map(bytes));
    // A kernel without swap support writes neither line.
    let asked = || (!host.is_captured()).then(system_swap);
    let missing = || Error::malformed(path(host), &Undecoded::missing("SwapTotal"));
    let (total, free) = said.or_else(asked).ok_or_else(missing)?;
    let free = free.min(total);
    let used = total.saturating_sub(free);
    let stat = moved(&host.proc().join("vmstat")).unwrap_or_default();
    let page = host.constants().page_size;
    Ok(SwapMemory {
        total,
        used,
        free,
        percent: percent(used, total),
        swapped_in: stat.pswpin_pages.map(|pages| pages.saturating_mul(page)),
        swapped_out: stat.pswpout_pages.map(|pages| pages.saturating_mul(page)),
    })
}

/// sysinfo(2): all swap space, and the unused part of it.
fn system_swap() -> (u64, u64) {
    let info = rustix::system::sysinfo();
    // Narrow on 32-bit machines, and in units of a byte on most.
    #[allow(clippy::useless_conversion, reason = "the width is the machine's")]
    let bytes = |units| u64::from(units).saturating_mul(u64::from(info.mem_unit));
    (bytes(info.totalswap), bytes(info.freeswap))
}

// mallinfo2(3)
pub(crate) fn heap_info() -> Result<HeapInfo> {
    let (heap_used, mmap_used) = ffi::heap().ok_or_else(|| Error::unsupported("heap_info"))?;
    Ok(HeapInfo { heap_used, mmap_used, heap_count: None })
}

// malloc_trim(3)
pub(crate) fn heap_trim() -> Result<bool> {
    ffi::trim_heap().ok_or_else(|| Error::unsupported("heap_trim"))
}

/// What the kernel says is available, where it says so and it can be true.
fn available(host: &Host, info: &Meminfo, free: u64, total: u64) -> u64 {
    let said = info.available_kib.filter(|kib| *kib > 0).map(|kib| bytes(kib.unsigned_abs()));
    let available = said.unwrap_or_else(|| estimate(host, info, free));
    // In LXC the host's number can exceed the container's total (psutil#887).
    if available > total { free } else { available }
}

/// The kernel's own estimate, for kernels that do not make it (before 3.14, commit 34e431b0ae39).
fn estimate(host: &Host, info: &Meminfo, free: u64) -> u64 {
    let rough = free.saturating_add(info.cached_kib.map_or(0, bytes));
    let (Some(active), Some(inactive), Some(slab)) =
        (info.active_file_kib, info.inactive_file_kib, info.sreclaimable_kib)
    else {
        return rough;
    };
    let Ok(zones) = read::file(&host.proc().join("zoneinfo")) else { return rough };
    let low = zoneinfo(&zones).low_pages.saturating_mul(host.constants().page_size);
    let cache = bytes(active.saturating_add(inactive));
    let cache = cache - low.min(cache / 2);
    let slab = bytes(slab);
    let slab = slab - low.min(slab / 2);
    free.saturating_sub(low).saturating_add(cache).saturating_add(slab)
}

/// Since 2.6.28 in one line, before that in three.
fn inactive(info: &Meminfo) -> Option<u64> {
    info.inactive_kib.or_else(|| {
        Some(
            info.inact_dirty_kib?
                .saturating_add(info.inact_clean_kib?)
                .saturating_add(info.inact_laundry_kib?),
        )
    })
}

fn reclaimable(info: &Meminfo) -> u64 {
    info.sreclaimable_kib.map_or(0, bytes)
}
