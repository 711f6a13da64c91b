//! The program of the table: one record for each process, and one for what each further thread adds to its sums.

use std::os::fd::{AsFd, BorrowedFd};

use psight_parse::linux::bpf::task::{
    CMDLINE_PLACE, FD_WORDS, FDS_PLACE, NAME, NAME_PLACE, PROCESS, Slot, THREAD, Task,
};

use super::code::{Helper, Op, Reg, Size, When};
use super::kernel::Kernel;
use super::program::Program;
use super::writer::{Writer, at};
use super::{ffi, kernel};
use crate::{Error, Result};

/// What a program takes along beside what costs next to nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The arguments.
    pub(crate) cmdline: bool,
    /// What was read and written.
    pub(crate) io: bool,
    /// The table of open descriptors.
    pub(crate) fds: bool,
    /// What each of so many processors has not handed in of the pages that it counted; 0 leaves it out.
    pub(crate) processors: u16,
}

/// The arguments may be as long as this; longer ones are left to `/proc`.
const LONGEST_CMDLINE: usize = 16 * 1024;

// Where things are on the stack, beside what the writer has there.
const MEMORY: i16 = -24;
const CREDENTIALS: i16 = -32;
const LENGTH: i16 = -40;
const DISTANCE: i16 = -48;
const BASE: i16 = -56;

const PF_KTHREAD: i32 = 0x20_0000;
const PF_WQ_WORKER: i32 = 0x20;

// enum pid_type
const PIDTYPE_PGID: u32 = 2;
const PIDTYPE_SID: u32 = 3;

/// Writes and loads the program.
pub(super) fn load(parts: Parts) -> Result<Program> {
    let types = kernel::types()?;
    let kernel = Kernel::new(&types)?;
    let size = CMDLINE_PLACE + if parts.cmdline { LONGEST_CMDLINE } else { 0 };
    let memory = ffi::create_memory(u32::try_from(size).unwrap_or(u32::MAX))
        .map_err(|error| Error::system("bpf memory", error))?;
    let words = match parts.processors {
        0 => None,
        _ => Some(ffi::create_words().map_err(|error| Error::system("bpf memory", error))?),
    };
    let mut writer = Writer::new(&kernel)?;
    writer.code.memory(Reg::R7, memory.as_fd());
    let thread = writer.code.label();
    writer.copy(Slot::Tgid.place(), Reg::R6, "task_struct", "tgid")?;
    writer.load(Reg::R2, Reg::R6, "task_struct", "pid")?;
    writer.code.jump_with(When::NotEqual, Reg::R1, Reg::R2, thread);
    process(&mut writer, parts, words.as_ref().map(AsFd::as_fd))?;
    writer.code.put(thread);
    sums(&mut writer, parts, false)?;
    writer.write(THREAD, psight_parse::linux::bpf::HEAD + Slot::OF_THREAD * 8)?;
    // Only programs that may sleep may look into the memory of others.
    Program::load(&writer.finish()?, parts.cmdline, kernel.function("bpf_iter_task")?)
}

fn process(writer: &mut Writer<'_>, parts: Parts, words: Option<BorrowedFd<'_>>) -> Result<()> {
    writer.put_number(Slot::Notes.place(), 0)?;
    writer.put_number(Slot::CmdlineLength.place(), 0)?;
    sums(writer, parts, true)?;
    plain(writer)?;
    scaling(writer)?;
    family(writer)?;
    terminal(writer)?;
    credentials(writer)?;
    name(writer)?;
    if parts.fds {
        descriptors(writer)?;
    }
    memory(writer, parts, words)?;
    if parts.cmdline {
        arguments(writer)?;
    }
    changes(writer)?;
    writer.code.load(Size::B8, Reg::R3, Reg::Stack, LENGTH);
    writer.code.with_number(Op::Add, Reg::R3, at(CMDLINE_PLACE)?.into());
    writer.write_counted(PROCESS)
}

