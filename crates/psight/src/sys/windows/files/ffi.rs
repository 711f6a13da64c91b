//! The calls about handles of other processes.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;
use std::time::Duration;

use windows_sys::Wdk::Foundation::{NtQueryObject, OBJECT_INFORMATION_CLASS};
use windows_sys::Win32::Foundation::{DUPLICATE_SAME_ACCESS, DuplicateHandle, WAIT_TIMEOUT};
use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, FILE_ATTRIBUTE_DIRECTORY, FILE_TYPE_DISK,
    GetFileInformationByHandle, GetFileType,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, WaitForSingleObject};

use super::super::ffi::{Buffer, Status, owned};
use super::super::kernel::grown;

/// A handle of our own of what `handle` is in another process.
pub(super) fn duplicate(process: &OwnedHandle, handle: u64) -> io::Result<OwnedHandle> {
    let (from, theirs) = (process.as_raw_handle(), handle as usize as *mut c_void);
    let mut ours = ptr::null_mut();
    let (into, same) = (&raw mut ours, DUPLICATE_SAME_ACCESS);
    // SAFETY: the process is open; the call checks the foreign handle itself, and writes one of ours.
    let done = unsafe { DuplicateHandle(from, theirs, GetCurrentProcess(), into, 0, 0, same) };
    if done == 0 { Err(io::Error::last_os_error()) } else { owned(ours) }
}

/// Whether nobody reads from it or writes to it at this moment, so that a question about it is answered at once. The kernel
/// keeps a file object unsignalled from the beginning of a call to its end. A handle that cannot be waited for is of one
/// whose calls do not wait for each other.
pub(super) fn is_idle(handle: &OwnedHandle, patience: Duration) -> bool {
    let milliseconds = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX - 1);
    // SAFETY: the handle is open.
    unsafe { WaitForSingleObject(handle.as_raw_handle(), milliseconds) != WAIT_TIMEOUT }
}

/// Whether it is a file on a disk, and no folder. May wait for ever.
pub(super) fn is_file_on_disk(handle: &OwnedHandle) -> bool {
    let handle = handle.as_raw_handle();
    // SAFETY: the handle is open.
    if unsafe { GetFileType(handle) } != FILE_TYPE_DISK {
        return false;
    }
    let mut said = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, and the call fills the structure.
    let done = unsafe { GetFileInformationByHandle(handle, &raw mut said) };
    // A handle without the right to ask is a file's too.
    done == 0 || said.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY == 0
}

const OBJECT_NAME_INFORMATION: OBJECT_INFORMATION_CLASS = 1;

/// What the kernel calls the object. May wait for ever.
pub(super) fn object_name(handle: &OwnedHandle) -> Result<Buffer, Status> {
    let mut buffer = Buffer::new(1024);
    let handle = handle.as_raw_handle();
    grown(&mut buffer, |buffer| {
        let (into, room, mut length) = (buffer.as_mut_ptr(), buffer.length(), 0);
        let (class, wanted) = (OBJECT_NAME_INFORMATION, &raw mut length);
        // SAFETY: the handle is open, and the call is told how long the buffer is.
        let status = unsafe { NtQueryObject(handle, class, into, room, wanted) };
        buffer.set_filled(length as usize);
        if status >= 0 { Ok(()) } else { Err((Status(status), length as usize)) }
    })?;
    Ok(buffer)
}
