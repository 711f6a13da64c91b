//! Who is logged in, and what users are called.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::record::{Kind, Record, ToValue, Value};
use crate::{Host, Pid, Result, sys};

/// A session of a user: a login at the console, over the network, or in a terminal window.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct User {
    /// The login name.
    #[field(label)]
    pub name: OsString,
    /// The terminal, as in `tty1` or `pts/0`; `None` for a session without one.
    #[field(label)]
    pub terminal: Option<OsString>,
    /// The machine that the user came from, a name or an address; `None` for a user of this machine's own screen or
    /// console.
    #[field(label)]
    pub host: Option<OsString>,
    /// When the session began.
    #[field(unit = seconds)]
    pub started: SystemTime,
    /// The process that the session began with; `None` where nobody wrote it down.
    pub pid: Option<Pid>,
}

/// What a [`LoginRecord`] is about, in the words of utmp(5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginKind {
    /// Nothing.
    Empty,
    /// The run level changed.
    RunLevel,
    /// The machine started.
    Boot,
    /// The clock was set: the new time.
    NewTime,
    /// The clock was set: the old time.
    OldTime,
    /// Init started a process.
    Init,
    /// A terminal waits for a login.
    Login,
    /// Somebody is logged in.
    User,
    /// A session has ended.
    Dead,
    /// Accounting began.
    Accounting,
}

impl LoginKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::RunLevel => "run-level",
            Self::Boot => "boot",
            Self::NewTime => "new-time",
            Self::OldTime => "old-time",
            Self::Init => "init",
            Self::Login => "login",
            Self::User => "user",
            Self::Dead => "dead",
            Self::Accounting => "accounting",
        }
    }
}

impl fmt::Display for LoginKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ToValue for LoginKind {
    const KIND: Kind = Kind::Text;

    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self.as_str()))
    }
}

crate::serialized!(LoginKind);

/// A record of what began or ended on this machine: a login, a boot, a change of the run level.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct LoginRecord {
    /// What it is about.
    #[field(label)]
    pub kind: LoginKind,
    /// The login name, or that of the program that asks for one.
    #[field(label)]
    pub name: Option<OsString>,
    /// The terminal, as in `tty1` or `pts/0`.
    #[field(label)]
    pub terminal: Option<OsString>,
    /// What init knows the session by.
    #[field(label)]
    pub id: Option<OsString>,
    /// The machine that the user came from.
    #[field(label)]
    pub host: Option<OsString>,
    /// When it was.
    #[field(unit = seconds)]
    pub time: SystemTime,
    /// The process that the record is about, which need not be there any more. Of a run level, its letter and 256 times
    /// that of the level before.
    pub pid: Option<u32>,
}

impl Host {
    /// The login records one after the other, as they were written: those of users who are logged in, of terminals that wait
    /// for somebody, of sessions that have ended, of the boot and the run level. [`users`](Self::users) has who is there.
    ///
    /// Linux: `/run/utmp`, else `/var/run/utmp`; empty without either.
    ///
    /// # Errors
    ///
    /// `AccessDenied` where the records may not be read.
    pub fn login_records(&self) -> Result<Vec<LoginRecord>> {
        sys::users::login_records(self)
    }

    /// Whether others may write to a terminal, as `mesg y` allows it; it has a name as in [`User::terminal`].
    ///
    /// Linux: whether the group of `/dev/<terminal>` may write to it.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such terminal, `Unsupported` on a captured machine.
    pub fn terminal_takes_messages(&self, terminal: impl AsRef<OsStr>) -> Result<bool> {
        sys::users::terminal_takes_messages(self, terminal.as_ref())
    }

    /// Who is logged in: one entry for each session, so that a user may be in it several times.
    ///
    /// Linux: the login records (`/run/utmp`, else `/var/run/utmp`) in their order, then the sessions of systemd-logind
    /// (`/run/systemd/sessions`) that are not among them: some distributions have given up the former, others never had
    /// the latter. Records whose process is gone are left behind by programs that crashed, and are not in it. A machine
    /// with neither has no one logged in.
    ///
    /// Windows: sessions of the terminal services (`WTSEnumerateSessions`) in which somebody is logged in.
    ///
    /// # Errors
    ///
    /// `AccessDenied` where the records may not be read.
    pub fn users(&self) -> Result<Vec<User>> {
        sys::users::users(self)
    }

