//! `/proc/meminfo`: the system's memory, in KiB.

use crate::text;

/// The lines of `/proc/meminfo` that psight uses; each is absent on some kernel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meminfo {
    /// Usable memory.
    pub total_kib: Option<u64>,
    /// Memory that nobody uses.
    pub free_kib: Option<u64>,
    /// Memory that a new program could have without swapping. Since 3.14; some containers say 0 or less.
    pub available_kib: Option<i64>,
    /// Temporary storage for raw disk blocks.
    pub buffers_kib: Option<u64>,
    /// The page cache.
    pub cached_kib: Option<u64>,
    /// tmpfs and shared memory. Since 2.6.32.
    pub shmem_kib: Option<u64>,
    /// What [`shmem_kib`](Self::shmem_kib) was called before 2.6.
    pub mem_shared_kib: Option<u64>,
    /// Used recently.
    pub active_kib: Option<u64>,
    /// Not used recently.
    pub inactive_kib: Option<u64>,
    /// Before 2.6.28 in three parts.
    pub inact_dirty_kib: Option<u64>,
    /// See [`inact_dirty_kib`](Self::inact_dirty_kib).
    pub inact_clean_kib: Option<u64>,
    /// See [`inact_dirty_kib`](Self::inact_dirty_kib).
    pub inact_laundry_kib: Option<u64>,
    /// Page cache, used recently.
    pub active_file_kib: Option<u64>,
    /// Page cache, not used recently.
    pub inactive_file_kib: Option<u64>,
    /// The kernel's own data structures.
    pub slab_kib: Option<u64>,
    /// The part of the slab that could be given back. Since 2.6.19.
    pub sreclaimable_kib: Option<u64>,
    /// Memory that was locked. Since 2.6.28.
    pub mlocked_kib: Option<u64>,
    /// All swap space.
    pub swap_total_kib: Option<u64>,
    /// Swap space that nobody uses.
    pub swap_free_kib: Option<u64>,
}

/// Decodes `/proc/meminfo`. Lines that are not known or not numbers are skipped.
pub fn meminfo(bytes: &[u8]) -> Meminfo {
    let mut info = Meminfo::default();
    for (key, value) in text::lines(bytes).filter_map(text::pair) {
        let number = value.strip_suffix(b"kB").unwrap_or(value);
        if key == b"MemAvailable" {
            info.available_kib = text::i64(number);
        } else if let Some(field) = info.field(key) {
            *field = text::u64(number);
            // Half of the file is still to come, with nothing that is known.
            if key == b"SReclaimable" && info.is_complete() {
                break;
            }
        }
    }
    info
}

/// What the kernel has promised to programs, which stands in the half that [`meminfo`] does not read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// How much it would promise at most, if it were told to be strict. Since 2.6.10.
    pub limit_kib: Option<u64>,
    /// How much it has promised.
    pub committed_kib: Option<u64>,
}

/// Decodes these two lines of `/proc/meminfo`.
pub fn commit(bytes: &[u8]) -> Commit {
    let mut commit = Commit::default();
    for (key, value) in text::lines(bytes).filter_map(text::pair) {
        let number = text::u64(value.strip_suffix(b"kB").unwrap_or(value));
        match key {
            b"CommitLimit" => commit.limit_kib = number,
            b"Committed_AS" => commit.committed_kib = number,
            _ => {}
        }
    }
    commit
}

/// What memory is used for. Where it is counted in pages, the pages are huge ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// `AnonPages`.
    pub anonymous_kib: Option<u64>,
    /// `AnonHugePages`.
    pub anonymous_huge_kib: Option<u64>,
    /// `Mapped`.
    pub mapped_kib: Option<u64>,
    /// `Dirty`.
    pub dirty_kib: Option<u64>,
    /// `Writeback`.
    pub writeback_kib: Option<u64>,
    /// `Unevictable`.
    pub unevictable_kib: Option<u64>,
    /// `SUnreclaim`.
    pub slab_unreclaimable_kib: Option<u64>,
    /// `KernelStack`.
    pub kernel_stacks_kib: Option<u64>,
    /// `PageTables`.
    pub page_tables_kib: Option<u64>,
    /// `Percpu`.
    pub per_cpu_kib: Option<u64>,
    /// `VmallocUsed`.
    pub vmalloc_kib: Option<u64>,
    /// `Zswap`.
    pub zswap_kib: Option<u64>,
    /// `Zswapped`.
    pub zswapped_kib: Option<u64>,
    /// `HardwareCorrupted`.
    pub corrupted_kib: Option<u64>,
    /// `Hugetlb`.
    pub hugetlb_kib: Option<u64>,
    /// `Hugepagesize`.
    pub huge_page_size_kib: Option<u64>,
    /// `HugePages_Total`.
    pub huge_pages: Option<u64>,
    /// `HugePages_Free`.
    pub huge_pages_free: Option<u64>,
    /// `HugePages_Rsvd`.
    pub huge_pages_reserved: Option<u64>,
    /// `HugePages_Surp`.
    pub huge_pages_surplus: Option<u64>,
}

