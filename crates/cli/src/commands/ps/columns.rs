//! The columns of `psight ps`: every field of the table of processes, and the names that `ps` has for some of them.

use std::cmp::Ordering;
use std::ffi::{OsStr, OsString};
use std::ops::Deref;
use std::path::Path;
use std::time::SystemTime;

use jiff::tz::TimeZone;
use psight::process::{Scheduling, SchedulingPolicy, Status, nice_order};
use psight::record::{Field, Unit, Value};
use psight::table::{Columns, ProcessRow};
use psight::{Pid, Record as _};

use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::table::{self, Column, Numbers};

/// How a value is shown to people, where its unit does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Kibibytes,
    Terminal,
    Letter,
    State,
    Start,
    Time,
    Clock,
    Elapsed,
    Seconds,
    Moment,
    Thread,
    Foreground,
    Command,
    EffectiveUser,
    Priority,
    KernelPriority,
    RealTime,
    Class,
    Wchan,
}

/// A name of `ps` for a field: its names, its head, the field, how it looks.
struct Known(&'static [&'static str], &'static str, &'static str, Look);

const KNOWN: &[Known] = &[
    Known(&["pid", "tgid"], "PID", "pid", Look::Plain),
    Known(&["ppid"], "PPID", "ppid", Look::Plain),
    Known(&["pgid", "pgrp"], "PGID", "pgid", Look::Plain),
    Known(&["sid", "sess", "session"], "SID", "sid", Look::Plain),
    Known(&["user", "euser", "uname"], "USER", "username", Look::EffectiveUser),
    Known(&["username"], "USER", "username", Look::Plain),
    Known(&["ruser"], "RUSER", "username", Look::Plain),
    Known(&["uid", "euid"], "UID", "uids.effective", Look::Plain),
    Known(&["ruid"], "RUID", "uids.real", Look::Plain),
    Known(&["gid", "egid"], "GID", "gids.effective", Look::Plain),
    Known(&["rgid"], "RGID", "gids.real", Look::Plain),
    Known(&["cpu_percent", "%cpu", "pcpu", "c"], "%CPU", "cpu_percent", Look::Plain),
    Known(&["memory_percent", "%mem", "pmem"], "%MEM", "memory_percent", Look::Plain),
    Known(&["vms", "vsz", "vsize"], "VSZ", "vms", Look::Kibibytes),
    Known(&["rss", "rssize", "rsz"], "RSS", "rss", Look::Kibibytes),
    Known(&["uss"], "USS", "memory_footprint.uss", Look::Kibibytes),
    Known(&["pss"], "PSS", "memory_footprint.pss", Look::Kibibytes),
    Known(&["swap"], "SWAP", "memory_footprint.swap", Look::Kibibytes),
    Known(&["terminal", "tty", "tt", "tname"], "TTY", "terminal", Look::Terminal),
    Known(&["stat"], "STAT", "status", Look::Letter),
    Known(&["state", "s"], "S", "status", Look::State),
    Known(&["status"], "STATUS", "status", Look::Plain),
    Known(
        &["create_time", "start", "stime", "bsdstart", "start_time"],
        "START",
        "create_time",
        Look::Start,
    ),
    Known(&["cpu_times", "bsdtime"], "TIME", "cpu_times", Look::Time),
    Known(&["time", "cputime"], "TIME", "cpu_times", Look::Clock),
    Known(&["lstart"], "STARTED", "create_time", Look::Moment),
    Known(&["etime", "elapsed"], "ELAPSED", "create_time", Look::Elapsed),
    Known(&["etimes"], "ELAPSED", "create_time", Look::Seconds),
    Known(&["lwp", "tid", "spid"], "LWP", "pid", Look::Thread),
    Known(&["tpgid"], "TPGID", "pgid", Look::Foreground),
    Known(&["nice", "ni"], "NI", "nice", Look::Plain),
    Known(&["pri"], "PRI", "pid", Look::Priority),
    Known(&["priority"], "PRI", "pid", Look::KernelPriority),
    Known(&["rtprio"], "RTPRIO", "pid", Look::RealTime),
    Known(&["cls", "class", "policy"], "CLS", "pid", Look::Class),
    Known(&["wchan"], "WCHAN", "pid", Look::Wchan),
    Known(&["num_threads", "nlwp", "thcount"], "NLWP", "num_threads", Look::Plain),
    Known(&["cpu_num", "psr"], "PSR", "cpu_num", Look::Plain),
    Known(&["min_flt", "minflt"], "MINFLT", "page_faults.minor", Look::Plain),
    Known(&["maj_flt", "majflt"], "MAJFLT", "page_faults.major", Look::Plain),
    Known(&["num_fds", "fds"], "FDS", "num_fds", Look::Plain),
    Known(&["name", "comm", "ucomm", "ucmd"], "NAME", "name", Look::Plain),
    Known(&["cmdline", "args", "cmd", "command"], "COMMAND", "cmdline", Look::Command),
];

