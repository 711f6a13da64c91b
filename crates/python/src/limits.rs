//! What a process may use of the machine, and how long tasks wait for it: psutil has nothing of it.

use psight::limits::{EffectiveCpus, EffectiveMemory};
use psight::pressure::{Pressure, Stall, Stalls};
use psight::{Host, Record};
use pyo3::prelude::*;

use crate::state::{State, Tuple};
use crate::views::{object, view, view_with};
use crate::{enter, ffi};

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add_function(wrap_pyfunction!(effective_memory, module)?)?;
    names.add_function(wrap_pyfunction!(effective_cpus, module)?)?;
    names.add_function(wrap_pyfunction!(pressure, module)?)
}

#[pyfunction]
#[pyo3(pass_module)]
fn effective_memory<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let memory: EffectiveMemory = enter::host(py, state, Host::effective_memory)?;
    view(py, state, Tuple::Seffmem, &memory)
}

#[pyfunction]
#[pyo3(pass_module)]
fn effective_cpus<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let cpus: EffectiveCpus = enter::host(py, state, Host::effective_cpus)?;
    view(py, state, Tuple::Seffcpus, &cpus)
}

#[pyfunction]
#[pyo3(pass_module)]
fn pressure<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let pressure: Pressure = enter::host(py, state, Host::pressure)?;
    view_with(py, state, Tuple::Spressure, &pressure, |resource| {
        let stalls = match resource {
            "cpu" => pressure.cpu,
            "memory" => pressure.memory,
            "io" => pressure.io,
            "irq" => pressure.irq,
            _ => None,
        };
        stalls.map(|stalls| of_resource(py, state, &stalls)).transpose()
    })
}

fn of_resource<'py>(
    py: Python<'py>,
    state: &State,
    stalls: &Stalls,
) -> PyResult<Bound<'py, PyAny>> {
    view_with(py, state, Tuple::Sstalls, stalls, |kind| {
        let stall = if kind == "some" { stalls.some } else { stalls.full };
        stall.map(|stall| exact(py, state, &stall)).transpose()
    })
}

/// With the kernel's own two decimals; psutil's percentages have one.
fn exact<'py>(py: Python<'py>, state: &State, stall: &Stall) -> PyResult<Bound<'py, PyAny>> {
    view_with(py, state, Tuple::Sstall, stall, |name| {
        stall.value(name).map(|value| object(py, value)).transpose()
    })
}
