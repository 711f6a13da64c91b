//! `SYSTEM_INTERRUPT_INFORMATION`: deferred procedure calls of each processor.

use super::fields::u32_at;
use crate::Error;

const LENGTH: usize = 0x18;

/// How many deferred procedure calls were queued to all processors; each of their counts wraps at 2³².
pub fn dpc_count(bytes: &[u8]) -> Result<u64, Error> {
    bytes.chunks(LENGTH).map(|entry| u32_at(entry, 4, "DpcCount").map(u64::from)).sum()
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn the_counts_of_all_processors_are_added_up() {
        let sample = Sample::new(2 * LENGTH).u32(0, 9).u32(4, u32::MAX).u32(LENGTH + 4, 3);
        assert_eq!(dpc_count(&sample.0).unwrap(), 0x1_0000_0002);
        assert_eq!(dpc_count(&sample.0[..LENGTH + 6]).unwrap_err(), Error::missing("DpcCount"));
    }
}
