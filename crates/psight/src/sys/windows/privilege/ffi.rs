//! The calls about privileges.
#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_NOT_ALL_ASSIGNED, LUID};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, LUID_AND_ATTRIBUTES, LookupPrivilegeValueW, SE_PRIVILEGE_ENABLED,
    TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use super::super::ffi::{Wide, owned};

fn own_token() -> io::Result<OwnedHandle> {
    let (mut token, access) = (ptr::null_mut(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY);
    // SAFETY: the process is this one, and the call writes one handle.
    let done = unsafe { OpenProcessToken(GetCurrentProcess(), access, &raw mut token) };
    if done == 0 { Err(io::Error::last_os_error()) } else { owned(token) }
}

/// Switches the privilege on; false if the user does not have it.
pub(super) fn switch_on(name: &Wide) -> io::Result<bool> {
    let token = own_token()?;
    let mut luid = LUID::default();
    // SAFETY: the name ends with a NUL, and the call fills the number.
    if unsafe { LookupPrivilegeValueW(ptr::null(), name.as_ptr(), &raw mut luid) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let wanted = LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED };
    let wanted = TOKEN_PRIVILEGES { PrivilegeCount: 1, Privileges: [wanted] };
    let (handle, to, none) = (token.as_raw_handle(), &raw const wanted, ptr::null_mut());
    // SAFETY: the token is open, and the structure holds as many privileges as it says.
    let done = unsafe { AdjustTokenPrivileges(handle, 0, to, 0, none, ptr::null_mut()) };
    let error = io::Error::last_os_error();
    if done == 0 {
        return Err(error);
    }
    // It succeeds, and says so beside that.
    Ok(error.raw_os_error() != Some(ERROR_NOT_ALL_ASSIGNED.cast_signed()))
}
