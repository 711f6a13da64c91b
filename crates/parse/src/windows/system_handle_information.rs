//! `SYSTEM_HANDLE_INFORMATION_EX`: every handle of every process.

use super::fields::{id_at, u16_at, u64_at};
use crate::Error;

/// One handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemHandle {
    /// The process that has it.
    pub unique_process_id: u32,
    /// Its number in that process.
    pub handle_value: u64,
    /// What sort of object it is a handle of; the numbers differ between releases.
    pub object_type_index: u16,
}

const HEADER: usize = 16;
const LENGTH: usize = 40;

/// Decodes the handles one by one; one that is not understood is left out. A count that promises more than there is, is an
/// error.
pub fn system_handles(bytes: &[u8]) -> Result<impl Iterator<Item = SystemHandle>, Error> {
    let count = usize::try_from(u64_at(bytes, 0, "NumberOfHandles")?).ok();
    let length = count.and_then(|count| count.checked_mul(LENGTH));
    let table = length.and_then(|length| bytes.get(HEADER..)?.get(..length));
    let table = table.ok_or(Error::garbled("NumberOfHandles"))?;
    Ok(table.chunks_exact(LENGTH).filter_map(|entry| handle(entry).ok()))
}

fn handle(entry: &[u8]) -> Result<SystemHandle, Error> {
    Ok(SystemHandle {
        unique_process_id: id_at(entry, 8, "UniqueProcessId")?,
        handle_value: u64_at(entry, 16, "HandleValue")?,
        object_type_index: u16_at(entry, 30, "ObjectTypeIndex")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn each_handle_says_whose_it_is_and_of_what_sort() {
        let sample = Sample::new(HEADER + 2 * LENGTH)
            .u64(0, 2)
            .u64(HEADER + 8, 392)
            .u64(HEADER + 16, 0x44)
            .u16(HEADER + 30, 17)
            .u64(HEADER + LENGTH + 8, 4)
            .u64(HEADER + LENGTH + 16, u64::MAX);
        let found: Vec<_> = system_handles(&sample.0).unwrap().collect();
        let expected =
            SystemHandle { unique_process_id: 392, handle_value: 0x44, object_type_index: 17 };
        assert_eq!(found[0], expected);
        assert_eq!((found[1].unique_process_id, found[1].handle_value), (4, u64::MAX));
    }

    #[test]
    fn more_handles_than_there_is_room_for_are_an_error() {
        for count in [2, u64::MAX] {
            let sample = Sample::new(HEADER + LENGTH).u64(0, count);
            assert!(system_handles(&sample.0).is_err());
        }
    }

    #[test]
    fn what_wine_lists_is_understood() {
        let bytes =
            include_bytes!("../../../../fixtures/windows/wine-10/system_handle_information.bin");
        let found: Vec<_> = system_handles(bytes).unwrap().collect();
        assert_eq!(found.len(), 327);
        let of = |pid| found.iter().filter(|handle| handle.unique_process_id == pid).count();
        assert_eq!([of(56), of(364)], [90, 14]);
        assert_eq!(found.iter().filter(|handle| handle.object_type_index == 17).count(), 56);
    }
}
