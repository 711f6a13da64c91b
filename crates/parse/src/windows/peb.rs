//! The PEB of a process, and `RTL_USER_PROCESS_PARAMETERS`, which it points to: what the process was started with. Both
//! lie in the process's own memory, and it may have written anything there.

use super::fields::Width;
use super::unicode_string::{UnicodeString, string_at};
use crate::Error;

/// What a process was started with; addresses are of its own memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessParameters {
    /// The working directory, with a final backslash.
    pub current_directory: UnicodeString,
    /// The command line.
    pub command_line: UnicodeString,
    /// Where the environment begins.
    pub environment: u64,
    /// How many bytes it has; `None` where the structure is shorter, as before Vista.
    pub environment_size: Option<u64>,
}

/// How much of a PEB there is to read: enough for the address that [`process_parameters_address`] takes out of it.
pub const PEB_LENGTH: usize = 0x28;

/// How much of the parameters there is to read.
pub const PARAMETERS_LENGTH: usize = 0x400;

/// Where the parameters are.
pub fn process_parameters_address(bytes: &[u8], width: Width) -> Result<u64, Error> {
    let at = match width {
        Width::Narrow => 0x10,
        Width::Wide => 0x20,
    };
    width.address(bytes, at, "ProcessParameters")
}

/// Decodes the parameters.
pub fn process_parameters(bytes: &[u8], width: Width) -> Result<ProcessParameters, Error> {
    let [directory, command, environment, size] = match width {
        Width::Narrow => [0x24, 0x40, 0x48, 0x290],
        Width::Wide => [0x38, 0x70, 0x80, 0x3f0],
    };
    Ok(ProcessParameters {
        current_directory: string_at(bytes, directory, width)?,
        command_line: string_at(bytes, command, width)?,
        environment: width.address(bytes, environment, "Environment")?,
        environment_size: width.address(bytes, size, "EnvironmentSize").ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn a_64_bit_process_has_wide_addresses() {
        let peb = Sample::new(PEB_LENGTH).u64(0x20, 0x0000_7ff0_1234_0000);
        assert_eq!(process_parameters_address(&peb.0, Width::Wide).unwrap(), 0x0000_7ff0_1234_0000);
        let sample = Sample::new(PARAMETERS_LENGTH)
            .u16(0x38, 22)
            .u64(0x40, 0x1_0000_0000)
            .u16(0x70, 80)
            .u64(0x78, 0x1_0000_1000)
            .u64(0x80, 0x1_0000_2000)
            .u64(0x3f0, 4894);
        let expected = ProcessParameters {
            current_directory: UnicodeString { length: 22, buffer: 0x1_0000_0000 },
            command_line: UnicodeString { length: 80, buffer: 0x1_0000_1000 },
            environment: 0x1_0000_2000,
            environment_size: Some(4894),
        };
        assert_eq!(process_parameters(&sample.0, Width::Wide).unwrap(), expected);
    }

    #[test]
    fn a_32_bit_process_has_narrow_ones_at_other_places() {
        let peb = Sample::new(PEB_LENGTH).u32(0x10, 0x0063_2000);
        assert_eq!(process_parameters_address(&peb.0, Width::Narrow).unwrap(), 0x0063_2000);
        let sample = Sample::new(0x294)
            .u16(0x24, 22)
            .u32(0x28, 0x0063_3000)
            .u16(0x40, 80)
            .u32(0x44, 0x0063_4000)
            .u32(0x48, 0x0063_5000)
            .u32(0x290, 1000);
        let found = process_parameters(&sample.0, Width::Narrow).unwrap();
        assert_eq!(found.current_directory, UnicodeString { length: 22, buffer: 0x0063_3000 });
        assert_eq!(found.command_line, UnicodeString { length: 80, buffer: 0x0063_4000 });
        assert_eq!((found.environment, found.environment_size), (0x0063_5000, Some(1000)));
    }

    #[test]
    fn a_short_structure_does_not_say_how_long_the_environment_is() {
        let sample = Sample::new(0x88).u64(0x80, 0x1000);
        let found = process_parameters(&sample.0, Width::Wide).unwrap();
        assert_eq!((found.environment, found.environment_size), (0x1000, None));
    }
}
