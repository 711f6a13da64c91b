//! What PyO3 has no safe words for: a module with state of its own in every interpreter, tuples that are filled without
//! calling a constructor, and handles in capsules. The only unsafe code of the extension.
#![allow(unsafe_code)]

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::OnceLock;

use pyo3::exceptions::{PySystemError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyInt, PyTuple, PyType};

use crate::process::Handle;
use crate::state::State;
use crate::system::CpuMoment;

const NAME: &CStr = c"_psight";

/// `Py_mod_multiple_interpreters` and its `Py_MOD_PER_INTERPRETER_GIL_SUPPORTED`, since Python 3.12.
const MULTIPLE_INTERPRETERS: (c_int, usize) = (3, 2);
/// `Py_mod_gil` and its `Py_MOD_GIL_NOT_USED`, since Python 3.13.
const GIL: (c_int, usize) = (4, 1);

/// The definition of the module; a pointer that is written once, before any interpreter sees it.
struct Definition(*mut ffi::PyModuleDef);

// SAFETY: the definition is only read after it was made, by Python, which guards what it writes into it.
unsafe impl Send for Definition {}
// SAFETY: as above.
unsafe impl Sync for Definition {}

/// Where Python finds the module. PyO3 would make one for a whole process; this one can be loaded by every interpreter.
#[unsafe(no_mangle)]
#[allow(non_snake_case, reason = "Python looks for this name")]
#[allow(unreachable_pub, reason = "Python looks for it from outside")]
pub extern "C" fn PyInit__psight() -> *mut ffi::PyObject {
    static DEFINITION: OnceLock<Definition> = OnceLock::new();
    let definition = DEFINITION.get_or_init(|| Definition(define()));
    // SAFETY: the definition is complete and lives as long as the process.
    unsafe { ffi::PyModuleDef_Init(definition.0) }
}

fn define() -> *mut ffi::PyModuleDef {
    let slot = |id, value| ffi::PyModuleDef_Slot { slot: id, value };
    let mut slots = vec![slot(ffi::Py_mod_exec, exec as *mut c_void)];
    let minor = minor_version();
    if minor >= 12 {
        slots.push(slot(
            MULTIPLE_INTERPRETERS.0,
            ptr::without_provenance_mut(MULTIPLE_INTERPRETERS.1),
        ));
    }
    if minor >= 13 {
        slots.push(slot(GIL.0, ptr::without_provenance_mut(GIL.1)));
    }
    slots.push(slot(0, ptr::null_mut()));
    Box::leak(Box::new(ffi::PyModuleDef {
        m_base: ffi::PyModuleDef_HEAD_INIT,
        m_name: NAME.as_ptr(),
        m_doc: c"psight's core.".as_ptr(),
        m_size: size_of::<Option<Box<State>>>() as ffi::Py_ssize_t,
        m_methods: ptr::null_mut(),
        m_slots: Box::leak(slots.into_boxed_slice()).as_mut_ptr(),
        m_traverse: None,
        m_clear: None,
        m_free: Some(free),
    }))
}

/// The 12 of `3.12.1`; the version is asked at run time because one build serves all of them.
fn minor_version() -> u32 {
    // SAFETY: Python hands out a string that lives as long as the process.
    let version = unsafe { CStr::from_ptr(ffi::Py_GetVersion()) };
    let text = version.to_str().unwrap_or_default();
    text.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0)
}

extern "C" fn exec(module: *mut ffi::PyObject) -> c_int {
    // SAFETY: Python calls this attached to the interpreter that the module is for, with a module.
    let (py, module) = unsafe {
        let py = Python::assume_attached();
        (py, Bound::from_borrowed_ptr(py, module).cast_into_unchecked::<PyModule>())
    };
    let filled = module.name().and_then(|name| {
        let state = State::new(py, &name.to_cow()?);
        let slot = state_slot(&module);
        // SAFETY: the slot was zeroed by Python, which is what `None` looks like, and nobody else has it yet.
        unsafe { slot.write(Some(Box::new(state))) };
        crate::fill(&module)
    });
    match filled {
        Ok(()) => 0,
        Err(error) => {
            error.restore(py);
            -1
        }
    }
}

