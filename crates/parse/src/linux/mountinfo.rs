//! `/proc/<pid>/mountinfo`: the mounts with their numbers. Since 2.6.26.

use super::mounts::{Mount, unescape};
use crate::text;

/// A mount with its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountInfo {
    /// The mount's own number.
    pub id: u64,
    /// The device that its files say they are on: major number.
    pub major: u32,
    /// The device that its files say they are on: minor number.
    pub minor: u32,
    /// The directory of the file system that is mounted, `/` for all of it.
    pub root: Vec<u8>,
    /// The rest, as `/proc/<pid>/mounts` has it.
    pub mount: Mount,
}

/// Decodes the table. A line that is not understood is skipped.
pub fn mountinfo(bytes: &[u8]) -> Vec<MountInfo> {
    text::lines(bytes).filter_map(line).collect()
}

fn line(line: &[u8]) -> Option<MountInfo> {
    // Fields are separated by one blank each, so that an empty one (a source without a name) is seen.
    let mut fields = line.split(|byte| *byte == b' ');
    let id = text::u64(fields.next()?)?;
    let _parent = fields.next()?;
    let (major, minor) = device(fields.next()?)?;
    let root = unescape(fields.next()?);
    let mountpoint = unescape(fields.next()?);
    let mut options = unescape(fields.next()?);
    // None, one or several optional fields, and a dash to end them.
    fields.find(|field| *field == b"-")?;
    let fstype = unescape(fields.next()?);
    let device = fields.next()?;
    // Linux before 2.6.39 leaves the source out altogether where it has no name.
    let (device, of_super) = match fields.next() {
        Some(of_super) => (unescape(device), unescape(of_super)),
        None => (Vec::new(), unescape(device)),
    };
    merge(&mut options, &of_super);
    Some(MountInfo { id, major, minor, root, mount: Mount { device, mountpoint, fstype, options } })
}

/// `8:1`.
pub fn device(field: &[u8]) -> Option<(u32, u32)> {
    let colon = field.iter().position(|byte| *byte == b':')?;
    let (major, minor) = field.split_at_checked(colon)?;
    Some((text::u32(major)?, text::u32(minor.get(1..)?)?))
}

/// Adds the options of the file system to those of the mount; what is read-only in either is read-only.
fn merge(options: &mut Vec<u8>, of_super: &[u8]) {
    for option in of_super.split(|byte| *byte == b',') {
        match option {
            b"rw" | b"" => {}
            b"ro" => {
                if let Some(b"rw") = options.get(..2) {
                    options.splice(..2, *b"ro");
                }
            }
            option => {
                options.push(b',');
                options.extend_from_slice(option);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(line: &[u8]) -> MountInfo {
        let [mount] = <[MountInfo; 1]>::try_from(mountinfo(line)).unwrap();
        mount
    }

    #[test]
    fn a_line_has_numbers_and_the_options_of_mount_and_file_system() {
        let info = only(b"28 1 254:0 / / rw,relatime - ext4 /dev/root rw,discard\n");
        assert_eq!((info.id, info.major, info.minor), (28, 254, 0));
        assert_eq!(info.mount.device, b"/dev/root");
        assert_eq!(info.mount.fstype, b"ext4");
        assert_eq!(info.mount.options, b"rw,relatime,discard");
    }

    #[test]
    fn t44_there_may_be_none_one_or_more_optional_fields() {
        let none = only(b"36 35 98:0 /mnt1 /mnt2 rw - ext3 /dev/sda1 rw");
        let one = only(b"36 35 98:0 /mnt1 /mnt2 rw master:1 - ext3 /dev/sda1 rw");
        let two = only(b"36 35 98:0 /mnt1 /mnt2 rw shared:7 master:1 - ext3 /dev/sda1 rw");
        assert_eq!(none, one);
        assert_eq!(none, two);
        assert_eq!(none.mount.mountpoint, b"/mnt2");
    }

    #[test]
    fn t44_a_source_without_a_name_is_empty() {
        let info = only(b"36 35 0:50 / /run/pasta rw - tmpfs  rw,size=4k\n");
        assert_eq!(info.mount.device, b"");
        assert_eq!(info.mount.options, b"rw,size=4k");
        let info = only(b"36 35 0:50 / /run/pasta rw - tmpfs rw,size=4k\n");
        assert_eq!(info.mount.device, b"");
        assert_eq!(info.mount.options, b"rw,size=4k");
    }

    #[test]
    fn what_is_read_only_in_either_is_read_only() {
        assert_eq!(
            only(b"1 0 8:1 / / ro,noatime - ext4 /dev/sda1 rw").mount.options,
            b"ro,noatime"
        );
        assert_eq!(
            only(b"1 0 8:1 / / rw,noatime - ext4 /dev/sda1 ro").mount.options,
            b"ro,noatime"
        );
    }

    #[test]
    fn t44_a_mount_point_with_a_dash_is_not_the_separator() {
        let info = only(b"1 0 8:1 / /a\\040-\\040b rw - ext4 /dev/sda1 rw");
        assert_eq!(info.mount.mountpoint, b"/a - b");
    }
}
