//! What the module keeps for its interpreter: which machine is asked, and the Python classes that answers are made of.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use psight::Host;
use psight::record::Field;
use psight::table::{Columns, Scanner};
use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};

use crate::counted::Counters;
use crate::ffi::{Alloc, NewTuple};

/// One interpreter's share of the extension.
pub(crate) struct State {
    /// The module that makes the exceptions.
    exceptions: &'static str,
    inner: Mutex<Inner>,
    /// Grows when the host changes, so that a process knows that it asks the wrong one.
    generation: AtomicU64,
    /// By [`Tuple`]; each is looked up when it is first needed, and then read without a lock.
    classes: [OnceLock<Class>; Tuple::NAMES.len()],
    native: Py<PyString>,
}

struct Inner {
    host: Host,
    objects: HashMap<(&'static str, &'static str), Py<PyAny>>,
    constants: Vec<(&'static str, Py<PyString>)>,
    counters: Counters,
    tables: Tables,
}

/// What reads tables.
#[derive(Default)]
struct Tables {
    /// How many descriptors may stay open between two readings.
    keep_open: usize,
    /// What read the last one, if it may keep any; it is not here while it reads.
    last: Option<(Columns, Scanner)>,
}

macro_rules! tuples {
    ($($tuple:ident = $name:literal,)*) => {
        /// The named tuples of `psight._ntuples`.
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum Tuple { $($tuple),* }

        impl Tuple {
            const NAMES: &[&str] = &[$($name),*];
        }
    };
}

tuples! {
    Addr = "addr",
    Pheap = "pheap",
    Sbattery = "sbattery",
    Sconn = "sconn",
    Scpufreq = "scpufreq",
    Scpustats = "scpustats",
    Scputimes = "scputimes",
    Sdiskio = "sdiskio",
    Sdiskpart = "sdiskpart",
    Sdiskusage = "sdiskusage",
    Sfan = "sfan",
    Shwtemp = "shwtemp",
    Snetio = "snetio",
    Snicaddr = "snicaddr",
    Snicstats = "snicstats",
    Sswap = "sswap",
    Suser = "suser",
    Svmem = "svmem",
    Pconn = "pconn",
    Pcputimes = "pcputimes",
    Pctxsw = "pctxsw",
    Pfootprint = "pfootprint",
    Pfullmem = "pfullmem",
    Pgids = "pgids",
    Pio = "pio",
    Pionice = "pionice",
    Pmem = "pmem",
    PmemEx = "pmem_ex",
    PmmapExt = "pmmap_ext",
    PmmapGrouped = "pmmap_grouped",
    Popenfile = "popenfile",
    Ppagefaults = "ppagefaults",
    Pthread = "pthread",
    Puids = "puids",
    // Psutil has none of these.
    Seffcpus = "seffcpus",
    Seffmem = "seffmem",
    Spressure = "spressure",
    Sstall = "sstall",
    Sstalls = "sstalls",
}

/// A named tuple's class, and which fields of a record go into it.
pub(crate) struct Class {
    class: Py<PyType>,
    alloc: Alloc,
    /// The record's columns in the order of the class's fields; `None` where the record has no such field.
    columns: Vec<Option<usize>>,
}

impl Class {
    /// An instance whose fields are still to be set.
    pub(crate) fn begin<'py>(&self, py: Python<'py>, length: usize) -> PyResult<NewTuple<'py>> {
        NewTuple::of(self.class.bind(py), self.alloc, length)
    }

    pub(crate) fn columns(&self) -> &[Option<usize>] {
        &self.columns
    }
}

impl State {
    /// For psutil's API, or for pypsutil's, which loads the extension a second time: it has exceptions and paths of
    /// its own.
    pub(crate) fn new(py: Python<'_>, name: &str) -> Self {
        let exceptions = if name.starts_with("psight.pypsutil.") {
            "psight.pypsutil._exceptions"
        } else {
            "psight._exceptions"
        };
        let inner = Inner {
            host: Host::local(),
            objects: HashMap::new(),
            constants: Vec::new(),
            counters: Counters::default(),
            tables: Tables::default(),
        };
        Self {
            exceptions,
            inner: Mutex::new(inner),
            generation: AtomicU64::new(0),
            classes: [const { OnceLock::new() }; Tuple::NAMES.len()],
            native: PyString::intern(py, "_native").unbind(),
        }
    }

