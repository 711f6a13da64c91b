//! psight's Python extension: the core, behind Python types.
//!
//! It translates and does not know: every number comes from `psight`, every class from the Python package around it, and
//! what is peculiar to psutil (its global state, its messages) is Python. The functions are private to that package.

mod arrow;
mod columns;
mod counted;
mod enter;
mod ffi;
mod given;
mod limits;
mod net;
mod process;
mod pypsutil;
mod state;
mod system;
mod table;
mod views;
mod wait;
#[cfg(windows)]
mod windows;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyModule};

/// Puts the functions into a new module; those about one process into its `process`.
fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    begin(module)?;
    let names = inner(module, "psight._psight.process")?;
    process::fill(module, &names)?;
    wait::fill(module, &names)?;
    table::fill(module, &names)?;
    columns::fill(module, &names)?;
    module.add("process", names)?;
    module.add("version", env!("CARGO_PKG_VERSION"))?;
    let names = inner(module, "psight._psight.pypsutil")?;
    pypsutil::fill(module, &names)?;
    module.add("pypsutil", names)?;
    let names = inner(module, "psight._psight.limits")?;
    limits::fill(module, &names)?;
    module.add("limits", names)?;
    #[cfg(windows)]
    {
        let names = inner(module, "psight._psight.windows")?;
        windows::fill(module, &names)?;
        module.add("windows", names)?;
    }
    system::fill(module)
}

fn inner<'py>(module: &Bound<'py, PyModule>, name: &str) -> PyResult<Bound<'py, PyModule>> {
    let inner = PyModule::new(module.py(), name)?;
    begin(&inner)?;
    Ok(inner)
}

/// Gives a module the list of its names, to which whatever is added to it goes.
///
/// It would be looked for, and Python 3.13.0 does not say that a module lacks something where the working directory is gone.
fn begin(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("__all__", PyList::empty(module.py()))
}
