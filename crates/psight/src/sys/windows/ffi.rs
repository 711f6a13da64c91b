//! The calls of ntdll and kernel32 that every part of this back-end rests on.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr;

use windows_sys::Wdk::System::SystemInformation::NtQuerySystemInformation;
use windows_sys::Wdk::System::Threading::NtQueryInformationProcess;
use windows_sys::Win32::Foundation::{NTSTATUS, RtlNtStatusToDosError};
use windows_sys::Win32::Storage::FileSystem::{GetLogicalDrives, QueryDosDeviceW};
use windows_sys::Win32::System::Diagnostics::Debug::ReadProcessMemory;
use windows_sys::Win32::System::Memory::{MEMORY_BASIC_INFORMATION, VirtualQueryEx};
use windows_sys::Win32::System::Threading::OpenProcess;

/// Memory for what the kernel fills, aligned as its largest numbers are.
#[derive(Debug, Clone, Default)]
pub(super) struct Buffer {
    words: Vec<u64>,
    /// How many bytes were filled.
    filled: usize,
}

impl Buffer {
    /// Room for at least `length` bytes.
    pub(super) fn new(length: usize) -> Self {
        let mut buffer = Self::default();
        buffer.reserve(length);
        buffer
    }

    /// Makes room for at least `length` bytes in all.
    pub(super) fn reserve(&mut self, length: usize) {
        if self.room() < length {
            self.words.resize(length.div_ceil(size_of::<u64>()), 0);
        }
    }

    /// How many bytes there is room for.
    pub(super) fn room(&self) -> usize {
        size_of_val(self.words.as_slice())
    }

    /// What was filled.
    pub(super) fn bytes(&self) -> &[u8] {
        let length = self.filled.min(self.room());
        // SAFETY: the words are initialised, bytes need no alignment, and the length is no more than that of the words.
        unsafe { std::slice::from_raw_parts(self.words.as_ptr().cast(), length) }
    }

    /// The address of the first byte, which texts in an answer are told by.
    pub(super) fn base(&self) -> u64 {
        self.words.as_ptr().addr() as u64
    }

    /// The memory itself, for a call that fills it.
    pub(super) fn as_mut_ptr(&mut self) -> *mut c_void {
        self.words.as_mut_ptr().cast()
    }

    /// The room as the kernel counts it.
    pub(super) fn length(&self) -> u32 {
        u32::try_from(self.room()).unwrap_or(u32::MAX)
    }

    /// Notes how many bytes a call has filled.
    pub(super) fn set_filled(&mut self, length: usize) {
        self.filled = length;
    }
}

/// Why the kernel refused (`NTSTATUS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Status(pub(super) NTSTATUS);

impl Status {
    /// The same as kernel32 would say it.
    pub(super) fn to_io(self) -> io::Error {
        // SAFETY: the function takes any number, and looks it up.
        let code = unsafe { RtlNtStatusToDosError(self.0) };
        io::Error::from_raw_os_error(code.cast_signed())
    }
}

fn checked(status: NTSTATUS) -> Result<(), Status> {
    if status >= 0 { Ok(()) } else { Err(Status(status)) }
}

/// `NtQuerySystemInformation`. An error that says how much room is needed comes with that number.
pub(super) fn query_system(class: i32, buffer: &mut Buffer) -> Result<(), (Status, usize)> {
    let (room, mut length) = (buffer.length(), 0);
    // SAFETY: the buffer is aligned for any structure, and the call is told how long it is.
    let status =
        unsafe { NtQuerySystemInformation(class, buffer.as_mut_ptr(), room, &raw mut length) };
    buffer.set_filled(length as usize);
    checked(status).map_err(|status| (status, length as usize))
}

/// `NtQueryInformationProcess`, with the same errors.
pub(super) fn query_process(
    process: &OwnedHandle,
    class: i32,
    buffer: &mut Buffer,
) -> Result<(), (Status, usize)> {
    let (handle, room, mut length) = (process.as_raw_handle(), buffer.length(), 0);
    let into = buffer.as_mut_ptr();
    // SAFETY: the handle is open, the buffer is aligned, and the call is told how long it is.
    let status = unsafe { NtQueryInformationProcess(handle, class, into, room, &raw mut length) };
    buffer.set_filled(length as usize);
    checked(status).map_err(|status| (status, length as usize))
}

/// `NtQueryInformationProcess` for a class that wants to be told exactly how long its structure is.
pub(super) fn query_process_exactly(
    process: &OwnedHandle,
    class: i32,
    length: usize,
) -> Result<Buffer, Status> {
    let mut buffer = Buffer::new(length);
    let (handle, into) = (process.as_raw_handle(), buffer.as_mut_ptr());
    let wanted = u32::try_from(length).unwrap_or(u32::MAX);
    // SAFETY: the handle is open, and the buffer has room for the length that the call is told.
    checked(unsafe { NtQueryInformationProcess(handle, class, into, wanted, ptr::null_mut()) })?;
    buffer.set_filled(length);
    Ok(buffer)
}

