//! Batteries and mains supplies: one directory each, with a file for everything that the driver knows, and all of it in
//! `uevent` once more.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Duration;

use psight_parse::linux::uevent::uevent;
use psight_parse::text;

use super::super::read;
use super::words;
use crate::memory::percent;
use crate::sensors::{
    AcPowerInfo, Battery, BatteryInfo, BatteryReading, BatteryStatus, PowerSupplies, TimeLeft,
};
use crate::{Error, Host, Result};

// class/power_supply/*
pub(crate) fn battery(host: &Host) -> Result<Option<Battery>> {
    let supplies = supplies(host)?;
    let mut batteries: Vec<_> =
        supplies.iter().filter(|s| s.is_battery() && !s.is_peripheral()).collect();
    // Names that say what they are come first, as psutil knows no others.
    batteries.sort_by_key(|supply| (!supply.is_called_battery(), &supply.name));
    let first = batteries.iter().find_map(|supply| Some((supply, supply.charge().percent()?)));
    Ok(first.map(|(supply, percent)| {
        let power_plugged = plugged(&supplies, supply.status());
        let secsleft = match power_plugged {
            Some(true) => TimeLeft::Unlimited,
            _ => supply.time_left(),
        };
        Battery { percent, secsleft, power_plugged }
    }))
}

// class/power_supply/*
pub(crate) fn power_supplies(host: &Host) -> Result<PowerSupplies> {
    let (mut batteries, mut mains) = (Vec::new(), Vec::new());
    for supply in supplies(host)? {
        if supply.is_battery() {
            batteries.extend(supply.reading().map(|reading| BatteryInfo::new(reading, None)));
        } else if supply.is_mains() {
            let online = supply.number("online").map(|online| online != 0);
            mains.extend(online.map(|is_online| AcPowerInfo { name: supply.name, is_online }));
        }
    }
    Ok(PowerSupplies::new(batteries, mains))
}

/// Whether the machine is plugged in: as the supplies that psutil knows say, then as any from the mains does, then as
/// the battery's state tells. A laptop that charges through USB may have a mains supply that is not plugged in.
fn plugged(supplies: &[Supply], status: BatteryStatus) -> Option<bool> {
    let online = |name: &str| supplies.iter().find(|s| s.name == name)?.number("online");
    if let Some(online) = online("AC0").or_else(|| online("AC")) {
        return Some(online == 1);
    }
    let mains = supplies.iter().filter(|supply| supply.is_mains());
    let mains: Vec<_> = mains.filter_map(|supply| supply.number("online")).collect();
    if mains.iter().any(|online| *online != 0) {
        return Some(true);
    }
    match status {
        BatteryStatus::Charging | BatteryStatus::Full => Some(true),
        BatteryStatus::Discharging => Some(false),
        BatteryStatus::NotCharging | BatteryStatus::Unknown => (!mains.is_empty()).then_some(false),
    }
}

/// In order of their names; none if the machine has no such directory.
fn supplies(host: &Host) -> Result<Vec<Supply>> {
    let dir = host.sys().join("class/power_supply");
    let entries = match std::fs::read_dir(&dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::system(dir, error)),
    };
    let mut supplies: Vec<_> = entries
        .flatten()
        .map(|entry| {
            let (name, dir) = (entry.file_name(), entry.path());
            let mut supply = Supply { name, dir, kind: None, uevent: OnceCell::new() };
            supply.kind = supply.words("type").map(|kind| kind.to_ascii_lowercase());
            supply
        })
        .collect();
    supplies.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(supplies)
}

/// Something that feeds the machine, or a thing that is connected to it.
struct Supply {
    name: OsString,
    dir: PathBuf,
    /// In lower case.
    kind: Option<OsString>,
    /// Read when a file is missing.
    uevent: OnceCell<Vec<u8>>,
}

/// How much a battery holds, in one unit or another.
struct Charge {
    now: Option<u64>,
    full: Option<u64>,
    capacity: Option<u64>,
}

impl Supply {
    /// What the file says; without the file, what `uevent` has under its name.
    fn words(&self, file: &str) -> Option<OsString> {
        words(&self.dir.join(file)).or_else(|| {
            let bytes = self.uevent.get_or_init(|| {
                // Without this one too, nothing is known.
                read::piece(&self.dir.join("uevent")).unwrap_or_default()
            });
            let named = |key: &[u8]| {
                let name = key.strip_prefix(b"POWER_SUPPLY_");
                name.is_some_and(|name| name.eq_ignore_ascii_case(file.as_bytes()))
            };
            let (_, value) = uevent(bytes).into_iter().find(|(key, _)| named(key))?;
            let value = value.trim_ascii();
            (!value.is_empty()).then(|| OsStr::from_bytes(value).to_owned())
        })
    }

