//! `psight top -b` beside procps' `top -b`.
#![cfg(unix)]
#![allow(
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "it is test code"
)]

mod common;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Ended, printed, run};

/// How long anything may take on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(30);

fn sleepers() -> Vec<Ended> {
    let sleeper =
        || Command::new("nice").args(["-n", "7", "sleep", "1000"]).stdin(Stdio::null()).spawn();
    let mut all: Vec<_> = (0..3).map(|_| Ended(sleeper().unwrap())).collect();
    // In real time, where that is allowed.
    let mut chrt = Command::new("chrt");
    chrt.args(["-f", "99", "sleep", "1000"]).stdin(Stdio::null()).stderr(Stdio::null());
    let Ok(child) = chrt.spawn() else { return all };
    let mut child = Ended(child);
    let comm = format!("/proc/{}/comm", child.id());
    let deadline = Instant::now() + PATIENCE;
    while !std::fs::read_to_string(&comm).is_ok_and(|comm| comm == "sleep\n") {
        if child.try_wait().unwrap().is_some() {
            eprintln!("skipped: nothing may run in real time here");
            return all;
        }
        assert!(Instant::now() < deadline, "chrt never became sleep");
    }
    all.push(child);
    all
}

/// What both show of a process.
const NAMES: [&str; 6] = ["PID", "USER", "PR", "NI", "S", "COMMAND"];

/// The rows under the heads, each as the values of these columns.
fn columns(frame: &str) -> Vec<Vec<String>> {
    let mut lines = frame.lines().skip_while(|line| !line.trim_start().starts_with("PID"));
    let heads: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let at = NAMES.map(|name| heads.iter().position(|head| *head == name).unwrap());
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        at.iter().map(|at| words[*at].to_owned()).collect()
    };
    let mut rows: Vec<Vec<String>> = lines.take_while(|line| !line.is_empty()).map(row).collect();
    rows.sort();
    rows
}

/// Asks both for one frame with these arguments until they are alike: what was just started may not be what it is going to
/// be yet. Skipped, with the reason, where there is no top.
fn agree(arguments: &[&str], are_alike: impl Fn(&[Vec<String>], &[Vec<String>]) -> bool) {
    let mut top = Command::new("top");
    top.args(["-b", "-n", "1", "-w", "200"]).args(arguments).env("LC_ALL", "C").env("TERM", "dumb");
    // Nobody's own settings.
    top.env("HOME", "/nonexistent").env("XDG_CONFIG_HOME", "/nonexistent");
    let deadline = Instant::now() + PATIENCE;
    loop {
        let Ok(theirs) = top.output() else {
            eprintln!("top is not installed: skipped");
            return;
        };
        let theirs = String::from_utf8_lossy(&theirs.stdout).into_owned();
        if !theirs.contains("COMMAND") {
            eprintln!("top does not work here: skipped: {theirs}");
            return;
        }
        let ours = printed(&[&["top", "-b", "-n", "1", "-d", "0.1"], arguments].concat());
        if are_alike(&columns(&ours), &columns(&theirs)) {
            return;
        }
        assert!(Instant::now() < deadline, "{ours}\n{theirs}");
    }
}

#[test]
fn chosen_processes_are_those_of_top() {
    let guard = sleepers();
    let pids: Vec<String> = guard.iter().map(|child| child.id().to_string()).collect();
    let pids = pids.join(",");
    agree(&["-p", &pids], |ours, theirs| ours == theirs && ours.len() >= 3);
}

#[test]
fn threads_have_ranks_of_their_own_as_in_top() {
    let program = "import os, threading, time\n\
        def work(nice):\n \
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)\n \
            time.sleep(1000)\n\
        for nice in 18, 19: threading.Thread(target=work, args=(nice,), daemon=True).start()\n\
        time.sleep(1000)";
    let python = Command::new("python3").args(["-c", program]).stdin(Stdio::null()).spawn();
    let Ok(child) = python else {
        eprintln!("skipped: there is no python3");
        return;
    };
    let child = Ended(child);
    let pid = child.id().to_string();
    agree(&["-H", "-p", &pid], |ours, theirs| {
        // What a thread is called in the last column is another matter.
        let ranks =
            |rows: &[Vec<String>]| rows.iter().map(|row| row[..5].to_vec()).collect::<Vec<_>>();
        let nice = |rows: &[Vec<String>]| rows.iter().map(|row| row[3].clone()).collect::<Vec<_>>();
        ranks(ours) == ranks(theirs) && nice(ours).ends_with(&["18".to_owned(), "19".to_owned()])
    });
}

#[test]
fn the_user_is_the_one_whose_rights_a_process_has() {
    let setpriv = ["--ruid", "65534", "sleep", "1000"];
    let child = Command::new("setpriv").args(setpriv).stderr(Stdio::null()).spawn();
    let Ok(child) = child else { return eprintln!("skipped: there is no setpriv") };
    let mut child = Ended(child);
    let pid = child.id().to_string();
    let comm = || std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let deadline = Instant::now() + PATIENCE;
    while comm() != "sleep\n" && child.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "sleep never started");
    }
    let own = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap());
    if own != 0 || comm() != "sleep\n" {
        return eprintln!("skipped: only root may be somebody else");
    }
    agree(&["-p", &pid], |ours, theirs| {
        let user = |rows: &[Vec<String>]| rows.last().and_then(|row| row.get(1).cloned());
        user(ours) == user(theirs) && user(ours).as_deref() == Some("root")
    });
    let has = |options: &[&str]| {
        let shown = printed(&[&["top", "-b", "-n", "1", "-d", "0.1"], options].concat());
        columns(&shown).iter().any(|row| row[0] == pid)
    };
    for (options, is_there) in [
        (["-u", "root"], true),
        (["-u", "65534"], false),
        (["-U", "root"], true),
        (["-U", "65534"], true),
    ] {
        assert_eq!(has(&options), is_there, "{options:?}");
    }
}

#[test]
fn a_busy_process_has_its_percentage_in_the_first_frame() {
    let busy = Command::new("sh").args(["-c", "while :; do :; done"]).stdin(Stdio::null()).spawn();
    let busy = Ended(busy.unwrap());
    let pid = busy.id().to_string();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let said = printed(&["top", "--json", "-n", "1", "-p", &pid]);
        let said: serde_json::Value = serde_json::from_str(&said).unwrap();
        let percent = said["processes"][0]["cpu_percent"].as_f64().unwrap();
        if percent > 1.0 {
            return;
        }
        assert!(Instant::now() < deadline, "{percent}");
    }
}

#[test]
fn a_document_to_a_sample_has_the_whole_machine_in_it() {
    let said = printed(&["top", "--ndjson", "-n", "2", "-d", "0.2", "-p", "1"]);
    let lines: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| line["memory"]["total"].as_u64() > Some(0)));
    assert!(lines[1]["time"].as_f64() > lines[0]["time"].as_f64());
}

#[test]
fn what_makes_no_sense_is_refused() {
    for wrong in [
        &["top", "-b", "-o", "shoe_size"][..],
        &["top", "-b", "-d", "x"],
        &["top", "--csv"],
        &["top", "-b", "-n", "1", "-u", "nobody-is-called-so"],
    ] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
