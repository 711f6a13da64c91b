//! Sockets and interfaces of machines that are folders.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "it is test code")]

mod common;

use common::{Machine, numbers, stat};
use psight::net::{
    Address, Connection, ConnectionKind, ConnectionStatus, Duplex, Routes, SocketTimer, UnixState,
};
use psight::{ErrorKind, Pid};
use psight_parse::linux::netlink::kept;

const TCP_HEADS: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
const UNIX_HEADS: &str = "Num       RefCount Protocol Flags    Type St Inode Path\n";

fn tcp(state: &str, ends: &str, inode: u64) -> String {
    format!(
        "   0: {ends} {state} 00000000:00000000 00:00000000 00000000  1000        0 {inode} 1\n"
    )
}

/// A machine with these TCP, UDP and Unix sockets and without IPv6.
fn sockets(tcp: &str, udp: &str, unix: &str) -> Machine {
    Machine::captured()
        .file("proc/net/tcp", format!("{TCP_HEADS}{tcp}"))
        .file("proc/net/udp", format!("{TCP_HEADS}{udp}"))
        .file("proc/net/unix", format!("{UNIX_HEADS}{unix}"))
}

/// Inode, pid and descriptor of each row.
fn owners(rows: &[Connection]) -> Vec<(u64, Option<u32>, Option<u32>)> {
    rows.iter().map(|row| (row.inode.unwrap_or(0), row.pid.map(Pid::as_u32), row.fd)).collect()
}

fn shown(address: &Option<Address>) -> String {
    address.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}

const LISTENS: &str = "00000000:0016 00000000:0000";
const CONNECTED: &str = "0100007F:0016 0200007F:C001";

#[test]
fn every_field_of_a_connection_is_read_from_the_table() {
    let line = "   0: 0100007F:0016 0200007F:C001 01 00000020:0000000A 01:00000019 00000000  1000        0 7 1\n";
    let machine = sockets(line, "", "").link("proc/10/fd/3", "socket:[7]");
    let rows = machine.host().connections_with_owners(ConnectionKind::Tcp4).unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!((row.family.as_str(), row.kind.as_str()), ("AF_INET", "SOCK_STREAM"));
    assert_eq!(
        (shown(&row.laddr), shown(&row.raddr)),
        ("127.0.0.1:22".into(), "127.0.0.2:49153".into())
    );
    assert_eq!(row.status, ConnectionStatus::Established);
    assert_eq!((row.fd, row.pid, row.inode), (Some(3), Some(Pid::new(10)), Some(7)));
    assert_eq!((row.uid, row.send_queue, row.recv_queue), (Some(1000), Some(32), Some(10)));
    assert_eq!(row.timer, Some(SocketTimer::Retransmit));
    assert_eq!((row.timer_left, row.timer_attempts), (Some(250), Some(0)));
}

#[test]
fn t59_a_socket_of_several_processes_is_the_highest_pids() {
    let tcp = tcp("0A", LISTENS, 7) + &tcp("01", CONNECTED, 9);
    let unix = "0: 2 0 0 0001 01 8 /a\n";
    let mut machine = sockets(&tcp, "", unix);
    for (pid, fd, inode) in
        [(9, 3, 7), (10, 4, 7), (10, 12, 7), (10, 5, 8), (10, 13, 8), (9, 6, 8), (9, 7, 9)]
    {
        machine = machine.link(&format!("proc/{pid}/fd/{fd}"), &format!("socket:[{inode}]"));
    }
    let host = machine.host();
    let rows = host.connections_with_owners(ConnectionKind::All).unwrap();
    // TCP with its first descriptor, Unix with each of them.
    let expected = [
        (7, Some(10), Some(4)),
        (9, Some(9), Some(7)),
        (8, Some(10), Some(5)),
        (8, Some(10), Some(13)),
    ];
    assert_eq!(owners(&rows), expected);
    let all = host.connections_with_all_owners(ConnectionKind::All).unwrap();
    let expected = [
        (7, Some(9), Some(3)),
        (7, Some(10), Some(4)),
        (7, Some(10), Some(12)),
        (9, Some(9), Some(7)),
        (8, Some(9), Some(6)),
        (8, Some(10), Some(5)),
        (8, Some(10), Some(13)),
    ];
    assert_eq!(owners(&all), expected);
    let none = host.connections(ConnectionKind::All).unwrap();
    assert_eq!(owners(&none), [(7, None, None), (9, None, None), (8, None, None)]);
}

