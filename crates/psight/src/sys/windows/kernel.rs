//! Questions to the kernel whose answers have no length that is known before.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psight_parse::windows::system_process_information::{SystemProcess, system_processes};

use super::ffi::{self, Buffer, Status};
use crate::{Error, ErrorKind, Host, Pid, Result};

const STATUS_INVALID_INFO_CLASS: i32 = 0xc000_0003_u32.cast_signed();
const STATUS_NOT_IMPLEMENTED: i32 = 0xc000_0002_u32.cast_signed();
const STATUS_NOT_SUPPORTED: i32 = 0xc000_00bb_u32.cast_signed();
const STATUS_INFO_LENGTH_MISMATCH: i32 = 0xc000_0004_u32.cast_signed();
const STATUS_BUFFER_OVERFLOW: i32 = 0x8000_0005_u32.cast_signed();
const STATUS_BUFFER_TOO_SMALL: i32 = 0xc000_0023_u32.cast_signed();
const STATUS_INVALID_CID: i32 = 0xc000_000b_u32.cast_signed();
const STATUS_PROCESS_IS_TERMINATING: i32 = 0xc000_010a_u32.cast_signed();

/// An answer that is longer is no answer.
const LONGEST: usize = 1 << 30;

impl Status {
    fn is_too_small(self) -> bool {
        matches!(
            self.0,
            STATUS_INFO_LENGTH_MISMATCH | STATUS_BUFFER_OVERFLOW | STATUS_BUFFER_TOO_SMALL
        )
    }

    /// The error of a question to the machine.
    pub(super) fn of_system(self, what: &str) -> Error {
        match self.0 {
            STATUS_INVALID_INFO_CLASS | STATUS_NOT_IMPLEMENTED | STATUS_NOT_SUPPORTED => {
                Error::unsupported(what)
            }
            _ => Error::system(what, self.to_io()),
        }
    }

    /// The error of a question about one process.
    pub(super) fn of_process(self, what: &str, pid: Pid) -> Error {
        match self.0 {
            STATUS_INVALID_CID | STATUS_PROCESS_IS_TERMINATING => Error::no_such_process(pid),
            _ => self.of_system(what).with_pid(pid),
        }
    }
}

/// Asks with more and more room until the answer fits: `ask` fills the buffer, or says how much it wants.
pub(super) fn grown(
    buffer: &mut Buffer,
    mut ask: impl FnMut(&mut Buffer) -> std::result::Result<(), (Status, usize)>,
) -> std::result::Result<(), Status> {
    loop {
        match ask(buffer) {
            Ok(()) => return Ok(()),
            // Some calls do not say how much they want; one that has as much as it wants refuses for another reason.
            Err((status, wanted))
                if status.is_too_small()
                    && buffer.room() < LONGEST
                    && (wanted == 0 || wanted > buffer.room()) =>
            {
                // More than is wanted now, since processes are started meanwhile.
                buffer.reserve(wanted.max(buffer.room()).max(256) / 4 * 5);
            }
            Err((status, _)) => return Err(status),
        }
    }
}

/// The answer of `NtQuerySystemInformation` to `class`.
pub(super) fn system(class: i32, first: usize, what: &str) -> Result<Buffer> {
    let mut buffer = Buffer::new(first);
    grown(&mut buffer, |buffer| ffi::query_system(class, buffer))
        .map_err(|status| status.of_system(what))?;
    Ok(buffer)
}

const SYSTEM_PROCESS_INFORMATION: i32 = 5;

/// All processes at one moment.
#[derive(Debug, Clone, Default)]
pub(super) struct Snapshot(Buffer);

impl Snapshot {
    // NtQuerySystemInformation SystemProcessInformation
    pub(super) fn take() -> Result<Self> {
        let mut snapshot = Self(Buffer::new(256 << 10));
        snapshot.take_again()?;
        Ok(snapshot)
    }

    /// The processes of now, in the same memory.
    pub(super) fn take_again(&mut self) -> Result<()> {
        let ask = |buffer: &mut Buffer| ffi::query_system(SYSTEM_PROCESS_INFORMATION, buffer);
        grown(&mut self.0, ask).map_err(|status| status.of_system(PROCESSES))
    }

    /// The processes, in the kernel's order.
    pub(super) fn processes(&self) -> Result<Vec<SystemProcess<'_>>> {
        let all = system_processes(self.0.bytes(), self.0.base());
        let all: std::result::Result<Vec<_>, _> = all.collect();
        all.map_err(|error| Error::malformed(PROCESSES, &error))
    }

    /// One of them.
    pub(super) fn process(&self, pid: Pid) -> Result<SystemProcess<'_>> {
        let all = system_processes(self.0.bytes(), self.0.base()).flatten();
        let mut found = all.filter(|process| process.unique_process_id == pid.as_u32());
        found.next().ok_or_else(|| Error::no_such_process(pid))
    }
}

const PROCESSES: &str = "SystemProcessInformation";

/// Refuses `question` about a machine that is not this one: no kernel but this can be asked.
pub(super) fn here(host: &Host, question: &str) -> Result<()> {
    if host.is_local() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Unsupported, format!("{question} of another machine")))
}

/// How many units of 100 ns there are in a second.
const UNITS_PER_SECOND: u64 = 10_000_000;
/// From 1601, where Windows begins to count, to 1970.
const FROM_1601_TO_1970: u64 = 11_644_473_600 * UNITS_PER_SECOND;

/// A moment that the kernel counts in units of 100 ns from 1601.
pub(super) fn moment(units: u64) -> SystemTime {
    match units.checked_sub(FROM_1601_TO_1970) {
        Some(after) => UNIX_EPOCH + duration(after),
        None => UNIX_EPOCH - duration(FROM_1601_TO_1970 - units),
    }
}

/// A time in units of 100 ns.
pub(super) fn duration(units: u64) -> Duration {
    Duration::from_secs(units / UNITS_PER_SECOND)
        + Duration::from_nanos(units % UNITS_PER_SECOND * 100)
}

/// A time in units of 100 ns, in seconds.
pub(super) fn seconds(units: u64) -> f64 {
    units as f64 / UNITS_PER_SECOND as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_counted_from_1601() {
        let since_1970 = |units| moment(units).duration_since(UNIX_EPOCH).unwrap();
        assert_eq!(since_1970(116_444_736_000_000_000), Duration::ZERO);
        assert_eq!(since_1970(133_801_632_001_234_567), Duration::new(1_735_689_600, 123_456_700));
        assert_eq!(UNIX_EPOCH.duration_since(moment(0)).unwrap().as_secs(), 11_644_473_600);
    }

    #[test]
    fn a_buffer_grows_until_the_answer_fits() {
        let mut buffer = Buffer::new(8);
        let too_small = Status(STATUS_INFO_LENGTH_MISMATCH);
        let mut asked = 0;
        let fits = grown(&mut buffer, |buffer| {
            asked += 1;
            if buffer.room() < 1000 { Err((too_small, 0)) } else { Ok(()) }
        });
        assert_eq!(fits, Ok(()));
        assert!(asked > 2, "{asked}");
        assert_eq!(grown(&mut buffer, |_| Err((too_small, 400))), Err(too_small));
        let denied = Status(0xc000_0022_u32.cast_signed());
        assert_eq!(grown(&mut buffer, |_| Err((denied, 0))), Err(denied));
        assert_eq!(denied.of_system("x").kind(), ErrorKind::AccessDenied);
    }
}
