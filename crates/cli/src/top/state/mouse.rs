//! What the mouse does.

use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::help::HELP;
use super::{Action, Mode, State};

impl State {
    /// What a click or a turn of the wheel does.
    pub(crate) fn mouse(&mut self, event: MouseEvent) -> Action {
        /// Rows to a notch of the wheel.
        const NOTCH: isize = 3;
        let down = match event.kind {
            MouseEventKind::ScrollDown => true,
            MouseEventKind::ScrollUp => false,
            MouseEventKind::Down(MouseButton::Left) => {
                return self.click(event.column.into(), event.row.into());
            }
            _ => return Action::Nothing,
        };
        let by = if down { NOTCH } else { -NOTCH };
        match &mut self.mode {
            Mode::Table => {}
            Mode::Menu(menu) => {
                let last = menu.items.len().saturating_sub(1);
                menu.at = menu.at.saturating_add_signed(by.signum()).min(last);
                return Action::Nothing;
            }
            Mode::Help { top } => {
                *top = top.saturating_add_signed(by).min(HELP.len().saturating_sub(1));
                return Action::Nothing;
            }
            Mode::Prompt(_) | Mode::Confirm(_) => return Action::Nothing,
        }
        let in_pane = self.places.pane.is_some_and(|(top, _)| usize::from(event.row) >= top);
        match self.pane.as_mut().filter(|_| in_pane) {
            Some(pane) => {
                let last = pane.lines.len().saturating_sub(1);
                pane.top = pane.top.saturating_add_signed(by).min(last);
            }
            None => self.step(by),
        }
        Action::Nothing
    }

    fn click(&mut self, x: usize, y: usize) -> Action {
        self.message = None;
        if !matches!(self.mode, Mode::Table) {
            return Action::Nothing;
        }
        let places = &self.places;
        if y + 1 == places.height {
            let key = places.keys.iter().find(|(from, to, _)| (*from..*to).contains(&x));
            return match key.map(|(.., number)| *number) {
                Some(number) => self.function_key(number),
                None => Action::Nothing,
            };
        }
        if places.pane.is_some_and(|(top, _)| y >= top) {
            return Action::Nothing;
        }
        if y == places.head {
            let column = places.columns.iter().find(|(_, from, to)| (*from..*to).contains(&x));
            return match column.map(|(column, ..)| *column) {
                Some(column) => self.sort(column),
                None => Action::Nothing,
            };
        }
        if let Some(row) = y.checked_sub(places.head + 1).filter(|row| *row < places.rows)
            && self.top + row < self.shown.len()
        {
            self.go(self.top + row);
        }
        Action::Nothing
    }
}
