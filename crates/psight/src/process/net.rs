//! The sockets that a process holds.

use crate::net::{Connection, ConnectionKind};
use crate::{Process, Result, sys};

impl Process {
    /// The sockets that the process holds, of the network namespace that it is in.
    ///
    /// A TCP or UDP socket that it holds more than once is there once, with its first descriptor; a Unix socket once for
    /// each descriptor.
    ///
    /// Linux: `/proc/<pid>/fd`, and the socket diagnosis of netlink or `/proc/<pid>/net/*`.
    ///
    /// Windows: as there.
    ///
    /// # Errors
    ///
    /// As [`Host::connections`](crate::Host::connections).
    pub fn connections(&self, kind: ConnectionKind) -> Result<Vec<Connection>> {
        sys::net::process_connections(self.host(), self.pid(), kind)
    }
}