extern "C" fn free(module: *mut c_void) {
    // SAFETY: Python calls this once, attached, with the module; a module that was never executed has a zeroed slot.
    let state = unsafe {
        let slot = ffi::PyModule_GetState(module.cast()).cast::<Option<Box<State>>>();
        if slot.is_null() { None } else { slot.replace(None) }
    };
    if let Some(state) = state {
        // SAFETY: as above; references are given back to this interpreter and not put aside for another.
        state.release(unsafe { Python::assume_attached() });
    }
}

fn state_slot(module: &Bound<'_, PyModule>) -> *mut Option<Box<State>> {
    // SAFETY: the module is ours, and has room for the state.
    unsafe { ffi::PyModule_GetState(module.as_ptr()).cast() }
}

/// What the module keeps for its interpreter.
pub(crate) fn state<'a>(module: &'a Bound<'_, PyModule>) -> PyResult<&'a State> {
    let slot = state_slot(module);
    // SAFETY: the slot is written before any function can be called, and emptied when the module is gone.
    let state = unsafe { slot.as_ref() }.and_then(Option::as_deref);
    state.ok_or_else(|| PySystemError::new_err("_psight has no state"))
}

/// What makes empty instances of a class of tuples.
#[derive(Clone, Copy)]
pub(crate) struct Alloc(ffi::allocfunc);

impl Alloc {
    /// That of `class`, which must be a subclass of tuple that adds no fields.
    pub(crate) fn of(class: &Bound<'_, PyType>) -> PyResult<Self> {
        // SAFETY: `class` is a heap type, and tp_alloc is a function of this signature or absent.
        let alloc: Option<ffi::allocfunc> = unsafe {
            std::mem::transmute(ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_alloc))
        };
        alloc.map(Self).ok_or_else(|| PyTypeError::new_err("not a class of tuples"))
    }
}

/// What makes instances of a class whose `__new__` needs no arguments.
#[derive(Clone, Copy)]
pub(crate) struct New(ffi::newfunc);

impl New {
    /// That of `class`, which calls a `__new__` of its own if it has one.
    pub(crate) fn of(class: &Bound<'_, PyType>) -> PyResult<Self> {
        // SAFETY: `class` is a heap type, and tp_new is a function of this signature or absent.
        let new: Option<ffi::newfunc> = unsafe {
            std::mem::transmute(ffi::PyType_GetSlot(class.as_type_ptr(), ffi::Py_tp_new))
        };
        new.map(Self).ok_or_else(|| PyTypeError::new_err("cannot make instances"))
    }

    /// A new instance of `class`, which this was taken from; its `__init__` is not called.
    pub(crate) fn instance<'py>(self, class: &Bound<'py, PyType>) -> PyResult<Bound<'py, PyAny>> {
        let none = PyTuple::empty(class.py());
        // SAFETY: the function is the class's own, and takes an empty tuple and no names.
        unsafe {
            let raw = (self.0)(class.as_type_ptr(), none.as_ptr(), ptr::null_mut());
            Bound::from_owned_ptr_or_err(class.py(), raw)
        }
    }
}

/// A tuple that is being filled; its `__new__` is not called.
pub(crate) struct NewTuple<'py> {
    tuple: Bound<'py, PyAny>,
    /// Whether an item may lead to others, and so back to the tuple.
    leads_on: Cell<bool>,
}

impl<'py> NewTuple<'py> {
    /// An instance of `class`, which `alloc` was taken from.
    pub(crate) fn of(class: &Bound<'py, PyType>, alloc: Alloc, length: usize) -> PyResult<Self> {
        // SAFETY: `alloc` is the class's own, and the tuple it makes has room for this many items.
        let new = unsafe {
            let raw = (alloc.0)(class.as_type_ptr(), length as ffi::Py_ssize_t);
            Bound::from_owned_ptr_or_err(class.py(), raw)?
        };
        Ok(Self { tuple: new, leads_on: Cell::new(false) })
    }

