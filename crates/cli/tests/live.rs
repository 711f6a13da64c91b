//! psight on the machine that runs the tests: against /proc, against the tools whose names its commands have, and
//! against processes that want to do harm.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::beside::json;
use common::beside::{self, words};
use common::{Ended, command, machines, printed, relative, run};
use serde_json::Value;

/// Asks until the answer is right or the time is up: the machine moves while it is looked at.
fn eventually<T: PartialEq + std::fmt::Debug>(one: impl Fn() -> T, other: impl Fn() -> T) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let (one, other) = (one(), other());
        if one == other {
            return;
        }
        assert!(Instant::now() < deadline, "{one:?} is not {other:?}");
    }
}

#[test]
fn every_command_speaks_json() {
    for arguments in [&["--json"][..], &["ps", "--json"], &["free", "--json"], &["df", "--json"]] {
        assert!(!json(arguments).is_null());
    }
    for arguments in [&["netstat", "-a", "--json"][..], &["netstat", "-i", "--json"]] {
        assert!(json(arguments).is_array());
    }
}

#[test]
fn there_are_as_many_rows_as_processes() {
    let listed = || -> BTreeSet<u64> {
        let entries = fs::read_dir("/proc").unwrap();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        names.filter_map(|name| name.parse().ok()).collect()
    };
    // Those that are there before and after must be shown; others come and go while it looks.
    let missing_and_strange = || -> (Vec<u64>, Vec<u64>) {
        let before = listed();
        let output = command(&["ps", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
        let own = u64::from(output.id());
        let output = output.wait_with_output().unwrap();
        let after = listed();
        let rows: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        let shown: BTreeSet<u64> = rows.iter().map(|row| row["pid"].as_u64().unwrap()).collect();
        assert_eq!(shown.len(), rows.len(), "each once");
        let strange = |pid: &u64| *pid != own && !before.contains(pid) && !after.contains(pid);
        (
            before.intersection(&after).filter(|pid| !shown.contains(pid)).copied().collect(),
            shown.iter().copied().filter(strange).collect(),
        )
    };
    eventually(missing_and_strange, Default::default);
}

#[test]
fn memory_is_what_the_kernel_says() {
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap();
    let kib: u64 = meminfo.split_whitespace().nth(1).unwrap().parse().unwrap();
    let memory = json(&["free", "--json"]);
    assert_eq!(memory["memory"]["total"], kib * 1024);
    assert_eq!(json(&["--json"])["memory"]["total"], kib * 1024);
}

#[test]
fn a_socket_that_listens_is_shown_with_its_owner() {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let own = std::process::id();
    // Between fork and exec, a child that another test starts holds the socket as well.
    let for_programs = || {
        let rows = json(&["netstat", "-tlp", "--json"]);
        let row = rows.as_array().unwrap().iter().find(|row| row["laddr"] == address);
        row.map(|row| (row["status"].clone(), row["pid"].clone()))
    };
    eventually(for_programs, || Some(("LISTEN".into(), own.into())));
    let for_people = || {
        let lines = words(&printed(&["netstat", "-tlnp"]));
        let line = lines.into_iter().find(|words| words.contains(&address))?;
        Some((line[5].clone(), line[6].starts_with(&format!("{own}/"))))
    };
    eventually(for_people, || Some(("LISTEN".to_owned(), true)));
    assert!(!printed(&["netstat", "-t"]).contains(&address), "not without -l");
    assert!(!printed(&["netstat", "-ul"]).contains(&address), "nor of another protocol");
}

/// The words of each line of another program; `None`, with a word about it, where it is not installed.
fn told(program: &str, arguments: &[&str]) -> Option<Vec<Vec<String>>> {
    Some(words(&beside::told(program, arguments)?))
}

#[test]
fn free_says_what_procps_says() {
    let Some(version) = told("free", &["-V"]) else { return };
    // Before procps 4, used memory was what neither caches nor anybody's free memory is.
    if !version.concat().iter().any(|word| word.starts_with("4.")) {
        eprintln!("skipped: {version:?} counts used memory in another way");
        return;
    }
    // In large units, so that the two see the same now and then on a busy machine.
    for arguments in [
        &["-h"][..],
        &["-g", "-t"],
        &["-w", "-g"],
        &["-lg"],
        &["-vg"],
        &["-lvtw", "-g"],
        &["--si", "-h"],
    ] {
        let ours = || words(&printed(&[&["free"], arguments].concat()));
        eventually(ours, || told("free", arguments).unwrap());
    }
    // In small ones what does not change: all memory, all swap space.
    for arguments in [&["-b"][..], &["-k"], &["-m"], &["--si"]] {
        let totals = |lines: Vec<Vec<String>>| [lines[1][1].clone(), lines[2][1].clone()];
        let ours = totals(words(&printed(&[&["free"], arguments].concat())));
        assert_eq!(ours, totals(told("free", arguments).unwrap()), "{arguments:?}");
    }
}

#[test]
fn df_says_what_coreutils_says() {
    let here = std::env::temp_dir();
    let here = here.to_str().unwrap();
    if told("df", &[here]).is_none() {
        return;
    }
    for arguments in [
        &["-k"][..],
        &["-P"],
        &["-Ph"],
        &["-v"],
        &["--no-sync"],
        &["-h"],
        &["-H"],
        &["-i"],
        &["-T"],
        &["-hT", "--total"],
    ] {
        let arguments = [arguments, &[here]].concat();
        let ours = || words(&printed(&[&["df"], arguments.as_slice()].concat()));
        eventually(ours, || told("df", &arguments).unwrap());
    }
}

#[test]
fn the_options_of_ps_mean_what_they_mean() {
    let own = std::process::id().to_string();
    // The kernel cuts names after 15 bytes, psight does not.
    let start = fs::read_to_string("/proc/self/comm").unwrap();
    let name = printed(&["ps", "-p", &own, "-o", "comm="]);
    assert!(name.starts_with(start.trim()) && name.lines().count() == 1, "{name}");
    assert_eq!(printed(&["ps", "-o", "pid=,ppid=", &own]).split_whitespace().next(), Some(&*own));
    let heads = |arguments: &[&str]| words(&printed(arguments)).swap_remove(0).join(" ");
    assert_eq!(heads(&["ps", "aux"]), "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND");
    assert!(heads(&["ps", "-ef"]).starts_with("UID PID PPID"));
    assert!(heads(&["ps", "axjf"]).starts_with("PPID PID PGID SID TTY"));
    let sorted = json(&["ps", "-eo", "rss", "--sort=-%mem", "--json"]);
    let sizes: Vec<u64> =
        sorted.as_array().unwrap().iter().map(|row| row["rss"].as_u64().unwrap()).collect();
    assert!(sizes.is_sorted_by(|one, other| one >= other), "{sizes:?}");
}

#[test]
fn output_that_is_no_terminal_is_never_cut() {
    let long = "x".repeat(5000);
    let child = Command::new("sleep").arg("1000").arg0(format!("sleep {long}")).spawn().unwrap();
    let child = Ended(child);
    let pid = child.0.id().to_string();
    let shown = || {
        let output = command(&["ps", "-fp", &pid]).env("COLUMNS", "40").output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains(&long)
    };
    eventually(shown, || true);
}

/// What a terminal would obey, in a name that is a file's.
fn hostile() -> OsString {
    OsString::from_vec(b"\x1b[2J\n\x07\x9b\xe2\x80\xae\t\xc2\x9b".to_vec())
}

fn harmless(text: &str) -> bool {
    !text.chars().any(|char| {
        char != '\n' && char.is_control()
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}')
    })
}

#[test]
fn t81_a_hostile_name_is_shown_and_not_obeyed_in_every_column() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join(hostile());
    fs::create_dir(&place).unwrap();
    let program = place.join(hostile());
    // By another process: what this one has open for writing, a child that another test starts just then has as well,
    // and nobody may run a file that is open for writing.
    let copied = Command::new("cp").arg(which("sh")).arg(&program).status().unwrap();
    assert!(copied.success());
    // It waits for a line that never comes.
    let mut shell = Command::new(&program);
    shell.args(["-c", "read line"]).arg(hostile()).current_dir(&place).stdin(Stdio::piped());
    let Ok(child) = shell.spawn().map(Ended) else {
        eprintln!("skipped: programs in {} may not be started", folder.path().display());
        return;
    };
    let pid = child.0.id().to_string();
    let every = "pid,name,exe,cwd,cmdline,username,terminal,status";
    for arguments in [
        &["ps", "-fp", &pid][..],
        &["ps", "--tree", "-o", every, "-p", &pid],
        &["ps", "-o", every, "-p", &pid, "--width", "200"],
        &["ps", "aux", &pid],
        &["overview", "-n", "100000", "--width", "200"],
    ] {
        let output = printed(arguments);
        assert!(harmless(&output), "{arguments:?}: {output:?}");
        let lines = output.lines().filter(|line| line.contains("\\x1b[2J\\n"));
        assert_eq!(lines.count(), 1, "{arguments:?}: {output}");
    }
    let row = &json(&["ps", "--json", "-o", "name,cmdline", "-p", &pid])[0];
    let hex: String = hostile().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(row["cmdline"][3]["bytes"], hex, "programs get every byte");
}

