//! File systems and disks.

mod devices;
mod prober;
mod rates;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::record::{self, Record};
use crate::{Host, Result, sys};

pub use devices::DiskDevice;
pub use prober::DiskProber;
#[allow(unused_imports, reason = "only systems that can be captured ask")]
pub(crate) use prober::patiently;
pub use rates::DiskRates;

/// Which file systems are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mounts {
    /// Those on storage: psutil's `disk_partitions(all=False)`. On Linux those whose type needs a device (the lines
    /// without `nodev` in `/proc/filesystems`), and ZFS. Images that are mounted through a loop device (snaps) count,
    /// network file systems do not, and a bind mount or a subvolume is a row of its own.
    Physical,
    /// Everything that is mounted, memory and pseudo file systems included.
    All,
}

/// Which disks are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Disks {
    /// Whole storage devices, without their partitions, which they count already: what may be added up. On Linux the
    /// names in `/sys/block`. A device that is stacked on others (`dm-0`, `md0`) is one of them, and counts again what
    /// its members count.
    Whole,
    /// Every device that the kernel counts for, partitions included.
    All,
}

/// A mounted file system.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Partition {
    /// The device as it was named when it was mounted: a path, a network address, a pool, or any word; `None` if it was
    /// `none` or empty. `/dev/root` is told by its real name where that can be found.
    #[field(label)]
    pub device: Option<OsString>,
    /// The directory it is mounted on. More than one row may have it: the last one covers the others.
    #[field(label)]
    pub mountpoint: PathBuf,
    /// The type of the file system, as in `ext4` or `fuse.sshfs`.
    pub fstype: OsString,
    /// The mount options, separated by commas.
    pub opts: OsString,
}

/// The space of a file system.
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct DiskUsage {
    /// All of it, what is reserved for root included.
    #[field(unit = bytes)]
    pub total: u64,
    /// What is in use.
    #[field(unit = bytes)]
    pub used: u64,
    /// What an ordinary user may still fill: with `used` it does not add up to `total` where some is reserved.
    #[field(unit = bytes)]
    pub free: u64,
    /// `used / (used + free)`, 0 to 100, as `df` has it: an ordinary user's view, in which a disk is full when only the
    /// reserve is left. 0 where there is no space at all, as in `/proc`.
    #[field(unit = percent)]
    pub percent: f64,
    /// How many files it can hold; `None` where nothing limits them but the space (btrfs, FAT).
    pub files: Option<u64>,
    /// How many more files it can hold.
    pub files_free: Option<u64>,
}

/// What was read from and written to a disk since boot.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct DiskIo {
    /// Reads that were completed.
    #[field(counter)]
    pub read_count: u64,
    /// Writes that were completed.
    #[field(counter)]
    pub write_count: u64,
    /// Bytes read.
    #[field(unit = bytes, counter)]
    pub read_bytes: u64,
    /// Bytes written.
    #[field(unit = bytes, counter)]
    pub write_bytes: u64,
    /// Time spent reading, that of simultaneous reads added up: it can grow faster than the clock.
    #[field(unit = milliseconds, counter, on(linux, windows, macos, freebsd, sunos, aix))]
    pub read_time: Option<u64>,
    /// Time spent writing, that of simultaneous writes added up.
    #[field(unit = milliseconds, counter, on(linux, windows, macos, freebsd, sunos, aix))]
    pub write_time: Option<u64>,
    /// Reads that the kernel joined with a neighbour's.
    #[field(counter, on(linux))]
    pub read_merged_count: Option<u64>,
    /// Writes that the kernel joined with a neighbour's.
    #[field(counter, on(linux))]
    pub write_merged_count: Option<u64>,
    /// Time in which at least one request was under way.
    #[field(unit = milliseconds, counter, on(linux, freebsd))]
    pub busy_time: Option<u64>,
    /// Requests that are under way now.
    #[field(on(linux))]
    pub in_progress: Option<u64>,
    /// Time that requests have waited, added up: its growth per millisecond is the length of the queue.
    #[field(unit = milliseconds, counter, on(linux))]
    pub weighted_time: Option<u64>,
    /// Discards (TRIM) that were completed. Since Linux 4.18.
    #[field(counter, on(linux))]
    pub discard_count: Option<u64>,
    /// Discards that the kernel joined with a neighbour's. Since Linux 4.18.
    #[field(counter, on(linux))]
    pub discard_merged_count: Option<u64>,
    /// Bytes discarded. Since Linux 4.18.
    #[field(unit = bytes, counter, on(linux))]
    pub discard_bytes: Option<u64>,
    /// Time spent discarding. Since Linux 4.18.
    #[field(unit = milliseconds, counter, on(linux))]
    pub discard_time: Option<u64>,
    /// Flushes that were completed; only whole disks have them. Since Linux 5.5.
    #[field(counter, on(linux))]
    pub flush_count: Option<u64>,
    /// Time spent flushing. Since Linux 5.5.
    #[field(unit = milliseconds, counter, on(linux))]
    pub flush_time: Option<u64>,
}

