//! `/proc/<pid>/mounts`, and `/etc/mtab` where that is a file of its own: one mount in a line, as in fstab(5).

use crate::text;

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What is mounted; empty or any word if it is no device.
    pub device: Vec<u8>,
    /// The directory.
    pub mountpoint: Vec<u8>,
    /// The type of the file system.
    pub fstype: Vec<u8>,
    /// The options, separated by commas.
    pub options: Vec<u8>,
}

/// Decodes the table. A line without four fields is skipped.
pub fn mounts(bytes: &[u8]) -> Vec<Mount> {
    text::lines(bytes).filter_map(mount).collect()
}

fn mount(line: &[u8]) -> Option<Mount> {
    // A device without a name leaves its field empty, so that the line begins with the blank after it (pasta does that).
    let unnamed = line.first() == Some(&b' ');
    let mut words = text::words(line);
    Some(Mount {
        device: if unnamed { Vec::new() } else { unescape(words.next()?) },
        mountpoint: unescape(words.next()?),
        fstype: unescape(words.next()?),
        options: unescape(words.next()?),
    })
}

/// Undoes the kernel's escapes: a backslash and three octal digits stand for the byte that would end the field or the
/// line (blank, tab, newline, the backslash, and `#` since 6.2).
pub fn unescape(field: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((byte, after)) = rest.split_first() {
        let code = after.get(..3).filter(|_| *byte == b'\\').and_then(octal_byte);
        match (code, after.get(3..)) {
            (Some(code), Some(after)) => {
                plain.push(code);
                rest = after;
            }
            _ => {
                plain.push(*byte);
                rest = after;
            }
        }
    }
    plain
}

/// The opposite of [`unescape`].
pub fn escape(plain: &[u8]) -> Vec<u8> {
    let mut field = Vec::with_capacity(plain.len());
    for byte in plain {
        match byte {
            b' ' => field.extend(b"\\040"),
            b'\t' => field.extend(b"\\011"),
            b'\n' => field.extend(b"\\012"),
            b'\\' => field.extend(b"\\134"),
            byte => field.push(*byte),
        }
    }
    field
}

fn octal_byte(digits: &[u8]) -> Option<u8> {
    text::octal(digits).filter(|_| digits.iter().all(u8::is_ascii_digit))?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(line: &[u8]) -> Mount {
        let [mount] = <[Mount; 1]>::try_from(mounts(line)).unwrap();
        mount
    }

    #[test]
    fn t44_blank_tab_newline_backslash_and_hash_are_decoded() {
        let mount = only(b"/dev/sda1 /a\\040b\\011c\\012d\\134e\\043f ext4 rw,relatime 0 0\n");
        assert_eq!(mount.mountpoint, b"/a b\tc\nd\\e#f");
        assert_eq!(mount.device, b"/dev/sda1");
        assert_eq!(mount.options, b"rw,relatime");
    }

    #[test]
    fn t44_an_escaped_backslash_escapes_nothing_further() {
        // A directory that is really called `a\040b`.
        assert_eq!(unescape(b"/a\\134040b"), b"/a\\040b");
    }

    #[test]
    fn t44_what_only_looks_like_an_escape_is_kept() {
        assert_eq!(unescape(b"/a\\04"), b"/a\\04");
        assert_eq!(unescape(b"/a\\048"), b"/a\\048");
        assert_eq!(unescape(b"/a\\777"), b"/a\\777");
        assert_eq!(unescape(b"/a\\ 40"), b"/a\\ 40");
        assert_eq!(unescape(b"\\"), b"\\");
    }

    #[test]
    fn what_is_escaped_comes_back() {
        assert_eq!(escape(b"/a b"), b"/a\\040b");
        for plain in [&b"/a b\tc\nd\\040e\\"[..], b"", b"\xff"] {
            assert_eq!(unescape(&escape(plain)), plain);
        }
    }

    #[test]
    fn t44_a_device_without_a_name_is_empty_and_moves_no_column() {
        // pasta's own file system (procfs#333).
        let mount = only(b" /run/pasta tmpfs rw,nosuid 0 0\n");
        assert_eq!(mount.device, b"");
        assert_eq!(mount.mountpoint, b"/run/pasta");
        assert_eq!(mount.fstype, b"tmpfs");
    }

    #[test]
    fn t44_a_device_that_begins_with_a_hash_is_a_device() {
        assert_eq!(only(b"#share /mnt tmpfs rw 0 0\n").device, b"#share");
    }

    #[test]
    fn t44_a_name_need_not_be_utf8() {
        assert_eq!(only(b"/dev/sdb /mnt/\xff\xfe vfat rw 0 0").mountpoint, b"/mnt/\xff\xfe");
    }

    #[test]
    fn t44_an_option_may_hold_escapes_too() {
        let mount = only(b"overlay / overlay rw,lowerdir=/a\\040b:/c 0 0\n");
        assert_eq!(mount.options, b"rw,lowerdir=/a b:/c");
    }

    #[test]
    fn a_line_that_is_cut_short_hides_no_other() {
        let mounts = mounts(b"proc /proc\nsysfs /sys sysfs rw 0 0\n");
        assert_eq!(mounts.len(), 1);
        assert_eq!(mounts[0].device, b"sysfs");
    }
}
