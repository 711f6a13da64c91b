//! The sockets of one network namespace: the socket diagnosis of netlink, or the tables under `/proc/net`.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsString;
use std::hash::{BuildHasherDefault, Hasher};
use std::io;
use std::net::SocketAddr;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use psight_parse::linux::Endian;
use psight_parse::linux::net_inet::{Inet, net_inet};
use psight_parse::linux::net_unix::net_unix;
use psight_parse::linux::netlink::{inet_diag, unix_diag};
use rustix::fd::OwnedFd;

use super::netlink::{Netlink, netlink};
use crate::net::{
    Address, Connection, ConnectionKind, ConnectionStatus, Family, SocketTimer, SocketType,
    UnixState,
};
use crate::sys::linux::read;
use crate::{Error, Result};

/// `SOCK_DIAG_BY_FAMILY`: the kind of the question and of its answers. Since 3.3.
const SOCK_DIAG_BY_FAMILY: u16 = 20;
/// `TCPDIAG_GETSOCK`: the same of TCP alone, since 2.6.14.
const TCPDIAG_GETSOCK: u16 = 18;
/// Every state that `/proc/net` lists: not those that are bound and neither connected nor listening, a 13th state that
/// only netlink knows, since 6.8.
const STATES: u32 = (1 << 13) - 1;
const LISTEN: u8 = 10;

/// Where the sockets of a namespace can be read.
#[derive(Debug, Clone)]
pub(super) struct Namespace {
    /// Whether it is this thread's, which netlink tells about.
    pub(super) ours: bool,
    /// The directory of the tables: `/proc/net` or `/proc/<pid>/net`.
    pub(super) tables: PathBuf,
}

/// Sockets, and which of them has an inode.
#[derive(Debug, Default)]
pub(super) struct Sockets {
    pub(super) rows: Vec<Connection>,
    pub(super) by_inode: HashMap<u64, usize, BuildHasherDefault<InodeHasher>>,
}

/// One protocol, and its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Table {
    Tcp4,
    Tcp6,
    Udp4,
    Udp6,
    Unix,
}

/// The sockets of `kind`, each once.
pub(super) fn sockets(namespace: &Namespace, kind: ConnectionKind) -> Result<Sockets> {
    let mut rows = Vec::new();
    let mut diagnosis =
        namespace.ours.then(|| netlink(Some(rustix::net::netlink::SOCK_DIAG)).ok()).flatten();
    let mut tables = tables(kind);
    if let [Table::Tcp4, Table::Tcp6, rest @ ..] = tables
        && diagnosis.as_mut().is_some_and(|netlink| ask_tcp(netlink, &mut rows).is_ok())
    {
        tables = rest;
    }
    for table in tables {
        let told = diagnosis.as_mut().is_some_and(|netlink| table.ask(netlink, &mut rows).is_ok());
        if !told {
            table.read(&namespace.tables, &mut rows)?;
        }
    }
    Ok(Sockets::new(rows))
}

fn tables(kind: ConnectionKind) -> &'static [Table] {
    use Table::{Tcp4, Tcp6, Udp4, Udp6, Unix};
    match kind {
        ConnectionKind::Inet => &[Tcp4, Tcp6, Udp4, Udp6],
        ConnectionKind::Inet4 => &[Tcp4, Udp4],
        ConnectionKind::Inet6 => &[Tcp6, Udp6],
        ConnectionKind::Tcp => &[Tcp4, Tcp6],
        ConnectionKind::Tcp4 => &[Tcp4],
        ConnectionKind::Tcp6 => &[Tcp6],
        ConnectionKind::Udp => &[Udp4, Udp6],
        ConnectionKind::Udp4 => &[Udp4],
        ConnectionKind::Udp6 => &[Udp6],
        ConnectionKind::Unix => &[Unix],
        ConnectionKind::All => &[Tcp4, Tcp6, Udp4, Udp6, Unix],
    }
}

