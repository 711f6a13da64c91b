//! Which processes and which of their files `psight lsof` lists.

use std::cell::Cell;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use psight::Host;
use psight::net::{Address, Family};
use regex_lite::{Regex, RegexBuilder};

use super::entry::{Entry, Fd, Owner};
use super::internet::Internet;
use super::{LONGEST_NAME, beginning};
use crate::sanitize;

/// Something that was asked for, and whether it was found.
#[derive(Debug)]
pub(super) struct Asked<T> {
    pub(super) what: T,
    found: Cell<bool>,
}

impl<T> Asked<T> {
    fn new(what: T) -> Self {
        Self { what, found: Cell::new(false) }
    }

    /// Notes that it was found, if it was.
    fn is(&self, found: bool) -> bool {
        self.found.set(self.found.get() || found);
        found
    }
}

/// Names or numbers that are asked for, and others that are not wanted.
#[derive(Debug)]
pub(super) struct List<T> {
    pub(super) wanted: Vec<Asked<T>>,
    unwanted: Vec<T>,
}

impl<T> List<T> {
    /// Reads words of which those after `^` are not wanted.
    pub(super) fn parse(
        words: &[String],
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Self, String> {
        let mut list = Self { wanted: Vec::new(), unwanted: Vec::new() };
        // In a pattern a comma is a comma.
        let apart = |words: &'_ String| match words.starts_with('/') {
            true => vec![words.clone()],
            false => words.split(',').map(str::to_owned).collect(),
        };
        for word in words.iter().flat_map(apart).filter(|word| !word.is_empty()) {
            match word.strip_prefix('^') {
                Some(word) => list.unwanted.push(read(word)?),
                None => list.wanted.push(Asked::new(read(&word)?)),
            }
        }
        Ok(list)
    }

    /// Whether one of them is meant. All are looked at: each has its own mark of being found.
    fn has(&self, is: impl Fn(&T) -> bool) -> bool {
        self.wanted.iter().filter(|asked| asked.is(is(&asked.what))).count() > 0
    }

    fn refuses(&self, is: impl Fn(&T) -> bool) -> bool {
        self.unwanted.iter().any(is)
    }

    fn is_asked(&self) -> bool {
        !self.wanted.is_empty()
    }

    fn is_found(&self) -> bool {
        self.wanted.iter().all(|asked| asked.found.get())
    }
}

/// A user, by name or by number.
#[derive(Debug)]
pub(super) struct User {
    name: String,
    /// `None` of a captured machine that does not know the name.
    uid: Option<u32>,
}

impl User {
    /// Looks the name up: a name that nobody has would choose nobody, or refuse nobody.
    pub(super) fn parse(word: &str, host: &Host) -> Result<Self, String> {
        let uid = word.parse().ok().or_else(|| host.user_id(word));
        if uid.is_none() && !host.is_captured() {
            return Err(format!("no user is called {word:?}"));
        }
        Ok(Self { name: word.to_owned(), uid })
    }

    fn is(&self, owner: &Owner) -> bool {
        match self.uid {
            Some(uid) => owner.uid == Some(uid),
            None => owner.user.as_deref() == Some(OsStr::new(&self.name)),
        }
    }
}

/// Commands by the beginning of their names, or by a pattern.
#[derive(Debug)]
pub(super) enum Name {
    Beginning(String),
    Pattern(Regex),
}

