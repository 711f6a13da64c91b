//! The calls of wtsapi32. What they answer lies in memory of theirs, which is given back when the guard goes.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::System::RemoteDesktop::{
    WTS_CLIENT_ADDRESS, WTS_CURRENT_SERVER_HANDLE, WTS_INFO_CLASS, WTS_SESSION_INFOW,
    WTSClientAddress, WTSEnumerateSessionsW, WTSFreeMemory, WTSINFOW, WTSQuerySessionInformationW,
    WTSSessionInfo, WTSUserName,
};

/// Memory of wtsapi32.
struct Given(*mut c_void);

impl Drop for Given {
    fn drop(&mut self) {
        // SAFETY: a call of wtsapi32 gave it, and nobody else gives it back.
        unsafe { WTSFreeMemory(self.0) };
    }
}

/// The numbers of all sessions.
pub(super) fn ids() -> io::Result<Vec<u32>> {
    let (mut first, mut count) = (ptr::null_mut::<WTS_SESSION_INFOW>(), 0);
    let (server, into, wanted) = (WTS_CURRENT_SERVER_HANDLE, &raw mut first, &raw mut count);
    // SAFETY: the call writes one address and one number.
    if unsafe { WTSEnumerateSessionsW(server, 0, 1, into, wanted) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let given = Given(first.cast());
    if given.0.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: the call has written so many structures there, which stay until the guard goes.
    let sessions = unsafe { std::slice::from_raw_parts(first, count as usize) };
    Ok(sessions.iter().map(|session| session.SessionId).collect())
}

/// The answer to one question, and how many bytes it has.
fn ask(session: u32, class: WTS_INFO_CLASS) -> io::Result<(Given, usize)> {
    let (mut answer, mut length) = (ptr::null_mut::<u16>(), 0);
    let (server, into, wanted) = (WTS_CURRENT_SERVER_HANDLE, &raw mut answer, &raw mut length);
    // SAFETY: the call writes one address and one number.
    if unsafe { WTSQuerySessionInformationW(server, session, class, into, wanted) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok((Given(answer.cast()), length as usize))
}

/// The answer as a structure.
fn structure<T: Copy>(session: u32, class: WTS_INFO_CLASS) -> io::Result<T> {
    let (given, length) = ask(session, class)?;
    if given.0.is_null() || length < size_of::<T>() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // SAFETY: the answer is as long as the structure, whose fields are numbers; it need not be aligned.
    Ok(unsafe { given.0.cast::<T>().read_unaligned() })
}

/// Who is logged in.
pub(super) fn user(session: u32) -> io::Result<Vec<u16>> {
    let (given, length) = ask(session, WTSUserName)?;
    if given.0.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: the call has written so many bytes there, which stay until the guard goes.
    let name = unsafe { std::slice::from_raw_parts(given.0.cast::<u16>(), length / 2) };
    Ok(name.to_vec())
}

/// Where the session comes from: a kind of address, and its bytes.
pub(super) fn address(session: u32) -> io::Result<(u32, [u8; 20])> {
    let said: WTS_CLIENT_ADDRESS = structure(session, WTSClientAddress)?;
    Ok((said.AddressFamily, said.Address))
}

/// When somebody logged in, and when the session was connected.
pub(super) fn moments(session: u32) -> io::Result<[u64; 2]> {
    let said: WTSINFOW = structure(session, WTSSessionInfo)?;
    Ok([said.LogonTime, said.ConnectTime].map(i64::cast_unsigned))
}
