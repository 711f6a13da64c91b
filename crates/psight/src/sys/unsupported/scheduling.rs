//! When a process runs and what it waits for, refused. Linux's alone, and no question of the table of systems.

use std::ffi::OsString;

use crate::process::Scheduling;
use crate::sys::process::Raw;
use crate::{Error, Result};

const SCHEDULING: &str = "how a process is scheduled";

pub(crate) fn scheduling(_raw: &Raw) -> Result<Scheduling> {
    Err(Error::unsupported(SCHEDULING))
}

pub(crate) fn wchan(_raw: &Raw) -> Result<Option<OsString>> {
    Err(Error::unsupported(SCHEDULING))
}
