//! What only Windows has, and what psutil has in another shape there.

use std::ffi::{CStr, OsString};
use std::sync::{Mutex, PoisonError};

use psight::cpu::{CpuPercents, CpuTimes};
use psight::os::windows::load::LoadSampler;
use psight::os::windows::memory::MappedFile;
use psight::os::windows::privilege;
use psight::os::windows::services::Service;
use psight::process::IoClass;
use psight::{Host, Process, Record};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList};

use crate::process::ask;
use crate::state::{State, Tuple};
use crate::system::CpuMoment;
use crate::views::{object, one_decimal, text, view, view_or, view_with};
use crate::{enter, ffi};

/// Adds the functions of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add_function(wrap_pyfunction!(cpu_times, module)?)?;
    names.add_function(wrap_pyfunction!(per_cpu_times, module)?)?;
    names.add_function(wrap_pyfunction!(cpu_times_percent, module)?)?;
    names.add_function(wrap_pyfunction!(load_sampler, module)?)?;
    names.add_function(wrap_pyfunction!(load_average, module)?)?;
    names.add_function(wrap_pyfunction!(take_debug_privilege, module)?)?;
    names.add_function(wrap_pyfunction!(services, module)?)?;
    names.add_function(wrap_pyfunction!(service, module)?)?;
    names.add_function(wrap_pyfunction!(memory_info, module)?)?;
    names.add_function(wrap_pyfunction!(memory_full_info, module)?)?;
    names.add_function(wrap_pyfunction!(memory_maps, module)?)?;
    names.add_function(wrap_pyfunction!(memory_maps_grouped, module)?)?;
    names.add_function(wrap_pyfunction!(open_files, module)?)?;
    names.add_function(wrap_pyfunction!(ionice, module)?)?;
    names.add_function(wrap_pyfunction!(set_ionice, module)?)
}

#[pyfunction]
#[pyo3(pass_module)]
fn cpu_times<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    times(py, state, &enter::host(py, state, Host::cpu_times)?)
}

#[pyfunction]
#[pyo3(pass_module)]
fn per_cpu_times<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyList>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let cpus = enter::host(py, state, Host::per_cpu_times)?;
    let each = cpus.iter().map(|cpu| times(py, state, &cpu.times));
    PyList::new(py, each.collect::<PyResult<Vec<_>>>()?)
}

/// What the CPUs did between two samples, together or each.
#[pyfunction]
#[pyo3(pass_module)]
fn cpu_times_percent<'py>(
    module: &Bound<'py, PyModule>,
    before: &Bound<'py, PyAny>,
    now: &Bound<'py, PyAny>,
    percpu: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let (before, now) = (ffi::kept::<CpuMoment>(before)?, ffi::kept::<CpuMoment>(now)?);
    if !percpu {
        return percents(py, state, &now.total().percents_since(before.total()));
    }
    let each = now.each()?.per_cpu_percents_since(before.each()?);
    let each = each.iter().map(|cpu| percents(py, state, &cpu.percents));
    Ok(PyList::new(py, each.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

fn times<'py>(py: Python<'py>, state: &State, times: &CpuTimes) -> PyResult<Bound<'py, PyAny>> {
    let (irq, dpc) = (times.irq.unwrap_or_default(), times.dpc.unwrap_or_default());
    with_interrupts(py, state, times, times.system + irq + dpc, irq)
}

fn percents<'py>(
    py: Python<'py>,
    state: &State,
    shares: &CpuPercents,
) -> PyResult<Bound<'py, PyAny>> {
    let (irq, dpc) = (shares.irq.unwrap_or_default(), shares.dpc.unwrap_or_default());
    with_interrupts(py, state, shares, one_decimal(shares.system + irq + dpc), one_decimal(irq))
}

/// As Windows and psutil count: what interrupts took is told apart and is part of `system` all the same.
fn with_interrupts<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    record: &R,
    system: f64,
    interrupt: f64,
) -> PyResult<Bound<'py, PyAny>> {
    view_with(py, state, Tuple::Scputimes, record, |field| {
        Ok(match field {
            "system" => Some(system.into_pyobject(py)?.into_any()),
            "" => Some(interrupt.into_pyobject(py)?.into_any()),
            _ => None,
        })
    })
}

/// What averages the load for as long as it is kept.
pub(crate) struct Kept(Mutex<LoadSampler>);

impl ffi::Kept for Kept {
    const NAME: &'static CStr = c"psight.load_sampler";
}

#[pyfunction]
#[pyo3(pass_module)]
fn load_sampler<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyCapsule>> {
    let sampler = ffi::state(module)?.host().load_sampler();
    ffi::capsule(module.py(), Kept(Mutex::new(sampler)))
}

