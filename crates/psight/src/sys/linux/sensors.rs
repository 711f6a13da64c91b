//! Sensors: `/sys/class/hwmon`, `/sys/class/thermal`, `/sys/class/power_supply`.
//!
//! Any of these files can fail at any time, because a driver asks its device only when the file is read: what fails is
//! left out, and hides nothing else.

mod power;

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use psight_parse::text;

use super::read;
use crate::sensors::{Fan, Temperature};
use crate::{Error, Host, Result};

pub(crate) use power::{battery, power_supplies};

/// What a driver says it cannot be colder than: nothing can.
const ABSOLUTE_ZERO: f64 = -273.15;

// class/hwmon/hwmon*/temp*_input, else class/thermal/thermal_zone*/temp
pub(crate) fn temperatures(host: &Host) -> Result<Vec<Temperature>> {
    let mut sensors = hwmon(host, "temp")?;
    // On some kernels coretemp is not in its class (psutil#1708).
    let listed: HashSet<_> = sensors.iter().map(Sensor::key).collect();
    let more = platform_coretemp(host).into_iter().filter(|sensor| !listed.contains(&sensor.key()));
    let more: Vec<_> = more.collect();
    sensors.extend(more);
    if sensors.is_empty() {
        return thermal_zones(host);
    }
    Ok(sensors.iter().filter_map(thermometer).collect())
}

// class/hwmon/hwmon*/fan*_input
pub(crate) fn fans(host: &Host) -> Result<Vec<Fan>> {
    let fan = |sensor: &Sensor| {
        let current = number(&sensor.file("input"))?.try_into().ok()?;
        Some(Fan { chip: sensor.chip(), label: words(&sensor.file("label")), current })
    };
    Ok(hwmon(host, "fan")?.iter().filter_map(fan).collect())
}

/// One sensor of a chip: the files `<dir>/<kind><number>_*`.
struct Sensor {
    /// `hwmon3`.
    hwmon: OsString,
    /// The chip's directory of the class.
    class: PathBuf,
    /// Where the files are: the same, or `device` below it.
    dir: PathBuf,
    kind: &'static str,
    number: u32,
}

impl Sensor {
    fn key(&self) -> (OsString, u32) {
        (self.hwmon.clone(), self.number)
    }

    fn file(&self, what: &str) -> PathBuf {
        self.dir.join(format!("{}{}_{what}", self.kind, self.number))
    }

    /// The driver's name for the chip; the kernel's number for it where an old driver gives none.
    fn chip(&self) -> OsString {
        words(&self.dir.join("name"))
            .or_else(|| words(&self.class.join("name")))
            .unwrap_or_else(|| self.hwmon.clone())
    }
}

fn thermometer(sensor: &Sensor) -> Option<Temperature> {
    let current = celsius(&sensor.file("input"))?;
    let (high, critical) = (celsius(&sensor.file("max")), celsius(&sensor.file("crit")));
    Some(temperature(sensor.chip(), words(&sensor.file("label")), current, high, critical))
}

/// A limit that is not known is the other one; a limit of 0 is not known.
fn temperature(
    chip: OsString,
    label: Option<OsString>,
    current: f64,
    high: Option<f64>,
    critical: Option<f64>,
) -> Temperature {
    let (high_known, critical_known) =
        (high.filter(|limit| *limit != 0.0), critical.filter(|limit| *limit != 0.0));
    Temperature {
        chip,
        label,
        current,
        high: high_known.or(critical_known).or(high),
        critical: critical_known.or(high_known).or(critical),
    }
}

/// The sensors of one kind, chip by chip. Old drivers keep the files of a chip in its `device` directory, and some in
/// both.
fn hwmon(host: &Host, kind: &'static str) -> Result<Vec<Sensor>> {
    let mut sensors = Vec::new();
    for (hwmon, class) in numbered(&host.sys().join("class/hwmon"), "hwmon")? {
        sensors_of(&mut sensors, &hwmon, &class, kind);
    }
    Ok(sensors)
}

