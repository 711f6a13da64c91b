//! The calls that change a process, or wait for its end.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, OwnedHandle};
use std::time::Duration;

use windows_sys::Win32::Foundation::{NTSTATUS, WAIT_FAILED, WAIT_OBJECT_0};
use windows_sys::Win32::System::Console::{
    CTRL_BREAK_EVENT, CTRL_C_EVENT, GenerateConsoleCtrlEvent,
};
use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, GetPriorityClass, GetProcessAffinityMask, GetProcessGroupAffinity,
    SetPriorityClass, SetProcessAffinityMask, TerminateProcess, WaitForMultipleObjects,
};

use super::super::ffi::Status;

// Not in the documentation of Windows, and in every release since XP.
#[link(name = "ntdll.dll", kind = "raw-dylib", modifiers = "+verbatim")]
unsafe extern "system" {
    fn NtSuspendProcess(process: *mut c_void) -> NTSTATUS;
    fn NtResumeProcess(process: *mut c_void) -> NTSTATUS;
    fn NtSetInformationProcess(
        process: *mut c_void,
        class: i32,
        information: *const c_void,
        length: u32,
    ) -> NTSTATUS;
}

fn succeeded(done: i32) -> io::Result<()> {
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn checked(status: NTSTATUS) -> Result<(), Status> {
    if status >= 0 { Ok(()) } else { Err(Status(status)) }
}

pub(super) fn terminate(process: &OwnedHandle, code: u32) -> io::Result<()> {
    // SAFETY: the handle is open.
    succeeded(unsafe { TerminateProcess(process.as_raw_handle(), code) })
}

pub(super) fn suspend(process: &OwnedHandle) -> Result<(), Status> {
    // SAFETY: the handle is open.
    checked(unsafe { NtSuspendProcess(process.as_raw_handle()) })
}

pub(super) fn resume(process: &OwnedHandle) -> Result<(), Status> {
    // SAFETY: the handle is open.
    checked(unsafe { NtResumeProcess(process.as_raw_handle()) })
}

pub(super) fn set_information(
    process: &OwnedHandle,
    class: i32,
    information: &[u8],
) -> Result<(), Status> {
    let (from, length) = (information.as_ptr().cast(), information.len() as u32);
    // SAFETY: the handle is open, and the call reads no more than the length.
    checked(unsafe { NtSetInformationProcess(process.as_raw_handle(), class, from, length) })
}

/// Ctrl-C or Ctrl-Break for the processes of a console group.
pub(super) fn console_event(group: u32, is_break: bool) -> io::Result<()> {
    let event = if is_break { CTRL_BREAK_EVENT } else { CTRL_C_EVENT };
    // SAFETY: the call takes any numbers.
    succeeded(unsafe { GenerateConsoleCtrlEvent(event, group) })
}

pub(super) fn priority_class(process: &OwnedHandle) -> io::Result<u32> {
    // SAFETY: the handle is open.
    match unsafe { GetPriorityClass(process.as_raw_handle()) } {
        0 => Err(io::Error::last_os_error()),
        class => Ok(class),
    }
}

pub(super) fn set_priority_class(process: &OwnedHandle, class: u32) -> io::Result<()> {
    // SAFETY: the handle is open, and the call takes any number.
    succeeded(unsafe { SetPriorityClass(process.as_raw_handle(), class) })
}

/// The processors that the process may run on, and those that it may be given.
pub(super) fn affinity(process: &OwnedHandle) -> io::Result<(u64, u64)> {
    let (mut own, mut all) = (0, 0);
    let handle = process.as_raw_handle();
    // SAFETY: the handle is open, and the call writes two numbers.
    succeeded(unsafe { GetProcessAffinityMask(handle, &raw mut own, &raw mut all) })?;
    Ok((own as u64, all as u64))
}

/// The groups of processors that the threads of a process are in.
pub(super) fn groups(process: &OwnedHandle) -> io::Result<Vec<u16>> {
    // More groups than any Windows has.
    let (mut groups, mut count) = (vec![0_u16; 256], 256);
    let (handle, into) = (process.as_raw_handle(), groups.as_mut_ptr());
    // SAFETY: the handle is open, and the call is told how many numbers there is room for.
    succeeded(unsafe { GetProcessGroupAffinity(handle, &raw mut count, into) })?;
    groups.truncate(count.into());
    Ok(groups)
}

pub(super) fn set_affinity(process: &OwnedHandle, mask: u64) -> io::Result<()> {
    // SAFETY: the handle is open, and the call takes any number.
    succeeded(unsafe { SetProcessAffinityMask(process.as_raw_handle(), mask as usize) })
}

/// What a process returned.
pub(super) fn exit_code(process: &OwnedHandle) -> io::Result<u32> {
    let mut code = 0;
    // SAFETY: the handle is open, and the call writes one number.
    succeeded(unsafe { GetExitCodeProcess(process.as_raw_handle(), &raw mut code) })?;
    Ok(code)
}

/// How many handles one call can wait for.
pub(super) const MOST: usize = 64;

/// The place of one that has ended, waiting at most for `timeout`; `None` where none has. Of more than [`MOST`] the first
/// are looked at.
pub(super) fn wait_any(
    handles: &[BorrowedHandle<'_>],
    timeout: Duration,
) -> io::Result<Option<usize>> {
    let count = handles.len().min(MOST) as u32;
    let milliseconds = u32::try_from(timeout.as_micros().div_ceil(1000)).unwrap_or(u32::MAX - 1);
    let first = handles.as_ptr().cast::<*mut c_void>();
    // SAFETY: a borrowed handle is an open handle and nothing else (`repr(transparent)`), and the count is theirs.
    match unsafe { WaitForMultipleObjects(count, first, 0, milliseconds) } {
        WAIT_FAILED => Err(io::Error::last_os_error()),
        place if place - WAIT_OBJECT_0 < count => Ok(Some((place - WAIT_OBJECT_0) as usize)),
        _ => Ok(None),
    }
}
