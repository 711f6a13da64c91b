//! What disks do in a second, and how long requests take: the numbers of iostat(1).

use std::time::Duration;

use super::DiskIo;
use crate::record::Record;

/// What a disk does in a second, as an average over some time, and how its requests fared meanwhile.
///
/// What is an average over requests is `None` where there were none.
#[derive(Debug, Clone, Copy, PartialEq, Record)]
#[non_exhaustive]
pub struct DiskRates {
    /// Reads completed in a second.
    #[field(unit = count)]
    pub reads_per_sec: f64,
    /// Bytes read in a second.
    #[field(unit = bytes)]
    pub read_bytes_per_sec: f64,
    /// Reads that were joined with a neighbour's in a second.
    #[field(unit = count, on(linux))]
    pub reads_merged_per_sec: Option<f64>,
    /// How long a read took, from when it was queued.
    #[field(unit = milliseconds)]
    pub read_await: Option<f64>,
    /// How much a read asked for.
    #[field(unit = bytes)]
    pub read_size: Option<f64>,
    /// Writes completed in a second.
    #[field(unit = count)]
    pub writes_per_sec: f64,
    /// Bytes written in a second.
    #[field(unit = bytes)]
    pub write_bytes_per_sec: f64,
    /// Writes that were joined with a neighbour's in a second.
    #[field(unit = count, on(linux))]
    pub writes_merged_per_sec: Option<f64>,
    /// How long a write took, from when it was queued.
    #[field(unit = milliseconds)]
    pub write_await: Option<f64>,
    /// How much a write brought.
    #[field(unit = bytes)]
    pub write_size: Option<f64>,
    /// Discards (TRIM) completed in a second.
    #[field(unit = count, on(linux))]
    pub discards_per_sec: Option<f64>,
    /// Bytes discarded in a second.
    #[field(unit = bytes, on(linux))]
    pub discard_bytes_per_sec: Option<f64>,
    /// Discards that were joined with a neighbour's in a second.
    #[field(unit = count, on(linux))]
    pub discards_merged_per_sec: Option<f64>,
    /// How long a discard took.
    #[field(unit = milliseconds, on(linux))]
    pub discard_await: Option<f64>,
    /// How much a discard was about.
    #[field(unit = bytes, on(linux))]
    pub discard_size: Option<f64>,
    /// Flushes completed in a second.
    #[field(unit = count, on(linux))]
    pub flushes_per_sec: Option<f64>,
    /// How long a flush took.
    #[field(unit = milliseconds, on(linux))]
    pub flush_await: Option<f64>,
    /// How many requests were under way or waited, on average.
    #[field(unit = count, on(linux))]
    pub queue_length: Option<f64>,
    /// The share of the time in which at least one request was under way. A disk that serves many at once is not
    /// therefore at its limit when this is 100.
    #[field(unit = percent, on(linux, freebsd))]
    pub utilization: Option<f64>,
}

impl DiskIo {
    /// What this is in a second, if it was counted during `span`: growth from [`since`](Self::since), or all that was
    /// counted since boot. `None` where no time passed.
    ///
    /// ```
    /// # use psight::{Host, disk::Disks};
    /// let host = Host::local();
    /// let up = host.time_since_boot()?;
    /// // None where nothing is counted.
    /// for (name, io) in host.disk_io_counters(Disks::All).unwrap_or_default() {
    ///     if let Some(rates) = io.rates_over(up) {
    ///         println!("{}: {:.1} reads/s since boot", name.display(), rates.reads_per_sec);
    ///     }
    /// }
    /// # Ok::<(), psight::Error>(())
    /// ```
    pub fn rates_over(&self, span: Duration) -> Option<DiskRates> {
        let seconds = span.as_secs_f64();
        if seconds == 0.0 {
            return None;
        }
        let rate = |count: u64| count as f64 / seconds;
        Some(DiskRates {
            reads_per_sec: rate(self.read_count),
            read_bytes_per_sec: rate(self.read_bytes),
            reads_merged_per_sec: self.read_merged_count.map(rate),
            read_await: each(self.read_time, Some(self.read_count)),
            read_size: each(Some(self.read_bytes), Some(self.read_count)),
            writes_per_sec: rate(self.write_count),
            write_bytes_per_sec: rate(self.write_bytes),
            writes_merged_per_sec: self.write_merged_count.map(rate),
            write_await: each(self.write_time, Some(self.write_count)),
            write_size: each(Some(self.write_bytes), Some(self.write_count)),
            discards_per_sec: self.discard_count.map(rate),
            discard_bytes_per_sec: self.discard_bytes.map(rate),
            discards_merged_per_sec: self.discard_merged_count.map(rate),
            discard_await: each(self.discard_time, self.discard_count),
            discard_size: each(self.discard_bytes, self.discard_count),
            flushes_per_sec: self.flush_count.map(rate),
            flush_await: each(self.flush_time, self.flush_count),
            queue_length: self.weighted_time.map(|ms| rate(ms) / 1000.0),
            // The clocks of the disk and of the span are two.
            utilization: self.busy_time.map(|ms| (rate(ms) / 10.0).min(100.0)),
        })
    }
}

/// What falls to each request; `None` without requests.
fn each(all: Option<u64>, requests: Option<u64>) -> Option<f64> {
    let requests = requests.filter(|requests| *requests > 0)?;
    Some(all? as f64 / requests as f64)
}

#[cfg(all(test, not(force_unsupported)))]
mod tests {
    use super::*;
    use crate::Host;
    use crate::disk::Disks;

    fn disk(line: &str) -> Option<DiskIo> {
        let root = tempfile::tempdir().ok()?;
        std::fs::create_dir(root.path().join("proc")).ok()?;
        std::fs::write(root.path().join("proc/diskstats"), line).ok()?;
        let disks = Host::at(root.path()).ok()?.disk_io_counters(Disks::All).ok()?;
        disks.into_values().next()
    }

    #[test]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn the_numbers_of_iostat_follow_from_counters_and_time() {
        let io = disk("8 0 sda 20 5 160 40 10 30 800 50 0 2500 20000 0 0 0 0 4 12\n").unwrap();
        let rates = io.rates_over(Duration::from_secs(5)).unwrap();
        assert_eq!((rates.reads_per_sec, rates.read_bytes_per_sec), (4.0, 16_384.0));
        assert_eq!((rates.reads_merged_per_sec, rates.read_await), (Some(1.0), Some(2.0)));
        assert_eq!((rates.read_size, rates.write_size), (Some(4096.0), Some(40_960.0)));
        assert_eq!((rates.discards_per_sec, rates.discard_await), (Some(0.0), None));
        assert_eq!((rates.flushes_per_sec, rates.flush_await), (Some(0.8), Some(3.0)));
        assert_eq!((rates.utilization, rates.queue_length), (Some(50.0), Some(4.0)));
        assert_eq!(io.rates_over(Duration::from_secs(1)).unwrap().utilization, Some(100.0));
        assert_eq!(io.rates_over(Duration::ZERO), None);
    }

    #[test]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn what_an_old_kernel_does_not_count_has_no_rate() {
        let io = disk("8 0 sda 4 0 8 0 0 0 0 0 0 0 0\n").unwrap();
        let rates = io.rates_over(Duration::from_secs(4)).unwrap();
        assert_eq!((rates.reads_per_sec, rates.read_size), (1.0, Some(1024.0)));
        assert_eq!((rates.discards_per_sec, rates.flushes_per_sec), (None, None));
        assert_eq!((rates.write_await, rates.write_size), (None, None));
    }
}
