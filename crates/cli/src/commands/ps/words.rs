//! The words of `ps` that clap does not understand: the options of BSD, which have no dash, and values as `ps` takes them.

use std::ffi::OsString;
use std::iter::Peekable;
use std::vec::IntoIter;

use super::columns::Chosen;

/// What an option of BSD's becomes: its letters, for `Arguments::bsd`.
const BSD: &str = "--bsd";

/// Options of one letter that take a value.
const TAKE: &str = "oOpqtuUCgGs";
/// Those of them whose values may be separated by blanks as well as by commas.
const LISTS: &str = "pqtuUCgGs";
/// Options of more letters that take a value.
const LONG: &[&str] = &[
    "--sort",
    "--format",
    "--only",
    "--columns",
    "--cols",
    "--width",
    "--lines",
    "--rows",
    "--pid",
    "--quick-pid",
    "--ppid",
    "--user",
    "--User",
    "--tty",
    "--sid",
    "--group",
    "--Group",
    "--root",
    "--color",
];
const LONG_LISTS: &[&str] =
    &["--pid", "--quick-pid", "--ppid", "--user", "--User", "--tty", "--sid", "--group", "--Group"];

/// Writes out `axo pid,comm`, `ax o pid,comm`, `p 1`, `U root`, `k -rss`, `-aux` and `-p "1 2"`.
pub(super) fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(words.len());
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        if text == "--" {
            out.push(word);
            out.extend(words);
            return out;
        }
        if text.starts_with("--") {
            long(text.to_owned(), word, &mut words, &mut out);
        } else if let Some(letters) = text.strip_prefix('-').filter(|letters| !letters.is_empty()) {
            match with_dash(letters) {
                Some(bsd) => berkeley(bsd, &mut words, &mut out),
                None => cluster(letters.to_owned(), word, &mut words, &mut out),
            }
        } else {
            let next = words.peek().and_then(|next| next.to_str()).unwrap_or_default();
            match Bsd::of(text, next) {
                Some(bsd) => berkeley(bsd, &mut words, &mut out),
                None => out.push(word),
            }
        }
    }
    out
}

/// An option of several letters, with its value. `--columns 80` is a width, and everything else columns.
fn long(
    text: String,
    word: OsString,
    words: &mut Peekable<IntoIter<OsString>>,
    out: &mut Vec<OsString>,
) {
    if let Some((name, value)) = text.split_once('=') {
        match name {
            "--columns" if is_number(value) => out.push(format!("--cols={value}").into()),
            name if LONG_LISTS.contains(&name) => {
                out.push(format!("{name}={}", commas(value)).into());
            }
            _ => out.push(word),
        }
        return;
    }
    let next = words.peek().and_then(|next| next.to_str());
    let is_width = text == "--columns" && next.is_some_and(is_number);
    let is_list = LONG_LISTS.contains(&text.as_str());
    out.push(if is_width { "--cols".into() } else { word });
    if LONG.contains(&text.as_str()) {
        out.extend(words.next().map(|value| if is_list { listed(value) } else { value }));
    }
}

/// `-fp 1`: options of one letter, the last of which may take the rest, or the next word.
fn cluster(
    letters: String,
    word: OsString,
    words: &mut Peekable<IntoIter<OsString>>,
    out: &mut Vec<OsString>,
) {
    let Some(at) = letters.find(|letter| TAKE.contains(letter)) else {
        out.push(word);
        return;
    };
    let (before, taking) = letters.split_at(at);
    let (option, value) = taking.split_at(1);
    let is_list = LISTS.contains(option);
    out.extend((!before.is_empty()).then(|| OsString::from(format!("-{before}"))));
    out.push(format!("-{option}").into());
    let value = if value.is_empty() { words.next() } else { Some(OsString::from(value)) };
    out.extend(value.map(|value| if is_list { listed(value) } else { value }));
}

fn berkeley(bsd: Bsd, words: &mut Peekable<IntoIter<OsString>>, out: &mut Vec<OsString>) {
    match bsd.letters.as_str() {
        "L" => return out.push("--list-columns".into()),
        "V" => return out.push("--version".into()),
        _ => {}
    }
    out.push(format!("{BSD}={}", bsd.letters).into());
    let Some((option, value)) = bsd.option else { return };
    let value = value.map(OsString::from).or_else(|| words.next());
    out.push(option.into());
    out.extend(value.map(|value| if option == "--sort" { value } else { listed(value) }));
}

