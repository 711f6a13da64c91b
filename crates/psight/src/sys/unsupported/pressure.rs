//! How long tasks waited, refused.

use crate::pressure::Pressure;
use crate::{Error, Host, Process, Result};

pub(crate) fn of_machine(_host: &Host) -> Result<Pressure> {
    Err(Error::unsupported("pressure"))
}

pub(crate) fn of_group(_process: &Process) -> Result<Pressure> {
    Err(Error::unsupported("pressure"))
}
