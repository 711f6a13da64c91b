//! From a record to the Python object that stands for it.

use std::ffi::OsStr;

use psight::Record;
use psight::record::{Field, ToValue, Unit, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::state::{State, Tuple};

/// The record as a named tuple: the tuple's fields by name, whatever else the record knows left out. What is not known,
/// and what the record has no field for, is `None`.
pub(crate) fn view<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
) -> PyResult<Bound<'py, PyAny>> {
    view_with(py, state, tuple, record, |_| Ok(None))
}

/// The same, with what `special` makes of a field by its name, which is empty where the record has none for it.
pub(crate) fn view_with<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
    special: impl Fn(&str) -> PyResult<Option<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    filled(py, state, tuple, record, special, || Ok(py.None().into_bound(py)))
}

/// A view in which psutil has something else, as a zero, for what the kernel does not tell.
pub(crate) fn view_or<'py, R: Record, Z: ToValue>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
    unknown: Z,
) -> PyResult<Bound<'py, PyAny>> {
    filled(py, state, tuple, record, |_| Ok(None), || object(py, unknown.to_value()))
}

/// Fills the tuple; nothing is made of a value that `special` has an answer for.
fn filled<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    record: &R,
    special: impl Fn(&str) -> PyResult<Option<Bound<'py, PyAny>>>,
    unknown: impl Fn() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let class = state.class(py, tuple, R::FIELDS)?;
    let new = class.begin(py, class.columns().len())?;
    for (place, column) in class.columns().iter().enumerate() {
        let found = column.and_then(|column| Some((column, R::FIELDS.get(column)?)));
        let item = match found {
            Some((column, field)) => match special(field.name)? {
                Some(object) => object,
                None => match record.value_at(column) {
                    Value::Null => unknown()?,
                    value @ (Value::Uint(_) | Value::Int(_) | Value::Float(_)) => {
                        new.set_leaf(place, field_object(py, field, value)?)?;
                        continue;
                    }
                    value => field_object(py, field, value)?,
                },
            },
            // Psutil's field that the record has none for.
            None => match special("")? {
                Some(object) => object,
                None => unknown()?,
            },
        };
        new.set(place, item)?;
    }
    Ok(new.done())
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

/// A list of them, with `unknown` for what is not known.
pub(crate) fn views_or<'py, R: Record, Z: ToValue + Copy>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    records: &[R],
    unknown: Z,
) -> PyResult<Bound<'py, PyAny>> {
    let views = records.iter().map(|record| view_or(py, state, tuple, record, unknown));
    Ok(PyList::new(py, views.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

/// Psutil gives percentages with one decimal.
fn field_object<'py>(
    py: Python<'py>,
    field: &Field,
    value: Value<'_>,
) -> PyResult<Bound<'py, PyAny>> {
    match (field.unit, value) {
        (Unit::Percent, Value::Float(percent)) => {
            Ok(one_decimal(percent).into_pyobject(py)?.into_any())
        }
        (_, value) => object(py, value),
    }
}

/// Any value as a Python object.
pub(crate) fn object<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Bool(value) => value.into_pyobject(py)?.to_owned().into_any(),
        Value::Uint(value) => value.into_pyobject(py)?.into_any(),
        Value::Int(value) => value.into_pyobject(py)?.into_any(),
        Value::Float(value) => value.into_pyobject(py)?.into_any(),
        Value::Text(value) => PyString::new(py, &value).into_any(),
        Value::OsText(value) => text(py, value)?,
        Value::List(values) => {
            let items =
                values.into_iter().map(|value| object(py, value)).collect::<PyResult<Vec<_>>>()?;
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
    let tenths = number * 10.0;
    let whole = tenths.round();
    // Which one is nearest is beyond doubt, unless it stands in the middle between two.
    if tenths.abs() < 1e9 && (tenths - whole).abs() < 0.499 {
        return whole / 10.0;
    }
    format!("{number:.1}").parse().unwrap_or(number)
}
