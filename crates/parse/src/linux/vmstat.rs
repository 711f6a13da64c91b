//! `/proc/vmstat`: what the memory manager has done since boot.

use crate::text;

/// The counters that psight uses, in pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vmstat {
    /// Pages read back from swap.
    pub pswpin_pages: Option<u64>,
    /// Pages written to swap.
    pub pswpout_pages: Option<u64>,
}

/// Decodes `/proc/vmstat`, as far as both counters are found.
pub fn vmstat(bytes: &[u8]) -> Vmstat {
    let mut stat = Vmstat::default();
    for line in text::lines(bytes) {
        if let Some(number) = line.strip_prefix(b"pswpin ") {
            stat.pswpin_pages = text::u64(number);
        } else if let Some(number) = line.strip_prefix(b"pswpout ") {
            stat.pswpout_pages = text::u64(number);
            break;
        }
    }
    stat
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
}
