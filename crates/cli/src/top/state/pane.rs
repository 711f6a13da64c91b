//! The pane with the details of a process.

use ratatui::crossterm::event::{KeyCode, KeyEvent};

use super::{Action, State};
use crate::line::Line;
use crate::top::control::Target;

/// What of a process is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    Process,
    Files,
    Sockets,
    Environment,
    Maps,
    Limits,
}

impl Tab {
    pub(crate) const ALL: [Self; 6] =
        [Self::Process, Self::Files, Self::Sockets, Self::Environment, Self::Maps, Self::Limits];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Process => "Process",
            Self::Files => "Files",
            Self::Sockets => "Sockets",
            Self::Environment => "Environment",
            Self::Maps => "Maps",
            Self::Limits => "Limits",
        }
    }

    fn moved(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL.get((at + by) % Self::ALL.len()).copied().unwrap_or(Self::Process)
    }
}

/// The details of a process.
#[derive(Debug, Clone)]
pub(crate) struct Pane {
    pub(crate) target: Target,
    pub(crate) tab: Tab,
    pub(crate) lines: Vec<Line>,
    pub(crate) top: usize,
}

impl State {
    /// Opens the pane on the process under the cursor.
    pub(super) fn open_pane(&mut self, tab: Tab) -> Action {
        let Some(target) = self.current() else { return Action::Nothing };
        self.pane = Some(Pane { target, tab, lines: Vec::new(), top: 0 });
        Action::Details
    }

    /// Shows what was read for the pane.
    pub(crate) fn fill_pane(&mut self, lines: Vec<Line>) {
        let rows = self.places.pane.map_or(1, |(_, rows)| rows.saturating_sub(1));
        if let Some(pane) = &mut self.pane {
            pane.top = pane.top.min(lines.len().saturating_sub(rows));
            pane.lines = lines;
        }
    }

    /// A key while the pane is open; `None` for one that is not the pane's.
    pub(super) fn pane_key(&mut self, key: KeyEvent) -> Option<Action> {
        let rows = self.places.pane.map_or(1, |(_, rows)| rows.saturating_sub(1)).max(1);
        let pane = self.pane.as_mut()?;
        let last = pane.lines.len().saturating_sub(rows);
        match key.code {
            KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => self.pane = None,
            KeyCode::Up => pane.top = pane.top.saturating_sub(1),
            KeyCode::Down => pane.top = (pane.top + 1).min(last),
            KeyCode::PageUp => pane.top = pane.top.saturating_sub(rows),
            KeyCode::PageDown => pane.top = (pane.top + rows).min(last),
            KeyCode::Home => pane.top = 0,
            KeyCode::End => pane.top = last,
            KeyCode::Tab | KeyCode::Right => return Some(turn(pane, pane.tab.moved(1))),
            KeyCode::BackTab | KeyCode::Left => {
                return Some(turn(pane, pane.tab.moved(Tab::ALL.len() - 1)));
            }
            KeyCode::Char('l') => return Some(turn(pane, Tab::Files)),
            KeyCode::Char('e') => return Some(turn(pane, Tab::Environment)),
            _ => return None,
        }
        Some(Action::Nothing)
    }
}

fn turn(pane: &mut Pane, tab: Tab) -> Action {
    (pane.tab, pane.top) = (tab, 0);
    pane.lines.clear();
    Action::Details
}
