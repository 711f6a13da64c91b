//! Routes: where packets for a network go.

use std::ffi::OsString;
use std::net::IpAddr;

use super::{Family, RouteKind};
use crate::record::Record;
use crate::{Host, Result, sys};

/// Which routes a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Routes {
    /// Those of the main table, which are used unless a rule names another table: what `ip route` lists.
    Main,
    /// Those of every table; on Linux the machine's own addresses and those that reach everyone are among them.
    All,
}

/// One way to a network. Of a route that several ways share, there is a record for each.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct Route {
    /// What sort of address the destination has.
    #[field(label)]
    pub family: Family,
    /// The first address of the network: all zeros for the default route, which is for what no other route is for.
    #[field(label)]
    pub destination: IpAddr,
    /// How many bits of `destination` name the network: 0 for the default route, all for a single address.
    #[field(label)]
    pub prefix_length: u8,
    /// The machine that packets are handed to, on the way to their destination. It may have an IPv6 address on the way to
    /// an IPv4 network. `None` where the destination is on the link itself, or packets go nowhere.
    #[field(label)]
    pub gateway: Option<IpAddr>,
    /// The name of the interface that packets leave by. `None` where they do not.
    #[field(label)]
    pub interface: Option<OsString>,
    /// Of several routes to one network, the one with the lowest number is used. Windows adds the interface's own.
    #[field(label)]
    pub metric: u32,
    /// The address that packets are sent from if the program that sends them chose none. `None` where that is left to
    /// the system.
    #[field(label, on(linux))]
    pub source: Option<IpAddr>,
    /// What becomes of packets.
    #[field(label, name = "type", on(linux))]
    pub kind: Option<RouteKind>,
    /// The number of the table that it is in: 254 is the main one, 255 the one of the machine's own addresses.
    #[field(label, on(linux))]
    pub table: Option<u32>,
    /// Who put it there: `kernel`, `boot`, `static`, `dhcp`, `ra` (what routers advertise) …; a number where there is no
    /// word for it.
    #[field(label)]
    pub protocol: Option<String>,
    /// How far the destination is: `global`, `site`, `link` (on the link itself), `host` (this machine), `nowhere`, or a
    /// number. `None` for IPv6, which does not tell.
    #[field(label, on(linux))]
    pub scope: Option<String>,
    /// How many packets take this way, beside the other ways of the same route. `None` where there is one way only.
    #[field(label, on(linux))]
    pub weight: Option<u16>,
    /// The kernel's flags, as in `onlink,linkdown`; empty where none is set.
    #[field(label, on(linux))]
    pub flags: Option<String>,
    /// The largest packet on this way. `None` where it is the interface's.
    #[field(unit = bytes, on(linux))]
    pub mtu: Option<u32>,
    /// The largest segment of TCP that is announced. `None` where it follows from the largest packet.
    #[field(unit = bytes, on(linux))]
    pub mss: Option<u32>,
    /// The largest window of TCP. `None` where there is no such limit.
    #[field(unit = bytes, on(linux))]
    pub window: Option<u32>,
    /// The first guess of how long TCP has to wait for an answer. `None` where it is the system's.
    #[field(unit = milliseconds, on(linux))]
    pub rtt: Option<u32>,
}

impl Host {
    /// The routes of the machine, IPv4 first, in the system's order.
    ///
    /// What the system has learned of single destinations on the way, and forgets again, is not there.
    ///
    /// Linux: netlink (`RTM_GETROUTE`, and `RTM_GETLINK` for names), of the caller's network namespace. For a machine
    /// that was captured: the same answers, from `answers/rtm_getroute.bin` and `answers/rtm_getlink.bin`.
    ///
    /// Windows: `GetIpForwardTable2`, which is the only table.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a machine whose kernel cannot be asked and whose answer was not captured; `AccessDenied` where
    /// netlink is forbidden.
    pub fn routes(&self, which: Routes) -> Result<Vec<Route>> {
        sys::net::routes(self, which)
    }
}
