//! Control over processes.

pub(crate) use crate::sys::unsupported::control::*;

pub(crate) fn nice(_raw: &super::process::Raw) -> crate::Result<i32> {
    Err(crate::Error::unsupported("nice"))
}
