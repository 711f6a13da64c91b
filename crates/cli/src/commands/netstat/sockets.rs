//! Sockets: which are wanted, and how they are shown.

use std::collections::HashMap;
use std::ffi::OsString;

use psight::net::{
    Address, Connection, ConnectionKind, ConnectionStatus, Family, SocketTimer, SocketType,
    UnixState,
};
use psight::record::{Record as _, Value};
use psight::{ErrorKind, Os, Pid};

use super::{Arguments, states, title};
use crate::commands::{Context, Failure};
use crate::complain;
use crate::line::{Paint, Tail};
use crate::output::{Format, Rows};
use crate::table::{Column, Table};

pub(super) fn show(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let choice = Choice::of(arguments);
    let (connections, refusals) = if arguments.programs {
        context.host.connections_with_owners_and_refusals(choice.kind())?
    } else {
        (context.host.connections(choice.kind())?, 0)
    };
    let wanted = |one: &&Connection| choice.has(one) && arguments.wants(one);
    // The records stay where they are: ten thousand of them take their time to be moved.
    let mut shown: Vec<&Connection> = connections.iter().filter(wanted).collect();
    shown.sort_by(|one, other| order(one).cmp(&order(other)));
    let programs = if arguments.programs { names(&shown, context) } else { HashMap::new() };
    note_refusals(refusals, &shown, context);
    if arguments.verbose {
        complain("raw, packet and netlink sockets are not shown");
    }
    if context.output.format != Format::Table {
        let rows = values(arguments, &shown, &programs);
        return Ok(context.output.rows(rows)?);
    }
    let (inet, unix) = shown.split_at(shown.partition_point(|one| one.family != Family::Unix));
    if choice.inet() {
        title(arguments.title("Internet connections"), context)?;
        let width = context.output.terminal.width;
        let table = inet_table(arguments, inet, &programs, width);
        // Who asked for that many columns wants the last, too: lines that are too long for the terminal go on below.
        if arguments.programs && arguments.extend > 0 && width.is_none_or(|width| width < 100) {
            context.output.terminal.width = None;
        }
        context.output.table(&table)?;
        context.output.terminal.width = width;
    }
    if choice.shows_unix(arguments) {
        title(arguments.title("UNIX domain sockets"), context)?;
        context.output.table(&unix_table(arguments, unix, &programs))?;
    }
    Ok(())
}

/// Which sockets are wanted, before it is asked what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Choice {
    tcp: bool,
    udp: bool,
    ipv4: bool,
    ipv6: bool,
    unix: bool,
}

impl Choice {
    /// As net-tools takes these letters: without any of them everything; a version of IP means both protocols, and a
    /// protocol both versions.
    fn of(arguments: &Arguments) -> Self {
        let Arguments { tcp, udp, ipv4, ipv6, unix, .. } = *arguments;
        let (protocol, version) = (tcp || udp, ipv4 || ipv6);
        let any = !(protocol || version || unix);
        let inet = any || protocol || version;
        Self {
            tcp: tcp || inet && !protocol,
            udp: udp || inet && !protocol,
            ipv4: ipv4 || inet && !version,
            ipv6: ipv6 || inet && !version,
            unix: unix || any,
        }
    }

    fn inet(self) -> bool {
        self.tcp || self.udp
    }

    /// Unix sockets, unless nobody asked for them in particular and the system has no table of them.
    fn shows_unix(self, arguments: &Arguments) -> bool {
        let mut fields = Connection::FIELDS.iter().filter(|field| field.name == "unix_state");
        self.unix && (arguments.unix || fields.any(|field| field.is_on(Os::CURRENT)))
    }

    /// What the machine is asked for, which may be more.
    fn kind(self) -> ConnectionKind {
        match (self.tcp, self.udp, self.ipv4, self.ipv6) {
            (false, false, ..) => ConnectionKind::Unix,
            _ if self.unix => ConnectionKind::All,
            (true, true, true, true) => ConnectionKind::Inet,
            (true, true, true, false) => ConnectionKind::Inet4,
            (true, true, false, _) => ConnectionKind::Inet6,
            (true, false, true, true) => ConnectionKind::Tcp,
            (true, false, true, false) => ConnectionKind::Tcp4,
            (true, false, false, _) => ConnectionKind::Tcp6,
            (false, true, true, true) => ConnectionKind::Udp,
            (false, true, true, false) => ConnectionKind::Udp4,
            (false, true, false, _) => ConnectionKind::Udp6,
        }
    }

