//! The table of all processes: one reading of the machine, with a Python dict for each row.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::Path;

use psight::Host;
use psight::process::Status;
use psight::table::{Columns, ProcessRow};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};

use crate::process::{Handle, texts, timestamp};
use crate::state::{State, Tuple};
use crate::views::{text, view, view_or};
use crate::{enter, ffi, process};

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add("table_names", ANSWERS.iter().map(|answer| answer.name).collect::<Vec<_>>())?;
    names.add_function(wrap_pyfunction!(keep_open, module)?)?;
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
    answer("status", Columns::STATUS, |to, of| Ok(of.row.status.map(|status| to.status(status)))),
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
            .map(|times| view_or(to.py, to.state, Tuple::Pcputimes, &times, 0.0))
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
            .map(|info| view_or(to.py, to.state, Tuple::Pmem, info, 0))
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
    info: Bound<'py, PyString>,
    /// The last one, and its name.
    username: RefCell<Option<(OsString, Bound<'py, PyAny>)>>,
    statuses: RefCell<Vec<(Status, Bound<'py, PyAny>)>>,
}

impl<'py, 'a> Maker<'py, 'a> {
    fn new(py: Python<'py>, state: &'a State) -> Self {
        let word = |word| PyString::intern(py, word);
        let (seen_name, seen_create_time) = (word("_name"), word("_create_time"));
        Self {
            py,
            state,
            seen_name,
            seen_create_time,
            info: word("info"),
            username: RefCell::default(),
            statuses: RefCell::default(),
        }
    }

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
        match &*last {
            Some((known, object)) if known == name => Ok(Some(object.clone())),
            _ => {
                let object = text(self.py, name)?;
                Ok(Some(last.insert((name.clone(), object)).1.clone()))
            }
        }
    }

    fn status(&self, status: Status) -> Bound<'py, PyAny> {
        let mut known = self.statuses.borrow_mut();
        if let Some((_, object)) = known.iter().find(|(other, _)| *other == status) {
            return object.clone();
        }
        let object = PyString::intern(self.py, status.as_str()).into_any();
        known.push((status, object.clone()));
        object
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

/// Lets so many descriptors stay open from one table to the next.
#[pyfunction]
#[pyo3(pass_module)]
fn keep_open(module: &Bound<'_, PyModule>, most: usize) -> PyResult<()> {
    ffi::state(module)?.keep_open(most);
    Ok(())
}

/// Reads the table with the columns that the attributes `names` need: all processes, and what each has for them.
///
/// Each process is the one of `known`, or else a new one of class `class` that is put there; those that the table does not
/// have are taken out. What it has is a dict, which is its `info` by now; where some of the attributes have to be asked for
/// in another way, it is `(dict, names of those)` instead, and the process has got nothing.
#[pyfunction]
#[pyo3(pass_module)]
fn table<'py>(
    module: &Bound<'py, PyModule>,
    names: &Bound<'py, PyTuple>,
    class: &Bound<'py, PyType>,
    known: &Bound<'py, PyDict>,
    ad_value: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyList>, Bound<'py, PyList>)> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let answers = names.iter().map(|name| answer_of(&name)).collect::<PyResult<Vec<_>>>()?;
    let columns = answers.iter().fold(Columns::NONE, |all, answer| all | answer.columns);
    let (host, generation) = state.host_and_generation();
    let maker = Maker::new(py, state);
    let processes = process::Maker::new(state, class, generation)?;
    let processes = Processes { maker: processes, known, host: &host };
    let wanted = Wanted { names, answers: &answers, blank: blank(py, names)?, ad_value };
    let (found, infos) = (PyList::empty(py), PyList::empty(py));
    let mut pids = Vec::new();
    let mut scanner = enter::system(py, state, || state.scanner(&host, columns))?;
    let read = |show: &mut dyn FnMut(&[ProcessRow])| scanner.parts(PART, show);
    enter::system_in_parts(py, state, read, |rows| {
        for row in rows {
            let (process, capsule) = processes.of(state, row)?;
            let subject =
                Subject { row, process: &process, handle: ffi::kept::<Handle>(&capsule)? };
            match info(&maker, &subject, &wanted)? {
                (info, None) => {
                    process.setattr(&maker.info, &info)?;
                    infos.append(info)?;
                }
                (info, Some(missing)) => infos.append((info, missing))?,
            }
            found.append(process)?;
            pids.push(row.pid.as_u32());
        }
        Ok(())
    })?;
    state.put_back(scanner, columns, generation);
    drop_gone(known, &pids)?;
    Ok((found, infos))
}