/// What is summed over the threads. A process adds what those have left that have ended.
fn sums(writer: &mut Writer<'_>, parts: Parts, whole: bool) -> Result<()> {
    let numbers = [
        (Slot::Utime, "utime", "utime"),
        (Slot::Stime, "stime", "stime"),
        (Slot::Runtime, "se.sum_exec_runtime", "sum_sched_runtime"),
        (Slot::Minflt, "min_flt", "min_flt"),
        (Slot::Majflt, "maj_flt", "maj_flt"),
    ];
    let io = [
        (Slot::Rchar, "ioac.rchar", "ioac.rchar"),
        (Slot::Wchar, "ioac.wchar", "ioac.wchar"),
        (Slot::Syscr, "ioac.syscr", "ioac.syscr"),
        (Slot::Syscw, "ioac.syscw", "ioac.syscw"),
        (Slot::ReadBytes, "ioac.read_bytes", "ioac.read_bytes"),
        (Slot::WriteBytes, "ioac.write_bytes", "ioac.write_bytes"),
        (Slot::CancelledWriteBytes, "ioac.cancelled_write_bytes", "ioac.cancelled_write_bytes"),
    ];
    let io = if parts.io { &io[..] } else { &[] };
    for (slot, own, left) in numbers.iter().chain(io) {
        writer.load(Reg::R1, Reg::R6, "task_struct", own)?;
        if whole {
            writer.load(Reg::R2, Reg::R8, "signal_struct", left)?;
            writer.code.with(Op::Add, Reg::R1, Reg::R2);
        }
        writer.put(slot.place(), Reg::R1)?;
    }
    writer.copy(Slot::SumRuntime.place(), Reg::R8, "signal_struct", "sum_sched_runtime")
}

/// What is copied as it is.
fn plain(writer: &mut Writer<'_>) -> Result<()> {
    let own = [
        (Slot::Flags, "flags"),
        (Slot::State, "__state"),
        (Slot::ExitState, "exit_state"),
        (Slot::StaticPrio, "static_prio"),
        (Slot::Prio, "prio"),
        (Slot::RtPriority, "rt_priority"),
        (Slot::Policy, "policy"),
        (Slot::Cpu, "thread_info.cpu"),
        (Slot::Start, "start_boottime"),
        (Slot::Nvcsw, "nvcsw"),
        (Slot::Nivcsw, "nivcsw"),
    ];
    for (slot, path) in own {
        writer.copy(slot.place(), Reg::R6, "task_struct", path)?;
    }
    let shared =
        [(Slot::Cutime, "cutime"), (Slot::Cstime, "cstime"), (Slot::NrThreads, "nr_threads")];
    for (slot, path) in shared {
        writer.copy(slot.place(), Reg::R8, "signal_struct", path)?;
    }
    // Kernels that do not account for delays have no such structure, and say 0.
    if writer.kernel.place("task_struct", "delays").is_err() {
        return writer.put_number(Slot::BlkioDelay.place(), 0);
    }
    writer.load(Reg::R9, Reg::R6, "task_struct", "delays")?;
    writer.copy(Slot::BlkioDelay.place(), Reg::R9, "task_delay_info", "blkio_delay")
}

/// What `/proc` said last of user and system time; kernels that measure both and do not sample them do not keep it.
fn scaling(writer: &mut Writer<'_>) -> Result<()> {
    if writer.kernel.place("signal_struct", "prev_cputime.utime").is_err() {
        return Ok(());
    }
    writer.copy(Slot::PrevUtime.place(), Reg::R8, "signal_struct", "prev_cputime.utime")?;
    writer.copy(Slot::PrevStime.place(), Reg::R8, "signal_struct", "prev_cputime.stime")?;
    note(writer, Task::SCALED)
}

/// The parent, the group and the session. What is read where nothing is, is 0 to a program.
fn family(writer: &mut Writer<'_>) -> Result<()> {
    for (slot, kind) in [(Slot::Pgid, PIDTYPE_PGID), (Slot::Sid, PIDTYPE_SID)] {
        writer.load(Reg::R9, Reg::R8, "signal_struct", &format!("pids[{kind}]"))?;
        writer.copy(slot.place(), Reg::R9, "pid", "numbers[0].nr")?;
    }
    writer.load(Reg::R9, Reg::R6, "task_struct", "real_parent")?;
    writer.copy(Slot::Ppid.place(), Reg::R9, "task_struct", "tgid")
}

