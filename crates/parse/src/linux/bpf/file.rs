//! An open file or socket, as the programs of the descriptors write them.

use super::{HEAD, number};

/// The kind of a record about a socket.
pub const SOCKET: u32 = 4;
/// The kind of a record about a regular file.
pub const FILE: u32 = 5;

/// How long a path may be, with its NUL: as long as `/proc` shows it.
pub const PATH_MAX: usize = 4096;

/// The numbers of a record, 64 bits each, by their place. A socket has the first three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Slot {
    /// The process.
    Tgid,
    /// The descriptor.
    Fd,
    /// `f_inode->i_ino`
    Ino,
    /// `f_pos`
    Pos,
    /// `f_flags`
    Flags,
    /// The word of `close_on_exec` that has the descriptor's bit.
    CloseOnExec,
    /// What `d_path` gave: the length of the path with its NUL, or an error below 0.
    PathLength,
}

impl Slot {
    /// Where it is in the whole record.
    pub const fn place(self) -> usize {
        HEAD + self as usize * 8
    }
}

/// How long the whole record about a socket is.
pub const SOCKET_LENGTH: usize = HEAD + 24;
/// Where the path of a file is, and how long a record without one is.
pub const PATH_PLACE: usize = HEAD + 56;

/// A socket that a process holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Socket {
    /// The process.
    pub tgid: u32,
    /// Its descriptor.
    pub fd: u32,
    /// The socket's number.
    pub ino: u64,
}

/// A regular file that a process has open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'a> {
    /// Its descriptor.
    pub fd: u32,
    /// The position, as fdinfo prints it.
    pub pos: i64,
    /// The flags, as fdinfo prints them: with `O_CLOEXEC` where the descriptor is closed at exec.
    pub flags: u32,
    /// Where the link in `/proc` leads; `None` where it is too long to be shown.
    pub path: Option<&'a [u8]>,
}

/// Decodes the contents of a record about a socket; `None` if they are too short.
pub fn socket(bytes: &[u8]) -> Option<Socket> {
    let words = bytes.get(..24)?.as_chunks().0;
    let get = |slot| number(words, slot as usize);
    Some(Socket { tgid: get(Slot::Tgid) as u32, fd: get(Slot::Fd) as u32, ino: get(Slot::Ino) })
}

/// Decodes the contents of a record about a file; `None` if they are too short.
pub fn file(bytes: &[u8]) -> Option<File<'_>> {
    /// `O_CLOEXEC`, the same on every processor that Linux has BPF for.
    const O_CLOEXEC: u32 = 0o2_000_000;
    let (words, path) = bytes.split_at_checked(PATH_PLACE - HEAD)?;
    let words = words.as_chunks().0;
    let get = |slot| number(words, slot as usize);
    let fd = get(Slot::Fd) as u32;
    let closes = get(Slot::CloseOnExec) >> (fd % 64) & 1 == 1;
    let length = get(Slot::PathLength).cast_signed();
    Some(File {
        fd,
        pos: get(Slot::Pos).cast_signed(),
        flags: get(Slot::Flags) as u32 & !O_CLOEXEC | if closes { O_CLOEXEC } else { 0 },
        path: match usize::try_from(length) {
            Ok(length) => Some(path.get(..length)?.strip_suffix(&[0])?),
            Err(_) => None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(words: [u64; 7], path: &[u8]) -> Vec<u8> {
        let words = words.iter().flat_map(|word| word.to_ne_bytes());
        words.chain(path.iter().copied()).collect()
    }

    #[test]
    fn a_file_has_the_flags_that_fdinfo_prints() {
        let bytes = contents([7, 65, 9, 123, 0o100_002, 0b10, 7], b"/tmp/a\0");
        let found = file(&bytes).unwrap();
        assert_eq!((found.fd, found.pos, found.flags), (65, 123, 0o2_100_002));
        assert_eq!(found.path, Some(&b"/tmp/a"[..]));
        let bytes = contents([7, 66, 9, 0, 0o2_000_000, 0b10, 7], b"/tmp/a\0");
        assert_eq!(file(&bytes).unwrap().flags, 0);
    }

    #[test]
    fn a_path_that_is_too_long_to_be_shown_is_none() {
        let bytes = contents([7, 3, 9, 0, 0, 0, (-36_i64).cast_unsigned()], b"");
        assert_eq!(file(&bytes).unwrap().path, None);
    }

    #[test]
    fn what_is_cut_short_is_none() {
        let bytes = contents([7, 3, 9, 0, 0, 0, 7], b"/tmp/a\0");
        assert!(file(&bytes).is_some());
        assert_eq!(file(&bytes[..bytes.len() - 1]), None);
        assert_eq!(socket(&bytes), Some(Socket { tgid: 7, fd: 3, ino: 9 }));
        assert_eq!(socket(&bytes[..23]), None);
    }
}
