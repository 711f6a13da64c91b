//! The words of `ps` that clap does not understand: the options of BSD that take a value.

use std::ffi::{OsStr, OsString};

use super::columns::Chosen;
use super::is_bsd;

/// Writes out `axo pid,comm`, `ax o pid,comm` and `p 1`.
pub(super) fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        let next = words.peek().and_then(|next| next.to_str()).unwrap_or_default();
        let takes_columns = text
            .strip_suffix(['o', 'O'])
            .is_some_and(|before| (before.is_empty() || is_bsd(before)) && is_columns(next));
        let is_pid = text == "p" && !next.is_empty() && next.split(',').all(is_number);
        if takes_columns {
            let before = text.get(..text.len() - 1).unwrap_or_default();
            out.extend((!before.is_empty()).then(|| OsString::from(before)));
            out.push(OsString::from("-o"));
            out.extend(words.next());
        } else if is_pid {
            out.push(OsString::from("-p"));
            out.extend(words.next());
        } else if matches!(text, "-o" | "-p" | "-t" | "-u" | "-U" | "-C" | "--sort" | "--format") {
            // Their values are no words of their own.
            out.push(word);
            out.extend(words.next());
        } else if is_end(&word) {
            out.push(word);
            out.extend(words);
            return out;
        } else {
            out.push(word);
        }
    }
    out
}

fn is_end(word: &OsStr) -> bool {
    word == "--"
}

fn is_number(word: &str) -> bool {
    word.parse::<u32>().is_ok()
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
    }

    #[test]
    fn other_words_stay_what_they_are() {
        for words in ["mongo db", "o nothing", "p nginx", "-C p 1", "-- axo pid"] {
            assert_eq!(said(words), words);
        }
    }
}
