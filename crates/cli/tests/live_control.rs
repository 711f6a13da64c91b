//! The commands that choose processes and signal them, against procps, psmisc and bash, on processes that the test
//! itself starts under names of its own.
#![cfg(unix)]
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use common::beside::json;
use common::{Ended, command, printed, run};
use serde_json::Value;

/// A script of a name that nobody else on the machine has, and what was started from it.
///
/// Whatever it starts holds the other end of a pipe and ends when that is closed, so that nothing is left behind however
/// the test ends.
struct Own {
    folder: tempfile::TempDir,
    name: String,
    children: Vec<Child>,
    /// Of those that are reaped elsewhere.
    pipes: Vec<ChildStdin>,
}

impl Own {
    /// `body` is what the script does; `wait` in it waits for the end of the test.
    fn new(letter: &str, body: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = format!("zz{}{letter}", std::process::id());
        let path = folder.path().join(&name);
        let text = format!("#!/bin/sh\nhang() {{ read line <&3; }}\n{body}\n");
        let draft = folder.path().join("draft");
        fs::write(&draft, text).unwrap();
        copy(&draft, &path);
        Self { folder, name, children: Vec::new(), pipes: Vec::new() }
    }

    fn path(&self) -> String {
        self.folder.path().join(&self.name).to_str().unwrap().to_owned()
    }

    /// Starts it once more, and waits until it says so.
    fn start(&mut self) -> u32 {
        let script = "exec 3<&0 \"$0\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", script, &self.path()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        // The first line that it prints, or the end where it cannot run.
        let mut line = String::new();
        let mut output = std::io::BufReader::new(child.stdout.take().unwrap());
        std::io::BufRead::read_line(&mut output, &mut line).unwrap();
        assert_eq!(line, "ready\n", "programs in {} may not be started", self.path());
        self.children.push(child);
        self.children.last().unwrap().id()
    }

    /// How the last one ended; it is waited for.
    fn ended(&mut self) -> ExitStatus {
        let mut child = self.children.pop().unwrap();
        child.wait().unwrap()
    }

    fn runs(&mut self) -> bool {
        self.children.last_mut().unwrap().try_wait().unwrap().is_none()
    }
}

/// Copies a program, in a process of its own: were the copy open for writing here, what another test starts meanwhile
/// would hold it open too, and the kernel does not run a file that is written to.
fn copy(from: &Path, to: &Path) {
    let mut install = Command::new("install");
    assert!(install.args(["-m", "755"]).args([from, to]).status().unwrap().success());
}

impl Drop for Own {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits for the end of the test.
const HANGS: &str = "echo ready; hang";
/// The same, and no SIGTERM ends it.
const IGNORES: &str = "trap '' TERM; echo ready; hang";

/// What another program says, as its output and its exit code; `None`, with a word about it, where it is missing.
fn told(program: &str, arguments: &[&str]) -> Option<(String, Option<i32>)> {
    let output = Command::new(program).args(arguments).env("LC_ALL", "C").output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no {program}");
        return None;
    };
    Some(answer(&output))
}

fn answer(output: &Output) -> (String, Option<i32>) {
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.code())
}

fn ours(arguments: &[&str]) -> (String, Option<i32>) {
    answer(&run(arguments))
}

fn code(arguments: &[&str]) -> Option<i32> {
    run(arguments).status.code()
}

fn complaint(arguments: &[&str]) -> String {
    String::from_utf8(run(arguments).stderr).unwrap()
}

fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// Whether procps' pgrep is the generation whose texts these are.
fn has_procps() -> bool {
    let version = told("pgrep", &["--version"]);
    let is_new = version.as_ref().is_some_and(|(text, _)| text.contains("procps-ng 4."));
    if !is_new {
        eprintln!("skipped: {version:?} is not procps 4");
    }
    is_new
}

