//! Network interfaces: `RTM_NEWLINK`, `struct ifinfomsg` with attributes.

use super::{Endian, attributes};

/// `RTM_NEWLINK`: the kind of these messages.
pub const NEWLINK: u16 = 16;
/// `RTM_GETLINK`: the kind of the question.
pub const GETLINK: u16 = 18;

/// One interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link<'a> {
    /// Its number.
    pub index: u32,
    /// `IFF_*`.
    pub flags: u32,
    /// Its name, without the NUL at the end.
    pub name: &'a [u8],
    /// The largest packet.
    pub mtu: Option<u32>,
    /// The hardware address. `None` where the interface has none.
    pub address: Option<&'a [u8]>,
    /// The hardware address that reaches everyone, or the other end of a tunnel.
    pub broadcast: Option<&'a [u8]>,
}

/// Decodes one message. `None` if it is cut short or has no name.
pub fn link(payload: &[u8], order: Endian) -> Option<Link<'_>> {
    let index = order.u32(payload, 4)?;
    let flags = order.u32(payload, 8)?;
    let mut link = Link { index, flags, name: b"", mtu: None, address: None, broadcast: None };
    for (kind, value) in attributes(payload.get(16..)?, order) {
        match kind {
            // IFLA_ADDRESS
            1 => link.address = Some(value).filter(|value| !value.is_empty()),
            // IFLA_BROADCAST
            2 => link.broadcast = Some(value).filter(|value| !value.is_empty()),
            // IFLA_IFNAME
            3 => link.name = super::text(value),
            // IFLA_MTU
            4 => link.mtu = order.u32(value, 0),
            _ => {}
        }
    }
    (!link.name.is_empty()).then_some(link)
}

/// The fixed part of the question for all interfaces, without their counters.
pub fn request() -> Vec<u8> {
    let mut body = vec![0; 16];
    // IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS, which kernels before 4.4 do not know and ignore.
    body.extend(8u16.to_ne_bytes());
    body.extend(29u16.to_ne_bytes());
    body.extend(8u32.to_ne_bytes());
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::netlink::messages;
    use crate::linux::netlink::samples::LINKS;

    #[test]
    fn every_interface_of_a_real_answer_is_read() {
        let seen: Vec<_> = messages(LINKS, Endian::Little)
            .map(Result::unwrap)
            .filter(|message| message.kind == NEWLINK)
            .filter_map(|message| link(message.payload, Endian::Little))
            .collect();
        let shown: Vec<_> =
            seen.iter().map(|link| (link.index, link.name, link.flags, link.mtu)).collect();
        assert_eq!(
            shown,
            [(1, &b"lo"[..], 0x1_0049, Some(65536)), (4, &b"eth0"[..], 0x1_1043, Some(1400))]
        );
        assert_eq!(seen[1].address, Some(&[2, 0xfc, 0, 0, 0, 1][..]));
        assert_eq!(seen[1].broadcast, Some(&[0xff; 6][..]));
    }

    #[test]
    fn t63_a_message_without_a_name_is_skipped() {
        assert_eq!(link(&[0; 16], Endian::Little), None);
        assert_eq!(link(&[0; 15], Endian::Little), None);
    }
}
