//! Questions about the machine.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use psight::Host;
use psight::cpu::{CpuSample, CpuTimes, PerCpuTimes};
use psight::disk::{DiskIo, Disks, Mounts};
use psight::memory::VirtualMemory;
use psight::record::{Record, ToValue};
use psight::sensors::{Battery, TimeLeft};
use psight::table::Columns;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyList, PyString};

use crate::counted::{Counted, Counters, Reading, Summed};
use crate::state::{State, Tuple};
use crate::views::{object, one_decimal, text, view, view_or, view_with, views};
use crate::{enter, ffi, net};

/// Questions without arguments: how the machine is asked, and what Python gets.
macro_rules! questions {
    ($($name:ident: $ask:expr, $answer:expr;)*) => {
        $(
            #[pyfunction]
            #[pyo3(pass_module)]
            fn $name<'py>(module: &Bound<'py, PyModule>) -> PyResult<Bound<'py, PyAny>> {
                let (py, state) = (module.py(), ffi::state(module)?);
                let answer = enter::host(py, state, $ask)?;
                ($answer)(py, state, answer)
            }
        )*

        /// Adds every function of this file to the module.
        pub(crate) fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
            $(module.add_function(wrap_pyfunction!($name, module)?)?;)*
            others(module)
        }
    };
}

questions! {
    virtual_memory: Host::virtual_memory_and_doubt, |py, state, (memory, doubt): (VirtualMemory, bool)| {
        view_with(py, state, Tuple::Svmem, &memory, |field| {
            Ok((doubt && field == "available").then(|| py.None().into_bound(py)))
        })
    };
    swap_memory: Host::swap_memory, |py, state, memory| view(py, state, Tuple::Sswap, &memory);
    cpu_times: Host::cpu_times, |py, state, times| view(py, state, Tuple::Scputimes, &times);
    per_cpu_times: Host::per_cpu_times, |py, state, cpus: Vec<PerCpuTimes>| {
        let times: Vec<_> = cpus.into_iter().map(|cpu| cpu.times).collect();
        views(py, state, Tuple::Scputimes, &times)
    };
    cpu_count_logical: Host::cpu_count, |py, _, count: u32| object(py, count.to_value());
    cpu_count_cores: Host::cpu_count_physical, |py, _, count: Option<u32>| object(py, count.to_value());
    cpu_stats: Host::cpu_stats, |py, state, stats| view_or(py, state, Tuple::Scpustats, &stats, 0u8);
    per_cpu_freq: Host::per_cpu_freq, |py, state, cpus: Vec<psight::cpu::PerCpuFreq>| {
        let all = cpus.iter().map(|cpu| view_or(py, state, Tuple::Scpufreq, &cpu.freq, 0.0));
        Ok(PyList::new(py, all.collect::<PyResult<Vec<_>>>()?)?.into_any())
    };
    getloadavg: Host::load_average, |py, _, load: psight::cpu::LoadAverage| {
        Ok((load.one, load.five, load.fifteen).into_pyobject(py)?.into_any())
    };
    boot_time: Host::boot_time, |py, _, at: std::time::SystemTime| {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(since.as_secs_f64().into_pyobject(py)?.into_any())
    };
    time_since_boot: Host::time_since_boot, |py, _, time: std::time::Duration| object(py, time.to_value());
    uptime: Host::uptime, |py, _, time: std::time::Duration| object(py, time.to_value());
    users: Host::users, |py, state, users: Vec<_>| views(py, state, Tuple::Suser, &users);
    pids: Host::pids, |py, _, pids: Vec<psight::Pid>| {
        Ok(PyList::new(py, pids.iter().map(|pid| pid.as_u32()))?.into_any())
    };
    net_if_stats: Host::interface_stats, net::interface_stats;
    net_if_addrs: Host::interface_addresses, net::interface_addresses;
    sensors_temperatures: Host::temperatures, |py, state, all: Vec<psight::sensors::Temperature>| {
        by_chip(py, all.iter().map(|one| (&one.chip, labelled(py, state, Tuple::Shwtemp, one))))
    };
    sensors_fans: Host::fans, |py, state, all: Vec<psight::sensors::Fan>| {
        by_chip(py, all.iter().map(|one| (&one.chip, labelled(py, state, Tuple::Sfan, one))))
    };
    sensors_battery: Host::battery, battery;
    heap_info: |_: &Host| psight::memory::heap_info(), |py, state, info| view(py, state, Tuple::Pheap, &info);
    heap_trim: |_: &Host| psight::memory::heap_trim(), |py, _, trimmed: bool| object(py, trimmed.to_value());
}