    fn has(self, connection: &Connection) -> bool {
        let protocol = match connection.kind {
            SocketType::Stream => self.tcp,
            _ => self.udp,
        };
        match connection.family {
            Family::Unix => self.unix,
            Family::Inet6 => protocol && self.ipv6,
            _ => protocol && self.ipv4,
        }
    }
}

impl Arguments {
    /// Whether a socket does what the wanted ones do.
    fn wants(&self, connection: &Connection) -> bool {
        if !self.states.is_empty() {
            return self.states.iter().any(|state| state.is(connection));
        }
        self.all || self.listening == waits(connection)
    }

    /// The line above a table, in net-tools' words.
    fn title(&self, sockets: &str) -> String {
        let which = match (self.all, self.listening) {
            _ if !self.states.is_empty() => "in these states",
            (true, _) => "servers and established",
            (_, true) => "only servers",
            _ => "w/o servers",
        };
        format!("Active {sockets} ({which})")
    }
}

/// Whether it waits for anybody: one that listens, or a UDP socket that is bound and not connected. Where the system does
/// not tell of a Unix socket whether it listens, it is one that has a name.
fn waits(connection: &Connection) -> bool {
    match (connection.family, connection.kind) {
        (Family::Unix, _) => match connection.unix_state {
            Some(state) => state == UnixState::Listening,
            None => connection.laddr.is_some(),
        },
        (_, SocketType::Stream) => connection.status == ConnectionStatus::Listen,
        _ => connection.raddr.is_none(),
    }
}

/// Protocol by protocol, what listens first, then by address.
fn order(
    connection: &Connection,
) -> (bool, &'static str, bool, Option<&Address>, Option<&Address>) {
    (
        connection.family == Family::Unix,
        protocol(connection),
        !waits(connection),
        connection.laddr.as_ref(),
        connection.raddr.as_ref(),
    )
}

fn protocol(connection: &Connection) -> &'static str {
    match (connection.family, connection.kind) {
        (Family::Unix, SocketType::Stream) => "stream",
        (Family::Unix, SocketType::Datagram) => "dgram",
        (Family::Unix, SocketType::SeqPacket) => "seqpacket",
        (Family::Unix, _) => "unix",
        (Family::Inet6, SocketType::Stream) => "tcp6",
        (Family::Inet6, _) => "udp6",
        (_, SocketType::Stream) => "tcp",
        _ => "udp",
    }
}

fn names(connections: &[&Connection], context: &mut Context) -> HashMap<Pid, Option<OsString>> {
    let mut names = HashMap::new();
    for pid in connections.iter().filter_map(|connection| connection.pid) {
        if names.contains_key(&pid) {
            continue;
        }
        let name = match context.host.process(pid).and_then(|process| process.name()) {
            Ok(name) => Some(name),
            // It has gone since: its number is all that is left.
            Err(error) if error.kind() == ErrorKind::NoSuchProcess => None,
            Err(error) => context.skipped.known(&format!("the name of {pid}"), Err(error)),
        };
        names.insert(pid, name);
    }
    names
}

/// Without rights, the sockets of others have no owner; that is not the same as having none.
fn note_refusals(refusals: usize, connections: &[&Connection], context: &mut Context) {
    let mut unknown = connections.iter().filter(|one| one.pid.is_none() && one.inode.is_some());
    if refusals > 0 && unknown.next().is_some() {
        let them = if refusals == 1 { "one process" } else { &format!("{refusals} processes") };
        context.skipped.denied(format!("the sockets of {them}"));
    }
}

fn values<'a>(
    arguments: &Arguments,
    connections: &[&'a Connection],
    programs: &'a HashMap<Pid, Option<OsString>>,
) -> Rows<'a> {
    let mut names: Vec<_> = Connection::FIELDS.iter().map(|field| field.name.into()).collect();
    if arguments.programs {
        names.push("program".into());
    }
    let mut rows = Vec::with_capacity(connections.len());
    for connection in connections {
        let mut row = connection.values();
        if arguments.programs {
            let name = connection.pid.and_then(|pid| programs.get(&pid)?.as_deref());
            row.push(name.map_or(Value::Null, Value::OsText));
        }
        rows.push(row);
    }
    Rows { names, rows }
}

