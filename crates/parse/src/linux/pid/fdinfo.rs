//! `/proc/<pid>/fdinfo/<fd>`: what the kernel says of an open file, line by line, with more lines for some kinds.

use crate::text;

/// The lines of the file. Which there are depends on the kind of descriptor and on the kernel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fdinfo<'a> {
    /// `pos`: the position in the file.
    pub pos: Option<i64>,
    /// `flags`: those of open(2), with `O_CLOEXEC`.
    pub flags: Option<u32>,
    /// `mnt_id`: the mount, as in `mountinfo`. Since 3.15.
    pub mnt_id: Option<u32>,
    /// `ino`: the inode. Since 5.14.
    pub ino: Option<u64>,
    /// `eventfd-count`: the counter. Since 3.8.
    pub eventfd_count: Option<u64>,
    /// `eventfd-id`: what all descriptors of one eventfd share. Since 5.2.
    pub eventfd_id: Option<i32>,
    /// `eventfd-semaphore`: whether a read takes 1. Since 6.5.
    pub eventfd_semaphore: Option<bool>,
    /// `sigmask`: the signals of a signalfd; bit `n - 1` is signal `n`. Since 3.8.
    pub sigmask: Option<u64>,
    /// `clockid`: the clock of a timer. Since 3.17, as the rest of its lines.
    pub clockid: Option<i32>,
    /// `ticks`: how often the timer has expired since it was read.
    pub ticks: Option<u64>,
    /// `settime flags`: the flags that the timer was set with.
    pub settime_flags: Option<u32>,
    /// `it_value`: how long until the timer expires, in seconds and nanoseconds.
    pub it_value: Option<(u64, u32)>,
    /// `it_interval`: how long from one expiry to the next, in seconds and nanoseconds.
    pub it_interval: Option<(u64, u32)>,
    /// `Pid`: the process of a pidfd; 0 outside the pid namespace, -1 once it was waited for.
    pub pid: Option<i32>,
    /// `tfd`: what an epoll instance waits for. Since 3.8.
    pub targets: Vec<Target>,
    /// `inotify wd`: what an inotify instance watches. Since 3.8.
    pub watches: Vec<Watch>,
    /// All other lines, in their order: what stands before and behind the first colon.
    pub other: Vec<(&'a [u8], &'a [u8])>,
}

/// A line of an epoll instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// The descriptor, when it was added.
    pub tfd: u32,
    /// What it is waited for.
    pub events: u32,
    /// What the program attached.
    pub data: u64,
    /// The position in the file. Since 4.13.
    pub pos: Option<i64>,
    /// The inode. Since 4.13.
    pub ino: Option<u64>,
    /// The device of the file system, as the kernel keeps it: the minor number is the lower 20 bits. Since 4.13.
    pub sdev: Option<u32>,
}

/// A line of an inotify instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watch {
    /// The watch.
    pub wd: u32,
    /// The inode.
    pub ino: u64,
    /// The device of the file system, as the kernel keeps it: the minor number is the lower 20 bits.
    pub sdev: u32,
    /// What is watched for.
    pub mask: u32,
}

/// Decodes the file. A line that is garbled counts as absent, and one that is not known is kept.
pub fn fdinfo(bytes: &[u8]) -> Fdinfo<'_> {
    let mut info = Fdinfo::default();
    for line in text::lines(bytes) {
        if line.starts_with(b"tfd:") {
            info.targets.extend(target(line));
        } else if let Some(watched) = line.strip_prefix(b"inotify ") {
            info.watches.extend(watch(watched));
        } else if let Some((key, value)) = text::pair(line) {
            info.fill(key, value);
        }
    }
    info
}

/// Position and flags alone, the two lines that are always there and come first.
pub fn position(bytes: &[u8]) -> (Option<i64>, Option<u32>) {
    let (mut pos, mut flags) = (None, None);
    for (key, value) in text::lines(bytes).take(2).filter_map(text::pair) {
        match key {
            b"pos" => pos = text::i64(value),
            b"flags" => flags = octal(value),
            _ => {}
        }
    }
    (pos, flags)
}

impl<'a> Fdinfo<'a> {
    fn fill(&mut self, key: &'a [u8], value: &'a [u8]) {
        match key {
            b"pos" => self.pos = text::i64(value),
            b"flags" => self.flags = octal(value),
            b"mnt_id" => self.mnt_id = text::u32(value),
            b"ino" => self.ino = text::u64(value),
            b"eventfd-count" => self.eventfd_count = text::hex(value),
            b"eventfd-id" => self.eventfd_id = text::i32(value),
            b"eventfd-semaphore" => self.eventfd_semaphore = text::u32(value).map(|set| set != 0),
            b"sigmask" => self.sigmask = text::hex(value),
            b"clockid" => self.clockid = text::i32(value),
            b"ticks" => self.ticks = text::u64(value),
            b"settime flags" => self.settime_flags = octal(value),
            b"it_value" => self.it_value = time(value),
            b"it_interval" => self.it_interval = time(value),
            b"Pid" => self.pid = text::i32(value),
            _ => self.other.push((key, value)),
        }
    }
}

/// `tfd:        5 events:       19 data:                5  pos:0 ino:56 sdev:e`
fn target(line: &[u8]) -> Option<Target> {
    let number = |name: &[u8]| labelled(line).find(|(label, _)| *label == name).map(|(_, n)| n);
    Some(Target {
        tfd: number(b"tfd").and_then(text::u32)?,
        events: hex(number(b"events")?)?,
        data: text::hex(number(b"data")?)?,
        pos: number(b"pos").and_then(text::i64),
        ino: number(b"ino").and_then(text::hex),
        sdev: number(b"sdev").and_then(hex),
    })
}

