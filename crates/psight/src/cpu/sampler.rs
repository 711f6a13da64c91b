//! Utilisation without two samples at hand: by waiting between them, or by remembering the last one.

use std::thread;
use std::time::Duration;

use super::{CpuPercents, CpuSample, CpuTimes, PerCpuPercent, PerCpuPercents};
use crate::{Host, Result};

/// Remembers when it was last asked, and tells how busy the processors were since then.
///
/// Each of its questions remembers for itself, so that asking one does not shorten the span of another. The first
/// answer covers the time since the sampler was made, never the time since boot.
///
/// ```
/// # use psight::Host;
/// let mut sampler = Host::local().cpu_sampler()?;
/// let busy = sampler.percent()?;
/// assert!((0.0..=100.0).contains(&busy));
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CpuSampler {
    host: Host,
    percent: CpuTimes,
    per_cpu_percent: CpuSample,
    times_percent: CpuTimes,
    per_cpu_times_percent: CpuSample,
}

impl CpuSampler {
    /// How busy all processors were since the last call, 0 to 100.
    ///
    /// # Errors
    ///
    /// As [`Host::cpu_times`]; the span then goes on.
    pub fn percent(&mut self) -> Result<f64> {
        let now = self.host.cpu_times()?;
        let percent = now.percent_since(&self.percent);
        self.percent = now;
        Ok(percent)
    }

    /// How busy each processor was since the last call.
    ///
    /// # Errors
    ///
    /// As [`Host::cpu_times`]; the span then goes on.
    pub fn per_cpu_percent(&mut self) -> Result<Vec<PerCpuPercent>> {
        let now = self.host.cpu_sample()?;
        let percent = now.per_cpu_percent_since(&self.per_cpu_percent);
        self.per_cpu_percent = now;
        Ok(percent)
    }

    /// Where all processors spent their time since the last call.
    ///
    /// # Errors
    ///
    /// As [`Host::cpu_times`]; the span then goes on.
    pub fn times_percent(&mut self) -> Result<CpuPercents> {
        let now = self.host.cpu_times()?;
        let percents = now.percents_since(&self.times_percent);
        self.times_percent = now;
        Ok(percents)
    }

    /// Where each processor spent its time since the last call.
    ///
    /// # Errors
    ///
    /// As [`Host::cpu_times`]; the span then goes on.
    pub fn per_cpu_times_percent(&mut self) -> Result<Vec<PerCpuPercents>> {
        let now = self.host.cpu_sample()?;
        let percents = now.per_cpu_percents_since(&self.per_cpu_times_percent);
        self.per_cpu_times_percent = now;
        Ok(percents)
    }
}

impl Host {
    /// Something to ask again and again how busy the processors were since the last time.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times), whose first sample is taken here.
    pub fn cpu_sampler(&self) -> Result<CpuSampler> {
        let now = self.cpu_sample()?;
        Ok(CpuSampler {
            host: self.clone(),
            percent: now.total,
            per_cpu_percent: now.clone(),
            times_percent: now.total,
            per_cpu_times_percent: now,
        })
    }

    /// How busy all processors are during the next `interval`, 0 to 100. The call takes that long.
    ///
    /// On a captured machine, where nothing moves, it does not wait and the answer is 0.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times).
    pub fn cpu_percent(&self, interval: Duration) -> Result<f64> {
        let (before, now) = self.around(interval, Self::cpu_times)?;
        Ok(now.percent_since(&before))
    }

    /// How busy each processor is during the next `interval`. The call takes that long.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times).
    pub fn per_cpu_percent(&self, interval: Duration) -> Result<Vec<PerCpuPercent>> {
        let (before, now) = self.around(interval, Self::cpu_sample)?;
        Ok(now.per_cpu_percent_since(&before))
    }

    /// Where all processors spend their time during the next `interval`. The call takes that long.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times).
    pub fn cpu_times_percent(&self, interval: Duration) -> Result<CpuPercents> {
        let (before, now) = self.around(interval, Self::cpu_times)?;
        Ok(now.percents_since(&before))
    }

    /// Where each processor spends its time during the next `interval`. The call takes that long.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times).
    pub fn per_cpu_times_percent(&self, interval: Duration) -> Result<Vec<PerCpuPercents>> {
        let (before, now) = self.around(interval, Self::cpu_sample)?;
        Ok(now.per_cpu_percents_since(&before))
    }

    /// The answers before the interval and after it.
    fn around<T>(&self, interval: Duration, ask: impl Fn(&Self) -> Result<T>) -> Result<(T, T)> {
        let before = ask(self)?;
        if !self.is_captured() {
            thread::sleep(interval);
        }
        Ok((before, ask(self)?))
    }
}
