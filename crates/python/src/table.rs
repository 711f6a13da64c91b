//! The table of all processes: one reading of the machine, then a Python dict for each row.

use std::cell::RefCell;
use std::path::Path;

use psight::Host;
use psight::table::{Columns, ProcessRow};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyType};

use crate::process::{Handle, texts, timestamp};
use crate::state::{State, Tuple};
use crate::views::{text, view, zeros};
use crate::{enter, ffi};

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add("table_names", ANSWERS.iter().map(|answer| answer.name).collect::<Vec<_>>())?;
    names.add_function(wrap_pyfunction!(table, module)?)
}

/// What Python calls `name`, and what it is made from.
struct Answer {
    name: &'static str,
    columns: Columns,
    make: for<'py> fn(&Maker<'py, '_>, &Subject<'py, '_>) -> PyResult<Option<Bound<'py, PyAny>>>,
}

/// The attributes of a process that the table has columns for. One whose column is empty is asked for in another way,
/// unless the row knows that it is denied.
const ANSWERS: &[Answer] = &[
    answer("pid", Columns::PID, |to, of| to.number(Some(of.row.pid.as_u32()))),
    answer("ppid", Columns::PPID, |to, of| to.number(of.row.ppid.map(|pid| pid.as_u32()))),
    answer("name", Columns::NAME, |to, of| {
        let Some(name) = &of.row.name else { return Ok(None) };
        let name = text(to.py, name)?;
        // Exceptions and repr() tell the name that was seen last.
        of.process.setattr(&to.seen_name, &name)?;
        Ok(Some(name))
    }),
    answer("status", Columns::STATUS, |to, of| {
        Ok(of.row.status.map(|status| PyString::intern(to.py, status.as_str()).into_any()))
    }),
    answer("username", Columns::USERNAME, |to, of| to.username(of.row)),
    answer("uids", Columns::UIDS, |to, of| {
        of.row.uids.map(|ids| view(to.py, to.state, Tuple::Puids, &ids)).transpose()
    }),
    answer("gids", Columns::GIDS, |to, of| {
        of.row.gids.map(|ids| view(to.py, to.state, Tuple::Pgids, &ids)).transpose()
    }),
    answer("terminal", Columns::TERMINAL, |to, of| match &of.row.terminal {
        Some(terminal) => text(to.py, terminal.as_os_str()).map(Some),
        None => Ok(Some(to.py.None().into_bound(to.py))),
    }),
    answer("create_time", Columns::CREATE_TIME, create_time),
    answer("nice", Columns::NICE, |to, of| to.number(of.row.nice)),
    answer("num_threads", Columns::NUM_THREADS, |to, of| to.number(of.row.num_threads)),
    answer("cpu_num", Columns::CPU_NUM, |to, of| to.number(of.row.cpu_num)),
    answer("cpu_times", Columns::CPU_TIMES, |to, of| {
        of.row
            .cpu_times
            .map(|times| zeros(to.py, to.state, Tuple::Pcputimes, &times, 0.0))
            .transpose()
    }),
    answer("cpu_percent", Columns::CPU_TIMES, |to, of| {
        let percent = of.row.cpu_sample().map(|now| of.handle.percent(*now));
        to.number(percent)
    }),
    answer("memory_info", Columns::MEMORY_INFO, |to, of| {
        of.row
            .memory_info
            .as_ref()
            .map(|info| zeros(to.py, to.state, Tuple::Pmem, info, 0))
            .transpose()
    }),
    // The cheap column is a few pages off, unless the other is asked for too.
    answer("memory_percent", Columns::MEMORY_PERCENT.and(Columns::MEMORY_INFO), |to, of| {
        let percent = of.row.memory_percent.filter(|_| of.row.memory_info.is_some());
        to.number(percent)
    }),
    answer("page_faults", Columns::PAGE_FAULTS, |to, of| {
        of.row
            .page_faults
            .map(|faults| view(to.py, to.state, Tuple::Ppagefaults, &faults))
            .transpose()
    }),
    answer("num_ctx_switches", Columns::NUM_CTX_SWITCHES, |to, of| {
        of.row
            .num_ctx_switches
            .map(|count| view(to.py, to.state, Tuple::Pctxsw, &count))
            .transpose()
    }),
    answer("io_counters", Columns::IO_COUNTERS, |to, of| {
        of.row.io_counters.map(|io| view(to.py, to.state, Tuple::Pio, &io)).transpose()
    }),
    answer("num_fds", Columns::NUM_FDS, |to, of| to.number(of.row.num_fds)),
    answer("exe", Columns::EXE, |to, of| to.path(of.row, Columns::EXE, of.row.exe.as_deref())),
    answer("cwd", Columns::CWD, |to, of| to.path(of.row, Columns::CWD, of.row.cwd.as_deref())),
    answer("cmdline", Columns::CMDLINE, |to, of| {
        of.row.cmdline.as_ref().map(|words| texts(to.py, words)).transpose()
    }),
];

