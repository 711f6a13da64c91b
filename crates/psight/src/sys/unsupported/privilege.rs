//! Privileges, refused. They are those of Windows alone.

use crate::{Error, Result};

pub(crate) fn take_debug_privilege() -> Result<bool> {
    Err(Error::unsupported("a privilege of Windows"))
}
