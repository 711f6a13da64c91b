//! The two folders of a process that have an entry for each descriptor.

use std::cell::RefCell;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, PROC_SUPER_MAGIC, RawDir, Stat};
use rustix::fs::{fstat, fstatfs, openat, readlinkat_raw, statat};
use rustix::io::Errno;

use super::super::path::push_decimal;
use super::super::process::Raw;
use super::super::procfs::has_own_proc;
use super::{on, said_entries, skip_to, tried};
use crate::{Error, Host, Pid, Result};

/// `fd` and `fdinfo` of one process.
pub(super) struct Folder {
    raw: Raw,
    fd: OwnedFd,
    /// Or why the descriptions cannot be read; a kernel may have none. Opened when the first is asked for.
    fdinfo: Option<rustix::io::Result<OwnedFd>>,
    /// Whether it is a folder of the kernel and not one of files.
    live: bool,
    name: RefCell<Vec<u8>>,
    info: Vec<u8>,
}

/// Where an entry leads.
#[derive(Debug, Clone, Copy)]
pub(super) enum Link<'a> {
    Path(&'a [u8]),
    /// The kernel does not say it, as for a path that is longer than a page (T-11).
    Unreadable,
    /// The caller may not know.
    Denied,
}

impl Folder {
    pub(super) fn open(host: &Host, pid: Pid) -> Result<Self> {
        let raw = Raw::new(host, pid);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let path = raw.dir().join("fd");
        let fd = openat(CWD, &path, flags, Mode::empty())
            .map_err(|error| raw.failed(path, error.into()))?;
        let is_of_kernel = || fstatfs(&fd).is_ok_and(|system| system.f_type == PROC_SUPER_MAGIC);
        let live = has_own_proc(host) || (!host.is_captured() && is_of_kernel());
        let (name, info) = (RefCell::new(Vec::with_capacity(16)), Vec::with_capacity(4096));
        Ok(Self { raw, fd, fdinfo: None, live, name, info })
    }

    /// Shows each descriptor and where it leads, in the order of the numbers. What is closed in the meantime is left
    /// out.
    pub(super) fn visit(&mut self, mut see: impl FnMut(&mut Self, u32, Link<'_>)) -> Result<()> {
        let mut link = Vec::with_capacity(4096);
        let expected = self.size().unwrap_or(0);
        let next = tried(expected, |number| self.look(number, &mut link, &mut see));
        skip_to(&self.fd, next).map_err(|error| self.failed(error))?;
        for number in self.numbers()? {
            self.look(number, &mut link, &mut see);
        }
        Ok(())
    }

    /// Shows one descriptor, if it is open.
    fn look(
        &mut self,
        number: u32,
        link: &mut Vec<u8>,
        see: &mut impl FnMut(&mut Self, u32, Link<'_>),
    ) -> bool {
        link.clear();
        let room = rustix::buffer::spare_capacity(link);
        let read = self.at(number, |name| readlinkat_raw(&self.fd, name, room).map(|_| ()));
        match read {
            Ok(()) => see(self, number, Link::Path(until_nul(link))),
            // Closed in the meantime, which says nothing of the process (T-09), or never open.
            Err(Errno::NOENT | Errno::SRCH) => return false,
            Err(Errno::ACCESS | Errno::PERM) => see(self, number, Link::Denied),
            Err(_) => see(self, number, Link::Unreadable),
        }
        true
    }

    /// What the kernel says of the descriptor.
    pub(super) fn info(&mut self, number: u32) -> rustix::io::Result<&[u8]> {
        if self.fdinfo.is_none() {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let path = self.raw.dir().join("fdinfo");
            self.fdinfo = Some(openat(CWD, path, flags, Mode::empty()));
        }
        let folder = match &self.fdinfo {
            Some(Ok(folder)) => folder,
            Some(Err(error)) => return Err(*error),
            None => return Err(Errno::NOENT),
        };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = self.at(number, |name| openat(folder, name, flags, Mode::empty()))?;
        self.info.clear();
        loop {
            match rustix::io::read(&file, rustix::buffer::spare_capacity(&mut self.info)) {
                Ok(_) if self.info.len() < self.info.capacity() => return Ok(&self.info),
                Ok(0) => return Ok(&self.info),
                Ok(_) => self.info.reserve(self.info.capacity()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What can be asked of the open file itself; nothing on a captured machine.
    pub(super) fn stat(&self, number: u32) -> Option<Stat> {
        if self.raw.host().is_captured() {
            return None;
        }
        self.at(number, |name| statat(&self.fd, name, AtFlags::empty())).ok()
    }

    /// The permissions of the link itself, which are what the descriptor is open for.
    pub(super) fn link_mode(&self, number: u32) -> Option<u32> {
        self.at(number, |name| statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW))
            .ok()
            .map(|stat| stat.st_mode)
    }

    /// The file's name without the kernel's ` (deleted)`, and whether that stood there. A file that is really called so
    /// keeps its name (T-10).
    pub(super) fn named<'a>(&self, host: &Host, number: u32, path: &'a [u8]) -> (&'a [u8], bool) {
        let Some(short) = path.strip_suffix(b" (deleted)") else { return (path, false) };
        let other = rustix::fs::lstat(on(host, path)).ok();
        let same = match (self.stat(number), other) {
            (Some(open), Some(other)) => (open.st_dev, open.st_ino) == (other.st_dev, other.st_ino),
            // Nothing can be asked of the open file: a file of this name must do.
            (None, Some(_)) => true,
            (_, None) => false,
        };
        if same { (path, false) } else { (short, true) }
    }

    /// How many entries the kernel says there are. Since 6.2; before that, and in a folder of files, it is not known.
    fn size(&self) -> Option<u64> {
        fstat(&self.fd).ok().filter(|_| self.live).and_then(|stat| said_entries(&stat))
    }

    fn failed(&self, error: Errno) -> Error {
        self.raw.failed(self.raw.dir().join("fd"), error.into())
    }

    /// The numbers of the entries from where the folder stands.
    pub(super) fn numbers(&mut self) -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        let mut buffer = [MaybeUninit::uninit(); 8192];
        let mut entries = RawDir::new(&self.fd, &mut buffer);
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|error| self.failed(error))?;
            numbers.extend(psight_parse::text::u32(entry.file_name().to_bytes()));
        }
        // The kernel lists them in order, a folder of files does not.
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Does something with the name of an entry.
    fn at<T>(
        &self,
        number: u32,
        ask: impl FnOnce(&CStr) -> rustix::io::Result<T>,
    ) -> rustix::io::Result<T> {
        let mut name = self.name.borrow_mut();
        name.clear();
        push_decimal(&mut name, number);
        name.push(0);
        ask(CStr::from_bytes_until_nul(&name).map_err(|_| Errno::INVAL)?)
    }
}

/// What stands behind a NUL in a link is no part of it (psutil#717).
fn until_nul(link: &[u8]) -> &[u8] {
    link.split(|byte| *byte == 0).next().unwrap_or_default()
}
