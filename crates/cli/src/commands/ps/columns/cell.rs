//! The cells of `psight ps`, as people read them.

use std::cmp::Ordering;
use std::ffi::OsStr;
use std::path::Path;
use std::time::SystemTime;

use psight::process::{SchedulingPolicy, Status, nice_order};
use psight::record::{Field, Unit, Value};
use psight::table::ProcessRow;

use super::{Chosen, Reader, Shown};
use crate::commands::ps::asked::{Question, Told};
use crate::commands::ps::known::Look;
use crate::human;
use crate::line::{Line, Paint};
use crate::table::{self, Numbers};

impl Chosen {
    /// The value for people.
    pub(in crate::commands::ps) fn cell(&self, row: &Shown, reader: &Reader) -> Line {
        if self.empty_in == Some(row.part) {
            return none();
        }
        let known = match self.look {
            Look::Command => Some(self.with_its_environment(command(row), row)),
            Look::Environment => Some(self.listed(row, reader, " ")),
            Look::List => Some(self.listed(row, reader, ",")),
            Look::Terminal => row.terminal.as_ref().map(|terminal| {
                let short = terminal.strip_prefix("/dev").unwrap_or(terminal);
                Line::new().with_os(Paint::Plain, short)
            }),
            Look::Foreground => Some(plain(foreground(row).map_or(-1, i64::from))),
            Look::State => row.status.map(|status| state(row, status)),
            Look::Letter => row
                .status
                .map(|status| Line::new().with(paint(status), status.letter().to_string())),
            Look::Start
            | Look::StartSecond
            | Look::StartDay
            | Look::Moment
            | Look::Elapsed
            | Look::Seconds => row.create_time.map(|at| plain(self.since(at, reader))),
            Look::Time => time(row, reader).map(|time| plain(human::cpu_time(time))),
            Look::Clock => time(row, reader).map(|time| plain(human::clock(time))),
            Look::Short => row.name.as_ref().map(|name| short(name)),
            Look::Nice | Look::RealTime | Look::Class | Look::Flags | Look::RunsOn => {
                self.turn(row)
            }
            Look::Mask => match self.told(row) {
                Some(Told::Signals(signals)) => Some(plain(format!("{:016x}", signals.mask()))),
                _ => None,
            },
            Look::Octets => Some(match self.value(row, reader) {
                Value::Uint(address) => plain(format!("{address:016x}")),
                _ => none(),
            }),
            Look::Kibibytes if reader.human.is_none() => match self.value(row, reader) {
                Value::Uint(bytes) => Some(plain(bytes / 1024)),
                _ => None,
            },
            Look::Number | Look::Text => return table::plain(&self.value(row, reader)),
            Look::Kibibytes | Look::Plain => {
                let value = whole_tenths(self.leaf(), self.value(row, reader));
                let numbers = Numbers { human: reader.human };
                return match self.leaf() {
                    Some(field) => table::cell(field, &value, numbers),
                    None => table::plain(&value),
                };
            }
        };
        known.unwrap_or_else(|| Line::new().with(Paint::Faint, "?"))
    }

    /// When it gets its turn, and where.
    fn turn(&self, row: &Shown) -> Option<Line> {
        match self.look {
            Look::Nice => row.nice.map(|nice| match row.policy {
                // Of no others the nice value counts.
                Some(SchedulingPolicy::Other | SchedulingPolicy::Batch) | None => plain(nice),
                Some(_) => none(),
            }),
            // Only of everybody in turn `ps` says that there is none, not of other ordinary rules.
            Look::RealTime => row.rt_priority.map(|rank| match row.policy {
                Some(SchedulingPolicy::Other) => none(),
                _ => plain(rank),
            }),
            Look::Class => row.policy.map(|policy| plain(policy.letters())),
            // PF_FORKNOEXEC and PF_SUPERPRIV alone, as an octal number.
            Look::Flags => row.flags.map(|flags| plain(format!("{:o}", flags >> 6 & 7))),
            Look::RunsOn => match row.status {
                Some(Status::Running) => row.cpu_num.map(plain),
                _ => Some(plain("*")),
            },
            _ => None,
        }
    }

    /// The command with the environment behind it, where that was asked for.
    fn with_its_environment(&self, mut command: Line, row: &Shown) -> Line {
        if let (true, Some(Told::Texts(pairs))) =
            (self.environment, row.told(Question::Environment))
        {
            for pair in pairs {
                command = command.with(Paint::Plain, " ").with_os(Paint::Plain, pair);
            }
        }
        command
    }

    fn told<'a>(&self, row: &'a Shown) -> Option<&'a Told> {
        self.questions().next().and_then(|question| row.told(question))
    }

    /// When it started, or how long ago.
    fn since(&self, at: SystemTime, reader: &Reader) -> String {
        let age = reader.now.duration_since(at).unwrap_or_default();
        let is_of_today = age.as_secs() <= 86_400;
        match self.look {
            Look::StartSecond if is_of_today => human::time_of_day(at, &reader.zone),
            Look::StartDay if is_of_today => human::hour(at, &reader.zone),
            Look::StartSecond | Look::StartDay => human::month_and_day(at, &reader.zone),
            Look::Moment => human::ctime(at, &reader.zone),
            Look::Seconds => age.as_secs().to_string(),
            Look::Elapsed => {
                let clock = human::clock(age.as_secs_f64());
                // Hours are written where there are any.
                clock.strip_prefix("00:").unwrap_or(&clock).to_owned()
            }
            _ => human::start(at, reader.now, &reader.zone),
        }
    }

    fn listed(&self, row: &Shown, reader: &Reader, between: &str) -> Line {
        let value = self.value(row, reader);
        let Value::List(items) = value else { return none() };
        let mut line = Line::new();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                line.push(Paint::Plain, between);
            }
            line.append(table::plain(item));
        }
        if line.is_empty() { none() } else { line }
    }
}

