//! `psight ps`: processes, with the options that fingers know from `ps`.

mod columns;
mod select;
mod threads;
mod tree;
mod words;

use std::cmp::Ordering;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Args;
use psight::Host;
use psight::record::Value;
use psight::table::Columns;

use self::columns::{Chosen, Reader, Shown};
use self::select::Selection;
use super::{Context, Failure};
use crate::human::Scale;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::registry::Applet;
use crate::table::{Column, Table};

const DEFAULT: &str = "pid,user,%cpu,%mem,rss,tty,stat,start,bsdtime,command";
const USER: &str = "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,bsdtime,command";
const THREADS: &str = "pid,lwp,user,%cpu,rss,tty,stat,start,bsdtime,name";
const FULL_THREADS: &str = "user,pid,ppid,lwp,%cpu,nlwp,start,tty,time,command";
const FULL: &str = "user,pid,ppid,%cpu,start,tty,time,command";
const JOBS: &str = "ppid,pid,pgid,sid,tty,stat,uid,bsdtime,command";
const LONG: &str = "stat,uid,pid,ppid,%cpu,nice,rss,vsz,tty,time,command";
/// What programs get that do not choose: all that is cheap.
const RICH: &str = "pid,ppid,name,username,status,uids,gids,terminal,create_time,nice,num_threads,\
    cpu_percent,cpu_times,rss,vms,memory_percent,cmdline";

/// The same of threads.
const RICH_THREADS: &str = "pid,lwp,ppid,name,username,status,uids,gids,terminal,create_time,nice,\
    num_threads,cpu_num,cpu_percent,cpu_times,rss,vms,memory_percent,cmdline";

pub(crate) use columns::{command, paint, short_command};
pub(crate) use select::belongs_to;
pub(crate) use tree::arrange;

/// Arguments of `psight ps`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Numbers choose processes by pid, words by name or command line. The first may be options of BSD's: aux, axjf.
    #[arg(value_name = "PID|WORD")]
    words: Vec<String>,
    /// All processes, which is the default.
    #[arg(short = 'e', visible_short_aliases = ['A', 'a', 'x', 'd'])]
    every: bool,
    /// Full: with parent and start.
    #[arg(short = 'f')]
    full: bool,
    /// Long: with priority and sizes.
    #[arg(short = 'l', conflicts_with = "full")]
    long: bool,
    /// These columns, by their names in psutil (`memory_info.rss`) or in ps (`%cpu`); NAME=TITLE gives another head.
    #[arg(short = 'o', long = "format", visible_aliases = ["only", "columns"], value_name = "COLUMN,…")]
    columns: Vec<String>,
    /// These processes.
    #[arg(short = 'p', long = "pid", value_name = "PID,…", value_delimiter = ',')]
    pids: Vec<u32>,
    /// Children of these processes.
    #[arg(long = "ppid", value_name = "PID,…", value_delimiter = ',')]
    parents: Vec<u32>,
    /// Processes with the rights of these users, by name or number.
    #[arg(short = 'u', long = "user", value_name = "USER,…", value_delimiter = ',')]
    users: Vec<String>,
    /// Processes that these users started, by name or number.
    #[arg(short = 'U', long = "User", value_name = "USER,…", value_delimiter = ',')]
    real_users: Vec<String>,
    /// Processes of these names.
    #[arg(short = 'C', value_name = "NAME,…", value_delimiter = ',')]
    names: Vec<String>,
    /// Processes at these terminals; - for those without one.
    #[arg(
        short = 't',
        long = "tty",
        value_name = "TTY,…",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    terminals: Vec<String>,
    /// Processes of these sessions.
    #[arg(
        short = 's',
        short_alias = 'g',
        long = "sid",
        value_name = "SESSION,…",
        value_delimiter = ','
    )]
    sessions: Vec<u32>,
    /// Processes of these groups of users, by number.
    #[arg(short = 'G', long = "Group", value_name = "GID,…", value_delimiter = ',')]
    groups: Vec<u32>,
    /// All but what is chosen.
    #[arg(short = 'N', long = "deselect")]
    negated: bool,
    /// Every word must fit instead of one.
    #[arg(long, conflicts_with_all = ["nand", "nor"])]
    and: bool,
    /// One word must fit, which is the default.
    #[arg(long, conflicts_with_all = ["and", "nand", "nor"])]
    or: bool,
    /// Not every word may fit.
    #[arg(long, conflicts_with = "nor")]
    nand: bool,
    /// No word may fit.
    #[arg(long)]
    nor: bool,
    /// Show threads, each in a row.
    #[arg(short = 'L', visible_short_aliases = ['T'], long)]
    threads: bool,
    /// Tell which columns there are.
    #[arg(long)]
    list_columns: bool,
    /// Sort by these columns, those after a - from the greatest.
    #[arg(long, value_name = "[-]COLUMN,…", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
    /// Show who started whom.
    #[arg(long, visible_alias = "forest")]
    tree: bool,
    /// Sizes with the unit that suits them.
    #[arg(short = 'H', long = "human")]
    human: bool,
    /// Do not cut lines to the terminal.
    #[arg(short = 'w', action = clap::ArgAction::Count)]
    wide: u8,
    /// No line of heads.
    #[arg(long = "no-headers", visible_alias = "no-heading", alias = "noheaders")]
    no_headers: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "ps";
    const ABOUT: &'static str = "Processes";

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        words::spelled_out(words)
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(mut arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    if arguments.list_columns {
        return list_columns(context);
    }
    let style = bsd_style(&mut arguments);
    let chosen = chosen(&arguments, style, context.output.format)?;
    let sort = sort_keys(&arguments.sort)?;
    let selection = Selection::new(&arguments, &context.host);
    let needs: Columns = chosen
        .iter()
        .chain(sort.iter().map(|(key, _)| key))
        .map(Chosen::needs)
        .chain([selection.needs(), if arguments.tree { Columns::PPID } else { Columns::NONE }])
        .collect();
    let reader = Reader {
        now: now(&context.host),
        zone: context.zone(),
        human: arguments.human.then_some(Scale::Binary),
    };
    let mut rows = context.host.processes(needs)?;
    rows.retain(|row| selection.has(row));
    if rows.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    let columns: Vec<&Chosen> = chosen.iter().chain(sort.iter().map(|(key, _)| key)).collect();
    let mut rows = threads::shown(rows, arguments.threads, &columns, context);
    sort_rows(&mut rows, &sort, &reader);
    note_denied(&rows, &chosen, context);
    if context.output.format != Format::Table {
        let names = chosen.iter().map(|column| column.key.clone().into()).collect();
        let values = |row| chosen.iter().map(|column| column.value(row, &reader)).collect();
        return Ok(context.output.rows(Rows { names, rows: rows.iter().map(values).collect() })?);
    }
    show(&arguments, &rows, &chosen, &reader, context)
}

