//! `psight netstat` beside net-tools' netstat, letter by letter.
#![allow(clippy::indexing_slicing, clippy::panic, reason = "it is test code")]
#![allow(clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::{UnixListener, UnixStream};

use common::beside::{eventually, told, words};
use common::{printed, run};

/// What a listing says of sockets, as far as both programs have it.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    /// The lines above the tables.
    titles: Vec<String>,
    /// How often heads are there.
    tables: usize,
    sockets: BTreeSet<Vec<String>>,
}

fn said(text: &str) -> Said {
    let rows = words(text);
    Said {
        titles: text.lines().filter(|line| line.starts_with("Active")).map(str::to_owned).collect(),
        tables: rows.iter().filter(|row| row.first().is_some_and(|word| word == "Proto")).count(),
        sockets: rows.iter().filter_map(|row| socket(row)).collect(),
    }
}

/// Protocol, the ends and the state; of a Unix socket the type, the state and the inode. Raw sockets are not told here.
fn socket(row: &[String]) -> Option<Vec<String>> {
    let is_state = |word: &&String| {
        let mut bytes = word.bytes();
        bytes.all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'1' | b'2'))
            && word.len() > 2
    };
    match row.first()?.as_str() {
        "tcp" | "tcp6" | "udp" | "udp6" => {
            // An IPv6 address has brackets here, so that it can be told from its port, and one of IPv4 in it is not shown
            // as if it were of IPv4.
            let ends = row.get(3..5)?.iter().map(|end| {
                let end = end.replace(['[', ']'], "");
                match end.strip_prefix("::ffff:").filter(|rest| rest.contains('.')) {
                    Some(rest) => rest.to_owned(),
                    None => end,
                }
            });
            let state = row.get(5).filter(is_state).cloned();
            Some(row.first().cloned().into_iter().chain(ends).chain(state).collect())
        }
        "unix" => {
            let words = row.iter().filter(|word| is_state(word) && *word != "ACC").cloned();
            let has_brackets = row.get(2).is_some_and(|word| word == "[");
            let inode = row
                .iter()
                .skip(if has_brackets { 3 } else { 1 })
                .find(|word| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
            // A type, and a state if it has one: what comes later may be a path of capitals.
            Some(words.take(2).chain([inode.clone()]).collect())
        }
        _ => None,
    }
}

#[test]
fn every_letter_means_what_it_means_to_net_tools() {
    let folder = tempfile::tempdir().unwrap();
    let _listens = UnixListener::bind(folder.path().join("listens")).unwrap();
    let _pair = UnixStream::pair().unwrap();
    let _tcp = [TcpListener::bind("127.0.0.1:0").ok(), TcpListener::bind("[::1]:0").ok()];
    let _udp = [UdpSocket::bind("127.0.0.1:0").ok(), UdpSocket::bind("[::1]:0").ok()];
    // IPv4 over a socket of IPv6.
    let both = TcpListener::bind("[::]:0").ok();
    let over = both.as_ref().and_then(|listener| {
        TcpStream::connect(("127.0.0.1", listener.local_addr().ok()?.port())).ok()
    });
    for letters in [
        "", "l", "a", "al", "4", "6", "46", "4l", "6a", "x", "xl", "xa", "4x", "x6l", "t", "tl",
        "ta", "t4", "tl6", "u", "ua", "u6a", "tu", "tua", "tux", "tuxa", "t4x", "e", "ee", "plant",
        "tulp", "ap", "v", "N", "tF",
    ] {
        // Without names, with whole addresses.
        let option = format!("-nW{letters}");
        let Some(_) = told("netstat", &[&option]) else { return };
        eventually(
            || said(&printed(&["netstat", &option])),
            || said(&told("netstat", &[&option]).unwrap()),
        );
    }
    drop(over);
    // The listener and the pair, at least.
    assert!(said(&printed(&["netstat", "-a"])).sockets.len() >= 3);
}

#[test]
fn what_psight_does_not_know_is_refused_in_words_and_not_as_a_wrong_letter() {
    for (option, word) in [("-w", "raw"), ("-g", "groups"), ("-M", "connections"), ("-rC", "cache")]
    {
        let output = run(&["netstat", option]);
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(word) && !error.contains("unexpected"), "{error}");
    }
    let verbose = run(&["netstat", "-xlv"]);
    assert_eq!(verbose.status.code(), Some(0));
    assert!(String::from_utf8(verbose.stderr).unwrap().contains("raw"));
}

