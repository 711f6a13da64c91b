//! What many processes hold: the files of each, beside what was seen of those before it.

use super::files::Brief;
use super::process::{Raw, Seen};
use crate::process::{FileDescriptor, UsedFile};
use crate::{Host, Pid, Result};

/// What was seen of other processes.
#[derive(Debug)]
pub(crate) struct Engine {
    host: Host,
    seen: Seen,
    /// Made when it is needed.
    brief: Option<Brief>,
}

impl Engine {
    pub(crate) fn new(host: &Host) -> Self {
        Self { host: host.clone(), seen: Seen::default(), brief: None }
    }

    pub(crate) fn used_files(&mut self, pid: Pid) -> Result<Vec<UsedFile>> {
        Raw::new(&self.host, pid).used_files_beside(&mut self.seen)
    }

    pub(crate) fn fds(&mut self, pid: Pid) -> Result<Vec<FileDescriptor>> {
        self.brief.get_or_insert_with(|| Brief::new(&self.host)).fds(&self.host, pid)
    }
}
