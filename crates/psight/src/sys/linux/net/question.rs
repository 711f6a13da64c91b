//! Questions to the kernel about the network as it is set up, and where a captured machine keeps the answers.

use std::io;

use psight_parse::linux::Endian;
use psight_parse::linux::netlink::addr::{self, GETADDR};
use psight_parse::linux::netlink::link::{self, GETLINK};
use psight_parse::linux::netlink::route::{self, GETROUTE};
use psight_parse::linux::netlink::{kept, messages, order_of};

use super::netlink::netlink;
use super::own_kernel;
use crate::sys::linux::read;
use crate::{Error, Host, Result};

/// A question to the kernel, and where a captured machine keeps the answer.
pub(super) struct Question {
    kind: u16,
    body: fn() -> Vec<u8>,
    name: &'static str,
    file: &'static str,
}

pub(super) const LINKS: Question = Question {
    kind: GETLINK,
    body: link::request,
    name: "RTM_GETLINK",
    file: "answers/rtm_getlink.bin",
};

pub(super) const ADDRESSES: Question = Question {
    kind: GETADDR,
    body: addr::request,
    name: "RTM_GETADDR",
    file: "answers/rtm_getaddr.bin",
};

pub(super) const ROUTES: Question = Question {
    kind: GETROUTE,
    body: route::request,
    name: "RTM_GETROUTE",
    file: "answers/rtm_getroute.bin",
};

// RTM_GETLINK
pub(crate) fn capture_links() -> Result<Vec<u8>> {
    LINKS.keep()
}

// RTM_GETADDR
pub(crate) fn capture_addresses() -> Result<Vec<u8>> {
    ADDRESSES.keep()
}

// RTM_GETROUTE
pub(crate) fn capture_routes() -> Result<Vec<u8>> {
    ROUTES.keep()
}

impl Question {
    /// What `each` makes of the messages, from this kernel or from the machine's captured answer.
    pub(super) fn ask<R>(
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