#[test]
fn t59_a_process_has_its_own_sockets_only() {
    let tcp = tcp("0A", LISTENS, 7) + &tcp("01", CONNECTED, 9);
    let machine = sockets(&tcp, "", "0: 2 0 0 0001 01 8 /a\n")
        .file("proc/9/stat", stat(9, 1, 100))
        .file("proc/10/stat", stat(10, 1, 100))
        .link("proc/9/fd/3", "socket:[7]")
        .link("proc/9/fd/11", "socket:[7]")
        .link("proc/9/fd/4", "socket:[8]")
        .link("proc/9/fd/5", "socket:[8]")
        .link("proc/9/fd/6", "pipe:[9]")
        .link("proc/10/fd/3", "socket:[9]");
    let process = machine.host().process(9).unwrap();
    let rows = process.connections(ConnectionKind::All).unwrap();
    let expected = [(7, Some(9), Some(3)), (8, Some(9), Some(4)), (8, Some(9), Some(5))];
    assert_eq!(owners(&rows), expected);
    assert_eq!(owners(&process.connections(ConnectionKind::Tcp).unwrap()), expected[..1]);
}

#[test]
fn t61_sockets_of_another_namespace_are_read_in_the_processs_own_tables() {
    let elsewhere = format!("{TCP_HEADS}{}", tcp("0A", "00000000:1F90 00000000:0000", 8));
    let machine = sockets(&tcp("0A", LISTENS, 7), "", "")
        .file("proc/9/stat", stat(9, 1, 100))
        .link("proc/9/fd/3", "socket:[8]")
        .file("proc/9/net/tcp", elsewhere);
    let rows = machine.host().process(9).unwrap().connections(ConnectionKind::Tcp).unwrap();
    assert_eq!(owners(&rows), [(8, Some(9), Some(3))]);
    assert_eq!(shown(&rows[0].laddr), "0.0.0.0:8080");
}

#[test]
fn t60_a_connection_that_waits_is_nobodys_and_udp_has_no_state() {
    let machine = sockets(
        &(tcp("06", CONNECTED, 0) + &tcp("03", "0100007F:0016 0300007F:C001", 0)),
        &tcp("07", "0100007F:0035 00000000:0000", 7),
        "",
    );
    let rows = machine.host().connections_with_owners(ConnectionKind::Inet).unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.status.as_str(), row.inode, row.uid)).collect();
    assert_eq!(
        seen,
        [("TIME_WAIT", None, None), ("SYN_RECV", None, None), ("NONE", Some(7), Some(1000))]
    );
    assert_eq!(rows[2].raddr, None);
}

