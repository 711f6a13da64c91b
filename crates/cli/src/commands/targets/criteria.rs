//! The options by which `pgrep` and `pkill` choose processes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use psight::process::{Namespace, Status};
use psight::table::{Columns, ProcessRow};
use psight::{Host, Process};
use regex_lite::{Regex, RegexBuilder};

use super::{Protected, names};
use crate::commands::Failure;
use crate::human;

/// Which processes; all that is asked for must be true of one.
#[derive(Debug, Default, Args)]
pub(crate) struct Criteria {
    /// An extended regular expression that is found in the name.
    #[arg(value_name = "PATTERN")]
    pattern: Option<String>,
    /// Look for the pattern in the whole command line.
    #[arg(short, long)]
    pub(crate) full: bool,
    /// Capital letters are as good as small ones.
    #[arg(short, long)]
    ignore_case: bool,
    /// The pattern must be all of the name, or of the command line.
    #[arg(short = 'x', long)]
    exact: bool,
    /// Of them the one that started last.
    #[arg(short, long, conflicts_with = "oldest")]
    newest: bool,
    /// Of them the one that started first.
    #[arg(short, long)]
    oldest: bool,
    /// Those that are older than this.
    #[arg(short = 'O', long, value_name = "SECONDS", value_parser = human::age)]
    older: Option<Duration>,
    /// Children of these processes.
    #[arg(short = 'P', long, value_name = "PID,…", value_delimiter = ',')]
    parent: Vec<u32>,
    /// Of these process groups; 0 is the own one.
    #[arg(short = 'g', long, value_name = "PGID,…", value_delimiter = ',')]
    pgroup: Vec<u32>,
    /// Of these sessions; 0 is the own one.
    #[arg(short = 's', long, value_name = "SID,…", value_delimiter = ',')]
    session: Vec<u32>,
    /// With one of these terminals, as in pts/0; ? is none.
    #[arg(short = 't', long, value_name = "TERMINAL,…", value_delimiter = ',')]
    terminal: Vec<String>,
    /// With the rights of these users, by name or number.
    #[arg(short = 'u', long, value_name = "USER,…", value_delimiter = ',')]
    euid: Vec<String>,
    /// Of these users.
    #[arg(short = 'U', long, value_name = "USER,…", value_delimiter = ',')]
    uid: Vec<String>,
    /// Of these groups of users, by name or number.
    #[arg(short = 'G', long, value_name = "GROUP,…", value_delimiter = ',')]
    group: Vec<String>,
    /// In one of these states, as in D,Z.
    #[arg(short = 'r', long, value_name = "STATE,…", value_delimiter = ',')]
    runstates: Vec<char>,
    /// The process whose number is in this file.
    #[arg(short = 'F', long, value_name = "FILE")]
    pidfile: Option<PathBuf>,
    /// In the same namespaces as this process.
    #[arg(long, value_name = "PID")]
    ns: Option<u32>,
    /// With --ns: of these kinds of namespaces alone: ipc, mnt, net, pid, user, uts.
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = NAMESPACES)]
    nslist: Vec<String>,
    /// In one of these control groups, as in /user.slice; of version 2.
    #[arg(long, value_name = "GROUP,…", value_delimiter = ',')]
    cgroup: Vec<String>,
    /// Nobody that psight was started from.
    #[arg(short = 'A', long)]
    ignore_ancestors: bool,
}

/// The kinds of namespaces that `--ns` compares.
const NAMESPACES: [&str; 6] = ["ipc", "mnt", "net", "pid", "user", "uts"];

/// The criteria with all names looked up.
#[derive(Debug)]
pub(crate) struct Matcher<'a> {
    criteria: &'a Criteria,
    inverse: bool,
    pattern: Option<Regex>,
    pid: Option<u32>,
    groups: Vec<u32>,
    sessions: Vec<u32>,
    effective_users: Vec<u32>,
    real_users: Vec<u32>,
    user_groups: Vec<u32>,
    namespaces: Vec<Namespace>,
    host: Host,
    protected: Protected,
}

impl Criteria {
    /// Whether nothing is asked for, which is no way to ask for everything.
    fn is_empty(&self) -> bool {
        let texts = [&self.terminal, &self.euid, &self.uid, &self.group, &self.cgroup];
        let numbers = [&self.parent, &self.pgroup, &self.session];
        self.pattern.is_none()
            && self.pidfile.is_none()
            && self.older.is_none()
            && self.ns.is_none()
            && !self.newest
            && !self.oldest
            && self.runstates.is_empty()
            && texts.iter().all(|list| list.is_empty())
            && numbers.iter().all(|list| list.is_empty())
    }

