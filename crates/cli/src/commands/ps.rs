//! `psight ps`: processes, with the options that fingers know from `ps`.

mod asked;
mod columns;
mod known;
mod layouts;
mod select;
mod threads;
mod tree;
mod units;
mod words;

use std::cmp::Ordering;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::SystemTime;

use clap::Args;
use psight::record::Value;
use psight::table::{Columns, ProcessRow};
use psight::{ErrorKind, Host};

use self::columns::{Chosen, Reader, Shown};
use self::select::Selection;
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human::Scale;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::table::{Column, Table, room_for_pids};

pub(crate) use columns::{command, paint, short_command};
pub(crate) use select::belongs_to;
pub(crate) use tree::arrange;

/// Arguments of `psight ps`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Numbers choose processes by pid, words by name or command line. Options of BSD's are understood as well:
    /// aux, axjf.
    #[arg(value_name = "PID|WORD")]
    words: Vec<String>,
    /// All processes, as where nothing is asked for, or columns alone. With other options that have no process in them it is
    /// the caller's own at this terminal, as in ps.
    #[arg(short = 'e', visible_short_alias = 'A')]
    every: bool,
    /// Those with a terminal that lead no session.
    #[arg(short = 'a')]
    attached: bool,
    /// Those that lead no session.
    #[arg(short = 'd')]
    followers: bool,
    /// Full: with user, parent and start.
    #[arg(short = 'f')]
    full: bool,
    /// Extra full: with sizes and the processor as well.
    #[arg(short = 'F')]
    extra: bool,
    /// Long: with flags, priority, size and what it waits for.
    #[arg(short = 'l')]
    long: bool,
    /// With -l: no flags, and rss in the place of an address.
    #[arg(short = 'y')]
    without_flags: bool,
    /// Jobs: with process group and session.
    #[arg(short = 'j')]
    jobs: bool,
    /// With the class by which a process gets its turn and its priority there.
    #[arg(short = 'c')]
    class: bool,
    /// With the processor.
    #[arg(short = 'P')]
    processor: bool,
    /// With the label of the security module.
    #[arg(short = 'M', visible_short_alias = 'Z')]
    label: bool,
    /// Pid, label of the security module and command.
    #[arg(long)]
    context: bool,
    /// These columns, by their names in psutil (`memory_info.rss`) or in ps (`%cpu`); NAME=TITLE gives another head.
    #[arg(short = 'o', long = "format", visible_aliases = ["only", "columns"], value_name = "COLUMN,…")]
    columns: Vec<String>,
    /// The usual columns with these after the pid.
    #[arg(short = 'O', value_name = "COLUMN,…", conflicts_with = "columns")]
    more_columns: Vec<String>,
    /// These processes.
    #[arg(short = 'p', long = "pid", value_name = "PID,…", value_delimiter = ',')]
    pids: Vec<u32>,
    /// These processes, in this order, and no others.
    #[arg(
        short = 'q',
        long = "quick-pid",
        value_name = "PID,…",
        value_delimiter = ',',
        conflicts_with_all = ["words", "pids", "parents", "users", "real_users", "names", "terminals",
            "sessions", "leaders", "groups", "real_groups", "negated", "sort", "tree", "attached", "followers"]
    )]
    quick: Vec<u32>,
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
    #[arg(short = 's', long = "sid", value_name = "SESSION,…", value_delimiter = ',')]
    sessions: Vec<u32>,
    /// Processes of these sessions, or with the rights of groups of these names.
    #[arg(short = 'g', value_name = "SESSION|GROUP,…", value_delimiter = ',')]
    leaders: Vec<String>,
    /// Processes with the rights of these groups of users, by name or number.
    #[arg(long = "group", value_name = "GROUP,…", value_delimiter = ',')]
    groups: Vec<String>,
    /// Processes that members of these groups started, by name or number.
    #[arg(short = 'G', long = "Group", value_name = "GROUP,…", value_delimiter = ',')]
    real_groups: Vec<String>,
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
    #[arg(short = 'L', long)]
    threads: bool,
    /// The same, with their numbers under SPID.
    #[arg(short = 'T')]
    spid: bool,
    /// Show threads under their processes.
    #[arg(short = 'm', conflicts_with_all = ["threads", "spid"])]
    under: bool,
    /// Tell which columns there are.
    #[arg(long)]
    list_columns: bool,
    /// Sort by these columns, those after a - from the greatest.
    #[arg(long, value_name = "[-]COLUMN,…", value_delimiter = ',', allow_hyphen_values = true)]
    sort: Vec<String>,
    /// Show who started whom.
    #[arg(long, visible_alias = "forest")]
    tree: bool,
    /// Show who started whom, by indentation.
    #[arg(short = 'H', conflicts_with = "tree")]
    hierarchy: bool,
    /// With the times of children that ended.
    #[arg(long)]
    cumulative: bool,
    /// Sizes with the unit that suits them.
    #[arg(long)]
    human: bool,
    /// Do not cut lines to the terminal.
    #[arg(short = 'w', action = clap::ArgAction::Count)]
    wide: u8,
    /// Lines of this many columns.
    #[arg(long = "cols", value_name = "COLUMNS")]
    cols: Option<usize>,
    /// No line of heads.
    #[arg(long = "no-headers", visible_alias = "no-heading", aliases = ["noheaders", "noheader", "no-header",
        "noheading", "noheadings", "no-headings"])]
    no_headers: bool,
    /// The line of heads on every page.
    #[arg(long, visible_alias = "header", alias = "heading", alias = "headings")]
    headers: bool,
    /// Pages of this many lines.
    #[arg(long = "rows", visible_alias = "lines", value_name = "LINES")]
    page: Option<usize>,
    /// Options of BSD's, which have no dash.
    #[arg(long = "bsd", hide = true, value_name = "LETTERS", require_equals = true)]
    letters: Vec<String>,
    /// What they say that no other option does.
    #[arg(skip)]
    bsd: Bsd,
}

