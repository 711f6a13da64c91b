//! `psight renice`: changes the nice value of processes that run.

use std::collections::HashMap;
use std::process::ExitCode;

use clap::Args;
use psight::Pid;

use super::targets::{self, Care, Deed, Found, Wanted};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight renice`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The nice value, unless -n says it, from -20 (before all others) to 19; then pids and names of processes.
    #[arg(value_name = "[NICE] PID|NAME", allow_negative_numbers = true)]
    words: Vec<String>,
    /// The nice value.
    #[arg(short = 'n', long, value_name = "NICE", allow_hyphen_values = true)]
    priority: Option<i32>,
    /// Add this to what each has.
    #[arg(long, value_name = "N", allow_hyphen_values = true, conflicts_with = "priority")]
    relative: Option<i32>,
    /// Pids and names of processes.
    #[arg(short, long, value_name = "PID|NAME", num_args = 1..)]
    pid: Vec<String>,
    /// All of these process groups.
    #[arg(short = 'g', long, value_name = "PGID", num_args = 1..)]
    pgrp: Vec<String>,
    /// All of these users, by name or number.
    #[arg(short, long, value_name = "USER", num_args = 1..)]
    user: Vec<String>,
    #[command(flatten)]
    care: Care,
}

impl Applet for Arguments {
    const NAME: &'static str = "renice";
    const ABOUT: &'static str = "Changes the nice value of processes that run";
    const SHOWS: bool = false;

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let (nice, words) = nice(arguments)?;
    let mut wanted = Wanted::of(&[words, &arguments.pid].concat())?;
    for group in &arguments.pgrp {
        wanted.add_group(group)?;
    }
    let host = &context.host;
    wanted.users = targets::numbers(&arguments.user, "user", |name| host.user_id(name))?;
    if wanted.is_empty() {
        return Err(Failure::Usage("say which processes: by pid, name, group or user".to_owned()));
    }
    let Found { targets, missing } = wanted.find(host)?;
    for missing in &missing {
        crate::complain(missing);
    }
    let chosen = arguments.care.chosen(context, targets)?;
    let mut changes: HashMap<Pid, (i32, i32)> = HashMap::new();
    let deeds = arguments.care.change(chosen, &nice.action(), |process| {
        let before = process.nice()?;
        process.set_nice(nice.after(before))?;
        changes.insert(process.pid(), (before, process.nice()?));
        Ok(())
    });
    if context.output.format == Format::Table {
        context.output.lines(deeds.iter().filter_map(|deed| line(deed, &changes)))?;
    }
    targets::report(context, &deeds, arguments.care.dry_run)?;
    targets::note_failures(&deeds);
    if !missing.is_empty() || deeds.iter().any(Deed::has_failed) {
        context.verdict = ExitCode::FAILURE;
    }
    Ok(())
}

/// As util-linux says it.
fn line(deed: &Deed, changes: &HashMap<Pid, (i32, i32)>) -> Option<Line> {
    let pid = deed.target.pid();
    let (before, after) = changes.get(&pid)?;
    let text = format!("{pid} (process ID) old priority {before}, new priority {after}");
    Some(Line::new().with(Paint::Plain, text))
}

/// What is to become of a nice value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nice {
    Is(i32),
    Plus(i32),
}

impl Nice {
    fn after(self, before: i32) -> i32 {
        match self {
            Self::Is(value) => value,
            Self::Plus(value) => before.saturating_add(value),
        }
    }

    fn action(self) -> String {
        match self {
            Self::Is(value) => format!("nice {value}"),
            Self::Plus(value) => format!("nice {value:+}"),
        }
    }
}

/// The nice value, and the words that are none.
fn nice(arguments: &Arguments) -> Result<(Nice, &[String]), Failure> {
    if let Some(value) = arguments.priority {
        return Ok((Nice::Is(value), &arguments.words));
    }
    if let Some(value) = arguments.relative {
        return Ok((Nice::Plus(value), &arguments.words));
    }
    let Some((first, rest)) = arguments.words.split_first() else {
        return Err(Failure::Usage("say the nice value".to_owned()));
    };
    match first.parse() {
        Ok(value) => Ok((Nice::Is(value), rest)),
        Err(_) => Err(Failure::Usage(format!("{first:?} is no nice value"))),
    }
}