/// Those that take something.
fn others(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(set_paths, module)?)?;
    module.add_function(wrap_pyfunction!(use_bpf, module)?)?;
    module.add_function(wrap_pyfunction!(pid_exists, module)?)?;
    module.add_function(wrap_pyfunction!(disk_partitions, module)?)?;
    module.add_function(wrap_pyfunction!(disk_usage, module)?)?;
    module.add_function(wrap_pyfunction!(disk_io_counters, module)?)?;
    module.add_function(wrap_pyfunction!(disk_io_counters_clear, module)?)?;
    module.add_function(wrap_pyfunction!(net_io_counters, module)?)?;
    module.add_function(wrap_pyfunction!(net_io_counters_clear, module)?)?;
    module.add_function(wrap_pyfunction!(cpu_sample, module)?)?;
    module.add_function(wrap_pyfunction!(cpu_percent, module)?)?;
    module.add_function(wrap_pyfunction!(cpu_times_percent, module)?)?;
    net::fill(module)
}

/// Asks another procfs, sysfs and devices from now on; `None` is this machine's own.
#[pyfunction]
#[pyo3(pass_module, signature = (proc=None, sys=None, dev=None))]
fn set_paths(
    module: &Bound<'_, PyModule>,
    proc: Option<PathBuf>,
    sys: Option<PathBuf>,
    dev: Option<PathBuf>,
) -> PyResult<()> {
    let mut host = Host::local();
    if let Some(path) = proc {
        host = host.with_proc(path);
    }
    if let Some(path) = sys {
        host = host.with_sys(path);
    }
    if let Some(path) = dev {
        host = host.with_dev(path);
    }
    ffi::state(module)?.set_host(host);
    Ok(())
}

/// Reads through BPF from now on where that can be, until other paths are set; whether it can.
#[pyfunction]
#[pyo3(pass_module)]
fn use_bpf(module: &Bound<'_, PyModule>) -> PyResult<bool> {
    let state = ffi::state(module)?;
    let host = state.host().with_bpf();
    // A table that cannot be read at all says so when somebody wants it.
    module.py().detach(|| host.scan(Columns::PPID, |_| {}).ok());
    let used = host.bpf_answers() > 0;
    state.set_host(host);
    Ok(used)
}

#[pyfunction]
#[pyo3(pass_module)]
fn pid_exists(module: &Bound<'_, PyModule>, pid: &Bound<'_, PyAny>) -> PyResult<bool> {
    let pid: u32 = pid.extract()?;
    let host = ffi::state(module)?.host();
    Ok(module.py().detach(|| host.pid_exists(pid)))
}

#[pyfunction]
#[pyo3(pass_module)]
fn disk_partitions<'py>(module: &Bound<'py, PyModule>, all: bool) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let which = if all { Mounts::All } else { Mounts::Physical };
    let found = enter::host(py, state, |host| host.partitions(which))?;
    let rows = found.iter().map(|row| view_or(py, state, Tuple::Sdiskpart, row, ""));
    Ok(PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

#[pyfunction]
#[pyo3(pass_module)]
fn disk_usage<'py>(module: &Bound<'py, PyModule>, path: PathBuf) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let usage = enter::host(py, state, |host| host.disk_usage(&path))?;
    view(py, state, Tuple::Sdiskusage, &usage)
}

/// What disks did, by name or all together; psutil has a zero where an old kernel counts less.
#[pyfunction]
#[pyo3(pass_module)]
fn disk_io_counters<'py>(
    module: &Bound<'py, PyModule>,
    perdisk: bool,
    nowrap: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let which = if perdisk { Disks::All } else { Disks::Whole };
    let read = if nowrap {
        let memory: Memory<DiskIo> = if perdisk {
            |counters| &mut counters.disks
        } else {
            |counters| &mut counters.whole_disks
        };
        counted(py, state, memory)?
    } else {
        let disks = enter::host(py, state, |host| host.disk_io_reader(which).changed())?;
        Reading::of(disks.unwrap_or_default())
    };
    counters(py, state, Tuple::Sdiskio, read, perdisk)
}

/// What interfaces carried, by name or all together.
#[pyfunction]
#[pyo3(pass_module)]
fn net_io_counters<'py>(
    module: &Bound<'py, PyModule>,
    pernic: bool,
    nowrap: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let read = if nowrap {
        counted(py, state, |counters| &mut counters.nics)?
    } else {
        let nics = enter::host(py, state, |host| host.net_io_reader().changed())?;
        Reading::of(nics.unwrap_or_default())
    };
    counters(py, state, Tuple::Snetio, read, pernic)
}

/// Which memory is meant.
type Memory<R> = fn(&mut Counters) -> &mut Counted<R>;

/// Counters that go on where the kernel's do not.
fn counted<R: Summed>(py: Python<'_>, state: &State, memory: Memory<R>) -> PyResult<Reading<R>> {
    loop {
        let mut begun = state.counters_of_host(|counters, host, generation| {
            memory(counters).begin(host, generation)
        });
        let changed = enter::system(py, state, || begun.reader.changed())?;
        if let Some(read) = state.counters(|counters| memory(counters).end(begun, changed)) {
            return Ok(read);
        }
    }
}

