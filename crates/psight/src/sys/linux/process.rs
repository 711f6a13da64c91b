//! One process, under `/proc/<pid>`: how its files are read, once each, and what it means when they cannot be.

mod cpu;
mod exec;
mod identity;
mod memory;
pub(crate) mod scheduling;
pub(crate) mod standing;
mod terminal;
mod used;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Instant;

use psight_parse::Error as Undecoded;
use psight_parse::linux::pid::stat::{Head, Stat, head, starttime, stat};
use psight_parse::linux::pid::status::{Status, Wanted, wanted};
use rustix::io::Errno;

use self::exec::Patience;
use super::procfs::{self, Procfs, has_own_proc};
use super::reach::reach;
use super::read;
use super::{path, pidfd};
use crate::{Error, Host, Pid, Result};

pub(crate) use identity::status_of;
pub(super) use terminal::{Device, find as find_terminal};
pub(super) use used::Seen;

/// What one process says about itself, each of its files read once.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    host: Host,
    pid: Pid,
    /// Whether it answers questions of several moments, which have what was read for the first.
    lasts: bool,
    dir: OnceLock<PathBuf>,
    stat: OnceLock<Vec<u8>>,
    /// Not known of one that answers at once.
    stat_read_at: OnceLock<Instant>,
    status: OnceLock<Vec<u8>>,
    /// What a pidfd says; `None` inside where it says nothing.
    pidfd_info: OnceLock<Option<pidfd::Info>>,
    statm: OnceLock<Vec<u8>>,
    cmdline: OnceLock<Vec<u8>>,
    environ: OnceLock<Vec<u8>>,
    maps: OnceLock<Vec<u8>>,
    smaps: OnceLock<Vec<u8>>,
    smaps_rollup: OnceLock<Vec<u8>>,
    io: OnceLock<Vec<u8>>,
    cgroup: OnceLock<Vec<u8>>,
    exe: OnceLock<PathBuf>,
    cwd: OnceLock<PathBuf>,
    root: OnceLock<PathBuf>,
}

// self: what that procfs calls its reader, since it may be of another pid namespace
pub(crate) fn current_pid(host: &Host) -> Result<Pid> {
    if host.is_captured() {
        return Err(Error::unsupported("current_pid"));
    }
    let path = host.proc().join("self");
    let link = std::fs::read_link(&path).map_err(|error| Error::system(&path, error))?;
    let number = psight_parse::text::u32(link.as_os_str().as_encoded_bytes());
    number.map(Pid::new).ok_or_else(|| Error::malformed(&path, &Undecoded::garbled("self")))
}

/// Why a process has no answer where another process has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nature {
    Ordinary,
    /// It is on its way into a program.
    InExec {
        is_new: bool,
    },
    /// It never had memory of its own.
    KernelThread,
    /// It has none any more.
    Zombie,
}

impl Raw {
    pub(crate) fn new(host: &Host, pid: Pid) -> Self {
        Self {
            host: host.clone(),
            pid,
            lasts: false,
            dir: OnceLock::new(),
            stat: OnceLock::new(),
            stat_read_at: OnceLock::new(),
            status: OnceLock::new(),
            pidfd_info: OnceLock::new(),
            statm: OnceLock::new(),
            cmdline: OnceLock::new(),
            environ: OnceLock::new(),
            maps: OnceLock::new(),
            smaps: OnceLock::new(),
            smaps_rollup: OnceLock::new(),
            io: OnceLock::new(),
            cgroup: OnceLock::new(),
            exe: OnceLock::new(),
            cwd: OnceLock::new(),
            root: OnceLock::new(),
        }
    }

    /// One that answers questions of several moments.
    pub(crate) fn lasting(host: &Host, pid: Pid) -> Self {
        Self { lasts: true, ..Self::new(host, pid) }
    }

    // stat, starttime
    pub(crate) fn start(&self) -> Result<u64> {
        starttime(self.stat_bytes()?).map_err(|error| self.malformed("stat", &error))
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// The directory of the process.
    pub(super) fn dir(&self) -> &Path {
        self.dir.get_or_init(|| path::of_process(&self.host, self.pid, ""))
    }

    /// The file `name` of the process.
    fn file(&self, name: &str) -> PathBuf {
        path::of_process(&self.host, self.pid, name)
    }

    /// The decoded `stat`.
    pub(super) fn stat(&self) -> Result<Stat<'_>> {
        stat(self.stat_bytes()?).map_err(|error| self.malformed("stat", &error))
    }

