//! The calls about the machine.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::mem;
use std::ptr;

use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
use windows_sys::Win32::Foundation::NTSTATUS;
use windows_sys::Win32::System::Kernel::PROCESSOR_NUMBER;
use windows_sys::Win32::System::Power::{CallNtPowerInformation, ProcessorInformation};
use windows_sys::Win32::System::ProcessStatus::{K32GetPerformanceInfo, PERFORMANCE_INFORMATION};
use windows_sys::Win32::System::Registry::{HKEY_LOCAL_MACHINE, RRF_RT_REG_SZ, RegGetValueW};
use windows_sys::Win32::System::SystemInformation::{
    ComputerNamePhysicalDnsHostname, GetComputerNameExW, GetLogicalProcessorInformationEx,
    GetNativeSystemInfo, GetTickCount64, LOGICAL_PROCESSOR_RELATIONSHIP, OSVERSIONINFOW,
    RelationGroup, RelationProcessorCore, SYSTEM_INFO,
};
use windows_sys::Win32::System::Threading::{
    ALL_PROCESSOR_GROUPS, GetActiveProcessorCount, GetActiveProcessorGroupCount,
    GetCurrentProcessorNumberEx,
};
use windows_sys::Win32::System::WindowsProgramming::QueryUnbiasedInterruptTime;

use super::super::ffi::{Buffer, Status, Wide};

// In every release since Windows 7, with which groups of processors came.
#[link(name = "ntdll.dll", kind = "raw-dylib", modifiers = "+verbatim")]
unsafe extern "system" {
    fn NtQuerySystemInformationEx(
        class: i32,
        input: *const c_void,
        input_length: u32,
        information: *mut c_void,
        length: u32,
        wanted: *mut u32,
    ) -> NTSTATUS;
}

/// `NtQuerySystemInformationEx` about one group of processors.
pub(in super::super) fn query_group(
    class: i32,
    group: u16,
    buffer: &mut Buffer,
) -> Result<(), (Status, usize)> {
    let (room, mut length) = (buffer.length(), 0);
    let (input, into, wanted) = ((&raw const group).cast(), buffer.as_mut_ptr(), &raw mut length);
    // SAFETY: the input is the two bytes of a group's number, and the call is told how long the buffer is.
    let status = unsafe { NtQuerySystemInformationEx(class, input, 2, into, room, wanted) };
    buffer.set_filled(length as usize);
    if status >= 0 { Ok(()) } else { Err((Status(status), length as usize)) }
}

/// How many groups the processors are in.
pub(in super::super) fn group_count() -> u16 {
    // SAFETY: the call takes nothing and gives a number.
    unsafe { GetActiveProcessorGroupCount() }
}

/// The group of the processor that runs this thread.
pub(in super::super) fn own_group() -> u16 {
    let mut said = PROCESSOR_NUMBER::default();
    // SAFETY: the call fills the structure.
    unsafe { GetCurrentProcessorNumberEx(&raw mut said) };
    said.Group
}

/// How many processors are switched on, in all groups.
pub(in super::super) fn processor_count() -> u32 {
    // SAFETY: the call takes a number and gives one.
    unsafe { GetActiveProcessorCount(ALL_PROCESSOR_GROUPS) }
}

/// The cores, in all groups.
pub(in super::super) fn cores() -> io::Result<Buffer> {
    related(RelationProcessorCore)
}

/// The groups of processors.
pub(in super::super) fn groups() -> io::Result<Buffer> {
    related(RelationGroup)
}

fn related(by: LOGICAL_PROCESSOR_RELATIONSHIP) -> io::Result<Buffer> {
    let mut buffer = Buffer::new(4096);
    // Processors may be added between the call that says how much room it wants and the next one.
    for _ in 0..4 {
        let (into, mut length) = (buffer.as_mut_ptr().cast(), buffer.length());
        let wanted = &raw mut length;
        // SAFETY: the buffer is aligned, and the call is told how long it is.
        let done = unsafe { GetLogicalProcessorInformationEx(by, into, wanted) };
        if done != 0 {
            buffer.set_filled(length as usize);
            return Ok(buffer);
        }
        if length as usize <= buffer.room() {
            break;
        }
        buffer.reserve(length as usize);
    }
    Err(io::Error::last_os_error())
}

