//! The routing tables.

use std::collections::BTreeMap;
use std::ffi::OsString;

use psight_parse::linux::netlink::route::{self, CLONED, Hop, MAIN, NEWROUTE};

use super::interfaces::interfaces;
use super::question::ROUTES;
use crate::net::{Family, Route, RouteKind, Routes};
use crate::{Host, Result};

/// The flags of a way by bit, in the words of ip-route(8): linux/rtnetlink.h, `RTNH_F_*`.
const FLAGS: [&str; 7] =
    ["dead", "pervasive", "onlink", "offload", "linkdown", "unresolved", "trap"];

type Names = BTreeMap<u32, OsString>;

// RTM_GETROUTE, RTM_GETLINK
pub(crate) fn routes(host: &Host, which: Routes) -> Result<Vec<Route>> {
    let links = interfaces(host)?;
    let names: Names = links.into_iter().map(|link| (link.index, link.name)).collect();
    ROUTES.ask(host, |rows, kind, payload, order| {
        let wanted = |route: &route::Route<'_>| {
            kind == NEWROUTE
                && route.flags & CLONED == 0
                && (which == Routes::All || route.table == MAIN)
        };
        if let Some(route) = route::route(payload, order).filter(wanted) {
            rows.extend(route.hops().map(|hop| way(&route, &hop, &names)));
        }
    })
}

fn way(route: &route::Route<'_>, hop: &Hop, names: &Names) -> Route {
    let words = FLAGS.iter().enumerate().filter(|(bit, _)| hop.flags & (1 << bit) != 0);
    Route {
        family: if route.ipv6 { Family::Inet6 } else { Family::Inet },
        destination: route.destination,
        prefix_length: route.prefix_length,
        gateway: hop.gateway,
        interface: hop.interface.and_then(|index| names.get(&index).cloned()),
        metric: route.priority.unwrap_or(0),
        source: route.preferred_source,
        kind: kind(route.kind),
        table: Some(route.table),
        protocol: Some(protocol(route.protocol)),
        scope: (!route.ipv6).then(|| scope(route.scope)),
        weight: hop.weight,
        flags: Some(words.map(|(_, word)| *word).collect::<Vec<_>>().join(",")),
        mtu: route.metrics.mtu,
        mss: route.metrics.advmss,
        window: route.metrics.window,
        rtt: route.metrics.rtt.map(|eighths| eighths / 8),
    }
}

/// linux/rtnetlink.h, `RTN_*`
fn kind(number: u8) -> Option<RouteKind> {
    Some(match number {
        1 => RouteKind::Unicast,
        2 => RouteKind::Local,
        3 => RouteKind::Broadcast,
        4 => RouteKind::Anycast,
        5 => RouteKind::Multicast,
        6 => RouteKind::Blackhole,
        7 => RouteKind::Unreachable,
        8 => RouteKind::Prohibit,
        9 => RouteKind::Throw,
        10 => RouteKind::Nat,
        _ => return None,
    })
}

/// linux/rtnetlink.h, `RTPROT_*`
fn protocol(number: u8) -> String {
    let word = match number {
        0 => "unspec",
        1 => "redirect",
        2 => "kernel",
        3 => "boot",
        4 => "static",
        8 => "gated",
        9 => "ra",
        10 => "mrt",
        11 => "zebra",
        12 => "bird",
        13 => "dnrouted",
        14 => "xorp",
        15 => "ntk",
        16 => "dhcp",
        17 => "mrouted",
        18 => "keepalived",
        42 => "babel",
        99 => "openr",
        186 => "bgp",
        187 => "isis",
        188 => "ospf",
        189 => "rip",
        192 => "eigrp",
        _ => return number.to_string(),
    };
    word.to_owned()
}

/// linux/rtnetlink.h, `RT_SCOPE_*`
fn scope(number: u8) -> String {
    let word = match number {
        0 => "global",
        200 => "site",
        253 => "link",
        254 => "host",
        255 => "nowhere",
        _ => return number.to_string(),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_word_is_a_number() {
        assert_eq!(
            [protocol(16), protocol(200), scope(253), scope(7)],
            ["dhcp", "200", "link", "7"]
        );
        assert_eq!((kind(1), kind(99)), (Some(RouteKind::Unicast), None));
    }
}
