//! `psight ifconfig`: network interfaces with their addresses, state and counters, as net-tools shows them.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use psight::Record as _;
use psight::net::{Family, InterfaceAddress, InterfaceStats, NetIo};
use psight::record::{ToValue as _, Value};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::sanitize;
use crate::table::{Column, Table, plain};

/// Arguments of `psight ifconfig`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// These interfaces, up or down.
    #[arg(value_name = "NAME")]
    names: Vec<OsString>,
    /// Those that are down as well.
    #[arg(short, long)]
    all: bool,
    /// One line for each, with its counters.
    #[arg(short, long)]
    short: bool,
    /// Say more of what goes wrong, which is always said.
    #[arg(short = 'v', hide = true)]
    verbose: bool,
}

/// All that is known of one interface. What the system does not tell of it is `None`.
struct Interface {
    name: OsString,
    stats: Option<InterfaceStats>,
    /// `None` where they are not known, which is not the same as none.
    addresses: Option<Vec<InterfaceAddress>>,
    io: Option<NetIo>,
}

impl Applet for Arguments {
    const NAME: &'static str = "ifconfig";
    const ABOUT: &'static str = "Network interfaces: addresses, state and counters";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

/// Those that are up, or all of them: in the table of `ifconfig -s`, which is that of `netstat -i`, or one after the other.
pub(crate) fn all(all: bool, short: bool, context: &mut Context) -> Result<(), Failure> {
    run(&Arguments { all, short, ..Arguments::default() }, context)
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mut all = interfaces(context)?;
    for name in &arguments.names {
        if !all.iter().any(|interface| interface.name == *name) {
            context.skipped.failed(sanitize::os_text(name), "no such interface");
            context.verdict = ExitCode::FAILURE;
        }
    }
    all.retain(|interface| arguments.wants(interface));
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&all))?);
    }
    let lines = if arguments.short {
        let mark = context.output.terminal.cut_mark();
        counters(&all).lines(context.output.terminal.width, mark)
    } else {
        all.iter().flat_map(block).collect()
    };
    Ok(context.output.lines(lines)?)
}

impl Arguments {
    fn wants(&self, interface: &Interface) -> bool {
        if !self.names.is_empty() {
            return self.names.contains(&interface.name);
        }
        // What is not known to be down is shown.
        let is_up = |stats: &InterfaceStats| stats.flags.split(',').any(|flag| flag == "up");
        self.all || interface.stats.as_ref().is_none_or(is_up)
    }
}

/// Every interface, in order of their names. Those that only one of the three questions knows are there too.
fn interfaces(context: &mut Context) -> Result<Vec<Interface>, Failure> {
    let mut counters = context.host.net_io_counters()?;
    let host = context.host.clone();
    let skipped = &mut context.skipped;
    let stats = skipped.known("the state of interfaces", host.interface_stats());
    let mut stats: BTreeMap<_, _> = stats.unwrap_or_default();
    let mut addresses = skipped.known("network addresses", host.interface_addresses());
    let mut names: Vec<OsString> = counters.keys().chain(stats.keys()).cloned().collect();
    names.extend(addresses.iter().flat_map(BTreeMap::keys).cloned());
    names.sort();
    names.dedup();
    let whole = names.into_iter().map(|name| Interface {
        stats: stats.remove(&name),
        addresses: addresses.as_mut().map(|all| all.remove(&name).unwrap_or_default()),
        io: counters.remove(&name),
        name,
    });
    Ok(whole.collect())
}

fn values(all: &[Interface]) -> Rows<'_> {
    let mut names = vec!["name".into(), "addresses".into()];
    let fields = InterfaceStats::FIELDS.iter().chain(NetIo::FIELDS);
    names.extend(fields.map(|field| field.name.into()));
    Rows { names, rows: all.iter().map(row).collect() }
}

fn row(interface: &Interface) -> Vec<Value<'_>> {
    let mut row = vec![interface.name.to_value(), interface.addresses.to_value()];
    match &interface.stats {
        Some(stats) => row.extend(stats.values()),
        None => row.extend(InterfaceStats::FIELDS.iter().map(|_| Value::Null)),
    }
    match &interface.io {
        Some(io) => row.extend(io.values()),
        None => row.extend(NetIo::FIELDS.iter().map(|_| Value::Null)),
    }
    row
}

/// What net-tools writes of one interface, and an empty line.
fn block(interface: &Interface) -> Vec<Line> {
    let mut lines = vec![first(interface)];
    let (hardware, addresses): (Vec<_>, Vec<_>) =
        interface.addresses.iter().flatten().partition(|address| address.family == Family::Link);
    lines.extend(addresses.into_iter().map(address));
    lines.extend(hardware.into_iter().filter_map(|hardware| link(interface, hardware)));
    lines.extend(interface.io.iter().flat_map(traffic));
    lines.push(Line::new());
    lines
}

