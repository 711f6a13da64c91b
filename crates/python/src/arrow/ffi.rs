//! The structures of the interface, and the capsules that Python hands them on in.
//!
//! Who gets a structure releases it by the function in it, once. What it points to lives as long: every structure keeps the
//! table.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use psight::table::ProcessTable;
use pyo3::ffi;
use pyo3::prelude::*;

use super::{Part, parts};

/// `struct ArrowSchema`.
#[repr(C)]
struct Schema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut Schema,
    dictionary: *mut Schema,
    release: Option<unsafe extern "C" fn(*mut Schema)>,
    private_data: *mut c_void,
}

/// `struct ArrowArray`.
#[repr(C)]
struct Array {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut Array,
    dictionary: *mut Array,
    release: Option<unsafe extern "C" fn(*mut Array)>,
    private_data: *mut c_void,
}

/// `struct ArrowArrayStream`.
#[repr(C)]
struct Stream {
    get_schema: unsafe extern "C" fn(*mut Stream, *mut Schema) -> c_int,
    get_next: unsafe extern "C" fn(*mut Stream, *mut Array) -> c_int,
    get_last_error: unsafe extern "C" fn(*mut Stream) -> *const c_char,
    release: Option<unsafe extern "C" fn(*mut Stream)>,
    private_data: *mut c_void,
}

/// The flag of a column that may have no value in a row.
const NULLABLE: i64 = 2;

/// What a schema points to.
struct SchemaData {
    /// It is only pointed to.
    _name: CString,
    children: Vec<*mut Schema>,
}

/// What an array points to.
struct ArrayData {
    _table: Arc<ProcessTable>,
    buffers: Vec<*const c_void>,
    children: Vec<*mut Array>,
}

/// What a stream has still to give.
struct StreamData {
    table: Arc<ProcessTable>,
    is_over: bool,
}

/// A structure that releases itself.
trait Released: Sized {
    const NAME: &'static CStr;

    fn release(&self) -> Option<unsafe extern "C" fn(*mut Self)>;
}

impl Released for Schema {
    const NAME: &'static CStr = c"arrow_schema";

    fn release(&self) -> Option<unsafe extern "C" fn(*mut Self)> {
        self.release
    }
}

impl Released for Array {
    const NAME: &'static CStr = c"arrow_array";

    fn release(&self) -> Option<unsafe extern "C" fn(*mut Self)> {
        self.release
    }
}

impl Released for Stream {
    const NAME: &'static CStr = c"arrow_array_stream";

    fn release(&self) -> Option<unsafe extern "C" fn(*mut Self)> {
        self.release
    }
}

/// The capsule of the table's types.
pub(crate) fn schema<'py>(
    py: Python<'py>,
    table: &Arc<ProcessTable>,
) -> PyResult<Bound<'py, PyAny>> {
    capsule(py, schema_of(parts(table)))
}

/// The capsule of the table's memory.
pub(crate) fn array<'py>(
    py: Python<'py>,
    table: &Arc<ProcessTable>,
) -> PyResult<Bound<'py, PyAny>> {
    capsule(py, array_of(table, parts(table)))
}

/// The capsule of a stream that gives the whole table, once.
pub(crate) fn stream<'py>(
    py: Python<'py>,
    table: &Arc<ProcessTable>,
) -> PyResult<Bound<'py, PyAny>> {
    let data = StreamData { table: Arc::clone(table), is_over: false };
    let stream = Stream {
        get_schema,
        get_next,
        get_last_error,
        release: Some(release_stream),
        private_data: Box::into_raw(Box::new(data)).cast(),
    };
    capsule(py, stream)
}

fn schema_of(part: Part) -> Schema {
    let children = part.parts.into_iter().map(|part| Box::into_raw(Box::new(schema_of(part))));
    let mut data = Box::new(SchemaData { _name: part.name, children: children.collect() });
    Schema {
        format: part.format.as_ptr(),
        name: data._name.as_ptr(),
        metadata: ptr::null(),
        flags: NULLABLE,
        n_children: data.children.len() as i64,
        children: data.children.as_mut_ptr(),
        dictionary: ptr::null_mut(),
        release: Some(release_schema),
        private_data: Box::into_raw(data).cast(),
    }
}

