//! One line of output: pieces of clean text, each with a role that may be painted.

use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::ops::Range;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::sanitize;

/// What a piece of text is, which decides its colour. The text says the same without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Paint {
    #[default]
    Plain,
    Strong,
    Faint,
    Accent,
    Good,
    Warning,
    Bad,
}

impl Paint {
    /// How alarming it is that something is full to `percent`.
    pub(crate) fn of_fullness(percent: f64) -> Self {
        match percent {
            p if p >= 90.0 => Self::Bad,
            p if p >= 75.0 => Self::Warning,
            _ => Self::Good,
        }
    }

    /// The parameters of SGR; only the first eight colours, so that every theme can choose them.
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Accent => Some("36"),
            Self::Good => Some("32"),
            Self::Warning => Some("33"),
            Self::Bad => Some("31"),
        }
    }
}

/// One line, without its end. All text in it is clean: there is no other way in.
///
/// A listing has a hundred thousand cells, each of which is a line for a moment: one without colours is one string and
/// nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line {
    text: String,
    /// Where each piece ends, and what it is. What stands behind the last of them is plain.
    ends: Vec<(Paint, usize)>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With room for so many bytes of text.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ends: Vec::new() }
    }

    /// The line with `text` added.
    pub(crate) fn with(mut self, paint: Paint, text: impl AsRef<str>) -> Self {
        self.push(paint, text);
        self
    }

    /// The line with text of any bytes added.
    pub(crate) fn with_os(mut self, paint: Paint, text: impl AsRef<OsStr>) -> Self {
        self.push_os(paint, text);
        self
    }

    /// The line with text of any bytes added, where they are not an [`OsStr`] any more.
    pub(crate) fn with_bytes(mut self, paint: Paint, text: &[u8]) -> Self {
        self.add(paint, &sanitize::bytes(text));
        self
    }

    pub(crate) fn push(&mut self, paint: Paint, text: impl AsRef<str>) {
        self.add(paint, &sanitize::text(text.as_ref()));
    }

    /// Adds text of any bytes.
    pub(crate) fn push_os(&mut self, paint: Paint, text: impl AsRef<OsStr>) {
        self.add(paint, &sanitize::os_text(text.as_ref()));
    }

    pub(crate) fn append(&mut self, other: Self) {
        if self.text.is_empty() {
            *self = other;
        } else {
            self.append_part(&other, 0..other.text.len(), &mut 0);
        }
    }

    /// Adds what stands at `range` of another line. `piece` is the number of a piece of the other line that ends no
    /// earlier than the range begins, and then of one that ends no earlier than the range does: whoever goes through a
    /// long line has to look for none of them.
    pub(crate) fn append_part(&mut self, other: &Self, range: Range<usize>, piece: &mut usize) {
        let mut from = range.start;
        while from < range.end {
            let (paint, end) =
                other.ends.get(*piece).copied().unwrap_or((Paint::Plain, other.text.len()));
            let to = end.min(range.end);
            self.add(paint, other.text.get(from..to).unwrap_or_default());
            if end > range.end || *piece >= other.ends.len() {
                return;
            }
            *piece += 1;
            from = from.max(to);
        }
    }

    /// What is added from here on.
    pub(crate) fn tail(&mut self) -> Tail<'_> {
        let (start, pieces) = (self.text.len(), self.ends.len());
        Tail { line: self, start, pieces }
    }

    /// Adds a piece of clean text.
    fn add(&mut self, paint: Paint, clean: &str) {
        let start = self.text.len();
        // ASCII is as wide beside other text as alone; the rest need not be, and stays the piece that it was.
        if (paint != Paint::Plain || !clean.is_ascii()) && start > self.last_end() {
            self.ends.push((Paint::Plain, start));
        }
        self.text.push_str(clean);
        if paint != Paint::Plain && !clean.is_empty() {
            self.ends.push((paint, self.text.len()));
        }
    }

    /// Where the plain text at the end begins.
    fn last_end(&self) -> usize {
        self.ends.last().map_or(0, |(_, end)| *end)
    }

    /// The pieces of the line, for what paints by other means than [`render`](Self::render).
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (Paint, &str)> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|(_, end)| *end));
        let rest = (Paint::Plain, self.text.len());
        let ends = self.ends.iter().copied().chain(std::iter::once(rest));
        starts
            .zip(ends)
            .map(|(start, (paint, end))| (paint, self.text.get(start..end).unwrap_or_default()))
    }

    /// The columns that the line takes.
    pub(crate) fn width(&self) -> usize {
        if self.text.is_ascii() {
            return self.text.len();
        }
        self.pieces().map(|(_, text)| width(text)).sum()
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many bytes of text the line has.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Takes everything away but the memory.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds blanks up to `width`.
    pub(crate) fn pad(&mut self, width: usize) {
        self.blanks(width.saturating_sub(self.width()));
    }

    /// Adds so many blanks.
    pub(crate) fn blanks(&mut self, count: usize) {
        const BLANKS: &str = "                                ";
        let mut left = count;
        while left > 0 {
            let some = left.min(BLANKS.len());
            self.text.push_str(BLANKS.get(..some).unwrap_or_default());
            left -= some;
        }
    }

    /// The line without the blanks at its end.
    pub(crate) fn trimmed(mut self) -> Self {
        self.truncate(self.text.trim_end_matches(' ').len());
        self
    }

    /// Keeps the first `len` bytes.
    fn truncate(&mut self, len: usize) {
        self.text.truncate(len);
        let whole = self.ends.partition_point(|(_, end)| *end <= len);
        if let Some((_, end)) = self.ends.get_mut(whole) {
            *end = len;
            self.ends.truncate(whole + 1);
        }
    }

    /// The line with blanks before it, so that it ends at `width`.
    pub(crate) fn right_aligned(self, width: usize) -> Self {
        let mut line = Self::new();
        line.blanks(width.saturating_sub(self.width()));
        line.append(self);
        line
    }

    /// The line in at most `width` columns, with `mark` where something was cut away.
    pub(crate) fn cut(mut self, width: usize, mark: char) -> Self {
        self.cut_to(width, mark);
        self
    }

    /// Cuts the line to at most `width` columns, with `mark` where something was cut away.
    pub(crate) fn cut_to(&mut self, width: usize, mark: char) {
        self.shorten(width, Some(mark));
    }

    /// The same without a mark, where who reads it knows that there may be more.
    pub(crate) fn cut_off(&mut self, width: usize) {
        self.shorten(width, None);
    }

    fn shorten(&mut self, width: usize, mark: Option<char>) {
        if self.width() <= width {
            return;
        }
        let mut left = width.saturating_sub(mark.map_or(0, |_| 1));
        let (mut kept, mut last) = (0, (0, Paint::Plain));
        for (at, (paint, text)) in self.pieces().enumerate() {
            let (part, taken) = prefix(text, left);
            (kept, last) = (kept + part.len(), (at, paint));
            left -= taken;
            if part.len() < text.len() {
                break;
            }
        }
        self.text.truncate(kept);
        self.ends.truncate(last.0);
        if width > 0 {
            self.text.extend(mark);
        }
        if last.1 != Paint::Plain {
            self.ends.push((last.1, self.text.len()));
        }
    }

    /// The line without its first `width` columns.
    pub(crate) fn without(mut self, width: usize) -> Self {
        let (mut left, mut cut) = (width, 0);
        for char in self.text.chars() {
            let wide = char.width().unwrap_or(0);
            // A mark goes with the character that it is drawn over.
            if left == 0 && wide > 0 {
                break;
            }
            left = left.saturating_sub(wide);
            cut += char.len_utf8();
        }
        self.text.drain(..cut);
        self.ends.iter_mut().for_each(|(_, end)| *end = end.saturating_sub(cut));
        self
    }

    /// The text without paint, and without blanks at the end.
    pub(crate) fn plain(&self) -> &str {
        self.text.trim_end_matches(' ')
    }

    /// The line for a terminal, or plain.
    pub(crate) fn render(&self, colour: bool) -> String {
        let mut out = String::new();
        self.render_to(colour, &mut out);
        out
    }

    /// Adds the line for a terminal, or plain, to `out`.
    pub(crate) fn render_to(&self, colour: bool, out: &mut String) {
        if !colour {
            return out.push_str(self.plain());
        }
        let start = out.len();
        for (paint, text) in self.pieces() {
            match paint.code().filter(|_| !text.is_empty()) {
                Some(code) => {
                    out.extend(["\x1b[", code, "m", text, "\x1b[0m"]);
                }
                None => out.push_str(text),
            }
        }
        let kept = out.trim_end_matches(' ').len().max(start);
        out.truncate(kept);
    }
}

