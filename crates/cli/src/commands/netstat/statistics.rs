//! What protocols have counted, in the kernel's words.

use psight::net::ProtocolCounter;
use psight::record::Record as _;

use super::Arguments;
use crate::commands::{Context, Failure};
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};

pub(super) fn show(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let all = context.host.protocol_counters()?;
    let is_wanted = |counter: &&ProtocolCounter| arguments.counts(&counter.protocol);
    let wanted: Vec<&ProtocolCounter> = all.iter().filter(is_wanted).collect();
    if context.output.format != Format::Table {
        let names = ProtocolCounter::FIELDS.iter().map(|field| field.name.into()).collect();
        let rows = wanted.iter().map(|counter| counter.values()).collect();
        return Ok(context.output.rows(Rows { names, rows })?);
    }
    let mut lines = Vec::new();
    let mut protocol = None;
    // What goes beyond the standards has a hundred counters, of which few ever move.
    let is_shown = |counter: &&ProtocolCounter| {
        counter.value != 0 || arguments.all || !counter.protocol.ends_with("Ext")
    };
    for counter in wanted.into_iter().filter(is_shown) {
        if protocol != Some(&counter.protocol) {
            protocol = Some(&counter.protocol);
            lines.push(Line::new().with(Paint::Strong, format!("{}:", counter.protocol)));
        }
        let text = format!("    {} {}", counter.name, counter.value);
        lines.push(Line::new().with(Paint::Plain, text));
    }
    Ok(context.output.lines(lines)?)
}

impl Arguments {
    /// Whether the counters of this protocol are wanted: as with sockets, no protocol and no version means all.
    fn counts(&self, protocol: &str) -> bool {
        let is_six = protocol.ends_with('6');
        let bare = protocol.trim_end_matches('6').trim_end_matches("Ext");
        let kinds = [
            (self.tcp, matches!(bare, "Tcp" | "MPTcp")),
            (self.udp, matches!(bare, "Udp" | "UdpLite")),
            (self.raw, matches!(bare, "Ip" | "Icmp" | "IcmpMsg")),
        ];
        let is_any = kinds.iter().all(|(is_asked, _)| !is_asked);
        let version = match (self.ipv4, self.ipv6) {
            (false, true) => is_six,
            (true, false) => !is_six,
            _ => true,
        };
        version && (is_any || kinds.iter().any(|(is_asked, is)| *is_asked && *is))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_choose_among_protocols() {
        let tcp = Arguments { tcp: true, ..Arguments::default() };
        assert!(tcp.counts("Tcp") && tcp.counts("TcpExt") && !tcp.counts("Udp"));
        let six = Arguments { udp: true, ipv6: true, ..Arguments::default() };
        assert!(six.counts("Udp6") && six.counts("UdpLite6") && !six.counts("Udp"));
        assert!(Arguments::default().counts("Icmp6"));
        let raw = Arguments { raw: true, ..Arguments::default() };
        assert!(raw.counts("IpExt") && raw.counts("IcmpMsg") && !raw.counts("Tcp"));
    }
}
