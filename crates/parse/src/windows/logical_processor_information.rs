//! `SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX`: which processors are one core. Each entry says how long it is.

use super::fields::u32_at;
use crate::Error;

/// `RelationProcessorCore` of `LOGICAL_PROCESSOR_RELATIONSHIP`.
const PROCESSOR_CORE: u32 = 0;

/// How many cores there are, in all groups of processors.
pub fn core_count(bytes: &[u8]) -> Result<u32, Error> {
    let mut cores = 0;
    let mut entry = bytes;
    while !entry.is_empty() {
        if u32_at(entry, 0, "Relationship")? == PROCESSOR_CORE {
            cores += 1;
        }
        let length = usize::try_from(u32_at(entry, 4, "Size")?).ok();
        let rest = length.filter(|length| *length >= 8).and_then(|length| entry.get(length..));
        entry = rest.ok_or(Error::garbled("Size"))?;
    }
    Ok(cores)
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn cores_are_counted_and_caches_are_not() {
        let entry = |relation, length| Sample::new(length).u32(0, relation).u32(4, length as u32).0;
        let bytes = [entry(0, 48), entry(2, 80), entry(0, 48), entry(3, 44)].concat();
        assert_eq!(core_count(&bytes).unwrap(), 2);
    }

    #[test]
    fn an_entry_that_is_no_longer_than_nothing_is_an_error() {
        assert_eq!(core_count(&Sample::new(48).0).unwrap_err(), Error::garbled("Size"));
        assert_eq!(core_count(&[0; 6]).unwrap_err(), Error::missing("Size"));
    }

    #[test]
    fn what_wine_lists_is_understood() {
        let bytes = include_bytes!(
            "../../../../fixtures/windows/wine-10/logical_processor_information.bin"
        );
        assert_eq!(core_count(bytes).unwrap(), 2);
    }
}
