//! What psight shows of the machine beside net-tools, iproute2, sysstat, procps and coreutils.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::collections::BTreeSet;

use common::beside::{eventually, json, told, words};
use common::{printed, run};

/// What follows `word` in the text, up to the next blank.
fn after<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    text.split_once(word)?.1.split_whitespace().next()
}

#[test]
fn ifconfig_has_the_addresses_and_counters_that_net_tools_has() {
    if told("ifconfig", &["-a"]).is_none() {
        return;
    }
    // Less what psight leaves out (queue length, scope) and what each writes in its own way (the flags' number, sizes).
    let kept = |text: String| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| {
            let line = line.trim();
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.first().copied() {
                Some("inet") => Some(words.join(" ")),
                Some("inet6") => {
                    let address = words.get(1)?.split('%').next()?;
                    Some(format!("inet6 {address} {}", words.get(2..4)?.join(" ")))
                }
                Some("ether") => Some(words.get(..2)?.join(" ")),
                Some("RX" | "TX") if words.get(1) == Some(&"packets") => {
                    Some(words.get(..5)?.join(" "))
                }
                Some("RX" | "TX") => Some(words.join(" ")),
                _ => Some(format!("{} {}", words.first()?, after(line, "mtu ")?)),
            }
        });
        lines.collect()
    };
    eventually(|| kept(printed(&["ifconfig", "-a"])), || kept(told("ifconfig", &["-a"]).unwrap()));
}

#[test]
fn the_short_table_is_net_tools_table_under_both_its_names() {
    for (program, arguments) in [("ifconfig", ["-s", "-a"]), ("netstat", ["-i", "-a"])] {
        let Some(_) = told(program, &arguments) else { continue };
        let rows = |text: String| -> Vec<Vec<String>> {
            let rows = words(&text);
            rows.into_iter()
                .filter(|row| row.first().is_some_and(|first| first != "Kernel"))
                .collect()
        };
        let ours = || rows(printed(&[&[program], arguments.as_slice()].concat()));
        eventually(ours, || rows(told(program, &arguments).unwrap()));
    }
}

#[test]
fn an_interface_that_is_not_there_fails_and_is_named() {
    let output = run(&["ifconfig", "no-such-0"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-0"), "{output:?}");
    assert_eq!(run(&["ifconfig", "-s"]).status.code(), Some(0));
}

#[test]
fn nettop_looks_once_where_nobody_watches_and_gives_rates() {
    let rows = json(&["nettop", "--json", "-d", "0.05"]);
    for row in rows.as_array().unwrap() {
        assert!(row["bytes_recv_per_sec"].as_f64().is_some_and(|rate| rate >= 0.0), "{row}");
        assert!(row["bytes_recv"].is_u64(), "{row}");
    }
    let text = printed(&["nettop", "-d", "0.05"]);
    assert_eq!(text.matches("INTERFACE").count(), 1, "{text}");
    let twice = printed(&["nettop", "-d", "0.05", "-n", "2"]);
    assert_eq!(twice.matches("INTERFACE").count(), 2, "{twice}");
}
