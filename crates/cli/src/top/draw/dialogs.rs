//! Boxes over the table: lists to choose from, and the last question before something is changed.

use ratatui::style::{Modifier, Style};

use super::paint::Canvas;
use crate::line::{Line, Paint};
use crate::top::state::{Confirm, Menu, Places};

/// A list.
pub(super) fn menu(canvas: &mut Canvas<'_>, menu: &Menu, places: &Places) {
    let ticks = menu.items.iter().any(|item| item.ticked.is_some());
    let gutter = if ticks { 6 } else { 3 };
    let widest = menu.items.iter().map(|item| item.label.width()).max().unwrap_or(0);
    let title = &menu.title;
    let width = (widest + gutter + 3).max(title.width() + 4).min(places.width);
    let room = places.height.saturating_sub(3).max(1);
    let rows = menu.items.len().min(room.saturating_sub(2));
    let height = rows + 2;
    let x = (places.width - width) / 2;
    let y = places.height.saturating_sub(1 + height) / 2;
    canvas.boxed(x, y, width, height, title);
    // The cursor in the middle, as far as the ends allow.
    let top = menu.at.saturating_sub(rows / 2).min(menu.items.len().saturating_sub(rows));
    for (nth, item) in menu.items.iter().enumerate().skip(top).take(rows) {
        let chosen = nth == menu.at;
        let mut line = Line::new().with(Paint::Plain, if chosen { "> " } else { "  " });
        match item.ticked {
            Some(true) => line.push(Paint::Plain, "[x] "),
            Some(false) => line.push(Paint::Plain, "[ ] "),
            None => {}
        }
        line.append(item.label.clone());
        line.pad(width.saturating_sub(2));
        let over =
            if chosen { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
        canvas.styled(x + 1, y + 1 + nth - top, width.saturating_sub(2), &line, over);
    }
    if menu.items.len() > rows {
        let of = format!(" {} of {} ", menu.at + 1, menu.items.len());
        canvas.line(
            x + 2,
            y + height - 1,
            width.saturating_sub(4),
            &Line::new().with(Paint::Faint, of),
        );
    }
    let hint =
        if ticks { " space: tick, Enter: done, Esc: back " } else { " Enter: choose, Esc: back " };
    canvas.bar(
        places.height.saturating_sub(1),
        places.width,
        &Line::new().with(Paint::Plain, hint),
    );
}

/// The last question before something is changed.
pub(super) fn confirm(canvas: &mut Canvas<'_>, confirm: &Confirm, places: &Places) {
    let mut lines = vec![confirm.question()];
    match &confirm.grave {
        Some((why, typed)) => {
            lines.push(Line::new().with(Paint::Bad, why));
            lines.push(
                Line::new().with(Paint::Plain, format!("Type yes and Enter to do it: {typed}_")),
            );
        }
        None => lines.push(
            Line::new().with(Paint::Strong, "y").with(Paint::Plain, " yes, any other key: no"),
        ),
    }
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let width = (widest + 4).min(places.width);
    let height = lines.len() + 2;
    let x = (places.width - width) / 2;
    let y = places.height.saturating_sub(1 + height) / 2;
    canvas.boxed(x, y, width, height, &Line::new().with(Paint::Strong, "Sure?"));
    for (nth, line) in lines.iter().enumerate() {
        canvas.line(x + 2, y + 1 + nth, width.saturating_sub(4), line);
    }
}
