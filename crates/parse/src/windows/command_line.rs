//! A command line, which on Windows is one text, split into words as `CommandLineToArgvW` does it.

use super::fields::units;

const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

/// Decodes the text, in UTF-16 and without a final NUL, into its words. There are none in an empty text.
pub fn command_line(bytes: &[u8]) -> Vec<Vec<u16>> {
    let text: Vec<u16> = units(bytes).collect();
    let text = text.split(|unit| *unit == 0).next().unwrap_or_default();
    if text.is_empty() {
        return Vec::new();
    }
    let (program, rest) = program(text);
    let mut words = vec![program.to_vec()];
    words.extend(arguments(rest));
    words
}

fn is_blank(unit: u16) -> bool {
    unit == u16::from(b' ') || unit == u16::from(b'\t')
}

/// The first word is a path, in which a backslash is never an escape: up to the second quote, or to a blank.
fn program(text: &[u16]) -> (&[u16], &[u16]) {
    let (word, rest) = match text.split_first() {
        Some((&QUOTE, text)) => split(text, |unit| unit == QUOTE),
        _ => split(text, is_blank),
    };
    (word, rest.get(1..).unwrap_or_default())
}

fn split(text: &[u16], is_end: impl Fn(u16) -> bool) -> (&[u16], &[u16]) {
    let end = text.iter().position(|unit| is_end(*unit)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// The words after the first: a blank outside quotes ends one, and 2n backslashes before a quote are n of them, 2n + 1 are
/// n and the quote itself. Three quotes in a row, or two inside quotes, are one that is meant, outside quotes from there on.
fn arguments(text: &[u16]) -> Vec<Vec<u16>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u16>> = None;
    let (mut backslashes, mut quotes) = (0_usize, 0_u8);
    let mut units = text.iter().copied().peekable();
    while let Some(unit) = units.next() {
        if is_blank(unit) && quotes == 0 {
            words.extend(word.take());
            backslashes = 0;
            continue;
        }
        let word = word.get_or_insert_default();
        if unit != QUOTE {
            word.push(unit);
            backslashes = if unit == BACKSLASH { backslashes + 1 } else { 0 };
            continue;
        }
        word.truncate(word.len() - backslashes.div_ceil(2));
        if backslashes % 2 == 0 {
            quotes += 1;
        } else {
            word.push(QUOTE);
        }
        backslashes = 0;
        while units.next_if_eq(&QUOTE).is_some() {
            quotes += 1;
            if quotes == 3 {
                word.push(QUOTE);
                quotes = 0;
            }
        }
        if quotes == 2 {
            quotes = 0;
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::super::fields::wide;
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let words = command_line(&wide(text));
        words.iter().map(|word| String::from_utf16(word).unwrap()).collect()
    }

    #[test]
    fn a_path_with_a_blank_is_one_word_in_quotes() {
        let line = r#""C:\Program Files\a.exe" -x "arg one" é"#;
        assert_eq!(words(line), [r"C:\Program Files\a.exe", "-x", "arg one", "é"]);
    }

    #[test]
    fn a_backslash_escapes_only_before_a_quote_and_never_in_the_first_word() {
        assert_eq!(words(r#""C:\a\" b"#), [r"C:\a\", "b"]);
        assert_eq!(words(r#"a c:\dir\ "c:\x y\\" z"#), ["a", r"c:\dir\", r"c:\x y\", "z"]);
        assert_eq!(words(r#"a \" \\" b\\\" c"#), ["a", "\"", r#"\ b\" c"#]);
    }

    #[test]
    fn an_empty_word_is_a_word_and_blanks_are_not() {
        assert_eq!(words("a  \t \"\"  b "), ["a", "", "b"]);
        assert!(words("").is_empty());
        // A blank at the beginning ends a first word without letters.
        assert_eq!(words(" a"), ["", "a"]);
    }

    #[test]
    fn two_quotes_inside_quotes_are_one_that_is_meant_and_close_them() {
        assert_eq!(words(r#"a "b""c d"#), ["a", r#"b"c"#, "d"]);
        assert_eq!(words(r#"a """b" c"#), ["a", r#""b c"#]);
    }
}
