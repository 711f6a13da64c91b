//! The two system calls of the table that no safe crate offers.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// `struct pidfd_info` of `linux/pidfd.h`, as its first version has it.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub(in super::super) struct PidfdInfo {
    /// What is asked for, and then what was answered.
    pub(super) mask: u64,
    pub(super) cgroupid: u64,
    pub(super) pid: u32,
    pub(super) tgid: u32,
    pub(super) ppid: u32,
    pub(in super::super) ruid: u32,
    pub(in super::super) rgid: u32,
    pub(in super::super) euid: u32,
    pub(in super::super) egid: u32,
    pub(in super::super) suid: u32,
    pub(in super::super) sgid: u32,
    pub(in super::super) fsuid: u32,
    pub(in super::super) fsgid: u32,
    pub(super) exit_code: i32,
}

/// The bit of `mask` for the ids, which are always answered.
pub(super) const PIDFD_INFO_CREDS: u64 = 1 << 1;

const PIDFD_GET_INFO: Opcode = opcode::read_write::<PidfdInfo>(0xff, 11);

// The kernel knows the version of the structure by its size.
const _: () = assert!(size_of::<PidfdInfo>() == 64);

/// PIDFD_GET_INFO: the ids of the process behind a pidfd. Since Linux 6.13.
pub(super) fn pidfd_info(pidfd: BorrowedFd<'_>) -> rustix::io::Result<PidfdInfo> {
    let mut info = PidfdInfo { mask: PIDFD_INFO_CREDS, ..PidfdInfo::default() };
    // SAFETY: the number of the call carries the size of the structure, and the kernel writes no more than that.
    let call = unsafe { Updater::<PIDFD_GET_INFO, PidfdInfo>::new(&mut info) };
    // SAFETY: as above; on a descriptor of another kind the number means nothing, and the call fails.
    unsafe { ioctl(pidfd, call) }?;
    Ok(info)
}

/// clock_gettime(2) of the clock that counts what all threads of a process, dead ones too, have spent on processors: in
/// nanoseconds and without any permission. `None` where this kernel has no such clock, or the pid no process.
pub(super) fn process_clock(pid: u32) -> Option<Duration> {
    /// CPUCLOCK_SCHED of `linux/posix-timers_types.h`, which stands behind the pid, inverted, in the clock's number.
    const CPUCLOCK_SCHED: i32 = 2;
    let clock = !i32::try_from(pid).ok()? << 3 | CPUCLOCK_SCHED;
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: `time` is valid for writing; a number that is no clock makes the call fail.
    let answer = unsafe { libc::clock_gettime(clock, time.as_mut_ptr()) };
    // SAFETY: it was zeroed, which is a valid time, and perhaps filled in.
    let time = unsafe { time.assume_init() };
    let (seconds, nanos) = (u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?);
    (answer == 0).then(|| Duration::new(seconds, nanos))
}
