//! One process, under `/proc/<pid>`.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use psight_parse::linux::pid::stat::{Stat, stat};

use super::read;
use crate::{Error, Host, Pid, Result};

/// What one process says about itself, each of its files read once.
#[derive(Debug)]
pub(crate) struct Raw {
    host: Host,
    pid: Pid,
    dir: PathBuf,
    stat: OnceLock<Vec<u8>>,
}

// getpid(2)
pub(crate) fn current_pid(host: &Host) -> Result<Pid> {
    if host.is_captured() {
        return Err(Error::unsupported("current_pid"));
    }
    Ok(Pid::new(std::process::id()))
}

impl Raw {
    pub(crate) fn new(host: &Host, pid: Pid) -> Self {
        let dir = host.proc().join(pid.to_string());
        Self { host: host.clone(), pid, dir, stat: OnceLock::new() }
    }

    // stat, starttime
    pub(crate) fn start(&self) -> Result<u64> {
        Ok(self.stat()?.starttime_ticks)
    }

    // stat, comm
    pub(crate) fn name(&self) -> Result<OsString> {
        Ok(OsString::from_vec(self.stat()?.comm.to_vec()))
    }

    fn stat(&self) -> Result<Stat<'_>> {
        let bytes = self.kept(&self.stat, "stat")?;
        stat(bytes).map_err(|e| Error::malformed(self.dir.join("stat"), &e).with_pid(self.pid))
    }

    /// The file `name` of the process, read at the first call.
    fn kept<'a>(&self, cell: &'a OnceLock<Vec<u8>>, name: &str) -> Result<&'a [u8]> {
        if let Some(bytes) = cell.get() {
            return Ok(bytes);
        }
        let path = self.dir.join(name);
        let bytes = read::file(&path).map_err(|error| self.failed(path, error))?;
        Ok(cell.get_or_init(|| bytes))
    }

    /// What it means that a file of the process could not be read.
    fn failed(&self, path: PathBuf, error: io::Error) -> Error {
        let gone = match error.raw_os_error() {
            Some(libc::ESRCH) => true,
            // The file may be missing from a process that is there (T-09).
            Some(libc::ENOENT) => !self.dir.join("stat").exists(),
            _ => false,
        };
        if gone {
            Error::no_such_process(self.pid)
        } else {
            Error::system(path, error).with_pid(self.pid)
        }
    }
}