/// Options of BSD's in one word.
#[derive(Debug, PartialEq, Eq)]
struct Bsd {
    letters: String,
    /// The option that takes a value, and that value where it stands in the same word.
    option: Option<(&'static str, Option<String>)>,
}

impl Bsd {
    /// What the word means if it is options; `next` may be a value of the last.
    fn of(text: &str, next: &str) -> Option<Self> {
        if is_bsd(text) {
            return Some(Self { letters: text.to_owned(), option: None });
        }
        let at = text.find(|letter| "oOkpqtUN".contains(letter))?;
        let (before, taking) = text.split_at(at);
        let (letter, value) = taking.split_at(1);
        let is_alone = before.is_empty() && value.is_empty();
        if !(before.is_empty() || is_bsd(before) || matches!(before, "h" | "f" | "u")) {
            return None;
        }
        let (value, own) = if value.is_empty() { (next, false) } else { (value, true) };
        let option = match letter {
            "o" if is_columns(value) => "-o",
            "O" if is_columns(value) => "-O",
            "k" if is_keys(value) => "--sort",
            "p" if is_list_of_numbers(value) => "-p",
            "q" if is_list_of_numbers(value) => "-q",
            "U" if is_alone && !next.is_empty() => "-u",
            "t" if is_alone && is_terminal(next) || own && is_terminal(value) => "-t",
            "t" if is_alone => return Some(Self { letters: "T".to_owned(), option: None }),
            _ => return None,
        };
        let value = own.then(|| value.to_owned());
        Some(Self { letters: before.to_owned(), option: Some((option, value)) })
    }
}

/// `-aux`, `-axo pid`: what says something else by the rules, and is meant as if the dash were not there.
fn with_dash(letters: &str) -> Option<Bsd> {
    let (letters, more) = match letters.split_once('o') {
        Some((letters, more)) => (letters, Some(more)),
        None => (letters, None),
    };
    let is_meant = letters == "x" || letters.contains('a') && letters.contains('x');
    if !is_meant || !letters.chars().all(|letter| "auxfwjlhcre".contains(letter)) {
        return None;
    }
    let value = |more: &str| (!more.is_empty()).then(|| more.to_owned());
    Some(Bsd { letters: letters.to_owned(), option: more.map(|more| ("-o", value(more))) })
}

/// Whether a word is options rather than a name: a letter alone, some of `a`, `u` and `x`, more after `a` and `x`, more
/// before a capital letter, and a few more that fingers know, so that `lua` and `flux` stay what they are.
fn is_bsd(word: &str) -> bool {
    const MORE: &str = "fjlsZwhHrcemvXSnTg";
    if matches!(word, "ef" | "af" | "L" | "V" | "ww" | "www") {
        return true;
    }
    let once = word.chars().all(|letter| word.matches(letter).count() == 1 || letter == 'w');
    // `axel` and `axle` are names.
    let is_name = word.contains('e') && word.contains('l');
    if is_name
        || !once
        || !word.chars().all(|letter| MORE.contains(letter) || "aux".contains(letter))
    {
        return false;
    }
    let (a, x) = (word.contains('a'), word.contains('x'));
    let more = word.trim_start_matches(['a', 'u', 'x']);
    let is_short = word.len() == 2 && word.contains(['u', 'x']);
    let is_plain = word.contains(['u', 'x']) && word.chars().all(|it| "auxfwrhT".contains(it));
    word.len() == 1
        || more.is_empty() && !word.is_empty()
        || a && x && more != word
        || is_short
        || is_plain
        || word.ends_with(['H', 'Z'])
}

/// A list whose values are separated by commas.
fn listed(value: OsString) -> OsString {
    match value.to_str() {
        Some(text) => commas(text).into(),
        None => value,
    }
}

fn commas(text: &str) -> String {
    let values = text.split([',', ' ', '\t', '\n']).filter(|value| !value.is_empty());
    values.collect::<Vec<_>>().join(",")
}

fn is_number(word: &str) -> bool {
    word.parse::<u32>().is_ok()
}

fn is_terminal(word: &str) -> bool {
    let name = word.strip_prefix("/dev/").unwrap_or(word);
    name.starts_with("pts/")
        || name.starts_with("tty")
        || is_number(name)
        || matches!(word, "-" | "?")
}

fn is_list_of_numbers(word: &str) -> bool {
    !word.is_empty() && word.split([',', ' ']).all(is_number)
}

fn is_keys(word: &str) -> bool {
    let key = |key: &str| Chosen::named(key.strip_prefix(['+', '-']).unwrap_or(key)).is_some();
    !word.is_empty() && word.split(',').all(key)
}

fn is_columns(word: &str) -> bool {
    !word.is_empty() && word.split([',', ' ']).all(|name| Chosen::named(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(words: &[&str]) -> String {
        let words = words.iter().map(OsString::from).collect();
        let out = spelled_out(words).into_iter().map(|word| word.into_string().unwrap());
        out.collect::<Vec<_>>().join(" ")
    }

    fn of(words: &str) -> String {
        said(&words.split(' ').collect::<Vec<_>>())
    }

    #[test]
    fn options_of_bsd_take_their_values() {
        assert_eq!(of("axo pid,comm"), "--bsd=ax -o pid,comm");
        assert_eq!(of("axopid,comm"), "--bsd=ax -o pid,comm");
        assert_eq!(
            of("ax o pid=,comm= --no-headers"),
            "--bsd=ax --bsd= -o pid=,comm= --no-headers"
        );
        assert_eq!(of("p 1"), "--bsd= -p 1");
        assert_eq!(of("hp 1"), "--bsd=h -p 1");
        assert_eq!(of("o pid"), "--bsd= -o pid");
        assert_eq!(of("axk -rss,pid"), "--bsd=ax --sort -rss,pid");
        assert_eq!(of("axk-rss"), "--bsd=ax --sort -rss");
        assert_eq!(of("O ni U root"), "--bsd= -O ni --bsd= -u root");
        assert_eq!(of("t pts/0"), "--bsd= -t pts/0");
        assert_eq!(of("t -f"), "--bsd=T -f");
        assert_eq!(of("L"), "--list-columns");
    }

    #[test]
    fn a_dash_before_aux_is_forgiven() {
        assert_eq!(of("-aux"), "--bsd=aux");
        assert_eq!(of("-auxww --sort -rss"), "--bsd=auxww --sort -rss");
        assert_eq!(of("-axo pid"), "--bsd=ax -o pid");
        assert_eq!(of("-axopid"), "--bsd=ax -o pid");
        assert_eq!(of("-x"), "--bsd=x");
        assert_eq!(of("-ef"), "-ef", "and what has one keeps its own meaning");
    }

    #[test]
    fn the_last_letter_takes_the_rest_or_the_next_word() {
        assert_eq!(of("-fp 1"), "-f -p 1");
        assert_eq!(of("-eopid,comm"), "-e -o pid,comm");
        assert_eq!(of("-C ax -u x"), "-C ax -u x", "values are no options");
        assert_eq!(of("--sort aux"), "--sort aux");
    }

    #[test]
    fn blanks_separate_as_commas_do() {
        assert_eq!(said(&["-p", "1 2"]), "-p 1,2");
        assert_eq!(said(&["-p1 2"]), "-p 1,2");
        assert_eq!(said(&["--pid=1 2"]), "--pid=1,2");
        assert_eq!(said(&["--ppid", " 1  2 "]), "--ppid 1,2");
    }

    #[test]
    fn a_number_of_columns_is_a_width() {
        assert_eq!(of("-ef --columns 60"), "-ef --cols 60");
        assert_eq!(of("--columns=60"), "--cols=60");
        assert_eq!(of("--columns pid,name"), "--columns pid,name");
    }

    #[test]
    fn other_words_stay_what_they_are() {
        for words in ["mongo db", "o nothing", "p nginx", "-C p 1", "-- axo pid", "pid", "top", "1"]
        {
            assert_eq!(of(words), words);
        }
        for word in ["nginx", "java", "flux", "fe", "lua", "xauth", "axel", "xx", "awl", "sh", "ls"]
        {
            assert!(!is_bsd(word), "{word}");
        }
        assert!(!is_bsd(""));
    }

    #[test]
    fn the_classic_words_are_options() {
        for word in ["aux", "ax", "axjf", "auxww", "u", "l", "ef", "xf", "uww", "auxf", "T", "axgu"]
        {
            assert!(is_bsd(word), "{word}");
        }
    }
}
