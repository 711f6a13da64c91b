//! Questions about one process: each takes the Python `Process`, whose `_native` is a [`Handle`].

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use psight::process::{CpuSample, IoClass, Limit, Limits, Resource, Signal, SignalSet};
use psight::record::ToValue;
use psight::{ErrorKind, Process, Result};
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple, PyType};

use crate::state::{State, Tuple};
use crate::views::{object, one_decimal, text, view, view_or, view_with, views, views_or};
use crate::{enter, ffi, given, net};

/// What a Python `Process` holds of the core.
pub(crate) struct Handle {
    /// When it started; `None` where that may not be known.
    start: Option<u64>,
    held: Mutex<Held>,
}

struct Held {
    process: Arc<Process>,
    /// The same with kept sources, inside `oneshot()`.
    oneshot: Option<Arc<Process>>,
    /// The generation of the host that `process` asks.
    generation: u64,
    /// How busy it was when `cpu_percent` was asked last.
    sample: Option<CpuSample>,
}

impl Handle {
    pub(crate) fn new(process: Process, generation: u64, start: Option<u64>) -> Self {
        let process = Arc::new(process);
        let held = Held { process, oneshot: None, generation, sample: None };
        Self { start, held: Mutex::new(held) }
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The process to ask, on the machine that is asked now.
    fn process(&self, state: &State) -> Arc<Process> {
        let held = self.current(state);
        held.oneshot.as_ref().unwrap_or(&held.process).clone()
    }

    /// The process to wait for, which keeps how it ended.
    pub(crate) fn lasting(&self, state: &State) -> Arc<Process> {
        self.current(state).process.clone()
    }

    fn current(&self, state: &State) -> MutexGuard<'_, Held> {
        let mut held = self.lock();
        if held.generation != state.generation() {
            let (host, generation) = state.host_and_generation();
            held.process = Arc::new(held.process.on(&host));
            held.oneshot = held.oneshot.as_ref().map(|_| Arc::new(held.process.oneshot()));
            held.generation = generation;
        }
        held
    }

    /// When the process started; `None` where that may not be known.
    pub(crate) fn start(&self) -> Option<u64> {
        self.start
    }

    /// How busy it was since the last sample, in percent as psutil has it.
    pub(crate) fn percent(&self, now: CpuSample) -> f64 {
        let before = self.lock().sample.replace(now);
        before.map_or(0.0, |before| one_decimal(now.percent_since(&before)))
    }
}

/// The process `pid`: its handle, and its start, which is `None` where it may not be known.
#[pyfunction]
#[pyo3(pass_module)]
fn open<'py>(
    module: &Bound<'py, PyModule>,
    pid: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyTuple>> {
    let pid: u32 = pid.extract()?;
    let (py, state) = (module.py(), ffi::state(module)?);
    let (host, generation) = state.host_and_generation();
    let process = enter::system(py, state, || host.process(pid))?;
    opened(py, process, generation)
}

fn opened(py: Python<'_>, process: Process, generation: u64) -> PyResult<Bound<'_, PyTuple>> {
    let start = process.known_start_ticks();
    let handle = ffi::capsule(py, Handle::new(process, generation, start))?;
    (handle, start).into_pyobject(py)
}

/// Begins to keep what is read; false if that has begun already.
#[pyfunction]
#[pyo3(pass_module)]
fn oneshot_enter(module: &Bound<'_, PyModule>, process: &Bound<'_, PyAny>) -> PyResult<bool> {
    let capsule = native(ffi::state(module)?, process)?;
    let mut held = ffi::kept::<Handle>(&capsule)?.lock();
    if held.oneshot.is_some() {
        return Ok(false);
    }
    held.oneshot = Some(Arc::new(held.process.oneshot()));
    Ok(true)
}

/// Whether the Python object still has the identity that the core gave it: programs set another one.
#[pyfunction]
#[pyo3(pass_module)]
fn has_own_ident(module: &Bound<'_, PyModule>, process: &Bound<'_, PyAny>) -> PyResult<bool> {
    let capsule = process.getattr(ffi::state(module)?.native(process.py()))?;
    if capsule.is_none() {
        return Ok(false);
    }
    let start = ffi::kept::<Handle>(&capsule)?.start();
    let ident: PyResult<(u32, Option<u64>)> = process.getattr("_ident")?.extract();
    Ok(ident.is_ok_and(|(_, known)| known == start))
}

/// Forgets what was kept.
#[pyfunction]
#[pyo3(pass_module)]
fn oneshot_exit(module: &Bound<'_, PyModule>, process: &Bound<'_, PyAny>) -> PyResult<()> {
    let capsule = native(ffi::state(module)?, process)?;
    ffi::kept::<Handle>(&capsule)?.lock().oneshot = None;
    Ok(())
}

/// The capsule of a Python `Process`; one that was gone before it could be opened has none.
pub(crate) fn native<'py>(
    state: &State,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let capsule = process.getattr(state.native(process.py()))?;
    if capsule.is_none() {
        let gone = state.exception_maker(process.py(), "gone")?;
        return Err(PyErr::from_value(gone.call1((process,))?));
    }
    Ok(capsule)
}

