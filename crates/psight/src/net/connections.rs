//! Sockets of the whole machine.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;

use super::{ConnectionKind, ConnectionStatus, Family, SocketTimer, SocketType, UnixState};
use crate::record::{Kind, Record, ToValue, Value};
use crate::{Host, Pid, Result, sys};

/// One socket, or one descriptor of a socket.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Connection {
    /// The descriptor that the owner has of it. `None` without an owner that is known.
    #[field(label)]
    pub fd: Option<u32>,
    /// What sort of address it has.
    #[field(label)]
    pub family: Family,
    /// How it carries data.
    #[field(label, name = "type")]
    pub kind: SocketType,
    /// Where it is bound: an IP address and a port, or the name of a Unix socket. `None` where it has no name.
    #[field(label)]
    pub laddr: Option<Address>,
    /// What it is connected to. `None` where it is not connected, and for every Unix socket.
    #[field(label)]
    pub raddr: Option<Address>,
    /// The state of a TCP connection; `NONE` for UDP and Unix sockets, as psutil has it.
    #[field(label)]
    pub status: ConnectionStatus,
    /// The process that holds it. `None` where owners were not asked for, where nobody holds it (`TIME_WAIT`, a
    /// connection not yet accepted, a socket of the kernel), and where the caller may not know.
    #[field(label)]
    pub pid: Option<Pid>,
    /// The number of the socket, the same in every process that holds it. `None` where nobody holds it.
    #[field(label, on(linux))]
    pub inode: Option<u64>,
    /// The user who created the socket; `None` for Unix sockets.
    #[field(label, on(linux))]
    pub uid: Option<u32>,
    /// Bytes that arrived and were not yet read; connections not yet accepted where it listens. `None` for Unix sockets.
    #[field(unit = bytes, on(linux))]
    pub recv_queue: Option<u64>,
    /// Bytes sent and not yet confirmed; the most connections that may wait where it listens. `None` for Unix sockets.
    #[field(unit = bytes, on(linux))]
    pub send_queue: Option<u64>,
    /// How far a Unix socket has come; `None` for every other socket, which `status` tells of, and where the system does
    /// not say.
    #[field(label, on(linux))]
    pub unix_state: Option<UnixState>,
    /// What the kernel waits for with a TCP connection; `None` where it waits for nothing, and of all other sockets.
    #[field(label, on(linux))]
    pub timer: Option<SocketTimer>,
    /// When that timer goes off. `None` without one.
    #[field(unit = milliseconds, on(linux))]
    pub timer_left: Option<u32>,
    /// How often that timer went off in vain, at most 255. `None` without one.
    #[field(on(linux))]
    pub timer_attempts: Option<u8>,
}

/// One end of a socket.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Address {
    /// An IP address and a port.
    Inet(SocketAddr),
    /// The name of a Unix socket: a path, or `@` and a name that is in no file system. The kernel also writes `@` for
    /// each NUL inside such a name.
    Unix(OsString),
}

impl Address {
    /// The IP address and the port; `None` for a Unix socket.
    pub fn inet(&self) -> Option<SocketAddr> {
        match self {
            Self::Inet(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// The port; `None` for a Unix socket.
    pub fn port(&self) -> Option<u16> {
        self.inet().map(|address| address.port())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inet(address) => address.fmt(f),
            Self::Unix(name) => name.display().fmt(f),
        }
    }
}

impl ToValue for Address {
    const KIND: Kind = Kind::OsText;

    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Inet(address) => Value::Text(Cow::Owned(address.to_string())),
            Self::Unix(name) => Value::OsText(name),
        }
    }
}

crate::serialized!(Address);

impl Host {
    /// The machine's sockets, without the processes that hold them: the quick question.
    ///
    /// Every socket is there once, also those that look alike in every field. Linux: the socket diagnosis of netlink, or
    /// `/proc/net/{tcp,tcp6,udp,udp6,unix}` where that is refused, not built in, or of another machine. Both show one
    /// network namespace: the caller's. Sockets that are opened or closed meanwhile may be there or not.
    ///
    /// Windows: `GetExtendedTcpTable` and `GetExtendedUdpTable`, which tell the owners too. There is no table of Unix
    /// sockets: `Unsupported` if only those are wanted.
    ///
    /// # Errors
    ///
    /// The error of the `/proc` file, if the kernel gives the answer in neither way. A kernel without IPv6 has no IPv6
    /// sockets, which is no error.
    pub fn connections(&self, kind: ConnectionKind) -> Result<Vec<Connection>> {
        sys::net::connections(self, kind)
    }

    /// The machine's sockets, with the processes that hold them, as psutil's `net_connections` tells it.
    ///
    /// A socket that several processes hold is given to the one with the highest pid. If that one holds it more than
    /// once, a TCP or UDP socket is there once, with its first descriptor, and a Unix socket once for each descriptor.
    /// Processes whose descriptors the caller may not read are not found as owners.
    ///
    /// Linux: [`connections`](Self::connections), and `/proc/<pid>/fd` of every process: most of the time goes there.
    ///
    /// Windows: [`connections`](Self::connections), which costs no more with them.
    ///
    /// # Errors
    ///
    /// As [`connections`](Self::connections).
    pub fn connections_with_owners(&self, kind: ConnectionKind) -> Result<Vec<Connection>> {
        Ok(self.connections_with_owners_and_refusals(kind)?.0)
    }

    /// The same, and how many of the processes that were asked do not let the caller read their descriptors: where none
    /// refuses, a socket without an owner is nobody's.
    ///
    /// Linux: processes are asked from the highest pid on, until every socket that somebody holds has its owner.
    ///
    /// Windows: always 0.
    ///
    /// # Errors
    ///
    /// As [`connections`](Self::connections).
    pub fn connections_with_owners_and_refusals(
        &self,
        kind: ConnectionKind,
    ) -> Result<(Vec<Connection>, usize)> {
        sys::net::connections_with_owners(self, kind)
    }

    /// The machine's sockets, once for each descriptor of each process that holds them.
    ///
    /// Sockets without an owner that is known are there once. In order of pid and descriptor within a socket.
    ///
    /// # Errors
    ///
    /// As [`connections`](Self::connections).
    pub fn connections_with_all_owners(&self, kind: ConnectionKind) -> Result<Vec<Connection>> {
        sys::net::connections_with_all_owners(self, kind)
    }
}
