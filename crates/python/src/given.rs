//! Numbers that programs give, refused in the words of Python's own functions.

use std::ffi::c_int;

use pyo3::exceptions::PyOverflowError;
use pyo3::prelude::*;

/// A number that the system keeps in a C int. To take it as an argument would add a note to the error.
pub(crate) fn int(number: &Bound<'_, PyAny>) -> PyResult<c_int> {
    let number: i64 = number.extract()?;
    c_int::try_from(number).map_err(|_| {
        let beyond = if number > 0 { "greater than maximum" } else { "less than minimum" };
        PyOverflowError::new_err(format!("signed integer is {beyond}"))
    })
}
