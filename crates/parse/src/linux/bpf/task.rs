//! A process as the program of the table writes it: numbers of the kernel's structures as they are there, and what
//! `/proc` makes of them.

use super::super::pid::io::Io;
use super::super::pid::stat::Stat;
use super::super::pid::statm::Statm;
use super::{name, number};

/// The kind of a record about a process, written at its main thread.
pub const PROCESS: u32 = 1;
/// The kind of a record about another thread of a process: what it adds to the sums.
pub const THREAD: u32 = 2;

/// How long the name is: `/proc` shows no more of it.
pub const NAME: usize = 64;
/// How many words of the table of open descriptors are taken along: 64 descriptors each.
pub const FD_WORDS: usize = 16;

/// The numbers of a record, 64 bits each, by their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub enum Slot {
    /// `tgid`: the process. The places up to `SumRuntime` are those of a thread, too.
    Tgid,
    /// `utime` in nanoseconds; with `signal->utime`, what threads left that have ended.
    Utime,
    /// `stime`, as `utime`.
    Stime,
    /// `se.sum_exec_runtime`, with `signal->sum_sched_runtime`: the time on processors, which was not sampled.
    Runtime,
    /// `min_flt`, with `signal->min_flt`.
    Minflt,
    /// `maj_flt`, with `signal->maj_flt`.
    Majflt,
    /// `ioac.rchar` and the like, with `signal->ioac`.
    Rchar,
    /// `ioac.wchar`
    Wchar,
    /// `ioac.syscr`
    Syscr,
    /// `ioac.syscw`
    Syscw,
    /// `ioac.read_bytes`
    ReadBytes,
    /// `ioac.write_bytes`
    WriteBytes,
    /// `ioac.cancelled_write_bytes`
    CancelledWriteBytes,
    /// `signal->sum_sched_runtime` alone: it grows when a thread ends.
    SumRuntime,
    /// See the constants of [`Task`].
    Notes,
    /// `flags`
    Flags,
    /// `__state`
    State,
    /// `exit_state`
    ExitState,
    /// `static_prio`: 120 is a nice value of 0.
    StaticPrio,
    /// `prio`: what it has for the moment, which is less than 100 in real time.
    Prio,
    /// `rt_priority`
    RtPriority,
    /// `policy`
    Policy,
    /// `thread_info.cpu`
    Cpu,
    /// `signal->prev_cputime.utime`: what `/proc` said last.
    PrevUtime,
    /// `signal->prev_cputime.stime`
    PrevStime,
    /// `signal->cutime`
    Cutime,
    /// `signal->cstime`
    Cstime,
    /// `start_boottime` in nanoseconds.
    Start,
    /// `delays->blkio_delay` in nanoseconds.
    BlkioDelay,
    /// `nvcsw`
    Nvcsw,
    /// `nivcsw`
    Nivcsw,
    /// `signal->nr_threads`
    NrThreads,
    /// `real_parent->tgid`
    Ppid,
    /// `signal->pids[PIDTYPE_PGID]->numbers[0].nr`
    Pgid,
    /// `signal->pids[PIDTYPE_SID]->numbers[0].nr`
    Sid,
    /// `signal->tty->driver->major`
    TtyMajor,
    /// `signal->tty->driver->minor_start`
    TtyMinorStart,
    /// `signal->tty->index`
    TtyIndex,
    /// `real_cred->uid`
    Uid,
    /// `real_cred->euid`
    Euid,
    /// `real_cred->suid`
    Suid,
    /// `real_cred->gid`
    Gid,
    /// `real_cred->egid`
    Egid,
    /// `real_cred->sgid`
    Sgid,
    /// `mm->total_vm` in pages, as all of these.
    TotalVm,
    /// `mm->data_vm`
    DataVm,
    /// `mm->stack_vm`
    StackVm,
    /// `mm->locked_vm`
    LockedVm,
    /// `mm->rss_stat[MM_FILEPAGES].count`, without what the processors have not handed in.
    FilePages,
    /// `mm->rss_stat[MM_ANONPAGES].count`
    AnonPages,
    /// `mm->rss_stat[MM_SHMEMPAGES].count`
    ShmemPages,
    /// What the processors have not handed in of those.
    FileRest,
    /// The same of `MM_ANONPAGES`.
    AnonRest,
    /// The same of `MM_SHMEMPAGES`.
    ShmemRest,
    /// `mm->start_code`
    StartCode,
    /// `mm->end_code`
    EndCode,
    /// `files->fdt->max_fds`
    MaxFds,
    /// How many bytes of the arguments the record has.
    CmdlineLength,
}

