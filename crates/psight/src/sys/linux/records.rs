//! What the decoded files mean, with units converted.

use std::time::{Duration, SystemTime};

use psight_parse::linux::pid::io::Io;
use psight_parse::linux::pid::smaps::Footprint;
use psight_parse::linux::pid::stat::Stat;
use psight_parse::linux::pid::statm::Statm;

use crate::host::Constants;
use crate::process::{IoCounters, MemoryFootprint, MemoryInfo, PageFaults, ProcessCpuTimes};

pub(super) fn cpu_times(constants: &Constants, stat: &Stat<'_>) -> ProcessCpuTimes {
    let seconds = |ticks: u64| ticks as f64 / constants.ticks_per_second.max(1) as f64;
    ProcessCpuTimes {
        user: seconds(stat.utime_ticks),
        system: seconds(stat.stime_ticks),
        children_user: seconds(stat.cutime_ticks),
        children_system: seconds(stat.cstime_ticks),
        iowait: stat.delayacct_blkio_ticks.map(seconds),
    }
}

pub(super) fn page_faults(stat: &Stat<'_>) -> PageFaults {
    PageFaults { minor: stat.minflt, major: stat.majflt }
}

pub(super) fn create_time(
    constants: &Constants,
    boot: SystemTime,
    stat: &Stat<'_>,
) -> Option<SystemTime> {
    boot.checked_add(ticks(stat.starttime_ticks, constants.ticks_per_second))
}

pub(super) fn memory_info(constants: &Constants, statm: &Statm) -> MemoryInfo {
    let bytes = |pages: u64| pages.saturating_mul(constants.page_size);
    MemoryInfo {
        rss: bytes(statm.resident_pages),
        vms: bytes(statm.size_pages),
        shared: Some(bytes(statm.shared_pages)),
        text: Some(bytes(statm.text_pages)),
        data: Some(bytes(statm.data_pages)),
        stack: None,
        peak_rss: None,
        peak_vms: None,
    }
}

pub(super) fn memory_footprint(sum: &Footprint) -> MemoryFootprint {
    MemoryFootprint {
        uss: bytes(sum.private_kib),
        pss: sum.pss_kib.map(bytes),
        swap: sum.swap_kib.map(bytes),
    }
}

pub(super) fn io_counters(io: &Io) -> IoCounters {
    IoCounters {
        read_count: io.syscr,
        write_count: io.syscw,
        read_bytes: io.read_bytes,
        write_bytes: io.write_bytes,
        read_chars: io.rchar,
        write_chars: io.wchar,
        other_count: None,
        other_bytes: None,
        cancelled_write_bytes: io.cancelled_write_bytes,
    }
}

/// Bytes of a size in KiB.
pub(super) fn bytes(kib: u64) -> u64 {
    kib.saturating_mul(1024)
}

fn ticks(count: u64, per_second: u64) -> Duration {
    let per_second = per_second.max(1);
    let nanos = u128::from(count % per_second) * 1_000_000_000 / u128::from(per_second);
    // Less than a second by construction.
    Duration::new(count / per_second, u32::try_from(nanos).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_exact() {
        assert_eq!(ticks(5163, 100), Duration::from_millis(51_630));
        assert_eq!(ticks(1, 1024), Duration::from_nanos(976_562));
        assert_eq!(ticks(u64::MAX, 0), Duration::from_secs(u64::MAX));
    }
}