#[test]
fn pgrep_chooses_and_prints_as_procps_does() {
    if !has_procps() {
        return;
    }
    let mut own = Own::new("p", HANGS);
    let (first, second) = (own.start(), own.start());
    let parent = std::process::id().to_string();
    let name = own.name.clone();
    let ids = fs::read_to_string(format!("/proc/{first}/stat")).unwrap();
    let ids: Vec<&str> = ids.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let (group, session) = (ids[2], ids[3]);
    let user = |of: &str| {
        let status = fs::read_to_string(format!("/proc/{first}/status")).unwrap();
        let line = status.lines().find(|line| line.starts_with(of)).unwrap();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let (uid, gid) = (user("Uid:"), user("Gid:"));
    let cgroup = fs::read_to_string(format!("/proc/{first}/cgroup")).unwrap();
    let cgroup = cgroup.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/").to_owned();
    let one = first.to_string();
    let capital = name.to_uppercase();
    let pidfile = own.folder.path().join("pid");
    fs::write(&pidfile, format!("{second}\n")).unwrap();
    let both = format!("^({name}|nobody)$");
    let exact = format!("/bin/sh {}", own.path());
    let (word, twice) = (format!("\\<{name}\\>"), format!("^[]z]{{2}}{}", &name[2..]));
    for arguments in [
        &[&*name][..],
        &["-l", &name],
        &["-a", &name],
        &["-l", "-a", &name],
        &["-c", &name],
        &["-d", ",", &name],
        &["-d", "\t:\x1b", &name],
        &["-x", &name],
        &["-x", &name[1..]],
        &["-n", &name],
        &["-o", &name],
        &["-f", &own.path()],
        &["-fx", &exact],
        &["-fx", &own.path()],
        &["-i", &capital],
        &[&capital],
        &[&both],
        &[&word],
        &[&twice],
        &["-u", &uid, &name],
        &["-U", &uid, "-G", &gid, &name],
        &["-u", "4000000", &name],
        &["-s", session, &name],
        &["-g", group, &name],
        &["-g", "4000000", &name],
        &["-r", "S", &name],
        &["-r", "Z", &name],
        &["-F", pidfile.to_str().unwrap()],
        &["-O", "86400", &name],
        &["-O", "864000", &name],
        &["--nslist", "net", &name],
        &["--list-f", "--exa", "-x", &name],
        &["-A", &name],
        &["-w", &name],
        &["-w", "-l", &name],
        &["--ns", &one, &name],
        &["--ns", &one, "--nslist", "net,uts", &name],
        &["--cgroup", &cgroup, &name],
        &["--cgroup", "/nobody/is/here", &name],
    ] {
        let arguments = [&["-P", &parent], arguments].concat();
        // Where the group or the session is that of another pid namespace, its number here is 0, which means one's own.
        if arguments.contains(&"0") && (group == "0" || session == "0") {
            continue;
        }
        let theirs = || told("pgrep", &arguments).unwrap();
        let mine = || ours(&[&["pgrep"], arguments.as_slice()].concat());
        let deadline = Instant::now() + Duration::from_secs(20);
        let (mut one, mut other) = (mine(), theirs());
        while one != other {
            assert!(Instant::now() < deadline, "{arguments:?}: {one:?} is not {other:?}");
            (one, other) = (mine(), theirs());
        }
    }
}

#[test]
fn a_pid_is_never_cut() {
    let mut own = Own::new("l", HANGS);
    let mut pids = [own.start(), own.start()];
    pids.sort_unstable();
    let [first, second] = pids;
    let wide = |arguments: &[&str]| printed(&[&["--width", "3"], arguments].concat());
    assert_eq!(wide(&["pgrep", "-x", &own.name]), format!("{first}\n{second}\n"));
    assert_eq!(wide(&["pidof", "-x", &own.name]), format!("{second} {first}\n"));
}

#[test]
fn those_that_do_not_fit_can_be_asked_for() {
    let mut own = Own::new("v", HANGS);
    let (first, second) = (own.start(), own.start());
    let pidfile = own.folder.path().join("pid");
    fs::write(&pidfile, first.to_string()).unwrap();
    let rest = printed(&["pgrep", "-v", "-F", pidfile.to_str().unwrap()]);
    let has = |pid: u32| rest.lines().any(|line| line == pid.to_string());
    assert!(!has(first) && has(second), "{rest}");
}

#[test]
fn a_name_longer_than_the_kernel_keeps_is_found_whole_and_cut() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("zz{}-with-a-long-name", std::process::id());
    let program = folder.path().join(&name);
    copy(Path::new("/bin/sh"), &program);
    let mut shell = Command::new(&program);
    let child = shell.args(["-c", "read line"]).stdin(Stdio::piped()).spawn().unwrap();
    let child = Ended(child);
    let pid = child.id().to_string();
    let cut = &name[..15];
    for pattern in [&*name, cut, "with-a-long-name$"] {
        let found = || printed(&["pgrep", pattern]).lines().any(|line| line == pid);
        eventually(pattern, found);
    }
    for name in [&*name, cut] {
        assert_eq!(printed(&["pgrep", "-x", name]), format!("{pid}\n"));
        assert_eq!(json(&["killall", "--dry-run", "--json", name])[0]["pid"].to_string(), pid);
    }
    assert_eq!(code(&["killall", "-q", "-e", "--dry-run", cut]), Some(1));
    assert_eq!(code(&["killall", "-q", "-e", "--dry-run", &name]), Some(0));
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&program, &link).unwrap();
    for path in [&program, &link] {
        let path = path.to_str().unwrap();
        assert_eq!(json(&["killall", "--dry-run", "--json", path])[0]["pid"].to_string(), pid);
        assert_eq!(
            json(&["killall", "-I", "--dry-run", "--json", path])[0]["pid"].to_string(),
            pid
        );
        assert_eq!(
            code(&["killall", "-0", path]),
            told("killall", &["-0", path]).and_then(|it| it.1)
        );
    }
}