fn first(interface: &Interface) -> Line {
    let line = Line::new().with_os(Paint::Strong, &interface.name).with(Paint::Strong, ":");
    let Some(stats) = &interface.stats else { return line };
    let (number, names) = (number(&stats.flags), stats.flags.to_uppercase());
    let mut line = line.with(Paint::Plain, format!(" flags={number}<{names}>"));
    line.push(Paint::Plain, format!("  mtu {}", stats.mtu));
    if let Some(speed) = stats.speed {
        line.push(Paint::Plain, format!("  speed {speed} Mb/s"));
    }
    if let Some(duplex) = stats.duplex {
        line.push(Paint::Plain, format!("  duplex {duplex}"));
    }
    if !stats.isup {
        line.push(Paint::Warning, "  no carrier");
    }
    line
}

/// The flags as the number that net-tools writes before their names.
fn number(flags: &str) -> u32 {
    const BITS: &[(&str, u32)] = &[
        ("up", 0x1),
        ("broadcast", 0x2),
        ("debug", 0x4),
        ("loopback", 0x8),
        ("pointopoint", 0x10),
        ("notrailers", 0x20),
        ("running", 0x40),
        ("noarp", 0x80),
        ("promisc", 0x100),
        ("allmulti", 0x200),
        ("master", 0x400),
        ("slave", 0x800),
        ("multicast", 0x1000),
        ("portsel", 0x2000),
        ("automedia", 0x4000),
        ("dynamic", 0x8000),
    ];
    let has = |name: &str| flags.split(',').any(|flag| flag == name);
    BITS.iter().filter(|(name, _)| has(name)).map(|(_, bit)| bit).sum()
}

/// How far an IPv6 address reaches, in the kernel's number and net-tools' word.
fn scope(address: &str) -> Option<(u32, &'static str)> {
    let bare = address.split('%').next()?;
    let address: std::net::Ipv6Addr = bare.parse().ok()?;
    Some(match address.segments().first()? & 0xffc0 {
        _ if address.is_loopback() => (0x10, "host"),
        0xfe80 => (0x20, "link"),
        0xfec0 => (0x40, "site"),
        _ => (0, "global"),
    })
}

fn address(address: &InterfaceAddress) -> Line {
    let (word, mask) = match address.family {
        Family::Inet6 => ("inet6", "prefixlen"),
        _ => ("inet", "netmask"),
    };
    let mut line = Line::new().with(Paint::Plain, format!("        {word} "));
    // The interface behind a sign of per cent is the one that this is about.
    line.push(Paint::Accent, address.address.split('%').next().unwrap_or_default());
    let netmask = address.netmask.as_ref().map(|netmask| match address.family {
        Family::Inet6 => prefix(netmask).map_or_else(|| netmask.clone(), |bits| bits.to_string()),
        _ => netmask.clone(),
    });
    // A network without an address for all has its own address there in psutil, and zeros in net-tools.
    let broadcast = address.broadcast.clone().map(|broadcast| {
        if broadcast == address.address { "0.0.0.0".to_owned() } else { broadcast }
    });
    let more = [(mask, &netmask), ("broadcast", &broadcast), ("destination", &address.ptp)];
    for (name, value) in more {
        if let Some(value) = value {
            line.push(Paint::Plain, format!("  {name} {value}"));
        }
    }
    if let Some((number, word)) = scope(&address.address).filter(|_| mask == "prefixlen") {
        line.push(Paint::Plain, format!("  scopeid {number:#x}<{word}>"));
    }
    line
}

/// How many bits of an IPv6 mask are set.
fn prefix(netmask: &str) -> Option<u32> {
    let mask: std::net::Ipv6Addr = netmask.parse().ok()?;
    Some(mask.to_bits().count_ones())
}

/// The hardware address; the loopback interface has none that means anything.
fn link(interface: &Interface, hardware: &InterfaceAddress) -> Option<Line> {
    let is = |word: &str| {
        let flags = interface.stats.as_ref().map(|stats| &stats.flags);
        flags.is_some_and(|flags| flags.split(',').any(|flag| flag == word))
    };
    if is("loopback") {
        return Some(Line::new().with(Paint::Plain, "        loop  (Local Loopback)"));
    }
    if is("pointopoint") && hardware.address.bytes().all(|byte| matches!(byte, b'0' | b':')) {
        return None;
    }
    let mut line = Line::new().with(Paint::Plain, "        ether ");
    line.push(Paint::Plain, &hardware.address);
    line.push(Paint::Plain, "  (Ethernet)");
    if let Some(broadcast) = hardware.broadcast.as_ref().filter(|at| *at != "ff:ff:ff:ff:ff:ff") {
        line.push(Paint::Plain, format!("  broadcast {broadcast}"));
    }
    Some(line)
}

