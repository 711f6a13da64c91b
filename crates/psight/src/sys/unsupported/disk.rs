//! File systems and disks, refused.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use crate::disk::{
    DiskDevice, DiskIo, DiskTraffic, DiskUsage, Disks, MountPoint, Mounts, Partition,
};
use crate::sys::seen::Seen;
use crate::{Error, Host, Result};

pub(crate) fn partitions(_host: &Host, _which: Mounts) -> Result<Vec<Partition>> {
    Err(Error::unsupported("partitions"))
}

/// Where something is mounted, in the order it was mounted, without asking what is mounted there.
pub(crate) fn mount_points(_host: &Host) -> Result<Vec<MountPoint>> {
    Err(Error::unsupported("mount_points"))
}

/// Whether what is mounted there cannot but answer.
pub(crate) fn is_prompt(_host: &Host, _mount: &MountPoint) -> bool {
    false
}

pub(crate) fn disk_usage(_host: &Host, _path: &Path) -> Result<DiskUsage> {
    Err(Error::unsupported("disk_usage"))
}

pub(crate) fn io_changes(
    host: &Host,
    which: Disks,
    _seen: &mut Seen,
) -> Result<Option<Vec<(OsString, DiskIo)>>> {
    disk_io_counters(host, which).map(|all| Some(all.into_iter().collect()))
}

pub(crate) fn disk_io_counters(_host: &Host, _which: Disks) -> Result<BTreeMap<OsString, DiskIo>> {
    Err(Error::unsupported("disk_io_counters"))
}

pub(crate) fn disks_not_counted(_host: &Host) -> Result<Vec<OsString>> {
    Err(Error::unsupported("disks_not_counted"))
}

pub(crate) fn disk_devices(_host: &Host) -> Result<Vec<DiskDevice>> {
    Err(Error::unsupported("disk_devices"))
}

pub(crate) fn disk_traffic(_host: &Host) -> Result<DiskTraffic> {
    Err(Error::unsupported("disk_traffic"))
}

/// What the system says of the space of each mount, as lines for a captured machine.
pub(crate) fn capture_statvfs() -> Result<Vec<u8>> {
    Err(Error::unsupported("capture_statvfs"))
}
