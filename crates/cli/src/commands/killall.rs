//! `psight killall`: a signal to all processes of a name, chosen as psmisc's `killall` chooses.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{BufRead as _, Write as _, stderr, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Args;
use psight::process::Signal;
use psight::table::{Columns, ProcessRow};
use psight::{Host, Pid};
use regex_lite::{Regex, RegexBuilder};

use super::targets::{self, Deed, Manner, Protected, Target, is_named, words};
use super::{Context, Failure, kill};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;
use crate::sanitize;

/// Arguments of `psight killall`.
#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 if for each name somebody got it, else 1.")]
pub(crate) struct Arguments {
    /// Names of processes, or paths of their programs.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The whole name alone, and not the 15 bytes that the kernel keeps of a long one.
    #[arg(short, long)]
    exact: bool,
    /// Capital letters are as good as small ones.
    #[arg(short = 'I', long)]
    ignore_case: bool,
    /// All of the process groups that they are in.
    #[arg(short = 'g', long)]
    process_group: bool,
    /// Ask before each.
    #[arg(short, long)]
    interactive: bool,
    /// List the names of all signals.
    #[arg(short, long)]
    list: bool,
    /// Do not complain that a name is nobody's.
    #[arg(short, long)]
    quiet: bool,
    /// The names are extended regular expressions.
    #[arg(short, long)]
    regexp: bool,
    /// The signal, by name or number; also as -SIGNAL.
    #[arg(short, long, value_name = "SIGNAL", default_value = "TERM")]
    signal: Signal,
    /// Of this user alone, by name or number.
    #[arg(short, long, value_name = "USER")]
    user: Option<String>,
    /// Say who got it.
    #[arg(short, long)]
    verbose: bool,
    /// Wait until all have ended; --wait=SECONDS gives up.
    #[arg(short)]
    wait_for_all: bool,
    /// Those alone that are younger, as in 90s, 5m, 3h, 2d, 1w, 6M or 1y.
    #[arg(short, long, value_name = "TIME", value_parser = age)]
    younger_than: Option<Duration>,
    /// Those alone that are older.
    #[arg(short, long, value_name = "TIME", value_parser = age)]
    older_than: Option<Duration>,
    #[command(flatten)]
    manner: Manner,
}

impl Applet for Arguments {
    const NAME: &'static str = "killall";
    const ABOUT: &'static str = "Signals all processes of a name";
    const SHOWS: bool = false;

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        words::signal_spelled_out(words, Some("-s"))
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(mut arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    if arguments.list {
        return kill::list(&[], context);
    }
    if arguments.names.is_empty() && arguments.user.is_none() {
        return Err(Failure::Usage("say which processes: by name or by user".to_owned()));
    }
    arguments.manner = std::mem::take(&mut arguments.manner).waiting(arguments.wait_for_all);
    let is_captured = context.host.is_captured();
    let names = arguments.names.iter().map(|name| Name::new(name, &arguments, is_captured));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let rows = candidates(&arguments, context)?;
    // For each name the processes that it fits; without names, whatever is of the user.
    let fitting = |name: &Name| rows.iter().filter(|row| name.fits(row)).collect::<Vec<_>>();
    let mut found: Vec<Vec<&ProcessRow>> = names.iter().map(fitting).collect();
    if names.is_empty() {
        found.push(rows.iter().collect());
    }
    let mut targets = targets_of(&rows, &found, arguments.process_group, &context.host);
    if arguments.interactive && !arguments.manner.dry_run {
        targets.retain(agreed);
    }
    let deeds = targets::signal(context, targets, arguments.signal, &arguments.manner)?;
    tell(&arguments, &deeds, context)?;
    let done: HashSet<Pid> =
        deeds.iter().filter(|deed| deed.has_worked()).map(|deed| deed.target.pid()).collect();
    for (name, found) in arguments.names.iter().zip(&found) {
        if found.is_empty() && !arguments.quiet {
            crate::complain(&format!("{name}: no process found"));
        }
    }
    let reached = |found: &Vec<&ProcessRow>| found.iter().any(|row| done.contains(&row.pid));
    if !found.iter().all(reached) || targets::still_there(&deeds) {
        context.verdict = ExitCode::FAILURE;
    }
    Ok(())
}

/// The processes that any of the names may mean.
fn candidates(arguments: &Arguments, context: &Context) -> Result<Vec<ProcessRow>, Failure> {
    let host = &context.host;
    let mut columns = targets::columns_of_names(&arguments.names);
    let mut need = |is_asked: bool, column: Columns| {
        if is_asked {
            columns |= column;
        }
    };
    need(arguments.names.iter().any(|name| name.contains('/')), Columns::EXE);
    need(arguments.process_group, Columns::PGID);
    need(arguments.user.is_some(), Columns::EUID);
    need(arguments.younger_than.is_some() || arguments.older_than.is_some(), Columns::CREATE_TIME);
    let user = match &arguments.user {
        Some(name) => {
            targets::numbers(std::slice::from_ref(name), "user", |name| host.user_id(name))?
        }
        None => Vec::new(),
    };
    let own = Protected::of(host)?;
    let now = host.now();
    let mut rows = host.processes(columns)?;
    rows.retain(|row| {
        let is_of_user = user.is_empty() || row.euid.is_some_and(|uid| user.contains(&uid));
        !own.is_own(row.pid) && is_of_user && arguments.has_age(row, now)
    });
    Ok(rows)
}

impl Arguments {
    fn has_age(&self, row: &ProcessRow, now: SystemTime) -> bool {
        let age = row.create_time.map(|start| now.duration_since(start).unwrap_or_default());
        self.younger_than.is_none_or(|most| age.is_some_and(|age| age < most))
            && self.older_than.is_none_or(|least| age.is_some_and(|age| age > least))
    }
}

/// One name as it is to be understood.
#[derive(Debug)]
enum Name<'a> {
    /// As it was given, and without links, as the kernel has it.
    Path(&'a Path, Option<PathBuf>),
    Pattern(Regex),
    Word {
        word: &'a str,
        exact: bool,
    },
}

impl<'a> Name<'a> {
    fn new(name: &'a str, arguments: &Arguments, is_captured: bool) -> Result<Self, Failure> {
        if !arguments.regexp && name.contains('/') {
            return Ok(Self::Path(Path::new(name), targets::without_links(name, is_captured)));
        }
        if !arguments.regexp && !arguments.ignore_case {
            return Ok(Self::Word { word: name, exact: arguments.exact });
        }
        let pattern = if arguments.regexp {
            name.to_owned()
        } else {
            format!("^{}$", regex_lite::escape(name))
        };
        let pattern = RegexBuilder::new(&pattern).case_insensitive(arguments.ignore_case).build();
        pattern
            .map(Self::Pattern)
            .map_err(|error| Failure::Usage(format!("the pattern {name:?}: {error}")))
    }

