//! The battery. Windows tells temperatures and fans to drivers alone.

mod ffi;

use std::time::Duration;

use super::kernel::here;
use crate::sensors::{Battery, TimeLeft};
use crate::{Error, Host, Result};

pub(crate) use super::{fans, power_supplies, temperatures};

// GetSystemPowerStatus
pub(crate) fn battery(host: &Host) -> Result<Option<Battery>> {
    here(host, "battery")?;
    let said = ffi::power().map_err(|error| Error::system("GetSystemPowerStatus", error))?;
    Ok(decoded(said.ACLineStatus, said.BatteryFlag, said.BatteryLifePercent, said.BatteryLifeTime))
}

/// `SYSTEM_POWER_STATUS`: the largest number stands for what is not known.
fn decoded(line: u8, flag: u8, percent: u8, seconds: u32) -> Option<Battery> {
    const CHARGING: u8 = 8;
    const NO_BATTERY: u8 = 128;
    if flag & NO_BATTERY != 0 || percent == u8::MAX {
        return None;
    }
    let power_plugged = match line {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    let secsleft = match seconds {
        _ if power_plugged == Some(true) || flag & CHARGING != 0 => TimeLeft::Unlimited,
        u32::MAX => TimeLeft::Unknown,
        seconds => TimeLeft::Left(Duration::from_secs(seconds.into())),
    };
    Some(Battery { percent: percent.into(), secsleft, power_plugged })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_a_battery_has_none() {
        assert_eq!(decoded(1, 128, 255, u32::MAX), None);
        assert_eq!(decoded(255, 255, 255, u32::MAX), None);
    }

    #[test]
    fn a_battery_that_empties_says_how_long_it_lasts() {
        let battery = decoded(0, 1, 80, 7200).unwrap();
        assert_eq!((battery.percent, battery.power_plugged), (80.0, Some(false)));
        assert_eq!(battery.secsleft, TimeLeft::Left(Duration::from_secs(7200)));
        assert_eq!(decoded(0, 1, 80, u32::MAX).unwrap().secsleft, TimeLeft::Unknown);
    }

    #[test]
    fn a_battery_that_is_plugged_in_lasts_for_ever() {
        for flag in [1, 8, 9] {
            assert_eq!(decoded(1, flag, 80, u32::MAX).unwrap().secsleft, TimeLeft::Unlimited);
        }
    }
}
