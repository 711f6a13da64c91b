//! `/proc/net/if_inet6`: the IPv6 addresses of all interfaces, one to a line.

use std::net::Ipv6Addr;

use crate::text;

/// One address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfInet6<'a> {
    /// The address.
    pub address: Ipv6Addr,
    /// The number of its interface.
    pub index: u32,
    /// How many of its bits are the network's.
    pub prefix_length: u8,
    /// The name of its interface.
    pub name: &'a [u8],
}

/// Decodes the list line by line; what is not understood is skipped.
pub fn if_inet6(bytes: &[u8]) -> impl Iterator<Item = IfInet6<'_>> {
    text::lines(bytes).filter_map(line)
}

fn line(line: &[u8]) -> Option<IfInet6<'_>> {
    let mut words = text::words(line);
    let digits = words.next().filter(|digits| digits.len() == 32)?;
    let (high, low) = digits.split_at_checked(16)?;
    let address = u128::from(text::hex(high)?) << 64 | u128::from(text::hex(low)?);
    let index = text::hex(words.next()?)?.try_into().ok()?;
    let prefix_length = text::hex(words.next()?)?.try_into().ok()?;
    let (_scope, _flags) = (words.next()?, words.next()?);
    Some(IfInet6 { address: address.into(), index, prefix_length, name: words.next()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_address_with_its_interface() {
        let list = b"fe80000000000000021122fffe334455 0a 40 20 80     eth0\n\
            00000000000000000000000000000001 01 80 10 80       lo\nfe80 1 1 1 1 short\n";
        let found: Vec<_> = if_inet6(list).collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].address.to_string(), "fe80::211:22ff:fe33:4455");
        assert_eq!((found[0].index, found[0].prefix_length, found[0].name), (10, 64, &b"eth0"[..]));
        assert_eq!((found[1].address, found[1].prefix_length), (Ipv6Addr::LOCALHOST, 128));
    }
}
