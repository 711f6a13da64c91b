//! Histories: a column of blocks for each sample, the newest to the right.

use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::terminal::Terminal;
use crate::top::state::{Series, State};

/// Blocks of a column in one line of text, and what stands for them where there are none.
const BLOCKS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const PLAIN: [&str; 9] = [" ", ".", ".", ":", ":", "|", "|", "#", "#"];
/// Columns of the screen before a history.
const GUTTER: usize = 12;

/// The histories of processors, memory, disks and network, two beside each other where there is room.
pub(super) fn lines(state: &State, width: usize, rows: usize) -> Vec<Line> {
    const GAP: usize = 2;
    let all = [Series::Cpu, Series::Memory, Series::Disk, Series::Network];
    let across = if width >= 60 { 2 } else { 1 };
    let wide = (width + GAP) / across - GAP;
    let down = all.len() / across;
    // At least a line each, at most four.
    let high = (rows / down).clamp(1, 4);
    let mut lines = Vec::new();
    for some in all.chunks(across) {
        let drawn: Vec<Vec<Line>> =
            some.iter().map(|series| history(state, *series, wide, high)).collect();
        for row in 0..high {
            let mut line = Line::new();
            for (nth, part) in drawn.iter().enumerate() {
                line.pad(nth * (wide + GAP));
                line.append(part.get(row).cloned().unwrap_or_default());
            }
            lines.push(line);
        }
    }
    lines
}

fn history(state: &State, series: Series, width: usize, high: usize) -> Vec<Line> {
    let room = width.saturating_sub(GUTTER);
    let values: Vec<Option<f64>> = state.history.last(series, room).collect();
    let known = || values.iter().copied().flatten();
    let (label, full, now) = match series {
        Series::Cpu => ("CPU", 100.0, percent(known().last())),
        Series::Memory => ("Mem", 100.0, percent(known().last())),
        // The highest on the screen is the whole.
        Series::Disk => ("Disk", known().fold(1.0, f64::max), rate(known().last())),
        Series::Network => ("Net", known().fold(1.0, f64::max), rate(known().last())),
    };
    let is_rate = matches!(series, Series::Disk | Series::Network);
    let signs = if state.terminal.unicode { &BLOCKS } else { &PLAIN };
    (0..high)
        .map(|row| {
            let mut line = Line::new();
            if row == 0 {
                line = line.with(Paint::Accent, format!("{label:<5}")).with(Paint::Plain, &now);
            } else if row == 1 && is_rate && known().any(|rate| rate > 0.0) {
                line.push(Paint::Faint, format!("max {}", rate(Some(full)).trim()));
            }
            line.pad(GUTTER + room - values.len());
            for value in &values {
                let share = value.unwrap_or(0.0) / full;
                let paint = if is_rate { Paint::Accent } else { Paint::of_fullness(share * 100.0) };
                line.push(paint, block(share, high - 1 - row, high, signs));
            }
            line
        })
        .collect()
}

/// What of a column that is full to `share` is in the line `above` the lowest of `high`.
fn block(share: f64, above: usize, high: usize, signs: &[&'static str; 9]) -> &'static str {
    let eighths = (share.clamp(0.0, 1.0) * (high * 8) as f64).round() as usize;
    // A little is not nothing.
    let eighths = if above == 0 && share > 0.0 { eighths.max(1) } else { eighths };
    signs.get(eighths.saturating_sub(above * 8).min(8)).copied().unwrap_or(" ")
}

/// A percentage in one character.
pub(super) fn level(percent: f64, terminal: &Terminal) -> &'static str {
    if terminal.unicode {
        return block((percent / 100.0).max(0.01), 0, 1, &BLOCKS);
    }
    const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
    let digit = (percent.clamp(0.0, 100.0) * 0.09).round() as usize;
    DIGITS.get(digit).copied().unwrap_or("9")
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.0} %"))
}

fn rate(value: Option<f64>) -> String {
    value.map_or_else(
        || "-".to_owned(),
        |rate| format!("{}/s", human::bytes_short(rate as u64, Scale::Binary)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_fills_its_lines_from_below() {
        let column = |share| [1, 0].map(|above| block(share, above, 2, &BLOCKS));
        assert_eq!(column(0.0), [" ", " "]);
        assert_eq!(column(0.001), [" ", "▁"]);
        assert_eq!(column(0.5), [" ", "█"]);
        assert_eq!(column(0.75), ["▄", "█"]);
        assert_eq!(column(1.0), ["█", "█"]);
        assert_eq!(column(9.0), ["█", "█"]);
    }

    #[test]
    fn a_level_needs_no_blocks() {
        let terminal = Terminal { width: None, height: None, colour: false, unicode: false };
        assert_eq!([0.0, 50.0, 100.0].map(|percent| level(percent, &terminal)), ["0", "5", "9"]);
    }
}
