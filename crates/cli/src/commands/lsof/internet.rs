//! Which sockets `lsof -i` means: `[4|6][PROTOCOL][@HOST][:PORT,…]`.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::ops::RangeInclusive;

use psight::net::{Connection, Family, SocketType};

/// What `-i` asked for; what is `None` is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Internet {
    family: Option<Family>,
    kind: Option<SocketType>,
    hosts: Vec<IpAddr>,
    ports: Vec<RangeInclusive<u16>>,
}

impl Internet {
    /// Reads the word. `resolve` says whether a host may be looked up by its name.
    pub(super) fn parse(word: &str, resolve: bool) -> Result<Self, String> {
        let services = if resolve { Services::of_machine } else { Services::default };
        let (rest, ports) = split_ports(word, services)?;
        let (rest, host) = match rest.split_once('@') {
            Some((rest, host)) => (rest, Some(host)),
            None => (rest, None),
        };
        let family = rest.chars().next().and_then(|first| match first {
            '4' => Some(Family::Inet),
            '6' => Some(Family::Inet6),
            _ => None,
        });
        let protocol = if family.is_some() { rest.get(1..).unwrap_or_default() } else { rest };
        let kind = match protocol.to_ascii_lowercase().as_str() {
            "" => None,
            "tcp" => Some(SocketType::Stream),
            "udp" => Some(SocketType::Datagram),
            _ => return Err(format!("{protocol:?} is no protocol: there are TCP and UDP")),
        };
        let hosts = host.map_or(Ok(Vec::new()), |host| addresses(host, resolve))?;
        Ok(Self { family, kind, hosts, ports })
    }

    /// Whether it means this socket, by either end.
    pub(super) fn has(&self, socket: &Connection) -> bool {
        if !matches!(socket.family, Family::Inet | Family::Inet6) {
            return false;
        }
        let ends = [&socket.laddr, &socket.raddr].into_iter().flatten();
        self.family.is_none_or(|family| family == socket.family)
            && self.kind.is_none_or(|kind| kind == socket.kind)
            && (self.hosts.is_empty() && self.ports.is_empty()
                || ends.filter_map(|end| end.inet()).any(|end| self.has_end(end)))
    }

    fn has_end(&self, end: SocketAddr) -> bool {
        let host = end.ip().to_canonical();
        (self.hosts.is_empty() || self.hosts.contains(&host))
            && (self.ports.is_empty() || self.ports.iter().any(|range| range.contains(&end.port())))
    }
}

/// What stands before the colon, and the ports behind it; colons in brackets are an address's own.
fn split_ports(
    word: &str,
    services: impl Fn() -> Services,
) -> Result<(&str, Vec<RangeInclusive<u16>>), String> {
    let outside = word.rfind(']').map_or(0, |at| at + 1);
    let Some(colon) = word.get(outside..).and_then(|rest| rest.find(':')) else {
        return Ok((word, Vec::new()));
    };
    let (before, list) = word.split_at(outside + colon);
    let list = list.get(1..).unwrap_or_default();
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let known = if list.split(',').all(is_number) { Services::default() } else { services() };
    let mut ports = Vec::new();
    for word in list.split(',') {
        match known.ports(word) {
            found if found.is_empty() => ports.push(range(word)?),
            found => ports.extend(found),
        }
    }
    Ok((before, ports))
}

fn range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let number = |text: &str| {
        let number = text.parse::<u16>();
        number
            .map_err(|_| format!("{text:?} is no number of a port, and no service of a known name"))
    };
    match text.split_once('-') {
        Some((first, last)) => Ok(number(first)?..=number(last)?),
        None => number(text).map(|port| port..=port),
    }
}

/// The names of services, as the file that every system has tells them: a name, `port/protocol`, other names.
#[derive(Debug, Default)]
struct Services(String);

impl Services {
    fn of_machine() -> Self {
        Self(std::fs::read_to_string("/etc/services").unwrap_or_default())
    }

    /// The ports of a service, which has another with each protocol now and then.
    fn ports(&self, service: &str) -> Vec<RangeInclusive<u16>> {
        let port = |line: &str| {
            let mut words = line.split('#').next()?.split_whitespace();
            let name = words.next()?;
            let port: u16 = words.next()?.split('/').next()?.parse().ok()?;
            (name == service || words.any(|other| other == service)).then_some(port..=port)
        };
        let mut ports: Vec<_> = self.0.lines().filter_map(port).collect();
        ports.dedup();
        ports
    }
}

fn addresses(host: &str, resolve: bool) -> Result<Vec<IpAddr>, String> {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(vec![address.to_canonical()]);
    }
    if !resolve {
        return Err(format!("{host:?} is no address"));
    }
    let found = (bare, 0).to_socket_addrs();
    let found = found.map_err(|error| format!("no address of {host:?} is known: {error}"))?;
    Ok(found.map(|address| address.ip().to_canonical()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_may_be_missing() {
        let parsed = |word| Internet::parse(word, false).unwrap();
        assert_eq!(parsed(""), Internet::default());
        assert_eq!(parsed("6").family, Some(Family::Inet6));
        assert_eq!(parsed("4tcp").kind, Some(SocketType::Stream));
        let whole = parsed("UDP@[::1]:53,5000-5002");
        assert_eq!(whole.kind, Some(SocketType::Datagram));
        assert_eq!(whole.hosts, ["::1".parse::<IpAddr>().unwrap()]);
        assert_eq!(whole.ports, [53..=53, 5000..=5002]);
        assert_eq!(parsed("@127.0.0.1").hosts.len(), 1);
        assert_eq!(parsed(":22").ports, [22..=22]);
    }

    #[test]
    fn a_service_has_its_ports() {
        let services = Services(
            "# names\nssh 22/tcp # secure\nhttp 80/tcp www\ntalk 5/udp\ntalk 7/tcp\n".into(),
        );
        assert_eq!(services.ports("ssh"), [22..=22]);
        assert_eq!(services.ports("www"), [80..=80]);
        assert_eq!(services.ports("talk"), [5..=5, 7..=7]);
        assert!(services.ports("nobody").is_empty() && services.ports("#").is_empty());
    }

    #[test]
    fn what_is_none_of_them_is_refused() {
        for word in ["sctp", "tcp:ssh", ":1-", ":70000", "@nobody", "5"] {
            assert!(Internet::parse(word, false).is_err(), "{word}");
        }
    }
}
