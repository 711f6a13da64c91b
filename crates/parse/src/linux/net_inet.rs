//! `/proc/net/{tcp,tcp6,udp,udp6}`: the sockets of one protocol in one network namespace, one per line.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::Endian;
use crate::{Error, text};

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inet {
    /// Where it is bound.
    pub local: SocketAddr,
    /// What it is connected to; all zeros where it is not connected.
    pub remote: SocketAddr,
    /// The kernel's number of the TCP state; UDP uses two of them.
    pub state: u8,
    /// Bytes sent and not yet confirmed; 0 where it listens.
    pub tx_queue: u32,
    /// Bytes not yet read; where it listens, connections not yet accepted.
    pub rx_queue: u32,
    /// The owner.
    pub uid: u32,
    /// The socket's number; 0 where no process holds it.
    pub inode: u64,
    /// What the kernel waits for with it.
    pub timer: Timer,
}

/// A timer of a TCP connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timer {
    /// The kernel's number of its kind: 0 where none runs, 1 to send again, 2 to see whether the other end is there, 3 to
    /// forget the connection, 4 to probe whether the other end takes data again.
    pub kind: u8,
    /// When it goes off.
    pub left_ms: u32,
    /// How often it did so in vain.
    pub attempts: u8,
}

/// Decodes the file line by line. The line of heads, and lines that are garbled among others, are skipped; a file that
/// says something and no socket is an error, and not a machine without sockets.
///
/// The kernel prints an address as the 32-bit numbers that it has in memory, so that the digits depend on the machine's
/// byte order, which `order` tells.
pub fn net_inet(bytes: &[u8], order: Endian) -> Result<impl Iterator<Item = Inet>, Error> {
    let mut rows = text::lines(bytes).filter_map(move |line| inet(line, order)).peekable();
    if rows.peek().is_none() && !text::is_bare(bytes, b"sl") {
        return Err(Error::garbled("local_address"));
    }
    Ok(rows)
}

fn inet(line: &[u8], order: Endian) -> Option<Inet> {
    let mut words = text::words(line);
    // "sl", the line's number
    words.next()?;
    let local = address(words.next()?, order)?;
    let remote = address(words.next()?, order)?;
    let state = text::hex(words.next()?)?.try_into().ok()?;
    let (tx_queue, rx_queue) = split(words.next()?)?;
    let (kind, left) = split(words.next()?)?;
    let retransmits = text::hex(words.next()?)?;
    let uid = text::u32(words.next()?)?;
    // "timeout": probes that had no answer.
    let probes = text::u64(words.next()?)?;
    let inode = text::u64(words.next()?)?;
    let timer = timer(text::hex(kind)?, text::hex(left)?, retransmits, probes);
    Some(Inet {
        local,
        remote,
        state,
        tx_queue: text::hex(tx_queue)?.try_into().ok()?,
        rx_queue: text::hex(rx_queue)?.try_into().ok()?,
        uid,
        inode,
        timer,
    })
}

/// The time is in ticks of which programs count a hundred a second.
fn timer(kind: u64, left_ticks: u64, retransmits: u64, probes: u64) -> Timer {
    let attempts = if matches!(kind, 2 | 4) { probes } else { retransmits };
    Timer {
        kind: u8::try_from(kind).unwrap_or(u8::MAX),
        left_ms: u32::try_from(left_ticks.saturating_mul(10)).unwrap_or(u32::MAX),
        attempts: u8::try_from(attempts).unwrap_or(u8::MAX),
    }
}

fn address(word: &[u8], order: Endian) -> Option<SocketAddr> {
    let (ip, port) = split(word)?;
    let port = text::hex(port)?.try_into().ok()?;
    Some(SocketAddr::new(self::ip(ip, order)?, port))
}

fn ip(digits: &[u8], order: Endian) -> Option<IpAddr> {
    let part = |digits: &[u8]| {
        let number = u32::try_from(text::hex(digits)?).ok()?;
        Some(match order {
            Endian::Little => number.to_le_bytes(),
            Endian::Big => number.to_be_bytes(),
        })
    };
    match digits.len() {
        8 => Some(Ipv4Addr::from(part(digits)?).into()),
        32 => {
            let mut bytes = [0; 16];
            for (to, digits) in bytes.chunks_exact_mut(4).zip(digits.chunks_exact(8)) {
                to.copy_from_slice(&part(digits)?);
            }
            Some(Ipv6Addr::from(bytes).into())
        }
        _ => None,
    }
}