fn traffic(io: &NetIo) -> [Line; 4] {
    let carried = |way: &str, packets: u64, bytes: u64| {
        let human = amount(bytes);
        let text = format!("        {way} packets {packets}  bytes {bytes} ({human})");
        Line::new().with(Paint::Plain, text)
    };
    [
        carried("RX", io.packets_recv, io.bytes_recv),
        errors("RX", io.errin, io.dropin, &[("overruns", io.overrunin), ("frame", io.framein)]),
        carried("TX", io.packets_sent, io.bytes_sent),
        errors(
            "TX",
            io.errout,
            io.dropout,
            &[
                ("overruns", io.overrunout),
                ("carrier", io.carrierout),
                ("collisions", io.collisions),
            ],
        ),
    ]
}

/// An amount with a digit after the point that is cut and not rounded, as net-tools writes it.
fn amount(bytes: u64) -> String {
    const UNITS: &[(u64, &str)] =
        &[(1 << 50, "PiB"), (1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let (unit, name) = UNITS.iter().find(|(unit, _)| bytes >= *unit).copied().unwrap_or((1, "B"));
    let tenths = u128::from(bytes) * 10 / u128::from(unit);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

fn errors(way: &str, errors: u64, dropped: u64, more: &[(&str, Option<u64>)]) -> Line {
    let mut line = Line::new().with(Paint::Plain, format!("        {way} "));
    let count = |line: &mut Line, name: &str, count: u64| {
        let paint = if count > 0 { Paint::Warning } else { Paint::Plain };
        line.push(paint, format!("{name} {count}"));
    };
    count(&mut line, "errors", errors);
    line.push(Paint::Plain, "  ");
    count(&mut line, "dropped", dropped);
    for (name, value) in more {
        if let Some(value) = value {
            line.push(Paint::Plain, "  ");
            count(&mut line, name, *value);
        }
    }
    line
}

/// A line for each.
fn counters(all: &[Interface]) -> Table {
    let heads =
        ["MTU", "RX-OK", "RX-ERR", "RX-DRP", "RX-OVR", "TX-OK", "TX-ERR", "TX-DRP", "TX-OVR"];
    let mut columns = vec![Column::left("Iface").at_least(8)];
    columns.extend(heads.map(Column::right));
    columns.push(Column::left("Flg"));
    let mut table = Table::new(columns);
    for interface in all {
        let mut cells = vec![Line::new().with_os(Paint::Plain, &interface.name)];
        cells.push(plain(&interface.stats.as_ref().map(|stats| stats.mtu).to_value()));
        let io = interface.io.as_ref();
        let of = |read: fn(&NetIo) -> u64| io.map(read);
        let counts = [
            of(|io| io.packets_recv),
            of(|io| io.errin),
            of(|io| io.dropin),
            io.and_then(|io| io.overrunin),
            of(|io| io.packets_sent),
            of(|io| io.errout),
            of(|io| io.dropout),
            io.and_then(|io| io.overrunout),
        ];
        cells.extend(counts.map(|count| plain(&count.to_value())));
        cells.push(match &interface.stats {
            Some(stats) => Line::new().with(Paint::Plain, letters(&stats.flags)),
            None => plain(&Value::Null),
        });
        table.row(cells);
    }
    table
}

/// The flags as letters, in net-tools' order.
fn letters(flags: &str) -> String {
    let has = |word: &str| flags.split(',').any(|flag| flag == word);
    let known = [
        ("allmulti", 'A'),
        ("broadcast", 'B'),
        ("debug", 'D'),
        ("loopback", 'L'),
        ("multicast", 'M'),
        ("dynamic", 'd'),
        ("promisc", 'P'),
        ("notrailers", 'N'),
        ("noarp", 'O'),
        ("pointopoint", 'P'),
        ("slave", 's'),
        ("master", 'm'),
        ("running", 'R'),
        ("up", 'U'),
    ];
    known.into_iter().filter(|(word, _)| has(word)).map(|(_, letter)| letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_the_letters_of_net_tools() {
        assert_eq!(letters("up,broadcast,running,multicast"), "BMRU");
        assert_eq!(letters("up,loopback,running"), "LRU");
        assert_eq!(letters("up,pointopoint,running,noarp"), "OPRU");
    }

    #[test]
    fn amounts_and_flags_are_the_numbers_of_net_tools() {
        assert_eq!(amount(116_594_686), "111.1 MiB");
        assert_eq!(amount(7_102_021), "6.7 MiB");
        assert_eq!(amount(0), "0.0 B");
        assert_eq!(number("up,broadcast,running,multicast"), 4163);
        assert_eq!(number("up,loopback,running"), 73);
    }

    #[test]
    fn an_address_reaches_as_far_as_its_scope() {
        assert_eq!(scope("::1"), Some((0x10, "host")));
        assert_eq!(scope("fe80::1%eth0"), Some((0x20, "link")));
        assert_eq!(scope("2001:db8::1"), Some((0, "global")));
        assert_eq!(scope("127.0.0.1"), None);
    }

    #[test]
    fn a_mask_is_written_as_its_bits() {
        assert_eq!(prefix("ffff:ffff:ffff:ffff::"), Some(64));
        assert_eq!(prefix("::"), Some(0));
        assert_eq!(prefix("255.0.0.0"), None);
    }
}
