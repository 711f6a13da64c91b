//! A program that the kernel has taken: how it gets there, and how what it writes is read.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Mutex, PoisonError};

use rustix::io::Errno;

use super::ffi;
use crate::{Error, Result};

/// An iterator over tasks or files.
#[derive(Debug)]
pub(crate) struct Program {
    program: OwnedFd,
    /// The iterator over all tasks.
    all: OwnedFd,
    /// The program has one memory to write its records in, so that one reading is made at a time: by whoever has this, the
    /// memory for what is read.
    turn: Mutex<Vec<u8>>,
}

/// Which tasks are iterated over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whom {
    /// All of them.
    All,
    /// The main thread of a process.
    Main(u32),
    /// The threads of a process.
    Threads(u32),
}

impl Program {
    /// Has the kernel check and take the program.
    pub(super) fn load(instructions: &[[u8; 8]], sleeps: bool, over: u32) -> Result<Self> {
        let load = |log: &mut [u8]| ffi::load_iterator(instructions, sleeps, over, log);
        let program = load(&mut []).map_err(|error| match error.raw_os_error() {
            // The checker found fault with it, and says with what when asked once more.
            Some(libc::EACCES | libc::EINVAL | libc::E2BIG) => refusal(load, error),
            _ => Error::system("bpf", error),
        })?;
        let all = ffi::create_link(program.as_fd(), 0, 0)
            .map_err(|error| Error::system("bpf iterator", error))?;
        Ok(Self { program, all, turn: Mutex::new(Vec::new()) })
    }

    /// Puts all records in place of what `bytes` held. After each piece of them `piece` is told how long they are by then.
    pub(crate) fn read(
        &self,
        whom: Whom,
        bytes: &mut Vec<u8>,
        piece: impl FnMut(usize),
    ) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_now(whom, bytes, piece)
    }

    /// What is made of all records, without a memory of one's own for them.
    pub(crate) fn read_with<T>(&self, whom: Whom, make: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let mut bytes = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.read_now(whom, &mut bytes, |_| {})?;
        Ok(make(&bytes))
    }

    fn read_now(
        &self,
        whom: Whom,
        bytes: &mut Vec<u8>,
        mut piece: impl FnMut(usize),
    ) -> io::Result<()> {
        let link = match whom {
            Whom::All => None,
            Whom::Main(pid) => Some(ffi::create_link(self.program.as_fd(), pid, 0)?),
            Whom::Threads(pid) => Some(ffi::create_link(self.program.as_fd(), 0, pid)?),
        };
        let iterator = ffi::open_iterator(link.as_ref().unwrap_or(&self.all).as_fd())?;
        bytes.clear();
        loop {
            if bytes.capacity() - bytes.len() < PIECE {
                bytes.reserve(bytes.capacity().max(4 * PIECE));
            }
            match rustix::io::read(&iterator, rustix::buffer::spare_capacity(bytes)) {
                Ok(0) => return Ok(()),
                Ok(_) => piece(bytes.len()),
                // The kernel has looked at a million of them that the program had nothing to say about.
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// As much as the kernel gives at once: eight pages.
const PIECE: usize = 32 * 1024;

/// Why the kernel does not take the program, in its own words.
fn refusal(load: impl Fn(&mut [u8]) -> io::Result<OwnedFd>, error: io::Error) -> Error {
    let mut log = vec![0; 1 << 20];
    let _ = load(&mut log);
    let end = log.iter().position(|byte| *byte == 0).unwrap_or(0);
    let text = String::from_utf8_lossy(log.get(..end).unwrap_or_default());
    // The last line counts the steps; the one before names the fault.
    let mut lines = text.lines().rev().filter(|line| !line.starts_with("processed "));
    let last = lines.next().unwrap_or("the program is refused");
    Error::system(format!("bpf: {last}"), error)
}
