//! The table of all processes column by column, for Python and for whoever understands Arrow.

use std::ffi::CStr;
use std::sync::Arc;

use psight::table::{Column, Columns, ProcessTable, Values};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList, PyString};

use crate::{arrow, enter, ffi};

/// A table that was read.
pub(crate) struct Kept(Arc<ProcessTable>);

impl ffi::Kept for Kept {
    const NAME: &'static CStr = c"psight.process_table";
}

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    // A table that is read once has nothing to compare with.
    let columns = Columns::ALL.minus(Columns::CPU_PERCENT);
    names.add("columns", columns.names().collect::<Vec<_>>())?;
    names.add_function(wrap_pyfunction!(read_columns, module)?)?;
    names.add_function(wrap_pyfunction!(column_names, module)?)?;
    names.add_function(wrap_pyfunction!(column_values, module)?)?;
    names.add_function(wrap_pyfunction!(arrow_schema, module)?)?;
    names.add_function(wrap_pyfunction!(arrow_array, module)?)?;
    names.add_function(wrap_pyfunction!(arrow_stream, module)?)
}

/// Reads the table, and returns it with the number of its rows.
#[pyfunction]
#[pyo3(pass_module)]
fn read_columns<'py>(
    module: &Bound<'py, PyModule>,
    names: Vec<String>,
) -> PyResult<(Bound<'py, PyCapsule>, usize)> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let known =
        |name: &String| Columns::named(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()));
    let columns = names.iter().map(known).collect::<PyResult<Columns>>()?;
    let host = state.host();
    let table = enter::system(py, state, || host.process_table(columns))?;
    let rows = table.len();
    Ok((ffi::capsule(py, Kept(Arc::new(table)))?, rows))
}

fn table<'a>(table: &'a Bound<'_, PyAny>) -> PyResult<&'a Arc<ProcessTable>> {
    Ok(&ffi::kept::<Kept>(table)?.0)
}

#[pyfunction]
fn column_names(of: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    Ok(table(of)?.columns().iter().map(|column| column.name().to_owned()).collect())
}

/// The values of a column in a list, with None where a row has none.
#[pyfunction]
fn column_values<'py>(of: &Bound<'py, PyAny>, name: &str) -> PyResult<Bound<'py, PyList>> {
    let (py, table) = (of.py(), table(of)?);
    let column = table.column(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
    let list = PyList::empty(py);
    for row in 0..table.len() {
        let value = if column.is_valid(row) { value(py, column, row)? } else { None };
        list.append(value)?;
    }
    Ok(list)
}

fn value<'py>(py: Python<'py>, column: &Column, row: usize) -> PyResult<Option<Bound<'py, PyAny>>> {
    let number = |number: Option<&i64>| number.copied().into_pyobject(py);
    Ok(Some(match column.values() {
        Values::Integers(values) => number(values.get(row))?,
        Values::Floats(values) => values.get(row).copied().into_pyobject(py)?,
        Values::Texts { offsets, bytes } => text(py, offsets, bytes, row),
        Values::Lists { rows, offsets, bytes } => {
            let range = range(rows, row);
            PyList::new(py, range.map(|item| text(py, offsets, bytes, item)))?.into_any()
        }
        _ => return Ok(None),
    }))
}

fn text<'py>(py: Python<'py>, offsets: &[i64], bytes: &[u8], row: usize) -> Bound<'py, PyAny> {
    let bytes = bytes.get(range(offsets, row)).unwrap_or_default();
    PyString::new(py, std::str::from_utf8(bytes).unwrap_or_default()).into_any()
}

/// What belongs to a row.
fn range(offsets: &[i64], row: usize) -> std::ops::Range<usize> {
    let at = |row| offsets.get(row).and_then(|at| usize::try_from(*at).ok()).unwrap_or(0);
    at(row)..at(row + 1)
}

#[pyfunction]
fn arrow_schema<'py>(of: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    arrow::schema(of.py(), table(of)?)
}

#[pyfunction]
fn arrow_array<'py>(of: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    arrow::array(of.py(), table(of)?)
}

#[pyfunction]
fn arrow_stream<'py>(of: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    arrow::stream(of.py(), table(of)?)
}
