//! Routes: `RTM_NEWROUTE`, `struct rtmsg` with attributes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::addr::ip;
use super::{Endian, attributes};

/// `RTM_NEWROUTE`: the kind of these messages.
pub const NEWROUTE: u16 = 24;
/// `RTM_GETROUTE`: the kind of the question.
pub const GETROUTE: u16 = 26;
/// `RTM_F_CLONED`: learned from an answer on the way, as a smaller packet size, and forgotten after a while.
pub const CLONED: u32 = 0x200;
/// `RT_TABLE_MAIN`: the table that routes are in unless somebody wants another.
pub const MAIN: u32 = 254;

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route<'a> {
    /// Whether it is IPv6.
    pub ipv6: bool,
    /// How many bits name the network.
    pub prefix_length: u8,
    /// The network; all zeros where it is everything.
    pub destination: IpAddr,
    /// Which routing table it is in.
    pub table: u32,
    /// Who put it there: `RTPROT_*`.
    pub protocol: u8,
    /// How far the destination is: `RT_SCOPE_*`. Always 0 for IPv6.
    pub scope: u8,
    /// What it does with packets: `RTN_*`.
    pub kind: u8,
    /// `RTM_F_*`; the lowest eight bits are those of its hop.
    pub flags: u32,
    /// The address that packets are sent from if nobody chose one.
    pub preferred_source: Option<IpAddr>,
    /// Among several to one network, the one with the lowest number is used. IPv4 does not tell of 0.
    pub priority: Option<u32>,
    /// What is remembered of the way.
    pub metrics: Metrics,
    /// The way, where there is one only.
    hop: Hop,
    /// Several ways: `struct rtnexthop` with attributes, one after the other.
    multipath: Option<&'a [u8]>,
    order: Endian,
}

/// One way to a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hop {
    /// The machine that packets are handed to, which may have an address of another family. `None` where the
    /// destination is on the link itself, or nowhere.
    pub gateway: Option<IpAddr>,
    /// The number of the interface that packets leave by. `None` where they do not.
    pub interface: Option<u32>,
    /// `RTNH_F_*`
    pub flags: u8,
    /// How many packets take this way, beside the other ways' numbers. `None` where there is no other.
    pub weight: Option<u16>,
}

/// What is remembered of a way: `RTAX_*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Metrics {
    /// The largest packet.
    pub mtu: Option<u32>,
    /// The largest window of TCP.
    pub window: Option<u32>,
    /// The first guess of how long an answer takes, in eighths of a millisecond.
    pub rtt: Option<u32>,
    /// The largest segment of TCP that is announced.
    pub advmss: Option<u32>,
}

/// Decodes one message. `None` if it is cut short or garbled, or of another family than IPv4 and IPv6.
pub fn route(payload: &[u8], order: Endian) -> Option<Route<'_>> {
    let &[family, prefix_length, _, _, table, protocol, scope, kind] = payload.first_chunk()?;
    let (ipv6, bits) = match family {
        2 => (false, 32),
        10 => (true, 128),
        _ => return None,
    };
    let everything: IpAddr =
        if ipv6 { Ipv6Addr::UNSPECIFIED.into() } else { Ipv4Addr::UNSPECIFIED.into() };
    let flags = order.u32(payload, 8)?;
    let mut route = Route {
        ipv6,
        prefix_length,
        destination: everything,
        table: table.into(),
        protocol,
        scope,
        kind,
        flags,
        preferred_source: None,
        priority: None,
        metrics: Metrics::default(),
        hop: Hop { flags: flags as u8, ..Hop::default() },
        multipath: None,
        order,
    };
    let mut is_named = false;
    for (kind, value) in attributes(payload.get(12..)?, order) {
        match kind {
            // RTA_DST
            1 => (route.destination, is_named) = (ip(ipv6, value)?, true),
            // RTA_PRIORITY
            6 => route.priority = order.u32(value, 0),
            // RTA_PREFSRC
            7 => route.preferred_source = ip(ipv6, value),
            // RTA_METRICS
            8 => route.metrics = metrics(value, order),
            // RTA_MULTIPATH
            9 => route.multipath = Some(value),
            // RTA_TABLE, as the field has eight bits. Since 2.6.19.
            15 => route.table = order.u32(value, 0)?,
            _ => route.hop.add(ipv6, kind, value, order),
        }
    }
    // A network without its name would be taken for everything.
    let is_whole = prefix_length <= bits && (prefix_length == 0 || is_named);
    is_whole.then_some(route)
}

