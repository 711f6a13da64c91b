//! The addresses of interfaces, put together as the C library's `getifaddrs` does it.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::unix::ffi::OsStringExt;

use psight_parse::linux::netlink::addr::{Addr, NEWADDR, addr};

use super::{IFF_BROADCAST, IFF_POINTOPOINT, Interface, asked, interfaces};
use crate::net::{Family, InterfaceAddress};
use crate::sys::linux::net::own_kernel;
use crate::sys::linux::net::question::ADDRESSES;
use crate::{Host, Result};

/// A hardware address is shown with at least so many bytes.
const MAC_BYTES: usize = 6;

// RTM_GETLINK, RTM_GETADDR; else SIOCGIFCONF, if_inet6 and /sys/class/net
pub(crate) fn interface_addresses(
    host: &Host,
) -> Result<BTreeMap<OsString, Vec<InterfaceAddress>>> {
    let mut named = match told(host) {
        // A filter may let nobody have netlink, and let through what is older.
        Err(error) if own_kernel(host) => asked::addresses(host).map_err(|_| error)?,
        told => told?,
    };
    named.sort_by_key(|(_, address)| address.family);
    let mut grouped = BTreeMap::<OsString, Vec<InterfaceAddress>>::new();
    for (name, address) in named {
        grouped.entry(name).or_default().push(address);
    }
    Ok(grouped)
}

/// An address with the name of its interface or alias.
pub(super) type Named = (OsString, InterfaceAddress);

fn told(host: &Host) -> Result<Vec<Named>> {
    let links = interfaces(host)?;
    let by_index: BTreeMap<u32, &Interface> = links.iter().map(|link| (link.index, link)).collect();
    let mut named = ADDRESSES.ask(host, |rows, kind, payload, order| {
        // An interface may have gone since it was listed, and its name with it.
        if let Some(addr) = addr(payload, order).filter(|_| kind == NEWADDR)
            && let Some(link) = by_index.get(&addr.index)
        {
            rows.extend(ip_address(&addr, link));
        }
    })?;
    named.extend(links.iter().filter_map(hardware_address));
    Ok(named)
}

pub(super) fn ip_address(addr: &Addr<'_>, link: &Interface) -> Option<Named> {
    let address = addr.local.or(addr.address)?;
    // With an own address beside it, the other one is the other end's. It shares its place with the broadcast address, so
    // that without one, an IPv4 address that is not point-to-point stands in there itself.
    let other = addr.broadcast.or_else(|| addr.local.and(addr.address));
    let shown = |address| shown(address, &link.name, link.index);
    let (broadcast, ptp) = either(link.flags, other.map(shown));
    let name =
        addr.label.map_or_else(|| link.name.clone(), |label| OsString::from_vec(label.to_vec()));
    let address = InterfaceAddress {
        family: if addr.ipv6 { Family::Inet6 } else { Family::Inet },
        address: shown(address),
        netmask: Some(netmask(addr.ipv6, addr.prefix_length)),
        broadcast,
        ptp,
    };
    Some((name, address))
}

pub(super) fn hardware_address(link: &Interface) -> Option<Named> {
    if link.address.is_empty() {
        return None;
    }
    let mut address = link.address.clone();
    address.resize(address.len().max(MAC_BYTES), 0);
    let other = (!link.broadcast.is_empty()).then(|| hexadecimal(&link.broadcast));
    let (broadcast, ptp) = either(link.flags, other);
    let address = InterfaceAddress {
        family: Family::Link,
        address: hexadecimal(&address),
        netmask: None,
        broadcast,
        ptp,
    };
    Some((link.name.clone(), address))
}

/// The second address as what the interface's flags make of it: one that reaches everyone, or the other end's.
fn either(flags: u32, other: Option<String>) -> (Option<String>, Option<String>) {
    if flags & IFF_BROADCAST != 0 {
        (other, None)
    } else if flags & IFF_POINTOPOINT != 0 {
        (None, other)
    } else {
        (None, None)
    }
}

/// An address that means something on its link only has the link's name, or its number where the name is no text.
fn shown(address: IpAddr, link: &OsStr, index: u32) -> String {
    let scoped = match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => {
            let [first, second, ..] = address.octets();
            // fe80::/10, and multicast whose scope is the link
            first == 0xfe && second & 0xc0 == 0x80 || first == 0xff && second & 0x0f == 0x02
        }
    };
    match link.to_str() {
        _ if !scoped => address.to_string(),
        Some(name) => format!("{address}%{name}"),
        None => format!("{address}%{index}"),
    }
}