impl Name {
    /// Reads `name`, or `/regex/` with `i` behind it where case says nothing, or `x`, which is how patterns are read.
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        let Some(rest) = word.strip_prefix('/') else {
            let name = beginning(OsStr::new(word), LONGEST_NAME).to_string_lossy().into_owned();
            return Ok(Self::Beginning(name));
        };
        let (pattern, flags) =
            rest.rsplit_once('/').ok_or(format!("{word:?} has no / at its end"))?;
        if let Some(unknown) = flags.chars().find(|flag| !"ix".contains(*flag)) {
            return Err(format!("{word:?}: {unknown:?} is none of i and x"));
        }
        let mut builder = RegexBuilder::new(pattern);
        let built = builder.case_insensitive(flags.contains('i')).build();
        built.map(Self::Pattern).map_err(|error| format!("{word:?}: {error}"))
    }

    fn fits(&self, name: &OsStr) -> bool {
        match self {
            Self::Beginning(start) => name.as_encoded_bytes().starts_with(start.as_bytes()),
            Self::Pattern(regex) => regex.is_match(&name.to_string_lossy()),
        }
    }
}

/// Descriptors by number or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fds {
    Numbers(RangeInclusive<u32>),
    Named(String),
}

impl Fds {
    pub(super) fn parse(word: &str) -> Result<Self, String> {
        let number = |text: &str| text.parse::<u32>();
        if word == "fd" {
            return Ok(Self::Numbers(0..=u32::MAX));
        }
        if !word.starts_with(|first: char| first.is_ascii_digit()) {
            let known = ["cwd", "rtd", "txt", "mem", "DEL"].contains(&word);
            return if known { Ok(Self::Named(word.to_owned())) } else { Err(unknown_fd(word)) };
        }
        let (first, last) = word.split_once('-').unwrap_or((word, word));
        match (number(first), number(last)) {
            (Ok(first), Ok(last)) => Ok(Self::Numbers(first..=last)),
            _ => Err(unknown_fd(word)),
        }
    }

    fn has(&self, fd: Fd) -> bool {
        match (self, fd) {
            (Self::Numbers(range), Fd::Number(number)) => range.contains(&number),
            (Self::Named(name), Fd::Word(word)) => name == word,
            _ => false,
        }
    }
}

fn unknown_fd(word: &str) -> String {
    format!("{word:?} is no descriptor: there are numbers, ranges, cwd, rtd, txt, mem, DEL and fd")
}

/// Files that were named.
#[derive(Debug)]
pub(super) struct Target {
    /// As it was named; sockets and captured machines are compared by it.
    path: PathBuf,
    files: HashSet<(u64, u64)>,
    /// Every file of these devices.
    devices: HashSet<u64>,
    /// This device's own file, wherever it is.
    rdev: Option<u64>,
    /// Whether nothing can be asked of the files themselves, and paths must do.
    by_path: bool,
    /// Whether what lies under the path is meant too, and how deep.
    depth: Option<usize>,
}

impl Target {
    /// The file `path`: of a mount point or a disk, all files in it.
    pub(super) fn file(path: &Path, host: &Host) -> Result<Self, String> {
        let mut target = Self::named(path, None, host);
        if target.by_path {
            return Ok(target);
        }
        let file = host.file_of(path).map_err(|error| error.to_string())?;
        target.files.insert((file.dev, file.ino));
        match file.kind {
            Kind::Disk => drop(target.devices.insert(file.rdev)),
            Kind::Device => target.rdev = Some(file.rdev),
            Kind::Folder if host.is_mount_point(path) => drop(target.devices.insert(file.dev)),
            Kind::Folder | Kind::Other => {}
        }
        Ok(target)
    }

