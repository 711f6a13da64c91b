//! Asking in a child after `fork(2)`, before it becomes another program.
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