fn inet_table(
    arguments: &Arguments,
    connections: &[&Connection],
    programs: &HashMap<Pid, Option<OsString>>,
    width: Option<usize>,
) -> Table {
    // As net-tools has them, which scripts count on; narrower where somebody reads who would not see the last columns.
    let shown = [(arguments.extend > 0, 22), (arguments.programs, 21)];
    let needed: usize =
        79 + shown.iter().filter(|(is_shown, _)| *is_shown).map(|it| it.1).sum::<usize>();
    let is_roomy = width.is_none_or(|width| width >= needed);
    let room = |roomy, narrow| if is_roomy { roomy } else { narrow };
    let mut columns = vec![
        Column::left("Proto"),
        Column::right("Recv-Q"),
        Column::right("Send-Q"),
        Column::left("Local Address").at_least(room(23, 15)),
        Column::left("Foreign Address").at_least(room(23, 15)),
        Column::left("State").at_least(11),
    ];
    if arguments.extend > 0 {
        let more = ["User", "Inode"].map(|head| Column::left(head).at_least(room(10, 0)));
        columns.extend(more);
    }
    if arguments.programs {
        columns.push(Column::left("PID/Program name").giving_way());
    }
    if arguments.timers {
        columns.push(Column::left("Timer"));
    }
    let mut table = Table::new(columns);
    for connection in connections {
        table.cell(|line| line.push(Paint::Plain, protocol(connection)));
        table.cell(|line| number(connection.recv_queue, line));
        table.cell(|line| number(sent(connection), line));
        table.cell(|line| end(connection, connection.laddr.as_ref(), line));
        table.cell(|line| end(connection, connection.raddr.as_ref(), line));
        table.cell(|line| status(connection, line));
        if arguments.extend > 0 {
            table.cell(|line| number(connection.uid.map(u64::from), line));
            table.cell(|line| number(connection.inode, line));
        }
        if arguments.programs {
            table.cell(|line| owner(connection, programs, line));
        }
        if arguments.timers {
            table.cell(|line| timer(connection, line));
        }
    }
    table
}

/// `keepalive (7199.82/0/0)`: the seconds that are left, how often something was sent again, and probes without an answer.
fn timer(connection: &Connection, line: &mut Tail<'_>) {
    let attempts = connection.timer_attempts.unwrap_or_default();
    let (sent, probes) = match connection.timer {
        Some(SocketTimer::KeepAlive | SocketTimer::Probe) => (0, attempts),
        _ => (attempts, 0),
    };
    let name = connection.timer.map_or("off", SocketTimer::as_str);
    let seconds = f64::from(connection.timer_left.unwrap_or_default()) / 1000.0;
    line.write(Paint::Plain, format_args!("{name} ({seconds:.2}/{sent}/{probes})"));
}

/// What was sent and not yet confirmed. Of a socket that listens the kernel tells how many may wait, which net-tools has
/// no room for.
fn sent(connection: &Connection) -> Option<u64> {
    let listens = connection.status == ConnectionStatus::Listen;
    if listens { Some(0) } else { connection.send_queue }
}

fn unix_table(
    arguments: &Arguments,
    connections: &[&Connection],
    programs: &HashMap<Pid, Option<OsString>>,
) -> Table {
    let mut columns = vec![
        Column::left("Proto"),
        Column::left("RefCnt"),
        Column::left("Flags").at_least(11),
        Column::left("Type").at_least(10),
        Column::left("State").at_least(13),
        Column::left("I-Node").at_least(8),
    ];
    if arguments.programs {
        columns.push(Column::left("PID/Program name").at_least(20).giving_way());
    }
    columns.push(Column::left("Path").giving_way());
    let mut table = Table::new(columns);
    for connection in connections {
        let listens = connection.unix_state == Some(UnixState::Listening);
        table.cell(|line| line.push(Paint::Plain, "unix"));
        // How many hold it is not told; the column stands for those who count columns.
        table.cell(|line| line.push(Paint::Faint, "-"));
        table.cell(|line| line.push(Paint::Plain, if listens { "[ ACC ]" } else { "[ ]" }));
        table.cell(|line| line.push(Paint::Plain, protocol(connection).to_uppercase()));
        table.cell(|line| unix_state(connection, line));
        table.cell(|line| number(connection.inode, line));
        if arguments.programs {
            table.cell(|line| owner(connection, programs, line));
        }
        table.cell(|line| {
            if let Some(Address::Unix(path)) = &connection.laddr {
                line.push_os(Paint::Plain, path);
            }
        });
    }
    table
}

