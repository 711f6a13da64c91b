//! `SYSTEM_TIMEOFDAY_INFORMATION`: when the machine started.

use super::fields::u64_at;
use crate::Error;

/// When the machine started, in units of 100 ns from 1601. The kernel moves it with the clock.
pub fn boot_time(bytes: &[u8]) -> Result<u64, Error> {
    u64_at(bytes, 0, "BootTime")
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn the_start_of_the_machine_comes_before_the_time_of_now() {
        let sample =
            Sample::new(48).u64(0, 134_396_866_405_632_060).u64(8, 134_396_866_710_223_887);
        assert_eq!(boot_time(&sample.0).unwrap(), 134_396_866_405_632_060);
    }

    #[test]
    fn what_wine_says_is_understood() {
        let bytes = include_bytes!(
            "../../../../fixtures/windows/wine-10/system_time_of_day_information.bin"
        );
        assert_eq!(boot_time(bytes).unwrap(), 134_401_686_071_590_660);
    }
}