fn netmask(ipv6: bool, prefix_length: u8) -> String {
    if ipv6 {
        let zeros = 128u32.saturating_sub(prefix_length.into());
        Ipv6Addr::from(u128::MAX.checked_shl(zeros).unwrap_or(0)).to_string()
    } else {
        let zeros = 32u32.saturating_sub(prefix_length.into());
        Ipv4Addr::from(u32::MAX.checked_shl(zeros).unwrap_or(0)).to_string()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for byte in bytes {
        let colon = if text.is_empty() { "" } else { ":" };
        // Writing to a String cannot fail.
        let _ = write!(text, "{colon}{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(flags: u32) -> Interface {
        Interface {
            index: 4,
            flags,
            name: "eth0".into(),
            mtu: None,
            address: Vec::new(),
            broadcast: Vec::new(),
        }
    }

    fn v4(address: &str, local: Option<&str>, broadcast: Option<&str>) -> Addr<'static> {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        Addr {
            ipv6: false,
            prefix_length: 24,
            index: 4,
            address: Some(ip(address)),
            local: local.map(ip),
            broadcast: broadcast.map(ip),
            label: None,
        }
    }

    #[test]
    fn t63_an_address_that_reaches_everyone_and_another_end_exclude_each_other() {
        let pair = v4("10.0.0.2", Some("10.0.0.1"), None);
        let (_, ptp) = ip_address(&pair, &link(IFF_POINTOPOINT)).unwrap();
        assert_eq!((ptp.address.as_str(), ptp.ptp.as_deref()), ("10.0.0.1", Some("10.0.0.2")));
        assert_eq!(ptp.broadcast, None);
        let both = v4("10.0.0.1", Some("10.0.0.1"), Some("10.0.0.255"));
        let (_, address) = ip_address(&both, &link(IFF_BROADCAST | IFF_POINTOPOINT)).unwrap();
        assert_eq!((address.broadcast.as_deref(), address.ptp), (Some("10.0.0.255"), None));
        let (_, loopback) = ip_address(&both, &link(0)).unwrap();
        assert_eq!((loopback.broadcast, loopback.ptp), (None, None));
    }

    #[test]
    fn t63_an_address_without_broadcast_stands_in_itself_as_in_the_c_library() {
        let alone = v4("10.0.0.1", Some("10.0.0.1"), None);
        let (_, address) = ip_address(&alone, &link(IFF_BROADCAST)).unwrap();
        assert_eq!(address.broadcast.as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn t62_an_alias_is_a_name_of_its_own() {
        let alias = Addr { label: Some(b"eth0:1"), ..v4("10.0.0.1", None, None) };
        let (name, _) = ip_address(&alias, &link(IFF_BROADCAST)).unwrap();
        assert_eq!(name, "eth0:1");
    }

    #[test]
    fn t56_addresses_of_one_link_have_its_name() {
        let shown = |text: &str| shown(text.parse().unwrap(), OsStr::new("eth0"), 4);
        assert_eq!(shown("fe80::1"), "fe80::1%eth0");
        assert_eq!(shown("febf::1"), "febf::1%eth0");
        assert_eq!(shown("ff02::1"), "ff02::1%eth0");
        assert_eq!(shown("fec0::1"), "fec0::1");
        assert_eq!(shown("fd00::1"), "fd00::1");
        assert_eq!(shown("169.254.0.1"), "169.254.0.1");
    }

    #[test]
    fn netmasks_are_written_as_addresses() {
        let v4 = [0, 1, 8, 24, 32, 33].map(|length| netmask(false, length));
        let expected = [
            "0.0.0.0",
            "128.0.0.0",
            "255.0.0.0",
            "255.255.255.0",
            "255.255.255.255",
            "255.255.255.255",
        ];
        assert_eq!(v4, expected);
        assert_eq!(netmask(true, 0), "::");
        assert_eq!(netmask(true, 64), "ffff:ffff:ffff:ffff::");
        assert_eq!(netmask(true, 200), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
    }

    #[test]
    fn t64_a_short_hardware_address_is_filled_up_and_none_is_none() {
        let tunnel = Interface {
            address: vec![10, 0, 0, 1],
            broadcast: vec![10, 0, 0, 2],
            ..link(IFF_POINTOPOINT)
        };
        let (_, address) = hardware_address(&tunnel).unwrap();
        assert_eq!(address.address, "0a:00:00:01:00:00");
        assert_eq!((address.broadcast, address.ptp.as_deref()), (None, Some("0a:00:00:02")));
        assert_eq!(hardware_address(&link(0)), None);
    }
}
