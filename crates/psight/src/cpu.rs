//! The machine's processors: how many, how fast, how busy.

mod sampler;
mod tasks;

use crate::record::Record;
use crate::{Error, Host, Result, sys};

pub use sampler::CpuSampler;
pub use tasks::TaskCounts;

/// Where the processors spent their time since boot, in seconds.
///
/// The parts are the kernel's own. On Linux `user` contains `guest`, and `nice` contains `guest_nice`; the kernel may
/// count backwards in some of them (`iowait`, `steal`, `idle` after a resume), which is why differences are best taken
/// by [`percent_since`](Self::percent_since), which counts such a step as 0.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct CpuTimes {
    /// Normal processes in user mode; on Linux with [`guest`](Self::guest).
    #[field(unit = seconds, counter)]
    pub user: f64,
    /// Processes in the kernel.
    #[field(unit = seconds, counter)]
    pub system: f64,
    /// Doing nothing.
    #[field(unit = seconds, counter)]
    pub idle: f64,
    /// Processes in user mode whose priority was lowered; on Linux with [`guest_nice`](Self::guest_nice).
    #[field(unit = seconds, counter, on(linux, macos, bsd))]
    pub nice: Option<f64>,
    /// Doing nothing while a disk had something to do. An estimate, and it may shrink. Linux since 2.5.41.
    #[field(unit = seconds, counter, on(linux, sunos, aix))]
    pub iowait: Option<f64>,
    /// Serving hardware interrupts. Linux since 2.6.0.
    #[field(unit = seconds, counter, on(linux, windows, bsd))]
    pub irq: Option<f64>,
    /// Serving software interrupts. Since 2.6.0.
    #[field(unit = seconds, counter, on(linux))]
    pub softirq: Option<f64>,
    /// Wanted by this virtual machine and given to another one. Since 2.6.11.
    #[field(unit = seconds, counter, on(linux))]
    pub steal: Option<f64>,
    /// Running virtual machines. Since 2.6.24.
    #[field(unit = seconds, counter, on(linux))]
    pub guest: Option<f64>,
    /// Running virtual machines whose priority was lowered. Since 2.6.33.
    #[field(unit = seconds, counter, on(linux))]
    pub guest_nice: Option<f64>,
    /// Serving deferred procedure calls.
    #[field(unit = seconds, counter, on(windows))]
    pub dpc: Option<f64>,
    /// Waiting for the kernel's spin locks.
    #[field(unit = seconds, counter, on(openbsd))]
    pub lock_spin: Option<f64>,
}

/// Where the processors spent their time between two moments, each part in percent of the whole, 0 to 100.
///
/// Without the two guest parts, which are contained in others, the parts add up to 100, or to 0 where no time passed.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct CpuPercents {
    /// Normal processes in user mode; on Linux with [`guest`](Self::guest).
    #[field(unit = percent)]
    pub user: f64,
    /// Processes in the kernel.
    #[field(unit = percent)]
    pub system: f64,
    /// Doing nothing.
    #[field(unit = percent)]
    pub idle: f64,
    /// Processes in user mode whose priority was lowered; on Linux with [`guest_nice`](Self::guest_nice).
    #[field(unit = percent, on(linux, macos, bsd))]
    pub nice: Option<f64>,
    /// Doing nothing while a disk had something to do.
    #[field(unit = percent, on(linux, sunos, aix))]
    pub iowait: Option<f64>,
    /// Serving hardware interrupts.
    #[field(unit = percent, on(linux, windows, bsd))]
    pub irq: Option<f64>,
    /// Serving software interrupts.
    #[field(unit = percent, on(linux))]
    pub softirq: Option<f64>,
    /// Wanted by this virtual machine and given to another one.
    #[field(unit = percent, on(linux))]
    pub steal: Option<f64>,
    /// Running virtual machines.
    #[field(unit = percent, on(linux))]
    pub guest: Option<f64>,
    /// Running virtual machines whose priority was lowered.
    #[field(unit = percent, on(linux))]
    pub guest_nice: Option<f64>,
    /// Serving deferred procedure calls.
    #[field(unit = percent, on(windows))]
    pub dpc: Option<f64>,
    /// Waiting for the kernel's spin locks.
    #[field(unit = percent, on(openbsd))]
    pub lock_spin: Option<f64>,
}

