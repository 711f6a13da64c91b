//! The call about the battery.
#![allow(unsafe_code)]

use std::io;

use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};

pub(super) fn power() -> io::Result<SYSTEM_POWER_STATUS> {
    let mut said = SYSTEM_POWER_STATUS::default();
    // SAFETY: the call fills the structure.
    let done = unsafe { GetSystemPowerStatus(&raw mut said) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(said) }
}
