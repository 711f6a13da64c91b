//! A load average, which Windows does not keep: it is computed from looks at what runs.

use std::time::{Duration, Instant};

use crate::cpu::LoadAverage;
use crate::{Host, Result, sys};

/// Averages how many threads wanted to run at the moments when it was asked.
///
/// Nothing looks in between: no thread and no timer is behind it. So ask every few seconds, as Unix does by itself; the
/// less often it is asked, the more each look counts. The first answer is what runs now.
///
/// ```no_run
/// # use psight::Host;
/// # use std::time::Duration;
/// let mut sampler = Host::local().load_sampler();
/// loop {
///     println!("{:.2}", sampler.sample()?.one);
///     std::thread::sleep(Duration::from_secs(5));
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LoadSampler {
    host: Host,
    last: Option<(Instant, LoadAverage)>,
}

impl LoadSampler {
    /// Looks at what runs now, and gives the averages so far.
    ///
    /// Windows: the states of all threads in `SystemProcessInformation`, without the thread that asks.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system does not tell what threads do, as Wine.
    pub fn sample(&mut self) -> Result<LoadAverage> {
        let count = f64::from(sys::runnable::count(&self.host)?);
        let now = Instant::now();
        let load = match &self.last {
            Some((at, load)) => averaged(load, count, now.saturating_duration_since(*at)),
            None => LoadAverage { one: count, five: count, fifteen: count },
        };
        self.last = Some((now, load));
        Ok(load)
    }
}

impl Host {
    /// What computes a load average for as long as it is kept and asked.
    pub fn load_sampler(&self) -> LoadSampler {
        LoadSampler { host: self.clone(), last: None }
    }
}

/// The averages after a further time in which `count` threads wanted to run. What is longer ago counts for less, by the
/// factor e for each of the three spans.
fn averaged(load: &LoadAverage, count: f64, passed: Duration) -> LoadAverage {
    let average = |old: f64, minutes: f64| {
        let kept = (-passed.as_secs_f64() / (60.0 * minutes)).exp();
        old * kept + count * (1.0 - kept)
    };
    LoadAverage {
        one: average(load.one, 1.0),
        five: average(load.five, 5.0),
        fifteen: average(load.fifteen, 15.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_moves_the_first_average_by_two_thirds() {
        let idle = LoadAverage { one: 0.0, five: 0.0, fifteen: 0.0 };
        let after = averaged(&idle, 1.0, Duration::from_secs(60));
        let rounded = [after.one, after.five, after.fifteen].map(|load| (load * 100.0).round());
        assert_eq!(rounded, [63.0, 18.0, 6.0]);
    }

    #[test]
    fn no_time_changes_nothing() {
        let load = LoadAverage { one: 2.0, five: 1.0, fifteen: 0.5 };
        assert_eq!(averaged(&load, 9.0, Duration::ZERO), load);
    }
}
