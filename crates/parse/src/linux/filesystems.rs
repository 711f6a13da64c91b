//! `/proc/filesystems`: the types of file systems that the kernel knows.

use crate::text;

/// A type of file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filesystem<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Whether it does without a block device.
    pub nodev: bool,
}

/// Decodes the list.
pub fn filesystems(bytes: &[u8]) -> Vec<Filesystem<'_>> {
    text::lines(bytes).filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<Filesystem<'_>> {
    let mut words = text::words(line);
    let first = words.next()?;
    Some(match words.next() {
        Some(name) => Filesystem { name, nodev: first == b"nodev" },
        None => Filesystem { name: first, nodev: false },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_needs_a_device_unless_it_says_nodev() {
        let types = filesystems(b"nodev\tsysfs\n\text4\n\tfuseblk\nnodev\tzfs\n");
        let physical: Vec<_> = types.iter().filter(|t| !t.nodev).map(|t| t.name).collect();
        assert_eq!(physical, [&b"ext4"[..], b"fuseblk"]);
        assert_eq!(types[3], Filesystem { name: b"zfs", nodev: true });
    }
}
