//! `IO_COUNTERS`: what a process has read and written. It is an answer of its own (`ProcessIoCounters`) and a part of
//! `SYSTEM_PROCESS_INFORMATION`.

use super::fields::u64_at;
use crate::Error;

/// Calls and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IoCounters {
    /// Calls that read.
    pub read_operation_count: u64,
    /// Calls that write.
    pub write_operation_count: u64,
    /// Calls that do neither.
    pub other_operation_count: u64,
    /// Bytes of calls that read.
    pub read_transfer_count: u64,
    /// Bytes of calls that write.
    pub write_transfer_count: u64,
    /// Bytes of calls that do neither.
    pub other_transfer_count: u64,
}

/// How long the structure is.
pub const LENGTH: usize = 0x30;

/// Decodes the structure.
pub fn io_counters(bytes: &[u8]) -> Result<IoCounters, Error> {
    Ok(IoCounters {
        read_operation_count: u64_at(bytes, 0x00, "ReadOperationCount")?,
        write_operation_count: u64_at(bytes, 0x08, "WriteOperationCount")?,
        other_operation_count: u64_at(bytes, 0x10, "OtherOperationCount")?,
        read_transfer_count: u64_at(bytes, 0x18, "ReadTransferCount")?,
        write_transfer_count: u64_at(bytes, 0x20, "WriteTransferCount")?,
        other_transfer_count: u64_at(bytes, 0x28, "OtherTransferCount")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn counts_come_first_and_bytes_after_them() {
        let sample = (0..6).fold(Sample::new(LENGTH), |sample, n| sample.u64(n * 8, n as u64 + 1));
        let expected = IoCounters {
            read_operation_count: 1,
            write_operation_count: 2,
            other_operation_count: 3,
            read_transfer_count: 4,
            write_transfer_count: 5,
            other_transfer_count: 6,
        };
        assert_eq!(io_counters(&sample.0).unwrap(), expected);
    }
}
