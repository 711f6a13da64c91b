//! The system calls that no safe crate offers.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::fd::AsFd;
use rustix::ioctl::{Updater, ioctl, opcode};
use rustix::mm::{MapFlags, ProtFlags, mmap};
use rustix::process::Pid;

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

/// Asks for the priority of a process at disks and does nothing with the answer.
pub(crate) fn io_priority(pid: Pid) -> bool {
    const IOPRIO_WHO_PROCESS: libc::c_int = 1;
    // SAFETY: the call takes two numbers and touches no memory.
    unsafe { libc::syscall(libc::SYS_ioprio_get, IOPRIO_WHO_PROCESS, pid.as_raw_pid()) >= 0 }
}

/// User and system time of all children that were waited for.
pub(crate) fn time_of_children() -> io::Result<Duration> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::uninit();
    // SAFETY: the structure is the kernel's, which fills all of it.
    let failed = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr()) } != 0;
    if failed {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as above, and it has not failed.
    let usage = unsafe { usage.assume_init() };
    let time = |time: libc::timeval| {
        Duration::new(time.tv_sec.unsigned_abs(), (time.tv_usec.unsigned_abs() as u32) * 1000)
    };
    Ok(time(usage.ru_utime) + time(usage.ru_stime))
}

/// Maps a page of the file, for as long as this program runs.
pub(crate) fn map_page(file: impl AsFd) -> io::Result<()> {
    // SAFETY: the kernel chooses where, so that nothing of ours is there; nobody looks into the page.
    unsafe { mmap(std::ptr::null_mut(), 4096, ProtFlags::READ, MapFlags::PRIVATE, file, 0) }?;
    Ok(())
}