#[test]
fn t57_without_ipv6_there_are_no_ipv6_sockets() {
    let machine = sockets("", "", "");
    let host = machine.host();
    for kind in [ConnectionKind::Inet6, ConnectionKind::Tcp6, ConnectionKind::Udp6] {
        assert_eq!(host.connections(kind).unwrap(), []);
    }
    assert_eq!(host.connections(ConnectionKind::All).unwrap(), []);
    let error = Machine::captured().host().connections(ConnectionKind::Tcp4).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn a_table_of_which_no_line_is_understood_is_no_machine_without_sockets() {
    let tables = [
        ("tcp", ConnectionKind::Tcp4),
        ("tcp6", ConnectionKind::Tcp6),
        ("udp", ConnectionKind::Udp4),
        ("udp6", ConnectionKind::Udp6),
        ("unix", ConnectionKind::Unix),
    ];
    for (name, kind) in tables {
        let path = format!("proc/net/{name}");
        let heads = if name == "unix" { UNIX_HEADS } else { TCP_HEADS };
        for garbage in ["garbage\n".to_owned(), format!("{heads}7: x y z\n")] {
            let machine = sockets("", "", "").file(&path, &garbage);
            let error = machine.host().connections(kind).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Malformed, "{name}: {garbage:?}");
            assert!(error.to_string().contains(&path), "{error}");
        }
        // One line that is not understood hides no other.
        let row = match name {
            "unix" => "0: 2 0 0 0001 01 7 /a\n".to_owned(),
            "tcp6" | "udp6" => tcp("0A", &format!("{0}:0016 {0}:0000", "0".repeat(32)), 7),
            _ => tcp("0A", LISTENS, 7),
        };
        let machine = sockets("", "", "").file(&path, format!("{heads}7: x y z\n{row}"));
        assert_eq!(owners(&machine.host().connections(kind).unwrap()), [(7, None, None)], "{name}");
    }
}

#[test]
fn the_state_of_a_unix_socket_is_what_flags_and_state_say_together() {
    let unix = "0: 2 0 10000 0001 01 1 /l\n0: 2 0 0 0002 01 2\n0: 2 0 0 0001 02 3\n\
                0: 3 0 0 0001 03 4\n0: 3 0 0 0001 04 5\n0: 3 0 0 0001 09 6\n";
    let rows = sockets("", "", unix).host().connections(ConnectionKind::Unix).unwrap();
    let states: Vec<_> = rows.iter().map(|row| row.unix_state.map(UnixState::as_str)).collect();
    let words = ["LISTENING", "UNCONNECTED", "CONNECTING", "CONNECTED", "DISCONNECTING"];
    assert_eq!(states, words.map(Some).into_iter().chain([None]).collect::<Vec<_>>());
    assert!(rows.iter().all(|row| row.status == ConnectionStatus::None), "as psutil has it");
}

#[test]
fn t58_names_of_unix_sockets_are_whole() {
    let unix = "0: 2 0 0 0001 01 1 / a b\n0: 2 0 0 0002 01 2 @x@y\ngarbage\n0: 2 0 0 0005 01 3\n";
    let machine = sockets("", "", unix);
    let host = machine.host();
    let rows = host.connections(ConnectionKind::Unix).unwrap();
    let seen: Vec<_> = rows.iter().map(|row| (row.kind.as_str(), shown(&row.laddr))).collect();
    assert_eq!(
        seen,
        [
            ("SOCK_STREAM", "/ a b".to_owned()),
            ("SOCK_DGRAM", "@x@y\ngarbage".to_owned()),
            ("SOCK_SEQPACKET", "-".to_owned())
        ]
    );
    assert!(rows.iter().all(|row| row.raddr.is_none() && row.status == ConnectionStatus::None));
}

#[test]
fn t54_a_table_that_shows_a_socket_twice_does_not_count_it_twice() {
    let twice = tcp("01", CONNECTED, 7) + &tcp("08", CONNECTED, 7) + &tcp("06", CONNECTED, 0);
    let machine = sockets(&(twice.clone() + &tcp("06", CONNECTED, 0)), "", "");
    let host = machine.host();
    let rows = host.connections(ConnectionKind::Tcp).unwrap();
    let seen: Vec<_> = rows.iter().map(|row| row.status.as_str()).collect();
    assert_eq!(seen, ["ESTABLISHED", "TIME_WAIT"]);
}

fn net_dev(lines: &str) -> Machine {
    let heads = "Inter-|   Receive |  Transmit\n face |bytes |bytes\n";
    Machine::captured().file("proc/net/dev", format!("{heads}{lines}"))
}

#[test]
fn t51_a_machine_without_interfaces_has_no_counters_and_no_total() {
    let machine = net_dev("");
    let host = machine.host();
    assert_eq!(host.net_io_counters().unwrap().len(), 0);
    assert_eq!(host.net_io_counters_total().unwrap(), None);
}

