//! A table of columns as Apache Arrow's C data interface describes it: types with their names, and where the memory is.
//! <https://arrow.apache.org/docs/format/CDataInterface.html>

mod ffi;

use std::ffi::{CStr, CString, c_void};
use std::sync::Arc;

use psight::table::{Column, ProcessTable, Values};

pub(crate) use ffi::{array, schema, stream};

/// A column, or the whole table, or the items of a list.
struct Part {
    /// The type, in the words of the interface.
    format: &'static CStr,
    name: CString,
    length: usize,
    nulls: usize,
    /// Where the memory begins; null for a validity that is not needed. The table owns it.
    buffers: Vec<*const c_void>,
    parts: Vec<Part>,
}

/// The table as rows of a struct, which is what a table is there.
fn parts(table: &Arc<ProcessTable>) -> Part {
    Part {
        format: c"+s",
        name: CString::default(),
        length: table.len(),
        nulls: 0,
        buffers: vec![std::ptr::null()],
        parts: table.columns().iter().map(|column| part(column, table.len())).collect(),
    }
}

fn part(column: &Column, length: usize) -> Part {
    let validity = match column.nulls() {
        0 => std::ptr::null(),
        _ => begin(column.validity()),
    };
    let (format, mut buffers, parts) = match column.values() {
        Values::Integers(values) => (c"l", vec![begin(values)], Vec::new()),
        Values::Floats(values) => (c"g", vec![begin(values)], Vec::new()),
        Values::Texts { offsets, bytes } => (c"U", vec![begin(offsets), begin(bytes)], Vec::new()),
        Values::Lists { rows, offsets, bytes } => {
            (c"+L", vec![begin(rows)], vec![items(offsets, bytes)])
        }
        // A sort that is not known here yet: nothing, in as many rows.
        _ => return Part { nulls: length, ..named(column, c"n", length) },
    };
    buffers.insert(0, validity);
    Part { nulls: column.nulls(), buffers, parts, ..named(column, format, length) }
}

fn named(column: &Column, format: &'static CStr, length: usize) -> Part {
    // No field of a record has a NUL in its name.
    let name = CString::new(column.name()).unwrap_or_default();
    Part { format, name, length, nulls: 0, buffers: Vec::new(), parts: Vec::new() }
}

fn items(offsets: &[i64], bytes: &[u8]) -> Part {
    Part {
        format: c"U",
        name: CString::from(c"item"),
        length: offsets.len().saturating_sub(1),
        nulls: 0,
        buffers: vec![std::ptr::null(), begin(offsets), begin(bytes)],
        parts: Vec::new(),
    }
}

fn begin<T>(values: &[T]) -> *const c_void {
    values.as_ptr().cast()
}
