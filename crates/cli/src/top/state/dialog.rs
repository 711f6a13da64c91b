//! Questions to the reader: a line of text, a last confirmation; and help.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::help::HELP;
use super::{Action, Menu, State};
use crate::line::{Line, Paint};
use crate::top::control::{Control, Target};

/// Who gets the keys.
#[derive(Debug, Clone)]
pub(crate) enum Mode {
    Table,
    Help { top: usize },
    Prompt(Prompt),
    Menu(Menu),
    Confirm(Confirm),
}

/// A line of text that is being typed.
#[derive(Debug, Clone)]
pub(crate) struct Prompt {
    pub(crate) asks: Asks,
    pub(crate) text: String,
}

/// What a line of text is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asks {
    Search,
    Filter,
    Delay,
    Nice(Vec<Target>),
}

/// A change that waits for a yes.
#[derive(Debug, Clone)]
pub(crate) struct Confirm {
    pub(crate) control: Control,
    pub(crate) targets: Vec<Target>,
    /// Why a `y` is not enough, and what has been typed of the `yes` that is.
    pub(crate) grave: Option<(&'static str, String)>,
}

impl Asks {
    /// What stands before the text.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Search => "Search: ",
            Self::Filter => "Filter (a|b for either): ",
            Self::Delay => "Seconds between samples: ",
            Self::Nice(_) => "Nice value, -20 (most CPU) to 19 (least): ",
        }
    }
}

impl Confirm {
    /// The question.
    pub(crate) fn question(&self) -> Line {
        let line = Line::new().with(Paint::Plain, self.control.question()).with(Paint::Plain, " ");
        match self.targets.as_slice() {
            [one] => {
                let mut line = line;
                line.append(one.named());
                line.with(Paint::Plain, "?")
            }
            several => line
                .with(Paint::Strong, format!("{} processes", several.len()))
                .with(Paint::Plain, "?"),
        }
    }
}

impl State {
    /// Asks once more before something is changed.
    pub(super) fn confirm(&mut self, control: Control, targets: Vec<Target>) {
        if targets.is_empty() || !self.may_change() {
            return;
        }
        let is_signal = matches!(control, Control::Signal(_));
        let grave = if is_signal && targets.iter().any(|target| target.pid == 1) {
            Some("Process 1 holds the machine up.")
        } else if is_signal && targets.iter().any(|target| Some(target.pid) == self.own) {
            Some("That is this program itself.")
        } else {
            None
        };
        let grave = grave.map(|why| (why, String::new()));
        self.mode = Mode::Confirm(Confirm { control, targets, grave });
    }

    pub(super) fn confirm_key(&mut self, key: KeyEvent) -> Action {
        let Mode::Confirm(confirm) = &mut self.mode else { return Action::Nothing };
        let confirmed = match (&mut confirm.grave, key.code) {
            (None, KeyCode::Char('y' | 'Y')) => true,
            (Some((_, typed)), KeyCode::Char(letter)) if typed.len() < 8 => {
                typed.push(letter);
                return Action::Nothing;
            }
            (Some((_, typed)), KeyCode::Backspace) => {
                typed.pop();
                return Action::Nothing;
            }
            (Some((_, typed)), KeyCode::Enter) => typed == "yes",
            _ => false,
        };
        let Mode::Confirm(confirm) = std::mem::replace(&mut self.mode, Mode::Table) else {
            return Action::Nothing;
        };
        if confirmed {
            return Action::Control(confirm.control, confirm.targets);
        }
        self.say(Paint::Plain, "nothing was changed");
        Action::Nothing
    }

    pub(super) fn help_key(&mut self, key: KeyEvent) -> Action {
        let page = self.places.height.saturating_sub(2).max(1);
        let Mode::Help { top } = &mut self.mode else { return Action::Nothing };
        let last = HELP.len().saturating_sub(page);
        *top = match key.code {
            KeyCode::Up => top.saturating_sub(1),
            KeyCode::Down => *top + 1,
            KeyCode::PageUp => top.saturating_sub(page),
            KeyCode::PageDown | KeyCode::Char(' ') => *top + page,
            KeyCode::Home => 0,
            KeyCode::End => last,
            _ => {
                self.mode = Mode::Table;
                return Action::Nothing;
            }
        }
        .min(last);
        Action::Nothing
    }

    pub(super) fn prompt_key(&mut self, key: KeyEvent) -> Action {
        let Mode::Prompt(prompt) = &mut self.mode else { return Action::Nothing };
        match key.code {
            KeyCode::Char(letter) => prompt.text.push(letter),
            KeyCode::Backspace => {
                prompt.text.pop();
            }
            KeyCode::Enter => return self.answer(),
            KeyCode::Esc => return self.give_up(),
            KeyCode::F(3) | KeyCode::Down if prompt.asks == Asks::Search => {
                self.search_on(self.at + 1);
                return Action::Nothing;
            }
            _ => return Action::Nothing,
        }
        self.typed()
    }

    /// What was typed so far takes effect at once where that does no harm.
    fn typed(&mut self) -> Action {
        let Mode::Prompt(prompt) = &self.mode else { return Action::Nothing };
        match prompt.asks {
            Asks::Search => {
                self.searched.clone_from(&prompt.text);
                self.search_on(self.at);
            }
            Asks::Filter => {
                self.wanted.filter.clone_from(&prompt.text);
                self.arrange();
                return Action::Sample;
            }
            Asks::Delay | Asks::Nice(_) => {}
        }
        Action::Nothing
    }

    fn give_up(&mut self) -> Action {
        let Mode::Prompt(prompt) = std::mem::replace(&mut self.mode, Mode::Table) else {
            return Action::Nothing;
        };
        if prompt.asks == Asks::Filter {
            self.wanted.filter.clear();
            self.arrange();
        }
        Action::Nothing
    }

    fn answer(&mut self) -> Action {
        let Mode::Prompt(prompt) = std::mem::replace(&mut self.mode, Mode::Table) else {
            return Action::Nothing;
        };
        match prompt.asks {
            Asks::Search | Asks::Filter => Action::Nothing,
            Asks::Delay => self.set_delay(&prompt.text),
            Asks::Nice(targets) => {
                match prompt.text.trim().parse() {
                    Ok(nice @ -20..=19) => self.confirm(Control::Nice(nice), targets),
                    _ => self.say(Paint::Bad, format!("{:?} is no nice value", prompt.text)),
                }
                Action::Nothing
            }
        }
    }

    /// Asks whether the nice value shall be changed by one.
    pub(super) fn nicer(&mut self, by: i32) {
        let targets = self.targets();
        let Some(nice) = targets.first().and_then(|target| target.nice) else { return };
        self.confirm(Control::Nice((nice + by).clamp(-20, 19)), targets);
    }
}
