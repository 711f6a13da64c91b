//! What the standard library does not ask.
#![allow(unsafe_code)]

use windows_sys::Wdk::System::SystemInformation::NtQuerySystemInformation;
use windows_sys::Win32::System::Console::SetConsoleCtrlHandler;
use windows_sys::Win32::System::LibraryLoader::{GetModuleHandleA, GetProcAddress};

/// Whether ntdll is Wine's, which says so by a function of its own.
pub(crate) fn is_wine() -> bool {
    // SAFETY: the name ends with a NUL; ntdll is in every process and stays there.
    let ntdll = unsafe { GetModuleHandleA(c"ntdll.dll".as_ptr().cast()) };
    // SAFETY: the name ends with a NUL.
    let version = unsafe { GetProcAddress(ntdll, c"wine_get_version".as_ptr().cast()) };
    version.is_some()
}

/// Whoever leads a console group ignores Ctrl-C before this.
pub(crate) fn listen_to_ctrl_c() {
    // SAFETY: no handler is given, only that the event is not to be ignored.
    assert!(unsafe { SetConsoleCtrlHandler(None, 0) } != 0);
}

/// How many handles and how many threads this process has. Wine counts handles where it lists them, and nowhere else.
pub(crate) fn held() -> (usize, usize) {
    let handles = listed(64, 16, 40, |entry| word(entry, 8));
    let own = u64::from(std::process::id());
    let handles = handles.iter().filter(|owner| **owner == own).count();
    let me = psight::Process::current().unwrap();
    (handles, me.num_threads().unwrap() as usize)
}

fn word(entry: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(entry[at..at + 8].try_into().unwrap())
}

/// What the kernel lists about `class`: as many entries of one length as the first number says.
fn listed(class: i32, head: usize, length: usize, of: fn(&[u8]) -> u64) -> Vec<u64> {
    let mut bytes = vec![0_u8; 1 << 20];
    loop {
        let (into, room) = (bytes.as_mut_ptr().cast(), bytes.len() as u32);
        // SAFETY: the buffer is as long as the call is told.
        let status = unsafe { NtQuerySystemInformation(class, into, room, std::ptr::null_mut()) };
        if status >= 0 {
            let count = word(&bytes, 0) as usize;
            return bytes[head..].chunks_exact(length).take(count).map(of).collect();
        }
        bytes.resize(bytes.len() * 2, 0);
    }
}
