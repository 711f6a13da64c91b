//! What is shown, and what keys do to it. Nothing here reads the machine, the clock or the terminal: keys and samples come
//! in, and what the machine is to be asked for goes out as an [`Action`].

mod dialog;
mod help;
mod history;
mod keys;
mod menus;
mod mouse;
mod pane;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use psight::table::Columns;

use super::column::{self, Column};
use super::control::{Control, Target};
use super::order::{Order, Shown, User, Wanted, arranged, says};
use super::sample::{Identity, Sample};
use crate::line::{Line, Paint};
use crate::terminal::Terminal;

pub(crate) use dialog::{Asks, Confirm, Mode, Prompt};
pub(crate) use help::HELP;
pub(crate) use history::{History, Series};
pub(crate) use menus::Menu;
pub(crate) use pane::{Pane, Tab};

/// What is asked of the world outside.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    /// Nothing.
    Nothing,
    /// To end.
    Quit,
    /// To stop until the shell wakes us.
    Suspend,
    /// To draw all of the screen, whatever the terminal is thought to show.
    Repaint,
    /// To read the machine now, with what the view needs now.
    Sample,
    /// To read the details that the pane shows.
    Details,
    /// To find out what these are set to, and open the dialog that changes it.
    Ask(Setting, Vec<Target>),
    /// To change these processes.
    Control(Control, Vec<Target>),
}

/// A setting that a dialog shows before it is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// The rank at the disks.
    IoNice,
    /// The CPUs that it may run on.
    Affinity,
}

/// Where things stand on the screen, so that a click finds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// The line of heads; the rows begin under it.
    pub(crate) head: usize,
    /// How many rows there is room for.
    pub(crate) rows: usize,
    /// The first line of the pane, and its lines.
    pub(crate) pane: Option<(usize, usize)>,
    /// The columns that there is room for, each with where it begins and ends.
    pub(crate) columns: Vec<(Column, usize, usize)>,
    /// The labels of the last line, each with where it begins and ends and the number of its key.
    pub(crate) keys: Vec<(usize, usize, u8)>,
}

/// What is shown, and what was chosen.
pub(crate) struct State {
    pub(crate) sample: Sample,
    pub(crate) shown: Vec<Shown>,
    pub(crate) wanted: Wanted,
    pub(crate) order: Order,
    pub(crate) columns: Vec<Column>,
    /// Names of programs instead of command lines.
    pub(crate) names: bool,
    /// A row for each thread.
    pub(crate) threads: bool,
    /// A meter for each processor.
    pub(crate) per_cpu: bool,
    /// Histories in place of meters.
    pub(crate) graphs: bool,
    pub(crate) paused: bool,
    /// Whether nothing may be changed.
    pub(crate) readonly: bool,
    pub(crate) delay: Duration,
    pub(crate) mode: Mode,
    pub(crate) message: Option<Line>,
    pub(crate) history: History,
    pub(crate) pane: Option<Pane>,
    /// The processes that the next command is for.
    pub(crate) tagged: BTreeSet<Identity>,
    /// The process that was chosen; without one, whatever is on top.
    cursor: Option<Identity>,
    /// Which row has the cursor.
    pub(crate) at: usize,
    /// The first row on the screen.
    pub(crate) top: usize,
    /// How far the command is moved to the left.
    pub(crate) shift: usize,
    searched: String,
    pub(crate) places: Places,
    pub(crate) terminal: Terminal,
    pub(crate) zone: TimeZone,
    /// The pid of this program.
    own: Option<u32>,
}

/// What is chosen at the start.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) wanted: Wanted,
    pub(crate) order: Order,
    pub(crate) names: bool,
    pub(crate) threads: bool,
    pub(crate) per_cpu: bool,
    pub(crate) readonly: bool,
    pub(crate) delay: Duration,
    pub(crate) terminal: Terminal,
    pub(crate) zone: TimeZone,
    pub(crate) own: Option<u32>,
}

impl State {
    pub(crate) fn new(start: Start) -> Self {
        Self {
            sample: Sample::empty(),
            shown: Vec::new(),
            wanted: start.wanted,
            order: start.order,
            columns: column::USUAL.to_vec(),
            names: start.names,
            threads: start.threads,
            per_cpu: start.per_cpu,
            graphs: false,
            paused: false,
            readonly: start.readonly,
            delay: start.delay,
            mode: Mode::Table,
            message: None,
            history: History::default(),
            pane: None,
            tagged: BTreeSet::new(),
            cursor: None,
            at: 0,
            top: 0,
            shift: 0,
            searched: String::new(),
            places: Places::default(),
            terminal: start.terminal,
            zone: start.zone,
            own: start.own,
        }
    }

