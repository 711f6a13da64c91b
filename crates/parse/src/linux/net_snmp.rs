//! `/proc/net/{snmp,netstat,snmp6}`: what the protocols have counted since the network namespace was made.

use crate::{Error, text};

/// One counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counter<'a> {
    /// The protocol, as in `Tcp`, `TcpExt`, `Udp6`.
    pub protocol: &'a [u8],
    /// What is counted, as in `RetransSegs`.
    pub name: &'a [u8],
    /// How often; a setting among them is -1 where it is none.
    pub value: i64,
}

/// Decodes `snmp` and `netstat`: a line of names, and under it a line of their numbers, both behind the protocol. Pairs
/// that do not fit are skipped; a file that says something and has none is an error.
pub fn net_snmp(bytes: &[u8]) -> Result<Vec<Counter<'_>>, Error> {
    let mut counters = Vec::new();
    let mut lines = text::lines(bytes).peekable();
    while let Some(heads) = lines.next() {
        let Some((protocol, names)) = split(heads) else { continue };
        let numbers = lines.peek().and_then(|line| split(line));
        let Some((_, numbers)) = numbers.filter(|(same, _)| *same == protocol) else { continue };
        lines.next();
        for (name, number) in text::words(names).zip(text::words(numbers)) {
            let Some(value) = text::i64(number) else { continue };
            counters.push(Counter { protocol, name, value });
        }
    }
    if counters.is_empty() && !bytes.is_empty() {
        return Err(Error::garbled("counters"));
    }
    Ok(counters)
}

/// The protocol before the colon, and what is behind it.
fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text::position(line, b':')?;
    Some((line.get(..at)?, line.get(at + 1..)?))
}

/// Decodes `snmp6`: a name and a number to a line, where a name begins with its protocol: `Udp6InDatagrams`.
pub fn net_snmp6(bytes: &[u8]) -> Vec<Counter<'_>> {
    let counter = |line| {
        let mut words = text::words(line);
        let (word, number) = (words.next()?, words.next()?);
        // Every protocol of these ends with the version.
        let (protocol, name) = word.split_at_checked(text::position(word, b'6')? + 1)?;
        Some(Counter { protocol, name, value: text::i64(number)? })
    };
    text::lines(bytes).filter_map(counter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(counters: Vec<Counter<'_>>) -> Vec<(String, String, i64)> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        counters.iter().map(|one| (text(one.protocol), text(one.name), one.value)).collect()
    }

    #[test]
    fn names_stand_above_their_numbers() {
        let bytes =
            b"Tcp: RtoAlgorithm MaxConn InSegs\nTcp: 1 -1 2138061\nUdp: InDatagrams\nUdp: 1678\n";
        assert_eq!(
            said(net_snmp(bytes).unwrap()),
            [
                ("Tcp".into(), "RtoAlgorithm".into(), 1),
                ("Tcp".into(), "MaxConn".into(), -1),
                ("Tcp".into(), "InSegs".into(), 2_138_061),
                ("Udp".into(), "InDatagrams".into(), 1678),
            ]
        );
    }

    #[test]
    fn a_protocol_without_counters_is_none() {
        // IcmpMsg of a machine that has seen no message.
        let bytes = b"IcmpMsg:\nIcmpMsg:\nUdp: InDatagrams\nUdp: 3\n";
        assert_eq!(said(net_snmp(bytes).unwrap()), [("Udp".into(), "InDatagrams".into(), 3)]);
    }

    #[test]
    fn lines_that_do_not_fit_are_left_out() {
        assert_eq!(said(net_snmp(b"Tcp: A B\nUdp: C\nUdp: 7 8\n").unwrap()).len(), 1);
        assert_eq!(said(net_snmp(b"Tcp: A B C\nTcp: 1 x\n").unwrap()).len(), 1);
        assert!(net_snmp(b"nothing of this sort\n").is_err());
        assert!(net_snmp(b"").unwrap().is_empty());
    }

    #[test]
    fn of_ipv6_the_protocol_is_part_of_the_name() {
        let bytes = b"Ip6InReceives                   \t947\nUdpLite6OutDatagrams\t0\nIcmp6OutType133 2\nodd\n";
        assert_eq!(
            said(net_snmp6(bytes)),
            [
                ("Ip6".into(), "InReceives".into(), 947),
                ("UdpLite6".into(), "OutDatagrams".into(), 0),
                ("Icmp6".into(), "OutType133".into(), 2),
            ]
        );
    }
}