impl Sockets {
    /// Takes out what is there twice: a table that changes while it is read can show a socket again.
    fn new(mut rows: Vec<Connection>) -> Self {
        let mut by_inode =
            HashMap::with_capacity_and_hasher(rows.len(), BuildHasherDefault::default());
        // What nobody holds has no inode; a TCP connection is known by its two ends instead.
        let mut unheld = HashMap::new();
        let mut kept = 0;
        rows.retain(|row| {
            let new = match (row.inode, &row.laddr, &row.raddr) {
                (Some(inode), _, _) => match by_inode.entry(inode) {
                    Entry::Vacant(entry) => {
                        entry.insert(kept);
                        true
                    }
                    Entry::Occupied(_) => false,
                },
                (None, Some(Address::Inet(here)), Some(Address::Inet(there)))
                    if row.kind == SocketType::Stream =>
                {
                    unheld.insert((*here, *there, row.status), ()).is_none()
                }
                _ => true,
            };
            kept += usize::from(new);
            new
        });
        Self { rows, by_inode }
    }
}

/// Asks netlink for TCP over both families with the older question, which walks the kernel's table once for both: a
/// quarter quicker.
fn ask_tcp<C: FnMut() -> io::Result<OwnedFd>>(
    netlink: &mut Netlink<C>,
    rows: &mut Vec<Connection>,
) -> io::Result<()> {
    let request = inet_diag::tcp_request(STATES);
    netlink.dump(TCPDIAG_GETSOCK, &request, rows, |rows, _, payload| {
        if let Some(socket) = inet_diag::inet_diag(payload, Endian::NATIVE) {
            rows.push(Table::Tcp4.told(&socket));
        }
    })
}

impl Table {
    fn file(self) -> &'static str {
        match self {
            Self::Tcp4 => "tcp",
            Self::Tcp6 => "tcp6",
            Self::Udp4 => "udp",
            Self::Udp6 => "udp6",
            Self::Unix => "unix",
        }
    }

    fn is_tcp(self) -> bool {
        matches!(self, Self::Tcp4 | Self::Tcp6)
    }

    fn is_ipv6(self) -> bool {
        matches!(self, Self::Tcp6 | Self::Udp6)
    }

    /// Asks netlink. Refused where the kernel was built without the diagnosis of this protocol, cannot load its module,
    /// or a sandbox forbids the question.
    fn ask<C: FnMut() -> io::Result<OwnedFd>>(
        self,
        netlink: &mut Netlink<C>,
        rows: &mut Vec<Connection>,
    ) -> io::Result<()> {
        if self == Self::Unix {
            let request = unix_diag::request();
            return netlink.dump(SOCK_DIAG_BY_FAMILY, &request, rows, |rows, _, payload| {
                if let Some(socket) = unix_diag::unix_diag(payload, Endian::NATIVE) {
                    told_unix(&socket, rows);
                }
            });
        }
        let protocol = if self.is_tcp() { libc::IPPROTO_TCP } else { libc::IPPROTO_UDP };
        let request = inet_diag::request(self.is_ipv6(), protocol as u8, STATES);
        netlink.dump(SOCK_DIAG_BY_FAMILY, &request, rows, |rows, _, payload| {
            if let Some(socket) = inet_diag::inet_diag(payload, Endian::NATIVE) {
                rows.push(self.told(&socket));
            }
        })
    }

    /// A socket that netlink told of, which also knows how many connections may wait.
    fn told(self, socket: &Inet) -> Connection {
        self.inet(socket, Some(socket.tx_queue.into()))
    }

    /// Reads the table's file.
    fn read(self, tables: &Path, rows: &mut Vec<Connection>) -> Result<()> {
        let path = tables.join(self.file());
        let bytes = match read::file(&path) {
            Ok(bytes) => bytes,
            // A kernel without IPv6 has no such file, and no such sockets.
            Err(error) if self.is_ipv6() && error.kind() == io::ErrorKind::NotFound => {
                return Ok(());
            }
            Err(error) => return Err(Error::system(path, error)),
        };
        if self == Self::Unix {
            let sockets = net_unix(&bytes).map_err(|error| Error::malformed(&path, &error))?;
            rows.extend(sockets.filter_map(|socket| {
                let state = unix_state(socket.flags, socket.state);
                unix(u32::from(socket.kind), socket.inode, socket.path.to_vec(), state)
            }));
        } else {
            let sockets = net_inet(&bytes, Endian::NATIVE)
                .map_err(|error| Error::malformed(&path, &error))?;
            rows.extend(sockets.map(|socket| {
                // How many may wait is not in the file.
                let queue = (socket.state != LISTEN).then_some(u64::from(socket.tx_queue));
                self.inet(&socket, queue)
            }));
        }
        Ok(())
    }

    fn inet(self, socket: &Inet, send_queue: Option<u64>) -> Connection {
        let inode = held(socket.inode);
        Connection {
            fd: None,
            family: if socket.local.is_ipv6() { Family::Inet6 } else { Family::Inet },
            kind: if self.is_tcp() { SocketType::Stream } else { SocketType::Datagram },
            laddr: end(socket.local),
            raddr: end(socket.remote),
            status: if self.is_tcp() { status(socket.state) } else { ConnectionStatus::None },
            pid: None,
            inode,
            // The kernel says root of what nobody holds any more.
            uid: inode.map(|_| socket.uid),
            recv_queue: Some(socket.rx_queue.into()),
            send_queue,
            unix_state: None,
            timer: timer(socket.timer.kind),
            timer_left: timer(socket.timer.kind).map(|_| socket.timer.left_ms),
            timer_attempts: timer(socket.timer.kind).map(|_| socket.timer.attempts),
        }
    }
}