    /// What a sample must have in it for this view.
    pub(crate) fn needs(&self) -> Columns {
        let shown = self.columns.iter().chain([&self.order.column]).map(|column| column.needs());
        let user = if self.wanted.user.is_some() || !self.wanted.filter.is_empty() {
            Column::User.needs()
        } else {
            Columns::NONE
        };
        shown.collect::<Columns>() | user | Column::Command.needs()
    }

    /// Shows a new sample, and hands back the one before.
    pub(crate) fn show(&mut self, sample: Sample) -> Sample {
        let old = std::mem::replace(&mut self.sample, sample);
        self.history.add(&self.sample.machine);
        if !self.tagged.is_empty() {
            let sample = &self.sample;
            self.tagged.retain(|id| sample.find(*id).is_some());
        }
        self.arrange();
        old
    }

    /// Chooses and orders the rows anew.
    pub(crate) fn arrange(&mut self) {
        self.shown = arranged(&self.sample, &self.wanted, &self.order, self.terminal.unicode);
        // The cursor stays on its process, so that no key meets another one that moved under it.
        let of_cursor = self
            .cursor
            .and_then(|id| self.shown.iter().position(|shown| self.id(shown) == Some(id)));
        match (self.cursor, of_cursor) {
            (None, _) => (self.at, self.top) = (0, 0),
            (Some(_), Some(at)) => self.at = at,
            (Some(_), None) => self.go(self.at),
        }
        self.fit();
    }

    /// Puts the cursor on a row, which it follows from now on.
    pub(crate) fn go(&mut self, at: usize) {
        self.at = at.min(self.shown.len().saturating_sub(1));
        self.cursor = self.shown.get(self.at).and_then(|shown| self.id(shown));
        self.fit();
    }

    /// Moves the part that is seen so that the cursor is in it.
    pub(crate) fn fit(&mut self) {
        let rows = self.places.rows.max(1);
        let last = self.shown.len().saturating_sub(rows);
        self.top = self.top.min(last).clamp(self.at.saturating_sub(rows - 1), self.at);
    }

    /// The pids of the rows on the screen, in their order.
    pub(crate) fn seen(&self) -> Vec<u32> {
        let rows = self.shown.iter().skip(self.top).take(self.places.rows);
        let mut pids: Vec<u32> = rows.filter_map(|shown| self.id(shown)).map(|id| id.pid).collect();
        pids.sort_unstable();
        pids
    }

    fn id(&self, shown: &Shown) -> Option<Identity> {
        self.sample.entries.get(shown.entry).map(|entry| entry.id)
    }

    /// The process under the cursor.
    pub(crate) fn current(&self) -> Option<Target> {
        self.shown.get(self.at).and_then(|shown| self.target(self.id(shown)?))
    }

    fn target(&self, id: Identity) -> Option<Target> {
        let entry = self.sample.find(id)?;
        let name = self.sample.text(entry.name).to_vec();
        Some(Target { pid: id.pid, start: id.start, name, nice: entry.nice })
    }

    /// The processes that a command is for: those that are tagged, else the one under the cursor.
    pub(crate) fn targets(&self) -> Vec<Target> {
        if self.tagged.is_empty() {
            return self.current().into_iter().collect();
        }
        let mut targets: Vec<Target> =
            self.tagged.iter().filter_map(|id| self.target(*id)).collect();
        // Several threads of a process are one process.
        targets.dedup_by_key(|target| target.pid);
        targets
    }

    /// Says something in the last line, until the next key.
    pub(crate) fn say(&mut self, paint: Paint, what: impl AsRef<str>) {
        self.message = Some(Line::new().with(paint, what));
    }

    /// Goes to the next row, from the one at `from`, that has the words that were searched for.
    fn search_on(&mut self, from: usize) {
        if self.searched.is_empty() {
            return;
        }
        let count = self.shown.len();
        let found = (0..count).map(|nth| (from + nth) % count.max(1)).find(|at| {
            let entry = self.shown.get(*at).and_then(|shown| self.sample.entries.get(shown.entry));
            entry.is_some_and(|entry| says(&self.sample, entry, &self.searched))
        });
        match found {
            Some(at) => self.go(at),
            None => self.say(Paint::Warning, format!("nothing has {:?} in it", self.searched)),
        }
    }

    /// Sorts by this column; by the same one again, the other way round.
    pub(crate) fn sort(&mut self, column: Column) -> Action {
        if self.order.column == column {
            self.order.falls = !self.order.falls;
        } else {
            self.order = Order {
                folded: std::mem::take(&mut self.order.folded),
                tree: self.order.tree,
                ..Order::by(column)
            };
        }
        self.arrange();
        Action::Sample
    }
}

/// The user of a row, by name and number.
fn user_of(sample: &Sample, id: Identity) -> Option<User> {
    let entry = sample.find(id)?;
    Some(User { name: sample.text(entry.user).to_vec(), uid: entry.uid, any: false })
}
