//! Each file of each captured machine in turn is taken away, emptied, cut, garbled, made a directory and closed, and
//! then everything is asked. Nothing panics, no listing loses more than the row that the file is of, and nothing becomes
//! zero or empty because it is not known.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "it is test code"
)]

#[path = "common/questions.rs"]
mod questions;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use psight::{Host, Pid, Process};
use questions::{Answer, OF_HOSTS, OF_PROCESSES, Question};
use serde_json::Value;

/// How many files are harmed whose names differ in numbers alone, unless `PSIGHT_SWEEP_ALL` is set.
const ALIKE: u32 = 2;

/// What happens to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    Gone,
    Empty,
    Cut,
    Garbage,
    Directory,
    Closed,
}

const HARMS: &[Harm] =
    &[Harm::Gone, Harm::Empty, Harm::Cut, Harm::Garbage, Harm::Directory, Harm::Closed];

const GARBAGE: &[u8] = b"\xff\xfe) 99999999999999999999 -7 (: 0x\n\0\n:::\n 1 2\n- - -\nkey:\n";

impl Harm {
    fn is_done_to(self, path: &Path, content: &[u8]) {
        match self {
            Self::Gone => fs::remove_file(path).unwrap(),
            Self::Empty => fs::write(path, "").unwrap(),
            // In the middle of a line, most likely.
            Self::Cut => fs::write(path, &content[..content.len() / 2]).unwrap(),
            Self::Garbage => fs::write(path, GARBAGE).unwrap(),
            Self::Directory => {
                fs::remove_file(path).unwrap();
                fs::create_dir(path).unwrap();
            }
            Self::Closed => fs::set_permissions(path, PermissionsExt::from_mode(0o000)).unwrap(),
        }
    }

    fn is_undone(self, path: &Path, content: &[u8]) {
        match self {
            Self::Directory => fs::remove_dir(path).unwrap(),
            Self::Closed => fs::set_permissions(path, PermissionsExt::from_mode(0o644)).unwrap(),
            _ => {}
        }
        fs::write(path, content).unwrap();
    }
}

type Answers = BTreeMap<&'static str, Answer>;

fn ask<T>(questions: &[Question<T>], whom: &T) -> Answers {
    questions.iter().map(|(name, ask)| (*name, ask(whom))).collect()
}

/// What lists processes, asked when a file of one of them is harmed.
const LISTINGS: &[&str] = &[
    "Host::connections_with_owners",
    "Host::pids",
    "Host::process_list",
    "Host::processes",
    "Host::scan",
];

struct Sweep {
    root: PathBuf,
    host: Host,
    usual: Answers,
    processes: BTreeMap<u32, (Process, Answers)>,
    found: Vec<String>,
}

impl Sweep {
    fn new(root: &Path) -> Self {
        let host = Host::at(root).unwrap();
        let processes = host.process_list().unwrap().into_iter();
        let processes = processes.map(|process| {
            let answers = ask(OF_PROCESSES, &process);
            (process.pid().as_u32(), (process, answers))
        });
        let processes = processes.collect();
        Self {
            root: root.to_owned(),
            usual: ask(OF_HOSTS, &host),
            host,
            processes,
            found: Vec::new(),
        }
    }

    fn harm(&mut self, file: &Path, harm: Harm) {
        let relative = file.strip_prefix(&self.root).unwrap().to_owned();
        let content = fs::read(file).unwrap();
        harm.is_done_to(file, &content);
        let asked = catch_unwind(AssertUnwindSafe(|| self.asked(&relative)));
        let mut wrong = asked.unwrap_or_else(|_| vec!["a panic".to_owned()]);
        wrong.retain(|what| !is_said(harm, &relative, what));
        self.found
            .extend(wrong.iter().map(|what| format!("{harm:?} {}: {what}", relative.display())));
        harm.is_undone(file, &content);
    }

    /// What is wrong with the answers while `file` is harmed.
    fn asked(&self, file: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        match pid_of(file) {
            Some(pid) => {
                let listings: Vec<_> =
                    OF_HOSTS.iter().filter(|(name, _)| LISTINGS.contains(name)).copied().collect();
                self.compare(&self.usual, &ask(&listings, &self.host), file, &mut wrong);
                if let Some((process, usual)) = self.processes.get(&pid) {
                    // Who knows the process already, and who looks for it now.
                    self.compare(usual, &ask(OF_PROCESSES, process), file, &mut wrong);
                    if let Ok(process) = self.host.process(Pid::new(pid)) {
                        self.compare(usual, &ask(OF_PROCESSES, &process), file, &mut wrong);
                    }
                }
            }
            None => {
                // What a host keeps is of before.
                let host = Host::at(&self.root).unwrap();
                self.compare(&self.usual, &ask(OF_HOSTS, &host), file, &mut wrong);
                if file.starts_with("proc") {
                    // A few of every sort are enough for a file that is no process's.
                    for (process, usual) in self.processes.values().step_by(4) {
                        let process = process.on(&host);
                        self.compare(usual, &ask(OF_PROCESSES, &process), file, &mut wrong);
                    }
                }
            }
        }
        wrong.sort();
        wrong.dedup();
        wrong
    }

