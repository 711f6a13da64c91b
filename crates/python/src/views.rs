//! From a record to the Python object that stands for it.

use std::ffi::OsStr;

use psight::Record;
use psight::record::{Field, ToValue, Unit, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::state::{State, Tuple};

/// The record as a named tuple: the tuple's fields by name, whatever else the record knows left out.
pub(crate) fn view<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
) -> PyResult<Bound<'py, PyAny>> {
    view_with(py, state, tuple, record, |_, _| Ok(None))
}

/// The same, with what `special` makes of a field by its name and value; a field that the record lacks has no name.
pub(crate) fn view_with<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
    special: impl Fn(&str, &Value<'_>) -> PyResult<Option<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    let class = state.class(py, tuple, R::FIELDS)?;
    let new = class.begin(py, class.columns().len())?;
    for (place, column) in class.columns().iter().enumerate() {
        let pair =
            column.and_then(|column| Some((R::FIELDS.get(column)?, record.value_at(column))));
        let item = match pair {
            Some((field, value)) => match special(field.name, &value)? {
                Some(object) => object,
                None => field_object(py, field, &value)?,
            },
            None => special("", &Value::Null)?.unwrap_or_else(|| py.None().into_bound(py)),
        };
        new.set(place, item)?;
    }
    Ok(new.done())
}

/// A view in which psutil has a zero for what the kernel does not tell.
pub(crate) fn zeros<'py, R: Record, Z: ToValue>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
    zero: Z,
) -> PyResult<Bound<'py, PyAny>> {
    view_with(py, state, tuple, record, |_, value| {
        if value.is_null() { object(py, &zero.to_value()).map(Some) } else { Ok(None) }
    })
}

/// A list of named tuples.
pub(crate) fn views<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    records: &[R],
) -> PyResult<Bound<'py, PyAny>> {
    let views = records.iter().map(|record| view(py, state, tuple, record));
    Ok(PyList::new(py, views.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

/// Psutil gives percentages with one decimal.
fn field_object<'py>(
    py: Python<'py>,
    field: &Field,
    value: &Value<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    match (field.unit, value) {
        (Unit::Percent, Value::Float(percent)) => {
            Ok(one_decimal(*percent).into_pyobject(py)?.into_any())
        }
        _ => object(py, value),
    }
}

/// Any value as a Python object.
pub(crate) fn object<'py>(py: Python<'py>, value: &Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Uint(value) => value.into_pyobject(py)?.into_any(),
        Value::Int(value) => value.into_pyobject(py)?.into_any(),
        Value::Float(value) => value.into_pyobject(py)?.into_any(),
        Value::Text(value) => PyString::new(py, value).into_any(),
        Value::OsText(value) => text(py, value)?,
        Value::List(values) => {
            let items =
                values.iter().map(|value| object(py, value)).collect::<PyResult<Vec<_>>>()?;
            PyList::new(py, items)?.into_any()
        }
        Value::Map(pairs) => {
            let dict = PyDict::new(py);
            for (key, value) in pairs {
                dict.set_item(key.as_ref(), object(py, value)?)?;
            }
            dict.into_any()
        }
        Value::Record(fields, values) => {
            let dict = PyDict::new(py);
            for (field, value) in fields.iter().zip(values) {
                dict.set_item(field.name, object(py, value)?)?;
            }
            dict.into_any()
        }
        _ => py.None().into_bound(py),
    })
}

/// Text of any bytes, as `os.fsdecode` would have it.
pub(crate) fn text<'py>(py: Python<'py>, text: &OsStr) -> PyResult<Bound<'py, PyAny>> {
    match text.to_str() {
        Some(text) => Ok(PyString::new(py, text).into_any()),
        None => Ok(text.into_pyobject(py)?.into_any()),
    }
}

/// As Python's `round(number, 1)`, which rounds what the number exactly is.
pub(crate) fn one_decimal(number: f64) -> f64 {
    format!("{number:.1}").parse().unwrap_or(number)
}
