//! `/proc/locks`: the locks and leases of files, one to a line. `fdinfo` has the same lines of one descriptor.

use crate::text;

/// A lock, or who waits for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock<'a> {
    /// `POSIX`, `FLOCK`, `OFDLCK`, `LEASE` or `DELEG`.
    pub class: &'a [u8],
    /// `READ`, `WRITE`, or for a lease `UNLCK`.
    pub access: &'a [u8],
    /// Who took it; -1 for a lock that belongs to no process but to an open file.
    pub pid: i32,
    /// The file's device: major and minor number.
    pub dev: (u32, u32),
    /// The file's number.
    pub ino: u64,
    /// The first byte that is locked.
    pub start: u64,
    /// The last one; `None` where it is to the end of the file, wherever that will be.
    pub end: Option<u64>,
}

/// Decodes the file; lines that are none, and those of a lock without a file, are skipped.
pub fn locks(bytes: &[u8]) -> impl Iterator<Item = Lock<'_>> {
    text::lines(bytes).filter_map(lock)
}

/// Decodes one line: `1: POSIX  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF`.
pub fn lock(line: &[u8]) -> Option<Lock<'_>> {
    // Who waits for the lock above stands behind an arrow.
    let mut words = text::words(line).skip(1).skip_while(|word| *word == b"->");
    let (class, _mode, access) = (words.next()?, words.next()?, words.next()?);
    let pid = text::i32(words.next()?)?;
    let mut file = words.next()?.split(|byte| *byte == b':');
    let (major, minor, ino) = (file.next()?, file.next()?, text::u64(file.next()?)?);
    let dev = (text::hex(major)?.try_into().ok()?, text::hex(minor)?.try_into().ok()?);
    let start = text::u64(words.next()?)?;
    let end = match words.next()? {
        b"EOF" => None,
        end => Some(text::u64(end)?),
    };
    Some(Lock { class, access, pid, dev, ino, start, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &[u8] = b"1: POSIX  ADVISORY  READ 12658 fe:00:10010754 5 14\n\
        1: -> POSIX  ADVISORY  WRITE 12660 fe:00:10010754 0 EOF\n\
        2: FLOCK  ADVISORY  WRITE 12658 00:19:1043 0 EOF\n\
        3: OFDLCK ADVISORY  WRITE -1 fe:00:77 0 EOF\n\
        4: LEASE  ACTIVE    READ  91 fe:00:78 0 EOF\n\
        5: POSIX  ADVISORY *NOINODE* WRITE 5 <none>:0 0 EOF\n";

    #[test]
    fn every_lock_is_there_and_who_waits_for_one() {
        let found: Vec<_> = locks(FILE).map(|lock| (lock.class, lock.pid, lock.ino)).collect();
        let expected: [(&[u8], i32, u64); 5] = [
            (b"POSIX", 12658, 10_010_754),
            (b"POSIX", 12660, 10_010_754),
            (b"FLOCK", 12658, 1043),
            (b"OFDLCK", -1, 77),
            (b"LEASE", 91, 78),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_part_has_an_end_and_the_device_is_hexadecimal() {
        let part = locks(FILE).next().unwrap();
        assert_eq!((part.access, part.dev), (&b"READ"[..], (0xfe, 0)));
        assert_eq!((part.start, part.end), (5, Some(14)));
    }
}
