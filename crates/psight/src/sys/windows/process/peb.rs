//! What a process was started with, out of its own memory: a 32-bit process has a PEB of its own width beside the one of
//! 64 bits, and uses that.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use psight_parse::windows::unicode_string::{self, UnicodeString};
use psight_parse::windows::{Width, command_line as words, environment as variables, peb};

use super::super::ffi::{self, Buffer};
use super::super::kernel::{grown, moment};
use super::super::opened::Opened;
use super::super::text;
use crate::{Error, Pid, Result};

const PROCESS_WOW64_INFORMATION: i32 = 26;
const PROCESS_COMMAND_LINE_INFORMATION: i32 = 60;

/// `PROCESS_QUERY_INFORMATION` and `PROCESS_VM_READ`.
const LOOK_INSIDE: u32 = 0x0400 | 0x0010;

/// No environment is longer: Windows itself stops at 32767 units in one variable, and takes long for many of those.
const LONGEST_ENVIRONMENT: u64 = 16 << 20;

/// Asks again for as long as the process is so new that it may not have been given its memory yet.
fn patiently<T>(pid: Pid, ask: impl Fn(Pid) -> Result<T>) -> Result<T> {
    /// ERROR_PARTIAL_COPY, ERROR_NOACCESS: there is nothing to read where its memory says that there is.
    const NOTHING_THERE: [i32; 2] = [299, 998];
    let mut pause = Duration::from_millis(1);
    loop {
        match ask(pid) {
            Err(error)
                if error.os_code().is_some_and(|code| NOTHING_THERE.contains(&code))
                    && is_new(pid) =>
            {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(32));
            }
            answer => return answer,
        }
    }
}

/// Whether the process was made within the last second.
fn is_new(pid: Pid) -> bool {
    let times = Opened::new(pid, 0).and_then(|opened| opened.times());
    times.is_ok_and(|times| {
        let age = moment(times.create_time).elapsed();
        age.is_ok_and(|age| age < Duration::from_secs(1))
    })
}

pub(super) fn command_line(pid: Pid) -> Result<Vec<OsString>> {
    patiently(pid, command_line_now)
}

pub(super) fn directory(pid: Pid) -> Result<Option<PathBuf>> {
    patiently(pid, directory_now)
}

pub(super) fn environment(pid: Pid) -> Result<Vec<(OsString, OsString)>> {
    patiently(pid, environment_now)
}

// ProcessCommandLineInformation, since 8.1, which needs no right to read memory; else the PEB
fn command_line_now(pid: Pid) -> Result<Vec<OsString>> {
    let opened = Opened::new(pid, 0)?;
    let mut buffer = Buffer::new(1024);
    let asked = grown(&mut buffer, |buffer| {
        ffi::query_process(&opened.handle, PROCESS_COMMAND_LINE_INFORMATION, buffer)
    });
    let line = match asked.map_err(|status| status.of_process("command line", pid)) {
        Ok(()) => unicode_string::text(buffer.bytes(), buffer.base())
            .map(|line| line.iter().flat_map(|unit| unit.to_le_bytes()).collect())
            .map_err(|error| Error::malformed("ProcessCommandLineInformation", &error))?,
        Err(error) if error.is_gone() => return Err(error),
        Err(_) => {
            let inside = Inside::of(pid)?;
            inside.text(inside.parameters.command_line)?
        }
    };
    Ok(words::command_line(&line).into_iter().map(text::os).collect())
}

fn directory_now(pid: Pid) -> Result<Option<PathBuf>> {
    let inside = Inside::of(pid)?;
    let bytes = inside.text(inside.parameters.current_directory)?;
    let mut units: Vec<u16> = bytes
        .chunks_exact(2)
        .filter_map(<[u8]>::first_chunk)
        .map(|unit| u16::from_le_bytes(*unit))
        .collect();
    // `C:\a\` is `C:\a`, and `C:\` stays.
    let [colon, backslash] = [u16::from(b':'), u16::from(b'\\')];
    if let [.., before, last] = units.as_slice()
        && *last == backslash
        && *before != colon
    {
        units.pop();
    }
    Ok((!units.is_empty()).then(|| text::os(units).into()))
}

fn environment_now(pid: Pid) -> Result<Vec<(OsString, OsString)>> {
    let inside = Inside::of(pid)?;
    let bytes = inside.environment()?;
    let variables = variables::environment(&bytes).into_iter();
    Ok(variables.map(|(name, value)| (text::os(name), text::os(value))).collect())
}

/// A process whose memory may be read.
struct Inside {
    opened: Opened,
    parameters: peb::ProcessParameters,
}

impl Inside {
    fn of(pid: Pid) -> Result<Self> {
        let opened = Opened::new(pid, LOOK_INSIDE)?;
        let malformed = |error| Error::malformed("PEB", &error).with_pid(pid);
        let narrow = narrow_peb(&opened)?;
        let (at, width) = match narrow {
            0 => (opened.basic.peb_base_address, Width::Wide),
            narrow => (narrow, Width::Narrow),
        };
        let bytes = read(&opened, at, peb::PEB_LENGTH)?;
        let at = peb::process_parameters_address(&bytes, width).map_err(malformed)?;
        let bytes = read_some(&opened, at, peb::PARAMETERS_LENGTH)?;
        let parameters = peb::process_parameters(&bytes, width).map_err(malformed)?;
        Ok(Self { opened, parameters })
    }

    fn text(&self, text: UnicodeString) -> Result<Vec<u8>> {
        read(&self.opened, text.buffer, text.length.into())
    }

    /// The environment, up to where it says it ends; else to the end of the piece of memory that it lies in.
    fn environment(&self) -> Result<Vec<u8>> {
        let at = self.parameters.environment;
        let region = ffi::region(&self.opened.handle, at)
            .map_err(|error| self.opened.failed("environment", error))?;
        let end = (region.BaseAddress.addr() as u64).saturating_add(region.RegionSize as u64);
        let room = end.saturating_sub(at);
        let length = match self.parameters.environment_size {
            Some(size) if size > 0 && size <= room => size,
            _ => room,
        };
        read(&self.opened, at, length.min(LONGEST_ENVIRONMENT) as usize)
    }
}

/// The address of the PEB that a 32-bit process uses; 0 for one of 64 bits.
fn narrow_peb(opened: &Opened) -> Result<u64> {
    let buffer = opened.exactly(PROCESS_WOW64_INFORMATION, 8, "ProcessWow64Information")?;
    Ok(buffer.bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
}

fn read(opened: &Opened, at: u64, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    if length > 0 {
        ffi::read_memory(&opened.handle, at, &mut bytes).map_err(|error| {
            let error = opened.failed("ReadProcessMemory", error);
            // Memory that is not there: the process is being started, or hides it.
            if error.is_gone() { error } else { error.with_kind(crate::ErrorKind::AccessDenied) }
        })?;
    }
    Ok(bytes)
}

/// As much of `length` bytes as there is, at least the first half: the structure grew with the releases of Windows.
fn read_some(opened: &Opened, at: u64, length: usize) -> Result<Vec<u8>> {
    read(opened, at, length).or_else(|_| read(opened, at, length / 2))
}
