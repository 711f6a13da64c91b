//! The command on Windows: every view prints something, and what it prints for programs can be parsed.
#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

fn psight(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_psight")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&psight(arguments)).unwrap()
}

#[test]
fn the_overview_names_the_system_and_this_process() {
    let text = psight(&[]);
    assert!(text.contains("Windows") && text.contains("CPU") && text.contains("Memory"), "{text}");
    assert!(text.contains("psight.exe"), "{text}");
    assert!(json(&["--json"]).is_object());
}

#[test]
fn ps_lists_the_command_itself() {
    assert!(psight(&["ps"]).contains("psight.exe"));
    let rows = json(&["ps", "--json"]);
    let own = rows.as_array().unwrap().iter().find(|row| row["name"] == "psight.exe").unwrap();
    assert!(own["rss"].as_u64() > Some(1 << 20));
    // The ordinary priority class is a number above 0, and no sign of a low priority.
    let own = psight(&["ps", "-o", "stat,command"]);
    assert!(own.lines().any(|line| line.starts_with("R ") || line.starts_with("Rl ")), "{own}");
}

#[test]
fn free_has_the_memory_of_the_machine() {
    assert!(psight(&["free"]).contains("Mem:"));
    assert!(json(&["free", "--json"])["memory"]["total"].as_u64() > Some(1 << 26));
}

#[test]
fn df_has_the_drive_of_windows() {
    assert!(psight(&["df"]).contains(r"C:\"));
    let rows = json(&["df", "--json"]);
    let rows = rows.as_array().unwrap();
    assert!(rows.iter().any(|row| row["mountpoint"] == r"C:\" && row["total"].as_u64() > Some(0)));
}

#[test]
fn netstat_has_a_socket_that_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert!(psight(&["netstat", "-an"]).contains(&address));
    let rows = json(&["netstat", "-a", "--json"]);
    assert!(rows.as_array().unwrap().iter().any(|row| row["laddr"] == address));
}

#[test]
fn services_are_listed_and_each_is_told_in_full() {
    let rows = json(&["services", "--json"]);
    let rows = rows.as_array().unwrap();
    let first = rows[0]["name"].as_str().unwrap();
    assert!(rows.iter().all(|row| row["status"].is_string() && row["binpath"] != ""));
    assert!(psight(&["services"]).lines().any(|line| line.starts_with(first)));
    let told = psight(&["services", first]);
    assert!(told.contains("display_name") && told.contains(first), "{told}");
    let running = json(&["services", "--running", "--json"]);
    assert!(running.as_array().unwrap().iter().all(|row| row["status"] == "running"));
}
