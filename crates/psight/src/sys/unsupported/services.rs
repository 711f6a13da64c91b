//! Services, refused. They are those of Windows alone, and no question of the table of systems.

use std::ffi::OsStr;

use crate::os::windows::services::Service;
use crate::{Error, Host, Result};

const SERVICES: &str = "a service of Windows";

pub(crate) fn services(_host: &Host) -> Result<Vec<Service>> {
    Err(Error::unsupported(SERVICES))
}

pub(crate) fn service(_host: &Host, _name: &OsStr) -> Result<Service> {
    Err(Error::unsupported(SERVICES))
}