impl Slot {
    /// How many there are in a record about a process.
    pub const COUNT: usize = Self::CmdlineLength as usize + 1;
    /// How many there are in a record about another thread.
    pub const OF_THREAD: usize = Self::SumRuntime as usize + 1;

    /// Where it is in the whole record.
    pub const fn place(self) -> usize {
        super::HEAD + self as usize * 8
    }
}

/// Where the name is in the whole record.
pub const NAME_PLACE: usize = super::HEAD + Slot::COUNT * 8;
/// Where the table of open descriptors is.
pub const FDS_PLACE: usize = NAME_PLACE + NAME;
/// Where the arguments are, and how long a record without arguments is.
pub const CMDLINE_PLACE: usize = FDS_PLACE + FD_WORDS * 8;

/// `PF_WQ_WORKER`
const PF_WQ_WORKER: u64 = 0x20;
/// `PF_KTHREAD`
const PF_KTHREAD: u64 = 0x20_0000;

/// A process, decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task<'a> {
    words: &'a [[u8; 8]],
    /// The name, which of a worker of the kernel's queues is not what `/proc` says.
    pub comm: &'a [u8],
    fds: &'a [[u8; 8]],
    /// The memory between `mm->arg_start` and `mm->arg_end`; empty where there is none.
    pub cmdline: &'a [u8],
}

/// What other threads of a process add to its sums.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many threads were met.
    pub threads: u64,
    numbers: [u64; Slot::OF_THREAD],
}

/// User and system time in nanoseconds, as `/proc` divides them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// In user mode.
    pub utime: u64,
    /// In the kernel.
    pub stime: u64,
}

/// Decodes the contents of a record about a process; `None` if they are too short.
pub fn task(bytes: &[u8]) -> Option<Task<'_>> {
    let (words, rest) = bytes.split_at_checked(Slot::COUNT * 8)?;
    let (comm, rest) = rest.split_at_checked(NAME)?;
    let (fds, cmdline) = rest.split_at_checked(FD_WORDS * 8)?;
    let (words, fds) = (words.as_chunks().0, fds.as_chunks().0);
    let length = usize::try_from(number(words, Slot::CmdlineLength as usize)).ok()?;
    Some(Task { words, comm: name(comm), fds, cmdline: cmdline.get(..length)? })
}

/// Decodes the contents of a record about another thread: the process that it belongs to, and what it adds.
pub fn sums(bytes: &[u8]) -> Option<(u32, Sums)> {
    let words = bytes.get(..Slot::OF_THREAD * 8)?.as_chunks().0;
    let mut sums = Sums { threads: 1, ..Sums::default() };
    for (index, sum) in sums.numbers.iter_mut().enumerate() {
        *sum = number(words, index);
    }
    Some((number(words, Slot::Tgid as usize) as u32, sums))
}

impl Sums {
    /// The sums of both.
    pub fn add(&mut self, other: &Self) {
        let last = self.get(Slot::SumRuntime).max(other.get(Slot::SumRuntime));
        self.threads += other.threads;
        for (sum, more) in self.numbers.iter_mut().zip(other.numbers) {
            *sum = sum.wrapping_add(more);
        }
        // It is of the process and no sum: what the last one saw of it.
        if let Some(sum) = self.numbers.last_mut() {
            *sum = last;
        }
    }

    fn get(&self, slot: Slot) -> u64 {
        self.numbers.get(slot as usize).copied().unwrap_or(0)
    }
}

impl<'a> Task<'a> {
    /// A note: something was exchanged while it was read, so that its parts may not belong together.
    pub const CHANGED: u64 = 1;
    /// A note: the arguments are longer than the record allows, or could not be read.
    pub const CMDLINE_MISSING: u64 = 2;
    /// A note: it has memory of its own.
    pub const HAS_MEMORY: u64 = 4;
    /// A note: the times are sampled, and `/proc` scales them to what was measured.
    pub const SCALED: u64 = 8;

