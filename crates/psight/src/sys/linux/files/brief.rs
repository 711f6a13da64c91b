//! Descriptors in short: what a listing of all processes shows of each, without opening its description.

use std::collections::HashSet;

use psight_parse::linux::locks::locks;
use rustix::fs::{Stat, major, minor};

use super::folder::{Folder, Link};
use super::{described, descriptor, kind};
use crate::process::{FdKind, FileDescriptor, OpenMode};
use crate::sys::linux::read;
use crate::{Host, Pid, Result};

/// What is the same for the descriptors of all processes.
#[derive(Debug)]
pub(in crate::sys::linux) struct Brief {
    /// The device on which all sockets are, once one was asked.
    sockets: Option<u64>,
    /// The numbers of the files that are locked; `None` where that is not told.
    locked: Option<HashSet<u64>>,
}

impl Brief {
    // /proc/locks
    pub(in crate::sys::linux) fn new(host: &Host) -> Self {
        let bytes =
            if host.is_captured() { None } else { read::file(&host.proc().join("locks")).ok() };
        let locked = bytes.map(|bytes| locks(&bytes).map(|lock| lock.ino).collect());
        Self { sockets: None, locked }
    }

    // fd; fdinfo of what has a position worth knowing, or a lock
    pub(in crate::sys::linux) fn fds(
        &mut self,
        host: &Host,
        pid: Pid,
    ) -> Result<Vec<FileDescriptor>> {
        described(host, pid, |folder, fd, link| {
            let Link::Path(target) = link else { return None };
            let locked = self.locked.as_ref()?;
            match target.starts_with(b"socket:[") {
                true if locked.contains(&kind::number(target)?) => None,
                true => Some(self.socket(folder, host, fd, link)),
                false => self.other(folder, host, fd, link),
            }
        })
    }

    /// A socket: only what its link says, and what is so of every socket. It is read from and written to, and has no
    /// length and no position (net/socket.c, `sock_alloc_file`).
    fn socket(&mut self, folder: &Folder, host: &Host, fd: u32, link: Link<'_>) -> FileDescriptor {
        self.sockets = self.sockets.or_else(|| Some(folder.stat(fd)?.st_dev));
        let mut socket = descriptor(folder, host, fd, link, None, None);
        socket.dev = self.sockets;
        socket.open_mode = Some(OpenMode::ReadWrite);
        (socket.rdev, socket.size, socket.position) = (Some(0), Some(0), Some(0));
        socket
    }

    /// What its file says of itself, and its link of what it is open for.
    fn other(
        &self,
        folder: &Folder,
        host: &Host,
        fd: u32,
        link: Link<'_>,
    ) -> Option<FileDescriptor> {
        let Link::Path(target) = link else { return None };
        let stat = folder.stat(fd)?;
        if self.locked.as_ref()?.contains(&stat.st_ino) {
            return None;
        }
        let position = match kind::kind(Some(target), Some(&stat)) {
            FdKind::File | FdKind::Directory => None,
            FdKind::Pipe | FdKind::Fifo => Some(0),
            FdKind::CharDevice if is_without_position(&stat) => Some(0),
            _ => return None,
        };
        let open_mode = match folder.link_mode(fd)? & 0o600 {
            0o400 => Some(OpenMode::Read),
            0o200 => Some(OpenMode::Write),
            0o600 => Some(OpenMode::ReadWrite),
            _ => None,
        };
        let mut file = descriptor(folder, host, fd, link, Some(&stat), None);
        (file.open_mode, file.position) = (open_mode, position);
        Some(file)
    }
}

/// Whether the device stays at 0 whatever is read from it or written to it: the null device and the one of zeros
/// (drivers/char/mem.c, `null_lseek`), and terminals (drivers/tty/tty_io.c, `tty_open`).
fn is_without_position(stat: &Stat) -> bool {
    match major(stat.st_rdev) {
        1 => matches!(minor(stat.st_rdev), 3 | 5),
        4 | 5 | 136..=143 => true,
        _ => false,
    }
}
