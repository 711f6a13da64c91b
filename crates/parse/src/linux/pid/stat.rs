//! `/proc/<pid>/stat`, and the same of a thread: one line of 52 fields, the second of which may hold anything.

use crate::{Error, text};

/// The fields of the line that psight uses. The number in brackets is proc(5)'s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat<'a> {
    /// (1) The process, or the thread.
    pub pid: u32,
    /// (2) The name, at most 15 bytes of any kind (kernel threads have longer ones).
    pub comm: &'a [u8],
    /// (3) The state's letter.
    pub state: u8,
    /// (4) The parent; 0 where it is outside the reader's pid namespace.
    pub ppid: u32,
    /// (5) The process group.
    pub pgrp: u32,
    /// (6) The session.
    pub session: u32,
    /// (7) The controlling terminal's device number; 0 is none.
    pub tty_nr: u32,
    /// (8) The terminal's foreground process group; -1 without a terminal, which reads as `u32::MAX`.
    pub tpgid: u32,
    /// (9) The kernel's flags of the task; see [`Stat::is_kernel_thread`].
    pub flags: u32,
    /// (10) Page faults that needed no disk.
    pub minflt: u64,
    /// (12) Page faults that needed the disk.
    pub majflt: u64,
    /// (14) Time in user mode.
    pub utime_ticks: u64,
    /// (15) Time in the kernel.
    pub stime_ticks: u64,
    /// (16) The same of children that were waited for.
    pub cutime_ticks: u64,
    /// (17) The same of children that were waited for.
    pub cstime_ticks: u64,
    /// (18) 20 and the nice value, or for a real-time task -2 and below: the lower the sooner.
    pub priority: i32,
    /// (19) The nice value.
    pub nice: i32,
    /// (20) How many threads there are.
    pub num_threads: u32,
    /// (22) When it started, after boot. Since 2.6 in ticks.
    pub starttime_ticks: u64,
    /// (23) Virtual memory.
    pub vsize: u64,
    /// (24) Resident memory; not exact, `statm` has the exact number.
    pub rss_pages: u64,
    /// (39) The CPU that it ran on last. Since 2.2.8.
    pub processor: Option<u32>,
    /// (40) The priority among real-time tasks, 1 to 99; else 0. Since 2.5.19.
    pub rt_priority: Option<u32>,
    /// (41) `SCHED_*`. Since 2.5.19.
    pub policy: Option<u32>,
    /// (42) Time spent waiting for disks. Since 2.6.18.
    pub delayacct_blkio_ticks: Option<u64>,
}

/// `PF_KTHREAD`, since 2.6.27 at this bit.
const KERNEL_THREAD: u32 = 0x0020_0000;

impl Stat<'_> {
    /// Whether the task is the kernel's own.
    pub fn is_kernel_thread(&self) -> bool {
        self.flags & KERNEL_THREAD != 0
    }

    /// Whether it has exited and waits for its parent.
    pub fn is_zombie(&self) -> bool {
        self.state == b'Z'
    }
}

/// Decodes the line. The name ends at the last `)` of the file: it may itself hold blanks, brackets and newlines.
pub fn stat(bytes: &[u8]) -> Result<Stat<'_>, Error> {
    let (Head { pid, comm, state }, mut rest) = split(bytes)?;
    let ppid = rest.number("ppid")?;
    let pgrp = rest.number("pgrp")?;
    let session = rest.number("session")?;
    // Printed as a signed number; -1 stands in pgrp, session and tpgid of odd tasks.
    let tty_nr = rest.number("tty_nr")?;
    let tpgid = rest.number("tpgid")?;
    let flags = rest.number("flags")?;
    let minflt = rest.count("minflt")?;
    rest.skip(1);
    let majflt = rest.count("majflt")?;
    rest.skip(1);
    let utime_ticks = rest.count("utime")?;
    let stime_ticks = rest.count("stime")?;
    let cutime_ticks = rest.clamped("cutime")?;
    let cstime_ticks = rest.clamped("cstime")?;
    let priority = rest.signed("priority")?;
    let nice = rest.signed("nice")?;
    let num_threads = rest.number("num_threads")?;
    rest.skip(1);
    let starttime_ticks = rest.count("starttime")?;
    let vsize = rest.count("vsize")?;
    let rss_pages = rest.clamped("rss")?;
    rest.skip(14);
    let processor = rest.word("processor").ok().and_then(text::u32);
    let rt_priority = rest.word("rt_priority").ok().and_then(text::u32);
    let policy = rest.word("policy").ok().and_then(text::u32);
    let delayacct_blkio_ticks = rest.word("delayacct_blkio_ticks").ok().and_then(text::u64);
    Ok(Stat {
        pid,
        comm,
        state,
        ppid,
        pgrp,
        session,
        tty_nr,
        tpgid,
        flags,
        minflt,
        majflt,
        utime_ticks,
        stime_ticks,
        cutime_ticks,
        cstime_ticks,
        priority,
        nice,
        num_threads,
        starttime_ticks,
        vsize,
        rss_pages,
        processor,
        rt_priority,
        policy,
        delayacct_blkio_ticks,
    })
}