impl<'a> Route<'a> {
    /// The ways that packets take: one, or several that share them. They end where one is garbled.
    pub fn hops(&self) -> impl Iterator<Item = Hop> + use<'a> {
        let (only, ipv6, order) = (self.hop, self.ipv6, self.order);
        let mut rest = self.multipath.unwrap_or_default();
        let several = std::iter::from_fn(move || {
            let length = usize::from(order.u16(rest, 0)?);
            let &[_, _, flags, weight, ..] = rest.get(..length)? else { return None };
            let mut hop = Hop {
                gateway: None,
                interface: order.u32(rest, 4),
                flags,
                // The kernel has one less.
                weight: Some(u16::from(weight) + 1),
            };
            for (kind, value) in attributes(rest.get(8..length)?, order) {
                hop.add(ipv6, kind, value, order);
            }
            rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
            Some(hop)
        });
        let only = self.multipath.is_none().then_some(only);
        only.into_iter().chain(several)
    }
}

impl Hop {
    fn add(&mut self, ipv6: bool, kind: u16, value: &[u8], order: Endian) {
        match kind {
            // RTA_OIF
            4 => self.interface = order.u32(value, 0),
            // RTA_GATEWAY
            5 => self.gateway = ip(ipv6, value),
            // RTA_VIA: struct rtvia, a gateway with its family. Since 4.1 for MPLS, 5.2 for IPv4.
            18 => self.gateway = via(value, order),
            _ => {}
        }
    }
}

fn via(value: &[u8], order: Endian) -> Option<IpAddr> {
    let address = value.get(2..)?;
    match order.u16(value, 0)? {
        2 => ip(false, address),
        10 => ip(true, address),
        _ => None,
    }
}

fn metrics(value: &[u8], order: Endian) -> Metrics {
    let mut metrics = Metrics::default();
    for (kind, value) in attributes(value, order) {
        let number = order.u32(value, 0);
        match kind {
            // RTAX_MTU
            2 => metrics.mtu = number,
            // RTAX_WINDOW
            3 => metrics.window = number,
            // RTAX_RTT
            4 => metrics.rtt = number,
            // RTAX_ADVMSS
            8 => metrics.advmss = number,
            _ => {}
        }
    }
    metrics
}

