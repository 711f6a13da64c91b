//! The system calls that no safe crate offers. The only unsafe code of this back-end: each function takes and returns
//! safe types, and each block says why it is sound.
#![allow(unsafe_code)]

use std::ffi::{CStr, OsString};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt;
use std::ptr;

/// getpwuid_r(3): what the user is called, as far as the C library's services know.
pub(super) fn user_name(uid: u32) -> Option<OsString> {
    let mut buffer = vec![0; 1024];
    loop {
        let mut entry = MaybeUninit::<libc::passwd>::uninit();
        let mut found = ptr::null_mut();
        // SAFETY: `entry`, `buffer` (with its own length) and `found` are valid for writing and outlive the call.
        let error = unsafe {
            libc::getpwuid_r(
                uid,
                entry.as_mut_ptr(),
                buffer.as_mut_ptr(),
                buffer.len(),
                &raw mut found,
            )
        };
        match error {
            0 if found.is_null() => return None,
            0 => {
                // SAFETY: `found` is not null, so it points to `entry`, whose name is a C string in `buffer`.
                let name = unsafe { CStr::from_ptr((*found).pw_name) };
                return Some(OsString::from_vec(name.to_bytes().to_vec()));
            }
            libc::EINTR => {}
            libc::ERANGE if buffer.len() < 1 << 20 => buffer.resize(buffer.len() * 4, 0),
            _ => return None,
        }
    }
}

/// What the C library's allocator has given out: from its heap, and in mappings of their own.
#[cfg(target_env = "gnu")]
pub(super) fn heap() -> Option<(u64, u64)> {
    // Looked up by name, because a program that names it does not start under a glibc before 2.33.
    // SAFETY: the name is a C string, and the default handle is always valid.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr()) };
    if symbol.is_null() {
        // SAFETY: mallinfo takes nothing and returns numbers by value.
        let info = unsafe { libc::mallinfo() };
        return Some((info.uordblks.cast_unsigned().into(), info.hblkhd.cast_unsigned().into()));
    }
    // SAFETY: glibc's mallinfo2 has this signature wherever it exists.
    let mallinfo2: extern "C" fn() -> libc::mallinfo2 = unsafe { std::mem::transmute(symbol) };
    let info = mallinfo2();
    Some((info.uordblks as u64, info.hblkhd as u64))
}

/// malloc_trim(3): whether any memory went back to the system.
#[cfg(target_env = "gnu")]
pub(super) fn trim_heap() -> Option<bool> {
    // SAFETY: malloc_trim takes a number and may be called at any time.
    Some(unsafe { libc::malloc_trim(0) } == 1)
}

/// musl and bionic do not tell.
#[cfg(not(target_env = "gnu"))]
pub(super) fn heap() -> Option<(u64, u64)> {
    None
}

/// musl and bionic have no such call.
#[cfg(not(target_env = "gnu"))]
pub(super) fn trim_heap() -> Option<bool> {
    None
}
