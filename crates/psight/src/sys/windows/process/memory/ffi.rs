//! The calls of psapi about the memory of a process.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};

use windows_sys::Win32::Foundation::ERROR_BAD_LENGTH;
use windows_sys::Win32::System::ProcessStatus::{K32GetMappedFileNameW, K32QueryWorkingSet};

use super::super::super::ffi::Buffer;

/// The file that is mapped at `address`, as a path of the kernel.
pub(super) fn mapped_file(process: &OwnedHandle, address: u64) -> io::Result<Vec<u16>> {
    let mut name = vec![0_u16; 1024];
    let (handle, at) = (process.as_raw_handle(), address as usize as *const c_void);
    let (into, room) = (name.as_mut_ptr(), name.len() as u32);
    // SAFETY: the process is open; the call checks the address, and is told how much room there is.
    let length = unsafe { K32GetMappedFileNameW(handle, at, into, room) };
    if length == 0 {
        return Err(io::Error::last_os_error());
    }
    name.truncate(length as usize);
    // Wine counts the NUL behind some names.
    if name.last() == Some(&0) {
        name.pop();
    }
    Ok(name)
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
