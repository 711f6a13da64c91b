//! Reading the files of one process after another, relative to a kept handle of `/proc` and into one kept buffer.

use std::ffi::{CStr, OsStr};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;

use psight_parse::linux::pid::status::{Wanted, wanted};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, PROC_SUPER_MAGIC, RawDir, SeekFrom};
use rustix::fs::{fstatfs, openat, readlinkat_raw, seek, statat};
use rustix::io::Errno;

use super::super::path::push_decimal;
use super::super::pidfd::{self, Info};
use super::super::procfs::somebody;
use super::keep::{self, Kept};
use crate::{Error, Host, Result};

/// The files of the processes.
#[derive(Debug)]
pub(super) struct Sources {
    proc: OwnedFd,
    /// Whether it is a procfs, and not a folder of files.
    live: bool,
    /// Whether pids mean the same to that procfs and to this kernel's system calls.
    ours: bool,
    /// `<pid>/`, and during a read the name of the file and a NUL.
    path: Vec<u8>,
    /// How much of `path` is the process's own.
    folder: usize,
    bytes: Vec<u8>,
    entries: Vec<u8>,
    kept: Kept,
}

/// Why a source of a process gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The caller may not read it.
    Denied,
    /// It is not there: the process has gone, or has no such thing.
    Missing,
    /// Something else that concerns this source of this process alone.
    Odd,
    /// This program has no descriptors or no memory left: nothing can be read any more.
    Exhausted(Errno),
}

/// What a source gave.
pub(super) type Read<T> = std::result::Result<T, Refusal>;

impl From<Errno> for Refusal {
    fn from(error: Errno) -> Self {
        match error {
            Errno::ACCESS | Errno::PERM => Self::Denied,
            Errno::NOENT | Errno::SRCH => Self::Missing,
            Errno::MFILE | Errno::NFILE | Errno::NOMEM => Self::Exhausted(error),
            _ => Self::Odd,
        }
    }
}