/// How fast each of so many processors runs.
pub(in super::super) fn processor_power(count: u32) -> Result<Buffer, Status> {
    let mut buffer = Buffer::new(count as usize * 24);
    let (into, room) = (buffer.as_mut_ptr(), count * 24);
    // SAFETY: the call takes no input, and is told how long the buffer is.
    let status =
        unsafe { CallNtPowerInformation(ProcessorInformation, ptr::null(), 0, into, room) };
    buffer.set_filled(room as usize);
    if status >= 0 { Ok(buffer) } else { Err(Status(status)) }
}

/// Sizes of memory, in pages.
pub(in super::super) fn performance() -> io::Result<PERFORMANCE_INFORMATION> {
    let length = size_of::<PERFORMANCE_INFORMATION>() as u32;
    let mut said = PERFORMANCE_INFORMATION { cb: length, ..PERFORMANCE_INFORMATION::default() };
    // SAFETY: the structure has the length that is told.
    let done = unsafe { K32GetPerformanceInfo(&raw mut said, length) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(said) }
}

/// Bytes in a page of memory.
pub(in super::super) fn page_size() -> u64 {
    let mut said = SYSTEM_INFO::default();
    // SAFETY: the call fills the structure, and cannot fail.
    unsafe { GetNativeSystemInfo(&raw mut said) };
    said.dwPageSize.into()
}

/// Milliseconds since the machine started.
pub(in super::super) fn tick_count() -> u64 {
    // SAFETY: the call takes nothing and gives a number.
    unsafe { GetTickCount64() }
}

/// Units of 100 ns in which the machine ran.
pub(in super::super) fn unbiased_time() -> io::Result<u64> {
    let mut units = 0;
    // SAFETY: the call writes one number.
    let done = unsafe { QueryUnbiasedInterruptTime(&raw mut units) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(units) }
}

/// What the machine is called in the network.
pub(in super::super) fn computer_name() -> io::Result<Vec<u16>> {
    let mut name = vec![0_u16; 256];
    let (into, mut room) = (name.as_mut_ptr(), 256);
    // SAFETY: the call is told how much room there is.
    let done = unsafe { GetComputerNameExW(ComputerNamePhysicalDnsHostname, into, &raw mut room) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(name) }
}

/// Major, minor and build number, whatever the program's manifest says it can cope with.
pub(in super::super) fn version() -> Option<[u32; 3]> {
    let mut said = OSVERSIONINFOW {
        dwOSVersionInfoSize: mem::size_of::<OSVERSIONINFOW>() as u32,
        ..OSVERSIONINFOW::default()
    };
    // SAFETY: the structure says how long it is.
    let status = unsafe { RtlGetVersion(&raw mut said) };
    (status >= 0).then_some([said.dwMajorVersion, said.dwMinorVersion, said.dwBuildNumber])
}

/// A text of the registry, of the machine and not of a user.
pub(in super::super) fn registry_text(key: &Wide, name: &Wide) -> io::Result<Vec<u16>> {
    let mut text = vec![0_u16; 512];
    let (into, mut length) = (text.as_mut_ptr().cast(), 1024);
    let (key, name, none) = (key.as_ptr(), name.as_ptr(), ptr::null_mut());
    let (root, kind, length) = (HKEY_LOCAL_MACHINE, RRF_RT_REG_SZ, &raw mut length);
    // SAFETY: both names end with a NUL, and the call is told how many bytes of room there are.
    let code = unsafe { RegGetValueW(root, key, name, kind, none, into, length) };
    if code == 0 { Ok(text) } else { Err(io::Error::from_raw_os_error(code.cast_signed())) }
}