/// Asks the process behind its Python object.
pub(crate) fn ask<T: Send>(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    question: impl FnOnce(&Process) -> Result<T> + Send,
) -> PyResult<T> {
    let state = ffi::state(module)?;
    let capsule = native(state, process)?;
    let asked = ffi::kept::<Handle>(&capsule)?.process(state);
    enter::process(process, state, || question(&asked))
}

/// The same, for what one system call answers at once.
fn ask_at_once<T>(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    question: impl FnOnce(&Process) -> Result<T>,
) -> PyResult<T> {
    let state = ffi::state(module)?;
    let capsule = native(state, process)?;
    let asked = ffi::kept::<Handle>(&capsule)?.process(state);
    enter::process_at_once(process, state, || question(&asked))
}

/// Functions of one argument, the process: through which function it is asked what, and what Python gets.
macro_rules! questions {
    ($($through:ident { $($name:ident: $ask:expr, $answer:expr;)* })*) => {
        $($(
            #[pyfunction]
            #[pyo3(pass_module)]
            fn $name<'py>(
                module: &Bound<'py, PyModule>,
                process: &Bound<'py, PyAny>,
            ) -> PyResult<Bound<'py, PyAny>> {
                let answer = $through(module, process, $ask)?;
                ($answer)(process.py(), ffi::state(module)?, answer)
            }
        )*)*

        /// Adds every function of this file to the module.
        pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
            $($(names.add_function(wrap_pyfunction!($name, module)?)?;)*)*
            others(module, names)
        }
    };
}

