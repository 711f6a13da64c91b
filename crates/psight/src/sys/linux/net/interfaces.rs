//! Interfaces and their addresses: netlink, the drivers' own answers, `/sys/class/net`.

mod addresses;
mod asked;
mod stats;

pub(crate) use addresses::interface_addresses;
pub(crate) use stats::interface_stats;

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use psight_parse::linux::netlink::link::{NEWLINK, link};

use super::question::LINKS;
use crate::{Host, Result};

const IFF_UP: u32 = 0x1;
const IFF_BROADCAST: u32 = 0x2;
const IFF_POINTOPOINT: u32 = 0x10;
const IFF_RUNNING: u32 = 0x40;

/// What psight uses of an interface.
pub(super) struct Interface {
    pub(super) index: u32,
    flags: u32,
    pub(super) name: OsString,
    mtu: Option<u32>,
    address: Vec<u8>,
    broadcast: Vec<u8>,
}

pub(super) fn interfaces(host: &Host) -> Result<Vec<Interface>> {
    LINKS.ask(host, |rows, kind, payload, order| {
        if let Some(link) = link(payload, order).filter(|_| kind == NEWLINK) {
            rows.push(Interface {
                index: link.index,
                flags: link.flags,
                name: OsString::from_vec(link.name.to_vec()),
                mtu: link.mtu,
                address: link.address.unwrap_or_default().to_vec(),
                broadcast: link.broadcast.unwrap_or_default().to_vec(),
            });
        }
    })
}
