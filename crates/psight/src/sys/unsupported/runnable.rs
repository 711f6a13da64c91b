//! Threads that are ready to run, refused. Other systems have a load average of their own.

use crate::{Error, Host, Result};

pub(crate) fn count(_host: &Host) -> Result<u32> {
    Err(Error::unsupported("a load average that is emulated"))
}