/// Every one by its name if each is wanted, else all together (`None` of nothing).
fn counters<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    read: Reading<R>,
    each: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let view = |record: &R| view_or(py, state, tuple, record, 0u8);
    if !each {
        return read.total.map_or_else(|| Ok(py.None().into_bound(py)), |total| view(&total));
    }
    let dict = PyDict::new(py);
    for (name, record) in &*read.each {
        dict.set_item(text(py, name)?, view(record)?)?;
    }
    Ok(dict.into_any())
}

#[pyfunction]
#[pyo3(pass_module)]
fn disk_io_counters_clear(module: &Bound<'_, PyModule>) -> PyResult<()> {
    ffi::state(module)?.counters(|counters| {
        counters.disks.clear();
        counters.whole_disks.clear();
    });
    Ok(())
}

#[pyfunction]
#[pyo3(pass_module)]
fn net_io_counters_clear(module: &Bound<'_, PyModule>) -> PyResult<()> {
    ffi::state(module)?.counters(|counters| counters.nics.clear());
    Ok(())
}

/// The CPUs' times at one moment, to be compared with those of another: each is dearer to read than all together.
pub(crate) enum CpuMoment {
    Together(CpuTimes),
    Each(CpuSample),
}

impl CpuMoment {
    /// The times of all together.
    pub(crate) fn total(&self) -> &CpuTimes {
        match self {
            Self::Together(total) => total,
            Self::Each(sample) => &sample.total,
        }
    }

    /// The times of each, where they were asked for.
    pub(crate) fn each(&self) -> PyResult<&CpuSample> {
        match self {
            Self::Together(_) => Err(PyValueError::new_err("a sample of all CPUs together")),
            Self::Each(sample) => Ok(sample),
        }
    }
}

/// The CPUs' times at this moment.
#[pyfunction]
#[pyo3(pass_module)]
fn cpu_sample<'py>(module: &Bound<'py, PyModule>, each: bool) -> PyResult<Bound<'py, PyCapsule>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let moment = |host: &Host| {
        if each {
            host.cpu_sample().map(CpuMoment::Each)
        } else {
            host.cpu_times().map(CpuMoment::Together)
        }
    };
    ffi::capsule(py, enter::host(py, state, moment)?)
}

/// How busy the CPUs were between two samples, together or each.
#[pyfunction]
#[pyo3(pass_module)]
fn cpu_percent<'py>(
    module: &Bound<'py, PyModule>,
    before: &Bound<'py, PyAny>,
    now: &Bound<'py, PyAny>,
    percpu: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = module.py();
    let (before, now) = (ffi::kept::<CpuMoment>(before)?, ffi::kept::<CpuMoment>(now)?);
    if !percpu {
        return Ok(one_decimal(now.total().percent_since(before.total()))
            .into_pyobject(py)?
            .into_any());
    }
    let each = now.each()?.per_cpu_percent_since(before.each()?);
    Ok(PyList::new(py, each.iter().map(|cpu| one_decimal(cpu.percent)))?.into_any())
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
        return view(py, state, Tuple::Scputimes, &now.total().percents_since(before.total()));
    }
    let each = now.each()?.per_cpu_percents_since(before.each()?);
    let each: Vec<_> = each.into_iter().map(|cpu| cpu.percents).collect();
    views(py, state, Tuple::Scputimes, &each)
}

/// Sensors by the name of their chip, in a list each.
fn by_chip<'py, 'a>(
    py: Python<'py>,
    all: impl Iterator<Item = (&'a OsString, PyResult<Bound<'py, PyAny>>)>,
) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    for (chip, sensor) in all {
        let chip = text(py, chip)?;
        match dict.get_item(&chip)? {
            Some(list) => list.cast_into::<PyList>()?.append(sensor?)?,
            None => dict.set_item(chip, PyList::new(py, [sensor?])?)?,
        }
    }
    Ok(dict.into_any())
}

/// A sensor; one without a label has an empty one.
fn labelled<'py, R: Record>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    sensor: &R,
) -> PyResult<Bound<'py, PyAny>> {
    let has_none = || sensor.value("label").is_none_or(|label| label.is_null());
    view_with(py, state, tuple, sensor, |field| {
        Ok((field == "label" && has_none()).then(|| PyString::new(py, "").into_any()))
    })
}

fn battery<'py>(
    py: Python<'py>,
    state: &State,
    battery: Option<Battery>,
) -> PyResult<Bound<'py, PyAny>> {
    let Some(battery) = battery else { return Ok(py.None().into_bound(py)) };
    view_with(py, state, Tuple::Sbattery, &battery, |field| {
        Ok(match field {
            // Unlike other percentages, psutil gives this one with all its decimals.
            "percent" => Some(battery.percent.into_pyobject(py)?.into_any()),
            "secsleft" => Some(match battery.secsleft {
                TimeLeft::Left(left) => left.as_secs().into_pyobject(py)?.into_any(),
                TimeLeft::Unlimited => state.object(py, "psight._enums", "POWER_TIME_UNLIMITED")?,
                _ => state.object(py, "psight._enums", "POWER_TIME_UNKNOWN")?,
            }),
            _ => None,
        })
    })
}