/// How many rows become objects at a time: enough for the lock, which others may want meanwhile, not to matter, and few
/// enough for the rows to stay near the processor until then.
const PART: usize = 128;

/// Takes those out of `known` that are not among `pids`, which are in order.
fn drop_gone(known: &Bound<'_, PyDict>, pids: &[u32]) -> PyResult<()> {
    // All that were found are known: if there are no others, none has gone.
    if known.len() <= pids.len() {
        return Ok(());
    }
    for pid in known.keys() {
        let number: u32 = pid.extract()?;
        if pids.binary_search(&number).is_err() {
            known.del_item(pid)?;
        }
    }
    Ok(())
}

/// What the attribute of this name is made from.
fn answer_of(name: &Bound<'_, PyAny>) -> PyResult<&'static Answer> {
    let name = name.cast::<PyString>()?;
    let text = name.to_cow()?;
    let answer = ANSWERS.iter().find(|answer| answer.name == text);
    answer.ok_or_else(|| PyKeyError::new_err(text.into_owned()))
}

/// An `info` that still says nothing: a copy of it takes all attributes without growing from one to the next.
fn blank<'py>(py: Python<'py>, names: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyDict>> {
    let blank = PyDict::new(py);
    for name in names.iter_borrowed() {
        blank.set_item(name, py.None())?;
    }
    Ok(blank)
}

/// The attributes that every process is to get.
struct Wanted<'py, 'a> {
    names: &'a Bound<'py, PyTuple>,
    answers: &'a [&'static Answer],
    blank: Bound<'py, PyDict>,
    /// What stands for an answer that is withheld.
    ad_value: &'a Bound<'py, PyAny>,
}

/// What the row has for the attributes, and the names of those that have to be asked for in another way.
fn info<'py>(
    maker: &Maker<'py, '_>,
    subject: &Subject<'py, '_>,
    wanted: &Wanted<'py, '_>,
) -> PyResult<(Bound<'py, PyDict>, Option<Bound<'py, PyList>>)> {
    let info = wanted.blank.copy()?;
    let mut missing: Option<Bound<'py, PyList>> = None;
    let row = subject.row;
    for (name, answer) in wanted.names.iter_borrowed().zip(wanted.answers) {
        if let Some(value) = (answer.make)(maker, subject)? {
            info.set_item(name, value)?;
        } else if row.is_withheld(answer.columns)
            // A program that is denied can be guessed.
            && !(answer.columns == Columns::EXE && row.denied().contains(Columns::EXE))
        {
            info.set_item(name, wanted.ad_value)?;
        } else {
            info.del_item(name)?;
            missing.get_or_insert_with(|| PyList::empty(maker.py)).append(name)?;
        }
    }
    Ok((info, missing))
}

/// The Python processes, old and new.
struct Processes<'py, 'a> {
    maker: process::Maker<'py, 'a>,
    known: &'a Bound<'py, PyDict>,
    host: &'a Host,
}

impl<'py> Processes<'py, '_> {
    /// The process of this row, and its capsule.
    fn of(
        &self,
        state: &State,
        row: &ProcessRow,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let py = self.known.py();
        let pid = row.pid.as_u32().into_pyobject(py)?;
        if let Some(process) = self.known.get_item(&pid)? {
            let capsule = process.getattr(state.native(py))?;
            if process.get_type().is(self.maker.class) && !capsule.is_none() {
                let start = ffi::kept::<Handle>(&capsule)?.start();
                if start.is_none() || row.start_ticks().is_none() || start == row.start_ticks() {
                    return Ok((process, capsule));
                }
            }
        }
        let (process, capsule) = self.maker.process(row.process_unchecked(self.host))?;
        self.known.set_item(pid, &process)?;
        Ok((process, capsule))
    }
}
