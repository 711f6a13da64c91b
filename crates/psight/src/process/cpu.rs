//! What a process asks of the processors.

use std::time::{Duration, Instant};

use crate::record::Record;
use crate::sys::process::Raw;
use crate::{Process, Result};

/// The time that a process has spent on CPUs.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct ProcessCpuTimes {
    /// In its own code, all threads together.
    #[field(unit = seconds, counter)]
    pub user: f64,
    /// In the kernel on its behalf.
    #[field(unit = seconds, counter)]
    pub system: f64,
    /// `user` of its children that have exited and were waited for, and of theirs.
    #[field(unit = seconds, counter)]
    pub children_user: f64,
    /// `system` of its children that have exited and were waited for, and of theirs.
    #[field(unit = seconds, counter)]
    pub children_system: f64,
    /// Waiting for disks. Linux since 2.6.18; stays 0 while `kernel.task_delayacct` is off.
    #[field(unit = seconds, counter, on(linux))]
    pub iowait: Option<f64>,
}

/// The CPU time of a process at a moment, to be compared with a later one.
///
/// ```
/// # use psight::Process;
/// let me = Process::current()?;
/// let before = me.cpu_sample()?;
/// let now = me.cpu_sample()?;
/// assert!(now.percent_since(&before) >= 0.0);
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CpuSample {
    at: Instant,
    times: ProcessCpuTimes,
}

impl ProcessCpuTimes {
    /// The time on processors, without that of children: `user` and `system`.
    pub fn total(&self) -> f64 {
        self.user + self.system
    }

    /// What part of `age` the process was on a processor, in percent: with its age, the average since it started, which
    /// is what `ps` shows. Above 100 when several threads ran; 0 at the age of 0.
    pub fn percent_of(&self, age: Duration) -> f64 {
        let age = age.as_secs_f64();
        if age > 0.0 { self.total() / age * 100.0 } else { 0.0 }
    }
}

impl CpuSample {
    /// A sample of `times` that were read at `at`.
    pub fn new(at: Instant, times: ProcessCpuTimes) -> Self {
        Self { at, times }
    }

    /// When it was taken.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// The times it holds.
    pub fn times(&self) -> &ProcessCpuTimes {
        &self.times
    }

    /// How much of one CPU the process used between `before` and this sample, in percent: 200 if it kept two CPUs busy.
    ///
    /// 0 where no time has passed. The kernel counts in ticks of (usually) 10 ms, so that short intervals are coarse.
    pub fn percent_since(&self, before: &Self) -> f64 {
        Self::percent(self.times.total() - before.times.total(), self.at, before.at)
    }

    /// What part of the time from `before` to `at` these seconds on processors are, in percent.
    pub(crate) fn percent(seconds: f64, at: Instant, before: Instant) -> f64 {
        let passed = at.saturating_duration_since(before).as_secs_f64();
        if passed > 0.0 { (seconds / passed * 100.0).max(0.0) } else { 0.0 }
    }
}

impl Process {
    /// The time spent on CPUs.
    ///
    /// Linux: `/proc/<pid>/stat`, in ticks of (usually) 10 ms.
    ///
    /// Windows: `ProcessTimes`, in steps of about 16 ms. Children are not added up: theirs is 0.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn cpu_times(&self) -> Result<ProcessCpuTimes> {
        self.ask(Raw::cpu_times)
    }

    /// The time spent on CPUs, with the moment of the answer, for [`CpuSample::percent_since`].
    ///
    /// Linux: `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn cpu_sample(&self) -> Result<CpuSample> {
        self.ask(Raw::cpu_sample)
    }

    /// How much of one CPU the process uses during `interval`, which this call waits, in percent; may exceed 100.
    ///
    /// Linux: `/proc/<pid>/stat`, read twice, also inside a [`oneshot`](Self::oneshot).
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn cpu_percent(&self, interval: Duration) -> Result<f64> {
        let sample = || Raw::new(self.host(), self.pid()).cpu_sample();
        let before = sample()?;
        std::thread::sleep(interval);
        Ok(sample()?.percent_since(&before))
    }

    /// The CPU that the process runs on, or ran on last; its main thread, where it has several.
    ///
    /// `None` where it is not known. Linux: `/proc/<pid>/stat`.
    ///
    /// # Errors
    ///
    /// As for [every question](Self#errors).
    pub fn cpu_num(&self) -> Result<Option<u32>> {
        self.ask(Raw::cpu_num)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: Instant, user: f64, system: f64) -> CpuSample {
        let (children_user, children_system, iowait) = (0.0, 0.0, None);
        CpuSample::new(at, ProcessCpuTimes { user, system, children_user, children_system, iowait })
    }

    #[test]
    fn two_busy_cpus_are_two_hundred_percent() {
        let start = Instant::now();
        let before = sample(start, 1.0, 0.5);
        let now = sample(start + Duration::from_secs(2), 4.0, 1.5);
        assert_eq!(now.percent_since(&before), 200.0);
    }

    #[test]
    fn no_time_passed_is_no_percent() {
        let start = Instant::now();
        let before = sample(start, 1.0, 0.5);
        assert_eq!(sample(start, 2.0, 0.5).percent_since(&before), 0.0);
        // Samples the wrong way round are no reason to divide by a negative time.
        let later = sample(start + Duration::from_secs(1), 2.0, 0.5);
        assert_eq!(before.percent_since(&later), 0.0);
    }
}