fn terminal(writer: &mut Writer<'_>) -> Result<()> {
    writer.load(Reg::R9, Reg::R8, "signal_struct", "tty")?;
    writer.copy(Slot::TtyIndex.place(), Reg::R9, "tty_struct", "index")?;
    writer.load(Reg::R9, Reg::R9, "tty_struct", "driver")?;
    writer.copy(Slot::TtyMajor.place(), Reg::R9, "tty_driver", "major")?;
    writer.copy(Slot::TtyMinorStart.place(), Reg::R9, "tty_driver", "minor_start")
}

fn credentials(writer: &mut Writer<'_>) -> Result<()> {
    writer.load(Reg::R9, Reg::R6, "task_struct", "real_cred")?;
    writer.code.store(Size::B8, Reg::Stack, CREDENTIALS, Reg::R9);
    let ids = [
        (Slot::Uid, "uid.val"),
        (Slot::Euid, "euid.val"),
        (Slot::Suid, "suid.val"),
        (Slot::Gid, "gid.val"),
        (Slot::Egid, "egid.val"),
        (Slot::Sgid, "sgid.val"),
    ];
    ids.iter().try_for_each(|(slot, path)| writer.copy(slot.place(), Reg::R9, "cred", path))
}

/// The name; that of a thread of the kernel may be longer than the field of other tasks.
fn name(writer: &mut Writer<'_>) -> Result<()> {
    writer.name(NAME_PLACE)?;
    writer.code.store_number(Size::B1, Reg::R7, at(NAME_PLACE + 16)?, 0);
    let short = writer.code.label();
    let long = writer.code.label();
    writer.load(Reg::R9, Reg::R6, "task_struct", "flags")?;
    writer.code.jump(When::AnyBit, Reg::R9, PF_WQ_WORKER, short);
    writer.code.jump(When::AnyBit, Reg::R9, PF_KTHREAD, long);
    writer.code.go(short);
    writer.code.put(long);
    writer.load(Reg::R9, Reg::R6, "task_struct", "worker_private")?;
    let full = writer.kernel.place("kthread", "full_name")?;
    writer.probe(Reg::R9, full.offset, Size::B8);
    writer.code.jump(When::Equal, Reg::R9, 0, short);
    writer.code.with(Op::Move, Reg::R1, Reg::R7);
    writer.code.with_number(Op::Add, Reg::R1, at(NAME_PLACE)?.into());
    writer.code.with_number(Op::Move, Reg::R2, at(NAME)?.into());
    writer.code.with(Op::Move, Reg::R3, Reg::R9);
    writer.code.call(Helper::ProbeReadKernelStr);
    writer.code.put(short);
    Ok(())
}

/// The bits of the descriptors that are open, as far as there is room.
fn descriptors(writer: &mut Writer<'_>) -> Result<()> {
    let none = writer.code.label();
    let room = i32::from(at(FD_WORDS * 8)?);
    writer.put_number(Slot::MaxFds.place(), 0)?;
    writer.follow(Reg::R9, Reg::R6, "task_struct", "files", none)?;
    writer.follow(Reg::R9, Reg::R9, "files_struct", "fdt", none)?;
    writer.copy(Slot::MaxFds.place(), Reg::R9, "fdtable", "max_fds")?;
    writer.code.with(Op::Move, Reg::R2, Reg::R1);
    writer.code.with_number(Op::ShiftRight, Reg::R2, 3);
    writer.code.jump(When::Greater, Reg::R2, room, none);
    writer.load(Reg::R3, Reg::R9, "fdtable", "open_fds")?;
    writer.code.with(Op::Move, Reg::R1, Reg::R7);
    writer.code.with_number(Op::Add, Reg::R1, at(FDS_PLACE)?.into());
    writer.code.call(Helper::ProbeReadKernel);
    writer.code.put(none);
    Ok(())
}

