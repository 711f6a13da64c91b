//! `/proc/partitions`: the block devices with their numbers.

use crate::text;

/// A block device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition<'a> {
    /// Major number.
    pub major: u32,
    /// Minor number.
    pub minor: u32,
    /// The name below `/dev`.
    pub name: &'a [u8],
}

/// Decodes the table; its heading, and what is not understood, is skipped.
pub fn partitions(bytes: &[u8]) -> Vec<Partition<'_>> {
    text::lines(bytes).filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Partition<'_>> {
    let mut words = text::words(line);
    let (major, minor) = (text::u32(words.next()?)?, text::u32(words.next()?)?);
    let _blocks = words.next()?;
    Some(Partition { major, minor, name: words.next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_is_no_partition() {
        let table = b"major minor  #blocks  name\n\n   8        0  250059096 sda\n   8        1     512000 sda1\n";
        let found = partitions(table);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1], Partition { major: 8, minor: 1, name: b"sda1" });
    }

    #[test]
    fn a_name_may_have_a_slash() {
        assert_eq!(partitions(b" 104 0 71687370 cciss/c0d0\n")[0].name, b"cciss/c0d0");
    }
}
