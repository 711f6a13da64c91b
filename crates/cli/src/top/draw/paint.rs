//! Putting lines into the buffer of the terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use crate::line::{Line, Paint};
use crate::terminal::Terminal;

/// The buffer, and what the terminal can show.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    pub(super) terminal: Terminal,
}

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, terminal: Terminal) -> Self {
        Self { buffer, terminal }
    }

    /// A line, in at most `width` columns.
    pub(super) fn line(&mut self, x: usize, y: usize, width: usize, line: &Line) {
        self.styled(x, y, width, line, Style::new());
    }

    /// A line that stands for something chosen: reversed from end to end, whatever the colours.
    pub(super) fn bar(&mut self, y: usize, width: usize, line: &Line) {
        self.blank(0, y, width, 1);
        self.ground(0, y, width, Modifier::REVERSED);
        self.styled(0, y, width, line, Style::new().add_modifier(Modifier::REVERSED));
    }

    /// A label that can be pressed.
    pub(super) fn pressed(&mut self, x: usize, y: usize, width: usize, label: &str) {
        let line = Line::new().with(Paint::Plain, label);
        self.styled(x, y, width, &line, Style::new().add_modifier(Modifier::REVERSED));
    }

    /// A line over which `over` is laid. Reversed text keeps no colour of its own, which nobody could read.
    pub(super) fn styled(&mut self, x: usize, y: usize, width: usize, line: &Line, over: Style) {
        let (mut left, mut at) = (width, x);
        let cut;
        let line = if line.width() > width {
            cut = line.clone().cut(width, self.terminal.cut_mark());
            &cut
        } else {
            line
        };
        for (paint, text) in line.pieces() {
            let style = if over.add_modifier.contains(Modifier::REVERSED) {
                over
            } else {
                style(paint, self.terminal.colour).patch(over)
            };
            let (Ok(column), Ok(row)) = (u16::try_from(at), u16::try_from(y)) else { return };
            let area = self.buffer.area;
            if column >= area.width || row >= area.height || left == 0 {
                return;
            }
            let (end, _) = self.buffer.set_stringn(column, row, text, left, style);
            let taken = usize::from(end).saturating_sub(at);
            at += taken;
            left = left.saturating_sub(taken);
        }
    }

    /// Gives a stretch of a line a modifier.
    pub(super) fn ground(&mut self, x: usize, y: usize, width: usize, modifier: Modifier) {
        let area = self.rect(x, y, width, 1);
        self.buffer.set_style(area, Style::new().add_modifier(modifier));
    }

    /// An empty box with a frame and a title.
    pub(super) fn boxed(&mut self, x: usize, y: usize, width: usize, height: usize, title: &Line) {
        self.blank(x, y, width, height);
        let (across, down, corners) = if self.terminal.unicode {
            ("─", "│", ["┌", "┐", "└", "┘"])
        } else {
            ("-", "|", ["+", "+", "+", "+"])
        };
        let [top_left, top_right, bottom_left, bottom_right] = corners;
        let middle = across.repeat(width.saturating_sub(2));
        let plain = |text: String| Line::new().with(Paint::Faint, text);
        self.line(x, y, width, &plain(format!("{top_left}{middle}{top_right}")));
        for row in y + 1..(y + height).saturating_sub(1) {
            self.line(x, row, 1, &plain(down.to_owned()));
            self.line(x + width - 1, row, 1, &plain(down.to_owned()));
        }
        let last = (y + height).saturating_sub(1);
        self.line(x, last, width, &plain(format!("{bottom_left}{middle}{bottom_right}")));
        let mut head = Line::new().with(Paint::Plain, " ");
        head.append(title.clone());
        self.line(x + 1, y, width.saturating_sub(2), &head.with(Paint::Plain, " "));
    }

    fn blank(&mut self, x: usize, y: usize, width: usize, height: usize) {
        for position in self.rect(x, y, width, height).positions() {
            if let Some(cell) = self.buffer.cell_mut(position) {
                cell.reset();
            }
        }
    }

    fn rect(&self, x: usize, y: usize, width: usize, height: usize) -> Rect {
        let small = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        Rect::new(small(x), small(y), small(width), small(height)).intersection(self.buffer.area)
    }
}

/// The first eight colours alone, so that every theme can choose them; bold and faint where there are none, as they are
/// no colours.
fn style(paint: Paint, colour: bool) -> Style {
    let style = Style::new();
    let painted = |color| if colour { style.fg(color) } else { style };
    match paint {
        Paint::Plain => style,
        Paint::Strong => style.add_modifier(Modifier::BOLD),
        Paint::Faint => style.add_modifier(Modifier::DIM),
        Paint::Accent => painted(Color::Cyan),
        Paint::Good => painted(Color::Green),
        Paint::Warning => painted(Color::Yellow),
        Paint::Bad if colour => style.fg(Color::Red),
        Paint::Bad => style.add_modifier(Modifier::BOLD),
    }
}
