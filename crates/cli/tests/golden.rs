//! What every command prints about every captured machine. `UPDATE_GOLDEN=1 cargo test -p psight-cli --test golden`
//! writes the files anew; read the difference before you commit it.
#![allow(clippy::expect_used, reason = "it is test code")]

mod common;

use std::fs;

const COMMANDS: &[(&str, &[&str])] = &[
    ("overview", &["overview"]),
    ("overview-80", &["overview", "--width", "80"]),
    ("overview-40", &["overview", "--width", "40"]),
    ("overview-json", &["overview", "--json"]),
    ("ps", &["ps"]),
    ("ps-aux-80", &["ps", "aux", "--width", "80"]),
    ("ps-f", &["ps", "-ef"]),
    ("ps-tree", &["ps", "--tree"]),
    ("ps-json", &["ps", "--json"]),
    ("ps-csv", &["ps", "--csv", "-o", "pid,name,rss,status"]),
    ("free", &["free"]),
    ("free-h", &["free", "-h", "-t", "-w"]),
    ("free-json", &["free", "--json"]),
    ("df", &["df"]),
    ("df-hT", &["df", "-hT", "--total"]),
    ("df-i", &["df", "-i"]),
    ("df-json", &["df", "-a", "--json"]),
    ("netstat", &["netstat", "-tuxanp"]),
    ("netstat-listening", &["netstat", "-tuln"]),
    ("netstat-i", &["netstat", "-i"]),
    ("top", &["top", "-b"]),
    ("top-80", &["top", "-bc", "-n", "1", "-t", "--width", "80"]),
    ("top-root", &["top", "-b1", "-n1", "-o", "-PID", "-u", "root", "--color", "always"]),
    ("top-json", &["top", "--json"]),
    ("netstat-json", &["netstat", "-ap", "--json"]),
];

/// Commands that say nothing of a machine.
const NOT_OF_A_MACHINE: &[&str] = &["completions", "man"];

#[test]
fn no_command_is_left_out() {
    for name in common::commands() {
        let listed = COMMANDS.iter().any(|(_, arguments)| arguments.contains(&name.as_str()));
        assert!(listed != NOT_OF_A_MACHINE.contains(&name.as_str()), "{name}");
    }
}

#[test]
fn t80_every_command_says_the_same_of_every_captured_machine() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut different = Vec::new();
    for machine in common::machines() {
        let root = common::relative(&machine);
        let name = machine.file_name().expect("a folder with a name");
        let folder = common::project().join("crates/cli/tests/golden").join(name);
        if update {
            fs::create_dir_all(&folder).expect("a folder");
        }
        for (command, arguments) in COMMANDS {
            let said = said(&root, arguments);
            let path = folder.join(format!("{command}.txt"));
            if update {
                fs::write(&path, said).expect("a file");
            } else if fs::read_to_string(&path).ok().as_deref() != Some(&said) {
                different.push(format!("{}:\n{said}", path.display()));
            }
        }
    }
    assert!(
        different.is_empty(),
        "{} outputs differ; if they should, UPDATE_GOLDEN=1 writes them anew\n{}",
        different.len(),
        different.join("\n")
    );
}

/// Standard output, then standard error if anything is in it.
fn said(root: &str, arguments: &[&str]) -> String {
    let output = common::run(&[&["--root", root], arguments].concat());
    let mut said = String::from_utf8(output.stdout).expect("UTF-8");
    if !output.stderr.is_empty() {
        said.push_str("--- standard error\n");
        said.push_str(&String::from_utf8(output.stderr).expect("UTF-8"));
    }
    said
}
