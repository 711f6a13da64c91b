//! Control groups, refused. They are Linux's alone, and no question of the table of systems.

use crate::os::linux::cgroup::{EffectiveCpus, EffectiveMemory};
use crate::{Error, Host, Process, Result};

const GROUPS: &str = "a control group";

pub(crate) fn asking(_host: &Host) -> Result<Process> {
    Err(Error::unsupported(GROUPS))
}

pub(crate) fn effective_memory(_process: &Process) -> Result<EffectiveMemory> {
    Err(Error::unsupported(GROUPS))
}

pub(crate) fn effective_cpus(_process: &Process) -> Result<EffectiveCpus> {
    Err(Error::unsupported(GROUPS))
}
