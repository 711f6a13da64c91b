//! The memory of a process in Windows' own words, as psutil before its 8.0 tells it.

use std::fmt;
use std::path::PathBuf;

use crate::process::AddressRange;
use crate::record::{Kind, Record, ToValue, Value};
use crate::{Process, Result, sys};

/// `PROCESS_MEMORY_COUNTERS_EX`, with the two names that every system has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct MemoryCounters {
    /// Physical memory in use; the same as `wset`.
    #[field(unit = bytes)]
    pub rss: u64,
    /// Memory that is committed; the same as `pagefile`.
    #[field(unit = bytes)]
    pub vms: u64,
    /// Page faults of every kind; wraps at 2³².
    #[field(counter)]
    pub num_page_faults: u32,
    /// Largest `wset` so far.
    #[field(unit = bytes)]
    pub peak_wset: u64,
    /// The working set: physical memory in use, with what others share.
    #[field(unit = bytes)]
    pub wset: u64,
    /// Largest `paged_pool` so far.
    #[field(unit = bytes)]
    pub peak_paged_pool: u64,
    /// Kernel memory for the process that may be paged out.
    #[field(unit = bytes)]
    pub paged_pool: u64,
    /// Largest `nonpaged_pool` so far.
    #[field(unit = bytes)]
    pub peak_nonpaged_pool: u64,
    /// Kernel memory for the process that may not be paged out.
    #[field(unit = bytes)]
    pub nonpaged_pool: u64,
    /// Memory that is committed, in memory or in a page file.
    #[field(unit = bytes)]
    pub pagefile: u64,
    /// Largest `pagefile` so far.
    #[field(unit = bytes)]
    pub peak_pagefile: u64,
    /// Memory that is the process's own; Windows has the same number here as in `pagefile`.
    #[field(unit = bytes)]
    pub private: u64,
}

/// A piece of the address space with a file behind it.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct MappedFile {
    /// Where it is.
    #[field(label)]
    pub addr: AddressRange,
    /// What may be done with it.
    #[field(label)]
    pub perms: Protection,
    /// The file.
    #[field(label)]
    pub path: PathBuf,
    /// How long it is, whether in memory or not.
    #[field(unit = bytes)]
    pub size: u64,
}

/// `PAGE_READONLY` and its like, with the flags beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Protection(u32);

impl Protection {
    /// That with this number.
    pub fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub fn number(self) -> u32 {
        self.0
    }

    /// psutil's word: `r`, `rw`, `xr`, or `wc` for what is copied when it is written to; `?` for a number that has none.
    pub fn as_str(self) -> &'static str {
        match self.0 & 0xff {
            0x01 => "",
            0x02 => "r",
            0x04 => "rw",
            0x08 => "wc",
            0x10 => "x",
            0x20 => "xr",
            0x40 => "xrw",
            0x80 => "xwc",
            _ => "?",
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for Protection {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.as_str().into())
    }
}

crate::serialized!(Protection);

impl Process {
    /// Everything that Windows counts of the memory of the process.
    ///
    /// Windows: `ProcessVmCounters`, or `SystemProcessInformation` for a process that may not be opened.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn memory_counters(&self) -> Result<MemoryCounters> {
        sys::process_memory::memory_counters(self)
    }

    /// The pieces of the address space that have a file behind them, in the order of their addresses.
    ///
    /// Windows: `VirtualQueryEx`, `GetMappedFileName`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn mapped_files(&self) -> Result<Vec<MappedFile>> {
        sys::process_memory::mapped_files(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_psutils_whatever_flags_stand_beside() {
        // PAGE_NOACCESS, READONLY, READWRITE with PAGE_GUARD, WRITECOPY, EXECUTE_READ, EXECUTE_WRITECOPY, none of them
        let all = [0x01, 0x02, 0x104, 0x08, 0x20, 0x80, 0].map(Protection::from_number);
        assert_eq!(all.map(Protection::as_str), ["", "r", "rw", "wc", "xr", "xwc", "?"]);
        assert_eq!(all[2].number(), 0x104);
    }
}
