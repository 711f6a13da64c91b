//! The only code that lays out columns.

use std::convert::Infallible;

use psight::Host;
use psight::record::{Field, Kind, Unit, Value};

use crate::human::{self, Scale};
use crate::line::{Line, Paint, Tail};
use crate::terminal::Terminal;

/// Narrower than this, a column that gives way is no longer worth reading.
const NARROWEST: usize = 8;

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// One column: its head, and how it behaves.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    title: String,
    align: Align,
    gives_way: bool,
    at_least: usize,
    at_most: usize,
    /// What stands where `at_most` cut something away.
    mark: Option<char>,
}

impl Column {
    pub(crate) fn left(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            align: Align::Left,
            gives_way: false,
            at_least: 0,
            at_most: usize::MAX,
            mark: None,
        }
    }

    pub(crate) fn right(title: impl Into<String>) -> Self {
        Self { align: Align::Right, ..Self::left(title) }
    }

    /// A column for a field of a record: what measures stands to the right, what names to the left.
    pub(crate) fn of(field: &Field, title: impl Into<String>) -> Self {
        match field.kind {
            Kind::Integer | Kind::Float => Self::right(title),
            _ => Self::left(title),
        }
    }

    /// The same column, cut before the others where the terminal is too narrow.
    pub(crate) fn giving_way(self) -> Self {
        Self { gives_way: true, ..self }
    }

    /// The same column, at least this wide.
    pub(crate) fn at_least(self, width: usize) -> Self {
        Self { at_least: width, ..self }
    }

    /// The same column, never wider than this or its head, whatever is in it.
    pub(crate) fn at_most(self, width: usize) -> Self {
        Self { at_most: width, ..self }
    }

    /// The same with a mark where something was cut away.
    pub(crate) fn at_most_with(self, width: usize, mark: char) -> Self {
        Self { at_most: width, mark: Some(mark), ..self }
    }
}

/// Rows under heads.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    columns: Vec<Column>,
    blocks: Vec<Block>,
    /// The column that the next cell belongs to.
    column: usize,
    /// The widest cell of each column.
    widest: Vec<usize>,
    gap: usize,
    heads: bool,
}

/// Some rows, whose cells lie one behind the other in one text. A long table has many of them, because a text that grows
/// is copied again and again.
#[derive(Debug, Clone, Default)]
struct Block {
    cells: Line,
    /// How long each cell is.
    lens: Vec<usize>,
}

/// So many bytes of text are enough for a block.
const ENOUGH: usize = 1 << 16;

impl Block {
    /// With the memory that a full one takes.
    fn full() -> Self {
        Self {
            cells: Line::with_capacity(ENOUGH + ENOUGH / 16),
            lens: Vec::with_capacity(ENOUGH / 16),
        }
    }
}

impl Table {
    pub(crate) fn new(columns: Vec<Column>) -> Self {
        let widest = vec![0; columns.len()];
        Self { columns, widest, gap: 1, heads: true, ..Self::default() }
    }

    /// The same table with `gap` blanks between the columns.
    pub(crate) fn with_gap(self, gap: usize) -> Self {
        Self { gap, ..self }
    }

    /// The same table without its line of heads.
    pub(crate) fn without_heads(self) -> Self {
        Self { heads: false, ..self }
    }

