//! Who a process is: names, files, ids, state, terminal, signal masks.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::record::{Kind, Record, ToValue, Value};
use crate::sys::process::Raw;
use crate::{Pid, Process, Result};

/// The user ids of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Record)]
#[non_exhaustive]
pub struct UserIds {
    /// Who started it.
    #[field(label)]
    pub real: u32,
    /// Whose rights it has; differs from `real` in a set-user-id program.
    #[field(label)]
    pub effective: u32,
    /// Whose rights it may take again.
    #[field(label)]
    pub saved: u32,
}

/// The group ids of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Record)]
#[non_exhaustive]
pub struct GroupIds {
    /// The group of who started it.
    #[field(label)]
    pub real: u32,
    /// The group whose rights it has.
    #[field(label)]
    pub effective: u32,
    /// The group whose rights it may take again.
    #[field(label)]
    pub saved: u32,
}

/// One control group that a process is in.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Cgroup {
    /// The number of the hierarchy; 0 is the unified one (version 2).
    #[field(label)]
    pub hierarchy: u32,
    /// The controllers of a version 1 hierarchy, as in `cpu`, or `name=systemd`; empty for version 2.
    #[field(label)]
    pub controllers: Vec<String>,
    /// The group, relative to the root of the hierarchy, or to the reader's cgroup namespace.
    #[field(label)]
    pub path: PathBuf,
}

/// What a process is doing, or waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// On a CPU, or ready for one.
    Running,
    /// Waiting for something to happen; a signal wakes it.
    Sleeping,
    /// Waiting for a disk or the like; no signal wakes it.
    DiskSleep,
    /// Stopped by a signal.
    Stopped,
    /// Stopped by a debugger.
    TracingStop,
    /// Exited, and its parent has not yet asked how.
    Zombie,
    /// About to disappear.
    Dead,
    /// Waiting, and woken by fatal signals alone. Linux 2.6.33 to 3.13.
    WakeKill,
    /// About to run. Linux 2.6.33 to 3.13; before 2.6 the same letter meant paging.
    Waking,
    /// A thread of the kernel that has nothing to do, and does not count for the load. Linux since 4.14; macOS, FreeBSD.
    Idle,
    /// A thread of the kernel that is put aside. Linux since 3.9, with a gap.
    Parked,
    /// Waiting for a lock. FreeBSD.
    Locked,
    /// Waiting. FreeBSD.
    Waiting,
    /// Suspended. NetBSD, AIX.
    Suspended,
    /// A state that psight has no word for: the kernel's own letter.
    Unknown(char),
}

impl Status {
    /// psutil's word, as in `disk-sleep`; `?` for a state that has none.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::DiskSleep => "disk-sleep",
            Self::Stopped => "stopped",
            Self::TracingStop => "tracing-stop",
            Self::Zombie => "zombie",
            Self::Dead => "dead",
            Self::WakeKill => "wake-kill",
            Self::Waking => "waking",
            Self::Idle => "idle",
            Self::Parked => "parked",
            Self::Locked => "locked",
            Self::Waiting => "waiting",
            Self::Suspended => "suspended",
            Self::Unknown(_) => "?",
        }
    }

    /// The letter that `ps` shows for it, as in `S`. Where two systems use one letter for two states, the one that Linux
    /// does not have is in another case.
    pub fn letter(self) -> char {
        match self {
            Self::Running => 'R',
            Self::Sleeping => 'S',
            Self::DiskSleep => 'D',
            Self::Stopped => 'T',
            Self::TracingStop => 't',
            Self::Zombie => 'Z',
            Self::Dead => 'X',
            Self::WakeKill => 'K',
            Self::Waking => 'W',
            Self::Idle => 'I',
            Self::Parked => 'P',
            Self::Locked => 'L',
            Self::Waiting => 'w',
            Self::Suspended => 'U',
            Self::Unknown(letter) => letter,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for Status {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.as_str().into())
    }
}

crate::serialized!(Status);