/// Now, by the clock that starts of processes are counted on: what the wall clock says may be a second off it.
fn now(host: &Host) -> SystemTime {
    let counted = || host.boot_time().ok()?.checked_add(host.time_since_boot().ok()?);
    if host.is_captured() { host.now() } else { counted().unwrap_or_else(|| host.now()) }
}

fn show(
    arguments: &Arguments,
    rows: &[Shown],
    chosen: &[Chosen],
    reader: &Reader,
    context: &mut Context,
) -> Result<(), Failure> {
    let terminal = &mut context.output.terminal;
    if arguments.wide > 0 {
        terminal.width = None;
    }
    let branches = if arguments.tree { Some(tree::branches(rows, terminal)) } else { None };
    let order: Vec<usize> = match &branches {
        Some(branches) => branches.iter().map(|branch| branch.row).collect(),
        None => (0..rows.len()).collect(),
    };
    let mut table = Table::new(chosen.iter().map(Chosen::column).collect());
    if arguments.no_headers || chosen.iter().all(Chosen::is_nameless) {
        table = table.without_heads();
    }
    for (at, row) in order.into_iter().enumerate() {
        let Some(row) = rows.get(row) else { continue };
        let cells = chosen.iter().map(|column| {
            let cell = column.cell(row, reader);
            match branches.as_ref().and_then(|branches| branches.get(at)) {
                Some(branch) if column.is_command() => branch.before(cell),
                _ => cell,
            }
        });
        table.row(cells);
    }
    Ok(context.output.table(&table)?)
}

/// Takes the options of BSD's `ps` from before the words, and says which columns they ask for.
fn bsd_style(arguments: &mut Arguments) -> Option<&'static str> {
    // What `ps -aux` says and nobody means: the processes of a user called x.
    if arguments.every && arguments.users == ["x"] {
        arguments.users.clear();
        return Some(USER);
    }
    if !is_bsd(arguments.words.first()?) {
        return None;
    }
    let options = arguments.words.remove(0);
    arguments.tree |= options.contains('f');
    arguments.wide |= u8::from(options.contains('w'));
    arguments.no_headers |= options.contains('h');
    arguments.threads |= options.contains('H');
    [('u', USER), ('j', JOBS), ('l', LONG)]
        .into_iter()
        .find(|(letter, _)| options.contains(*letter))
        .map(|(_, columns)| columns)
}

/// Whether a word is options rather than a name: some of `a`, `u` and `x`, and more after `a` and `x` alone, so that
/// `lua` and `flux` stay what they are.
fn is_bsd(word: &str) -> bool {
    let more = word.trim_start_matches(['a', 'u', 'x']);
    let Some(first) = word.strip_suffix(more).filter(|first| !first.is_empty()) else {
        return false;
    };
    let once = ['a', 'u', 'x'].iter().all(|letter| first.matches(*letter).count() <= 1);
    let all = first.contains('a') && first.contains('x');
    once && (more.is_empty() || all && more.chars().all(|letter| "fjlwhH".contains(letter)))
}

