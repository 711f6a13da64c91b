//! The call about the battery.
#![allow(unsafe_code)]

use std::io;

use psight_parse::windows::system_power_status::LENGTH;
use windows_sys::Win32::System::Power::{GetSystemPowerStatus, SYSTEM_POWER_STATUS};

use super::super::ffi::Buffer;

const _: () = assert!(size_of::<SYSTEM_POWER_STATUS>() == LENGTH);

/// `SYSTEM_POWER_STATUS`.
pub(super) fn power() -> io::Result<Buffer> {
    let mut buffer = Buffer::new(LENGTH);
    // SAFETY: the buffer is aligned, and has room for the structure.
    if unsafe { GetSystemPowerStatus(buffer.as_mut_ptr().cast()) } == 0 {
        return Err(io::Error::last_os_error());
    }
    buffer.set_filled(LENGTH);
    Ok(buffer)
}
