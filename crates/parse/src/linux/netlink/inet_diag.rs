//! The socket diagnosis of TCP and UDP: `struct inet_diag_msg`, since 2.6.14 for TCP and 3.3 for UDP.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Endian;
use crate::linux::endian::array;
use crate::linux::net_inet::{Inet, Timer};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

/// Decodes one message: the same as a line of `/proc/net/tcp`, but for `tx_queue`, which is the most connections that may
/// wait where the socket listens. `None` if it is cut short or of another family.
pub fn inet_diag(payload: &[u8], order: Endian) -> Option<Inet> {
    let family = *payload.first()?;
    // idiag_expires is at 52; what follows is at multiples of four.
    let number = |at| order.u32(payload, at);
    Some(Inet {
        local: SocketAddr::new(ip(family, payload, 8)?, port(payload, 4)?),
        remote: SocketAddr::new(ip(family, payload, 24)?, port(payload, 6)?),
        state: *payload.get(1)?,
        rx_queue: number(56)?,
        tx_queue: number(60)?,
        uid: number(64)?,
        inode: number(68)?.into(),
        timer: Timer { kind: *payload.get(2)?, left_ms: number(52)?, attempts: *payload.get(3)? },
    })
}

/// Addresses and ports are in network order on every machine.
fn ip(family: u8, payload: &[u8], at: usize) -> Option<IpAddr> {
    match family {
        AF_INET => Some(Ipv4Addr::from(array::<4>(payload, at)?).into()),
        AF_INET6 => Some(Ipv6Addr::from(array::<16>(payload, at)?).into()),
        _ => None,
    }
}

fn port(payload: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(array(payload, at)?))
}

/// The fixed part of the question for all sockets of a family and a protocol in `states`, a bit for each:
/// `struct inet_diag_req_v2`.
pub fn request(ipv6: bool, protocol: u8, states: u32) -> Vec<u8> {
    let mut body = vec![if ipv6 { AF_INET6 } else { AF_INET }, protocol, 0, 0];
    body.extend(states.to_ne_bytes());
    // idiag_id: any socket.
    body.extend([0; 48]);
    body
}

/// The fixed part of the older question for all TCP sockets of both families in `states`: `struct inet_diag_req`.
pub fn tcp_request(states: u32) -> Vec<u8> {
    let mut body = vec![AF_INET, 0, 0, 0];
    // id: any socket.
    body.extend([0; 48]);
    body.extend(states.to_ne_bytes());
    // idiag_dbs: every table.
    body.extend([0; 4]);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[::ffff:127.0.0.1]:40521` to `[::ffff:127.0.0.1]:80`, established, on a little-endian machine.
    const MAPPED: &[u8] = &[
        10, 1, 2, 3, 0x9e, 0x49, 0, 80, // family, state, timer, retrans, ports
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1, // source
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1, // destination
        0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xf4, 1, 0, 0, // interface, cookie, expires
        5, 0, 0, 0, 6, 0, 0, 0, 0xe8, 3, 0, 0, 0x39, 0x30, 0, 0, // queues, uid, inode
    ];

    #[test]
    fn every_field_is_where_the_kernel_puts_it() {
        let row = inet_diag(MAPPED, Endian::Little).unwrap();
        assert_eq!(row.local.to_string(), "[::ffff:127.0.0.1]:40521");
        assert_eq!(row.remote.to_string(), "[::ffff:127.0.0.1]:80");
        assert_eq!((row.state, row.rx_queue, row.tx_queue), (1, 5, 6));
        assert_eq!((row.uid, row.inode), (1000, 12345));
        assert_eq!(row.timer, Timer { kind: 2, left_ms: 500, attempts: 3 });
    }

    #[test]
    fn t56_only_the_numbers_depend_on_the_machines_order() {
        let mut big = MAPPED.to_vec();
        for number in big[52..].chunks_exact_mut(4) {
            number.reverse();
        }
        assert_eq!(inet_diag(&big, Endian::Big), inet_diag(MAPPED, Endian::Little));
    }

    #[test]
    fn t56_a_short_address_family_uses_a_part_of_the_field() {
        let mut v4 = MAPPED.to_vec();
        v4[0] = AF_INET;
        v4[8..12].copy_from_slice(&[10, 0, 0, 2]);
        v4[24..28].copy_from_slice(&[10, 0, 0, 3]);
        let row = inet_diag(&v4, Endian::Little).unwrap();
        assert_eq!(row.local.to_string(), "10.0.0.2:40521");
        assert_eq!(row.remote.to_string(), "10.0.0.3:80");
    }

    #[test]
    fn t55_a_message_that_is_cut_short_is_skipped() {
        assert_eq!(inet_diag(&MAPPED[..71], Endian::Little), None);
        assert_eq!(inet_diag(b"", Endian::Little), None);
    }
}