#[test]
fn t81_nor_in_a_complaint() {
    let (option, path) = (b"--\x1b[2J\x9b", b"/\x1b[2J\x9b");
    let (option, path) = (OsStr::from_bytes(option), OsStr::from_bytes(path));
    for arguments in [[OsStr::new("ps"), option], [OsStr::new("df"), path]] {
        let output = command(&[]).args(arguments).output().unwrap();
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert!(harmless(&complaint), "{complaint:?}");
        // What parses the options drops what it cannot show.
        assert!(arguments[0] == "ps" || complaint.contains("\\x1b[2J\\x9b"), "{complaint}");
    }
}

fn which(program: &str) -> std::path::PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .unwrap()
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    for arguments in [&["ps"][..], &["ps", "--json"], &["ps", "--csv"], &["--json"], &["df"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        assert_eq!(complaint, "", "{arguments:?}");
    }
}

#[test]
fn the_exit_code_says_what_happened() {
    let code = |arguments: &[&str]| run(arguments).status.code();
    assert_eq!(code(&["free"]), Some(0));
    assert_eq!(code(&["ps", "--no-such-option"]), Some(2));
    assert_eq!(code(&["ps", "-o", "shoe_size"]), Some(2));
    assert_eq!(code(&["free", "--csv"]), Some(2));
    assert_eq!(code(&["ps", "-p", "4194305"]), Some(1));
    assert_eq!(code(&["--root", "/no/such/folder", "free"]), Some(1));
    assert_eq!(code(&["df", "/no/such/file"]), Some(1));
}