/// One column that was chosen.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// The key for programs: the library's name.
    pub(super) key: String,
    title: String,
    index: usize,
    field: &'static Field,
    part: Option<(usize, &'static Field)>,
    look: Look,
    needs: Columns,
}

/// What cells need to know besides the row.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) now: SystemTime,
    pub(super) zone: TimeZone,
    pub(super) human: Option<Scale>,
}

/// A row as it is shown: of a process, or of one of its threads.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) row: ProcessRow,
    /// The number of the thread, where threads are shown.
    pub(super) thread: Option<u32>,
    /// The process group that its terminal obeys, where that was asked for.
    pub(super) foreground: Option<Pid>,
    /// What the user is called whose rights it has, where that was asked for and is not the one who started it.
    pub(super) effective_user: Option<OsString>,
    /// By which rules it gets its turn, where that was asked for.
    pub(super) scheduling: Option<Scheduling>,
    /// What it waits for, where that was asked for.
    pub(super) wchan: Option<OsString>,
}

impl Deref for Shown {
    type Target = ProcessRow;

    fn deref(&self) -> &ProcessRow {
        &self.row
    }
}

impl Shown {
    /// What was asked of the process beside its row.
    fn more(&self, look: Look) -> Value<'_> {
        if look == Look::Wchan {
            return self.wchan.as_deref().map_or(Value::Null, Value::OsText);
        }
        self.scheduling.as_ref().map_or(Value::Null, |told| match look {
            // Higher is sooner, for people.
            Look::Priority => Value::Int((39 - told.priority).into()),
            Look::KernelPriority => Value::Int(told.priority.into()),
            Look::RealTime => Value::Uint(told.rt_priority.into()),
            _ => Value::Text(told.policy.as_str().into()),
        })
    }
}

/// What programs know a column by.
fn key(path: &str, look: Look) -> &str {
    match look {
        Look::Thread => "tid",
        Look::Foreground => "tpgid",
        Look::EffectiveUser => "euser",
        Look::Priority => "pri",
        Look::KernelPriority => "priority",
        Look::RealTime => "rt_priority",
        Look::Class => "policy",
        Look::Wchan => "wchan",
        _ => path,
    }
}

/// The names of all columns, those of `ps` beside ours.
pub(super) fn names() -> impl Iterator<Item = (&'static str, String)> {
    let of_ps = KNOWN.iter().map(|known| (key(known.2, known.3), known.0.join(" ")));
    let ours = ProcessRow::FIELDS.iter().map(|field| field.name);
    let ours = ours.filter(|name| KNOWN.iter().all(|known| known.2 != *name));
    of_ps.chain(ours.map(|name| (name, name.to_owned())))
}

impl Chosen {
    /// Whether it needs to know who is in the foreground.
    pub(super) fn needs_foreground(&self) -> bool {
        matches!(self.look, Look::Letter | Look::Foreground)
    }

    /// Whether it needs to know by which rules a process gets its turn.
    pub(super) fn needs_scheduling(&self) -> bool {
        matches!(self.look, Look::Priority | Look::KernelPriority | Look::RealTime | Look::Class)
    }

    /// Whether it needs to know what a process waits for.
    pub(super) fn needs_wchan(&self) -> bool {
        self.look == Look::Wchan
    }

    /// Whether it needs to know what the user is called whose rights a process has.
    pub(super) fn needs_effective_user(&self) -> bool {
        self.look == Look::EffectiveUser
    }

