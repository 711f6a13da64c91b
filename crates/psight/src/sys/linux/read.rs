//! How a kernel file is read: whole, in one go, without asking for its size, which is 0 for most of them.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, RawDir, openat};
use rustix::io::Errno;
use rustix::path::Arg;

use crate::{Error, Result};

/// How a file is opened. O_NONBLOCK: a FIFO under a captured root must not hang the reader.
pub(super) const FILE: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// The whole file.
pub(super) fn file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file_into(path, &mut bytes)?;
    Ok(bytes)
}

/// The whole of a file that the kernel makes when it is read, and hands out in one piece: a read that leaves room has got
/// everything. So are the files of one process, except for its lists (`maps`, `smaps`), of the system `stat`, `meminfo` and
/// `loadavg`, and all attributes of sysfs and of control groups.
pub(super) fn piece(path: &Path) -> io::Result<Vec<u8>> {
    piece_by(path)
}

/// The same by a path as the kernel takes it.
pub(super) fn piece_by(path: impl Arg) -> io::Result<Vec<u8>> {
    // Most are a few hundred bytes long, and to keep those costs less than room for as much as may come.
    let mut room = [MaybeUninit::uninit(); 4096];
    let fd = openat(CWD, path, FILE, Mode::empty())?;
    let mut bytes = loop {
        match rustix::io::read(&fd, &mut room) {
            Ok((read, left)) if !left.is_empty() => return Ok(read.to_vec()),
            Ok((read, _)) => break read.to_vec(),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    };
    rest_of_piece(&fd, &mut bytes)?;
    Ok(bytes)
}

/// The first 512 bytes of a file at most, for those who need its first line alone.
pub(super) fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut room = [MaybeUninit::uninit(); 512];
    let fd = openat(CWD, path, FILE, Mode::empty())?;
    loop {
        match rustix::io::read(&fd, &mut room) {
            Ok((read, _)) => return Ok(read.to_vec()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Like [`piece`], for a path below an open directory, and in place of what `bytes` held.
pub(super) fn piece_at(dir: BorrowedFd<'_>, path: impl Arg, bytes: &mut Vec<u8>) -> io::Result<()> {
    let fd = openat(dir, path, FILE, Mode::empty())?;
    bytes.clear();
    rest_of_piece(&fd, bytes)
}

/// Reads until a read leaves room, behind what `bytes` holds.
fn rest_of_piece(fd: &OwnedFd, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.reserve(4096);
    loop {
        match rustix::io::read(fd, rustix::buffer::spare_capacity(bytes)) {
            Ok(_) if bytes.len() < bytes.capacity() => return Ok(()),
            Ok(0) => return Ok(()),
            Ok(_) => bytes.reserve(bytes.capacity()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The whole file in place of what `bytes` held, so that a loop needs one allocation.
pub(super) fn file_into(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    file_at(CWD, path, bytes)
}

/// Like [`file_into`], for a path below an open directory, which spares the kernel the way there.
pub(super) fn file_at(dir: BorrowedFd<'_>, path: impl Arg, bytes: &mut Vec<u8>) -> io::Result<()> {
    until_at(dir, path, bytes, |_, _| false)
}

/// The beginning of a file, for those who find what they need before its end, of which the kernel would make the rest for
/// nothing. `is_enough` gets all that was read so far, and how much of that came last; at the end it is asked no more.
pub(super) fn until(
    path: &Path,
    is_enough: impl FnMut(&[u8], usize) -> bool,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(2 * PAGE);
    until_at(CWD, path, &mut bytes, is_enough)?;
    Ok(bytes)
}

/// Like [`until`], for a path below an open directory, and in place of what `bytes` held.
pub(super) fn until_at(
    dir: BorrowedFd<'_>,
    path: impl Arg,
    bytes: &mut Vec<u8>,
    mut is_enough: impl FnMut(&[u8], usize) -> bool,
) -> io::Result<()> {
    let fd = openat(dir, path, FILE, Mode::empty())?;
    bytes.clear();
    loop {
        if bytes.capacity() - bytes.len() < PAGE {
            bytes.reserve(bytes.capacity().max(PAGE));
        }
        match rustix::io::read(&fd, rustix::buffer::spare_capacity(bytes)) {
            Ok(0) => return Ok(()),
            Ok(read) if is_enough(bytes, read) => return Ok(()),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The whole of a short list of the system, as `diskstats` and `net/dev` are. The kernel writes such a list entry by entry
/// into a page, and ends a read before the entry that has no room there any more (fs/seq_file.c, `seq_read_iter`): what
/// leaves room for the longest has got everything, and to look for more would have the list walked once more.
pub(super) fn short_list(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    short_list_into(path, &mut bytes)?;
    Ok(bytes)
}

/// The same in place of what `bytes` held.
pub(super) fn short_list_into(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    until_at(CWD, path, bytes, |_, read| is_whole_list(read))
}

/// Whether one read of so many bytes from the beginning of such a list has got all of it.
pub(super) fn is_whole_list(read: usize) -> bool {
    /// A name and two dozen numbers.
    const ENTRY: usize = 640;
    read + ENTRY <= PAGE
}

/// The least that the kernel reads of a list, and the room that it wants for it: the smallest of all machines' pages.
pub(super) const PAGE: usize = 4096;

/// So much of a list is in memory at a time, unless one entry of it is longer.
const PIECE: usize = 8 * PAGE;

/// Shows a list piece by piece, for those who need none of it for long. `take` gets what was read and has not been taken
/// yet, and whether the list ends with it, and says how many bytes of it it took: the rest comes again, with more behind
/// it.
pub(super) fn in_pieces(path: &Path, mut take: impl FnMut(&[u8], bool) -> usize) -> io::Result<()> {
    let fd = openat(CWD, path, FILE, Mode::empty())?;
    let mut bytes = Vec::with_capacity(PIECE);
    loop {
        match rustix::io::read(&fd, rustix::buffer::spare_capacity(&mut bytes)) {
            Ok(0) => {
                take(&bytes, true);
                return Ok(());
            }
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        // The kernel hands out a page at most, however much is asked for.
        if bytes.capacity() - bytes.len() < 4096 {
            let taken = take(&bytes, false).min(bytes.len());
            bytes.drain(..taken);
            if bytes.capacity() - bytes.len() < 4096 {
                bytes.reserve(bytes.capacity());
            }
        }
    }
}

/// The directory, open for [`file_at`] and [`numbers`].
pub(super) fn directory(path: &Path) -> io::Result<OwnedFd> {
    directory_at(CWD, path)
}

/// Like [`directory`], below an open directory.
pub(super) fn directory_at(dir: BorrowedFd<'_>, path: impl Arg) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::DIRECTORY;
    Ok(openat(dir, path, flags, Mode::empty())?)
}

/// The names in the directory that are numbers, in ascending order, in place of what `numbers` held. It is read from
/// where it stands: from its beginning, if it was just opened.
pub(super) fn numbers(dir: BorrowedFd<'_>, numbers: &mut Vec<u32>) -> io::Result<()> {
    numbers.clear();
    let mut buffer = Vec::with_capacity(32 << 10);
    let mut entries = RawDir::new(dir, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) => numbers.extend(psight_parse::text::u32(entry.file_name().to_bytes())),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // procfs lists them so; the folder of a captured machine does not.
    if !numbers.is_sorted() {
        numbers.sort_unstable();
    }
    Ok(())
}

/// The whole file of one row of a listing, which the others are shown without: `None` if it cannot be read. Only where
/// this process may open no more files is that an error, because then it says nothing of the row.
pub(super) fn row(path: &Path) -> Result<Option<Vec<u8>>> {
    match file(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_exhaustion(&error) => Err(Error::system(path, error)),
        Err(_) => Ok(None),
    }
}

/// Whether there are too many open files, in this process or in the whole system.
pub(super) fn is_exhaustion(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// The whole file of the system that the kernel hands out in one piece, as [`piece`] reads it.
pub(super) fn system_piece(path: &Path) -> Result<Vec<u8>> {
    piece(path).map_err(|error| Error::system(path, error))
}

/// The whole file of the system, where the question has no answer without it.
pub(super) fn system(path: &Path) -> Result<Vec<u8>> {
    file(path).map_err(|error| Error::system(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of so many bytes, and how many of them are read before it is enough.
    fn read_of(length: usize, is_enough: impl FnMut(&[u8], usize) -> bool) -> usize {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![b'x'; length]).unwrap();
        until(file.path(), is_enough).unwrap().len()
    }

    #[test]
    fn a_file_is_read_until_it_is_enough() {
        assert_eq!(read_of(100_000, |_, _| false), 100_000);
        assert!(read_of(100_000, |_, _| true) < 100_000);
        assert!((50_000..100_000).contains(&read_of(100_000, |bytes, _| bytes.len() >= 50_000)));
        assert_eq!(read_of(0, |_, _| unreachable!()), 0);
    }

    #[test]
    fn a_short_list_is_whole_whatever_its_length() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for length in [0, 1, 3455, 3456, 3457, 4095, 4096, 4097, 8191, 8192, 8193, 20_000] {
            std::fs::write(file.path(), vec![b'x'; length]).unwrap();
            assert_eq!(short_list(file.path()).unwrap().len(), length);
        }
        let lists =
            [("/proc/self/net/dev", "/proc/net/dev"), ("/proc/diskstats", "/proc/diskstats")];
        for (list, whole) in lists {
            let names = |bytes: Vec<u8>| bytes.iter().filter(|byte| **byte == b'\n').count();
            let (Ok(found), Ok(whole)) = (short_list(Path::new(list)), std::fs::read(whole)) else {
                continue;
            };
            assert_eq!(names(found), names(whole), "{list}");
        }
    }
}