/// The kernel's own words are those of nstat, of iproute2.
#[test]
fn protocols_have_the_counters_that_nstat_shows() {
    let Some(_) = told("nstat", &["-V"]) else { return };
    // What never moves on a machine that stands still, and most of the time on others.
    let of = |text: String| -> BTreeSet<Vec<String>> {
        let rows = words(&text).into_iter().filter(|row| row.len() >= 2);
        rows.map(|row| row[..2].to_vec()).filter(|row| row[0].contains("Err")).collect()
    };
    let ours = || {
        let rows = common::beside::json(&["netstat", "-s", "--json"]);
        let row = |row: &serde_json::Value| {
            let name = format!("{}{}", row["protocol"].as_str()?, row["name"].as_str()?);
            name.contains("Err").then(|| vec![name, row["value"].to_string()])
        };
        rows.as_array().unwrap().iter().filter_map(row).collect::<BTreeSet<_>>()
    };
    eventually(ours, || of(told("nstat", &["-asz"]).unwrap()));
    let text = printed(&["netstat", "-st"]);
    assert!(text.starts_with("Tcp:\n") && text.contains("\n    RetransSegs "), "{text}");
    assert!(!text.contains("Udp"), "{text}");
}

#[test]
fn timers_are_those_of_net_tools() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // One that is closed waits to be forgotten.
    let client = TcpStream::connect(address).unwrap();
    let (server, _) = listener.accept().unwrap();
    drop(client);
    drop(server);
    let of = |text: String| -> BTreeSet<Vec<String>> {
        let rows = words(&text).into_iter().filter(|row| row.len() > 7 && row[0] == "tcp");
        let port = address.port().to_string();
        let rows = rows.filter(|row| row[3].ends_with(&port) || row[4].ends_with(&port));
        // Seconds go on; what comes behind them does not.
        let numbers = |word: &str| word.split_once('/').map(|(_, rest)| rest.to_owned());
        rows.map(|row| {
            vec![row[3].clone(), row[5].clone(), row[6].clone(), numbers(&row[7]).unwrap()]
        })
        .collect()
    };
    let Some(theirs) = told("netstat", &["-anto"]) else { return };
    assert_eq!(words(&printed(&["netstat", "-anto"]))[1], words(&theirs)[1]);
    eventually(|| of(printed(&["netstat", "-anto"])), || of(told("netstat", &["-anto"]).unwrap()));
    let ours = of(printed(&["netstat", "-anto"]));
    assert!(ours.iter().any(|row| row[2] == "timewait") && ours.len() > 1, "{ours:?}");
}

#[test]
fn the_columns_stand_where_net_tools_has_them() {
    let _tcp = TcpListener::bind("127.0.0.1:0").ok();
    for options in
        ["-ltn", "-ltne", "-ltnp", "-ltnep", "-A inet -ltn", "--protocol=inet -lt -n", "--ip -ltn"]
    {
        let options: Vec<&str> = options.split(' ').collect();
        let Some(theirs) = told("netstat", &options) else { return };
        let ours = printed(&[&["netstat"], &options[..]].concat());
        let heads = |text: &str| text.lines().nth(1).unwrap_or_default().trim_end().to_owned();
        assert_eq!(heads(&ours), heads(&theirs), "{options:?}");
        let sockets = |text: &str| -> BTreeSet<Vec<String>> {
            let rows = words(text).into_iter().filter(|row| row.len() > 5 && row[0] == "tcp");
            rows.map(|row| row[..6].to_vec()).collect()
        };
        eventually(
            || sockets(&printed(&[&["netstat"], &options[..]].concat())),
            || sockets(&told("netstat", &options).unwrap()),
        );
    }
    let Some(theirs) = told("netstat", &["-xa"]) else { return };
    let heads = |text: &str| words(text)[1].clone();
    assert_eq!(heads(&printed(&["netstat", "-xa"])), heads(&theirs));
}

#[test]
fn the_wide_table_is_not_cut_to_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a name that is longer than a narrow terminal is wide");
    let _listens = UnixListener::bind(&path).unwrap();
    let has = |arguments: &[&str]| printed(arguments).contains(path.to_str().unwrap());
    assert!(!has(&["netstat", "-xl", "--width", "60"]));
    assert!(has(&["netstat", "-xlW", "--width", "60"]));
}

#[test]
fn who_may_not_know_the_owners_of_sockets_is_told_so() {
    let _listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = |output: &std::process::Output| {
        String::from_utf8_lossy(&output.stderr).contains("(permission denied)")
    };
    let program = env!("CARGO_BIN_EXE_psight");
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", program];
    let output =
        std::process::Command::new("setpriv").args(nobody).args(["netstat", "-tlp"]).output();
    match output {
        // Only root can become another user, who may not read what this process has open.
        Ok(output) if output.status.success() => assert!(refused(&output), "{output:?}"),
        _ => eprintln!("skipped: psight cannot be run as another user with setpriv"),
    }
}

