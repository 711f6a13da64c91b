//! Which processes `psight ps` shows.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use psight::Host;
use psight::process::{Status, UserIds};
use psight::table::{Columns, ProcessRow};

use super::{Arguments, layouts};

/// What was asked for; nothing means every process.
#[derive(Debug)]
pub(super) struct Selection {
    pids: Vec<u32>,
    parents: Vec<u32>,
    users: Vec<User>,
    real_users: Vec<User>,
    names: Vec<String>,
    words: Vec<String>,
    logic: Logic,
    terminals: Vec<String>,
    sessions: Vec<u32>,
    groups: Vec<u32>,
    real_groups: Vec<u32>,
    /// Names of groups that the machine does not know.
    no_groups: Vec<String>,
    set: Set,
    /// Whether everything was asked for, whatever else was.
    every: bool,
    /// Whether only what runs is meant.
    running: bool,
    /// Whether everything else is meant.
    negated: bool,
    /// This process has the words in its own command line.
    own: Option<u32>,
}

/// A set of processes that an option stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Set {
    None,
    /// `-a`: with a terminal, and no leader of a session.
    Attached,
    /// `-d`: no leader of a session.
    Followers,
    /// BSD's `a`: with a terminal.
    WithTerminal,
    /// BSD's `x`: with the rights of the caller.
    Own(u32),
    /// BSD's `T`: at the caller's terminal, or without one as the caller.
    Here(Option<PathBuf>),
    /// What `ps` shows where nobody is asked for: the caller's own, there.
    OwnHere(u32, Option<PathBuf>),
    /// And what that of BSD shows: the caller's own at any terminal.
    OwnAtSome(u32),
}

impl Set {
    fn of(arguments: &Arguments, host: &Host) -> Self {
        match arguments {
            Arguments { followers: true, .. } => Self::Followers,
            Arguments { attached: true, .. } => Self::Attached,
            Arguments { bsd, .. } if bsd.attached => Self::WithTerminal,
            Arguments { bsd, .. } if bsd.own => of_caller(host, |uid, _| Self::Own(uid)),
            Arguments { bsd, .. } if bsd.here => {
                of_caller(host, |_, terminal| Self::Here(terminal))
            }
            _ => Self::None,
        }
    }

    fn needs(&self) -> Columns {
        match self {
            Self::None => Columns::NONE,
            Self::Attached => Columns::TERMINAL | Columns::SID,
            Self::Followers => Columns::SID,
            Self::WithTerminal | Self::Here(_) => Columns::TERMINAL,
            Self::Own(_) => Columns::EUID,
            Self::OwnHere(..) | Self::OwnAtSome(_) => Columns::EUID | Columns::TERMINAL,
        }
    }

    fn has(&self, row: &ProcessRow) -> bool {
        match self {
            Self::None => false,
            Self::Attached => row.terminal.is_some() && row.sid != Some(row.pid),
            Self::Followers => row.sid != Some(row.pid),
            Self::WithTerminal => row.terminal.is_some(),
            Self::Own(uid) => row.euid == Some(*uid),
            Self::Here(terminal) => row.terminal == *terminal,
            Self::OwnHere(uid, terminal) => row.euid == Some(*uid) && row.terminal == *terminal,
            Self::OwnAtSome(uid) => row.euid == Some(*uid) && row.terminal.is_some(),
        }
    }
}

/// A set about whoever asks, who is nobody on another machine.
fn of_caller(host: &Host, set: impl Fn(u32, Option<PathBuf>) -> Set) -> Set {
    let own = || {
        let process = host.process(std::process::id())?;
        Ok::<_, psight::Error>((process.uids()?.effective, process.terminal()?))
    };
    match if host.is_captured() { None } else { own().ok() } {
        Some((uid, terminal)) => set(uid, terminal),
        None => Set::None,
    }
}

