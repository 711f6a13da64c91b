//! The table of routes.

use std::collections::BTreeMap;
use std::ffi::OsString;

use psight_parse::windows::ip_forward_table::{ForwardRow, ip_forward_table};

use super::ffi;
use super::interfaces::adapters;
use crate::net::{Family, Route, Routes};
use crate::{Error, Host, Result};

// GetIpForwardTable2, GetAdaptersAddresses
pub(crate) fn routes(host: &Host, _which: Routes) -> Result<Vec<Route>> {
    let names: BTreeMap<u64, OsString> =
        adapters(host)?.into_iter().map(|(name, adapter)| (adapter.luid, name)).collect();
    let what = "GetIpForwardTable2";
    let bytes = ffi::forward_table().map_err(|error| Error::system(what, error))?;
    let rows = ip_forward_table(&bytes).map_err(|error| Error::malformed(what, &error))?;
    let mut routes: Vec<_> = rows.iter().map(|row| route(row, &names)).collect();
    // IPv4 first, and otherwise as Windows has them.
    routes.sort_by_key(|route| route.family);
    Ok(routes)
}

fn route(row: &ForwardRow, names: &BTreeMap<u64, OsString>) -> Route {
    Route {
        family: if row.destination.is_ipv6() { Family::Inet6 } else { Family::Inet },
        destination: row.destination,
        prefix_length: row.prefix_length,
        gateway: Some(row.next_hop).filter(|gateway| !gateway.is_unspecified()),
        interface: names.get(&row.interface_luid).cloned(),
        metric: row.metric,
        source: None,
        kind: None,
        table: None,
        protocol: Some(protocol(row.protocol)),
        scope: None,
        weight: None,
        flags: None,
        mtu: None,
        mss: None,
        window: None,
        rtt: None,
    }
}

/// `NL_ROUTE_PROTOCOL`, in the words that Linux has for the same.
fn protocol(number: u32) -> String {
    let word = match number {
        // What Windows made itself, for its own addresses.
        2 => "kernel",
        // From an administrator, or a program of one: now, at the start, or kept.
        3 | 10002 | 10006 | 10007 => "static",
        4 => "redirect",
        8 => "rip",
        9 => "isis",
        13 => "ospf",
        14 => "bgp",
        16 => "eigrp",
        19 => "dhcp",
        _ => return number.to_string(),
    };
    word.to_owned()
}