questions! {
    ask {
        ppid: Process::ppid, |py, _, pid: psight::Pid| object(py, pid.to_value());
        name: Process::name, |py, _, name: OsString| text(py, &name);
        exe: Process::exe, path_or_empty;
        cmdline: Process::cmdline, |py, _, words: Vec<OsString>| texts(py, &words);
        environ: Process::environ_map, |py, _, map| environment(py, map);
        create_time: Process::create_time, |py, _, at| timestamp(py, at);
        // The very string of the constant: there are programs that compare with `is`.
        status: Process::status, |py, state: &State, status: psight::process::Status| {
            Ok(state.constant(py, status.as_str()).into_any())
        };
        cwd: Process::cwd, path_or_empty;
        root: Process::root, path_or_empty;
        // Psutil knows of no terminal that has no file.
        terminal: |process: &Process| match process.terminal() {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            answer => answer,
        }, |py, _, path: Option<PathBuf>| object(py, path.to_value());
        has_terminal: Process::has_terminal, |py, _, has: bool| object(py, has.to_value());
        username: Process::username, |py, _, name: OsString| text(py, &name);
        uids: Process::uids, |py, state, ids| view(py, state, Tuple::Puids, &ids);
        gids: Process::gids, |py, state, ids| view(py, state, Tuple::Pgids, &ids);
        fsuid: Process::fsuid, |py, _, id: u32| object(py, id.to_value());
        fsgid: Process::fsgid, |py, _, id: u32| object(py, id.to_value());
        getgroups: Process::groups, |py, _, ids: Vec<u32>| object(py, ids.to_value());
        pgid: Process::pgid, |py, _, pid: psight::Pid| object(py, pid.to_value());
        sid: Process::sid, |py, _, pid: psight::Pid| object(py, pid.to_value());
        umask: Process::umask, |py, _, umask: Option<u32>| object(py, umask.to_value());
        cpu_times: Process::cpu_times, |py, state, times| view_or(py, state, Tuple::Pcputimes, &times, 0.0);
        cpu_num: Process::cpu_num, |py, _, cpu: Option<u32>| {
            object(py, cpu.map_or(-1, i64::from).to_value())
        };
        memory_info: Process::memory_info, |py, state, info| view_or(py, state, Tuple::Pmem, &info, 0);
        memory_info_ex: Process::memory_info_ex, |py, state, info| view_or(py, state, Tuple::PmemEx, &info, 0);
        memory_full_info: Process::memory_full, |py, state, info| view_or(py, state, Tuple::Pfullmem, &info, 0);
        memory_footprint: Process::memory_footprint, |py, state, info| {
            view_or(py, state, Tuple::Pfootprint, &info, 0)
        };
        memory_maps: Process::memory_maps, |py, state, maps: Vec<_>| views_or(py, state, Tuple::PmmapExt, &maps, 0);
        memory_maps_grouped: Process::memory_maps_grouped, |py, state, maps: Vec<_>| {
            views_or(py, state, Tuple::PmmapGrouped, &maps, 0)
        };
        page_faults: Process::page_faults, |py, state, faults| view(py, state, Tuple::Ppagefaults, &faults);
        io_counters: Process::io_counters, |py, state, io| view(py, state, Tuple::Pio, &io);
        num_ctx_switches: Process::num_ctx_switches, |py, state, count| view(py, state, Tuple::Pctxsw, &count);
        num_threads: Process::num_threads, |py, _, count: u32| object(py, count.to_value());
        threads: Process::threads, |py, state, threads: Vec<_>| views(py, state, Tuple::Pthread, &threads);
        num_fds: Process::num_fds, |py, _, count: u64| object(py, count.to_value());
        open_files: Process::open_files, |py, state, files: Vec<_>| views(py, state, Tuple::Popenfile, &files);
        is_running: Process::is_running, |py, _, running: bool| object(py, running.to_value());
    }
    ask_at_once {
        nice: Process::nice, |py, _, nice: i32| object(py, nice.to_value());
        cpu_affinity: Process::cpu_affinity, |py, _, cpus: Vec<u32>| Ok(PyList::new(py, cpus)?.into_any());
        ionice: Process::ionice, |py, state: &State, nice: psight::process::IoNice| {
            view_with(py, state, Tuple::Pionice, &nice, |field| {
                if field != "ioclass" {
                    return Ok(None);
                }
                let class = state.object(py, "psight._enums", "ioclass")?;
                class.call1((io_class_number(nice.ioclass),)).map(Some)
            })
        };
    }
}

/// Those that take or give more.
fn others(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add_function(wrap_pyfunction!(open, module)?)?;
    names.add_function(wrap_pyfunction!(has_own_ident, module)?)?;
    names.add_function(wrap_pyfunction!(oneshot_enter, module)?)?;
    names.add_function(wrap_pyfunction!(oneshot_exit, module)?)?;
    names.add_function(wrap_pyfunction!(children, module)?)?;
    names.add_function(wrap_pyfunction!(parent, module)?)?;
    names.add_function(wrap_pyfunction!(net_connections, module)?)?;
    names.add_function(wrap_pyfunction!(send_signal, module)?)?;
    names.add_function(wrap_pyfunction!(set_nice, module)?)?;
    names.add_function(wrap_pyfunction!(set_ionice, module)?)?;
    names.add_function(wrap_pyfunction!(set_cpu_affinity, module)?)?;
    names.add_function(wrap_pyfunction!(rlimit, module)?)?;
    names.add_function(wrap_pyfunction!(cpu_percent, module)?)?;
    names.add_function(wrap_pyfunction!(sigmasks, module)?)
}

/// How busy the process was since this was asked last; 0 the first time.
#[pyfunction]
#[pyo3(pass_module)]
fn cpu_percent(module: &Bound<'_, PyModule>, process: &Bound<'_, PyAny>) -> PyResult<f64> {
    let now = ask(module, process, Process::cpu_sample)?;
    let capsule = native(ffi::state(module)?, process)?;
    Ok(ffi::kept::<Handle>(&capsule)?.percent(now))
}