    /// The column that is called `name` by psutil or by `ps`; `name=TITLE` gives it another head.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, title) = match name.split_once('=') {
            Some((name, title)) => (name, Some(title)),
            None => (name, None),
        };
        let name = name.to_ascii_lowercase();
        let known = KNOWN.iter().find(|known| known.0.contains(&name.as_str()));
        let path = known.map_or(name.as_str(), |known| known.2);
        let (whole, part) = match path.split_once('.') {
            Some((whole, part)) => (whole, Some(part)),
            None => (path, None),
        };
        let (index, field) =
            ProcessRow::FIELDS.iter().enumerate().find(|(_, field)| field.name == whole)?;
        let part = match part {
            Some(part) => Some(part_of(whole, part)?),
            None => None,
        };
        let look = known.map_or(Look::Plain, |known| known.3);
        let head = known.map_or_else(|| path.to_ascii_uppercase(), |known| known.1.to_owned());
        Some(Self {
            key: key(path, look).to_owned(),
            title: title.map_or(head, str::to_owned),
            index,
            field,
            part,
            look,
            needs: needs(whole, look)?,
        })
    }

    /// What the library is asked for it.
    pub(super) fn needs(&self) -> Columns {
        self.needs
    }

    /// The column as the table has it.
    pub(super) fn column(&self) -> Column {
        match self.look {
            Look::Kibibytes
            | Look::Time
            | Look::Clock
            | Look::Elapsed
            | Look::Seconds
            | Look::Moment
            | Look::Class => Column::right(&self.title),
            Look::Wchan | Look::Terminal | Look::Letter | Look::State | Look::Start => {
                Column::left(&self.title)
            }
            _ if self.leaf().unit == Unit::Count => {
                let column = Column::of(self.leaf(), &self.title);
                if self.is_text() { column.giving_way() } else { column }
            }
            _ => Column::of(self.leaf(), &self.title),
        }
    }

    /// Whether its head was taken away, as in `-o comm=`.
    pub(super) fn is_nameless(&self) -> bool {
        self.title.is_empty()
    }

    /// Whether the column has the command, which a tree indents.
    pub(super) fn is_command(&self) -> bool {
        matches!(self.field.name, "cmdline" | "name")
    }

    /// The value for programs and for sorting.
    pub(super) fn value<'a>(&self, row: &'a Shown, reader: &Reader) -> Value<'a> {
        match self.look {
            Look::Thread => return Value::Uint(row.thread.unwrap_or(row.pid.as_u32()).into()),
            Look::Foreground => {
                return row
                    .foreground
                    .map_or(Value::Null, |pgid| Value::Uint(pgid.as_u32().into()));
            }
            Look::Priority | Look::KernelPriority | Look::RealTime | Look::Class | Look::Wchan => {
                return row.more(self.look);
            }
            Look::EffectiveUser => {
                if let Some(user) = &row.effective_user {
                    return Value::OsText(user);
                }
            }
            _ => {}
        }
        if self.field.name == "cpu_percent" {
            return lifetime_percent(row, reader);
        }
        match (self.part, row.row.value_at(self.index)) {
            (None, whole) => whole,
            (Some((index, _)), Value::Record(_, mut parts)) if index < parts.len() => {
                parts.swap_remove(index)
            }
            _ => Value::Null,
        }
    }

    /// The value for people.
    pub(super) fn cell(&self, row: &Shown, reader: &Reader) -> Line {
        let known = match self.look {
            Look::Command => Some(command(row)),
            Look::Terminal => row.terminal.as_ref().map(|terminal| {
                let short = terminal.strip_prefix("/dev").unwrap_or(terminal);
                Line::new().with_os(Paint::Plain, short)
            }),
            Look::Letter => row.status.map(|status| state(row, status)),
            Look::State => row
                .status
                .map(|status| Line::new().with(paint(status), status.letter().to_string())),
            Look::Start => row.create_time.map(|at| {
                Line::new().with(Paint::Plain, human::start(at, reader.now, &reader.zone))
            }),
            Look::Elapsed => row.create_time.map(|at| {
                let age = reader.now.duration_since(at).unwrap_or_default();
                let clock = human::clock(age.as_secs_f64());
                // Hours are written where there are any.
                Line::new().with(Paint::Plain, clock.strip_prefix("00:").unwrap_or(&clock))
            }),
            Look::Seconds => row.create_time.map(|at| {
                let age = reader.now.duration_since(at).unwrap_or_default();
                Line::new().with(Paint::Plain, age.as_secs().to_string())
            }),
            Look::Moment => row
                .create_time
                .map(|at| Line::new().with(Paint::Plain, human::ctime(at, &reader.zone))),
            Look::Time => row
                .cpu_times
                .map(|times| Line::new().with(Paint::Plain, human::cpu_time(times.total()))),
            Look::Clock => row
                .cpu_times
                .map(|times| Line::new().with(Paint::Plain, human::clock(times.total()))),
            // Only of everybody in turn `ps` says that there is none, not of other ordinary rules.
            Look::RealTime => row.scheduling.map(|told| match told.policy {
                SchedulingPolicy::Other => Line::new().with(Paint::Faint, "-"),
                _ => Line::new().with(Paint::Plain, told.rt_priority.to_string()),
            }),
            Look::Class => {
                row.scheduling.map(|told| Line::new().with(Paint::Plain, told.policy.letters()))
            }
            Look::Wchan => Some(match &row.wchan {
                Some(function) => Line::new().with_os(Paint::Plain, function),
                None => Line::new().with(Paint::Faint, "-"),
            }),
            Look::Kibibytes if reader.human.is_none() => match self.value(row, reader) {
                Value::Uint(bytes) => {
                    Some(Line::new().with(Paint::Plain, (bytes / 1024).to_string()))
                }
                _ => None,
            },
            Look::Kibibytes
            | Look::Plain
            | Look::Thread
            | Look::Foreground
            | Look::EffectiveUser
            | Look::Priority
            | Look::KernelPriority => {
                let numbers = Numbers { human: reader.human };
                return table::cell(self.leaf(), &self.value(row, reader), numbers);
            }
        };
        known.unwrap_or_else(|| Line::new().with(Paint::Faint, "?"))
    }

    fn leaf(&self) -> &'static Field {
        self.part.map_or(self.field, |(_, field)| field)
    }

    fn is_text(&self) -> bool {
        use psight::record::Kind;
        matches!(
            self.leaf().kind,
            Kind::Text | Kind::OsText | Kind::List | Kind::Map | Kind::Record
        )
    }
}

