//! `psight --bpf` against psight without it, about processes that the test has started: the same answers, and where BPF is
//! refused nothing but those.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Output};

use common::beside::{Sleeper, eventually, json};
use common::{command, machines, relative, run};
use serde_json::Value;

/// Whether this kernel lets this user read through BPF; a word about it where not.
fn is_usable() -> bool {
    let told = json(&["doctor", "--json"]);
    let usable = told["bpf"]["usable"] == Value::Bool(true);
    if !usable {
        eprintln!("skipped: {}", told["bpf"]["refusal"]);
    }
    usable
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// What a command prints, what it complains about, and how it ends.
fn all(output: Output) -> (String, String, Option<i32>) {
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// That a word on standard error says the answer came through BPF, which is left out.
fn through_bpf(output: Output) -> (String, Option<i32>) {
    let (printed, told, code) = all(output);
    assert!(told.starts_with("psight: BPF: ") && told.contains(" came through it"), "{told}");
    (printed, code)
}

fn plain(output: Output) -> (String, Option<i32>) {
    let (printed, _, code) = all(output);
    (printed, code)
}

#[test]
fn a_table_of_processes_is_the_same() {
    if !is_usable() {
        return;
    }
    let sleepers = [Sleeper::new(), Sleeper::new(), Sleeper::new()];
    let pids: Vec<_> = sleepers.iter().map(Sleeper::pid).collect();
    // Of the whole table, because nobody loads a program for three rows.
    let own = |(printed, code): (String, Option<i32>)| {
        let is_own = |line: &&str| {
            let mut words = line.split([' ', ':', ',', '"']).filter(|word| !word.is_empty());
            words
                .find(|word| word.parse::<u32>().is_ok())
                .is_some_and(|pid| pids.contains(&pid.into()))
        };
        (printed.lines().filter(is_own).map(str::to_owned).collect::<Vec<_>>(), code)
    };
    let columns = "pid,ppid,pgid,sid,user,ruser,ni,nlwp,stat,tty,lstart,comm,args";
    for arguments in [&["ps", "-eo", columns][..], &["ps", "-e", "--ndjson"]] {
        let with = [&["--bpf=tell"], arguments].concat();
        eventually(|| own(through_bpf(run(&with))), || own(plain(run(arguments))));
        assert_eq!(own(through_bpf(run(&with))).0.len(), sleepers.len());
    }
    let own = std::process::id().to_string();
    // Other tests of this program have children too.
    eventually(
        || through_bpf(run(&["--bpf=tell", "pgrep", "-P", &own, "-x", "sleep"])),
        || plain(run(&["pgrep", "-P", &own, "-x", "sleep"])),
    );
}

#[test]
fn the_owners_of_sockets_are_the_same() {
    if !is_usable() {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let server = listener.accept().unwrap().0;
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    let ours = format!(" {}/", std::process::id());
    let own = |printed: &str| -> Vec<String> {
        printed.lines().filter(|line| line.contains(&ours)).map(str::to_owned).collect()
    };
    eventually(
        || own(&through_bpf(run(&["--bpf=tell", "netstat", "-anp"])).0),
        || own(&plain(run(&["netstat", "-anp"])).0),
    );
    let told = own(&through_bpf(run(&["--bpf=tell", "netstat", "-anp"])).0);
    for port in [
        listener.local_addr().unwrap().port(),
        client.local_addr().unwrap().port(),
        datagrams.local_addr().unwrap().port(),
    ] {
        assert!(told.iter().any(|line| line.contains(&format!(":{port} "))), "{port}: {told:?}");
    }
    drop(server);
}

#[test]
fn what_a_process_has_open_is_the_same_and_needs_no_program() {
    let sleeper = Sleeper::new();
    let pid = sleeper.pid();
    let (printed, told, code) = all(run(&["--bpf=tell", "lsof", "-p", &pid]));
    assert_eq!((printed, code), plain(run(&["lsof", "-p", &pid])));
    assert!(told.contains("psight: BPF: nothing of this is read through it\n"), "{told}");
}

#[test]
fn nothing_is_loaded_for_what_is_not_read_so() {
    for arguments in [&["free"][..], &["df"], &["pmap", "1"], &["uptime"]] {
        let told = text(run(&[&["--bpf=tell"], arguments].concat()).stderr);
        assert!(told.contains("psight: BPF: nothing of this is read through it\n"), "{told}");
    }
}

#[test]
fn the_environment_asks_for_it_also_where_a_link_has_the_name_of_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("ps");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_psight"), &link).unwrap();
    let told = |arguments: &[&str], value: &str| {
        let mut command = Command::new(&link);
        let output = command.args(arguments).env_clear().env("PSIGHT_BPF", value).output();
        text(output.unwrap().stderr)
    };
    for (arguments, value) in [
        (&["aux"][..], "tell"),
        (&["--bpf=tell", "aux"], ""),
        (&["aux", "--bpf=tell"], "0"),
        (&["--bpf=tell"], "1"),
    ] {
        let told = told(arguments, value);
        assert!(told.contains("psight: BPF: "), "{arguments:?} {value}: {told}");
    }
    for (arguments, value) in [
        (&["aux"][..], ""),
        (&["aux"], "0"),
        (&["aux"], "1"),
        (&["aux", "--bpf"], ""),
        (&["aux", "--bpf=no"], "tell"),
    ] {
        let told = told(arguments, value);
        assert!(!told.contains("BPF"), "{arguments:?} {value}: {told}");
    }
}

#[test]
fn a_captured_machine_is_read_as_ever() {
    for machine in machines() {
        let root = relative(&machine);
        for arguments in [&["ps", "aux"][..], &["netstat", "-anp"], &["lsof"], &["pstree"]] {
            let arguments = [&["--root", &root], arguments].concat();
            let (one, other) = (run(&arguments), run(&[&["--bpf"], &arguments[..]].concat()));
            assert_eq!(all(other), all(one), "{arguments:?}");
        }
        let told = text(run(&["--root", &root, "--bpf=tell", "ps", "aux"]).stderr);
        assert!(told.contains("psight: BPF: read from /proc instead ("), "{told}");
    }
}

#[test]
fn nobody_gets_the_same_answers_and_exit_codes() {
    const NOBODY: u32 = 65534;
    let sleeper = Sleeper::new();
    let pid = sleeper.pid();
    let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
    // Whoever is not root is as good as nobody.
    let as_nobody = |arguments: &[&str]| {
        let mut command = command(arguments);
        if is_root {
            command.uid(NOBODY).gid(NOBODY);
        }
        let output = command.output();
        output.inspect_err(|error| eprintln!("skipped: no program as nobody: {error}")).ok()
    };
    let Some(output) = as_nobody(&["doctor", "--json"]) else { return };
    let doctor: Value = serde_json::from_slice(&output.stdout).unwrap();
    if doctor["bpf"]["usable"] == Value::Bool(true) {
        eprintln!("skipped: here nobody may load programs");
        return;
    }
    for arguments in [
        &["ps", "-o", "pid,user,args", "-p", &pid][..],
        &["pgrep", "-x", "no-such-name"],
        &["lsof", "-p", &pid],
    ] {
        let one = as_nobody(arguments).unwrap();
        let other = as_nobody(&[&["--bpf"], arguments].concat()).unwrap();
        assert_eq!(all(other), all(one), "{arguments:?}");
    }
    let told = text(as_nobody(&["--bpf=tell", "ps", "aux"]).unwrap().stderr);
    assert!(told.contains("psight: BPF: read from /proc instead ("), "{told}");
}
