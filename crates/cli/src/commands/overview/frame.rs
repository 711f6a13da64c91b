//! Where things stand on the screen of the overview.

use crate::line::{Line, Paint};
use crate::table::bar;
use crate::terminal::Terminal;

/// Columns of the section names.
pub(super) const GUTTER: usize = 9;
/// The layout's width where nothing limits it.
const UNLIMITED: usize = 100;
/// A screen of fewer lines than this is short: less is listed, so that all kinds of things have room.
const SHORT: usize = 30;

/// Where things stand on a screen of some width.
pub(super) struct Frame<'a> {
    pub(super) terminal: &'a Terminal,
    pub(super) width: usize,
    /// Columns for a bar, with the name before it if it has one.
    pub(super) meter: usize,
}

impl<'a> Frame<'a> {
    pub(super) fn new(terminal: &'a Terminal) -> Self {
        let width = terminal.width.unwrap_or(UNLIMITED);
        let share = width.saturating_sub(GUTTER) * 2 / 5;
        // At least `7.1 of 15.6 GiB` must fit behind it.
        let meter = share.min(width.saturating_sub(GUTTER + 24)).clamp(6, 48);
        Self { terminal, width, meter }
    }

    pub(super) fn is_short(&self) -> bool {
        self.terminal.height.is_some_and(|height| height < SHORT)
    }

    /// How many disks, or interfaces, are listed before the rest is only counted.
    pub(super) fn listed(&self) -> usize {
        if self.is_short() { 4 } else { 6 }
    }

    /// A name in the gutter; nothing of a line that goes on with the section above.
    pub(super) fn gutter(&self, name: &str) -> Line {
        let mut line = Line::new().with(Paint::Strong, name);
        line.pad(GUTTER);
        line
    }

    /// `━━━━━─────  34 %  text`, after the gutter.
    pub(super) fn meter(&self, name: Line, percent: f64, text: Line) -> Line {
        let mut line = name;
        let bar_width = (self.meter + GUTTER).saturating_sub(line.width());
        line.append(bar(percent, bar_width, self.terminal));
        let paint = match Paint::of_fullness(percent) {
            Paint::Good => Paint::Plain,
            alarm => alarm,
        };
        line.push(paint, format!("{percent:>4.0} %"));
        line.push(Paint::Plain, "  ");
        line.append(text);
        line
    }

    /// `line` with as many of the asides, in their order, as it has room for.
    pub(super) fn with_what_fits(
        &self,
        mut line: Line,
        asides: impl IntoIterator<Item = Line>,
    ) -> Line {
        for aside in asides {
            if self.terminal.width.is_some_and(|width| line.width() + aside.width() > width) {
                break;
            }
            line.append(aside);
        }
        line
    }

    pub(super) fn separator(&self) -> &'static str {
        if self.terminal.unicode { " · " } else { ", " }
    }

    pub(super) fn cut(&self, line: Line) -> Line {
        match self.terminal.width {
            Some(width) => line.cut(width, self.terminal.cut_mark()),
            None => line,
        }
    }
}