/// Of each IPv4 network what net-tools says as well: its name, gateway, mask, flags and interface. Where several ways
/// share a route, net-tools knows the first.
fn routes_of_ipv4(text: &str) -> Vec<Vec<String>> {
    let rows = words(text).into_iter().filter(|row| row.len() >= 8 && row[0] != "Destination");
    let mut kept: Vec<_> = rows
        .map(|mut row| {
            let interface = row.pop().unwrap();
            row.truncate(4);
            row.push(interface.replace('*', "-"));
            row
        })
        .collect();
    kept.dedup_by(|later, first| (&later[0], &later[2]) == (&first[0], &first[2]));
    kept
}

/// Of each IPv6 route of the main table network, gateway, flags, metric and interface. What is refused has a gateway in
/// the one and none in the other, and flags that say how a route came to be are not told here.
fn routes_of_ipv6(text: &str) -> BTreeSet<Vec<String>> {
    let rows = words(text).into_iter().filter(|row| row.len() == 7 && row[0] != "Destination");
    let main = rows.filter(|row| !row[2].contains(['n', '!']) && row[0] != "ff00::/8");
    main.map(|mut row| {
        row.drain(4..6);
        row[2].retain(|letter| "UG".contains(letter));
        row
    })
    .collect()
}

#[test]
fn routes_are_those_of_net_tools() {
    let Some(_) = told("netstat", &["-rn"]) else { return };
    for options in ["-rn", "-rne", "-rnee", "-rn4"] {
        eventually(
            || routes_of_ipv4(&printed(&["netstat", options])).len(),
            || routes_of_ipv4(&told("netstat", &[options]).unwrap()).len(),
        );
    }
    // net-tools takes what is dropped for a network on the link, and does not know gateways of the other family.
    let both_know = |text: String| {
        let mut rows = routes_of_ipv4(&text);
        let is_six = |row: &[String]| row[3].contains('G') && row[1] == "0.0.0.0";
        rows.retain(|row| row[4] != "-" && !is_six(row) && !row[1].contains(':'));
        rows
    };
    eventually(
        || both_know(printed(&["netstat", "-rn"])),
        || both_know(told("netstat", &["-rn"]).unwrap()),
    );
    eventually(
        || routes_of_ipv6(&printed(&["netstat", "-6rnW"])),
        || routes_of_ipv6(&told("netstat", &["-6rnW"]).unwrap()),
    );
    let titles = printed(&["netstat", "-46r"]);
    let titles: Vec<_> = titles.lines().filter(|line| line.starts_with("Kernel")).collect();
    assert_eq!(titles, ["Kernel IP routing table", "Kernel IPv6 routing table"]);
}

/// Routes of many sorts, then both programs' lists of them; a kernel that lacks one sort goes on without it.
const MANY_ROUTES: &str = "
    ip link set lo up
    ip link add nic0 type veth peer name nic1 || ip link add nic0 type dummy
    ip link add nic1 type dummy
    ip link set nic0 up
    ip link set nic1 up
    ip addr add 192.0.2.2/24 dev nic0
    ip addr add 2001:db8::2/64 dev nic0 nodad
    ip route add default via 192.0.2.1 dev nic0 metric 100
    ip route add unreachable 10.8.0.0/16
    ip route add prohibit 10.6.0.0/16 metric 7
    ip route add 10.4.0.0/16 dev nic1 scope link
    ip route add 10.3.0.3 via 192.0.2.1
    ip route add 10.2.0.0/16 dev nic0 table 1000
    ip -6 route add default via 2001:db8::1 dev nic0 metric 1024
    ip -6 route add 2001:db8:5::/48 nexthop via 2001:db8::1 dev nic0 nexthop via fe80::1 dev nic1
    for program in netstat \"$0 netstat\"; do
        $program -rn
        $program -6rnW
        echo the next
    done
";

#[test]
fn routes_of_many_sorts_are_those_of_net_tools() {
    let Some(_) = told("netstat", &["-rn"]) else { return };
    let is_root = told("id", &["-u"]).is_some_and(|uid| uid.trim() == "0");
    let unshare = if is_root { "-n" } else { "-rn" };
    let program = env!("CARGO_BIN_EXE_psight");
    let Some(both) = told("unshare", &[unshare, "sh", "-c", MANY_ROUTES, program]) else { return };
    let Some((theirs, ours)) = both.split_once("the next") else {
        eprintln!("skipped: no network namespace can be made with unshare");
        return;
    };
    assert_eq!(routes_of_ipv4(ours), routes_of_ipv4(theirs), "{both}");
    assert_eq!(routes_of_ipv6(ours), routes_of_ipv6(theirs), "{both}");
}