    fn compare(&self, usual: &Answers, now: &Answers, file: &Path, wrong: &mut Vec<String>) {
        for (name, now) in now {
            let usual = usual.get(name).expect("the same questions");
            if let (Ok(usual), Ok(now)) = (usual, now) {
                zeros(usual, now, name, wrong);
            }
            let rows = |answer: &Answer| match answer {
                Ok(Value::Array(rows)) => Some(rows.len()),
                Ok(Value::Object(rows)) if rows.values().all(Value::is_object) => Some(rows.len()),
                _ => None,
            };
            // A file that is one row's, and not a table of the whole machine.
            let is_of_row = pid_of(file).is_some() && LISTINGS.contains(name)
                || file.starts_with("sys") && !is_list(file);
            match (rows(usual), rows(now)) {
                (Some(before), Some(after)) if is_of_row && after + 1 < before => {
                    wrong.push(format!("{name}: {after} rows of {before}"));
                }
                (Some(before), None) if is_of_row && before > 0 => {
                    wrong.push(format!("{name}: {now:?} in place of {before} rows"));
                }
                _ => {}
            }
        }
    }
}

/// The process that a file is of.
fn pid_of(file: &Path) -> Option<u32> {
    let mut parts = file.strip_prefix("proc").ok()?.iter();
    parts.next()?.to_str()?.parse().ok()
}

/// What a file says in this state, true or not: the answer may be that there is nothing.
fn is_said(harm: Harm, file: &Path, what: &str) -> bool {
    let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let lists = ["cmdline", "environ", "children", "maps", "smaps", "smaps_rollup", "cgroup"];
    let ends = |path: &str| file.ends_with(path);
    match harm {
        // The kernel writes an empty file where there are none, and a number of fewer digits is a number.
        Harm::Empty if lists.contains(&name) => true,
        Harm::Cut if what.contains("none of") || file.starts_with("sys") || ends("net/dev") => true,
        // A table of which not even the head is left is that of a machine without any.
        Harm::Empty if file.starts_with("proc/net") => true,
        // A word without a `=` is no variable, and garbage has more lines than types of file systems have.
        Harm::Garbage if name == "environ" || ends("proc/filesystems") => true,
        // Another name is another device's.
        Harm::Garbage if ends("dm/name") => what.contains("mountpoints"),
        // What a descriptor watches stands in lines of its own; without its file the descriptor is closed.
        Harm::Empty | Harm::Garbage if ends(&format!("fdinfo/{name}")) => {
            what.contains("extra_info")
        }
        // The one row that the file is of.
        _ => what.ends_with("none of 1"),
    }
}

/// A file of `/sys` that tells of all processors.
fn is_list(file: &Path) -> bool {
    file.parent().is_some_and(|dir| dir.ends_with("devices/system/cpu"))
}

/// What was something and is nothing.
fn zeros(usual: &Value, now: &Value, at: &str, wrong: &mut Vec<String>) {
    match (usual, now) {
        (Value::Object(usual), Value::Object(now)) => {
            for (name, usual) in usual {
                if let Some(now) = now.get(name) {
                    zeros(usual, now, &format!("{at}.{name}"), wrong);
                }
            }
        }
        (Value::Array(usual), Value::Array(now)) if usual.len() == now.len() => {
            for (usual, now) in usual.iter().zip(now) {
                zeros(usual, now, &format!("{at}[]"), wrong);
            }
        }
        (Value::Array(usual), Value::Array(now)) if now.is_empty() => {
            wrong.push(format!("{at}: none of {}", usual.len()));
        }
        (Value::Number(usual), Value::Number(now))
            if usual.as_f64() != Some(0.0) && now.as_f64() == Some(0.0) =>
        {
            wrong.push(format!("{at}: 0 in place of {usual}"));
        }
        (Value::String(usual), Value::String(now)) => {
            let nothing = ["", "\"\"", "Pid(0)", "0ns", "SystemTime { tv_sec: 0, tv_nsec: 0 }"];
            if nothing.contains(&now.as_str()) && usual != now {
                wrong.push(format!("{at}: {now:?} in place of {usual:?}"));
            }
        }
        _ => {}
    }
}

fn copy(from: &Path, into: &Path, files: &mut Vec<PathBuf>) {
    fs::create_dir_all(into).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (kind, path) = (entry.file_type().unwrap(), into.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &path, files);
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path()).unwrap(), path).unwrap();
        } else {
            fs::write(&path, fs::read(entry.path()).unwrap()).unwrap();
            files.push(path);
        }
    }
}

fn sweep(machine: &str) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux").join(machine);
    let temporary = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    copy(&fixture, temporary.path(), &mut files);
    files.sort();
    let mut sweep = Sweep::new(temporary.path());
    let parts = ["proc", "sys"].map(|part| temporary.path().join(part));
    let all = std::env::var_os("PSIGHT_SWEEP_ALL").is_some();
    let mut alike: BTreeMap<String, u32> = BTreeMap::new();
    files.retain(|file| {
        let name = file.strip_prefix(temporary.path()).unwrap().to_string_lossy();
        let seen = alike.entry(name.replace(|c: char| c.is_ascii_digit(), "")).or_default();
        *seen += 1;
        all || *seen <= ALIKE
    });
    for file in files.iter().filter(|file| parts.iter().any(|part| file.starts_with(part))) {
        for harm in HARMS {
            sweep.harm(file, *harm);
        }
    }
    // Everything is as it was.
    for (name, usual) in &sweep.usual {
        let again = OF_HOSTS.iter().find(|(other, _)| other == name).unwrap().1(&sweep.host);
        assert_eq!(format!("{again:?}"), format!("{usual:?}"), "{name}");
    }
    assert!(sweep.found.is_empty(), "{} findings: {:#?}", sweep.found.len(), sweep.found);
}

#[test]
fn a_harmed_file_of_a_virtual_machine_harms_no_other_answer() {
    sweep("6.18-vm");
}

#[test]
fn a_harmed_file_of_a_laptop_harms_no_other_answer() {
    sweep("6.8-laptop");
}

#[test]
fn a_harmed_file_of_an_old_server_harms_no_other_answer() {
    sweep("2.6.24-server");
}