fn split(word: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = word.iter().position(|byte| *byte == b':')?;
    let (before, after) = word.split_at_checked(colon)?;
    Some((before, after.get(1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str, order: Endian) -> Inet {
        net_inet(line.as_bytes(), order).unwrap().next().unwrap()
    }

    #[test]
    fn every_column_is_where_the_heads_say() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n\
            \x20  1: 0200000A:0016 9B2A8C56:C001 01 00000020:0000000A 01:00000019 00000000  1000        0 3861 4 000000003b4b7b1e 25 4 30 10 -1                 \n";
        let rows: Vec<_> = net_inet(text.as_bytes(), Endian::Little).unwrap().collect();
        let row = Inet {
            local: "10.0.0.2:22".parse().unwrap(),
            remote: "86.140.42.155:49153".parse().unwrap(),
            state: 1,
            tx_queue: 32,
            rx_queue: 10,
            uid: 1000,
            inode: 3861,
            timer: Timer { kind: 1, left_ms: 250, attempts: 0 },
        };
        assert_eq!(rows, [row]);
    }

    #[test]
    fn attempts_are_those_that_the_timer_is_about() {
        let of = |columns: &str| {
            one(&format!("1: 0100007F:0050 0200007F:C001 01 0:0 {columns} 7"), Endian::Little).timer
        };
        assert_eq!(of("00:00000000 00000000 0 0"), Timer::default());
        assert_eq!(of("01:00000064 00000003 0 0"), Timer { kind: 1, left_ms: 1000, attempts: 3 });
        assert_eq!(of("02:000001F4 00000000 0 2"), Timer { kind: 2, left_ms: 5000, attempts: 2 });
        assert_eq!(of("01:FFFFFFFFFFFFFFFF 0 0 0").left_ms, u32::MAX);
    }

    #[test]
    fn t56_words_of_an_address_are_in_the_machines_order() {
        let little = "1: 0000000000000000FFFF00000100007F:9E49 B80D01200000000067452301EFCDAB89:0000 0A 0:0 0:0 0 0 0 7";
        let big = "1: 00000000000000000000FFFF7F000001:9E49 20010DB8000000000123456789ABCDEF:0000 0A 0:0 0:0 0 0 0 7";
        for row in [one(little, Endian::Little), one(big, Endian::Big)] {
            assert_eq!(row.local.to_string(), "[::ffff:127.0.0.1]:40521");
            assert_eq!(row.remote.to_string(), "[2001:db8::123:4567:89ab:cdef]:0");
        }
        let v4 = "1: 7F000001:0050 00000000:0000 0A 0:0 0:0 0 0 0 7";
        assert_eq!(one(v4, Endian::Big).local.to_string(), "127.0.0.1:80");
    }

    #[test]
    fn t54_a_garbled_line_hides_no_other() {
        let text = b"1: 0100007F:0050 00000000:0000 0A 0:0 0:0 0 0 0 7\n\
            2: 0100007F:0050 00000000:0000\n\
            3: 0100007F:0050 0000000:0000 0A 0:0 0:0 0 0 0 8\n\
            4: 0100007F:10050 00000000:0000 0A 0:0 0:0 0 0 0 9\n\
            5: 0100007F:0051 00000000:0000 0A 0:0 0:0 0 0 0 10";
        let inodes: Vec<_> = net_inet(text, Endian::Little).unwrap().map(|row| row.inode).collect();
        assert_eq!(inodes, [7, 10]);
    }

    #[test]
    fn a_file_of_which_no_line_is_understood_is_no_machine_without_sockets() {
        let heads = "  sl  local_address rem_address   st tx_queue rx_queue tr\n";
        for nothing in ["", heads] {
            assert_eq!(net_inet(nothing.as_bytes(), Endian::Little).unwrap().count(), 0);
        }
        // The heads, a line that is no socket, and what is none of both.
        for garbage in [&format!("{heads}1: 0100007F:0050\n"), "garbage\n", "\0", "sl\nsl\n"] {
            let error = net_inet(garbage.as_bytes(), Endian::Little).err();
            assert_eq!(error, Some(Error::garbled("local_address")), "{garbage:?}");
        }
    }

    #[test]
    fn t60_a_connection_that_waits_is_nobodys() {
        let line = "3: 0100007F:0050 0100007F:C35A 06 00000000:00000000 03:00001533 00000000     0        0 0 3 0000000000000000";
        let row = one(line, Endian::Little);
        assert_eq!((row.state, row.inode), (6, 0));
    }
}