fn array_of(table: &Arc<ProcessTable>, part: Part) -> Array {
    let child = |part| Box::into_raw(Box::new(array_of(table, part)));
    let children = part.parts.into_iter().map(child).collect();
    let mut data =
        Box::new(ArrayData { _table: Arc::clone(table), buffers: part.buffers, children });
    Array {
        length: part.length as i64,
        null_count: part.nulls as i64,
        offset: 0,
        n_buffers: data.buffers.len() as i64,
        n_children: data.children.len() as i64,
        buffers: data.buffers.as_mut_ptr(),
        children: data.children.as_mut_ptr(),
        dictionary: ptr::null_mut(),
        release: Some(release_array),
        private_data: Box::into_raw(data).cast(),
    }
}

unsafe extern "C" fn release_schema(schema: *mut Schema) {
    // SAFETY: the owner calls this once, with what `schema_of` made.
    let (schema, data) = unsafe {
        let schema = &mut *schema;
        (&mut schema.release, Box::from_raw(schema.private_data.cast::<SchemaData>()))
    };
    *schema = None;
    data.children.into_iter().for_each(release_boxed);
}

unsafe extern "C" fn release_array(array: *mut Array) {
    // SAFETY: the owner calls this once, with what `array_of` made.
    let (release, data) = unsafe {
        let array = &mut *array;
        (&mut array.release, Box::from_raw(array.private_data.cast::<ArrayData>()))
    };
    *release = None;
    data.children.into_iter().for_each(release_boxed);
}

unsafe extern "C" fn release_stream(stream: *mut Stream) {
    // SAFETY: the owner calls this once, with what `stream` made.
    let (release, data) = unsafe {
        let stream = &mut *stream;
        (&mut stream.release, Box::from_raw(stream.private_data.cast::<StreamData>()))
    };
    *release = None;
    drop(data);
}

/// Releases a structure of ours, unless somebody has taken it over, and frees its own memory.
fn release_boxed<T: Released>(raw: *mut T) {
    // SAFETY: the pointer came from a box, and nobody else frees it: who takes it over copies what it points to.
    let mut owned = unsafe { Box::from_raw(raw) };
    if let Some(release) = owned.release() {
        // SAFETY: it was not released yet, or there would be no function.
        unsafe { release(&raw mut *owned) };
    }
}

unsafe extern "C" fn get_schema(stream: *mut Stream, out: *mut Schema) -> c_int {
    // SAFETY: the caller hands over our stream, and room for a schema that holds nothing yet.
    unsafe {
        let data = &*(*stream).private_data.cast::<StreamData>();
        out.write(schema_of(parts(&data.table)));
    }
    0
}

unsafe extern "C" fn get_next(stream: *mut Stream, out: *mut Array) -> c_int {
    // SAFETY: the caller hands over our stream, which it uses from one thread at a time.
    let data = unsafe { &mut *(*stream).private_data.cast::<StreamData>() };
    let mut array = array_of(&data.table, parts(&data.table));
    if std::mem::replace(&mut data.is_over, true) {
        // SAFETY: it was made here. An array without a function is the end.
        unsafe { release_array(&raw mut array) };
    }
    // SAFETY: the caller has room for an array that holds nothing yet.
    unsafe { out.write(array) };
    0
}

/// There are no errors.
unsafe extern "C" fn get_last_error(_: *mut Stream) -> *const c_char {
    ptr::null()
}

fn capsule<T: Released>(py: Python<'_>, value: T) -> PyResult<Bound<'_, PyAny>> {
    let raw = Box::into_raw(Box::new(value));
    // SAFETY: the pointer is not null, and the name lives as long as the program.
    let capsule = unsafe {
        let new = ffi::PyCapsule_New(raw.cast(), T::NAME.as_ptr(), Some(destroy::<T>));
        Bound::from_owned_ptr_or_err(py, new)
    };
    if capsule.is_err() {
        release_boxed(raw);
    }
    capsule
}

/// Releases what nobody has taken over: who does leaves a structure without a function.
unsafe extern "C" fn destroy<T: Released>(capsule: *mut ffi::PyObject) {
    // SAFETY: Python calls this once, with the capsule, whose name nobody changes.
    let raw = unsafe { ffi::PyCapsule_GetPointer(capsule, T::NAME.as_ptr()) };
    if !raw.is_null() {
        release_boxed(raw.cast::<T>());
    }
}