/// The numbers of the memory, which threads of the kernel borrow and do not have.
fn memory(writer: &mut Writer<'_>, parts: Parts, words: Option<BorrowedFd<'_>>) -> Result<()> {
    let numbers = [
        (Slot::TotalVm, "total_vm"),
        (Slot::DataVm, "data_vm"),
        (Slot::StackVm, "stack_vm"),
        (Slot::LockedVm, "locked_vm"),
        (Slot::StartCode, "start_code"),
        (Slot::EndCode, "end_code"),
        // enum: MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES
        (Slot::FilePages, "rss_stat[0].count"),
        (Slot::AnonPages, "rss_stat[1].count"),
        (Slot::ShmemPages, "rss_stat[3].count"),
    ];
    let rests = [Slot::FileRest, Slot::AnonRest, Slot::ShmemRest];
    for slot in numbers.iter().map(|(slot, _)| *slot).chain(rests) {
        writer.put_number(slot.place(), 0)?;
    }
    writer.code.store_number(Size::B8, Reg::Stack, MEMORY, 0);
    writer.code.store_number(Size::B8, Reg::Stack, LENGTH, 0);
    let none = writer.code.label();
    writer.load(Reg::R1, Reg::R6, "task_struct", "flags")?;
    writer.code.jump(When::AnyBit, Reg::R1, PF_KTHREAD, none);
    writer.follow(Reg::R9, Reg::R6, "task_struct", "mm", none)?;
    writer.code.store(Size::B8, Reg::Stack, MEMORY, Reg::R9);
    note(writer, Task::HAS_MEMORY)?;
    for (slot, path) in numbers {
        writer.copy(slot.place(), Reg::R9, "mm_struct", path)?;
    }
    if let Some(words) = words {
        base(writer, words)?;
        for processor in 0..parts.processors {
            rest(writer, words, processor.into())?;
        }
    }
    writer.code.put(none);
    Ok(())
}

/// Notes by what name the kernel knows the words that each processor has one of: the first of `bpf_array.pptrs`.
fn base(writer: &mut Writer<'_>, words: BorrowedFd<'_>) -> Result<()> {
    let place = writer.kernel.place("bpf_array", "pptrs")?;
    writer.code.map(Reg::R1, words);
    writer.as_number(Reg::R1);
    writer.code.with(Op::Move, Reg::R9, Reg::R1);
    writer.probe(Reg::R9, place.offset, Size::B8);
    writer.code.store(Size::B8, Reg::Stack, BASE, Reg::R9);
    writer.code.load(Size::B8, Reg::R9, Reg::Stack, MEMORY);
    Ok(())
}

/// Adds what a processor has not handed in. Since 6.2 the pages are counted by each processor for itself.
fn rest(writer: &mut Writer<'_>, words: BorrowedFd<'_>, processor: i32) -> Result<()> {
    let none = writer.code.label();
    // How far a processor's own words are from the name of all: the same distance for whatever each has one of.
    writer.code.store_number(Size::B4, Reg::Stack, DISTANCE, 0);
    writer.code.map(Reg::R1, words);
    writer.code.with(Op::Move, Reg::R2, Reg::Stack);
    writer.code.with_number(Op::Add, Reg::R2, DISTANCE.into());
    writer.code.with_number(Op::Move, Reg::R3, processor);
    writer.code.call(Helper::MapLookupPercpuElem);
    writer.code.jump(When::Equal, Reg::R0, 0, none);
    writer.as_number(Reg::R0);
    writer.code.load(Size::B8, Reg::R1, Reg::Stack, BASE);
    writer.code.with(Op::Sub, Reg::R0, Reg::R1);
    writer.code.store(Size::B8, Reg::Stack, DISTANCE, Reg::R0);
    for (slot, index) in [(Slot::FileRest, 0), (Slot::AnonRest, 1), (Slot::ShmemRest, 3)] {
        // The register is needed for the number; the structure comes back from the stack.
        writer.load(Reg::R9, Reg::R9, "mm_struct", &format!("rss_stat[{index}].counters"))?;
        writer.code.load(Size::B8, Reg::R1, Reg::Stack, DISTANCE);
        writer.code.with(Op::Add, Reg::R9, Reg::R1);
        writer.probe(Reg::R9, 0, Size::B4);
        writer.code.with_number(Op::ShiftLeft, Reg::R9, 32);
        writer.code.with_number(Op::ShiftSigned, Reg::R9, 32);
        writer.code.load(Size::B8, Reg::R1, Reg::R7, at(slot.place())?);
        writer.code.with(Op::Add, Reg::R9, Reg::R1);
        writer.put(slot.place(), Reg::R9)?;
        writer.code.load(Size::B8, Reg::R9, Reg::Stack, MEMORY);
    }
    writer.code.put(none);
    Ok(())
}

