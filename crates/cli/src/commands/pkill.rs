//! `psight pkill`: a signal to the processes that fit, chosen as `pgrep` chooses.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use psight::process::Signal;
use psight::table::Columns;

use super::pgrep::fatal;
use super::targets::{self, Criteria, Manner, Target, words};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight pkill`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 if anybody got it, 1 if nobody did, 2 for wrong arguments, 3 if the processes cannot be read."
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    criteria: Criteria,
    /// The signal, by name or number; also as -SIGNAL.
    #[arg(long, value_name = "SIGNAL", default_value = "TERM")]
    signal: Signal,
    /// Say who got it.
    #[arg(short, long)]
    echo: bool,
    /// Show how many fit.
    #[arg(short, long)]
    count: bool,
    /// Those alone that catch the signal.
    #[arg(short = 'H', long)]
    require_handler: bool,
    /// Those that do not fit instead.
    #[arg(long)]
    inverse: bool,
    #[command(flatten)]
    manner: Manner,
}

impl Applet for Arguments {
    const NAME: &'static str = "pkill";
    const ABOUT: &'static str = "Signals processes by name, command line, user and more";
    const SHOWS: bool = false;

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        words::signal_spelled_out(words, None)
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context).map_err(fatal)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let matcher = arguments.criteria.matcher(&context.host, arguments.inverse)?;
    let rows = matcher.select(&context.host, Columns::NAME)?;
    let mut found: Vec<Target> =
        rows.iter().map(|row| Target::of_row(row, &context.host)).collect();
    if arguments.require_handler {
        found.retain(|target| catches(target, arguments.signal));
    }
    let count = found.len();
    let deeds = targets::signal(context, found, arguments.signal, &arguments.manner)?;
    if context.output.format == Format::Table {
        let arrived = deeds.iter().filter(|deed| deed.has_arrived());
        let echoed = arrived.filter(|_| arguments.echo && !arguments.manner.dry_run);
        let line = |deed: &targets::Deed| {
            let name = deed.target.name.as_deref().unwrap_or_default();
            let killed = format!(" killed (pid {})", deed.target.pid());
            Line::new().with_os(Paint::Plain, name).with(Paint::Plain, killed)
        };
        context.output.lines(echoed.map(line))?;
        if arguments.count {
            context.output.lines([Line::new().with(Paint::Plain, count.to_string())])?;
        }
    }
    targets::report(context, &deeds, arguments.manner.dry_run)?;
    targets::note_failures(&deeds);
    if !deeds.iter().any(targets::Deed::has_arrived) || targets::still_there(&deeds) {
        context.verdict = ExitCode::FAILURE;
    }
    Ok(())
}

/// Whether the process handles the signal itself. What may not be known is taken for a no.
fn catches(target: &Target, signal: Signal) -> bool {
    let Ok(number) = u32::try_from(signal.number()) else { return false };
    target.process.signal_masks().is_ok_and(|masks| masks.caught.contains(number))
}
