//! `/proc/vmstat`: what the memory manager has done since boot.

use crate::text;

/// The counters that psight uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vmstat {
    /// Read from block devices, whichever they are.
    pub pgpgin_kib: Option<u64>,
    /// Written to block devices, whichever they are.
    pub pgpgout_kib: Option<u64>,
    /// Pages read back from swap.
    pub pswpin_pages: Option<u64>,
    /// Pages written to swap.
    pub pswpout_pages: Option<u64>,
}

/// Decodes `/proc/vmstat`, as far as the last of the counters, which stand together.
pub fn vmstat(bytes: &[u8]) -> Vmstat {
    let mut stat = Vmstat::default();
    // Most of those before are levels, which begin with `nr_`.
    for line in text::lines(bytes).filter(|line| line.first() == Some(&b'p')) {
        if let Some(number) = line.strip_prefix(b"pswpin ") {
            stat.pswpin_pages = text::u64(number);
        } else if let Some(number) = line.strip_prefix(b"pswpout ") {
            stat.pswpout_pages = text::u64(number);
            break;
        } else if let Some(number) = line.strip_prefix(b"pgpgin ") {
            stat.pgpgin_kib = text::u64(number);
        } else if let Some(number) = line.strip_prefix(b"pgpgout ") {
            stat.pgpgout_kib = text::u64(number);
        }
    }
    stat
}

/// What the memory manager had to do for programs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    /// Faults, with a disk and without.
    pub pgfault: Option<u64>,
    /// Faults with a disk.
    pub pgmajfault: Option<u64>,
    /// How often somebody had to wait for memory to be taken back. Since 4.10 a counter for each zone.
    pub allocstall: Option<u64>,
    /// Processes that were killed for want of memory. Since 4.13.
    pub oom_kill: Option<u64>,
}

/// Decodes these lines of `/proc/vmstat`.
pub fn events(bytes: &[u8]) -> Events {
    let mut events = Events::default();
    for (key, rest) in text::lines(bytes).filter_map(text::word) {
        match key {
            b"pgfault" => events.pgfault = text::u64(rest),
            b"pgmajfault" => events.pgmajfault = text::u64(rest),
            b"oom_kill" => events.oom_kill = text::u64(rest),
            key if key.starts_with(b"allocstall") => {
                let zone =
                    text::u64(rest).map(|n| n.saturating_add(events.allocstall.unwrap_or(0)));
                events.allocstall = zone.or(events.allocstall);
            }
            _ => {}
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t40_missing_counters_are_unknown() {
        assert_eq!(vmstat(b"nr_free_pages 3\n"), Vmstat::default());
        let stat = vmstat(b"pswpin 7\npswpout 9\nthp 1\n");
        assert_eq!((stat.pswpin_pages, stat.pswpout_pages), (Some(7), Some(9)));
    }

    #[test]
    fn t52_what_all_devices_moved_is_counted_in_kib() {
        let stat = vmstat(b"nr_unstable 0\npgpgin 4440081\npgpgout 2773368\npswpin 0\npswpout 0\n");
        assert_eq!((stat.pgpgin_kib, stat.pgpgout_kib), (Some(4_440_081), Some(2_773_368)));
    }
    #[test]
    fn who_waited_for_memory_is_counted_zone_by_zone_or_in_one() {
        let file = b"pgfault 9\npgmajfault 2\nallocstall_dma 1\nallocstall_normal 3\noom_kill 0\n";
        let counted = Events {
            pgfault: Some(9),
            pgmajfault: Some(2),
            allocstall: Some(4),
            oom_kill: Some(0),
        };
        assert_eq!(events(file), counted);
        let old = Events { allocstall: Some(5), ..Events::default() };
        assert_eq!(events(b"allocstall 5\nnr_dirty 1\n"), old);
    }
}
