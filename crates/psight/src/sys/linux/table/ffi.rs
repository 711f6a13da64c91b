//! The system call of the table that no safe crate offers.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;
use std::time::Duration;

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
