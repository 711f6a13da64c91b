//! Network: netlink, the tables under `/proc/net`, `/sys/class/net`, and requests to drivers.

mod counters;
mod ffi;
mod interfaces;
mod netlink;
mod owners;
mod question;
mod routes;
mod sockets;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use psight_parse::linux::net_dev::net_dev;

pub(crate) use counters::protocol_counters;
pub(crate) use interfaces::{interface_addresses, interface_stats};
pub(crate) use question::{capture_addresses, capture_links, capture_routes};
pub(crate) use routes::routes;

use self::owners::Owners;
use self::sockets::{Namespace, Sockets, sockets};
use super::open_files::{self, Shape, SystemFile};
use super::process::Raw;
use super::procfs::has_own_proc;
use super::read;
use crate::net::{Connection, ConnectionKind, Family, NetIo};
use crate::sys::seen::Seen;
use crate::{Error, Host, Pid, Result};

// /proc/net/dev
pub(crate) fn io_counters(host: &Host) -> Result<BTreeMap<OsString, NetIo>> {
    Ok(io_changes(host, &mut Seen::default())?.into_iter().flatten().collect())
}

/// The same in the order of the kernel; `None` if it is what was seen last.
pub(crate) fn io_changes(host: &Host, seen: &mut Seen) -> Result<Option<Vec<(OsString, NetIo)>>> {
    // The same folder: it spares the kernel a link that it makes anew every time.
    let itself = Path::new("/proc/self/net/dev");
    let path = if has_own_proc(host) { itself.to_owned() } else { host.proc().join("net/dev") };
    let is_open = open_files::text(host, SystemFile::NetDev, &path, Shape::List, seen.room());
    if !is_open && let Err(error) = read::short_list_into(&path, seen.room()) {
        // The main thread may have ended before the others, and has no network then.
        let own = read::short_list_into(&host.proc().join("thread-self/net/dev"), seen.room());
        own.map_err(|_| Error::system(&path, error))?;
    }
    seen.decoded(|text| carried(&path, text))
}

fn carried(path: &Path, text: &[u8]) -> Result<Vec<(OsString, NetIo)>> {
    let rows = net_dev(text).map_err(|error| Error::malformed(path, &error))?;
    let counters = rows.map(|dev| {
        let io = NetIo {
            bytes_sent: dev.tx_bytes,
            bytes_recv: dev.rx_bytes,
            packets_sent: dev.tx_packets,
            packets_recv: dev.rx_packets,
            errin: dev.rx_errors,
            errout: dev.tx_errors,
            dropin: dev.rx_dropped,
            dropout: dev.tx_dropped,
            overrunin: Some(dev.rx_fifo_errors),
            overrunout: dev.tx_fifo_errors,
            framein: Some(dev.rx_frame_errors),
            carrierout: dev.tx_carrier_errors,
            collisions: dev.collisions,
        };
        (OsString::from_vec(dev.name.to_vec()), io)
    });
    Ok(counters.collect())
}

// NETLINK_SOCK_DIAG, or /proc/net/{tcp,tcp6,udp,udp6,unix}
pub(crate) fn connections(host: &Host, kind: ConnectionKind) -> Result<Vec<Connection>> {
    Ok(sockets(&namespace(host), kind)?.rows)
}

// and /proc/<pid>/fd
pub(crate) fn connections_with_owners(
    host: &Host,
    kind: ConnectionKind,
) -> Result<(Vec<Connection>, usize)> {
    let mut sockets = sockets(&namespace(host), kind)?;
    let mut owners = all_owners(host)?;
    let (mut unowned, mut refusals) = (sockets.by_inode.len(), 0);
    let mut found = Vec::new();
    let mut more = Vec::new();
    // The highest pid owns a socket: from there, and no further than needed.
    for pid in owners.pids().map_err(|error| Error::system(host.proc(), error))?.into_iter().rev() {
        if unowned == 0 {
            break;
        }
        found.clear();
        // The processes that may not be read, or have gone, are not found as owners.
        if let Err(error) = owners.sockets(pid, &mut found) {
            refusals += usize::from(error.kind() == io::ErrorKind::PermissionDenied);
            continue;
        }
        for (inode, fd) in &found {
            let Some(row) = row(&mut sockets, *inode) else { continue };
            match row.pid {
                None => {
                    (row.pid, row.fd) = (Some(Pid::new(pid)), Some(*fd));
                    unowned -= 1;
                }
                Some(owner) if owner == Pid::new(pid) && row.family == Family::Unix => {
                    more.push(Connection { fd: Some(*fd), ..row.clone() });
                }
                Some(_) => {}
            }
        }
    }
    sockets.rows.append(&mut more);
    Ok((sockets.rows, refusals))
}

