//! The table of all processes, refused.

use crate::table::{Columns, ProcessRow};
use crate::{Error, Host, Pid, Result};

/// What reads the table.
#[derive(Debug)]
pub(crate) struct Engine;

impl Engine {
    pub(crate) fn new(_host: &Host, _columns: Columns) -> Result<Self> {
        Err(Error::unsupported("processes"))
    }

    /// Fills `row` with one process after the other and shows it; whatever `row` holds when it comes back is used again.
    pub(crate) fn scan(
        &mut self,
        _row: &mut ProcessRow,
        _visit: &mut dyn FnMut(&mut ProcessRow),
    ) -> Result<()> {
        Err(Error::unsupported("processes"))
    }

    /// Lets this many descriptors stay open from one reading to the next, where a process has any to keep.
    pub(crate) fn keep_open(&mut self, _most: usize) {}

    /// Fills `row` with one process.
    pub(crate) fn one(&mut self, pid: Pid, _row: &mut ProcessRow) -> Result<()> {
        Err(Error::unsupported("processes").with_pid(pid))
    }

    /// Fills `row` with one thread of a process after the other and shows it.
    pub(crate) fn threads(
        &mut self,
        of: &ProcessRow,
        _row: &mut ProcessRow,
        _visit: &mut dyn FnMut(&ProcessRow),
    ) -> Result<()> {
        Err(Error::unsupported("threads of a table").with_pid(of.pid))
    }

    /// Whether the last reading was of a BPF program's records.
    #[cfg(feature = "bpf")]
    #[allow(dead_code, reason = "only Linux asks")]
    pub(crate) fn used_bpf(&self) -> bool {
        false
    }

    /// Why there are no such records.
    #[cfg(feature = "bpf")]
    #[allow(dead_code, reason = "only Linux asks")]
    pub(crate) fn bpf_refusal(&self) -> Option<&Error> {
        None
    }
}
