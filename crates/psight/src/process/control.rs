//! Control over a process: signals, priorities, affinity, limits.

use std::cmp::Ordering;
use std::fmt;

use super::Signal;
use crate::record::{Kind, Os, Record, ToValue, Value};
use crate::{Process, Result, sys};

/// How the disks serve a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct IoNice {
    /// The class that the process is served in.
    pub ioclass: IoClass,
    /// The rank within the classes `RealTime` and `BestEffort`: 0 is served first, 7 last.
    #[field(on(linux))]
    pub value: Option<u8>,
}

/// The class in which the disks serve a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IoClass {
    /// Linux: none was chosen; the process is served as its nice value says.
    None,
    /// Linux: before all others.
    RealTime,
    /// Linux: the ordinary class.
    BestEffort,
    /// Linux: only when nobody else wants the disk.
    Idle,
    /// Windows: the lowest.
    VeryLow,
    /// Windows: below the ordinary one.
    Low,
    /// Windows: the ordinary one.
    Normal,
    /// Windows: above the ordinary one.
    High,
}

/// What of a resource a process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Limits {
    /// What is enforced. The process itself may change it, up to `hard`.
    pub soft: Limit,
    /// What `soft` may be raised to. Only a privileged process may raise it.
    pub hard: Limit,
}

/// A number, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Limit {
    /// At most this many, in the resource's own unit.
    Of(u64),
    /// No limit (`RLIM_INFINITY`), which psutil says as -1.
    Unlimited,
}

/// A resource that may be limited; what it counts stands with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// Seconds of CPU time (`RLIMIT_CPU`).
    Cpu,
    /// Bytes of a file that is written (`RLIMIT_FSIZE`).
    FileSize,
    /// Bytes of data, heap included (`RLIMIT_DATA`).
    Data,
    /// Bytes of the main thread's stack (`RLIMIT_STACK`).
    Stack,
    /// Bytes of a core dump (`RLIMIT_CORE`).
    Core,
    /// Bytes of resident memory; Linux does not enforce it (`RLIMIT_RSS`).
    Rss,
    /// Processes and threads of the user (`RLIMIT_NPROC`).
    Processes,
    /// One more than the highest descriptor (`RLIMIT_NOFILE`).
    OpenFiles,
    /// Bytes that are locked in memory (`RLIMIT_MEMLOCK`).
    LockedMemory,
    /// Bytes of address space (`RLIMIT_AS`).
    AddressSpace,
    /// File locks; Linux: not enforced since 2.4 (`RLIMIT_LOCKS`).
    Locks,
    /// Linux: signals that wait, of the user (`RLIMIT_SIGPENDING`).
    PendingSignals,
    /// Linux: bytes in POSIX message queues, of the user (`RLIMIT_MSGQUEUE`).
    MessageQueues,
    /// Linux: 20 minus the lowest nice value (`RLIMIT_NICE`).
    Nice,
    /// Linux: the highest real-time priority (`RLIMIT_RTPRIO`).
    RealTimePriority,
    /// Linux: microseconds of CPU time in real time without a pause (`RLIMIT_RTTIME`).
    RealTime,
    /// FreeBSD: bytes of swap space, of the user (`RLIMIT_SWAP`).
    Swap,
    /// FreeBSD: bytes of socket buffers, of the user (`RLIMIT_SBSIZE`).
    SocketBuffers,
    /// FreeBSD: pseudo-terminals, of the user (`RLIMIT_NPTS`).
    PseudoTerminals,
}

impl Process {
    /// Sends `signal`, to this process and to no other: not even if this one ends meanwhile and its pid is given anew.
    ///
    /// A zombie takes every signal and does nothing about it.
    ///
    /// Linux: `pidfd_send_signal(2)`; where that is refused `kill(2)`, after a look whether the pid is still this
    /// process's.
    ///
    /// Windows: `TERM` and `KILL` are `TerminateProcess` with the code 15, `STOP` and `CONT` `NtSuspendProcess` and
    /// `NtResumeProcess`; `INT` and `BREAK` are Ctrl-C and Ctrl-Break for the console group that the process leads.
    /// Others are `InvalidInput`. The handle is compared with the process first.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` when it has ended, `AccessDenied` when it is another user's, `InvalidInput` for a number that is
    /// no signal and for pid 0, `Unsupported` for a process of a captured machine, and for one seen through the `/proc`
    /// of another pid namespace, whose pids mean other processes here.
    pub fn send_signal(&self, signal: Signal) -> Result<()> {
        sys::control::send_signal(self, signal)
    }