#[test]
fn a_script_with_a_long_name_is_found_by_it() {
    let mut own = Own::new("-which-is-a-script", HANGS);
    let pid = own.start().to_string();
    for name in [&*own.name, &own.name[..15]] {
        assert_eq!(json(&["killall", "--dry-run", "--json", name])[0]["pid"].to_string(), pid);
        assert_eq!(json(&["kill", "--dry-run", "--json", name])[0]["pid"].to_string(), pid);
    }
}

#[test]
fn pgrep_and_pkill_exit_as_procps_does() {
    if !has_procps() {
        return;
    }
    let mut own = Own::new("x", HANGS);
    own.start();
    let name = own.name.clone();
    for arguments in [
        &[&*name][..],
        &["nobody-is-called-so"],
        &[],
        &["("],
        &["one", "two"],
        &["--no-such-option"],
        &["-u", "nobody is called so", &name],
        &["-F", "/no/such/file"],
        &["-v", "-n", &name],
    ] {
        let theirs = told("pgrep", arguments).unwrap().1;
        assert_eq!(code(&[&["pgrep"], arguments].concat()), theirs, "{arguments:?}");
    }
    let parent = std::process::id().to_string();
    for arguments in [
        &["-0", "-P", &parent, &name][..],
        &["-0", "-e", "-P", &parent, &name],
        &["-0", "-c", "-P", &parent, &name],
        &["-0", "-P", &parent, "nobody-is-called-so"],
        &["-0"],
    ] {
        let theirs = told("pkill", arguments).unwrap();
        assert_eq!(ours(&[&["pkill"], arguments].concat()), theirs, "{arguments:?}");
    }
}

#[test]
fn pkill_reaches_those_that_fit_and_nobody_else() {
    let (mut meant, mut other) = (Own::new("m", HANGS), Own::new("o", HANGS));
    let pid = meant.start();
    other.start();
    let parent = std::process::id().to_string();
    let said = printed(&["pkill", "-USR1", "-e", "-P", &parent, "-x", &meant.name]);
    assert_eq!(said, format!("{} killed (pid {pid})\n", meant.name));
    assert_eq!(meant.ended().signal(), Some(10));
    assert!(other.runs());
}

#[test]
fn a_handler_can_be_required() {
    let mut catches = Own::new("h", "trap 'exit 7' USR1; echo ready; hang");
    let mut dies = Own::new("d", HANGS);
    let (caught, _) = (catches.start(), dies.start());
    let pattern = format!("^({}|{})$", catches.name, dies.name);
    let deeds = json(&["pkill", "-USR1", "-H", "--dry-run", "--json", &pattern]);
    assert_eq!(deeds.as_array().unwrap().len(), 1, "{deeds}");
    assert_eq!(deeds[0]["pid"], caught);
}

