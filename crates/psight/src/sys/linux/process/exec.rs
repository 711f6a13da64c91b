//! Processes on their way into a program, as every child is for some tenths of a millisecond after it was started: the
//! kernel has given it the memory of the program, but neither arguments nor an environment, and maybe not yet its name.
//! Whoever starts a program and asks who that is means the program.

use std::time::Duration;

use psight_parse::linux::pid::stat::{Head, is_in_exec};

use super::{Nature, Raw};
use crate::Result;

/// The first pause, of which each is twice as long as the one before.
const FIRST: Duration = Duration::from_micros(50);
/// No pause is longer: all together take 6.4 ms. What takes more waits for its disk, which may take minutes.
const LAST: Duration = Duration::from_micros(3200);

/// How much longer a process that has nothing to say yet is asked again.
#[derive(Debug)]
pub(super) struct Patience {
    next: Duration,
    /// Whether it was found outside of exec before.
    settled: bool,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { next: FIRST, settled: false }
    }

    /// Whether an empty answer is to be asked for again, after a pause if that is of use.
    pub(super) fn lasts(&mut self, nature: Nature) -> bool {
        match nature {
            Nature::InExec => self.pause(),
            // It may have got there between that answer and the look at its nature.
            Nature::Ordinary => !std::mem::replace(&mut self.settled, true),
            Nature::KernelThread | Nature::Zombie => false,
        }
    }

    fn pause(&mut self) -> bool {
        let is_left = self.next <= LAST;
        if is_left {
            std::thread::sleep(self.next);
            self.next *= 2;
        }
        is_left
    }
}

impl Raw {
    /// The name and the state of `stat`, with the name of the program that the process is about to run.
    pub(super) fn head_past_exec(&self) -> Result<Head<'_>> {
        let mut patience = Patience::new();
        while !self.has_stat() {
            let bytes = self.piece("stat")?;
            if !self.is_in_exec(&bytes) || !patience.pause() {
                self.stat.get_or_init(|| bytes);
            }
        }
        self.stat_head()
    }

    /// Whether the process is on its way into a program, by its `stat`; files of a machine do not go on.
    pub(super) fn is_in_exec(&self, stat: &[u8]) -> bool {
        is_in_exec(stat) && !self.host.is_captured()
    }
}
