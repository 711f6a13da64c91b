//! Where a process stands, refused. Linux's alone, and no question of the table of systems.

use std::ffi::OsString;

use crate::process::{Namespace, OomScore};
use crate::sys::process::Raw;
use crate::{Error, Host, Result};

const STANDING: &str = "where a process stands";

pub(crate) fn namespaces(_raw: &Raw) -> Result<Vec<Namespace>> {
    Err(Error::unsupported(STANDING))
}

pub(crate) fn security_label(_raw: &Raw) -> Result<Option<OsString>> {
    Err(Error::unsupported(STANDING))
}

pub(crate) fn login_uid(_raw: &Raw) -> Result<Option<u32>> {
    Err(Error::unsupported(STANDING))
}

pub(crate) fn oom_score(_raw: &Raw) -> Result<OomScore> {
    Err(Error::unsupported(STANDING))
}

pub(crate) fn locked_memory(_raw: &Raw) -> Result<Option<u64>> {
    Err(Error::unsupported(STANDING))
}

pub(crate) fn all_locked_memory(_host: &Host) -> Result<Option<u64>> {
    Err(Error::unsupported("locked memory"))
}

pub(crate) fn delay_accounting(_host: &Host) -> Result<Option<bool>> {
    Err(Error::unsupported("delay accounting"))
}
