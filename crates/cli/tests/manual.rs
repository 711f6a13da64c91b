//! What psight says of itself: help, pages of the manual, completions, and the names that it answers to.
//! `UPDATE_GOLDEN=1 cargo test -p psight-cli --test manual` writes texts and pages anew.
#![allow(clippy::expect_used, clippy::print_stderr, reason = "it is test code")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Compares a text with the file that keeps it, or writes the file where that was asked for.
fn kept(path: &Path, text: &str, different: &mut Vec<String>) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    } else if fs::read_to_string(path).ok().as_deref() != Some(text) {
        different.push(path.display().to_string());
    }
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("text")).collect()
}

#[test]
fn every_command_has_the_page_that_the_manual_has() {
    let pages = tempfile::tempdir().expect("a folder");
    let written = common::run(&["man", "--directory", pages.path().to_str().expect("text")]);
    assert!(written.status.success(), "{written:?}");
    let manual = common::project().join("docs/man");
    let mut different = Vec::new();
    for name in names(pages.path()) {
        let page = fs::read_to_string(pages.path().join(&name)).expect("a page");
        kept(&manual.join(&name), &page, &mut different);
    }
    let strange: Vec<_> = names(&manual).difference(&names(pages.path())).cloned().collect();
    assert!(strange.is_empty(), "pages of no command: {strange:?}");
    assert!(different.is_empty(), "UPDATE_GOLDEN=1 writes them anew: {different:#?}");
}

#[test]
fn help_is_what_it_was() {
    let folder = common::project().join("crates/cli/tests/golden/help");
    let mut different = Vec::new();
    kept(&folder.join("psight.txt"), &common::printed(&["--help"]), &mut different);
    for name in common::commands() {
        let help = common::printed(&[&name, "--help"]);
        assert!(help.contains(&format!("Usage: psight {name}")), "{help}");
        kept(&folder.join(format!("{name}.txt")), &help, &mut different);
    }
    assert!(different.is_empty(), "UPDATE_GOLDEN=1 writes them anew: {different:#?}");
}

#[test]
fn a_link_with_a_commands_name_is_that_command() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in common::commands() {
        let link = folder.path().join(&name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_psight"), &link).expect("a link");
        let help = Command::new(&link).arg("--help").output().expect("it starts");
        let help = String::from_utf8(help.stdout).expect("text");
        assert!(help.contains(&format!("Usage: {name}")), "{help}");
        assert!(help.contains("--json"), "what is understood everywhere, there as well");
    }
}

#[test]
fn a_link_asks_the_machine_that_it_is_told_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("free");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_psight"), &link).expect("a link");
    for machine in common::machines() {
        let root = machine.to_str().expect("text");
        let through_link = Command::new(&link).args(["--root", root, "-b"]).output();
        let through_link = through_link.expect("it starts");
        assert_eq!(through_link.stdout, common::run(&["--root", root, "free", "-b"]).stdout);
    }
}

#[test]
fn completions_are_scripts_that_their_shells_read() {
    for shell in ["bash", "zsh", "fish"] {
        let script = common::run(&["completions", shell]);
        assert!(script.status.success() && script.stdout.len() > 1000, "{script:?}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("script");
        fs::write(&path, &script.stdout).expect("a file");
        match Command::new(shell).arg("-n").arg(&path).output() {
            Ok(read) => assert!(read.status.success(), "{shell}: {read:?}"),
            Err(_) => eprintln!("{shell} is not installed: its script was not read"),
        }
    }
    let powershell = common::printed(&["completions", "powershell"]);
    assert!(powershell.contains("Register-ArgumentCompleter"));
    let ps = common::printed(&["completions", "bash", "--for", "ps"]);
    assert!(ps.contains("-F _ps") && ps.contains("--cumulative") && !ps.contains("--bsd"));
    for shell in ["bash", "zsh", "fish"] {
        let netstat = common::printed(&["completions", shell, "--for", "netstat"]);
        assert!(netstat.contains("statistics") && !netstat.contains("masquerade"), "{shell}");
    }
}

#[test]
fn a_wrong_word_is_answered_with_the_right_one() {
    for (words, tip) in [(&["fre"][..], "'free'"), (&["ps", "--treee"], "'--tree'")] {
        let refused = common::run(words);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(tip), "{refused:?}");
    }
}
