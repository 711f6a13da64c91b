//! Temperatures, fans, batteries and power supplies.

mod power;

use std::ffi::OsString;

use crate::record::Record;
use crate::{Host, Result, sys};

#[allow(unused_imports, reason = "only systems with batteries fill it in")]
pub(crate) use power::BatteryReading;
pub use power::{AcPowerInfo, Battery, BatteryInfo, BatteryStatus, PowerSupplies, TimeLeft};

/// What one thermometer says.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct Temperature {
    /// What it belongs to, as its driver is called: `coretemp`, `nvme`, `acpitz`. Several may have the same name.
    #[field(label)]
    pub chip: OsString,
    /// Which one of the chip's it is, as in `Core 0`; `None` if the driver does not say.
    #[field(label)]
    pub label: Option<OsString>,
    /// The temperature now.
    #[field(unit = celsius)]
    pub current: f64,
    /// What counts as hot. The same as `critical` where only that is known.
    #[field(unit = celsius)]
    pub high: Option<f64>,
    /// What the hardware must not reach. The same as `high` where only that is known.
    #[field(unit = celsius)]
    pub critical: Option<f64>,
}

/// What one fan says.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Fan {
    /// What it belongs to, as its driver is called: `thinkpad`, `dell_smm`.
    #[field(label)]
    pub chip: OsString,
    /// Which one of the chip's it is, as in `cpu_fan`; `None` if the driver does not say.
    #[field(label)]
    pub label: Option<OsString>,
    /// Its speed; 0 if it stands still.
    #[field(unit = rpm)]
    pub current: u64,
}

impl Host {
    /// What the machine's thermometers say, chip by chip; nothing on most virtual machines.
    ///
    /// A sensor that cannot be read now (its device sleeps, or was pulled out) is left out, and a limit that cannot
    /// be read or is no number is `None`.
    ///
    /// Linux: `/sys/class/hwmon/*/temp*_input`, below `device/` for old drivers, and coretemp's below
    /// `/sys/devices/platform` where that is not among them; only without any of those, `/sys/class/thermal`. Reading
    /// can be slow, since some drivers ask the sensor over a slow bus.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system has no such question; a machine without sensors gives an empty list.
    pub fn temperatures(&self) -> Result<Vec<Temperature>> {
        sys::sensors::temperatures(self)
    }

    /// What the machine's fans say, chip by chip; a fan that cannot be read now is left out.
    ///
    /// Linux: `/sys/class/hwmon/*/fan*_input`, below `device/` for old drivers.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system has no such question; a machine without fans gives an empty list.
    pub fn fans(&self) -> Result<Vec<Fan>> {
        sys::sensors::fans(self)
    }

    /// The machine's battery, the first one if it has several; `None` without one, or if it does not tell its charge.
    /// This is psutil's view; [`power_supplies`](Self::power_supplies) tells more.
    ///
    /// Linux: `/sys/class/power_supply`. Batteries of mice, headsets and the like (`scope` is `Device`) are not the
    /// machine's.
    ///
    /// Windows: `GetSystemPowerStatus`, which takes several batteries for one.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system has no such question.
    pub fn battery(&self) -> Result<Option<Battery>> {
        sys::sensors::battery(self)
    }

    /// Every battery and every mains supply, in order of their names: pypsutil's view of the same.
    ///
    /// Linux: `/sys/class/power_supply`, supplies of the types `Battery` and `Mains`. A battery that does not tell its
    /// charge is left out.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system has no such question; a machine without supplies gives empty lists.
    pub fn power_supplies(&self) -> Result<PowerSupplies> {
        sys::sensors::power_supplies(self)
    }

    /// Whether the machine runs on mains power; `None` if neither a mains supply nor a battery tells.
    ///
    /// # Errors
    ///
    /// As [`power_supplies`](Self::power_supplies), which has the same in `is_on_ac_power`.
    pub fn is_on_ac_power(&self) -> Result<Option<bool>> {
        Ok(self.power_supplies()?.is_on_ac_power)
    }
}

/// A temperature in degrees Fahrenheit.
pub fn fahrenheit(celsius: f64) -> f64 {
    celsius * 9.0 / 5.0 + 32.0
}