#[test]
fn a_pattern_that_fits_the_shell_spares_it() {
    let mut own = Own::new("s", HANGS);
    own.start();
    // The shell has the pattern in its own command line, as `ssh machine 'pkill -f …'` has it.
    let script = "\"$0\" pkill -f \"$1\"; echo \"$?, and the shell goes on\"";
    let mut shell = Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_psight"), &own.name]);
    let output = shell.output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, "0, and the shell goes on\n");
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("is what psight was started from"), "{complaint}");
    assert_eq!(own.ended().signal(), Some(15));
}

#[test]
fn pidof_finds_and_prints_as_its_elder_does() {
    if told("pidof", &["pidof"]).is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let name = format!("zz{}i", std::process::id());
    let program = folder.path().join(&name);
    // A program and not a script: the shell under another name waits for a line that never comes.
    copy(Path::new("/bin/sh"), &program);
    let start = || {
        let mut shell = Command::new(&program);
        Ended(shell.args(["-c", "read line"]).stdin(Stdio::piped()).spawn().unwrap())
    };
    let children = [start(), start()];
    let mut own = Own::new("j", HANGS);
    own.start();
    let first = children[0].id().to_string();
    let path = program.to_str().unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&program, &link).unwrap();
    for arguments in [
        &[&*name][..],
        &[path],
        &[link.to_str().unwrap()],
        &["-c", &name],
        &["-c", "-x", &own.name],
        &["-s", &name],
        &["-o", &first, &name],
        &["-d", ",", &name],
        &["-n", &name],
        &["kthreadd"],
        &["nobody-is-called-so"],
        &["-x", &own.name],
        &[&own.name],
        &[&name, "nobody-is-called-so"],
    ] {
        let theirs = || told("pidof", arguments).unwrap();
        let mine = || ours(&[&["pidof"], arguments].concat());
        let deadline = Instant::now() + Duration::from_secs(20);
        while mine() != theirs() {
            assert!(Instant::now() < deadline, "{arguments:?}: {:?} {:?}", mine(), theirs());
        }
    }
    assert_eq!(ours(&["pidof", "-q", &name]), (String::new(), Some(0)));
    assert_eq!(printed(&["pidof", "-S", "+", "-o", &first, &name]).matches('+').count(), 0);
}

#[test]
fn t82_signals_are_called_what_bash_calls_them() {
    let numbers: Vec<String> = (1..=31).chain(34..=64).map(|number| number.to_string()).collect();
    let list = format!("kill -l {}", numbers.join(" "));
    let Some((theirs, Some(0))) = told("bash", &["-c", &list]) else { return };
    let words: Vec<&str> =
        [&["kill", "-l"], &*numbers.iter().map(String::as_str).collect::<Vec<_>>()].concat();
    let mine = printed(&words);
    assert_eq!(mine.lines().collect::<Vec<_>>(), theirs.lines().collect::<Vec<_>>());
    let names: Vec<&str> = mine.lines().collect();
    let back = printed(&[&["kill", "-l"], names.as_slice()].concat());
    assert_eq!(back.lines().collect::<Vec<_>>(), numbers);
}

#[test]
fn the_table_of_signals_has_each_once() {
    let table = printed(&["kill", "-L"]);
    let words: Vec<&str> = table.split_whitespace().collect();
    assert_eq!(words.len(), 2 * 62, "{table}");
    assert_eq!(words[..4], ["1", "HUP", "2", "INT"]);
    assert_eq!(words[122..], ["64", "RTMAX"]);
}

#[test]
fn t82_the_signal_is_the_one_that_was_named() {
    for (words, number) in [
        (&["-9"][..], 9),
        (&["-KILL"], 9),
        // Not SIGHUP, which whoever was started by nohup ignores.
        (&["-SIGALRM"], 14),
        (&["-s", "usr1"], 10),
        (&["--signal", "12"], 12),
        (&["-RTMIN+2"], 36),
        (&["-64"], 64),
        (&[], 15),
    ] {
        let mut own = Own::new("n", HANGS);
        let pid = own.start().to_string();
        assert_eq!(code(&[&["kill"], words, &[&pid]].concat()), Some(0), "{words:?}");
        assert_eq!(own.ended().signal(), Some(number), "{words:?}");
    }
}

