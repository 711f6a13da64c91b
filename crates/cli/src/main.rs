//! The `psight` command: picks a command, prints its error.

mod applet;
mod bpf;
mod commands;
mod context;
mod global;
mod human;
mod line;
mod output;
mod registry;
mod sanitize;
mod table;
mod terminal;
mod top;
mod zone;

use std::io::{self, BufWriter, Write as _, stderr, stdout};
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, FromArgMatches as _};

use crate::applet::Applet as _;
use crate::bpf::Bpf;
use crate::commands::{Context, Failure, overview};
use crate::global::Global;
use crate::output::Output;
use crate::registry::Entry;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let registry::Choice { entry, parser, words, is_own_program } =
        registry::choice(std::env::args_os().collect());
    let matches = match parser.try_get_matches_from(words) {
        Ok(matches) => matches,
        Err(error) => return refused(&error, entry),
    };
    let chosen = if is_own_program { Some(&matches) } else { matches.subcommand().map(|(_, m)| m) };
    let done = match Global::from_arg_matches(chosen.unwrap_or(&matches)) {
        Ok(global) => run(&global, entry, chosen.unwrap_or(&matches)),
        Err(error) => return refused(&error, entry),
    };
    match done {
        Ok(code) => code,
        // Whoever read the output has what it wanted, as in `psight ps | head -1`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::from(match failure {
                Failure::Usage(_) => misused(entry),
                failure => failure.code(),
            })
        }
    }
}

fn run(global: &Global, entry: Option<&Entry>, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let terminal = Terminal::of_stdout(global.color, global.width);
    let output = Output::new(
        Box::new(BufWriter::with_capacity(1 << 16, stdout())),
        global.format(),
        terminal,
    );
    let mut context = Context::new(global.host()?, output);
    match global.watch {
        Some(pause) => watch(pause, entry, matches, &mut context)?,
        None => answer(entry, matches, &mut context)?,
    }
    if global.bpf() == Bpf::Tell {
        complain(&bpf::outcome(&context.host));
    }
    let Some(summary) = context.skipped.summary() else { return Ok(context.verdict) };
    complain(&summary);
    Ok(if global.strict { ExitCode::FAILURE } else { context.verdict })
}

/// The command that was named, or the overview.
fn answer(
    entry: Option<&Entry>,
    matches: &ArgMatches,
    context: &mut Context,
) -> Result<(), Failure> {
    match entry {
        Some(entry) => (entry.run)(matches, context),
        None => {
            let arguments = overview::Arguments::from_arg_matches(matches);
            arguments.map_err(|error| Failure::Usage(error.to_string()))?.run(context)
        }
    }
}

/// The same again and again, until a signal or the end of whoever reads it.
fn watch(
    pause: Duration,
    entry: Option<&Entry>,
    matches: &ArgMatches,
    context: &mut Context,
) -> Result<(), Failure> {
    if entry.is_some_and(|entry| !entry.shows) {
        return Err(Failure::Usage("--watch is for commands that show something".to_owned()));
    }
    let mut is_first = true;
    loop {
        context.output.again(is_first)?;
        answer(entry, matches, context)?;
        is_first = false;
        // What could not be read stands under each picture; without this, a day of it would be kept.
        if let Some(summary) = std::mem::take(&mut context.skipped).summary() {
            complain(&summary);
        }
        std::thread::sleep(pause);
    }
}

/// Says on standard error why there is no answer, or not a whole one. A standard error that is closed is no reason to
/// fail as well.
pub(crate) fn complain(what: &str) {
    let _ = writeln!(stderr(), "psight: {}", sanitize::text(what));
}

/// Help and versions go to standard output; a complaint about the arguments repeats them, so it is cleaned.
fn refused(error: &clap::Error, entry: Option<&Entry>) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    for line in error.render().to_string().lines() {
        let _ = writeln!(stderr(), "{}", sanitize::text(line));
    }
    ExitCode::from(misused(entry))
}

/// The exit code for arguments that make no sense.
fn misused(entry: Option<&Entry>) -> u8 {
    entry.map_or(2, |entry| entry.misused)
}
