//! What pypsutil asks and psutil does not: whole records, as dicts that its dataclasses are filled from by name.

use std::time::Duration;

use psight::process::{EpollTarget, FdDetail, FileDescriptor, MemoryInfoEx, MemoryMap};
use psight::record::{Record, ToValue};
use psight::sensors::PowerSupplies;
use psight::{ErrorKind, Host, Process, Result};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::views::{object, text};
use crate::{enter, ffi, process};

/// Adds every function of this file to the module.
pub(crate) fn fill(module: &Bound<'_, PyModule>, names: &Bound<'_, PyModule>) -> PyResult<()> {
    names.add_function(wrap_pyfunction!(short_name, module)?)?;
    names.add_function(wrap_pyfunction!(fds, module)?)?;
    names.add_function(wrap_pyfunction!(memory_maps, module)?)?;
    names.add_function(wrap_pyfunction!(memory_maps_grouped, module)?)?;
    names.add_function(wrap_pyfunction!(memory_full_info, module)?)?;
    names.add_function(wrap_pyfunction!(virtual_memory, module)?)?;
    names.add_function(wrap_pyfunction!(power_supplies, module)?)
}

/// A record as a dict of its fields.
fn record<'py, R: Record>(py: Python<'py>, record: &R) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    for (field, value) in R::FIELDS.iter().zip(record.values()) {
        dict.set_item(field.name, object(py, value)?)?;
    }
    Ok(dict)
}

fn list<'py, T>(
    py: Python<'py>,
    rows: &[T],
    dict: impl Fn(&T) -> PyResult<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, rows.iter().map(dict).collect::<PyResult<Vec<_>>>()?)
}

/// The name as the kernel keeps it, cut where psutil's is not.
#[pyfunction]
#[pyo3(pass_module)]
fn short_name<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let name = process::ask(module, process, Process::short_name)?;
    text(process.py(), &name)
}

/// Everything that the process has open.
#[pyfunction]
#[pyo3(pass_module)]
fn fds<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let py = process.py();
    let found = process::ask(module, process, Process::fds)?;
    list(py, &found, |fd| {
        let dict = record(py, fd)?;
        dict.set_item("extra_info", extra_info(py, fd)?)?;
        Ok(dict)
    })
}

/// What pypsutil tells of a descriptor besides: the kernel's lines by its names, without those that it does not know.
fn extra_info<'py>(py: Python<'py>, fd: &FileDescriptor) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    let put = |name: &str, value: &dyn ToPython| dict.set_item(name, value.to_python(py)?);
    if let Some(nlink) = &fd.nlink {
        put("nlink", nlink)?;
    }
    if let Some(mount) = &fd.mount_id {
        put("mnt_id", mount)?;
    }
    let said = |key| fd.other.as_ref()?.get(key)?.parse::<u64>().ok();
    if let Some(passed) = said("scm_fds") {
        put("scm_fds", &passed)?;
    }
    match &fd.detail {
        FdDetail::Eventfd { count, .. } => put("eventfd-count", count)?,
        FdDetail::Signalfd { sigmask, .. } => put("sigmask", sigmask)?,
        FdDetail::Pidfd { pid, .. } => put("pid", &pid.map_or(-1, |pid| i64::from(pid.as_u32())))?,
        FdDetail::Epoll { targets, .. } => dict.set_item("tfds", epoll(py, targets)?)?,
        FdDetail::Timerfd(timer) => {
            put("clockid", &timer.clockid)?;
            put("ticks", &timer.ticks)?;
            put("settime_flags", &timer.settime_flags)?;
            for (name, time) in [("it_value", timer.it_value), ("it_interval", timer.it_interval)] {
                put(name, &time)?;
                put(&format!("{name}_ns"), &nanoseconds(time))?;
            }
        }
        _ => {}
    }
    Ok(dict)
}

/// A value of any type that a record may have, so that one closure takes them all.
trait ToPython {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>>;
}

