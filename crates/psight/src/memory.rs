//! The machine's memory and swap space.

mod details;

use crate::record::Record;
use crate::{Host, Result, sys};

pub use details::{MemoryDetails, MemoryEvents};

/// The machine's physical memory.
///
/// `total` and `available` mean the same on every system; the rest is the system's own bookkeeping, and its parts do not
/// add up to `total`.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct VirtualMemory {
    /// Physical memory that the kernel manages, without what firmware and kernel image keep.
    #[field(unit = bytes)]
    pub total: u64,
    /// Memory that programs could get now without anything being swapped out.
    #[field(unit = bytes)]
    pub available: u64,
    /// `(total - available) / total`, 0 to 100.
    #[field(unit = percent)]
    pub percent: f64,
    /// Memory in use. On Linux `total - available`, as `free` counts it since version 4: caches are not in it.
    #[field(unit = bytes)]
    pub used: u64,
    /// Memory that nothing uses, not even a cache. Low on a healthy machine.
    #[field(unit = bytes)]
    pub free: u64,
    /// Memory that was used recently.
    #[field(unit = bytes, on(linux, macos, bsd))]
    pub active: Option<u64>,
    /// Memory that was not used recently.
    #[field(unit = bytes, on(linux, macos, bsd))]
    pub inactive: Option<u64>,
    /// Cache of raw disk blocks and file system metadata.
    #[field(unit = bytes, on(linux, bsd))]
    pub buffers: Option<u64>,
    /// Cache of file contents; on Linux with the part of the slab that could be given back.
    #[field(unit = bytes, on(linux, windows, bsd))]
    pub cached: Option<u64>,
    /// Memory that several processes may share; on Linux tmpfs and shared memory.
    #[field(unit = bytes, on(linux, bsd))]
    pub shared: Option<u64>,
    /// The kernel's own data structures.
    #[field(unit = bytes, on(linux))]
    pub slab: Option<u64>,
    /// Memory that may never be paged out.
    #[field(unit = bytes, on(windows, macos, bsd))]
    pub wired: Option<u64>,
}

/// The kernel's caches, which [`VirtualMemory::cached`] adds up.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct MemoryCaches {
    /// Cache of raw disk blocks and file system metadata.
    #[field(unit = bytes)]
    pub buffers: Option<u64>,
    /// Cache of file contents, shared memory included.
    #[field(unit = bytes)]
    pub files: Option<u64>,
    /// The part of the kernel's own data structures that could be given back.
    #[field(unit = bytes)]
    pub reclaimable: Option<u64>,
}

/// The memory that the kernel has promised to programs, whether they use it or not.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct CommittedMemory {
    /// How much it promises at most where it was told to be strict (`vm.overcommit_memory` is 2); else it promises more.
    #[field(unit = bytes)]
    pub limit: u64,
    /// How much it has promised.
    #[field(unit = bytes)]
    pub committed: u64,
}

/// The machine's swap space.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct SwapMemory {
    /// All swap space; 0 where there is none.
    #[field(unit = bytes)]
    pub total: u64,
    /// Swap space in use.
    #[field(unit = bytes)]
    pub used: u64,
    /// Swap space not in use.
    #[field(unit = bytes)]
    pub free: u64,
    /// `used / total`, 0 to 100; 0 where there is no swap space.
    #[field(unit = percent)]
    pub percent: f64,
    /// Bytes read back from swap since boot.
    #[field(unit = bytes, counter, name = "sin")]
    pub swapped_in: Option<u64>,
    /// Bytes written to swap since boot.
    #[field(unit = bytes, counter, name = "sout")]
    pub swapped_out: Option<u64>,
}

/// What the C library's allocator holds for this process, as programs that look for leaks want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct HeapInfo {
    /// Memory given out from the heap by `malloc`, and not yet freed.
    #[field(unit = bytes)]
    pub heap_used: u64,
    /// Memory given out in mappings of its own, as large pieces are.
    #[field(unit = bytes)]
    pub mmap_used: u64,
    /// How many heaps there are.
    #[field(on(windows))]
    pub heap_count: Option<u64>,
}

/// What the C library's allocator holds for this process. What another allocator gave out is not in it.
///
/// Linux: `mallinfo2(3)`, before glibc 2.33 `mallinfo(3)`, whose numbers wrap at 4 GiB.
///
/// Windows: `HeapWalk` over all heaps of the process; `mmap_used` is all private memory, that of the heaps included.
///
/// # Errors
///
/// `Unsupported` where the C library does not tell, as musl.
pub fn heap_info() -> Result<HeapInfo> {
    sys::memory::heap_info()
}

/// Asks the C library's allocator to give unused memory back to the system; true if it gave back any.
///
/// Linux: `malloc_trim(3)`.
///
/// Windows: `HeapCompact` of all heaps.
///
/// # Errors
///
/// `Unsupported` where the C library has no way to ask, as musl.
pub fn heap_trim() -> Result<bool> {
    sys::memory::heap_trim()
}

impl Host {
    /// The machine's physical memory.
    ///
    /// Linux: `/proc/meminfo`. Where `MemAvailable` is missing (before 3.14) or absurd (some containers), `available`
    /// is estimated as that kernel would, from `/proc/zoneinfo` and the page cache. In a container it is still the whole
    /// machine that is described, unless the container's own `/proc` says otherwise.
    ///
    /// Windows: `GetPerformanceInfo`; `cached` is the system cache, `wired` the kernel memory that is never paged out.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/meminfo`, `Malformed` if it does not say how much memory there is.
    pub fn virtual_memory(&self) -> Result<VirtualMemory> {
        Ok(sys::memory::virtual_memory(self)?.0)
    }

    /// The same, and whether the system says that less than nothing is available, which psutil takes for a missing
    /// field. For the Python package.
    ///
    /// # Errors
    ///
    /// As [`virtual_memory`](Self::virtual_memory).
    #[doc(hidden)]
    pub fn virtual_memory_and_doubt(&self) -> Result<(VirtualMemory, bool)> {
        sys::memory::virtual_memory(self)
    }

    /// The kernel's caches one by one.
    ///
    /// Linux: `/proc/meminfo`, `Buffers`, `Cached` and `SReclaimable`.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/meminfo`.
    pub fn memory_caches(&self) -> Result<MemoryCaches> {
        sys::memory::memory_caches(self)
    }

    /// The memory that was promised to programs.
    ///
    /// Linux: `/proc/meminfo`, `CommitLimit` and `Committed_AS`.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/meminfo`, `Unsupported` where it does not tell, as before 2.6.10.
    pub fn committed_memory(&self) -> Result<CommittedMemory> {
        sys::memory::committed_memory(self)
    }

    /// The machine's swap space.
    ///
    /// Linux: `/proc/meminfo`, else `sysinfo(2)`, and `/proc/vmstat`; a kernel that does not count swapping gives `None`
    /// for both counters.
    ///
    /// Windows: the page files, `SystemPageFileInformation`. What was swapped is `None`: the kernel counts pages of
    /// ordinary files with those.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/meminfo` of another machine; on a captured one `Malformed` if it says nothing of swap.
    pub fn swap_memory(&self) -> Result<SwapMemory> {
        sys::memory::swap_memory(self)
    }
}

/// `part` of `whole` in percent; 0 of nothing is 0.
#[allow(dead_code, reason = "a system without memory questions has nothing to compare")]
pub(crate) fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 * 100.0 }
}
