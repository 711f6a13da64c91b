//! `psight procinfo`: everything about one process, in sections, as psutil's script of that name shows it.

mod facts;

use std::ffi::OsStr;

use clap::Args;
use jiff::Timestamp;
use psight::net::{Address, Connection, SocketType};
use psight::process::Limit;
use psight::record::{ToValue, Value};
use psight::{ErrorKind, Process};

use self::facts::Facts;
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::output::Format;
use crate::table::{self, Column, Numbers, Table};

/// How many lines of a section are shown unless all are wanted.
const FEW: usize = 4;
/// The column of what is said, behind the names.
const INDENT: usize = 13;

/// Arguments of `psight procinfo`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// The process; psight itself unless said otherwise.
    #[arg(value_name = "PID")]
    pid: Option<u32>,
    /// All lines of each section.
    #[arg(short, long)]
    verbose: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "procinfo";
    const ABOUT: &'static str = "Everything about one process";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    if context.output.format == Format::Csv {
        return Err(Failure::Usage("procinfo is not a list: use --json".to_owned()));
    }
    let process = match arguments.pid {
        Some(pid) => context.host.process(pid)?,
        None if context.host.is_captured() => {
            return Err(Failure::Usage("say which process of that machine".to_owned()));
        }
        None => Process::current()?,
    };
    let facts = Facts::ask(&process, context);
    // What ended meanwhile has left nothing that could be believed.
    if facts.name.is_none() && process.is_running().is_ok_and(|runs| !runs) {
        return Err(psight_gone(&process));
    }
    if context.output.format != Format::Table {
        return Ok(context.output.document(&facts.document())?);
    }
    let mut report =
        Report { lines: Vec::new(), most: if arguments.verbose { usize::MAX } else { FEW } };
    identity(&facts, context, &mut report);
    costs(&facts, &mut report);
    sections(&facts, &mut report);
    Ok(context.output.lines(report.lines)?)
}

fn psight_gone(process: &Process) -> Failure {
    match process.name() {
        Err(error) if error.kind() == ErrorKind::NoSuchProcess => Failure::Machine(error),
        _ => Failure::Usage(format!("process {} has ended", process.pid())),
    }
}

/// Names with what is said of them.
struct Report {
    lines: Vec<Line>,
    most: usize,
}

impl Report {
    /// One line; nothing where nothing is known.
    fn fact(&mut self, name: &str, said: Option<Line>) {
        let Some(said) = said else { return };
        let mut line = Line::new().with(Paint::Strong, name);
        line.pad(INDENT);
        line.append(said);
        self.lines.push(line);
    }

    fn value(&mut self, name: &str, value: &impl ToValue) {
        let value = value.to_value();
        self.fact(name, (!value.is_null()).then(|| table::plain(&value)));
    }

    /// The fields of a record that are known, amounts of bytes with a unit.
    fn record(&mut self, name: &str, value: &impl ToValue) {
        let Value::Record(fields, values) = value.to_value() else { return };
        let mut line = Line::new();
        for (field, value) in fields.iter().zip(&values).filter(|(_, value)| !value.is_null()) {
            let between = if line.is_empty() { "" } else { ", " };
            line.push(Paint::Plain, format!("{between}{}=", field.name));
            line.append(table::cell(field, value, Numbers { human: Some(Scale::Binary) }));
        }
        self.fact(name, (!line.is_empty()).then_some(line));
    }

    /// A table; of a long one the first lines and how many there are.
    fn section(&mut self, name: &str, columns: Vec<Column>, rows: Vec<Vec<Line>>) {
        if rows.is_empty() {
            return;
        }
        let (count, mut table) = (rows.len(), Table::new(columns));
        rows.into_iter().take(self.most).for_each(|row| table.row(row));
        let mut name = name;
        for line in table.lines(None, ' ') {
            self.fact(std::mem::take(&mut name), Some(line));
        }
        if count > self.most {
            let more = format!("[… {} in all; --verbose shows them]", count);
            self.fact("", Some(Line::new().with(Paint::Faint, more)));
        }
    }
}

fn identity(facts: &Facts, context: &Context, report: &mut Report) {
    report.value("pid", &facts.pid);
    report.value("name", &facts.name);
    report.fact(
        "parent",
        facts.ppid.map(|ppid| {
            let line = Line::new().with(Paint::Plain, ppid.to_string());
            match &facts.parent {
                Some(name) => line
                    .with(Paint::Plain, " (")
                    .with_os(Paint::Plain, name)
                    .with(Paint::Plain, ")"),
                None => line,
            }
        }),
    );
    report.value("exe", &facts.exe);
    report.value("cwd", &facts.cwd);
    report.value("root", &facts.root);
    report.fact(
        "cmdline",
        facts.cmdline.as_ref().filter(|words| !words.is_empty()).map(|words| {
            words.iter().enumerate().fold(Line::new(), |line, (at, word)| {
                line.with(Paint::Plain, if at > 0 { " " } else { "" }).with_os(Paint::Plain, word)
            })
        }),
    );
    let started = facts.create_time.and_then(|at| Timestamp::try_from(at).ok());
    report.fact(
        "started",
        started.map(|at| {
            let local = at.to_zoned(context.zone());
            Line::new().with(Paint::Plain, local.strftime("%Y-%m-%d %H:%M:%S").to_string())
        }),
    );
    report.value("status", &facts.status);
    report.value("user", &facts.username);
    report.record("uids", &facts.uids);
    report.record("gids", &facts.gids);
    report.value("pgid", &facts.pgid);
    report.value("sid", &facts.sid);
    report.value("terminal", &facts.terminal);
    let groups = facts.cgroups.iter().flatten();
    let groups =
        groups.map(|group| vec![text(group.controllers.join(",")), os(group.path.as_os_str())]);
    report.section(
        "cgroups",
        vec![Column::left("CONTROLLERS"), Column::left("PATH")],
        groups.collect(),
    );
}

