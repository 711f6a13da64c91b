//! What many processes hold, asked of one after the other.

use super::{FileDescriptor, UsedFile};
use crate::sys::file_scanner::Engine;
use crate::{Host, Pid, Result};

/// Reads what one process after the other holds, and asks once what is the same of many of them: a library that a
/// thousand processes have mapped is looked at for the first.
///
/// It believes what it has seen, so that it is for one listing and not to be kept.
///
/// ```
/// use psight::Host;
///
/// let mut scanner = Host::local().file_scanner();
/// for pid in Host::local().pids()? {
///     // What has ended holds nothing, and what others hold may be their own business.
///     for file in scanner.used_files(pid).unwrap_or_default() {
///         println!("{pid} {} {}", file.role, file.path.display());
///     }
/// }
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug)]
pub struct FileScanner {
    engine: Engine,
}

impl FileScanner {
    /// As [`Process::used_files`](crate::Process::used_files), of whatever process has the pid.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn used_files(&mut self, pid: impl Into<Pid>) -> Result<Vec<UsedFile>> {
        self.engine.used_files(pid.into())
    }

    /// As [`Process::fds`](crate::Process::fds), of whatever process has the pid, but in short, which costs a third:
    /// what the kernel tells of a descriptor only in a file of its own is `None`, unless the descriptor is of a rare
    /// kind or its file is locked. That is `flags`, `mount_id`, `other`, and of files and directories `position`.
    /// `open_mode` does not tell what appends from what writes. Of a socket there is no more than which one it is; what
    /// else is worth knowing of it is in [`Host::connections`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn fds(&mut self, pid: impl Into<Pid>) -> Result<Vec<FileDescriptor>> {
        self.engine.fds(pid.into())
    }
}

impl Host {
    /// What reads the files of many processes, one after the other.
    pub fn file_scanner(&self) -> FileScanner {
        FileScanner { engine: Engine::new(self) }
    }
}
