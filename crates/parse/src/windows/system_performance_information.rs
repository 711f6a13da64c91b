//! `SYSTEM_PERFORMANCE_INFORMATION`: seventy counts of the whole machine, two of which are read.

use super::fields::u32_at;
use crate::Error;

/// Counts since the machine started; both wrap at 2³².
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Performance {
    /// Switches from one thread to another.
    pub context_switches: u32,
    /// System calls.
    pub system_calls: u32,
}

/// Decodes the structure.
pub fn performance(bytes: &[u8]) -> Result<Performance, Error> {
    Ok(Performance {
        context_switches: u32_at(bytes, 0x128, "ContextSwitches")?,
        system_calls: u32_at(bytes, 0x134, "SystemCalls")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn the_two_counts_are_the_last_but_three_and_the_last() {
        let sample = Sample::new(0x138).u32(0x128, 11).u32(0x134, 22);
        let expected = Performance { context_switches: 11, system_calls: 22 };
        assert_eq!(performance(&sample.0).unwrap(), expected);
        let cut = performance(&sample.0[..0x134]).unwrap_err();
        assert_eq!(cut, Error::missing("SystemCalls"));
    }

    #[test]
    fn wine_counts_neither() {
        let bytes = include_bytes!(
            "../../../../fixtures/windows/wine-10/system_performance_information.bin"
        );
        let expected = Performance { context_switches: 0, system_calls: 0 };
        assert_eq!(performance(bytes).unwrap(), expected);
    }
}