/// What options of BSD's `ps` ask for.
#[derive(Debug, Default, Clone, Copy)]
struct Bsd {
    /// Whether there are any, which has columns of its own.
    any: bool,
    /// The letter that decides over the columns.
    layout: Option<char>,
    /// Those with a terminal.
    attached: bool,
    /// The caller's own.
    own: bool,
    /// Those at the caller's terminal.
    here: bool,
    /// Those that run.
    running: bool,
    /// Names in the place of commands.
    names: bool,
    /// The environment behind the command.
    environment: bool,
    /// Numbers in the place of users.
    numbers: bool,
    /// Threads, each in a row, and no columns for their numbers.
    threads: bool,
}

impl Arguments {
    /// Whether threads have rows of their own.
    fn has_threads(&self) -> bool {
        self.threads || self.bsd.threads
    }
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
    if arguments.words.iter().any(String::is_empty) {
        // A variable that is empty must not mean everybody.
        return Err(Failure::Usage("an empty word chooses nobody".to_owned()));
    }
    berkeley(&mut arguments);
    arguments.threads |= arguments.spid;
    let chosen = chosen(&arguments, context.output.format)?;
    let sort = sort_keys(&arguments.sort)?;
    let selection = Selection::new(&arguments, &context.host);
    let is_tree = arguments.tree || arguments.hierarchy;
    if is_tree && arguments.under {
        return Err(Failure::Usage("-m: a tree of processes has no threads under them".to_owned()));
    }
    let needs: Columns = chosen
        .iter()
        .chain(sort.iter().map(|(key, _)| key))
        .map(Chosen::needs)
        .chain([selection.needs(), if is_tree { tree::NEEDS } else { Columns::NONE }])
        .collect();
    let needs = with_locks(needs, &chosen, &sort, &context.host);
    let reader = Reader {
        now: now(&context.host),
        zone: context.zone(),
        human: arguments.human.then_some(Scale::Binary),
        page_size: context.host.page_size(),
        cumulative: arguments.cumulative,
    };
    // Without them nothing would be asked for, which means everything.
    if let Some(unknown) = selection.unknown(&context.host) {
        return Err(Failure::Coded(1, unknown));
    }
    let mut rows = match selection.alone() {
        Some(pids) => some(&pids, needs, &context.host)?,
        None => context.host.processes(needs)?,
    };
    rows.retain(|row| selection.has(row));
    if rows.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    let columns: Vec<&Chosen> = chosen.iter().chain(sort.iter().map(|(key, _)| key)).collect();
    let mut rows = threads::shown(rows, arguments.has_threads(), &columns, context)?;
    if arguments.quick.is_empty() {
        sort_rows(&mut rows, &sort, &reader);
    } else {
        let place = |row: &Shown| arguments.quick.iter().position(|pid| *pid == row.pid.as_u32());
        rows.sort_by_key(place);
    }
    if arguments.under {
        rows = threads::under(rows, &columns, context)?;
    }
    note_denied(&rows, &chosen, context);
    if context.output.format != Format::Table {
        let names = chosen.iter().map(|column| column.key.clone().into()).collect();
        let values = |row| chosen.iter().map(|column| column.value(row, &reader)).collect();
        return Ok(context.output.rows(Rows { names, rows: rows.iter().map(values).collect() })?);
    }
    if is_tree && sort.is_empty() {
        // Numbers begin again where there are no greater ones.
        rows.sort_by_key(|row| row.create_time);
    }
    show(&arguments, &rows, &chosen, &reader, context)
}