    /// Looks up all names; `inverse` takes those that do not fit instead.
    pub(crate) fn matcher(&self, host: &Host, inverse: bool) -> Result<Matcher<'_>, Failure> {
        if self.is_empty() {
            return Err(Failure::Usage(
                "say which processes: by a pattern or an option".to_owned(),
            ));
        }
        if inverse && (self.newest || self.oldest) {
            return Err(Failure::Usage("--inverse has neither a newest nor an oldest".to_owned()));
        }
        let users = |names: &[String]| numbers(names, "user", |name| host.user_id(name));
        Ok(Matcher {
            criteria: self,
            inverse,
            pattern: self.pattern.as_deref().map(|text| self.compiled(text)).transpose()?,
            pid: self.pidfile.as_deref().map(pid_in).transpose()?,
            groups: or_own(&self.pgroup, Process::pgid)?,
            sessions: or_own(&self.session, Process::sid)?,
            effective_users: users(&self.euid)?,
            real_users: users(&self.uid)?,
            user_groups: numbers(&self.group, "group", |name| host.group_id(name))?,
            namespaces: self.namespaces(host)?,
            host: host.clone(),
            protected: Protected::of(host)?,
        })
    }

    /// The namespaces that have to be the same.
    fn namespaces(&self, host: &Host) -> Result<Vec<Namespace>, Failure> {
        let Some(pid) = self.ns else { return Ok(Vec::new()) };
        let mut namespaces = host.process(pid).and_then(|process| process.namespaces())?;
        let is_asked = |kind: &str| match self.nslist.is_empty() {
            true => NAMESPACES.contains(&kind),
            false => self.nslist.iter().any(|asked| asked == kind),
        };
        namespaces.retain(|namespace| is_asked(&namespace.kind));
        Ok(namespaces)
    }

    /// As procps understands a pattern: a point stands for every character, an end is the end of the whole text.
    fn compiled(&self, pattern: &str) -> Result<Regex, Failure> {
        // Alone first: `a)(b` is no pattern, though it would be one in brackets.
        let built = |pattern: &str| {
            RegexBuilder::new(pattern)
                .case_insensitive(self.ignore_case)
                .dot_matches_new_line(true)
                .build()
                .map_err(|error| Failure::Usage(format!("the pattern {pattern:?}: {error}")))
        };
        let alone = built(pattern)?;
        if self.exact { built(&format!("^(?:{pattern})$")) } else { Ok(alone) }
    }
}

impl Matcher<'_> {
    fn needs(&self) -> Columns {
        let criteria = self.criteria;
        // The start makes a row a process, whoever has its pid later.
        let mut needs = Columns::CREATE_TIME;
        let mut need = |is_asked: bool, columns: Columns| {
            if is_asked {
                needs |= columns;
            }
        };
        need(self.pattern.is_some(), Columns::NAME);
        need(criteria.full, Columns::CMDLINE | Columns::NAME | Columns::STATUS);
        need(!criteria.parent.is_empty(), Columns::PPID);
        need(!criteria.pgroup.is_empty(), Columns::PGID);
        need(!criteria.session.is_empty(), Columns::SID);
        need(!criteria.terminal.is_empty(), Columns::TERMINAL);
        need(!criteria.euid.is_empty(), Columns::EUID);
        need(!criteria.uid.is_empty(), Columns::UIDS);
        need(!criteria.group.is_empty(), Columns::GIDS);
        need(!criteria.runstates.is_empty(), Columns::STATUS);
        needs
    }

    /// The processes that fit, by pid, with these columns besides those that choosing needs. psight itself never does.
    pub(crate) fn select(&self, host: &Host, columns: Columns) -> Result<Vec<ProcessRow>, Failure> {
        let mut rows = host.processes(self.needs() | columns)?;
        let now = host.now();
        rows.retain(|row| {
            let is_left_out = self.protected.is_own(row.pid)
                || self.criteria.ignore_ancestors && self.protected.is_ancestor(row.pid);
            let is_old = self.criteria.older.is_none_or(|least| {
                let age = row.create_time.and_then(|start| now.duration_since(start).ok());
                age.is_some_and(|age| age > least)
            });
            !is_left_out && (is_old && self.fits(row)) != self.inverse
        });
        // Of two that started in the same tick of the clock, the pid tells which was first.
        let start = |row: &ProcessRow| (row.start_ticks(), row.pid);
        if self.criteria.newest {
            rows = rows.into_iter().max_by_key(start).into_iter().collect();
        } else if self.criteria.oldest {
            rows = rows.into_iter().min_by_key(start).into_iter().collect();
        }
        Ok(rows)
    }

    fn fits(&self, row: &ProcessRow) -> bool {
        let one_of = |list: &[u32], number: Option<u32>| {
            list.is_empty() || number.is_some_and(|number| list.contains(&number))
        };
        let criteria = self.criteria;
        one_of(self.pid.as_slice(), Some(row.pid.as_u32()))
            && one_of(&criteria.parent, row.ppid.map(u32::from))
            && one_of(&self.groups, row.pgid.map(u32::from))
            && one_of(&self.sessions, row.sid.map(u32::from))
            && one_of(&self.effective_users, row.euid)
            && one_of(&self.real_users, row.uids.map(|ids| ids.real))
            && one_of(&self.user_groups, row.gids.map(|ids| ids.real))
            && (criteria.terminal.is_empty() || self.has_terminal(row))
            && (criteria.runstates.is_empty()
                || row.status.is_some_and(|status| criteria.runstates.contains(&status.letter())))
            && self.pattern.as_ref().is_none_or(|pattern| self.says(row, pattern))
            && (criteria.ns.is_none() || self.shares_namespaces(row))
            && (criteria.cgroup.is_empty() || self.is_in_cgroup(row))
    }

    /// Whether it is in all of the namespaces. What may not be known is taken for a no.
    fn shares_namespaces(&self, row: &ProcessRow) -> bool {
        let own = row.process_unchecked(&self.host).namespaces().unwrap_or_default();
        self.namespaces.iter().all(|namespace| own.contains(namespace))
    }

    fn is_in_cgroup(&self, row: &ProcessRow) -> bool {
        let groups = row.process_unchecked(&self.host).cgroups().unwrap_or_default();
        let is_asked =
            |path: &Path| self.criteria.cgroup.iter().any(|name| path == Path::new(name));
        groups.iter().any(|group| group.hierarchy == 0 && is_asked(&group.path))
    }

    fn has_terminal(&self, row: &ProcessRow) -> bool {
        let named = |path: &Path, name: &str| {
            path == Path::new(name)
                || path.strip_prefix("/dev").is_ok_and(|rest| rest == Path::new(name))
        };
        self.criteria.terminal.iter().any(|name| match &row.terminal {
            Some(path) => named(path, name),
            None => name == "?",
        })
    }

    fn says(&self, row: &ProcessRow, pattern: &Regex) -> bool {
        if self.criteria.full {
            return pattern.is_match(&command_text(row));
        }
        let Some(name) = &row.name else { return false };
        let (whole, cut) = names(name);
        pattern.is_match(&whole) || cut.is_some_and(|cut| pattern.is_match(&cut))
    }
}

