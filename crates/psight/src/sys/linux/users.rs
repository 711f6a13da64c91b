//! Users: login records, logind's sessions, `/etc/passwd`, and whatever else the C library knows.

mod listed;

use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use psight_parse::linux::logind::{self, Session};
use psight_parse::linux::utmp::{USER_PROCESS, Utmp, utmp};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::{ffi, read};
use crate::users::{LoginKind, LoginRecord, User};
use crate::{Error, Host, Result};
pub(crate) use listed::Listed;

pub(crate) fn users(host: &Host) -> Result<Vec<User>> {
    let mut users = recorded(host)?;
    let records = users.len();
    for session in sessions(host) {
        let known = users.iter().take(records).any(|user| same(user, &session));
        if !known {
            users.push(session);
        }
    }
    Ok(users)
}

// stat(2) of the terminal: reading it, which is what somebody who types makes programs do, sets the time
pub(crate) fn terminal_idle(host: &Host, terminal: &OsStr) -> Result<Duration> {
    if host.is_captured() {
        return Err(Error::unsupported("terminal_idle"));
    }
    let path = host.dev().join(terminal);
    let read = std::fs::metadata(&path).and_then(|terminal| terminal.accessed());
    let read = read.map_err(|error| Error::system(&path, error))?;
    Ok(host.now().duration_since(read).unwrap_or_default())
}

// stat(2) of the terminal: S_IWGRP
pub(crate) fn terminal_takes_messages(host: &Host, terminal: &OsStr) -> Result<bool> {
    if host.is_captured() {
        return Err(Error::unsupported("terminal_takes_messages"));
    }
    let path = host.dev().join(terminal);
    let terminal = std::fs::metadata(&path).map_err(|error| Error::system(&path, error))?;
    Ok(terminal.permissions().mode() & 0o020 != 0)
}

// utmp(5)
pub(crate) fn login_records(host: &Host) -> Result<Vec<LoginRecord>> {
    records(host, |records| records.iter().filter_map(login_record).collect())
}

fn login_record(record: &Utmp<'_>) -> Option<LoginRecord> {
    let kind = match record.ut_type {
        0 => LoginKind::Empty,
        1 => LoginKind::RunLevel,
        2 => LoginKind::Boot,
        3 => LoginKind::NewTime,
        4 => LoginKind::OldTime,
        5 => LoginKind::Init,
        6 => LoginKind::Login,
        USER_PROCESS => LoginKind::User,
        8 => LoginKind::Dead,
        9 => LoginKind::Accounting,
        _ => return None,
    };
    Some(LoginRecord {
        kind,
        name: known(record.ut_user),
        terminal: known(record.ut_line),
        id: known(record.ut_id),
        host: known(record.ut_host),
        time: at(Duration::from_secs(record.tv_sec)),
        pid: u32::try_from(record.ut_pid).ok().filter(|pid| *pid > 0),
    })
}

// utmp(5)
fn recorded(host: &Host) -> Result<Vec<User>> {
    records(host, |records| {
        let logins = records.iter().filter(|record| record.ut_type == USER_PROCESS);
        logins.filter(|record| !is_stale(host, record)).map(login).collect()
    })
}

