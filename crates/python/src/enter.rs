//! The one way from Python into psight: the lock of the interpreter is released, the question asked, the error turned.

use psight::{Error, ErrorKind, Host, Result};
use pyo3::prelude::*;

use crate::ffi;
use crate::state::State;

/// Asks the system. An error becomes the exception that psutil raises for it.
pub(crate) fn system<T: Send>(
    py: Python<'_>,
    state: &State,
    ask: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    py.detach(ask).map_err(|error| raised(py, state, &error, None))
}

/// Asks the machine that the program has chosen.
pub(crate) fn host<T: Send>(
    py: Python<'_>,
    state: &State,
    ask: impl FnOnce(&Host) -> Result<T> + Send,
) -> PyResult<T> {
    let host = state.host();
    system(py, state, || ask(&host))
}

/// Asks the system for something that comes in parts, each of which is shown with the lock held.
pub(crate) fn system_in_parts<T: ?Sized>(
    py: Python<'_>,
    state: &State,
    ask: impl FnOnce(&mut dyn FnMut(&T)) -> Result<()> + Send,
    mut show: impl FnMut(&T) -> PyResult<()>,
) -> PyResult<()> {
    let mut shown = Ok(());
    let read = ffi::alternating(py, ask, |part| {
        if shown.is_ok() {
            shown = show(part);
        }
    });
    shown.and(read.map_err(|error| raised(py, state, &error, None)))
}

/// Asks about a process. `process` is its Python object, which the exception names.
pub(crate) fn process<T: Send>(
    process: &Bound<'_, PyAny>,
    state: &State,
    ask: impl FnOnce() -> Result<T> + Send,
) -> PyResult<T> {
    let py = process.py();
    py.detach(ask).map_err(|error| raised(py, state, &error, Some(process)))
}

/// Asks what one system call answers, without waiting: to release the lock for it would take a part of the time.
pub(crate) fn process_at_once<T>(
    process: &Bound<'_, PyAny>,
    state: &State,
    ask: impl FnOnce() -> Result<T>,
) -> PyResult<T> {
    ask().map_err(|error| raised(process.py(), state, &error, Some(process)))
}

/// The exception, made in Python so that its classes have one home.
pub(crate) fn raised(
    py: Python<'_>,
    state: &State,
    error: &Error,
    process: Option<&Bound<'_, PyAny>>,
) -> PyErr {
    let make = || -> PyResult<PyErr> {
        let make = state.exception_maker(py, "from_core")?;
        let pid = error.pid().map(|pid| pid.as_u32());
        let text = error.to_string();
        let args = (kind(error.kind()), pid, error.os_code(), error.context(), text, process);
        Ok(PyErr::from_value(make.call1(args)?))
    };
    make().unwrap_or_else(|error| error)
}

fn kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NoSuchProcess => "gone",
        ErrorKind::ZombieProcess => "zombie",
        ErrorKind::AccessDenied => "denied",
        ErrorKind::NotFound => "missing",
        ErrorKind::TimedOut => "late",
        ErrorKind::Unsupported => "unsupported",
        ErrorKind::Malformed => "malformed",
        ErrorKind::InvalidInput => "invalid",
        _ => "os",
    }
}
