//! Lists to choose from: columns, signals, users, ranks, CPUs.

use psight::process::{IoClass, Signal};
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Action, Mode, State, User};
use crate::line::{Line, Paint};
use crate::top::column::Column;
use crate::top::control::{Control, Target};

/// A list to choose from.
#[derive(Debug, Clone)]
pub(crate) struct Menu {
    pub(crate) title: Line,
    pub(crate) items: Vec<Item>,
    pub(crate) at: usize,
    purpose: Purpose,
}

/// One line of it.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) label: Line,
    /// Whether it is ticked, where several can be.
    pub(crate) ticked: Option<bool>,
}

/// What each line stands for.
#[derive(Debug, Clone)]
pub(crate) enum Purpose {
    Sort(Vec<Column>),
    Columns(Vec<Column>),
    User(Vec<Option<User>>),
    Signal(Vec<Signal>, Vec<Target>),
    IoNice(Vec<(IoClass, Option<u8>)>, Vec<Target>),
    Affinity(Vec<u32>, Vec<Target>),
}

impl Item {
    fn plain(label: Line) -> Self {
        Self { label, ticked: None }
    }
}

impl Purpose {
    /// The processes that it is about.
    fn targets(&self) -> &[Target] {
        match self {
            Self::Sort(_) | Self::Columns(_) | Self::User(_) => &[],
            Self::Signal(_, targets) | Self::IoNice(_, targets) | Self::Affinity(_, targets) => {
                targets
            }
        }
    }
}

impl State {
    fn open(&mut self, title: &str, purpose: Purpose, items: Vec<Item>, at: usize) {
        let mut title = Line::new().with(Paint::Strong, title);
        match purpose.targets() {
            [] => {}
            [one] => title.append(one.named()),
            several => title.push(Paint::Strong, format!("{} processes", several.len())),
        }
        self.mode = Mode::Menu(Menu { title, items, at, purpose });
    }

    pub(super) fn choose_sort(&mut self) {
        let columns = self.columns.clone();
        let items = columns.iter().map(|column| Item::plain(column_label(*column))).collect();
        let at = columns.iter().position(|column| *column == self.order.column).unwrap_or(0);
        self.open("Sort by", Purpose::Sort(columns), items, at);
    }

    pub(super) fn choose_columns(&mut self) {
        let columns: Vec<Column> =
            Column::all().filter(|column| *column != Column::Command).collect();
        let item = |column: &Column| Item {
            label: column_label(*column),
            ticked: Some(self.has_column(*column)),
        };
        let items = columns.iter().map(item).collect();
        self.open("Columns", Purpose::Columns(columns), items, 0);
    }

    pub(super) fn choose_user(&mut self) {
        let mut users = vec![None];
        users.extend(self.users().into_iter().map(Some));
        let label = |user: &Option<User>| match user {
            Some(user) if user.name.is_empty() => Line::new().with(Paint::Faint, "not known"),
            Some(user) => Line::new().with_bytes(Paint::Plain, &user.name),
            None => Line::new().with(Paint::Strong, "all users"),
        };
        let items = users.iter().map(|user| Item::plain(label(user))).collect();
        let at = users.iter().position(|user| *user == self.wanted.user).unwrap_or(0);
        self.open("Processes of", Purpose::User(users), items, at);
    }

    pub(super) fn choose_signal(&mut self) {
        let targets = self.targets();
        if targets.is_empty() || !self.may_change() {
            return;
        }
        let signals: Vec<Signal> = Signal::all();
        let label = |signal: &Signal| {
            let number = format!("{:>2} ", signal.number());
            Line::new().with(Paint::Faint, number).with(Paint::Plain, signal.to_string())
        };
        let items = signals.iter().map(|signal| Item::plain(label(signal))).collect();
        let at = signals.iter().position(|signal| *signal == Signal::TERM).unwrap_or(0);
        self.open("Signal to ", Purpose::Signal(signals, targets), items, at);
    }

    /// Offers the ranks at the disks, the present one first in mind.
    pub(crate) fn choose_ionice(
        &mut self,
        now: Option<(IoClass, Option<u8>)>,
        targets: Vec<Target>,
    ) {
        let ranked = |class| (0..8).map(move |rank| (class, Some(rank)));
        let mut ranks = vec![(IoClass::None, None)];
        ranks.extend(ranked(IoClass::BestEffort));
        ranks.push((IoClass::Idle, None));
        ranks.extend(ranked(IoClass::RealTime));
        let items = ranks.iter().map(|(class, rank)| {
            Item::plain(Line::new().with(Paint::Plain, Control::IoNice(*class, *rank).value()))
        });
        let items = items.collect();
        let at = ranks.iter().position(|rank| Some(*rank) == now).unwrap_or(0);
        self.open("Rank at the disks of ", Purpose::IoNice(ranks, targets), items, at);
    }

