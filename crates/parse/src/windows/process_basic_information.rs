//! `PROCESS_BASIC_INFORMATION`: which process a handle is of, and where its environment block is.

use super::fields::{id_at, u32_at, u64_at};
use crate::Error;

/// The structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessBasicInformation {
    /// What it returned; `STILL_ACTIVE` (259) while it runs.
    pub exit_status: u32,
    /// The address of its PEB, in its own memory.
    pub peb_base_address: u64,
    /// The processors of its group that it may run on.
    pub affinity_mask: u64,
    /// Its number.
    pub unique_process_id: u32,
    /// The number of the process that started it, which another may have by now.
    pub inherited_from_unique_process_id: u32,
}

/// How long the structure is.
pub const LENGTH: usize = 0x30;

/// Decodes the structure.
pub fn process_basic_information(bytes: &[u8]) -> Result<ProcessBasicInformation, Error> {
    Ok(ProcessBasicInformation {
        exit_status: u32_at(bytes, 0x00, "ExitStatus")?,
        peb_base_address: u64_at(bytes, 0x08, "PebBaseAddress")?,
        affinity_mask: u64_at(bytes, 0x10, "AffinityMask")?,
        unique_process_id: id_at(bytes, 0x20, "UniqueProcessId")?,
        inherited_from_unique_process_id: id_at(bytes, 0x28, "InheritedFromUniqueProcessId")?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn it_is_known_by_its_own_number_and_its_parents() {
        let sample = Sample::new(LENGTH)
            .u32(0, 259)
            .u64(0x08, 0x7ffd_0000)
            .u64(0x10, 3)
            .u64(0x20, 392)
            .u64(0x28, 384);
        let expected = ProcessBasicInformation {
            exit_status: 259,
            peb_base_address: 0x7ffd_0000,
            affinity_mask: 3,
            unique_process_id: 392,
            inherited_from_unique_process_id: 384,
        };
        assert_eq!(process_basic_information(&sample.0).unwrap(), expected);
        let absurd = sample.u64(0x20, u64::MAX);
        assert_eq!(
            process_basic_information(&absurd.0).unwrap_err(),
            Error::garbled("UniqueProcessId")
        );
    }
}
