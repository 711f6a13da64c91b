//! `psight lsof` against lsof, about a process whose files do not move.
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]

mod common;

use std::fs::File;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::{Ended, printed, run};

/// A process that holds a file, a socket that listens and a Unix socket, and sleeps.
struct Holder {
    child: Ended,
    folder: tempfile::TempDir,
    port: u16,
}

impl Holder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        std::fs::write(&file, "twelve bytes").unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let unix = UnixListener::bind(folder.path().join("socket")).unwrap();
        let child = Command::new("sleep")
            .arg("1000")
            .current_dir(folder.path())
            .stdin(File::open(file).unwrap())
            .stdout(Stdio::from(OwnedFd::from(listener)))
            .stderr(Stdio::from(OwnedFd::from(unix)))
            .spawn()
            .unwrap();
        let child = Ended(child);
        let holder = Self { child, folder, port };
        holder.wait_for_its_program();
        holder
    }

    fn pid(&self) -> String {
        self.child.id().to_string()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("a file")
    }

    /// Between fork and exec a child has the descriptors of everybody.
    fn wait_for_its_program(&self) {
        let comm = format!("/proc/{}/comm", self.child.id());
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::fs::read_to_string(&comm).unwrap() != "sleep\n" {
            assert!(Instant::now() < deadline, "sleep never started");
        }
    }
}

/// What lsof says, and how it ends; `None`, with a word about it, where it is not installed.
fn told(arguments: &[&str]) -> Option<(String, Option<i32>)> {
    let Ok(output) = Command::new("lsof").args(arguments).env("LC_ALL", "C.UTF-8").output() else {
        eprintln!("skipped: there is no lsof");
        return None;
    };
    Some((String::from_utf8(output.stdout).unwrap(), output.status.code()))
}

fn said(arguments: &[&str]) -> (String, Option<i32>) {
    let output = run(&[&["lsof"], arguments].concat());
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// Both say the same and end the same way.
fn agree(arguments: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let Some(theirs) = told(arguments) else { return };
        let ours = said(arguments);
        if ours == theirs {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "{arguments:?}\nours: {:?}\n{}\ntheirs: {:?}\n{}",
            ours.1,
            ours.0,
            theirs.1,
            theirs.0
        );
    }
}

#[test]
fn a_process_holds_what_lsof_says_field_by_field() {
    let holder = Holder::new();
    for fields in ["-FpgRcuLfaltDsiknP", "-Fpfo", "-Fpcn", "-Ftsn", "-F0pfn", "-Fp", "-FpcL"] {
        agree(&["-nP", "-p", &holder.pid(), fields]);
    }
}

#[test]
fn a_table_of_files_is_the_one_of_lsof() {
    let holder = Holder::new();
    let pid = holder.pid();
    for more in [
        &["-d", "cwd,rtd,txt,mem"][..],
        &["-d", "0-1"],
        &["-d", "0-1", "-R"],
        &["-d", "cwd", "-R", "-g", "-l"],
        &["-d", "0,txt", "-o"],
        &["-d", "0,txt", "+L"],
        &["-i"],
        &["-i", "TCP", "-T"],
        &["-i", "TCP", "-Tq"],
        &["-i", "TCP", "-Tqs"],
        &["-d", "0", "-l", "-u", "0"],
        &["-d", "0", "-s"],
        &["-d", "0", "-o8"],
        &["-i4", "-s", "TCP:LISTEN"],
        &["-i", "-s", "TCP:^LISTEN"],
        &["-iUDP"],
        &["+c0", "-d", "0"],
    ] {
        agree(&[&["-nP", "-a", "-p", &pid], more].concat());
    }
}

