//! What may not be seen, refused.

use crate::doctor::Finding;
use crate::{Error, Host, Result};

pub(crate) fn findings(_host: &Host) -> Result<Vec<Finding>> {
    Err(Error::unsupported("findings"))
}
