//! Processes on their way into a program, as every child is for some tenths of a millisecond after it was started: the
//! kernel has given it the memory of the program, but neither arguments nor an environment, and maybe not yet its name.
//! Whoever starts a program and asks who that is means the program.

use std::time::Duration;

use psight_parse::linux::pid::stat::{Head, is_in_exec, starttime};
use rustix::time::{ClockId, clock_gettime};

use super::{Nature, Raw};
use crate::Result;

/// The first pause, of which each is twice as long as the one before.
const FIRST: Duration = Duration::from_micros(50);
/// The last one for a new process, and all together are 0.1 s: on a machine that is busy it has to wait for its turn.
const LAST: Duration = Duration::from_micros(51_200);
/// The last one for any other, and all together are 6.4 ms: nobody has just started it, and it may wait for a disk that does
/// not answer.
const LAST_OF_OLD: Duration = Duration::from_micros(3200);

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
            Nature::InExec { is_new } => self.pause(is_new),
            // It may have got there between that answer and the look at its nature.
            Nature::Ordinary => !std::mem::replace(&mut self.settled, true),
            Nature::KernelThread | Nature::Zombie => false,
        }
    }

    fn pause(&mut self, is_new: bool) -> bool {
        let is_left = self.next <= if is_new { LAST } else { LAST_OF_OLD };
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
            if !self.is_in_exec(&bytes) || !patience.pause(self.is_new(&bytes)) {
                self.stat.get_or_init(|| bytes);
            }
        }
        self.stat_head()
    }

    /// Whether the process is on its way into a program, by its `stat`; files of a machine do not go on.
    pub(super) fn is_in_exec(&self, stat: &[u8]) -> bool {
        is_in_exec(stat) && !self.host.is_captured()
    }

    /// Whether the process started within the last second or two, by its `stat`.
    pub(super) fn is_new(&self, stat: &[u8]) -> bool {
        let up = clock_gettime(ClockId::Boottime).tv_sec.unsigned_abs();
        let per_second = self.host.constants().ticks_per_second.max(1);
        starttime(stat).is_ok_and(|ticks| up <= ticks / per_second + 1)
    }
}