    /// Stops the process, with `SIGSTOP`, until [`resume`](Self::resume).
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Self::send_signal).
    pub fn suspend(&self) -> Result<()> {
        self.send_signal(Signal::STOP)
    }

    /// Lets a stopped process go on, with `SIGCONT`.
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Self::send_signal).
    pub fn resume(&self) -> Result<()> {
        self.send_signal(Signal::CONT)
    }

    /// Asks the process to end, with `SIGTERM`, which it may catch.
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Self::send_signal).
    pub fn terminate(&self) -> Result<()> {
        self.send_signal(Signal::TERM)
    }

    /// Ends the process, with `SIGKILL`.
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Self::send_signal).
    pub fn kill(&self) -> Result<()> {
        self.send_signal(Signal::KILL)
    }

    /// The nice value: -20 is served first, 19 last, 0 is the ordinary one.
    ///
    /// Linux: `/proc/<pid>/stat`; it is the main thread's, and other threads may have others.
    ///
    /// Windows: the priority class, as in `NORMAL_PRIORITY_CLASS` (32).
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn nice(&self) -> Result<i32> {
        sys::control::nice(self)
    }

    /// Changes the nice value. The kernel takes what is below -20 for -20, and what is above 19 for 19.
    ///
    /// Linux: `setpriority(2)`, for the main thread.
    ///
    /// Windows: `SetPriorityClass`; a number that is no class is `InvalidInput`.
    ///
    /// # Errors
    ///
    /// As [`send_signal`](Self::send_signal); `AccessDenied` also for a lower value without the privilege.
    pub fn set_nice(&self, value: i32) -> Result<()> {
        sys::control::set_nice(self, value)
    }

    /// How the disks serve the process.
    ///
    /// Linux: `ioprio_get(2)`. A process for which none was chosen says `None`; some kernels say instead what follows
    /// from its nice value.
    ///
    /// Windows: `ProcessIoPriority`.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a process of a captured machine; else as for [every question](Self#errors).
    pub fn ionice(&self) -> Result<IoNice> {
        sys::control::ionice(self)
    }

    /// Changes how the disks serve the process. Without a value, the class's best is taken.
    ///
    /// Linux: `ioprio_set(2)`.
    ///
    /// Windows: `NtSetInformationProcess`, without a value.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a value above 7, for one of the classes `None` and `Idle`, which have but one, and for a
    /// class of another system; `AccessDenied` for `RealTime` without the privilege; else as
    /// [`send_signal`](Self::send_signal).
    pub fn set_ionice(&self, ioclass: IoClass, value: Option<u8>) -> Result<()> {
        sys::control::set_ionice(self, ioclass, value)
    }

    /// The CPUs that the process may run on, in ascending order, counted from 0.
    ///
    /// Linux: `sched_getaffinity(2)`, for the main thread; of a captured machine `/proc/<pid>/status`.
    ///
    /// Windows: `GetProcessAffinityMask`. A machine with more than 64 processors has them in groups, and they are counted
    /// over all of these. A process in one group has processors of that alone; one that is in several, as it is by default
    /// since Windows 11, may run on all of them.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors). Windows: `Unsupported` where a process in several groups is kept from some
    /// processors, as only its threads know of which.
    pub fn cpu_affinity(&self) -> Result<Vec<u32>> {
        sys::control::cpu_affinity(self)
    }

    /// Changes the CPUs that the process may run on. None at all stands for all that it may be given.
    ///
    /// Linux: `sched_setaffinity(2)`, for the main thread. CPUs outside the process's cpuset are left out silently as
    /// long as one remains.
    ///
    /// Windows: `SetProcessAffinityMask`, within the group of processors that the process is in.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if no such CPU exists, or none that the process may be given; on Windows `Unsupported` for a process
    /// in several groups of processors; else as [`send_signal`](Self::send_signal).
    pub fn set_cpu_affinity(&self, cpus: &[u32]) -> Result<()> {
        sys::control::set_cpu_affinity(self, cpus)
    }

    /// What of `resource` the process may use.
    ///
    /// Linux: `prlimit(2)`; of another user's process, and of one of a captured machine, `/proc/<pid>/limits`.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a resource that this system does not limit.
    pub fn rlimit(&self, resource: Resource) -> Result<Limits> {
        sys::control::rlimit(self, resource)
    }

    /// Changes what of `resource` the process may use, and says what it was. Both in one step.
    ///
    /// Linux: `prlimit(2)`.
    ///
    /// # Errors
    ///
    /// `InvalidInput` if `soft` is above `hard`, `AccessDenied` for a higher `hard` without the privilege; else as
    /// [`send_signal`](Self::send_signal).
    pub fn set_rlimit(&self, resource: Resource, limits: Limits) -> Result<Limits> {
        sys::control::set_rlimit(self, resource, limits)
    }
}

