//! Interfaces and their addresses: netlink, the drivers' own answers, `/sys/class/net`.

mod addresses;
mod stats;

pub(crate) use addresses::interface_addresses;
pub(crate) use stats::interface_stats;

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStringExt;

use psight_parse::linux::Endian;
use psight_parse::linux::netlink::addr::{self, GETADDR};
use psight_parse::linux::netlink::link::{self, GETLINK, NEWLINK, link};
use psight_parse::linux::netlink::{kept, messages, order_of};

use super::netlink::netlink;
use super::own_kernel;
use crate::sys::linux::read;
use crate::{Error, Host, Result};

/// A question to the kernel about interfaces, and where a captured machine keeps the answer.
struct Question {
    kind: u16,
    body: fn() -> Vec<u8>,
    name: &'static str,
    file: &'static str,
}

const LINKS: Question = Question {
    kind: GETLINK,
    body: link::request,
    name: "RTM_GETLINK",
    file: "answers/rtm_getlink.bin",
};

const ADDRESSES: Question = Question {
    kind: GETADDR,
    body: addr::request,
    name: "RTM_GETADDR",
    file: "answers/rtm_getaddr.bin",
};

const IFF_UP: u32 = 0x1;
const IFF_BROADCAST: u32 = 0x2;
const IFF_POINTOPOINT: u32 = 0x10;
const IFF_RUNNING: u32 = 0x40;

/// What psight uses of an interface.
struct Interface {
    index: u32,
    flags: u32,
    name: OsString,
    mtu: Option<u32>,
    address: Vec<u8>,
    broadcast: Vec<u8>,
}

// RTM_GETLINK
pub(crate) fn capture_links() -> Result<Vec<u8>> {
    LINKS.keep()
}

// RTM_GETADDR
pub(crate) fn capture_addresses() -> Result<Vec<u8>> {
    ADDRESSES.keep()
}

fn interfaces(host: &Host) -> Result<Vec<Interface>> {
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

impl Question {
    /// What `each` makes of the messages, from this kernel or from the machine's captured answer.
    fn ask<R>(
        &self,
        host: &Host,
        mut each: impl FnMut(&mut Vec<R>, u16, &[u8], Endian),
    ) -> Result<Vec<R>> {
        let mut rows = Vec::new();
        if own_kernel(host) {
            let native = |rows: &mut Vec<R>, kind, payload: &[u8]| {
                each(rows, kind, payload, Endian::NATIVE);
            };
            netlink(None)
                .and_then(|mut netlink| netlink.dump(self.kind, &(self.body)(), &mut rows, native))
                .map_err(|error| Error::system(self.name, error))?;
            return Ok(rows);
        }
        let path = host.file(self.file);
        let bytes = read::file(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::unsupported(self.name),
            _ => Error::system(&path, error),
        })?;
        let order = order_of(&bytes);
        for message in messages(&bytes, order) {
            let message = message.map_err(|error| Error::malformed(&path, &error))?;
            each(&mut rows, message.kind, message.payload, order);
        }
        Ok(rows)
    }

    /// This kernel's answer, as [`ask`](Self::ask) reads it from a file.
    fn keep(&self) -> Result<Vec<u8>> {
        let rows = self.ask(&Host::local(), |rows, kind, payload, _| {
            rows.push((kind, payload.to_vec()));
        })?;
        Ok(kept(rows.iter().map(|(kind, payload)| (*kind, payload.as_slice()))))
    }
}
