//! `MIB_IPFORWARD_TABLE2`: every route.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fields::{u8_at, u16_at, u32_at, u64_at};
use crate::Error;

/// How long a row is.
pub const ROW: usize = 104;
/// Where the rows begin: behind their number, which is filled up to the width of the first field.
pub const HEAD: usize = 8;

/// One route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardRow {
    /// The interface that packets leave by, as the number that it keeps as long as it is there.
    pub interface_luid: u64,
    /// The first address of the network.
    pub destination: IpAddr,
    /// How many of its bits name the network.
    pub prefix_length: u8,
    /// The machine that packets are handed to; all zeros where the destination is on the link itself.
    pub next_hop: IpAddr,
    /// What is added to the interface's own metric.
    pub metric: u32,
    /// Who put it there (`NL_ROUTE_PROTOCOL`).
    pub protocol: u32,
}

/// Decodes the table. Rows of another family than IPv4 and IPv6 are left out.
pub fn ip_forward_table(bytes: &[u8]) -> Result<Vec<ForwardRow>, Error> {
    let count = usize::try_from(u32_at(bytes, 0, "NumEntries")?).unwrap_or(usize::MAX);
    let table = bytes.get(HEAD..).unwrap_or_default();
    let rows: Vec<_> = table.chunks_exact(ROW).take(count).map(row).collect::<Result<_, _>>()?;
    if rows.len() == count {
        Ok(rows.into_iter().flatten().collect())
    } else {
        Err(Error::garbled("NumEntries"))
    }
}

fn row(row: &[u8]) -> Result<Option<ForwardRow>, Error> {
    let destination = socket_address(row, 12, "DestinationPrefix")?;
    let next_hop = socket_address(row, 44, "NextHop")?;
    let (Some(destination), Some(next_hop)) = (destination, next_hop) else { return Ok(None) };
    Ok(Some(ForwardRow {
        interface_luid: u64_at(row, 0, "InterfaceLuid")?,
        destination,
        prefix_length: u8_at(row, 40, "PrefixLength")?,
        next_hop,
        metric: u32_at(row, 84, "Metric")?,
        protocol: u32_at(row, 88, "Protocol")?,
    }))
}

/// The address in a `SOCKADDR_INET`, behind its family and its port; an IPv6 one stands behind a label as well. `None`
/// of another family.
fn socket_address(row: &[u8], at: usize, field: &'static str) -> Result<Option<IpAddr>, Error> {
    let family = u16_at(row, at, field)?;
    let bytes = row.get(at..).unwrap_or_default();
    let v4 = bytes.get(4..).and_then(<[u8]>::first_chunk::<4>);
    let v6 = bytes.get(8..).and_then(<[u8]>::first_chunk::<16>);
    match family {
        2 => v4.map(|bytes| Some(Ipv4Addr::from(*bytes).into())).ok_or(Error::missing(field)),
        23 => v6.map(|bytes| Some(Ipv6Addr::from(*bytes).into())).ok_or(Error::missing(field)),
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::Sample;
    use super::*;

    /// The default route of IPv4, and one to an IPv6 network on the link.
    fn sample() -> Sample {
        let second = HEAD + ROW;
        Sample::new(HEAD + 2 * ROW)
            .u32(0, 2)
            .u64(HEAD, 0x0006_0080_0000_0000)
            .u16(HEAD + 12, 2)
            .u16(HEAD + 44, 2)
            .put(HEAD + 48, &[192, 0, 2, 1])
            .u32(HEAD + 84, 25)
            .u32(HEAD + 88, 3)
            .u64(second, 7)
            .u16(second + 12, 23)
            .put(second + 20, &[0x20, 1, 0x0d, 0xb8])
            .put(second + 40, &[64])
            .u16(second + 44, 23)
            .u32(second + 84, 256)
            .u32(second + 88, 2)
    }

    #[test]
    fn a_route_has_a_network_a_gateway_and_an_interface() {
        let expected = [
            ForwardRow {
                interface_luid: 0x0006_0080_0000_0000,
                destination: "0.0.0.0".parse().unwrap(),
                prefix_length: 0,
                next_hop: "192.0.2.1".parse().unwrap(),
                metric: 25,
                protocol: 3,
            },
            ForwardRow {
                interface_luid: 7,
                destination: "2001:db8::".parse().unwrap(),
                prefix_length: 64,
                next_hop: "::".parse().unwrap(),
                metric: 256,
                protocol: 2,
            },
        ];
        assert_eq!(ip_forward_table(&sample().0).unwrap(), expected);
    }

    #[test]
    fn fewer_rows_than_are_promised_are_an_error() {
        let cut = &sample().0[..HEAD + ROW];
        assert_eq!(ip_forward_table(cut).unwrap_err(), Error::garbled("NumEntries"));
        assert_eq!(ip_forward_table(&[0; 2]).unwrap_err(), Error::missing("NumEntries"));
    }

    #[test]
    fn a_row_of_another_family_is_left_out() {
        let sample = sample().u16(HEAD + 12, 6);
        assert_eq!(ip_forward_table(&sample.0).unwrap().len(), 1);
    }
}
