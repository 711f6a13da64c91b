//! The calls about volumes and disks.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::fs::File;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::ptr;

use psight_parse::windows::disk_performance;
use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    FindFirstVolumeW, FindNextVolumeW, FindVolumeClose, GetDiskFreeSpaceExW, GetDriveTypeW,
    GetVolumeInformationW, GetVolumePathNamesForVolumeNameW,
};
use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SetThreadErrorMode};
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::IOCTL_DISK_PERFORMANCE;
use windows_sys::Win32::System::SystemServices::{FILE_READ_ONLY_VOLUME, FILE_VOLUME_QUOTAS};

use super::super::ffi::Wide;

/// What a drive is (`DRIVE_FIXED` and its like).
pub(super) fn drive_type(drive: &Wide) -> u32 {
    // SAFETY: the name ends with a NUL.
    unsafe { GetDriveTypeW(drive.as_ptr()) }
}

/// While it lives, this thread gets an error where Windows would otherwise ask somebody to put a disk in, and wait.
struct Unasked(u32);

impl Unasked {
    fn begin() -> Self {
        let mut before = 0;
        // SAFETY: the call takes any bits, and writes one number.
        unsafe { SetThreadErrorMode(SEM_FAILCRITICALERRORS, &raw mut before) };
        Self(before)
    }
}

impl Drop for Unasked {
    fn drop(&mut self) {
        // SAFETY: the bits are those of before, and what is replaced is not wanted.
        unsafe { SetThreadErrorMode(self.0, ptr::null_mut()) };
    }
}

/// What a volume says of itself.
pub(super) struct Volume {
    /// The type of its file system, with a NUL.
    pub(super) file_system: Vec<u16>,
    pub(super) is_read_only: bool,
    pub(super) has_quotas: bool,
}

/// What the volume at a drive or a folder, with a backslash at its end, says of itself.
pub(super) fn volume(path: &Wide) -> io::Result<Volume> {
    let _unasked = Unasked::begin();
    let mut name = vec![0_u16; 261];
    let (into, mut flags, none) = (name.as_mut_ptr(), 0, ptr::null_mut());
    let (path, flags_into, numbers) = (path.as_ptr(), &raw mut flags, ptr::null_mut());
    // SAFETY: the path ends with a NUL, and the call is told how much room there is for the name.
    let done =
        unsafe { GetVolumeInformationW(path, none, 0, numbers, numbers, flags_into, into, 261) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Volume {
        file_system: name,
        is_read_only: flags & FILE_READ_ONLY_VOLUME != 0,
        has_quotas: flags & FILE_VOLUME_QUOTAS != 0,
    })
}

/// A search for volumes, which ends when this goes.
struct Search(*mut c_void);

impl Drop for Search {
    fn drop(&mut self) {
        // SAFETY: the search was begun, and nobody else ends it.
        unsafe { FindVolumeClose(self.0) };
    }
}

/// The names of all volumes, as in `\\?\Volume{…}\`.
pub(super) fn volumes() -> io::Result<Vec<Wide>> {
    let mut name = vec![0_u16; 261];
    // SAFETY: the call is told how much room there is.
    let handle = unsafe { FindFirstVolumeW(name.as_mut_ptr(), 261) };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    let search = Search(handle);
    let mut found = Vec::new();
    loop {
        found.push(Wide::new(name.iter().copied()));
        // SAFETY: the search goes on, and the call is told how much room there is.
        if unsafe { FindNextVolumeW(search.0, name.as_mut_ptr(), 261) } == 0 {
            return Ok(found);
        }
    }
}

/// The drives and folders that a volume is mounted at.
pub(super) fn volume_paths(volume: &Wide) -> io::Result<Vec<Vec<u16>>> {
    let mut names = vec![0_u16; 1024];
    loop {
        let (into, room, mut wanted) = (names.as_mut_ptr(), names.len() as u32, 0);
        let name = volume.as_ptr();
        // SAFETY: the name ends with a NUL, and the call is told how much room there is.
        let done = unsafe { GetVolumePathNamesForVolumeNameW(name, into, room, &raw mut wanted) };
        if done != 0 {
            break;
        }
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(ERROR_MORE_DATA.cast_signed()) || wanted <= room {
            return Err(error);
        }
        names.resize(wanted as usize, 0);
    }
    let names = names.split(|unit| *unit == 0).take_while(|name| !name.is_empty());
    Ok(names.map(<[u16]>::to_vec).collect())
}

/// Bytes that the caller may fill, all of them, and those that are free.
pub(super) fn space(folder: &Wide) -> io::Result<[u64; 3]> {
    let _unasked = Unasked::begin();
    let (mut available, mut total, mut free) = (0, 0, 0);
    let into = (&raw mut available, &raw mut total, &raw mut free);
    // SAFETY: the path ends with a NUL, and the call writes three numbers.
    let done = unsafe { GetDiskFreeSpaceExW(folder.as_ptr(), into.0, into.1, into.2) };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok([available, total, free]) }
}

/// `DISK_PERFORMANCE` of a disk.
pub(super) fn disk_performance(disk: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0_u8; disk_performance::LENGTH];
    let (into, room, mut length) = (bytes.as_mut_ptr().cast(), bytes.len() as u32, 0);
    let (handle, written, none) = (disk.as_raw_handle(), &raw mut length, ptr::null_mut());
    let code = IOCTL_DISK_PERFORMANCE;
    // SAFETY: the handle is open and waits, and the call is told how much room there is.
    let done = unsafe { DeviceIoControl(handle, code, ptr::null(), 0, into, room, written, none) };
    if done == 0 {
        return Err(io::Error::last_os_error());
    }
    bytes.truncate(length as usize);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use windows_sys::Win32::System::Diagnostics::Debug::GetThreadErrorMode;

    use super::*;

    fn mode() -> u32 {
        // SAFETY: the call takes nothing and gives a number.
        unsafe { GetThreadErrorMode() }
    }

    #[test]
    fn a_thread_shows_no_dialog_for_as_long_as_it_asks_and_afterwards_as_before() {
        let before = mode();
        let unasked = Unasked::begin();
        assert_eq!(mode() & SEM_FAILCRITICALERRORS, SEM_FAILCRITICALERRORS);
        drop(unasked);
        assert_eq!(mode(), before);
        assert!(volume(&Wide::new("Q:\\".encode_utf16())).is_err());
        assert!(space(&Wide::new("Q:\\".encode_utf16())).is_err());
        assert_eq!(mode(), before);
    }
}
