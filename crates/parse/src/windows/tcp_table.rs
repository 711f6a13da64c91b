//! `MIB_TCPTABLE_OWNER_PID` and `MIB_TCP6TABLE_OWNER_PID`: every TCP connection with the process that holds it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::fields::u32_at;
use crate::Error;

/// One connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TcpRow {
    /// What state it is in (`MIB_TCP_STATE`).
    pub state: u32,
    /// This end.
    pub local: SocketAddr,
    /// The other end; nothing but zeros where there is none.
    pub remote: SocketAddr,
    /// The process that holds it; 0 where none does any more.
    pub owning_pid: u32,
}

/// Decodes the IPv4 table.
pub fn tcp_table(bytes: &[u8]) -> Result<Vec<TcpRow>, Error> {
    let row = |row: &[u8]| {
        Ok(TcpRow {
            state: u32_at(row, 0, "dwState")?,
            local: socket(ipv4_at(row, 4)?, row, 8)?,
            remote: socket(ipv4_at(row, 12)?, row, 16)?,
            owning_pid: u32_at(row, 20, "dwOwningPid")?,
        })
    };
    rows(bytes, 24, row)
}

/// Decodes the IPv6 table.
pub fn tcp6_table(bytes: &[u8]) -> Result<Vec<TcpRow>, Error> {
    let row = |row: &[u8]| {
        Ok(TcpRow {
            state: u32_at(row, 48, "dwState")?,
            local: socket(ipv6_at(row, 0)?, row, 20)?,
            remote: socket(ipv6_at(row, 24)?, row, 44)?,
            owning_pid: u32_at(row, 52, "dwOwningPid")?,
        })
    };
    rows(bytes, 56, row)
}

/// The rows of a table, behind their number.
pub(super) fn rows<T>(
    bytes: &[u8],
    length: usize,
    row: impl Fn(&[u8]) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let count = usize::try_from(u32_at(bytes, 0, "dwNumEntries")?).unwrap_or(usize::MAX);
    let table = bytes.get(4..).unwrap_or_default();
    let found: Vec<T> =
        table.chunks_exact(length).take(count).map(row).collect::<Result<_, _>>()?;
    if found.len() == count { Ok(found) } else { Err(Error::garbled("dwNumEntries")) }
}

/// An address is in the order of the network.
pub(super) fn ipv4_at(row: &[u8], at: usize) -> Result<IpAddr, Error> {
    let bytes = row.get(at..).and_then(<[u8]>::first_chunk::<4>);
    bytes.map(|bytes| Ipv4Addr::from(*bytes).into()).ok_or(Error::missing("dwLocalAddr"))
}

pub(super) fn ipv6_at(row: &[u8], at: usize) -> Result<IpAddr, Error> {
    let bytes = row.get(at..).and_then(<[u8]>::first_chunk::<16>);
    bytes.map(|bytes| Ipv6Addr::from(*bytes).into()).ok_or(Error::missing("ucLocalAddr"))
}

/// The address with its port: two bytes in the order of the network; the two behind them mean nothing.
pub(super) fn socket(address: IpAddr, row: &[u8], port_at: usize) -> Result<SocketAddr, Error> {
    let bytes = row.get(port_at..).and_then(<[u8]>::first_chunk::<2>);
    let port = bytes.ok_or(Error::missing("dwLocalPort"))?;
    Ok(SocketAddr::new(address, u16::from_be_bytes(*port)))
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn addresses_and_ports_have_the_order_of_the_network() {
        let sample = Sample::new(4 + 2 * 24)
            .u32(0, 2)
            .u32(4, 5)
            .put(8, &[127, 0, 0, 1])
            .put(12, &[0x1f, 0x90, 0xff, 0xff])
            .put(16, &[192, 0, 2, 7])
            .put(20, &[0x01, 0xbb])
            .u32(24, 672)
            .u32(28, 2);
        let found = tcp_table(&sample.0).unwrap();
        let expected = TcpRow {
            state: 5,
            local: "127.0.0.1:8080".parse().unwrap(),
            remote: "192.0.2.7:443".parse().unwrap(),
            owning_pid: 672,
        };
        assert_eq!(found[0], expected);
        assert_eq!((found[1].state, found[1].remote), (2, "0.0.0.0:0".parse().unwrap()));
    }

    #[test]
    fn an_ipv6_row_ends_with_its_state_and_its_owner() {
        let sample = Sample::new(4 + 56)
            .u32(0, 1)
            .put(4 + 15, &[1])
            .put(4 + 20, &[0, 80])
            .u32(4 + 48, 2)
            .u32(4 + 52, 680);
        let found = tcp6_table(&sample.0).unwrap();
        let expected = TcpRow {
            state: 2,
            local: "[::1]:80".parse().unwrap(),
            remote: "[::]:0".parse().unwrap(),
            owning_pid: 680,
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn fewer_rows_than_are_promised_are_an_error() {
        let sample = Sample::new(4 + 24).u32(0, 2);
        assert_eq!(tcp_table(&sample.0).unwrap_err(), Error::garbled("dwNumEntries"));
        assert_eq!(tcp_table(&[0; 2]).unwrap_err(), Error::missing("dwNumEntries"));
    }

    #[test]
    fn what_wine_lists_is_understood() {
        let found = tcp_table(include_bytes!("../../../../fixtures/windows/wine-10/tcp_table.bin"))
            .unwrap();
        let shown: Vec<_> =
            found.iter().map(|row| format!("{} {} {}", row.state, row.local, row.remote)).collect();
        let expected = ["2 127.0.0.1:37927 0.0.0.0:0", "5 127.0.0.1:56808 127.0.0.1:37927"];
        assert_eq!(shown, expected);
        assert!(found.iter().all(|row| row.owning_pid == 364));
    }
}