fn costs(facts: &Facts, report: &mut Report) {
    let spent = facts.cpu_times.as_ref().map(|times| human::cpu_time(times.total()));
    report.fact("cpu-tspent", spent.map(text));
    report.record("cpu-times", &facts.cpu_times);
    report.value("cpu-affinity", &facts.cpu_affinity);
    report.value("cpu-num", &facts.cpu_num);
    match &facts.memory_full {
        Some(_) => report.record("memory", &facts.memory_full),
        None => report.record("memory", &facts.memory_info),
    }
    report.fact("memory %", facts.memory_percent.map(|percent| text(format!("{percent:.2}"))));
    report.record("page-faults", &facts.page_faults);
    report.value("nice", &facts.nice);
    report.record("ionice", &facts.ionice);
    report.value("num-threads", &facts.num_threads);
    report.value("num-fds", &facts.num_fds);
    report.record("I/O", &facts.io_counters);
    report.record("ctx-switches", &facts.num_ctx_switches);
}

fn sections(facts: &Facts, report: &mut Report) {
    let children = facts.children.iter().map(|(pid, name)| {
        vec![text(pid.to_string()), name.as_deref().map_or_else(|| text("?".to_owned()), os)]
    });
    report.section("children", vec![Column::left("PID"), Column::left("NAME")], children.collect());
    let files = facts.open_files.iter().flatten();
    let files =
        files.map(|file| vec![table::plain(&file.fd.to_value()), os(file.path.as_os_str())]);
    report.section("open-files", vec![Column::right("FD"), Column::left("PATH")], files.collect());
    let sockets = facts.net_connections.iter().flatten().map(connection);
    let heads = ["PROTO", "LOCAL ADDR", "REMOTE ADDR", "STATUS"].map(Column::left);
    report.section("connections", heads.to_vec(), sockets.collect());
    let threads = facts.threads.iter().flatten().filter(|_| facts.num_threads != Some(1));
    let threads = threads.map(|thread| {
        let name = thread.name.as_deref().unwrap_or("?".as_ref());
        let seconds = |seconds: f64| text(format!("{seconds:.2}"));
        vec![
            text(thread.id.to_string()),
            seconds(thread.user_time),
            seconds(thread.system_time),
            os(name),
        ]
    });
    let mut heads = ["TID", "USER", "SYSTEM"].map(Column::right).to_vec();
    heads.push(Column::left("NAME"));
    report.section("threads", heads, threads.collect());
    let limits = facts.rlimits.iter().map(|(name, limits)| {
        vec![text((*name).to_owned()), limit(limits.soft), limit(limits.hard)]
    });
    let mut heads = vec![Column::left("RLIMIT")];
    heads.extend(["SOFT", "HARD"].map(Column::right));
    // There are as many as there are, and all of them fit.
    let few = std::mem::replace(&mut report.most, usize::MAX);
    report.section("res-limits", heads, limits.collect());
    report.most = few;
    let mut variables: Vec<_> = facts.environ.iter().flatten().collect();
    variables.sort();
    let variables = variables.into_iter().map(|(name, value)| vec![os(name), os(value)]);
    report.section("environ", ["NAME", "VALUE"].map(Column::left).to_vec(), variables.collect());
    let mut maps: Vec<_> = facts.memory_maps.iter().flatten().collect();
    maps.sort_by_key(|map| std::cmp::Reverse(map.rss));
    let maps = maps.into_iter().map(|map| {
        vec![text(human::bytes_short(map.rss, Scale::Binary)), os(map.path.as_os_str())]
    });
    report.section("mem-maps", vec![Column::right("RSS"), Column::left("PATH")], maps.collect());
}

fn connection(socket: &Connection) -> Vec<Line> {
    let protocol = if socket.kind == SocketType::Stream { "TCP" } else { "UDP" };
    let end = |address: &Option<Address>| {
        text(address.as_ref().map_or_else(|| "*:*".to_owned(), Address::to_string))
    };
    vec![
        text(protocol.to_owned()),
        end(&socket.laddr),
        end(&socket.raddr),
        text(socket.status.to_string()),
    ]
}

fn limit(limit: Limit) -> Line {
    text(limit.to_string())
}

fn text(text: String) -> Line {
    Line::new().with(Paint::Plain, text)
}

fn os(text: &OsStr) -> Line {
    Line::new().with_os(Paint::Plain, text)
}