    /// Adds a row, one cell for each column.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = Line>) {
        let mut cells = cells.into_iter();
        for _ in 0..self.columns.len() {
            let cell = cells.next();
            debug_assert!(cell.is_some(), "a cell for each column");
            self.cell(|to| to.append(&cell.unwrap_or_default()));
        }
        debug_assert!(cells.next().is_none(), "a column for each cell");
    }

    /// Adds the next cell, from left to right and row after row. It takes no memory of its own, which counts where there
    /// are very many.
    pub(crate) fn cell(&mut self, fill: impl FnOnce(&mut Tail<'_>)) {
        let block = match self.blocks.last_mut() {
            Some(block) if self.column > 0 || block.cells.len() < ENOUGH => block,
            // The first grows as it must: most tables are small.
            last => {
                let next = if last.is_some() { Block::full() } else { Block::default() };
                self.blocks.push(next);
                match self.blocks.last_mut() {
                    Some(block) => block,
                    None => return,
                }
            }
        };
        let start = block.cells.len();
        let mut cell = block.cells.tail();
        fill(&mut cell);
        let width = cell.width();
        block.lens.push(block.cells.len() - start);
        if let Some(widest) = self.widest.get_mut(self.column) {
            *widest = width.max(*widest);
        }
        self.column += 1;
        if self.column >= self.columns.len() {
            self.column = 0;
        }
    }

    /// The table's lines, in at most `limit` columns.
    pub(crate) fn lines(self, limit: Option<usize>, mark: char) -> Vec<Line> {
        let mut lines = Vec::new();
        // What collects cannot fail.
        let _ = self.each_line(limit, mark, |line| -> Result<(), Infallible> {
            lines.push(line.clone());
            Ok(())
        });
        lines
    }

    /// Shows the table's lines, in at most `limit` columns, one after the other.
    pub(crate) fn each_line<E>(
        &self,
        limit: Option<usize>,
        mark: char,
        mut show: impl FnMut(&Line) -> Result<(), E>,
    ) -> Result<(), E> {
        let widths = self.widths(limit);
        let (mut line, mut cell) = (Line::new(), Line::new());
        let mut finish = |line: &mut Line| {
            if let Some(limit) = limit {
                line.cut_to(limit, mark);
            }
            let shown = show(line);
            line.clear();
            shown
        };
        if self.heads {
            for (at, width) in widths.iter().enumerate() {
                cell.clear();
                cell.push(Paint::Strong, self.columns.get(at).map_or("", |column| &column.title));
                cell.cut_to(*width, mark);
                self.place_cut(&cell, at, *width, &mut line);
            }
            finish(&mut line)?;
        }
        for block in &self.blocks {
            // As nearly always: then what is not too long is as wide as it is long.
            let is_ascii = block.cells.is_ascii();
            let (mut start, mut piece) = (0, 0);
            for row in block.lens.chunks(self.columns.len().max(1)) {
                for (at, (len, width)) in row.iter().zip(&widths).enumerate() {
                    let range = start..start + len;
                    start = range.end;
                    if is_ascii && len <= width {
                        self.place(at, width - len, &mut line, |line| {
                            line.append_part(&block.cells, range, &mut piece);
                        });
                        continue;
                    }
                    cell.clear();
                    cell.append_part(&block.cells, range, &mut piece);
                    match self.columns.get(at) {
                        Some(column) if *width >= column.at_most => match column.mark {
                            Some(mark) => cell.cut_to(*width, mark),
                            None => cell.cut_off(*width),
                        },
                        _ => cell.cut_to(*width, mark),
                    }
                    self.place_cut(&cell, at, *width, &mut line);
                }
                finish(&mut line)?;
            }
        }
        Ok(())
    }

    /// Adds a cell that is no wider than its column to the line of its row.
    fn place_cut(&self, cell: &Line, at: usize, width: usize, line: &mut Line) {
        let room = width.saturating_sub(cell.width());
        self.place(at, room, line, |line| line.append_part(cell, 0..cell.len(), &mut 0));
    }

    /// Adds a cell that leaves so much room in its column.
    fn place(&self, at: usize, room: usize, line: &mut Line, add: impl FnOnce(&mut Line)) {
        let is_right = self.columns.get(at).is_some_and(|column| column.align == Align::Right);
        let (before, behind) = if is_right { (room, 0) } else { (0, room) };
        line.blanks(if at > 0 { self.gap + before } else { before });
        add(line);
        line.blanks(behind);
    }

    /// How wide it is where nothing is cut.
    pub(crate) fn width(&self) -> usize {
        self.widths(None).iter().sum::<usize>() + self.gap * self.columns.len().saturating_sub(1)
    }

    /// What each column needs; where that is too much, the widest of those that give way shrink.
    fn widths(&self, limit: Option<usize>) -> Vec<usize> {
        let needed = |(column, widest): (&Column, &usize)| {
            let head = Line::new().with(Paint::Plain, &column.title).width();
            (*widest).max(column.at_least).min(column.at_most).max(if self.heads {
                head
            } else {
                0
            })
        };
        let mut widths: Vec<usize> = self.columns.iter().zip(&self.widest).map(needed).collect();
        let Some(limit) = limit else { return widths };
        let gaps = self.gap * self.columns.len().saturating_sub(1);
        let mut excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(limit);
        while excess > 0 {
            let widest = widths
                .iter_mut()
                .zip(&self.columns)
                .filter(|(width, column)| column.gives_way && **width > NARROWEST)
                .map(|(width, _)| width)
                .max();
            let Some(width) = widest else { break };
            *width -= 1;
            excess -= 1;
        }
        widths
    }
}