/// The fixed part of the question for all routes of all families.
pub fn request() -> Vec<u8> {
    vec![0; 12]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::netlink::messages;

    const ROUTES: &[u8] =
        include_bytes!("../../../../../fixtures/linux/6.8-laptop/answers/rtm_getroute.bin");

    fn routes() -> Vec<Route<'static>> {
        messages(ROUTES, Endian::Little)
            .map(Result::unwrap)
            .filter(|message| message.kind == NEWROUTE)
            .map(|message| route(message.payload, Endian::Little).unwrap())
            .collect()
    }

    fn to(network: &str) -> Route<'static> {
        let shown = |route: &Route<'_>| format!("{}/{}", route.destination, route.prefix_length);
        let mut fitting = routes().into_iter().filter(|route| shown(route) == network);
        fitting.find(|route| route.table == MAIN).unwrap()
    }

    fn hops(route: &Route<'_>) -> Vec<String> {
        let shown = |hop: Hop| {
            let gateway = hop.gateway.map_or("-".to_owned(), |gateway| gateway.to_string());
            format!("{gateway} {:?} {:?} {}", hop.interface, hop.weight, hop.flags)
        };
        route.hops().map(shown).collect()
    }

    #[test]
    fn every_route_of_the_main_table_is_read() {
        let shown: Vec<_> = routes()
            .iter()
            .filter(|route| route.table == MAIN)
            .map(|route| {
                let Route { destination, prefix_length, kind, protocol, scope, .. } = route;
                let priority = route.priority;
                format!("{destination}/{prefix_length} {kind} {protocol} {scope} {priority:?}")
            })
            .collect();
        let expected = [
            "0.0.0.0/0 1 16 0 Some(600)",
            "10.0.0.0/8 7 3 0 Some(4278198272)",
            "10.8.0.1/32 1 2 253 None",
            "10.20.0.0/16 1 4 0 None",
            "10.30.0.0/16 1 4 0 None",
            "172.17.0.0/16 1 2 253 None",
            "192.0.2.0/24 1 2 253 Some(600)",
            "198.51.100.0/24 1 12 0 None",
            "203.0.113.66/32 6 3 0 None",
            "2001:db8:0:1::/64 1 9 0 Some(600)",
            "2001:db8:20::/48 1 3 0 Some(1024)",
            "2001:db8:66::/48 8 3 0 Some(1024)",
            "fe80::/64 1 2 0 Some(256)",
            "::/0 1 9 0 Some(600)",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_table_may_have_a_number_of_more_than_eight_bits() {
        let other = routes().into_iter().find(|route| route.table == 51820).unwrap();
        assert_eq!(other.destination.to_string(), "0.0.0.0");
        assert!(routes().iter().any(|route| route.table == 255), "the local one is there too");
    }

    #[test]
    fn a_route_has_one_way_or_several() {
        assert_eq!(hops(&to("0.0.0.0/0")), ["192.0.2.1 Some(3) None 0"]);
        assert_eq!(to("0.0.0.0/0").preferred_source, Some("192.0.2.17".parse().unwrap()));
        let shared = ["10.8.0.1 Some(5) Some(3) 4", "192.0.2.9 Some(3) Some(1) 0"];
        assert_eq!(hops(&to("10.30.0.0/16")), shared);
        let shared = ["2001:db8:0:1::1 Some(3) Some(2) 0", "2001:db8:0:1::2 Some(3) Some(1) 0"];
        assert_eq!(hops(&to("2001:db8:20::/48")), shared);
    }

    #[test]
    fn a_gateway_may_be_of_another_family_and_none_leads_to_what_is_refused() {
        assert_eq!(hops(&to("198.51.100.0/24")), ["fe80::1 Some(3) None 0"]);
        assert_eq!(hops(&to("10.0.0.0/8")), ["- None None 0"]);
        assert_eq!(hops(&to("2001:db8:66::/48")), ["- Some(1) None 0"]);
    }

    #[test]
    fn what_is_remembered_of_a_way_is_in_an_attribute_of_attributes() {
        let expected =
            Metrics { mtu: Some(1380), window: Some(65000), rtt: Some(640), advmss: Some(1340) };
        assert_eq!(to("10.20.0.0/16").metrics, expected);
        assert_eq!(to("0.0.0.0/0").metrics, Metrics::default());
    }

    /// `unicast 10.0.0.0/8` in table main, and these attributes.
    fn message(attributes: &[u8]) -> Vec<u8> {
        let fixed = [2, 8, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, 8, 0, 1, 0, 10, 0, 0, 0];
        [&fixed[..], attributes].concat()
    }

    #[test]
    fn t55_a_message_that_is_cut_short_or_lies_is_skipped() {
        assert!(route(&message(&[]), Endian::Little).is_some());
        for cut in 0..20 {
            assert_eq!(route(&message(&[])[..cut], Endian::Little), None, "{cut}");
        }
        let mut long = message(&[]);
        long[1] = 33;
        assert_eq!(route(&long, Endian::Little), None, "an address has 32 bits");
        let mut other = message(&[]);
        other[0] = 28;
        assert_eq!(route(&other, Endian::Little), None, "MPLS");
        let mut odd = message(&[]);
        odd[12] = 7;
        assert_eq!(route(&odd, Endian::Little), None, "an address of three bytes");
    }

    #[test]
    fn t55_ways_end_where_one_is_garbled() {
        let whole = [8, 0, 0, 4, 3, 0, 0, 0];
        for lie in [0, 4, 7, 9, 200] {
            let garbled = [lie, 0, 0, 0, 4, 0, 0, 0];
            let multipath = [&[20, 0, 9, 0][..], &whole, &garbled].concat();
            let bytes = message(&multipath);
            let found: Vec<_> = route(&bytes, Endian::Little).unwrap().hops().collect();
            let first = Hop { gateway: None, interface: Some(3), flags: 0, weight: Some(5) };
            assert_eq!(found, [first], "{lie}");
        }
    }

    #[test]
    fn t56_numbers_depend_on_the_machines_order_and_addresses_do_not() {
        let big =
            [2, 0, 0, 0, 254, 3, 0, 1, 0, 0, 0, 0, 0, 8, 0, 4, 0, 0, 0, 3, 0, 22, 0, 18, 0, 10];
        let bytes = [&big[..], &[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]].concat();
        assert_eq!(hops(&route(&bytes, Endian::Big).unwrap()), ["fe80::9 Some(3) None 0"]);
    }
}
