//! Privileges of this process.

mod ffi;

use super::text;
use crate::{Error, Result};

// OpenProcessToken, LookupPrivilegeValue, AdjustTokenPrivileges
pub(crate) fn take_debug_privilege() -> Result<bool> {
    ffi::switch_on(&text::wide("SeDebugPrivilege"))
        .map_err(|error| Error::system("AdjustTokenPrivileges", error))
}
