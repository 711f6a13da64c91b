//! Adapters, routes and sockets.

mod ffi;
mod interfaces;
mod routes;

use std::net::SocketAddr;

use psight_parse::windows::tcp_table::{TcpRow, tcp_table, tcp6_table};
use psight_parse::windows::udp_table::{UdpRow, udp_table, udp6_table};

use super::kernel::here;
use super::opened::Opened;
use crate::net::{Address, Connection, ConnectionKind, ConnectionStatus, Family, SocketType};
use crate::{Error, Host, Pid, Result};

pub(crate) use super::{capture_addresses, capture_links, capture_routes, protocol_counters};
pub(crate) use interfaces::{interface_addresses, interface_stats, io_changes, io_counters};
pub(crate) use routes::routes;

/// With their owners, which Windows always tells.
// GetExtendedTcpTable, GetExtendedUdpTable
pub(crate) fn connections(host: &Host, kind: ConnectionKind) -> Result<Vec<Connection>> {
    here(host, "connections")?;
    let mut found = Vec::new();
    for table in TABLES.iter().filter(|table| table.is_in(kind)) {
        found.extend((table.read)(table.family)?);
    }
    if found.is_empty() && kind == ConnectionKind::Unix {
        return Err(Error::unsupported("connections of Unix sockets"));
    }
    Ok(found)
}

pub(crate) fn connections_with_owners(
    host: &Host,
    kind: ConnectionKind,
) -> Result<(Vec<Connection>, usize)> {
    Ok((connections(host, kind)?, 0))
}

pub(crate) fn connections_with_all_owners(
    host: &Host,
    kind: ConnectionKind,
) -> Result<Vec<Connection>> {
    connections(host, kind)
}

pub(crate) fn process_connections(
    host: &Host,
    pid: Pid,
    kind: ConnectionKind,
) -> Result<Vec<Connection>> {
    let mut all = connections(host, kind)?;
    all.retain(|connection| connection.pid == Some(pid));
    if all.is_empty()
        && let Err(error) = Opened::new(pid, 0)
        && error.is_gone()
    {
        return Err(error);
    }
    Ok(all)
}

/// One of the four tables.
struct Table {
    family: Family,
    kind: SocketType,
    read: fn(Family) -> Result<Vec<Connection>>,
}

const TABLES: &[Table] = &[
    Table { family: Family::Inet, kind: SocketType::Stream, read: tcp },
    Table { family: Family::Inet6, kind: SocketType::Stream, read: tcp },
    Table { family: Family::Inet, kind: SocketType::Datagram, read: udp },
    Table { family: Family::Inet6, kind: SocketType::Datagram, read: udp },
];

impl Table {
    fn is_in(&self, kind: ConnectionKind) -> bool {
        let (four, six) = (self.family == Family::Inet, self.family == Family::Inet6);
        let (tcp, udp) = (self.kind == SocketType::Stream, self.kind == SocketType::Datagram);
        match kind {
            ConnectionKind::Inet | ConnectionKind::All => true,
            ConnectionKind::Inet4 => four,
            ConnectionKind::Inet6 => six,
            ConnectionKind::Tcp => tcp,
            ConnectionKind::Tcp4 => tcp && four,
            ConnectionKind::Tcp6 => tcp && six,
            ConnectionKind::Udp => udp,
            ConnectionKind::Udp4 => udp && four,
            ConnectionKind::Udp6 => udp && six,
            ConnectionKind::Unix => false,
        }
    }
}

fn tcp(family: Family) -> Result<Vec<Connection>> {
    let what = "GetExtendedTcpTable";
    let bytes = ffi::tcp_table(family == Family::Inet6);
    let bytes = bytes.map_err(|error| Error::system(what, error))?;
    let rows = if family == Family::Inet6 { tcp6_table(&bytes) } else { tcp_table(&bytes) };
    let rows = rows.map_err(|error| Error::malformed(what, &error))?;
    Ok(rows.iter().map(|row| stream(family, row)).collect())
}

fn udp(family: Family) -> Result<Vec<Connection>> {
    let what = "GetExtendedUdpTable";
    let bytes = ffi::udp_table(family == Family::Inet6);
    let bytes = bytes.map_err(|error| Error::system(what, error))?;
    let rows = if family == Family::Inet6 { udp6_table(&bytes) } else { udp_table(&bytes) };
    let rows = rows.map_err(|error| Error::malformed(what, &error))?;
    Ok(rows.iter().map(|row| datagram(family, row)).collect())
}

fn stream(family: Family, row: &TcpRow) -> Connection {
    let is_connected = row.remote.port() != 0 || !row.remote.ip().is_unspecified();
    let remote = is_connected.then_some(row.remote);
    connection(
        family,
        SocketType::Stream,
        [Some(row.local), remote],
        status(row.state),
        row.owning_pid,
    )
}

fn datagram(family: Family, row: &UdpRow) -> Connection {
    let ends = [Some(row.local), None];
    connection(family, SocketType::Datagram, ends, ConnectionStatus::None, row.owning_pid)
}

fn connection(
    family: Family,
    kind: SocketType,
    [laddr, raddr]: [Option<SocketAddr>; 2],
    status: ConnectionStatus,
    owner: u32,
) -> Connection {
    Connection {
        fd: None,
        family,
        kind,
        laddr: laddr.map(Address::Inet),
        raddr: raddr.map(Address::Inet),
        status,
        unix_state: None,
        // The kernel's idle process holds what nobody does any more.
        pid: (owner != 0).then(|| Pid::new(owner)),
        inode: None,
        uid: None,
        recv_queue: None,
        send_queue: None,
        timer: None,
        timer_left: None,
        timer_attempts: None,
    }
}

/// `MIB_TCP_STATE`
fn status(state: u32) -> ConnectionStatus {
    match state {
        1 => ConnectionStatus::Close,
        2 => ConnectionStatus::Listen,
        3 => ConnectionStatus::SynSent,
        4 => ConnectionStatus::SynRecv,
        5 => ConnectionStatus::Established,
        6 => ConnectionStatus::FinWait1,
        7 => ConnectionStatus::FinWait2,
        8 => ConnectionStatus::CloseWait,
        9 => ConnectionStatus::Closing,
        10 => ConnectionStatus::LastAck,
        11 => ConnectionStatus::TimeWait,
        12 => ConnectionStatus::DeleteTcb,
        _ => ConnectionStatus::None,
    }
}