/// What `SystemProcessIdInformation` is asked with, and where its answer goes.
#[repr(C)]
struct SystemProcessIdInformation {
    process: usize,
    length: u16,
    maximum_length: u16,
    buffer: *mut u16,
}

const SYSTEM_PROCESS_ID_INFORMATION: i32 = 88;

/// The program of a process, as a path of the kernel: `\Device\HarddiskVolume2\Windows\explorer.exe`. Needs no right to
/// look into the process. Empty where there is no program.
pub(super) fn image_path(pid: u32) -> Result<Vec<u16>, Status> {
    // The longest text that a UNICODE_STRING can hold.
    let mut text = vec![0_u16; usize::from(u16::MAX) / 2];
    let mut asked = SystemProcessIdInformation {
        process: pid as usize,
        length: 0,
        maximum_length: u16::MAX - 1,
        buffer: text.as_mut_ptr(),
    };
    let (into, length) = ((&raw mut asked).cast(), size_of::<SystemProcessIdInformation>() as u32);
    // SAFETY: the structure has its length, and its buffer has the room that it states.
    checked(unsafe {
        NtQuerySystemInformation(SYSTEM_PROCESS_ID_INFORMATION, into, length, ptr::null_mut())
    })?;
    text.truncate(usize::from(asked.length) / 2);
    Ok(text)
}

/// A handle that a call gave, or the error of the call.
pub(super) fn owned(handle: *mut c_void) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: callers pass what a call has just opened for them, and nobody else closes it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// `OpenProcess`, not inherited by children.
pub(super) fn open_process(pid: u32, access: u32) -> io::Result<OwnedHandle> {
    // SAFETY: the call takes any numbers.
    owned(unsafe { OpenProcess(access, 0, pid) })
}

/// Fills `into` from the memory of a process, whole or not at all.
pub(super) fn read_memory(process: &OwnedHandle, address: u64, into: &mut [u8]) -> io::Result<()> {
    let (handle, length) = (process.as_raw_handle(), into.len());
    let (from, to) = (address as usize as *const c_void, into.as_mut_ptr().cast());
    // SAFETY: the call checks the foreign address itself, and writes no more than the length.
    let read = unsafe { ReadProcessMemory(handle, from, to, length, ptr::null_mut()) };
    if read == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The piece of a process's address space that `address` lies in.
pub(super) fn region(process: &OwnedHandle, address: u64) -> io::Result<MEMORY_BASIC_INFORMATION> {
    let mut region = MEMORY_BASIC_INFORMATION::default();
    let (handle, at) = (process.as_raw_handle(), address as usize as *const c_void);
    // SAFETY: the handle is open, and the structure has the length that is told.
    let length = unsafe { VirtualQueryEx(handle, at, &raw mut region, size_of_val(&region)) };
    if length == 0 { Err(io::Error::last_os_error()) } else { Ok(region) }
}

/// The letters of drives, bit 0 for `A`.
pub(super) fn drive_letters() -> u32 {
    // SAFETY: the call takes nothing and gives a number.
    unsafe { GetLogicalDrives() }
}

/// What the kernel calls a drive: `\Device\HarddiskVolume2` for `C:`.
pub(super) fn device_of(drive: &Wide) -> io::Result<Vec<u16>> {
    let mut text = vec![0_u16; 1024];
    let (into, room) = (text.as_mut_ptr(), text.len() as u32);
    // SAFETY: the name ends with a NUL, and the buffer has the room that is told.
    let length = unsafe { QueryDosDeviceW(drive.as_ptr(), into, room) };
    if length == 0 {
        return Err(io::Error::last_os_error());
    }
    let end = text.iter().position(|unit| *unit == 0).unwrap_or(text.len());
    text.truncate(end);
    Ok(text)
}

/// The text at an address, without its NUL; empty where the address is null.
///
/// # Safety
///
/// A text with a NUL at its end must be there, or the address be null.
pub(super) unsafe fn text_at(start: *const u16) -> Vec<u16> {
    let mut units = Vec::new();
    // SAFETY: the caller says that there are units up to a NUL, and what is behind that is not looked at.
    while let Some(unit) = unsafe { start.wrapping_add(units.len()).as_ref() }.filter(|u| **u != 0)
    {
        units.push(*unit);
    }
    units
}

/// UTF-16 with a NUL at its end and nowhere else.
#[derive(Debug, Clone)]
pub(super) struct Wide(Vec<u16>);

impl Wide {
    /// The text up to its first NUL.
    pub(super) fn new(units: impl IntoIterator<Item = u16>) -> Self {
        let mut text: Vec<u16> = units.into_iter().take_while(|unit| *unit != 0).collect();
        text.push(0);
        Self(text)
    }

    pub(super) fn as_ptr(&self) -> *const u16 {
        self.0.as_ptr()
    }

    /// The text with its NUL.
    pub(super) fn units(&self) -> &[u16] {
        &self.0
    }
}
