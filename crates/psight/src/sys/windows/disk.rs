//! Volumes and disks.

mod ffi;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use psight_parse::windows::disk_performance::disk_performance;

use super::ffi::Wide;
use super::kernel::here;
use super::paths::Mounted;
use super::{ffi as calls, text};
use crate::disk::{DiskIo, DiskTraffic, DiskUsage, Disks, MountPoint, Mounts, Partition};
use crate::sys::seen::Seen;
use crate::{Error, Host, Result};

pub(crate) use super::{capture_statvfs, disk_devices, disks_not_counted};

/// What a drive is (`GetDriveType`), as psutil calls it.
fn kind_of(number: u32) -> &'static str {
    match number {
        NO_ROOT => "unmounted",
        2 => "removable",
        3 => "fixed",
        REMOTE => "remote",
        5 => "cdrom",
        RAM_DISK => "ramdisk",
        _ => "?",
    }
}

const NO_ROOT: u32 = 1;
const REMOTE: u32 = 4;
const RAM_DISK: u32 = 6;

/// Drives by letter, each with the folders in which other volumes are mounted behind it. Drives of other machines and
/// of memory are not physical, and floppy disks (`A:`) are not looked into.
// GetLogicalDrives, GetDriveType, GetVolumeInformation, FindFirstVolume, GetVolumePathNamesForVolumeName
pub(crate) fn partitions(host: &Host, which: Mounts) -> Result<Vec<Partition>> {
    here(host, "partitions")?;
    let folders = mounted_folders();
    let mut found = Vec::new();
    for drive in drives() {
        let number = ffi::drive_type(&text::wide(&drive));
        let physical = !matches!(number, 0 | NO_ROOT | REMOTE | RAM_DISK) && drive != r"A:\";
        if which == Mounts::Physical && !physical {
            continue;
        }
        found.push(partition(&drive, Path::new(&drive), number));
        let in_it = folders.iter().filter(|folder| folder.starts_with(&drive));
        found.extend(in_it.map(|folder| partition(&drive, folder, number)));
    }
    Ok(found)
}

/// What is mounted at `mountpoint`. A drive without a disk in it has no file system.
fn partition(drive: &str, mountpoint: &Path, number: u32) -> Partition {
    let (fstype, options) = match ffi::volume(&text::wide(mountpoint)) {
        Ok(volume) => {
            let access = if volume.is_read_only { "ro" } else { "rw" };
            let quotas = if volume.has_quotas { ",quota" } else { "" };
            (text::up_to_nul(&volume.file_system), format!("{access}{quotas},"))
        }
        Err(_) => (OsString::new(), String::new()),
    };
    Partition {
        device: Some(drive.into()),
        mountpoint: mountpoint.to_owned(),
        fstype,
        opts: format!("{options}{}", kind_of(number)).into(),
    }
}

/// `C:\` and its like, by letter.
fn drives() -> impl Iterator<Item = String> {
    let letters = calls::drive_letters();
    let there = (b'A'..=b'Z').filter(move |letter| letters >> (letter - b'A') & 1 == 1);
    there.map(|letter| format!("{}:\\", char::from(letter)))
}

/// The folders in which volumes are mounted, in order of their paths; drives are not among them.
fn mounted_folders() -> Vec<PathBuf> {
    let volumes = ffi::volumes().unwrap_or_default();
    let paths = volumes.iter().flat_map(|volume| ffi::volume_paths(volume).unwrap_or_default());
    let paths = paths.map(|path| PathBuf::from(text::up_to_nul(&path)));
    let mut folders: Vec<_> = paths.filter(|path| path.parent().is_some()).collect();
    folders.sort();
    folders
}

/// The volumes that have no letter and are mounted in a folder, each once, with what the kernel calls them.
// FindFirstVolume, GetVolumePathNamesForVolumeName, QueryDosDevice
pub(super) fn volumes_in_folders() -> Vec<Mounted> {
    let volumes = ffi::volumes().unwrap_or_default().into_iter();
    volumes.filter_map(|volume| volume_in_folder(&volume)).collect()
}

fn volume_in_folder(volume: &Wide) -> Option<Mounted> {
    // A letter comes first.
    let place = text::up_to_nul(ffi::volume_paths(volume).ok()?.first()?);
    let place = Path::new(&place);
    place.parent()?;
    // `\\?\Volume{…}\` without what is around it.
    let name = volume.units().get(4..volume.units().len().checked_sub(2)?)?;
    let device = calls::device_of(&Wide::new(name.iter().copied())).ok()?;
    // The components of a path have no backslash at the end.
    Some((place.components().collect::<PathBuf>().into(), device))
}

