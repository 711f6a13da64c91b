//! Where the control groups of a process are: `/proc/<pid>/cgroup`, and the mounts of the hierarchies.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use psight_parse::linux::mountinfo::{MountInfo, mountinfo};
use psight_parse::linux::mounts::Mount;

use crate::process::Cgroup;
use crate::sys::linux::read;
use crate::{ErrorKind, Host, Process, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// The groups of a process for one controller.
#[derive(Debug)]
pub(super) struct Groups {
    pub(super) version: Version,
    /// Their directories, from that of the process up to the highest that can be seen.
    pub(super) dirs: Vec<PathBuf>,
    /// Whether the first of them is that of the process, which can be out of sight.
    pub(super) begins_there: bool,
    /// Whether none is out of sight.
    pub(super) complete: bool,
}

impl Groups {
    /// The groups in which `controller` limits the process. A controller is in one hierarchy: of version 1, or else it
    /// is left to version 2.
    pub(super) fn of(process: &Process, controller: &str) -> Result<Self> {
        let groups = all(process)?;
        match groups.iter().find(|group| group.controllers.iter().any(|c| c == controller)) {
            Some(group) => {
                let has_it = |mount: &Mount| {
                    mount.fstype == b"cgroup" && has_option(&mount.options, controller)
                };
                Ok(Self::below(process.host(), Version::One, group, has_it))
            }
            None => Ok(Self::in_unified(process.host(), &groups)),
        }
    }

    /// The groups in the hierarchy of version 2, whatever is controlled there.
    pub(super) fn unified(process: &Process) -> Result<Self> {
        Ok(Self::in_unified(process.host(), &all(process)?))
    }

    fn in_unified(host: &Host, groups: &[Cgroup]) -> Self {
        match groups.iter().find(|group| group.hierarchy == 0) {
            Some(group) => {
                Self::below(host, Version::Two, group, |mount| mount.fstype == b"cgroup2")
            }
            None => Self {
                version: Version::Two,
                dirs: Vec::new(),
                begins_there: false,
                complete: true,
            },
        }
    }

    /// The groups up to the root of that mount that shows most of them.
    fn below(
        host: &Host,
        version: Version,
        group: &Cgroup,
        is_of_hierarchy: impl Fn(&Mount) -> bool,
    ) -> Self {
        let path = components(group.path.as_os_str().as_bytes());
        let mounts = mount_table(host);
        let mounts = mounts.iter().filter(|mount| is_of_hierarchy(&mount.mount));
        let seen = mounts.filter_map(|mount| {
            let root = components(&mount.root);
            Some((on_host(host, &mount.mount.mountpoint), way(&root, &path)?))
        });
        // Of equals the last, which lies over the others.
        let Some((top, way)) =
            seen.fold(None, |best: Option<(PathBuf, Way<'_>)>, new| match best {
                Some(best) if best.1.len() > new.1.len() => Some(best),
                _ => Some(new),
            })
        else {
            return Self { version, dirs: Vec::new(), begins_there: false, complete: false };
        };
        let names = way.names();
        let dirs: Vec<PathBuf> = (0..=names.len())
            .rev()
            .map(|depth| {
                let names = names.get(..depth).unwrap_or_default().iter();
                names.fold(top.clone(), |dir, name| dir.join(OsStr::from_bytes(name)))
            })
            .collect();
        let found = dirs.first().is_some_and(|dir| dir.is_dir());
        let begins_there = found && matches!(way, Way::Known(_));
        let complete = begins_there && is_root(version, &top);
        Self { version, dirs, begins_there, complete }
    }
}

/// The groups of a process in all hierarchies; none on a kernel without control groups.
fn all(process: &Process) -> Result<Vec<Cgroup>> {
    match process.cgroups() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        groups => groups,
    }
}

/// The way from the root of a mount down to a group.
enum Way<'a> {
    Known(&'a [&'a [u8]]),
    /// The mount shows a group above our cgroup namespace, below which the names are not told.
    Unknown,
}

impl<'a> Way<'a> {
    fn names(&self) -> &'a [&'a [u8]] {
        match self {
            Self::Known(names) => names,
            Self::Unknown => &[],
        }
    }

    /// The longer, the more groups are seen; a way that is not known shows only its beginning.
    fn len(&self) -> usize {
        match self {
            Self::Known(names) => names.len() + 1,
            Self::Unknown => 0,
        }
    }
}

/// Both paths are told relative to our cgroup namespace, and begin with `..` where they lead out of it. `None` if the
/// group is not below `root`: then joining them would leave the mount, and read files that are no group's.
fn way<'a>(root: &[&[u8]], path: &'a [&'a [u8]]) -> Option<Way<'a>> {
    let up = |path: &[&[u8]]| path.iter().take_while(|name| **name == b"..").count();
    match path.get(root.len()..) {
        Some(rest) if path.starts_with(root) && up(rest) == 0 => Some(Way::Known(rest)),
        _ if up(root) == root.len() && up(path) < root.len() => Some(Way::Unknown),
        _ => None,
    }
}

fn components(path: &[u8]) -> Vec<&[u8]> {
    path.split(|byte| *byte == b'/').filter(|name| !name.is_empty() && *name != b".").collect()
}

/// Whether this directory is the root of its hierarchy, and not that of a namespace or of a mount of a part: the root has
/// no events of version 2, and alone has an agent of version 1.
fn is_root(version: Version, top: &Path) -> bool {
    match version {
        Version::One => top.join("release_agent").exists(),
        Version::Two => top.is_dir() && !top.join("cgroup.events").exists(),
    }
}

fn has_option(options: &[u8], name: &str) -> bool {
    options.split(|byte| *byte == b',').any(|option| option == name.as_bytes())
}

// mountinfo: of this process, whose paths they are; on a machine that is seen from elsewhere of its first
fn mount_table(host: &Host) -> Vec<MountInfo> {
    // The main thread may have ended before the others, and has no mounts then.
    let whose: &[&str] = if host.is_local() { &["self", "thread-self"] } else { &["1"] };
    let table = |whose: &&str| read::file(&host.proc().join(whose).join("mountinfo")).ok();
    whose.iter().find_map(table).map(|bytes| mountinfo(&bytes)).unwrap_or_default()
}

/// Where a path of the machine is for us.
fn on_host(host: &Host, path: &[u8]) -> PathBuf {
    let path = Path::new(OsStr::from_bytes(path));
    match (path.strip_prefix("/sys"), path.strip_prefix("/")) {
        (Ok(below_sys), _) => host.sys().join(below_sys),
        (_, Ok(below)) => host.file(below),
        _ => host.file(path),
    }
}
