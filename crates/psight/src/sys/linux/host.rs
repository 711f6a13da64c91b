//! The machine itself: `/proc`, `/etc/os-release`, `uname(2)`, the clocks.

mod hardware;

use std::ffi::CStr;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psight_parse::Error as Undecoded;
use psight_parse::linux::cpuinfo::cpuinfo;
use psight_parse::linux::os_release::{OsRelease, os_release};
use psight_parse::linux::uptime::uptime as decode_uptime;
use rustix::system::{Uname, uname};
use rustix::time::{ClockId, Timespec, clock_gettime};

use super::procfs::is_missing_here;
use super::{cpu, read};
use crate::host::{Constants, HostInfo};
use crate::{Error, Host, Result};

pub(crate) use hardware::hardware;

/// The auxiliary vector: `AT_PAGESZ`, `AT_CLKTCK`.
pub(crate) fn constants() -> Constants {
    Constants {
        page_size: rustix::param::page_size() as u64,
        ticks_per_second: rustix::param::clock_ticks_per_second(),
        captured_at: None,
    }
}

// /proc/stat, btime; else CLOCK_REALTIME and CLOCK_BOOTTIME
pub(crate) fn boot_time(host: &Host) -> Result<SystemTime> {
    let (path, totals) = match cpu::read_totals(host) {
        Err(error) if is_missing_here(host, &error) => return booted().ok_or(error),
        read => read?,
    };
    let missing = || Error::malformed(&path, &Undecoded::missing("btime"));
    let boot = totals.btime.ok_or_else(missing)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(boot)).ok_or_else(missing)
}

/// What the kernel makes `btime` of, in whole seconds as there.
fn booted() -> Option<SystemTime> {
    let before = duration(clock_gettime(ClockId::Boottime));
    let now = duration(clock_gettime(ClockId::Realtime));
    let after = duration(clock_gettime(ClockId::Boottime));
    let boot = now.checked_sub((before + after) / 2)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(boot.as_secs()))
}

// /proc/uptime, which knows of time namespaces and of containers with a /proc of their own; else CLOCK_BOOTTIME
pub(crate) fn time_since_boot(host: &Host) -> Result<Duration> {
    let path = host.proc().join("uptime");
    match read::system(&path) {
        Ok(bytes) => decode_uptime(&bytes).map_err(|error| Error::malformed(&path, &error)),
        Err(error) if host.is_captured() => Err(error),
        Err(_) => Ok(duration(clock_gettime(ClockId::Boottime))),
    }
}

// CLOCK_MONOTONIC
pub(crate) fn uptime(host: &Host) -> Result<Duration> {
    if !host.is_captured() {
        return Ok(duration(clock_gettime(ClockId::Monotonic)));
    }
    let path = host.file("answers/clock_monotonic");
    let bytes = read::file(&path).map_err(|_| Error::unsupported("uptime"))?;
    decode_uptime(&bytes).map_err(|error| Error::malformed(&path, &error))
}

pub(crate) fn info(host: &Host) -> Result<HostInfo> {
    let kernel = host.proc().join("sys/kernel");
    let release = release(host);
    Ok(HostInfo {
        hostname: told_or_asked(host, &kernel.join("hostname"), Uname::nodename),
        os: os(&release),
        os_id: release.id.as_deref().map(text),
        os_version: release.version_id.as_deref().map(text),
        kernel: told_or_asked(host, &kernel.join("osrelease"), Uname::release),
        architecture: architecture(host),
        processor: processor(host),
        virtualization: container(host).or_else(|| hypervisor(host)),
    })
}

/// What the file says; without it what uname(2) does, unless the machine is captured.
fn told_or_asked(host: &Host, file: &Path, ask: fn(&Uname) -> &CStr) -> Option<String> {
    let asked = || (!host.is_captured()).then(uname).map(|uname| ask(&uname).to_bytes().to_vec());
    line(read::file(file).ok().or_else(asked))
}

