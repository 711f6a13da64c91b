//! What disks are: `/sys/block`, and where they are mounted.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use psight_parse::linux::mountinfo::{MountInfo, device as numbers};
use psight_parse::text;

use super::io::{SECTOR, plain_name};
use super::{numbered_mounts, read};
use crate::disk::DiskDevice;
use crate::{Error, Host, Result};

// /sys/block/*/{dev,size,ro,removable,dm/name,slaves,queue/rotational,device/model}, self/mountinfo
pub(crate) fn disk_devices(host: &Host) -> Result<Vec<DiskDevice>> {
    let block = host.sys().join("block");
    let disks = std::fs::read_dir(&block).map_err(|error| Error::system(&block, error))?;
    let mounts = numbered_mounts(host);
    let mut devices = Vec::new();
    for disk in disks.flatten() {
        let path = disk.path();
        let whole = device(&path, None, mounts.as_deref())?;
        for part in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            // A partition is a directory of its disk, and begins with its name.
            if part.file_name().as_bytes().starts_with(disk.file_name().as_bytes()) {
                devices.push(device(&part.path(), Some(&whole), mounts.as_deref())?);
            }
        }
        devices.push(whole);
    }
    devices.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(devices)
}

/// One device. What only a whole disk has, its partitions have of it.
fn device(
    path: &Path,
    disk: Option<&DiskDevice>,
    mounts: Option<&[MountInfo]>,
) -> Result<DiskDevice> {
    let name = plain_name(path.file_name().unwrap_or_default().to_owned());
    let of_disk = |file: &str| match disk {
        Some(_) => Ok(None),
        None => said(path, file),
    };
    let flag = |said: Option<Vec<u8>>| said.and_then(|said| text::u64(&said)).map(|on| on != 0);
    let number = said(path, "dev")?.and_then(|said| numbers(&said));
    let mapped_name = said(path, "dm/name")?.map(OsString::from_vec);
    // What was mounted by a name that cannot be read is mounted somewhere.
    let is_known = mapped_name.is_some() || !path.join("dm").is_dir();
    let removable = flag(of_disk("removable")?);
    let rotational = flag(of_disk("queue/rotational")?);
    let model = of_disk("device/model")?.map(OsString::from_vec);
    Ok(DiskDevice {
        mountpoints: mounts.filter(|_| is_known).map(|mounts| {
            let is_here = |mount: &&MountInfo| is_on(mount, number, &name, mapped_name.as_deref());
            mounts.iter().filter(is_here).map(mountpoint).collect()
        }),
        parent: disk.map(|disk| disk.name.clone()),
        members: members(path),
        dev: number.map(|(major, minor)| rustix::fs::makedev(major, minor)),
        size: said(path, "size")?
            .and_then(|said| text::u64(&said))
            .map(|sectors| sectors.saturating_mul(SECTOR)),
        read_only: flag(said(path, "ro")?),
        removable: removable.or(disk.and_then(|disk| disk.removable)),
        rotational: rotational.or(disk.and_then(|disk| disk.rotational)),
        model: model.or(disk.and_then(|disk| disk.model.clone())),
        name,
        mapped_name,
    })
}

/// What a file of a device says; `None` where it has none, or nothing in it.
fn said(path: &Path, file: &str) -> Result<Option<Vec<u8>>> {
    let said = read::row(&path.join(file))?.map(|bytes| bytes.trim_ascii().to_vec());
    Ok(said.filter(|said| !said.is_empty()))
}

/// Whether the device is what is mounted: by its number, or by its name where the file system has another number.
fn is_on(
    mount: &MountInfo,
    number: Option<(u32, u32)>,
    name: &OsStr,
    mapped_name: Option<&OsStr>,
) -> bool {
    // Major 0 is nobody's: file systems without a device, and with several, get their numbers there.
    if mount.major != 0 {
        return number == Some((mount.major, mount.minor));
    }
    let below = |folder: &[u8]| mount.mount.device.strip_prefix(folder);
    let is_mapped = |it: &[u8]| mapped_name.is_some_and(|name| name.as_bytes() == it);
    below(b"/dev/mapper/").is_some_and(is_mapped)
        || below(b"/dev/").is_some_and(|it| name.as_bytes() == it)
}

fn mountpoint(mount: &MountInfo) -> PathBuf {
    PathBuf::from(OsString::from_vec(mount.mount.mountpoint.clone()))
}

/// What it is made of.
fn members(path: &Path) -> Vec<OsString> {
    let found = std::fs::read_dir(path.join("slaves")).into_iter().flatten().flatten();
    let mut members: Vec<_> = found.map(|member| plain_name(member.file_name())).collect();
    members.sort_unstable();
    members
}