    fn number(&self, file: &str) -> Option<i64> {
        text::i64(self.words(file)?.as_bytes())
    }

    /// A number that is not negative.
    fn count(&self, file: &str) -> Option<u64> {
        self.number(file)?.try_into().ok()
    }

    /// What flows: some drivers say with a sign which way, which the status tells for all.
    fn flow(&self, file: &str) -> Option<u64> {
        self.number(file).map(i64::unsigned_abs)
    }

    fn is_mains(&self) -> bool {
        self.kind.as_deref() == Some(OsStr::new("mains"))
    }

    fn is_battery(&self) -> bool {
        match &self.kind {
            Some(kind) => kind == "battery",
            None => self.is_called_battery(),
        }
    }

    fn is_called_battery(&self) -> bool {
        let name = self.name.as_bytes();
        name.starts_with(b"BAT") || name.to_ascii_lowercase().windows(7).any(|w| w == b"battery")
    }

    /// Whether it feeds a mouse or a headset, not the machine.
    fn is_peripheral(&self) -> bool {
        self.words("scope").is_some_and(|scope| scope.eq_ignore_ascii_case("device"))
    }

    fn status(&self) -> BatteryStatus {
        let status = self.words("status").map(|status| status.to_ascii_lowercase());
        match status.as_deref().map(OsStrExt::as_bytes) {
            Some(b"charging") => BatteryStatus::Charging,
            Some(b"discharging") => BatteryStatus::Discharging,
            Some(b"full") => BatteryStatus::Full,
            Some(b"not charging") => BatteryStatus::NotCharging,
            _ => BatteryStatus::Unknown,
        }
    }

    /// Energy where there is some, else charge: either way now and full in one unit.
    fn charge(&self) -> Charge {
        let pair = |now, full| Some((self.count(now)?, self.count(full)?));
        let pair = pair("energy_now", "energy_full").or_else(|| pair("charge_now", "charge_full"));
        Charge {
            now: pair.map(|pair| pair.0),
            full: pair.map(|pair| pair.1),
            capacity: self.count("capacity"),
        }
    }

    /// At the rate at which it empties now; at no rate nobody can tell, unless the battery itself does.
    fn time_left(&self) -> TimeLeft {
        let rate = |now, flow| Some((self.count(now)?, self.flow(flow).filter(|flow| *flow > 0)?));
        let rate = rate("energy_now", "power_now")
            .or_else(|| rate("charge_now", "current_now"))
            .or_else(|| Some((self.energy("energy_now", "charge_now")?, self.power()?)))
            .filter(|(_, flow)| *flow > 0);
        let left = match rate {
            Some((now, flow)) => Some((now as f64 / flow as f64 * 3600.0) as u64),
            None => self.count("time_to_empty_now"),
        };
        left.map_or(TimeLeft::Unknown, |left| TimeLeft::Left(Duration::from_secs(left)))
    }

    /// In microwatt hours, of a battery that counts in those or, if its voltage is known, in microampere hours.
    fn energy(&self, energy: &str, charge: &str) -> Option<u64> {
        self.count(energy).or_else(|| self.at_voltage(self.count(charge)?))
    }

    /// In microwatts.
    fn power(&self) -> Option<u64> {
        self.flow("power_now").or_else(|| self.at_voltage(self.flow("current_now")?))
    }

    /// Amperes times volts are watts. The designed voltage comes first: it does not change with the charge.
    fn at_voltage(&self, micro: u64) -> Option<u64> {
        let voltages = ["voltage_min_design", "voltage_min", "voltage_now", "voltage_boot"];
        let microvolts = voltages.iter().find_map(|file| self.count(file))?;
        (u128::from(micro) * u128::from(microvolts) / 1_000_000).try_into().ok()
    }

    fn reading(&self) -> Option<BatteryReading> {
        Some(BatteryReading {
            percent: self.charge().percent()?,
            name: self.name.clone(),
            status: self.status(),
            energy_full: self.energy("energy_full", "charge_full"),
            energy_now: self.energy("energy_now", "charge_now"),
            power_now: self.power(),
            temperature: self.number("temp").map(|tenths| tenths as f64 / 10.0),
            peripheral: self.is_peripheral(),
        })
    }
}

impl Charge {
    /// Computed it is finer than the capacity, which is a whole number.
    fn percent(&self) -> Option<f64> {
        match (self.now, self.full) {
            (Some(now), Some(full)) => Some(percent(now, full)),
            _ => self.capacity.map(|capacity| capacity as f64),
        }
    }
}
