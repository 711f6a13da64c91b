//! The words of `lsof`, brought into what clap understands: options with a `+`, and values that may be left out.

use std::ffi::{OsStr, OsString};

/// How an option takes its value.
enum Takes {
    Nothing,
    /// A value, attached or the next word.
    Value(&'static str),
    /// A value, attached or the next word unless that is an option; or none.
    Maybe(&'static str),
    /// Nothing, and what it asks for is so anyway, or cannot go wrong here.
    Ignored,
    /// The same with a value.
    IgnoredWith,
    /// Nothing, and it is called otherwise.
    Long(&'static str),
    /// Nothing, and why psight has no answer.
    Refused(&'static str),
}

/// Writes options out: `-nPi :22` becomes `-n -P --internet=:22`, `+D /srv` becomes `--tree=/srv`.
pub(super) fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let Some(text) = word.to_str() else {
            out.push(word);
            continue;
        };
        if text == "--" {
            out.push(word);
            out.extend(words);
            return out;
        }
        let mut next = |is_optional: bool| {
            words.next_if(|next| !is_optional || !is_option(next)).unwrap_or_default()
        };
        match text.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with('-')) {
            Some(cluster) => out.extend(split(cluster, &mut next)),
            None => match text.strip_prefix('+').and_then(with_plus) {
                Some((option, "", takes)) => out.push(joined(option, &next(takes))),
                Some((option, value, _)) => out.push(joined(option, OsStr::new(value))),
                None if matches!(text, "+M" | "+w" | "+|") => {}
                None if PLUS.contains(&text.get(..2).unwrap_or_default()) => {
                    out.push(format!("--untold={text}: what it adds is not told").into());
                }
                None => out.push(word),
            },
        }
    }
    out
}

/// The options of one word, the last of which may take a value.
fn split(cluster: &str, next: &mut impl FnMut(bool) -> OsString) -> Vec<OsString> {
    let mut out = Vec::new();
    let mut rest = cluster.chars();
    while let Some(letter) = rest.next() {
        let attached = rest.as_str();
        match takes(letter) {
            // How many digits a position may have before it is written in hexadecimal, which it never is here.
            Takes::Nothing
                if letter == 'o' && attached.starts_with(|it: char| it.is_ascii_digit()) =>
            {
                rest = attached.trim_start_matches(|digit: char| digit.is_ascii_digit()).chars();
            }
            Takes::Nothing => out.push(format!("-{letter}").into()),
            Takes::Ignored => {}
            Takes::Refused(why) => out.push(format!("--untold=-{letter}: {why}").into()),
            Takes::Long(option) => out.push(option.into()),
            Takes::IgnoredWith if attached.is_empty() => drop(next(true)),
            Takes::IgnoredWith => break,
            Takes::Value(option) if attached.is_empty() => match next(false) {
                // A variable that is empty must not mean everybody.
                value if value.is_empty() => {
                    out.push(format!("--untold=-{letter}: nothing is named").into());
                }
                value => out.push(joined(option, &value)),
            },
            Takes::Maybe(option) if attached.is_empty() => out.push(joined(option, &next(true))),
            Takes::Value(option) | Takes::Maybe(option) => {
                out.push(joined(option, OsStr::new(attached)));
                break;
            }
        }
        // `-i4`, `-iTCP` and their like end the word.
    }
    out
}

/// What begins so is an option, and no file.
const PLUS: &[&str] = &["+f", "+E", "+m", "+e"];

fn takes(letter: char) -> Takes {
    match letter {
        'p' => Takes::Value("--pid"),
        'u' => Takes::Value("--user"),
        'c' => Takes::Value("--command"),
        'd' => Takes::Value("--descriptor"),
        'g' => Takes::Maybe("--group"),
        'i' => Takes::Maybe("--internet"),
        's' => Takes::Maybe("--state"),
        'F' => Takes::Maybe("--fields"),
        'T' => Takes::Maybe("--tcp-info"),
        'r' => Takes::Maybe("--repeat"),
        // No call to the kernel is waited for, no link followed that could keep psight waiting, nothing cached.
        'b' | 'C' | 'f' | 'L' | 'M' | 'O' | 'X' => Takes::Ignored,
        'S' | 'e' | 'x' => Takes::IgnoredWith,
        'v' => Takes::Long("--version"),
        'h' | '?' => Takes::Long("--help"),
        'V' => Takes::Long("--missing"),
        'K' => Takes::Refused("threads have what their process has"),
        'N' => Takes::Refused("files of other machines are not chosen: name the directory"),
        'E' => Takes::Refused("the other ends of pipes are not told"),
        'k' | 'm' | 'A' | 'D' => Takes::Refused("there is no such file to read"),
        'z' | 'Z' => Takes::Refused("zones and contexts are not told"),
        _ => Takes::Nothing,
    }
}

/// The option that a word after `+` is, what is attached to it, and whether its value may be missing.
fn with_plus(word: &str) -> Option<(&'static str, &str, bool)> {
    let names = [
        ("D", "--tree", false),
        ("d", "--directory", false),
        ("c", "--command-width", false),
        ("r", "--repeat-while", true),
    ];
    let plain = names.into_iter().find_map(|(letter, option, may_be_missing)| {
        Some((option, word.strip_prefix(letter)?, may_be_missing))
    });
    // Its number is attached or missing, never the next word.
    let number =
        word.strip_prefix('L').map(|number| if number.is_empty() { "all" } else { number });
    plain.or(number.map(|number| ("--links", number, false)))
}

fn joined(option: &str, value: &OsStr) -> OsString {
    let mut word = OsString::from(option);
    word.push("=");
    word.push(value);
    word
}

fn is_option(word: &OsStr) -> bool {
    word.as_encoded_bytes().first().is_some_and(|first| matches!(first, b'-' | b'+'))
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
    fn a_value_may_be_attached_apart_or_missing() {
        assert_eq!(said("-i"), "--internet=");
        assert_eq!(said("-i :22"), "--internet=:22");
        assert_eq!(said("-iTCP:22 -n"), "--internet=TCP:22 -n");
        assert_eq!(said("-i -n"), "--internet= -n");
        assert_eq!(said("-nPi 4"), "-n -P --internet=4");
        assert_eq!(said("-p 1,2"), "--pid=1,2");
        assert_eq!(said("-p1"), "--pid=1");
        assert_eq!(said("-Fpcn /tmp"), "--fields=pcn /tmp");
    }

    #[test]
    fn a_plus_begins_an_option_as_well() {
        assert_eq!(said("+D /srv"), "--tree=/srv");
        assert_eq!(said("+d/srv -t"), "--directory=/srv -t");
        assert_eq!(said("+c 0"), "--command-width=0");
        assert_eq!(said("+L1 /home"), "--links=1 /home");
        assert_eq!(said("+L /home"), "--links=all /home");
        assert_eq!(said("+r 1 -p 7"), "--repeat-while=1 --pid=7");
        assert_eq!(said("+r -t"), "--repeat-while= -t");
        assert!(said("+fg").starts_with("--untold=+fg: "));
    }

    #[test]
    fn what_is_so_anyway_needs_no_word() {
        assert_eq!(said("-bnPO -S 5 -p 1"), "-n -P --pid=1");
        assert_eq!(said("-S5 -x f"), "");
        assert_eq!(said("-o8 -o0n -o"), "-n -o");
        assert_eq!(said("-v"), "--version");
        assert!(said("-K").starts_with("--untold=-K: "));
    }

    #[test]
    fn what_stands_behind_two_dashes_is_a_file() {
        assert_eq!(said("-t -- -i"), "-t -- -i");
        assert_eq!(said("--json"), "--json");
    }
}
