//! An assembler for BPF: instructions one after the other, and jumps to places that are named.
//!
//! linux/bpf.h, and Documentation/bpf/standardization/instruction-set.rst of the kernel.

use std::os::fd::{AsRawFd, BorrowedFd};

/// A register. A call takes its arguments from `R1` to `R5`, destroys them, and answers in `R0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reg {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    /// The end of the stack, which grows downwards and has 512 bytes.
    Stack,
}

/// How long what is read or written is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    B1 = 0x10,
    B2 = 0x08,
    B4 = 0x00,
    B8 = 0x18,
}

/// When a jump is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Equal = 0x10,
    Greater = 0x20,
    AnyBit = 0x40,
    NotEqual = 0x50,
    LessOrEqual = 0xb0,
}

/// What is done to a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Add = 0x00,
    Sub = 0x10,
    And = 0x50,
    ShiftLeft = 0x60,
    ShiftRight = 0x70,
    Move = 0xb0,
    /// Keeps the sign.
    ShiftSigned = 0xc0,
}

/// The helpers of the kernel that the programs call, by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Helper {
    ProbeReadKernel = 113,
    ProbeReadKernelStr = 115,
    SeqWrite = 127,
    DPath = 147,
    SockFromFile = 162,
    /// Since 5.18, for programs that may sleep.
    CopyFromUserTask = 191,
    /// Since 5.19.
    MapLookupPercpuElem = 195,
}

/// A place to jump to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label(usize);

/// A program that is being written.
#[derive(Debug, Default)]
pub(super) struct Code {
    instructions: Vec<Instruction>,
    /// Where each label is, once that is known.
    labels: Vec<Option<usize>>,
    /// The jumps, and the labels that they lead to.
    jumps: Vec<(usize, Label)>,
}

#[derive(Debug, Clone, Copy)]
struct Instruction {
    code: u8,
    registers: u8,
    offset: i16,
    immediate: i32,
}

// The classes of instructions, and where an operand comes from.
const LD: u8 = 0x00;
const LDX: u8 = 0x01;
const ST: u8 = 0x02;
const STX: u8 = 0x03;
const JMP: u8 = 0x05;
const ALU64: u8 = 0x07;
const MEM: u8 = 0x60;
const REGISTER: u8 = 0x08;

impl Code {
    fn push(&mut self, code: u8, to: Reg, from: u8, offset: i16, immediate: i32) {
        let to = to as u8;
        let registers = if cfg!(target_endian = "big") { to << 4 | from } else { from << 4 | to };
        self.instructions.push(Instruction { code, registers, offset, immediate });
    }

    /// `to = *(from + offset)`, the rest of the register 0.
    pub(super) fn load(&mut self, size: Size, to: Reg, from: Reg, offset: i16) {
        self.push(LDX | MEM | size as u8, to, from as u8, offset, 0);
    }

    /// `*(to + offset) = from`
    pub(super) fn store(&mut self, size: Size, to: Reg, offset: i16, from: Reg) {
        self.push(STX | MEM | size as u8, to, from as u8, offset, 0);
    }

    /// `*(to + offset) = number`
    pub(super) fn store_number(&mut self, size: Size, to: Reg, offset: i16, number: i32) {
        self.push(ST | MEM | size as u8, to, 0, offset, number);
    }

    /// `to = to OP from`
    pub(super) fn with(&mut self, op: Op, to: Reg, from: Reg) {
        self.push(ALU64 | REGISTER | op as u8, to, from as u8, 0, 0);
    }

    /// `to = to OP number`
    pub(super) fn with_number(&mut self, op: Op, to: Reg, number: i32) {
        self.push(ALU64 | op as u8, to, 0, 0, number);
    }

    /// `to` becomes the address of the value of the memory, whose only one is the first.
    pub(super) fn memory(&mut self, to: Reg, memory: BorrowedFd<'_>) {
        /// `BPF_PSEUDO_MAP_VALUE`
        const MAP_VALUE: u8 = 2;
        self.wide(to, MAP_VALUE, memory.as_raw_fd());
    }

    /// `to` becomes the kernel's structure of the memory itself.
    pub(super) fn map(&mut self, to: Reg, memory: BorrowedFd<'_>) {
        /// `BPF_PSEUDO_MAP_FD`
        const MAP_FD: u8 = 1;
        self.wide(to, MAP_FD, memory.as_raw_fd());
    }

