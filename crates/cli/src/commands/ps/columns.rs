//! The columns of `psight ps`: every field of the table of processes, and the names that `ps` has for some of them and for
//! more.

mod cell;

use std::cmp::Ordering;
use std::ops::Deref;
use std::time::SystemTime;

use jiff::tz::TimeZone;
use psight::Record as _;
use psight::record::{Field, Unit, Value};
use psight::table::{Columns, ProcessRow};

use super::asked::{Question, Told};
use super::known::{self, LIFE, Look, Source, lifetime_percent};
use crate::human::Scale;
use crate::table::{self, Column};

pub(crate) use cell::{command, paint, short_command};

/// One column that was chosen.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// The key for programs: the library's name.
    pub(super) key: String,
    title: String,
    content: Content,
    look: Look,
    needs: Columns,
    /// How wide it has to be, where that was asked for.
    width: usize,
    /// The room that it has in `ps`.
    room: usize,
    /// Whether it needs room for the largest pid that there may be.
    is_of_pids: bool,
    /// Whether the environment stands behind the command.
    environment: bool,
    /// Which rows have nothing in it, where threads are under their processes.
    empty_in: Option<Part>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy)]
enum Content {
    Field { index: usize, field: &'static Field, part: Option<(usize, &'static Field)> },
    Made(fn(&Shown, &Reader) -> Value<'static>),
    Asked(Question),
}

/// What cells need to know besides the row.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) now: SystemTime,
    pub(super) zone: TimeZone,
    pub(super) human: Option<Scale>,
    pub(super) page_size: Option<u64>,
    /// Whether children that ended count.
    pub(super) cumulative: bool,
}

/// What of a process a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All that the columns are about.
    All,
    /// What its threads have together.
    Whole,
    /// What one of them has for itself.
    Thread,
}

/// A row as it is shown: of a process, or of one of its threads.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) row: ProcessRow,
    /// The number of the thread, where threads are shown.
    pub(super) thread: Option<u32>,
    /// What it was asked beside its row.
    pub(super) told: Vec<(Question, Told)>,
    pub(super) part: Part,
}

impl Deref for Shown {
    type Target = ProcessRow;

    fn deref(&self) -> &ProcessRow {
        &self.row
    }
}

impl Shown {
    fn told(&self, question: Question) -> Option<&Told> {
        self.told.iter().find(|(asked, _)| *asked == question).map(|(_, told)| told)
    }
}

/// The names of all columns, those of `ps` beside ours.
pub(super) fn names() -> impl Iterator<Item = (&'static str, String)> {
    let mut listed: Vec<(&str, Vec<&str>)> = Vec::new();
    for known in known::all() {
        match listed.iter_mut().find(|(key, _)| *key == known.key()) {
            Some((_, names)) => names.extend(known.names),
            None => listed.push((known.key(), known.names.to_vec())),
        }
    }
    let ours = ProcessRow::FIELDS.iter().map(|field| field.name);
    let is_new = |name: &&str| known::all().all(|known| known.key() != *name);
    listed.extend(ours.filter(is_new).map(|name| (name, vec![name])));
    listed.into_iter().map(|(key, names)| (key, names.join(" ")))
}

impl Chosen {
    /// What each process has to be asked for it.
    pub(super) fn questions(&self) -> impl Iterator<Item = Question> {
        let marks = match self.look {
            Look::State => &[Question::Foreground][..],
            Look::Command if self.environment => &[Question::Environment],
            _ => &[],
        };
        let own = if let Content::Asked(question) = self.content { Some(question) } else { None };
        own.into_iter().chain(marks.iter().copied())
    }

    /// Whether it marks those who have locked memory.
    pub(super) fn marks_locks(&self) -> bool {
        self.look == Look::State
    }

