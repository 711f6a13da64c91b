//! What the machine itself does not have or does not count.

use std::path::Path;

use super::{finding, known};
use crate::doctor::Finding;
use crate::{Error, Host, Result};

pub(super) fn missing(host: &Host) -> Result<Vec<Finding>> {
    let mut found = sensors(host)?;
    let records = ["run/utmp", "var/run/utmp", "run/systemd/sessions"];
    if !records.iter().any(|path| host.file(path).exists()) {
        let what = "nobody seems to be logged in";
        let why = "there is neither a /run/utmp nor a session of systemd-logind";
        found.push(finding(
            "users",
            what,
            why,
            "as root, create /run/utmp for programs to write to",
        ));
    }
    let stopped = known(host.disks_not_counted())?.unwrap_or_default();
    if !stopped.is_empty() {
        let names: Vec<_> = stopped.iter().map(|name| name.to_string_lossy()).collect();
        let what = format!("the counters of {} stand still", names.join(", "));
        let how = "write 1 to /sys/block/DISK/queue/iostats";
        found.push(finding("disks", what, "their accounting is switched off", how));
    }
    Ok(found)
}

/// What `/sys` does not show.
fn sensors(host: &Host) -> Result<Vec<Finding>> {
    let class = host.sys().join("class");
    if !class.is_dir() {
        let what = "no sensors, and less is known of disks and interfaces";
        let why = format!("{} is not there", class.display());
        return Ok(vec![finding("sysfs", what, why, "mount -t sysfs sysfs /sys")]);
    }
    let mut found = Vec::new();
    let why = |name: &str| {
        format!("{} is empty, as in most virtual machines", class.join(name).display())
    };
    if is_empty(&class.join("hwmon"))? && is_empty(&class.join("thermal"))? {
        let how = "on hardware, load the driver of its sensors (sensors-detect finds it)";
        found.push(finding("temperatures", "no temperatures and no fans", why("hwmon"), how));
    }
    if is_empty(&class.join("power_supply"))? {
        let what = "no battery and no mains supply";
        found.push(finding("battery", what, why("power_supply"), ""));
    }
    Ok(found)
}

/// Nothing is in it, or it is not there.
fn is_empty(folder: &Path) -> Result<bool> {
    let entries = std::fs::read_dir(folder).map_err(|error| Error::system(folder, error));
    Ok(known(entries)?.is_none_or(|mut entries| entries.next().is_none()))
}