/// A set of signals by number.
///
/// Numbers are the kernel's: a C library may start its realtime signals at 34 or 35 and keep those below for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SignalSet(u128);

impl SignalSet {
    /// The set whose signal `n` is bit `n - 1`, as kernels write it.
    pub const fn from_mask(mask: u128) -> Self {
        Self(mask)
    }

    /// The set as a number whose bit `n - 1` is signal `n`.
    pub const fn mask(self) -> u128 {
        self.0
    }

    /// Whether `signal` is in it.
    pub fn contains(self, signal: u32) -> bool {
        signal
            .checked_sub(1)
            .and_then(|bit| self.0.checked_shr(bit))
            .is_some_and(|shifted| shifted & 1 == 1)
    }

    /// Whether no signal is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many signals are in it.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The signals in it, from the lowest number.
    pub fn iter(self) -> impl Iterator<Item = u32> {
        (1..=u128::BITS).filter(move |signal| self.contains(*signal))
    }

    /// The set without signals 32 and 33, which C libraries on Linux keep for their threads.
    #[must_use]
    pub const fn without_internal(self) -> Self {
        Self(self.0 & !(0b11 << 31))
    }
}

impl ToValue for SignalSet {
    const KIND: Kind = Kind::List;

    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(|signal| Value::Uint(signal.into())).collect())
    }
}

crate::serialized!(SignalSet);

/// What a process does with signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct SignalMasks {
    /// Sent to the main thread and not yet delivered.
    #[field(on(linux, bsd))]
    pub pending: Option<SignalSet>,
    /// Held back by the main thread.
    #[field(on(linux, bsd))]
    pub blocked: Option<SignalSet>,
    /// Ignored.
    pub ignored: SignalSet,
    /// Handled by the program.
    pub caught: SignalSet,
    /// Sent to the process as a whole and not yet delivered. Linux since 2.6.
    #[field(on(linux))]
    pub process_pending: Option<SignalSet>,
}

impl SignalMasks {
    /// The same without the signals that C libraries use among themselves; see [`SignalSet::without_internal`].
    #[must_use]
    pub fn without_internal(self) -> Self {
        Self {
            pending: self.pending.map(SignalSet::without_internal),
            blocked: self.blocked.map(SignalSet::without_internal),
            ignored: self.ignored.without_internal(),
            caught: self.caught.without_internal(),
            process_pending: self.process_pending.map(SignalSet::without_internal),
        }
    }
}

impl Process {
    /// The number of the parent; 0 for a process without one, or whose parent is outside the reader's pid namespace.
    ///
    /// It changes, to 1 or to a process that collects orphans, when the parent exits.
    ///
    /// Linux: `/proc/<pid>/stat`.
    ///
    /// Windows: `ProcessBasicInformation`; the number stays when the parent has ended.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` also where the pid belongs to another process by now.
    pub fn ppid(&self) -> Result<Pid> {
        self.ask_same(Raw::ppid)
    }