    fn fits(&self, row: &ProcessRow) -> bool {
        let name = row.name.as_deref();
        match self {
            Self::Path(path, whole) => {
                row.exe.as_deref().is_some_and(|exe| exe == *path || whole.as_deref() == Some(exe))
            }
            Self::Word { word, exact } => is_named(row, word, *exact),
            Self::Pattern(pattern) => name.is_some_and(|name| {
                let (whole, cut) = targets::names(name);
                pattern.is_match(&whole) || cut.is_some_and(|cut| pattern.is_match(&cut))
            }),
        }
    }
}

/// Those that were found, each once, with everybody who is in a process group with one of them where that was asked for.
fn targets_of(
    rows: &[ProcessRow],
    found: &[Vec<&ProcessRow>],
    groups: bool,
    host: &Host,
) -> Vec<Target> {
    let found = || found.iter().flatten();
    let pids: HashSet<Pid> = found().map(|row| row.pid).collect();
    let with: HashSet<Pid> = found().filter_map(|row| row.pgid.filter(|_| groups)).collect();
    rows.iter()
        .filter(|row| {
            pids.contains(&row.pid) || row.pgid.is_some_and(|group| with.contains(&group))
        })
        .map(|row| Target::of_row(row, host))
        .collect()
}

/// Asks whoever sits at the terminal. No answer is a no.
fn agreed(target: &Target) -> bool {
    let question = format!("Kill {} ? (y/N) ", target.said());
    let asked = write!(stderr(), "{}", sanitize::text(&question));
    let mut answer = String::new();
    asked.is_ok()
        && stdin().lock().read_line(&mut answer).is_ok()
        && answer.trim_start().starts_with(['y', 'Y'])
}

fn tell(arguments: &Arguments, deeds: &[Deed], context: &mut Context) -> Result<(), Failure> {
    if arguments.verbose && !arguments.manner.dry_run && context.output.format == Format::Table {
        let arrived = deeds.iter().filter(|deed| deed.has_arrived());
        let line = |deed: &Deed| {
            let name = deed.target.name.as_deref().unwrap_or_default();
            let how = format!("({}) with signal {}", deed.target.pid(), arguments.signal.number());
            Line::new()
                .with(Paint::Plain, "Killed ")
                .with_os(Paint::Plain, name)
                .with(Paint::Plain, how)
        };
        context.output.lines(arrived.map(line))?;
    }
    targets::report(context, deeds, arguments.manner.dry_run)?;
    targets::note_failures(deeds);
    Ok(())
}

/// A time as `killall` has it: a number and one of the units s, m, h, d, w, M (a month) and y.
fn age(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no time, as in 90s, 5m, 3h, 2d, 1w, 6M or 1y");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86_400.0,
        'w' => 604_800.0,
        // A twelfth of a year, and a year with a quarter of a leap day.
        'M' => 2_629_800.0,
        'y' => 31_557_600.0,
        _ => return Err(wrong()),
    };
    let number: f64 =
        text.strip_suffix(unit).and_then(|number| number.parse().ok()).ok_or_else(wrong)?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_has_a_unit() {
        assert_eq!(age("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(age("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(age("1w"), age("7d"));
        for wrong in ["", "5", "s", "-1s", "1z", "1e300y"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }
}
