//! What a process reads and writes.

use std::time::Duration;

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

/// What a process reads from disks and writes to them in a second, as an average over some time.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct IoRates {
    /// Bytes fetched from disks in a second.
    #[field(unit = bytes)]
    pub read_bytes_per_sec: Option<f64>,
    /// Bytes in a second that were or will be written to disks, without what never had to be.
    #[field(unit = bytes)]
    pub write_bytes_per_sec: Option<f64>,
}

impl IoCounters {
    /// What is or will be written: `write_bytes` without the part that was cancelled.
    pub fn written(&self) -> Option<u64> {
        let cancelled = self.cancelled_write_bytes.unwrap_or(0);
        self.write_bytes.map(|written| written.saturating_sub(cancelled))
    }

    /// What this is in a second, if it was counted during `span`: growth from [`since`](Self::since). `None` where no
    /// time passed.
    pub fn rates_over(&self, span: Duration) -> Option<IoRates> {
        let seconds = span.as_secs_f64();
        let rate = |bytes: u64| bytes as f64 / seconds;
        (seconds > 0.0).then(|| IoRates {
            read_bytes_per_sec: self.read_bytes.map(rate),
            write_bytes_per_sec: self.written().map(rate),
        })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_had_to_be_written_is_not_written() {
        let io = IoCounters {
            read_count: None,
            write_count: None,
            read_bytes: Some(8192),
            write_bytes: Some(4096),
            read_chars: None,
            write_chars: None,
            other_count: None,
            other_bytes: None,
            cancelled_write_bytes: Some(1024),
        };
        let rates = io.rates_over(Duration::from_secs(2)).unwrap();
        assert_eq!(rates.read_bytes_per_sec, Some(4096.0));
        assert_eq!(rates.write_bytes_per_sec, Some(1536.0));
        assert_eq!(io.rates_over(Duration::ZERO), None);
        assert_eq!(IoCounters { cancelled_write_bytes: Some(9000), ..io }.written(), Some(0));
    }
}
