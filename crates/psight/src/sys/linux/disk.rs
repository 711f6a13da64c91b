//! File systems and disks: the mount table, `statvfs(3)`, `/proc/diskstats` and `/sys/block`.

mod devices;
mod io;
mod root;

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use psight_parse::Error as Undecoded;
use psight_parse::linux::filesystems::filesystems;
use psight_parse::linux::mountinfo::{MountInfo, mountinfo};
use psight_parse::linux::mounts::{Mount, escape, mounts};
use psight_parse::linux::statvfs::{Statvfs, statvfs};

use super::procfs::is_missing_here;
use super::read;
use crate::disk::{DiskUsage, MountPoint, Mounts, Partition, patiently};
use crate::memory::percent;
use crate::{Error, Host, Result};

pub(crate) use devices::disk_devices;
pub(super) use io::moved;
pub(crate) use io::{disk_io_counters, disk_traffic, disks_not_counted, io_changes};

/// How long a capture waits for each mount.
const CAPTURE_PATIENCE: Duration = Duration::from_secs(5);

// self/mounts, filesystems
pub(crate) fn partitions(host: &Host, which: Mounts) -> Result<Vec<Partition>> {
    let storage = match which {
        Mounts::Physical => Some(Storage::read(host)?),
        Mounts::All => None,
    };
    let mut roots = root::Roots::new(host);
    let mut partitions = Vec::new();
    for mount in mount_table(host)? {
        let named = !mount.device.is_empty() && mount.device != b"none";
        if storage.as_ref().is_some_and(|storage| !named || !storage.holds(&mount)) {
            continue;
        }
        let device = named.then(|| match mount.device.as_slice() {
            b"/dev/root" | b"rootfs" => roots.device(&mount.mountpoint),
            _ => None,
        });
        partitions.push(Partition {
            device: device.map(|real| real.unwrap_or_else(|| OsString::from_vec(mount.device))),
            mountpoint: PathBuf::from(OsString::from_vec(mount.mountpoint)),
            fstype: OsString::from_vec(mount.fstype),
            opts: OsString::from_vec(mount.options),
        });
    }
    Ok(partitions)
}

// self/mountinfo, else self/mounts
pub(crate) fn mount_points(host: &Host) -> Result<Vec<MountPoint>> {
    let point = |id, path| MountPoint { id, path: PathBuf::from(OsString::from_vec(path)) };
    match numbered_mounts(host) {
        Some(table) => {
            Ok(table.into_iter().map(|info| point(info.id, info.mount.mountpoint)).collect())
        }
        None => Ok(mount_table(host)?.into_iter().map(|m| point(0, m.mountpoint)).collect()),
    }
}

// self/mountinfo, filesystems
pub(crate) fn is_prompt(host: &Host, mount: &MountPoint) -> bool {
    /// What the kernel keeps in memory, makes up, or makes of other file systems.
    const OF_KERNEL: [&[u8]; 20] = [
        b"tmpfs",
        b"devtmpfs",
        b"ramfs",
        b"rootfs",
        b"overlay",
        b"proc",
        b"sysfs",
        b"devpts",
        b"mqueue",
        b"hugetlbfs",
        b"cgroup",
        b"cgroup2",
        b"securityfs",
        b"debugfs",
        b"tracefs",
        b"configfs",
        b"bpf",
        b"pstore",
        b"efivarfs",
        b"binfmt_misc",
    ];
    let table = numbered_mounts(host).unwrap_or_default();
    let Some(found) = table.iter().find(|info| info.id == mount.id) else { return false };
    let kind = found.mount.fstype.as_slice();
    // FUSE may have a device, and is served by a process all the same.
    let is_stored = || Storage::read(host).is_ok_and(|storage| storage.holds(&found.mount));
    !kind.starts_with(b"fuse") && (OF_KERNEL.contains(&kind) || is_stored())
}

// statvfs(3)
pub(crate) fn disk_usage(host: &Host, path: &Path) -> Result<DiskUsage> {
    if host.is_captured() {
        return captured_usage(host, path);
    }
    Ok(usage(&ask(host, path)?))
}

/// What `statvfs(3)` says of `path` on this machine, or below the directory where another one is seen.
fn ask(host: &Host, path: &Path) -> Result<Statvfs> {
    // What is served from elsewhere may be interrupted by a signal.
    let said = rustix::io::retry_on_intr(|| match is_local(host) {
        true => rustix::fs::statvfs(path),
        false => rustix::fs::statvfs(host.file(path.strip_prefix("/").unwrap_or(path))),
    });
    let said = said.map_err(|error| Error::system(path, error.into()))?;
    Ok(Statvfs {
        mountpoint: path.as_os_str().as_bytes().to_vec(),
        frsize: said.f_frsize,
        blocks: said.f_blocks,
        bfree: said.f_bfree,
        bavail: said.f_bavail,
        files: said.f_files,
        ffree: said.f_ffree,
    })
}

