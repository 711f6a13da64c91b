//! `psight ps` against procps' ps, line by line, about processes that do not move.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::beside::words;
use common::run;

/// A shell in a session of its own, with children that sleep.
struct Family {
    child: Child,
    pids: String,
}

impl Family {
    fn new() -> Option<Self> {
        let script = "sleep 1000 & one=$!; nice -n 5 sleep 1000 & echo $$,$one,$!; wait";
        let Ok(mut child) = Command::new("setsid")
            .args(["sh", "-c", script])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
        else {
            eprintln!("skipped: there is no setsid");
            return None;
        };
        let mut pids = String::new();
        let output = child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut pids).unwrap();
        let family = Self { child, pids: pids.trim().to_owned() };
        let deadline = Instant::now() + Duration::from_secs(20);
        while !family.pids.split(',').skip(1).all(is_sleep) {
            assert!(Instant::now() < deadline, "sleep never started");
        }
        Some(family)
    }
}

fn is_sleep(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm == "sleep\n")
}

impl Drop for Family {
    fn drop(&mut self) {
        for pid in self.pids.split(',').rev() {
            let _ = Command::new("kill").args(["-9", pid]).status();
        }
        let _ = self.child.wait();
    }
}

/// The words of each line, and how it ended.
fn told(output: std::process::Output) -> (Vec<Vec<String>>, Option<i32>) {
    let text = String::from_utf8(output.stdout).unwrap();
    (words(&text), output.status.code())
}

fn agree(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut theirs = Command::new("ps");
        theirs.args(arguments).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("COLUMNS", "1000");
        let Ok(theirs) = theirs.output() else {
            eprintln!("skipped: there is no ps");
            return;
        };
        let (ours, theirs) = (told(run(&[&["ps"], arguments].concat())), told(theirs));
        if ours == theirs {
            return;
        }
        assert!(Instant::now() < deadline, "{arguments:?}\nours: {ours:?}\ntheirs: {theirs:?}");
    }
}

#[test]
fn the_columns_of_a_process_have_the_values_that_ps_gives_them() {
    let Some(family) = Family::new() else { return };
    for columns in [
        "pid=,ppid=,pgid=,sid=",
        "pid=,stat=",
        "pid=,s=,ni=,nlwp=",
        "pid=,tty=",
        "pid=,lstart=",
        "pid=,etime=",
        "pid=,etimes=",
        "pid=,start_time=",
        "pid=,time=",
        "pid=,bsdtime=",
        "pid=,vsz=",
        "pid=,rss=",
        "pid=,uid=,ruid=,gid=,rgid=",
        "pid=,user=",
        "pid=,comm=",
        "pid=,args=",
        "pid=,lwp=",
        "pid=,%mem=",
        "pid=,%cpu=",
        "pid=,minflt=,majflt=",
        "pid=,pri=,priority=,rtprio=,cls=",
        "pid=,wchan=",
    ] {
        agree(&["-p", &family.pids, "-o", columns]);
    }
}

#[test]
fn processes_are_chosen_and_sorted_as_ps_does_it() {
    let Some(family) = Family::new() else { return };
    let pids = family.pids.clone();
    let leader = pids.split(',').next().unwrap().to_owned();
    let one = pids.split(',').nth(1).unwrap().to_owned();
    for arguments in [
        &["-s", leader.as_str(), "-o", "pid="][..],
        &["-g", &leader, "-o", "pid="],
        &["--ppid", &leader, "-o", "pid=,comm="],
        &["-p", &pids, "-o", "pid=", "--sort", "-pid"],
        &["-p", &pids, "-o", "pid=", "--sort=-ni,pid"],
        &["p", &one, "o", "pid=,args="],
        &["p", &one, "-o", "comm="],
        &["-p", "999999999", "-o", "pid="],
        &["-p", &one, "-o", "pid=", "--no-headers"],
        &["-Lp", &one, "-o", "pid=,lwp=,nlwp=,s="],
        &["-o", "pid=", "-C", "no such name"],
    ] {
        agree(arguments);
    }
}

#[test]
fn everything_but_what_is_chosen_is_what_ps_deselects() {
    let Some(family) = Family::new() else { return };
    let output = run(&["ps", "-N", "-p", &family.pids, "-o", "pid="]);
    let (lines, code) = told(output);
    assert_eq!(code, Some(0));
    for pid in family.pids.split(',') {
        assert!(!lines.contains(&vec![pid.to_owned()]), "{pid}");
    }
    assert!(!lines.is_empty());
}

