//! What a process reads and writes.

use crate::record::{self, Record};
use crate::sys::process::Raw;
use crate::{Process, Result};

/// What a process has read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct IoCounters {
    /// Calls that read.
    #[field(counter)]
    pub read_count: Option<u64>,
    /// Calls that write.
    #[field(counter)]
    pub write_count: Option<u64>,
    /// Bytes that were fetched from disks for it.
    #[field(unit = bytes, counter)]
    pub read_bytes: Option<u64>,
    /// Bytes that it made to be written to disks, at once or later.
    #[field(unit = bytes, counter)]
    pub write_bytes: Option<u64>,
    /// Bytes that it read from anything: caches, pipes and terminals count.
    #[field(unit = bytes, counter, on(linux))]
    pub read_chars: Option<u64>,
    /// Bytes that it wrote to anything.
    #[field(unit = bytes, counter, on(linux))]
    pub write_chars: Option<u64>,
    /// Calls that neither read nor write.
    #[field(counter, on(windows))]
    pub other_count: Option<u64>,
    /// Bytes of calls that neither read nor write.
    #[field(unit = bytes, counter, on(windows))]
    pub other_bytes: Option<u64>,
    /// Bytes of `write_bytes` that never had to be written because the file was cut or deleted in time.
    #[field(unit = bytes, counter, on(linux))]
    pub cancelled_write_bytes: Option<u64>,
}

impl IoCounters {
    /// What was read and written between `before` and this reading, of the same process.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        record::growth(self, before)
    }
}

impl Process {
    /// What the process has read and written, all threads together; children that it waited for count.
    ///
    /// Linux: `/proc/<pid>/io`, which needs the right to trace.
    ///
    /// Windows: `ProcessIoCounters`, which count calls and bytes of any device; children do not count.
    ///
    /// # Errors
    ///
    /// `NotFound` on a kernel that does not count.
    pub fn io_counters(&self) -> Result<IoCounters> {
        self.ask(Raw::io_counters)
    }
}
