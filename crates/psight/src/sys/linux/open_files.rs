//! Files of the system that stay open from one question to the next, for those who have asked for it.

use std::os::fd::{IntoRawFd, OwnedFd};
use std::path::Path;
use std::sync::Mutex;

use rustix::fs::{CWD, Mode, PROC_SUPER_MAGIC, fstat, fstatfs, openat};

use super::read::{self, FILE, PAGE, is_whole_list};
use crate::{Host, Result};

/// Which files may stay open: those that cost more to open than to read.
#[derive(Debug, Clone, Copy)]
pub(super) enum SystemFile {
    Stat,
    Meminfo,
    Diskstats,
    NetDev,
}

/// How many those are.
const FILES: usize = SystemFile::NetDev as usize + 1;

/// What a machine of thousands of processors says is shorter.
const LONGEST: usize = 1 << 20;

/// The files that were opened.
#[derive(Default)]
pub(crate) struct OpenFiles([Mutex<Option<Opened>>; FILES]);

/// The same machine asked in another way opens its own.
impl Clone for OpenFiles {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl OpenFiles {
    /// Closes all but those that are being read.
    pub(crate) fn close(&self) {
        for slot in &self.0 {
            if let Ok(mut slot) = slot.try_lock() {
                *slot = None;
            }
        }
    }
}

/// How a file is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// The first line is wanted, and is no longer than this.
    Line(usize),
    /// It comes in one piece.
    Piece,
    /// It comes page by page.
    List,
}

/// Reads `file` of the host into `room` if the host keeps files open; `false` where it has to be opened.
pub(super) fn text(
    host: &Host,
    file: SystemFile,
    path: &Path,
    shape: Shape,
    room: &mut Vec<u8>,
) -> bool {
    let Some(slot) = host.open_files().and_then(|files| files.0.get(file as usize)) else {
        return false;
    };
    // Nobody waits here: who was forked while another thread was reading would wait for ever.
    let Ok(mut slot) = slot.try_lock() else { return false };
    if slot.as_ref().is_some_and(|opened| !opened.is_itself()) {
        *slot = None;
    }
    if slot.is_none() {
        *slot = Opened::new(path);
    }
    slot.as_mut().is_some_and(|opened| opened.read(shape, room))
}

/// The same of a file that the kernel hands out in one piece, which is opened where it is not open.
pub(super) fn piece(host: &Host, file: SystemFile, path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if text(host, file, path, Shape::Piece, &mut bytes) {
        return Ok(bytes);
    }
    read::system_piece(path)
}

/// An open file, and how it is known again.
struct Opened {
    fd: Option<OwnedFd>,
    identity: (u64, u64),
    /// How much room its piece needs.
    length: usize,
    /// Whether it is a list of more than a page. Between two reads a child that has the file from us may read it too, and
    /// the second would begin where the first of that one ended.
    is_long: bool,
}

impl Opened {
    fn new(path: &Path) -> Option<Self> {
        let fd = openat(CWD, path, FILE, Mode::empty()).ok()?;
        // A file of a captured machine may be replaced, and the open one is the old one then.
        let is_made_when_read = fstatfs(&fd).ok()?.f_type == PROC_SUPER_MAGIC;
        let identity = identity(&fd).filter(|_| is_made_when_read)?;
        Some(Self { fd: Some(fd), identity, length: PAGE, is_long: false })
    }

    /// Whether the number is still that of the file: programs close what they do not know, and numbers are given out again.
    fn is_itself(&self) -> bool {
        self.fd.as_ref().and_then(identity) == Some(self.identity)
    }

    /// Whether all of it could be read at once.
    fn read(&mut self, shape: Shape, room: &mut Vec<u8>) -> bool {
        match shape {
            Shape::Line(length) => self.read_once(length, room).is_some(),
            Shape::Piece => self.read_piece(room),
            Shape::List => {
                let read = if self.is_long { None } else { self.read_once(PAGE, room) };
                self.is_long |= read.is_some_and(|read| !is_whole_list(read));
                read.is_some() && !self.is_long
            }
        }
    }

    fn read_piece(&mut self, room: &mut Vec<u8>) -> bool {
        loop {
            match self.read_once(self.length, room) {
                Some(read) if read < room.capacity() => return true,
                Some(_) if self.length < LONGEST => self.length *= 2,
                _ => return false,
            }
        }
    }

    fn read_once(&self, length: usize, room: &mut Vec<u8>) -> Option<usize> {
        room.clear();
        room.reserve(length);
        rustix::io::pread(self.fd.as_ref()?, rustix::buffer::spare_capacity(room), 0).ok()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if !self.is_itself() {
            // It is somebody else's now, or nobody's.
            let _ = self.fd.take().map(IntoRawFd::into_raw_fd);
        }
    }
}

fn identity(fd: &OwnedFd) -> Option<(u64, u64)> {
    let stat = fstat(fd).ok()?;
    Some((stat.st_dev, stat.st_ino))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(path: &str) -> Opened {
        Opened::new(Path::new(path)).unwrap()
    }

    #[test]
    fn a_piece_is_whole_however_little_room_there_was() {
        let (mut file, mut room) = (opened("/proc/self/limits"), Vec::new());
        file.length = 16;
        for _ in 0..2 {
            assert!(file.read(Shape::Piece, &mut room));
            assert_eq!(room, std::fs::read("/proc/self/limits").unwrap());
        }
    }

    #[test]
    fn a_list_of_more_than_a_page_is_opened() {
        let (mut file, mut room) = (opened("/proc/self/smaps"), Vec::new());
        for _ in 0..2 {
            assert!(!file.read(Shape::List, &mut room));
        }
        assert!(file.is_long);
        let mut file = opened("/proc/self/mounts");
        assert_eq!(file.read(Shape::List, &mut room), !file.is_long);
    }

    #[test]
    fn a_file_that_may_be_replaced_is_not_kept() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(Opened::new(file.path()).is_none());
    }
}