/// [`CpuTimes`] of one processor.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct PerCpuTimes {
    /// The system's number of the processor. Where processors can be switched off, the numbers have gaps.
    #[field(label)]
    pub cpu: u32,
    /// Where it spent its time.
    pub times: CpuTimes,
}

/// [`CpuPercents`] of one processor.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct PerCpuPercents {
    /// The system's number of the processor.
    #[field(label)]
    pub cpu: u32,
    /// Where it spent its time.
    pub percents: CpuPercents,
}

/// How busy one processor was.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct PerCpuPercent {
    /// The system's number of the processor.
    #[field(label)]
    pub cpu: u32,
    /// The part of the time in which it was neither idle nor waiting for a disk, 0 to 100.
    #[field(unit = percent)]
    pub percent: f64,
}

/// The times of all processors at one moment: the value that utilisation is a difference of.
///
/// ```
/// # use psight::Host;
/// let host = Host::local();
/// let before = host.cpu_sample()?;
/// // … some time later …
/// let now = host.cpu_sample()?;
/// let busy = now.percent_since(&before);
/// assert!((0.0..=100.0).contains(&busy));
/// for each in now.per_cpu_percent_since(&before) {
///     println!("CPU {}: {:.1} %", each.cpu, each.percent);
/// }
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Record)]
#[non_exhaustive]
pub struct CpuSample {
    /// All processors together, as the system adds them up.
    pub total: CpuTimes,
    /// Each processor that is switched on, by ascending number.
    pub cpus: Vec<PerCpuTimes>,
}

/// What the processors did since boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct CpuStats {
    /// Switches from one task to another.
    #[field(counter)]
    pub ctx_switches: u64,
    /// Hardware interrupts served.
    #[field(counter)]
    pub interrupts: u64,
    /// Software interrupts served; Linux since 2.6.31.
    #[field(counter)]
    pub soft_interrupts: Option<u64>,
    /// System calls made; `None` on Linux, which does not count them.
    #[field(counter)]
    pub syscalls: Option<u64>,
}

/// How fast processors run.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct CpuFreq {
    /// The frequency now.
    #[field(unit = megahertz)]
    pub current: f64,
    /// The lowest that the system would choose.
    #[field(unit = megahertz)]
    pub min: Option<f64>,
    /// The highest that the system would choose.
    #[field(unit = megahertz)]
    pub max: Option<f64>,
}

/// [`CpuFreq`] of one processor, or of several whose frequency is one.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct PerCpuFreq {
    /// The system's number of the processor, the lowest one where several share a frequency.
    #[field(label)]
    pub cpu: u32,
    /// How fast it runs.
    pub freq: CpuFreq,
}

/// How many tasks ran or wanted to run, averaged over three spans of time. On Linux, tasks that wait for a disk count
/// too.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct LoadAverage {
    /// Over the last minute.
    pub one: f64,
    /// Over the last five minutes.
    pub five: f64,
    /// Over the last fifteen minutes.
    pub fifteen: f64,
}

impl CpuTimes {
    /// All the time that was counted. Guest time, which Linux counts twice, is in it once.
    pub fn total(&self) -> f64 {
        parts(self).total()
    }

    /// The time in which the processors were neither idle nor waiting for a disk.
    pub fn busy(&self) -> f64 {
        parts(self).busy()
    }

    /// How busy the processors were between `before` and this moment, 0 to 100, whatever their number.
    ///
    /// Waiting for a disk is not being busy. Where no time passed, as between two samples within one tick of the
    /// kernel's clock (usually 10 ms), the answer is 0.
    pub fn percent_since(&self, before: &Self) -> f64 {
        let passed = parts(&self.since(before));
        share(passed.busy(), passed.total())
    }

    /// Where the processors spent their time between `before` and this moment.
    pub fn percents_since(&self, before: &Self) -> CpuPercents {
        self.since(before).percents()
    }

    /// Each part in percent of all the time that was counted: since boot, where these are the kernel's own times.
    pub fn percents(&self) -> CpuPercents {
        let total = parts(self).total();
        let some = |part: Option<f64>| part.map(|part| share(part, total));
        CpuPercents {
            user: share(self.user, total),
            system: share(self.system, total),
            idle: share(self.idle, total),
            nice: some(self.nice),
            iowait: some(self.iowait),
            irq: some(self.irq),
            softirq: some(self.softirq),
            steal: some(self.steal),
            guest: some(self.guest),
            guest_nice: some(self.guest_nice),
            dpc: some(self.dpc),
            lock_spin: some(self.lock_spin),
        }
    }