/// Whether a process with this nice value is served before others (`Less`), after them (`Greater`), or as is usual.
///
/// Windows: its priority classes are numbers in no order.
pub fn nice_order(nice: i32) -> Ordering {
    order_on(Os::CURRENT, nice)
}

fn order_on(os: Os, nice: i32) -> Ordering {
    const NORMAL: i32 = 0x20;
    const IDLE: i32 = 0x40;
    const BELOW_NORMAL: i32 = 0x4000;
    match (os, nice) {
        (Os::Windows, NORMAL) => Ordering::Equal,
        (Os::Windows, IDLE | BELOW_NORMAL) => Ordering::Greater,
        (Os::Windows, _) => Ordering::Less,
        (_, nice) => nice.cmp(&0),
    }
}

impl Limits {
    /// These two limits.
    pub const fn new(soft: Limit, hard: Limit) -> Self {
        Self { soft, hard }
    }
}

impl Resource {
    /// Every resource that some system limits.
    pub const ALL: &'static [Self] = &[
        Self::Cpu,
        Self::FileSize,
        Self::Data,
        Self::Stack,
        Self::Core,
        Self::Rss,
        Self::Processes,
        Self::OpenFiles,
        Self::LockedMemory,
        Self::AddressSpace,
        Self::Locks,
        Self::PendingSignals,
        Self::MessageQueues,
        Self::Nice,
        Self::RealTimePriority,
        Self::RealTime,
        Self::Swap,
        Self::SocketBuffers,
        Self::PseudoTerminals,
    ];

    /// The system's name without `RLIMIT_`, as in `NOFILE`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cpu => "CPU",
            Self::FileSize => "FSIZE",
            Self::Data => "DATA",
            Self::Stack => "STACK",
            Self::Core => "CORE",
            Self::Rss => "RSS",
            Self::Processes => "NPROC",
            Self::OpenFiles => "NOFILE",
            Self::LockedMemory => "MEMLOCK",
            Self::AddressSpace => "AS",
            Self::Locks => "LOCKS",
            Self::PendingSignals => "SIGPENDING",
            Self::MessageQueues => "MSGQUEUE",
            Self::Nice => "NICE",
            Self::RealTimePriority => "RTPRIO",
            Self::RealTime => "RTTIME",
            Self::Swap => "SWAP",
            Self::SocketBuffers => "SBSIZE",
            Self::PseudoTerminals => "NPTS",
        }
    }

    /// The number that this system gives the resource (`RLIMIT_NOFILE` and the like); `None` where it has none.
    pub fn number(self) -> Option<u32> {
        sys::control::resource_number(self)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(number) => number.fmt(f),
            Self::Unlimited => "unlimited".fmt(f),
        }
    }
}

impl ToValue for Limit {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Of(number) => Value::Uint(*number),
            Self::Unlimited => Value::Int(-1),
        }
    }
}

crate::serialized!(Limit);

impl fmt::Display for IoClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::RealTime => "realtime",
            Self::BestEffort => "best-effort",
            Self::Idle => "idle",
            Self::VeryLow => "very low",
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        })
    }
}

impl ToValue for IoClass {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(self.to_string().into())
    }
}

crate::serialized!(IoClass);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_windows_are_in_no_order() {
        let order = |nice| order_on(Os::Windows, nice);
        assert_eq!(
            [0x20, 0x40, 0x4000].map(order),
            [Ordering::Equal, Ordering::Greater, Ordering::Greater]
        );
        assert_eq!([0x8000, 0x80, 0x100].map(order), [Ordering::Less; 3]);
    }

    #[test]
    fn elsewhere_a_low_value_comes_first() {
        let order = |nice| order_on(Os::Linux, nice);
        assert_eq!([-5, 0, 5].map(order), [Ordering::Less, Ordering::Equal, Ordering::Greater]);
    }
}