/// The end of a line that is added to, and nothing of it before that: the next cell in the text of a table.
#[derive(Debug)]
pub(crate) struct Tail<'a> {
    line: &'a mut Line,
    start: usize,
    /// How many pieces the line had before.
    pieces: usize,
}

impl Tail<'_> {
    /// As [`Line::push`].
    pub(crate) fn push(&mut self, paint: Paint, text: impl AsRef<str>) {
        self.line.push(paint, text);
    }

    /// As [`Line::push_os`].
    pub(crate) fn push_os(&mut self, paint: Paint, text: impl AsRef<OsStr>) {
        self.line.push_os(paint, text);
    }

    /// Adds what is written, without a string of its own for it.
    pub(crate) fn write(&mut self, paint: Paint, what: impl fmt::Display) {
        let text = &mut self.line.text;
        let start = text.len();
        // Writing to a String cannot fail.
        let _ = write!(text, "{what}");
        let written = text.get(start..).unwrap_or_default();
        if paint != Paint::Plain || sanitize::is_suspicious(written.as_bytes()) {
            let written = text.split_off(start);
            self.push(paint, written);
        }
    }

    /// Adds a number in decimal digits, which takes a fifth of what [`write`](Self::write) does.
    pub(crate) fn number(&mut self, number: u64) {
        self.digits(&Digits::new(number, 10));
    }

    /// Adds a number in decimal digits that takes `width` columns at least, to the right of them.
    pub(crate) fn number_within(&mut self, number: u64, width: usize) {
        let digits = Digits::new(number, 10);
        self.line.blanks(width.saturating_sub(digits.as_str().len()));
        self.digits(&digits);
    }

    /// Adds a number in hexadecimal digits, with noughts before it up to `width`.
    pub(crate) fn hex(&mut self, number: u64, width: usize) {
        const NOUGHTS: &str = "0000000000000000";
        let digits = Digits::new(number, 16);
        let missing = width.saturating_sub(digits.as_str().len());
        self.line.text.push_str(NOUGHTS.get(..missing).unwrap_or(NOUGHTS));
        self.digits(&digits);
    }

    fn digits(&mut self, digits: &Digits) {
        self.line.text.push_str(digits.as_str());
    }

    /// Adds so many blanks.
    pub(crate) fn blanks(&mut self, count: usize) {
        self.line.blanks(count);
    }

    /// Adds what another line has.
    pub(crate) fn append(&mut self, other: &Line) {
        self.line.append_part(other, 0..other.len(), &mut 0);
    }

    /// The columns that have been added.
    pub(crate) fn width(&self) -> usize {
        let range = self.start..self.line.len();
        let added = self.line.text.get(range.clone()).unwrap_or_default();
        if added.is_ascii() {
            return added.len();
        }
        let (mut alone, mut piece) = (Line::new(), self.pieces);
        alone.append_part(self.line, range, &mut piece);
        alone.width()
    }
}

