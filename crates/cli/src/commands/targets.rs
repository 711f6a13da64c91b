//! Which processes a command means that controls them, and what becomes of each.
//!
//! Whatever the words say (pids, names, groups, users), the processes are found in one look at the machine and held as
//! pid and start from then on: what is done to them later reaches those that were found, or nobody.

mod criteria;
mod deed;
mod family;
mod program;
mod protected;
mod settings;
mod signalling;
mod wanted;
pub(crate) mod words;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use psight::table::ProcessRow;
use psight::{Host, Pid, Process};

pub(crate) use criteria::{Criteria, numbers};
pub(crate) use deed::{Deed, Outcome, facts, note_failures, report, still_there};
pub(crate) use program::{become_program, on_this_machine};
pub(crate) use protected::{Protected, Reach};
pub(crate) use settings::Care;
pub(crate) use signalling::{Manner, signal};
pub(crate) use wanted::{Found, Wanted, columns_of_names, is_named, own};

/// A process that is to be controlled.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) process: Process,
    /// What it is called; `None` where that may not be known.
    pub(crate) name: Option<OsString>,
    /// Whether its own number was given, so that nobody else can have been meant.
    pub(crate) by_pid: bool,
}

impl Target {
    pub(crate) fn of_row(row: &ProcessRow, host: &Host) -> Self {
        let process = row.process_unchecked(host);
        Self { process, name: row.name.clone(), by_pid: false }
    }

    pub(crate) fn pid(&self) -> Pid {
        self.process.pid()
    }

    /// `nginx (123)`, or the number alone.
    pub(crate) fn said(&self) -> String {
        match &self.name {
            Some(name) => format!("{} ({})", name.to_string_lossy(), self.pid()),
            None => self.pid().to_string(),
        }
    }
}

/// The file that a path leads to, as the kernel calls it; `None` for a name, and where there is none.
pub(crate) fn without_links(path: &str, is_captured: bool) -> Option<PathBuf> {
    let is_asked = path.contains('/') && !is_captured;
    is_asked.then(|| std::fs::canonicalize(path).ok()).flatten()
}

/// How many bytes of a name most kernels keep, and so how many many scripts give.
pub(crate) const KERNEL_NAME: usize = 15;

/// The name as text, and what the kernel keeps of it where that is less.
pub(crate) fn names(name: &OsStr) -> (String, Option<String>) {
    let cut = name.as_encoded_bytes().get(..KERNEL_NAME);
    let cut = cut.filter(|cut| cut.len() < name.len());
    (name.to_string_lossy().into_owned(), cut.map(|cut| String::from_utf8_lossy(cut).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_known_by_what_the_kernel_keeps_of_it() {
        let name = OsStr::new("systemd-journald");
        assert_eq!(names(name), ("systemd-journald".into(), Some("systemd-journal".into())));
        assert_eq!(names(OsStr::new("sh")), ("sh".into(), None));
    }
}
