//! What keys do in the table.

use std::time::Duration;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Action, Asks, Mode, Prompt, Setting, State, Tab, user_of};
use crate::line::Paint;
use crate::top::column::{self, Column};

impl State {
    /// What a key does.
    pub(crate) fn key(&mut self, key: KeyEvent) -> Action {
        self.message = None;
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Action::Quit,
                KeyCode::Char('z') => Action::Suspend,
                KeyCode::Char('l') => Action::Repaint,
                _ => Action::Nothing,
            };
        }
        match &self.mode {
            Mode::Table => {}
            Mode::Help { .. } => return self.help_key(key),
            Mode::Prompt(_) => return self.prompt_key(key),
            Mode::Menu(_) => return self.menu_key(key),
            Mode::Confirm(_) => return self.confirm_key(key),
        }
        match self.pane_key(key) {
            Some(action) => action,
            None => self.table_key(key),
        }
    }

    fn table_key(&mut self, key: KeyEvent) -> Action {
        match key.code {
            KeyCode::Up => self.step(-1),
            KeyCode::Down => self.step(1),
            KeyCode::PageUp => self.step(-(self.places.rows as isize)),
            KeyCode::PageDown => self.step(self.places.rows as isize),
            KeyCode::Home => {
                self.cursor = None;
                (self.at, self.top) = (0, 0);
            }
            KeyCode::End => self.go(usize::MAX),
            KeyCode::Left => self.shift = self.shift.saturating_sub(8),
            KeyCode::Right => self.shift = (self.shift + 8).min(4096),
            KeyCode::Enter => return self.open_pane(Tab::Process),
            KeyCode::Esc => self.leave_something(),
            KeyCode::F(number) => return self.function_key(number),
            KeyCode::Char(letter) => return self.letter(letter),
            _ => {}
        }
        Action::Nothing
    }

    /// A key of the last line.
    pub(super) fn function_key(&mut self, number: u8) -> Action {
        match number {
            1 => self.mode = Mode::Help { top: 0 },
            2 => self.choose_columns(),
            3 => self.ask(Asks::Search, ""),
            4 => self.ask_filter(),
            5 => return self.letter('t'),
            6 => self.choose_sort(),
            7 => self.nicer(-1),
            8 => self.nicer(1),
            9 => return self.letter('k'),
            10 => return Action::Quit,
            _ => {}
        }
        Action::Nothing
    }

    fn letter(&mut self, letter: char) -> Action {
        match letter {
            'q' => return Action::Quit,
            '?' | 'h' => return self.function_key(1),
            'f' => return self.function_key(2),
            '/' => return self.function_key(3),
            '\\' => return self.function_key(4),
            'n' => self.search_on(self.at + 1),
            'P' => return self.sort_down(Column::Cpu),
            'M' => return self.sort_down(Column::Memory),
            'T' => return self.sort_down(Column::Time),
            'N' => return self.sort_down(Column::Pid),
            'I' | 'R' => return self.sort(self.order.column),
            '<' | ',' => return self.sort_beside(false),
            '>' | '.' => return self.sort_beside(true),
            't' => self.order.tree = !self.order.tree,
            '+' | '=' | '-' => self.fold(letter == '-'),
            ' ' => self.tag(),
            'U' => self.tagged.clear(),
            'u' => self.choose_user(),
            'K' => self.wanted.no_kernel = !self.wanted.no_kernel,
            'b' => self.wanted.busy_only = !self.wanted.busy_only,
            _ => return self.another_letter(letter),
        }
        if matches!(letter, 't' | '+' | '=' | '-' | 'K' | 'b') {
            self.arrange();
        }
        Action::Nothing
    }

    fn another_letter(&mut self, letter: char) -> Action {
        match letter {
            'c' => self.names = !self.names,
            'g' => self.graphs = !self.graphs,
            '1' => self.per_cpu = !self.per_cpu,
            'd' | 's' => self.ask(Asks::Delay, &self.delay.as_secs_f64().to_string()),
            'p' | 'Z' => {
                self.paused = !self.paused;
                return if self.paused { Action::Nothing } else { Action::Sample };
            }
            'H' => {
                self.threads = !self.threads;
                return Action::Sample;
            }
            'l' => return self.open_pane(Tab::Files),
            'e' => return self.open_pane(Tab::Environment),
            'k' => self.choose_signal(),
            'r' => self.ask_nice(),
            'i' => return self.ask_setting(Setting::IoNice),
            'a' => return self.ask_setting(Setting::Affinity),
            _ => {}
        }
        Action::Nothing
    }

    /// Moves the cursor.
    pub(super) fn step(&mut self, by: isize) {
        self.go(self.at.saturating_add_signed(by));
    }

    /// Takes back what narrows the view, one thing after the other.
    fn leave_something(&mut self) {
        if !self.tagged.is_empty() {
            self.tagged.clear();
        } else if !self.wanted.filter.is_empty() {
            self.wanted.filter.clear();
        } else if self.wanted.user.is_some() {
            self.wanted.user = None;
        } else {
            self.shift = 0;
        }
        self.arrange();
    }

    fn sort_down(&mut self, column: Column) -> Action {
        if self.order.column == column { Action::Nothing } else { self.sort(column) }
    }

    /// Sorts by the column beside the one that is sorted by.
    fn sort_beside(&mut self, right: bool) -> Action {
        let at = self.columns.iter().position(|column| *column == self.order.column).unwrap_or(0);
        let beside = if right { Some(at + 1) } else { at.checked_sub(1) };
        match beside.and_then(|at| self.columns.get(at)) {
            Some(column) => self.sort(*column),
            None => Action::Nothing,
        }
    }

    fn tag(&mut self) {
        if let Some(id) = self.shown.get(self.at).and_then(|shown| self.id(shown)) {
            if !self.tagged.remove(&id) {
                self.tagged.insert(id);
            }
            self.step(1);
        }
    }

    /// Folds or unfolds what is under the cursor.
    fn fold(&mut self, folds: bool) {
        if let Some(target) = self.current() {
            if folds {
                self.order.folded.insert(target.pid);
            } else {
                self.order.folded.remove(&target.pid);
            }
        }
    }

    pub(super) fn ask(&mut self, asks: Asks, text: &str) {
        self.mode = Mode::Prompt(Prompt { asks, text: text.to_owned() });
    }

    fn ask_filter(&mut self) {
        let filter = self.wanted.filter.clone();
        self.ask(Asks::Filter, &filter);
    }

    /// Whether something may be changed; says why not.
    pub(super) fn may_change(&mut self) -> bool {
        if self.readonly {
            self.say(Paint::Warning, "started with --readonly: nothing can be changed");
        }
        !self.readonly
    }

    fn ask_nice(&mut self) {
        let targets = self.targets();
        if let Some(first) = targets.first()
            && self.may_change()
        {
            let nice = first.nice.unwrap_or(0).to_string();
            self.ask(Asks::Nice(targets), &nice);
        }
    }

    fn ask_setting(&mut self, setting: Setting) -> Action {
        let targets = self.targets();
        if targets.is_empty() || !self.may_change() {
            return Action::Nothing;
        }
        Action::Ask(setting, targets)
    }

    /// The user of the process under the cursor stands first.
    pub(super) fn users(&self) -> Vec<super::User> {
        let first = self.shown.get(self.at).and_then(|shown| self.id(shown));
        let mut users: Vec<super::User> =
            first.and_then(|id| user_of(&self.sample, id)).into_iter().collect();
        let mut others: Vec<_> = self
            .sample
            .entries
            .iter()
            .map(|entry| (self.sample.text(entry.user), entry.uid))
            .collect();
        others.sort_unstable();
        others.dedup_by_key(|(name, _)| *name);
        for (name, uid) in others {
            if users.first().is_none_or(|user| user.name != name) {
                users.push(super::User { name: name.to_vec(), uid, any: false });
            }
        }
        users
    }

    /// Takes another delay.
    pub(super) fn set_delay(&mut self, text: &str) -> Action {
        const LEAST: Duration = Duration::from_millis(100);
        match crate::human::seconds(text.trim()) {
            Ok(delay) => {
                self.delay = delay.max(LEAST);
                return Action::Sample;
            }
            Err(why) => self.say(Paint::Bad, why),
        }
        Action::Nothing
    }

    pub(super) fn has_column(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    /// Shows a column or not, in the place that it has among all.
    pub(super) fn toggle_column(&mut self, column: Column) {
        let shown = self.has_column(column);
        self.columns = column::Column::all()
            .filter(|other| if *other == column { !shown } else { self.has_column(*other) })
            .collect();
    }
}
