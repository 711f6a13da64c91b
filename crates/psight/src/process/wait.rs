//! Waiting for processes to end.

use std::collections::HashSet;
use std::fmt;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use super::Signal;
use crate::record::{Kind, ToValue, Value};
use crate::{Error, ErrorKind, Process, Result, sys};

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitStatus {
    /// It returned this code; 0 to 255 on Unix.
    Exited(u32),
    /// A signal ended it.
    Signaled {
        /// The signal.
        signal: Signal,
        /// Whether a core dump was written.
        core_dumped: bool,
    },
}

/// A process that has ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Gone<'a> {
    /// The process.
    pub process: &'a Process,
    /// How it ended; `None` for one that is not this process's child.
    pub status: Option<ExitStatus>,
}

/// What became of the processes that were waited for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Waited<'a> {
    /// Those that have ended, the first first.
    pub gone: Vec<Gone<'a>>,
    /// Those that have not, in the order they were given.
    pub alive: Vec<&'a Process>,
}

impl Process {
    /// Waits until the process has ended, at most for `timeout`, and says how it ended if it is a child of this
    /// process; `None` if it is not, if something else in this program has asked first, or if it had ended before.
    ///
    /// A child is reaped by this, so that nobody else can ask how it ended: `std::process::Child::wait` and its like fail
    /// afterwards. A process that is not a child has ended when its own parent has reaped it: until then
    /// it is a zombie, and is waited for. A stopped process has not ended. The answer is kept: a later call gives it
    /// again. A timeout of zero asks once and does not wait.
    ///
    /// Linux: `pidfd_open(2)`, `poll(2)` and `waitid(2)`. Where a pidfd is refused, it looks again and again, at most
    /// 40 ms apart.
    ///
    /// Windows: `WaitForMultipleObjects`; the code of any process that may be opened is told, and nothing has to be
    /// reaped.
    ///
    /// # Errors
    ///
    /// `TimedOut` with the pid, never `NoSuchProcess`; `InvalidInput` for pid 0; `Unsupported` as with
    /// [`send_signal`](Self::send_signal).
    pub fn wait(&self, timeout: Option<Duration>) -> Result<Option<ExitStatus>> {
        self.wait_with(timeout, || ControlFlow::Continue(()))
    }

    /// As [`wait`](Self::wait), for programs that handle signals: `signalled` is asked after each signal that the
    /// waiting thread caught, and may break off the wait.
    ///
    /// # Errors
    ///
    /// As `wait`, and `Interrupted` where `signalled` breaks it off.
    pub fn wait_with(
        &self,
        timeout: Option<Duration>,
        mut signalled: impl FnMut() -> ControlFlow<()>,
    ) -> Result<Option<ExitStatus>> {
        if let Some(ended) = self.ended.get() {
            return Ok(*ended);
        }
        let (mut found, mut broken) = (None, false);
        let mut ended = |_, status| {
            found = Some(status);
            ControlFlow::Continue(())
        };
        let mut signalled = || {
            let flow = signalled();
            broken = flow.is_break();
            flow
        };
        sys::control::wait(&[self], deadline(timeout), &mut ended, &mut signalled)?;
        match found {
            Some(status) => Ok(self.end(status)),
            None if broken => {
                Err(Error::new(ErrorKind::Interrupted, "interrupted").with_pid(self.pid()))
            }
            None => Err(timed_out(self, timeout)),
        }
    }

    /// Keeps how it ended; what another thread kept first stays.
    fn end(&self, status: Option<ExitStatus>) -> Option<ExitStatus> {
        *self.ended.get_or_init(|| status)
    }
}

/// Waits until all of `processes` have ended, at most for `timeout`. `callback` is called with each as it ends.
///
/// A process that is given twice counts once. Each ends as [`Process::wait`] says; without a timeout this waits as long
/// as it takes, and a timeout that passes is no error.
///
/// Linux: one `poll(2)` over a pidfd each, as far as half of this process's limit of open files goes; the rest is looked
/// at again and again.
///
/// ```no_run
/// # use std::time::Duration;
/// # use psight::{Process, process::wait_procs};
/// # let processes: Vec<Process> = Vec::new();
/// for process in &processes {
///     process.terminate().ok();
/// }
/// let waited = wait_procs(&processes, Some(Duration::from_secs(3)), |_| {})?;
/// for process in waited.alive {
///     process.kill().ok();
/// }
/// # Ok::<(), psight::Error>(())
/// ```
///
/// # Errors
///
/// As [`Process::wait`], except for `TimedOut`.
pub fn wait_procs<'a>(
    processes: impl IntoIterator<Item = &'a Process>,
    timeout: Option<Duration>,
    mut callback: impl FnMut(Gone<'a>),
) -> Result<Waited<'a>> {
    let callback = |gone| {
        callback(gone);
        ControlFlow::Continue(())
    };
    wait_procs_with(processes, timeout, callback, || ControlFlow::Continue(()))
}