/// The rows of these processes; of one that is not there, none.
fn some(pids: &[u32], needs: Columns, host: &Host) -> Result<Vec<ProcessRow>, Failure> {
    let mut scanner = host.scanner(needs)?;
    let mut rows = Vec::with_capacity(pids.len());
    for pid in pids {
        match scanner.row(*pid) {
            Ok(row) => rows.push(row),
            Err(error) if error.kind() == ErrorKind::NoSuchProcess => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(rows)
}

/// The columns, with the one that says who has locked memory, where it is shown and somebody has: it is a dear one, and
/// makes sizes exact as `memory_info` does, which is not needed for that then.
fn with_locks(needs: Columns, chosen: &[Chosen], sort: &[(Chosen, bool)], host: &Host) -> Columns {
    let locks = || host.locked_memory().is_ok_and(|locked| locked != Some(0));
    if !chosen.iter().any(Chosen::marks_locks) || !locks() {
        return needs;
    }
    let mut shown = chosen.iter().chain(sort.iter().map(|(key, _)| key));
    let is_needed = shown.any(|column| column.key.starts_with("memory_info"));
    let spared = if is_needed { Columns::NONE } else { Columns::MEMORY_INFO };
    needs.minus(spared) | Columns::LOCKED_MEMORY
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
    if let Some(width) = arguments.cols.filter(|_| arguments.wide < 2) {
        terminal.width = Some(width);
    }
    let is_sorted = !arguments.sort.is_empty();
    let branches = if arguments.tree {
        Some(tree::branches(rows, is_sorted, terminal))
    } else if arguments.hierarchy {
        Some(tree::indented(rows, is_sorted))
    } else {
        None
    };
    let order: Vec<usize> = match &branches {
        Some(branches) => branches.iter().map(|branch| branch.row).collect(),
        None => (0..rows.len()).collect(),
    };
    let mut table = Table::new(columns(arguments, chosen, &context.host));
    let is_headless = arguments.no_headers || chosen.iter().all(Chosen::is_nameless);
    if is_headless {
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
    // Nobody turns the pages of a pipe, unless told how long they are.
    let page = arguments.page.or(terminal.height).filter(|page| *page > 1);
    match page.filter(|_| arguments.headers && !is_headless) {
        Some(page) => paged(table, page, context),
        None => Ok(context.output.table(&table)?),
    }
}

/// The columns as the table has them: those of `ps` with the room that they have there, which scripts count on that cut
/// lines into columns, and the last one with as much as it needs.
fn columns(arguments: &Arguments, chosen: &[Chosen], host: &Host) -> Vec<Column> {
    if layouts::is_ours(arguments) {
        return chosen.iter().map(Chosen::column).collect();
    }
    let last = chosen.len().saturating_sub(1);
    let of_pids = room_for_pids(host);
    let roomy = |(at, chosen): (usize, &Chosen)| chosen.roomy(at == last, of_pids);
    chosen.iter().enumerate().map(roomy).collect()
}

/// The table with its heads above every page of so many lines.
fn paged(table: Table, page: usize, context: &mut Context) -> Result<(), Failure> {
    let terminal = context.output.terminal;
    let mut lines = table.lines(terminal.width, terminal.cut_mark()).into_iter();
    let Some(heads) = lines.next() else { return Ok(()) };
    let rows: Vec<Line> = lines.collect();
    let pages = rows.chunks(page - 1);
    let lines = pages.flat_map(|rows| std::iter::once(&heads).chain(rows)).cloned();
    Ok(context.output.lines(lines)?)
}

/// Takes the options of BSD's `ps`.
fn berkeley(arguments: &mut Arguments) {
    let options = arguments.letters.concat();
    let has = |letter: char| options.contains(letter);
    // With a pid everything all the same, as in ps; a name or a pattern, which ps has not, chooses.
    let is_pid = |word: &String| word.parse::<u32>().is_ok();
    arguments.every |= has('a') && has('x') && arguments.words.iter().all(is_pid);
    arguments.tree |= has('f');
    arguments.wide += u8::from(has('w'));
    arguments.no_headers |= has('h');
    arguments.under |= has('m');
    arguments.cumulative |= has('S');
    arguments.bsd = Bsd {
        any: !arguments.letters.is_empty(),
        layout: layouts::bsd(&options),
        attached: has('a') && !has('x'),
        own: has('x') && !has('a'),
        here: has('T'),
        running: has('r'),
        names: has('c'),
        environment: has('e'),
        numbers: has('n'),
        threads: has('H'),
    };
}

fn chosen(arguments: &Arguments, format: Format) -> Result<Vec<Chosen>, Failure> {
    let mut names = layouts::asked(arguments, format)?;
    if arguments.bsd.environment && format != Format::Table {
        names.push("environ".to_owned());
    }
    let named = |name: &String| Chosen::named(name).ok_or_else(|| unknown(name));
    let mut chosen = names.iter().map(named).collect::<Result<Vec<_>, _>>()?;
    if arguments.bsd.names {
        chosen = chosen.into_iter().map(Chosen::by_name).collect();
    }
    if arguments.bsd.environment && format == Format::Table {
        chosen.iter_mut().for_each(Chosen::with_environment);
    }
    Ok(chosen)
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
    let known = known.join(", ");
    Failure::Usage(format!(
        "no column is called {name:?}; there are {known}, and what --list-columns shows"
    ))
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
