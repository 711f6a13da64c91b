//! `PROCESSOR_POWER_INFORMATION`: how fast each processor runs.

use super::fields::u32_at;
use crate::Error;

/// One processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessorPower {
    /// Its number.
    pub number: u32,
    /// The frequency that it is made for.
    pub max_mhz: u32,
    /// The frequency that it has now; most machines say what it is made for.
    pub current_mhz: u32,
}

const LENGTH: usize = 0x18;

/// Decodes the processors in their order.
pub fn processor_power(bytes: &[u8]) -> Result<Vec<ProcessorPower>, Error> {
    let processor = |entry| {
        Ok(ProcessorPower {
            number: u32_at(entry, 0, "Number")?,
            max_mhz: u32_at(entry, 4, "MaxMhz")?,
            current_mhz: u32_at(entry, 8, "CurrentMhz")?,
        })
    };
    bytes.chunks(LENGTH).map(processor).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn each_processor_says_how_fast_it_is() {
        let sample = Sample::new(2 * LENGTH).u32(4, 2599).u32(8, 1200).u32(24, 1).u32(28, 2599);
        let found = processor_power(&sample.0).unwrap();
        assert_eq!(found[0], ProcessorPower { number: 0, max_mhz: 2599, current_mhz: 1200 });
        assert_eq!(found[1], ProcessorPower { number: 1, max_mhz: 2599, current_mhz: 0 });
        assert_eq!(processor_power(&sample.0[..26]).unwrap_err(), Error::missing("Number"));
    }
}
