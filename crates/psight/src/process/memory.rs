//! The memory that a process holds.

mod maps;

use crate::record::{Field, Os, Record, Unit};
use crate::sys::process::Raw;
use crate::{Error, Process, Result};

pub use maps::{AddressRange, GroupedMemoryMap, MemoryMap, MemoryRegion, Permissions};

/// Memory held by one process.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryInfo {
    /// Physical memory the process holds now, that which it shares with others included.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space the process has, in use or not.
    #[field(unit = bytes)]
    pub vms: u64,
    /// The part of `rss` that is backed by files or shared memory, and so may be shared.
    #[field(unit = bytes, on(linux))]
    pub shared: Option<u64>,
    /// Code of the program.
    #[field(unit = bytes, on(linux, bsd))]
    pub text: Option<u64>,
    /// Address space for data and stacks.
    #[field(unit = bytes, on(linux, bsd))]
    pub data: Option<u64>,
    /// Stack.
    #[field(unit = bytes, on(bsd))]
    pub stack: Option<u64>,
    /// Largest `rss` so far.
    #[field(unit = bytes, on(bsd, windows))]
    pub peak_rss: Option<u64>,
    /// Largest `vms` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_vms: Option<u64>,
}

/// Memory held by one process, in more detail.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryInfoEx {
    /// Physical memory the process holds now, that which it shares with others included.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space the process has, in use or not.
    #[field(unit = bytes)]
    pub vms: u64,
    /// The part of `rss` that is backed by files or shared memory, and so may be shared.
    #[field(unit = bytes, on(linux))]
    pub shared: Option<u64>,
    /// Code of the program.
    #[field(unit = bytes, on(linux, bsd))]
    pub text: Option<u64>,
    /// Address space for data and stacks.
    #[field(unit = bytes, on(linux, bsd))]
    pub data: Option<u64>,
    /// Stack.
    #[field(unit = bytes, on(bsd))]
    pub stack: Option<u64>,
    /// Largest `rss` so far.
    #[field(unit = bytes, on(linux, macos, bsd, windows))]
    pub peak_rss: Option<u64>,
    /// Largest `vms` so far.
    #[field(unit = bytes, on(linux, windows))]
    pub peak_vms: Option<u64>,
    /// The part of `rss` that no file backs: heap, stacks. Linux since 4.5.
    #[field(unit = bytes, on(linux, macos))]
    pub rss_anon: Option<u64>,
    /// The part of `rss` that files back. Linux since 4.5.
    #[field(unit = bytes, on(linux, macos))]
    pub rss_file: Option<u64>,
    /// The part of `rss` that is shared memory: tmpfs, System V. Linux since 4.5.
    #[field(unit = bytes, on(linux))]
    pub rss_shmem: Option<u64>,
    /// Memory that is swapped out, shared memory apart. Linux since 2.6.34.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
    /// Memory in huge pages of `hugetlbfs`, which `rss` does not count. Linux since 4.4.
    #[field(unit = bytes, on(linux))]
    pub hugetlb: Option<u64>,
    /// Memory that may not be paged out.
    #[field(unit = bytes, on(macos))]
    pub wired: Option<u64>,
    /// Memory that is compressed.
    #[field(unit = bytes, on(macos))]
    pub compressed: Option<u64>,
    /// What the system charges the process for.
    #[field(unit = bytes, on(macos))]
    pub phys_footprint: Option<u64>,
    /// Address space in use.
    #[field(unit = bytes, on(windows), name = "virtual")]
    pub virtual_size: Option<u64>,
    /// Largest `virtual` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_virtual: Option<u64>,
    /// Kernel memory that may be paged out.
    #[field(unit = bytes, on(windows))]
    pub paged_pool: Option<u64>,
    /// Kernel memory that may not be paged out.
    #[field(unit = bytes, on(windows))]
    pub nonpaged_pool: Option<u64>,
    /// Largest `paged_pool` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_paged_pool: Option<u64>,
    /// Largest `nonpaged_pool` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_nonpaged_pool: Option<u64>,
    /// Address space for code and data of shared libraries.
    #[field(unit = bytes, on(linux))]
    pub lib: Option<u64>,
}

/// What a process costs, as near as can be told.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryFootprint {
    /// Memory that is this process's alone: what would be free if it ended now.
    #[field(unit = bytes)]
    pub uss: u64,
    /// `uss`, plus its share of each page that it shares.
    #[field(unit = bytes, on(linux))]
    pub pss: Option<u64>,
    /// Memory that is swapped out.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
}