// statvfs(3)
pub(crate) fn capture_statvfs() -> Result<Vec<u8>> {
    let mounts = mount_points(&Host::local())?;
    let answers = patiently(mounts, CAPTURE_PATIENCE, |path| ask(&Host::local(), path));
    let mut lines = Vec::new();
    for said in answers {
        lines.extend(escape(&said.mountpoint));
        for number in [said.frsize, said.blocks, said.bfree, said.bavail, said.files, said.ffree] {
            lines.push(b' ');
            lines.extend(number.to_string().into_bytes());
        }
        lines.push(b'\n');
    }
    Ok(lines)
}

fn usage(said: &Statvfs) -> DiskUsage {
    let bytes = |blocks: u64| blocks.saturating_mul(said.frsize);
    let used = bytes(said.blocks.saturating_sub(said.bfree));
    // A file server that has gone into root's reserve may say so with a negative number.
    let free = if said.bavail > i64::MAX.unsigned_abs() { 0 } else { bytes(said.bavail) };
    DiskUsage {
        total: bytes(said.blocks),
        used,
        free,
        percent: percent(used, used.saturating_add(free)),
        files: (said.files > 0).then_some(said.files),
        files_free: (said.files > 0).then_some(said.ffree),
    }
}

/// The answer that was captured for the mount that holds `path`. Where that one gave none, as when its server was away,
/// the answer of the mount that it hides is another file system's.
fn captured_usage(host: &Host, path: &Path) -> Result<DiskUsage> {
    let answers = read::system(&host.file("answers/statvfs"))?;
    let path = Path::new("/").join(path);
    let depth =
        |mountpoint: &Path| path.starts_with(mountpoint).then(|| mountpoint.components().count());
    let said = statvfs(&answers)
        .into_iter()
        .map(|said| (depth(Path::new(std::ffi::OsStr::from_bytes(&said.mountpoint))), said));
    let holder = said.filter(|(depth, _)| depth.is_some()).max_by_key(|(depth, _)| *depth);
    let nearest = mount_points(host).unwrap_or_default();
    let nearest = nearest.iter().filter_map(|mount| depth(&mount.path)).max();
    holder.filter(|(depth, _)| *depth >= nearest).map(|(_, said)| usage(&said)).ok_or_else(|| {
        let what = format!("{}: its space was not captured", path.display());
        Error::new(crate::ErrorKind::NotFound, what)
    })
}

/// What tells the file systems that lie on storage from others: their types, where the kernel lists them.
struct Storage(Option<HashSet<Vec<u8>>>);

impl Storage {
    // filesystems
    fn read(host: &Host) -> Result<Self> {
        let path = host.proc().join("filesystems");
        let bytes = match read::system(&path) {
            Err(error) if is_missing_here(host, &error) => return Ok(Self(None)),
            read => read?,
        };
        let types = filesystems(&bytes);
        // Even a kernel without storage has some: /proc is of one.
        if types.is_empty() {
            return Err(Error::malformed(&path, &Undecoded::missing("nodev")));
        }
        let types = types.iter().filter(|kind| !kind.nodev || kind.name == b"zfs");
        Ok(Self(Some(types.map(|kind| kind.name.to_vec()).collect())))
    }

    /// Without a list, what is mounted from a device lies on storage.
    fn holds(&self, mount: &Mount) -> bool {
        match &self.0 {
            Some(types) => types.contains(&mount.fstype),
            None => mount.device.starts_with(b"/dev/") || mount.fstype == b"zfs",
        }
    }
}

/// What is mounted, in the order it was mounted.
fn mount_table(host: &Host) -> Result<Vec<Mount>> {
    let missing = match read_first(host, "mounts") {
        Ok(bytes) => return Ok(mounts(&bytes)),
        Err(error) => error,
    };
    if let Some(table) = numbered_mounts(host) {
        return Ok(table.into_iter().map(|info| info.mount).collect());
    }
    // Another procfs is asked for itself: this machine's mtab says nothing of it.
    if host.proc() == host.file("proc")
        && let Ok(bytes) = read::file(&host.file("etc/mtab"))
    {
        return Ok(mounts(&bytes));
    }
    Err(missing)
}

/// The same with numbers, of kernels that have it.
fn numbered_mounts(host: &Host) -> Option<Vec<MountInfo>> {
    read_first(host, "mountinfo").ok().map(|bytes| mountinfo(&bytes))
}

/// A file of the process whose mounts are the machine's: this one, or on a machine that is seen from a container its
/// first, as the container has mounts of its own.
fn read_first(host: &Host, name: &str) -> Result<Vec<u8>> {
    if !host.is_captured()
        && !is_local(host)
        && let Ok(bytes) = read::file(&host.proc().join("1").join(name))
    {
        return Ok(bytes);
    }
    // The main thread may have ended before the others, and has no mounts then.
    let own = |whose: &str| read::system(&host.proc().join(whose).join(name));
    own("self").or_else(|error| own("thread-self").map_err(|_| error))
}

/// Whether paths on the machine are paths of this program.
fn is_local(host: &Host) -> bool {
    host.file("") == Path::new("/")
}
