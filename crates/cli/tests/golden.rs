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
    ("ps-long", &["ps", "-ly"]),
    ("ps-bsd-l", &["ps", "l"]),
    ("ps-tree", &["ps", "--tree"]),
    ("ps-threads", &["ps", "-eLf"]),
    ("ps-threads-json", &["ps", "axH", "--json"]),
    ("ps-columns", &["ps", "--list-columns"]),
    ("ps-json", &["ps", "--json"]),
    ("ps-csv", &["ps", "--csv", "-o", "pid,name,rss,status"]),
    ("ionice", &["ionice", "-p", "1"]),
    ("kill", &["kill", "1", "bash", "nobody"]),
    ("kill-dry-run", &["kill", "--dry-run", "--tree", "--even-protected", "1"]),
    ("kill-spared", &["kill", "--dry-run", "--tree", "1", "bash"]),
    ("killall-json", &["killall", "--json", "--dry-run", "-r", "^s"]),
    ("lsof", &["lsof"]),
    ("lsof-80", &["lsof", "-i", "-U", "--width", "80"]),
    ("lsof-F", &["lsof", "-a", "-p", "1,2011,2345", "-d", "0-3,cwd", "-F"]),
    ("lsof-json", &["lsof", "-p", "1,2011,2345", "--json"]),
    ("pgrep-a", &["pgrep", "-a", "-u", "root", "-o"]),
    ("pgrep-count", &["pgrep", "-c", "-v", "-r", "S,I"]),
    ("pgrep-json", &["pgrep", "-f", "-n", "--json", "."]),
    ("pgrep-l", &["pgrep", "-l", "s.*d$"]),
    ("pgrep-t", &["pgrep", "-l", "-t", "pts/0"]),
    ("pidof", &["pidof", "systemd", "init", "bash", "sshd"]),
    ("pkill-dry-run", &["pkill", "--dry-run", "-x", "bash|sshd|init|systemd"]),
    ("pmap", &["pmap", "1", "2301"]),
    ("pmap-X", &["pmap", "-X", "1"]),
    ("pmap-json", &["pmap", "1", "--json"]),
    ("pmap-x", &["pmap", "-x", "1", "2301"]),
    ("prlimit", &["prlimit", "--pid", "1"]),
    ("prlimit-json", &["prlimit", "--pid", "1", "--json"]),
    ("prlimit-several", &["prlimit", "--pid", "bash,sshd", "--nofile", "--core", "--stack"]),
    ("procinfo", &["procinfo", "1"]),
    ("procinfo-json", &["procinfo", "1", "--json"]),
    ("procinfo-v", &["procinfo", "-v", "2301"]),
    ("procsmem", &["procsmem"]),
    ("procsmem-json", &["procsmem", "--json"]),
    ("pstree", &["pstree"]),
    ("pstree-U", &["pstree", "-pU"]),
    ("pstree-a", &["pstree", "-aut", "0"]),
    ("pstree-json", &["pstree", "--json"]),
    ("renice", &["renice", "-n", "5", "--dry-run", "1", "bash", "sshd"]),
    ("taskset", &["taskset", "-pc", "1"]),
    ("taskset-json", &["taskset", "-p", "--tree", "--json", "1"]),
    ("free", &["free"]),
    ("free-h", &["free", "-h", "-t", "-w"]),
    ("free-L", &["free", "-L", "--mega"]),
    ("free-json", &["free", "--json"]),
    ("df", &["df"]),
    ("df-hT", &["df", "-hT", "--total"]),
    ("df-output", &["df", "-h", "--output"]),
    ("df-B", &["df", "-BM", "--total"]),
    ("df-i", &["df", "-i"]),
    ("df-json", &["df", "-a", "--json"]),
    ("netstat", &["netstat", "-anp"]),
    ("netstat-listening", &["netstat", "-tuln"]),
    ("netstat-xl", &["netstat", "-xlp"]),
    ("netstat-e", &["netstat", "-tuxe", "established", "listen"]),
    ("netstat-i", &["netstat", "-i"]),
    ("netstat-r", &["netstat", "-46rn"]),
    ("netstat-s", &["netstat", "-st"]),
    ("netstat-s-json", &["netstat", "-su", "--json"]),
    ("netstat-r-json", &["netstat", "-46ra", "--json"]),
    ("netstat-ree", &["netstat", "-ree"]),
    ("top", &["top", "-b"]),
    ("top-80", &["top", "-bc", "-n", "1", "-t", "--width", "80"]),
    ("top-root", &["top", "-b1", "-n1", "-o", "-PID", "-u", "root", "--color", "always"]),
    ("top-json", &["top", "--json"]),
    ("netstat-json", &["netstat", "-ap", "--json"]),
    ("ifconfig", &["ifconfig", "-a"]),
    ("ifconfig-s", &["ifconfig", "-s"]),
    ("ifconfig-json", &["ifconfig", "-a", "--json"]),
    ("nettop", &["nettop"]),
    ("nettop-json", &["nettop", "--json"]),
    ("iostat", &["iostat", "-t"]),
    ("iostat-x", &["iostat", "-x", "-p", "ALL"]),
    ("iostat-x-80", &["iostat", "-xd", "--width", "80"]),
    ("iostat-o-json", &["iostat", "-x", "-o", "JSON"]),
    ("iostat-json", &["iostat", "--json"]),
    ("iotop", &["iotop"]),
    ("iotop-json", &["iotop", "--json"]),
    ("cpu", &["cpu"]),
    ("cpu-json", &["cpu", "--json"]),
    ("uptime", &["uptime"]),
    ("uptime-p", &["uptime", "-p"]),
    ("uptime-s", &["uptime", "-s"]),
    ("uptime-json", &["uptime", "--json"]),
    ("who", &["who"]),
    ("who-bu", &["who", "-b", "-u", "-H"]),
    ("who-q", &["who", "-q"]),
    ("who-json", &["who", "--json"]),
    ("w", &["w"]),
    ("w-80", &["w", "-s", "--width", "80"]),
    ("w-json", &["w", "--json"]),
    ("meminfo", &["meminfo"]),
    ("sensors", &["sensors"]),
    ("sensors-f", &["sensors", "-f", "nvme", "--width", "40"]),
    ("sensors-json", &["sensors", "-j"]),
    ("temperatures", &["temperatures"]),
    ("temperatures-csv", &["temperatures", "--csv"]),
    ("fans", &["fans"]),
    ("fans-json", &["fans", "--json"]),
    ("battery", &["battery"]),
    ("battery-json", &["battery", "--json"]),
    ("doctor", &["doctor"]),
    ("doctor-60", &["doctor", "--width", "60"]),
    ("doctor-json", &["doctor", "--json"]),
    ("meminfo-json", &["meminfo", "--json"]),
];

/// Commands that say nothing of a machine.
const NOT_OF_A_MACHINE: &[&str] = &["completions", "man", "nice", "tty"];

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
