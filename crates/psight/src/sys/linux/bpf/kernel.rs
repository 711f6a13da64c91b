//! The running kernel's structures: where their members are, by `/sys/kernel/btf/vmlinux`.

use std::path::Path;

use psight_parse::linux::btf::{Btf, btf};

use super::super::read;
use super::code::Size;
use crate::{Error, Result};

/// Every structure, function and variable that a program asks about.
const NAMES: &[&str] = &[
    "bpf_array",
    "bpf_iter_meta",
    "bpf_iter_task",
    "bpf_iter_task_file",
    "cred",
    "fdtable",
    "file",
    "files_struct",
    "inode",
    "kthread",
    "mm_struct",
    "pid",
    "signal_struct",
    "task_delay_info",
    "task_struct",
    "tty_driver",
    "tty_struct",
];

const PATH: &str = "/sys/kernel/btf/vmlinux";

/// A member, as instructions name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) offset: i16,
    pub(super) size: Size,
}

/// What the kernel says of its types.
#[derive(Debug)]
pub(super) struct Kernel<'a>(Btf<'a>);

/// The text of the types: 5 MB, which nobody keeps.
pub(super) fn types() -> Result<Vec<u8>> {
    // The kernel gives a page at a time: a memory that need not grow on the way spares half.
    let size = std::fs::metadata(PATH).map_or(0, |file| file.len());
    let mut types = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 4096);
    read::file_into(Path::new(PATH), &mut types).map_err(|error| Error::system(PATH, error))?;
    Ok(types)
}

impl<'a> Kernel<'a> {
    pub(super) fn new(types: &'a [u8]) -> Result<Self> {
        btf(types, NAMES).map(Self).map_err(|error| Error::malformed(PATH, &error))
    }

    /// The member of a structure, as `psight_parse` writes its path.
    pub(super) fn place(&self, name: &str, path: &str) -> Result<Place> {
        let found = self.0.member(name, path).and_then(|member| {
            let size = match member.size {
                1 => Size::B1,
                2 => Size::B2,
                4 => Size::B4,
                // What is longer is not loaded but pointed at, or loaded in pieces.
                _ => Size::B8,
            };
            Some(Place { offset: i16::try_from(member.offset).ok()?, size })
        });
        found.ok_or_else(|| Error::unsupported(&format!("{name}.{path} of the kernel")))
    }

    /// The number of the function, for a program that iterates over what it stands for.
    pub(super) fn function(&self, name: &str) -> Result<u32> {
        self.0.function(name).ok_or_else(|| Error::unsupported(name))
    }
}
