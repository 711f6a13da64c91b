//! What becomes of the files of one process after the other: pids, fields for programs, lines of a table, or rows.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io;

use psight::Pid;
use psight::process::FileDescriptor;
use psight::record::Record as _;

use super::Arguments;
use super::entry::{self, Device, Entry, Fd, Owner, TcpInfo};
use super::fields::Fields;
use crate::human;
use crate::line::{Line, Paint, Tail};
use crate::output::{Format, Output, Rows};
use crate::sanitize;
use crate::table::{Column, Table};

/// What is to be written, as far as it has been read.
pub(super) struct Listing<'a> {
    arguments: &'a Arguments,
    kept: Kept,
    is_empty: bool,
}

/// What is kept of each process.
enum Kept {
    Pids(BTreeSet<Pid>),
    Fields(Fields, String),
    Table(Table),
    Rows(Vec<(Owner, Vec<Entry>)>),
}

impl<'a> Listing<'a> {
    pub(super) fn new(arguments: &'a Arguments, fields: Option<Fields>, format: Format) -> Self {
        let kept = match (format, fields) {
            (Format::Table, _) if arguments.terse => Kept::Pids(BTreeSet::new()),
            (Format::Table, Some(fields)) => Kept::Fields(fields, String::new()),
            (Format::Table, None) => Kept::Table(arguments.table()),
            _ => Kept::Rows(Vec::new()),
        };
        Self { arguments, kept, is_empty: true }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Whether it tells no more than descriptors in short do.
    pub(super) fn is_brief(&self) -> bool {
        let more = self.arguments.links.is_some() || self.arguments.positions;
        matches!(self.kept, Kept::Table(_) | Kept::Pids(_)) && !more
    }

    /// Adds what a process holds, if it is anything. All of it is looked at in any case.
    pub(super) fn add(&mut self, owner: Owner, entries: impl Iterator<Item = Entry>) {
        let mut entries = entries.peekable();
        if entries.peek().is_none() {
            return;
        }
        self.is_empty = false;
        match &mut self.kept {
            Kept::Pids(pids) => {
                pids.insert(owner.pid);
                entries.for_each(drop);
            }
            Kept::Fields(fields, text) => fields.write(&owner, &entries.collect::<Vec<_>>(), text),
            Kept::Table(table) => {
                entries.for_each(|entry| self.arguments.cells(&owner, &entry, table));
            }
            Kept::Rows(rows) => rows.push((owner, entries.collect())),
        }
    }

    pub(super) fn write(self, output: &mut Output) -> io::Result<()> {
        match &self.kept {
            Kept::Pids(pids) => {
                let line = |pid: &Pid| Line::new().with(Paint::Plain, pid.to_string());
                output.lines(pids.iter().map(line))
            }
            Kept::Fields(_, text) => output.raw(text.as_bytes()),
            Kept::Table(_) if self.is_empty => Ok(()),
            Kept::Table(table) => output.table(table),
            Kept::Rows(listed) => output.rows(rows(listed)),
        }
    }
}

fn rows(listed: &[(Owner, Vec<Entry>)]) -> Rows<'_> {
    let mut names: Vec<_> = entry::NAMES.iter().map(|name| (*name).into()).collect();
    names.extend(FileDescriptor::FIELDS.iter().map(|field| field.name.into()));
    names.extend(entry::SOCKET.iter().map(|name| (*name).into()));
    let rows = listed
        .iter()
        .flat_map(|(owner, entries)| entries.iter().map(move |entry| entry.values(owner)));
    Rows { names, rows: rows.collect() }
}

impl Arguments {
    fn table(&self) -> Table {
        let mut columns = vec![Column::left("COMMAND"), Column::right("PID")];
        columns.extend(self.parents.then(|| Column::right("PPID")));
        columns.extend(self.groups.is_some().then(|| Column::right("PGID")));
        let user = Column::right("USER").at_least(if self.numeric_users { 8 } else { 0 });
        columns.extend([user, Column::left("  FD"), Column::right("TYPE")]);
        let size = match (self.positions, self.only_sizes()) {
            (true, _) => "OFFSET",
            (_, true) => "SIZE",
            _ => "SIZE/OFF",
        };
        columns.extend([Column::right("DEVICE"), Column::right(size)]);
        columns.extend(self.links.is_some().then(|| Column::right("NLINK")));
        columns.extend([Column::right("NODE"), Column::left("NAME").giving_way()]);
        Table::new(columns)
    }

