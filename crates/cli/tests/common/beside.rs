//! psight beside the programs whose work it does.
#![allow(clippy::panic, clippy::print_stderr, reason = "it is test code")]

use std::fmt::Debug;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::Ended;

/// A process that does nothing, until the test ends in whatever way.
pub struct Sleeper(Ended);

impl Sleeper {
    /// One that has begun to sleep.
    pub fn new() -> Self {
        let child =
            Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("it starts");
        let stat = format!("/proc/{}/stat", child.id());
        let sleeper = Self(Ended(child));
        let deadline = Instant::now() + Duration::from_secs(20);
        // With the name alone its memory may still be that of the loader.
        while !std::fs::read_to_string(&stat).expect("its state").contains("(sleep) S ") {
            assert!(Instant::now() < deadline, "sleep never started");
        }
        sleeper
    }

    pub fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

/// What psight says to programs.
pub fn json(arguments: &[&str]) -> Value {
    let output = super::run(arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{arguments:?}: {error}: {}", String::from_utf8_lossy(&output.stdout))
    })
}

/// What another program prints; `None`, with a word about it, where it is not installed.
pub fn told(program: &str, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env_remove("COLUMNS");
    let Ok(output) = command.output() else {
        eprintln!("skipped: there is no {program}");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The words of each line.
pub fn words(text: &str) -> Vec<Vec<String>> {
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
    text.lines().map(words).collect()
}

/// Asks until both say the same or the time is up: the machine moves while it is looked at.
pub fn eventually<T: PartialEq + Debug>(one: impl Fn() -> T, other: impl Fn() -> T) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (one, other) = (one(), other());
        if one == other {
            return;
        }
        assert!(Instant::now() < deadline, "{one:?} is not {other:?}");
    }
}