#[test]
fn a_name_with_blanks_is_one_word_of_a_table() {
    let holder = Holder::new();
    for name in ["a name of many", "(brackets) x"] {
        let program = holder.folder.path().join(name);
        let copied =
            Command::new("install").args(["-m", "755", "/bin/sleep"]).arg(&program).status();
        assert!(copied.unwrap().success());
        let child = Ended(Command::new(&program).arg("1000").stdin(Stdio::null()).spawn().unwrap());
        let comm = format!("/proc/{}/comm", child.id());
        let deadline = Instant::now() + Duration::from_secs(20);
        while std::fs::read_to_string(&comm).unwrap().trim() != name {
            assert!(Instant::now() < deadline, "it never started");
        }
        for more in [&[][..], &["+c0"], &["+c5"], &["-Fpcn"]] {
            agree(&[&["-nP", "-a", "-d", "cwd", "-p", &child.id().to_string()], more].concat());
        }
    }
}

#[test]
fn what_was_deleted_while_it_is_used_is_told() {
    let holder = Holder::new();
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    let copied = Command::new("install").args(["-m", "755", "/bin/sleep"]).arg(&program).status();
    assert!(copied.unwrap().success());
    let child = Command::new(&program)
        .arg("1000")
        .current_dir(folder.path())
        .stdin(File::open(holder.file()).unwrap())
        .spawn()
        .unwrap();
    let child = Holder { child: Ended(child), folder, port: 0 };
    let comm = format!("/proc/{}/comm", child.child.id());
    let deadline = Instant::now() + Duration::from_secs(20);
    while std::fs::read_to_string(&comm).unwrap() != "program\n" {
        assert!(Instant::now() < deadline, "it never started");
    }
    std::fs::remove_file(holder.file()).unwrap();
    std::fs::remove_file(&program).unwrap();
    std::fs::remove_dir(child.folder.path()).unwrap();
    let pid = child.pid();
    for more in [&["-d", "cwd,txt,0"][..], &["-d", "cwd,txt,0", "-Fpfn"], &["-d", "cwd,txt", "+L1"]]
    {
        agree(&[&["-nP", "-a", "-p", &pid], more].concat());
    }
    let shown = said(&["-nP", "-a", "-p", &pid, "-d", "cwd,txt,0"]).0;
    assert_eq!(shown.matches("(deleted)").count(), 3, "{shown}");
}

/// But for the column DEVICE, in which lsof has an address of the kernel.
#[test]
fn unix_sockets_have_the_states_of_lsof() {
    let holder = Holder::new();
    let pid = holder.pid();
    for more in [&["-U"][..], &["-U", "-T"], &["-U", "-FfnT"], &["-U", "-s", "TCP:ESTABLISHED"]] {
        let arguments = [&["-nP", "-a", "-p", &pid], more].concat();
        let Some((theirs, _)) = told(&arguments) else { return };
        let of = |text: &str| -> Vec<Vec<String>> {
            let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
            let lines = text.lines().map(words).collect::<Vec<Vec<String>>>();
            let no_address =
                |words: Vec<String>| words.into_iter().filter(|it| !it.starts_with("0x")).collect();
            lines.into_iter().map(no_address).collect()
        };
        assert_eq!(of(&said(&arguments).0), of(&theirs), "{arguments:?}");
    }
}

#[test]
fn a_user_that_nobody_is_is_refused() {
    let Some((theirs, code)) = told(&["-u", "nobody-is-called-so", "/dev/null"]) else { return };
    assert_eq!((theirs.as_str(), code), ("", Some(1)));
    assert_eq!(said(&["-u", "nobody-is-called-so", "/dev/null"]), (String::new(), Some(2)));
    let own = std::process::id().to_string();
    let uid = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap());
    let found = |more: &[&str]| said(&[&["-t", "-a", "-p", &own], more].concat()).0.trim() == own;
    assert!(found(&["-l", "-u", &uid.to_string()]));
    assert!(uid != 0 || found(&["-l", "-u", "root"]), "numbers are shown, and names understood");
}

#[test]
fn a_lock_is_marked_like_lsof_marks_it() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("locked");
    let shared = ["-s", file.to_str().unwrap(), "sleep", "1000"];
    for arguments in [&shared[1..], &shared[..]] {
        let Ok(child) = Command::new("flock").arg("-F").args(arguments).spawn() else {
            eprintln!("skipped: there is no flock");
            return;
        };
        let holder = Holder { child: Ended(child), folder: tempfile::tempdir().unwrap(), port: 0 };
        holder.wait_for_its_program();
        agree(&["-nP", "-a", "-p", &holder.pid(), "-d", "3-9"]);
        assert!(said(&["-nP", "-a", "-p", &holder.pid(), "-d", "3-9"]).0.contains("locked"));
    }
}