/// How the numbers of a table are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    /// Amounts of bytes with a unit, or as plain numbers.
    pub(crate) human: Option<Scale>,
}

/// A value of a record as a cell: written for its unit, `-` where it is not known.
pub(crate) fn cell(field: &Field, value: &Value<'_>, numbers: Numbers) -> Line {
    let text = match (value, field.unit) {
        (Value::OsText(text), _) => return Line::new().with_os(Paint::Plain, text),
        (Value::Uint(bytes), Unit::Bytes) => match numbers.human {
            Some(scale) => human::bytes_short(*bytes, scale),
            None => bytes.to_string(),
        },
        (Value::Float(number), Unit::Percent) => format!("{number:.1}"),
        (Value::Float(number), _) => format!("{number:.2}"),
        _ => return plain(value),
    };
    Line::new().with(Paint::Plain, text)
}

/// Text that may not be known as a cell: `-` where it is not.
pub(crate) fn known(text: Option<impl AsRef<str>>) -> Line {
    match text {
        Some(text) => Line::new().with(Paint::Plain, text),
        None => Line::new().with(Paint::Faint, "-"),
    }
}

/// How wide the largest pid is that there may be; 0 where that is not known.
pub(crate) fn room_for_pids(host: &Host) -> usize {
    let largest = host.pid_max().map_or(0, |max| max.saturating_sub(1));
    largest.checked_ilog10().map_or(0, |digits| digits as usize + 1)
}

/// A value without a unit.
pub(crate) fn plain(value: &Value<'_>) -> Line {
    let text = match value {
        Value::Null => return Line::new().with(Paint::Faint, "-"),
        Value::OsText(text) => return Line::new().with_os(Paint::Plain, text),
        Value::Text(text) => return Line::new().with(Paint::Plain, text),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Uint(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:.2}"),
        Value::List(values) => return joined(values.iter().map(plain), ","),
        Value::Map(pairs) => return joined(pairs.iter().map(named), ","),
        Value::Record(fields, values) => {
            let known = fields.iter().zip(values).filter(|(_, value)| !value.is_null());
            return joined(
                known.map(|(field, value)| {
                    let mut line = Line::new().with(Paint::Plain, field.name);
                    line.push(Paint::Plain, "=");
                    line.append(cell(field, value, Numbers { human: None }));
                    line
                }),
                ",",
            );
        }
        _ => "?".to_owned(),
    };
    Line::new().with(Paint::Plain, text)
}

fn named((name, value): &(std::borrow::Cow<'_, str>, Value<'_>)) -> Line {
    let mut line = Line::new().with(Paint::Plain, name).with(Paint::Plain, "=");
    line.append(plain(value));
    line
}

fn joined(lines: impl Iterator<Item = Line>, separator: &str) -> Line {
    let mut all = Line::new();
    for (at, line) in lines.enumerate() {
        if at > 0 {
            all.push(Paint::Plain, separator);
        }
        all.append(line);
    }
    all
}

