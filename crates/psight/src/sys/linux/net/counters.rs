//! What protocols have counted.

use psight_parse::linux::net_snmp::{Counter, net_snmp, net_snmp6};

use crate::net::ProtocolCounter;
use crate::sys::linux::read;
use crate::{Error, Host, Result};

// /proc/net/snmp, /proc/net/netstat, /proc/net/snmp6
pub(crate) fn protocol_counters(host: &Host) -> Result<Vec<ProtocolCounter>> {
    let path = |name: &str| host.proc().join("net").join(name);
    let of = |name: &str| {
        let path = path(name);
        let bytes = read::short_list(&path).map_err(|error| Error::system(&path, error))?;
        let counters = net_snmp(&bytes).map_err(|error| Error::malformed(&path, &error))?;
        Ok::<_, Error>(counters.iter().map(counter).collect::<Vec<_>>())
    };
    let mut all = of("snmp")?;
    // Not in every kernel.
    all.extend(of("netstat").unwrap_or_default());
    if let Ok(bytes) = read::short_list(&path("snmp6")) {
        all.extend(net_snmp6(&bytes).iter().map(counter));
    }
    Ok(all)
}

fn counter(counter: &Counter<'_>) -> ProtocolCounter {
    let word = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Counter { protocol, name, value } = *counter;
    ProtocolCounter { protocol: word(protocol), name: word(name), value }
}
