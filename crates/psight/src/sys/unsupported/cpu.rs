//! Processors, refused.

use crate::cpu::{CpuSample, CpuStats, CpuTimes, LoadAverage, PerCpuFreq, TaskCounts};
use crate::{Error, Host, Result};

pub(crate) fn total(_host: &Host) -> Result<CpuTimes> {
    Err(Error::unsupported("cpu_times"))
}

pub(crate) fn sample(_host: &Host) -> Result<CpuSample> {
    Err(Error::unsupported("cpu_times"))
}

pub(crate) fn count(_host: &Host) -> Result<u32> {
    Err(Error::unsupported("cpu_count"))
}

pub(crate) fn count_physical(_host: &Host) -> Result<Option<u32>> {
    Err(Error::unsupported("cpu_count_physical"))
}

pub(crate) fn stats(_host: &Host) -> Result<CpuStats> {
    Err(Error::unsupported("cpu_stats"))
}

pub(crate) fn task_counts(_host: &Host) -> Result<TaskCounts> {
    Err(Error::unsupported("task_counts"))
}

pub(crate) fn per_cpu_freq(_host: &Host) -> Result<Vec<PerCpuFreq>> {
    Err(Error::unsupported("cpu_freq"))
}

pub(crate) fn load_average(_host: &Host) -> Result<LoadAverage> {
    Err(Error::unsupported("load_average"))
}