/// Drives and folders that volumes are mounted in, without asking them anything.
pub(crate) fn mount_points(host: &Host) -> Result<Vec<MountPoint>> {
    here(host, "mount_points")?;
    let drives = drives().map(PathBuf::from);
    Ok(drives.chain(mounted_folders()).map(|path| MountPoint { id: 0, path }).collect())
}

/// Any drive may be a server's.
pub(crate) fn is_prompt(_host: &Host, _mount: &MountPoint) -> bool {
    false
}

// GetDiskFreeSpaceEx
pub(crate) fn disk_usage(host: &Host, path: &Path) -> Result<DiskUsage> {
    const ERROR_DIRECTORY: i32 = 267;
    here(host, "disk_usage")?;
    let failed = |error| Error::system(path, error);
    let mut whole = text::verbatim(path).map_err(failed)?;
    let space = match ffi::space(&text::wide(&whole)) {
        // It wants a folder: that of a file is on the same volume. One of another machine needs its backslash.
        Err(error) if error.raw_os_error() == Some(ERROR_DIRECTORY) && whole.pop() => {
            whole.push("");
            ffi::space(&text::wide(&whole))
        }
        space => space,
    };
    let [available, total, free] = space.map_err(failed)?;
    let used = total.saturating_sub(free);
    Ok(DiskUsage {
        total,
        used,
        free: available,
        percent: crate::memory::percent(used, used.saturating_add(available)),
        files: None,
        files_free: None,
    })
}

/// No machine has more disks that are looked for; numbers have gaps where disks were pulled out.
const MOST_DISKS: u32 = 64;

pub(crate) fn io_changes(
    host: &Host,
    which: Disks,
    _seen: &mut Seen,
) -> Result<Option<Vec<(OsString, DiskIo)>>> {
    disk_io_counters(host, which).map(|all| Some(all.into_iter().collect()))
}

/// Windows counts whole disks, and no partitions.
// IOCTL_DISK_PERFORMANCE of \\.\PhysicalDrive<n>
pub(crate) fn disk_io_counters(host: &Host, _which: Disks) -> Result<BTreeMap<OsString, DiskIo>> {
    here(host, "disk_io_counters")?;
    let what = "IOCTL_DISK_PERFORMANCE";
    let (mut disks, mut refused) = (BTreeMap::new(), None);
    for number in 0..MOST_DISKS {
        let name = format!("PhysicalDrive{number}");
        let mut open = OpenOptions::new();
        // No right at all is needed to ask, and others may do with the disk what they like.
        let Ok(disk) = open.access_mode(0).share_mode(0b11).open(format!(r"\\.\{name}")) else {
            continue;
        };
        match ffi::disk_performance(&disk) {
            Ok(bytes) => {
                let said = disk_performance(&bytes);
                let said = said.map_err(|error| Error::malformed(what, &error))?;
                disks.insert(name.into(), io(&said));
            }
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        // Disks that do not count at all: memory sticks may not, and Wine's do not.
        Some(_) if disks.is_empty() => Err(Error::unsupported("disk_io_counters")),
        _ => Ok(disks),
    }
}

fn io(said: &psight_parse::windows::disk_performance::DiskPerformance) -> DiskIo {
    const UNITS_PER_MILLISECOND: u64 = 10_000;
    DiskIo {
        read_count: said.read_count.into(),
        write_count: said.write_count.into(),
        read_bytes: said.bytes_read,
        write_bytes: said.bytes_written,
        read_time: Some(said.read_time / UNITS_PER_MILLISECOND),
        write_time: Some(said.write_time / UNITS_PER_MILLISECOND),
        read_merged_count: None,
        write_merged_count: None,
        busy_time: None,
        in_progress: None,
        weighted_time: None,
        discard_count: None,
        discard_merged_count: None,
        discard_bytes: None,
        discard_time: None,
        flush_count: None,
        flush_time: None,
    }
}

// IOCTL_DISK_PERFORMANCE, added up
pub(crate) fn disk_traffic(host: &Host) -> Result<DiskTraffic> {
    let disks = disk_io_counters(host, Disks::Whole)?;
    let total = DiskIo::total(disks.values());
    let total = total.ok_or_else(|| Error::unsupported("disk_traffic"))?;
    Ok(DiskTraffic { read_bytes: total.read_bytes, write_bytes: total.write_bytes })
}
