//! The columns of the table of processes: their heads, their widths, what they sort by.

mod cell;

use std::cmp::Ordering;

use psight::table::Columns;

use super::sample::{Entry, Sample};

pub(crate) use cell::{Sizes, Writer};

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Pid,
    Parent,
    Group,
    Session,
    User,
    Priority,
    Nice,
    Threads,
    Virtual,
    Resident,
    Shared,
    Status,
    Cpu,
    Memory,
    Time,
    LastCpu,
    Start,
    Terminal,
    Read,
    Write,
    Files,
    Minor,
    Major,
    Command,
}

/// What a column is like.
pub(crate) struct About {
    column: Column,
    /// The head, and under which names else it can be asked for.
    pub(crate) title: &'static str,
    names: &'static [&'static str],
    /// What it says, for the list of columns.
    pub(crate) says: &'static str,
    width: usize,
    needs: Columns,
    /// Whether the greatest are of interest.
    pub(crate) falls: bool,
    /// Which columns a narrow terminal loses first; those with 0 it keeps.
    rank: u8,
}

/// The head, in the order that columns stand in; `%` in a title is part of the names that `top` has.
pub(crate) const ALL: &[About] = &[
    about(Column::Pid, "PID", &[], "number of the process", 5, Columns::PID, false, 0),
    about(Column::Parent, "PPID", &[], "number of its parent", 5, Columns::PPID, false, 9),
    about(Column::Group, "PGRP", &["pgid"], "process group", 5, Columns::PGID, false, 9),
    about(Column::Session, "SID", &["sess"], "session", 5, Columns::SID, false, 9),
    about(Column::User, "USER", &["username"], "user", 9, USER, false, 3),
    about(
        Column::Priority,
        "PR",
        &["pri", "priority"],
        "kernel's own rank, the lower the sooner",
        3,
        Columns::PRIORITY,
        false,
        8,
    ),
    about(
        Column::Nice,
        "NI",
        &["nice"],
        "nice value, the lower the more CPU",
        3,
        Columns::NICE,
        false,
        7,
    ),
    about(Column::Threads, "THR", &["nth", "nlwp"], "threads", 4, Columns::NUM_THREADS, true, 9),
    about(Column::Virtual, "VIRT", &["vsz", "vms"], "address space", 6, Columns::VMS, true, 6),
    about(Column::Resident, "RES", &["rss"], "physical memory", 6, Columns::RSS, true, 4),
    about(Column::Shared, "SHR", &["shared"], "memory that may be shared", 6, SHARED, true, 9),
    about(
        Column::Status,
        "S",
        &["state", "status"],
        "what it is doing",
        1,
        Columns::STATUS,
        false,
        0,
    ),
    about(
        Column::Cpu,
        "CPU%",
        &["cpu", "cpu_percent"],
        "share of one CPU",
        5,
        Columns::CPU_PERCENT,
        true,
        0,
    ),
    about(
        Column::Memory,
        "MEM%",
        &["mem", "memory_percent"],
        "share of memory",
        5,
        Columns::MEMORY_PERCENT,
        true,
        1,
    ),
    about(Column::Time, "TIME+", &["time"], "time on CPUs", 8, Columns::CPU_TIMES, true, 5),
    about(
        Column::LastCpu,
        "P",
        &["psr", "cpu_num"],
        "CPU that it ran on last",
        3,
        Columns::CPU_NUM,
        false,
        9,
    ),
    about(
        Column::Start,
        "START",
        &["create_time"],
        "when it started",
        5,
        Columns::CREATE_TIME,
        false,
        9,
    ),
    about(Column::Terminal, "TTY", &["terminal"], "terminal", 7, Columns::TERMINAL, false, 9),
    about(
        Column::Read,
        "READ/s",
        &["read"],
        "bytes read from disks, per second",
        7,
        Columns::IO_COUNTERS,
        true,
        8,
    ),
    about(
        Column::Write,
        "WRITE/s",
        &["write"],
        "bytes written to disks, per second",
        7,
        Columns::IO_COUNTERS,
        true,
        8,
    ),
    about(Column::Files, "FDS", &["num_fds"], "open descriptors", 5, Columns::NUM_FDS, true, 9),
    about(
        Column::Minor,
        "MINFLT",
        &["minflt"],
        "page faults without a disk",
        8,
        Columns::PAGE_FAULTS,
        true,
        9,
    ),
    about(
        Column::Major,
        "MAJFLT",
        &["majflt"],
        "page faults from a disk",
        7,
        Columns::PAGE_FAULTS,
        true,
        9,
    ),
    LAST,
];

