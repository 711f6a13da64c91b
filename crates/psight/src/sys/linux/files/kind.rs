//! What a descriptor is of, by the text of its link and the type of its file, and what more its kind says.

use std::collections::BTreeSet;
use std::time::Duration;

use psight_parse::linux::pid::fdinfo::{Fdinfo, Target, Watch};
use psight_parse::text;
use rustix::fs::{FileType, Stat, makedev};

use crate::Pid;
use crate::process::{EpollTarget, FdDetail, FdKind, InotifyWatch, Timer};

/// What it is a descriptor of.
pub(super) fn kind(link: Option<&[u8]>, stat: Option<&Stat>) -> FdKind {
    let Some(link) = link else { return of_file(stat) };
    if link.starts_with(b"/memfd:") && link.ends_with(b" (deleted)") {
        return FdKind::Memfd;
    }
    if link.starts_with(b"/") {
        return of_file(stat);
    }
    if let Some(name) = link.strip_prefix(b"anon_inode:") {
        return anonymous(name);
    }
    let Some(colon) = link.iter().position(|byte| *byte == b':') else { return FdKind::Unknown };
    match link.split_at(colon).0 {
        b"socket" => FdKind::Socket,
        b"pipe" => FdKind::Pipe,
        b"pidfd" => FdKind::Pidfd,
        b"cgroup" | b"ipc" | b"mnt" | b"net" | b"pid" | b"pid_for_children" | b"time"
        | b"time_for_children" | b"user" | b"uts" => FdKind::Namespace,
        _ => FdKind::Unknown,
    }
}

/// The number in `socket:[4711]`.
pub(super) fn number(link: &[u8]) -> Option<u64> {
    let open = link.iter().position(|byte| *byte == b'[')?;
    text::u64(link.split_at_checked(open + 1)?.1.strip_suffix(b"]")?)
}

fn of_file(stat: Option<&Stat>) -> FdKind {
    let Some(stat) = stat else { return FdKind::File };
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => FdKind::File,
        FileType::Directory => FdKind::Directory,
        FileType::Symlink => FdKind::Symlink,
        FileType::Fifo => FdKind::Fifo,
        FileType::Socket => FdKind::Socket,
        FileType::CharacterDevice => FdKind::CharDevice,
        FileType::BlockDevice => FdKind::BlockDevice,
        FileType::Unknown => FdKind::Unknown,
    }
}

/// What has no file at all, by the name that the kernel gave it; some names are in brackets and some are not.
fn anonymous(name: &[u8]) -> FdKind {
    let name = name.strip_prefix(b"[").and_then(|name| name.strip_suffix(b"]")).unwrap_or(name);
    match name {
        b"eventpoll" => FdKind::Epoll,
        b"eventfd" => FdKind::Eventfd,
        b"signalfd" => FdKind::Signalfd,
        b"timerfd" => FdKind::Timerfd,
        b"pidfd" => FdKind::Pidfd,
        b"inotify" => FdKind::Inotify,
        b"fanotify" => FdKind::Fanotify,
        b"io_uring" => FdKind::IoUring,
        b"perf_event" => FdKind::PerfEvent,
        b"userfaultfd" => FdKind::Userfaultfd,
        _ if name.starts_with(b"bpf") => FdKind::Bpf,
        _ => FdKind::Unknown,
    }
}

/// What the description says, before it is known what it is of.
pub(super) struct Detail {
    eventfd: Option<FdDetail>,
    sigmask: Option<u64>,
    timer: Option<Timer>,
    pid: Option<i32>,
    targets: Vec<EpollTarget>,
    watches: Vec<InotifyWatch>,
}

impl From<Fdinfo<'_>> for Detail {
    fn from(info: Fdinfo<'_>) -> Self {
        let (id, semaphore) = (info.eventfd_id, info.eventfd_semaphore);
        Self {
            eventfd: info.eventfd_count.map(|count| FdDetail::Eventfd { count, id, semaphore }),
            sigmask: info.sigmask,
            timer: timer(&info),
            pid: info.pid,
            targets: info.targets.iter().map(target).collect(),
            watches: info.watches.iter().map(watch).collect(),
        }
    }
}

impl Detail {
    /// What it says of this kind of descriptor.
    pub(super) fn of(self, kind: FdKind) -> FdDetail {
        match kind {
            FdKind::Eventfd => self.eventfd.unwrap_or_default(),
            FdKind::Signalfd => self.sigmask.map_or(FdDetail::None, |mask| {
                let sigmask: BTreeSet<u32> =
                    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect();
                FdDetail::Signalfd { sigmask }
            }),
            FdKind::Timerfd => self.timer.map_or(FdDetail::None, FdDetail::Timerfd),
            FdKind::Epoll => FdDetail::Epoll { targets: self.targets },
            FdKind::Inotify => FdDetail::Inotify { watches: self.watches },
            FdKind::Pidfd => {
                let pid = self.pid.and_then(|pid| u32::try_from(pid).ok());
                FdDetail::Pidfd { pid: pid.filter(|pid| *pid > 0).map(Pid::new) }
            }
            _ => FdDetail::None,
        }
    }
}

fn timer(info: &Fdinfo<'_>) -> Option<Timer> {
    let duration = |(seconds, nanos)| Duration::new(seconds, nanos);
    Some(Timer {
        clockid: info.clockid?,
        ticks: info.ticks?,
        settime_flags: info.settime_flags?,
        it_value: info.it_value.map(duration)?,
        it_interval: info.it_interval.map(duration)?,
    })
}

fn target(line: &Target) -> EpollTarget {
    EpollTarget {
        fd: line.tfd,
        events: line.events,
        data: line.data,
        pos: line.pos,
        ino: line.ino,
        dev: line.sdev.map(device),
    }
}

fn watch(line: &Watch) -> InotifyWatch {
    InotifyWatch { wd: line.wd, ino: line.ino, dev: device(line.sdev), mask: line.mask }
}

/// include/linux/kdev_t.h, `MKDEV`: what the kernel keeps is not what stat(2) says.
fn device(sdev: u32) -> u64 {
    makedev(sdev >> 20, sdev & 0xf_ffff)
}
