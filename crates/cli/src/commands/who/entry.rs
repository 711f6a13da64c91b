//! One line of `who`.

use std::ffi::OsStr;
use std::time::Duration;

use jiff::tz::TimeZone;
use psight::Host;
use psight::users::{LoginKind, LoginRecord};

use super::{Arguments, Session};
use crate::human;
use crate::line::{Line, Paint};

/// What stands in the columns.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) name: Line,
    /// Whether others may write to the terminal: `+`, `-`, or `?` where that is not known.
    pub(super) messages: &'static str,
    pub(super) line: Line,
    pub(super) time: String,
    pub(super) idle: String,
    pub(super) pid: String,
    pub(super) comment: Line,
}

impl Entry {
    /// About the machine and nobody on it.
    pub(super) fn of_line(line: &str, time: String) -> Self {
        Self { line: Line::new().with(Paint::Plain, line), time, ..Self::default() }
    }

    /// Of somebody who is there.
    pub(super) fn of_session(
        session: &Session,
        arguments: &Arguments,
        host: &Host,
        zone: &TimeZone,
    ) -> Self {
        let user = &session.user;
        let takes = |name: &OsStr| host.terminal_takes_messages(name).ok();
        let messages = match user.terminal.as_deref().filter(|_| arguments.mesg).and_then(takes) {
            Some(true) => "+",
            Some(false) => "-",
            None => "?",
        };
        let terminal = user.terminal.as_deref().unwrap_or_else(|| OsStr::new("?"));
        let brackets = |host| {
            let line = Line::new().with(Paint::Plain, "(").with_os(Paint::Plain, host);
            line.with(Paint::Plain, ")")
        };
        Self {
            name: Line::new().with_os(Paint::Plain, &user.name),
            messages,
            line: Line::new().with_os(Paint::Plain, terminal),
            time: human::minute(user.started, zone),
            idle: idle_for(session.idle),
            pid: user.pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string()),
            comment: user.host.as_ref().map(brackets).unwrap_or_default(),
        }
    }

    /// Of a record that is not about somebody who is there.
    pub(super) fn of_record(record: &LoginRecord, zone: &TimeZone) -> Self {
        let time = human::minute(record.time, zone);
        let text = |text: &Option<std::ffi::OsString>| match text {
            Some(text) => Line::new().with_os(Paint::Plain, text),
            None => Line::new(),
        };
        match record.kind {
            LoginKind::Boot => Self::of_line("system boot", time),
            LoginKind::NewTime => Self::of_line("clock change", time),
            LoginKind::RunLevel => {
                let (level, before) = levels(record.pid.unwrap_or_default());
                let mut entry = Self::of_line(&format!("run-level {level}"), time);
                if let Some(before) = before {
                    entry.comment = Line::new().with(Paint::Plain, format!("last={before}"));
                }
                entry
            }
            _ => {
                let mut comment = text(&record.id);
                if !comment.is_empty() {
                    let id = std::mem::replace(&mut comment, Line::new().with(Paint::Plain, "id="));
                    comment.append(id);
                }
                let waits = record.kind == LoginKind::Login;
                Self {
                    name: if waits { text(&record.name) } else { Line::new() },
                    line: text(&record.terminal),
                    time,
                    pid: record.pid.map(|pid| pid.to_string()).unwrap_or_default(),
                    comment,
                    ..Self::default()
                }
            }
        }
    }
}

/// The run level and the one before it, if there was one, out of the number that they are written in.
fn levels(number: u32) -> (char, Option<char>) {
    let letter = |number: u32| char::from_u32(number & 0xff).filter(char::is_ascii_alphanumeric);
    // N is none: the machine came from where it serves a single user.
    let before = letter(number >> 8).map(|before| if before == 'N' { 'S' } else { before });
    (letter(number).unwrap_or('?'), before)
}

/// A dot for somebody who types, `old` for a day and more, else hours and minutes.
fn idle_for(idle: Option<Duration>) -> String {
    match idle.map(|idle| idle.as_secs() / 60) {
        None => "  ?".to_owned(),
        Some(0) => "  .".to_owned(),
        Some(minutes) if minutes >= 24 * 60 => " old".to_owned(),
        Some(minutes) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_times_are_those_of_who() {
        let said = |seconds| idle_for(Some(Duration::from_secs(seconds)));
        assert_eq!(said(59), "  .");
        assert_eq!(said(60), "00:01");
        assert_eq!(said(86_399), "23:59");
        assert_eq!(said(86_400), " old");
        assert_eq!(idle_for(None), "  ?");
    }

    #[test]
    fn a_run_level_may_have_one_before() {
        assert_eq!(levels(53), ('5', None));
        assert_eq!(levels(53 + 256 * 51), ('5', Some('3')));
        assert_eq!(levels(50 + 256 * 78), ('2', Some('S')));
        assert_eq!(levels(0), ('?', None));
    }
}
