//! Which command the words of a command line name, before clap sees them.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::{Arg, Command};

use super::{Entry, named, psight, whole};

/// What a command line is parsed with.
pub(crate) struct Choice {
    /// The command, where the words name one.
    pub(crate) entry: Option<&'static Entry>,
    /// What clap parses them with.
    pub(crate) parser: Command,
    /// The words, with the program's name first.
    pub(crate) words: Vec<OsString>,
    /// Whether the program was called by the command's name, as through a link.
    pub(crate) is_own_program: bool,
}

/// Chooses by the program's name or else by the first word that is no option.
pub(crate) fn choice(mut words: Vec<OsString>) -> Choice {
    let called = words.first().and_then(|name| Path::new(name).file_stem()?.to_str());
    if let Some(entry) = called.and_then(named) {
        let rest = words.split_off(1);
        words.extend((entry.spelled_out)(rest));
        return Choice { entry: Some(entry), parser: entry.program(), words, is_own_program: true };
    }
    let root = psight([]);
    let at = first_word(&root, &words);
    let entry = at.and_then(|at| named(words.get(at)?.to_str()?));
    if let (Some(at), Some(entry)) = (at, entry) {
        let rest = words.split_off(at + 1);
        words.extend((entry.spelled_out)(rest));
    }
    let parser = match entry {
        Some(entry) => psight([entry]),
        None => whole(),
    };
    Choice { entry, parser, words, is_own_program: false }
}

/// Where the first word is that is neither an option of psight itself nor the value of one.
fn first_word(root: &Command, words: &[OsString]) -> Option<usize> {
    let mut is_value = true; // The program's name.
    for (at, word) in words.iter().enumerate() {
        if std::mem::take(&mut is_value) {
            continue;
        }
        match takes_value(root, word) {
            Some(takes) => is_value = takes,
            None => return Some(at),
        }
    }
    None
}

/// Whether an option stands apart from its value; `None` for a word that is no option.
fn takes_value(root: &Command, word: &OsStr) -> Option<bool> {
    let word = word.to_str()?;
    let option = word.strip_prefix('-').filter(|rest| !rest.is_empty())?;
    let found = match option.strip_prefix('-') {
        Some(long) => with_long(root, long),
        None => root.get_arguments().find(|argument| {
            argument.get_short().is_some_and(|short| option.chars().eq(std::iter::once(short)))
        }),
    };
    Some(found.is_some_and(|argument| {
        let optional = argument.get_num_args().is_some_and(|range| range.min_values() == 0);
        argument.get_action().takes_values() && !optional
    }))
}

/// The option of several letters that is meant: the one that is called so, or the only one that begins so.
fn with_long<'a>(root: &'a Command, long: &str) -> Option<&'a Arg> {
    let called = |is: &dyn Fn(&str) -> bool| {
        let is = |argument: &&Arg| argument.get_long().is_some_and(is);
        root.get_arguments().filter(is).collect::<Vec<_>>()
    };
    match (called(&|own| own == long).as_slice(), called(&|own| own.starts_with(long)).as_slice()) {
        ([one], _) | (_, [one]) => Some(one),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(words: &[&str]) -> Option<&'static str> {
        choice(words.iter().map(OsString::from).collect()).entry.map(|entry| entry.name)
    }

    #[test]
    fn the_first_word_names_the_command() {
        assert_eq!(chosen(&["psight", "ps", "free"]), Some("ps"));
        assert_eq!(chosen(&["psight", "--json", "free"]), Some("free"));
        assert_eq!(chosen(&["psight"]), None);
        assert_eq!(chosen(&["psight", "help", "ps"]), None);
        assert_eq!(chosen(&["psight", "fre"]), None);
    }

    #[test]
    fn the_value_of_an_option_is_no_command() {
        assert_eq!(chosen(&["psight", "--root", "ps", "free"]), Some("free"));
        assert_eq!(chosen(&["psight", "--root=ps", "free"]), Some("free"));
        assert_eq!(chosen(&["psight", "-n", "3"]), None);
        assert_eq!(chosen(&["psight", "--watch", "free"]), Some("free"));
        assert_eq!(chosen(&["psight", "--roo", "ps", "free"]), Some("free"));
        assert_eq!(chosen(&["psight", "--wid", "80", "free"]), Some("free"));
        assert_eq!(chosen(&["psight", "--js", "free"]), Some("free"));
    }

    #[test]
    fn a_link_has_the_name_of_its_command() {
        assert_eq!(chosen(&["/usr/local/bin/ps", "free"]), Some("ps"));
        assert_eq!(chosen(&["free.exe"]), Some("free"));
        assert_eq!(chosen(&["./psight"]), None);
    }
}
