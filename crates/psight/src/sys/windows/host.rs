//! The machine itself.

use std::time::{Duration, SystemTime};

use psight_parse::windows::system_time_of_day_information;

use super::kernel::{self, duration, here, moment};
use super::machine::ffi;
use super::text;
use crate::host::{Constants, HostInfo};
use crate::{Error, Host, Result};

pub(crate) use super::hardware;

const SYSTEM_TIME_OF_DAY_INFORMATION: i32 = 3;

/// The page size of the processor, and the unit in which the kernel counts time.
pub(crate) fn constants() -> Constants {
    Constants { page_size: ffi::page_size(), ticks_per_second: 10_000_000, captured_at: None }
}

// GetComputerNameEx, RtlGetVersion, and what the registry has for people
pub(crate) fn info(host: &Host) -> Result<HostInfo> {
    here(host, "info")?;
    let string = |units: Vec<u16>| {
        let text = text::up_to_nul(&units).into_string().ok()?;
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let registry = |key: &str, name: &str| {
        ffi::registry_text(&text::wide(key), &text::wide(name)).ok().and_then(string)
    };
    let windows = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    let processor = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0";
    Ok(HostInfo {
        hostname: ffi::computer_name().ok().and_then(string),
        os: registry(windows, "ProductName"),
        os_id: Some("windows".to_owned()),
        os_version: None,
        kernel: ffi::version().map(|[major, minor, build]| format!("{major}.{minor}.{build}")),
        architecture: Some(std::env::consts::ARCH.to_owned()),
        processor: registry(processor, "ProcessorNameString"),
        virtualization: None,
    })
}

// SystemTimeOfDayInformation BootTime
pub(crate) fn boot_time(host: &Host) -> Result<SystemTime> {
    here(host, "boot_time")?;
    let what = "SystemTimeOfDayInformation";
    // The kernel fills as much as it is given room for, and no more than it has.
    let buffer = kernel::system(SYSTEM_TIME_OF_DAY_INFORMATION, 48, what)?;
    system_time_of_day_information::boot_time(buffer.bytes())
        .map(moment)
        .map_err(|error| Error::malformed(what, &error))
}

// GetTickCount64
pub(crate) fn time_since_boot(host: &Host) -> Result<Duration> {
    here(host, "time_since_boot")?;
    Ok(Duration::from_millis(ffi::tick_count()))
}

// QueryUnbiasedInterruptTime
pub(crate) fn uptime(host: &Host) -> Result<Duration> {
    here(host, "uptime")?;
    ffi::unbiased_time()
        .map(duration)
        .map_err(|error| Error::system("QueryUnbiasedInterruptTime", error))
}
