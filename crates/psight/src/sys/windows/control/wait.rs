//! Waiting for processes to end: the kernel is asked for all of them at once, as far as one call reaches.

use std::ops::ControlFlow;
use std::os::windows::io::AsHandle;
use std::time::{Duration, Instant};

use super::super::kernel::here;
use super::super::opened::Opened;
use super::ffi::{self, MOST};
use super::{SYNCHRONIZE, same};
use crate::process::ExitStatus;
use crate::{Error, Process, Result};

/// Where it is asked whether to go on, for as long as nothing ends: nothing wakes a thread of Windows for a signal.
const SLICE: Duration = Duration::from_millis(200);
/// The same where one call does not reach all of them.
const SHORT: Duration = Duration::from_millis(20);

/// Until all have ended or the deadline has passed; `ended` gets the index of each that ends, once. Either can break it
/// off, `ended` after a look at the rest.
// WaitForMultipleObjects, GetExitCodeProcess
pub(crate) fn wait(
    processes: &[&Process],
    deadline: Option<Instant>,
    ended: &mut dyn FnMut(usize, Option<ExitStatus>) -> ControlFlow<()>,
    signalled: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<()> {
    let mut broken = false;
    let mut watched = Vec::new();
    for (index, process) in processes.iter().enumerate() {
        match Watched::new(index, process)? {
            Some(process) => watched.push(process),
            None => broken |= ended(index, None).is_break(),
        }
    }
    loop {
        let mut at = 0;
        while let Some(process) = watched.get(at) {
            if process.has_ended()? {
                let process = watched.swap_remove(at);
                broken |= ended(process.index, process.status()).is_break();
            } else {
                at += 1;
            }
        }
        let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
        if watched.is_empty() || broken || left == Some(Duration::ZERO) || signalled().is_break() {
            return Ok(());
        }
        pause(&watched, left)?;
    }
}

/// Waits for one of them to end, or a while.
fn pause(watched: &[Watched<'_>], left: Option<Duration>) -> Result<()> {
    let handles: Vec<_> = watched.iter().filter_map(Watched::handle).collect();
    let longest =
        if handles.len() == watched.len() && handles.len() <= MOST { SLICE } else { SHORT };
    let slice = left.map_or(longest, |left| left.min(longest));
    if handles.is_empty() {
        std::thread::sleep(slice);
        return Ok(());
    }
    ffi::wait_any(&handles, slice)
        .map(drop)
        .map_err(|error| Error::system("WaitForMultipleObjects", error))
}

/// A process that is waited for.
struct Watched<'a> {
    index: usize,
    process: &'a Process,
    /// `None` where the process may not be waited for: then it is looked at again and again.
    opened: Option<Opened>,
}

impl<'a> Watched<'a> {
    /// `None` if it has ended and left nothing to ask.
    fn new(index: usize, process: &'a Process) -> Result<Option<Self>> {
        here(process.host(), "wait")?;
        if process.pid().as_u32() == 0 {
            return Err(Error::invalid("the idle process never ends").with_pid(process.pid()));
        }
        let opened = Opened::alive_or_not(process.pid(), SYNCHRONIZE);
        match opened.and_then(|opened| same(process, opened)) {
            Ok(opened) => Ok(Some(Self { index, process, opened: Some(opened) })),
            Err(error) if error.is_gone() => Ok(None),
            Err(error) if error.is_denied() => Ok(Some(Self { index, process, opened: None })),
            Err(error) => Err(error),
        }
    }

    fn handle(&self) -> Option<std::os::windows::io::BorrowedHandle<'_>> {
        self.opened.as_ref().map(|opened| opened.handle.as_handle())
    }

    fn has_ended(&self) -> Result<bool> {
        match self.handle() {
            Some(handle) => ffi::wait_any(&[handle], Duration::ZERO)
                .map(|ended| ended.is_some())
                .map_err(|error| Error::system("WaitForMultipleObjects", error)),
            None => Ok(!self.process.is_running()?),
        }
    }

    fn status(&self) -> Option<ExitStatus> {
        let opened = self.opened.as_ref()?;
        ffi::exit_code(&opened.handle).ok().map(ExitStatus::Exited)
    }
}
