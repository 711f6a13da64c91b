//! Sockets and adapters.

use std::net::{IpAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;

use psight::net::{
    Address, Connection, ConnectionKind, ConnectionStatus, Family, Route, Routes, SocketType,
};
use psight::{ErrorKind, Host, Pid, Process};

use crate::until;

fn me() -> Option<Pid> {
    Some(Pid::new(std::process::id()))
}

fn at(port: u16, kind: ConnectionKind) -> Vec<Connection> {
    let mut all = Host::local().connections_with_owners(kind).unwrap();
    all.retain(|socket| socket.laddr.as_ref().and_then(Address::port) == Some(port));
    all
}

#[test]
fn a_socket_that_listens_is_this_process_s() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let listener = TcpListener::bind(address).unwrap();
        let local = listener.local_addr().unwrap();
        let found = at(local.port(), ConnectionKind::Tcp);
        assert_eq!(found.len(), 1, "{found:?}");
        let expected = (ConnectionStatus::Listen, SocketType::Stream, me());
        assert_eq!((found[0].status, found[0].kind, found[0].pid), expected);
        assert_eq!(found[0].laddr, Some(Address::Inet(local)));
        assert_eq!((found[0].raddr.as_ref(), found[0].fd), (None, None));
    }
}

#[test]
fn both_ends_of_a_connection_are_there() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    for end in [&client, &server] {
        let (local, peer) = (end.local_addr().unwrap(), end.peer_addr().unwrap());
        let found = at(local.port(), ConnectionKind::Tcp4);
        let end = found.iter().find(|socket| socket.raddr == Some(Address::Inet(peer))).unwrap();
        assert_eq!((end.status, end.pid), (ConnectionStatus::Established, me()));
    }
}

#[test]
fn a_datagram_socket_has_one_end_and_no_state() {
    for (address, family) in [("127.0.0.1:0", Family::Inet), ("[::1]:0", Family::Inet6)] {
        let socket = UdpSocket::bind(address).unwrap();
        let found = at(socket.local_addr().unwrap().port(), ConnectionKind::Udp);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].family, found[0].pid), (family, me()));
        assert_eq!((found[0].status, &found[0].raddr), (ConnectionStatus::None, &None));
    }
}

#[test]
fn a_kind_has_nothing_of_another() {
    let _held = (TcpListener::bind("127.0.0.1:0").unwrap(), UdpSocket::bind("[::1]:0").unwrap());
    let host = Host::local();
    let all = |kind, is_right: fn(&Connection) -> bool| {
        let found = host.connections(kind).unwrap();
        !found.is_empty() && found.iter().all(is_right)
    };
    assert!(all(ConnectionKind::Tcp4, |c| (c.kind, c.family) == (SocketType::Stream, Family::Inet)));
    assert!(
        all(ConnectionKind::Udp6, |c| (c.kind, c.family) == (SocketType::Datagram, Family::Inet6))
    );
    let unix = host.connections(ConnectionKind::Unix).unwrap_err();
    assert_eq!(unix.kind(), ErrorKind::Unsupported);
}

#[test]
fn a_process_has_its_own_sockets_and_no_others() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let found = Process::current().unwrap().connections(ConnectionKind::Inet).unwrap();
    let local = Some(Address::Inet(listener.local_addr().unwrap()));
    assert!(found.iter().any(|socket| socket.laddr == local));
    assert!(found.iter().all(|socket| socket.pid == me()));
    let child = crate::child::Told::new();
    assert_eq!(child.process().connections(ConnectionKind::All).unwrap(), []);
}

#[test]
fn adapters_have_the_addresses_that_ipconfig_shows() {
    let output = Command::new("ipconfig").arg("/all").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).to_lowercase();
    let found = Host::local().interface_addresses().unwrap();
    let all: Vec<_> = found.values().flatten().collect();
    let loopback = all.iter().find(|address| address.address == "127.0.0.1").unwrap();
    assert_eq!(loopback.netmask.as_deref(), Some("255.0.0.0"));
    let mut compared = 0;
    for address in all {
        let is_local = address.address.starts_with("127.") || address.address == "::1";
        let text = match address.family {
            Family::Inet if !is_local => address.address.clone(),
            Family::Link => address.address.replace(':', "-"),
            _ => continue,
        };
        // The loopback has no hardware address, and ipconfig shows none.
        if text != "00-00-00-00-00-00" {
            assert!(said.contains(&text), "{text} in {said}");
            compared += 1;
        }
    }
    eprintln!("{compared} addresses were compared");
}

#[test]
fn what_is_sent_to_oneself_is_counted() {
    let host = Host::local();
    let names: Vec<_> = host.net_io_counters().unwrap().into_keys().collect();
    let stats: Vec<_> = host.interface_stats().unwrap().into_keys().collect();
    assert_eq!(names, stats);
    let before = host.net_io_counters_total().unwrap().unwrap();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    for _ in 0..100 {
        socket.send_to(&[0; 1000], address).unwrap();
    }
    if crate::ffi::is_wine() {
        // Windows does not count what never leaves the machine; the system below Wine does.
        until("100,000 bytes more", || {
            let now = host.net_io_counters_total().unwrap().unwrap();
            now.bytes_sent - before.bytes_sent >= 100_000
        });
    }
}

#[test]
fn the_loopback_is_up() {
    let host = Host::local();
    let addresses = host.interface_addresses().unwrap();
    let (name, _) =
        addresses.iter().find(|(_, all)| all.iter().any(|a| a.address == "127.0.0.1")).unwrap();
    let stats = host.interface_stats().unwrap();
    let stats = stats.get(name).unwrap();
    assert!(stats.isup && stats.mtu > 1000, "{stats:?}");
}

#[test]
fn routes_are_those_that_route_prints() {
    let host = Host::local();
    let routes = host.routes(Routes::All).unwrap();
    let families: Vec<_> = routes.iter().map(|route| route.family).collect();
    assert!(families.is_sorted(), "IPv4 first");
    let interfaces = host.interface_stats().unwrap();
    for route in &routes {
        let bits = if route.family == Family::Inet { 32 } else { 128 };
        assert!(route.prefix_length <= bits, "{route:?}");
        assert_eq!(route.destination.is_ipv6(), route.family == Family::Inet6, "{route:?}");
        if let Some(name) = &route.interface {
            assert!(interfaces.contains_key(name), "{route:?}");
        }
    }
    let Ok(output) = Command::new("route").args(["print", "-4"]).output() else {
        return eprintln!("skipped: there is no route");
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<Vec<&str>> =
        said.lines().map(|line| line.split_whitespace().collect()).collect();
    let four = routes.iter().filter(|route| route.family == Family::Inet);
    let mut compared = 0;
    for theirs in lines.iter().filter(|words| words.len() == 5) {
        let (Ok(to), Ok(via)) = (theirs[0].parse::<IpAddr>(), theirs[2].parse::<IpAddr>()) else {
            continue;
        };
        let via = Some(via).filter(|gateway| !gateway.is_unspecified());
        let has = |route: &&Route| route.destination == to && route.gateway == via;
        assert!(four.clone().any(|route| has(&route)), "{theirs:?} in {routes:?}");
        compared += 1;
    }
    eprintln!("{compared} of {} routes were compared", routes.len());
}