#[test]
fn a_table_of_interfaces_of_which_no_line_is_understood_is_malformed() {
    let error = net_dev("eth0 garbage\n").host().net_io_counters().unwrap_err();
    assert_eq!(error.kind(), psight::ErrorKind::Malformed);
    assert!(error.to_string().contains("net/dev"), "{error}");
}

#[test]
fn t62_counters_of_aliases_and_of_long_names_without_a_blank() {
    let machine = net_dev(
        "eth0:1:1 2 3 4 9 10 0 0 5 6 7 8 11 13 12 0\nenp130s0f1np1v3:18446744073709551615 2 3 4 0 0 0 0 5 6 7 8 0 0 0 0\n",
    );
    let host = machine.host();
    let counters = host.net_io_counters().unwrap();
    let alias = &counters[std::ffi::OsStr::new("eth0:1")];
    assert_eq!(numbers(alias), [5, 1, 6, 2, 3, 7, 4, 8, 9, 11, 10, 12, 13]);
    let total = host.net_io_counters_total().unwrap().unwrap();
    assert_eq!(numbers(&total), [10, u64::MAX, 12, 4, 6, 14, 8, 16, 9, 11, 10, 12, 13]);
}

#[test]
fn t63_what_a_driver_does_not_know_is_none() {
    let mut machine = Machine::captured();
    for (name, flags, state, speed, duplex) in [
        ("eth0", "0x1003", "up", "100000\n", "full\n"),
        ("eth1", "0x1003", "down", "-1\n", "unknown\n"),
        ("eth2", "0x1002", "unknown", "65535\n", "half\n"),
        ("eth3", "0x1003", "up", "4294967295\n", ""),
    ] {
        let path = |file| format!("sys/class/net/{name}/{file}");
        machine = machine
            .file(&path("mtu"), "1500\n")
            .file(&path("flags"), format!("{flags}\n"))
            .file(&path("operstate"), format!("{state}\n"))
            .file(&path("speed"), speed)
            .file(&path("duplex"), duplex);
    }
    // Not an interface, and one of which nothing can be read any more.
    let machine =
        machine.file("sys/class/net/bonding_masters", "\n").file("sys/class/net/gone/x", "");
    let stats = machine.host().interface_stats().unwrap();
    let seen: Vec<_> = stats
        .iter()
        .map(|(name, nic)| (name.to_str().unwrap(), nic.isup, nic.speed, nic.duplex))
        .collect();
    assert_eq!(
        seen,
        [
            ("eth0", true, Some(100_000), Some(Duplex::Full)),
            ("eth1", false, None, None),
            ("eth2", false, None, Some(Duplex::Half)),
            ("eth3", true, None, None)
        ]
    );
    let eth0 = &stats[std::ffi::OsStr::new("eth0")];
    assert_eq!((eth0.mtu, eth0.flags.as_str()), (1500, "up,broadcast,running,multicast"));
}