/// The columns of the library that the column and its look are made of.
fn needs(name: &str, look: Look) -> Option<Columns> {
    let column = Columns::named(name)?;
    Some(match (name, look) {
        // Exact only where both are asked for, as `ps` has it.
        ("rss" | "vms" | "memory_percent", _) => column | Columns::MEMORY_INFO,
        ("cpu_percent", _) => Columns::CPU_TIMES | Columns::CREATE_TIME,
        (_, Look::Command) => column | Columns::NAME | Columns::STATUS,
        (_, Look::Letter) => {
            let marks = Columns::SID | Columns::NICE | Columns::NUM_THREADS;
            column | marks | Columns::PGID | Columns::TERMINAL
        }
        (_, Look::Foreground) => column | Columns::TERMINAL,
        (_, Look::EffectiveUser) => column | Columns::UIDS,
        _ => column,
    })
}

/// The field `part` of the record in the column `whole`.
fn part_of(whole: &str, part: &str) -> Option<(usize, &'static Field)> {
    use psight::process::{
        ContextSwitches, GroupIds, IoCounters, MemoryFootprint, MemoryInfo, PageFaults,
        ProcessCpuTimes, UserIds,
    };
    let fields = match whole {
        "uids" => UserIds::FIELDS,
        "gids" => GroupIds::FIELDS,
        "cpu_times" => ProcessCpuTimes::FIELDS,
        "memory_info" => MemoryInfo::FIELDS,
        "memory_footprint" => MemoryFootprint::FIELDS,
        "page_faults" => PageFaults::FIELDS,
        "num_ctx_switches" => ContextSwitches::FIELDS,
        "io_counters" => IoCounters::FIELDS,
        _ => return None,
    };
    fields.iter().enumerate().find(|(_, field)| field.name == part)
}

/// The average since the process started, as `ps` has it: a look at the table is one moment, which has no percentage.
fn lifetime_percent(row: &Shown, reader: &Reader) -> Value<'static> {
    let (Some(times), Some(start)) = (row.cpu_times, row.create_time) else { return Value::Null };
    match reader.now.duration_since(start) {
        Ok(age) => Value::Float(times.percent_of(age)),
        Err(_) => Value::Null,
    }
}