/// The first fields of the line, for those who need no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head<'a> {
    /// (1) The process, or the thread.
    pub pid: u32,
    /// (2) The name, as in [`Stat`].
    pub comm: &'a [u8],
    /// (3) The state's letter.
    pub state: u8,
}

/// Decodes the first fields alone.
pub fn head(bytes: &[u8]) -> Result<Head<'_>, Error> {
    Ok(split(bytes)?.0)
}

/// Decodes `starttime_ticks` alone, by which one process is told from another that has its pid.
pub fn starttime(bytes: &[u8]) -> Result<u64, Error> {
    let (_, mut rest) = split(bytes)?;
    rest.skip(18);
    rest.count("starttime")
}

/// Whether the process is on its way into a program: the program's memory is there (23, vsize), and neither the end of the
/// arguments (49, arg_end) nor that of the environment (51, env_end) is set yet, so that `cmdline` and `environ` are empty
/// and the name may be the old one. Since 3.5; never of a process that the reader may not trace, whose addresses the
/// kernel does not tell (26, startcode, is 1).
pub fn is_in_exec(bytes: &[u8]) -> bool {
    // Mostly the last field but one says no.
    let line = bytes.trim_ascii_end();
    let last = line.iter().rposition(|byte| *byte == b' ');
    if !last.and_then(|last| line.get(..last)).is_some_and(|line| line.ends_with(b" 0")) {
        return false;
    }
    let Ok((_, mut rest)) = split(bytes) else { return false };
    let mut field = |skipped: usize| {
        rest.skip(skipped);
        rest.word("a field of exec").unwrap_or_default()
    };
    // 9, 23, 26, 49 and 52, each after those between.
    let (flags, vsize, startcode) = (field(5), field(13), field(2));
    let (arg_end, exit_code) = (field(22), field(2));
    let is_kernel_thread = text::u32(flags).is_none_or(|flags| flags & KERNEL_THREAD != 0);
    !is_kernel_thread
        && vsize != b"0"
        && startcode != b"1"
        && arg_end == b"0"
        && !exit_code.is_empty()
}

/// The first fields, and what is behind them.
fn split(bytes: &[u8]) -> Result<(Head<'_>, Columns<'_>), Error> {
    let open = text::position(bytes, b'(').ok_or(Error::missing("comm"))?;
    let close = last_bracket(bytes, open).ok_or(Error::missing("comm"))?;
    let pid = bytes.get(..open).and_then(text::u32).ok_or(Error::garbled("pid"))?;
    let comm = bytes.get(open + 1..close).ok_or(Error::garbled("comm"))?;
    let mut rest = Columns(bytes.get(close + 1..).unwrap_or_default());
    let state = rest.word("state")?.first().copied().ok_or(Error::missing("state"))?;
    Ok((Head { pid, comm, state }, rest))
}

/// Where the last `)` is. The kernel prints at most 64 bytes of a name and after it none, so that in its own lines it is
/// near the beginning; whoever asks for thousands of lines feels the difference.
fn last_bracket(bytes: &[u8], open: usize) -> Option<usize> {
    let near = bytes.get(open..open + 80).unwrap_or_default();
    let mut close = None;
    while let Some(next) = text::position(near.get(close.map_or(0, |at| at + 1)..)?, b')') {
        close = Some(close.map_or(0, |at| at + 1) + next);
    }
    match close {
        Some(close) if close < 72 => Some(open + close),
        _ => bytes.iter().rposition(|byte| *byte == b')'),
    }
}

/// What is left of the line.
pub(super) struct Columns<'a>(pub(super) &'a [u8]);

