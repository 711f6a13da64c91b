//! The one system call that no safe crate offers.
#![allow(unsafe_code)]

use std::os::fd::BorrowedFd;

use rustix::ioctl::{Updater, ioctl, opcode};

/// Asks for the ids of a pidfd (PIDFD_GET_INFO) and does nothing with the answer.
pub(crate) fn pidfd_info(pidfd: BorrowedFd<'_>) -> bool {
    let mut info = [2u64, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: the number of the call carries the size of the eight words, and the kernel writes no more than that.
    let call = unsafe {
        Updater::<{ opcode::read_write::<[u64; 8]>(0xff, 11) }, [u64; 8]>::new(&mut info)
    };
    // SAFETY: as above.
    unsafe { ioctl(pidfd, call) }.is_ok()
}
