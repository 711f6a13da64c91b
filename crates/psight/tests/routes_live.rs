//! The routes of this machine, beside `ip`.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "it is test code")]
#![allow(clippy::print_stderr, reason = "it is test code")]

mod common;
#[path = "common/network.rs"]
mod network;

use std::fmt::Display;

use common::eventually;
use psight::Host;
use psight::net::{Family, Route, Routes};
use serde_json::Value;

fn or_dash(value: &Option<impl Display>) -> String {
    value.as_ref().map_or("-".to_owned(), ToString::to_string)
}

/// A route as one line of words.
fn ours(route: &Route) -> String {
    let mut flags: Vec<_> = route.flags.as_deref().unwrap().split(',').collect();
    flags.sort_unstable();
    let numbers = [route.mtu, route.mss, route.window, route.rtt];
    [
        format!("{}/{}", route.destination, route.prefix_length),
        or_dash(&route.gateway),
        or_dash(&route.interface.as_ref().map(|name| name.display())),
        route.metric.to_string(),
        or_dash(&route.source),
        or_dash(&route.kind),
        or_dash(&route.table),
        or_dash(&route.protocol),
        or_dash(&route.scope),
        or_dash(&route.weight),
        flags.join(","),
        numbers.each_ref().map(or_dash).join(" "),
    ]
    .join(" ")
}

/// The same of what `ip -j -d route` says: a line for each way.
fn theirs(said: &Value, is_six: bool) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let bits = if is_six { 128 } else { 32 };
    let destination = match said["dst"].as_str().unwrap() {
        "default" if is_six => "::/0".to_owned(),
        "default" => "0.0.0.0/0".to_owned(),
        network if network.contains('/') => network.to_owned(),
        address => format!("{address}/{bits}"),
    };
    let table = match said["table"].as_str() {
        None | Some("main") => "254".to_owned(),
        Some("local") => "255".to_owned(),
        Some("default") => "253".to_owned(),
        Some(number) => number.to_owned(),
    };
    let metrics = &said["metrics"][0];
    let several = said["nexthops"].as_array().cloned();
    let ways = several.clone().unwrap_or_else(|| vec![said.clone()]);
    let line = |way: &Value| {
        let gateway = if way["via"].is_object() { &way["via"]["host"] } else { &way["gateway"] };
        let mut flags: Vec<_> =
            way["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap()).collect();
        flags.sort_unstable();
        [
            destination.clone(),
            text(gateway),
            text(&way["dev"]),
            said["metric"].as_u64().unwrap_or(0).to_string(),
            text(&said["prefsrc"]),
            said["type"].as_str().unwrap_or("unicast").to_owned(),
            table.clone(),
            text(&said["protocol"]),
            if is_six { "-".to_owned() } else { text(&said["scope"]) },
            if several.is_some() { text(&way["weight"]) } else { "-".to_owned() },
            flags.join(","),
            ["mtu", "advmss", "window", "rtt"].map(|name| text(&metrics[name])).join(" "),
        ]
        .join(" ")
    };
    ways.iter().map(line).collect()
}

/// What `ip` lists of one version; `None`, with a word about it, where it cannot.
fn told(version: &str, tables: &[&str]) -> Option<Vec<String>> {
    let question = [&[version, "-j", "-d", "route", "show"], tables].concat();
    let said = common::output("ip", &question)?;
    let said: Value =
        serde_json::from_str(if said.trim().is_empty() { "[]" } else { &said }).unwrap();
    let rows = said.as_array().unwrap().iter();
    Some(rows.flat_map(|row| theirs(row, version == "-6")).collect())
}

#[test]
fn routes_equal_those_of_ip() {
    for (which, tables) in [(Routes::Main, &[][..]), (Routes::All, &["table", "all"])] {
        eventually(|| {
            let Some(mut expected) = told("-4", tables) else { return Ok(()) };
            let Some(six) = told("-6", tables) else { return Ok(()) };
            expected.extend(six);
            let mut found: Vec<_> = Host::local().routes(which).unwrap().iter().map(ours).collect();
            expected.sort();
            found.sort();
            // Older versions of `ip` list the local IPv6 table twice.
            expected.dedup();
            found.dedup();
            if found == expected { Ok(()) } else { Err(format!("{found:#?} {expected:#?}")) }
        });
    }
}

