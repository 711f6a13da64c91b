//! Following a path from mount to mount, each step by the helper of the mount that it is on.
//!
//! The kernel would follow the whole path at once, and hang at whatever mount on the way hangs, without saying which.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use crate::disk::MountPoint;
use crate::{Error, Host, Result};

/// As many links as the kernel follows (`MAXSYMLINKS`).
const MOST_LINKS: u32 = 40;

/// What is mounted where.
pub(super) struct MountTable(HashMap<PathBuf, u64>);

/// How far a path has been followed.
#[derive(Debug)]
pub(super) struct Walk {
    reached: PathBuf,
    /// The names that are still to go, the next one last.
    rest: Vec<OsString>,
    links: u32,
}

/// Where a walk on one mount ends.
pub(super) enum Step<T> {
    /// At the path's end.
    Answer(T),
    /// On another mount.
    Elsewhere(Walk),
}

/// Where an absolute path begins: at `/`, or at a drive.
fn root_of(path: &Path) -> PathBuf {
    path.ancestors().last().unwrap_or(path).to_owned()
}

/// Whether it was asked where something points to that is no link. Windows says so with a number of its own.
fn is_no_link(error: &io::Error) -> bool {
    const ERROR_NOT_A_REPARSE_POINT: i32 = 4390;
    error.kind() == ErrorKind::InvalidInput
        || error.raw_os_error() == Some(ERROR_NOT_A_REPARSE_POINT)
}

impl MountTable {
    /// Of several mounts on one directory the last one covers the others.
    pub(super) fn new(mounts: Vec<MountPoint>) -> Self {
        Self(mounts.into_iter().map(|mount| (mount.path, mount.id)).collect())
    }

    /// The mount that holds `path`, in which no link is left.
    pub(super) fn holder(&self, path: &Path) -> MountPoint {
        let mounts = path.ancestors().filter_map(|path| {
            self.0.get(path).map(|id| MountPoint { id: *id, path: path.to_owned() })
        });
        let root = || MountPoint { id: 0, path: root_of(path) };
        mounts.into_iter().next().unwrap_or_else(root)
    }

    fn has(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }
}

impl Walk {
    /// At the start of an absolute path. The mount table's own paths have no links in them, and are reached already.
    pub(super) fn to(path: &Path, table: &MountTable) -> Self {
        if table.has(path) {
            return Self { reached: path.to_owned(), rest: Vec::new(), links: 0 };
        }
        let mut walk = Self { reached: root_of(path), rest: Vec::new(), links: 0 };
        walk.push(path);
        walk
    }

    /// How far the walk has come.
    pub(super) fn reached(&self) -> &Path {
        &self.reached
    }

    /// Whether that is all of it.
    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }

    /// Goes on as far as `mount` reaches, and asks at the end.
    pub(super) fn go_on<T>(
        mut self,
        host: &Host,
        table: &MountTable,
        mount: &MountPoint,
        ask: impl FnOnce(&Path) -> Result<T>,
    ) -> Step<Result<T>> {
        while let Some(name) = self.rest.pop() {
            if let Err(error) = self.enter(host, table, &name) {
                return Step::Answer(Err(Error::system(self.reached.join(name), error)));
            }
            if table.holder(&self.reached) != *mount {
                return Step::Elsewhere(self);
            }
        }
        Step::Answer(ask(&self.reached))
    }

    /// One name further.
    fn enter(&mut self, host: &Host, table: &MountTable, name: &OsStr) -> io::Result<()> {
        if name == ".." {
            self.reached.pop();
            return Ok(());
        }
        let next = self.reached.join(name);
        if table.has(&next) {
            // What is mounted there is for the helper of that mount to ask.
            self.reached = next;
            return Ok(());
        }
        match std::fs::read_link(host.file(next.strip_prefix("/").unwrap_or(&next))) {
            Ok(target) => self.follow(&target),
            // It is there, and no link.
            Err(error) if is_no_link(&error) => {
                self.reached = next;
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn follow(&mut self, target: &Path) -> io::Result<()> {
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(io::Error::other("too many symbolic links"));
        }
        if target.is_absolute() {
            self.reached = root_of(target);
        }
        self.push(target);
        Ok(())
    }

    fn push(&mut self, path: &Path) {
        let names = path.components().rev().filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
        });
        self.rest.extend(names);
    }
}
