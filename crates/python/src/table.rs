//! The table of all processes: one reading of the machine, then a Python dict for each row when its turn comes.

use std::cell::RefCell;
use std::ffi::CStr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use psight::Host;
use psight::table::{Columns, ProcessRow};
use pyo3::IntoPyObjectExt;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString, PyTuple, PyType};

use crate::process::{Handle, texts, timestamp};
use crate::state::{State, Tuple};
use crate::views::{text, view, view_or};
use crate::{enter, ffi};

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add("table_names", ANSWERS.iter().map(|answer| answer.name).collect::<Vec<_>>())?;
    names.add_function(wrap_pyfunction!(drop_gone, module)?)?;
    names.add_function(wrap_pyfunction!(next_rows, module)?)?;
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
    username: RefCell<Option<Bound<'py, PyString>>>,
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

/// Reads the table with the columns that the attributes `names` need, and keeps it in a capsule.
#[pyfunction]
#[pyo3(pass_module)]
fn table<'py>(
    module: &Bound<'py, PyModule>,
    names: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let answers = names.iter().map(|name| answer_of(&name)).collect::<PyResult<Vec<_>>>()?;
    let columns = answers.iter().fold(Columns::NONE, |all, answer| all | answer.columns);
    let (host, generation) = state.host_and_generation();
    let pool = state.rows();
    let rows = enter::system(py, state, || {
        let mut rows = pool.take();
        host.scanner(columns)?.rows_into(&mut rows)?;
        Ok(rows)
    })?;
    let table = Table { host, generation, answers, rows, next: 0, pool };
    ffi::capsule(py, Kept(Mutex::new(table)))
}

/// Makes Python objects of the next few processes of the table; an empty list at its end.
///
/// Each is the one of `known`, or else a new one of class `class` that is put there, and has got the attributes `names` as
/// its `info`. Where some of them have to be asked for in another way, it is `(process, info, names of those)` instead, and
/// the process has got nothing.
#[pyfunction]
#[pyo3(pass_module)]
fn next_rows<'py>(
    module: &Bound<'py, PyModule>,
    table: &Bound<'py, PyAny>,
    class: &Bound<'py, PyType>,
    known: &Bound<'py, PyDict>,
    names: &Bound<'py, PyTuple>,
    ad_value: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let mut table = ffi::kept::<Kept>(table)?.0.lock().unwrap_or_else(PoisonError::into_inner);
    let table = &mut *table;
    let maker = Maker::new(py, state);
    let processes = Processes::new(class, known, &table.host, table.generation)?;
    let end = table.rows.len().min(table.next + AT_ONCE);
    let list = PyList::empty(py);
    for row in table.rows.get(table.next..end).unwrap_or_default() {
        let (process, capsule) = processes.of(state, row)?;
        let subject = Subject { row, process: &process, handle: ffi::kept::<Handle>(&capsule)? };
        let (info, missing) = info(&maker, &subject, names, &table.answers, ad_value)?;
        match missing {
            None => {
                process.setattr(&maker.info, info)?;
                list.append(process)?;
            }
            Some(missing) => list.append((process, info, missing))?,
        }
    }
    table.next = end;
    Ok(list)
}

/// Takes those out of `known` that the table did not have.
#[pyfunction]
fn drop_gone(table: &Bound<'_, PyAny>, known: &Bound<'_, PyDict>) -> PyResult<()> {
    let table = ffi::kept::<Kept>(table)?.0.lock().unwrap_or_else(PoisonError::into_inner);
    // All that were shown are known: if there are no others, none has gone.
    if known.len() <= table.next {
        return Ok(());
    }
    for pid in known.keys() {
        let number: u32 = pid.extract()?;
        if table.rows.binary_search_by_key(&number, |row| row.pid.as_u32()).is_err() {
            known.del_item(pid)?;
        }
    }
    Ok(())
}

/// How many rows become objects in one call: enough for the call not to matter, and few enough for the objects of one call
/// to be gone before those of the next are made.
const AT_ONCE: usize = 32;

/// A table that was read, and how far it has been shown.
pub(crate) struct Kept(Mutex<Table>);

struct Table {
    host: Host,
    generation: u64,
    answers: Vec<&'static Answer>,
    rows: Vec<ProcessRow>,
    next: usize,
    pool: RowPool,
}

impl ffi::Kept for Kept {
    const NAME: &'static CStr = c"psight.table";
}

impl Drop for Table {
    fn drop(&mut self) {
        self.pool.give_back(std::mem::take(&mut self.rows));
    }
}

/// The rows of the table that was read last, whose memory the next one uses.
#[derive(Clone, Default)]
pub(crate) struct RowPool(Arc<Mutex<Vec<ProcessRow>>>);

impl RowPool {
    /// More rows than this are not worth keeping their memory.
    const MOST: usize = 5000;

    fn take(&self) -> Vec<ProcessRow> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn give_back(&self, mut rows: Vec<ProcessRow>) {
        rows.truncate(Self::MOST);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = rows;
    }
}

/// What the attribute of this name is made from.
fn answer_of(name: &Bound<'_, PyAny>) -> PyResult<&'static Answer> {
    let name = name.cast::<PyString>()?;
    let text = name.to_cow()?;
    let answer = ANSWERS.iter().find(|answer| answer.name == text);
    answer.ok_or_else(|| PyKeyError::new_err(text.into_owned()))
}

fn info<'py>(
    maker: &Maker<'py, '_>,
    subject: &Subject<'py, '_>,
    names: &Bound<'py, PyTuple>,
    answers: &[&'static Answer],
    ad_value: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyDict>, Option<Bound<'py, PyList>>)> {
    let info = PyDict::new(maker.py);
    let mut missing: Option<Bound<'py, PyList>> = None;
    let row = subject.row;
    for (name, answer) in names.iter_borrowed().zip(answers) {
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
    make: ffi::New,
    known: &'a Bound<'py, PyDict>,
    host: &'a Host,
    generation: u64,
    pid: Bound<'py, PyString>,
    ident: Bound<'py, PyString>,
}

impl<'py, 'a> Processes<'py, 'a> {
    fn new(
        class: &'a Bound<'py, PyType>,
        known: &'a Bound<'py, PyDict>,
        host: &'a Host,
        generation: u64,
    ) -> PyResult<Self> {
        let word = |word| PyString::intern(class.py(), word);
        let (pid, ident) = (word("_pid"), word("_ident"));
        Ok(Self { class, make: ffi::New::of(class)?, known, host, generation, pid, ident })
    }

    /// The process of this row, and its capsule.
    fn of(
        &self,
        state: &State,
        row: &ProcessRow,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let py = self.class.py();
        let pid = row.pid.as_u32().into_pyobject(py)?;
        if let Some(process) = self.known.get_item(&pid)? {
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
        let process = self.make.instance(self.class)?;
        process.setattr(&self.pid, &pid)?;
        process.setattr(state.native(py), &capsule)?;
        process.setattr(&self.ident, (&pid, start))?;
        self.known.set_item(pid, &process)?;
        Ok((process, capsule))
    }
}
