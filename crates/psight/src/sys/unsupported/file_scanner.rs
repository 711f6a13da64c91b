//! What many processes hold, refused.

use crate::process::{FileDescriptor, UsedFile};
use crate::sys::files;
use crate::sys::process::Raw;
use crate::{Host, Pid, Result};

/// Nothing is the same of many processes: each is asked for itself.
#[derive(Debug)]
pub(crate) struct Engine {
    host: Host,
}

impl Engine {
    pub(crate) fn new(host: &Host) -> Self {
        Self { host: host.clone() }
    }

    pub(crate) fn used_files(&mut self, pid: Pid) -> Result<Vec<UsedFile>> {
        Raw::new(&self.host, pid).used_files()
    }

    pub(crate) fn fds(&mut self, pid: Pid) -> Result<Vec<FileDescriptor>> {
        files::fds(&self.host, pid)
    }
}
