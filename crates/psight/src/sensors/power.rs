//! Batteries and what feeds them.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use crate::record::{Kind, Record, ToValue, Value};

/// How long a battery lasts.
///
/// As a value it is the number of seconds, infinite if unlimited (which JSON writes as `null`), and null if unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeLeft {
    /// It is being used up, and will be empty after this.
    Left(Duration),
    /// It is not being used up: the machine is plugged in.
    Unlimited,
    /// Nobody can tell.
    Unknown,
}

/// What a battery is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BatteryStatus {
    /// It is being filled.
    Charging,
    /// It is being used up.
    Discharging,
    /// It is full, and neither charging nor discharging.
    Full,
    /// It is plugged in and kept below full, by choice or because it is too hot. pypsutil calls it unknown.
    NotCharging,
    /// It does not tell.
    Unknown,
}

/// The machine's battery, as psutil sees it.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct Battery {
    /// How full it is. Some batteries go a little over 100.
    #[field(unit = percent)]
    pub percent: f64,
    /// How long it lasts at the present rate; unlimited while the machine is plugged in.
    #[field(unit = seconds)]
    pub secsleft: TimeLeft,
    /// Whether the machine is plugged in; `None` if that is not known.
    pub power_plugged: Option<bool>,
}

/// One battery, or all of them together, as pypsutil sees it.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct BatteryInfo {
    /// The name that the kernel gives it, as in `BAT0`; `Combined` for several.
    #[field(label)]
    pub name: OsString,
    /// What it is doing.
    pub status: BatteryStatus,
    /// Whether the machine is plugged in, as far as this battery knows: charging means yes, discharging no.
    pub power_plugged: Option<bool>,
    /// How full it is. Some batteries go a little over 100.
    #[field(unit = percent)]
    pub percent: f64,
    /// What it holds when full, today rather than when it was new.
    #[field(unit = microwatt_hours)]
    pub energy_full: Option<u64>,
    /// What it holds now.
    #[field(unit = microwatt_hours)]
    pub energy_now: Option<u64>,
    /// What flows in or out now; `status` tells which.
    #[field(unit = microwatts)]
    pub power_now: Option<u64>,
    /// How long it lasts at the present rate; unlimited while it charges, is full or is plugged in.
    #[field(unit = seconds)]
    pub secsleft: TimeLeft,
    /// How long until it is full: 0 if it is full, `None` unless it charges.
    #[field(unit = seconds)]
    pub secsleft_full: Option<Duration>,
    /// How warm it is.
    #[field(unit = celsius)]
    pub temperature: Option<f64>,
}

/// A supply from the mains.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct AcPowerInfo {
    /// The name that the kernel gives it, as in `AC` or `ADP1`.
    #[field(label)]
    pub name: OsString,
    /// Whether it is plugged in.
    pub is_online: bool,
}

/// Everything that feeds the machine.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct PowerSupplies {
    /// The batteries, those of mice and headsets included.
    pub batteries: Vec<BatteryInfo>,
    /// The mains supplies.
    pub ac_supplies: Vec<AcPowerInfo>,
    /// Whether the machine runs on mains power: a supply that is plugged in says so, else the batteries do; `None` if
    /// neither tells.
    pub is_on_ac_power: Option<bool>,
}

impl PowerSupplies {
    /// The first battery, with `power_plugged` filled in from the whole picture where the battery itself does not know.
    pub fn battery(&self) -> Option<BatteryInfo> {
        todo_battery(self)
    }

    /// All batteries as one, which is called `Combined` if there are several: energies and powers are added up. `None`
    /// without a battery, or if several tell only their percentage, which cannot be added up.
    pub fn battery_total(&self) -> Option<BatteryInfo> {
        todo_battery(self)
    }
}

fn todo_battery(_: &PowerSupplies) -> Option<BatteryInfo> {
    None
}

impl BatteryStatus {
    /// pypsutil's word for it, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Charging => "charging",
            Self::Discharging => "discharging",
            Self::Full => "full",
            Self::NotCharging => "not charging",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for BatteryStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for BatteryStatus {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.as_str().into())
    }
}

impl ToValue for TimeLeft {
    const KIND: Kind = Kind::Float;

    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Left(left) => Value::Float(left.as_secs_f64()),
            Self::Unlimited => Value::Float(f64::INFINITY),
            Self::Unknown => Value::Null,
        }
    }
}
