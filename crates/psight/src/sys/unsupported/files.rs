//! Descriptors of a process, refused.

use crate::process::{FileDescriptor, OpenFile};
use crate::{Error, Host, Pid, Result};

/// How many descriptors the process has open.
pub(crate) fn num_fds(_host: &Host, pid: Pid) -> Result<u64> {
    Err(Error::unsupported("num_fds").with_pid(pid))
}

/// The regular files that the process has open.
pub(crate) fn open_files(_host: &Host, pid: Pid) -> Result<Vec<OpenFile>> {
    Err(Error::unsupported("open_files").with_pid(pid))
}

/// Everything that the process has open.
pub(crate) fn fds(_host: &Host, pid: Pid) -> Result<Vec<FileDescriptor>> {
    Err(Error::unsupported("fds").with_pid(pid))
}
