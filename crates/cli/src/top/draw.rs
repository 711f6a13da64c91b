//! The picture: a state goes in, a frame comes out, and nothing else happens. All text is a [`Line`], so that what others
//! chose to be called is clean before it is here.

mod dialogs;
mod help;
mod meters;
mod paint;
mod rows;

use ratatui::Frame;

use super::column::fitting;
use super::state::{Mode, Pane, Places, State, Tab};
use crate::line::{Line, Paint};
use paint::Canvas;

/// The labels of the last line: the number of the key, and what it does.
const KEYS: &[(u8, &str)] = &[
    (1, "Help"),
    (2, "Columns"),
    (3, "Search"),
    (4, "Filter"),
    (5, "Tree"),
    (6, "Sort"),
    (7, "Nice-"),
    (8, "Nice+"),
    (9, "Kill"),
    (10, "Quit"),
];

/// Works out where things stand on a screen of this size.
pub(crate) fn place(state: &State, width: usize, height: usize) -> Places {
    let meters = meters::lines(state, width, height).len();
    // The heads above, the keys below.
    let body = height.saturating_sub(meters + 2);
    let (rows, pane) = match &state.pane {
        // A pane that is worth its name, and some of the table above it; else the pane alone.
        Some(_) if body >= 20 => (body / 2, Some((meters + 1 + body / 2, body - body / 2))),
        Some(_) => (0, Some((meters, body + 1))),
        None => (body, None),
    };
    Places {
        width,
        height,
        head: meters,
        rows,
        pane,
        columns: columns(state, width),
        keys: keys(width),
    }
}

/// The columns that fit, each with where it begins and ends.
fn columns(state: &State, width: usize) -> Vec<(super::column::Column, usize, usize)> {
    let pids = state.sample.entries.last().map_or(1, |last| last.id.pid.to_string().len());
    let mut at = 0;
    fitting(&state.columns, width.saturating_sub(1), pids)
        .into_iter()
        .map(|column| {
            // One blank before each; the first has the mark of the row in it.
            let from = at + 1;
            at = match column.width(pids) {
                0 => width.max(from),
                wide => from + wide,
            };
            (column, from, at)
        })
        .collect()
}

/// The keys that fit, each with where its label begins and ends.
fn keys(width: usize) -> Vec<(usize, usize, u8)> {
    let mut at = 0;
    let mut places = Vec::new();
    for (number, label) in KEYS {
        let wide = 1 + number.to_string().len() + label.len();
        // The way out is always shown.
        let last = KEYS.len() as u8;
        let quit = if *number == last { 0 } else { 8 };
        if at + wide + quit > width {
            continue;
        }
        places.push((at, at + wide, *number));
        at += wide + 1;
    }
    places
}

/// Draws the state.
pub(crate) fn draw(frame: &mut Frame<'_>, state: &State) {
    let area = frame.area();
    let mut canvas = Canvas::new(frame.buffer_mut(), state.terminal);
    let places = &state.places;
    if usize::from(area.width) != places.width || usize::from(area.height) != places.height {
        // The terminal changed its size meanwhile: the next picture fits again.
        return;
    }
    for (y, line) in meters::lines(state, places.width, places.height).iter().enumerate() {
        canvas.line(0, y, places.width, line);
    }
    if places.pane.is_none_or(|(top, _)| top > places.head) {
        rows::draw(&mut canvas, state);
    }
    if let (Some(pane), Some((top, rows))) = (&state.pane, places.pane) {
        draw_pane(&mut canvas, pane, top, rows, places.width);
    }
    let cursor = draw_last(&mut canvas, state);
    match &state.mode {
        Mode::Help { top } => help::draw(&mut canvas, *top, places),
        Mode::Menu(menu) => dialogs::menu(&mut canvas, menu, places),
        Mode::Confirm(confirm) => dialogs::confirm(&mut canvas, confirm, places),
        Mode::Table | Mode::Prompt(_) => {}
    }
    if let Some(x) = cursor {
        frame.set_cursor_position((x as u16, area.height.saturating_sub(1)));
    }
}

fn draw_pane(canvas: &mut Canvas<'_>, pane: &Pane, top: usize, rows: usize, width: usize) {
    let mut head = Line::new().with(Paint::Plain, " ");
    head.append(pane.target.named());
    for tab in Tab::ALL {
        head.push(Paint::Plain, " ");
        // The brackets say it without colour.
        if tab == pane.tab {
            head.push(Paint::Strong, format!("[{}]", tab.title()));
        } else {
            head.push(Paint::Plain, format!(" {} ", tab.title()));
        }
    }
    let room = rows.saturating_sub(1);
    if pane.lines.len() > room {
        head.push(
            Paint::Plain,
            format!(
                "  {}-{} of {}",
                pane.top + 1,
                (pane.top + room).min(pane.lines.len()),
                pane.lines.len()
            ),
        );
    }
    canvas.bar(top, width, &head);
    for (y, line) in pane.lines.iter().skip(pane.top).take(room).enumerate() {
        canvas.line(1, top + 1 + y, width.saturating_sub(1), line);
    }
}

/// The last line: what is being typed, what happened, or the keys. Gives where the cursor stands.
fn draw_last(canvas: &mut Canvas<'_>, state: &State) -> Option<usize> {
    let places = &state.places;
    let y = places.height.checked_sub(1)?;
    if let Mode::Prompt(prompt) = &state.mode {
        let mut line = Line::new().with(Paint::Strong, prompt.asks.label());
        line.push(Paint::Plain, &prompt.text);
        let end = line.width();
        if let Some(message) = &state.message {
            line.push(Paint::Plain, "   ");
            line.append(message.clone());
        }
        canvas.line(0, y, places.width, &line);
        return Some(end.min(places.width.saturating_sub(1)));
    }
    if let Some(message) = &state.message {
        canvas.line(0, y, places.width, message);
        return None;
    }
    for (from, to, number) in &places.keys {
        let label = KEYS.iter().find(|(key, _)| key == number).map_or("", |(_, label)| label);
        let key = format!("F{number}");
        canvas.line(*from, y, places.width, &Line::new().with(Paint::Strong, &key));
        canvas.pressed(from + key.len(), y, to.saturating_sub(from + key.len()), label);
    }
    None
}