    /// What each part grew by; one that shrank did not grow.
    fn since(&self, before: &Self) -> Self {
        let grown = |now: f64, before: f64| (now - before).max(0.0);
        // A part that was not counted before has no difference yet.
        let some = |now: Option<f64>, before: Option<f64>| {
            now.map(|now| before.map_or(0.0, |before| grown(now, before)))
        };
        Self {
            user: grown(self.user, before.user),
            system: grown(self.system, before.system),
            idle: grown(self.idle, before.idle),
            nice: some(self.nice, before.nice),
            iowait: some(self.iowait, before.iowait),
            irq: some(self.irq, before.irq),
            softirq: some(self.softirq, before.softirq),
            steal: some(self.steal, before.steal),
            guest: some(self.guest, before.guest),
            guest_nice: some(self.guest_nice, before.guest_nice),
            dpc: some(self.dpc, before.dpc),
            lock_spin: some(self.lock_spin, before.lock_spin),
        }
    }
}

impl CpuSample {
    /// How busy all processors were between `before` and this sample, 0 to 100.
    pub fn percent_since(&self, before: &Self) -> f64 {
        self.total.percent_since(&before.total)
    }

    /// Where all processors spent their time between `before` and this sample.
    pub fn percents_since(&self, before: &Self) -> CpuPercents {
        self.total.percents_since(&before.total)
    }

    /// How busy each processor was. One that was switched on meanwhile is at 0, one that was switched off is left out.
    pub fn per_cpu_percent_since(&self, before: &Self) -> Vec<PerCpuPercent> {
        self.since(before, |cpu, now, before| PerCpuPercent {
            cpu,
            percent: now.percent_since(before),
        })
    }

    /// Where each processor spent its time. One that was switched on meanwhile is at 0, one that was switched off is
    /// left out.
    pub fn per_cpu_percents_since(&self, before: &Self) -> Vec<PerCpuPercents> {
        self.since(before, |cpu, now, before| PerCpuPercents {
            cpu,
            percents: now.percents_since(before),
        })
    }

    /// Each processor of now with its times of then: processors are told apart by number, not by place.
    fn since<T>(&self, before: &Self, compare: impl Fn(u32, &CpuTimes, &CpuTimes) -> T) -> Vec<T> {
        let mut earlier = before.cpus.iter().peekable();
        let pairs = self.cpus.iter().map(|now| {
            while earlier.next_if(|before| before.cpu < now.cpu).is_some() {}
            let before = earlier.next_if(|before| before.cpu == now.cpu).unwrap_or(now);
            compare(now.cpu, &now.times, &before.times)
        });
        pairs.collect()
    }
}

impl Host {
    /// Where all processors together spent their time since boot.
    ///
    /// Linux: `/proc/stat`, in ticks of 10 ms on most machines. In a container it is still the whole machine that is
    /// described, unless the container's own `/proc` says otherwise.
    ///
    /// Windows: `SystemProcessorPerformanceInformation`, the processors of all groups added up. `system` is without
    /// `idle`, `irq` and `dpc`, which the kernel counts into it.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/stat`, `Malformed` if it does not begin with the processors.
    pub fn cpu_times(&self) -> Result<CpuTimes> {
        sys::cpu::total(self)
    }

    /// Where each processor spent its time since boot, by ascending number. Those that are switched off are not in it.
    ///
    /// Linux: `/proc/stat`.
    ///
    /// Windows: the same, numbered through from the first group to the last.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times).
    pub fn per_cpu_times(&self) -> Result<Vec<PerCpuTimes>> {
        self.cpu_sample().map(|sample| sample.cpus)
    }

    /// Both at once, of one moment: what utilisation is computed from.
    ///
    /// # Errors
    ///
    /// As [`cpu_times`](Self::cpu_times).
    pub fn cpu_sample(&self) -> Result<CpuSample> {
        sys::cpu::sample(self)
    }

    /// How many processors are switched on. A processor that runs two threads counts as two.
    ///
    /// This is not how many a process may use, which its affinity and its cgroup decide.
    ///
    /// Linux: `/sys/devices/system/cpu/online`, else `/proc/stat`, else `/proc/cpuinfo`; where none of them can be
    /// read on this machine, how many this program may run on.
    ///
    /// Windows: `GetActiveProcessorCount`, all groups.
    ///
    /// # Errors
    ///
    /// `NotFound` if none of them is there, on another machine.
    pub fn cpu_count(&self) -> Result<u32> {
        sys::cpu::count(self)
    }

