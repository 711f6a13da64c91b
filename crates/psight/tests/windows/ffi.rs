//! What the standard library does not ask.
#![allow(unsafe_code)]

use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};

/// Whether ntdll is Wine's, which says so by a function of its own.
pub(crate) fn is_wine() -> bool {
    // SAFETY: the name ends with a NUL; ntdll is in every process and stays there.
    let ntdll = unsafe { GetModuleHandleA(c"ntdll.dll".as_ptr().cast()) };
    // SAFETY: the name ends with a NUL.
    let version = unsafe { GetProcAddress(ntdll, c"wine_get_version".as_ptr().cast()) };
    version.is_some()
}
