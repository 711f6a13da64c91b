//! The calls of psapi about the memory of a process.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::{ERROR_BAD_LENGTH, ERROR_INSUFFICIENT_BUFFER};
use windows_sys::Win32::System::ProcessStatus::{K32GetMappedFileNameW, K32QueryWorkingSet};

use super::super::super::ffi::Buffer;

/// The file that is mapped at `address`, as a path of the kernel.
pub(super) fn mapped_file(process: &OwnedHandle, address: u64) -> io::Result<Vec<u16>> {
    let (handle, at) = (process.as_raw_handle(), address as usize as *const c_void);
    // A name that does not fit is cut, or refused. The second is as long as the longest.
    for room in [1024, 1 << 15] {
        let mut name = vec![0_u16; room];
        let (into, room) = (name.as_mut_ptr(), room as u32);
        // SAFETY: the process is open; the call checks the address, and is told how much room there is.
        let length = unsafe { K32GetMappedFileNameW(handle, at, into, room) };
        let error = io::Error::last_os_error();
        if (1..room - 1).contains(&length) {
            name.truncate(length as usize);
            // Wine counts the NUL behind some names.
            if name.last() == Some(&0) {
                name.pop();
            }
            return Ok(name);
        }
        if length == 0 && error.raw_os_error() != Some(ERROR_INSUFFICIENT_BUFFER.cast_signed()) {
            return Err(error);
        }
    }
    Err(io::Error::from_raw_os_error(ERROR_INSUFFICIENT_BUFFER.cast_signed()))
}

/// Every page of a process that is in memory: their number, and then the pages.
pub(super) fn working_set(process: &OwnedHandle) -> io::Result<Buffer> {
    let mut buffer = Buffer::new(64 << 10);
    // The process may get pages between the call that says how many there are and the next one.
    for _ in 0..16 {
        let (handle, into, room) = (process.as_raw_handle(), buffer.as_mut_ptr(), buffer.length());
        // SAFETY: the process is open, and the call is told how long the buffer is.
        let done = unsafe { K32QueryWorkingSet(handle, into, room) };
        let error = io::Error::last_os_error();
        buffer.set_filled(buffer.room());
        if done != 0 {
            return Ok(buffer);
        }
        if error.raw_os_error() != Some(ERROR_BAD_LENGTH.cast_signed()) {
            return Err(error);
        }
        // The call has written how many there are.
        let count = buffer.bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let wanted = usize::try_from(count).unwrap_or(0).saturating_mul(8).saturating_add(8);
        buffer.reserve(wanted.max(buffer.room()).saturating_add(64 << 10));
    }
    Err(io::Error::from_raw_os_error(ERROR_BAD_LENGTH.cast_signed()))
}