/// The kernel's numbers of timers: net/ipv4/inet_diag.c. Whatever else there is sends something again.
fn timer(kind: u8) -> Option<SocketTimer> {
    match kind {
        0 => None,
        2 => Some(SocketTimer::KeepAlive),
        3 => Some(SocketTimer::TimeWait),
        4 => Some(SocketTimer::Probe),
        _ => Some(SocketTimer::Retransmit),
    }
}

/// A Unix socket that netlink told of, and the connections that wait at it, of which only `/proc/net/unix` has lines of
/// their own: they have the listener's type and name, and no inode.
fn told_unix(socket: &unix_diag::UnixDiag<'_>, rows: &mut Vec<Connection>) {
    let name = unix_diag::printed(socket.name);
    let kind = u32::from(socket.kind);
    let accepted_later = Some(UnixState::Connecting);
    let waiting = (0..socket.pending).filter_map(|_| unix(kind, 0, name.clone(), accepted_later));
    rows.extend(waiting);
    // Unix sockets have the states of TCP in the kernel, and only these three.
    let state = match socket.state {
        1 => Some(UnixState::Connected),
        7 => Some(UnixState::Unconnected),
        LISTEN => Some(UnixState::Listening),
        _ => None,
    };
    rows.extend(unix(kind, socket.inode.into(), name, state));
}

/// What the flags and the state of `/proc/net/unix` say: linux/net.h.
fn unix_state(flags: u32, state: u8) -> Option<UnixState> {
    const ACCEPTS: u32 = 1 << 16;
    match state {
        1 if flags & ACCEPTS != 0 => Some(UnixState::Listening),
        1 => Some(UnixState::Unconnected),
        2 => Some(UnixState::Connecting),
        3 => Some(UnixState::Connected),
        4 => Some(UnixState::Disconnecting),
        _ => None,
    }
}

fn unix(kind: u32, inode: u64, name: Vec<u8>, state: Option<UnixState>) -> Option<Connection> {
    Some(Connection {
        fd: None,
        family: Family::Unix,
        kind: match kind {
            1 => SocketType::Stream,
            2 => SocketType::Datagram,
            3 => SocketType::Raw,
            4 => SocketType::Rdm,
            5 => SocketType::SeqPacket,
            _ => return None,
        },
        laddr: (!name.is_empty()).then(|| Address::Unix(OsString::from_vec(name))),
        raddr: None,
        status: ConnectionStatus::None,
        pid: None,
        inode: held(inode),
        uid: None,
        recv_queue: None,
        send_queue: None,
        unix_state: state,
        timer: None,
        timer_left: None,
        timer_attempts: None,
    })
}