/// The arguments: fs/proc/base.c, `get_mm_cmdline`. Whoever has written over their end is left to `/proc`.
fn arguments(writer: &mut Writer<'_>) -> Result<()> {
    let (none, missing) = (writer.code.label(), writer.code.label());
    writer.code.load(Size::B8, Reg::R9, Reg::Stack, MEMORY);
    writer.code.jump(When::Equal, Reg::R9, 0, none);
    writer.load(Reg::R3, Reg::R9, "mm_struct", "arg_start")?;
    writer.load(Reg::R2, Reg::R9, "mm_struct", "arg_end")?;
    writer.code.jump_with(When::LessOrEqual, Reg::R2, Reg::R3, none);
    writer.code.with(Op::Sub, Reg::R2, Reg::R3);
    writer.code.jump(When::Greater, Reg::R2, i32::from(at(LONGEST_CMDLINE)?), missing);
    writer.code.store(Size::B8, Reg::Stack, LENGTH, Reg::R2);
    writer.code.with(Op::Move, Reg::R1, Reg::R7);
    writer.code.with_number(Op::Add, Reg::R1, at(CMDLINE_PLACE)?.into());
    writer.code.with(Op::Move, Reg::R4, Reg::R6);
    writer.code.with_number(Op::Move, Reg::R5, 0);
    writer.code.call(Helper::CopyFromUserTask);
    writer.code.jump(When::NotEqual, Reg::R0, 0, missing);
    writer.code.load(Size::B8, Reg::R1, Reg::Stack, LENGTH);
    writer.put(Slot::CmdlineLength.place(), Reg::R1)?;
    writer.code.go(none);
    writer.code.put(missing);
    writer.code.store_number(Size::B8, Reg::Stack, LENGTH, 0);
    note(writer, Task::CMDLINE_MISSING)?;
    writer.code.put(none);
    Ok(())
}

/// Notes if what was read may have been given back meanwhile: nobody holds it for the program.
fn changes(writer: &mut Writer<'_>) -> Result<()> {
    let (changed, same) = (writer.code.label(), writer.code.label());
    let no_memory = writer.code.label();
    writer.code.load(Size::B8, Reg::R2, Reg::Stack, CREDENTIALS);
    writer.load(Reg::R1, Reg::R6, "task_struct", "real_cred")?;
    writer.code.jump_with(When::NotEqual, Reg::R1, Reg::R2, changed);
    writer.code.load(Size::B8, Reg::R2, Reg::Stack, MEMORY);
    writer.code.jump(When::Equal, Reg::R2, 0, no_memory);
    writer.load(Reg::R1, Reg::R6, "task_struct", "mm")?;
    writer.code.jump_with(When::NotEqual, Reg::R1, Reg::R2, changed);
    writer.code.put(no_memory);
    writer.code.go(same);
    writer.code.put(changed);
    note(writer, Task::CHANGED)?;
    writer.code.put(same);
    Ok(())
}

/// Adds a note to the record.
fn note(writer: &mut Writer<'_>, note: u64) -> Result<()> {
    let place = at(Slot::Notes.place())?;
    writer.code.load(Size::B8, Reg::R1, Reg::R7, place);
    // No two notes have a bit in common, and none is made twice.
    writer.code.with_number(Op::Add, Reg::R1, i32::try_from(note).unwrap_or(0));
    writer.code.store(Size::B8, Reg::R7, place, Reg::R1);
    Ok(())
}