    /// The name of the process: that of its program, or what it calls itself.
    ///
    /// Linux keeps 15 bytes of it. Where they are the beginning of the program's name on the command line, that is the
    /// answer; a zombie keeps the short name. Linux: `/proc/<pid>/stat`, and `cmdline` for names of 15 bytes.
    ///
    /// Windows: the end of the path that `SystemProcessIdInformation` has, which needs no right.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn name(&self) -> Result<OsString> {
        self.ask(Raw::name)
    }

    /// The name as the kernel keeps it, which may be cut: [`name`](Self::name) without a look at the command line.
    ///
    /// Linux: `/proc/<pid>/stat`, 15 bytes but for threads of the kernel.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn short_name(&self) -> Result<OsString> {
        self.ask(Raw::short_name)
    }

    /// The program's file; `None` for a thread of the kernel, and for a process that is just leaving.
    ///
    /// A program that was deleted or replaced while it runs keeps its path, without the kernel's ` (deleted)`. The path
    /// is as the process's own mount namespace has it. Linux: `/proc/<pid>/exe`, which needs the right to trace.
    ///
    /// Windows: `SystemProcessIdInformation`, which needs no right, with the drive in place of the kernel's device.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn exe(&self) -> Result<Option<PathBuf>> {
        self.ask(Raw::exe)
    }

    /// What may be the program's file where [`exe`](Self::exe) is denied: the first word of the command line, if that is
    /// an absolute path to an executable file. A process can write anything there.
    ///
    /// # Errors
    ///
    /// Those of [`cmdline`](Self::cmdline).
    pub fn exe_guess(&self) -> Result<Option<PathBuf>> {
        self.ask(Raw::exe_guess)
    }

    /// The command line, word by word; empty for a thread of the kernel.
    ///
    /// A process can overwrite it (`setproctitle`); text without a final NUL, or one word with blanks in it, is split
    /// at every blank, as psutil does. Linux: `/proc/<pid>/cmdline`; of a child that was started just now, and that the
    /// kernel is still bringing into its program, the program's, after a few tenths of a millisecond. `name` and `environ`
    /// wait for it likewise.
    ///
    /// Windows: `ProcessCommandLineInformation` (since 8.1), else the PEB; split as `CommandLineToArgvW` does.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn cmdline(&self) -> Result<Vec<OsString>> {
        self.ask(Raw::cmdline)
    }

    /// The environment the program was started with, in its order; empty for a thread of the kernel.
    ///
    /// What the program sets later is not in it, unless it wrote over its beginnings. Items without a name or without
    /// `=` are left out, and so is all after an empty item. A name may occur twice; `getenv` takes the first. Linux:
    /// `/proc/<pid>/environ`, which needs the right to trace.
    ///
    /// Windows: the PEB of the process, that of 32 bits where it has one. What the program sets later is in it.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn environ(&self) -> Result<Vec<(OsString, OsString)>> {
        self.ask(Raw::environ)
    }

    /// [`environ`](Self::environ) by name; of names that occur twice the last counts, as in psutil.
    ///
    /// # Errors
    ///
    /// Those of [`environ`](Self::environ).
    pub fn environ_map(&self) -> Result<BTreeMap<OsString, OsString>> {
        Ok(self.environ()?.into_iter().collect())
    }

    /// When the process started, by the wall clock.
    ///
    /// The kernel counts from boot, and what is returned is the boot time as the clock has it *now* plus that count. So
    /// when the clock is set, the answer moves with it, and `now - create_time` stays the age of the process. To tell
    /// processes apart compare [`Process`] values, which do not depend on the clock. Linux: `/proc/<pid>/stat` in ticks
    /// of (usually) 10 ms, and `btime` of `/proc/stat` in whole seconds.
    ///
    /// Windows: `ProcessTimes`, noted once and not moved with the clock.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn create_time(&self) -> Result<SystemTime> {
        self.ask(Raw::create_time)
    }

    /// When the process started, in the kernel's own unit after boot: the same for one process for ever, and good for
    /// nothing else. Linux: clock ticks, `/proc/<pid>/stat`.
    ///
    /// Windows: units of 100 ns from 1601.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn start_ticks(&self) -> Result<u64> {
        self.ask(Raw::start)
    }

    /// The same as it was when the process was opened, without asking again; `None` where it may not be known.
    pub fn known_start_ticks(&self) -> Option<u64> {
        self.start()
    }

    /// What the process is doing.
    ///
    /// A process with several threads has the state of its main thread. Linux: `/proc/<pid>/stat`.
    ///
    /// Windows: stopped if all threads are suspended, else running (`SystemProcessInformation`).
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn status(&self) -> Result<Status> {
        self.ask(Raw::status)
    }

    /// The working directory; `None` for a process that has none any more because it is leaving.
    ///
    /// A directory that was deleted keeps its path, without the kernel's ` (deleted)`. Linux: `/proc/<pid>/cwd`, which
    /// needs the right to trace.
    ///
    /// Windows: the PEB of the process, without the backslash at the end.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn cwd(&self) -> Result<Option<PathBuf>> {
        self.ask(Raw::cwd)
    }

    /// What the process takes for `/`; `None` for a process that has no root any more because it is leaving.
    ///
    /// Linux: `/proc/<pid>/root`, which needs the right to trace.
    ///
    /// # Errors
    ///
    /// `AccessDenied` without the right to trace it; else as for [every question](Self#errors).
    pub fn root(&self) -> Result<Option<PathBuf>> {
        self.ask(Raw::root)
    }

    /// The controlling terminal, as in `/dev/pts/3`; `None` without one.
    ///
    /// Linux: the device number of `/proc/<pid>/stat`, looked for in `/dev` at each call, so that new terminals are
    /// found.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is a terminal and no file in `/dev` has its number, as in some containers.
    pub fn terminal(&self) -> Result<Option<PathBuf>> {
        self.ask(Raw::terminal)
    }

    /// The process group in the foreground of the controlling terminal: the one that is typed to. `None` without a
    /// terminal, and where the group is outside the pid namespace.
    ///
    /// Linux: `tpgid` of `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn foreground_pgid(&self) -> Result<Option<Pid>> {
        self.ask(Raw::foreground_pgid)
    }

    /// Whether the process has a controlling terminal. Linux: `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn has_terminal(&self) -> Result<bool> {
        self.ask(Raw::has_terminal)
    }

    /// The name of the user with the real user id; the number as text where the system knows no name.
    ///
    /// Linux: `/proc/<pid>/status` and the user database.
    ///
    /// Windows: the user of its token, as in `DOMAIN\name`; the SID where there is no name.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn username(&self) -> Result<OsString> {
        self.ask(Raw::username)
    }

    /// The real, effective and saved user id. Linux: `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn uids(&self) -> Result<UserIds> {
        self.ask(Raw::uids)
    }

    /// The real, effective and saved group id. Linux: `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn gids(&self) -> Result<GroupIds> {
        self.ask(Raw::gids)
    }

    /// The user id for access to files. Linux alone: `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems.
    pub fn fsuid(&self) -> Result<u32> {
        self.ask(Raw::fsuid)
    }

    /// The group id for access to files. Linux alone: `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems.
    pub fn fsgid(&self) -> Result<u32> {
        self.ask(Raw::fsgid)
    }

    /// The supplementary groups, in the kernel's order. Linux: `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn groups(&self) -> Result<Vec<u32>> {
        self.ask(Raw::groups)
    }

    /// The process group; 0 where it is outside the reader's pid namespace. Linux: `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn pgid(&self) -> Result<Pid> {
        self.ask(Raw::pgid)
    }

    /// The session; 0 where it is outside the reader's pid namespace. Linux: `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn sid(&self) -> Result<Pid> {
        self.ask(Raw::sid)
    }

    /// The permissions that new files do not get, as in `0o022`.
    ///
    /// Linux since 4.7: `/proc/<pid>/status`; `None` before that, and for a zombie.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn umask(&self) -> Result<Option<u32>> {
        self.ask(Raw::umask)
    }

    /// Which signals are pending, blocked, ignored and caught, those that the C library uses for itself included.
    ///
    /// Linux: `/proc/<pid>/status`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn signal_masks(&self) -> Result<SignalMasks> {
        self.ask(Raw::signal_masks)
    }

    /// The process's numbers in the pid namespaces that it is in, from the reader's to its own.
    ///
    /// Linux since 4.1: `/proc/<pid>/status`; one number before that.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems.
    pub fn namespace_pids(&self) -> Result<Vec<Pid>> {
        self.ask(Raw::namespace_pids)
    }

    /// The control groups of the process. Linux: `/proc/<pid>/cgroup`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems, `NotFound` on a kernel without control groups.
    pub fn cgroups(&self) -> Result<Vec<Cgroup>> {
        self.ask(Raw::cgroups)
    }

    /// Whether it is a thread of the kernel, without a program or memory of its own.
    ///
    /// Linux: a flag in `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems.
    pub fn is_kernel_thread(&self) -> Result<bool> {
        self.ask(Raw::is_kernel_thread)
    }
}