const fn answer(
    name: &'static str,
    columns: Columns,
    make: for<'py> fn(&Maker<'py, '_>, &Subject<'py, '_>) -> PyResult<Option<Bound<'py, PyAny>>>,
) -> Answer {
    Answer { name, columns, make }
}

/// A row, and the Python process that it is about.
struct Subject<'py, 'a> {
    row: &'a ProcessRow,
    process: &'a Bound<'py, PyAny>,
    handle: &'a Handle,
}

/// What makes Python objects, and those that many rows share.
struct Maker<'py, 'a> {
    py: Python<'py>,
    state: &'a State,
    seen_name: Bound<'py, PyString>,
    seen_create_time: Bound<'py, PyString>,
    username: RefCell<Option<Bound<'py, PyString>>>,
}

impl<'py> Maker<'py, '_> {
    fn number(
        &self,
        number: Option<impl IntoPyObject<'py>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        number.map(|number| number.into_bound_py_any(self.py)).transpose()
    }

    /// A path; psutil has an empty one where there is none, as there is none for the kernel's own threads.
    fn path(
        &self,
        row: &ProcessRow,
        column: Columns,
        path: Option<&Path>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        match path {
            None if row.is_withheld(column) => Ok(None),
            path => text(self.py, path.unwrap_or(Path::new("")).as_os_str()).map(Some),
        }
    }

    /// Most processes have the user of the one before.
    fn username(&self, row: &ProcessRow) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(name) = &row.username else { return Ok(None) };
        let mut last = self.username.borrow_mut();
        if let (Some(last), Some(name)) = (&*last, name.to_str())
            && last.to_cow().is_ok_and(|last| last == name)
        {
            return Ok(Some(last.clone().into_any()));
        }
        let name = text(self.py, name)?;
        *last = name.cast::<PyString>().ok().cloned();
        Ok(Some(name))
    }
}

/// A process has one, whatever happens to the clock.
fn create_time<'py>(
    to: &Maker<'py, '_>,
    of: &Subject<'py, '_>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let known = of.process.getattr(&to.seen_create_time)?;
    if !known.is_none() {
        return Ok(Some(known));
    }
    let Some(at) = of.row.create_time else { return Ok(None) };
    let at = timestamp(to.py, at)?;
    of.process.setattr(&to.seen_create_time, &at)?;
    Ok(Some(at))
}

/// All processes as `(process, info, missing)`: `info` has the attributes `names`, `missing` those of them that have to
/// be asked for (mostly `None`). The processes are those of `known` where it has them, else new ones of class `class`;
/// also returned by pid.
#[pyfunction]
#[pyo3(pass_module)]
fn table<'py>(
    module: &Bound<'py, PyModule>,
    class: &Bound<'py, PyType>,
    known: &Bound<'py, PyDict>,
    names: Vec<String>,
    ad_value: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyDict>)> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let keys = names.iter().map(|name| Key::new(py, name)).collect::<PyResult<Vec<_>>>()?;
    let columns = keys.iter().fold(Columns::NONE, |all, key| all | key.answer.columns);
    let (host, generation) = state.host_and_generation();
    let rows = enter::system(py, state, || host.processes(columns))?;
    let _pause = Pause::begin(py, state)?;
    let maker = Maker {
        py,
        state,
        seen_name: PyString::intern(py, "_name"),
        seen_create_time: PyString::intern(py, "_create_time"),
        username: RefCell::default(),
    };
    let processes = Processes::new(py, class, known, &host, generation);
    let (list, by_pid) = (PyList::empty(py), PyDict::new(py));
    for row in &rows {
        let pid = row.pid.as_u32().into_pyobject(py)?;
        let (process, capsule) = processes.of(state, &pid, row)?;
        let subject = Subject { row, process: &process, handle: ffi::kept::<Handle>(&capsule)? };
        let (info, missing) = info(&maker, &subject, &keys, ad_value)?;
        by_pid.set_item(pid, &process)?;
        list.append((process, info, missing))?;
    }
    Ok((list, by_pid))
}