    /// A number as the kernel has it; smaller ones are not extended by their sign.
    pub fn number(&self, slot: Slot) -> u64 {
        number(self.words, slot as usize)
    }

    /// A number of 32 bits.
    fn word(&self, slot: Slot) -> u32 {
        self.number(slot) as u32
    }

    /// Whether all of `notes` are there.
    pub fn has(&self, notes: u64) -> bool {
        self.number(Slot::Notes) & notes == notes
    }

    /// The pid.
    pub fn tgid(&self) -> u32 {
        self.word(Slot::Tgid)
    }

    /// The user ids: real, effective, saved.
    pub fn uids(&self) -> [u32; 3] {
        [Slot::Uid, Slot::Euid, Slot::Suid].map(|slot| self.word(slot))
    }

    /// The group ids: real, effective, saved.
    pub fn gids(&self) -> [u32; 3] {
        [Slot::Gid, Slot::Egid, Slot::Sgid].map(|slot| self.word(slot))
    }

    /// Whether `/proc` gives it another name than the record: it adds to those of workers what they work at.
    pub fn is_worker(&self) -> bool {
        self.number(Slot::Flags) & PF_WQ_WORKER != 0
    }

    /// Whether it is a thread of the kernel.
    pub fn is_kernel_thread(&self) -> bool {
        self.number(Slot::Flags) & PF_KTHREAD != 0
    }

    /// Whether `sums` is of all other threads, and none has ended since the record was written.
    pub fn is_complete(&self, sums: &Sums) -> bool {
        let others = self.number(Slot::NrThreads).saturating_sub(1);
        let ended = sums.threads > 0 && sums.get(Slot::SumRuntime) != self.number(Slot::SumRuntime);
        others == sums.threads && !ended
    }

    /// How many descriptors are open; `None` where there may be more of them than the record has room for.
    pub fn num_fds(&self) -> Option<u64> {
        let words = usize::try_from(self.number(Slot::MaxFds)).ok()? / 64;
        let fds = self.fds.get(..words)?;
        Some(fds.iter().map(|word| u64::from(u64::from_ne_bytes(*word).count_ones())).sum())
    }

    /// User and system time as `/proc` would say them after it has said `before`.
    pub fn times(&self, sums: &Sums, before: Times) -> Times {
        let sum = |slot| self.number(slot).wrapping_add(sums.get(slot));
        let sampled = Times { utime: sum(Slot::Utime), stime: sum(Slot::Stime) };
        if !self.has(Self::SCALED) {
            return sampled;
        }
        let kernels =
            Times { utime: self.number(Slot::PrevUtime), stime: self.number(Slot::PrevStime) };
        let runtime = sum(Slot::Runtime);
        adjusted(sampled, runtime, both(kernels, before, runtime))
    }

