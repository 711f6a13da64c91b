//! `psight pmap` against procps' pmap, about a process whose memory does not change.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::process::Command;
use std::time::{Duration, Instant};

use common::beside::Sleeper;
use common::run;

/// The lines, without blanks at their ends, and how it ended.
fn told(output: std::process::Output) -> (Vec<String>, Option<i32>) {
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| line.trim_end().to_owned()).collect(), output.status.code())
}

fn theirs(arguments: &[&str]) -> Option<(Vec<String>, Option<i32>)> {
    let Ok(output) = Command::new("pmap").args(arguments).env("LC_ALL", "C.UTF-8").output() else {
        eprintln!("skipped: there is no pmap");
        return None;
    };
    Some(told(output))
}

fn ours(arguments: &[&str]) -> (Vec<String>, Option<i32>) {
    told(run(&[&["pmap"], arguments].concat()))
}

fn agree(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let Some(theirs) = theirs(arguments) else { return };
        let ours = ours(arguments);
        if ours == theirs {
            return;
        }
        assert!(Instant::now() < deadline, "{arguments:?}\n{ours:#?}\n{theirs:#?}");
    }
}

#[test]
fn every_piece_and_every_sum_is_the_one_of_procps() {
    let sleeper = Sleeper::new();
    let pid = sleeper.pid();
    for options in [
        &[][..],
        &["-x"],
        &["-d"],
        &["-q"],
        &["-x", "-q"],
        &["-d", "-q"],
        &["-p"],
        &["-x", "-p"],
        &["-A", "0,7fffffffffff"],
        &["-A", "7f0000000000,ffffffffffffffff"],
        &["-A", "7f0000000000,"],
    ] {
        agree(&[options, &[&pid]].concat());
    }
    agree(&[&pid, &pid]);
}

#[test]
fn a_process_that_is_not_there_is_told_by_the_exit_code() {
    let sleeper = Sleeper::new();
    let pid = sleeper.pid();
    agree(&["999999999"]);
    agree(&["-q", "999999999", &pid]);
}

#[test]
fn the_sums_of_everything_are_those_of_the_kernel() {
    let sleeper = Sleeper::new();
    let (lines, _) = ours(&["-X", &sleeper.pid()]);
    let heads: Vec<&str> = lines[1].split_whitespace().collect();
    let sums: Vec<&str> = lines.last().unwrap().split_whitespace().collect();
    let rollup = format!("/proc/{}/smaps_rollup", sleeper.pid());
    let Ok(rollup) = std::fs::read_to_string(rollup) else {
        eprintln!("skipped: this kernel has no sums of its own");
        return;
    };
    for name in ["Rss", "Private_Dirty", "Anonymous", "Swap"] {
        let line = rollup.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
        let kernel = line.split_whitespace().nth(1).unwrap();
        // The sums stand under the amounts, which follow five columns without one.
        let at = heads.iter().position(|head| *head == name).unwrap() - 5;
        assert_eq!(sums[at], kernel, "{name}");
    }
}
