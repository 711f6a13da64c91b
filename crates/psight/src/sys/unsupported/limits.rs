//! What a process may use of the machine, refused.

use crate::limits::{EffectiveCpus, EffectiveMemory};
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