fn chosen(
    arguments: &Arguments,
    style: Option<&'static str>,
    format: Format,
) -> Result<Vec<Chosen>, Failure> {
    let asked = arguments.columns.join(",");
    let names = match (asked.is_empty(), format) {
        (false, _) => asked.as_str(),
        (true, Format::Table) if arguments.full && arguments.threads => FULL_THREADS,
        (true, Format::Table) if arguments.full => FULL,
        (true, Format::Table) if arguments.long => LONG,
        (true, Format::Table) if arguments.threads => style.unwrap_or(THREADS),
        (true, Format::Table) => style.unwrap_or(DEFAULT),
        (true, _) if arguments.threads => RICH_THREADS,
        (true, _) => RICH,
    };
    let names = names.split([',', ' ']).filter(|name| !name.is_empty());
    names.map(|name| Chosen::named(name).ok_or_else(|| unknown(name))).collect()
}

/// One line for each column: its name for programs, and those of `ps`.
fn list_columns(context: &mut Context) -> Result<(), Failure> {
    if context.output.format != Format::Table {
        let row = |(name, others): (&'static str, String)| {
            let others = others.split(' ').map(|name| Value::Text(name.to_owned().into()));
            vec![Value::Text(name.into()), Value::List(others.collect())]
        };
        let rows = columns::names().map(row).collect();
        let names = vec!["column".into(), "names".into()];
        return Ok(context.output.rows(Rows { names, rows })?);
    }
    let mut table = Table::new(vec![Column::left("COLUMN"), Column::left("NAMES")]);
    for (name, others) in columns::names() {
        let cells = [name, &others].map(|text| Line::new().with(Paint::Plain, text));
        table.row(cells);
    }
    Ok(context.output.table(&table)?)
}

fn unknown(name: &str) -> Failure {
    let known: Vec<_> = Columns::ALL.names().collect();
    Failure::Usage(format!("no column is called {name:?}; there are {}", known.join(", ")))
}

/// The columns to sort by, and whether from the greatest.
fn sort_keys(names: &[String]) -> Result<Vec<(Chosen, bool)>, Failure> {
    let key = |name: &String| {
        let (name, down) = match name.strip_prefix('-') {
            Some(name) => (name, true),
            None => (name.strip_prefix('+').unwrap_or(name), false),
        };
        Ok((Chosen::named(name).ok_or_else(|| unknown(name))?, down))
    };
    names.iter().map(key).collect()
}

fn sort_rows(rows: &mut [Shown], keys: &[(Chosen, bool)], reader: &Reader) {
    // Stable: equals keep the order of their pids.
    for (key, down) in keys.iter().rev() {
        rows.sort_by(|one, other| {
            let (one, other) = (key.value(one, reader), key.value(other, reader));
            match (one.is_null(), other.is_null(), columns::order(&one, &other)) {
                // What is not known stays last in either direction.
                (false, false, ordering) if *down => ordering.reverse(),
                (_, _, ordering) => ordering,
            }
        });
    }
    debug_assert!(
        !keys.is_empty() || rows.is_sorted_by(|a, b| a.pid.cmp(&b.pid) != Ordering::Greater)
    );
}

/// Tells which columns the caller may not know, and of how many processes.
fn note_denied(rows: &[Shown], chosen: &[Chosen], context: &mut Context) {
    let asked: Columns = chosen.iter().map(Chosen::needs).collect();
    for column in asked.iter() {
        let count = rows.iter().filter(|row| row.denied().intersects(column)).count();
        match count {
            0 => {}
            1 => context.skipped.denied(format!("{column} of one process")),
            _ => context.skipped.denied(format!("{column} of {count} processes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Arguments {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Arguments { words, ..Arguments::default() }
    }

    #[test]
    fn the_classic_words_are_options() {
        for (word, style) in
            [("aux", Some(USER)), ("ax", None), ("axjf", Some(JOBS)), ("u", Some(USER))]
        {
            let mut arguments = words(&[word, "nginx"]);
            assert_eq!(bsd_style(&mut arguments), style, "{word}");
            assert_eq!(arguments.words, ["nginx"]);
            assert_eq!(arguments.tree, word.contains('f'));
        }
    }

    #[test]
    fn a_dash_before_aux_is_forgiven() {
        let users = vec!["x".to_owned()];
        let mut arguments = Arguments { every: true, users, ..Arguments::default() };
        assert_eq!(bsd_style(&mut arguments), Some(USER));
        assert!(arguments.users.is_empty());
    }

    #[test]
    fn other_words_are_words() {
        for word in ["nginx", "1", "java", "flux", "fe", "lua", "xauth", "axel", "xx", "awl", ""] {
            let mut arguments = words(&[word]);
            assert_eq!(bsd_style(&mut arguments), None);
            assert_eq!(arguments.words, [word]);
        }
    }

    #[test]
    fn the_sets_of_columns_have_known_names() {
        for names in [DEFAULT, USER, FULL, JOBS, LONG, RICH, THREADS, FULL_THREADS, RICH_THREADS] {
            for name in names.split(',') {
                assert!(Chosen::named(name).is_some(), "{name}");
            }
        }
    }
}
