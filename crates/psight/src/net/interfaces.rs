//! Network interfaces: what they carried, their addresses, their state.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::IpAddr;

use super::{Duplex, Family};
use crate::record::{self, Record};
use crate::{Host, Result, sys};

/// What a network interface has carried since it appeared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct NetIo {
    /// Bytes sent.
    #[field(unit = bytes, counter)]
    pub bytes_sent: u64,
    /// Bytes received.
    #[field(unit = bytes, counter)]
    pub bytes_recv: u64,
    /// Packets sent.
    #[field(counter)]
    pub packets_sent: u64,
    /// Packets received.
    #[field(counter)]
    pub packets_recv: u64,
    /// Errors while receiving.
    #[field(counter)]
    pub errin: u64,
    /// Errors while sending.
    #[field(counter)]
    pub errout: u64,
    /// Packets that arrived and were dropped.
    #[field(counter)]
    pub dropin: u64,
    /// Packets that were dropped instead of sent.
    #[field(counter)]
    pub dropout: u64,
    /// Packets that arrived faster than they could be taken.
    #[field(counter, on(linux))]
    pub overrunin: Option<u64>,
    /// Packets that were not sent in time.
    #[field(counter, on(linux))]
    pub overrunout: Option<u64>,
    /// Packets that arrived misshapen: of a wrong length, checksum or form.
    #[field(counter, on(linux))]
    pub framein: Option<u64>,
    /// Packets that could not be sent because there was no carrier, or for another reason that the system counts with it.
    #[field(counter, on(linux))]
    pub carrierout: Option<u64>,
    /// Collisions while sending, which only old networks have.
    #[field(counter, on(linux))]
    pub collisions: Option<u64>,
}

impl NetIo {
    /// What was carried between `before` and this reading. A counter that went backwards, because it wrapped or because
    /// the interface is a new one of the same name, counts as 0.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        record::growth(self, before)
    }

    /// All of them together; `None` of none.
    pub fn total<'a>(of: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let known = |sum: Option<u64>, one: Option<u64>| match (sum, one) {
            (Some(sum), Some(one)) => Some(sum.saturating_add(one)),
            (sum, one) => sum.or(one),
        };
        of.into_iter().cloned().reduce(|sum, one| Self {
            bytes_sent: sum.bytes_sent.saturating_add(one.bytes_sent),
            bytes_recv: sum.bytes_recv.saturating_add(one.bytes_recv),
            packets_sent: sum.packets_sent.saturating_add(one.packets_sent),
            packets_recv: sum.packets_recv.saturating_add(one.packets_recv),
            errin: sum.errin.saturating_add(one.errin),
            errout: sum.errout.saturating_add(one.errout),
            dropin: sum.dropin.saturating_add(one.dropin),
            dropout: sum.dropout.saturating_add(one.dropout),
            overrunin: known(sum.overrunin, one.overrunin),
            overrunout: known(sum.overrunout, one.overrunout),
            framein: known(sum.framein, one.framein),
            carrierout: known(sum.carrierout, one.carrierout),
            collisions: known(sum.collisions, one.collisions),
        })
    }
}

/// One address of a network interface.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct InterfaceAddress {
    /// What sort of address it is.
    #[field(label)]
    pub family: Family,
    /// The address. A link-local IPv6 address has its scope (`fe80::1%eth0`); a hardware address is in hexadecimal
    /// (`52:54:00:12:34:56`), filled up with `:00` to six bytes where the hardware has fewer.
    #[field(label)]
    pub address: String,
    /// Which bits of the address name the network, written as an address. `None` for a hardware address.
    #[field(label)]
    pub netmask: Option<String>,
    /// The address that reaches everyone on the network; `None` where there is none. Never together with `ptp`.
    ///
    /// Linux: for an IPv4 address that was configured without one, it is the address itself, as the C library and psutil
    /// have it.
    #[field(label)]
    pub broadcast: Option<String>,
    /// The address of the other end of a point-to-point interface, such as a VPN.
    #[field(label)]
    pub ptp: Option<String>,
}

impl InterfaceAddress {
    /// The address as a number, without the scope that a link-local one has. `None` for a hardware address.
    ///
    /// ```
    /// # use psight::Host;
    /// for (name, addresses) in Host::local().interface_addresses().unwrap_or_default() {
    ///     for address in &addresses {
    ///         if let (Some(ip), Some(length)) = (address.ip(), address.prefix_length()) {
    ///             println!("{}: {ip}/{length}", name.display());
    ///         }
    ///     }
    /// }
    /// ```
    pub fn ip(&self) -> Option<IpAddr> {
        let address = self.address.split_once('%').map_or(&*self.address, |(address, _)| address);
        // A hardware address is none, though some have the form of one.
        matches!(self.family, Family::Inet | Family::Inet6).then(|| address.parse().ok())?
    }

    /// How many bits of the address name the network: 24 for the netmask `255.255.255.0`. `None` without a netmask, and for
    /// one with gaps, which has no such number.
    pub fn prefix_length(&self) -> Option<u8> {
        let (mask, width) = match self.netmask.as_deref()?.parse().ok()? {
            IpAddr::V4(mask) => (u128::from(mask.to_bits()) << 96, 32),
            IpAddr::V6(mask) => (mask.to_bits(), 128),
        };
        let ones = mask.leading_ones();
        let is_whole = ones == mask.count_ones() && ones <= width;
        is_whole.then(|| u8::try_from(ones).ok())?
    }
}