    /// The folder `path` and what is in it, down to `depth` folders below.
    pub(super) fn tree(path: &Path, depth: usize, host: &Host) -> Result<Self, String> {
        let mut target = Self::named(path, Some(depth), host);
        if target.by_path {
            return Ok(target);
        }
        let root = host.file_of(path).map_err(|error| error.to_string())?;
        target.files.insert((root.dev, root.ino));
        let mut waiting = vec![(path.to_owned(), 0)];
        while let Some((folder, level)) = waiting.pop() {
            // What cannot be listed has no files that could be named.
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                let Some(file) = entry.metadata().ok().and_then(|file| identity(&file)) else {
                    continue;
                };
                target.files.insert((file.dev, file.ino));
                let is_inside = file.kind == Kind::Folder && file.dev == root.dev;
                if is_inside && level < depth {
                    waiting.push((entry.path(), level + 1));
                }
            }
        }
        Ok(target)
    }

    /// What has that path alone: nothing that is open, where the file is not there.
    pub(super) fn named(path: &Path, depth: Option<usize>, host: &Host) -> Self {
        let (files, devices, by_path) = (HashSet::new(), HashSet::new(), host.is_captured());
        Self { path: path.to_owned(), files, devices, rdev: None, by_path, depth }
    }

    fn has(&self, entry: &Entry) -> bool {
        if let Some(socket) = entry.socket() {
            return match &socket.laddr {
                Some(Address::Unix(name)) => self.has_path(Path::new(name)),
                _ => false,
            };
        }
        let (dev, ino) = (entry.dev(), entry.ino());
        let is_device = matches!(entry.kind(), "CHR" | "BLK");
        if self.by_path {
            return entry.path().is_some_and(|path| self.has_path(path));
        }
        dev.zip(ino).is_some_and(|file| self.files.contains(&file))
            || dev.is_some_and(|dev| self.devices.contains(&dev))
            || is_device && self.rdev.is_some() && self.rdev == entry.rdev()
    }

    fn has_path(&self, path: &Path) -> bool {
        match (self.depth, path.strip_prefix(&self.path)) {
            (_, Ok(rest)) if rest.as_os_str().is_empty() => true,
            (Some(depth), Ok(rest)) => rest.components().count() <= depth + 1,
            _ => false,
        }
    }
}

/// What a file says of itself.
struct Identity {
    dev: u64,
    ino: u64,
    rdev: u64,
    kind: Kind,
}

#[derive(PartialEq, Eq)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix tells them apart"))]
enum Kind {
    Folder,
    Disk,
    Device,
    Other,
}

/// Questions to the machine about files that the reader named.
trait Files {
    fn file_of(&self, path: &Path) -> std::io::Result<Identity>;
    fn is_mount_point(&self, path: &Path) -> bool;
}

impl Files for Host {
    fn file_of(&self, path: &Path) -> std::io::Result<Identity> {
        let file = std::fs::metadata(path)?;
        identity(&file).ok_or_else(|| std::io::ErrorKind::Unsupported.into())
    }

    fn is_mount_point(&self, path: &Path) -> bool {
        let Ok(path) = path.canonicalize() else { return false };
        let mounts = self.partitions(psight::disk::Mounts::All).unwrap_or_default();
        mounts.iter().any(|mount| mount.mountpoint == path)
    }
}

#[cfg(unix)]
fn identity(file: &std::fs::Metadata) -> Option<Identity> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    let kind = match file.file_type() {
        kind if kind.is_dir() => Kind::Folder,
        kind if kind.is_block_device() => Kind::Disk,
        kind if kind.is_char_device() => Kind::Device,
        _ => Kind::Other,
    };
    Some(Identity { dev: file.dev(), ino: file.ino(), rdev: file.rdev(), kind })
}

#[cfg(not(unix))]
fn identity(_: &std::fs::Metadata) -> Option<Identity> {
    None
}

/// All that was asked for.
#[derive(Debug)]
pub(super) struct Selection {
    pub(super) pids: List<u32>,
    pub(super) groups: List<u32>,
    pub(super) users: List<User>,
    pub(super) commands: List<Name>,
    pub(super) fds: List<Fds>,
    /// States of TCP connections; those of no other are shown.
    pub(super) states: List<String>,
    pub(super) internet: Vec<Asked<Internet>>,
    pub(super) unix: Option<Asked<()>>,
    pub(super) targets: Vec<Asked<Target>>,
    /// Files with fewer names than this.
    pub(super) links: Option<u64>,
    /// Whether everything that was asked for must be true, instead of something.
    pub(super) all: bool,
}

