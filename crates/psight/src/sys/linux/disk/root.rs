//! Which device `/dev/root` is. The kernel mounts its first file system from a device that no `/dev` names yet, and keeps
//! that name in the mount table.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use psight_parse::linux::mountinfo::device as numbers;
use psight_parse::linux::partitions::partitions;
use psight_parse::linux::uevent::uevent;

use super::read;
use crate::Host;

/// The device below `/dev` of what is mounted on `mountpoint`, where its name can be found.
pub(super) fn device(host: &Host, mountpoint: &[u8]) -> Option<OsString> {
    let (major, minor) = mounted(host, mountpoint)?;
    let name = from_partitions(host, major, minor)
        .or_else(|| from_dev(host, major, minor))
        .or_else(|| from_class(host, major, minor))?;
    let name = OsStr::from_bytes(&name);
    // A captured machine has no devices.
    let there = host.is_captured() || host.dev().join(name).symlink_metadata().is_ok();
    there.then(|| Path::new("/dev").join(name).into_os_string())
}

/// The numbers of the device: as the mount table has them, which asks the file system nothing, else as its root has them.
fn mounted(host: &Host, mountpoint: &[u8]) -> Option<(u32, u32)> {
    let table = super::numbered_mounts(host).unwrap_or_default();
    let found = table.iter().rev().find(|info| info.mount.mountpoint == mountpoint);
    if let Some(info) = found {
        return Some((info.major, info.minor));
    }
    if host.is_captured() {
        return None;
    }
    let dev = rustix::fs::stat(host.file("").as_path()).ok()?.st_dev;
    Some((rustix::fs::major(dev), rustix::fs::minor(dev)))
}

fn from_partitions(host: &Host, major: u32, minor: u32) -> Option<Vec<u8>> {
    let bytes = read::file(&host.proc().join("partitions")).ok()?;
    let found = partitions(&bytes).into_iter().find(|p| (p.major, p.minor) == (major, minor))?;
    Some(found.name.to_vec())
}

fn from_dev(host: &Host, major: u32, minor: u32) -> Option<Vec<u8>> {
    let path = host.sys().join(format!("dev/block/{major}:{minor}/uevent"));
    let bytes = read::file(&path).ok()?;
    uevent(&bytes).into_iter().find(|(key, _)| *key == b"DEVNAME").map(|(_, name)| name.to_vec())
}

fn from_class(host: &Host, major: u32, minor: u32) -> Option<Vec<u8>> {
    let devices = std::fs::read_dir(host.sys().join("class/block")).ok()?;
    devices.flatten().find_map(|device| {
        let found = numbers(&read::file(&device.path().join("dev")).ok()?)?;
        (found == (major, minor)).then(|| super::io::plain_name(device.file_name()).into_vec())
    })
}
