//! Which pids there are.

use std::os::fd::AsFd;

use psight_parse::{Error as Undecoded, text};
use rustix::io::Errno;
use rustix::process::Pid as RawPid;

use super::super::procfs::{Procfs, has_own_proc, mounted, somebody};
use super::super::reach::reach;
use super::super::{ffi, read};
use super::open;
use crate::{Error, Host, Pid, Result};

// getdents(2) of /proc
pub(crate) fn pids(host: &Host) -> Result<Vec<Pid>> {
    let mut numbers = Vec::new();
    read::directory(host.proc())
        .and_then(|dir| read::numbers(dir.as_fd(), &mut numbers))
        .map_err(|error| Error::system(host.proc(), error))?;
    somebody(host, &numbers)?;
    Ok(numbers.into_iter().map(Pid::new).collect())
}

// sys/kernel/pid_max
pub(crate) fn pid_max(host: &Host) -> Result<u32> {
    let path = host.proc().join("sys/kernel/pid_max");
    let garbled = || Error::malformed(&path, &Undecoded::garbled("pid_max"));
    text::u32(&read::system_piece(&path)?).ok_or_else(garbled)
}

// pidfd_open(2); else kill(2) and status
pub(crate) fn pid_exists(host: &Host, pid: Pid) -> bool {
    is_opened(host, pid).unwrap_or_else(|| is_found(host, pid))
}

/// What the kernel says at once, where it is asked by the pids that it knows: it opens a pidfd of any process, and of no
/// thread. `None` where that is not known.
fn is_opened(host: &Host, pid: Pid) -> Option<bool> {
    let number = i32::try_from(pid.as_u32()).ok().and_then(RawPid::from_raw)?;
    if !reach(host).pids {
        return None;
    }
    match open(number) {
        Ok(_) => Some(true),
        Err(Errno::SRCH) => Some(false),
        // It may be a thread, or this may be an old kernel, or one that is not to be asked.
        Err(_) => None,
    }
}

fn is_found(host: &Host, pid: Pid) -> bool {
    let procfs = if host.is_captured() { Procfs::Foreign } else { mounted(host) };
    let is_missing = procfs == Procfs::Missing && has_own_proc(host);
    let live = procfs == Procfs::Ours || is_missing;
    let Some(number) = i32::try_from(pid.as_u32()).ok().and_then(RawPid::from_raw) else {
        // 0 would mean our own process group, and the kernel knows no larger ones.
        return listed(host, pid);
    };
    if live {
        let asked = ffi::kill(number.as_raw_pid(), 0);
        if asked.is_err_and(|error| error.raw_os_error() == Some(libc::ESRCH)) {
            return false;
        }
    }
    // Something has the number: a process, or a thread, which also has a directory, though it is not listed.
    let path = host.proc().join(pid.to_string()).join("status");
    match read::file(&path).ok().and_then(|status| thread_group(&status)) {
        Some(group) => group == pid.as_u32(),
        None if is_missing => !is_thread(number),
        None => listed(host, pid) || (live && is_hidden(number)),
    }
}

/// The process that the file is about.
fn thread_group(status: &[u8]) -> Option<u32> {
    let line = text::lines(status).find_map(|line| line.strip_prefix(b"Tgid:"))?;
    text::u32(line)
}

fn listed(host: &Host, pid: Pid) -> bool {
    pids(host).is_ok_and(|pids| pids.binary_search(&pid).is_ok())
}

/// Whether the number, which something has, is a process that `/proc` does not show (`hidepid`): the kernel opens a
/// pidfd of any process, and of no thread.
fn is_hidden(number: RawPid) -> bool {
    open(number).is_ok()
}

/// Whether the number, which something has, is known to be no process.
fn is_thread(number: RawPid) -> bool {
    matches!(open(number), Err(Errno::NOENT | Errno::INVAL))
}
