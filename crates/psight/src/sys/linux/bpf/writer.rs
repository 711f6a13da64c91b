//! What all programs have in common: a record that is filled number by number and written at the end.
//!
//! `R6` has the task, `R7` the record, `R8` the structure that all threads of a process share, and `R9` the structure that
//! is being read. The context is on the stack.

use super::code::{Code, Helper, Label, Op, Reg, Size, When};
use super::kernel::Kernel;
use crate::{Error, Result};

/// Where the context is on the stack.
const CONTEXT: i16 = -8;
/// Room for what a helper reads, on the stack.
const ROOM: i16 = -16;

/// What a record on the stack leaves free for the rest.
const RESERVED: i32 = 64;

/// A program that is being written.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    pub(super) kernel: &'a Kernel<'a>,
    pub(super) code: Code,
    /// Where nothing is written.
    pub(super) nothing: Label,
}

/// The place of a number or a text in the record.
pub(super) fn at(place: usize) -> Result<i16> {
    i16::try_from(place).map_err(|_| Error::unsupported("so long a record"))
}

impl<'a> Writer<'a> {
    /// Begins a program over tasks; the record is where `R7` will lead.
    pub(super) fn new(kernel: &'a Kernel<'a>) -> Result<Self> {
        let mut code = Code::default();
        let nothing = code.label();
        code.store(Size::B8, Reg::Stack, CONTEXT, Reg::R1);
        // struct bpf_iter__task: meta, task
        code.load(Size::B8, Reg::R6, Reg::R1, 8);
        code.jump(When::Equal, Reg::R6, 0, nothing);
        let mut writer = Self { kernel, code, nothing };
        // Of a task that has been waited for these are gone.
        writer.load(Reg::R1, Reg::R6, "task_struct", "sighand")?;
        writer.code.jump(When::Equal, Reg::R1, 0, nothing);
        writer.follow(Reg::R8, Reg::R6, "task_struct", "signal", nothing)?;
        Ok(writer)
    }

    /// The record is on the stack, behind what else is there: for programs that need no more, and no memory for that.
    pub(super) fn record_on_stack(&mut self, length: usize) -> Result<()> {
        self.code.with(Op::Move, Reg::R7, Reg::Stack);
        self.code.with_number(Op::Add, Reg::R7, -RESERVED - i32::from(at(length)?));
        Ok(())
    }

    /// `to = from->path`
    pub(super) fn load(&mut self, to: Reg, from: Reg, name: &str, path: &str) -> Result<()> {
        let place = self.kernel.place(name, path)?;
        self.code.load(place.size, to, from, place.offset);
        Ok(())
    }

    /// `to = from->path`, a pointer that may lead nowhere.
    pub(super) fn follow(
        &mut self,
        to: Reg,
        from: Reg,
        name: &str,
        path: &str,
        nowhere: Label,
    ) -> Result<()> {
        self.load(to, from, name, path)?;
        self.code.jump(When::Equal, to, 0, nowhere);
        Ok(())
    }

    /// The record's number at `place` becomes `from->path`.
    pub(super) fn copy(&mut self, place: usize, from: Reg, name: &str, path: &str) -> Result<()> {
        self.load(Reg::R1, from, name, path)?;
        self.put(place, Reg::R1)
    }

    /// The record's number at `place` becomes that of the register.
    pub(super) fn put(&mut self, place: usize, from: Reg) -> Result<()> {
        self.code.store(Size::B8, Reg::R7, at(place)?, from);
        Ok(())
    }

    /// The record's number at `place` becomes this one.
    pub(super) fn put_number(&mut self, place: usize, number: i32) -> Result<()> {
        self.code.store_number(Size::B8, Reg::R7, at(place)?, number);
        Ok(())
    }

    /// The address in the register becomes a number to reckon with. It goes through the head of the record, where it is
    /// written over at the end.
    pub(super) fn as_number(&mut self, register: Reg) {
        self.code.store(Size::B8, Reg::R7, 0, register);
        self.code.load(Size::B8, register, Reg::R7, 0);
    }

    /// The text in the record at `place` becomes the name of the task.
    pub(super) fn name(&mut self, place: usize) -> Result<()> {
        let comm = self.kernel.place("task_struct", "comm")?;
        for half in [0, 8] {
            self.code.load(Size::B8, Reg::R1, Reg::R6, comm.offset + half);
            self.code.store(Size::B8, Reg::R7, at(place)? + half, Reg::R1);
        }
        Ok(())
    }

    /// The register becomes what is where it leads and `offset` behind, in memory of which the kernel does not know what it
    /// is. Destroys what a call destroys.
    pub(super) fn probe(&mut self, register: Reg, offset: i16, size: Size) {
        let bytes = match size {
            Size::B1 => 1,
            Size::B2 => 2,
            Size::B4 => 4,
            Size::B8 => 8,
        };
        self.code.with(Op::Move, Reg::R3, register);
        self.code.with_number(Op::Add, Reg::R3, offset.into());
        self.code.with(Op::Move, Reg::R1, Reg::Stack);
        self.code.with_number(Op::Add, Reg::R1, ROOM.into());
        self.code.with_number(Op::Move, Reg::R2, bytes);
        self.code.call(Helper::ProbeReadKernel);
        self.code.load(size, register, Reg::Stack, ROOM);
    }

    /// Adds the head to the record, whose length is a number.
    pub(super) fn write(&mut self, kind: u32, length: usize) -> Result<()> {
        self.code.with_number(Op::Move, Reg::R3, at(length)?.into());
        self.write_counted(kind)
    }

    /// The same, where `R3` has the length.
    pub(super) fn write_counted(&mut self, kind: u32) -> Result<()> {
        self.code.store(Size::B4, Reg::R7, 0, Reg::R3);
        self.code.store_number(Size::B4, Reg::R7, 4, kind.cast_signed());
        self.context(Reg::R1);
        self.code.load(Size::B8, Reg::R1, Reg::R1, 0);
        self.load(Reg::R1, Reg::R1, "bpf_iter_meta", "seq")?;
        self.code.with(Op::Move, Reg::R2, Reg::R7);
        self.code.call(Helper::SeqWrite);
        self.end();
        Ok(())
    }

    /// The register becomes the context of the program.
    pub(super) fn context(&mut self, to: Reg) {
        self.code.load(Size::B8, to, Reg::Stack, CONTEXT);
    }

    /// The program ends here.
    fn end(&mut self) {
        self.code.with_number(Op::Move, Reg::R0, 0);
        self.code.exit();
    }

    /// The instructions.
    pub(super) fn finish(mut self) -> Result<Vec<[u8; 8]>> {
        let nothing = self.nothing;
        self.code.put(nothing);
        self.end();
        self.code.finish().ok_or_else(|| Error::unsupported("so long a program"))
    }
}