/// How long processors worked for it, and for its children that ended where these count.
fn time(row: &Shown, reader: &Reader) -> Option<f64> {
    let times = row.cpu_times?;
    let children = times.children_user + times.children_system;
    Some(times.total() + if reader.cumulative { children } else { 0.0 })
}

/// A percentage without what is less than a tenth, as `ps` counts it: 99.96 % of a processor is not all of it.
fn whole_tenths<'a>(field: Option<&Field>, value: Value<'a>) -> Value<'a> {
    match (field.map(|field| field.unit), value) {
        // A tenth that was worked out may be a hair less than one.
        (Some(Unit::Percent), Value::Float(percent)) => {
            Value::Float((percent * 10.0 + 1e-6).floor() / 10.0)
        }
        (_, value) => value,
    }
}

fn plain(what: impl ToString) -> Line {
    Line::new().with(Paint::Plain, what.to_string())
}

fn none() -> Line {
    Line::new().with(Paint::Faint, "-")
}

/// The first eight bytes of a name.
fn short(name: &OsStr) -> Line {
    let bytes = name.as_encoded_bytes();
    Line::new().with_bytes(Paint::Plain, bytes.get(..8).unwrap_or(bytes))
}

/// The process group that its terminal obeys.
fn foreground(row: &Shown) -> Option<u32> {
    match row.told(Question::Foreground) {
        Some(Told::Number(pgid)) => u32::try_from(*pgid).ok(),
        _ => None,
    }
}

fn is_in_foreground(row: &Shown) -> bool {
    foreground(row).is_some_and(|pgid| row.pgid.is_some_and(|own| own.as_u32() == pgid))
}

/// The command line; `[name]` for what has none.
pub(crate) fn command(row: &ProcessRow) -> Line {
    command_from(row, |program| program)
}

/// The command line with the program's name in place of its path.
pub(crate) fn short_command(row: &ProcessRow) -> Line {
    command_from(row, |program| {
        // With a blank in it, it is a title that the process gave itself.
        let title = program.as_encoded_bytes().contains(&b' ');
        let name = Path::new(program).file_name().filter(|_| !title);
        name.unwrap_or(program)
    })
}

fn command_from(row: &ProcessRow, program: impl Fn(&OsStr) -> &OsStr) -> Line {
    let mut line = Line::new();
    for (at, argument) in row.cmdline.iter().flatten().enumerate() {
        if at > 0 {
            line.push(Paint::Plain, " ");
        }
        line = line.with_os(Paint::Plain, if at == 0 { program(argument) } else { argument });
    }
    // What wrote its own title may have filled up the room with blanks.
    let line = line.trimmed();
    if !line.is_empty() {
        return line;
    }
    let Some(name) = &row.name else { return Line::new().with(Paint::Faint, "?") };
    let line = Line::new().with(Paint::Faint, "[").with_os(Paint::Faint, name);
    let zombie = row.status == Some(Status::Zombie);
    line.with(Paint::Faint, if zombie { "] <defunct>" } else { "]" })
}

/// How alarming a state is.
pub(crate) fn paint(status: Status) -> Paint {
    match status {
        Status::Running => Paint::Good,
        Status::DiskSleep | Status::Stopped | Status::TracingStop => Paint::Warning,
        Status::Zombie | Status::Dead => Paint::Bad,
        _ => Paint::Plain,
    }
}

/// The state as `ps` has it: a letter, then marks for priority, locked memory, session
/// leader, threads and who is typed to.
fn state(row: &Shown, status: Status) -> Line {
    let mut text = String::from(status.letter());
    text.push_str(match row.nice.map(nice_order) {
        Some(Ordering::Less) => "<",
        Some(Ordering::Greater) => "N",
        _ => "",
    });
    if row.locked_memory > Some(0) {
        text.push('L');
    }
    if row.sid == Some(row.pid) {
        text.push('s');
    }
    if row.num_threads.is_some_and(|threads| threads > 1) {
        text.push('l');
    }
    if is_in_foreground(row) {
        text.push('+');
    }
    Line::new().with(paint(status), text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use psight::Record as _;

    #[test]
    fn a_percentage_is_cut_and_not_rounded() {
        let percent = ProcessRow::FIELDS.iter().find(|field| field.name == "memory_percent");
        for (given, shown) in [(0.076, 0.0), (99.96, 99.9), (1.4999999999, 1.5), (0.1, 0.1)] {
            assert_eq!(whole_tenths(percent, Value::Float(given)), Value::Float(shown), "{given}");
        }
        assert_eq!(whole_tenths(None, Value::Float(0.076)), Value::Float(0.076));
    }
}