#[test]
fn a_process_can_be_named_by_its_name() {
    let mut own = Own::new("k", HANGS);
    own.start();
    let name = own.name.clone();
    assert_eq!(code(&["kill", &name[1..]]), Some(1), "not by a part of it");
    assert_eq!(code(&["kill", &name]), Some(0));
    assert_eq!(own.ended().signal(), Some(15));
}

#[test]
fn a_process_group_is_named_by_a_number_after_a_dash() {
    use std::os::unix::process::CommandExt as _;
    let mut first = Command::new("sh");
    first.args(["-c", "read line & read line"]).stdin(Stdio::piped()).process_group(0);
    let mut first = first.spawn().unwrap();
    let group = first.id();
    let mut second = Command::new("sh");
    second.args(["-c", "read line"]).stdin(Stdio::piped());
    let mut second = second.process_group(group.try_into().unwrap()).spawn().unwrap();
    // Who starts the tests may have them ignore the signal of Ctrl-C.
    assert_eq!(code(&["kill", "-USR1", &format!("-{group}")]), Some(0));
    for child in [&mut first, &mut second] {
        assert_eq!(child.wait().unwrap().signal(), Some(10));
    }
}

#[test]
fn the_exit_code_of_kill_says_whether_all_some_or_none_got_it() {
    let mut own = Own::new("c", HANGS);
    let pid = own.start().to_string();
    assert_eq!(code(&["kill", "-0", &pid]), Some(0));
    assert_eq!(code(&["kill", "-0", "4194305"]), Some(1));
    assert_eq!(code(&["kill", "-0", &pid, "4194305"]), Some(64));
    assert_eq!(code(&["kill", "-0", "99999999999999999999"]), Some(1), "T-18: no overflow");
    for wrong in
        [&["kill"][..], &["kill", "0"], &["kill", "-9", "-1"], &["kill", "-s", "NOSUCH", &pid]]
    {
        assert_eq!(code(wrong), Some(2), "{wrong:?}");
    }
    assert!(own.runs());
}

