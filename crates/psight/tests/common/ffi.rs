//! The system calls that tests need and that no safe crate offers.
#![allow(unsafe_code, dead_code, unreachable_pub, reason = "each test program uses a part of it")]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// signalfd(2) for the signals whose bits are set; bit `n - 1` is signal `n`.
pub fn signalfd(mask: u64) -> io::Result<OwnedFd> {
    // SAFETY: the kernel reads the eight bytes of `mask`.
    let fd = unsafe { libc::syscall(libc::SYS_signalfd4, -1, &raw const mask, 8, 0) };
    let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the call has just made this descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
