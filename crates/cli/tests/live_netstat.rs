//! `psight netstat` beside net-tools' netstat, letter by letter.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::collections::BTreeSet;
use std::net::{TcpListener, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};

use common::beside::{eventually, told, words};
use common::{printed, run};

/// What a listing says of sockets, as far as both programs have it.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// The lines above the tables.
    titles: Vec<String>,
    /// How often heads are there.
    tables: usize,
    sockets: BTreeSet<Vec<String>>,
}

fn said(text: &str) -> Said {
    let rows = words(text);
    Said {
        titles: text.lines().filter(|line| line.starts_with("Active")).map(str::to_owned).collect(),
        tables: rows.iter().filter(|row| row.first().is_some_and(|word| word == "Proto")).count(),
        sockets: rows.iter().filter_map(|row| socket(row)).collect(),
    }
}

/// Protocol, the ends and the state; of a Unix socket the type, the state and the inode. Raw sockets are not told here.
fn socket(row: &[String]) -> Option<Vec<String>> {
    let is_state = |word: &&String| {
        let mut bytes = word.bytes();
        bytes.all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'1' | b'2'))
            && word.len() > 2
    };
    match row.first()?.as_str() {
        "tcp" | "tcp6" | "udp" | "udp6" => {
            // An IPv6 address has brackets here, so that it can be told from its port.
            let ends = row.get(3..5)?.iter().map(|end| end.replace(['[', ']'], ""));
            let state = row.get(5).filter(is_state).cloned();
            Some(row.first().cloned().into_iter().chain(ends).chain(state).collect())
        }
        "unix" => {
            let words = row.iter().filter(|word| is_state(word) && *word != "ACC").cloned();
            let has_brackets = row.get(2).is_some_and(|word| word == "[");
            let inode = row
                .iter()
                .skip(if has_brackets { 3 } else { 1 })
                .find(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
            // A type, and a state if it has one: what comes later may be a path of capitals.
            Some(words.take(2).chain([inode.clone()]).collect())
        }
        _ => None,
    }
}

#[test]
fn every_letter_means_what_it_means_to_net_tools() {
    let folder = tempfile::tempdir().unwrap();
    let _listens = UnixListener::bind(folder.path().join("listens")).unwrap();
    let _pair = UnixStream::pair().unwrap();
    let _tcp = [TcpListener::bind("127.0.0.1:0").ok(), TcpListener::bind("[::1]:0").ok()];
    let _udp = [UdpSocket::bind("127.0.0.1:0").ok(), UdpSocket::bind("[::1]:0").ok()];
    for letters in [
        "", "l", "a", "al", "4", "6", "46", "4l", "6a", "x", "xl", "xa", "4x", "x6l", "t", "tl",
        "ta", "t4", "tl6", "u", "ua", "u6a", "tu", "tua", "tux", "tuxa", "t4x", "e", "ee", "plant",
        "tulp", "ap", "v",
    ] {
        // Without names, with whole addresses.
        let option = format!("-nW{letters}");
        let Some(_) = told("netstat", &[&option]) else { return };
        eventually(
            || said(&printed(&["netstat", &option])),
            || said(&told("netstat", &[&option]).unwrap()),
        );
    }
    // The listener and the pair, at least.
    assert!(said(&printed(&["netstat", "-a"])).sockets.len() >= 3);
}

#[test]
fn what_psight_does_not_know_is_refused_in_words_and_not_as_a_wrong_letter() {
    for (option, word) in [("-s", "protocols"), ("-o", "timers")] {
        let output = run(&["netstat", option]);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(word) && !error.contains("unexpected"), "{error}");
    }
    let verbose = run(&["netstat", "-xlv"]);
    assert_eq!(verbose.status.code(), Some(0));
    assert!(String::from_utf8(verbose.stderr).unwrap().contains("raw"));
}

#[test]
fn the_wide_table_is_not_cut_to_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a name that is longer than a narrow terminal is wide");
    let _listens = UnixListener::bind(&path).unwrap();
    let has = |arguments: &[&str]| printed(arguments).contains(path.to_str().unwrap());
    assert!(!has(&["netstat", "-xl", "--width", "60"]));
    assert!(has(&["netstat", "-xlW", "--width", "60"]));
}

#[test]
fn who_may_not_know_the_owners_of_sockets_is_told_so() {
    let _listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stderr).contains("(permission denied)")
    };
    let program = env!("CARGO_BIN_EXE_psight");
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", program];
    let output =
        std::process::Command::new("setpriv").args(nobody).args(["netstat", "-tlp"]).output();
    match output {
        // Only root can become another user, who may not read what this process has open.
        Ok(output) if output.status.success() => assert!(refused(&output), "{output:?}"),
        _ => eprintln!("skipped: psight cannot be run as another user with setpriv"),
    }
}
