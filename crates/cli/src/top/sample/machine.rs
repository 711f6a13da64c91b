//! The machine as a whole: processors, memory, disks, network.

use std::ffi::OsStr;
use std::time::{Duration, Instant};

use psight::Host;
use psight::cpu::{CpuPercents, CpuSample, LoadAverage, PerCpuPercent, PerCpuPercents};
use psight::disk::DiskTraffic;
use psight::memory::{SwapMemory, VirtualMemory};
use psight::net::NetIo;

/// What goes in and out, in bytes per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rates {
    /// Read, or received.
    pub(crate) inward: f64,
    /// Written, or sent.
    pub(crate) outward: f64,
}

/// The machine as a whole. What it does not tell, and what is a difference to a moment that was not seen, is `None`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Machine {
    times: Option<CpuSample>,
    disks: Option<DiskTraffic>,
    interfaces: Option<NetIo>,
    /// Where the time of the processors went.
    pub(crate) percents: Option<CpuPercents>,
    /// How busy all processors were.
    pub(crate) busy: Option<f64>,
    /// How busy each was.
    pub(crate) each: Vec<PerCpuPercent>,
    /// Where the time of each went.
    pub(crate) each_percents: Vec<PerCpuPercents>,
    pub(crate) memory: Option<VirtualMemory>,
    pub(crate) swap: Option<SwapMemory>,
    pub(crate) load: Option<LoadAverage>,
    pub(crate) up: Option<Duration>,
    pub(crate) disk: Option<Rates>,
    pub(crate) network: Option<Rates>,
}

impl Machine {
    /// Reads the machine and compares it with what it was at `before`.
    pub(crate) fn read(host: &Host, now: Instant, before: Option<(&Self, Instant)>) -> Self {
        let times = host.cpu_sample().ok();
        let disks = host.disk_traffic().ok();
        let interfaces = host.net_io_counters().ok().and_then(|all| {
            NetIo::total(all.iter().filter(|(name, _)| !is_loopback(name)).map(|(_, io)| io))
        });
        let mut machine = Self {
            percents: None,
            busy: None,
            each: Vec::new(),
            each_percents: Vec::new(),
            memory: host.virtual_memory().ok(),
            swap: host.swap_memory().ok(),
            load: host.load_average().ok(),
            up: host.time_since_boot().ok(),
            disk: None,
            network: None,
            times,
            disks,
            interfaces,
        };
        if let Some((before, at)) = before.filter(|_| !host.is_captured()) {
            machine.compare(before, now.saturating_duration_since(at));
        }
        machine
    }

    fn compare(&mut self, before: &Self, passed: Duration) {
        if let (Some(now), Some(before)) = (&self.times, &before.times) {
            self.percents = Some(now.percents_since(before));
            self.busy = Some(now.percent_since(before));
            self.each = now.per_cpu_percent_since(before);
            self.each_percents = now.per_cpu_percents_since(before);
        }
        if let (Some(now), Some(before)) = (&self.disks, &before.disks) {
            let read = now.read_bytes.saturating_sub(before.read_bytes);
            let written = now.write_bytes.saturating_sub(before.write_bytes);
            self.disk = Rates::of(read, written, passed);
        }
        if let (Some(now), Some(before)) = (&self.interfaces, &before.interfaces) {
            let since = now.since(before);
            self.network = Rates::of(since.bytes_recv, since.bytes_sent, passed);
        }
    }

    /// How many processors there are.
    pub(crate) fn cpus(&self) -> usize {
        self.times.as_ref().map_or(0, |times| times.cpus.len())
    }

    /// Their numbers, which may have gaps.
    pub(crate) fn cpu_numbers(&self) -> Vec<u32> {
        self.times.iter().flat_map(|times| &times.cpus).map(|cpu| cpu.cpu).collect()
    }
}

impl Rates {
    fn of(inward: u64, outward: u64, passed: Duration) -> Option<Self> {
        let seconds = passed.as_secs_f64();
        let rate = |bytes| bytes as f64 / seconds;
        (seconds > 0.0).then(|| Self { inward: rate(inward), outward: rate(outward) })
    }

    /// Both together.
    pub(crate) fn total(self) -> f64 {
        self.inward + self.outward
    }
}

/// What an interface that leads to the machine itself is called: `lo`, `lo0`.
fn is_loopback(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.strip_prefix(b"lo").is_some_and(|rest| rest.iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_per_second_and_needs_some_time() {
        let rates = Rates::of(3000, 30, Duration::from_millis(1500)).unwrap();
        assert_eq!((rates.inward, rates.outward, rates.total()), (2000.0, 20.0, 2020.0));
        assert_eq!(Rates::of(1, 1, Duration::ZERO), None);
    }

    #[test]
    fn the_way_to_the_machine_itself_is_no_network() {
        assert!(is_loopback(OsStr::new("lo")) && is_loopback(OsStr::new("lo0")));
        assert!(!is_loopback(OsStr::new("long0")) && !is_loopback(OsStr::new("eth0")));
    }
}