/// What was read from and written to all disks together since boot.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct DiskTraffic {
    /// Bytes read.
    #[field(unit = bytes, counter)]
    pub read_bytes: u64,
    /// Bytes written, discarded ones not.
    #[field(unit = bytes, counter)]
    pub write_bytes: u64,
}

/// Where something is mounted, and which mount it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct MountPoint {
    /// A number that no other mount of the machine has; 0 where the system gives none.
    pub(crate) id: u64,
    /// The directory.
    pub(crate) path: PathBuf,
}

impl Host {
    /// What is mounted, in the order it was mounted.
    ///
    /// Nothing is asked of the file systems themselves: one that hangs does not stop the listing, and one that is
    /// mounted on demand is not mounted for it.
    ///
    /// Linux: `/proc/self/mounts` (of process 1 on a machine seen from a container), else `/proc/self/mountinfo`, else
    /// `/etc/mtab`; and `/proc/filesystems` for the physical ones, which without
    /// that list (`subset=pid`) are those mounted from below `/dev`. What the caller's mount namespace does not have is not
    /// listed.
    ///
    /// Windows: drives by letter, each with the folders that volumes are mounted in
    /// (`GetVolumePathNamesForVolumeName`); `GetVolumeInformation` says what they are. Network drives and memory disks
    /// are not physical. The options end with what psutil calls the drive: `fixed`, `removable`, `remote`, `cdrom`,
    /// `ramdisk`.
    ///
    /// # Errors
    ///
    /// `NotFound` without a mount table, or (physical ones of another machine only) without a `/proc/filesystems`.
    pub fn partitions(&self, which: Mounts) -> Result<Vec<Partition>> {
        sys::disk::partitions(self, which)
    }

    /// The space of the file system that `path` is on.
    ///
    /// This waits for the file system: one whose server is gone (NFS, SMB, FUSE) answers when the server does. Where
    /// that must not happen, ask a [`DiskProber`].
    ///
    /// Linux: `statvfs(3)`; of a captured machine, `answers/statvfs`.
    ///
    /// Windows: `GetDiskFreeSpaceEx`, with paths of any length; what quotas leave the caller is `free`.
    ///
    /// # Errors
    ///
    /// `NotFound`, `AccessDenied` or `Io`, as the system says.
    pub fn disk_usage(&self, path: impl AsRef<Path>) -> Result<DiskUsage> {
        sys::disk::disk_usage(self, path.as_ref())
    }

    /// What was read from and written to each disk, by the name that the kernel gives it (`sda`, `nvme0n1p1`,
    /// `cciss/c0d0`). A machine without disks gives an empty map.
    ///
    /// The numbers are raw: they can wrap. [`Monotonic`](crate::monotonic::Monotonic) continues them. To add disks up
    /// take [`DiskIo::total`] of the whole ones. A disk whose accounting is switched off stands still; see
    /// [`disks_not_counted`](Self::disks_not_counted), and [`disk_traffic`](Self::disk_traffic) for what counts it still.
    ///
    /// Linux: `/proc/diskstats`, else `/sys/block/*/stat`. Sectors are 512 bytes there whatever the disk's are. Before
    /// 2.6.25 a partition has counts and bytes alone. A line that is not understood is left out.
    ///
    /// Windows: `IOCTL_DISK_PERFORMANCE` of `PhysicalDrive0` and so on; partitions are not counted. `Unsupported` where
    /// no disk counts.
    ///
    /// # Errors
    ///
    /// `Unsupported` if the kernel counts no disks at all, `Malformed` if no line is understood; `NotFound` if whole disks
    /// are wanted and nothing says which they are.
    pub fn disk_io_counters(&self, which: Disks) -> Result<BTreeMap<OsString, DiskIo>> {
        sys::disk::disk_io_counters(self, which)
    }

