//! What the tests need of the C library and no safe crate offers.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

/// Lets the signal interrupt blocking calls and do nothing else.
pub(crate) fn interrupt_on(signal: i32) {
    extern "C" fn nothing(_signal: i32) {}
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: all zeros is a valid sigaction: the default action, no flags (so no SA_RESTART), nothing blocked.
    let action = unsafe { action.assume_init_mut() };
    action.sa_sigaction = nothing as extern "C" fn(i32) as usize;
    // SAFETY: `action` outlives the call, and a handler that does nothing may run at any time.
    let answer = unsafe { libc::sigaction(signal, action, std::ptr::null_mut()) };
    assert_eq!(answer, 0);
}

/// Lets the system reap this process's children.
pub(crate) fn ignore(signal: i32) {
    // SAFETY: to ignore a signal runs no code of ours.
    let before = unsafe { libc::signal(signal, libc::SIG_IGN) };
    assert_ne!(before, libc::SIG_ERR);
}

/// Sends the signal to one thread of this process.
pub(crate) fn interrupt(thread: i32, signal: i32) {
    let process = std::process::id();
    // SAFETY: tgkill reads no memory of ours.
    unsafe { libc::syscall(libc::SYS_tgkill, process, thread, signal) };
}

/// A child that waits for its end, and will end without a signal to this process.
pub(crate) fn silent_child() -> u32 {
    // SAFETY: with neither flags nor a stack of its own it is as fork(2), but for the signal.
    let pid = unsafe { libc::syscall(libc::SYS_clone, 0, 0, 0, 0, 0) };
    if pid == 0 {
        loop {
            // SAFETY: it reads no memory of ours.
            unsafe { libc::pause() };
        }
    }
    u32::try_from(pid).unwrap()
}
