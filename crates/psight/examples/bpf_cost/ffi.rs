//! The one system call that no safe crate offers.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// bpf(2), BPF_ITER_CREATE: opens the iterator of the link that this program has under the number.
pub(crate) fn open_iterator(link: u32) -> io::Result<OwnedFd> {
    let attributes = [link, 0_u32];
    let (pointer, size) = (attributes.as_ptr(), size_of_val(&attributes));
    // SAFETY: the kernel reads the two numbers, which outlive the call.
    let answer = unsafe { libc::syscall(libc::SYS_bpf, 33, pointer, size) };
    let fd =
        i32::try_from(answer).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
    // SAFETY: the descriptor is new, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
