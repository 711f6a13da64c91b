//! The commands that show and change settings of processes, against coreutils and util-linux, on a process that the test
//! itself starts, and as what they run other programs with.
#![cfg(unix)]
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::process::{Command, Output, Stdio};

use common::beside::json;
use common::{Ended, printed, run};
use serde_json::Value;

/// A process that waits for the end of the test.
struct Own(Ended);

impl Own {
    fn new() -> Self {
        let mut shell = Command::new("sh");
        Self(Ended(shell.args(["-c", "read line"]).stdin(Stdio::piped()).spawn().unwrap()))
    }

    fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

fn answer(output: &Output) -> (String, Option<i32>) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

fn ours(arguments: &[&str]) -> (String, Option<i32>) {
    answer(&run(arguments))
}

fn code(arguments: &[&str]) -> Option<i32> {
    run(arguments).status.code()
}

/// What another program says, as its output and its exit code; `None`, with a word about it, where it is missing.
fn told(program: &str, arguments: &[&str]) -> Option<(String, Option<i32>)> {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no {program}");
        return None;
    };
    Some(answer(&output))
}

/// Asks both about the same process and compares what they print and how they exit.
fn same(program: &str, arguments: &[&str]) {
    let Some((text, theirs)) = told(program, arguments) else { return };
    let (mine, ours) = ours(&[&[program], arguments].concat());
    assert_eq!((lines(&mine), ours), (lines(&text), theirs), "{program} {arguments:?}");
}

/// util-linux leaves blanks at the ends of lines.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_end).collect()
}

#[test]
fn prlimit_shows_what_util_linux_shows() {
    let own = Own::new();
    let pid = own.pid();
    for arguments in [
        &["--pid", &*pid][..],
        &["-p", &pid, "-n"],
        &["--pid", &pid, "--nofile", "--core"],
        &["--pid", &pid, "-o", "RESOURCE,SOFT,HARD"],
        &["--pid", &pid, "--noheadings", "--nproc", "-o", "HARD,UNITS"],
        &["--pid", &pid, "--raw", "--nofile"],
        &["--pid", &pid, "--raw", "--noheadings", "--core", "-o", "SOFT"],
        &["--pid", "4194305"],
    ] {
        same("prlimit", arguments);
    }
}

#[test]
fn prlimit_changes_one_limit_or_both() {
    let own = Own::new();
    let pid = own.pid();
    let limits = || {
        let row = &json(&["prlimit", "--pid", &pid, "--nofile", "--json"])[0];
        (row["soft"].as_u64().unwrap(), row["hard"].as_u64().unwrap())
    };
    for (option, after) in [
        ("--nofile=100:200", (100, 200)),
        ("--nofile=90:", (90, 200)),
        ("--nofile=:150", (90, 150)),
        ("-n60", (60, 60)),
    ] {
        let (said, code) = ours(&["prlimit", "--pid", &pid, "--verbose", option]);
        assert_eq!(said, format!("New NOFILE limit for pid {pid}: <{}:{}>\n", after.0, after.1));
        assert_eq!((limits(), code), (after, Some(0)), "{option}");
    }
    let theirs = told("prlimit", &["--pid", &pid, "--nofile", "--noheadings", "-o", "SOFT,HARD"]);
    if let Some((text, _)) = theirs {
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["60", "60"]);
    }
    assert_eq!(code(&["prlimit", "--pid", &pid, "--nofile=30:20"]), Some(1));
    assert_eq!(code(&["prlimit", "--pid", &pid, "--nofile=many"]), Some(2));
    assert_eq!(limits(), (60, 60));
}

#[test]
fn t22_no_limit_is_minus_one_for_programs() {
    let own = Own::new();
    let row = &json(&["prlimit", "--pid", &own.pid(), "--locks", "--json"])[0];
    let shown = printed(&["prlimit", "--pid", &own.pid(), "--locks", "--noheadings", "-o", "soft"]);
    assert_eq!((row["soft"].as_i64(), shown.trim()), (Some(-1), "unlimited"));
}

#[test]
fn taskset_shows_and_changes_what_util_linux_shows_and_changes() {
    let own = Own::new();
    let pid = own.pid();
    for arguments in [&["-p", &*pid][..], &["-pc", &pid], &["-cp", &pid], &["-ap", &pid]] {
        same("taskset", arguments);
    }
    let allowed = json(&["taskset", "-p", "--json", &pid])[0]["cpu_affinity"].clone();
    let first = allowed[0].to_string();
    let all: Vec<String> = allowed.as_array().unwrap().iter().map(Value::to_string).collect();
    let (said, code) = ours(&["taskset", "-pc", &first, &pid]);
    assert_eq!(code, Some(0));
    assert!(said.ends_with(&format!("pid {pid}'s new affinity list: {first}\n")), "{said}");
    same("taskset", &["-p", &pid]);
    assert_eq!(ours(&["taskset", "-pc", &all.join(","), &pid]).1, Some(0));
    assert_eq!(json(&["taskset", "-p", "--json", &pid])[0]["cpu_affinity"], allowed);
    let (shown, _) = ours(&["taskset", "-pc", &pid]);
    assert_eq!(Some(shown), told("taskset", &["-pc", &pid]).map(|(text, _)| text));
}

#[test]
fn taskset_runs_a_program_where_it_is_told_to() {
    let own = Own::new();
    let allowed = json(&["taskset", "-p", "--json", &own.pid()])[0]["cpu_affinity"].clone();
    let last = allowed.as_array().unwrap().last().unwrap().to_string();
    let script = "grep Cpus_allowed_list /proc/self/status";
    let (said, code) = ours(&["taskset", "-c", &last, "sh", "-c", script]);
    assert_eq!((said.split_whitespace().nth(1), code), (Some(&*last), Some(0)));
}

