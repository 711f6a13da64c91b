//! `psight procinfo`, `procsmem` and `tty` against the kernel's files and coreutils.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::process::{Command, Stdio};

use common::beside::{Sleeper, json};
use common::{command, run};

#[test]
fn everything_about_a_process_is_what_the_kernel_says() {
    let sleeper = Sleeper::new();
    let facts = json(&["procinfo", &sleeper.pid(), "--json"]);
    assert_eq!(facts["name"], "sleep");
    assert_eq!(facts["ppid"], std::process::id());
    assert_eq!(facts["cmdline"], serde_json::json!(["sleep", "1000"]));
    assert_eq!(facts["num_threads"], 1);
    assert_eq!(facts["cwd"], std::env::current_dir().unwrap().to_str().unwrap());
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", sleeper.pid())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft = files.split_whitespace().nth(3).unwrap();
    let ours = &facts["rlimits"]["NOFILE"]["soft"];
    assert_eq!(ours.as_u64().map(|limit| limit.to_string()).as_deref(), Some(soft));
    let environ = std::fs::read(format!("/proc/{}/environ", sleeper.pid())).unwrap();
    let count = environ.split(|byte| *byte == 0).filter(|word| word.contains(&b'=')).count();
    assert_eq!(facts["environ"].as_array().unwrap().len(), count);
}

#[test]
fn people_read_the_same_in_sections() {
    let sleeper = Sleeper::new();
    let text = common::printed(&["procinfo", "-v", &sleeper.pid()]);
    let said = |name: &str| {
        let line = text.lines().find(|line| line.split_whitespace().next() == Some(name));
        line.and_then(|line| line.split_once(' ')).map(|(_, rest)| rest.trim().to_owned())
    };
    assert_eq!(said("pid"), Some(sleeper.pid()));
    assert_eq!(said("cmdline").as_deref(), Some("sleep 1000"));
    assert!(text.lines().any(|line| line.starts_with("mem-maps")), "{text}");
}

#[test]
fn a_process_that_is_not_there_is_an_error() {
    let output = run(&["procinfo", "999999999"]);
    assert_eq!((output.stdout.len(), output.status.code()), (0, Some(1)));
    assert!(!output.stderr.is_empty());
}

#[test]
fn what_a_process_costs_is_the_sum_that_the_kernel_makes() {
    let sleeper = Sleeper::new();
    let rollup = format!("/proc/{}/smaps_rollup", sleeper.pid());
    if std::fs::read_to_string(&rollup).is_err() {
        eprintln!("skipped: this kernel has no sums of its own");
        return;
    }
    // Which pages are shared changes as others come and go, and what it holds while it starts.
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let row = loop {
        let rollup = std::fs::read_to_string(&rollup).unwrap();
        let bytes = |name: &str| -> u64 {
            let line = rollup.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
        };
        let row = json(&["procsmem", &sleeper.pid(), "--json"])[0].take();
        if row["rss"] == bytes("Rss:") && row["swap"] == bytes("Swap:") {
            break row;
        }
        assert!(std::time::Instant::now() < deadline, "{row} and {rollup}");
    };
    assert!(row["uss"].as_u64() <= row["rss"].as_u64());
    assert!(row["pss"].as_u64() >= row["uss"].as_u64());
}

#[test]
fn processes_stand_in_the_order_of_what_they_cost() {
    let rows = json(&["procsmem", "--json"]);
    let rows = rows.as_array().unwrap();
    let costs: Vec<u64> = rows.iter().map(|row| row["uss"].as_u64().unwrap()).collect();
    assert!(costs.is_sorted(), "{costs:?}");
    assert!(costs.iter().all(|cost| *cost > 0));
}

#[test]
fn what_is_no_terminal_is_told_as_tty_tells_it() {
    for arguments in [&[][..], &["-s"], &["--quiet"]] {
        let Ok(theirs) = Command::new("tty").args(arguments).stdin(Stdio::null()).output() else {
            eprintln!("skipped: there is no tty");
            return;
        };
        let arguments = [&["tty"], arguments].concat();
        let ours = command(&arguments).stdin(Stdio::null()).output().unwrap();
        assert_eq!((ours.stdout, ours.status.code()), (theirs.stdout, theirs.status.code()));
    }
    assert_eq!(run(&["tty", "--nonsense"]).status.code(), Some(2));
}

#[test]
fn a_terminal_has_the_name_that_tty_gives_it() {
    let psight = env!("CARGO_BIN_EXE_psight");
    let script = format!("tty; {psight} tty; echo $?; {psight} tty -s; echo $?");
    let output = Command::new("script").args(["-qec", &script, "/dev/null"]).output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no script");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let [theirs, ours, first, second] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(theirs.starts_with("/dev/"), "{theirs}");
    assert_eq!((ours, *first, *second), (theirs, "0", "0"));
}