/// The state of a network interface.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct InterfaceStats {
    /// Whether it is up and has a carrier: the cable is in, the wireless network is joined.
    pub isup: bool,
    /// Whether it sends and receives at once. `None` where the driver does not know, as on virtual interfaces.
    pub duplex: Option<Duplex>,
    /// The speed it negotiated. `None` where the driver does not know, as on virtual interfaces or without a carrier.
    #[field(unit = megabits)]
    pub speed: Option<u32>,
    /// The largest packet it sends.
    #[field(unit = bytes)]
    pub mtu: u64,
    /// The kernel's flags, as in `up,broadcast,running,multicast`.
    pub flags: String,
}

impl Host {
    /// What each network interface has carried, by name. Empty on a machine without interfaces.
    ///
    /// The counters may wrap, and start again when an interface is plugged in again.
    ///
    /// Linux: `/proc/net/dev`, of the caller's network namespace. A line that is garbled is left out.
    ///
    /// Windows: `GetIfEntry2` of each adapter that `GetAdaptersAddresses` lists.
    ///
    /// # Errors
    ///
    /// `NotFound` without a `/proc/net/dev`.
    pub fn net_io_counters(&self) -> Result<BTreeMap<OsString, NetIo>> {
        sys::net::io_counters(self)
    }

    /// What all network interfaces together have carried; `None` on a machine without interfaces.
    ///
    /// The loopback interface is counted too. See [`net_io_counters`](Self::net_io_counters).
    ///
    /// # Errors
    ///
    /// As [`net_io_counters`](Self::net_io_counters).
    pub fn net_io_counters_total(&self) -> Result<Option<NetIo>> {
        Ok(NetIo::total(self.net_io_counters()?.values()))
    }

    /// The addresses of each network interface, by its name: IPv4 first, then IPv6, then hardware.
    ///
    /// An interface without addresses is not there. An alias (`eth0:1`) has the addresses that are labelled with its
    /// name.
    ///
    /// Linux: netlink (`RTM_GETLINK`, `RTM_GETADDR`), of the caller's network namespace; where that is refused, what is
    /// older (`SIOCGIFCONF`, `/proc/net/if_inet6`, `/sys/class/net`), without the other end of IPv6 addresses. For a machine that was captured:
    /// the same answers, from `answers/rtm_getlink.bin` and `answers/rtm_getaddr.bin`.
    ///
    /// Windows: `GetAdaptersAddresses`, by the names that people give adapters; the scope of a link-local address is
    /// its adapter's number.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a machine whose kernel cannot be asked and whose answer was not captured; what netlink says
    /// (`AccessDenied` where it is forbidden) where the rest is not there either.
    pub fn interface_addresses(&self) -> Result<BTreeMap<OsString, Vec<InterfaceAddress>>> {
        sys::net::interface_addresses(self)
    }

    /// The state of each network interface, by name.
    ///
    /// An interface that vanishes while it is asked is left out.
    ///
    /// Linux: netlink (`RTM_GETLINK`) and `ethtool` requests, of the caller's network namespace; where netlink is forbidden
    /// `SIOCGIFFLAGS` and `SIOCGIFMTU`, and `/sys/class/net` for a machine whose kernel cannot be asked.
    ///
    /// Windows: `GetIfEntry2`. `duplex` is not told, and there are no flags.
    ///
    /// # Errors
    ///
    /// The error of `/sys/class/net`, if the kernel gives the answer in neither way.
    pub fn interface_stats(&self) -> Result<BTreeMap<OsString, InterfaceStats>> {
        sys::net::interface_stats(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_netmasks_are_numbers_too() {
        let number = |family, address: &str, netmask: Option<&str>| {
            let address = InterfaceAddress {
                family,
                address: address.into(),
                netmask: netmask.map(Into::into),
                broadcast: None,
                ptp: None,
            };
            (address.ip().map(|ip| ip.to_string()), address.prefix_length())
        };
        let v4 = |mask| number(Family::Inet, "192.0.2.7", Some(mask)).1;
        assert_eq!([v4("0.0.0.0"), v4("255.255.252.0")], [Some(0), Some(22)]);
        assert_eq!([v4("255.255.255.255"), v4("255.0.255.0")], [Some(32), None]);
        let link_local = number(Family::Inet6, "fe80::1%eth0", Some("ffff:ffff:ffff:ffff::"));
        assert_eq!(link_local, (Some("fe80::1".into()), Some(64)));
        assert_eq!(number(Family::Inet6, "::1", Some(&["ffff"; 8].join(":"))).1, Some(128));
        assert_eq!(number(Family::Inet, "192.0.2.7", None), (Some("192.0.2.7".into()), None));
        // What has eight bytes looks like an address of IPv6.
        assert_eq!(number(Family::Link, "00:11:22:33:44:55:66:77", None), (None, None));
    }

    #[test]
    fn t51_nothing_of_no_interfaces() {
        assert_eq!(NetIo::total([]), None);
        let one = NetIo { bytes_sent: u64::MAX, errin: 2, ..NetIo::default() };
        let sum = NetIo::total([&one, &one]).unwrap();
        assert_eq!((sum.bytes_sent, sum.errin), (u64::MAX, 4));
    }
}