impl Selection {
    pub(super) fn asked<T>(whats: Vec<T>) -> Vec<Asked<T>> {
        whats.into_iter().map(Asked::new).collect()
    }

    /// Whether processes were asked for.
    fn names_processes(&self) -> bool {
        self.pids.is_asked()
            || self.groups.is_asked()
            || self.users.is_asked()
            || self.commands.is_asked()
    }

    /// Whether files were asked for.
    fn names_files(&self) -> bool {
        self.fds.is_asked()
            || !self.internet.is_empty()
            || self.unix.is_some()
            || !self.targets.is_empty()
            || self.links.is_some()
    }

    /// The pids, where no other process can be meant.
    pub(super) fn only_pids(&self) -> Option<Vec<u32>> {
        let others = self.groups.is_asked() || self.users.is_asked() || self.commands.is_asked();
        let enough = self.pids.is_asked() && (self.all || !others && !self.names_files());
        enough.then(|| self.pids.wanted.iter().map(|pid| pid.what).collect())
    }

    /// Whether nothing but sockets of the network can be meant, so that who holds none need not be looked at.
    pub(super) fn only_internet(&self) -> bool {
        let others = self.fds.is_asked()
            || self.unix.is_some()
            || !self.targets.is_empty()
            || self.links.is_some();
        !self.internet.is_empty() && (self.all || !others && !self.names_processes())
    }

    /// Whether files without a descriptor can be meant.
    pub(super) fn wants_used_files(&self) -> bool {
        let only_unix = self.all && self.unix.is_some() || self.only_unix();
        !(only_unix || self.only_internet())
    }

    fn only_unix(&self) -> bool {
        self.unix.is_some()
            && !self.names_processes()
            && !self.fds.is_asked()
            && self.targets.is_empty()
            && self.links.is_none()
    }

    /// How much of the process is meant; `None` for nothing.
    pub(super) fn process(&self, owner: &Owner) -> Option<Part> {
        let pid = |pid: &u32| *pid == owner.pid.as_u32();
        let group = |group: &u32| owner.pgid.is_some_and(|pgid| pgid.as_u32() == *group);
        let user = |user: &User| user.is(owner);
        let command = |command: &Name| command.fits(&owner.name);
        if self.pids.refuses(pid)
            || self.groups.refuses(group)
            || self.users.refuses(user)
            || self.commands.refuses(command)
        {
            return None;
        }
        let asked = [
            (self.pids.is_asked(), self.pids.has(pid)),
            (self.groups.is_asked(), self.groups.has(group)),
            (self.users.is_asked(), self.users.has(user)),
            (self.commands.is_asked(), self.commands.has(command)),
        ];
        let mut asked = asked.iter().filter(|(is_asked, _)| *is_asked).map(|(_, has)| *has);
        let (names_processes, names_files) = (self.names_processes(), self.names_files());
        match self.all {
            true if asked.all(|has| has) => Some(if names_files { Part::Some } else { Part::All }),
            true => None,
            false if !names_processes && !names_files => Some(Part::All),
            false if asked.any(|has| has) => Some(Part::All),
            false => names_files.then_some(Part::Some),
        }
    }

    /// Whether this file of a process is meant.
    pub(super) fn file(&self, entry: &Entry, part: Part) -> bool {
        let fd = entry.fd();
        if self.fds.refuses(|fds| fds.has(fd)) || !self.has_state(entry) {
            return false;
        }
        let socket = entry.socket();
        let is_of = |internet: &Internet| socket.is_some_and(|socket| internet.has(socket));
        let internet = self.internet.iter().filter(|asked| asked.is(is_of(&asked.what))).count();
        let is_unix = socket.is_some_and(|socket| socket.family == Family::Unix);
        let target = self.targets.iter().filter(|asked| asked.is(asked.what.has(entry))).count();
        let few = self.links.is_some_and(|links| entry.nlink().is_some_and(|names| names < links));
        let asked = [
            (self.fds.is_asked(), self.fds.has(|fds| fds.has(fd))),
            (!self.internet.is_empty(), internet > 0),
            (self.unix.is_some(), self.unix.as_ref().is_some_and(|asked| asked.is(is_unix))),
            (!self.targets.is_empty(), target > 0),
            (self.links.is_some(), few),
        ];
        let mut asked = asked.iter().filter(|(is_asked, _)| *is_asked).map(|(_, has)| *has);
        match part {
            Part::All => true,
            Part::Some if self.all => asked.all(|has| has),
            Part::Some => asked.any(|has| has),
        }
    }