/// The command line as one text; the name in brackets for what has none.
pub(crate) fn command_text(row: &ProcessRow) -> String {
    let words = row.cmdline.iter().flatten();
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    if !words.is_empty() {
        return words.join(" ");
    }
    let name = row.name.as_deref().unwrap_or(OsStr::new("")).to_string_lossy();
    let defunct = if row.status == Some(Status::Zombie) { " <defunct>" } else { "" };
    format!("[{name}]{defunct}")
}

/// The numbers of these names; a number stands for itself.
pub(crate) fn numbers(
    names: &[String],
    what: &str,
    look_up: impl Fn(&str) -> Option<u32>,
) -> Result<Vec<u32>, Failure> {
    let number = |name: &String| {
        let known = name.parse().ok().or_else(|| look_up(name));
        known.ok_or_else(|| Failure::Usage(format!("no {what} is called {name:?}")))
    };
    names.iter().map(number).collect()
}

/// The numbers, with that of psight itself where there is a 0.
fn or_own(
    numbers: &[u32],
    own: impl Fn(&Process) -> psight::Result<psight::Pid>,
) -> Result<Vec<u32>, Failure> {
    let number = |number: &u32| match number {
        0 => Ok(own(&Process::current()?)?.as_u32()),
        number => Ok(*number),
    };
    numbers.iter().map(number).collect()
}

/// The number that a file begins with.
fn pid_in(path: &Path) -> Result<u32, Failure> {
    let failed = |why: String| Failure::Coded(1, format!("{}: {why}", path.display()));
    let text = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&text);
    let pid = text.split_whitespace().next().and_then(|word| word.parse().ok());
    pid.filter(|pid| *pid > 0).ok_or_else(|| failed("there is no pid in it".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(criteria: &Criteria, pattern: &str, text: &str) -> bool {
        criteria.compiled(pattern).unwrap().is_match(text)
    }

    #[test]
    fn a_pattern_is_an_extended_regular_expression() {
        let anywhere = Criteria::default();
        assert!(found(&anywhere, "gin", "nginx"));
        assert!(found(&anywhere, "^(nginx|apache[[:digit:]]+)$", "apache2"));
        assert!(found(&anywhere, "a.b", "a\nb"));
        assert!(!found(&anywhere, "^b", "a\nb"));
        assert!(!found(&anywhere, "GIN", "nginx"));
        let exact = Criteria { exact: true, ignore_case: true, ..Criteria::default() };
        assert!(found(&exact, "sh|BASH", "bash"));
        assert!(!found(&exact, "sh", "bash"));
    }

    #[test]
    fn a_wrong_pattern_is_told_also_where_brackets_would_make_it_right() {
        let exact = Criteria { exact: true, ..Criteria::default() };
        for pattern in ["(", "a)(b", "[z"] {
            assert!(matches!(exact.compiled(pattern), Err(Failure::Usage(_))), "{pattern}");
        }
    }
}
