//! The processes that the overview names: the busiest and the largest.

use psight::table::ProcessRow;

use crate::commands::ps::short_command;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::table::{Column, Table};
use crate::terminal::Terminal;

/// Narrower than this, two tables side by side have no room for commands.
const ROOM_FOR_TWO: usize = 72;

/// The busiest first, without those that did nothing and without the process that asks.
pub(super) fn by_cpu(rows: &[ProcessRow], own: Option<u32>) -> Vec<&ProcessRow> {
    let busy = |row: &&ProcessRow| row.cpu_percent.is_some_and(|percent| percent >= 0.05);
    let mut rows: Vec<_> =
        rows.iter().filter(busy).filter(|row| own != Some(row.pid.as_u32())).collect();
    rows.sort_by(|one, other| {
        let percent = |row: &ProcessRow| row.cpu_percent.unwrap_or_default();
        percent(other).total_cmp(&percent(one))
    });
    rows
}

/// The largest first, without those that have no memory, as threads of the kernel.
pub(super) fn by_memory(rows: &[ProcessRow]) -> Vec<&ProcessRow> {
    let mut rows: Vec<_> = rows.iter().filter(|row| row.rss.is_some_and(|rss| rss > 0)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.rss));
    rows
}

/// Both lists, side by side where there is room; `count` of each.
pub(super) fn lines(
    rows: &[ProcessRow],
    own: Option<u32>,
    watched: bool,
    count: usize,
    terminal: &Terminal,
) -> Vec<Line> {
    let narrow = terminal.width.is_some_and(|width| width < ROOM_FOR_TWO);
    let half = terminal.width.map(|width| if narrow { width } else { (width - 3) / 2 });
    let mark = terminal.cut_mark();
    let memory = table("MEMORY", &by_memory(rows), count, terminal, |row| {
        let rss = row.rss.unwrap_or_default();
        Line::new().with(Paint::Plain, human::bytes(rss, Scale::Binary))
    });
    if !watched {
        return memory.lines(terminal.width, mark);
    }
    let busiest = by_cpu(rows, own);
    let mut cpu = table("%CPU", &busiest, count, terminal, |row| {
        let percent = row.cpu_percent.unwrap_or_default();
        let paint = if percent >= 90.0 { Paint::Warning } else { Paint::Plain };
        Line::new().with(paint, format!("{percent:.1}"))
    })
    .lines(half, mark);
    if busiest.is_empty() {
        cpu.push(Line::new().with(Paint::Faint, "  nothing worth mentioning"));
    }
    let memory = memory.lines(half, mark);
    if narrow {
        let short = |lines: Vec<Line>| lines.into_iter().take(count.div_ceil(2) + 1);
        return short(cpu).chain([Line::new()]).chain(short(memory)).collect();
    }
    side_by_side(cpu, memory, half)
}

fn side_by_side(left: Vec<Line>, right: Vec<Line>, half: Option<usize>) -> Vec<Line> {
    let width = half.unwrap_or_else(|| left.iter().map(Line::width).max().unwrap_or(0));
    let rows = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut lines = Vec::with_capacity(rows);
    for _ in 0..rows {
        let mut line = left.next().unwrap_or_default();
        line.pad(width + 3);
        line.append(right.next().unwrap_or_default());
        lines.push(line);
    }
    lines
}

fn table(
    head: &str,
    rows: &[&ProcessRow],
    count: usize,
    terminal: &Terminal,
    amount: impl Fn(&ProcessRow) -> Line,
) -> Table {
    let columns = vec![
        Column::right(head).at_least(5),
        Column::right("PID").at_least(6),
        Column::left("USER").at_least(8),
        Column::left("COMMAND").giving_way(),
    ];
    let mut table = Table::new(columns);
    for row in rows.iter().take(count) {
        let pid = Line::new().with(Paint::Plain, row.pid.to_string());
        table.row(vec![amount(row), pid, user(row), what(row, terminal)]);
    }
    table
}

fn user(row: &ProcessRow) -> Line {
    match &row.username {
        // A long name must not take the room of the command.
        Some(name) => Line::new().with_os(Paint::Plain, name).cut(10, '+'),
        None => Line::new().with(Paint::Faint, "?"),
    }
}

/// The command line on a terminal, which cuts it; the name elsewhere, where nothing is cut.
fn what(row: &ProcessRow, terminal: &Terminal) -> Line {
    match (&row.name, terminal.width) {
        (Some(name), None) => Line::new().with_os(Paint::Plain, name),
        _ => short_command(row),
    }
}
