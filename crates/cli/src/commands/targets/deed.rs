//! What was done to each process, and how that is told.

use std::borrow::Cow;

use psight::record::Value;
use psight::{ErrorKind, Process};

use super::Target;
use crate::commands::{Context, Failure};
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::table::{Column, Table};

/// What became of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It would be done.
    Planned,
    /// It was done.
    Done,
    /// It was done, and the process has ended since.
    Ended,
    /// It was done, and the process was still there when the time was up.
    Remains,
    /// The process had ended before.
    Gone,
    /// It is left alone, and why.
    Spared(String),
    /// The caller may not.
    Denied(String),
    /// It failed for another reason.
    Failed(String),
}

impl Outcome {
    /// What the attempt says.
    pub(crate) fn of(attempt: psight::Result<()>) -> Self {
        match attempt {
            Ok(()) => Self::Done,
            Err(error) => match error.kind() {
                ErrorKind::NoSuchProcess => Self::Gone,
                ErrorKind::AccessDenied => Self::Denied(error.to_string()),
                _ => Self::Failed(error.to_string()),
            },
        }
    }

    /// The word for programs.
    fn word(&self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Done => "done",
            Self::Ended => "ended",
            Self::Remains => "remains",
            Self::Gone => "gone",
            Self::Spared(_) => "spared",
            Self::Denied(_) => "denied",
            Self::Failed(_) => "failed",
        }
    }

    fn error(&self) -> Option<&str> {
        match self {
            Self::Spared(why) | Self::Denied(why) | Self::Failed(why) => Some(why),
            _ => None,
        }
    }
}

/// One process, what was to be done to it, and what became of that.
#[derive(Debug)]
pub(crate) struct Deed {
    pub(crate) target: Target,
    /// For people and for programs, as in `SIGTERM` or `nice 5`.
    pub(crate) action: String,
    pub(crate) outcome: Outcome,
}

impl Deed {
    /// Does it to each, or only says so.
    pub(crate) fn each(
        targets: Vec<Target>,
        action: &str,
        is_rehearsal: bool,
        mut act: impl FnMut(&Process) -> psight::Result<()>,
    ) -> Vec<Self> {
        let deed = |target: Target| {
            let outcome =
                if is_rehearsal { Outcome::Planned } else { Outcome::of(act(&target.process)) };
            Self { target, action: action.to_owned(), outcome }
        };
        targets.into_iter().map(deed).collect()
    }

    /// Whether the caller was refused what it asked for. One that had gone before is none of those, nor is one that was
    /// left alone and that nobody had asked for by its number.
    pub(crate) fn has_failed(&self) -> bool {
        match &self.outcome {
            Outcome::Remains | Outcome::Denied(_) | Outcome::Failed(_) => true,
            Outcome::Spared(_) => self.target.by_pid,
            Outcome::Planned | Outcome::Done | Outcome::Ended | Outcome::Gone => false,
        }
    }

    /// Whether the caller has what it wanted, be it because the process had gone anyway.
    pub(crate) fn has_worked(&self) -> bool {
        use Outcome::{Done, Ended, Gone, Planned};
        matches!(self.outcome, Planned | Done | Ended | Gone)
    }

    /// Whether the process got it.
    pub(crate) fn has_arrived(&self) -> bool {
        use Outcome::{Done, Ended, Planned, Remains};
        matches!(self.outcome, Planned | Done | Ended | Remains)
    }
}

/// Shows what was done to programs, and to people what would be done.
pub(crate) fn report(
    context: &mut Context,
    deeds: &[Deed],
    is_rehearsal: bool,
) -> Result<(), Failure> {
    if context.output.format != Format::Table {
        return Ok(context.output.rows(rows(deeds))?);
    }
    if !is_rehearsal || deeds.iter().all(|deed| deed.outcome != Outcome::Planned) {
        return Ok(());
    }
    let columns =
        vec![Column::right("PID"), Column::left("NAME").giving_way(), Column::left("ACTION")];
    let mut table = Table::new(columns);
    for deed in deeds.iter().filter(|deed| deed.outcome == Outcome::Planned) {
        let name = match &deed.target.name {
            Some(name) => Line::new().with_os(Paint::Plain, name),
            None => Line::new().with(Paint::Faint, "?"),
        };
        let pid = Line::new().with(Paint::Plain, deed.target.pid().to_string());
        table.row(vec![pid, name, Line::new().with(Paint::Accent, &deed.action)]);
    }
    Ok(context.output.table(&table)?)
}

/// Tells on standard error which processes did not get it, and why. psight itself, which a pattern often fits, is no
/// news.
pub(crate) fn note_failures(deeds: &[Deed]) {
    let own = std::process::id();
    for deed in deeds {
        match &deed.outcome {
            Outcome::Remains => {
                crate::complain(&format!("{} is still there", deed.target.said()));
            }
            Outcome::Spared(_) if deed.target.pid().as_u32() == own && !deed.target.by_pid => {}
            outcome => {
                if let Some(why) = outcome.error() {
                    crate::complain(why);
                }
            }
        }
    }
}

/// Whether one that was waited for is still there.
pub(crate) fn still_there(deeds: &[Deed]) -> bool {
    deeds.iter().any(|deed| deed.outcome == Outcome::Remains)
}

fn rows(deeds: &[Deed]) -> Rows<'_> {
    let told = deeds.iter().map(|deed| {
        let action = Value::Text(deed.action.as_str().into());
        let outcome = Value::Text(deed.outcome.word().into());
        let error = deed.outcome.error().map_or(Value::Null, |why| Value::Text(why.into()));
        (&deed.target, vec![action, outcome, error])
    });
    facts(&["action", "outcome", "error"], told)
}

/// What is to be said of each process, for programs: who it is, then the values that `names` names.
pub(crate) fn facts<'a>(
    names: &[&'static str],
    of_each: impl Iterator<Item = (&'a Target, Vec<Value<'a>>)>,
) -> Rows<'a> {
    let names = ["pid", "name"].iter().chain(names).copied().map(Cow::Borrowed).collect();
    let row = |(target, values): (&'a Target, Vec<Value<'a>>)| {
        let pid = Value::Uint(target.pid().as_u32().into());
        let name = target.name.as_deref().map_or(Value::Null, Value::OsText);
        [pid, name].into_iter().chain(values).collect()
    };
    Rows { names, rows: of_each.map(row).collect() }
}
