//! `DISK_PERFORMANCE`: what was read from and written to a disk.

use super::fields::{u32_at, u64_at};
use crate::Error;

/// Since the disk was first asked, or since the machine started; times in units of 100 ns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiskPerformance {
    /// Bytes read.
    pub bytes_read: u64,
    /// Bytes written.
    pub bytes_written: u64,
    /// Time that reads took.
    pub read_time: u64,
    /// Time that writes took.
    pub write_time: u64,
    /// Reads; wraps at 2³².
    pub read_count: u32,
    /// Writes; wraps at 2³².
    pub write_count: u32,
}

/// How long the structure is.
pub const LENGTH: usize = 0x58;

/// Decodes the structure.
pub fn disk_performance(bytes: &[u8]) -> Result<DiskPerformance, Error> {
    Ok(DiskPerformance {
        bytes_read: u64_at(bytes, 0x00, "BytesRead")?,
        bytes_written: u64_at(bytes, 0x08, "BytesWritten")?,
        read_time: u64_at(bytes, 0x10, "ReadTime")?,
        write_time: u64_at(bytes, 0x18, "WriteTime")?,
        read_count: u32_at(bytes, 0x28, "ReadCount")?,
        write_count: u32_at(bytes, 0x2c, "WriteCount")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn counts_stand_behind_the_idle_time() {
        let sample = Sample::new(LENGTH)
            .u64(0x00, 4096)
            .u64(0x08, 512)
            .u64(0x10, 20_000)
            .u64(0x18, 30_000)
            .u64(0x20, u64::MAX)
            .u32(0x28, 3)
            .u32(0x2c, 1);
        let expected = DiskPerformance {
            bytes_read: 4096,
            bytes_written: 512,
            read_time: 20_000,
            write_time: 30_000,
            read_count: 3,
            write_count: 1,
        };
        assert_eq!(disk_performance(&sample.0).unwrap(), expected);
    }
}
