//! Network, refused.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::net::{
    Connection, ConnectionKind, InterfaceAddress, InterfaceStats, NetIo, ProtocolCounter, Route,
    Routes,
};
use crate::sys::seen::Seen;
use crate::{Error, Host, Pid, Result};

pub(crate) fn io_changes(host: &Host, _seen: &mut Seen) -> Result<Option<Vec<(OsString, NetIo)>>> {
    io_counters(host).map(|all| Some(all.into_iter().collect()))
}

pub(crate) fn io_counters(_host: &Host) -> Result<BTreeMap<OsString, NetIo>> {
    Err(Error::unsupported("net_io_counters"))
}

pub(crate) fn interface_addresses(
    _host: &Host,
) -> Result<BTreeMap<OsString, Vec<InterfaceAddress>>> {
    Err(Error::unsupported("interface_addresses"))
}

pub(crate) fn interface_stats(_host: &Host) -> Result<BTreeMap<OsString, InterfaceStats>> {
    Err(Error::unsupported("interface_stats"))
}

pub(crate) fn protocol_counters(_host: &Host) -> Result<Vec<ProtocolCounter>> {
    Err(Error::unsupported("protocol_counters"))
}

pub(crate) fn routes(_host: &Host, _which: Routes) -> Result<Vec<Route>> {
    Err(Error::unsupported("routes"))
}

pub(crate) fn connections(_host: &Host, _kind: ConnectionKind) -> Result<Vec<Connection>> {
    Err(Error::unsupported("connections"))
}

pub(crate) fn connections_with_owners(
    _host: &Host,
    _kind: ConnectionKind,
) -> Result<(Vec<Connection>, usize)> {
    Err(Error::unsupported("connections_with_owners"))
}

pub(crate) fn connections_with_all_owners(
    _host: &Host,
    _kind: ConnectionKind,
) -> Result<Vec<Connection>> {
    Err(Error::unsupported("connections_with_all_owners"))
}

pub(crate) fn process_connections(
    _host: &Host,
    pid: Pid,
    _kind: ConnectionKind,
) -> Result<Vec<Connection>> {
    Err(Error::unsupported("connections").with_pid(pid))
}

pub(crate) fn capture_links() -> Result<Vec<u8>> {
    Err(Error::unsupported("interface_stats"))
}

pub(crate) fn capture_addresses() -> Result<Vec<u8>> {
    Err(Error::unsupported("interface_addresses"))
}

pub(crate) fn capture_routes() -> Result<Vec<u8>> {
    Err(Error::unsupported("routes"))
}
