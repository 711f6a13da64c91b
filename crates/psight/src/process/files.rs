//! The descriptors that a process holds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::Process;
use crate::record::{Kind, Record, ToValue, Value};
use crate::{Pid, Result, sys};

/// A regular file that a process has open.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct OpenFile {
    /// Where the file is, as the process that opened it would say.
    #[field(label)]
    pub path: PathBuf,
    /// The descriptor's number; `None` on Windows, which has handles.
    #[field(label)]
    pub fd: Option<u32>,
    /// Where in the file the next read or write happens.
    #[field(unit = bytes, on(linux))]
    pub position: Option<u64>,
    /// How the file is open, in the words of C's `fopen`.
    #[field(on(linux))]
    pub mode: Option<OpenMode>,
    /// The flags of open(2), `O_CLOEXEC` among them.
    #[field(on(linux))]
    pub flags: Option<u32>,
}

/// Any descriptor of a process: a file, a socket, a timer.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct FileDescriptor {
    /// Where the file is; `None` for what lies in no file system, as a pipe does. For a file that was deleted it is
    /// where the file was.
    #[field(label)]
    pub path: Option<PathBuf>,
    /// The descriptor's number.
    #[field(label)]
    pub fd: u32,
    /// What it is a descriptor of.
    #[field(name = "fdtype")]
    pub kind: FdKind,
    /// The device that holds the file.
    pub dev: Option<u64>,
    /// The file's number on its device; for a socket or a pipe the number that names it.
    pub ino: Option<u64>,
    /// The device that the file itself is, if it is one; else 0.
    pub rdev: Option<u64>,
    /// Type and permissions of the file, `st_mode`.
    pub mode: Option<u32>,
    /// How long the file is.
    #[field(unit = bytes)]
    pub size: Option<u64>,
    /// How many names the file has; 0 for one that was deleted.
    pub nlink: Option<u64>,
    /// Where in the file the next read or write happens.
    #[field(unit = bytes)]
    pub position: Option<i64>,
    /// The flags of open(2), with `O_CLOEXEC` and without `O_LARGEFILE`.
    pub flags: Option<u32>,
    /// How it is open, in the words of C's `fopen`.
    pub open_mode: Option<OpenMode>,
    /// The mount that the file was opened through, as in the first column of `mountinfo`.
    #[field(on(linux))]
    pub mount_id: Option<u32>,
    /// Whether the file has been deleted since it was opened.
    #[field(on(linux))]
    pub deleted: Option<bool>,
    /// What only this kind of descriptor has.
    #[field(name = "extra_info")]
    pub detail: FdDetail,
    /// What else the kernel said, by its own names: keys that psight does not know yet.
    #[field(on(linux))]
    pub other: Option<BTreeMap<String, String>>,
}

/// How a file is open, in the words of C's `fopen`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenMode {
    /// `r`: reading.
    Read,
    /// `w`: writing.
    Write,
    /// `a`: writing at the end.
    Append,
    /// `r+`: reading and writing.
    ReadWrite,
    /// `a+`: reading, and writing at the end.
    ReadAppend,
}

/// What a descriptor is a descriptor of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FdKind {
    /// A regular file, or something in a file system of which no more is known.
    File,
    /// A directory.
    Directory,
    /// A device that is read and written as a stream.
    CharDevice,
    /// A disk or a part of one.
    BlockDevice,
    /// A symbolic link, opened itself.
    Symlink,
    /// A socket.
    Socket,
    /// A pipe without a name.
    Pipe,
    /// A pipe with a name.
    Fifo,
    /// Linux: inotify(7), which watches files.
    Inotify,
    /// Linux: fanotify(7), which watches file systems.
    Fanotify,
    /// Linux: signalfd(2), which receives signals.
    Signalfd,
    /// Linux: epoll(7), which waits for other descriptors.
    Epoll,
    /// Linux: timerfd_create(2), a timer.
    Timerfd,
    /// Linux: pidfd_open(2), a process.
    Pidfd,
    /// Linux and FreeBSD: eventfd(2), a counter to wait for.
    Eventfd,
    /// Linux: memfd_create(2), a file in memory.
    Memfd,
    /// Linux: io_uring(7).
    IoUring,
    /// Linux: a program, a map or another object of bpf(2).
    Bpf,
    /// Linux: perf_event_open(2).
    PerfEvent,
    /// Linux: userfaultfd(2).
    Userfaultfd,
    /// Linux: a namespace, opened under `/proc/<pid>/ns`.
    Namespace,
    /// The BSDs and macOS: kqueue(2).
    Kqueue,
    /// FreeBSD: pdfork(2), a process.
    Procdesc,
    /// Something that psight does not know.
    Unknown,
}

