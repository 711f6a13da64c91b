//! `/proc/net/dev`: what each network interface has carried.

use crate::{Error, text};

/// One interface's line. The kernel's names are those of its `rtnl_link_stats64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetDev<'a> {
    /// The interface's name; an alias has a colon in it.
    pub name: &'a [u8],
    /// Bytes received.
    pub rx_bytes: u64,
    /// Packets received.
    pub rx_packets: u64,
    /// Errors while receiving.
    pub rx_errors: u64,
    /// Packets that arrived and were dropped.
    pub rx_dropped: u64,
    /// Packets that arrived faster than they could be taken.
    pub rx_fifo_errors: u64,
    /// Packets that arrived misshapen: their length, their checksum or their form was wrong.
    pub rx_frame_errors: u64,
    /// Bytes sent.
    pub tx_bytes: u64,
    /// Packets sent.
    pub tx_packets: u64,
    /// Errors while sending.
    pub tx_errors: u64,
    /// Packets that were dropped instead of sent.
    pub tx_dropped: u64,
    /// Packets that were not sent in time.
    pub tx_fifo_errors: Option<u64>,
    /// Collisions while sending.
    pub collisions: Option<u64>,
    /// Packets that could not be sent for want of a carrier, and for other reasons that the kernel counts together.
    pub tx_carrier_errors: Option<u64>,
}

/// Decodes the file line by line. The two lines of heads, and lines that are garbled, are skipped; a file in which
/// nothing else stands is an error.
pub fn net_dev(bytes: &[u8]) -> Result<impl Iterator<Item = NetDev<'_>>, Error> {
    let mut rows = text::lines(bytes).filter_map(line).peekable();
    // The heads alone have columns between bars.
    let is_bare = || text::lines(bytes).all(|line| line.contains(&b'|'));
    if rows.peek().is_none() && !is_bare() {
        return Err(Error::garbled("rx_bytes"));
    }
    Ok(rows)
}

fn line(line: &[u8]) -> Option<NetDev<'_>> {
    // The last colon: an alias has one of its own. A number may follow it at once.
    let colon = line.iter().rposition(|byte| *byte == b':')?;
    let (name, rest) = line.split_at_checked(colon)?;
    let mut numbers = text::numbers(rest.get(1..)?);
    let mut next = || numbers.next()?;
    let (rx_bytes, rx_packets, rx_errors, rx_dropped) = (next()?, next()?, next()?, next()?);
    let (rx_fifo_errors, rx_frame_errors) = (next()?, next()?);
    // compressed, multicast
    for _ in 0..2 {
        next()?;
    }
    Some(NetDev {
        name: name.trim_ascii(),
        rx_bytes,
        rx_packets,
        rx_errors,
        rx_dropped,
        rx_fifo_errors,
        rx_frame_errors,
        tx_bytes: next()?,
        tx_packets: next()?,
        tx_errors: next()?,
        tx_dropped: next()?,
        tx_fifo_errors: next(),
        collisions: next(),
        tx_carrier_errors: next(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: &[u8] = b"Inter-|   Receive                                                |  Transmit\n \
        face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n";

    #[test]
    fn every_counter_is_where_the_heads_say() {
        let text = [
            HEADS,
            b"  eth0: 194859303    5112    1    2    3     4          5         6   332023    3398    7    8    9    10      11         12\n",
        ]
        .concat();
        let devs: Vec<_> = net_dev(&text).unwrap().collect();
        let eth0 = NetDev {
            name: b"eth0",
            rx_bytes: 194_859_303,
            rx_packets: 5112,
            rx_errors: 1,
            rx_dropped: 2,
            rx_fifo_errors: 3,
            rx_frame_errors: 4,
            tx_bytes: 332_023,
            tx_packets: 3398,
            tx_errors: 7,
            tx_dropped: 8,
            tx_fifo_errors: Some(9),
            collisions: Some(10),
            tx_carrier_errors: Some(11),
        };
        assert_eq!(devs, [eth0]);
    }

    #[test]
    fn t62_aliases_and_numbers_without_a_blank_are_read() {
        let text = b"eth0:1:100 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\nenp130s0f1np1v3:18446744073709551615 1 0 0 0 0 0 0 9 2 0 0 0 0 0 0\n";
        let devs: Vec<_> =
            net_dev(text).unwrap().map(|dev| (dev.name, dev.rx_bytes, dev.tx_bytes)).collect();
        assert_eq!(devs, [(&b"eth0:1"[..], 100, 200), (&b"enp130s0f1np1v3"[..], u64::MAX, 9)]);
    }

    #[test]
    fn t51_heads_alone_are_no_interfaces() {
        assert_eq!(net_dev(HEADS).unwrap().count(), 0);
    }

    #[test]
    fn a_file_without_a_line_that_is_understood_is_an_error() {
        assert_eq!(net_dev(b"").unwrap().count(), 0);
        for text in [&b"garbage"[..], b"\xff\xfe\n\x00", b"eth0: 1 2 3\n"] {
            assert!(net_dev(text).is_err());
            assert!(net_dev(&[HEADS, text].concat()).is_err());
        }
    }

    #[test]
    fn a_garbled_line_hides_no_other() {
        let text =
            b"a: 1 2 3\nb: x 1 0 0 0 0 0 0 200 2 0 0 0 0 0 0\nc: 1 1 0 0 0 0 0 0 200 2 0 0\n";
        assert_eq!(net_dev(text).unwrap().map(|dev| dev.name).collect::<Vec<_>>(), [b"c"]);
    }
}