#[test]
fn the_first_process_is_left_alone_unless_that_is_asked_for() {
    let outcome = |arguments: &[&str]| {
        let deeds = json(&[&["kill", "--json", "--dry-run"], arguments].concat());
        // Not its children either: they are all there is.
        assert_eq!(deeds.as_array().unwrap().len(), 1, "{deeds}");
        deeds[0]["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(outcome(&["1"]), "spared");
    assert_eq!(outcome(&["-KILL", "--tree", "1"]), "spared");
    assert_eq!(outcome(&["--even-protected", "1"]), "planned");
    assert_eq!(code(&["kill", "--dry-run", "1"]), Some(1));
    assert!(complaint(&["kill", "--dry-run", "1"]).contains("--even-protected"));
}

#[test]
fn a_rehearsal_says_what_would_be_done_and_does_nothing() {
    let mut own = Own::new("r", HANGS);
    let pid = own.start().to_string();
    for words in [&["kill", "-9"][..], &["killall", "-9"], &["pkill", "-9"]] {
        let said = printed(&[words, &["--dry-run", "--wait", &own.name]].concat());
        let row: Vec<&str> = said.lines().nth(1).unwrap().split_whitespace().collect();
        assert_eq!(row, [&*pid, &*own.name, "SIGKILL"]);
    }
    assert!(own.runs());
}

#[test]
fn who_may_not_is_told_so_and_the_process_goes_on() {
    let mut own = Own::new("b", HANGS);
    let pid = own.start().to_string();
    let psight = env!("CARGO_BIN_EXE_psight");
    let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", psight];
    let Some((said, code)) = told("setpriv", &[&nobody[..], &["kill", "--json", &pid]].concat())
    else {
        return;
    };
    if said.is_empty() {
        eprintln!("skipped: only root becomes nobody, and nobody has to reach {psight}");
        return;
    }
    if fs::metadata("/proc/self").unwrap().uid() == 65534 {
        eprintln!("skipped: nobody may");
        return;
    }
    let deeds: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((deeds[0]["outcome"].as_str(), code), (Some("denied"), Some(1)));
    assert!(own.runs());
}

/// Reaps the last child as soon as it ends. What it started goes on.
fn reaped(own: &mut Own) -> std::thread::JoinHandle<ExitStatus> {
    let mut child = own.children.pop().unwrap();
    own.pipes.extend(child.stdin.take());
    std::thread::spawn(move || child.wait().unwrap())
}

#[test]
fn what_is_still_there_after_the_wait_is_named() {
    let mut own = Own::new("w", IGNORES);
    let pid = own.start().to_string();
    let child = reaped(&mut own);
    let output = run(&["kill", "--wait=0.1", &pid]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("{} ({pid}) is still there", own.name)), "{said}");
    let deeds = json(&["kill", "--wait=0.1", "--then", "KILL", "--json", &pid]);
    assert_eq!(deeds[0]["outcome"], "ended");
    assert_eq!(deeds[0]["action"], "SIGTERM, SIGKILL");
    assert_eq!(child.join().unwrap().signal(), Some(9));
}

#[test]
fn a_zombie_has_ended_whether_its_parent_asks_or_not() {
    let mut own = Own::new("z", HANGS);
    let pid = own.start().to_string();
    // Nobody asks how it ended until the wait is over.
    let deeds = json(&["kill", "--wait", "--json", &pid]);
    assert_eq!(deeds[0]["outcome"], "ended");
    assert_eq!(own.ended().signal(), Some(15));
}

#[test]
fn killall_waits_for_those_that_end() {
    let mut own = Own::new("e", HANGS);
    own.start();
    let child = reaped(&mut own);
    assert_eq!(code(&["killall", "-w", &own.name]), Some(0));
    assert_eq!(child.join().unwrap().signal(), Some(15));
    assert_eq!(printed(&["pgrep", "-x", &own.name]), "");
}

/// Starts ever more of itself, up to a number that a machine can bear.
const GROWS: &str = "if [ \"$1\" ]; then hang; exit; fi\n\
    echo ready; for i in $(seq 300); do \"$0\" leaf & done; hang";

#[test]
fn a_tree_that_grows_is_ended_whole() {
    let mut own = Own::new("t", GROWS);
    let pid = own.start().to_string();
    let child = reaped(&mut own);
    let pattern = own.path();
    // It has hardly begun, and grows while the list is made.
    assert_eq!(code(&["kill", "-KILL", "--tree", &pid]), Some(0));
    assert_eq!(child.join().unwrap().signal(), Some(9));
    eventually("nobody is left", || {
        let left = json(&["pgrep", "-f", "-r", "R,S,D,T", "--json", &pattern]);
        left.as_array().unwrap().is_empty()
    });
}

#[test]
fn a_tree_that_was_asked_to_end_is_not_left_standing_still() {
    let body =
        "trap 'exit 3' TERM; if [ \"$1\" ]; then hang; exit; fi\n\"$0\" leaf & echo ready; wait";
    let mut own = Own::new("u", body);
    let pid = own.start().to_string();
    eventually("it has a child", || printed(&["pgrep", "-P", &pid]).lines().count() == 1);
    assert_eq!(code(&["kill", "--tree", &pid]), Some(0));
    assert_eq!(own.ended().code(), Some(3));
    eventually("nobody is left", || printed(&["pgrep", "-f", &own.path()]).is_empty());
}

#[test]
fn killall_says_what_psmisc_says() {
    let mut own = Own::new("a", HANGS);
    let pid = own.start();
    if told("killall", &["-0", &own.name]).is_none() {
        return;
    }
    let name = own.name.clone();
    let capital = name.to_uppercase();
    let pattern = format!("^{}.?$", &name[..name.len() - 1]);
    for arguments in [
        &["-0", &*name][..],
        &["-0", "nobody-is-called-so"],
        &["-0", &name, "nobody-is-called-so"],
        &["-0", "-q", "nobody-is-called-so"],
        &["-0", "-I", &capital],
        &["-0", &capital],
        &["-0", "-r", &pattern],
        &["-0", "-y", "1d", &name],
        &["-0", "-o", "1d", &name],
    ] {
        let theirs = told("killall", arguments).unwrap().1;
        assert_eq!(code(&[&["killall"], arguments].concat()), theirs, "{arguments:?}");
    }
    // psmisc says it on standard error, as if it were a complaint.
    let theirs = Command::new("killall").args(["-0", "-v", &name]).output().unwrap();
    assert_eq!(printed(&["killall", "-0", "-v", &name]).as_bytes(), theirs.stderr);
    assert_eq!(
        String::from_utf8(theirs.stderr).unwrap(),
        format!("Killed {name}({pid}) with signal 0\n")
    );
    let theirs = Command::new("killall").args(["-0", "nobody-is-called-so"]).output().unwrap();
    let theirs = String::from_utf8(theirs.stderr).unwrap();
    assert_eq!(complaint(&["killall", "-0", "nobody-is-called-so"]), format!("psight: {theirs}"));
}

#[test]
fn killall_reaches_the_whole_process_group_where_that_is_asked_for() {
    use std::os::unix::process::CommandExt as _;
    let own = Own::new("g", "read line");
    let mut leader = Command::new("sh");
    leader.args(["-c", "read line"]).stdin(Stdio::piped()).process_group(0);
    let mut leader = leader.spawn().unwrap();
    let mut member = Command::new(own.path());
    member.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut member = member.process_group(leader.id().try_into().unwrap()).spawn().unwrap();
    let group = || json(&["killall", "--dry-run", "--json", "-g", &own.name]);
    eventually("the script has its name", || group().as_array().unwrap().len() == 2);
    assert_eq!(code(&["killall", "-INT", "-g", "-u", "4000000", &own.name]), Some(1));
    assert_eq!(code(&["killall", "-KILL", "-g", &own.name]), Some(0));
    for child in [&mut leader, &mut member] {
        assert_eq!(child.wait().unwrap().signal(), Some(9));
    }
}

#[test]
fn pidof_leaves_out_who_called_it() {
    let own = std::env::current_exe().unwrap();
    let name = own.file_name().unwrap().to_str().unwrap();
    let pid = std::process::id().to_string();
    let has = |arguments: &[&str]| printed(arguments).split_whitespace().any(|word| word == pid);
    assert!(has(&["pidof", name]));
    assert!(!has(&["pidof", "-o", "%PPID", name]));
}

#[test]
fn killall_asks_before_each_and_no_answer_is_a_no() {
    let mut own = Own::new("q", HANGS);
    own.start();
    for (answer, is_left) in [("", true), ("n\n", true), ("y\n", false)] {
        let mut asking = command(&["killall", "-i", "-9", &own.name]);
        asking.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut asking = asking.spawn().unwrap();
        let mut stdin = asking.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, answer.as_bytes()).unwrap();
        drop(stdin);
        asking.wait().unwrap();
        if is_left {
            assert!(own.runs(), "{answer:?}");
        } else {
            assert_eq!(own.ended().signal(), Some(9));
        }
    }
}

