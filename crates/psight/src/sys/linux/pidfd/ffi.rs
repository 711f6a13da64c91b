//! The system calls on pidfds. Safe crates have some of them, for Linux and not for Android.
#![allow(unsafe_code)]

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// pidfd_open(2). Since 5.3.
pub(in super::super) fn open(pid: i32) -> rustix::io::Result<OwnedFd> {
    // SAFETY: pidfd_open reads no memory of ours.
    let answer = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    let fd = i32::try_from(answer).ok().filter(|fd| *fd >= 0).ok_or_else(last_error)?;
    // SAFETY: the descriptor is new, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// pidfd_send_signal(2), for any signal. Since 5.1.
pub(in super::super) fn send_signal(pidfd: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    let (fd, info) = (pidfd.as_raw_fd(), ptr::null::<libc::siginfo_t>());
    // SAFETY: the descriptor is open, and a null siginfo_t is allowed: the kernel fills one in.
    let answer = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, signal, info, 0) };
    if answer < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// waitid(2) on a pidfd, without blocking: how the child ended (`CLD_EXITED` and its like) and with what number, if it
/// has ended; a child also that was made to end without a signal (clone(2)). Since 5.4.
pub(in super::super) fn wait(pidfd: BorrowedFd<'_>) -> rustix::io::Result<Option<(i32, i32)>> {
    /// The kernel's number for `P_PIDFD`, which not every C library names.
    const P_PIDFD: libc::idtype_t = 3;
    let id = pidfd.as_raw_fd().cast_unsigned();
    // SAFETY: a siginfo_t of zeros is a valid one; its pid stays 0 if no child has ended.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOHANG | libc::__WALL;
    // SAFETY: the descriptor is open, and `info` is there to be written.
    let answer = unsafe { libc::waitid(P_PIDFD, id, &raw mut info, options) };
    if answer != 0 {
        return Err(last_error());
    }
    // SAFETY: after waitid these are the fields that mean something.
    let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
    Ok((pid != 0).then_some((info.si_code, status)))
}

/// `struct pidfd_info` of `linux/pidfd.h`, as its first version has it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct Info {
    /// What is asked for, and then what was answered.
    mask: u64,
    cgroupid: u64,
    pid: u32,
    tgid: u32,
    ppid: u32,
    pub(in super::super) ruid: u32,
    pub(in super::super) rgid: u32,
    pub(in super::super) euid: u32,
    pub(in super::super) egid: u32,
    pub(in super::super) suid: u32,
    pub(in super::super) sgid: u32,
    pub(in super::super) fsuid: u32,
    pub(in super::super) fsgid: u32,
    exit_code: i32,
}

/// The bit of `mask` for the ids, which are always answered.
const PIDFD_INFO_CREDS: u64 = 1 << 1;

const PIDFD_GET_INFO: Opcode = opcode::read_write::<Info>(0xff, 11);

// The kernel knows the version of the structure by its size.
const _: () = assert!(size_of::<Info>() == 64);

/// PIDFD_GET_INFO: the ids of the process behind a pidfd. Since Linux 6.13.
pub(in super::super) fn info_of(pidfd: BorrowedFd<'_>) -> rustix::io::Result<Info> {
    let mut info = Info { mask: PIDFD_INFO_CREDS, ..Info::default() };
    // SAFETY: the number of the call carries the size of the structure, and the kernel writes no more than that.
    let call = unsafe { Updater::<PIDFD_GET_INFO, Info>::new(&mut info) };
    // SAFETY: as above; on a descriptor of another kind the number means nothing, and the call fails.
    unsafe { ioctl(pidfd, call) }?;
    Ok(info)
}

fn last_error() -> Errno {
    Errno::from_io_error(&io::Error::last_os_error()).unwrap_or(Errno::IO)
}