    /// The line of `/proc/<pid>/stat`, with the times in the unit that it has there.
    pub fn stat(
        &self,
        sums: &Sums,
        times: Times,
        ticks_per_second: u64,
        page_size: u64,
    ) -> Stat<'a> {
        let unit = 1_000_000_000 / ticks_per_second.clamp(1, 1_000_000_000);
        let sum = |slot| self.number(slot).wrapping_add(sums.get(slot));
        let ticks = |slot| self.number(slot) / unit;
        Stat {
            pid: self.tgid(),
            comm: self.comm,
            state: state(self.word(Slot::State), self.word(Slot::ExitState)),
            ppid: self.word(Slot::Ppid),
            pgrp: self.word(Slot::Pgid),
            session: self.word(Slot::Sid),
            tty_nr: self.tty_nr(),
            // The program does not look for it.
            tpgid: u32::MAX,
            flags: self.word(Slot::Flags),
            minflt: sum(Slot::Minflt),
            majflt: sum(Slot::Majflt),
            utime_ticks: times.utime / unit,
            stime_ticks: times.stime / unit,
            cutime_ticks: ticks(Slot::Cutime),
            cstime_ticks: ticks(Slot::Cstime),
            priority: self.word(Slot::Prio).cast_signed().wrapping_sub(100),
            nice: self.word(Slot::StaticPrio).cast_signed().wrapping_sub(120),
            num_threads: self.word(Slot::NrThreads),
            starttime_ticks: ticks(Slot::Start),
            vsize: self.number(Slot::TotalVm).saturating_mul(page_size),
            rss_pages: [Slot::FilePages, Slot::AnonPages, Slot::ShmemPages]
                .map(|slot| counted(self.number(slot)))
                .iter()
                .sum(),
            processor: Some(self.word(Slot::Cpu)),
            rt_priority: Some(self.word(Slot::RtPriority)),
            policy: Some(self.word(Slot::Policy)),
            delayacct_blkio_ticks: Some(ticks(Slot::BlkioDelay)),
        }
    }

    /// The line of `/proc/<pid>/statm`.
    pub fn statm(&self, page_size: u64) -> Statm {
        let exact = |count, rest| counted(self.number(count).wrapping_add(self.number(rest)));
        let shared = exact(Slot::FilePages, Slot::FileRest)
            .saturating_add(exact(Slot::ShmemPages, Slot::ShmemRest));
        let page = page_size.max(1);
        let (start, end) = (self.number(Slot::StartCode), self.number(Slot::EndCode));
        Statm {
            size_pages: self.number(Slot::TotalVm),
            resident_pages: shared.saturating_add(exact(Slot::AnonPages, Slot::AnonRest)),
            shared_pages: shared,
            text_pages: end.div_ceil(page).saturating_sub(start / page),
            data_pages: self.number(Slot::DataVm).saturating_add(self.number(Slot::StackVm)),
        }
    }

    /// The lines of `/proc/<pid>/io`.
    pub fn io(&self, sums: &Sums) -> Io {
        let sum = |slot| self.number(slot).wrapping_add(sums.get(slot));
        Io {
            rchar: Some(sum(Slot::Rchar)),
            wchar: Some(sum(Slot::Wchar)),
            syscr: Some(sum(Slot::Syscr)),
            syscw: Some(sum(Slot::Syscw)),
            read_bytes: Some(sum(Slot::ReadBytes)),
            write_bytes: Some(sum(Slot::WriteBytes)),
            cancelled_write_bytes: Some(sum(Slot::CancelledWriteBytes)),
        }
    }

    /// `new_encode_dev` of `tty_devnum`: the minor number in two pieces around the major one.
    fn tty_nr(&self) -> u32 {
        let major = self.word(Slot::TtyMajor);
        let minor = self.word(Slot::TtyMinorStart).wrapping_add(self.word(Slot::TtyIndex));
        minor & 0xff | major << 8 | (minor & !0xff) << 12
    }
}

/// The letter of a state. fs/proc/array.c, `get_task_state`; include/linux/sched.h.
pub fn state(state: u32, exit_state: u32) -> u8 {
    /// `TASK_UNINTERRUPTIBLE | TASK_NOLOAD`
    const IDLE: u32 = 0x402;
    /// `TASK_RTLOCK_WAIT | TASK_FROZEN`, which the kernel shows as waiting without interruption.
    const WAITS: u32 = 0x1000 | 0x8000;
    if state & IDLE == IDLE {
        return b'I';
    }
    if state & WAITS != 0 {
        return b'D';
    }
    let reported = (state | exit_state) & 0x7f;
    // The highest bit that is set: RSDTtXZP.
    match u32::BITS - reported.leading_zeros() {
        0 => b'R',
        1 => b'S',
        2 => b'D',
        3 => b'T',
        4 => b't',
        5 => b'X',
        6 => b'Z',
        _ => b'P',
    }
}

/// A count that the processors keep together, and that may be below 0 for a moment.
fn counted(count: u64) -> u64 {
    count.cast_signed().max(0).cast_unsigned()
}

/// What neither of two answers about the same process may fall below: that of the kernel to others and the reader's own.
/// Where they exclude each other, it is the reader's own.
fn both(kernels: Times, own: Times, runtime: u64) -> Times {
    let (utime, stime) = (kernels.utime.max(own.utime), kernels.stime.max(own.stime));
    if utime.saturating_add(stime) <= runtime {
        return Times { utime, stime };
    }
    if own == Times::default() { kernels } else { own }
}