    /// The column that is called `name` by psight or by `ps`; `name=TITLE` gives it another head, and `name:WIDTH` so much
    /// room at least.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, title) = match name.split_once('=') {
            Some((name, title)) => (name, Some(title)),
            None => (name, None),
        };
        let (name, width) = match name.split_once(':') {
            Some((name, width)) => (name, width.parse().ok().filter(|width| *width > 0)?),
            None => (name, 0),
        };
        let name = name.to_ascii_lowercase();
        let known = known::all().find(|known| known.names.contains(&name.as_str()));
        let look = known.map_or(Look::Plain, |known| known.look);
        let own = |path| Some((path, field(path)?, needs(path, look)?));
        let (key, content, needs) = match known.map(|known| known.source) {
            None => own(name.as_str())?,
            Some(Source::Row(path)) => own(path)?,
            Some(Source::Made(key, needs, value)) => (key, Content::Made(value), needs),
            Some(Source::Asked(key, question, needs)) => {
                // Few have the rights of another than who started them.
                let name = matches!(question, Question::User(_)).then_some(Columns::USERNAME);
                (key, Content::Asked(question), needs | name.unwrap_or(Columns::NONE))
            }
        };
        let head = known.map_or_else(|| key.to_ascii_uppercase(), |known| known.head.to_owned());
        let title = title.map_or(head, str::to_owned);
        // As much as its own head needs, whether that is shown or not.
        let room = known.map_or(0, |known| known::room(&name).max(known.head.len()));
        let (key, empty_in) = (key.to_owned(), known::empty_in(&name));
        let is_of_pids = known::is_of_pids(&name);
        let environment = false;
        let chosen = Self {
            key,
            title,
            content,
            look,
            needs,
            width,
            room,
            is_of_pids,
            environment,
            empty_in,
        };
        Some(chosen)
    }

    /// Shows the name in the place of the command, where this is one.
    pub(super) fn by_name(self) -> Self {
        match Self::named("comm").filter(|_| self.look == Look::Command) {
            Some(name) => Self { title: self.title, width: self.width, room: self.room, ..name },
            None => self,
        }
    }

    /// Shows the environment behind the command, where this is one.
    pub(super) fn with_environment(&mut self) {
        self.environment = self.look == Look::Command;
    }

    /// What the library is asked for it.
    pub(super) fn needs(&self) -> Columns {
        self.needs
    }

    /// The column as the table has it.
    pub(super) fn column(&self) -> Column {
        let column = match self.look {
            Look::Kibibytes
            | Look::Time
            | Look::Clock
            | Look::Elapsed
            | Look::Seconds
            | Look::Moment
            | Look::Mask
            | Look::Foreground
            | Look::Nice
            | Look::RealTime
            | Look::Flags
            | Look::RunsOn
            | Look::Number => Column::right(&self.title),
            Look::StartSecond | Look::StartDay | Look::Octets => Column::right(&self.title),
            Look::Terminal
            | Look::State
            | Look::Letter
            | Look::Start
            | Look::Class
            | Look::Short => Column::left(&self.title),
            Look::Text | Look::List | Look::Environment => Column::left(&self.title).giving_way(),
            Look::Plain | Look::Command => match self.leaf() {
                Some(field) if field.unit == Unit::Count && is_text(field) => {
                    Column::of(field, &self.title).giving_way()
                }
                Some(field) => Column::of(field, &self.title),
                None => Column::left(&self.title),
            },
        };
        column.at_least(self.width)
    }

    /// The same with the room that `ps` gives it: as much as was asked for, and no more, or what the column has there. The
    /// last is as long as it likes.
    pub(super) fn roomy(&self, is_last: bool, of_pids: usize) -> Column {
        let column = self.column();
        let room = if self.is_of_pids { self.room.max(of_pids) } else { self.room };
        match self.width {
            _ if is_last && self.is_wordy() => column,
            // The names of functions and of the kernel's threads may be as long as they like.
            0 if matches!(self.key.as_str(), "wchan" | "name") && room > 4 => {
                column.at_least(room).at_most(room)
            }
            0 => column.at_least(room),
            width if self.is_account() => column.at_most_with(width, '+'),
            width if self.is_wordy() => column.at_most(width),
            _ => column,
        }
    }

    /// Whether it has the names of users or groups, whose beginnings may be the names of others.
    fn is_account(&self) -> bool {
        matches!(
            self.key.as_str(),
            "euser" | "username" | "suser" | "fsuser" | "egroup" | "rgroup" | "sgroup" | "fsgroup"
        )
    }

    /// Whether it may be cut: half a number says something else.
    fn is_wordy(&self) -> bool {
        let is_text = |field| is_text(field) && field.unit == Unit::Count;
        match self.look {
            Look::Text | Look::List | Look::Command | Look::Short | Look::Environment => true,
            Look::Plain => self.leaf().is_some_and(is_text),
            _ => false,
        }
    }

    /// Whether its head was taken away, as in `-o comm=`.
    pub(super) fn is_nameless(&self) -> bool {
        self.title.is_empty()
    }

    /// Whether the column has the command, which a tree indents.
    pub(super) fn is_command(&self) -> bool {
        self.leaf().is_some_and(|field| matches!(field.name, "cmdline" | "name"))
    }

    /// The value for programs and for sorting.
    pub(super) fn value<'a>(&self, row: &'a Shown, reader: &Reader) -> Value<'a> {
        match self.content {
            Content::Made(value) => value(row, reader),
            Content::Asked(question) => match row.told(question) {
                Some(told) => told.value(),
                None if matches!(question, Question::User(_)) => {
                    row.username.as_deref().map_or(Value::Null, Value::OsText)
                }
                None => Value::Null,
            },
            Content::Field { field, .. } if field.name == "cpu_percent" => {
                lifetime_percent(row, reader)
            }
            Content::Field { index, part, .. } => match (part, row.row.value_at(index)) {
                (None, whole) => whole,
                (Some((index, _)), Value::Record(_, mut parts)) if index < parts.len() => {
                    parts.swap_remove(index)
                }
                _ => Value::Null,
            },
        }
    }

    /// The field of the library that it holds, if it is one.
    fn leaf(&self) -> Option<&'static Field> {
        match self.content {
            Content::Field { field, part, .. } => Some(part.map_or(field, |(_, field)| field)),
            _ => None,
        }
    }
}

