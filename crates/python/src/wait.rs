//! Waiting for processes to end, with the interpreter's lock released and until Python has a signal to handle.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use psight::process::{ExitStatus, wait_procs_with};
use psight::{ErrorKind, Process};
use pyo3::prelude::*;

use crate::process::{Handle, native};
use crate::{enter, ffi};

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add_function(wrap_pyfunction!(wait, module)?)?;
    names.add_function(wrap_pyfunction!(wait_some, module)?)
}

/// Waits for the end: the exit code, the negative number of a signal, or `None` if it is not our child.
#[pyfunction]
#[pyo3(pass_module, signature = (process, timeout=None))]
fn wait(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    timeout: Option<f64>,
) -> PyResult<Option<i64>> {
    let (py, state) = (process.py(), ffi::state(module)?);
    let capsule = native(state, process)?;
    let asked = ffi::kept::<Handle>(&capsule)?.lasting(state);
    let deadline = deadline(timeout);
    loop {
        // Python's handlers run between two waits: a signal breaks this one off.
        let ended = py.detach(|| asked.wait_with(left(deadline), || ControlFlow::Break(())));
        match ended {
            Ok(status) => return Ok(status.map(ExitStatus::as_i64)),
            Err(error) if error.kind() == ErrorKind::Interrupted => py.check_signals()?,
            Err(error) => return Err(enter::raised(py, state, &error, Some(process))),
        }
    }
}

/// Waits until one of the processes has ended, and returns the places of all that have; none after the timeout.
#[pyfunction]
#[pyo3(pass_module, signature = (processes, timeout=None))]
fn wait_some(
    module: &Bound<'_, PyModule>,
    processes: Vec<Bound<'_, PyAny>>,
    timeout: Option<f64>,
) -> PyResult<Vec<usize>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let asked = processes
        .iter()
        .map(|process| Ok(ffi::kept::<Handle>(&native(state, process)?)?.lasting(state)))
        .collect::<PyResult<Vec<Arc<Process>>>>()?;
    let deadline = deadline(timeout);
    loop {
        let mut interrupted = false;
        let gone: Vec<usize> = enter::system(py, state, || {
            let signalled = || {
                interrupted = true;
                ControlFlow::Break(())
            };
            let all = asked.iter().map(Arc::as_ref);
            let waited =
                wait_procs_with(all, left(deadline), |_| ControlFlow::Break(()), signalled)?;
            let ended = |asked: &Arc<Process>| {
                waited.gone.iter().any(|gone| std::ptr::eq(gone.process, asked.as_ref()))
            };
            Ok(asked.iter().enumerate().filter(|(_, asked)| ended(asked)).map(|(n, _)| n).collect())
        })?;
        if !gone.is_empty() || !interrupted {
            return Ok(gone);
        }
        py.check_signals()?;
    }
}

/// The moment to give up; `None` is never.
fn deadline(timeout: Option<f64>) -> Option<Instant> {
    Instant::now().checked_add(Duration::try_from_secs_f64(timeout?).ok()?)
}

fn left(deadline: Option<Instant>) -> Option<Duration> {
    Some(deadline?.saturating_duration_since(Instant::now()))
}