/// As [`wait_procs`], for those who may not want to wait for all: `callback` may break it off, which it does after a look
/// at which others have ended too, and so may `signalled`, which is asked after each signal that the waiting thread caught.
///
/// # Errors
///
/// As [`wait_procs`]; breaking it off is none.
pub fn wait_procs_with<'a>(
    processes: impl IntoIterator<Item = &'a Process>,
    timeout: Option<Duration>,
    mut callback: impl FnMut(Gone<'a>) -> ControlFlow<()>,
    mut signalled: impl FnMut() -> ControlFlow<()>,
) -> Result<Waited<'a>> {
    let mut seen = HashSet::new();
    let mut waited = Waited { gone: Vec::new(), alive: Vec::new() };
    let mut flow = ControlFlow::Continue(());
    let mut gone = |process: &'a Process, status| {
        let gone = Gone { process, status };
        waited.gone.push(gone);
        callback(gone)
    };
    for process in processes {
        if seen.insert((process.pid(), process.start())) {
            match process.ended.get() {
                Some(status) if gone(process, *status).is_break() => flow = ControlFlow::Break(()),
                Some(_) => {}
                None => waited.alive.push(process),
            }
        }
    }
    let alive = std::mem::take(&mut waited.alive);
    let mut ended = vec![false; alive.len()];
    // Broken off already: the others are looked at and not waited for.
    let deadline = if flow.is_break() { Some(Instant::now()) } else { deadline(timeout) };
    let mut end = |index: usize, status| match (alive.get(index), ended.get_mut(index)) {
        (Some(process), Some(ended)) => {
            *ended = true;
            gone(process, process.end(status))
        }
        _ => ControlFlow::Continue(()),
    };
    sys::control::wait(&alive, deadline, &mut end, &mut signalled)?;
    waited.alive =
        alive.iter().zip(&ended).filter(|(_, ended)| !**ended).map(|(p, _)| *p).collect();
    Ok(waited)
}

/// The moment to give up; `None` is never.
fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}

fn timed_out(process: &Process, timeout: Option<Duration>) -> Error {
    let seconds = timeout.map(|timeout| timeout.as_secs_f64());
    let what =
        seconds.map_or("timeout".into(), |seconds| format!("timeout after {seconds} seconds"));
    Error::new(ErrorKind::TimedOut, what).with_pid(process.pid())
}

impl ExitStatus {
    /// The code that it returned; `None` if a signal ended it.
    pub fn code(self) -> Option<u32> {
        match self {
            Self::Exited(code) => Some(code),
            Self::Signaled { .. } => None,
        }
    }

    /// The signal that ended it; `None` if it returned.
    pub fn signal(self) -> Option<Signal> {
        match self {
            Self::Exited(_) => None,
            Self::Signaled { signal, .. } => Some(signal),
        }
    }

    /// Whether it returned 0.
    pub fn success(self) -> bool {
        self == Self::Exited(0)
    }

    /// The code, or the number of the signal below zero, as psutil says it.
    pub fn as_i64(self) -> i64 {
        match self {
            Self::Exited(code) => code.into(),
            Self::Signaled { signal, .. } => -i64::from(signal.number()),
        }
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit code {code}"),
            Self::Signaled { signal, core_dumped: false } => write!(f, "{signal}"),
            Self::Signaled { signal, core_dumped: true } => write!(f, "{signal} (core dumped)"),
        }
    }
}

impl ToValue for ExitStatus {
    const KIND: Kind = Kind::Integer;

    fn to_value(&self) -> Value<'_> {
        Value::Int(self.as_i64())
    }
}

crate::serialized!(ExitStatus);