impl Selection {
    pub(super) fn new(arguments: &Arguments, host: &Host) -> Self {
        let (numbers, words): (Vec<&String>, Vec<&String>) =
            arguments.words.iter().partition(|word| word.parse::<u32>().is_ok());
        // A number is a session, a name a group.
        let led: Vec<String> =
            arguments.leaders.iter().filter(|name| name.parse::<u32>().is_err()).cloned().collect();
        let leaders = arguments.leaders.iter().filter_map(|number| number.parse().ok());
        let groups = |names: &[String]| {
            let number = |name: &String| name.parse().ok().or_else(|| host.group_id(name));
            names.iter().filter_map(number).collect::<Vec<u32>>().into_iter()
        };
        let numbers = numbers.into_iter().filter_map(|number| number.parse().ok());
        let mut selection = Self {
            pids: arguments.pids.iter().chain(&arguments.quick).copied().chain(numbers).collect(),
            parents: arguments.parents.clone(),
            users: arguments.users.iter().map(|user| User::new(user, host)).collect(),
            real_users: arguments.real_users.iter().map(|user| User::new(user, host)).collect(),
            names: arguments.names.clone(),
            words: words.into_iter().map(|word| word.to_lowercase()).collect(),
            logic: Logic::of(arguments),
            terminals: arguments.terminals.clone(),
            sessions: arguments.sessions.iter().copied().chain(leaders).collect(),
            groups: groups(&arguments.groups).chain(groups(&led)).collect(),
            real_groups: groups(&arguments.real_groups).collect(),
            no_groups: arguments
                .groups
                .iter()
                .chain(&arguments.real_groups)
                .chain(&led)
                .filter(|name| name.parse::<u32>().is_err() && host.group_id(name).is_none())
                .cloned()
                .collect(),
            set: Set::of(arguments, host),
            every: arguments.every,
            running: arguments.bsd.running,
            negated: arguments.negated,
            own: if host.is_captured() { None } else { Some(std::process::id()) },
        };
        if !selection.every && selection.is_everything() && layouts::is_of_caller(arguments) {
            selection.set = match arguments.bsd.any {
                true => of_caller(host, |uid, _| Set::OwnAtSome(uid)),
                false => of_caller(host, Set::OwnHere),
            };
        }
        selection
    }

    /// The columns that choosing needs.
    pub(super) fn needs(&self) -> Columns {
        let mut needs = Columns::PID;
        if !self.parents.is_empty() {
            needs |= Columns::PPID;
        }
        if !self.users.is_empty() || !self.real_users.is_empty() {
            needs |= Columns::USERNAME | Columns::UIDS;
        }
        if !self.names.is_empty() {
            needs |= Columns::NAME;
        }
        if !self.words.is_empty() {
            needs |= Columns::NAME | Columns::CMDLINE;
        }
        if !self.terminals.is_empty() {
            needs |= Columns::TERMINAL;
        }
        if !self.sessions.is_empty() {
            needs |= Columns::SID;
        }
        if !self.groups.is_empty() || !self.real_groups.is_empty() {
            needs |= Columns::GIDS;
        }
        if self.running {
            needs |= Columns::STATUS;
        }
        needs | self.set.needs()
    }

    /// What is wrong with a name of a user or a group that the machine does not know.
    pub(super) fn unknown(&self, host: &Host) -> Option<String> {
        let users = self.users.iter().chain(&self.real_users);
        // Of a captured machine the names of its processes' users are known, and may be all.
        let user = users.into_iter().find(|user| !host.is_captured() && user.uid.is_none());
        let user = user.map(|user| format!("no user is called {:?}", user.name));
        let group = self.no_groups.first().map(|name| format!("no group is called {name:?}"));
        user.or(group)
    }

    /// Whether `row` was asked for in one way or another, as with `ps`: every option adds processes.
    pub(super) fn has(&self, row: &ProcessRow) -> bool {
        let runs = !self.running || matches!(row.status, Some(Status::Running | Status::DiskSleep));
        runs && self.is_meant(row) != self.negated
    }

