//! When the kernel lets a process run, and what it waits for.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use crate::record::{Kind, Record, ToValue, Value};
use crate::{Process, Result, sys};

/// By which rules a process gets its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Scheduling {
    /// Among whom it gets it.
    pub policy: SchedulingPolicy,
    /// Its rank as the kernel counts, the lower the sooner: 20 and the nice value, or for a real-time process -1 and its
    /// `rt_priority` below that.
    pub priority: i32,
    /// Its rank among real-time processes, 1 to 99, the higher the sooner; 0 for others.
    pub rt_priority: u32,
}

/// How long one thread ran, and how long it had to wait for its turn.
///
/// Of two readings the difference counts: a thread that was ready for a second and waited for half of it wants more
/// processors than it gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct ThreadTurns {
    /// The kernel's number of the thread; the main thread has the pid.
    #[field(label)]
    pub id: u32,
    /// How long it was on processors. By the nanosecond, where [`Thread`](super::Thread) has ticks.
    #[field(unit = seconds, counter)]
    pub run_time: Duration,
    /// How long it was ready to run, and others had the processor.
    #[field(unit = seconds, counter)]
    pub wait_time: Duration,
    /// How often it got its turn.
    #[field(counter)]
    pub turns: u64,
}

/// The classes of Linux, sched(7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchedulingPolicy {
    /// `SCHED_OTHER`: everybody in turn.
    Other,
    /// `SCHED_FIFO`: real time, until it waits.
    Fifo,
    /// `SCHED_RR`: real time, in turn with its equals.
    RoundRobin,
    /// `SCHED_BATCH`: as `Other`, and taken for one that only computes.
    Batch,
    /// `SCHED_IDLE`: when nobody else wants to.
    Idle,
    /// `SCHED_DEADLINE`: so much time in each period.
    Deadline,
    /// `SCHED_EXT`: as a BPF program says. Since 6.12.
    Ext,
    /// One that psight does not know, by its number.
    Unknown(u32),
}

impl Process {
    /// By which rules the process gets its turn, that is its main thread. Linux: `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems; else as for [every question](Self#errors).
    pub fn scheduling(&self) -> Result<Scheduling> {
        self.ask(sys::scheduling::scheduling)
    }

    /// How long each thread of the process ran since it was started, how long it waited for a processor, and how often it got
    /// one, in the order of their numbers. A thread that ends meanwhile is left out, and what it had is in no other.
    ///
    /// Linux: `/proc/<pid>/task/<id>/schedstat`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems, and from a kernel that does not count it; else as for
    /// [every question](Self#errors).
    pub fn thread_turns(&self) -> Result<Vec<ThreadTurns>> {
        self.ask(sys::scheduling::thread_turns)
    }

    /// The function of the kernel in which the process waits; `None` where it does not wait, and where the caller may not
    /// know, which the kernel does not tell apart. Linux: `/proc/<pid>/wchan`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on other systems, `NotFound` from a kernel without names of functions; else as for
    /// [every question](Self#errors).
    pub fn wchan(&self) -> Result<Option<OsString>> {
        self.ask(sys::scheduling::wchan)
    }
}

impl SchedulingPolicy {
    /// The kernel's name, as in `SCHED_OTHER`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Other => "SCHED_OTHER",
            Self::Fifo => "SCHED_FIFO",
            Self::RoundRobin => "SCHED_RR",
            Self::Batch => "SCHED_BATCH",
            Self::Idle => "SCHED_IDLE",
            Self::Deadline => "SCHED_DEADLINE",
            Self::Ext => "SCHED_EXT",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The letters of `ps -o cls`.
    pub fn letters(self) -> &'static str {
        match self {
            Self::Other => "TS",
            Self::Fifo => "FF",
            Self::RoundRobin => "RR",
            Self::Batch => "B",
            Self::Idle => "IDL",
            Self::Deadline => "DLN",
            Self::Ext => "EXT",
            Self::Unknown(_) => "?",
        }
    }
}

impl fmt::Display for SchedulingPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for SchedulingPolicy {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self.as_str()))
    }
}

crate::serialized!(SchedulingPolicy);