/// User and system time, scaled to the time that was measured, and never less than before. kernel/sched/cputime.c,
/// `cputime_adjust`.
pub fn adjusted(sampled: Times, runtime: u64, before: Times) -> Times {
    if before.utime.saturating_add(before.stime) >= runtime {
        return before;
    }
    let wanted = match sampled {
        Times { stime: 0, .. } => 0,
        Times { utime: 0, .. } => runtime,
        Times { utime, stime } => {
            let share =
                u128::from(stime) * u128::from(runtime) / (u128::from(stime) + u128::from(utime));
            u64::try_from(share).unwrap_or(runtime).min(runtime)
        }
    };
    let stime = wanted.max(before.stime);
    let utime = runtime.saturating_sub(stime);
    if utime < before.utime {
        let stime = runtime.saturating_sub(before.utime);
        return Times { utime: before.utime, stime };
    }
    Times { utime, stime }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The contents of a record whose numbers are 0 but for these.
    fn contents(numbers: &[(Slot, u64)], comm: &[u8], cmdline: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; CMDLINE_PLACE - super::super::HEAD];
        let mut put = |slot: Slot, number: u64| {
            let at = slot.place() - super::super::HEAD;
            bytes[at..at + 8].copy_from_slice(&number.to_ne_bytes());
        };
        numbers.iter().for_each(|(slot, number)| put(*slot, *number));
        put(Slot::CmdlineLength, cmdline.len() as u64);
        let at = NAME_PLACE - super::super::HEAD;
        bytes[at..at + comm.len()].copy_from_slice(comm);
        bytes.extend(cmdline);
        bytes
    }

    #[test]
    fn a_process_is_the_line_of_its_stat() {
        let bytes = contents(
            &[
                (Slot::Tgid, 42),
                (Slot::State, 1),
                (Slot::StaticPrio, 115),
                (Slot::Prio, 92),
                (Slot::RtPriority, 7),
                (Slot::Policy, 2),
                (Slot::Start, 51_639_999_999),
                (Slot::TtyMajor, 136),
                (Slot::TtyIndex, 300),
                (Slot::NrThreads, 1),
                (Slot::FilePages, 10),
                (Slot::AnonPages, (-3_i64).cast_unsigned()),
            ],
            b"sleep",
            b"sleep\x001000\0",
        );
        let task = task(&bytes).unwrap();
        let times = Times { utime: 19_999_999, stime: 20_000_000 };
        let stat = task.stat(&Sums::default(), times, 100, 4096);
        assert_eq!((stat.pid, stat.comm, stat.state), (42, &b"sleep"[..], b'S'));
        assert_eq!((stat.nice, stat.starttime_ticks, stat.tty_nr), (-5, 5163, 0x10_882c));
        assert_eq!((stat.priority, stat.rt_priority, stat.policy), (-8, Some(7), Some(2)));
        assert_eq!((stat.utime_ticks, stat.stime_ticks, stat.rss_pages), (1, 2, 10));
        assert_eq!(task.cmdline, b"sleep\x001000\0");
    }

    #[test]
    fn what_other_threads_add_is_in_the_sums() {
        let bytes =
            contents(&[(Slot::NrThreads, 3), (Slot::Minflt, 5), (Slot::Rchar, 1)], b"x", b"");
        let task = task(&bytes).unwrap();
        let thread = |minflt: u64, rchar: u64| {
            let mut words = [0_u64; Slot::OF_THREAD];
            words[Slot::Tgid as usize] = 42;
            words[Slot::Minflt as usize] = minflt;
            words[Slot::Rchar as usize] = rchar;
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
            super::sums(&bytes).unwrap()
        };
        let (tgid, mut sums) = thread(7, 100);
        assert_eq!((tgid, task.is_complete(&sums)), (42, false));
        sums.add(&thread(1, 1000).1);
        assert!(task.is_complete(&sums));
        assert_eq!(task.stat(&sums, Times::default(), 100, 4096).minflt, 13);
        assert_eq!(task.io(&sums).rchar, Some(1101));
    }

    #[test]
    fn a_thread_that_ended_meanwhile_makes_the_sums_wrong() {
        let bytes = contents(&[(Slot::NrThreads, 2), (Slot::SumRuntime, 10)], b"x", b"");
        let task = task(&bytes).unwrap();
        let mut sums = Sums { threads: 1, ..Sums::default() };
        *sums.numbers.last_mut().unwrap() = 10;
        assert!(task.is_complete(&sums));
        *sums.numbers.last_mut().unwrap() = 11;
        assert!(!task.is_complete(&sums));
    }

    #[test]
    fn t21_states_have_the_letters_of_proc() {
        let letters: Vec<u8> =
            [0, 1, 2, 4, 8, 0x40, 0x402].iter().map(|bits| state(*bits, 0)).collect();
        assert_eq!(letters, b"RSDTtPI");
        assert_eq!((state(0, 0x20), state(0, 0x10), state(0x80, 0x20)), (b'Z', b'X', b'Z'));
        // Frozen; and killable, a traced stop with TASK_WAKEKILL.
        assert_eq!((state(0x8000, 0), state(0x102, 0), state(0x108, 0)), (b'D', b'D', b't'));
    }

    #[test]
    fn times_are_scaled_to_what_was_measured_and_never_fall() {
        let times = |utime, stime| Times { utime, stime };
        assert_eq!(adjusted(times(3, 1), 400, times(0, 0)), times(300, 100));
        assert_eq!(adjusted(times(0, 0), 400, times(0, 0)), times(400, 0));
        assert_eq!(adjusted(times(0, 9), 400, times(0, 0)), times(0, 400));
        // The share of the system grew faster than time did.
        assert_eq!(adjusted(times(3, 3), 410, times(300, 100)), times(300, 110));
        assert_eq!(adjusted(times(9, 1), 410, times(300, 100)), times(310, 100));
        assert_eq!(adjusted(times(9, 1), 400, times(300, 100)), times(300, 100));
        let most = adjusted(times(u64::MAX, u64::MAX), u64::MAX, times(0, 0));
        assert_eq!(most, times(u64::MAX / 2 + 1, u64::MAX / 2));
    }

    #[test]
    fn what_others_were_told_makes_no_time_fall() {
        let times = |utime, stime| Times { utime, stime };
        assert_eq!(both(times(50, 30), times(40, 40), 100), times(50, 40));
        assert_eq!(both(times(50, 30), times(40, 40), 85), times(40, 40));
        assert_eq!(both(times(50, 30), times(0, 0), 70), times(50, 30));
    }

    #[test]
    fn open_descriptors_are_counted_as_far_as_the_record_has_them() {
        let mut bytes = contents(&[(Slot::MaxFds, 64)], b"x", b"");
        let at = FDS_PLACE - super::super::HEAD;
        bytes[at..at + 16].copy_from_slice(&[0xff; 16]);
        assert_eq!(task(&bytes).unwrap().num_fds(), Some(64));
        let bytes = contents(&[(Slot::MaxFds, 2048)], b"x", b"");
        assert_eq!(task(&bytes).unwrap().num_fds(), None);
    }

    #[test]
    fn exact_memory_is_the_count_and_what_processors_keep() {
        let minus = |number: i64| number.cast_unsigned();
        let bytes = contents(
            &[
                (Slot::TotalVm, 40),
                (Slot::FilePages, 10),
                (Slot::FileRest, minus(-2)),
                (Slot::AnonPages, 1),
                (Slot::AnonRest, minus(-5)),
                (Slot::ShmemRest, 4),
                (Slot::StartCode, 0x1fff),
                (Slot::EndCode, 0x3001),
                (Slot::DataVm, 7),
                (Slot::StackVm, 2),
            ],
            b"x",
            b"",
        );
        let statm = task(&bytes).unwrap().statm(4096);
        assert_eq!((statm.size_pages, statm.resident_pages, statm.shared_pages), (40, 12, 12));
        assert_eq!((statm.text_pages, statm.data_pages), (3, 9));
    }

    #[test]
    fn a_record_that_is_too_short_is_none() {
        let bytes = contents(&[], b"x", b"argument");
        assert!(task(&bytes).is_some());
        assert_eq!(task(&bytes[..bytes.len() - 1]), None);
        assert_eq!(sums(&bytes[..Slot::OF_THREAD * 8 - 1]), None);
    }
}