#[test]
fn who_has_a_file_or_a_port_is_found_like_lsof_finds_it() {
    let holder = Holder::new();
    let (pid, file, folder) = (holder.pid(), holder.file(), holder.folder.path().to_owned());
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (file, folder, socket) = (text(&file), text(&folder), text(&folder.join("socket")));
    let port = format!(":{}", holder.port);
    let host = format!("TCP@127.0.0.1:{}", holder.port);
    for arguments in [
        &["-t", file.as_str()][..],
        &["-t", &folder],
        &["-t", &socket],
        &["-t", "-i", &port],
        &["-t", "-nP", "-i", &host],
        &["-t", "-nP", "-a", "-p", &pid, "-i", &port],
        &["-t", "+d", &folder],
        &["-t", "+D", &folder],
        &["-t", "-a", "-c", "slee", "-p", &pid],
        &["-t", "-a", "-c", "^slee", "-p", &pid],
        &["-t", "-a", "-c", "/^sl.*p$/", "-p", &pid],
        &["-t", "-a", "-c", "/SLEE/", "-p", &pid],
        &["-t", "-a", "-c", "/^SLE{1,2}P$/i", "-p", &pid],
        &["-t", "-a", "-p", &pid, "-U"],
    ] {
        agree(arguments);
        assert_eq!(said(arguments).0.trim(), if said(arguments).1 == Some(0) { &pid } else { "" });
    }
}

#[test]
fn what_is_not_found_is_told_by_the_exit_code() {
    let holder = Holder::new();
    let pid = holder.pid();
    for arguments in [
        &["-t", "-p", &pid][..],
        &["-t", "-p", "999999999"],
        &["-t", "/nowhere/at/all"],
        &["-t", "-c", "no such name"],
        &["-t", "-a", "-p", &pid, "-iUDP"],
        &["-t", "-Q", "-p", "999999999"],
        &["-t", "-b", "-w", "-O", "-S", "5", "-p", &pid],
        &["+r", "1", "-p", "999999999"],
        &["-t", "-u", "games"],
        &["-t", "-i", ":discard"],
    ] {
        let Some(theirs) = told(arguments) else { return };
        assert_eq!(said(arguments).1, theirs.1, "{arguments:?}");
    }
    assert_eq!(said(&["-i", "nonsense"]).1, Some(2));
    assert_eq!(said(&["-F", "z"]).1, Some(2));
    for empty in ["-p", "-u", "-c", "-d"] {
        assert_eq!(said(&["-t", empty, ""]), (String::new(), Some(2)), "{empty}");
    }
    for refused in ["-K", "+f", "-E", "+E", "-N", "-Z"] {
        let output = run(&["lsof", refused]);
        assert_eq!(output.status.code(), Some(2), "{refused}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(refused), "{output:?}");
    }
}

#[test]
fn programs_get_every_field_with_raw_numbers() {
    let holder = Holder::new();
    let text = printed(&["lsof", "-p", &holder.pid(), "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&text).unwrap();
    let rows = rows.as_array().unwrap();
    let cwd = rows.iter().find(|row| row["role"] == "cwd").unwrap();
    assert_eq!(cwd["path"], holder.folder.path().to_str().unwrap());
    let input = rows.iter().find(|row| row["fd"] == 0).unwrap();
    assert_eq!((input["size"].as_u64(), input["fdtype"].as_str()), (Some(12), Some("file")));
    let socket = rows.iter().find(|row| row["fd"] == 1).unwrap();
    assert_eq!(socket["status"], "LISTEN");
    assert_eq!(socket["laddr"], format!("127.0.0.1:{}", holder.port));
    let unix = rows.iter().find(|row| row["fd"] == 2).unwrap();
    assert_eq!(unix["laddr"], holder.folder.path().join("socket").to_str().unwrap());
}
