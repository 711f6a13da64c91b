//! The words of `ps` that clap does not understand: the options of BSD that take a value.

use std::ffi::{OsStr, OsString};

use super::columns::Chosen;
use super::is_bsd;

/// Writes out `axo pid,comm`, `ax o pid,comm`, `p 1`, `U root` and `k -rss`.
pub(super) fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        let next = words.peek().and_then(|next| next.to_str()).unwrap_or_default();
        if is_end(&word) {
            out.push(word);
            out.extend(words);
            return out;
        } else if let Some((before, option)) = with_value(text, next) {
            out.extend((!before.is_empty()).then(|| OsString::from(before)));
            out.push(OsString::from(option));
            out.extend(words.next());
        } else {
            // The values of these are no words of their own.
            let takes = TAKE.contains(&text);
            out.push(word);
            out.extend(if takes { words.next() } else { None });
        }
    }
    out
}

const TAKE: &[&str] = &[
    "-o", "-O", "-p", "-q", "-t", "-u", "-U", "-C", "-g", "-G", "-s", "--sort", "--format",
    "--cols",
];

/// The option that `text` ends in and that `next` is the value of, with what stands before it.
fn with_value<'a>(text: &'a str, next: &str) -> Option<(&'a str, &'static str)> {
    let (before, letter) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let option = match letter {
        "o" if is_columns(next) => "-o",
        "O" if is_columns(next) => "-O",
        "k" if is_keys(next) => "--sort",
        "p" if is_list_of_numbers(next) => "-p",
        "q" if is_list_of_numbers(next) => "-q",
        "U" if !next.is_empty() => "-u",
        "t" if !next.is_empty() => "-t",
        _ => return None,
    };
    let alone = before.is_empty();
    (alone || is_bsd(before) && matches!(option, "-o" | "-O" | "--sort"))
        .then_some((before, option))
}

fn is_end(word: &OsStr) -> bool {
    word == "--"
}

fn is_list_of_numbers(word: &str) -> bool {
    !word.is_empty() && word.split(',').all(|number| number.parse::<u32>().is_ok())
}

fn is_keys(word: &str) -> bool {
    let key = |key: &str| Chosen::named(key.strip_prefix(['+', '-']).unwrap_or(key)).is_some();
    !word.is_empty() && word.split(',').all(key)
}

fn is_columns(word: &str) -> bool {
    !word.is_empty() && word.split(',').all(|name| Chosen::named(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &str) -> String {
        let words = words.split(' ').map(OsString::from).collect();
        let out = spelled_out(words).into_iter().map(|word| word.into_string().unwrap());
        out.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn options_of_bsd_take_their_values() {
        assert_eq!(said("axo pid,comm"), "ax -o pid,comm");
        assert_eq!(said("ax o pid=,comm= --no-headers"), "ax -o pid=,comm= --no-headers");
        assert_eq!(said("p 1"), "-p 1");
        assert_eq!(said("o pid"), "-o pid");
        assert_eq!(said("axk -rss,pid"), "ax --sort -rss,pid");
        assert_eq!(said("O ni U root"), "-O ni -u root");
    }

    #[test]
    fn other_words_stay_what_they_are() {
        for words in ["mongo db", "o nothing", "p nginx", "-C p 1", "-- axo pid"] {
            assert_eq!(said(words), words);
        }
    }
}