/// The children, or all descendants: an instance of `class` for each, or without a class its `(pid, handle, start)`.
#[pyfunction]
#[pyo3(pass_module, signature = (process, recursive, class=None))]
fn children<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
    recursive: bool,
    class: Option<&Bound<'py, PyType>>,
) -> PyResult<Bound<'py, PyList>> {
    let found =
        ask(
            module,
            process,
            |process| {
                if recursive { process.descendants() } else { process.children() }
            },
        )?;
    let (py, state) = (process.py(), ffi::state(module)?);
    let generation = state.generation();
    let Some(class) = class else {
        let rows = found.into_iter().map(|child| relative(py, child, generation));
        return PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?);
    };
    let maker = Maker::new(state, class, generation)?;
    let made = found.into_iter().map(|child| Ok(maker.process(child)?.0));
    PyList::new(py, made.collect::<PyResult<Vec<_>>>()?)
}

/// What makes Python processes of the core's, without a call of their `__init__`.
pub(crate) struct Maker<'py, 'a> {
    pub(crate) class: &'a Bound<'py, PyType>,
    make: ffi::New,
    state: &'a State,
    generation: u64,
    pid: Bound<'py, PyString>,
    ident: Bound<'py, PyString>,
}

impl<'py, 'a> Maker<'py, 'a> {
    /// Of instances of `class`, for a host of this generation.
    pub(crate) fn new(
        state: &'a State,
        class: &'a Bound<'py, PyType>,
        generation: u64,
    ) -> PyResult<Self> {
        let word = |word| PyString::intern(class.py(), word);
        let (pid, ident) = (word("_pid"), word("_ident"));
        Ok(Self { class, make: ffi::New::of(class)?, state, generation, pid, ident })
    }

    /// The Python process, and its capsule.
    pub(crate) fn process(
        &self,
        process: Process,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        let py = self.class.py();
        // It is asked for where it is not known yet.
        let start = process.known_start_ticks();
        let pid = process.pid().as_u32().into_pyobject(py)?;
        let capsule = ffi::capsule(py, Handle::new(process, self.generation, start))?.into_any();
        let made = self.make.instance(self.class)?;
        made.setattr(&self.pid, &pid)?;
        made.setattr(self.state.native(py), &capsule)?;
        made.setattr(&self.ident, (pid, start))?;
        Ok((made, capsule))
    }
}

/// The parent as `(pid, handle, start)`, or `None`.
#[pyfunction]
#[pyo3(pass_module)]
fn parent<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Option<Bound<'py, PyTuple>>> {
    let found = ask(module, process, Process::parent)?;
    let generation = ffi::state(module)?.generation();
    found.map(|parent| relative(process.py(), parent, generation)).transpose()
}

fn relative(py: Python<'_>, process: Process, generation: u64) -> PyResult<Bound<'_, PyTuple>> {
    let (pid, start) = (process.pid().as_u32(), process.known_start_ticks());
    let handle = ffi::capsule(py, Handle::new(process, generation, start))?;
    (pid, handle, start).into_pyobject(py)
}

#[pyfunction]
#[pyo3(pass_module)]
fn net_connections<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
    kind: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let state = ffi::state(module)?;
    let kind = enter::process(process, state, || kind.parse())?;
    let found = ask(module, process, |process| process.connections(kind))?;
    net::connections(process.py(), state, Tuple::Pconn, &found)
}

#[pyfunction]
#[pyo3(pass_module)]
fn send_signal(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    number: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let number = given::int(number)?;
    ask(module, process, |process| process.send_signal(Signal::new(number)))
}

#[pyfunction]
#[pyo3(pass_module)]
fn set_nice(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let value = given::int(value)?;
    ask(module, process, |process| process.set_nice(value))
}

#[pyfunction]
#[pyo3(pass_module)]
fn set_ionice(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    class: &Bound<'_, PyAny>,
    value: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let (class, value) = (given::int(class)?, value.extract()?);
    // The kernel looks at three bits of the number, and psutil hands it over as it is.
    let class = match class & 7 {
        0 => IoClass::None,
        1 => IoClass::RealTime,
        2 => IoClass::BestEffort,
        3 => IoClass::Idle,
        _ => return Err(invalid_argument()),
    };
    ask(module, process, |process| process.set_ionice(class, Some(value)))
}

