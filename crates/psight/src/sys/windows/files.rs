//! Handles of processes, and which of them are files.
//!
//! A question about a handle that another thread reads from waits until that is done: for ever, with a pipe that nobody
//! writes to. So what is being read from is not asked. As somebody may begin to between a look and the question, a helper
//! thread asks, and one that does not come back is left behind with its question: no thread is ended, and nobody waits
//! longer than a moment.

mod ffi;

use std::collections::BTreeSet;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use psight_parse::windows::system_handle_information::system_handles;
use psight_parse::windows::unicode_string;

use super::kernel::{self, Snapshot, here};
use super::opened::Opened;
use super::paths::Drives;
use crate::process::OpenFile;
use crate::{Error, Host, Pid, Result};

pub(crate) use super::fds;

const SYSTEM_EXTENDED_HANDLE_INFORMATION: i32 = 64;
const PROCESS_HANDLE_COUNT: i32 = 20;
/// `PROCESS_DUP_HANDLE`
const DUPLICATE: u32 = 0x0040;

/// A file on a disk is read in less time than this, so that what is still being read from is a pipe or the like.
const A_READ: Duration = Duration::from_millis(20);
/// A disk answers within this, or is left out.
const PATIENCE: Duration = Duration::from_millis(200);
/// More helpers are not left behind for one answer.
const MOST_STUCK: usize = 16;

/// How many handles it has open, of any sort.
// ProcessHandleCount; else SystemProcessInformation HandleCount
pub(crate) fn num_fds(host: &Host, pid: Pid) -> Result<u64> {
    here(host, "num_fds")?;
    let asked = Opened::new(pid, 0)
        .and_then(|opened| opened.exactly(PROCESS_HANDLE_COUNT, 4, "ProcessHandleCount"));
    match asked {
        Ok(buffer) => {
            let count = buffer.bytes().first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
            Ok(count.unwrap_or_default().into())
        }
        Err(error) if error.is_denied() => Ok(Snapshot::take()?.process(pid)?.handle_count.into()),
        Err(error) => Err(error),
    }
}

/// The files that the process has open, each once, in the order of their paths; folders and devices are not among them.
// SystemExtendedHandleInformation, DuplicateHandle, GetFileType, NtQueryObject ObjectNameInformation
pub(crate) fn open_files(host: &Host, pid: Pid) -> Result<Vec<OpenFile>> {
    here(host, "open_files")?;
    let opened = Opened::new(pid, DUPLICATE)?;
    let handles = handles_of_files(pid)?;
    let drives = Drives::default();
    // One that is closed meanwhile is left out.
    let duplicate = |handle| ffi::duplicate(&opened.handle, handle).ok();
    let idle = idle(handles.into_iter().filter_map(duplicate).collect());
    let paths: BTreeSet<PathBuf> = names(idle).into_iter().map(|name| drives.path(&name)).collect();
    let file = |path| OpenFile { path, fd: None, position: None, mode: None, flags: None };
    Ok(paths.into_iter().map(file).collect())
}

/// Those that nobody reads from. A read of a disk is over in a moment, which is waited once for all of them.
fn idle(handles: Vec<OwnedHandle>) -> Vec<OwnedHandle> {
    let is_idle = |handle: &OwnedHandle| ffi::is_idle(handle, Duration::ZERO);
    let (mut idle, busy): (Vec<_>, Vec<_>) = handles.into_iter().partition(is_idle);
    let end = Instant::now() + A_READ;
    idle.extend(
        busy.into_iter()
            .filter(|handle| ffi::is_idle(handle, end.saturating_duration_since(Instant::now()))),
    );
    idle
}

/// The handles of the process that are of files, pipes and folders.
fn handles_of_files(pid: Pid) -> Result<Vec<u64>> {
    let what = "SystemExtendedHandleInformation";
    // A handle that is known to be of a file shows which number this release has for that sort.
    let known = std::fs::File::open("NUL").map_err(|error| Error::system("NUL", error))?;
    let (own, known_value) = (std::process::id(), known.as_raw_handle().addr() as u64);
    let buffer = kernel::system(SYSTEM_EXTENDED_HANDLE_INFORMATION, 1 << 20, what)?;
    let malformed = |error| Error::malformed(what, &error);
    let mut all = system_handles(buffer.bytes()).map_err(malformed)?;
    let known = all
        .find(|handle| handle.unique_process_id == own && handle.handle_value == known_value)
        .ok_or_else(|| Error::unsupported("open_files"))?;
    let all = system_handles(buffer.bytes()).map_err(malformed)?;
    let files = all.filter(|handle| {
        handle.unique_process_id == pid.as_u32()
            && handle.object_type_index == known.object_type_index
    });
    Ok(files.map(|handle| handle.handle_value).collect())
}

/// The names of those that are files on a disk.
fn names(handles: Vec<OwnedHandle>) -> Vec<Vec<u16>> {
    let mut found = Vec::new();
    // The next one last.
    let mut left: Vec<OwnedHandle> = handles.into_iter().rev().collect();
    for _ in 0..MOST_STUCK {
        if left.is_empty() {
            break;
        }
        let (give, handles) = channel::<OwnedHandle>();
        let (answer, answers) = channel();
        let helper = thread::Builder::new().name("psight-files".into()).stack_size(256 << 10);
        if helper.spawn(move || handles.iter().for_each(|handle| tell(&handle, &answer))).is_err() {
            break;
        }
        while let Some(handle) = left.pop() {
            if give.send(handle).is_err() {
                break;
            }
            match answers.recv_timeout(PATIENCE) {
                Ok(name) => found.extend(name),
                // The helper and the handle that holds it are left to each other.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
    }
    found
}

/// Answers for one handle; what may wait for ever is in here.
fn tell(handle: &OwnedHandle, answer: &Sender<Option<Vec<u16>>>) {
    let name = ffi::is_file_on_disk(handle).then(|| ffi::object_name(handle)).and_then(|buffer| {
        let buffer = buffer.ok()?;
        unicode_string::text(buffer.bytes(), buffer.base()).ok()
    });
    // Nobody may wait any more.
    let _ = answer.send(name.filter(|name| !name.is_empty()));
}
