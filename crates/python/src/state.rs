//! What the module keeps for its interpreter: which machine is asked, and the Python classes that answers are made of.

use std::collections::HashMap;
use std::ffi::OsString;
use std::sync::{Mutex, MutexGuard, PoisonError};

use psight::Host;
use psight::monotonic::Monotonic;
use psight::record::Field;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};

/// One interpreter's share of the extension.
pub(crate) struct State {
    /// The module that makes the exceptions.
    exceptions: &'static str,
    inner: Mutex<Inner>,
}

struct Inner {
    host: Host,
    /// Grows when `host` changes, so that a process knows that it asks the wrong one.
    generation: u64,
    classes: HashMap<&'static str, Class>,
    objects: HashMap<(&'static str, &'static str), Py<PyAny>>,
    counters: Counters,
}

/// What continues counters that wrap. A listing of all disks and one of whole disks have a memory each, because a disk
/// that is not listed is forgotten.
#[derive(Default)]
pub(crate) struct Counters {
    pub(crate) disks: Monotonic<OsString>,
    pub(crate) whole_disks: Monotonic<OsString>,
    pub(crate) nics: Monotonic<OsString>,
}

/// A named tuple's class, and which fields of a record go into it.
pub(crate) struct Class {
    class: Py<PyType>,
    /// The record's columns in the order of the class's fields; `None` where the record has no such field.
    columns: Vec<Option<usize>>,
}

impl Class {
    pub(crate) fn bind<'py>(&self, py: Python<'py>) -> &Bound<'py, PyType> {
        self.class.bind(py)
    }

    pub(crate) fn columns(&self) -> &[Option<usize>] {
        &self.columns
    }

    fn share(&self, py: Python<'_>) -> Self {
        Self { class: self.class.clone_ref(py), columns: self.columns.clone() }
    }
}

impl State {
    /// For psutil's API, or for pypsutil's, which loads the extension a second time: it has exceptions and paths of
    /// its own.
    pub(crate) fn new(name: &str) -> Self {
        let exceptions = if name.starts_with("psight.pypsutil.") {
            "psight.pypsutil._exceptions"
        } else {
            "psight._exceptions"
        };
        let inner = Inner {
            host: Host::local(),
            generation: 0,
            classes: HashMap::new(),
            objects: HashMap::new(),
            counters: Counters::default(),
        };
        Self { exceptions, inner: Mutex::new(inner) }
    }

    /// The machine that is asked.
    pub(crate) fn host(&self) -> Host {
        self.lock().host.clone()
    }

    /// The same, and how often it has changed.
    pub(crate) fn host_and_generation(&self) -> (Host, u64) {
        let inner = self.lock();
        (inner.host.clone(), inner.generation)
    }

    /// How often the machine that is asked has changed.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    /// Asks another machine, or this one through other files.
    pub(crate) fn set_host(&self, host: Host) {
        let mut inner = self.lock();
        inner.host = host;
        inner.generation += 1;
    }

    /// Does something with the memory of counters.
    pub(crate) fn counters<T>(&self, with: impl FnOnce(&mut Counters) -> T) -> T {
        with(&mut self.lock().counters)
    }

    /// The class `name` of `psight._ntuples`, ready to be filled with the columns of a record.
    pub(crate) fn class(
        &self,
        py: Python<'_>,
        name: &'static str,
        fields: &'static [Field],
    ) -> PyResult<Class> {
        if let Some(class) = self.lock().classes.get(name) {
            return Ok(class.share(py));
        }
        // Importing runs Python, which may come back here: the lock is not held.
        let class = py.import("psight._ntuples")?.getattr(name)?.cast_into::<PyType>()?;
        let names = class.getattr("_fields")?.cast_into::<PyTuple>()?;
        let columns = names
            .iter()
            .map(|name| {
                let name = name.cast_into::<PyString>()?;
                let name = name.to_cow()?;
                Ok(fields.iter().position(|field| field.name == name))
            })
            .collect::<PyResult<_>>()?;
        let class = Class { class: class.unbind(), columns };
        let shared = class.share(py);
        self.lock().classes.insert(name, class);
        Ok(shared)
    }

    /// The object `name` of the module `module`, looked up once.
    pub(crate) fn object<'py>(
        &self,
        py: Python<'py>,
        module: &'static str,
        name: &'static str,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Some(object) = self.lock().objects.get(&(module, name)) {
            return Ok(object.bind(py).clone());
        }
        let object = py.import(module)?.getattr(name)?;
        self.lock().objects.insert((module, name), object.clone().unbind());
        Ok(object)
    }

    /// The function `name` that makes exceptions.
    pub(crate) fn exception_maker<'py>(
        &self,
        py: Python<'py>,
        name: &'static str,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.object(py, self.exceptions, name)
    }

    /// Gives every reference back to its interpreter.
    pub(crate) fn release(self, py: Python<'_>) {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        for class in inner.classes.into_values() {
            class.class.drop_ref(py);
        }
        for object in inner.objects.into_values() {
            object.drop_ref(py);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