// and /proc/<pid>/fd
pub(crate) fn connections_with_all_owners(
    host: &Host,
    kind: ConnectionKind,
) -> Result<Vec<Connection>> {
    let mut sockets = sockets(&namespace(host), kind)?;
    let mut owners = all_owners(host)?;
    let mut found = Vec::new();
    let mut more = Vec::new();
    for pid in owners.pids().map_err(|error| Error::system(host.proc(), error))? {
        found.clear();
        if owners.sockets(pid, &mut found).is_err() {
            continue;
        }
        for (inode, fd) in &found {
            let Some(&at) = sockets.by_inode.get(inode) else { continue };
            let Some(row) = sockets.rows.get_mut(at) else { continue };
            match row.pid {
                None => (row.pid, row.fd) = (Some(Pid::new(pid)), Some(*fd)),
                Some(_) => more.push((at, Pid::new(pid), *fd)),
            }
        }
    }
    Ok(with_more_owners(sockets.rows, more))
}

/// The rows, each followed by itself with every further owner that it has.
fn with_more_owners(rows: Vec<Connection>, mut more: Vec<(usize, Pid, u32)>) -> Vec<Connection> {
    // Most sockets have one owner, and to move a thousand rows is to touch their memory once more.
    if more.is_empty() {
        return rows;
    }
    // Stable: in order of pid and descriptor within a socket.
    more.sort_by_key(|(at, _, _)| *at);
    let mut all = Vec::with_capacity(rows.len() + more.len());
    let mut more = more.into_iter().peekable();
    for (at, row) in rows.into_iter().enumerate() {
        let first = all.len();
        all.push(row);
        while let Some((_, pid, fd)) = more.next_if(|(further, _, _)| *further == at) {
            if let Some(row) = all.get(first).cloned() {
                all.push(Connection { pid: Some(pid), fd: Some(fd), ..row });
            }
        }
    }
    all
}

// /proc/<pid>/fd, and NETLINK_SOCK_DIAG or /proc/<pid>/net/*
pub(crate) fn process_connections(
    host: &Host,
    pid: Pid,
    kind: ConnectionKind,
) -> Result<Vec<Connection>> {
    let raw = Raw::new(host, pid);
    let failed = |error: io::Error| raw.failed(raw.dir().join("fd"), error);
    let mut found = Vec::new();
    owners(host)?.sockets(pid.as_u32(), &mut found).map_err(failed)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut sockets = sockets(&namespace_of(host, pid), kind)?;
    let mut rows = Vec::new();
    for (inode, fd) in found {
        let Some(row) = row(&mut sockets, inode) else { continue };
        if row.pid.is_none() || row.family == Family::Unix {
            (row.pid, row.fd) = (Some(pid), Some(fd));
            rows.push(row.clone());
        }
    }
    Ok(rows)
}

fn row(sockets: &mut Sockets, inode: u64) -> Option<&mut Connection> {
    let at = *sockets.by_inode.get(&inode)?;
    sockets.rows.get_mut(at)
}

/// The owners of the whole machine, which BPF may tell in one go.
fn all_owners(host: &Host) -> Result<Owners> {
    let owners = owners(host)?;
    #[cfg(feature = "bpf")]
    if let Some(told) = host.bpf().and_then(|bpf| owners::Told::new(host, bpf)) {
        return Ok(owners.told(told));
    }
    Ok(owners)
}

fn owners(host: &Host) -> Result<Owners> {
    Owners::new(host.proc()).map_err(|error| Error::system(host.proc(), error))
}

/// Whether the machine is the one that this kernel runs: otherwise only its files answer.
fn own_kernel(host: &Host) -> bool {
    !host.is_captured() && host.file("") == Path::new("/")
}

/// The caller's network namespace, or what stands for it under another `/proc`.
fn namespace(host: &Host) -> Namespace {
    let ours = own_kernel(host) && has_own_proc(host);
    Namespace { ours, tables: host.proc().join("net") }
}

/// The network namespace that a process is in.
fn namespace_of(host: &Host, pid: Pid) -> Namespace {
    let namespace = namespace(host);
    let directory = host.proc().join(pid.to_string());
    let id = |of: &Path| std::fs::read_link(of.join("ns/net")).ok();
    let here = || id(&host.proc().join("thread-self")).or_else(|| id(&host.proc().join("self")));
    match (namespace.ours, id(&directory)) {
        (true, theirs) if theirs.is_none() || theirs == here() => namespace,
        // A captured machine need not have the tables of each process.
        _ if directory.join("net/unix").exists() || directory.join("net/tcp").exists() => {
            Namespace { ours: false, tables: directory.join("net") }
        }
        _ => namespace,
    }
}