fn held(inode: u64) -> Option<u64> {
    (inode != 0).then_some(inode)
}

/// Without a port, an end is not bound or not connected, whatever its address.
fn end(address: SocketAddr) -> Option<Address> {
    (address.port() != 0).then_some(Address::Inet(address))
}

/// include/net/tcp_states.h
fn status(state: u8) -> ConnectionStatus {
    match state {
        1 => ConnectionStatus::Established,
        2 => ConnectionStatus::SynSent,
        // 12 is a request that has no socket of its own yet; the kernel shows it as 3, too.
        3 | 12 => ConnectionStatus::SynRecv,
        4 => ConnectionStatus::FinWait1,
        5 => ConnectionStatus::FinWait2,
        6 => ConnectionStatus::TimeWait,
        7 => ConnectionStatus::Close,
        8 => ConnectionStatus::CloseWait,
        9 => ConnectionStatus::LastAck,
        LISTEN => ConnectionStatus::Listen,
        11 => ConnectionStatus::Closing,
        _ => ConnectionStatus::None,
    }
}

/// Spreads inodes, which the kernel counts up: nobody can choose them to collide.
#[derive(Debug, Default)]
pub(super) struct InodeHasher(u64);

impl Hasher for InodeHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The golden ratio in 64 bits: the upper bits, which the table looks at, depend on all of the number.
        let mixed = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use psight_parse::linux::net_inet::Timer;

    fn row(inode: u64, ends: (&str, &str), state: u8) -> Connection {
        let socket = Inet {
            local: ends.0.parse().unwrap(),
            remote: ends.1.parse().unwrap(),
            state,
            tx_queue: 0,
            rx_queue: 0,
            uid: 0,
            inode,
            timer: Timer::default(),
        };
        Table::Tcp4.inet(&socket, None)
    }

    #[test]
    fn t54_a_socket_that_a_changing_table_shows_again_is_there_once() {
        let ends = ("10.0.0.1:80", "10.0.0.2:1000");
        let rows = vec![
            row(7, ends, 1),
            row(0, ends, 6),
            row(7, ends, 8),
            row(0, ends, 6),
            row(9, ("10.0.0.1:80", "0.0.0.0:0"), LISTEN),
        ];
        let sockets = Sockets::new(rows);
        let seen: Vec<_> = sockets.rows.iter().map(|row| (row.inode, row.status)).collect();
        assert_eq!(
            seen,
            [
                (Some(7), ConnectionStatus::Established),
                (None, ConnectionStatus::TimeWait),
                (Some(9), ConnectionStatus::Listen)
            ]
        );
        assert_eq!((sockets.by_inode[&7], sockets.by_inode[&9]), (0, 2));
    }

    #[test]
    fn t60_states_have_psutils_words_and_udp_has_none() {
        let words: Vec<_> = (1..=12).map(|state| status(state).as_str()).collect();
        assert_eq!(
            words.join(" "),
            "ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING SYN_RECV"
        );
        let socket = Inet {
            local: "[::1]:53".parse().unwrap(),
            remote: "[::]:0".parse().unwrap(),
            state: 7,
            tx_queue: 0,
            rx_queue: 0,
            uid: 5,
            inode: 3,
            timer: Timer::default(),
        };
        let udp = Table::Udp6.inet(&socket, None);
        assert_eq!((udp.status, udp.raddr), (ConnectionStatus::None, None));
        let time_wait = row(0, ("10.0.0.1:80", "10.0.0.2:1000"), 6);
        assert_eq!((time_wait.inode, time_wait.uid), (None, None));
    }

    #[test]
    fn t58_connections_that_wait_at_a_unix_socket_are_there() {
        let listener =
            unix_diag::UnixDiag { kind: 1, state: LISTEN, inode: 7, name: b"\0x", pending: 2 };
        let mut rows = Vec::new();
        told_unix(&listener, &mut rows);
        let name = Some(Address::Unix("@x".into()));
        let seen: Vec<_> = rows.iter().map(|row| (row.inode, row.laddr == name)).collect();
        assert_eq!(seen, [(None, true), (None, true), (Some(7), true)]);
    }
}