    /// The name and the state of `stat`, for a fraction of the work.
    pub(super) fn stat_head(&self) -> Result<Head<'_>> {
        head(self.stat_bytes()?).map_err(|error| self.malformed("stat", &error))
    }

    fn stat_bytes(&self) -> Result<&[u8]> {
        let bytes = self.kept(&self.stat, "stat")?;
        if self.lasts {
            // Set by the first read; a later call finds it set.
            let _ = self.stat_read_at.set(Instant::now());
        }
        Ok(bytes)
    }

    /// Whether `stat` was read already.
    pub(super) fn has_stat(&self) -> bool {
        self.stat.get().is_some()
    }

    /// The ids, from a descriptor of the process: a fraction of what `status` costs the kernel. `None` where `status`
    /// was read anyway, or where such a descriptor cannot be had or is silent (before 6.13). A descriptor is given of
    /// processes too that `/proc` hides (hidepid): whom it hides stays hidden.
    pub(super) fn pidfd_info(&self) -> Option<pidfd::Info> {
        if self.status.get().is_some() {
            return None;
        }
        *self.pidfd_info.get_or_init(|| {
            let pid = i32::try_from(self.pid.as_u32()).ok().filter(|pid| *pid > 0)?;
            let is_told = reach(&self.host).pidfds && (self.has_stat() || self.is_shown());
            if is_told { pidfd::info(pid).ok() } else { None }
        })
    }

    /// Whether `/proc` lets the caller look at the process.
    fn is_shown(&self) -> bool {
        rustix::fs::access(self.file("stat"), rustix::fs::Access::READ_OK).is_ok()
    }

    /// These lines of `status`.
    pub(super) fn status_lines(&self, lines: Wanted) -> Result<Status<'_>> {
        Ok(wanted(self.kept(&self.status, "status")?, lines))
    }

    /// What `status` has to say, or that this kernel does not say it.
    pub(super) fn told<T>(&self, value: Option<T>, line: &str) -> Result<T> {
        value.ok_or_else(|| {
            Error::unsupported(&format!("{line:?} of {}", self.file("status").display()))
                .with_pid(self.pid)
        })
    }

    pub(super) fn malformed(&self, name: &str, error: &Undecoded) -> Error {
        Error::malformed(self.file(name), error).with_pid(self.pid)
    }

    /// The file `name` of the process, which comes in one piece.
    fn piece(&self, name: &str) -> Result<Vec<u8>> {
        path::with_file(&self.host, self.pid, name, |path| read::piece_by(path))
            .map_err(|error| self.failed(self.file(name), error))
    }

    /// The same, read at the first call.
    fn kept<'a>(&self, cell: &'a OnceLock<Vec<u8>>, name: &str) -> Result<&'a [u8]> {
        if let Some(bytes) = cell.get() {
            return Ok(bytes);
        }
        let bytes = self.piece(name)?;
        Ok(cell.get_or_init(|| bytes))
    }

    /// The file `name`, which tells of the memory of the process: `None` for a thread of the kernel, which has none.
    ///
    /// The kernel says that there is none in a way that changed over time: by an empty file, or by `ESRCH` (since
    /// 6.11), or, to those who may not look, by `EACCES`.
    fn of_memory<'a>(&self, cell: &'a OnceLock<Vec<u8>>, name: &str) -> Result<Option<&'a [u8]>> {
        if let Some(bytes) = cell.get() {
            return Ok(Some(bytes));
        }
        let path = self.file(name);
        let mut patience = Patience::new();
        let bytes = loop {
            match read::file(&path) {
                Ok(bytes) if !bytes.is_empty() => break Some(bytes),
                outcome => {
                    let nature = self.nature()?;
                    if outcome.is_err() || !patience.lasts(nature) {
                        break self.without_memory(nature, path, outcome)?;
                    }
                }
            }
        };
        Ok(bytes.map(|bytes| &**cell.get_or_init(|| bytes)))
    }

    /// What it means that the file at `path`, which tells of the memory of the process, is empty or could not be read.
    fn without_memory<T>(
        &self,
        nature: Nature,
        path: PathBuf,
        outcome: io::Result<T>,
    ) -> Result<Option<T>> {
        match (nature, outcome) {
            (Nature::Zombie, _) => Err(Error::zombie(self.pid)),
            (Nature::KernelThread, _) => Ok(None),
            (Nature::Ordinary | Nature::InExec { .. }, Ok(empty)) => Ok(Some(empty)),
            (Nature::Ordinary | Nature::InExec { .. }, Err(error)) => Err(self.failed(path, error)),
        }
    }

    /// Where the link `name` leads: `None` if it leads nowhere, as `exe` of a thread of the kernel.
    fn link(&self, cell: &OnceLock<PathBuf>, name: &str) -> Result<Option<PathBuf>> {
        if let Some(path) = cell.get() {
            return Ok(Some(path.clone()));
        }
        let path = self.file(name);
        match std::fs::read_link(&path) {
            Ok(target) => {
                let target = undecorated(target, |path| self.has_file(path));
                Ok(Some(cell.get_or_init(|| target).clone()))
            }
            Err(error) => match (self.nature()?, error.raw_os_error()) {
                (Nature::Zombie, _) => Err(Error::zombie(self.pid)),
                // It has no program, which may be said even to those who may not look (psutil#2288).
                (Nature::KernelThread, _) if name == "exe" => Ok(None),
                // The process is there, and has just given its memory or its directories back (psutil#2514).
                (_, Some(libc::ENOENT | libc::ESRCH)) => Ok(None),
                _ => Err(self.failed(path, error)),
            },
        }
    }

    /// What sort of process it is now, whatever an earlier reading said.
    fn nature(&self) -> Result<Nature> {
        let path = self.file("stat");
        let bytes = read::file(&path).map_err(|error| self.failed(path, error))?;
        let stat = stat(&bytes).map_err(|error| self.malformed("stat", &error))?;
        Ok(if stat.is_zombie() {
            Nature::Zombie
        } else if stat.is_kernel_thread() {
            Nature::KernelThread
        } else if self.is_in_exec(&bytes) {
            Nature::InExec { is_new: self.is_new(&bytes) }
        } else {
            Nature::Ordinary
        })
    }

    /// Whether the machine has a file at `path`.
    fn has_file(&self, path: &Path) -> bool {
        let path = path.strip_prefix("/").unwrap_or(path);
        self.host.file(path).symlink_metadata().is_ok()
    }

    /// What it means that a file of the process could not be read.
    pub(super) fn failed(&self, path: PathBuf, error: io::Error) -> Error {
        let is_absence =
            |error: &io::Error| matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ENOENT));
        if !is_absence(&error) {
            return Error::system(path, error).with_pid(self.pid);
        }
        let bytes = match read::file(&self.file("stat")) {
            Ok(bytes) => bytes,
            Err(error) if is_absence(&error) => return self.absent(),
            // That we have no descriptor left says nothing of the process.
            Err(error) => return Error::system(self.file("stat"), error).with_pid(self.pid),
        };
        if stat(&bytes).is_ok_and(|stat| stat.is_zombie()) {
            Error::zombie(self.pid)
        } else if error.raw_os_error() == Some(libc::ESRCH) {
            // On its way out: its parts are gone, its entry is not.
            Error::no_such_process(self.pid)
        } else {
            // The file is missing from a process that is there: the kernel does not have it.
            Error::system(path, error).with_pid(self.pid)
        }
    }

    /// Why there is no such directory: nobody has the pid, `hidepid` hides who has it, or there is no procfs.
    pub(in crate::sys::linux) fn absent(&self) -> Error {
        let gone = Error::no_such_process(self.pid);
        let number = i32::try_from(self.pid.as_u32()).ok().filter(|_| has_own_proc(&self.host));
        let Some(pid) = number.and_then(rustix::process::Pid::from_raw) else { return gone };
        let why = match rustix::process::test_kill_process(pid) {
            Err(Errno::SRCH) => return gone,
            asked => match (procfs::mounted(&self.host), asked) {
                (Procfs::Missing, _) => Errno::NOENT,
                (Procfs::Ours, Err(Errno::PERM)) => Errno::ACCESS,
                _ => return gone,
            },
        };
        Error::system(self.dir(), why.into()).with_pid(self.pid)
    }
}

