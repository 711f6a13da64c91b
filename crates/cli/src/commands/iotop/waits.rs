//! How long processes wait for disks, which the kernel counts for each thread where it is told to.

use std::collections::HashMap;

use psight::Host;
use psight::table::{Columns, ProcessRow, Scanner};

use super::{Key, Moment};
use crate::commands::Failure;
use crate::commands::rounds::Reading;

/// How long the threads of a process have waited until now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wait {
    seconds: f64,
    threads: u32,
}

/// What reads it.
#[derive(Debug)]
pub(super) struct Waits {
    /// What reads the threads of a process; `None` where nothing is counted.
    scanner: Option<Scanner>,
    /// Whether the kernel was told not to count.
    pub(super) off: bool,
}

const NEEDS: Columns = Columns::CPU_TIMES.and(Columns::NUM_THREADS);

impl Waits {
    pub(super) fn new(host: &Host) -> Result<Self, Failure> {
        // A kernel that does not say may not count, and then it says 0 of everybody.
        let counts = host.delay_accounting().ok().flatten();
        let scanner = if counts == Some(true) { Some(host.scanner(NEEDS)?) } else { None };
        Ok(Self { scanner, off: counts == Some(false) })
    }

    /// What has to be read of each process for it.
    pub(super) fn needs(&self) -> Columns {
        if self.scanner.is_some() { NEEDS } else { Columns::NONE }
    }

    /// The waits of these processes.
    pub(super) fn read(&mut self, rows: &[ProcessRow]) -> Option<HashMap<Key, Wait>> {
        let scanner = self.scanner.as_mut()?;
        let wait = |row: &ProcessRow| {
            let key = (row.pid.as_u32(), row.start_ticks());
            let mut wait = Wait { seconds: 0.0, threads: 0 };
            let mut add = |row: &ProcessRow| {
                wait.seconds += row.cpu_times.and_then(|times| times.iowait).unwrap_or(0.0);
                wait.threads += 1;
            };
            // The line of a process is about its first thread alone.
            if row.num_threads.is_some_and(|threads| threads > 1) {
                scanner.threads(row, add).ok()?;
            } else {
                add(row);
            }
            Some((key, wait))
        };
        Some(rows.iter().filter_map(wait).collect())
    }
}

/// What part of the time between two readings the process waited, in percent: the average of its threads, as iotop has it.
pub(super) fn percent(reading: &Reading<'_, Moment>, key: &Key) -> Option<f64> {
    let now = reading.now.waits.as_ref()?.get(key)?;
    let before = reading.before.waits.as_ref()?.get(key).map_or(0.0, |wait| wait.seconds);
    share(*now, before, reading.span.as_secs_f64())
}

fn share(now: Wait, before: f64, span: f64) -> Option<f64> {
    let waited = (now.seconds - before).max(0.0) / f64::from(now.threads.max(1));
    (span > 0.0).then(|| (waited / span * 100.0).min(100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_the_average_of_the_threads() {
        assert_eq!(share(Wait { seconds: 5.0, threads: 4 }, 3.0, 2.0), Some(25.0));
        // A thread that has ended took its wait with it.
        assert_eq!(share(Wait { seconds: 1.0, threads: 1 }, 3.0, 2.0), Some(0.0));
        // The kernel counts in ticks, which may end a little late.
        assert_eq!(share(Wait { seconds: 1.01, threads: 1 }, 0.0, 1.0), Some(100.0));
        assert_eq!(share(Wait { seconds: 1.0, threads: 1 }, 0.0, 0.0), None);
    }
}
