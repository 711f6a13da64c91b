//! Counters that are asked for again and again.

use std::ffi::OsString;

use crate::disk::{DiskIo, Disks};
use crate::net::NetIo;
use crate::sys::seen::Seen;
use crate::{Host, Result, sys};

/// Reads what disks or interfaces have done, again and again.
///
/// The kernel writes its counters as text, and on a quiet machine it is what it was a moment ago: text that has not
/// changed is not decoded again. What is told is what [`Host::disk_io_counters`] or [`Host::net_io_counters`] tells.
///
/// ```
/// # use psight::Host;
/// let mut reader = Host::local().net_io_reader();
/// let mut carried = reader.changed()?.unwrap_or_default();
/// // … some time later …
/// if let Some(now) = reader.changed()? {
///     carried = now;
/// }
/// # let _ = carried;
/// # Ok::<(), psight::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct IoReader<R> {
    host: Host,
    changes: Changes<R>,
    seen: Seen,
}

/// Asks for the counters; `None` where they are what was seen last.
type Changes<R> = fn(&Host, &mut Seen) -> Result<Option<Vec<(OsString, R)>>>;

impl<R> IoReader<R> {
    fn new(host: &Host, changes: Changes<R>) -> Self {
        Self { host: host.clone(), changes, seen: Seen::default() }
    }

    /// What they have done by now, each with its name and in the system's order; `None` if that is what it told last. The
    /// first answer is never `None`, and on systems that write no text none is.
    ///
    /// # Errors
    ///
    /// As [`Host::disk_io_counters`] or [`Host::net_io_counters`]; what was told last is remembered.
    pub fn changed(&mut self) -> Result<Option<Vec<(OsString, R)>>> {
        (self.changes)(&self.host, &mut self.seen)
    }
}

impl Host {
    /// What reads again and again what disks have done. It opens its file for each reading, unless the host keeps it open
    /// ([`with_open_files`](Self::with_open_files)).
    pub fn disk_io_reader(&self, which: Disks) -> IoReader<DiskIo> {
        let changes: Changes<DiskIo> = match which {
            Disks::All => |host, seen| sys::disk::io_changes(host, Disks::All, seen),
            Disks::Whole => |host, seen| sys::disk::io_changes(host, Disks::Whole, seen),
        };
        IoReader::new(self, changes)
    }

    /// What reads again and again what interfaces have carried. It opens its file for each reading, unless the host keeps it
    /// open ([`with_open_files`](Self::with_open_files)).
    pub fn net_io_reader(&self) -> IoReader<NetIo> {
        IoReader::new(self, sys::net::io_changes)
    }
}