    /// Offers the CPUs, those ticked that may be used now.
    pub(crate) fn choose_affinity(&mut self, now: &[u32], targets: Vec<Target>) {
        let cpus = self.sample.machine.cpu_numbers();
        let item = |cpu: &u32| Item {
            label: Line::new().with(Paint::Plain, format!("CPU {cpu}")),
            ticked: Some(now.contains(cpu)),
        };
        let items = cpus.iter().map(item).collect();
        self.open("CPUs of ", Purpose::Affinity(cpus, targets), items, 0);
    }

    pub(super) fn menu_key(&mut self, key: KeyEvent) -> Action {
        let page = self.places.height.saturating_sub(6).max(1);
        let Mode::Menu(menu) = &mut self.mode else { return Action::Nothing };
        let last = menu.items.len().saturating_sub(1);
        menu.at = match key.code {
            KeyCode::Up => menu.at.saturating_sub(1),
            KeyCode::Down => (menu.at + 1).min(last),
            KeyCode::PageUp => menu.at.saturating_sub(page),
            KeyCode::PageDown => (menu.at + page).min(last),
            KeyCode::Home => 0,
            KeyCode::End => last,
            KeyCode::Enter => return self.chosen(),
            KeyCode::Esc | KeyCode::Char('q') => {
                self.mode = Mode::Table;
                return Action::Nothing;
            }
            KeyCode::Char(' ') => return self.tick(),
            KeyCode::Char(letter) => menu.beginning_with(letter),
            _ => menu.at,
        };
        Action::Nothing
    }

    /// Ticks the line under the cursor, or takes the tick away.
    fn tick(&mut self) -> Action {
        let Mode::Menu(menu) = &mut self.mode else { return Action::Nothing };
        let at = menu.at;
        if let Some(ticked) = menu.items.get_mut(at).and_then(|item| item.ticked.as_mut()) {
            *ticked = !*ticked;
        }
        if let Purpose::Columns(columns) = &menu.purpose
            && let Some(column) = columns.get(at).copied()
        {
            self.toggle_column(column);
            return Action::Sample;
        }
        Action::Nothing
    }

    fn chosen(&mut self) -> Action {
        let Mode::Menu(menu) = std::mem::replace(&mut self.mode, Mode::Table) else {
            return Action::Nothing;
        };
        let at = menu.at;
        match menu.purpose {
            Purpose::Sort(columns) => match columns.get(at) {
                Some(column) if *column != self.order.column => return self.sort(*column),
                _ => {}
            },
            Purpose::Columns(_) => {}
            Purpose::User(users) => {
                self.wanted.user = users.into_iter().nth(at).flatten();
                self.arrange();
                return Action::Sample;
            }
            Purpose::Signal(signals, targets) => {
                if let Some(signal) = signals.get(at) {
                    self.confirm(Control::Signal(*signal), targets);
                }
            }
            Purpose::IoNice(ranks, targets) => {
                if let Some((class, rank)) = ranks.get(at) {
                    self.confirm(Control::IoNice(*class, *rank), targets);
                }
            }
            Purpose::Affinity(cpus, targets) => {
                let ticked = cpus.into_iter().zip(&menu.items);
                let ticked = ticked.filter(|(_, item)| item.ticked == Some(true));
                let cpus: Vec<u32> = ticked.map(|(cpu, _)| cpu).collect();
                if cpus.is_empty() {
                    self.say(Paint::Warning, "a process needs a CPU to run on");
                } else {
                    self.confirm(Control::Affinity(cpus), targets);
                }
            }
        }
        Action::Nothing
    }
}

impl Menu {
    /// The next line whose first word begins with this letter; numbers and the `SIG` of signals are no words.
    fn beginning_with(&self, letter: char) -> usize {
        let begins = |item: &Item| {
            let text = item.label.render(false);
            let word = text.trim_start_matches(|char: char| char.is_ascii_digit() || char == ' ');
            let word = word.strip_prefix("SIG").unwrap_or(word);
            word.chars().next().is_some_and(|first| first.eq_ignore_ascii_case(&letter))
        };
        let count = self.items.len();
        (1..=count)
            .map(|nth| (self.at + nth) % count.max(1))
            .find(|at| self.items.get(*at).is_some_and(begins))
            .unwrap_or(self.at)
    }
}

fn column_label(column: Column) -> Line {
    let about = column.about();
    Line::new().with(Paint::Strong, format!("{:<8}", about.title)).with(Paint::Plain, about.says)
}