/// An attribute that is asked for.
struct Key<'py> {
    name: Bound<'py, PyString>,
    answer: &'static Answer,
}

impl<'py> Key<'py> {
    fn new(py: Python<'py>, name: &str) -> PyResult<Self> {
        let answer = ANSWERS.iter().find(|answer| answer.name == name);
        let answer = answer.ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        Ok(Self { name: PyString::intern(py, name), answer })
    }
}

fn info<'py>(
    maker: &Maker<'py, '_>,
    subject: &Subject<'py, '_>,
    keys: &[Key<'py>],
    ad_value: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyDict>, Option<Bound<'py, PyList>>)> {
    let info = PyDict::new(maker.py);
    let mut missing: Option<Bound<'py, PyList>> = None;
    let row = subject.row;
    for Key { name, answer } in keys {
        if let Some(value) = (answer.make)(maker, subject)? {
            info.set_item(name, value)?;
        } else if row.is_withheld(answer.columns)
            // A program that is denied can be guessed.
            && !(answer.columns == Columns::EXE && row.denied().contains(Columns::EXE))
        {
            info.set_item(name, ad_value)?;
        } else {
            missing.get_or_insert_with(|| PyList::empty(maker.py)).append(name)?;
        }
    }
    Ok((info, missing))
}

/// The Python processes, old and new.
struct Processes<'py, 'a> {
    class: &'a Bound<'py, PyType>,
    known: &'a Bound<'py, PyDict>,
    host: &'a Host,
    generation: u64,
    new: Bound<'py, PyString>,
    pid: Bound<'py, PyString>,
    ident: Bound<'py, PyString>,
}

impl<'py, 'a> Processes<'py, 'a> {
    fn new(
        py: Python<'py>,
        class: &'a Bound<'py, PyType>,
        known: &'a Bound<'py, PyDict>,
        host: &'a Host,
        generation: u64,
    ) -> Self {
        let word = |word| PyString::intern(py, word);
        let (new, pid, ident) = (word("__new__"), word("_pid"), word("_ident"));
        Self { class, known, host, generation, new, pid, ident }
    }

    /// The process of this row, and its capsule.
    fn of(
        &self,
        state: &State,
        pid: &Bound<'py, pyo3::types::PyInt>,
        row: &ProcessRow,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let py = pid.py();
        if let Some(process) = self.known.get_item(pid)? {
            let capsule = process.getattr(state.native(py))?;
            if process.get_type().is(self.class) && !capsule.is_none() {
                let start = ffi::kept::<Handle>(&capsule)?.start();
                if start.is_none() || row.start_ticks().is_none() || start == row.start_ticks() {
                    return Ok((process, capsule));
                }
            }
        }
        let new = row.process_unchecked(self.host);
        // It is asked for where no column came from where it stands.
        let start = new.known_start_ticks();
        let handle = Handle::new(new, self.generation, start);
        let capsule = ffi::capsule(py, handle)?.into_any();
        let process = self.class.call_method1(&self.new, (self.class,))?;
        process.setattr(&self.pid, pid)?;
        process.setattr(state.native(py), &capsule)?;
        process.setattr(&self.ident, (pid, start))?;
        Ok((process, capsule))
    }
}

/// No collection of garbage while many objects are made that are none: each would look at all of them.
struct Pause<'py>(Option<Bound<'py, PyAny>>);

impl<'py> Pause<'py> {
    fn begin(py: Python<'py>, state: &State) -> PyResult<Self> {
        if !state.object(py, "gc", "isenabled")?.call0()?.is_truthy()? {
            return Ok(Self(None));
        }
        state.object(py, "gc", "disable")?.call0()?;
        state.object(py, "gc", "enable").map(Some).map(Self)
    }
}

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        if let Some(enable) = &self.0 {
            // It takes nothing and cannot fail.
            let _ = enable.call0();
        }
    }
}
