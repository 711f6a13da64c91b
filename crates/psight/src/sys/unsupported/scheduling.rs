//! When a process runs and what it waits for, refused.

use std::ffi::OsString;

use crate::process::{Scheduling, ThreadTurns};
use crate::sys::process::Raw;
use crate::{Error, Result};

pub(crate) fn scheduling(_raw: &Raw) -> Result<Scheduling> {
    Err(Error::unsupported("scheduling"))
}

pub(crate) fn wchan(_raw: &Raw) -> Result<Option<OsString>> {
    Err(Error::unsupported("wchan"))
}

pub(crate) fn thread_turns(_raw: &Raw) -> Result<Vec<ThreadTurns>> {
    Err(Error::unsupported("thread_turns"))
}
