//! One line of output: pieces of clean text, each with a role that may be painted.

use std::ffi::OsStr;

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
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Line(Vec<(Paint, String)>);

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The line with `text` added.
    pub(crate) fn with(mut self, paint: Paint, text: impl AsRef<str>) -> Self {
        self.push(paint, text);
        self
    }

    /// The line with text of any bytes added.
    pub(crate) fn with_os(mut self, paint: Paint, text: impl AsRef<OsStr>) -> Self {
        self.0.push((paint, sanitize::os_text(text.as_ref()).into_owned()));
        self
    }

    /// The line with text of any bytes added, where they are not an [`OsStr`] any more.
    pub(crate) fn with_bytes(mut self, paint: Paint, text: &[u8]) -> Self {
        self.0.push((paint, sanitize::bytes(text).into_owned()));
        self
    }

    pub(crate) fn push(&mut self, paint: Paint, text: impl AsRef<str>) {
        self.0.push((paint, sanitize::text(text.as_ref()).into_owned()));
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The pieces of the line, for what paints by other means than [`render`](Self::render).
    pub(crate) fn pieces(&self) -> impl Iterator<Item = (Paint, &str)> {
        self.0.iter().map(|(paint, text)| (*paint, text.as_str()))
    }

    /// The columns that the line takes.
    pub(crate) fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| width(text)).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, text)| text.is_empty())
    }

    /// Adds blanks up to `width`.
    pub(crate) fn pad(&mut self, width: usize) {
        self.blanks(width.saturating_sub(self.width()));
    }

    /// Adds so many blanks.
    pub(crate) fn blanks(&mut self, count: usize) {
        match self.0.last_mut() {
            _ if count == 0 => {}
            Some((Paint::Plain, text)) => text.extend(std::iter::repeat_n(' ', count)),
            _ => self.0.push((Paint::Plain, " ".repeat(count))),
        }
    }

    /// The line without the blanks at its end.
    pub(crate) fn trimmed(mut self) -> Self {
        while let Some((_, text)) = self.0.last_mut() {
            let kept = text.trim_end_matches(' ').len();
            text.truncate(kept);
            if kept > 0 {
                break;
            }
            self.0.pop();
        }
        self
    }

    /// The line with blanks before it, so that it ends at `width`.
    pub(crate) fn right_aligned(self, width: usize) -> Self {
        let mut line = Self::new();
        line.pad(width.saturating_sub(self.width()));
        line.append(self);
        line
    }

    /// The line in at most `width` columns, with `mark` where something was cut away.
    pub(crate) fn cut(mut self, width: usize, mark: char) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut left = width.saturating_sub(1);
        let mut kept = Vec::new();
        for (paint, text) in self.0 {
            let (part, taken) = prefix(&text, left);
            let whole = part.len() == text.len();
            kept.push((paint, part.to_owned()));
            left -= taken;
            if !whole {
                break;
            }
        }
        if width > 0
            && let Some((_, last)) = kept.last_mut()
        {
            last.push(mark);
        }
        self.0 = kept;
        self
    }

    /// The line without its first `width` columns.
    pub(crate) fn without(mut self, width: usize) -> Self {
        let mut left = width;
        for (_, text) in &mut self.0 {
            let mut cut = 0;
            for char in text.chars() {
                let wide = char.width().unwrap_or(0);
                // A mark goes with the character that it is drawn over.
                if left == 0 && wide > 0 {
                    break;
                }
                left = left.saturating_sub(wide);
                cut += char.len_utf8();
            }
            text.drain(..cut);
            if !text.is_empty() {
                break;
            }
        }
        self
    }

    /// The line for a terminal, or plain.
    pub(crate) fn render(&self, colour: bool) -> String {
        let mut out = String::new();
        for (paint, text) in &self.0 {
            match paint.code().filter(|_| colour && !text.is_empty()) {
                Some(code) => {
                    out.extend(["\x1b[", code, "m", text, "\x1b[0m"]);
                }
                None => out.push_str(text),
            }
        }
        let kept = out.trim_end_matches(' ').len();
        out.truncate(kept);
        out
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
