//! The battery. Windows tells temperatures and fans to drivers alone.

mod ffi;

use std::time::Duration;

use psight_parse::windows::system_power_status::{SystemPowerStatus, system_power_status};

use super::kernel::here;
use crate::sensors::{Battery, TimeLeft};
use crate::{Error, Host, Result};

pub(crate) use super::{fans, power_supplies, temperatures};

// GetSystemPowerStatus
pub(crate) fn battery(host: &Host) -> Result<Option<Battery>> {
    here(host, "battery")?;
    let what = "GetSystemPowerStatus";
    let buffer = ffi::power().map_err(|error| Error::system(what, error))?;
    let said = system_power_status(buffer.bytes());
    Ok(battery_of(&said.map_err(|error| Error::malformed(what, &error))?))
}

/// The largest number stands for what is not known.
fn battery_of(said: &SystemPowerStatus) -> Option<Battery> {
    const CHARGING: u8 = 8;
    const NO_BATTERY: u8 = 128;
    let (flag, percent) = (said.battery_flag, said.battery_life_percent);
    if flag & NO_BATTERY != 0 || percent == u8::MAX {
        return None;
    }
    let power_plugged = match said.ac_line_status {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    };
    let secsleft = match said.battery_life_time {
        _ if power_plugged == Some(true) || flag & CHARGING != 0 => TimeLeft::Unlimited,
        u32::MAX => TimeLeft::Unknown,
        seconds => TimeLeft::Left(Duration::from_secs(seconds.into())),
    };
    Some(Battery { percent: percent.into(), secsleft, power_plugged })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of `bytes` as Windows fills them; how long a full battery lasts is behind them.
    fn battery(bytes: [u8; 8]) -> Option<Battery> {
        let whole = [bytes.as_slice(), &[0xff; 4]].concat();
        battery_of(&system_power_status(&whole).unwrap())
    }

    #[test]
    fn a_machine_without_a_battery_has_none() {
        // What Wine says, and a Windows that does not know.
        assert_eq!(battery([1, 0x80, 0xff, 0, 0xff, 0xff, 0xff, 0xff]), None);
        assert_eq!(battery([0xff, 0xff, 0xff, 0, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn a_battery_that_empties_says_how_long_it_lasts() {
        let found = battery([0, 1, 80, 0, 0x20, 0x1c, 0, 0]).unwrap();
        assert_eq!((found.percent, found.power_plugged), (80.0, Some(false)));
        assert_eq!(found.secsleft, TimeLeft::Left(Duration::from_secs(7200)));
        let found = battery([0, 1, 80, 0, 0xff, 0xff, 0xff, 0xff]).unwrap();
        assert_eq!(found.secsleft, TimeLeft::Unknown);
    }

    #[test]
    fn a_battery_that_is_plugged_in_lasts_for_ever() {
        for flag in [1, 8, 9] {
            let found = battery([1, flag, 80, 0, 0xff, 0xff, 0xff, 0xff]).unwrap();
            assert_eq!(found.secsleft, TimeLeft::Unlimited);
        }
    }
}
