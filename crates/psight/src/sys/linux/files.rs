//! Descriptors of a process: `/proc/<pid>/fd`, `/proc/<pid>/fdinfo`.

mod brief;
mod folder;
mod kind;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

pub(super) use brief::Brief;
use folder::{Folder, Link};
use psight_parse::linux::pid::fdinfo::{Fdinfo, fdinfo, position};
use rustix::fd::OwnedFd;
use rustix::fs::{FileType, OFlags, PROC_SUPER_MAGIC, SeekFrom, Stat, seek, stat, statfs};
use rustix::io::Errno;

use super::process::Raw;
use crate::process::{FileDescriptor, OpenFile, OpenMode};
use crate::{Host, Pid, Result};

// fd, st_size; else its entries
pub(crate) fn num_fds(host: &Host, pid: Pid) -> Result<u64> {
    match said_size(host, pid) {
        Some(size) => Ok(size),
        None => Ok(Folder::open(host, pid)?.numbers()?.len() as u64),
    }
}

// fd; fdinfo, pos flags
pub(crate) fn open_files(host: &Host, pid: Pid) -> Result<Vec<OpenFile>> {
    #[cfg(feature = "bpf")]
    if let Some(files) = open_files_by_bpf(host, pid) {
        return Ok(files);
    }
    let (mut files, mut denied, mut exhausted) = (Vec::new(), false, None);
    Folder::open(host, pid)?.visit(|folder, fd, link| {
        let path = match link {
            Link::Path(path) => path,
            Link::Unreadable => return,
            // That there is a descriptor may be known of more processes than where it leads.
            Link::Denied => return denied = true,
        };
        if !path.starts_with(b"/") || !is_regular(folder, host, fd, path) {
            return;
        }
        let (position, flags) = match folder.info(fd) {
            Ok(info) => position(info),
            // That we have no descriptor left says nothing of theirs.
            Err(error @ (Errno::MFILE | Errno::NFILE | Errno::NOMEM)) => {
                return exhausted = Some(error);
            }
            // Without the file it is a descriptor that was closed in the meantime.
            Err(_) => return,
        };
        let path = folder.named(host, fd, path).0;
        files.push(OpenFile {
            path: path_buf(path),
            fd: Some(fd),
            position: position.and_then(|position| u64::try_from(position).ok()),
            mode: flags.and_then(mode_of),
            flags,
        });
    })?;
    let raw = Raw::new(host, pid);
    if let Some(error) = exhausted {
        return Err(raw.failed(raw.dir().join("fdinfo"), error.into()));
    }
    if denied {
        return Err(raw.failed(raw.dir().join("fd"), Errno::ACCESS.into()));
    }
    Ok(files)
}

/// The same through BPF: `None` where that is refused, and where it is no quicker.
#[cfg(feature = "bpf")]
fn open_files_by_bpf(host: &Host, pid: Pid) -> Option<Vec<OpenFile>> {
    use psight_parse::linux::bpf::{file, records};

    /// With fewer descriptors it takes longer to open an iterator than to read their links.
    const MANY: u64 = 16;
    let bpf = host.bpf()?;
    if said_size(host, pid)? < MANY {
        return None;
    }
    bpf.files(host, pid.as_u32(), |bytes| {
        let (mut files, mut folder) = (Vec::new(), None);
        let found = records(bytes).filter(|record| record.kind == file::FILE);
        for open in found.filter_map(|record| file::file(record.bytes)) {
            let Some(mut path) = open.path.filter(|path| path.starts_with(b"/")) else { continue };
            if path.ends_with(b" (deleted)") {
                if folder.is_none() {
                    folder = Some(Folder::open(host, pid).ok()?);
                }
                path = folder.as_ref().map_or(path, |folder| folder.named(host, open.fd, path).0);
            }
            files.push(OpenFile {
                path: path_buf(path),
                fd: Some(open.fd),
                position: u64::try_from(open.pos).ok(),
                mode: mode_of(open.flags),
                flags: Some(open.flags),
            });
        }
        Some(files)
    })
}