/// A bar `width` columns wide, full to `percent`; heavy against light, so that it reads without colour.
pub(crate) fn bar(percent: f64, width: usize, terminal: &Terminal) -> Line {
    let share = (percent / 100.0).clamp(0.0, 1.0);
    let mut full = (share * width as f64).round() as usize;
    // A little is not nothing, and nearly all is not all.
    if full == 0 && share > 0.005 && width > 0 {
        full = 1;
    }
    if full == width && share < 0.995 {
        full = width.saturating_sub(1);
    }
    let (heavy, light) = if terminal.unicode { ("━", "─") } else { ("#", ".") };
    Line::new()
        .with(Paint::of_fullness(percent), heavy.repeat(full))
        .with(Paint::Faint, light.repeat(width.saturating_sub(full)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: Vec<Line>) -> Vec<String> {
        lines.iter().map(|line| line.render(false)).collect()
    }

    fn words<const N: usize>(words: [&str; N]) -> Vec<Line> {
        words.into_iter().map(|word| Line::new().with(Paint::Plain, word)).collect()
    }

    fn processes() -> Table {
        let columns = vec![
            Column::right("PID"),
            Column::left("USER").giving_way(),
            Column::left("COMMAND").giving_way(),
        ];
        let mut table = Table::new(columns);
        table.row(words(["1", "root", "/sbin/init splash"]));
        table.row(words(["4321", "日本", "bash"]));
        table
    }

    #[test]
    fn columns_are_as_wide_as_they_are_read() {
        assert_eq!(
            text(processes().lines(None, '…')),
            [" PID USER COMMAND", "   1 root /sbin/init splash", "4321 日本 bash"]
        );
    }

    #[test]
    fn the_widest_gives_way_and_no_line_is_too_long() {
        assert_eq!(
            text(processes().lines(Some(20), '…')),
            [" PID USER COMMAND", "   1 root /sbin/ini…", "4321 日本 bash"]
        );
        for limit in 0..30 {
            for line in processes().lines(Some(limit), '…') {
                assert!(line.width() <= limit, "{limit}: {line:?}");
            }
        }
    }

    #[test]
    fn a_column_has_the_room_it_was_given() {
        let columns = vec![Column::left("USER").at_least(6), Column::left("WHAT").at_most(6)];
        let mut table = Table::new(columns);
        table.row(words(["root", "something long"]));
        assert_eq!(text(table.lines(None, '…')), ["USER   WHAT", "root   someth"]);
        let columns = vec![Column::left("USER").at_most_with(3, '+'), Column::left("N").at_most(1)];
        let mut table = Table::new(columns);
        table.row(words(["somebody", "name"]));
        assert_eq!(text(table.lines(None, '…')), ["USER N", "som+ n"], "a head is never cut");
    }

    #[test]
    fn t81_an_escape_in_a_cell_or_a_head_takes_the_room_it_is_shown_in() {
        let mut table = Table::new(vec![Column::left("N\n"), Column::left("X")]);
        table.row(words(["\x1b[2J", "y"]));
        assert_eq!(text(table.lines(None, '…')), ["N\\n     X", "\\x1b[2J y"]);
    }

    #[test]
    fn a_bar_is_never_empty_or_full_by_rounding() {
        let terminal = Terminal { width: None, height: None, colour: false, unicode: false };
        let drawn = |percent| bar(percent, 10, &terminal).render(false);
        assert_eq!(drawn(0.0), "..........");
        assert_eq!(drawn(1.0), "#.........");
        assert_eq!(drawn(50.0), "#####.....");
        assert_eq!(drawn(99.0), "#########.");
        assert_eq!(drawn(100.0), "##########");
        assert_eq!(drawn(400.0), "##########");
        assert_eq!(bar(1.0, 0, &terminal).render(false), "", "nor wider than its room");
    }

    #[test]
    fn what_is_not_known_is_a_dash() {
        assert_eq!(plain(&Value::Null).render(false), "-");
        assert_eq!(plain(&Value::List(vec![Value::Uint(1), Value::Int(-2)])).render(false), "1,-2");
    }
}
