//! The calls to the service manager.
#![allow(unsafe_code)]

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, ERROR_MORE_DATA};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, ENUM_SERVICE_STATUS_PROCESSW, EnumServicesStatusExW as list,
    GetServiceDisplayNameW, GetServiceKeyNameW, OpenSCManagerW, OpenServiceW,
    QUERY_SERVICE_CONFIGW, QueryServiceConfig2W, QueryServiceConfigW, QueryServiceStatusEx,
    SC_ENUM_PROCESS_INFO, SC_MANAGER_CONNECT, SC_MANAGER_ENUMERATE_SERVICE, SC_STATUS_PROCESS_INFO,
    SERVICE_CONFIG_DESCRIPTION, SERVICE_DESCRIPTIONW, SERVICE_QUERY_CONFIG, SERVICE_QUERY_STATUS,
    SERVICE_STATE_ALL, SERVICE_STATUS_PROCESS, SERVICE_WIN32,
};

use super::super::ffi::{Buffer, Wide, text_at};

/// A handle of the service manager, closed when it goes.
#[derive(Debug)]
struct Handle(*mut c_void);

impl Handle {
    fn new(handle: *mut c_void) -> io::Result<Self> {
        if handle.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(handle)) }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: a call has opened it, and nobody else closes it.
        unsafe { CloseServiceHandle(self.0) };
    }
}

/// The service manager.
#[derive(Debug)]
pub(super) struct Manager(Handle);

/// A service that was opened.
#[derive(Debug)]
pub(super) struct Opened(Handle);

/// What a service is doing (`SERVICE_RUNNING` and its like), and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    pub(super) number: u32,
    /// 0 where it does not run.
    pub(super) pid: u32,
}

/// A service as it is listed.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: Vec<u16>,
    pub(super) display_name: Vec<u16>,
    pub(super) state: State,
}

/// How a service is started.
#[derive(Debug)]
pub(super) struct Config {
    pub(super) binary_path: Vec<u16>,
    pub(super) account: Vec<u16>,
    pub(super) start_type: u32,
}

fn state(said: &SERVICE_STATUS_PROCESS) -> State {
    State { number: said.dwCurrentState, pid: said.dwProcessId }
}

/// Asks until the answer fits: `ask` is told where it goes, how long that is, and where to say how much it wants.
fn grown(first: usize, ask: impl Fn(*mut c_void, u32, *mut u32) -> i32) -> io::Result<Buffer> {
    let mut buffer = Buffer::new(first);
    for _ in 0..16 {
        let (into, room, mut wanted) = (buffer.as_mut_ptr(), buffer.length(), 0);
        if ask(into, room, &raw mut wanted) != 0 {
            buffer.set_filled(buffer.room());
            return Ok(buffer);
        }
        let error = io::Error::last_os_error();
        let code = error.raw_os_error().map(i32::cast_unsigned);
        if !matches!(code, Some(ERROR_INSUFFICIENT_BUFFER | ERROR_MORE_DATA)) {
            return Err(error);
        }
        // A list says how much is left of it, and not how much it is.
        buffer.reserve(buffer.room() + wanted as usize);
    }
    Err(io::Error::from_raw_os_error(ERROR_MORE_DATA.cast_signed()))
}

impl Manager {
    /// That of this machine.
    pub(super) fn open_here() -> io::Result<Self> {
        let access = SC_MANAGER_CONNECT | SC_MANAGER_ENUMERATE_SERVICE;
        // SAFETY: no name is this machine's, and the database that it uses.
        Handle::new(unsafe { OpenSCManagerW(ptr::null(), ptr::null(), access) }).map(Self)
    }

    /// Every service that is no driver.
    pub(super) fn list(&self) -> io::Result<Vec<Listed>> {
        let count = std::cell::Cell::new(0);
        let buffer = grown(64 << 10, |into, room, wanted| {
            let (mut number, mut from) = (0, 0);
            let (by, kind, all) = (SC_ENUM_PROCESS_INFO, SERVICE_WIN32, SERVICE_STATE_ALL);
            let (sc, group, to) = (self.0.0, ptr::null(), into.cast());
            let (n, from) = (&raw mut number, &raw mut from);
            // SAFETY: the manager is open, and the call is told how much room there is.
            let done = unsafe { list(sc, by, kind, all, to, room, wanted, n, from, group) };
            count.set(number);
            done
        })?;
        let first = buffer.bytes().as_ptr().cast::<ENUM_SERVICE_STATUS_PROCESSW>();
        // SAFETY: the call has put so many structures at the beginning of the buffer, which is aligned.
        let entries = unsafe { std::slice::from_raw_parts(first, count.get() as usize) };
        let listed = |entry: &ENUM_SERVICE_STATUS_PROCESSW| Listed {
            // SAFETY: the call has put the text into the same buffer, with a NUL.
            name: unsafe { text_at(entry.lpServiceName) },
            // SAFETY: as above.
            display_name: unsafe { text_at(entry.lpDisplayName) },
            state: state(&entry.ServiceStatusProcess),
        };
        Ok(entries.iter().map(listed).collect())
    }

