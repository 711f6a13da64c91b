//! `MIB_UDPTABLE_OWNER_PID` and `MIB_UDP6TABLE_OWNER_PID`: every UDP socket with the process that holds it.

use std::net::SocketAddr;

use super::fields::u32_at;
use super::tcp_table::{ipv4_at, ipv6_at, rows, socket};
use crate::Error;

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UdpRow {
    /// Where it is bound.
    pub local: SocketAddr,
    /// The process that holds it.
    pub owning_pid: u32,
}

/// Decodes the IPv4 table.
pub fn udp_table(bytes: &[u8]) -> Result<Vec<UdpRow>, Error> {
    let row = |row: &[u8]| {
        let local = socket(ipv4_at(row, 0)?, row, 4)?;
        Ok(UdpRow { local, owning_pid: u32_at(row, 8, "dwOwningPid")? })
    };
    rows(bytes, 12, row)
}

/// Decodes the IPv6 table.
pub fn udp6_table(bytes: &[u8]) -> Result<Vec<UdpRow>, Error> {
    let row = |row: &[u8]| {
        let local = socket(ipv6_at(row, 0)?, row, 20)?;
        Ok(UdpRow { local, owning_pid: u32_at(row, 24, "dwOwningPid")? })
    };
    rows(bytes, 28, row)
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    #[test]
    fn a_socket_has_one_end_and_an_owner() {
        let sample =
            Sample::new(16).u32(0, 1).put(4, &[127, 0, 0, 1]).put(8, &[0, 53]).u32(12, 688);
        let local = "127.0.0.1:53".parse().unwrap();
        assert_eq!(udp_table(&sample.0).unwrap(), [UdpRow { local, owning_pid: 688 }]);
        let sample = Sample::new(32).u32(0, 1).put(19, &[1]).put(24, &[0x14, 0xe9]).u32(28, 696);
        let local = "[::1]:5353".parse().unwrap();
        assert_eq!(udp6_table(&sample.0).unwrap(), [UdpRow { local, owning_pid: 696 }]);
    }
}
