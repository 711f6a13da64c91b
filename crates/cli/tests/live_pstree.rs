//! `psight pstree` against psmisc's pstree, about a family that does not move.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::run;

/// A process with children and grandchildren, some of which look the same.
struct Family(Child);

impl Family {
    /// A shell that runs this, and says `ready` when all of it runs. The group is its own.
    fn of(script: &str) -> Self {
        let child = Command::new("sh")
            .args(["-c", script, "family"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut family = Self(child);
        let mut word = [0; 5];
        family.0.stdout.as_mut().unwrap().read_exact(&mut word).unwrap();
        assert_eq!(&word, b"ready");
        family
    }

    fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-9", "--", &group]).status();
        let _ = self.0.wait();
    }
}

fn told(output: std::process::Output) -> (String, Option<i32>) {
    let text = String::from_utf8(output.stdout).unwrap();
    // pstree stresses with colours whatever it writes to.
    (text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", ""), output.status.code())
}

/// Whether both drew the same, line by line. What is not plain ASCII they spell differently on purpose (psmisc in
/// octal, and empty arguments not at all), and a test's ancestors may have any arguments: of such a line only the
/// beginning counts.
fn are_alike(ours: &str, theirs: &str) -> bool {
    let is_plain =
        |line: &str| line.is_ascii() && !line.contains('\\') && !line.trim().contains("  ");
    let program = |line: &str| {
        let start = line.len() - line.trim_start().len();
        line[start..].find(' ').map_or(line.len(), |end| start + end)
    };
    let (ours, theirs): (Vec<&str>, Vec<&str>) = (ours.lines().collect(), theirs.lines().collect());
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(ours, theirs)| match is_plain(ours) && is_plain(theirs) {
            true => ours == theirs,
            false => ours[..program(ours)] == theirs[..program(theirs)],
        })
}

fn agree(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let theirs =
            Command::new("pstree").arg("-l").args(arguments).env("LC_ALL", "C.UTF-8").output();
        let Ok(theirs) = theirs else {
            eprintln!("skipped: there is no pstree");
            return;
        };
        let (ours, theirs) = (told(run(&[&["pstree", "-l"], arguments].concat())), told(theirs));
        if ours.1 == theirs.1 && are_alike(&ours.0, &theirs.0) {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "{arguments:?}\nours: {:?}\n{}\ntheirs: {:?}\n{}",
            ours.1,
            ours.0,
            theirs.1,
            theirs.0
        );
    }
}

const OPTIONS: &[&[&str]] = &[
    &[],
    &["-p"],
    &["-a"],
    &["-ap"],
    &["-apg"],
    &["-g"],
    &["-pu"],
    &["-au"],
    &["-n"],
    &["-np"],
    &["-c"],
    &["-T"],
    &["-t"],
    &["-ta"],
    &["-U"],
    &["-Up"],
    &["-A"],
];

#[test]
fn a_family_is_drawn_as_psmisc_draws_it() {
    let family = Family::of(
        "sleep 1000 & sleep 1001 & (sleep 1002; true) & (sleep 1003; true) & \
         (sleep 1004 & cat /dev/zero >/dev/null & wait) & (sleep 1005 & cat /dev/zero >/dev/null & wait) & \
         echo ready; wait",
    );
    for options in OPTIONS {
        agree(&[*options, &[family.pid().as_str()][..]].concat());
    }
}

#[test]
fn threads_are_in_braces_under_their_process() {
    let program = "import threading as t, time; \
         [t.Thread(target=time.sleep, args=(1000,), daemon=True).start() for _ in range(3)]; \
         print('ready', flush=True); time.sleep(1000)";
    if Command::new("python3").arg("-V").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let family = Family::of(&format!("python3 -c \"{program}\" & sleep 1000 & wait"));
    for options in OPTIONS {
        agree(&[*options, &[family.pid().as_str()][..]].concat());
    }
}

#[test]
fn namespaces_that_are_not_the_parents_are_told() {
    let family = Family::of(
        // Where that may not be done, these are children that have ended.
        "exec 2>/dev/null; sleep 1000 & unshare -u sleep 1001 & unshare -u sleep 1001 & \
         unshare -mn sleep 1002 & sleep 1003 & echo ready; wait",
    );
    for options in [&["-S"][..], &["-Sp"], &["-Sa"], &["-Sg"], &["-Scn"], &["-Su"], &["-SA"]] {
        agree(&[options, &[family.pid().as_str()][..]].concat());
    }
}

#[test]
fn the_parents_of_a_process_are_shown_on_demand() {
    let family = Family::of("echo ready; sleep 1000; true");
    for options in [&["-s"][..], &["-sp"], &["-sa"]] {
        agree(&[options, &[family.pid().as_str()][..]].concat());
    }
}

#[test]
fn a_process_that_is_not_there_has_no_tree() {
    // psmisc says nothing either, but for a pid it ends as if all were well.
    for root in ["999999999", "no-such-user"] {
        let output = run(&["pstree", root]);
        assert_eq!((output.stdout.as_slice(), output.status.code()), (&b""[..], Some(1)));
    }
}

#[test]
fn programs_get_every_node_with_its_depth() {
    let family = Family::of("sleep 1000 & echo ready; wait");
    let deadline = Instant::now() + Duration::from_secs(20);
    let rows = loop {
        let text = common::printed(&["pstree", &family.pid(), "--json"]);
        let rows: serde_json::Value = serde_json::from_str(&text).unwrap();
        // The child is a copy of the shell until it has become the program.
        if rows[1]["name"] == "sleep" {
            break rows;
        }
        assert!(Instant::now() < deadline, "sleep never started: {text}");
    };
    let rows = rows.as_array().unwrap();
    assert_eq!(rows[0]["pid"], family.0.id());
    assert_eq!((rows[0]["depth"].as_u64(), rows[1]["depth"].as_u64()), (Some(0), Some(1)));
}
