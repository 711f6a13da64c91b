//! What is mounted where a machine's procfs should be, and whether the numbers in it are those of this kernel's calls.

use std::path::Path;

use rustix::io::Errno;

use crate::{Error, ErrorKind, Host, Result};

/// Whether the pids of `host` are those that this kernel knows us by.
pub(super) fn is_live(host: &Host) -> bool {
    !host.is_captured() && mounted(host) == Procfs::Ours
}

/// What is mounted where a machine's procfs should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Procfs {
    /// It calls us by our own pid.
    Ours,
    /// It is of another pid namespace, and calls us by another pid.
    Foreign,
    /// It does not know us, as none would.
    Missing,
}

// self
pub(super) fn mounted(host: &Host) -> Procfs {
    match std::fs::read_link(host.proc().join("self")) {
        Ok(itself) if itself.to_str() == Some(&std::process::id().to_string()) => Procfs::Ours,
        Ok(_) => Procfs::Foreign,
        Err(_) => Procfs::Missing,
    }
}

/// Whether the files of processes and of the system are those that this kernel makes, where they usually are: then the
/// numbers in them are those that its calls take.
pub(super) fn has_own_proc(host: &Host) -> bool {
    !host.is_captured() && host.proc() == Path::new("/proc")
}

/// Whether a file of `/proc` is missing that this kernel has, since nothing is mounted there or only a part of it
/// (subset=pid), or is closed, as to programs on Android: then system calls say what they can.
pub(super) fn is_missing_here(host: &Host, error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::AccessDenied) && has_own_proc(host)
}

/// Fails where `/proc` lists no process: whoever reads it is one, so that no procfs is there.
pub(super) fn somebody(host: &Host, pids: &[u32]) -> Result<()> {
    if !pids.is_empty() || !has_own_proc(host) {
        return Ok(());
    }
    Err(Error::system(host.proc().join("self"), Errno::NOENT.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t77_a_file_that_is_missing_or_closed_is_no_reason_to_say_nothing_of_this_machine() {
        let missing = |host: &Host, error: Errno| {
            is_missing_here(host, &Error::system("/proc/stat", error.into()))
        };
        let (own, other) = (Host::local(), Host::local().with_proc("/nonexistent"));
        for error in [Errno::NOENT, Errno::ACCESS, Errno::PERM] {
            assert!(missing(&own, error) && !missing(&other, error), "{error}");
        }
        assert!(!missing(&own, Errno::MFILE));
    }
}
