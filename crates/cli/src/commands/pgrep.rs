//! `psight pgrep`: the pids of the processes that fit, as procps' `pgrep` finds and prints them.

use std::borrow::Cow;
use std::process::ExitCode;

use clap::Args;
use psight::ErrorKind;
use psight::record::{Record as _, Value};
use psight::table::{Columns, ProcessRow};

use super::targets::Criteria;
use super::{Context, Failure, ps};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};

/// Arguments of `psight pgrep`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Exit code: 0 if there are any, 1 if there are none, 2 for wrong arguments, 3 if the processes cannot be read."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    criteria: Criteria,
    /// Those that do not fit instead.
    #[arg(short = 'v', long)]
    inverse: bool,
    /// Show the names as well.
    #[arg(short = 'l', long)]
    list_name: bool,
    /// Show the command lines as well.
    #[arg(short = 'a', long)]
    list_full: bool,
    /// Show the numbers of their threads instead of the processes.
    #[arg(short = 'w', long)]
    lightweight: bool,
    /// Show how many there are instead.
    #[arg(short, long)]
    count: bool,
    /// A signal, as pkill takes it; nobody gets it.
    #[arg(long, value_name = "SIGNAL", hide = true)]
    signal: Option<psight::process::Signal>,
    /// What stands between them, instead of a new line.
    #[arg(short, long, value_name = "TEXT")]
    delimiter: Option<String>,
}

impl Applet for Arguments {
    const NAME: &'static str = "pgrep";
    const ABOUT: &'static str = "Pids of processes by name, command line, user and more";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context).map_err(fatal)
    }
}

/// What keeps the processes from being read at all has a code of its own.
pub(super) fn fatal(failure: Failure) -> Failure {
    match failure {
        Failure::Machine(error) => Failure::Coded(3, error.to_string()),
        failure => failure,
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let matcher = arguments.criteria.matcher(&context.host, arguments.inverse)?;
    let is_table = context.output.format == Format::Table;
    let mut columns = Columns::PID;
    if arguments.list_name || !is_table {
        columns |= Columns::NAME;
    }
    if arguments.list_full {
        columns |= Columns::CMDLINE | Columns::NAME | Columns::STATUS;
    }
    let mut rows = matcher.select(&context.host, columns)?;
    if arguments.lightweight {
        rows = threads(&rows, columns, context)?;
    }
    if rows.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    if !is_table {
        return for_programs(arguments, &rows, context);
    }
    if arguments.count {
        let count = Line::new().with(Paint::Plain, rows.len().to_string());
        return Ok(context.output.lines([count])?);
    }
    joined(rows.iter().map(|row| line(arguments, row)), arguments.delimiter.as_deref(), context)
}

/// A row for each thread of these processes; one that has ended has none.
fn threads(
    rows: &[ProcessRow],
    columns: Columns,
    context: &Context,
) -> Result<Vec<ProcessRow>, Failure> {
    let mut scanner = context.host.scanner(columns)?;
    let mut threads = Vec::with_capacity(rows.len());
    for row in rows {
        let add = |thread: &ProcessRow| threads.push(thread.clone());
        match scanner.threads(row, add) {
            Err(error) if error.kind() != ErrorKind::NoSuchProcess => return Err(error.into()),
            _ => {}
        }
    }
    Ok(threads)
}

/// Writes lines that are never cut, since half a pid is another one; with `delimiter`, which may be any text, between them
/// instead of ends of lines.
pub(super) fn joined(
    lines: impl Iterator<Item = Line>,
    delimiter: Option<&str>,
    context: &mut Context,
) -> Result<(), Failure> {
    context.output.terminal.width = None;
    let Some(delimiter) = delimiter else { return Ok(context.output.lines(lines)?) };
    let lines: Vec<String> = lines.map(|line| line.render(false)).collect();
    if lines.is_empty() {
        return Ok(());
    }
    Ok(context.output.raw(format!("{}\n", lines.join(delimiter)).as_bytes())?)
}

fn line(arguments: &Arguments, row: &ProcessRow) -> Line {
    let mut line = Line::new().with(Paint::Plain, row.pid.to_string());
    if arguments.list_full {
        line.push(Paint::Plain, " ");
        line.append(ps::command(row));
    } else if arguments.list_name {
        let name = row.name.as_deref().unwrap_or_default();
        line = line.with(Paint::Plain, " ").with_os(Paint::Plain, name);
    }
    line
}

fn for_programs(
    arguments: &Arguments,
    rows: &[ProcessRow],
    context: &mut Context,
) -> Result<(), Failure> {
    if arguments.count {
        let count = Value::Uint(rows.len().try_into().unwrap_or(u64::MAX));
        let names = vec![Cow::Borrowed("count")];
        return Ok(context.output.rows(Rows { names, rows: vec![vec![count]] })?);
    }
    let fields: &[&'static str] =
        if arguments.list_full { &["pid", "name", "cmdline"] } else { &["pid", "name"] };
    let rows: Vec<_> = rows.iter().collect();
    Ok(context.output.rows(values(&rows, fields))?)
}

/// These fields of each row, for programs.
pub(super) fn values<'a>(rows: &[&'a ProcessRow], fields: &[&'static str]) -> Rows<'a> {
    let values = |row: &&'a ProcessRow| {
        fields.iter().map(|field| row.value(field).unwrap_or(Value::Null)).collect()
    };
    let names = fields.iter().copied().map(Cow::Borrowed).collect();
    Rows { names, rows: rows.iter().map(values).collect() }
}