#[test]
fn a_captured_answer_is_read_as_the_kernels_own() {
    eventually(|| {
        let machine = common::Machine::captured()
            .file("answers/rtm_getlink.bin", psight::net::capture_links().unwrap())
            .file("answers/rtm_getroute.bin", psight::net::capture_routes().unwrap());
        let captured = machine.host().routes(Routes::All).unwrap();
        let own = Host::local().routes(Routes::All).unwrap();
        if captured == own { Ok(()) } else { Err(format!("{captured:?} {own:?}")) }
    });
}

/// Routes of many sorts; a kernel that lacks one goes on without it.
const MANY_ROUTES: &str = "
    ip link set lo up
    ip link add nic0 type veth peer name nic1 || ip link add nic0 type dummy
    ip link add nic1 type dummy
    ip link set nic0 up
    ip link set nic1 up
    ip addr add 192.0.2.2/24 dev nic0
    ip addr add 198.51.100.2/24 dev nic1
    ip addr add 2001:db8::2/64 dev nic0 nodad
    ip route add default via 192.0.2.1 dev nic0 proto dhcp src 192.0.2.2 metric 100
    ip route add 203.0.113.0/24 nexthop via 192.0.2.1 dev nic0 weight 3 \
        nexthop via 198.51.100.1 dev nic1 onlink
    ip route add 10.9.0.0/16 via inet6 2001:db8::1 dev nic0
    ip route add unreachable 10.8.0.0/16
    ip route add blackhole 10.7.0.7
    ip route add prohibit 10.6.0.0/16 metric 7
    ip route add throw 10.5.0.0/16
    ip route add 10.4.0.0/16 dev nic1 scope link mtu 1400 window 20000 advmss 1360 rtt 50ms
    ip route add 10.3.0.3 via 192.0.2.1 proto 77
    ip route add 10.2.0.0/16 dev nic0 table 1000
    ip -6 route add default via 2001:db8::1 dev nic0 metric 1024
    ip -6 route add 2001:db8:5::/48 nexthop via 2001:db8::1 dev nic0 weight 2 \
        nexthop via fe80::1 dev nic1
    ip -6 route add unreachable 2001:db8:6::/48
    ip -6 route add blackhole 2001:db8:7::7
    exec \"$0\" --exact routes_equal_those_of_ip a_captured_answer_is_read_as_the_kernels_own \
        there_are_routes_of_many_sorts
";

const MANY_FOR_A_TEST: &str = "PSIGHT_TEST_ROUTES";

/// Not a test: what the next one starts in a namespace of its own.
#[test]
fn there_are_routes_of_many_sorts() {
    if std::env::var_os(MANY_FOR_A_TEST).is_none() {
        return;
    }
    let routes = Host::local().routes(Routes::Main).unwrap();
    let ours = |network: &str| -> Vec<String> {
        let lines = routes.iter().map(ours);
        lines.filter(|line| line.starts_with(&format!("{network} "))).collect()
    };
    if ours("192.0.2.0/24").is_empty() {
        return eprintln!("skipped: this kernel has neither veth nor dummy");
    }
    let default = "0.0.0.0/0 192.0.2.1 nic0 100 192.0.2.2 unicast 254 dhcp global -  - - - -";
    assert_eq!(ours("0.0.0.0/0"), [default]);
    assert_eq!(ours("203.0.113.0/24").len(), 2);
    assert!(ours("10.8.0.0/16")[0].starts_with("10.8.0.0/16 - - 0 - unreachable 254 boot"));
    let sixes = routes.iter().skip_while(|route| route.family == Family::Inet);
    assert!(sixes.clone().count() > 3);
    assert!(sixes.into_iter().all(|route| route.family == Family::Inet6), "IPv4 first");
}

#[test]
fn routes_of_every_sort_equal_those_of_ip() {
    let Some(output) = network::in_its_own(MANY_ROUTES, MANY_FOR_A_TEST) else { return };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("3 passed"), "{said}");
}