#[test]
fn rules_by_which_a_process_gets_its_turn_are_called_as_ps_calls_them() {
    for rules in ["-b", "-i", "-o", "-f", "-r"] {
        let priority = if matches!(rules, "-f" | "-r") { "7" } else { "0" };
        let chrt = Command::new("chrt").args([rules, priority, "sleep", "1000"]).spawn();
        let Ok(child) = chrt else {
            eprintln!("skipped: there is no chrt");
            return;
        };
        let pid = child.id().to_string();
        let mut child = Stopped(child);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_sleep(&pid) && child.0.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "sleep never started");
        }
        if is_sleep(&pid) {
            agree(&["-p", &pid, "-o", "pid=,cls=,pri=,priority=,rtprio=,stat="]);
        } else {
            eprintln!("skipped: chrt {rules} may not be done here");
        }
    }
}

#[test]
fn the_user_is_the_one_whose_rights_a_process_has() {
    let mut setpriv = Command::new("setpriv");
    let setpriv = setpriv.args(["--ruid", "65534", "sleep", "1000"]).stderr(Stdio::null());
    let Ok(mut child) = setpriv.spawn() else {
        eprintln!("skipped: there is no setpriv");
        return;
    };
    let pid = child.id().to_string();
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_sleep(&pid) && child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < deadline, "sleep never started");
    }
    let sleeper = Stopped(child);
    if !is_sleep(&pid) {
        eprintln!("skipped: only root may be somebody else");
        return;
    }
    agree(&["-p", &pid, "-o", "pid=,user=,ruser=,euser=,uid=,ruid="]);
    for chosen in [["-u", "root"], ["-U", "root"], ["-u", "65534"], ["-U", "65534"]] {
        let theirs = Command::new("ps").args(chosen).args(["-o", "pid="]).output();
        let Ok(theirs) = theirs else { return };
        let ours = run(&[&["ps"], &chosen[..], &["-o", "pid="]].concat());
        let has = |output| told(output).0.contains(&vec![pid.clone()]);
        assert_eq!(has(ours), has(theirs), "{chosen:?}");
    }
    drop(sleeper);
}

/// A child that is killed in the end.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn each_thread_has_its_row() {
    let program = "import threading as t, time; \
         [t.Thread(target=time.sleep, args=(1000,), daemon=True).start() for _ in range(3)]; \
         print('ready', flush=True); time.sleep(1000)";
    let child = Command::new("python3").args(["-c", program]).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        eprintln!("skipped: there is no python3");
        return;
    };
    let mut word = String::new();
    let output = child.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut word).unwrap();
    let family = Family { pids: child.id().to_string(), child };
    assert_eq!(word, "ready\n");
    for options in [&["-L"][..], &["-T"]] {
        agree(&[options, &["-p", &family.pids, "-o", "pid=,lwp=,nlwp=,comm=,s="]].concat());
    }
    let (lines, _) = told(run(&["ps", "-T", "-p", &family.pids, "-o", "lwp="]));
    assert_eq!(lines.len(), 4);
}

#[test]
fn who_is_typed_to_is_marked() {
    let psight = env!("CARGO_BIN_EXE_psight");
    let script = format!(
        "ps -o stat= -p $$; {psight} ps -o stat= -p $$; ps -o tty= -p $$; {psight} ps -o tty= -p $$"
    );
    let Ok(output) = Command::new("script").args(["-qec", &script, "/dev/null"]).output() else {
        eprintln!("skipped: there is no script");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let [their_stat, our_stat, their_tty, our_tty] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(their_stat.contains('+'), "{their_stat}");
    assert_eq!((our_stat, our_tty), (their_stat, their_tty));
}

#[test]
fn words_join_as_they_are_told_to() {
    let Some(family) = Family::new() else { return };
    let one = family.pids.split(',').nth(1).unwrap();
    let has = |arguments: &[&str]| {
        let (lines, _) = told(run(&[&["ps", "-o", "pid="], arguments].concat()));
        lines.contains(&vec![one.to_owned()])
    };
    assert!(has(&["sleep", "no-such-word"]));
    assert!(!has(&["--and", "sleep", "no-such-word"]));
    assert!(has(&["--and", "sleep", "1000"]) || has(&["--and", "sleep", "slee"]));
    assert!(has(&["--nand", "sleep", "no-such-word"]));
    assert!(!has(&["--nor", "sleep", "no-such-word"]));
    assert!(has(&["--nor", "no-such-word"]));
}

#[test]
fn every_column_can_be_listed_and_asked_for() {
    let (lines, code) = told(run(&["ps", "--list-columns"]));
    assert_eq!(code, Some(0));
    for line in lines.iter().skip(1) {
        for name in line.iter().skip(1) {
            let own = std::process::id().to_string();
            let output = run(&["ps", "-p", &own, "--columns", name]);
            assert_eq!(output.status.code(), Some(0), "{name}");
        }
    }
}
