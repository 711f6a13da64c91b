//! The machine itself, refused.

use std::time::{Duration, SystemTime};

use crate::host::{Constants, Hardware, HostInfo};
use crate::{Error, Host, Result};

/// Values that no kernel had to be asked for; a back-end that counts in pages or ticks states its own.
pub(crate) fn constants() -> Constants {
    Constants { page_size: 0, ticks_per_second: 100, captured_at: None }
}

pub(crate) fn info(_host: &Host) -> Result<HostInfo> {
    Err(Error::unsupported("info"))
}

pub(crate) fn hardware(_host: &Host) -> Result<Hardware> {
    Err(Error::unsupported("hardware"))
}

pub(crate) fn boot_time(_host: &Host) -> Result<SystemTime> {
    Err(Error::unsupported("boot_time"))
}

pub(crate) fn time_since_boot(_host: &Host) -> Result<Duration> {
    Err(Error::unsupported("time_since_boot"))
}

pub(crate) fn uptime(_host: &Host) -> Result<Duration> {
    Err(Error::unsupported("uptime"))
}
