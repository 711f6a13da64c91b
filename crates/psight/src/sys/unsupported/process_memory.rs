//! The memory of a process in the words of Windows, refused. They are no question of the table of systems.

use crate::os::windows::memory::{MappedFile, MemoryCounters};
use crate::{Error, Process, Result};

const MEMORY: &str = "memory as Windows counts it";

pub(crate) fn memory_counters(_process: &Process) -> Result<MemoryCounters> {
    Err(Error::unsupported(MEMORY))
}

pub(crate) fn mapped_files(_process: &Process) -> Result<Vec<MappedFile>> {
    Err(Error::unsupported(MEMORY))
}