#[test]
fn what_could_not_be_read_is_told_once_and_strict_fails() {
    let root = tempfile::tempdir().unwrap();
    let file = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    file("facts.toml", "page_size = 4096\nticks_per_second = 100\ncaptured_at = 1700000000\n");
    file("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 500 kB\nMemAvailable: 600 kB\n");
    let root = root.path().to_str().unwrap();
    let lenient = run(&["--root", root, "free"]);
    assert_eq!(lenient.status.code(), Some(0));
    assert!(String::from_utf8(lenient.stdout).unwrap().contains("Mem:"));
    let told = String::from_utf8(lenient.stderr).unwrap();
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("swap space"), "{told}");
    assert_eq!(run(&["--root", root, "--strict", "free"]).status.code(), Some(1));
}

#[test]
fn the_overview_tells_what_is_short() {
    let root = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let section = |name: &str| {
        let output = run(&["--root", root.path().to_str().unwrap(), "--width", "80", "overview"]);
        let output = String::from_utf8(output.stdout).unwrap();
        output.lines().find_map(|line| line.strip_prefix(name)).map(|line| line.trim().to_owned())
    };
    file("facts.toml", "page_size = 4096\nticks_per_second = 100\ncaptured_at = 1700000000\n");
    file("proc/meminfo", "MemTotal: 4194304 kB\nMemFree: 1 kB\nMemAvailable: 1 kB\n");
    file("proc/1/stat", "1 (init) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n");
    file("proc/1/cgroup", "0::/job\n");
    file("proc/1/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n");
    file("sys/devices/system/cpu/online", "0-7\n");
    file("proc/pressure/cpu", "some avg10=0.10 avg60=2.00 avg300=3.00 total=4\n");
    assert_eq!((section("Limits"), section("Waiting")), (None, None));
    file("proc/pressure/cpu", "some avg10=42.40 avg60=2.00 avg300=3.00 total=4\n");
    file("proc/pressure/io", "some avg10=7.50 avg60=2.00 avg300=3.00 total=4\n");
    assert_eq!(section("Waiting").unwrap(), "for CPU 42 %   for disks 8 %   of the last 10 s");
    file("sys/fs/cgroup/job/cpu.max", "150000 100000\n");
    assert_eq!(section("Limits").unwrap(), "1.5 CPUs");
    file("sys/fs/cgroup/job/memory.max", "536870912\n");
    file("sys/fs/cgroup/job/memory.current", "268435456\n");
    assert_eq!(section("Limits").unwrap(), "1.5 CPUs   256 of 512 MiB of memory");
}

#[test]
fn no_line_is_wider_than_it_may_be() {
    let roots = machines().into_iter().map(|machine| relative(&machine)).chain(["/".to_owned()]);
    for root in roots {
        for width in ["0", "1", "10", "40", "79"] {
            for name in ["overview", "ps", "free", "df"] {
                let output = printed(&["--root", &root, "--width", width, name]);
                assert!(!output.is_empty(), "{name} at {width}");
                let limit: usize = width.parse().unwrap();
                for line in output.lines() {
                    let columns = unicode_width::UnicodeWidthStr::width(line);
                    assert!(columns <= limit, "{name} at {width}: {line}");
                }
            }
        }
    }
}

#[test]
fn colour_is_asked_for_and_adds_nothing_else() {
    for machine in machines() {
        let root = relative(&machine);
        for name in ["overview", "ps", "df"] {
            let plain = printed(&["--root", &root, name]);
            let painted = printed(&["--root", &root, "--color", "always", name]);
            assert!(!plain.contains('\x1b') && painted.contains("\x1b["));
            assert_eq!(unpainted(&painted), plain, "{name}");
        }
    }
}

fn unpainted(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    let trimmed = plain.lines().map(str::trim_end);
    trimmed.fold(String::new(), |all, line| all + line + "\n")
}
