//! What a command works with, and how it ends.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::process::ExitCode;

use jiff::tz::TimeZone;
use psight::{ErrorKind, Host};

use crate::commands::overview::seen::Seen;
use crate::output::Output;
use crate::zone;

/// What a command works with.
pub(crate) struct Context {
    /// The machine that is asked.
    pub(crate) host: Host,
    /// Where the answer goes.
    pub(crate) output: Output,
    /// What could not be read.
    pub(crate) skipped: Skipped,
    /// The exit code of a command that worked.
    pub(crate) verdict: ExitCode,
    /// What the overview saw last, where it is shown again and again.
    pub(crate) seen: Option<Seen>,
}

impl Context {
    pub(crate) fn new(host: Host, output: Output) -> Self {
        Self { host, output, skipped: Skipped::default(), verdict: ExitCode::SUCCESS, seen: None }
    }

    /// The time zone of the reader.
    pub(crate) fn zone(&self) -> TimeZone {
        zone::zone()
    }
}

/// Why a command gave no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The machine did not tell.
    Machine(psight::Error),
    /// The answer could not be written.
    Output(io::Error),
    /// The arguments make no sense together.
    Usage(String),
    /// What went wrong has an exit code of its own in the program whose work the command does.
    Coded(u8, String),
}

impl Failure {
    /// 2 for wrong usage, 1 for the rest that has no code of its own.
    pub(crate) fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Coded(code, _) => *code,
            _ => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(error) => error.fmt(f),
            Self::Output(error) => write!(f, "cannot write the answer: {error}"),
            Self::Usage(what) | Self::Coded(_, what) => f.write_str(what),
        }
    }
}

impl From<psight::Error> for Failure {
    fn from(error: psight::Error) -> Self {
        Self::Machine(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// What was left out, told in one line at the end.
#[derive(Debug, Default)]
pub(crate) struct Skipped(BTreeMap<String, Vec<String>>);

impl Skipped {
    /// Notes that `what` is not in the output.
    pub(crate) fn note(&mut self, what: impl Into<String>, why: &psight::Error) {
        match why.kind() {
            ErrorKind::AccessDenied => self.denied(what),
            ErrorKind::TimedOut => self.because(what, "no answer in time"),
            _ => {
                let (what, why) = (what.into(), why.to_string());
                // The error may begin with what it is about.
                let reason = why.strip_prefix(&format!("{what}: ")).unwrap_or(&why).to_owned();
                self.because(what, reason);
            }
        }
    }

    /// Notes that the caller may not know `what`.
    pub(crate) fn denied(&mut self, what: impl Into<String>) {
        self.because(what, "permission denied");
    }

    /// Notes that `what` failed, and why.
    pub(crate) fn failed(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.because(what, why);
    }

    fn because(&mut self, what: impl Into<String>, why: impl Into<String>) {
        let (what, told) = (what.into(), self.0.entry(why.into()).or_default());
        // A command that looks again and again finds the same again. Among many it would take long to look for it.
        if told.len() >= 64 || !told.contains(&what) {
            told.push(what);
        }
    }

    /// The value, or `None` with a note. What this system does not have at all is no news.
    pub(crate) fn known<T>(&mut self, what: &str, answer: psight::Result<T>) -> Option<T> {
        match answer {
            Ok(value) => Some(value),
            Err(error) => {
                if error.kind() != ErrorKind::Unsupported {
                    self.note(what, &error);
                }
                None
            }
        }
    }

    /// `skipped 3: /a, /b (permission denied); /c (no answer in time)`.
    pub(crate) fn summary(&self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let told = self.0.iter().map(|(why, what)| format!("{} ({why})", few(what)));
        Some(format!("not everything could be read: {}", told.collect::<Vec<_>>().join("; ")))
    }
}

/// The first few of many.
fn few(all: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
