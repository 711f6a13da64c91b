//! What a process may use of the machine, refused.

use crate::limits::{EffectiveCpus, EffectiveMemory, GroupUsage};
use crate::{Error, Host, Process, Result};

/// Whose limits are those of the machine.
pub(crate) fn asking(host: &Host) -> Result<Process> {
    host.process(std::process::id())
}

pub(crate) fn effective_memory(_process: &Process) -> Result<EffectiveMemory> {
    Err(Error::unsupported("effective_memory"))
}

pub(crate) fn effective_cpus(_process: &Process) -> Result<EffectiveCpus> {
    Err(Error::unsupported("effective_cpus"))
}

pub(crate) fn group_usage(_process: &Process) -> Result<GroupUsage> {
    Err(Error::unsupported("group_usage"))
}
