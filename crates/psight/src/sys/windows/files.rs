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
use std::sync::mpsc::{RecvTimeoutError, channel};
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
    let names = answers(idle, name_of_file).into_iter().flatten();
    let paths: BTreeSet<PathBuf> = names.map(|name| drives.path(&name)).collect();
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

/// What `ask` answers about each, but for those where it does not come back in time. What it may wait for ever is the
/// business of a helper, which is left to it.
fn answers<Q, A>(questions: Vec<Q>, ask: fn(&Q) -> A) -> Vec<A>
where
    Q: Send + 'static,
    A: Send + 'static,
{
    let mut found = Vec::new();
    // The next one last.
    let mut left: Vec<Q> = questions.into_iter().rev().collect();
    for _ in 0..MOST_STUCK {
        if left.is_empty() {
            break;
        }
        let (give, taken) = channel::<Q>();
        let (answer, answers) = channel();
        let helper = thread::Builder::new().name("psight-files".into()).stack_size(256 << 10);
        // Nobody may wait any more for what it answers.
        let work = move || taken.iter().for_each(|question| drop(answer.send(ask(&question))));
        if helper.spawn(work).is_err() {
            break;
        }
        while let Some(question) = left.pop() {
            if give.send(question).is_err() {
                break;
            }
            match answers.recv_timeout(PATIENCE) {
                Ok(answer) => found.push(answer),
                // The helper and the handle that holds it are left to each other.
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
    }
    found
}

/// What the kernel calls a file on a disk; `None` of anything else. May wait for ever.
fn name_of_file(handle: &OwnedHandle) -> Option<Vec<u16>> {
    if !ffi::is_file_on_disk(handle) {
        return None;
    }
    let buffer = ffi::object_name(handle).ok()?;
    let name = unicode_string::text(buffer.bytes(), buffer.base()).ok()?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Barrier};

    use super::*;

    /// A question that waits, for as long as this program lives, if it is odd.
    fn stuck_if_odd(number: &u32) -> u32 {
        if number.is_multiple_of(2) {
            return *number;
        }
        loop {
            thread::park();
        }
    }

    #[test]
    fn a_question_that_waits_for_ever_holds_up_no_other() {
        assert_eq!(answers(vec![0, 1, 2, 3, 4], stuck_if_odd), [0, 2, 4]);
        assert_eq!(answers(vec![1], stuck_if_odd), []);
    }

    #[test]
    fn no_more_helpers_are_left_behind_than_is_said() {
        static BEGUN: AtomicUsize = AtomicUsize::new(0);
        let stuck = |_: &u32| {
            BEGUN.fetch_add(1, Ordering::SeqCst);
            loop {
                thread::park();
            }
        };
        let questions = (0..u32::try_from(MOST_STUCK).unwrap() + 5).collect();
        assert_eq!(answers::<u32, ()>(questions, stuck), []);
        assert_eq!(BEGUN.load(Ordering::SeqCst), MOST_STUCK);
    }

    #[test]
    fn a_helper_that_comes_back_late_gives_back_what_it_held() {
        let barrier = Arc::new(Barrier::new(2));
        let late = |barrier: &Arc<Barrier>| barrier.wait().is_leader();
        assert!(answers(vec![Arc::clone(&barrier)], late).is_empty());
        barrier.wait();
        let deadline = Instant::now() + Duration::from_secs(20);
        while Arc::strong_count(&barrier) > 1 {
            assert!(Instant::now() < deadline);
            thread::yield_now();
        }
    }

    #[test]
    fn a_helper_that_panics_loses_its_own_question_alone() {
        let odd_panics = |number: &u32| {
            assert!(number.is_multiple_of(2));
            *number
        };
        assert_eq!(answers(vec![0, 1, 2], odd_panics), [0, 2]);
    }
}