    /// The one instruction that is twice as long.
    fn wide(&mut self, to: Reg, kind: u8, immediate: i32) {
        self.push(LD | Size::B8 as u8, to, kind, 0, immediate);
        self.push(0, Reg::R0, 0, 0, 0);
    }

    pub(super) fn call(&mut self, helper: Helper) {
        self.push(JMP | 0x80, Reg::R0, 0, 0, helper as i32);
    }

    pub(super) fn exit(&mut self) {
        self.push(JMP | 0x90, Reg::R0, 0, 0, 0);
    }

    /// A label that is put down later.
    pub(super) fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    /// The label leads to what follows.
    pub(super) fn put(&mut self, label: Label) {
        let here = self.instructions.len();
        self.labels.get_mut(label.0).into_iter().for_each(|place| *place = Some(here));
    }

    /// Jumps if the register and the number are so.
    pub(super) fn jump(&mut self, when: When, register: Reg, number: i32, label: Label) {
        self.jumps.push((self.instructions.len(), label));
        self.push(JMP | when as u8, register, 0, 0, number);
    }

    /// Jumps if the two registers are so.
    pub(super) fn jump_with(&mut self, when: When, register: Reg, other: Reg, label: Label) {
        self.jumps.push((self.instructions.len(), label));
        self.push(JMP | REGISTER | when as u8, register, other as u8, 0, 0);
    }

    /// Jumps in any case.
    pub(super) fn go(&mut self, label: Label) {
        self.jumps.push((self.instructions.len(), label));
        self.push(JMP, Reg::R0, 0, 0, 0);
    }

    /// The instructions as the kernel reads them; `None` if a jump leads nowhere or too far.
    pub(super) fn finish(mut self) -> Option<Vec<[u8; 8]>> {
        for (place, label) in &self.jumps {
            let target = (*self.labels.get(label.0)?)?;
            let distance = i64::try_from(target).ok()? - i64::try_from(place + 1).ok()?;
            self.instructions.get_mut(*place)?.offset = i16::try_from(distance).ok()?;
        }
        Some(self.instructions.iter().map(Instruction::bytes).collect())
    }
}

impl Instruction {
    fn bytes(&self) -> [u8; 8] {
        let ([o0, o1], [i0, i1, i2, i3]) =
            (self.offset.to_ne_bytes(), self.immediate.to_ne_bytes());
        [self.code, self.registers, o0, o1, i0, i1, i2, i3]
    }
}

#[cfg(test)]
#[cfg(target_endian = "little")]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_those_of_other_assemblers() {
        let mut code = Code::default();
        code.load(Size::B8, Reg::R6, Reg::R1, 8);
        code.store(Size::B4, Reg::Stack, -16, Reg::R2);
        code.store_number(Size::B8, Reg::R7, 24, -1);
        code.with(Op::Move, Reg::R1, Reg::R6);
        code.with_number(Op::Add, Reg::R3, 7);
        code.wide(Reg::R1, 1, 10_671);
        code.call(Helper::SeqWrite);
        code.exit();
        let expected: [[u8; 8]; 9] = [
            [0x79, 0x16, 8, 0, 0, 0, 0, 0],
            [0x63, 0x2a, 0xf0, 0xff, 0, 0, 0, 0],
            [0x7a, 0x07, 24, 0, 0xff, 0xff, 0xff, 0xff],
            [0xbf, 0x61, 0, 0, 0, 0, 0, 0],
            [0x07, 0x03, 0, 0, 7, 0, 0, 0],
            [0x18, 0x11, 0, 0, 0xaf, 0x29, 0, 0],
            [0; 8],
            [0x85, 0, 0, 0, 127, 0, 0, 0],
            [0x95, 0, 0, 0, 0, 0, 0, 0],
        ];
        assert_eq!(code.finish().unwrap(), expected);
    }

    #[test]
    fn a_jump_counts_from_behind_itself() {
        let mut code = Code::default();
        let (start, end) = (code.label(), code.label());
        code.put(start);
        code.jump(When::Equal, Reg::R1, 0, end);
        code.jump_with(When::NotEqual, Reg::R1, Reg::R2, start);
        code.go(start);
        code.put(end);
        code.exit();
        let offsets: Vec<_> = code.finish().unwrap().iter().map(|bytes| bytes[2]).collect();
        assert_eq!(offsets, [2, 0xfe, 0xfd, 0]);
    }

    #[test]
    fn a_jump_to_nowhere_is_no_program() {
        let mut code = Code::default();
        let nowhere = code.label();
        code.go(nowhere);
        assert_eq!(code.finish(), None);
    }
}
