//! What machine it is, since when it runs, and what time it is there.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Host;
use crate::record::Record;
use crate::{Result, sys};

/// What a machine calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct HostInfo {
    /// The machine's name in the network.
    #[field(label)]
    pub hostname: Option<String>,
    /// The operating system with its version, for people: `Debian GNU/Linux 12 (bookworm)`.
    #[field(label)]
    pub os: Option<String>,
    /// The operating system by the word that programs go by: `debian`, `fedora`, `arch`; `windows`.
    #[field(label)]
    pub os_id: Option<String>,
    /// Its version by the number that programs go by: `12`, `24.04`. A rolling distribution has none, and neither has Windows,
    /// whose number is that of the kernel.
    #[field(label)]
    pub os_version: Option<String>,
    /// The kernel's version: `6.1.0-18-amd64`.
    #[field(label)]
    pub kernel: Option<String>,
    /// What the processor is called: `x86_64`, `aarch64`.
    #[field(label)]
    pub architecture: Option<String>,
    /// The name of its first processor: `Intel(R) Xeon(R) Processor`. Most ARM machines do not tell.
    #[field(label)]
    pub processor: Option<String>,
    /// The container (`docker`, `lxc`, `podman` …) or else the virtual machine (`kvm`, `vmware`, `xen` …) that it is;
    /// `None` on real hardware and where it does not show.
    #[field(label)]
    pub virtualization: Option<String>,
}

impl Host {
    /// What the machine calls itself.
    ///
    /// Linux: `/proc/sys/kernel/{hostname,osrelease}`, `/etc/os-release`, `uname(2)`, `/run/systemd/container`,
    /// `/sys/class/dmi/id`. What is not there is `None`.
    ///
    /// Windows: `GetComputerNameEx`, `RtlGetVersion` and the registry.
    ///
    /// # Errors
    ///
    /// `Unsupported` on systems that cannot tell at all.
    pub fn info(&self) -> Result<HostInfo> {
        sys::host::info(self)
    }

    /// When the machine started.
    ///
    /// It is computed by the kernel as "now" minus the time since boot, so that setting the clock moves it, and it may
    /// differ by a second from one call to the next. On a machine without a battery-backed clock it lies in 1970 until
    /// the clock is set.
    ///
    /// Linux: `btime` of `/proc/stat`; where procfs shows processes alone (`subset=pid`), `CLOCK_REALTIME` less
    /// `CLOCK_BOOTTIME`, of which the kernel makes it. In a container it is the machine's, unless the container's own `/proc` says
    /// otherwise.
    ///
    /// Windows: `SystemTimeOfDayInformation`.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/stat` of another machine, `Malformed` if it does not say it.
    pub fn boot_time(&self) -> Result<SystemTime> {
        sys::host::boot_time(self)
    }

    /// How long ago the machine started, the time in which it was suspended included. Setting the clock does not change
    /// it.
    ///
    /// Linux: `/proc/uptime`, to 10 ms; else `CLOCK_BOOTTIME`.
    ///
    /// Windows: `GetTickCount64`, to about 16 ms.
    ///
    /// # Errors
    ///
    /// `NotFound` on a captured machine without a `/proc/uptime`.
    pub fn time_since_boot(&self) -> Result<Duration> {
        sys::host::time_since_boot(self)
    }

    /// How long the machine has been running since it started, the time in which it was suspended not included.
    ///
    /// Linux: `CLOCK_MONOTONIC`.
    ///
    /// Windows: `QueryUnbiasedInterruptTime`.
    ///
    /// # Errors
    ///
    /// `Unsupported` on a captured machine where nobody asked.
    pub fn uptime(&self) -> Result<Duration> {
        sys::host::uptime(self)
    }

    /// The boot time as it was at the first question to this `Host`: moments that are counted from boot then keep their
    /// distance from each other, though [`boot_time`](Self::boot_time) may jitter.
    #[allow(dead_code, reason = "systems that keep the wall clock of a start need none")]
    pub(crate) fn boot_time_cached(&self) -> Result<SystemTime> {
        if let Some(boot) = self.0.boot_time.get() {
            return Ok(*boot);
        }
        let boot = self.boot_time()?;
        Ok(*self.0.boot_time.get_or_init(|| boot))
    }

    /// What time it is on the machine: on a captured one, the moment of the capture. The age of anything on the machine is
    /// counted from here.
    pub fn now(&self) -> SystemTime {
        match self.constants().captured_at {
            Some(seconds) => UNIX_EPOCH + Duration::from_secs(seconds),
            None => SystemTime::now(),
        }
    }
}

#[cfg(all(test, not(force_unsupported)))]
mod tests {
    use super::*;

    fn since_1970(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    #[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
    fn t30_a_boot_time_that_jitters_moves_no_process() {
        let root = tempfile::tempdir().unwrap();
        let (proc, other) = (root.path().join("proc"), root.path().join("other"));
        for (dir, btime) in [(&proc, 100), (&other, 500)] {
            std::fs::create_dir(dir).unwrap();
            std::fs::write(dir.join("stat"), format!("btime {btime}\n")).unwrap();
        }
        let host = Host::at(root.path()).unwrap();
        assert_eq!(host.boot_time_cached().unwrap(), since_1970(100));
        std::fs::write(proc.join("stat"), "btime 101\n").unwrap();
        assert_eq!(host.boot_time().unwrap(), since_1970(101));
        assert_eq!(host.clone().boot_time_cached().unwrap(), since_1970(100));
        // Another /proc is another machine.
        assert_eq!(host.with_proc(&other).boot_time_cached().unwrap(), since_1970(500));
    }

    #[test]
    fn on_a_captured_machine_time_stands_still() {
        let root = tempfile::tempdir().unwrap();
        let facts = "page_size = 4096\nticks_per_second = 100\ncaptured_at = 1700000000\n";
        std::fs::write(root.path().join("facts.toml"), facts).unwrap();
        assert_eq!(Host::at(root.path()).unwrap().now(), since_1970(1_700_000_000));
        assert!(Host::local().now() > since_1970(1_700_000_000));
    }
}