/// The column that takes what room is left.
const LAST: About = about(
    Column::Command,
    "COMMAND",
    &["cmd", "cmdline", "name", "comm"],
    "program and arguments",
    0,
    COMMAND,
    false,
    0,
);

/// As in top: who it has the rights of.
const USER: Columns = Columns::EUSER.and(Columns::UIDS);
const COMMAND: Columns = Columns::NAME.and(Columns::CMDLINE);
/// Exact sizes come from the same file.
const SHARED: Columns = Columns::MEMORY_INFO.and(Columns::RSS);

/// Those that are shown unless others are chosen; all of them from two files and a handle of each process.
pub(crate) const USUAL: &[Column] = &[
    Column::Pid,
    Column::User,
    Column::Priority,
    Column::Nice,
    Column::Virtual,
    Column::Resident,
    Column::Status,
    Column::Cpu,
    Column::Memory,
    Column::Time,
    Column::Command,
];

#[allow(clippy::too_many_arguments, reason = "a line of the table above reads as a table")]
const fn about(
    column: Column,
    title: &'static str,
    names: &'static [&'static str],
    says: &'static str,
    width: usize,
    needs: Columns,
    falls: bool,
    rank: u8,
) -> About {
    About { column, title, names, says, width, needs, falls, rank }
}

/// What a column sorts by.
#[derive(Debug, PartialEq)]
enum Key<'a> {
    Number(f64),
    Text(&'a [u8]),
    Unknown,
}

impl Column {
    /// The column that is called `name` by psight, `top` or `ps`, in letters of either size and with or without `%`.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let plain = |name: &str| name.trim_matches(['%', '+']).to_ascii_lowercase();
        let asked = plain(name);
        ALL.iter()
            .find(|about| plain(about.title) == asked || about.names.contains(&asked.as_str()))
            .map(|about| about.column)
    }

    /// All columns.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        ALL.iter().map(|about| about.column)
    }

    /// What it is like.
    pub(crate) fn about(self) -> &'static About {
        // Every column is in the table, which a test proves.
        ALL.iter().find(|about| about.column == self).unwrap_or(&LAST)
    }

    /// What the library is asked for it.
    pub(crate) fn needs(self) -> Columns {
        self.about().needs
    }

    /// Whether its text stands to the left.
    pub(crate) fn is_left(self) -> bool {
        matches!(self, Self::User | Self::Status | Self::Terminal | Self::Start | Self::Command)
    }

    /// The columns of the screen that it takes; what is left for the command.
    pub(crate) fn width(self, pids: usize) -> usize {
        match self {
            Self::Pid | Self::Parent | Self::Group | Self::Session => pids.max(self.about().width),
            _ => self.about().width,
        }
    }

    /// Which of two rows comes first. What is not known comes last, whatever the direction.
    pub(crate) fn order(
        self,
        sample: &Sample,
        one: &Entry,
        other: &Entry,
        falls: bool,
    ) -> Ordering {
        let turned = |ordering: Ordering| if falls { ordering.reverse() } else { ordering };
        match (self.key(sample, one), self.key(sample, other)) {
            (Key::Unknown, Key::Unknown) => Ordering::Equal,
            (Key::Unknown, _) => Ordering::Greater,
            (_, Key::Unknown) => Ordering::Less,
            (Key::Number(one), Key::Number(other)) => turned(one.total_cmp(&other)),
            (Key::Text(one), Key::Text(other)) => turned(one.cmp(other)),
            (Key::Number(_), Key::Text(_)) => Ordering::Less,
            (Key::Text(_), Key::Number(_)) => Ordering::Greater,
        }
    }

    fn key<'a>(self, sample: &'a Sample, entry: &Entry) -> Key<'a> {
        let number = match self {
            Self::Command => return Key::Text(sample.command(entry)),
            Self::User => return text(sample.text(entry.user)),
            Self::Terminal => return text(sample.text(entry.terminal)),
            Self::Status => entry.status.map(|status| f64::from(u32::from(status.letter()))),
            Self::Pid => Some(f64::from(entry.id.thread)),
            Self::Parent => entry.parent.map(f64::from),
            Self::Group => entry.group.map(f64::from),
            Self::Session => entry.session.map(f64::from),
            Self::Priority => entry.priority.map(f64::from),
            Self::Nice => entry.nice.map(f64::from),
            Self::Threads => entry.threads.map(f64::from),
            Self::LastCpu => entry.cpu_num.map(f64::from),
            Self::Files => entry.fds.map(|count| count as f64),
            Self::Minor => entry.minor_faults.map(|count| count as f64),
            Self::Major => entry.major_faults.map(|count| count as f64),
            Self::Virtual => entry.vms.map(|bytes| bytes as f64),
            Self::Resident => entry.rss.map(|bytes| bytes as f64),
            Self::Shared => entry.shared.map(|bytes| bytes as f64),
            Self::Read => entry.read_rate,
            Self::Write => entry.write_rate,
            Self::Cpu => entry.cpu,
            Self::Memory => entry.memory,
            Self::Time => entry.cpu_time,
            Self::Start => entry.started.map(|at| {
                at.duration_since(std::time::SystemTime::UNIX_EPOCH)
                    .unwrap_or_default()
                    .as_secs_f64()
            }),
        };
        number.map_or(Key::Unknown, Key::Number)
    }
}

