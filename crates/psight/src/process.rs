//! One process: who it is, what it does, what it holds, and control over it.

mod control;
mod cpu;
mod file_scanner;
mod files;
mod identity;
mod io;
mod memory;
mod net;
mod pids;
mod scheduling;
mod signal;
mod standing;
mod threads;
mod tree;
mod used;
mod wait;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

pub use control::{IoClass, IoNice, Limit, Limits, Resource, nice_order};
pub use cpu::{CpuSample, ProcessCpuTimes};
pub use file_scanner::FileScanner;
pub use files::{
    EpollTarget, FdDetail, FdKind, FileDescriptor, InotifyWatch, OpenFile, OpenMode, Timer,
};
pub use identity::{Cgroup, GroupIds, SignalMasks, SignalSet, Status, UserIds};
pub use io::{IoCounters, IoRates};
pub use memory::{
    AddressRange, GroupedMemoryMap, MemoryFootprint, MemoryFull, MemoryInfo, MemoryInfoEx,
    MemoryMap, MemoryRegion, PageFaults, Permissions,
};
pub use scheduling::{Scheduling, SchedulingPolicy, ThreadTurns};
pub use signal::Signal;
pub use standing::{Namespace, OomScore};
pub use threads::{ContextSwitches, Thread};
pub use used::{FileRole, UsedFile};
pub use wait::{ExitStatus, Gone, Waited, wait_procs, wait_procs_with};

use crate::sys::process::Raw;
use crate::{Error, ErrorKind, Host, Pid, Result, sys};

/// One process of a [`Host`]: a pid together with the moment it started.
///
/// Every method asks the kernel anew. To ask several questions about one moment, and to read each of the kernel's files
/// once, ask what [`oneshot`](Self::oneshot) returns.
///
/// Two are equal if they are the same process: same pid, same start. The start is counted from boot on a clock that is
/// never set, so a change of the wall clock does not make a process another one. A clone
/// is the same process; that of a [`oneshot`](Self::oneshot) keeps what was read so far. Processes can be keys of maps
/// and sets: what is hashed never changes, though clippy's `mutable_key_type` cannot see that.
///
/// ```
/// use psight::Process;
///
/// let me = Process::current()?;
/// println!("{} holds {} bytes", me.name()?.display(), me.memory_info()?.rss);
/// assert!(me.parents()?.iter().all(|parent| *parent != me));
/// # Ok::<(), psight::Error>(())
/// ```
///
/// # Errors
///
/// Any method may fail with [`NoSuchProcess`](crate::ErrorKind::NoSuchProcess) when the process has gone, with
/// [`AccessDenied`](crate::ErrorKind::AccessDenied) when the caller may not know, and with
/// [`ZombieProcess`](crate::ErrorKind::ZombieProcess) when it has exited, its parent has not yet asked how, and the
/// answer went with it. On a system that cannot answer it is [`Unsupported`](crate::ErrorKind::Unsupported), and what the
/// kernel says beyond all understanding is [`Malformed`](crate::ErrorKind::Malformed). A method's own documentation says
/// what else may happen, and who may not know.
#[derive(Clone)]
pub struct Process {
    host: Host,
    pid: Pid,
    /// `None` inside where the start may not be known.
    start: OnceLock<Option<u64>>,
    kept: Option<Box<Raw>>,
    /// How it ended, once that is known: the system tells it only once. `None` inside where it never will.
    ended: OnceLock<Option<ExitStatus>>,
}

impl Process {
    /// The process `pid` of this machine.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if there is none, `NotFound` where it is there and no procfs tells of it.
    pub fn new(pid: impl Into<Pid>) -> Result<Self> {
        Host::local().process(pid)
    }

    /// The process that asks.
    ///
    /// Linux: by the number that `/proc/self` has for it, which is another one than `getpid(2)`'s where `/proc` is of another
    /// pid namespace.
    ///
    /// # Errors
    ///
    /// `NotFound` where no procfs is mounted.
    pub fn current() -> Result<Self> {
        let host = Host::local();
        let pid = sys::process::current_pid(&host)?;
        host.process(pid)
    }

    /// The number of the process.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// The machine that the process is on.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The same process, with each of the kernel's files read once and then kept: all answers are of one moment, and
    /// several cost little more than one.
    ///
    /// Whether the process still runs is asked anew even so: [`is_running`](Self::is_running) tells of now, and the
    /// calls that control it never touch another.
    ///
    /// ```
    /// # use psight::Process;
    /// let now = Process::current()?.oneshot();
    /// // One read of the kernel's file answers all three.
    /// println!("{} {} {:?}", now.name()?.display(), now.status()?, now.cpu_times()?);
    /// # Ok::<(), psight::Error>(())
    /// ```
    #[must_use]
    pub fn oneshot(&self) -> Self {
        Self {
            host: self.host.clone(),
            pid: self.pid,
            start: self.start.clone(),
            kept: Some(Box::new(Raw::lasting(&self.host, self.pid))),
            ended: self.ended.clone(),
        }
    }

    /// The process that has this pid when it is first asked.
    pub(crate) fn unread(host: &Host, pid: Pid) -> Self {
        Self { host: host.clone(), pid, start: OnceLock::new(), kept: None, ended: OnceLock::new() }
    }

    /// The process with this pid and this start, both known from elsewhere.
    pub(crate) fn known(host: &Host, pid: Pid, start: Option<u64>) -> Self {
        Self {
            host: host.clone(),
            pid,
            start: OnceLock::from(start),
            kept: None,
            ended: OnceLock::new(),
        }
    }