    /// The number of the user who is called `name`; `None` if the machine knows nobody of that name.
    ///
    /// Linux: `/etc/passwd`, then for this machine `getpwnam_r(3)`, which may ask a directory service.
    pub fn user_id(&self, name: impl AsRef<OsStr>) -> Option<u32> {
        sys::users::user_id(self, name.as_ref())
    }

    /// The number of the group that is called `name`; `None` if the machine knows none of that name.
    ///
    /// Linux: `/etc/group`, then for this machine `getgrnam_r(3)`, which may ask a directory service.
    pub fn group_id(&self, name: impl AsRef<OsStr>) -> Option<u32> {
        sys::users::group_id(self, name.as_ref())
    }

    /// What the group with the number `gid` is called; `None` if the machine knows none of that number.
    ///
    /// Linux: `/etc/group`, then for this machine `getgrgid_r(3)`, which may ask a directory service.
    pub fn group_name(&self, gid: u32) -> Option<OsString> {
        sys::users::group_name(self, gid)
    }

    /// How long nobody has used a terminal, which has a name as in [`User::terminal`]. Zero where its clock is ahead.
    ///
    /// Linux: when `/dev/<terminal>` was read last, to 8 seconds, as `w` and `who -u` have it.
    ///
    /// # Errors
    ///
    /// `NotFound` if there is no such terminal, `Unsupported` on a captured machine.
    pub fn terminal_idle(&self, terminal: impl AsRef<OsStr>) -> Result<Duration> {
        sys::users::terminal_idle(self, terminal.as_ref())
    }

    /// The names that users have on this machine, to be asked for by number.
    pub fn user_names(&self) -> UserNames {
        UserNames::new(self)
    }
}

/// The names of users by number, each looked up once: what [`Host::user_names`] gives.
#[derive(Debug)]
pub struct UserNames {
    host: Host,
    listed: sys::users::Listed,
    asked: HashMap<u32, Option<OsString>>,
}

impl UserNames {
    pub(crate) fn new(host: &Host) -> Self {
        Self { host: host.clone(), listed: sys::users::Listed::default(), asked: HashMap::new() }
    }

    /// What the user `uid` is called on that machine; `None` for one without a name, as those of containers.
    ///
    /// Linux: `/etc/passwd`, then whatever else the C library knows.
    pub fn name(&mut self, uid: u32) -> Option<&OsStr> {
        let host = &self.host;
        self.listed.name(host, uid).or_else(|| {
            let asked = self.asked.entry(uid);
            asked.or_insert_with(|| sys::users::asked_name(host, uid)).as_deref()
        })
    }
}

#[cfg(all(test, not(force_unsupported)))]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn t20_a_user_without_an_entry_has_no_name() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("etc")).unwrap();
        let passwd = "root:x:0:0::/:/bin/sh\nada:x:1000:1000::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\n";
        std::fs::write(root.path().join("etc/passwd"), passwd).unwrap();
        let mut names = UserNames::new(&Host::at(root.path()).unwrap());
        assert_eq!(names.name(1000), Some(OsStr::new("ada")));
        // The first of two is the one that getpwuid(3) finds.
        assert_eq!(names.name(0), Some(OsStr::new("root")));
        // Another machine's number 1 is nobody of this one.
        assert_eq!(names.name(1), None);
        assert_eq!(names.name(1), None);
    }

    #[test]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn names_of_users_and_groups_have_numbers() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("etc")).unwrap();
        std::fs::write(root.path().join("etc/passwd"), "ada:x:1000:7::/:/bin/sh\n").unwrap();
        std::fs::write(root.path().join("etc/group"), "# ours\nusers:x:7:ada,bob\n").unwrap();
        let host = Host::at(root.path()).unwrap();
        assert_eq!((host.user_id("ada"), host.group_id("users")), (Some(1000), Some(7)));
        assert_eq!(host.group_name(7), Some("users".into()));
        // This machine's own root group is none of that one.
        assert_eq!(host.group_name(0), None);
        assert_eq!((host.user_id("users"), host.group_id("ada")), (None, None));
        // This machine's own root is nobody of that one.
        assert_eq!((host.user_id("root"), host.user_id("a\0b")), (None, None));
    }

    #[test]
    fn a_machine_without_a_users_file_has_no_names() {
        let root = tempfile::tempdir().unwrap();
        let mut names = UserNames::new(&Host::at(root.path()).unwrap());
        assert_eq!(names.name(0), None);
    }
}