/// What only one kind of descriptor has.
///
/// As a value it is a map, empty for kinds without more to say; its names are those of `/proc/<pid>/fdinfo`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum FdDetail {
    /// There is nothing more to say.
    #[default]
    None,
    /// Of an eventfd.
    #[non_exhaustive]
    Eventfd {
        /// The counter.
        count: u64,
        /// A number that all descriptors of this eventfd share. Since Linux 5.2.
        id: Option<i32>,
        /// Whether a read takes 1 instead of all. Since Linux 6.5.
        semaphore: Option<bool>,
    },
    /// Of a signalfd.
    #[non_exhaustive]
    Signalfd {
        /// The signals that it receives.
        sigmask: BTreeSet<u32>,
    },
    /// Of an epoll instance.
    #[non_exhaustive]
    Epoll {
        /// The descriptors that it waits for.
        targets: Vec<EpollTarget>,
    },
    /// Of a timer.
    Timerfd(Timer),
    /// Of an inotify instance.
    #[non_exhaustive]
    Inotify {
        /// What it watches.
        watches: Vec<InotifyWatch>,
    },
    /// Of a descriptor of a process.
    #[non_exhaustive]
    Pidfd {
        /// The process; `None` once it has been waited for, or where it is outside the pid namespace.
        pid: Option<Pid>,
    },
}

/// A timer of timerfd_create(2).
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Timer {
    /// The clock that it runs on, as in `CLOCK_MONOTONIC` (1).
    pub clockid: i32,
    /// How often it has expired since it was last read.
    pub ticks: u64,
    /// The flags that it was set with.
    pub settime_flags: u32,
    /// How long until it expires; 0 when it is not set.
    #[field(unit = seconds)]
    pub it_value: Duration,
    /// How long from one expiry to the next; 0 when it expires once.
    #[field(unit = seconds)]
    pub it_interval: Duration,
}

/// A descriptor that an epoll instance waits for.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct EpollTarget {
    /// The descriptor's number when it was added; it may since be closed, or another's.
    #[field(name = "tfd")]
    pub fd: u32,
    /// What it is waited for: `EPOLLIN` (1) and others.
    pub events: u32,
    /// What the program attached.
    pub data: u64,
    /// The position in the file. Since Linux 4.13.
    pub pos: Option<i64>,
    /// The file's number on its device. Since Linux 4.13.
    pub ino: Option<u64>,
    /// The device that holds the file. Since Linux 4.13.
    pub dev: Option<u64>,
}

/// Something that an inotify instance watches.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct InotifyWatch {
    /// The watch's number.
    pub wd: u32,
    /// The file's number on its device.
    pub ino: u64,
    /// The device that holds the file.
    pub dev: u64,
    /// What is watched for: `IN_MODIFY` (2) and others.
    pub mask: u32,
}

impl Process {
    /// How many descriptors the process has open (on Windows, handles).
    ///
    /// Linux: the size of `/proc/<pid>/fd` (since 6.2, without permission), else the number of entries in it.
    ///
    /// Windows: all handles, of whatever sort, as psutil's `num_handles`.
    ///
    /// # Errors
    ///
    /// `AccessDenied` before Linux 6.2 without the right to trace it; else as for [every question](Self#errors).
    pub fn num_fds(&self) -> Result<u64> {
        sys::files::num_fds(self.host(), self.pid())
    }