    /// How many physical cores the processors that are switched on make up; `None` where the system does not tell, as
    /// in many virtual machines and on many ARM boards.
    ///
    /// Linux: `/sys/devices/system/cpu/cpu*/topology`, else `/proc/cpuinfo`.
    ///
    /// Windows: `GetLogicalProcessorInformationEx`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on systems that cannot tell at all.
    pub fn cpu_count_physical(&self) -> Result<Option<u32>> {
        sys::cpu::count_physical(self)
    }

    /// What the processors did since boot.
    ///
    /// Linux: `/proc/stat`.
    ///
    /// Windows: `SystemPerformanceInformation`, `SystemProcessorPerformanceInformation` and
    /// `SystemInterruptInformation`; deferred procedure calls are the soft interrupts. All four wrap at 2³² (the
    /// interrupts on each processor).
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/stat`, `Malformed` if it lacks the numbers.
    pub fn cpu_stats(&self) -> Result<CpuStats> {
        sys::cpu::stats(self)
    }

    /// How fast the processors run, on average.
    ///
    /// Linux: see [`per_cpu_freq`](Self::per_cpu_freq).
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system does not tell, as in many virtual machines.
    pub fn cpu_freq(&self) -> Result<CpuFreq> {
        average(&self.per_cpu_freq()?).ok_or_else(|| Error::unsupported("cpu_freq"))
    }

    /// How fast each processor runs, or each group of processors that share a frequency, by ascending number.
    ///
    /// Linux: `/sys/devices/system/cpu/cpufreq/policy*` (before 3.13 `…/cpu*/cpufreq`), with the frequency of now from
    /// `/proc/cpuinfo` where that has one for each of them; without any of those folders, `/proc/cpuinfo` alone, which
    /// knows no limits. Processors that are switched off are not in it.
    ///
    /// Windows: `CallNtPowerInformation`; no lowest frequency. Most machines say the frequency that they are made for.
    ///
    /// # Errors
    ///
    /// `Unsupported` where the system does not tell, as in many virtual machines.
    pub fn per_cpu_freq(&self) -> Result<Vec<PerCpuFreq>> {
        sys::cpu::per_cpu_freq(self)
    }

    /// How many tasks wanted to run lately.
    ///
    /// Linux: `/proc/loadavg`, else `sysinfo(2)`.
    ///
    /// Windows: none is kept: `os::windows::load` computes one.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/loadavg` of another machine, `Malformed` if it is not understood.
    pub fn load_average(&self) -> Result<LoadAverage> {
        sys::cpu::load_average(self)
    }
}

/// Times of which every part counts once.
struct Parts {
    busy: f64,
    unused: f64,
}

impl Parts {
    fn busy(&self) -> f64 {
        self.busy
    }

    fn total(&self) -> f64 {
        self.busy + self.unused
    }
}

fn parts(times: &CpuTimes) -> Parts {
    let part = |part: Option<f64>| part.unwrap_or(0.0);
    // The kernel adds guest time to user time too, but not in one step: what is contained cannot be more than the whole.
    let user = times.user.max(part(times.guest)) - part(times.guest);
    let nice = part(times.nice).max(part(times.guest_nice)) - part(times.guest_nice);
    let guests = part(times.guest) + part(times.guest_nice);
    let interrupts = part(times.irq) + part(times.softirq) + part(times.dpc);
    let waits = part(times.steal) + part(times.lock_spin);
    Parts {
        busy: user + nice + guests + times.system + interrupts + waits,
        unused: times.idle + part(times.iowait),
    }
}

/// `part` of `whole` in percent, never outside of 0 to 100.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole * 100.0).clamp(0.0, 100.0) } else { 0.0 }
}

/// The mean of the frequencies; of limits only if every processor has them.
fn average(cpus: &[PerCpuFreq]) -> Option<CpuFreq> {
    let mean = |numbers: Option<Vec<f64>>| {
        let numbers = numbers.filter(|numbers| !numbers.is_empty())?;
        Some(numbers.iter().sum::<f64>() / numbers.len() as f64)
    };
    Some(CpuFreq {
        current: mean(Some(cpus.iter().map(|cpu| cpu.freq.current).collect()))?,
        min: mean(cpus.iter().map(|cpu| cpu.freq.min).collect()),
        max: mean(cpus.iter().map(|cpu| cpu.freq.max).collect()),
    })
}
