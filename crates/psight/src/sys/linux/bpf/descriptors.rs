//! The programs over the open files of all tasks: the sockets with their owners, and the regular files of a process.

use std::os::fd::AsFd;

use psight_parse::linux::bpf::file::{FILE, PATH_MAX, PATH_PLACE, SOCKET, SOCKET_LENGTH, Slot};

use super::code::{Helper, Op, Reg, Size, When};
use super::ffi;
use super::kernel::{self, Kernel};
use super::program::Program;
use super::writer::{Writer, at};
use crate::{Error, Result};

/// The iterator over the open files of each task.
const OVER: &str = "bpf_iter_task_file";

/// Where the file is on the stack.
const OPEN_FILE: i16 = -24;

const S_IFMT: i32 = 0o170_000;
const S_IFREG: i32 = 0o100_000;

/// Writes and loads the program that tells who holds which socket.
pub(super) fn load_sockets() -> Result<Program> {
    let types = kernel::types()?;
    let kernel = Kernel::new(&types)?;
    let mut writer = Writer::new(&kernel)?;
    writer.record_on_stack(SOCKET_LENGTH)?;
    begin(&mut writer)?;
    writer.code.with(Op::Move, Reg::R1, Reg::R9);
    writer.code.call(Helper::SockFromFile);
    let nothing = writer.nothing;
    writer.code.jump(When::Equal, Reg::R0, 0, nothing);
    writer.follow(Reg::R9, Reg::R9, "file", "f_inode", nothing)?;
    writer.copy(Slot::Ino.place(), Reg::R9, "inode", "i_ino")?;
    writer.write(SOCKET, SOCKET_LENGTH)?;
    Program::load(&writer.finish()?, false, kernel.function(OVER)?)
}

/// Writes and loads the program that tells which regular files are open.
pub(super) fn load_files() -> Result<Program> {
    let types = kernel::types()?;
    let kernel = Kernel::new(&types)?;
    let size = u32::try_from(PATH_PLACE + PATH_MAX).unwrap_or(u32::MAX);
    let memory = ffi::create_memory(size).map_err(|error| Error::system("bpf memory", error))?;
    let mut writer = Writer::new(&kernel)?;
    writer.code.memory(Reg::R7, memory.as_fd());
    begin(&mut writer)?;
    writer.code.store(Size::B8, Reg::Stack, OPEN_FILE, Reg::R9);
    writer.copy(Slot::Pos.place(), Reg::R9, "file", "f_pos")?;
    writer.copy(Slot::Flags.place(), Reg::R9, "file", "f_flags")?;
    regular(&mut writer)?;
    closing(&mut writer)?;
    path(&mut writer)?;
    writer.write_counted(FILE)?;
    Program::load(&writer.finish()?, false, kernel.function(OVER)?)
}

/// The file in `R9`, with the process and the descriptor in the record. The iterator shows the files of a thread that has
/// a table of its own as well, where `/proc/<pid>/fd` is about the main thread's.
fn begin(writer: &mut Writer<'_>) -> Result<()> {
    let nothing = writer.nothing;
    writer.copy(Slot::Tgid.place(), Reg::R6, "task_struct", "tgid")?;
    writer.load(Reg::R2, Reg::R6, "task_struct", "pid")?;
    writer.code.jump_with(When::NotEqual, Reg::R1, Reg::R2, nothing);
    // struct bpf_iter__task_file: meta, task, fd, file
    writer.context(Reg::R1);
    writer.code.load(Size::B4, Reg::R2, Reg::R1, 16);
    writer.put(Slot::Fd.place(), Reg::R2)?;
    writer.code.load(Size::B8, Reg::R9, Reg::R1, 24);
    writer.code.jump(When::Equal, Reg::R9, 0, nothing);
    Ok(())
}

/// Goes on only with a regular file that has a name.
fn regular(writer: &mut Writer<'_>) -> Result<()> {
    let nothing = writer.nothing;
    writer.follow(Reg::R9, Reg::R9, "file", "f_inode", nothing)?;
    writer.copy(Slot::Ino.place(), Reg::R9, "inode", "i_ino")?;
    writer.load(Reg::R1, Reg::R9, "inode", "i_mode")?;
    writer.code.with_number(Op::And, Reg::R1, S_IFMT);
    writer.code.jump(When::NotEqual, Reg::R1, S_IFREG, nothing);
    writer.load(Reg::R1, Reg::R9, "inode", "i_nlink")?;
    writer.code.jump(When::Equal, Reg::R1, 0, nothing);
    Ok(())
}

/// The word that says whether the descriptor is closed at exec.
fn closing(writer: &mut Writer<'_>) -> Result<()> {
    let none = writer.code.label();
    writer.put_number(Slot::CloseOnExec.place(), 0)?;
    writer.follow(Reg::R9, Reg::R6, "task_struct", "files", none)?;
    writer.follow(Reg::R9, Reg::R9, "files_struct", "fdt", none)?;
    writer.load(Reg::R9, Reg::R9, "fdtable", "close_on_exec")?;
    writer.context(Reg::R1);
    writer.code.load(Size::B4, Reg::R2, Reg::R1, 16);
    writer.code.with_number(Op::ShiftRight, Reg::R2, 6);
    writer.code.with_number(Op::ShiftLeft, Reg::R2, 3);
    writer.code.with(Op::Add, Reg::R9, Reg::R2);
    writer.probe(Reg::R9, 0, Size::B8);
    writer.put(Slot::CloseOnExec.place(), Reg::R9)?;
    writer.code.put(none);
    Ok(())
}

/// The path as `/proc` would show it to whoever reads, and in `R3` the length of the record with it.
fn path(writer: &mut Writer<'_>) -> Result<()> {
    let (whole, end) = (writer.code.label(), writer.code.label());
    let place = writer.kernel.place("file", "f_path")?;
    writer.code.load(Size::B8, Reg::R1, Reg::Stack, OPEN_FILE);
    writer.code.with_number(Op::Add, Reg::R1, place.offset.into());
    writer.code.with(Op::Move, Reg::R2, Reg::R7);
    writer.code.with_number(Op::Add, Reg::R2, at(PATH_PLACE)?.into());
    writer.code.with_number(Op::Move, Reg::R3, at(PATH_MAX)?.into());
    writer.code.call(Helper::DPath);
    writer.put(Slot::PathLength.place(), Reg::R0)?;
    writer.code.with(Op::Move, Reg::R3, Reg::R0);
    // An error is below 0, which is a large number without its sign.
    writer.code.jump(When::LessOrEqual, Reg::R3, at(PATH_MAX)?.into(), whole);
    writer.code.with_number(Op::Move, Reg::R3, 0);
    writer.code.go(end);
    writer.code.put(whole);
    writer.code.put(end);
    writer.code.with_number(Op::Add, Reg::R3, at(PATH_PLACE)?.into());
    Ok(())
}
