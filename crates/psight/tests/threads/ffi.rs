//! Asking in a child after `fork(2)`, before it becomes another program, and after its main thread has ended.
#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Lets the child do this before it runs the program.
pub(crate) fn before_exec(
    command: &mut Command,
    work: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: glibc's and musl's allocators may be used after fork, and no other thread holds a lock that `work` takes:
    // psight has none that is shared.
    unsafe { command.pre_exec(work) };
}

/// Ends the thread that calls, and no other, without an end of its process.
pub(crate) fn end_thread() {
    // SAFETY: it takes a number, and nothing of this thread is needed by another one.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
}

/// Ends the process without any ceremony.
pub(crate) fn end_process(code: i32) -> ! {
    // SAFETY: it takes a number and does not return.
    unsafe { libc::_exit(code) }
}