impl Sample {
    /// The command line of a row, or its name where it has none.
    pub(crate) fn command(&self, entry: &Entry) -> &[u8] {
        match self.text(entry.command) {
            [] => self.text(entry.name),
            command => command,
        }
    }
}

/// Of these columns, those that `width` has room for with the command still readable.
pub(crate) fn fitting(columns: &[Column], width: usize, pids: usize) -> Vec<Column> {
    /// What a command should have at least.
    const READABLE: usize = 16;
    let mut kept = columns.to_vec();
    loop {
        let taken: usize = kept.iter().map(|column| column.width(pids) + 1).sum();
        let command = if kept.contains(&Column::Command) { READABLE } else { 0 };
        let least = kept.iter().map(|column| column.about().rank).max().unwrap_or(0);
        if taken + command <= width || least == 0 {
            return kept;
        }
        // The last of those that matter least.
        let Some(at) = kept.iter().rposition(|column| column.about().rank == least) else {
            return kept;
        };
        kept.remove(at);
    }
}

fn text(bytes: &[u8]) -> Key<'_> {
    if bytes.is_empty() { Key::Unknown } else { Key::Text(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_in_the_table_and_called_what_top_calls_it() {
        for column in Column::all() {
            assert_eq!(column.about().column, column);
            assert_eq!(Column::named(column.about().title), Some(column));
        }
        assert_eq!(Column::named("%CPU"), Some(Column::Cpu));
        assert_eq!(Column::named("%mem"), Some(Column::Memory));
        assert_eq!(Column::named("TIME"), Some(Column::Time));
        assert_eq!(Column::named("shoe_size"), None);
    }

    #[test]
    fn a_narrow_terminal_keeps_what_matters() {
        assert_eq!(fitting(USUAL, 80, 5), USUAL);
        let narrow = [Column::Pid, Column::Status, Column::Cpu, Column::Memory, Column::Command];
        assert_eq!(fitting(USUAL, 40, 5), narrow);
        assert_eq!(fitting(USUAL, 1, 5).len(), 4, "but never nothing");
    }
}