fn sensors_of(sensors: &mut Vec<Sensor>, hwmon: &OsString, class: &Path, kind: &'static str) {
    let mut seen = BTreeSet::new();
    for dir in [class.to_owned(), class.join("device")] {
        for number in sensor_numbers(&dir, kind) {
            if seen.insert(number) {
                sensors.push(Sensor {
                    hwmon: hwmon.clone(),
                    class: class.to_owned(),
                    dir: dir.clone(),
                    kind,
                    number,
                });
            }
        }
    }
}

fn platform_coretemp(host: &Host) -> Vec<Sensor> {
    let mut sensors = Vec::new();
    let platform = host.sys().join("devices/platform");
    for (_, device) in numbered(&platform, "coretemp.").unwrap_or_default() {
        for (hwmon, class) in numbered(&device.join("hwmon"), "hwmon").unwrap_or_default() {
            sensors_of(&mut sensors, &hwmon, &class, "temp");
        }
    }
    sensors
}

/// The zones that the kernel cools by itself, where no driver shows its thermometers. A zone has no label.
fn thermal_zones(host: &Host) -> Result<Vec<Temperature>> {
    let zone = |(_, dir): (OsString, PathBuf)| {
        let current = celsius(&dir.join("temp"))?;
        let kind = words(&dir.join("type"))?;
        let trips = trip_points(&dir);
        let limit = |kind: &str| trips.iter().find(|trip| trip.0 == kind).map(|trip| trip.1);
        let high = limit("high").or_else(|| limit("hot"));
        Some(temperature(kind, None, current, high, limit("critical")))
    };
    let zones = numbered(&host.sys().join("class/thermal"), "thermal_zone")?;
    Ok(zones.into_iter().filter_map(zone).collect())
}

/// The temperatures at which something happens, by what it is.
fn trip_points(zone: &Path) -> Vec<(OsString, f64)> {
    let mut name = String::new();
    let mut file = |number: u32, what: &str| {
        name.clear();
        // Writing to a String cannot fail.
        let _ = write!(name, "trip_point_{number}_{what}");
        zone.join(&name)
    };
    let numbers = sensor_numbers(zone, "trip_point_").into_iter();
    numbers
        .filter_map(|number| Some((words(&file(number, "type"))?, celsius(&file(number, "temp"))?)))
        .collect()
}

/// The entries of a directory that are `prefix` and a number, in order of the number; none if there is no directory.
fn numbered(dir: &Path, prefix: &str) -> Result<Vec<(OsString, PathBuf)>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::system(dir, error)),
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = text::u32(name.as_bytes().strip_prefix(prefix.as_bytes())?)?;
            Some((number, name, entry.path()))
        })
        .collect();
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, name, path)| (name, path)).collect())
}

/// Which numbers the files `<kind><number>_*` have.
fn sensor_numbers(dir: &Path, kind: &str) -> BTreeSet<u32> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let rest = name.as_bytes().strip_prefix(kind.as_bytes())?;
            let end = rest.iter().position(|byte| *byte == b'_')?;
            text::u32(rest.get(..end)?)
        })
        .collect()
}

/// A file with thousandths of a degree.
fn celsius(path: &Path) -> Option<f64> {
    number(path).map(|milli| milli as f64 / 1000.0).filter(|degrees| *degrees >= ABSOLUTE_ZERO)
}

/// A file with one number.
fn number(path: &Path) -> Option<i64> {
    text::i64(&read::piece(path).ok()?)
}

/// A file with a name; `None` if it is empty.
fn words(path: &Path) -> Option<OsString> {
    let mut bytes = read::piece(path).ok()?;
    let end = bytes.trim_ascii_end().len();
    bytes.truncate(end);
    let start = bytes.len() - bytes.trim_ascii_start().len();
    bytes.drain(..start);
    (!bytes.is_empty()).then(|| OsString::from_vec(bytes))
}