/// A netlink message's fixed part with attributes after it, as this machine's kernel would write it.
fn message(fixed: &[u8], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut bytes = fixed.to_vec();
    for (kind, value) in attributes {
        bytes.extend((value.len() as u16 + 4).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(*value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

fn link(index: u32, flags: u32, attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let fixed = [[0; 4], index.to_ne_bytes(), flags.to_ne_bytes(), [0; 4]].concat();
    message(&fixed, attributes)
}

fn address(family: u8, prefix: u8, index: u32, attributes: &[(u16, &[u8])]) -> Vec<u8> {
    message(&[&[family, prefix, 0, 0][..], &index.to_ne_bytes()].concat(), attributes)
}

fn answer(kind: u16, messages: &[Vec<u8>]) -> Vec<u8> {
    kept(messages.iter().map(|message| (kind, message.as_slice())))
}

/// `eth0` with two labels and a link-local address, a point-to-point `tun0` without a hardware address, and `sit0` with
/// a short one.
fn interfaces() -> Machine {
    const BROADCAST: u32 = 0x2;
    const POINTOPOINT: u32 = 0x10;
    let links = [
        link(
            2,
            BROADCAST | 0x1041,
            &[
                (3, b"eth0\0"),
                (4, &1500u32.to_ne_bytes()),
                (1, &[2, 0, 0, 0, 0, 1]),
                (2, &[0xff; 6]),
            ],
        ),
        link(3, POINTOPOINT, &[(3, b"tun0\0"), (4, &1400u32.to_ne_bytes())]),
        link(
            4,
            POINTOPOINT,
            &[(3, b"sit0\0"), (4, &1480u32.to_ne_bytes()), (1, &[10, 0, 0, 9]), (2, &[0; 4])],
        ),
        link(5, BROADCAST, &[(3, b"idle\0"), (4, &1500u32.to_ne_bytes())]),
    ];
    let local = [0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let addresses = [
        address(
            2,
            24,
            2,
            &[(1, &[10, 0, 0, 1]), (2, &[10, 0, 0, 1]), (4, &[10, 0, 0, 255]), (3, b"eth0\0")],
        ),
        address(
            2,
            24,
            2,
            &[(1, &[10, 0, 0, 2]), (2, &[10, 0, 0, 2]), (4, &[10, 0, 0, 255]), (3, b"eth0:1\0")],
        ),
        address(2, 32, 3, &[(1, &[10, 1, 0, 2]), (2, &[10, 1, 0, 1]), (3, b"tun0\0")]),
        // Of an interface that went meanwhile.
        address(2, 24, 9, &[(1, &[10, 9, 0, 1]), (3, b"eth9\0")]),
        address(10, 64, 2, &[(1, &local)]),
    ];
    Machine::captured()
        .file("answers/rtm_getlink.bin", answer(16, &links))
        .file("answers/rtm_getaddr.bin", answer(20, &addresses))
}

#[test]
fn t64_interfaces_without_addresses_are_left_out_and_short_ones_filled_up() {
    let addresses = interfaces().host().interface_addresses().unwrap();
    let seen: Vec<_> = addresses
        .iter()
        .flat_map(|(name, list)| list.iter().map(move |one| (name, one)))
        .map(|(name, one)| {
            let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            format!(
                "{} {} {} {} {} {}",
                name.display(),
                one.family,
                one.address,
                or(&one.netmask),
                or(&one.broadcast),
                or(&one.ptp)
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            "eth0 AF_INET 10.0.0.1 255.255.255.0 10.0.0.255 -",
            "eth0 AF_INET6 fe80::1%eth0 ffff:ffff:ffff:ffff:: - -",
            "eth0 AF_LINK 02:00:00:00:00:01 - ff:ff:ff:ff:ff:ff -",
            "eth0:1 AF_INET 10.0.0.2 255.255.255.0 10.0.0.255 -",
            "sit0 AF_LINK 0a:00:00:09:00:00 - - 00:00:00:00",
            "tun0 AF_INET 10.1.0.1 255.255.255.255 - 10.1.0.2",
        ]
    );
}

#[test]
fn states_of_a_captured_machine_are_its_own() {
    let machine = interfaces().file("sys/class/net/eth0/speed", "2500\n");
    let stats = machine.host().interface_stats().unwrap();
    let seen: Vec<_> = stats
        .iter()
        .map(|(name, nic)| format!("{} {:?} {} {}", name.display(), nic.speed, nic.mtu, nic.flags))
        .collect();
    assert_eq!(
        seen,
        [
            "eth0 Some(2500) 1500 up,broadcast,running,multicast",
            "idle None 1500 broadcast",
            "sit0 None 1480 pointopoint",
            "tun0 None 1400 pointopoint"
        ]
    );
}

#[test]
fn addresses_that_were_not_captured_are_not_asked_of_this_kernel() {
    for machine in [Machine::captured(), Machine::live()] {
        let error = machine.host().interface_addresses().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let error = machine.host().routes(Routes::Main).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        let error = machine.host().interface_stats().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}