#[pyfunction]
#[pyo3(pass_module)]
fn load_average(
    module: &Bound<'_, PyModule>,
    sampler: &Bound<'_, PyAny>,
) -> PyResult<(f64, f64, f64)> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let kept = &ffi::kept::<Kept>(sampler)?.0;
    let load =
        enter::system(py, state, || kept.lock().unwrap_or_else(PoisonError::into_inner).sample())?;
    Ok((load.one, load.five, load.fifteen))
}

/// Looks into other users' processes from now on, if this user may.
#[pyfunction]
#[pyo3(pass_module)]
fn take_debug_privilege(module: &Bound<'_, PyModule>) -> PyResult<bool> {
    let (py, state) = (module.py(), ffi::state(module)?);
    enter::system(py, state, privilege::take_debug_privilege)
}

/// The names of each service: what programs call it, and what people do.
#[pyfunction]
#[pyo3(pass_module)]
fn services<'py>(module: &Bound<'py, PyModule>) -> PyResult<Vec<[Bound<'py, PyAny>; 2]>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let found = enter::host(py, state, Host::services)?;
    let pair = |service: &Service| Ok([text(py, &service.name)?, text(py, &service.display_name)?]);
    found.iter().map(pair).collect()
}

/// Everything about a service in a dict.
#[pyfunction]
#[pyo3(pass_module)]
fn service<'py>(module: &Bound<'py, PyModule>, name: OsString) -> PyResult<Bound<'py, PyDict>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let found = enter::host(py, state, |host| host.service(&name))?;
    let dict = PyDict::new(py);
    for (column, field) in Service::FIELDS.iter().enumerate() {
        dict.set_item(field.name, object(py, found.value_at(column))?)?;
    }
    Ok(dict)
}

#[pyfunction]
#[pyo3(pass_module)]
fn memory_info<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let counters = ask(module, process, Process::memory_counters)?;
    view(process.py(), ffi::state(module)?, Tuple::Pmem, &counters)
}

/// The same with what is its own.
#[pyfunction]
#[pyo3(pass_module)]
fn memory_full_info<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (process.py(), ffi::state(module)?);
    let both = |process: &Process| Ok((process.memory_counters()?, process.memory_footprint()?));
    let (counters, footprint) = ask(module, process, both)?;
    view_with(py, state, Tuple::Pfullmem, &counters, |field| {
        if field.is_empty() {
            Ok(Some(footprint.uss.into_pyobject(py)?.into_any()))
        } else {
            Ok(None)
        }
    })
}

#[pyfunction]
#[pyo3(pass_module)]
fn memory_maps<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let files = ask(module, process, Process::mapped_files)?;
    mapped(module, Tuple::PmmapExt, &files)
}

/// The pieces of one file together, the file that comes first first.
#[pyfunction]
#[pyo3(pass_module)]
fn memory_maps_grouped<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let mut files: Vec<MappedFile> = Vec::new();
    for piece in ask(module, process, Process::mapped_files)? {
        match files.iter_mut().find(|file| file.path == piece.path) {
            Some(file) => file.size += piece.size,
            None => files.push(piece),
        }
    }
    mapped(module, Tuple::PmmapGrouped, &files)
}

/// psutil gives the size of a piece as its `rss`, and the first address alone.
fn mapped<'py>(
    module: &Bound<'py, PyModule>,
    tuple: Tuple,
    files: &[MappedFile],
) -> PyResult<Bound<'py, PyList>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let rows = files.iter().map(|file| {
        view_with(py, state, tuple, file, |field| {
            Ok(match field {
                "addr" => Some(format!("{:#x}", file.addr.start).into_pyobject(py)?.into_any()),
                "" => Some(file.size.into_pyobject(py)?.into_any()),
                _ => None,
            })
        })
    });
    PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

/// Windows has no descriptors, and psutil has -1 for each.
#[pyfunction]
#[pyo3(pass_module)]
fn open_files<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let files = ask(module, process, Process::open_files)?;
    let rows = files.iter().map(|file| view_or(py, state, Tuple::Popenfile, file, -1));
    PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

/// The classes of I/O priority by their numbers.
const IO_CLASSES: [IoClass; 4] = [IoClass::VeryLow, IoClass::Low, IoClass::Normal, IoClass::High];

#[pyfunction]
#[pyo3(pass_module)]
fn ionice(module: &Bound<'_, PyModule>, process: &Bound<'_, PyAny>) -> PyResult<Option<usize>> {
    let nice = ask(module, process, Process::ionice)?;
    Ok(IO_CLASSES.iter().position(|class| *class == nice.ioclass))
}

/// `class` is one of the four numbers.
#[pyfunction]
#[pyo3(pass_module)]
fn set_ionice(
    module: &Bound<'_, PyModule>,
    process: &Bound<'_, PyAny>,
    class: usize,
) -> PyResult<()> {
    let class = *IO_CLASSES.get(class).unwrap_or(&IoClass::None);
    ask(module, process, |process| process.set_ionice(class, None))
}
