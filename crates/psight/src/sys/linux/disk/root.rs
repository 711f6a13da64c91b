//! Which device `/dev/root` is. The kernel mounts its first file system from a device that no `/dev` names yet, and keeps
//! that name in the mount table.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use psight_parse::linux::mountinfo::device as numbers;
use psight_parse::linux::partitions::partitions;
use psight_parse::linux::uevent::uevent;

use super::read;
use crate::Host;

/// What is found out for one mount, and kept for the others of a listing: a root that is mounted in a thousand places is
/// one device.
pub(super) struct Roots<'a> {
    host: &'a Host,
    /// The numbers of devices by mountpoint, of several mounts on one the last.
    mounted: OnceCell<HashMap<Vec<u8>, Numbers>>,
    named: HashMap<Numbers, Option<OsString>>,
}

/// Major and minor.
type Numbers = (u32, u32);

impl<'a> Roots<'a> {
    pub(super) fn new(host: &'a Host) -> Self {
        Self { host, mounted: OnceCell::new(), named: HashMap::new() }
    }

    /// The device below `/dev` of what is mounted on `mountpoint`, where its name can be found.
    pub(super) fn device(&mut self, mountpoint: &[u8]) -> Option<OsString> {
        let numbers = self.mounted(mountpoint)?;
        let host = self.host;
        self.named.entry(numbers).or_insert_with(|| named(host, numbers)).clone()
    }

    /// The numbers of the device: as the mount table has them, which asks the file system nothing, else as its root has
    /// them.
    fn mounted(&self, mountpoint: &[u8]) -> Option<Numbers> {
        let table = self.mounted.get_or_init(|| {
            let table = super::numbered_mounts(self.host).unwrap_or_default().into_iter();
            table.map(|info| (info.mount.mountpoint, (info.major, info.minor))).collect()
        });
        if let Some(numbers) = table.get(mountpoint) {
            return Some(*numbers);
        }
        if self.host.is_captured() {
            return None;
        }
        let dev = rustix::fs::stat(self.host.file("").as_path()).ok()?.st_dev;
        Some((rustix::fs::major(dev), rustix::fs::minor(dev)))
    }
}

fn named(host: &Host, (major, minor): Numbers) -> Option<OsString> {
    let name = from_partitions(host, major, minor)
        .or_else(|| from_dev(host, major, minor))
        .or_else(|| from_class(host, major, minor))?;
    let name = OsStr::from_bytes(&name);
    // A captured machine has no devices.
    let there = host.is_captured() || host.dev().join(name).symlink_metadata().is_ok();
    there.then(|| Path::new("/dev").join(name).into_os_string())
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