#[test]
fn nobody_on_a_captured_machine_is_controlled() {
    let machine = common::relative(&common::machines()[0]);
    let pid = json(&["--root", &machine, "ps", "--json"]);
    let pid = pid.as_array().unwrap().last().unwrap()["pid"].to_string();
    let output = run(&["--root", &machine, "kill", "-9", &pid]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("a process of another machine"), "{said}");
    assert_eq!(code(&["--root", &machine, "kill", "--dry-run", &pid]), Some(0));
}

#[test]
fn t81_a_hostile_name_is_shown_and_not_obeyed() {
    let mut own = Own::new("\x1b[2J\u{202e}\n", HANGS);
    let pid = own.start();
    let name = own.name.clone();
    let pid_text = pid.to_string();
    for arguments in [
        &["pgrep", "-l", "-x", &*name][..],
        &["pgrep", "-a", "-x", &name],
        &["kill", "--dry-run", &pid_text],
        &["killall", "-0", "-v", &name],
        &["pkill", "-0", "-e", "-x", &name],
        &["kill", "-0", "no\x1b[2Jbody"],
    ] {
        let output = run(arguments);
        let said = [output.stdout, output.stderr].concat();
        assert!(!said.is_empty() && !said.contains(&0x1b), "{arguments:?}");
    }
}