/// What a link of `/proc` means: without ` (deleted)`, unless a file is really called so, and without what may stand
/// behind a NUL.
pub(super) fn undecorated(target: PathBuf, exists: impl FnOnce(&Path) -> bool) -> PathBuf {
    let bytes = target.as_os_str().as_bytes();
    let path = undecorated_bytes(bytes, exists);
    if path.len() == bytes.len() {
        return target;
    }
    PathBuf::from(OsString::from_vec(path.to_vec()))
}

fn undecorated_bytes(target: &[u8], exists: impl FnOnce(&Path) -> bool) -> &[u8] {
    let end = target.iter().position(|byte| *byte == 0).unwrap_or(target.len());
    let whole = target.get(..end).unwrap_or_default();
    match whole.strip_suffix(b" (deleted)") {
        Some(short) if !exists(Path::new(OsStr::from_bytes(whole))) => short,
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(target: &str, exists: bool) -> PathBuf {
        undecorated(PathBuf::from(target), |_| exists)
    }

    #[test]
    fn t09_a_stat_that_cannot_be_read_is_no_end_of_its_process() {
        let root = tempfile::tempdir().unwrap();
        let raw = Raw::new(&Host::at(root.path()).unwrap(), Pid::new(42));
        let missing = || raw.failed(raw.dir().join("io"), Errno::NOENT.into()).kind();
        assert_eq!(missing(), crate::ErrorKind::NoSuchProcess);
        std::fs::create_dir_all(raw.dir().join("stat")).unwrap();
        assert_eq!(missing(), crate::ErrorKind::Io);
    }

    #[test]
    fn t10_a_deleted_file_keeps_its_path_and_a_file_called_so_its_name() {
        assert_eq!(plain("/bin/a (deleted)", false), Path::new("/bin/a"));
        assert_eq!(plain("/bin/a (deleted)", true), Path::new("/bin/a (deleted)"));
        assert_eq!(plain("/bin/a", false), Path::new("/bin/a"));
    }

    #[test]
    fn t10_what_stands_behind_a_nul_is_dropped() {
        assert_eq!(plain("/bin/a\0 (deleted)", false), Path::new("/bin/a"));
        assert_eq!(plain("/bin/a (deleted)\0new", false), Path::new("/bin/a"));
    }
}