    /// Puts the item in its place.
    pub(crate) fn set(&self, place: usize, item: Bound<'py, PyAny>) -> PyResult<()> {
        // A member of an enum leads to its class, which is its module's for good.
        // SAFETY: the item is an object.
        let leads_on = unsafe { ffi::PyObject_GC_IsTracked(item.as_ptr()) } != 0;
        if leads_on && !item.is_instance_of::<PyInt>() {
            self.leads_on.set(true);
        }
        self.set_leaf(place, item)
    }

    /// The same with a number or a text.
    pub(crate) fn set_leaf(&self, place: usize, item: Bound<'py, PyAny>) -> PyResult<()> {
        let place = place as ffi::Py_ssize_t;
        // SAFETY: the tuple is new and nobody else's; the reference goes over to it, whether there is such a place or not.
        match unsafe { ffi::PyTuple_SetItem(self.tuple.as_ptr(), place, item.into_ptr()) } {
            0 => Ok(()),
            _ => Err(PyErr::fetch(self.tuple.py())),
        }
    }

    /// The tuple. Of numbers and texts alone it can be in no circle, and Python's collector need not look at it again and
    /// again: Python does the same with its own tuples when it first finds them.
    pub(crate) fn done(self) -> Bound<'py, PyAny> {
        if !self.leads_on.get() {
            // SAFETY: instances of subclasses of tuple have the collector's head, and this one is nobody else's yet.
            unsafe { ffi::PyObject_GC_UnTrack(self.tuple.as_ptr().cast()) };
        }
        self.tuple
    }
}

/// Reads without the interpreter's lock, and with it shows what was read whenever `read` calls for that. PyO3 would take
/// the lock back for the main interpreter, whichever one this is.
pub(crate) fn alternating<T: ?Sized, R: Send>(
    py: Python<'_>,
    read: impl FnOnce(&mut dyn FnMut(&T)) -> R + Send,
    show: impl FnMut(&T),
) -> R {
    // SAFETY: the thread is attached.
    let thread = Here(unsafe { ffi::PyThreadState_Get() });
    let show = Here(show);
    py.detach(move || {
        let (thread, mut show) = (thread.into_inner(), show.into_inner());
        read(&mut |part| {
            // SAFETY: the state is this thread's own, which has detached it and has not gone.
            unsafe { ffi::PyEval_RestoreThread(thread) };
            let _attached = Attached;
            show(part);
        })
    })
}

/// What stays on this thread though it goes through a closure that might leave it.
struct Here<T>(T);

// SAFETY: `Python::detach` calls its closure on the thread that it is called on.
unsafe impl<T> Send for Here<T> {}

impl<T> Here<T> {
    fn into_inner(self) -> T {
        self.0
    }
}

/// A thread that was attached, and is detached again when this goes.
struct Attached;

impl Drop for Attached {
    fn drop(&mut self) {
        // SAFETY: it was attached where this was made.
        unsafe { ffi::PyEval_SaveThread() };
    }
}

/// What a capsule of ours may keep, and the name that tells it apart from others.
pub(crate) trait Kept: Send + 'static {
    const NAME: &'static CStr;
}

impl Kept for Handle {
    const NAME: &'static CStr = c"psight.process";
}

impl Kept for CpuMoment {
    const NAME: &'static CStr = c"psight.cpu_sample";
}

/// A capsule that keeps `value`.
pub(crate) fn capsule<T: Kept>(py: Python<'_>, value: T) -> PyResult<Bound<'_, PyCapsule>> {
    PyCapsule::new_with_value(py, value, T::NAME)
}

/// The value that the capsule keeps.
pub(crate) fn kept<'a, T: Kept>(capsule: &'a Bound<'_, PyAny>) -> PyResult<&'a T> {
    // SAFETY: the name says that the capsule keeps a `T`, and it lives as long as it is borrowed.
    let value = unsafe {
        let raw = ffi::PyCapsule_GetPointer(capsule.as_ptr(), T::NAME.as_ptr());
        raw.cast::<T>().as_ref()
    };
    value.ok_or_else(|| PyErr::fetch(capsule.py()))
}
