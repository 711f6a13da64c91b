//! Where a process stands, refused.

use std::ffi::OsString;

use crate::process::{Namespace, OomScore};
use crate::sys::process::Raw;
use crate::{Error, Host, Result};

pub(crate) fn namespaces(_raw: &Raw) -> Result<Vec<Namespace>> {
    Err(Error::unsupported("namespaces"))
}

pub(crate) fn security_label(_raw: &Raw) -> Result<Option<OsString>> {
    Err(Error::unsupported("security_label"))
}

pub(crate) fn login_uid(_raw: &Raw) -> Result<Option<u32>> {
    Err(Error::unsupported("login_uid"))
}

pub(crate) fn oom_score(_raw: &Raw) -> Result<OomScore> {
    Err(Error::unsupported("oom_score"))
}

pub(crate) fn locked_memory(_raw: &Raw) -> Result<Option<u64>> {
    Err(Error::unsupported("locked_memory"))
}

pub(crate) fn all_locked_memory(_host: &Host) -> Result<Option<u64>> {
    Err(Error::unsupported("locked_memory"))
}

pub(crate) fn delay_accounting(_host: &Host) -> Result<Option<bool>> {
    Err(Error::unsupported("delay_accounting"))
}