fn is_text(field: &Field) -> bool {
    use psight::record::Kind;
    matches!(field.kind, Kind::Text | Kind::OsText | Kind::List | Kind::Map | Kind::Record)
}

/// The field at `path`, or a part of it: `uids.effective`.
fn field(path: &str) -> Option<Content> {
    let (whole, part) = match path.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (path, None),
    };
    let mut fields = ProcessRow::FIELDS.iter().enumerate();
    let (index, field) = fields.find(|(_, field)| field.name == whole)?;
    let part = match part {
        Some(part) => Some(part_of(whole, part)?),
        None => None,
    };
    Some(Content::Field { index, field, part })
}

/// The columns of the library that the column and its look are made of.
fn needs(path: &str, look: Look) -> Option<Columns> {
    let name = path.split_once('.').map_or(path, |(whole, _)| whole);
    let column = Columns::named(name)?;
    Some(match (name, look) {
        // Exact only where both are asked for, as `ps` has it.
        ("rss" | "vms" | "memory_percent", _) => column | Columns::MEMORY_INFO,
        ("cpu_percent", _) => LIFE,
        (_, Look::Command) => column | Columns::NAME | Columns::STATUS,
        (_, Look::State) => {
            let marks = Columns::SID | Columns::NICE | Columns::NUM_THREADS;
            column | marks | Columns::PGID | Columns::TERMINAL
        }
        (_, Look::Nice | Look::RealTime) => column | Columns::POLICY,
        (_, Look::RunsOn) => column | Columns::STATUS,
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
        for known in known::all() {
            for name in known.names {
                let chosen = Chosen::named(name).unwrap_or_else(|| panic!("{name}"));
                assert_eq!((chosen.title.as_str(), chosen.key.as_str()), (known.head, known.key()));
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
        assert_eq!(Chosen::named("pid:9=Number").map(|chosen| chosen.width), Some(9));
        assert!(Chosen::named("pid:0").is_none() && Chosen::named("pid:x").is_none());
        assert!(Chosen::named("shoe_size").is_none());
    }

    #[test]
    fn what_is_not_known_comes_last() {
        assert_eq!(order(&Value::Uint(9), &Value::Null), Ordering::Less);
        assert_eq!(order(&Value::Uint(9), &Value::Float(10.0)), Ordering::Less);
        assert_eq!(order(&Value::Text("b".into()), &Value::Text("a".into())), Ordering::Greater);
    }
}
