//! How a kernel file is read: whole, in one go, without asking for its size, which is 0 for most of them.

use std::io;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use crate::{Error, Result};

/// The whole file.
pub(super) fn file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file_into(path, &mut bytes)?;
    Ok(bytes)
}

/// The whole file in place of what `bytes` held, so that a loop needs one allocation.
pub(super) fn file_into(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    // O_NONBLOCK: a FIFO under a captured root must not hang the reader.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let fd = openat(CWD, path, flags, Mode::empty())?;
    bytes.clear();
    loop {
        if bytes.capacity() - bytes.len() < 4096 {
            bytes.reserve(bytes.capacity().max(4096));
        }
        match rustix::io::read(&fd, rustix::buffer::spare_capacity(bytes)) {
            Ok(0) => return Ok(()),
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// The whole file of the system, where the question has no answer without it.
pub(super) fn system(path: &Path) -> Result<Vec<u8>> {
    file(path).map_err(|error| Error::system(path, error))
}