// fd; fdinfo
pub(crate) fn fds(host: &Host, pid: Pid) -> Result<Vec<FileDescriptor>> {
    described(host, pid, |_, _, _| None)
}

/// Every descriptor, described by what `brief` says of it, if anything, or else by all that can be known.
fn described(
    host: &Host,
    pid: Pid,
    mut brief: impl FnMut(&Folder, u32, Link<'_>) -> Option<FileDescriptor>,
) -> Result<Vec<FileDescriptor>> {
    let mut fds = Vec::new();
    Folder::open(host, pid)?.visit(|folder, fd, link| {
        if let Some(brief) = brief(folder, fd, link) {
            return fds.push(brief);
        }
        let stat = folder.stat(fd);
        let info = folder.info(fd).map(describe).ok();
        fds.push(descriptor(folder, host, fd, link, stat.as_ref(), info));
    })?;
    Ok(fds)
}

/// The size that the kernel gives the folder, which is the number of its entries and needs no permission. Since 6.2;
/// before that it is 0, and in a folder of files it is something else.
fn said_size(host: &Host, pid: Pid) -> Option<u64> {
    let path = Raw::new(host, pid).dir().join("fd");
    if host.is_captured() || statfs(&path).ok()?.f_type != PROC_SUPER_MAGIC {
        return None;
    }
    said_entries(&stat(&path).ok()?)
}

/// How many entries this folder of the kernel's has: its size, since 6.2.
pub(super) fn said_entries(folder: &Stat) -> Option<u64> {
    u64::try_from(folder.st_size).ok().filter(|size| *size > 0)
}

/// Looks at one descriptor after the other until `expected` have been found, where that is cheaper than a list of them, of
/// which an entry costs the kernel nearly as much as the look. The answer is the number from which on nothing has been
/// looked at: see [`skip_to`].
pub(super) fn tried(expected: u64, mut look: impl FnMut(u32) -> bool) -> u32 {
    /// Few are soon listed, and a shell's are far apart: a look at nothing costs more than one at something.
    const MANY: u64 = 256;
    if expected < MANY {
        return 0;
    }
    let (mut next, mut found, end) = (0, 0, expected + expected / 8);
    while found < expected && u64::from(next) < end {
        found += u64::from(look(next));
        next += 1;
    }
    next
}

/// Lets the kernel's folder of descriptors be listed from this number on. There may be more than were expected: one
/// that was opened meanwhile has been counted for one that is there all the time.
pub(super) fn skip_to(folder: &OwnedFd, next: u32) -> rustix::io::Result<()> {
    if next > 0 {
        // Before the descriptors stand `.` and `..` (fs/proc/fd.c, `proc_readfd_common`).
        seek(folder, SeekFrom::Start(u64::from(next) + 2))?;
    }
    Ok(())
}

/// What fdinfo says, decoded and converted.
struct Description {
    position: Option<i64>,
    flags: Option<u32>,
    mount_id: Option<u32>,
    ino: Option<u64>,
    detail: kind::Detail,
    other: BTreeMap<String, String>,
}

fn describe(bytes: &[u8]) -> Description {
    let info = fdinfo(bytes);
    let other = other(&info);
    Description {
        position: info.pos,
        flags: info.flags,
        mount_id: info.mnt_id,
        ino: info.ino,
        detail: kind::Detail::from(info),
        other,
    }
}

fn descriptor(
    folder: &Folder,
    host: &Host,
    fd: u32,
    link: Link<'_>,
    stat: Option<&Stat>,
    info: Option<Description>,
) -> FileDescriptor {
    let target = match link {
        Link::Path(target) => Some(target),
        Link::Unreadable | Link::Denied => None,
    };
    let kind = kind::kind(target, stat);
    let in_file_system = target.filter(|target| target.starts_with(b"/"));
    let (path, deleted) = match in_file_system {
        Some(path) => {
            let (path, deleted) = folder.named(host, fd, path);
            (Some(path_buf(path)), Some(deleted))
        }
        None => (None, target.map(|_| false)),
    };
    let (info, position, flags, mount_id, ino) = match info {
        Some(info) => {
            let (position, flags) = (info.position, info.flags);
            let (mount_id, ino) = (info.mount_id, info.ino);
            (Some(info), position, flags, mount_id, ino)
        }
        None => (None, None, None, None, None),
    };
    let (detail, other) = match info {
        Some(info) => (info.detail.of(kind), Some(info.other)),
        None => Default::default(),
    };
    FileDescriptor {
        path,
        fd,
        kind,
        dev: stat.map(|stat| stat.st_dev),
        ino: stat.map(|stat| stat.st_ino).or(ino).or_else(|| target.and_then(kind::number)),
        rdev: stat.map(|stat| stat.st_rdev),
        mode: stat.map(|stat| stat.st_mode),
        size: stat.and_then(|stat| u64::try_from(stat.st_size).ok()),
        nlink: stat.map(|stat| wide(stat.st_nlink)),
        position,
        flags: flags.map(|flags| flags & !OFlags::LARGEFILE.bits()),
        open_mode: flags.and_then(mode_of),
        mount_id,
        deleted,
        detail,
        other,
    }
}

/// Whether the descriptor is of a regular file that has a name. Of a captured machine all that is known is where the
/// link leads.
fn is_regular(folder: &Folder, host: &Host, fd: u32, path: &[u8]) -> bool {
    if host.is_captured() {
        return !path.starts_with(b"/dev/") && !path.ends_with(b" (deleted)");
    }
    folder.stat(fd).is_some_and(|stat| {
        FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile && stat.st_nlink > 0
    })
}

/// What psutil makes of the flags.
fn mode_of(flags: u32) -> Option<OpenMode> {
    let append = flags & OFlags::APPEND.bits() != 0;
    match flags & OFlags::RWMODE.bits() {
        0 => Some(OpenMode::Read),
        1 if append => Some(OpenMode::Append),
        1 => Some(OpenMode::Write),
        2 if append => Some(OpenMode::ReadAppend),
        2 => Some(OpenMode::ReadWrite),
        // Neither reading nor writing: the descriptor is for ioctl(2) alone.
        _ => None,
    }
}

/// The lines that have no field; of several with one key each has a line of the value.
fn other(info: &Fdinfo<'_>) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::<String, String>::new();
    for (key, value) in &info.other {
        let text = String::from_utf8_lossy(value);
        lines
            .entry(String::from_utf8_lossy(key).into_owned())
            .and_modify(|lines| {
                lines.push('\n');
                lines.push_str(&text);
            })
            .or_insert_with(|| text.clone().into_owned());
    }
    lines
}

/// A path of the kernel's.
pub(super) fn path_buf(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes.to_vec()))
}

