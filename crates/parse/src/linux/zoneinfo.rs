//! `/proc/zoneinfo`: the memory zones and when the kernel starts to reclaim in them.

use crate::text;

/// What psight uses of all zones together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Zoneinfo {
    /// The sum of the zones' low watermarks.
    pub low_pages: u64,
}

/// Decodes `/proc/zoneinfo`: the sum of its `low` lines.
pub fn zoneinfo(bytes: &[u8]) -> Zoneinfo {
    let low = text::lines(bytes)
        .filter_map(|line| text::u64(line.trim_ascii_start().strip_prefix(b"low ")?))
        .fold(0, u64::saturating_add);
    Zoneinfo { low_pages: low }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_watermarks_of_all_zones_are_added() {
        let text = b"Node 0, zone DMA\n  pages free 3\n        min 1\n        low      16\n        high 3\nNode 0, zone Normal\n        low      4\n";
        assert_eq!(zoneinfo(text).low_pages, 20);
    }
}