    /// The disks whose counters stand still because their accounting is switched off, in order of their names.
    ///
    /// Linux: `/sys/block/*/queue/iostats` is 0, which an administrator can set for speed.
    ///
    /// # Errors
    ///
    /// `Unsupported` where accounting cannot be switched off.
    pub fn disks_not_counted(&self) -> Result<Vec<OsString>> {
        sys::disk::disks_not_counted(self)
    }

    /// What was read from and written to all disks together. It is counted where requests enter the kernel's block layer,
    /// so that a request to a stacked device counts once, and one to a disk whose accounting is switched off counts too.
    /// Memory disks and loop devices are disks here.
    ///
    /// Linux: `pgpgin` and `pgpgout` of `/proc/vmstat`.
    ///
    /// Windows: the sum of the disks.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the kernel does not count this, `NotFound` without a `/proc/vmstat`.
    pub fn disk_traffic(&self) -> Result<DiskTraffic> {
        sys::disk::disk_traffic(self)
    }
}

/// What `statvfs(3)` says of each mount of this machine: `answers/statvfs` of a capture.
///
/// # Errors
///
/// `Unsupported` where there is nothing of the kind, else as [`Host::partitions`].
#[doc(hidden)]
pub fn capture_statvfs() -> Result<Vec<u8>> {
    sys::disk::capture_statvfs()
}

impl DiskIo {
    /// What was read and written between `before` and this reading. A counter that went backwards, because it wrapped or
    /// because the disk is a new one of the same name, counts as 0.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        record::growth(self, before)
    }

    /// The sum of several disks; `None` of none. What is known of only some is the sum of those.
    ///
    /// ```
    /// # use psight::{ErrorKind, Host, disk::{DiskIo, Disks}};
    /// match Host::local().disk_io_counters(Disks::Whole) {
    ///     Ok(disks) => assert_eq!(DiskIo::total(disks.values()).is_none(), disks.is_empty()),
    ///     // Some systems count nothing, and on Windows some disks do not.
    ///     Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported),
    /// }
    /// ```
    pub fn total<'a>(disks: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut disks = disks.into_iter();
        let first = disks.next()?.clone();
        Some(disks.fold(first, |sum, disk| sum.plus(disk)))
    }

    fn plus(&self, other: &Self) -> Self {
        let sum = u64::saturating_add;
        let known = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (Some(a), Some(b)) => Some(sum(a, b)),
            (a, b) => a.or(b),
        };
        Self {
            read_count: sum(self.read_count, other.read_count),
            write_count: sum(self.write_count, other.write_count),
            read_bytes: sum(self.read_bytes, other.read_bytes),
            write_bytes: sum(self.write_bytes, other.write_bytes),
            read_time: known(self.read_time, other.read_time),
            write_time: known(self.write_time, other.write_time),
            read_merged_count: known(self.read_merged_count, other.read_merged_count),
            write_merged_count: known(self.write_merged_count, other.write_merged_count),
            busy_time: known(self.busy_time, other.busy_time),
            in_progress: known(self.in_progress, other.in_progress),
            weighted_time: known(self.weighted_time, other.weighted_time),
            discard_count: known(self.discard_count, other.discard_count),
            discard_merged_count: known(self.discard_merged_count, other.discard_merged_count),
            discard_bytes: known(self.discard_bytes, other.discard_bytes),
            discard_time: known(self.discard_time, other.discard_time),
            flush_count: known(self.flush_count, other.flush_count),
            flush_time: known(self.flush_time, other.flush_time),
        }
    }
}