impl Sources {
    pub(super) fn open(host: &Host) -> Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let proc = openat(CWD, host.proc(), flags, Mode::empty())
            .map_err(|error| Error::system(host.proc(), error.into()))?;
        let mut sources = Self {
            proc,
            live: false,
            ours: false,
            path: Vec::with_capacity(64),
            folder: 0,
            bytes: Vec::with_capacity(8192),
            entries: Vec::with_capacity(32 * 1024),
            kept: Kept::default(),
        };
        let fs = fstatfs(&sources.proc);
        sources.live = !host.is_captured() && fs.is_ok_and(|fs| fs.f_type == PROC_SUPER_MAGIC);
        sources.ours = sources.live && sources.speaks_our_pids();
        Ok(sources)
    }

    /// Whether the procfs is of the pid namespace that this program is in: then the numbers of its own process
    /// in that namespace and in those below it are one number.
    fn speaks_our_pids(&mut self) -> bool {
        self.turn_to_self();
        let Ok(status) = self.read(b"status\0") else { return false };
        let line = psight_parse::text::lines(status)
            .filter_map(psight_parse::text::pair)
            .find(|(key, _)| *key == b"NSpid");
        line.is_some_and(|(_, pids)| psight_parse::text::words(pids).count() == 1)
    }

    pub(super) fn are_ours(&self) -> bool {
        self.ours
    }

    /// The pids, in ascending order, in place of what `pids` held.
    pub(super) fn list(&mut self, host: &Host, pids: &mut Vec<u32>) -> Result<()> {
        let failed = |error: Errno| Error::system(host.proc(), error.into());
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        // A process that is forked from this one shares the position in the handle that is kept.
        match openat(&self.proc, c".", flags, Mode::empty()) {
            Ok(own) => numbers(&own, &mut self.entries, pids),
            Err(_) => seek(&self.proc, SeekFrom::Start(0))
                .and_then(|_| numbers(&self.proc, &mut self.entries, pids)),
        }
        .map_err(failed)?;
        somebody(host, pids)
    }

    /// The numbers of the threads of the process `pid`, in ascending order, in place of what `ids` held.
    pub(super) fn list_threads(&mut self, pid: u32, ids: &mut Vec<u32>) -> Read<()> {
        self.turn_to(pid);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = path(&mut self.path, self.folder, b"task\0")?;
        let folder = openat(&self.proc, path, flags, Mode::empty())?;
        Ok(numbers(&folder, &mut self.entries, ids)?)
    }

    /// Whether the size of `<pid>/fd` is the number of entries. Since 6.2.
    pub(super) fn sizes_count(&mut self) -> bool {
        self.turn_to_self();
        self.live && self.size(b"fd\0").is_ok_and(|size| size > 0)
    }

    /// Turns to this program's own process, by whatever number that procfs knows it.
    fn turn_to_self(&mut self) {
        self.path.clear();
        self.path.extend_from_slice(b"self/");
        self.folder = self.path.len();
    }

    /// Turns to the process `pid`.
    pub(super) fn turn_to(&mut self, pid: u32) {
        self.path.clear();
        push_decimal(&mut self.path, pid);
        self.path.push(b'/');
        self.folder = self.path.len();
    }

    /// Turns to the thread `id` of the process `pid`.
    pub(super) fn turn_to_thread(&mut self, pid: u32, id: u32) {
        self.turn_to(pid);
        self.path.extend_from_slice(b"task/");
        push_decimal(&mut self.path, id);
        self.path.push(b'/');
        self.folder = self.path.len();
    }

    /// Whether it is there, and a process: a thread's folder is found by its number though it is not listed, and is
    /// told by the group that its `status` names.
    pub(super) fn is_process(&mut self) -> bool {
        let number =
            self.path.get(..self.folder.saturating_sub(1)).and_then(psight_parse::text::u32);
        match self.read(b"status\0") {
            Ok(bytes) => wanted(bytes, Wanted::TGID).tgid.is_none_or(|tgid| Some(tgid) == number),
            // It is there if anything may be said of it; what was not captured is not known.
            Err(_) => self.size(b"\0").is_ok(),
        }
    }

    /// The file of the process, whose name ends in a NUL.
    ///
    /// These files are made when they are read: what fits the buffer comes in one piece, and a read that leaves room
    /// has got everything.
    pub(super) fn read(&mut self, name: &[u8]) -> Read<&[u8]> {
        if self.read_kept(name) {
            return Ok(&self.bytes);
        }
        let slot = keep::slot(name);
        let fd = self.open_file(name)?;
        read_all(&mut self.bytes, |bytes| {
            rustix::io::read(&fd, rustix::buffer::spare_capacity(bytes))
        })?;
        if let Some(slot) = slot {
            self.kept.put(slot, fd);
        }
        Ok(&self.bytes)
    }

    /// The file that is kept open, if it is and the process is still there.
    pub(super) fn kept(&mut self, name: &[u8]) -> Option<&[u8]> {
        self.read_kept(name).then_some(&self.bytes)
    }

    fn read_kept(&mut self, name: &[u8]) -> bool {
        let Some(slot) = keep::slot(name) else { return false };
        let Some(fd) = self.kept.get(slot) else { return false };
        let read = read_all(&mut self.bytes, |bytes| {
            let at = bytes.len() as u64;
            rustix::io::pread(fd, rustix::buffer::spare_capacity(bytes), at)
        });
        if read.is_err() {
            // That process has gone; another may have its pid.
            self.kept.forget(slot);
        }
        read.is_ok()
    }

    /// Keeps this file open, if it is not yet and there is room, and looks at nothing in it.
    pub(super) fn hold(&mut self, name: &[u8]) {
        let Some(slot) = keep::slot(name) else { return };
        if self.kept.get(slot).is_none()
            && self.kept.has_room()
            && let Ok(fd) = self.open_file(name)
        {
            self.kept.put(slot, fd);
        }
    }

    /// Closes this file, if it is kept open.
    pub(super) fn release(&mut self, name: &[u8]) {
        if let Some(slot) = keep::slot(name) {
            self.kept.forget(slot);
        }
    }

    /// When the process whose files are kept open started, if that was [noted](Self::note_start).
    pub(super) fn noted_start(&self) -> Option<u64> {
        self.kept.start_ticks()
    }

    /// Notes when the process whose files are kept open started.
    pub(super) fn note_start(&mut self, start_ticks: Option<u64>) {
        self.kept.note(start_ticks);
    }

    fn open_file(&mut self, name: &[u8]) -> Read<OwnedFd> {
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let path = path(&mut self.path, self.folder, name)?;
        match openat(&self.proc, path, flags, Mode::empty()) {
            Err(Errno::MFILE | Errno::NFILE) if self.kept.give_up() => {
                Ok(openat(&self.proc, path, flags, Mode::empty())?)
            }
            opened => Ok(opened?),
        }
    }

    /// Lets this many descriptors stay open from one reading to the next. What lies in a folder may be replaced by
    /// another file, and is opened each time.
    pub(super) fn keep_open(&mut self, most: usize) {
        self.kept.limit(if self.live { most } else { 0 });
    }

    /// Takes up what is kept open of the process `pid`, the next of a reading.
    pub(super) fn take_up(&mut self, pid: u32) {
        self.kept.turn_to(pid);
    }

    /// Ends a reading.
    pub(super) fn end(&mut self) {
        self.kept.end();
    }

    /// Where the link of the process leads.
    pub(super) fn link(&mut self, name: &[u8]) -> Read<&[u8]> {
        let path = path(&mut self.path, self.folder, name)?;
        self.bytes.clear();
        let room = rustix::buffer::spare_capacity(&mut self.bytes);
        readlinkat_raw(&self.proc, path, room)?;
        Ok(&self.bytes)
    }

    /// Where the link of the process leads, as the name of a file: without what may stand behind a NUL, and without
    /// ` (deleted)`, unless the machine has a file that is really called so (T-10).
    pub(super) fn file_link(&mut self, host: &Host, name: &[u8]) -> Read<&[u8]> {
        self.link(name)?;
        let end = self.bytes.iter().position(|byte| *byte == 0).unwrap_or(self.bytes.len());
        self.bytes.truncate(end);
        if let Some(short) = self.bytes.strip_suffix(b" (deleted)") {
            let path = OsStr::from_bytes(self.bytes.strip_prefix(b"/").unwrap_or(&self.bytes));
            if host.file(path).symlink_metadata().is_err() {
                let length = short.len();
                self.bytes.truncate(length);
            }
        }
        Ok(&self.bytes)
    }

    /// How large the kernel says the file is; some kernels count with that.
    pub(super) fn size(&mut self, name: &[u8]) -> Read<u64> {
        let path = path(&mut self.path, self.folder, name)?;
        let stat = statat(&self.proc, path, AtFlags::SYMLINK_NOFOLLOW)?;
        Ok(u64::try_from(stat.st_size).unwrap_or(0))
    }

    /// Whether a kernel answers here, and not files.
    pub(super) fn is_live(&self) -> bool {
        self.live
    }

    /// Whose the process's folder is: its effective user, also where its files are the superuser's because it may not be
    /// looked into (fs/proc/base.c, `task_dump_owner`).
    pub(super) fn owner(&mut self) -> Read<u32> {
        let path = path(&mut self.path, self.folder, b"\0")?;
        Ok(statat(&self.proc, path, AtFlags::SYMLINK_NOFOLLOW)?.st_uid)
    }

    /// How many entries the folder has.
    pub(super) fn entries(&mut self, name: &[u8]) -> Read<u64> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = path(&mut self.path, self.folder, name)?;
        let folder = openat(&self.proc, path, flags, Mode::empty())?;
        let mut entries = RawDir::new(&folder, self.entries.spare_capacity_mut());
        let mut count = 0;
        while let Some(entry) = entries.next() {
            if !entry?.file_name().to_bytes().starts_with(b".") {
                count += 1;
            }
        }
        Ok(count)
    }

    /// What a descriptor of the process says of it. Since 6.13.
    pub(super) fn pidfd_info(&mut self, pid: u32) -> Read<Info> {
        if let Some(pidfd) = self.kept.get(keep::PIDFD) {
            match pidfd::info_of(pidfd.as_fd()) {
                Ok(info) => return Ok(info),
                Err(_) => self.kept.forget(keep::PIDFD),
            }
        }
        let pid = i32::try_from(pid).map_err(|_| Refusal::Odd)?;
        let pidfd = match pidfd::open(pid) {
            Err(Errno::MFILE | Errno::NFILE) if self.kept.give_up() => pidfd::open(pid),
            opened => opened,
        }?;
        let info = pidfd::info_of(pidfd.as_fd())?;
        self.kept.put(keep::PIDFD, pidfd);
        Ok(info)
    }
}

