//! What is done at the terminals of those who are logged in.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};

use psight::Host;
use psight::table::{Columns, ProcessRow};
use psight::users::User;

use crate::commands::Failure;

/// What is done at one terminal.
#[derive(Debug, Default, Clone)]
pub(super) struct Doing {
    /// Seconds of processors that everything there took.
    pub(super) at_terminal: Option<f64>,
    /// Those that what is in front took.
    pub(super) in_front: Option<f64>,
    /// What is in front: the youngest process of the group that the terminal obeys.
    pub(super) row: Option<ProcessRow>,
}

/// The same of all terminals, by their names.
pub(super) struct Doings(HashMap<OsString, Doing>);

impl Doings {
    /// What is done in the sessions of these users.
    pub(super) fn of(users: &[User], host: &Host) -> Result<Self, Failure> {
        let names: Vec<&OsStr> = users.iter().filter_map(|user| user.terminal.as_deref()).collect();
        let mut doings: HashMap<OsString, Doing> = HashMap::new();
        if names.is_empty() {
            return Ok(Self(doings));
        }
        let needs = [
            Columns::TERMINAL,
            Columns::PGID,
            Columns::CPU_TIMES,
            Columns::CREATE_TIME,
            Columns::NAME,
            Columns::STATUS,
            Columns::CMDLINE,
        ];
        for row in host.processes(needs.into_iter().collect())? {
            let Some(name) = terminal(&row).filter(|name| names.contains(&name.as_os_str())) else {
                continue;
            };
            add(doings.entry(name).or_default(), row, host);
        }
        Ok(Self(doings))
    }

    /// What is done in the session of this user.
    pub(super) fn take(&mut self, user: &User) -> Doing {
        let known = user.terminal.as_ref().and_then(|name| self.0.get(name));
        known.cloned().unwrap_or_default()
    }
}

/// Counts a process that is at the terminal.
fn add(doing: &mut Doing, row: ProcessRow, host: &Host) {
    let took = row.cpu_times.map(|times| times.total());
    doing.at_terminal = Some(doing.at_terminal.unwrap_or_default() + took.unwrap_or_default());
    let obeyed = row.process_unchecked(host).foreground_pgid().ok().flatten();
    if obeyed.is_none() || obeyed != row.pgid {
        return;
    }
    let is_younger = |shown: &ProcessRow| {
        (row.create_time, row.pid.as_u32()) > (shown.create_time, shown.pid.as_u32())
    };
    if doing.row.as_ref().is_none_or(is_younger) {
        doing.in_front = took;
        doing.row = Some(row);
    }
}

/// The terminal as login records have it: without `/dev/`.
fn terminal(row: &ProcessRow) -> Option<OsString> {
    let path = row.terminal.as_ref()?;
    Some(path.strip_prefix("/dev").unwrap_or(path).as_os_str().to_owned())
}
