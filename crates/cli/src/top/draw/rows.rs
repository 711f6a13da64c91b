//! The table of processes.

use ratatui::style::{Modifier, Style};

use super::paint::Canvas;
use crate::line::{Line, Paint};
use crate::top::column::{Column, Sizes, Writer};
use crate::top::order::Shown;
use crate::top::sample::Entry;
use crate::top::state::State;

/// Draws the heads and the rows that are on the screen.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State) {
    heads(canvas, state);
    let writer = Writer {
        sample: &state.sample,
        zone: &state.zone,
        names: state.names,
        sizes: Sizes::Suiting,
    };
    let rows = state.shown.iter().enumerate().skip(state.top).take(state.places.rows);
    for (y, (at, shown)) in rows.enumerate() {
        let Some(entry) = state.sample.entries.get(shown.entry) else { continue };
        row(canvas, state, &writer, Row { y: state.places.head + 1 + y, at, shown, entry });
    }
    if state.shown.is_empty() && state.places.rows > 0 {
        let why = if state.sample.entries.is_empty() {
            "no processes"
        } else {
            "no such process; Esc takes back a filter or a user"
        };
        let line = Line::new().with(Paint::Faint, why);
        canvas.line(2, state.places.head + 1, state.places.width.saturating_sub(2), &line);
    }
}

fn heads(canvas: &mut Canvas<'_>, state: &State) {
    let places = &state.places;
    let y = places.head;
    canvas.ground(0, y, places.width, Modifier::REVERSED);
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    for (column, from, to) in &places.columns {
        let title = column.about().title;
        let sorted = *column == state.order.column;
        let arrow = match (state.order.falls, state.terminal.unicode) {
            (true, true) => "▼",
            (false, true) => "▲",
            (true, false) => "v",
            (false, false) => "^",
        };
        let mut line = Line::new().with(Paint::Plain, title);
        let width = to - from;
        // The blank before the column is the arrow's where the title fills it.
        let mut x = *from;
        if !column.is_left() {
            x = (from + width).saturating_sub(line.width());
        }
        let style = if sorted { reversed.add_modifier(Modifier::BOLD) } else { reversed };
        if sorted {
            if x > *from || !column.is_left() && line.width() == width {
                line = Line::new().with(Paint::Plain, arrow).with(Paint::Plain, title);
                x = x.saturating_sub(1);
            } else {
                line.push(Paint::Plain, arrow);
            }
        }
        canvas.styled(x, y, places.width.saturating_sub(x), &line, style);
    }
}

struct Row<'a> {
    y: usize,
    at: usize,
    shown: &'a Shown,
    entry: &'a Entry,
}

fn row(canvas: &mut Canvas<'_>, state: &State, writer: &Writer<'_>, row: Row<'_>) {
    let chosen = row.at == state.at;
    let tagged = state.tagged.contains(&row.entry.id);
    let mut over = Style::new();
    if chosen {
        over = over.add_modifier(Modifier::REVERSED);
        canvas.ground(0, row.y, state.places.width, Modifier::REVERSED);
    } else if tagged {
        over = over.add_modifier(Modifier::BOLD);
    } else if row.entry.is_thread() || row.entry.is_kernel() {
        over = over.add_modifier(Modifier::DIM);
    }
    let mark = match (tagged, chosen) {
        (true, _) => "*",
        (_, true) => ">",
        _ => " ",
    };
    canvas.styled(0, row.y, 1, &Line::new().with(Paint::Plain, mark), over);
    for (column, from, to) in &state.places.columns {
        let mut cell = column.cell(row.entry, writer);
        if *column == Column::Command {
            cell = command(state, &row, cell);
        }
        let width = to - from;
        if column.is_left() {
            canvas.styled(*from, row.y, width, &cell, over);
        } else {
            // A number that is too wide is whole at the cost of the blank before it.
            let wide = cell.width().min(width + 1);
            canvas.styled((from + width).saturating_sub(wide), row.y, wide, &cell, over);
        }
    }
}

/// The command behind its branch, moved to the left as far as was asked for.
fn command(state: &State, row: &Row<'_>, cell: Line) -> Line {
    let mut line = Line::new().with(Paint::Faint, &row.shown.branch);
    if row.shown.folded > 0 {
        line.push(Paint::Accent, format!("[+{}] ", row.shown.folded));
    }
    line.append(cell);
    if state.shift > 0 { line.without(state.shift) } else { line }
}