impl<T: ToValue> ToPython for T {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        object(py, self.to_value())
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// By descriptor; what an old kernel does not say is left out.
fn epoll<'py>(py: Python<'py>, targets: &[EpollTarget]) -> PyResult<Bound<'py, PyDict>> {
    let all = PyDict::new(py);
    for target in targets {
        let dict = PyDict::new(py);
        dict.set_item("events", target.events)?;
        dict.set_item("data", target.data)?;
        if let Some(pos) = target.pos {
            dict.set_item("pos", pos)?;
        }
        if let Some(ino) = target.ino {
            dict.set_item("ino", ino)?;
        }
        if let Some(dev) = target.dev {
            dict.set_item("sdev", kernels_device(dev))?;
        }
        all.set_item(target.fd, dict)?;
    }
    Ok(all)
}

/// The number of a device as fdinfo has it, whose minor number is the lower 20 bits; stat(2) has the bits elsewhere.
fn kernels_device(dev: u64) -> u64 {
    let major = (dev >> 8) & 0xfff | (dev >> 32) & 0xffff_f000;
    let minor = dev & 0xff | (dev >> 12) & 0xff_ff00;
    major << 20 | minor
}

/// The mappings, those of a zombie being none.
fn maps(process: &Process) -> Result<Vec<MemoryMap>> {
    match process.memory_maps() {
        Err(error) if error.kind() == ErrorKind::ZombieProcess => Ok(Vec::new()),
        maps => maps,
    }
}

#[pyfunction]
#[pyo3(pass_module)]
fn memory_maps<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let py = process.py();
    let found = process::ask(module, process, maps)?;
    list(py, &found, |map| {
        let dict = record(py, map)?;
        dict.set_item("addr_start", map.addr.start)?;
        dict.set_item("addr_end", map.addr.end)?;
        Ok(dict)
    })
}

#[pyfunction]
#[pyo3(pass_module)]
fn memory_maps_grouped<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyList>> {
    let py = process.py();
    let found = process::ask(module, process, |process| match process.memory_maps_grouped() {
        Err(error) if error.kind() == ErrorKind::ZombieProcess => Ok(Vec::new()),
        maps => maps,
    })?;
    list(py, &found, |map| record(py, map))
}

/// The memory of the process with what its mappings add up to; 0 is what the kernel does not tell.
#[pyfunction]
#[pyo3(pass_module)]
fn memory_full_info<'py>(
    module: &Bound<'py, PyModule>,
    process: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyDict>> {
    let (info, maps) = process::ask(module, process, |process| {
        let process = process.oneshot();
        Ok((process.memory_info_ex()?, maps(&process)?))
    })?;
    full(process.py(), &info, &maps)
}

fn full<'py>(
    py: Python<'py>,
    info: &MemoryInfoEx,
    maps: &[MemoryMap],
) -> PyResult<Bound<'py, PyDict>> {
    let sum = |parts: fn(&MemoryMap) -> [Option<u64>; 2]| {
        maps.iter().flat_map(parts).flatten().fold(0u64, u64::saturating_add)
    };
    let dict = record(py, info)?;
    dict.set_item("lib", info.lib.unwrap_or(0))?;
    dict.set_item("swap", info.swap.unwrap_or(0))?;
    dict.set_item("uss", sum(|map| [map.private_clean, map.private_dirty]))?;
    dict.set_item("pss", sum(|map| [map.pss, None]))?;
    dict.set_item("dirty", sum(|map| [map.shared_dirty, map.private_dirty]))?;
    Ok(dict)
}

/// The machine's memory as pypsutil counts it: what caches hold is not used, and the slab is no cache.
#[pyfunction]
#[pyo3(pass_module)]
fn virtual_memory<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyDict>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let (memory, caches) =
        enter::host(py, state, |host| Ok((host.virtual_memory()?, host.memory_caches()?)))?;
    let (buffers, files) = (caches.buffers.unwrap_or(0), caches.files.unwrap_or(0));
    let used = memory.total.saturating_sub(memory.free).saturating_sub(buffers);
    let dict = record(py, &memory)?;
    dict.set_item("used", used.saturating_sub(files))?;
    dict.set_item("cached", files)?;
    Ok(dict)
}

/// Every battery and mains supply, and the batteries as one.
#[pyfunction]
#[pyo3(pass_module)]
fn power_supplies<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyDict>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let supplies: PowerSupplies = enter::host(py, state, Host::power_supplies)?;
    let dict = record(py, &supplies)?;
    let total = supplies.battery_total().map(|total| record(py, &total)).transpose()?;
    dict.set_item("battery_total", total)?;
    Ok(dict)
}