/// os-release(5): the one in `/etc` counts, even if it is empty.
fn release(host: &Host) -> OsRelease {
    let mut paths = ["etc/os-release", "usr/lib/os-release"].iter();
    let found = paths.find_map(|path| read::file(&host.file(path)).ok());
    found.map(|bytes| os_release(&bytes)).unwrap_or_default()
}

/// The name and the version for people, from where they stand together or else from where each stands alone.
fn os(release: &OsRelease) -> Option<String> {
    let said = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(text);
    said(&release.pretty_name).or_else(|| match (said(&release.name)?, said(&release.version)) {
        (name, Some(version)) => Some(format!("{name} {version}")),
        (name, None) => Some(name),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `/proc/sys/kernel/arch`, since 6.1; before that uname(2), whose answer a capture keeps in `answers/machine`.
fn architecture(host: &Host) -> Option<String> {
    let said = line(read::file(&host.proc().join("sys/kernel/arch")).ok());
    said.or_else(|| {
        if host.is_captured() {
            line(read::file(&host.file("answers/machine")).ok())
        } else {
            Some(uname().machine().to_string_lossy().into_owned())
        }
    })
}

fn processor(host: &Host) -> Option<String> {
    let bytes = read::file(&host.proc().join("cpuinfo")).ok()?;
    let name = cpuinfo(&bytes).iter().find_map(|cpu| cpu.model_name)?;
    Some(String::from_utf8_lossy(name).into_owned()).filter(|name| !name.is_empty())
}

/// What containers leave behind for those inside to see.
pub(super) fn container(host: &Host) -> Option<String> {
    // systemd's rule, which lxc, nspawn, podman and others follow.
    line(read::file(&host.file("run/systemd/container")).ok()).or_else(|| {
        let marks = [(".dockerenv", "docker"), ("run/.containerenv", "podman")];
        let mark = marks.iter().find(|(path, _)| host.file(path).exists());
        mark.map(|(_, name)| (*name).to_owned())
    })
}

/// What virtual machines write where the maker's name stands.
fn hypervisor(host: &Host) -> Option<String> {
    let dmi = host.sys().join("class/dmi/id");
    let makers = [
        ("KVM", "kvm"),
        ("OpenStack", "kvm"),
        ("KubeVirt", "kvm"),
        ("Amazon EC2", "amazon"),
        ("QEMU", "qemu"),
        ("VMware", "vmware"),
        ("VMW", "vmware"),
        ("innotek GmbH", "virtualbox"),
        ("VirtualBox", "virtualbox"),
        ("Xen", "xen"),
        ("Bochs", "bochs"),
        ("Parallels", "parallels"),
        ("BHYVE", "bhyve"),
        ("Hyper-V", "hyper-v"),
        ("Google Compute Engine", "google"),
    ];
    let known =
        ["product_name", "sys_vendor", "board_vendor", "bios_vendor"].iter().find_map(|name| {
            let text = line(read::file(&dmi.join(name)).ok())?;
            makers
                .iter()
                .find(|(maker, _)| text.starts_with(maker))
                .map(|(_, name)| (*name).to_owned())
        });
    known.or_else(|| line(read::file(&host.sys().join("hypervisor/type")).ok()))
}

/// The text of a file of one line; an empty one says nothing, and `(none)` is how the kernel says that.
fn line(bytes: Option<Vec<u8>>) -> Option<String> {
    let bytes = bytes?;
    let text = String::from_utf8_lossy(bytes.trim_ascii()).into_owned();
    (!text.is_empty() && text != "(none)").then_some(text)
}

/// A clock that is never negative.
fn duration(time: Timespec) -> Duration {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clocks_say_when_the_machine_started_as_the_kernel_does() {
        let Ok(told) = boot_time(&Host::local()) else { return };
        let reckoned = booted().unwrap();
        let apart = told.duration_since(reckoned).or_else(|_| reckoned.duration_since(told));
        // Somebody may set the clock in between, but hardly so.
        assert!(apart.unwrap() <= Duration::from_secs(1), "{told:?} {reckoned:?}");
    }
}
