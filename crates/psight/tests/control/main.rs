//! Control over processes: the test's own children alone, next to psutil where there is one, and fake machines.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

#[path = "../common/mod.rs"]
mod common;

mod family;
mod ffi;
mod pids;
mod reuse;
mod settings;
mod signals;
mod wait;

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};

use psight::{Host, Process};

/// A child of the test and all that comes from it, killed at the end of the test.
struct Own {
    child: Child,
    process: Process,
    others: Vec<Process>,
}

impl Own {
    fn spawn(command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        let process = Process::new(child.id()).unwrap();
        Self { child, process, others: Vec::new() }
    }

    fn sleep() -> Self {
        Self::spawn(Command::new("sleep").arg("60"))
    }

    fn shell(script: &str) -> Self {
        Self::spawn(Command::new("sh").args(["-c", script]))
    }

    /// A shell that has run `script` as far as its `count` lines of output, which are pids.
    fn shell_with(script: &str, count: usize) -> Self {
        let mut own = Self::spawn(Command::new("sh").args(["-c", script]).stdout(Stdio::piped()));
        let lines = BufReader::new(own.child.stdout.take().unwrap()).lines().take(count);
        let pids: Vec<u32> = lines.map(|line| line.unwrap().trim().parse().unwrap()).collect();
        assert_eq!(pids.len(), count);
        own.others = pids.into_iter().map(|pid| Process::new(pid).unwrap()).collect();
        if script.ends_with("exec sleep 60") {
            // Until then it is a shell, which reaps its children.
            becomes_program(&own.process, "sleep");
        }
        own
    }

    fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it runs; `false` also when psight has reaped it.
    fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // The test may have failed anywhere: whoever is left is asked for, and a signal reaches no other process.
        let children = self.process.descendants().unwrap_or_default();
        for process in children.iter().chain(&self.others) {
            let _ = process.kill();
        }
        if self.runs() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// The state's letter in `/proc/<pid>/stat`.
fn state(process: &Process) -> Result<char, String> {
    let path = format!("/proc/{}/stat", process.pid());
    let stat = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    let (_, rest) = stat.rsplit_once(')').unwrap();
    Ok(rest.trim_start().chars().next().unwrap())
}

/// Waits until the process has the state.
fn becomes(process: &Process, wanted: char) {
    common::eventually(|| match state(process)? {
        now if now == wanted => Ok(()),
        now => Err(format!("state {now}")),
    });
}

/// Waits until the process runs the program.
fn becomes_program(process: &Process, name: &str) {
    common::eventually(|| {
        let now = std::fs::read_to_string(format!("/proc/{}/comm", process.pid())).unwrap();
        if now.trim_end() == name { Ok(()) } else { Err(now) }
    });
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().any(|line| line.starts_with("Uid:\t0\t0\t"))
}

/// Runs the test `name` once more in a process of its own, behind the words of `before`. In there [`inside`] is true.
fn again(name: &str, before: &[&str]) -> std::io::Result<ExitStatus> {
    let mut words: Vec<OsString> = before.iter().map(OsString::from).collect();
    words.push(std::env::current_exe()?.into_os_string());
    words.extend(["--exact", name, "--nocapture", "--test-threads=1"].map(OsString::from));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env(INSIDE, "1").stdin(Stdio::null()).status()
}

fn inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

const INSIDE: &str = "PSIGHT_TEST_INSIDE";

fn host() -> Host {
    Host::local()
}