fn io_class_number(class: IoClass) -> u8 {
    match class {
        IoClass::RealTime => 1,
        IoClass::BestEffort => 2,
        IoClass::Idle => 3,
        _ => 0,
    }
}

#[pyfunction]
#[pyo3(pass_module)]
fn set_cpu_affinity(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    cpus: Vec<u32>,
) -> PyResult<()> {
    ask(module, process, |process| process.set_cpu_affinity(&cpus))
}

/// The limits of a resource, and new ones if they are given; unlimited is -1.
#[pyfunction]
#[pyo3(pass_module, signature = (process, resource, limits=None))]
fn rlimit(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    resource: &Bound<'_, PyAny>,
    limits: Option<&Bound<'_, PyAny>>,
) -> PyResult<(i64, i64)> {
    let number = given::int(resource)?;
    let known = |known: &&Resource| known.number().map(i64::from) == Some(number.into());
    let refused = || PyValueError::new_err("invalid resource specified");
    let resource = *Resource::ALL.iter().find(known).ok_or_else(refused)?;
    let limits: Option<(i64, i64)> = limits.map(|limits| limits.extract()).transpose()?;
    let limit = |number: i64| match number {
        -1 => Limit::Unlimited,
        number => Limit::Of(number.cast_unsigned()),
    };
    let found = match limits {
        Some((soft, hard)) => {
            let limits = Limits::new(limit(soft), limit(hard));
            ask(module, process, |process| process.set_rlimit(resource, limits))
        }
        None => ask_at_once(module, process, |process| process.rlimit(resource)),
    };
    let (soft, hard) = match found {
        Err(error) if error.is_instance_of::<PyValueError>(module.py()) => {
            // The kernel looks for the process first. The words are Python's.
            ask(module, process, |process| process.rlimit(resource))?;
            return Err(PyValueError::new_err("current limit exceeds maximum limit"));
        }
        found => found.map(|found| (found.soft, found.hard))?,
    };
    let number = |limit| match limit {
        Limit::Of(number) => number.cast_signed(),
        Limit::Unlimited => -1,
    };
    Ok((number(soft), number(hard)))
}

fn invalid_argument() -> PyErr {
    PyOSError::new_err((22, "Invalid argument"))
}

/// The signal masks by name; each a list of numbers.
#[pyfunction]
#[pyo3(pass_module)]
fn sigmasks<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
    include_internal: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let masks = ask(module, process, Process::signal_masks)?;
    let masks = if include_internal { masks } else { masks.without_internal() };
    let dict = PyDict::new(process.py());
    let put = |name: &str, set: Option<SignalSet>| match set {
        Some(set) => dict.set_item(name, set.iter().collect::<Vec<_>>()),
        None => Ok(()),
    };
    put("pending", masks.pending)?;
    put("blocked", masks.blocked)?;
    put("ignored", Some(masks.ignored))?;
    put("caught", Some(masks.caught))?;
    put("process_pending", masks.process_pending)?;
    Ok(dict)
}

/// Seconds since 1970.
pub(crate) fn timestamp(py: Python<'_>, at: SystemTime) -> PyResult<Bound<'_, PyAny>> {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(since.as_secs_f64().into_pyobject(py)?.into_any())
}

fn path_or_empty<'py>(
    py: Python<'py>,
    _: &State,
    path: Option<PathBuf>,
) -> PyResult<Bound<'py, PyAny>> {
    text(py, path.unwrap_or_default().as_os_str())
}

pub(crate) fn texts<'py>(py: Python<'py>, words: &[OsString]) -> PyResult<Bound<'py, PyAny>> {
    let words = words.iter().map(|word| text(py, word)).collect::<PyResult<Vec<_>>>()?;
    Ok(PyList::new(py, words)?.into_any())
}

fn environment<'py>(
    py: Python<'py>,
    map: impl IntoIterator<Item = (OsString, OsString)>,
) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    for (name, value) in map {
        dict.set_item(text(py, &name)?, text(py, &value)?)?;
    }
    Ok(dict.into_any())
}