    fn is_meant(&self, row: &ProcessRow) -> bool {
        self.every
            || self.is_everything()
            || self.set.has(row)
            || self.terminals.iter().any(|terminal| is_at(row, terminal))
            || row.sid.is_some_and(|sid| self.sessions.contains(&sid.as_u32()))
            || row.gids.is_some_and(|ids| {
                self.groups.contains(&ids.effective) || self.real_groups.contains(&ids.real)
            })
            || self.pids.contains(&row.pid.as_u32())
            || row.ppid.is_some_and(|parent| self.parents.contains(&parent.as_u32()))
            || self.users.iter().any(|user| user.is(row, |ids| ids.effective))
            || self.real_users.iter().any(|user| user.is(row, |ids| ids.real))
            || self.names.iter().any(|name| row.name.as_deref() == Some(OsStr::new(name)))
            || self.own != Some(row.pid.as_u32())
                && self.logic.fits(&self.words, |word| says(row, word))
    }

    /// The pids in ascending order, where nothing else was asked for: then nobody else has to be looked at.
    pub(super) fn alone(&self) -> Option<Vec<u32>> {
        if self.pids.is_empty() || self.negated || self.every || !self.is_of_pids() {
            return None;
        }
        let mut pids = self.pids.clone();
        pids.sort_unstable();
        pids.dedup();
        Some(pids)
    }

    fn is_everything(&self) -> bool {
        self.pids.is_empty() && self.is_of_pids()
    }

    /// Whether nothing but pids was asked for, if anything.
    fn is_of_pids(&self) -> bool {
        self.parents.is_empty()
            && self.users.is_empty()
            && self.real_users.is_empty()
            && self.names.is_empty()
            && self.words.is_empty()
            && self.terminals.is_empty()
            && self.sessions.is_empty()
            && self.groups.is_empty()
            && self.real_groups.is_empty()
            && self.set == Set::None
    }
}

/// A user who was asked for.
#[derive(Debug)]
struct User {
    name: OsString,
    uid: Option<u32>,
}

impl User {
    fn new(user: &str, host: &Host) -> Self {
        Self { name: user.into(), uid: user.parse().ok().or_else(|| host.user_id(user)) }
    }

    /// Whether the process is of this user, by one of its ids. Where there are none, its user's name must do.
    fn is(&self, row: &ProcessRow, id: impl Fn(&UserIds) -> u32) -> bool {
        match &row.uids {
            Some(ids) => self.uid == Some(id(ids)),
            None => row.username.as_ref() == Some(&self.name),
        }
    }
}

/// How several words choose together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Logic {
    Or,
    And,
    Nand,
    Nor,
}

impl Logic {
    fn of(arguments: &Arguments) -> Self {
        match arguments {
            Arguments { and: true, .. } => Self::And,
            Arguments { nand: true, .. } => Self::Nand,
            Arguments { nor: true, .. } => Self::Nor,
            _ => Self::Or,
        }
    }

    fn fits(self, words: &[String], mut says: impl FnMut(&String) -> bool) -> bool {
        !words.is_empty()
            && match self {
                Self::Or => words.iter().any(says),
                Self::And => words.iter().all(says),
                Self::Nand => !words.iter().all(says),
                Self::Nor => !words.iter().any(&mut says),
            }
    }
}

/// Whether it has this terminal, as in `pts/0`, `/dev/pts/0` or `1` for `tty1`; `-` and `?` are none.
fn is_at(row: &ProcessRow, terminal: &str) -> bool {
    let Some(path) = &row.terminal else { return matches!(terminal, "-" | "?") };
    let name = path.strip_prefix("/dev").unwrap_or(path);
    let asked = terminal.strip_prefix("/dev/").unwrap_or(terminal);
    name.as_os_str() == asked || name.as_os_str() == OsStr::new(&format!("tty{asked}"))
}

/// Whether a process is of this user, by name or number.
pub(crate) fn belongs_to(row: &ProcessRow, user: &str) -> bool {
    let number = user.parse().ok();
    row.username.as_deref() == Some(OsStr::new(user))
        || row.uids.is_some_and(|ids| number == Some(ids.effective) || number == Some(ids.real))
}

fn says(row: &ProcessRow, word: &str) -> bool {
    let has = |text: &OsString| text.to_string_lossy().to_lowercase().contains(word);
    row.name.as_ref().is_some_and(has) || row.cmdline.iter().flatten().any(has)
}
