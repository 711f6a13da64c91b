//! The processes that words, numbers and names on a command line ask for.

use std::ffi::OsStr;
use std::path::Path;

use psight::table::{Columns, ProcessRow};
use psight::{Host, Process};

use super::{KERNEL_NAME, Protected, Target, on_this_machine};
use crate::commands::{Context, Failure};

/// The processes that somebody asks for.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    /// By number.
    pub(crate) pids: Vec<u32>,
    /// All of a process group.
    pub(crate) groups: Vec<u32>,
    /// All of a user, by the real user id.
    pub(crate) users: Vec<u32>,
    /// By name, exactly.
    pub(crate) names: Vec<String>,
    /// What cannot be found, and why: numbers that no process ever has.
    missing: Vec<String>,
}

/// The processes that were found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Each once.
    pub(crate) targets: Vec<Target>,
    /// What was asked for and is not there, each with the reason.
    pub(crate) missing: Vec<String>,
}

impl Wanted {
    /// What these words ask for: numbers are pids, other words are names.
    pub(crate) fn of(words: &[String]) -> Result<Self, Failure> {
        let mut wanted = Self::default();
        for word in words {
            if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_digit()) {
                wanted.names.push(word.clone());
            } else {
                wanted.add_pid(word)?;
            }
        }
        Ok(wanted)
    }

    /// Adds the process with this number.
    fn add_pid(&mut self, word: &str) -> Result<(), Failure> {
        match word.parse() {
            Ok(0) => return Err(nobody("pid 0", "the process group of whoever asks")),
            Ok(pid) => self.pids.push(pid),
            Err(_) => self.missing.push(format!("pid {word}: no process can have this number")),
        }
        Ok(())
    }

    /// Adds the process group with this number, as in `kill -- -123`.
    pub(crate) fn add_group(&mut self, word: &str) -> Result<(), Failure> {
        match word.parse() {
            Ok(0) => return Err(nobody("group 0", "the process group of whoever asks")),
            Ok(1) => return Err(nobody("-1", "every process there is")),
            Ok(group) => self.groups.push(group),
            Err(_) => self.missing.push(format!("group {word}: no group can have this number")),
        }
        Ok(())
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        let lists = [&self.pids, &self.groups, &self.users];
        lists.iter().all(|list| list.is_empty()) && self.names.is_empty() && self.missing.is_empty()
    }

    /// Finds them: without a look at any other process where numbers alone are asked for.
    pub(crate) fn find(&self, host: &Host) -> Result<Found, Failure> {
        let mut found = Found { targets: Vec::new(), missing: self.missing.clone() };
        for pid in &self.pids {
            match host.process(*pid) {
                Ok(process) => {
                    let name = process.name().ok();
                    found.add(Target { process, name, by_pid: true });
                }
                Err(error) => found.missing.push(error.to_string()),
            }
        }
        let mut columns = columns_of_names(&self.names);
        if !self.groups.is_empty() {
            columns |= Columns::PGID;
        }
        if !self.users.is_empty() {
            columns |= Columns::UIDS;
        }
        if self.groups.is_empty() && self.users.is_empty() && self.names.is_empty() {
            return Ok(found);
        }
        let own = Protected::of(host)?;
        let mut rows = host.processes(columns)?;
        // Who asks is never meant by a name that fits it as well.
        rows.retain(|row| !own.is_own(row.pid));
        self.take_rows(&rows, host, &mut found);
        Ok(found)
    }

    /// Takes those of the rows that are asked for, and says what none of them is.
    fn take_rows(&self, rows: &[ProcessRow], host: &Host, found: &mut Found) {
        let mut take = |fits: &dyn Fn(&ProcessRow) -> bool, what: String| {
            let fitting: Vec<_> = rows.iter().filter(|row| fits(row)).collect();
            if fitting.is_empty() {
                found.missing.push(what);
            }
            for row in fitting {
                found.add(Target::of_row(row, host));
            }
        };
        for name in &self.names {
            let named = |row: &ProcessRow| is_named(row, name, false);
            take(&named, format!("{name}: no process found"));
        }
        for group in &self.groups {
            let in_group = |row: &ProcessRow| row.pgid.is_some_and(|of| of.as_u32() == *group);
            take(&in_group, format!("group {group}: no process found"));
        }
        for user in &self.users {
            let of_user = |row: &ProcessRow| row.uids.is_some_and(|ids| ids.real == *user);
            take(&of_user, format!("user {user}: no process found"));
        }
    }
}

/// psight itself, which has the settings of whoever called it.
pub(crate) fn own(context: &Context) -> Result<Found, Failure> {
    on_this_machine(context)?;
    let process = Process::current()?;
    let name = process.name().ok();
    Ok(Found { targets: vec![Target { process, name, by_pid: true }], missing: Vec::new() })
}

impl Found {
    /// Adds a process, unless it is there already.
    fn add(&mut self, target: Target) {
        match self.targets.iter_mut().find(|known| known.pid() == target.pid()) {
            Some(known) => known.by_pid |= target.by_pid,
            None => self.targets.push(target),
        }
    }
}

/// The columns that tell whether a process has one of these names.
pub(crate) fn columns_of_names(names: &[String]) -> Columns {
    let is_cut = names.iter().any(|name| name.len() > KERNEL_NAME);
    if is_cut { Columns::NAME | Columns::CMDLINE } else { Columns::NAME }
}

/// Whether a process is meant by `name`: by its whole name or, unless only that counts, by what the kernel keeps of a
/// long one.
pub(crate) fn is_named(row: &ProcessRow, name: &str, only_whole: bool) -> bool {
    let Some(of) = row.name.as_deref().map(OsStr::as_encoded_bytes) else { return false };
    let name = name.as_bytes();
    of == name
        || !only_whole && of.get(..KERNEL_NAME) == Some(name)
        || of.len() == KERNEL_NAME && name.starts_with(of) && is_started_as(row, name)
}

/// Whether the program or the script that was started is called `name`: a script has its own name, of which the kernel
/// keeps a part, and the command line begins with its interpreter.
fn is_started_as(row: &ProcessRow, name: &[u8]) -> bool {
    let words = row.cmdline.iter().flatten().take(2);
    words.filter_map(|word| Path::new(word).file_name()).any(|base| base.as_encoded_bytes() == name)
}

/// Numbers that kill(2) takes for more than one process name nobody: they come from a variable that is empty or wrong
/// more often than from somebody who means it.
fn nobody(word: &str, stands_for: &str) -> Failure {
    Failure::Usage(format!("{word} would be {stands_for}: name the processes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_pids_and_other_words_are_names() {
        let words = ["7", "nginx", "99999999999", "3d"].map(str::to_owned);
        let wanted = Wanted::of(&words).unwrap();
        assert_eq!((wanted.pids, wanted.names), (vec![7], vec!["nginx".into(), "3d".into()]));
        assert_eq!(wanted.missing, ["pid 99999999999: no process can have this number"]);
    }

    #[test]
    fn t18_what_would_reach_everybody_is_refused() {
        assert!(Wanted::of(&["0".to_owned()]).is_err());
        assert!(Wanted::of(&["000".to_owned()]).is_err());
        assert!(Wanted::default().add_group("1").is_err());
        assert!(Wanted::default().add_group("0").is_err());
        assert!(Wanted::default().add_group("2").is_ok());
    }
}
