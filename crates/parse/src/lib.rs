//! Decoders for what kernels say: bytes in, plain structs out.
//!
//! Nothing here opens a file, asks a clock or knows which system it runs on, so that the answers of every kernel can be
//! decoded and tested on any machine. Numbers keep the kernel's unit and say so in their name (`utime_ticks`,
//! `size_kib`); what the kernel did not say is `None`.
//!
//! A decoder never panics. Text that is cut short, longer than documented or absurd gives an [`Error`] that names the
//! field, or a `None`; columns that are not known are skipped.

#![forbid(unsafe_code)]

pub mod linux;
pub mod text;
pub mod windows;

use std::fmt;

/// What a decoder could not understand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    field: &'static str,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Problem {
    Missing,
    Garbled,
}

impl Error {
    /// The input ends, or has no such line, where `field` should be.
    pub const fn missing(field: &'static str) -> Self {
        Self { field, problem: Problem::Missing }
    }

    /// What stands where `field` should be is something else.
    pub const fn garbled(field: &'static str) -> Self {
        Self { field, problem: Problem::Garbled }
    }

    /// The kernel's name of the field.
    pub fn field(&self) -> &'static str {
        self.field
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            Problem::Missing => write!(f, "no field {:?}", self.field),
            Problem::Garbled => write!(f, "field {:?} is garbled", self.field),
        }
    }
}

impl std::error::Error for Error {}

/// A decoder by name, for the tests and the fuzzer that run all of them over everything.
#[derive(Clone, Copy)]
pub struct Decoder {
    /// Where it lives, as in `linux/statm`.
    pub name: &'static str,
    /// Decodes and throws the result away.
    pub run: fn(&[u8]),
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// Every decoder of the crate, kernel by kernel.
pub const ALL: &[&[Decoder]] = &[linux::ALL, windows::ALL];
