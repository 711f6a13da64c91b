//! Makes text that others chose safe to show: process names, paths, host names and file system labels may hold bytes
//! that drive a terminal, and anybody may choose them.
//!
//! What cannot be shown becomes a visible escape (`\x1b`, `\u{202e}`) instead of vanishing, so that two names which
//! differ still look different. The one user is [`Line`](crate::line::Line), which holds nothing else.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;

/// Text of any bytes.
pub(crate) fn os_text(text: &OsStr) -> Cow<'_, str> {
    bytes(text.as_encoded_bytes())
}

/// Text that is UTF-8, but not therefore harmless.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if !is_suspicious(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    append(&mut clean, text);
    Cow::Owned(clean)
}

/// Text of any bytes, where they are not an [`OsStr`] any more.
pub(crate) fn bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(valid) = std::str::from_utf8(bytes) {
        return text(valid);
    }
    let mut clean = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        append(&mut clean, chunk.valid());
        for byte in chunk.invalid() {
            escape_byte(&mut clean, *byte);
        }
    }
    Cow::Owned(clean)
}

/// Whether there is anything but printable ASCII, which is nearly never.
pub(crate) fn is_suspicious(bytes: &[u8]) -> bool {
    // All of them are looked at, which the processor does for many at once.
    bytes.iter().fold(false, |found, byte| found | !(0x20..0x7f).contains(byte))
}

fn append(clean: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    // Escapes are ASCII, so what was appended last is what stands before a joiner.
    let mut before = None;
    while let Some(char) = chars.next() {
        let shown = match char {
            '\u{200d}' => is_emoji(before) && is_emoji(chars.peek().copied()),
            // Asks for the coloured form of the character before it.
            '\u{fe0f}' => is_emoji(before),
            // A mark with nothing under it would sit on the column's separator.
            _ if is_mark(char) => before.is_some(),
            _ => !is_hidden(char),
        };
        if shown {
            clean.push(char);
            before = Some(char);
        } else {
            escape(clean, char);
            before = None;
        }
    }
}

fn escape(clean: &mut String, char: char) {
    match u8::try_from(char) {
        Ok(b'\n') => clean.push_str("\\n"),
        Ok(b'\r') => clean.push_str("\\r"),
        Ok(b'\t') => clean.push_str("\\t"),
        Ok(byte) if byte.is_ascii() => escape_byte(clean, byte),
        // Writing to a String cannot fail.
        _ => {
            let _ = write!(clean, "\\u{{{:x}}}", u32::from(char));
        }
    }
}

fn escape_byte(clean: &mut String, byte: u8) {
    let _ = write!(clean, "\\x{byte:02x}");
}

/// Characters that act instead of showing, or that show nothing.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            // Mongolian selectors and separator.
            | '\u{180b}'..='\u{180f}'
            // Zero width, then direction marks.
            | '\u{200b}'..='\u{200f}'
            // Line and paragraph separators, embeddings and overrides.
            | '\u{2028}'..='\u{202e}'
            // Invisible operators, isolates, deprecated controls.
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            // Shorthand and musical format controls, tags and further selectors.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A mark that is drawn over the character before it.
fn is_mark(char: char) -> bool {
    unicode_width::UnicodeWidthChar::width(char) == Some(0)
        && !is_hidden(char)
        && char != '\u{200d}'
}

fn is_emoji(char: Option<char>) -> bool {
    char.is_some_and(
        |char| matches!(char, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}'),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t81_what_drives_a_terminal_is_shown_and_not_obeyed() {
        let cases: &[(&[u8], &str)] = &[
            (b"\x1b]52;c;aGk=\x07", "\\x1b]52;c;aGk=\\x07"),
            (b"a\nb\tc\rd\x7f", "a\\nb\\tc\\rd\\x7f"),
            (b"\x9b31mred", "\\x9b31mred"),
            ("\u{9b}31mred".as_bytes(), "\\u{9b}31mred"),
            ("exe\u{202e}gpj".as_bytes(), "exe\\u{202e}gpj"),
            ("a\u{2028}b\u{2029}c".as_bytes(), "a\\u{2028}b\\u{2029}c"),
            ("ro\u{200b}ot\u{feff}".as_bytes(), "ro\\u{200b}ot\\u{feff}"),
            ("a\u{200d}b".as_bytes(), "a\\u{200d}b"),
            (b"ok\xff\xfe", "ok\\xff\\xfe"),
            (b"\xe2\x82", "\\xe2\\x82"),
        ];
        for (said, shown) in cases {
            assert_eq!(bytes(said), *shown);
        }
    }

    #[test]
    fn ordinary_text_of_any_script_is_left_alone() {
        for word in
            ["nginx: worker", "größe", "日本語", "สวัสดี", "e\u{301}", "👩\u{200d}🔬", "☕\u{fe0f}"]
        {
            assert_eq!(text(word), word);
        }
    }

    #[test]
    fn a_mark_with_nothing_under_it_is_escaped() {
        assert_eq!(text("\u{301}e"), "\\u{301}e");
        assert_eq!(text("\n\u{301}"), "\\n\\u{301}");
    }

    proptest::proptest! {
        #[test]
        fn t81_no_control_character_is_ever_left(
            said in proptest::collection::vec(proptest::num::u8::ANY, 0..64),
        ) {
            let shown = bytes(&said).into_owned();
            proptest::prop_assert!(harmless(&shown), "{shown:?}");
        }

        #[test]
        fn t81_nor_any_character_without_a_place(chars in proptest::collection::vec(proptest::char::any(), 0..32)) {
            let chosen: String = chars.into_iter().collect();
            let shown = text(&chosen).into_owned();
            proptest::prop_assert!(harmless(&shown), "{shown:?}");
            // Whatever is cut or joined later, cleaning is stable.
            proptest::prop_assert_eq!(text(&shown), shown.as_str());
        }
    }

    fn harmless(shown: &str) -> bool {
        !shown.chars().any(|char| {
            char.is_control()
                || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'
                    | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
        })
    }
}