/// The same place in the tree of that machine.
fn on(host: &Host, path: &[u8]) -> PathBuf {
    host.file(OsStr::from_bytes(path.strip_prefix(b"/").unwrap_or(path)))
}

/// A count whose width differs between processors.
pub(super) fn wide(count: impl Into<u64>) -> u64 {
    count.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many numbers are looked at where so many descriptors are expected and these are open, and from which on a list
    /// has to tell.
    fn looks(expected: u64, is_open: impl Fn(u32) -> bool) -> (usize, u32) {
        let mut looks = 0;
        let rest = tried(expected, |number| {
            looks += 1;
            is_open(number)
        });
        (looks, rest)
    }

    #[test]
    fn many_descriptors_in_a_row_are_found_without_a_list() {
        assert_eq!(looks(300, |number| number < 300), (300, 300));
        assert_eq!(looks(300, |number| number != 7), (301, 301));
    }

    #[test]
    fn a_list_goes_on_where_too_many_are_missing() {
        assert_eq!(looks(300, |number| number >= 1000), (337, 337));
    }

    #[test]
    fn few_descriptors_are_listed() {
        assert_eq!(looks(20, |_| true), (0, 0));
        // Nothing is known of how many there are.
        assert_eq!(looks(0, |_| true), (0, 0));
    }
}