/// [`MemoryInfo`] and [`MemoryFootprint`] in one, as psutil's `memory_full_info` has it.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct MemoryFull {
    /// Physical memory the process holds now, that which it shares with others included.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Address space the process has, in use or not.
    #[field(unit = bytes)]
    pub vms: u64,
    /// The part of `rss` that is backed by files or shared memory, and so may be shared.
    #[field(unit = bytes, on(linux))]
    pub shared: Option<u64>,
    /// Code of the program.
    #[field(unit = bytes, on(linux, bsd))]
    pub text: Option<u64>,
    /// Address space for data and stacks.
    #[field(unit = bytes, on(linux, bsd))]
    pub data: Option<u64>,
    /// Stack.
    #[field(unit = bytes, on(bsd))]
    pub stack: Option<u64>,
    /// Largest `rss` so far.
    #[field(unit = bytes, on(bsd, windows))]
    pub peak_rss: Option<u64>,
    /// Largest `vms` so far.
    #[field(unit = bytes, on(windows))]
    pub peak_vms: Option<u64>,
    /// Memory that is this process's alone.
    #[field(unit = bytes, on(linux, macos, windows))]
    pub uss: Option<u64>,
    /// `uss`, plus its share of each page that it shares.
    #[field(unit = bytes, on(linux))]
    pub pss: Option<u64>,
    /// Memory that is swapped out.
    #[field(unit = bytes, on(linux))]
    pub swap: Option<u64>,
}

/// How often memory had to be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct PageFaults {
    /// Without a disk.
    #[field(counter)]
    pub minor: u64,
    /// From a disk.
    #[field(counter)]
    pub major: u64,
}

impl Process {
    /// The memory that the process holds; all 0 for a zombie and for a thread of the kernel.
    ///
    /// Linux: `/proc/<pid>/statm`, whose counts may be a few pages per thread behind.
    ///
    /// Windows: `ProcessVmCounters`: `rss` is the working set, `vms` the memory that is committed.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn memory_info(&self) -> Result<MemoryInfo> {
        self.ask(Raw::memory_info)
    }

    /// The memory that the process holds, with peaks and kinds.
    ///
    /// Linux: `/proc/<pid>/statm` and `status`; what comes from `status` is `None` for a zombie and for a thread of the
    /// kernel.
    ///
    /// Windows: `ProcessVmCounters`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn memory_info_ex(&self) -> Result<MemoryInfoEx> {
        self.ask(Raw::memory_info_ex)
    }

    /// What the process costs: the kernel looks at each page, which takes a while for a large process.
    ///
    /// Linux: `/proc/<pid>/smaps_rollup`, else `smaps`, which need the right to trace; all 0 for a zombie
    /// and for a thread of the kernel.
    ///
    /// Windows: `QueryWorkingSet`: pages that are not shared, or with nobody.
    ///
    /// # Errors
    ///
    /// `NotFound` on a kernel that has neither file.
    pub fn memory_footprint(&self) -> Result<MemoryFootprint> {
        self.ask(Raw::memory_footprint)
    }

    /// [`memory_info`](Self::memory_info) and [`memory_footprint`](Self::memory_footprint) in one. On a system without
    /// the second its fields are `None`.
    ///
    /// Linux: see there.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn memory_full(&self) -> Result<MemoryFull> {
        let info = self.memory_info()?;
        let cost = match self.memory_footprint() {
            Ok(cost) => Some(cost),
            Err(error) if error.kind() == crate::ErrorKind::Unsupported => None,
            Err(error) => return Err(error),
        };
        Ok(MemoryFull {
            rss: info.rss,
            vms: info.vms,
            shared: info.shared,
            text: info.text,
            data: info.data,
            stack: info.stack,
            peak_rss: info.peak_rss,
            peak_vms: info.peak_vms,
            uss: cost.as_ref().map(|cost| cost.uss),
            pss: cost.as_ref().and_then(|cost| cost.pss),
            swap: cost.as_ref().and_then(|cost| cost.swap),
        })
    }

    /// One kind of the process's memory as a part of the machine's, 0 to 100 and for `vms` more.
    ///
    /// `field` is a name of [`MemoryInfo`], [`MemoryInfoEx`] or [`MemoryFootprint`], `rss` as a rule; the cheapest
    /// source that has it is asked. Linux: see those, and `/proc/meminfo`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a name that is no such field, `Unsupported` for one that this system does not have.
    pub fn memory_percent(&self, field: &str) -> Result<f64> {
        let has = |fields: &[Field], here: bool| {
            fields.iter().any(|known| {
                known.name == field
                    && known.unit == Unit::Bytes
                    && (!here || known.is_on(Os::CURRENT))
            })
        };
        let part = if has(MemoryInfo::FIELDS, true) {
            self.memory_info()?.value(field).and_then(|bytes| bytes.as_u64())
        } else if has(MemoryInfoEx::FIELDS, true) && field != "swap" {
            self.memory_info_ex()?.value(field).and_then(|bytes| bytes.as_u64())
        } else if has(MemoryFootprint::FIELDS, true) {
            self.memory_footprint()?.value(field).and_then(|bytes| bytes.as_u64())
        } else if has(MemoryInfoEx::FIELDS, false) || has(MemoryFootprint::FIELDS, false) {
            None
        } else {
            return Err(Error::invalid(format!("no kind of memory is called {field:?}")));
        };
        let part = part.ok_or_else(|| Error::unsupported(field).with_pid(self.pid()))?;
        Ok(crate::memory::percent(part, self.host().virtual_memory()?.total))
    }

    /// How often memory had to be found for the process. Linux: `/proc/<pid>/stat`.
    ///
    /// Windows: `SystemProcessInformation`; both counts wrap at 2³².
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn page_faults(&self) -> Result<PageFaults> {
        self.ask(Raw::page_faults)
    }
}
