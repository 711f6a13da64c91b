//! A process that was opened: a handle means the same process for as long as it is open, whoever gets its pid.

use std::io;
use std::os::windows::io::OwnedHandle;

use psight_parse::windows::kernel_user_times::{self, KernelUserTimes};
use psight_parse::windows::process_basic_information::{self, ProcessBasicInformation};

use super::ffi::{self, Buffer, Status};
use crate::{Error, Pid, Result};

const PROCESS_BASIC_INFORMATION: i32 = 0;
const PROCESS_TIMES: i32 = 4;

const ERROR_INVALID_PARAMETER: i32 = 87;
/// What a process says that it returned as long as it runs.
const STILL_ACTIVE: u32 = 259;

/// `PROCESS_QUERY_LIMITED_INFORMATION`, which most processes grant.
pub(super) const QUERY: u32 = 0x1000;

/// A process that was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) handle: OwnedHandle,
    pub(super) basic: ProcessBasicInformation,
    pid: Pid,
}

impl Opened {
    /// Opens the process with these rights, and the right to ask who it is. One that has ended is not there.
    pub(super) fn new(pid: Pid, access: u32) -> Result<Self> {
        let opened = Self::alive_or_not(pid, access)?;
        // A process that has ended can be opened for as long as anybody has it open.
        if opened.basic.exit_status == STILL_ACTIVE {
            Ok(opened)
        } else {
            Err(Error::no_such_process(pid))
        }
    }

    /// The same for who wants to know how it ended.
    pub(super) fn alive_or_not(pid: Pid, access: u32) -> Result<Self> {
        let handle = ffi::open_process(pid.as_u32(), access | QUERY)
            .map_err(|error| not_opened(pid, error))?;
        let basic = basic(&handle).map_err(|status| status.of_process("process", pid))?;
        // A pid that is not a multiple of four opens the process whose pid is the next one below.
        if basic.unique_process_id != pid.as_u32() {
            return Err(Error::no_such_process(pid));
        }
        Ok(Self { handle, basic, pid })
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Its times, with the moment it began.
    pub(super) fn times(&self) -> Result<KernelUserTimes> {
        let buffer = self.exactly(PROCESS_TIMES, kernel_user_times::LENGTH, "ProcessTimes")?;
        kernel_user_times::kernel_user_times(buffer.bytes())
            .map_err(|error| Error::malformed("ProcessTimes", &error).with_pid(self.pid))
    }

    /// The answer to a question whose structure has this length.
    pub(super) fn exactly(&self, class: i32, length: usize, what: &str) -> Result<Buffer> {
        ffi::query_process_exactly(&self.handle, class, length)
            .map_err(|status| status.of_process(what, self.pid))
    }

    /// Whether it still runs.
    pub(super) fn is_running(&self) -> bool {
        basic(&self.handle).is_ok_and(|basic| basic.exit_status == STILL_ACTIVE)
    }

    /// What it means that a call about the process failed: that it has ended, if it has.
    pub(super) fn failed(&self, what: &str, error: io::Error) -> Error {
        if self.is_running() {
            Error::system(what, error).with_pid(self.pid)
        } else {
            Error::no_such_process(self.pid)
        }
    }
}

fn basic(handle: &OwnedHandle) -> std::result::Result<ProcessBasicInformation, Status> {
    let length = process_basic_information::LENGTH;
    let buffer = ffi::query_process_exactly(handle, PROCESS_BASIC_INFORMATION, length)?;
    // The kernel fills all of it, or says that it did not.
    process_basic_information::process_basic_information(buffer.bytes())
        .map_err(|_| Status(0xc000_0004_u32.cast_signed()))
}

/// What it means that a process could not be opened.
fn not_opened(pid: Pid, error: io::Error) -> Error {
    match error.raw_os_error() {
        // The idle process is there, and nobody may open it.
        Some(ERROR_INVALID_PARAMETER) if pid.as_u32() == 0 => {
            Error::system("OpenProcess", io::ErrorKind::PermissionDenied.into()).with_pid(pid)
        }
        Some(ERROR_INVALID_PARAMETER) => Error::no_such_process(pid),
        _ => Error::system("OpenProcess", error).with_pid(pid),
    }
}