/// Fills `bytes` in place of what it held: with one call if that leaves room.
fn read_all(
    bytes: &mut Vec<u8>,
    mut read: impl FnMut(&mut Vec<u8>) -> rustix::io::Result<usize>,
) -> rustix::io::Result<()> {
    bytes.clear();
    loop {
        match read(bytes) {
            Ok(_) if bytes.len() < bytes.capacity() => return Ok(()),
            Ok(0) => return Ok(()),
            Ok(_) => bytes.reserve(bytes.capacity()),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error),
        }
    }
}

/// The names in the folder that are numbers, in ascending order, in place of what `found` held.
fn numbers(
    folder: &OwnedFd,
    buffer: &mut Vec<u8>,
    found: &mut Vec<u32>,
) -> std::result::Result<(), Errno> {
    found.clear();
    let buffer: &mut [MaybeUninit<u8>] = buffer.spare_capacity_mut();
    let mut entries = RawDir::new(folder, buffer);
    while let Some(entry) = entries.next() {
        found.extend(pid(entry?.file_name()));
    }
    // A procfs lists them in order; a folder does not.
    if !found.is_sorted() {
        found.sort_unstable();
    }
    found.dedup();
    Ok(())
}

/// The number that is the whole name.
fn pid(name: &CStr) -> Option<u32> {
    let name = name.to_bytes();
    name.first().filter(|byte| byte.is_ascii_digit())?;
    psight_parse::text::u32(name)
}

/// The name, which ends in a NUL, behind the folder.
fn path<'a>(path: &'a mut Vec<u8>, folder: usize, name: &[u8]) -> Read<&'a CStr> {
    path.truncate(folder);
    path.extend_from_slice(name);
    CStr::from_bytes_until_nul(path).map_err(|_| Refusal::Odd)
}
