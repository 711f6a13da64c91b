//! What protocols have counted.

use crate::record::Record;
use crate::{Host, Result, sys};

/// A counter of a protocol.
#[derive(Debug, Clone, PartialEq, Eq, Record)]
#[non_exhaustive]
pub struct ProtocolCounter {
    /// The protocol in the kernel's word: `Ip`, `Icmp`, `Tcp`, `Udp`, what goes beyond their standards (`TcpExt`,
    /// `IpExt`), and those of IPv6 (`Ip6`, `Udp6`).
    #[field(label)]
    pub protocol: String,
    /// What is counted, in the kernel's word: `RetransSegs`, `InErrors`. A few are settings or levels and no counters:
    /// `RtoMin`, `CurrEstab`.
    #[field(label)]
    pub name: String,
    /// How often, since the network namespace was made. A setting that is not made is -1.
    #[field(counter)]
    pub value: i64,
}

impl Host {
    /// What the protocols of the network have counted, protocol by protocol, in the kernel's order.
    ///
    /// Linux: `/proc/net/snmp`, `netstat` and `snmp6`, of the network namespace of `/proc`.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no `snmp`; the other two may be missing.
    pub fn protocol_counters(&self) -> Result<Vec<ProtocolCounter>> {
        sys::net::protocol_counters(self)
    }
}