/// The command line; `[name]` for what has none.
pub(crate) fn command(row: &ProcessRow) -> Line {
    command_from(row, |program| program)
}

/// The command line with the program's name in place of its path.
pub(crate) fn short_command(row: &ProcessRow) -> Line {
    command_from(row, |program| {
        // With a blank in it, it is a title that the process gave itself.
        let title = program.as_encoded_bytes().contains(&b' ');
        let name = Path::new(program).file_name().filter(|_| !title);
        name.unwrap_or(program)
    })
}

fn command_from(row: &ProcessRow, program: impl Fn(&OsStr) -> &OsStr) -> Line {
    let mut line = Line::new();
    for (at, argument) in row.cmdline.iter().flatten().enumerate() {
        if at > 0 {
            line.push(Paint::Plain, " ");
        }
        line = line.with_os(Paint::Plain, if at == 0 { program(argument) } else { argument });
    }
    // What wrote its own title may have filled up the room with blanks.
    let line = line.trimmed();
    if !line.is_empty() {
        return line;
    }
    let Some(name) = &row.name else { return Line::new().with(Paint::Faint, "?") };
    let line = Line::new().with(Paint::Faint, "[").with_os(Paint::Faint, name);
    let zombie = row.status == Some(Status::Zombie);
    line.with(Paint::Faint, if zombie { "] <defunct>" } else { "]" })
}

/// How alarming a state is.
pub(crate) fn paint(status: Status) -> Paint {
    match status {
        Status::Running => Paint::Good,
        Status::DiskSleep | Status::Stopped | Status::TracingStop => Paint::Warning,
        Status::Zombie | Status::Dead => Paint::Bad,
        _ => Paint::Plain,
    }
}

/// The state as `ps` has it: a letter, then marks for priority, session leader, threads and who is typed to.
fn state(row: &Shown, status: Status) -> Line {
    let mut text = String::from(status.letter());
    text.push_str(match row.nice.map(nice_order) {
        Some(Ordering::Less) => "<",
        Some(Ordering::Greater) => "N",
        _ => "",
    });
    if row.sid == Some(row.pid) {
        text.push('s');
    }
    if row.num_threads.is_some_and(|threads| threads > 1) {
        text.push('l');
    }
    if row.foreground.is_some() && row.foreground == row.pgid {
        text.push('+');
    }
    Line::new().with(paint(status), text)
}

/// Numbers by size, text by its bytes, what is not known last.
pub(super) fn order(one: &Value<'_>, other: &Value<'_>) -> Ordering {
    match (number(one), number(other)) {
        (Some(one), Some(other)) => return one.total_cmp(&other),
        (Some(_), None) => return Ordering::Less,
        (None, Some(_)) => return Ordering::Greater,
        (None, None) => {}
    }
    match (one.is_null(), other.is_null()) {
        (true, true) => Ordering::Equal,
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (false, false) => table::plain(one).render(false).cmp(&table::plain(other).render(false)),
    }
}

fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Uint(number) => Some(*number as f64),
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        // Times are sorted by their sum, as `--sort time` means it.
        Value::Record(fields, values) if fields.iter().all(|field| field.unit == Unit::Seconds) => {
            values.iter().take(2).map(number).sum()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_a_column() {
        for Known(names, title, ..) in KNOWN {
            for name in *names {
                let chosen = Chosen::named(name).unwrap_or_else(|| panic!("{name}"));
                assert_eq!(chosen.title, *title);
            }
        }
        for field in ProcessRow::FIELDS {
            assert!(Chosen::named(field.name).is_some(), "{}", field.name);
        }
    }

    #[test]
    fn a_part_and_another_head_can_be_asked_for() {
        let chosen = Chosen::named("cpu_times.user=Mine").unwrap();
        assert_eq!((chosen.key.as_str(), chosen.title.as_str()), ("cpu_times.user", "Mine"));
        assert!(Chosen::named("cpu_times.nothing").is_none());
        assert!(Chosen::named("shoe_size").is_none());
    }

    #[test]
    fn what_is_not_known_comes_last() {
        assert_eq!(order(&Value::Uint(9), &Value::Null), Ordering::Less);
        assert_eq!(order(&Value::Uint(9), &Value::Float(10.0)), Ordering::Less);
        assert_eq!(order(&Value::Text("b".into()), &Value::Text("a".into())), Ordering::Greater);
    }
}
