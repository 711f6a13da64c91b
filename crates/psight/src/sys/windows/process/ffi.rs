//! The calls about the user of a process.
#![allow(unsafe_code)]

use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Win32::Security::{
    GetLengthSid, GetTokenInformation, IsValidSid, LookupAccountSidW, SidTypeUnknown, TOKEN_QUERY,
    TOKEN_USER, TokenUser,
};
use windows_sys::Win32::System::Threading::OpenProcessToken;

use super::super::ffi::{Buffer, owned};

/// The token of a process, to be asked.
pub(super) fn open_token(process: &OwnedHandle) -> io::Result<OwnedHandle> {
    let mut token = ptr::null_mut();
    // SAFETY: the handle is open, and the call writes one handle.
    let done = unsafe { OpenProcessToken(process.as_raw_handle(), TOKEN_QUERY, &raw mut token) };
    if done == 0 { Err(io::Error::last_os_error()) } else { owned(token) }
}

/// The SID of the token's user.
pub(super) fn token_user(token: &OwnedHandle) -> io::Result<Vec<u8>> {
    // Enough for the structure and the longest SID.
    let mut buffer = Buffer::new(256);
    let (handle, into, mut length) = (token.as_raw_handle(), buffer.as_mut_ptr(), buffer.length());
    // SAFETY: the handle is open, and the call is told how much room there is.
    let done = unsafe { GetTokenInformation(handle, TokenUser, into, length, &raw mut length) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call has filled the structure, for which the buffer is long enough and aligned.
    let sid = unsafe { (*into.cast::<TOKEN_USER>()).User.Sid };
    // SAFETY: the call has put the SID behind the structure, in the same buffer, which still lives.
    let bytes = unsafe { std::slice::from_raw_parts(sid.cast(), GetLengthSid(sid) as usize) };
    Ok(bytes.to_vec())
}

/// Domain and name of the account that a SID is of, each with a NUL.
pub(super) fn account_name(sid: &[u8]) -> io::Result<(Vec<u16>, Vec<u16>)> {
    // More than the longest names of Windows.
    let (mut name, mut domain) = (vec![0_u16; 512], vec![0_u16; 512]);
    let (mut name_room, mut domain_room, mut kind) = (512, 512, SidTypeUnknown);
    let user = sid.as_ptr().cast_mut().cast();
    // SAFETY: a SID is eight bytes and four for each of the parts that its second byte counts, which is looked at here.
    let whole = sid.len() >= 8
        && sid.get(1).is_some_and(|parts| sid.len() >= 8 + 4 * usize::from(*parts))
        && unsafe { IsValidSid(user) } != 0;
    if !whole {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let (to_name, to_domain) = (name.as_mut_ptr(), domain.as_mut_ptr());
    let (rooms, kind) = ((&raw mut name_room, &raw mut domain_room), &raw mut kind);
    // SAFETY: the SID is whole, and the call is told how much room there is for each name.
    let done =
        unsafe { LookupAccountSidW(ptr::null(), user, to_name, rooms.0, to_domain, rooms.1, kind) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok((domain, name)) }
}