fn number(number: Option<u64>, line: &mut Tail<'_>) {
    match number {
        Some(number) => line.number(number),
        None => line.push(Paint::Faint, "-"),
    }
}

/// One end; `*` for any port, and for an end that is open.
fn end(connection: &Connection, address: Option<&Address>, line: &mut Tail<'_>) {
    match address {
        Some(Address::Inet(address)) if address.port() == 0 && address.is_ipv6() => {
            line.write(Paint::Plain, format_args!("[{}]:*", address.ip()));
        }
        Some(Address::Inet(address)) if address.port() == 0 => {
            line.write(Paint::Plain, format_args!("{}:*", address.ip()));
        }
        Some(address) => line.write(Paint::Plain, address),
        None if connection.family == Family::Inet6 => line.push(Paint::Plain, "[::]:*"),
        None => line.push(Paint::Plain, "0.0.0.0:*"),
    }
}

/// The state; a UDP socket has one, too, once it is connected.
fn status(connection: &Connection, line: &mut Tail<'_>) {
    let status = states::of(connection).unwrap_or(ConnectionStatus::None);
    let paint = match status {
        ConnectionStatus::None => return,
        ConnectionStatus::Listen => Paint::Accent,
        ConnectionStatus::Established => Paint::Good,
        ConnectionStatus::CloseWait => Paint::Warning,
        _ => Paint::Plain,
    };
    line.push(paint, status.as_str());
}

/// The state of a Unix socket; one that is not connected has none, as in netstat.
fn unix_state(connection: &Connection, line: &mut Tail<'_>) {
    let paint = match connection.unix_state {
        None => return line.push(Paint::Faint, "-"),
        Some(UnixState::Unconnected) => return,
        Some(UnixState::Listening) => Paint::Accent,
        Some(UnixState::Connected) => Paint::Good,
        Some(_) => Paint::Plain,
    };
    line.push(paint, connection.unix_state.map_or("", UnixState::as_str));
}

fn owner(connection: &Connection, programs: &HashMap<Pid, Option<OsString>>, line: &mut Tail<'_>) {
    let Some(pid) = connection.pid else { return line.push(Paint::Faint, "-") };
    line.number(pid.as_u32().into());
    if let Some(name) = programs.get(&pid).and_then(Option::as_ref) {
        line.push(Paint::Plain, "/");
        line.push_os(Paint::Plain, name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(letters: &str) -> ConnectionKind {
        let has = |letter| letters.contains(letter);
        let arguments = Arguments {
            tcp: has('t'),
            udp: has('u'),
            unix: has('x'),
            ipv4: has('4'),
            ipv6: has('6'),
            ..Arguments::default()
        };
        Choice::of(&arguments).kind()
    }

    #[test]
    fn no_more_is_asked_for_than_the_letters_mean() {
        for (letters, expected) in [
            ("", ConnectionKind::All),
            ("4", ConnectionKind::Inet4),
            ("6", ConnectionKind::Inet6),
            ("46", ConnectionKind::Inet),
            ("t", ConnectionKind::Tcp),
            ("t4", ConnectionKind::Tcp4),
            ("t6", ConnectionKind::Tcp6),
            ("u", ConnectionKind::Udp),
            ("u4", ConnectionKind::Udp4),
            ("u6", ConnectionKind::Udp6),
            ("tu", ConnectionKind::Inet),
            ("tu6", ConnectionKind::Inet6),
            ("x", ConnectionKind::Unix),
            ("x4", ConnectionKind::All),
            ("tx", ConnectionKind::All),
        ] {
            assert_eq!(kind(letters), expected, "{letters}");
        }
    }
}