#[test]
fn taskset_exits_as_util_linux_does() {
    for arguments in [
        &["-p", "4194305"][..],
        &["-p", "1", "4194305"],
        &["zz", "true"],
        &["-c", "9-1", "true"],
        &["ffffffff", "/no/such/program"],
        &["ffffffff", "/etc/passwd"],
        &["ffffffff", "sh", "-c", "exit 7"],
    ] {
        same("taskset", arguments);
    }
}

#[test]
fn ionice_shows_and_changes_what_util_linux_shows_and_changes() {
    let own = Own::new();
    let pid = own.pid();
    let shows = |expected: &str| {
        assert_eq!(ours(&["ionice", "-p", &pid]).0, expected);
        same("ionice", &["-p", &pid]);
    };
    for (arguments, expected) in [
        (&["-c", "2", "-n", "3"][..], "best-effort: prio 3\n"),
        (&["-n", "7"], "best-effort: prio 7\n"),
        (&["-c", "best-effort"], "best-effort: prio 4\n"),
        (&["-c3"], "idle\n"),
        (&["-c", "idle", "-n", "2"], "idle\n"),
    ] {
        assert_eq!(code(&[&["ionice"], arguments, &["-p", &pid]].concat()), Some(0));
        shows(expected);
    }
    for arguments in
        [&["-p", "4194305"][..], &["-c3", "-p", "4194305"], &["-t", "-c3", "true"], &[]]
    {
        same("ionice", arguments);
    }
    same("ionice", &["-c", "3", "sh", "-c", "exit 7"]);
    same("ionice", &["-c", "3", "/no/such/program"]);
    let script = format!("'{}' ionice", env!("CARGO_BIN_EXE_psight"));
    assert_eq!(ours(&["ionice", "-c", "3", "sh", "-c", &script]).0, "idle\n");
}

#[test]
fn renice_says_what_util_linux_says() {
    let own = Own::new();
    let pid = own.pid();
    let before = told("ps", &["-o", "ni=", "-p", &pid]).map(|(text, _)| text.trim().to_owned());
    let Some(before) = before.filter(|before| before == "0") else {
        eprintln!("skipped: the test itself is nice");
        return;
    };
    let (said, code) = ours(&["renice", "3", &pid]);
    assert_eq!(said, format!("{pid} (process ID) old priority {before}, new priority 3\n"));
    assert_eq!(code, Some(0));
    // Nothing changes any more, so both say the same, one after the other.
    for arguments in [
        &["3", &*pid][..],
        &["-n", "3", "-p", &pid],
        &["-n", "3", &pid],
        &["+3", "-p", &pid],
        &["3", "4194305"],
        &["3", &pid, "4194305"],
    ] {
        same("renice", arguments);
    }
    assert_eq!(ours(&["renice", "--relative", "2", &pid]).1, Some(0));
    assert_eq!(told("ps", &["-o", "ni=", "-p", &pid]).unwrap().0.trim(), "5");
    let (_, refused) = ours(&["renice", "9", "--dry-run", "1"]);
    assert_eq!(refused, Some(1), "the first process is left alone");
}

#[test]
fn a_family_is_changed_with_its_tree() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "exec 3<&0; sh -c 'read line <&3' & echo $!; wait"]);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Ended(shell.spawn().unwrap());
    let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    let own = Own(child);
    let deeds = json(&["renice", "-n", "19", "--tree", "--json", &own.pid()]);
    let outcome = |pid: &str| {
        let mut rows = deeds.as_array().unwrap().iter();
        let pid: u64 = pid.parse().unwrap();
        rows.find(|row| row["pid"] == pid).map(|row| row["outcome"].clone())
    };
    assert_eq!(
        (outcome(&own.pid()), outcome(line.trim())),
        (Some("done".into()), Some("done".into()))
    );
}

#[test]
fn nice_runs_a_program_as_coreutils_does() {
    for arguments in [
        &[][..],
        &["nice"],
        &["-n", "3", "nice"],
        &["-3", "nice"],
        &["--adjustment=3", "nice"],
        &["-n", "100", "nice"],
        &["-n", "-1", "nice"],
        &["sh", "-c", "exit 7"],
        &["/no/such/program"],
        &["/etc/passwd"],
        &["-n", "five", "true"],
        &["-n", "5"],
        &["--no-such-option", "true"],
    ] {
        same("nice", arguments);
    }
}

#[test]
fn a_program_that_runs_is_in_psights_place() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_psight"));
    child.args(["nice", "-n", "1", "sh", "-c", "echo $$"]).stdout(Stdio::piped());
    let child = child.spawn().unwrap();
    let pid = child.id();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{pid}\n"));
}

#[test]
fn nothing_on_a_captured_machine_is_changed() {
    let machines = common::machines();
    let machine = machines.iter().find(|machine| machine.ends_with("6.8-laptop")).unwrap();
    let machine = common::relative(machine);
    let rows = json(&["--root", &machine, "ps", "--json"]);
    let pid = rows.as_array().unwrap().last().unwrap()["pid"].to_string();
    for arguments in [
        &["renice", "5", &*pid][..],
        &["ionice", "-c3", "-p", &pid],
        &["taskset", "-p", "1", &pid],
        &["prlimit", "--pid", &pid, "--nofile=7"],
    ] {
        let output = run(&[&["--root", &machine], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("a process of another machine"), "{said}");
    }
    for arguments in [&["nice", "true"][..], &["taskset", "1", "true"], &["ionice", "true"]] {
        let output = run(&[&["--root", &machine], arguments].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("--root is another"), "{said}");
    }
}
