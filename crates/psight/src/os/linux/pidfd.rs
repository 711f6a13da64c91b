//! A descriptor of a process, for event loops: it becomes readable when the process has ended.

use std::os::fd::OwnedFd;

use crate::{Process, Result, sys};

impl Process {
    /// A descriptor that stands for this process and no other that gets its pid, and that poll(2), epoll(7) and what is
    /// built on them (mio, tokio's `AsyncFd`) call readable once the process has ended: a thousand processes are waited for
    /// in one place, beside everything else. [`Process::wait`] says then how a child ended, without waiting.
    ///
    /// Ended means here that it runs no more. A process that is not this program's child is a zombie from then on until its
    /// own parent asks how it ended, and [`Process::wait`], which waits for that too, is still `TimedOut`: who has seen the
    /// descriptor readable need not ask it.
    ///
    /// It is closed in programs that are started, and counts against the limit of open files as any other.
    ///
    /// ```
    /// use std::process::Command;
    /// use std::time::Duration;
    /// use psight::Process;
    /// use rustix::event::{PollFd, PollFlags, poll};
    ///
    /// let child = Command::new("sleep").arg("0.01").spawn().unwrap();
    /// let process = Process::new(child.id())?;
    /// let pidfd = process.pidfd()?;
    /// poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], None).unwrap();
    /// assert!(process.wait(Some(Duration::ZERO))?.is_some_and(|status| status.code() == Some(0)));
    /// # Ok::<(), psight::Error>(())
    /// ```
    ///
    /// Linux: `pidfd_open(2)`, since 5.3.
    ///
    /// # Errors
    ///
    /// `NoSuchProcess` if it has ended and nobody can wait for it any more, or its pid has another owner; `Unsupported` on
    /// an older kernel, or of a process of another machine; `AccessDenied` where a filter of system calls refuses it; `Io`
    /// where no descriptor is left.
    pub fn pidfd(&self) -> Result<OwnedFd> {
        sys::control::pidfd(self)
    }
}
