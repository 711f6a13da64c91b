//! What disks are, and which of them hold what is mounted.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::record::Record;
use crate::{Host, Result, sys};

/// A disk, a partition of one, or a device that is made of others: a RAID, a logical volume, an encrypted one.
///
/// `None` is what the system does not tell.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct DiskDevice {
    /// The name that the kernel gives it, by which [`Host::disk_io_counters`] has it.
    #[field(label)]
    pub name: OsString,
    /// The disk that it is a partition of; `None` for a whole one.
    #[field(label)]
    pub parent: Option<OsString>,
    /// The name that it was given, as in `/dev/mapper/vg-root` or an encrypted disk's; `None` for what has no other.
    #[field(label)]
    pub mapped_name: Option<OsString>,
    /// The devices that it is made of.
    #[field(label)]
    pub members: Vec<OsString>,
    /// The device's number, which is the `st_dev` of the files on it where the file system has no number of its own.
    pub dev: Option<u64>,
    /// Where it is mounted, in the order of the mounts; empty where it is not. `None` without a table of mounts that has
    /// numbers of devices (Linux since 2.6.26).
    pub mountpoints: Option<Vec<PathBuf>>,
    /// How much it holds.
    #[field(unit = bytes)]
    pub size: Option<u64>,
    /// Whether it cannot be written.
    pub read_only: Option<bool>,
    /// Whether what holds the data can be taken out, as a DVD or a card. A disk that is plugged in as a whole is in most
    /// cases not called so.
    pub removable: Option<bool>,
    /// Whether it turns: true for a hard disk, false for flash. Virtual disks say what their driver was made to say, which is
    /// mostly true.
    pub rotational: Option<bool>,
    /// What its maker calls it.
    #[field(label)]
    pub model: Option<OsString>,
}

impl Host {
    /// The disks, their partitions, and what is made of them, in order of their names. Empty on a machine without disks.
    ///
    /// It joins what is mounted with what is counted: the numbers of `/home` are those of the device that has it among its
    /// [`mountpoints`](DiskDevice::mountpoints). No file system is asked, and so none can hang.
    ///
    /// ```
    /// # use psight::{ErrorKind, Host, disk::Disks};
    /// let host = Host::local();
    /// // Not every system tells.
    /// let counters = host.disk_io_counters(Disks::All).unwrap_or_default();
    /// for device in host.disk_devices().unwrap_or_default() {
    ///     for mountpoint in device.mountpoints.iter().flatten() {
    ///         let read = counters.get(&device.name).map(|io| io.read_bytes);
    ///         println!("{}: {read:?} bytes were read, turns: {:?}", mountpoint.display(), device.rotational);
    ///     }
    /// }
    /// ```
    ///
    /// Linux: `/sys/block`, and `/proc/self/mountinfo`, as [`partitions`](Self::partitions) reads it. A file system with a
    /// number of its own (btrfs) is found by the name of the device that it was mounted from, which is one of several
    /// where it has several. A partition is as removable, and turns, as its disk.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/sys/block`; `Io` when this process may open no more files.
    pub fn disk_devices(&self) -> Result<Vec<DiskDevice>> {
        sys::disk::disk_devices(self)
    }
}
