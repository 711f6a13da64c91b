//! Descriptors of processes: each stands for one process, and for no other that gets its pid.

mod ffi;

use std::os::fd::AsFd;

use rustix::io::Errno;

pub(super) use ffi::{Info, info_of, open, send_signal, wait};

/// Whose process it is. Since Linux 6.13.
pub(super) fn info(pid: i32) -> Result<Info, Errno> {
    info_of(open(pid)?.as_fd())
}
