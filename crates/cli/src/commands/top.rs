//! `psight top`: processes and resources as they change, on the whole screen or frame by frame.

use std::io::{IsTerminal as _, stdout};
use std::time::Duration;

use clap::Args;
use psight::Host;

use super::{Context, Failure};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::Format;
use crate::top::{Column, Frames, Order, Start, User, Wanted, frames, full_screen};

/// Arguments of `psight top`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print one frame after the other instead, for files and pipes.
    #[arg(short, long)]
    batch: bool,
    /// Seconds between samples.
    #[arg(short, long, value_name = "SECONDS", default_value = "1.5", value_parser = human::seconds)]
    delay: Duration,
    /// End after this many samples.
    #[arg(short = 'n', long, visible_alias = "max-iterations", value_name = "COUNT")]
    iterations: Option<u64>,
    /// These processes alone.
    #[arg(short, long = "pid", value_name = "PID,…", value_delimiter = ',')]
    pids: Vec<u32>,
    /// Processes of this user, by name or number.
    #[arg(short, long, value_name = "USER", conflicts_with = "any_user")]
    user: Option<String>,
    /// Processes whose effective or real user this is.
    #[arg(short = 'U', value_name = "USER")]
    any_user: Option<String>,
    /// Processes that have these words in their command, name or user; a|b for either.
    #[arg(short = 'F', long, value_name = "WORDS", default_value = "")]
    filter: String,
    /// A row for each thread.
    #[arg(short = 'H', long)]
    threads: bool,
    /// Only processes that did something since the last sample.
    #[arg(short = 'i', long)]
    busy: bool,
    /// Sort by this column; with + before it from the greatest, with - from the least.
    #[arg(
        short = 'o',
        long = "sort-override",
        visible_alias = "sort-key",
        short_alias = 's',
        value_name = "[+-]COLUMN",
        allow_hyphen_values = true,
        default_value = "cpu"
    )]
    sort: String,
    /// Names of programs instead of command lines; with -b the other way round.
    #[arg(short = 'c', long = "cmdline-toggle")]
    command: bool,
    /// Show who started whom.
    #[arg(short, long)]
    tree: bool,
    /// A meter for each CPU, or with -b a line; on the screen the other way round.
    #[arg(short = '1', long = "single-cpu-toggle")]
    single: bool,
    /// Lines of a frame are this long at most, or as long as they need be.
    #[arg(short, value_name = "COLUMNS", num_args = 0..=1, default_missing_value = "0")]
    wide: Option<usize>,
    /// With -b, memory of the machine in this unit: k, m, g, t, p or e.
    #[arg(short = 'E', long = "scale-summary-mem", value_name = "UNIT", default_value = "m")]
    summary_unit: char,
    /// With -b, memory of processes in this unit: k, m, g, t or p.
    #[arg(short = 'e', long = "scale-task-mem", value_name = "UNIT")]
    task_unit: Option<char>,
    /// List the names of columns.
    #[arg(short = 'O', long = "list-fields")]
    list: bool,
    /// Times with those of children that ended, which psight does not add up.
    #[arg(short = 'S', long = "accum-time-toggle", hide = true)]
    cumulative: bool,
    /// No colours, as with --color never.
    #[arg(short = 'C', long = "no-color", visible_alias = "no-colour")]
    no_colour: bool,
    /// Leave the mouse to the terminal.
    #[arg(short = 'M', long = "no-mouse")]
    no_mouse: bool,
    /// Refuse to change any process.
    #[arg(long)]
    readonly: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "top";
    const ABOUT: &'static str = "Processes and resources as they change";
    // It does so by itself, and it can end processes.
    const SHOWS: bool = false;

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    if arguments.list {
        let titles = Column::all().map(|column| column.about().title);
        let lines = titles.map(|title| Line::new().with(Paint::Plain, title));
        return Ok(context.output.lines(lines)?);
    }
    if arguments.cumulative {
        let what = "-S: times of children are not added up: psight ps --cumulative does";
        return Err(Failure::Usage(what.to_owned()));
    }
    let (wanted, order) = (arguments.wanted(&context.host)?, arguments.order()?);
    let units = arguments.units()?;
    if arguments.no_colour {
        context.output.terminal.colour = false;
    }
    let delay = arguments.delay;
    if arguments.batch || context.output.format != Format::Table {
        if let Some(width) = arguments.wide {
            context.output.terminal.width = Some(width).filter(|width| *width > 0);
        }
        let names = !arguments.command;
        let (threads, per_cpu) = (arguments.threads, arguments.single);
        let count = arguments.iterations;
        let asked = Frames { wanted, order, names, threads, per_cpu, units, delay, count };
        return frames(&asked, context);
    }
    if !stdout().is_terminal() {
        let what = "top draws on a terminal, and the output is none: -b prints frame by frame";
        return Err(Failure::Usage(what.to_owned()));
    }
    let own = (!context.host.is_captured()).then(std::process::id);
    let start = Start {
        wanted,
        order,
        names: arguments.command,
        threads: arguments.threads,
        per_cpu: !arguments.single,
        readonly: arguments.readonly,
        delay: delay.max(LEAST),
        terminal: context.output.terminal,
        zone: context.zone(),
        own,
    };
    full_screen(&context.host, start, arguments.iterations, !arguments.no_mouse)
}

/// Nobody reads faster, and the machine has better things to do.
const LEAST: Duration = Duration::from_millis(100);

impl Arguments {
    fn wanted(&self, host: &Host) -> Result<Wanted, Failure> {
        let user = match (&self.user, &self.any_user) {
            (Some(name), _) | (_, Some(name)) => {
                let user = User::called(name, self.user.is_none(), host);
                Some(user.ok_or_else(|| Failure::Usage(format!("no user is called {name:?}")))?)
            }
            _ => None,
        };
        Ok(Wanted {
            filter: self.filter.clone(),
            user,
            pids: self.pids.clone(),
            busy_only: self.busy,
            no_kernel: false,
        })
    }

    /// The units of sizes, of the machine's and of those of processes.
    fn units(&self) -> Result<(char, Option<char>), Failure> {
        let known = |option: &str, letter: char, letters: &str| match letters.contains(letter) {
            true => Ok(letter),
            false => Err(Failure::Usage(format!("-{option}: {letter:?} is none of {letters}"))),
        };
        let task = self.task_unit.map(|letter| known("e", letter, "kmgtp")).transpose()?;
        Ok((known("E", self.summary_unit, "kmgtpe")?, task))
    }

    fn order(&self) -> Result<Order, Failure> {
        let (name, falls) = match self.sort.strip_prefix('+') {
            Some(name) => (name, Some(true)),
            None => match self.sort.strip_prefix('-') {
                Some(name) => (name, Some(false)),
                None => (self.sort.as_str(), None),
            },
        };
        let Some(column) = Column::named(name) else {
            let known: Vec<_> = Column::all().map(|column| column.about().title).collect();
            let what = format!("no column is called {name:?}; there are {}", known.join(", "));
            return Err(Failure::Usage(what));
        };
        let order = Order::by(column);
        Ok(Order { falls: falls.unwrap_or(order.falls), tree: self.tree, ..order })
    }
}
