//! Addresses of network interfaces: `RTM_NEWADDR`, `struct ifaddrmsg` with attributes.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Endian, attributes};

/// `RTM_NEWADDR`: the kind of these messages.
pub const NEWADDR: u16 = 20;
/// `RTM_GETADDR`: the kind of the question.
pub const GETADDR: u16 = 22;

/// One address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addr<'a> {
    /// Whether it is IPv6.
    pub ipv6: bool,
    /// How many bits name the network.
    pub prefix_length: u8,
    /// The interface's number.
    pub index: u32,
    /// The address; of a point-to-point interface that also has [`local`](Self::local), the other end's.
    pub address: Option<IpAddr>,
    /// The interface's own address. IPv6 has it on point-to-point interfaces only.
    pub local: Option<IpAddr>,
    /// The address that reaches everyone, where one was configured. IPv4 only.
    pub broadcast: Option<IpAddr>,
    /// The interface's name or alias, without the NUL at the end. IPv4 only.
    pub label: Option<&'a [u8]>,
}

/// Decodes one message. `None` if it is cut short or of another family than IPv4 and IPv6.
pub fn addr(payload: &[u8], order: Endian) -> Option<Addr<'_>> {
    let ipv6 = match payload.first()? {
        2 => false,
        10 => true,
        _ => return None,
    };
    let mut addr = Addr {
        ipv6,
        prefix_length: *payload.get(1)?,
        index: order.u32(payload, 4)?,
        address: None,
        local: None,
        broadcast: None,
        label: None,
    };
    for (kind, value) in attributes(payload.get(8..)?, order) {
        match kind {
            // IFA_ADDRESS
            1 => addr.address = ip(ipv6, value),
            // IFA_LOCAL
            2 => addr.local = ip(ipv6, value),
            // IFA_LABEL
            3 => addr.label = Some(super::text(value)),
            // IFA_BROADCAST
            4 => addr.broadcast = ip(ipv6, value),
            _ => {}
        }
    }
    Some(addr)
}

/// An address, which is in network order on every machine. `None` if it is longer or shorter than those of its family.
pub(super) fn ip(ipv6: bool, value: &[u8]) -> Option<IpAddr> {
    if ipv6 {
        Some(Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).into())
    } else {
        Some(Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).into())
    }
}

/// The fixed part of the question for all addresses of all families.
pub fn request() -> Vec<u8> {
    vec![0; 8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::netlink::messages;
    use crate::linux::netlink::samples::ADDRESSES;

    #[test]
    fn every_address_of_a_real_answer_is_read() {
        let seen: Vec<_> = messages(ADDRESSES, Endian::Little)
            .map(Result::unwrap)
            .filter(|message| message.kind == NEWADDR)
            .filter_map(|message| addr(message.payload, Endian::Little))
            .collect();
        let shown: Vec<_> = seen
            .iter()
            .map(|addr| format!("{} {}/{}", addr.index, addr.address.unwrap(), addr.prefix_length))
            .collect();
        assert_eq!(
            shown,
            [
                "1 127.0.0.1/8",
                "4 192.0.2.2/24",
                "1 ::1/128",
                "4 fd00::2/64",
                "4 fe80::fc:ff:fe00:1/64"
            ]
        );
        assert_eq!(seen[1].local, seen[1].address);
        assert_eq!(seen[1].broadcast, Some("192.0.2.255".parse().unwrap()));
        assert_eq!(seen[1].label, Some(&b"eth0"[..]));
        assert_eq!((seen[3].local, seen[3].broadcast, seen[3].label), (None, None, None));
    }

    #[test]
    fn t55_a_message_that_is_cut_short_is_skipped() {
        assert_eq!(addr(&[2, 8, 0, 0, 1, 0, 0], Endian::Little), None);
        assert_eq!(addr(b"", Endian::Little), None);
    }

    #[test]
    fn an_address_of_an_odd_length_is_none() {
        let bytes = [2, 8, 0, 0, 1, 0, 0, 0, 7, 0, 1, 0, 127, 0, 0, 0];
        assert_eq!(addr(&bytes, Endian::Little).unwrap().address, None);
    }
}