/// What `read` makes of the records of the machine; nothing where there are none.
fn records<T>(host: &Host, read: impl Fn(&[Utmp<'_>]) -> Vec<T>) -> Result<Vec<T>> {
    for path in ["run/utmp", "var/run/utmp"].map(|path| host.file(path)) {
        let bytes = match super::read::file(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::system(&path, error)),
        };
        let records = utmp(&bytes).map_err(|error| Error::malformed(&path, &error))?;
        return Ok(read(&records));
    }
    Ok(Vec::new())
}

fn login(record: &Utmp<'_>) -> User {
    User {
        name: os_string(record.ut_user),
        terminal: known(record.ut_line),
        // How display managers say "here".
        host: known(record.ut_host).filter(|host| host != ":0" && host != ":0.0"),
        started: at(Duration::from_secs(record.tv_sec)),
        pid: u32::try_from(record.ut_pid).ok().filter(|pid| *pid > 0).map(crate::Pid::new),
    }
}

/// Whether the process that the record was made for is gone. It is believed to be there as long as either its folder or
/// the kernel says so: with `hidepid` others have no folder, and from a container the host's pids mean nothing to kill.
fn is_stale(host: &Host, record: &Utmp<'_>) -> bool {
    let Some(pid) = Pid::from_raw(record.ut_pid).filter(|_| record.ut_pid > 0) else {
        return false;
    };
    !host.is_captured()
        && !host.proc().join(record.ut_pid.to_string()).exists()
        && test_kill_process(pid) == Err(Errno::SRCH)
}

// /run/systemd/sessions/*
fn sessions(host: &Host) -> Vec<User> {
    let Ok(entries) = std::fs::read_dir(host.file("run/systemd/sessions")) else {
        return Vec::new();
    };
    // Beside each session lies a FIFO, <id>.ref, which keeps it open.
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = files.filter(|path| path.extension().is_none()).collect();
    files.sort();
    let sessions = files.iter().filter_map(|path| read::file(path).ok());
    let mut users: Vec<_> =
        sessions.filter_map(|bytes| session(host, logind::session(&bytes))).collect();
    users.sort_by_key(|user| user.started);
    users
}

fn session(host: &Host, session: Session) -> Option<User> {
    let is_person = session.class.is_none_or(|class| class.starts_with(b"user"));
    let is_over = session.state.is_some_and(|state| state == b"closing");
    if !is_person || is_over {
        return None;
    }
    let name = session.user.or_else(|| {
        let uid = session.uid?.to_string();
        logind::user(&read::file(&host.file("run/systemd/users").join(uid)).ok()?)
    })?;
    Some(User {
        name: OsString::from_vec(name),
        terminal: session.tty.or(session.display).map(OsString::from_vec),
        host: session.remote_host.map(OsString::from_vec),
        started: at(Duration::from_micros(session.realtime_usec?)),
        pid: session.leader.map(crate::Pid::new),
    })
}

/// Whether both are one session. The terminal decides; the process need not be the same one, since a display manager
/// records its own and logind's is the one that opened the session.
fn same(recorded: &User, session: &User) -> bool {
    let same_pid = recorded.pid.is_some() && recorded.pid == session.pid;
    let same_terminal = recorded.terminal.is_some() && recorded.terminal == session.terminal;
    recorded.name == session.name && (same_pid || same_terminal)
}

// /etc/passwd, as far as the user
pub(crate) fn listed_name(host: &Host, uid: u32) -> Option<OsString> {
    let file = host.file("etc/passwd");
    listed::first(&file, |user| (user.uid == uid).then(|| os_string(user.name)))
}

// getpwuid_r(3): LDAP, systemd-homed and so on
pub(crate) fn asked_name(host: &Host, uid: u32) -> Option<OsString> {
    if host.is_local() { ffi::user_name(uid) } else { None }
}

// /etc/passwd, then getpwnam_r(3)
pub(crate) fn user_id(host: &Host, name: &OsStr) -> Option<u32> {
    listed_id(host, "etc/passwd", name).or_else(|| ffi::user_id(&asked(host, name)?))
}

// /etc/group, then getgrnam_r(3)
pub(crate) fn group_id(host: &Host, name: &OsStr) -> Option<u32> {
    listed_id(host, "etc/group", name).or_else(|| ffi::group_id(&asked(host, name)?))
}

// /etc/group, then getgrgid_r(3)
pub(crate) fn group_name(host: &Host, gid: u32) -> Option<OsString> {
    let file = host.file("etc/group");
    let listed = listed::first(&file, |group| (group.uid == gid).then(|| os_string(group.name)));
    listed.or_else(|| if host.is_local() { ffi::group_name(gid) } else { None })
}

/// The number beside a name.
fn listed_id(host: &Host, file: &str, name: &OsStr) -> Option<u32> {
    let name = name.as_bytes();
    listed::first(&host.file(file), |entry| (entry.name == name).then_some(entry.uid))
}

/// The name for the C library, which knows this machine alone.
fn asked(host: &Host, name: &OsStr) -> Option<CString> {
    if host.is_local() { CString::new(name.as_bytes()).ok() } else { None }
}

fn at(since_1970: Duration) -> SystemTime {
    UNIX_EPOCH.checked_add(since_1970).unwrap_or(UNIX_EPOCH)
}

fn known(text: &[u8]) -> Option<OsString> {
    (!text.is_empty()).then(|| os_string(text))
}

fn os_string(bytes: &[u8]) -> OsString {
    OsString::from_vec(bytes.to_vec())
}

#[cfg(test)]
mod tests {
    use psight_parse::linux::passwd::passwd;

    use super::*;

    #[test]
    fn the_c_library_knows_every_user_that_the_file_lists() {
        let host = Host::local();
        let bytes = std::fs::read("/etc/passwd").unwrap_or_default();
        for user in passwd(&bytes).take(50) {
            let name = os_string(user.name);
            assert_eq!(listed_name(&host, user.uid), asked_name(&host, user.uid), "{name:?}");
            let known = asked(&host, &name).and_then(|name| ffi::user_id(&name));
            assert_eq!(known, Some(user.uid), "{name:?}");
        }
        // Nobody gives out this number: chown(2) means "leave it" by it.
        assert_eq!(asked_name(&host, u32::MAX), None);
    }
}