    /// Opens a service; where its state is not `needed`, how it is started is enough.
    pub(super) fn open(&self, name: &Wide, needed: bool) -> io::Result<Opened> {
        let open = |access| {
            // SAFETY: the manager is open, and the name ends with a NUL.
            Handle::new(unsafe { OpenServiceW(self.0.0, name.as_ptr(), access) }).map(Opened)
        };
        match open(SERVICE_QUERY_CONFIG | SERVICE_QUERY_STATUS) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                open(if needed { SERVICE_QUERY_STATUS } else { SERVICE_QUERY_CONFIG })
            }
            opened => opened,
        }
    }

    /// What people call a service, with a NUL.
    pub(super) fn display_name(&self, name: &Wide) -> io::Result<Vec<u16>> {
        let mut text = vec![0_u16; 512];
        let (into, mut room) = (text.as_mut_ptr(), 512);
        // SAFETY: the manager is open, the name ends with a NUL, and the call is told how much room there is.
        let done = unsafe { GetServiceDisplayNameW(self.0.0, name.as_ptr(), into, &raw mut room) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(text) }
    }

    /// What programs call the service that people call so, with a NUL.
    pub(super) fn key_name(&self, display_name: &Wide) -> io::Result<Vec<u16>> {
        let mut text = vec![0_u16; 512];
        let (into, mut room) = (text.as_mut_ptr(), 512);
        let name = display_name.as_ptr();
        // SAFETY: the manager is open, the name ends with a NUL, and the call is told how much room there is.
        let done = unsafe { GetServiceKeyNameW(self.0.0, name, into, &raw mut room) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(text) }
    }
}

impl Opened {
    pub(super) fn state(&self) -> io::Result<State> {
        let mut said = SERVICE_STATUS_PROCESS::default();
        let (into, room, mut wanted) = ((&raw mut said).cast(), size_of_val(&said) as u32, 0);
        let (service, level) = (self.0.0, SC_STATUS_PROCESS_INFO);
        // SAFETY: the service is open, and the structure has the length that is told.
        let done = unsafe { QueryServiceStatusEx(service, level, into, room, &raw mut wanted) };
        if done == 0 { Err(io::Error::last_os_error()) } else { Ok(state(&said)) }
    }

    pub(super) fn config(&self) -> io::Result<Config> {
        let buffer = grown(1024, |into, room, wanted| {
            // SAFETY: the service is open, and the call is told how much room there is.
            unsafe { QueryServiceConfigW(self.0.0, into.cast(), room, wanted) }
        })?;
        // SAFETY: the call has put the structure at the beginning of the buffer, which is aligned and still lives.
        let said = unsafe { &*buffer.bytes().as_ptr().cast::<QUERY_SERVICE_CONFIGW>() };
        Ok(Config {
            // SAFETY: the call has put the text into the same buffer, with a NUL.
            binary_path: unsafe { text_at(said.lpBinaryPathName) },
            // SAFETY: as above; it may be null.
            account: unsafe { text_at(said.lpServiceStartName) },
            start_type: said.dwStartType,
        })
    }

    /// `None` where nobody wrote one.
    pub(super) fn description(&self) -> io::Result<Option<Vec<u16>>> {
        let buffer = grown(1024, |into, room, wanted| {
            let (service, level, into) = (self.0.0, SERVICE_CONFIG_DESCRIPTION, into.cast());
            // SAFETY: the service is open, and the call is told how much room there is.
            unsafe { QueryServiceConfig2W(service, level, into, room, wanted) }
        })?;
        // SAFETY: the call has put the structure at the beginning of the buffer, which is aligned and still lives.
        let said = unsafe { &*buffer.bytes().as_ptr().cast::<SERVICE_DESCRIPTIONW>() };
        // SAFETY: the call has put the text into the same buffer, with a NUL, or there is none.
        let text = unsafe { text_at(said.lpDescription) };
        Ok((!text.is_empty()).then_some(text))
    }
}