    /// Adds a row.
    fn cells(&self, owner: &Owner, entry: &Entry, table: &mut Table) {
        // A column is as wide as its head at least.
        let width = match self.command_width {
            0 => usize::MAX,
            width => width.max("COMMAND".len()),
        };
        table.cell(|line| line.push(Paint::Strong, beginning_in_one_word(&owner.name, width)));
        table.cell(|line| line.number(owner.pid.as_u32().into()));
        if self.parents {
            table.cell(|line| number(owner.ppid.map(|pid| pid.as_u32().into()), line));
        }
        if self.groups.is_some() {
            table.cell(|line| number(owner.pgid.map(|pid| pid.as_u32().into()), line));
        }
        let user = owner.user.as_deref().unwrap_or(OsStr::new("?"));
        table.cell(|line| line.push_os(Paint::Plain, user));
        table.cell(|line| descriptor(entry, line));
        table.cell(|line| line.push(Paint::Plain, entry.kind()));
        table.cell(|line| device(entry, line));
        table.cell(|line| match entry.size().filter(|_| !self.positions) {
            Some(size) => line.number(size),
            None if self.only_sizes() => {}
            None => {
                if let Some(position) = entry.position() {
                    line.write(Paint::Plain, format_args!("0t{position}"));
                }
            }
        });
        if self.links.is_some() {
            table.cell(|line| number(entry.nlink(), line));
        }
        table.cell(|line| match entry.protocol() {
            Some(protocol) => line.push(Paint::Plain, protocol),
            None => number(entry.ino(), line),
        });
        table.cell(|line| {
            entry.name(line);
            line.push(Paint::Faint, entry.tcp_info(self.tcp_info()).unwrap_or_default());
        });
    }

    /// `-s` without a state: who sorts by size wants no positions among them.
    fn only_sizes(&self) -> bool {
        self.states.iter().any(String::is_empty) && !self.positions
    }

    fn tcp_info(&self) -> TcpInfo {
        let has = |letter| self.tcp_info.as_ref().map(|letters| letters.contains(letter));
        TcpInfo { state: has('s').unwrap_or(true), queues: has('q').unwrap_or(false) }
    }
}

/// As much of a name as fits, with blanks written out: who cuts lines into words counts on the columns after it.
fn beginning_in_one_word(name: &OsStr, most: usize) -> String {
    let mut word = String::new();
    for letter in sanitize::os_text(name).chars() {
        let len = word.len();
        match letter {
            ' ' => word.push_str("\\x20"),
            letter => word.push(letter),
        }
        if word.chars().count() > most {
            word.truncate(len);
            break;
        }
    }
    word
}

/// The column FD: what stands for the descriptor to the right of four places, then its marks.
fn descriptor(entry: &Entry, line: &mut Tail<'_>) {
    match entry.fd() {
        Fd::Number(number) => {
            let digits = number.checked_ilog10().map_or(1, |log| log as usize + 1);
            line.blanks(4_usize.saturating_sub(digits));
            line.number(number.into());
        }
        Fd::Word(word) => {
            line.blanks(4_usize.saturating_sub(word.len()));
            line.push(Paint::Plain, word);
        }
    }
    line.push(Paint::Plain, entry.access());
    line.push(Paint::Plain, entry.lock());
}

fn device(entry: &Entry, line: &mut Tail<'_>) {
    match entry.device() {
        Some(Device::Number(number)) => {
            let (major, minor) = human::device(number);
            line.number(major);
            line.push(Paint::Plain, ",");
            line.number(minor);
        }
        Some(Device::Socket(inode)) => line.number(inode),
        None => {}
    }
}

/// Nothing, where it is not known.
fn number(number: Option<u64>, line: &mut Tail<'_>) {
    if let Some(number) = number {
        line.number(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_word_and_no_escape_is_cut() {
        let shown = |name: &str, most| beginning_in_one_word(OsStr::new(name), most);
        assert_eq!(shown("systemd-journald", 9), "systemd-j");
        assert_eq!(shown("a name of", 9), "a\\x20name");
        assert_eq!(shown("Web Content", 15), "Web\\x20Content");
        assert_eq!(shown("with space", 7), "with");
    }
}
