//! The `psight` command: picks a subcommand, prints its error.

mod commands;
mod human;
mod line;
mod output;
mod sanitize;
mod table;
mod terminal;

use std::io::{self, BufWriter, Write as _, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use psight::Host;

use crate::commands::{Context, Failure, df, free, netstat, overview, ps};
use crate::output::{Format, Output};
use crate::terminal::{Colour, Terminal};

/// See every process and every resource of a machine.
///
/// Without a command: one screen about this machine.
#[derive(Debug, Parser)]
#[command(name = "psight", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    overview: overview::Arguments,
    #[command(flatten)]
    global: Global,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// One screen about the machine: what `psight` alone shows.
    Overview(overview::Arguments),
    /// Processes.
    Ps(ps::Arguments),
    /// Memory and swap space.
    Free(free::Arguments),
    /// Space on file systems.
    Df(df::Arguments),
    /// Connections and sockets that listen.
    Netstat(netstat::Arguments),
}

/// What every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
struct Global {
    /// Print JSON: raw numbers in base units, null for what is not known.
    #[arg(long, global = true)]
    json: bool,
    /// Print JSON, one object to a line.
    #[arg(long, global = true, conflicts_with = "json")]
    ndjson: bool,
    /// Print comma-separated values.
    #[arg(long, global = true, conflicts_with_all = ["json", "ndjson"])]
    csv: bool,
    /// Ask the machine whose /proc, /sys and /etc lie under DIR: one that is mounted, or one that was captured.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// When to use colour.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value = "auto")]
    color: Colour,
    /// Lay out for this many columns instead of the terminal's.
    #[arg(long, global = true, value_name = "COLUMNS")]
    width: Option<usize>,
    /// Exit with 1 if anything could not be read.
    #[arg(long, global = true)]
    strict: bool,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refused(&error),
    };
    match run(cli) {
        Ok(code) => code,
        // Whoever read the output has what it wanted, as in `psight ps | head -1`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            complain(&failure.to_string());
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let Global { json, ndjson, csv, root, color, width, strict } = cli.global;
    let host = match root {
        Some(root) => Host::at(root)?,
        None => Host::local(),
    };
    let format = match (json, ndjson, csv) {
        (true, ..) => Format::Json,
        (_, true, _) => Format::Ndjson,
        (.., true) => Format::Csv,
        _ => Format::Table,
    };
    let terminal = Terminal::of_stdout(color, width);
    let output = Output::new(Box::new(BufWriter::new(stdout().lock())), format, terminal);
    let mut context = Context::new(host, output);
    match cli.command.unwrap_or(Command::Overview(cli.overview)) {
        Command::Overview(arguments) => overview::run(arguments, &mut context),
        Command::Ps(arguments) => ps::run(arguments, &mut context),
        Command::Free(arguments) => free::run(arguments, &mut context),
        Command::Df(arguments) => df::run(arguments, &mut context),
        Command::Netstat(arguments) => netstat::run(arguments, &mut context),
    }?;
    let Some(summary) = context.skipped.summary() else { return Ok(context.verdict) };
    complain(&summary);
    Ok(if strict { ExitCode::FAILURE } else { context.verdict })
}

/// Says on standard error why there is no answer, or not a whole one. A standard error that is closed is no reason to
/// fail as well.
fn complain(what: &str) {
    let _ = writeln!(stderr(), "psight: {}", sanitize::text(what));
}

/// Help and versions go to standard output; a complaint about the arguments repeats them, so it is cleaned.
fn refused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    for line in error.render().to_string().lines() {
        let _ = writeln!(stderr(), "{}", sanitize::text(line));
    }
    ExitCode::from(2)
}