/// Decodes these lines of `/proc/meminfo`. Others, and those that are not numbers, are skipped.
pub fn details(bytes: &[u8]) -> Details {
    let mut details = Details::default();
    for (key, value) in text::lines(bytes).filter_map(text::pair) {
        let field = match key {
            b"AnonPages" => &mut details.anonymous_kib,
            b"AnonHugePages" => &mut details.anonymous_huge_kib,
            b"Mapped" => &mut details.mapped_kib,
            b"Dirty" => &mut details.dirty_kib,
            b"Writeback" => &mut details.writeback_kib,
            b"Unevictable" => &mut details.unevictable_kib,
            b"SUnreclaim" => &mut details.slab_unreclaimable_kib,
            b"KernelStack" => &mut details.kernel_stacks_kib,
            b"PageTables" => &mut details.page_tables_kib,
            b"Percpu" => &mut details.per_cpu_kib,
            b"VmallocUsed" => &mut details.vmalloc_kib,
            b"Zswap" => &mut details.zswap_kib,
            b"Zswapped" => &mut details.zswapped_kib,
            b"HardwareCorrupted" => &mut details.corrupted_kib,
            b"Hugetlb" => &mut details.hugetlb_kib,
            b"Hugepagesize" => &mut details.huge_page_size_kib,
            b"HugePages_Total" => &mut details.huge_pages,
            b"HugePages_Free" => &mut details.huge_pages_free,
            b"HugePages_Rsvd" => &mut details.huge_pages_reserved,
            b"HugePages_Surp" => &mut details.huge_pages_surplus,
            _ => continue,
        };
        *field = text::u64(value.strip_suffix(b"kB").unwrap_or(value));
    }
    details
}

impl Meminfo {
    /// Whether all is known that kernels of today say.
    fn is_complete(&self) -> bool {
        let Self { total_kib, free_kib, buffers_kib, cached_kib, shmem_kib, slab_kib, .. } = self;
        let Self { active_kib, inactive_kib, active_file_kib, inactive_file_kib, .. } = self;
        let sizes = [total_kib, free_kib, buffers_kib, cached_kib, shmem_kib, slab_kib];
        let uses = [active_kib, inactive_kib, active_file_kib, inactive_file_kib];
        let swap = [&self.swap_total_kib, &self.swap_free_kib];
        let all = sizes.iter().chain(&uses).chain(&swap).all(|field| field.is_some());
        all && self.available_kib.is_some() && self.sreclaimable_kib.is_some()
    }

    fn field(&mut self, key: &[u8]) -> Option<&mut Option<u64>> {
        Some(match key {
            b"MemTotal" => &mut self.total_kib,
            b"MemFree" => &mut self.free_kib,
            b"Buffers" => &mut self.buffers_kib,
            b"Cached" => &mut self.cached_kib,
            b"Shmem" => &mut self.shmem_kib,
            b"MemShared" => &mut self.mem_shared_kib,
            b"Active" => &mut self.active_kib,
            b"Inactive" => &mut self.inactive_kib,
            b"Inact_dirty" => &mut self.inact_dirty_kib,
            b"Inact_clean" => &mut self.inact_clean_kib,
            b"Inact_laundry" => &mut self.inact_laundry_kib,
            b"Active(file)" => &mut self.active_file_kib,
            b"Inactive(file)" => &mut self.inactive_file_kib,
            b"Slab" => &mut self.slab_kib,
            b"SReclaimable" => &mut self.sreclaimable_kib,
            b"Mlocked" => &mut self.mlocked_kib,
            b"SwapTotal" => &mut self.swap_total_kib,
            b"SwapFree" => &mut self.swap_free_kib,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_are_in_the_other_half() {
        let bytes =
            b"SReclaimable: 1 kB\nCommitLimit:    12341828 kB\nCommitted_AS:     123268 kB\n";
        let known = Commit { limit_kib: Some(12_341_828), committed_kib: Some(123_268) };
        assert_eq!(commit(bytes), known);
        assert_eq!(commit(b"MemTotal: 7 kB\n"), Commit::default());
    }

    #[test]
    fn t14_a_line_without_a_blank_after_the_colon_is_read() {
        let info = meminfo(b"ShadowCallStack:10373888 kB\nMemTotal:16318480 kB\nMemFree:  8 kB\n");
        assert_eq!((info.total_kib, info.free_kib), (Some(16_318_480), Some(8)));
    }

    #[test]
    fn t31_a_container_may_say_that_less_than_nothing_is_available() {
        assert_eq!(meminfo(b"MemAvailable: -36 kB\n").available_kib, Some(-36));
    }

    #[test]
    fn a_garbled_line_is_unknown_and_hides_no_other() {
        let info = meminfo(b"MemTotal: x kB\nMemFree:\n\nBuffers 3\nCached: 4 kB");
        assert_eq!(info, Meminfo { cached_kib: Some(4), ..Meminfo::default() });
    }
    #[test]
    fn details_are_in_kib_or_in_huge_pages() {
        let file = b"AnonPages:  123 kB\nHugePages_Total:       4\nHugePages_Free:  x\nHugepagesize:  2048 kB\n\
                     Active(anon): 7 kB\n";
        let expected = Details {
            anonymous_kib: Some(123),
            huge_pages: Some(4),
            huge_page_size_kib: Some(2048),
            ..Details::default()
        };
        assert_eq!(details(file), expected);
    }
}