    fn has_state(&self, entry: &Entry) -> bool {
        let of_tcp = entry.state().filter(|_| entry.protocol().is_some());
        let Some(state) = of_tcp else { return true };
        let is = |wanted: &String| wanted.eq_ignore_ascii_case(state);
        !self.states.refuses(is) && (!self.states.is_asked() || self.states.has(is))
    }

    /// Whether there was all that was asked for.
    /// What was asked for and is nobody's.
    pub(super) fn missing(&self) -> impl Iterator<Item = String> {
        let pids = self.pids.wanted.iter().filter(|asked| !asked.found.get());
        let files = self.targets.iter().filter(|asked| !asked.found.get());
        let pids = pids.map(|asked| format!("lsof: process ID not located: {}", asked.what));
        pids.chain(files.map(|asked| {
            format!(
                "lsof: no file use located: {}",
                sanitize::text(&asked.what.path.display().to_string())
            )
        }))
    }

    /// Whether everything that was asked for by itself is somebody's. As with lsof, a user who has nothing open, or no
    /// Unix socket at all, is no failure.
    pub(super) fn is_found(&self) -> bool {
        self.pids.is_found()
            && self.groups.is_found()
            && self.commands.is_found()
            && self.internet.iter().all(|asked| asked.found.get())
            && self.targets.iter().all(|asked| asked.found.get())
    }
}

/// How much of a process is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    All,
    /// What is asked for by itself.
    Some,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_are_asked_for_by_number_range_or_name() {
        assert_eq!(Fds::parse("cwd"), Ok(Fds::Named("cwd".to_owned())));
        assert!(Fds::parse("3-5").unwrap().has(Fd::Number(4)));
        assert!(!Fds::parse("3-5").unwrap().has(Fd::Number(6)));
        assert!(Fds::parse("fd").unwrap().has(Fd::Number(1000)));
        assert!(!Fds::parse("fd").unwrap().has(Fd::Word("txt")));
        for wrong in ["x", "3-", "-", "3-cwd"] {
            assert!(Fds::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_command_is_a_beginning_or_a_pattern() {
        let fits = |word: &str, name: &str| Name::parse(word).unwrap().fits(OsStr::new(name));
        assert!(fits("ngi", "nginx") && !fits("ginx", "nginx"));
        assert!(fits("/ginx$/", "nginx") && !fits("/GINX/", "nginx") && fits("/GINX/i", "nginx"));
        assert!(fits("/^a{1,2}$/", "aa"));
        for wrong in ["/ginx", "/(/", "/x/z"] {
            assert!(Name::parse(wrong).is_err(), "{wrong}");
        }
        let list = List::parse(&["/^a{1,2}$/".to_owned()], Name::parse).unwrap();
        assert_eq!(list.wanted.len(), 1, "a comma in a pattern parts nothing");
    }

    #[test]
    fn a_list_has_what_is_wanted_and_what_is_not() {
        let words = ["1,^2".to_owned(), "3".to_owned()];
        let list =
            List::parse(&words, |word| word.parse::<u32>().map_err(|e| e.to_string())).unwrap();
        assert!(list.has(|pid| *pid == 1) && list.refuses(|pid| *pid == 2));
        assert!(!list.is_found(), "3 was not there");
        assert!(list.has(|pid| *pid == 3) && list.is_found());
    }
}
