//! Adapters: what they carried, their addresses, their state.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::super::kernel::here;
use super::super::text;
use super::ffi::{self, Adapter};
use crate::net::{Family, InterfaceAddress, InterfaceStats, NetIo};
use crate::sys::seen::Seen;
use crate::{Error, Host, Result};

/// By the names that people give them: `Ethernet 2`.
// GetAdaptersAddresses
pub(super) fn adapters(host: &Host) -> Result<Vec<(OsString, Adapter)>> {
    here(host, "network interfaces")?;
    let all = ffi::adapters().map_err(|error| Error::system("GetAdaptersAddresses", error))?;
    Ok(all.into_iter().map(|adapter| (text::up_to_nul(&adapter.name), adapter)).collect())
}

pub(crate) fn io_changes(host: &Host, _seen: &mut Seen) -> Result<Option<Vec<(OsString, NetIo)>>> {
    io_counters(host).map(|all| Some(all.into_iter().collect()))
}

// GetIfEntry2
pub(crate) fn io_counters(host: &Host) -> Result<BTreeMap<OsString, NetIo>> {
    let counted = adapters(host)?.into_iter().filter_map(|(name, adapter)| {
        // One that is pulled out meanwhile is left out.
        let row = ffi::entry(adapter.luid).ok()?;
        let io = NetIo {
            bytes_sent: row.OutOctets,
            bytes_recv: row.InOctets,
            packets_sent: row.OutUcastPkts.saturating_add(row.OutNUcastPkts),
            packets_recv: row.InUcastPkts.saturating_add(row.InNUcastPkts),
            errin: row.InErrors,
            errout: row.OutErrors,
            dropin: row.InDiscards,
            dropout: row.OutDiscards,
            overrunin: None,
            overrunout: None,
            framein: None,
            carrierout: None,
            collisions: None,
        };
        Some((name, io))
    });
    Ok(counted.collect())
}

// GetAdaptersAddresses
pub(crate) fn interface_addresses(
    host: &Host,
) -> Result<BTreeMap<OsString, Vec<InterfaceAddress>>> {
    let mut found: BTreeMap<OsString, Vec<InterfaceAddress>> = BTreeMap::new();
    for (name, adapter) in adapters(host)? {
        let mut addresses: Vec<_> =
            adapter.addresses.iter().map(|(ip, length)| address(*ip, *length, &adapter)).collect();
        // IPv4 first, and otherwise as Windows has them.
        addresses.sort_by_key(|address| address.family);
        addresses.extend(hardware(&adapter.hardware));
        if !addresses.is_empty() {
            found.entry(name).or_default().extend(addresses);
        }
    }
    Ok(found)
}

/// How many bits of an address name the network decides who is in it.
fn address(ip: IpAddr, length: u8, adapter: &Adapter) -> InterfaceAddress {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(length.min(32))).unwrap_or(0);
            let broadcast = Ipv4Addr::from(u32::from(ip) | !mask);
            InterfaceAddress {
                family: Family::Inet,
                address: ip.to_string(),
                netmask: Some(Ipv4Addr::from(mask).to_string()),
                broadcast: Some(broadcast.to_string()),
                ptp: None,
            }
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(length.min(128))).unwrap_or(0);
            let scope = match ip.is_unicast_link_local() {
                true => format!("%{}", adapter.index_of_ipv6),
                false => String::new(),
            };
            InterfaceAddress {
                family: Family::Inet6,
                address: format!("{ip}{scope}"),
                netmask: Some(Ipv6Addr::from(mask).to_string()),
                broadcast: None,
                ptp: None,
            }
        }
    }
}

/// The hardware's address, filled up to six bytes as on other systems; `None` where it has none.
fn hardware(bytes: &[u8]) -> Option<InterfaceAddress> {
    if bytes.is_empty() {
        return None;
    }
    let missing = std::iter::repeat_n(&0, 6_usize.saturating_sub(bytes.len()));
    let bytes: Vec<String> = bytes.iter().chain(missing).map(|b| format!("{b:02x}")).collect();
    Some(InterfaceAddress {
        family: Family::Link,
        address: bytes.join(":"),
        netmask: None,
        broadcast: None,
        ptp: None,
    })
}

// GetIfEntry2
pub(crate) fn interface_stats(host: &Host) -> Result<BTreeMap<OsString, InterfaceStats>> {
    const UP: i32 = 1;
    let stats = adapters(host)?.into_iter().filter_map(|(name, adapter)| {
        let row = ffi::entry(adapter.luid).ok()?;
        let stats = InterfaceStats {
            isup: row.OperStatus == UP,
            duplex: None,
            speed: speed(row.TransmitLinkSpeed),
            mtu: row.Mtu.into(),
            // Words of Unix, which Windows does not have.
            flags: String::new(),
        };
        Some((name, stats))
    });
    Ok(stats.collect())
}

/// Bits in a second as megabits; adapters that do not know say the largest number that there is, or 0.
fn speed(bits: u64) -> Option<u32> {
    match bits {
        0 | u64::MAX => None,
        bits => u32::try_from(bits / 1_000_000).ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter() -> Adapter {
        Adapter {
            name: Vec::new(),
            luid: 7,
            index_of_ipv6: 12,
            hardware: Vec::new(),
            addresses: Vec::new(),
        }
    }

    fn of(ip: &str, length: u8) -> [Option<String>; 3] {
        let address = address(ip.parse().unwrap(), length, &adapter());
        [Some(address.address), address.netmask, address.broadcast]
    }

    fn texts(texts: [&str; 3]) -> [Option<String>; 3] {
        texts.map(|text| (!text.is_empty()).then(|| text.to_owned()))
    }

    #[test]
    fn a_mask_has_as_many_bits_as_the_network() {
        assert_eq!(of("192.0.2.7", 24), texts(["192.0.2.7", "255.255.255.0", "192.0.2.255"]));
        assert_eq!(of("10.1.2.3", 32), texts(["10.1.2.3", "255.255.255.255", "10.1.2.3"]));
        assert_eq!(of("10.1.2.3", 0), texts(["10.1.2.3", "0.0.0.0", "255.255.255.255"]));
        assert_eq!(of("2001:db8::1", 64), texts(["2001:db8::1", "ffff:ffff:ffff:ffff::", ""]));
    }

    #[test]
    fn a_link_local_address_has_the_number_of_its_adapter() {
        let [address, ..] = of("fe80::1", 64);
        assert_eq!(address.as_deref(), Some("fe80::1%12"));
    }

    #[test]
    fn a_hardware_address_has_six_bytes_at_least() {
        let text = |bytes: &[u8]| hardware(bytes).map(|address| address.address);
        assert_eq!(text(&[0x52, 0x54, 0, 0x12, 0x34, 0x56]).as_deref(), Some("52:54:00:12:34:56"));
        assert_eq!(text(&[1]).as_deref(), Some("01:00:00:00:00:00"));
        assert_eq!(text(&[]), None);
    }

    #[test]
    fn a_speed_that_is_not_known_is_none() {
        assert_eq!([speed(0), speed(u64::MAX), speed(1_000_000_000)], [None, None, Some(1000)]);
    }
}