/// A number in digits.
struct Digits {
    all: [u8; 20],
    start: usize,
}

impl Digits {
    /// In digits of `base`, which is 16 at most and 10 at least: so few are enough for any number.
    fn new(number: u64, base: u64) -> Self {
        let mut all = [0; 20];
        let (mut start, mut rest) = (all.len(), number);
        for digit in all.iter_mut().rev() {
            // A digit is below 16.
            let value = (rest % base) as u8;
            *digit = if value < 10 { b'0' + value } else { b'a' - 10 + value };
            (rest, start) = (rest / base, start - 1);
            if rest == 0 {
                break;
            }
        }
        Self { all, start }
    }

    fn as_str(&self) -> &str {
        let digits = self.all.get(self.start..).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }
}

/// The columns that clean text takes: one for each letter of ASCII, as most are.
fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// The longest beginning of `text` that fits into `width` columns, and its width.
fn prefix(text: &str, width: usize) -> (&str, usize) {
    let mut taken = 0;
    for (at, char) in text.char_indices() {
        let wide = char.width().unwrap_or(0);
        if taken + wide > width {
            // A joiner left at the end would reach for what follows.
            let part = text.get(..at).unwrap_or_default().trim_end_matches('\u{200d}');
            return (part, part.width().min(width));
        }
        taken += wide;
    }
    (text, text.width().min(width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_a_column_and_says_so() {
        let line = Line::new().with(Paint::Strong, "abc").with(Paint::Plain, "defgh");
        assert_eq!(line.clone().cut(8, '…').render(false), "abcdefgh");
        assert_eq!(line.clone().cut(5, '…').render(false), "abcd…");
        assert_eq!(line.cut(3, '…').render(true), "\x1b[1mab…\x1b[0m");
    }

    #[test]
    fn blanks_at_the_end_can_be_taken_away() {
        let line = Line::new().with(Paint::Strong, "a b  ").with(Paint::Plain, "  ");
        assert_eq!(line.trimmed().width(), 3);
        assert!(Line::new().with(Paint::Plain, " ").trimmed().is_empty());
    }

    #[test]
    fn the_beginning_can_be_taken_away() {
        let line = Line::new().with(Paint::Strong, "ab").with(Paint::Plain, "e\u{301}日本");
        assert_eq!(line.clone().without(0), line);
        assert_eq!(line.clone().without(3).render(false), "日本");
        assert_eq!(line.clone().without(4).render(false), "本", "a wide character goes as a whole");
        assert!(line.without(99).is_empty());
    }

    #[test]
    fn a_part_of_a_line_keeps_its_paint() {
        let whole = Line::new().with(Paint::Plain, "ab").with(Paint::Bad, "cd");
        let whole = whole.with(Paint::Plain, "日").with(Paint::Plain, "本");
        let (mut piece, mut parts) = (0, Vec::new());
        for range in [0..1, 1..3, 3..3, 3..7, 7..10] {
            let mut line = Line::new().with(Paint::Plain, "|");
            line.append_part(&whole, range, &mut piece);
            parts.push(line.render(true));
        }
        let bad = |text| format!("\x1b[31m{text}\x1b[0m");
        let second = format!("|b{}", bad("c"));
        let fourth = format!("|{}日", bad("d"));
        assert_eq!(parts, ["|a", second.as_str(), "|", fourth.as_str(), "|本"]);
    }

    #[test]
    fn what_is_added_is_as_wide_as_it_would_be_alone() {
        let mut line = Line::new().with(Paint::Plain, "日");
        let mut tail = line.tail();
        tail.push(Paint::Bad, "本語");
        tail.push(Paint::Plain, "x");
        assert_eq!(tail.width(), 5);
    }

    #[test]
    fn a_number_is_written_in_full() {
        for number in [0, 7, 10, 99, 4711, u64::MAX] {
            let mut line = Line::new().with(Paint::Bad, "x");
            line.tail().number(number);
            assert_eq!(line.render(false), format!("x{number}"));
        }
    }

    #[test]
    fn a_number_is_placed_as_format_would_place_it() {
        for number in [0, 9, 10, 4711, 0xdead_beef, u64::MAX] {
            let mut line = Line::new();
            line.tail().number_within(number, 7);
            line.tail().hex(number, 3);
            line.tail().hex(number, 16);
            let expected = format!("{number:>7}{number:03x}{number:016x}");
            assert_eq!(line.render(false), expected);
        }
    }

    #[test]
    fn what_is_written_into_a_line_is_cleaned() {
        let mut line = Line::new();
        line.tail().write(Paint::Plain, 4711);
        line.tail().write(Paint::Bad, "\x1b[2J");
        line.tail().write(Paint::Plain, format_args!("{}", '\n'));
        assert_eq!(line.render(true), "4711\x1b[31m\\x1b[2J\x1b[0m\\n");
    }

    #[test]
    fn a_wide_character_is_never_cut_in_two() {
        let line = Line::new().with(Paint::Plain, "日本語");
        assert_eq!(line.width(), 6);
        assert_eq!(line.clone().cut(4, '…').render(false), "日…");
        assert_eq!(line.cut(5, '…').render(false), "日本…");
    }

    #[test]
    fn t81_text_is_clean_however_it_comes_in() {
        let mut line = Line::new().with(Paint::Plain, "\x1b[2J");
        line.push(Paint::Bad, "\u{202e}");
        assert_eq!(line.render(false), "\\x1b[2J\\u{202e}");
    }

    #[test]
    fn colour_is_only_added() {
        let line = Line::new().with(Paint::Bad, "91 %").with(Paint::Plain, " used");
        assert_eq!(line.render(true).replace("\x1b[31m", "").replace("\x1b[0m", ""), "91 % used");
    }
}
