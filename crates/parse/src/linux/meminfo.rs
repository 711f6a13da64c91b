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
}