    /// The same process as `host` shows it: that of a [`Host`] with another procfs, say. Nothing is asked, and what was
    /// kept is left behind.
    #[must_use]
    pub fn on(&self, host: &Host) -> Self {
        Self {
            host: host.clone(),
            pid: self.pid,
            start: self.start.clone(),
            ended: self.ended.clone(),
            kept: None,
        }
    }

    /// Asks `question` of the kept sources, or of fresh ones.
    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Raw) -> Result<T>) -> Result<T> {
        match &self.kept {
            Some(raw) => question(raw),
            None => question(&Raw::new(&self.host, self.pid)),
        }
    }

    /// Whether the kept sources are such, where there are any.
    #[allow(dead_code, reason = "only systems that can ask in a cheaper way")]
    pub(crate) fn has_kept(&self, question: impl FnOnce(&Raw) -> bool) -> bool {
        self.kept.as_deref().is_some_and(question)
    }

    /// Whether the process is still there: alive, or a zombie that its parent has not waited for.
    ///
    /// It is false once another process has the pid. A start that may not be read is taken for the right one, so that a
    /// process that hides (`hidepid`) is not declared gone.
    ///
    /// # Errors
    ///
    /// Those of a system that cannot say.
    pub fn is_running(&self) -> Result<bool> {
        Ok(self.lives()? == Life::Same)
    }

    /// Asks `question`, unless the pid belongs to another process by now: then it is `NoSuchProcess`. No file is read
    /// twice.
    pub(crate) fn ask_same<T>(&self, question: impl FnOnce(&Raw) -> Result<T>) -> Result<T> {
        let now = Raw::new(&self.host, self.pid);
        if self.life_of(&now)? == Life::Other {
            return Err(Error::pid_reused(self.pid));
        }
        question(self.kept.as_deref().unwrap_or(&now))
    }

    /// Who has the pid now. The kept sources of a [`oneshot`](Self::oneshot) are of an earlier moment and are not used.
    fn lives(&self) -> Result<Life> {
        self.life_of(&Raw::new(&self.host, self.pid))
    }

    fn life_of(&self, now: &Raw) -> Result<Life> {
        let known = self.start();
        match now.start() {
            // A start that is unknown on one side tells nothing of a change (psutil#2895).
            Ok(now) if known.is_none_or(|known| known == now) => Ok(Life::Same),
            Ok(_) => Ok(Life::Other),
            Err(error) => match error.kind() {
                ErrorKind::NoSuchProcess => Ok(Life::Gone),
                ErrorKind::ZombieProcess | ErrorKind::AccessDenied => Ok(Life::Same),
                _ => Err(error),
            },
        }
    }

    fn set_start(&self, start: Option<u64>) {
        // Already set is already right: a process starts once.
        let _ = self.start.set(start);
    }

    /// When it started, in the kernel's unit after boot; `None` where that may not be known.
    pub(crate) fn start(&self) -> Option<u64> {
        *self.start.get_or_init(|| self.ask(Raw::start).ok())
    }
}

/// Who has a pid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    /// The process that was meant, as far as can be known.
    Same,
    /// Another one.
    Other,
    /// Nobody.
    Gone,
}

impl Host {
    /// The process `pid` of this machine.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if there is none.
    pub fn process(&self, pid: impl Into<Pid>) -> Result<Process> {
        let process = Process::unread(self, pid.into());
        match process.ask(Raw::start) {
            Ok(start) => process.set_start(Some(start)),
            // That it is there is known; what may not be read stays unknown.
            Err(error) if error.kind() == ErrorKind::AccessDenied => process.set_start(None),
            Err(error) => return Err(error),
        }
        Ok(process)
    }
}

/// The same process; a start that could not be read equals only another that could not.
impl PartialEq for Process {
    fn eq(&self, other: &Self) -> bool {
        self.pid == other.pid && self.start() == other.start() && self.host.is_same(&other.host)
    }
}

impl Eq for Process {}

impl Hash for Process {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pid.hash(state);
        self.start().hash(state);
    }
}

impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("pid", &self.pid.as_u32())
            .field("start", &self.start())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Process 42 of a machine where it started at `now`, as somebody knows it who saw it start at `known`.
    fn known(known: Option<u64>, now: u64) -> (tempfile::TempDir, Process) {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("proc/42");
        std::fs::create_dir_all(&dir).unwrap();
        let line = format!("42 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {now} 0 0\n");
        std::fs::write(dir.join("stat"), line).unwrap();
        let host = Host::at(root.path()).unwrap();
        (root, Process::known(&host, Pid::new(42), known))
    }

    #[test]
    #[cfg_attr(force_unsupported, ignore = "there is no process to ask")]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn t24_a_start_that_is_not_known_makes_no_other_process() {
        let (_root, process) = known(None, 7);
        assert!(process.is_running().unwrap());
        process.ask_same(|_| Ok(())).unwrap();
        assert_eq!(process.ppid().unwrap(), Pid::new(1));
    }

    #[test]
    #[cfg_attr(force_unsupported, ignore = "there is no process to ask")]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn another_start_is_another_process() {
        let (_root, process) = known(Some(6), 7);
        assert!(!process.is_running().unwrap());
        let error = process.ask_same(|_| Ok(())).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
        let (_root, same) = known(Some(7), 7);
        assert!(same.is_running().unwrap());
        same.ask_same(|_| Ok(())).unwrap();
    }
}
