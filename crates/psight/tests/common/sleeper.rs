//! Children that do nothing, and that do not outlive their test.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
#![allow(clippy::expect_used, reason = "it is test code")]

use std::process::{Command, Stdio};

use crate::common::Ended;

/// A child that is killed and waited for when the test is done with it, also when it fails.
pub struct Sleeper(Ended);

impl Sleeper {
    /// A child that sleeps.
    pub fn new() -> Self {
        Self::from(Command::new("sleep").arg("1000").stdin(Stdio::null()))
    }

    /// A child that runs this command.
    pub fn from(command: &mut Command) -> Self {
        Self(Ended(command.spawn().expect("a child")))
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Kills the child and leaves a zombie.
    pub fn kill(&mut self) {
        self.0.kill().expect("a signal for the child");
    }

    /// Kills the child and waits for it, so that nothing is left.
    pub fn end(&mut self) {
        self.kill();
        self.0.wait().expect("a child that was killed ends");
    }
}