    /// The regular files that the process has open, in the order of their descriptors.
    ///
    /// Directories, devices, sockets and everything else are in [`fds`](Self::fds), and so are files that were deleted
    /// and files that are only mapped. A file that is closed while the list is made is not in it.
    ///
    /// Linux: `/proc/<pid>/fd`, `/proc/<pid>/fdinfo`.
    ///
    /// Windows: the handles of the process among those of `SystemExtendedHandleInformation`, duplicated and asked for
    /// their names; each file once, without folders. What another thread is reading from at that moment is not asked,
    /// because the answer would wait for it.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn open_files(&self) -> Result<Vec<OpenFile>> {
        sys::files::open_files(self.host(), self.pid())
    }

    /// Everything that the process has open, in the order of the descriptors.
    ///
    /// What is closed while the list is made is not in it; a field that could not be read is `None`.
    ///
    /// Linux: `/proc/<pid>/fd`, `/proc/<pid>/fdinfo`. On a captured machine nothing can be asked of the files
    /// themselves (`dev`, `ino`, `mode` …), and what lies in a file system is taken for a regular file.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn fds(&self) -> Result<Vec<FileDescriptor>> {
        sys::files::fds(self.host(), self.pid())
    }
}

impl OpenMode {
    /// The word, as in `r+`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "r",
            Self::Write => "w",
            Self::Append => "a",
            Self::ReadWrite => "r+",
            Self::ReadAppend => "a+",
        }
    }
}

impl FdKind {
    /// The word, as in `socket`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "directory",
            Self::CharDevice => "char_device",
            Self::BlockDevice => "block_device",
            Self::Symlink => "symlink",
            Self::Socket => "socket",
            Self::Pipe => "pipe",
            Self::Fifo => "fifo",
            Self::Inotify => "inotify",
            Self::Fanotify => "fanotify",
            Self::Signalfd => "signalfd",
            Self::Epoll => "epoll",
            Self::Timerfd => "timerfd",
            Self::Pidfd => "pidfd",
            Self::Eventfd => "eventfd",
            Self::Memfd => "memfd",
            Self::IoUring => "io_uring",
            Self::Bpf => "bpf",
            Self::PerfEvent => "perf_event",
            Self::Userfaultfd => "userfaultfd",
            Self::Namespace => "namespace",
            Self::Kqueue => "kqueue",
            Self::Procdesc => "procdesc",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for OpenMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for FdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for OpenMode {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self.as_str()))
    }
}

crate::serialized!(OpenMode);

impl ToValue for FdKind {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self.as_str()))
    }
}

crate::serialized!(FdKind);

impl ToValue for FdDetail {
    const KIND: Kind = Kind::Map;

    fn to_value(&self) -> Value<'_> {
        let named = |name: &'static str, value| (Cow::Borrowed(name), value);
        Value::Map(match self {
            Self::None => Vec::new(),
            Self::Eventfd { count, id, semaphore } => vec![
                named("eventfd-count", count.to_value()),
                named("eventfd-id", id.to_value()),
                named("eventfd-semaphore", semaphore.to_value()),
            ],
            Self::Signalfd { sigmask } => vec![named("sigmask", sigmask.to_value())],
            Self::Epoll { targets } => vec![named("tfds", targets.to_value())],
            Self::Timerfd(timer) => Timer::FIELDS
                .iter()
                .zip(timer.values())
                .map(|(field, value)| named(field.name, value))
                .collect(),
            Self::Inotify { watches } => vec![named("watches", watches.to_value())],
            Self::Pidfd { pid } => vec![named("pid", pid.to_value())],
        })
    }
}

crate::serialized!(FdDetail);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_of_a_descriptor_is_a_map_with_the_kernels_names() {
        let detail = FdDetail::Eventfd { count: 3, id: Some(1), semaphore: None };
        let Value::Map(pairs) = detail.to_value() else { panic!("not a map") };
        assert_eq!(pairs[0], (Cow::Borrowed("eventfd-count"), Value::Uint(3)));
        assert_eq!(pairs[2], (Cow::Borrowed("eventfd-semaphore"), Value::Null));
    }
}
