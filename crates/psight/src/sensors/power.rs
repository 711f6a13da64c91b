//! Batteries and what feeds them.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use crate::memory::percent;
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
    /// Whether it feeds a mouse, a headset or the like, and not the machine.
    pub peripheral: bool,
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

/// What a battery says of itself.
#[derive(Debug, Clone)]
#[allow(dead_code, reason = "only systems with batteries fill it in")]
pub(crate) struct BatteryReading {
    pub(crate) name: OsString,
    pub(crate) status: BatteryStatus,
    pub(crate) percent: f64,
    pub(crate) energy_full: Option<u64>,
    pub(crate) energy_now: Option<u64>,
    pub(crate) power_now: Option<u64>,
    pub(crate) temperature: Option<f64>,
    pub(crate) peripheral: bool,
}

impl BatteryInfo {
    /// What follows from what the battery says, and from whether something else says that the machine is plugged in.
    #[allow(dead_code, reason = "only systems with batteries have readings")]
    pub(crate) fn new(said: BatteryReading, plugged: Option<bool>) -> Self {
        let power_plugged = match said.status {
            BatteryStatus::Charging => Some(true),
            BatteryStatus::Discharging => Some(false),
            _ => plugged,
        };
        Self {
            secsleft: secsleft(&said, power_plugged),
            secsleft_full: secsleft_full(&said),
            name: said.name,
            status: said.status,
            power_plugged,
            percent: said.percent,
            energy_full: said.energy_full,
            energy_now: said.energy_now,
            power_now: said.power_now,
            temperature: said.temperature,
            peripheral: said.peripheral,
        }
    }

    /// The same battery, where something else knows whether the machine is plugged in.
    fn plugged(&self, plugged: Option<bool>) -> Self {
        let said = BatteryReading {
            name: self.name.clone(),
            status: self.status,
            percent: self.percent,
            energy_full: self.energy_full,
            energy_now: self.energy_now,
            power_now: self.power_now,
            temperature: self.temperature,
            peripheral: self.peripheral,
        };
        Self::new(said, self.power_plugged.or(plugged))
    }
}

impl PowerSupplies {
    #[allow(dead_code, reason = "only systems with batteries have some")]
    pub(crate) fn new(batteries: Vec<BatteryInfo>, ac_supplies: Vec<AcPowerInfo>) -> Self {
        let is_on_ac_power = on_ac_power(&batteries, &ac_supplies);
        Self { batteries, ac_supplies, is_on_ac_power }
    }

    /// The first battery of the machine itself, with `power_plugged` filled in from the whole picture where the battery
    /// does not know.
    pub fn battery(&self) -> Option<BatteryInfo> {
        self.own().next().map(|battery| battery.plugged(self.is_on_ac_power))
    }

    /// All batteries of the machine itself as one, which is called `Combined` if there are several: energies are added
    /// up, and powers where they flow one way. `None` without a battery, or if several tell only their percentage, which
    /// cannot be added up.
    pub fn battery_total(&self) -> Option<BatteryInfo> {
        if self.own().count() < 2 {
            return self.battery();
        }
        let (now, full) = self
            .own()
            .filter_map(|battery| battery.energy_now.zip(battery.energy_full))
            .fold((0u64, 0u64), |sum, each| {
                (sum.0.saturating_add(each.0), sum.1.saturating_add(each.1))
            });
        if full == 0 {
            return None;
        }
        let status = self.combined_status();
        let flows = matches!(status, BatteryStatus::Charging | BatteryStatus::Discharging);
        let said = BatteryReading {
            name: "Combined".into(),
            status,
            percent: percent(now, full),
            energy_full: Some(full),
            energy_now: Some(now),
            power_now: flows.then(|| self.power(status)).flatten(),
            temperature: None,
            peripheral: false,
        };
        Some(BatteryInfo::new(said, self.is_on_ac_power))
    }

    /// The batteries that feed the machine.
    fn own(&self) -> impl Iterator<Item = &BatteryInfo> {
        self.batteries.iter().filter(|battery| !battery.peripheral)
    }

    /// What they all do, full ones apart.
    fn combined_status(&self) -> BatteryStatus {
        let mut busy = self.own().map(|b| b.status).filter(|s| *s != BatteryStatus::Full);
        let first = busy.next().unwrap_or(BatteryStatus::Full);
        if busy.all(|status| status == first) { first } else { BatteryStatus::Unknown }
    }

    /// What flows in those that do this; `None` if none of them says.
    fn power(&self, status: BatteryStatus) -> Option<u64> {
        let powers = self.own().filter(|b| b.status == status).filter_map(|b| b.power_now);
        powers.reduce(u64::saturating_add)
    }
}

/// A supply that is plugged in settles it; then a battery that charges or empties does; full batteries are probably kept
/// so by a supply that does not show. Without all that, supplies that are not plugged in mean no.
#[allow(dead_code, reason = "only systems with batteries ask")]
fn on_ac_power(batteries: &[BatteryInfo], supplies: &[AcPowerInfo]) -> Option<bool> {
    if supplies.iter().any(|supply| supply.is_online) {
        return Some(true);
    }
    let mut own = batteries.iter().filter(|battery| !battery.peripheral).peekable();
    let any = own.peek().is_some();
    let mut all_full = any;
    for battery in own {
        match battery.status {
            BatteryStatus::Charging => return Some(true),
            BatteryStatus::Discharging => return Some(false),
            BatteryStatus::Full => {}
            BatteryStatus::NotCharging | BatteryStatus::Unknown => all_full = false,
        }
    }
    if all_full { Some(true) } else { (!supplies.is_empty()).then_some(false) }
}

#[allow(dead_code, reason = "only systems with batteries ask")]
fn secsleft(said: &BatteryReading, plugged: Option<bool>) -> TimeLeft {
    let still = matches!(said.status, BatteryStatus::Charging | BatteryStatus::Full);
    if still || plugged == Some(true) {
        return TimeLeft::Unlimited;
    }
    let empties = said.status == BatteryStatus::Discharging;
    let left = said.energy_now.filter(|_| empties).and_then(|now| hours(now, said.power_now));
    left.map_or(TimeLeft::Unknown, TimeLeft::Left)
}

#[allow(dead_code, reason = "only systems with batteries ask")]
fn secsleft_full(said: &BatteryReading) -> Option<Duration> {
    match said.status {
        BatteryStatus::Full => Some(Duration::ZERO),
        BatteryStatus::Charging => {
            hours(said.energy_full?.saturating_sub(said.energy_now?), said.power_now)
        }
        _ => None,
    }
}

/// How long so much energy lasts, or takes, at that power.
fn hours(energy: u64, power: Option<u64>) -> Option<Duration> {
    let power = power.filter(|power| *power > 0)?;
    Duration::try_from_secs_f64(energy as f64 * 3600.0 / power as f64).ok()
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

crate::serialized!(BatteryStatus);

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

crate::serialized!(TimeLeft);
