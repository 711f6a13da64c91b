//! `SYSTEM_POWER_STATUS`: where the machine has its power from. The largest number stands for what is not known.

use super::fields::{u8_at, u32_at};
use crate::Error;

/// The structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemPowerStatus {
    /// 1 where it is plugged in, 0 where it is not.
    pub ac_line_status: u8,
    /// Bits: 8 for a battery that is being charged, 128 for none.
    pub battery_flag: u8,
    /// How full the batteries are together.
    pub battery_life_percent: u8,
    /// How many seconds they last.
    pub battery_life_time: u32,
}

/// How long the structure is.
pub const LENGTH: usize = 12;

/// Decodes the structure.
pub fn system_power_status(bytes: &[u8]) -> Result<SystemPowerStatus, Error> {
    Ok(SystemPowerStatus {
        ac_line_status: u8_at(bytes, 0, "ACLineStatus")?,
        battery_flag: u8_at(bytes, 1, "BatteryFlag")?,
        battery_life_percent: u8_at(bytes, 2, "BatteryLifePercent")?,
        battery_life_time: u32_at(bytes, 4, "BatteryLifeTime")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_wine_says_of_a_machine_without_a_battery_is_understood() {
        let bytes = [0x01, 0x80, 0xff, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        let expected = SystemPowerStatus {
            ac_line_status: 1,
            battery_flag: 128,
            battery_life_percent: 255,
            battery_life_time: u32::MAX,
        };
        assert_eq!(system_power_status(&bytes).unwrap(), expected);
    }

    #[test]
    fn how_long_it_lasts_stands_behind_the_saver() {
        let bytes = [0, 1, 83, 1, 0x20, 0x1c, 0, 0, 0xff, 0xff, 0xff, 0xff];
        let said = system_power_status(&bytes).unwrap();
        assert_eq!((said.battery_life_percent, said.battery_life_time), (83, 7200));
        assert_eq!(
            system_power_status(&bytes[..7]).unwrap_err(),
            Error::missing("BatteryLifeTime")
        );
    }
}