    /// The machine that is asked.
    pub(crate) fn host(&self) -> Host {
        self.lock().host.clone()
    }

    /// The same, and how often it has changed.
    pub(crate) fn host_and_generation(&self) -> (Host, u64) {
        let inner = self.lock();
        (inner.host.clone(), self.generation())
    }

    /// How often the machine that is asked has changed.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Asks another machine, or this one through other files.
    pub(crate) fn set_host(&self, host: Host) {
        let mut inner = self.lock();
        inner.host.close_open_files();
        inner.host = host.with_open_files(inner.tables.keep_open > 0);
        inner.tables.last = None;
        self.generation.fetch_add(1, Ordering::Release);
    }

    /// Lets so many descriptors stay open from one reading of the table to the next, and those few of the system.
    pub(crate) fn keep_open(&self, most: usize) {
        let host = {
            let mut inner = self.lock();
            inner.tables.keep_open = most;
            inner.host.clone()
        };
        self.set_host(host);
    }

    /// What reads the table of `host`: that of the last time, if it read the same columns and kept anything.
    pub(crate) fn scanner(&self, host: &Host, columns: Columns) -> psight::Result<Scanner> {
        let (most, last) = {
            let tables = &mut self.lock().tables;
            (tables.keep_open, tables.last.take_if(|(of, _)| *of == columns))
        };
        if let Some((_, scanner)) = last {
            return Ok(scanner);
        }
        let mut scanner = host.scanner(columns)?;
        scanner.keep_open(most);
        Ok(scanner)
    }

    /// Keeps what has read the table of the host of this generation for the next time.
    pub(crate) fn put_back(&self, scanner: Scanner, columns: Columns, generation: u64) {
        let mut inner = self.lock();
        if inner.tables.keep_open > 0 && self.generation() == generation {
            inner.tables.last = Some((columns, scanner));
        }
    }

    /// The name of the attribute of a Python `Process` that has its handle.
    pub(crate) fn native<'py>(&self, py: Python<'py>) -> &Bound<'py, PyString> {
        self.native.bind(py)
    }

    /// Does something with the memory of counters, for the host of this generation.
    pub(crate) fn counters_of_host<T>(
        &self,
        with: impl FnOnce(&mut Counters, &Host, u64) -> T,
    ) -> T {
        let inner = &mut *self.lock();
        with(&mut inner.counters, &inner.host, self.generation())
    }

    /// Does something with the memory of counters.
    pub(crate) fn counters<T>(&self, with: impl FnOnce(&mut Counters) -> T) -> T {
        with(&mut self.lock().counters)
    }

    /// The class of a tuple, ready to be filled with the columns of a record.
    pub(crate) fn class(
        &self,
        py: Python<'_>,
        tuple: Tuple,
        fields: &'static [Field],
    ) -> PyResult<&Class> {
        let missing = || PySystemError::new_err("no such tuple");
        let slot = self.classes.get(tuple as usize).ok_or_else(missing)?;
        if let Some(class) = slot.get() {
            return Ok(class);
        }
        let name = *Tuple::NAMES.get(tuple as usize).ok_or_else(missing)?;
        // Importing runs Python, which may come back here: another thread's class is as good as this one's.
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
        let alloc = Alloc::of(&class)?;
        let class = Class { class: class.unbind(), alloc, columns };
        if let Err(spare) = slot.set(class) {
            spare.class.drop_ref(py);
        }
        slot.get().ok_or_else(missing)
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

    /// The very string that the package has as a constant: there are programs that compare with `is`.
    pub(crate) fn constant<'py>(
        &self,
        py: Python<'py>,
        word: &'static str,
    ) -> Bound<'py, PyString> {
        // A few dozen words of the core, each of which is in one place.
        let known = |(known, object): &(&'static str, Py<PyString>)| {
            std::ptr::eq(*known, word).then(|| object.bind(py).clone())
        };
        if let Some(object) = self.lock().constants.iter().find_map(known) {
            return object;
        }
        let object = PyString::intern(py, word);
        self.lock().constants.push((word, object.clone().unbind()));
        object
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
        for class in self.classes.into_iter().filter_map(OnceLock::into_inner) {
            class.class.drop_ref(py);
        }
        self.native.drop_ref(py);
        for object in inner.objects.into_values() {
            object.drop_ref(py);
        }
        for (_, object) in inner.constants {
            object.drop_ref(py);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