/// `wd:1 ino:2b sdev:10 mask:800afce ignored_mask:0 fhandle-bytes:c fhandle-type:1 f_handle:…`
fn watch(line: &[u8]) -> Option<Watch> {
    let number = |name: &[u8]| labelled(line).find(|(label, _)| *label == name).map(|(_, n)| n);
    Some(Watch {
        wd: hex(number(b"wd")?)?,
        ino: text::hex(number(b"ino")?)?,
        sdev: hex(number(b"sdev")?)?,
        mask: hex(number(b"mask")?)?,
    })
}

/// The labels of a line with their numbers, which follow the colon at once or behind blanks.
fn labelled(line: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut words = text::words(line);
    std::iter::from_fn(move || {
        loop {
            let word = words.next()?;
            if let Some(label) = word.strip_suffix(b":") {
                return Some((label, words.next()?));
            }
            if let Some(pair) = text::pair(word) {
                return Some(pair);
            }
        }
    })
}

/// `(5, 123456789)`
fn time(value: &[u8]) -> Option<(u64, u32)> {
    let inside = value.strip_prefix(b"(")?.strip_suffix(b")")?;
    let comma = inside.iter().position(|byte| *byte == b',')?;
    let (seconds, nanos) = inside.split_at_checked(comma)?;
    let nanos = text::u32(nanos.get(1..)?).filter(|nanos| *nanos < 1_000_000_000)?;
    Some((text::u64(seconds)?, nanos))
}

fn octal(value: &[u8]) -> Option<u32> {
    text::octal(value)?.try_into().ok()
}

fn hex(value: &[u8]) -> Option<u32> {
    text::hex(value)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_position_and_flags() {
        let bytes = b"pos:\t4096\nflags:\t02100001\nmnt_id:\t29\nino:\t31337\n";
        let info = fdinfo(bytes);
        assert_eq!((info.pos, info.flags), (Some(4096), Some(0o2_100_001)));
        assert_eq!((info.mnt_id, info.ino), (Some(29), Some(31_337)));
        assert!(info.other.is_empty());
        assert_eq!(position(bytes), (Some(4096), Some(0o2_100_001)));
    }

    #[test]
    fn the_counter_of_an_eventfd_is_hexadecimal() {
        let info = fdinfo(
            b"pos:\t0\nflags:\t02\nmnt_id:\t16\nino:\t62\neventfd-count:               1f\neventfd-id: 3\neventfd-semaphore: 1\n",
        );
        assert_eq!(info.eventfd_count, Some(31));
        assert_eq!((info.eventfd_id, info.eventfd_semaphore), (Some(3), Some(true)));
    }

    #[test]
    fn a_timer_says_when_it_expires() {
        let info = fdinfo(
            b"pos:\t0\nflags:\t02\nmnt_id:\t16\nino:\t62\nclockid: 1\nticks: 0\nsettime flags: 01\nit_value: (59, 999812345)\nit_interval: (5, 0)\n",
        );
        assert_eq!((info.clockid, info.ticks, info.settime_flags), (Some(1), Some(0), Some(1)));
        assert_eq!((info.it_value, info.it_interval), (Some((59, 999_812_345)), Some((5, 0))));
    }

    #[test]
    fn an_epoll_instance_says_what_it_waits_for() {
        let info = fdinfo(
            b"pos:\t0\nflags:\t02000002\nmnt_id:\t16\nino:\t62\ntfd:        5 events:       19 data: ffffffffffffffff  pos:0 ino:3e sdev:f\ntfd:       12 events: 80000001 data:                c\n",
        );
        let first = Target {
            tfd: 5,
            events: 0x19,
            data: u64::MAX,
            pos: Some(0),
            ino: Some(0x3e),
            sdev: Some(0xf),
        };
        let second =
            Target { tfd: 12, events: 0x8000_0001, data: 12, pos: None, ino: None, sdev: None };
        assert_eq!(info.targets, [first, second]);
    }

    #[test]
    fn an_inotify_instance_says_what_it_watches() {
        let info = fdinfo(
            b"pos:\t0\nflags:\t00\nmnt_id:\t16\nino:\t62\ninotify wd:2 ino:9e7e sdev:800013 mask:800afce ignored_mask:0 fhandle-bytes:8 fhandle-type:1 f_handle:7e9e0000640d1b6d\n",
        );
        let watch = Watch { wd: 2, ino: 0x9e7e, sdev: 0x80_0013, mask: 0x800_afce };
        assert_eq!(info.watches, [watch]);
    }

    #[test]
    fn a_pidfd_whose_process_is_gone_says_minus_one() {
        let info = fdinfo(b"pos:\t0\nflags:\t02\nmnt_id:\t16\nino:\t62\nPid:\t-1\nNSpid:\t-1\n");
        assert_eq!((info.pid, info.other), (Some(-1), vec![(&b"NSpid"[..], &b"-1"[..])]));
        assert_eq!(fdinfo(b"sigmask:\t0000000000004002\n").sigmask, Some(0x4002));
    }

    #[test]
    fn lines_of_kinds_that_are_not_known_are_kept() {
        let info = fdinfo(
            b"pos:\t0\nflags:\t02\nlock:\t1: FLOCK  ADVISORY  WRITE 359 00:13:11691 0 EOF\nprog_type:\t6\nfanotify flags:10 event-flags:8002\n",
        );
        let keys: Vec<_> = info.other.iter().map(|(key, _)| *key).collect();
        assert_eq!(keys, [&b"lock"[..], b"prog_type", b"fanotify flags"]);
        assert!(fdinfo(b"tfd: x events: 1\ninotify wd:\n\xff\n").targets.is_empty());
    }
}
