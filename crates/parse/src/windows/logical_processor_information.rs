//! `SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX`: which processors are one core, and which are one group. Each entry says how
//! long it is.

use super::fields::{u16_at, u32_at, u64_at};
use crate::Error;

/// `RelationProcessorCore` of `LOGICAL_PROCESSOR_RELATIONSHIP`.
const PROCESSOR_CORE: u32 = 0;
/// `RelationGroup`.
const GROUP: u32 = 4;

/// How many cores there are, in all groups of processors.
pub fn core_count(bytes: &[u8]) -> Result<u32, Error> {
    let mut cores = 0;
    for entry in entries(bytes) {
        cores += u32::from(u32_at(entry?, 0, "Relationship")? == PROCESSOR_CORE);
    }
    Ok(cores)
}

/// The processors of each group that are switched on, as a mask of bits: a group has no more than 64.
pub fn groups(bytes: &[u8]) -> Result<Vec<u64>, Error> {
    let mut groups = Vec::new();
    for entry in entries(bytes) {
        let entry = entry?;
        if u32_at(entry, 0, "Relationship")? != GROUP {
            continue;
        }
        for group in 0..usize::from(u16_at(entry, 10, "ActiveGroupCount")?) {
            groups.push(u64_at(entry, 0x48 + group * 0x30, "ActiveProcessorMask")?);
        }
    }
    Ok(groups)
}

/// The entries one by one; one that is no longer than nothing, or longer than what is left, is an error and the last.
fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], Error>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let length = u32_at(bytes, 4, "Size").map(usize::try_from);
        let entry = length.and_then(|length| {
            let length = length.ok().filter(|length| *length >= 8);
            length.and_then(|length| bytes.split_at_checked(length)).ok_or(Error::garbled("Size"))
        });
        bytes = entry.as_ref().map_or(&[], |(_, rest)| rest);
        Some(entry.map(|(entry, _)| entry))
    })
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
        assert_eq!(groups(bytes).unwrap(), [0b11]);
    }

    /// A machine with 64 processors in one group and 32 in the other.
    fn two_groups() -> Vec<u8> {
        let core = |group| {
            let entry = Sample::new(0x30).u32(4, 0x30).u16(0x1e, 1);
            entry.u64(0x20, 0b11).u16(0x28, group).0
        };
        let groups = Sample::new(0x80).u32(0, GROUP).u32(4, 0x80).u16(8, 2).u16(10, 2);
        let groups = groups.put(0x20, &[64, 64]).u64(0x48, u64::MAX);
        let groups = groups.put(0x50, &[64, 32]).u64(0x78, u32::MAX.into());
        [core(0), core(1), core(1), groups.0].concat()
    }

    #[test]
    fn cores_and_processors_are_those_of_all_groups() {
        let bytes = two_groups();
        assert_eq!(core_count(&bytes).unwrap(), 3);
        assert_eq!(groups(&bytes).unwrap(), [u64::MAX, u32::MAX.into()]);
    }

    #[test]
    fn a_group_that_is_counted_and_not_there_is_an_error() {
        let entry = Sample::new(0x50).u32(0, GROUP).u32(4, 0x50).u16(10, 2).0;
        assert_eq!(groups(&entry).unwrap_err(), Error::missing("ActiveProcessorMask"));
    }
}
