//! What the machine's memory is used for, and what the kernel had to do for it.

use crate::record::Record;
use crate::{Host, Result, sys};

/// What the machine's memory is used for, in the kernel's own parts. They overlap, and do not add up. `None` is what this
/// kernel does not tell; [`VirtualMemory`](super::VirtualMemory) has what every system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct MemoryDetails {
    /// Memory of programs that no file backs: heaps and stacks.
    #[field(unit = bytes)]
    pub anonymous: Option<u64>,
    /// The part of it that is in huge pages, which the kernel chose by itself.
    #[field(unit = bytes)]
    pub anonymous_huge: Option<u64>,
    /// Files and shared memory that programs have mapped.
    #[field(unit = bytes)]
    pub mapped: Option<u64>,
    /// What was written to files and is not on the disks yet.
    #[field(unit = bytes)]
    pub dirty: Option<u64>,
    /// What is on its way to the disks.
    #[field(unit = bytes)]
    pub writeback: Option<u64>,
    /// What cannot be swapped out or given back: what programs have locked, and files in memory alone.
    #[field(unit = bytes)]
    pub unevictable: Option<u64>,
    /// The kernel's own data structures, without those that could be given back.
    #[field(unit = bytes)]
    pub slab_unreclaimable: Option<u64>,
    /// The stacks that each thread has in the kernel.
    #[field(unit = bytes)]
    pub kernel_stacks: Option<u64>,
    /// What says where the memory of programs is.
    #[field(unit = bytes)]
    pub page_tables: Option<u64>,
    /// What the kernel has for each processor of its own.
    #[field(unit = bytes)]
    pub per_cpu: Option<u64>,
    /// What the kernel has put together from scattered pages. Linux 4.4 to 5.2 do not count it.
    #[field(unit = bytes)]
    pub vmalloc: Option<u64>,
    /// Memory that was swapped out and is kept compressed instead, as large as that is. Since Linux 5.19.
    #[field(unit = bytes)]
    pub zswap: Option<u64>,
    /// The same as large as it was before. Since Linux 5.19.
    #[field(unit = bytes)]
    pub zswapped: Option<u64>,
    /// What was found broken and is not used any more.
    #[field(unit = bytes)]
    pub corrupted: Option<u64>,
    /// All memory that was set aside for huge pages, of whatever size, in use or not.
    #[field(unit = bytes)]
    pub hugetlb: Option<u64>,
    /// How large a huge page of the usual size is.
    #[field(unit = bytes)]
    pub huge_page_size: Option<u64>,
    /// How many huge pages of that size there are.
    pub huge_pages: Option<u64>,
    /// How many of them nobody uses.
    pub huge_pages_free: Option<u64>,
    /// How many of the free ones are promised to somebody.
    pub huge_pages_reserved: Option<u64>,
    /// How many there are beyond what was set aside.
    pub huge_pages_surplus: Option<u64>,
}

/// What the kernel had to do for memory since boot. `None` is what it does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct MemoryEvents {
    /// How often memory had to be found for a program, from a disk or without one.
    #[field(counter)]
    pub page_faults: Option<u64>,
    /// How often it had to be read from a disk.
    #[field(counter)]
    pub major_faults: Option<u64>,
    /// How often somebody who wanted memory had to take it back from others first, and waited meanwhile.
    #[field(counter)]
    pub direct_reclaims: Option<u64>,
    /// How many processes were killed because there was no memory left, in the machine or in a control group. Since Linux
    /// 4.13.
    #[field(counter)]
    pub oom_kills: Option<u64>,
}

impl MemoryEvents {
    /// What happened between `before` and this reading.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        crate::record::growth(self, before)
    }
}

impl Host {
    /// What the memory is used for.
    ///
    /// Linux: `/proc/meminfo`, from `AnonPages` to `HugePages_Surp`.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/meminfo`, `Unsupported` where it tells nothing of it, as before 2.6.
    pub fn memory_details(&self) -> Result<MemoryDetails> {
        sys::memory::memory_details(self)
    }

    /// What the kernel had to do for memory since boot.
    ///
    /// ```no_run
    /// # use psight::Host;
    /// let killed = Host::local().memory_events()?.oom_kills;
    /// println!("killed for want of memory: {killed:?}");
    /// # Ok::<(), psight::Error>(())
    /// ```
    ///
    /// Linux: `pgfault`, `pgmajfault`, `allocstall` of all zones and `oom_kill` of `/proc/vmstat`.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/vmstat`, `Unsupported` where it counts none of it.
    pub fn memory_events(&self) -> Result<MemoryEvents> {
        sys::memory::memory_events(self)
    }
}