impl<'a> Columns<'a> {
    fn word(&mut self, field: &'static str) -> Result<&'a [u8], Error> {
        let start = after_blanks(self.0);
        let end = start.iter().position(|byte| *byte <= b' ').unwrap_or(start.len());
        let (word, rest) = start.split_at_checked(end).ok_or(Error::missing(field))?;
        self.0 = rest;
        if word.is_empty() { Err(Error::missing(field)) } else { Ok(word) }
    }

    /// Skips columns, between which the kernel prints one blank. One that is missing is found by the next one that is
    /// needed.
    pub(super) fn skip(&mut self, columns: usize) {
        let mut left = columns;
        self.0 = after_blanks(self.0);
        // Eight bytes in one step, up to those in which the last column ends.
        while let Some((chunk, behind)) = self.0.split_first_chunk::<8>() {
            let blanks = blanks(*chunk);
            if blanks >= left {
                break;
            }
            left -= blanks;
            self.0 = behind;
        }
        while let [byte, behind @ ..] = self.0 {
            if *byte == b' ' {
                if left <= 1 {
                    break;
                }
                left -= 1;
            }
            self.0 = behind;
        }
    }

    /// The number of plain digits that is next. Where something else is, it is left for the slower ways.
    #[inline]
    fn digits(&mut self) -> Option<u64> {
        let start = after_blanks(self.0);
        let (mut sum, mut rest) = (0u64, start);
        while let [digit @ b'0'..=b'9', tail @ ..] = rest {
            sum = sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            rest = tail;
        }
        // 19 digits fit; the few longer ones are for the slower ways too.
        let whole = rest.first().is_none_or(|byte| *byte <= b' ')
            && (1..=19).contains(&(start.len() - rest.len()));
        whole.then(|| {
            self.0 = rest;
            sum
        })
    }

    #[inline]
    pub(super) fn count(&mut self, field: &'static str) -> Result<u64, Error> {
        match self.digits() {
            Some(number) => Ok(number),
            None => text::u64(self.word(field)?).ok_or(Error::garbled(field)),
        }
    }

    /// A number that the kernel prints signed though it counts something; below 0 it is 0.
    #[inline]
    fn clamped(&mut self, field: &'static str) -> Result<u64, Error> {
        if let Some(number) = self.digits() {
            return Ok(number);
        }
        let word = self.word(field)?;
        text::u64(word).or_else(|| text::i64(word).map(|_| 0)).ok_or(Error::garbled(field))
    }

    /// A number that may be below 0.
    #[inline]
    fn signed(&mut self, field: &'static str) -> Result<i32, Error> {
        match self.digits() {
            Some(number) => i32::try_from(number).map_err(|_| Error::garbled(field)),
            None => text::i32(self.word(field)?).ok_or(Error::garbled(field)),
        }
    }

    /// A 32-bit number of which the kernel prints the sign.
    #[inline]
    fn number(&mut self, field: &'static str) -> Result<u32, Error> {
        match self.digits() {
            Some(number) => u32::try_from(number).map_err(|_| Error::garbled(field)),
            None => {
                text::i32(self.word(field)?).map(i32::cast_unsigned).ok_or(Error::garbled(field))
            }
        }
    }
}

fn after_blanks(mut line: &[u8]) -> &[u8] {
    while let [..=b' ', rest @ ..] = line {
        line = rest;
    }
    line
}

/// How many of the eight bytes are blanks.
fn blanks(chunk: [u8; 8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const LOW: u64 = ONES * 0x7f;
    let other = u64::from_le_bytes(chunk) ^ (ONES * 0x20);
    // The highest bit of each byte says that it is another one.
    let others = ((other & LOW) + LOW) | other;
    let blanks = (!others >> 7) & ONES;
    (blanks.wrapping_mul(ONES) >> 56) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &[u8] =
        b" S 1 42 42 34816 42 4194560 1289 7 2 1 11 12 -3 14 20 -5 3 0 5163 228843520 1041 \
        18446744073709551615 1 1 0 0 0 0 0 4096 1260 0 0 0 17 1 0 0 9 0 0\n";

    fn named(comm: &[u8]) -> Vec<u8> {
        [b"42 (", comm, b")", TAIL].concat()
    }

    #[test]
    fn a_real_time_task_has_a_priority_below_0() {
        let line = b"19 (migration/0) S 2 0 0 0 -1 69238848 0 0 0 0 0 42 0 0 -100 0 1 0 8 0 0 \
            18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 17 0 99 1 0 0 0 0 0 0 0 0 0 0 0\n";
        let stat = stat(line).unwrap();
        assert_eq!((stat.priority, stat.nice), (-100, 0));
        assert_eq!((stat.rt_priority, stat.policy), (Some(99), Some(1)));
    }

    #[test]
    fn every_field_is_where_proc_5_says() {
        let line = named(b"sshd");
        let stat = stat(&line).unwrap();
        assert_eq!((stat.pid, stat.comm, stat.state, stat.ppid), (42, &b"sshd"[..], b'S', 1));
        assert_eq!((stat.pgrp, stat.session, stat.tty_nr), (42, 42, 34816));
        assert_eq!((stat.tpgid, stat.flags), (42, 4_194_560));
        assert!(!stat.is_kernel_thread() && !stat.is_zombie());
        assert_eq!((stat.minflt, stat.majflt), (1289, 2));
        assert_eq!((stat.utime_ticks, stat.stime_ticks), (11, 12));
        assert_eq!((stat.cutime_ticks, stat.cstime_ticks), (0, 14));
        assert_eq!((stat.priority, stat.nice), (20, -5));
        assert_eq!((stat.num_threads, stat.starttime_ticks), (3, 5163));
        assert_eq!((stat.vsize, stat.rss_pages), (228_843_520, 1041));
        assert_eq!((stat.processor, stat.delayacct_blkio_ticks), (Some(1), Some(9)));
        assert_eq!((stat.rt_priority, stat.policy), (Some(0), Some(0)));
    }

    #[test]
    fn a_process_in_exec_has_memory_and_no_arguments() {
        let line = |flags: &str, vsize: &str, [startcode, arg_end, env_end]: [&str; 3]| {
            let text = format!(
                "9 (sleep) R 1 9 9 0 -1 {flags} 2 0 0 0 0 0 0 0 20 0 1 0 713 {vsize} 0 9 {startcode} 0 0 0 0 0 0 0 0 \
                 0 0 0 17 0 0 0 0 0 0 0 0 0 140736356235991 {arg_end} 0 {env_end} 0\n"
            );
            is_in_exec(text.as_bytes())
        };
        let early = ["0", "0", "0"];
        assert!(line("4194304", "4096", early));
        // Its code may be in its memory by then.
        assert!(line("4194304", "4096", ["93900216279040", "0", "0"]));
        // It has arguments; an empty environment has an address, too.
        assert!(!line("4194304", "4096", ["93900216279040", "7", "8"]));
        assert!(!line("4194304", "4096", ["93900216279040", "7", "0"]));
        // It may not be looked at; it is on its way out; it is the kernel's.
        assert!(!line("4194304", "4096", ["1", "0", "0"]));
        assert!(!line("4194304", "0", early));
        assert!(!line("2097152", "4096", early));
        // Before 3.5 the line is shorter.
        assert!(!is_in_exec(&named(b"sshd")));
        assert!(!is_in_exec(b"") && !is_in_exec(b"1 (init) S 0 0\n"));
    }

    #[test]
    fn a_part_of_the_line_says_what_the_whole_line_says() {
        for name in [&b"sshd"[..], b"a) S 1 2", b""] {
            let line = named(name);
            assert_eq!(head(&line).unwrap(), Head { pid: 42, comm: name, state: b'S' });
            assert_eq!(starttime(&line).unwrap(), 5163);
        }
        let error = starttime(b"1 (init) S 0 1 1 0 -1 256 1").unwrap_err();
        assert_eq!(error, Error::missing("starttime"));
    }

    #[test]
    fn t01_a_name_with_a_bracket_is_kept_whole() {
        for name in [&b"a) S 1 2"[..], b"(", b")", b"((()", b"tmux: server", b") R 9 9 (", b""] {
            let line = named(name);
            let stat = stat(&line).unwrap();
            assert_eq!((stat.comm, stat.state, stat.ppid), (name, b'S', 1));
        }
    }

    #[test]
    fn t02_a_name_with_a_newline_is_kept_whole() {
        let line = named(b"a\nb) S 3\nc");
        let stat = stat(&line).unwrap();
        assert_eq!((stat.comm, stat.ppid), (&b"a\nb) S 3\nc"[..], 1));
    }

    #[test]
    fn t06_a_thread_of_the_kernel_says_so() {
        let line = b"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 27 0 0 20 0 1 0 3 0 0 18446744073709551615 \
            0 0 0 0 0 0 0 2147483647 0 0 0 0 0 1 0 0 0 0 0 0 0 0 0 0 0 0 0";
        let stat = stat(line).unwrap();
        assert!(stat.is_kernel_thread());
        assert_eq!((stat.ppid, stat.tpgid, stat.processor), (0, u32::MAX, Some(1)));
    }

    #[test]
    fn t12_an_old_kernel_ends_the_line_early() {
        let line = b"1 (init) S 0 1 1 0 -1 256 1 0 2 0 3 4 5 6 15 0 1 0 9 1000 20 4294967295 1 1 0 0 0 0 0 0 0 0 0 0 0";
        let stat = stat(line).unwrap();
        assert_eq!(
            (stat.starttime_ticks, stat.processor, stat.delayacct_blkio_ticks),
            (9, None, None)
        );
        assert_eq!((stat.priority, stat.rt_priority, stat.policy), (15, None, None));
        let error = super::stat(b"1 (init) S 0 1 1 0 -1 256 1").unwrap_err();
        assert_eq!(error, Error::missing("majflt"));
    }
}
