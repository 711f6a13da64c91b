//! Processes of this machine, against psutil and the shell's own tools: ourselves, a child, a stopped one, a zombie, a
//! thread of the kernel, and what may be seen of others without privileges.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]
#![allow(clippy::panic, clippy::print_stderr, clippy::print_stdout, reason = "it is test code")]

mod common;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use common::{Ended, eventually, every_question, psutil};
use psight::process::Status;
use psight::record::{Record, ToValue, Value};
use psight::table::Columns;
use psight::{Error, ErrorKind, Host, Pid, Process, Result};
use rustix::process::Signal;
use serde_json::{Value as Json, json};

/// A child that ends with the test.
struct Started(Ended);

impl Started {
    fn new(command: &mut Command) -> Self {
        Self(Ended(command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()))
    }

    /// A child that sleeps, and is seen to.
    fn asleep() -> Self {
        let child = Self::new(
            Command::new("sleep").args(["1000", "0"]).env_clear().env("COLOUR", "b=l\u{fc}e"),
        );
        child.until(Status::Sleeping);
        child
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }

    fn process(&self) -> Process {
        Process::new(self.pid()).unwrap()
    }

    fn signal(&self, signal: Signal) {
        let pid = rustix::process::Pid::from_raw(self.pid().try_into().unwrap()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn until(&self, status: Status) {
        let process = self.process();
        // A program that was started is asleep in the loader too, before it is itself.
        eventually(|| match (process.status(), process.name()) {
            (Ok(now), Ok(name))
                if now == status && !name.as_encoded_bytes().starts_with(b"process_") =>
            {
                Ok(())
            }
            other => Err(format!("{other:?}")),
        });
    }
}

/// What psutil's methods say of a process: `{"ok": value}` or `{"error": class}` for each.
const ASK: &str = r#"
def plain(value):
    if hasattr(value, "_fields"):
        return {name: plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
def ask(pid, names):
    process = psutil.Process(pid)
    answers = {}
    for name in names.split():
        try:
            if name == "maps":
                answer = process.memory_maps(grouped=False)
            elif name == "files":
                answer = process.memory_maps(grouped=True)
            else:
                answer = getattr(process, name)()
            answers[name] = {"ok": plain(answer)}
        except psutil.Error as error:
            answers[name] = {"error": type(error).__name__}
    return answers
"#;

const ALL: &str = "ppid name exe cmdline environ create_time status cwd username uids gids terminal cpu_num \
    num_threads threads num_ctx_switches cpu_times memory_info memory_full_info maps files io_counters";

fn theirs(pid: u32, names: &str) -> Option<Json> {
    psutil(&format!("{ASK}\nprint(json.dumps(ask({pid}, {names:?})))"))
}

/// The same from psight, in psutil's words.
fn ours(process: &Process, names: &str) -> Json {
    names.split(' ').map(|name| (name.to_owned(), answer(process, name))).collect()
}

fn answer(process: &Process, name: &str) -> Json {
    match name {
        "ppid" => said(process.ppid()),
        "name" => said(process.name()),
        // As psutil guesses where the program may not be seen.
        "exe" => said(path(match process.exe() {
            Err(error) if error.kind() == ErrorKind::AccessDenied => match process.exe_guess() {
                Ok(Some(guess)) => Ok(Some(guess)),
                _ => Err(error),
            },
            answer => answer,
        })),
        "cmdline" => said(process.cmdline()),
        "environ" => match process.environ_map() {
            Ok(map) => {
                let text = |text: &OsStr| text.to_string_lossy().into_owned();
                let map = map.iter().map(|(name, value)| (text(name), json!(text(value))));
                json!({ "ok": map.collect::<Json>() })
            }
            Err(error) => refused(&error),
        },
        "create_time" => said(process.create_time()),
        "status" => said(process.status()),
        "cwd" => said(path(process.cwd())),
        "username" => said(process.username()),
        "uids" => record(process.uids()),
        "gids" => record(process.gids()),
        "terminal" => said(process.terminal()),
        "cpu_num" => said(process.cpu_num()),
        "num_threads" => said(process.num_threads()),
        "threads" => records(process.threads()),
        "num_ctx_switches" => record(process.num_ctx_switches()),
        "cpu_times" => record(process.cpu_times()),
        "memory_info" => record(process.memory_info()),
        "memory_full_info" => record(process.memory_full()),
        "maps" => records(process.memory_maps()),
        "files" => records(process.memory_maps_grouped()),
        "io_counters" => record(process.io_counters()),
        other => panic!("{other}"),
    }
}

fn said<T: ToValue>(answer: Result<T>) -> Json {
    match answer {
        Ok(value) => json!({ "ok": serde_json::to_value(value.to_value()).unwrap() }),
        Err(error) => refused(&error),
    }
}

fn record<R: Record>(answer: Result<R>) -> Json {
    match answer {
        Ok(record) => json!({ "ok": serde_json::to_value(Value::record(&record)).unwrap() }),
        Err(error) => refused(&error),
    }
}

fn records<R: Record>(answer: Result<Vec<R>>) -> Json {
    match answer {
        Ok(rows) => {
            let rows = rows.iter().map(|row| serde_json::to_value(Value::record(row)).unwrap());
            json!({ "ok": rows.collect::<Vec<_>>() })
        }
        Err(error) => refused(&error),
    }
}

fn path(answer: Result<Option<PathBuf>>) -> Result<PathBuf> {
    answer.map(Option::unwrap_or_default)
}

fn refused(error: &Error) -> Json {
    json!({ "error": format!("{:?}", error.kind()) })
}

/// Whether all that psutil says, psight says too. What psight says beyond that is not looked at.
fn agree(ours: &Json, theirs: &Json, place: &str) -> std::result::Result<(), String> {
    let differ = || Err(format!("{place}: ours {ours}, theirs {theirs}"));
    match (ours, theirs) {
        (Json::Object(mine), Json::Object(other)) => {
            for (name, value) in other {
                // Two fields of psutil 7 that are always 0 and were dropped in 8.
                if matches!(name.as_str(), "lib" | "dirty") {
                    continue;
                }
                let Some(mine) = mine.get(name) else { return differ() };
                agree(mine, value, &format!("{place}.{name}"))?;
            }
            Ok(())
        }
        (Json::Array(mine), Json::Array(other)) if mine.len() == other.len() => {
            mine.iter().zip(other).try_for_each(|(mine, other)| agree(mine, other, place))
        }
        (Json::Number(mine), Json::Number(other)) => match (mine.as_f64(), other.as_f64()) {
            (Some(mine), Some(other)) if (mine - other).abs() < 1e-5 => Ok(()),
            // psutil's own Python shares pages with the process while it looks, and we look when it has gone.
            (Some(mine), Some(other))
                if depends_on_others(place) && other < 2.0 * mine + 65_536.0 =>
            {
                Ok(())
            }
            _ => differ(),
        },
        _ if ours == theirs => Ok(()),
        _ => differ(),
    }
}

fn depends_on_others(place: &str) -> bool {
    let names = [".pss", ".uss", ".shared_clean", ".private_clean"];
    names.iter().any(|name| place.ends_with(name))
}

/// Asks both until they agree: what other processes do changes what this one shares with them.
fn compare(pid: u32, names: &str) {
    eventually(|| match theirs(pid, names) {
        Some(theirs) => agree(&ours(&Process::new(pid).unwrap(), names), &theirs, "process"),
        None => Ok(()),
    });
}

#[test]
fn a_sleeping_child_is_what_psutil_says() {
    compare(Started::asleep().pid(), ALL);
}

#[test]
fn a_stopped_child_is_what_psutil_says() {
    let child = Started::asleep();
    child.signal(Signal::STOP);
    child.until(Status::Stopped);
    compare(child.pid(), ALL);
}

#[test]
fn we_are_what_psutil_says() {
    // What does not move while we ask.
    compare(
        std::process::id(),
        "ppid name exe cmdline environ create_time cwd username uids gids terminal",
    );
}

#[test]
fn the_first_process_is_what_psutil_says() {
    compare(1, "ppid name cmdline create_time username uids gids terminal");
}

#[test]
fn t07_a_zombie_is_what_psutil_says() {
    let child = Started::new(Command::new("true").env("A", "b"));
    let process = child.process();
    eventually(|| match process.status() {
        Ok(Status::Zombie) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    compare(child.pid(), ALL);
    assert_eq!(process.cmdline().unwrap_err().kind(), ErrorKind::ZombieProcess);
    assert_eq!(process.environ().unwrap_err().kind(), ErrorKind::ZombieProcess);
    assert_eq!(process.exe().unwrap_err().kind(), ErrorKind::ZombieProcess);
    assert_eq!(process.memory_maps().unwrap_err().kind(), ErrorKind::ZombieProcess);
    assert_eq!(process.memory_footprint().unwrap().uss, 0);
    assert!(process.is_running().unwrap());
    assert_eq!(process.umask().unwrap(), None);
}

/// Puts this program at `path`, ready to be started. Others do: a tool such as `sleep` may be one of several in a file,
/// which asks what it is called.
fn install(path: &Path) {
    std::fs::copy(std::env::current_exe().unwrap(), path).unwrap();
    // A test that starts a child meanwhile may still have the file open for writing, for a moment.
    eventually(|| match Command::new(path).arg("--list").output() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    });
}

/// This program at `path`, waiting for the end of its input.
fn waiting(path: &Path) -> Command {
    install(path);
    let mut command = Command::new(path);
    command.args(["--exact", "waits_for_the_end_of_its_input", "--ignored", "--nocapture"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

#[test]
#[ignore = "run by other tests, as a child of theirs"]
fn waits_for_the_end_of_its_input() {
    println!("waiting");
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn t04_t07_a_zombie_keeps_the_short_name_and_a_live_one_has_the_long() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("a-name-of-more-than-15-bytes");
    let mut child = Started(Ended(waiting(&program).spawn().unwrap()));
    let process = child.process();
    eventually(|| match process.name() {
        Ok(name) if name == "a-name-of-more-than-15-bytes" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    drop(child.0.stdin.take());
    eventually(|| match process.status() {
        Ok(Status::Zombie) => Ok(()),
        other => Err(format!("{other:?}")),
    });
    assert_eq!(process.name().unwrap(), "a-name-of-more-");
    child.0.wait().unwrap();
    assert_eq!(process.name().unwrap_err().kind(), ErrorKind::NoSuchProcess);
    assert!(!process.is_running().unwrap());
}

/// A thread of the kernel, which containers do not see.
fn kernel_thread() -> Option<Process> {
    let process = Process::new(2).ok().filter(|it| it.is_kernel_thread().unwrap_or(false));
    if process.is_none() {
        eprintln!("skipped: pid 2 is no thread of the kernel here");
    }
    process
}

#[test]
fn t06_a_thread_of_the_kernel_is_what_psutil_says_and_is_there() {
    let Some(process) = kernel_thread() else { return };
    compare(2, "ppid name create_time status username uids gids terminal num_threads memory_info");
    assert_eq!(process.exe().unwrap(), None);
    assert!(process.cmdline().unwrap().is_empty());
    // psutil says NoSuchProcess here on kernels that answer ESRCH.
    assert!(process.environ().unwrap().is_empty());
    assert!(process.memory_maps().unwrap().is_empty());
    assert_eq!(process.memory_footprint().unwrap().uss, 0);
}

#[test]
fn t10_a_deleted_program_and_a_deleted_directory_keep_their_paths() {
    let folder = tempfile::tempdir().unwrap();
    let (program, place) = (folder.path().join("naptime"), folder.path().join("place"));
    std::fs::create_dir(&place).unwrap();
    let mut child = Started(Ended(waiting(&program).current_dir(&place).spawn().unwrap()));
    let mut line = String::new();
    let mut said = BufReader::new(child.0.stdout.take().unwrap());
    while !line.contains("waiting") {
        assert!(said.read_line(&mut line).unwrap() > 0, "{line}");
    }
    std::fs::remove_file(&program).unwrap();
    std::fs::remove_dir(&place).unwrap();
    let process = child.process();
    assert_eq!(process.exe().unwrap().as_deref(), Some(&*program));
    assert_eq!(process.cwd().unwrap().as_deref(), Some(&*place));
    compare(child.pid(), "exe cwd name maps files");
    // A file of that very name is another one than the program.
    std::fs::write(folder.path().join("naptime (deleted)"), "").unwrap();
    assert_eq!(process.exe().unwrap(), Some(folder.path().join("naptime (deleted)")));
    compare(child.pid(), "exe");
}

#[test]
fn t03_t05_odd_words_are_kept() {
    use std::os::unix::ffi::OsStringExt;

    let word = std::ffi::OsString::from_vec(b"\xff \xfe".to_vec());
    let long = "x".repeat(120_000);
    let child = Started::new(
        Command::new("sleep")
            .arg0("odd name")
            .args(["1000", "--"])
            .env_clear()
            .env("A", &word)
            .env("LONG", &long),
    );
    child.until(Status::Sleeping);
    let process = child.process();
    assert_eq!(process.cmdline().unwrap(), ["odd name", "1000", "--"]);
    let items = process.environ().unwrap();
    assert!(items.contains(&("A".into(), word)));
    assert!(items.contains(&("LONG".into(), long.into())));
}

/// What a child says that was started just now. `None` if it was waited for in vain, because the machine is too busy for
/// it to go on, or if it is not on its way yet: the kernel lets the parent of a new process go on a moment before it takes
/// the parent's memory from the child.
fn told_at_once<T: PartialEq>(question: impl Fn(&Process) -> T) -> Option<T> {
    const PATIENCE: Duration = Duration::from_millis(100);
    let ours = question(&Process::current().unwrap());
    let mut command = Command::new("sleep");
    let child = Started::new(command.arg("1000").env_clear().env("COLOUR", "blue"));
    let process = child.process();
    let asked = Instant::now();
    Some(question(&process)).filter(|theirs| asked.elapsed() < PATIENCE && *theirs != ours)
}

#[test]
fn a_child_that_was_started_just_now_is_its_program_already() {
    let in_table = |process: &Process| {
        let rows = Host::local().processes(Columns::CMDLINE).unwrap();
        rows.into_iter().find(|row| row.pid == process.pid()).unwrap().cmdline.unwrap()
    };
    let mut answers = 0;
    // Asked for first, each by a child of its own: while one is waited for, the others come.
    for _ in 0..50 {
        let words = told_at_once(|process| process.cmdline().unwrap());
        let row = told_at_once(in_table);
        for words in [words, row].into_iter().flatten() {
            assert_eq!(words, ["sleep", "1000"]);
            answers += 1;
        }
        if let Some(variables) = told_at_once(|process| process.environ().unwrap()) {
            assert_eq!(variables, [("COLOUR".into(), "blue".into())]);
        }
        if let Some(name) = told_at_once(|process| process.name().unwrap()) {
            assert_eq!(name, "sleep");
        }
    }
    assert!(answers > 0, "no child got into its program in time");
}

#[test]
fn t18_pid_0_is_nobody_and_not_ourselves() {
    let error = Process::new(0).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
    assert_eq!(Process::new(u32::MAX).unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

#[test]
fn t19_a_terminal_that_was_opened_after_we_asked_is_found() {
    // `script` opens a new terminal for what it runs.
    let run = || {
        let mut script = Command::new("script");
        script.args(["-qfc", "echo $$; exec sleep 1000", "/dev/null"]);
        script.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()
    };
    for _ in 0..2 {
        let Ok(child) = run() else {
            eprintln!("skipped: script(1) is not installed");
            return;
        };
        let mut child = Started(Ended(child));
        let mut line = String::new();
        BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let inner = Process::new(line.trim().parse::<u32>().unwrap()).unwrap();
        let terminal = inner.terminal().unwrap().expect("it has a terminal");
        assert!(inner.has_terminal().unwrap());
        assert!(terminal.starts_with("/dev/pts/"), "{terminal:?}");
        compare(inner.pid().as_u32(), "terminal");
        let from_ps = common::output("ps", &["-o", "tty=", "-p", line.trim()]);
        if let Some(from_ps) = from_ps {
            assert_eq!(terminal, Path::new("/dev").join(from_ps.trim()));
        }
    }
}

#[test]
fn every_process_of_this_machine_is_understood() {
    let entries = std::fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u32>().ok());
    for process in pids.filter_map(|pid| Process::new(pid).ok()) {
        for (question, answer) in every_question(&process) {
            let Err(error) = answer else { continue };
            let expected = matches!(
                error.kind(),
                ErrorKind::NoSuchProcess
                    | ErrorKind::ZombieProcess
                    | ErrorKind::AccessDenied
                    | ErrorKind::NotFound
                    | ErrorKind::Unsupported
            );
            assert!(expected, "{question} of {}: {error:?}", process.pid());
            assert_eq!(error.pid(), Some(process.pid()), "{question}");
        }
    }
}

#[test]
fn t08_a_process_that_ends_while_it_is_asked_is_gone_or_a_zombie() {
    for _ in 0..20 {
        let mut child = Started::new(Command::new("true").env("A", "b"));
        let process = child.process();
        let reaper = std::thread::spawn(move || child.0.wait().unwrap());
        // Round and round until it has gone, through its exit and its time as a zombie.
        eventually(|| {
            for (question, answer) in every_question(&process) {
                let Err(error) = answer else { continue };
                // Ordinary users may not look into a process of their own that has given its memory back.
                let expected = matches!(
                    error.kind(),
                    ErrorKind::NoSuchProcess | ErrorKind::ZombieProcess | ErrorKind::AccessDenied
                );
                assert!(expected, "{question}: {error:?}");
            }
            if process.is_running().unwrap() { Err("still there".to_owned()) } else { Ok(()) }
        });
        reaper.join().unwrap();
    }
}

#[test]
fn regions_are_the_mappings_without_their_pages() {
    let process = Started::asleep();
    let process = process.process();
    let regions = process.memory_regions().unwrap();
    let maps = process.memory_maps().unwrap();
    assert_eq!(regions.len(), maps.len());
    for (region, map) in regions.iter().zip(&maps) {
        assert_eq!((region.addr, region.perms, &region.path), (map.addr, map.perms, &map.path));
        assert_eq!((region.offset, region.dev, region.ino), (map.offset, map.dev, map.ino));
        assert_eq!(Some(region.size), map.size);
    }
}

/// What `ps` says. Whose leader or parent is outside our namespace has number 0, which rustix cannot hold.
fn number(process: &Process, what: &str) -> Pid {
    let mut ps = Command::new("ps");
    ps.args(["-o", &format!("{what}="), "-p", &process.pid().to_string()]);
    let said = String::from_utf8(ps.output().unwrap().stdout).unwrap();
    Pid::new(said.trim().parse().unwrap())
}

#[test]
fn ids_and_groups_are_those_that_we_have() {
    let me = Process::current().unwrap();
    let uids = me.uids().unwrap();
    assert_eq!(uids.real, rustix::process::getuid().as_raw());
    assert_eq!(uids.effective, rustix::process::geteuid().as_raw());
    assert_eq!(me.fsuid().unwrap(), uids.effective);
    assert_eq!(me.gids().unwrap().real, rustix::process::getgid().as_raw());
    let mut groups: Vec<_> =
        rustix::process::getgroups().unwrap().iter().map(|group| group.as_raw()).collect();
    groups.sort_unstable();
    assert_eq!(me.groups().unwrap(), groups);
    assert_eq!(me.pgid().unwrap(), number(&me, "pgid"));
    assert_eq!(me.sid().unwrap(), number(&me, "sid"));
    assert_eq!(me.ppid().unwrap(), number(&me, "ppid"));
    assert_eq!(me.namespace_pids().unwrap().last(), Some(&me.pid()));
    assert_eq!(me.root().unwrap().as_deref(), Some(Path::new("/")));
}

#[test]
fn a_mask_is_what_the_shell_set() {
    let child =
        Started::new(Command::new("sh").args(["-c", "umask 0137; trap '' USR1; exec sleep 1000"]));
    child.until(Status::Sleeping);
    let process = child.process();
    eventually(|| match process.name() {
        Ok(name) if name == "sleep" => Ok(()),
        other => Err(format!("{other:?}")),
    });
    if process.umask().unwrap().is_some() {
        assert_eq!(process.umask().unwrap(), Some(0o137));
    }
    assert!(process.signal_masks().unwrap().ignored.contains(10));
}

#[test]
fn t82_a_pending_realtime_signal_is_seen() {
    // Stopped, so that the signal stays pending.
    let child = Started::asleep();
    child.signal(Signal::STOP);
    child.until(Status::Stopped);
    let sent = Command::new("kill").args(["-40", &child.pid().to_string()]).status();
    if !sent.is_ok_and(|status| status.success()) {
        eprintln!("skipped: kill(1) sends no realtime signals");
        return;
    }
    let masks = child.process().signal_masks().unwrap();
    assert_eq!(masks.process_pending.unwrap().iter().collect::<Vec<_>>(), [40]);
    assert!(masks.pending.unwrap().is_empty());
}

#[test]
fn threads_of_ours_are_listed_with_their_names() {
    let (stop, wait) = std::sync::mpsc::channel::<()>();
    let thread =
        std::thread::Builder::new().name("a) odd".to_owned()).spawn(move || wait.recv()).unwrap();
    let me = Process::current().unwrap();
    // A thread takes its name when it runs first.
    eventually(|| {
        let threads = me.threads().unwrap();
        let named = threads.iter().any(|it| it.name.as_deref() == Some(OsStr::new("a) odd")));
        if named { Ok(()) } else { Err(format!("{threads:?}")) }
    });
    assert!(me.threads().unwrap().iter().any(|it| it.id == me.pid().as_u32()));
    drop(stop);
    let _ = thread.join().unwrap();
}

#[test]
fn a_busy_child_uses_more_of_a_cpu_than_an_idle_one() {
    let child = Started::new(Command::new("sh").args(["-c", "while :; do :; done"]));
    let process = child.process();
    let before = process.cpu_sample().unwrap();
    let percent = eventually(|| {
        let now = process.cpu_sample().unwrap();
        // Ten ticks are enough to be above the noise.
        if now.times().user - before.times().user >= 0.1 {
            Ok(now.percent_since(&before))
        } else {
            Err("no CPU for it".to_owned())
        }
    });
    assert!(percent > 0.0 && percent < 250.0, "{percent}");
    let idle = Started::asleep();
    assert_eq!(idle.process().cpu_percent(Duration::from_millis(1)).unwrap(), 0.0);
}

#[test]
fn a_child_starts_after_the_machine_and_before_now() {
    let child = Started::asleep();
    let started = child.process().create_time().unwrap();
    assert!(started > UNIX_EPOCH + Duration::from_secs(1));
    // `btime` is in whole seconds.
    let now = std::time::SystemTime::now() + Duration::from_secs(2);
    assert!(started < now, "{started:?}");
}

#[test]
fn t32_another_procfs_of_the_same_processes_knows_us() {
    let link = tempfile::tempdir().unwrap();
    let proc = link.path().join("proc");
    std::os::unix::fs::symlink("/proc", &proc).unwrap();
    let host = Host::local().with_proc(&proc);
    let me = host.process(std::process::id()).unwrap();
    assert_eq!(me.name().unwrap(), Process::current().unwrap().name().unwrap());
    assert_eq!(host.process(u32::MAX).unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

/// Runs the test `name` of this file again as nobody, after `prepare` in a shell; `None`, with the reason on stderr,
/// where that cannot be done.
fn as_nobody(name: &str, prepare: &str, wrap: &[&str], pid: u32) -> Option<()> {
    if !rustix::process::geteuid().is_root() {
        eprintln!("skipped: only root can become nobody");
        return None;
    }
    // Where the test was built may be closed to others.
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("again");
    install(&program);
    let script = format!(
        "{prepare} setpriv --reuid=65534 --regid=65534 --clear-groups \
         \"$0\" --exact {name} --ignored --nocapture; exit $?"
    );
    let (shell, arguments) =
        wrap.split_first().map_or(("sh", &[][..]), |(first, rest)| (*first, rest));
    let mut command = Command::new(shell);
    command.args(arguments);
    if !wrap.is_empty() {
        command.arg("sh");
    }
    let output = command
        .arg("-c")
        .arg(script)
        .arg(&program)
        .env("PSIGHT_TEST_PID", pid.to_string())
        .output();
    let Ok(output) = output else {
        eprintln!("skipped: {shell} is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    if !said.contains("running 1 test") {
        eprintln!("skipped: cannot become nobody: {}", String::from_utf8_lossy(&output.stderr));
        return None;
    }
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    Some(())
}

/// The process that a test as nobody is about.
fn asked_for() -> u32 {
    std::env::var("PSIGHT_TEST_PID").unwrap().parse().unwrap()
}

#[test]
fn t16_what_is_closed_to_others_is_denied_as_psutil_says() {
    let child = Started::asleep();
    as_nobody("nobody_sees_what_psutil_sees", "", &[], child.pid());
}

#[test]
#[ignore = "run by t16_what_is_closed_to_others_is_denied_as_psutil_says, as nobody"]
fn nobody_sees_what_psutil_sees() {
    let process = Process::new(asked_for()).unwrap();
    let denied = |kind| assert_eq!(kind, ErrorKind::AccessDenied);
    denied(process.exe().unwrap_err().kind());
    denied(process.cwd().unwrap_err().kind());
    denied(process.root().unwrap_err().kind());
    denied(process.environ().unwrap_err().kind());
    denied(process.memory_maps().unwrap_err().kind());
    denied(process.memory_footprint().unwrap_err().kind());
    denied(process.io_counters().unwrap_err().kind());
    assert_eq!(process.uids().unwrap().real, 0);
    if let Some(thread) = kernel_thread() {
        assert_eq!(thread.exe().unwrap(), None);
        denied(thread.io_counters().unwrap_err().kind());
    }
    let python = std::env::var_os("PSIGHT_PSUTIL_PYTHON");
    if python
        .is_some_and(|it| Command::new(it).arg("-V").output().is_ok_and(|it| it.status.success()))
    {
        compare(process.pid().as_u32(), ALL);
    }
}

#[test]
fn t16_a_hidden_process_is_denied_and_not_gone() {
    // In a pid namespace of its own, so that this machine's /proc stays as it is.
    let prepare = "mount -t proc -o hidepid=2 proc /proc &&";
    let wrap = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"];
    // The shell is the first process there, and waits for the test.
    as_nobody("nobody_sees_no_hidden_process", prepare, &wrap, 1);
}

#[test]
fn t16_a_closed_process_is_denied_and_not_gone() {
    let prepare = "mount -t proc -o hidepid=1 proc /proc &&";
    let wrap = ["unshare", "--mount", "--pid", "--fork", "--propagation", "private"];
    as_nobody("nobody_sees_no_closed_process", prepare, &wrap, 1);
}

#[test]
#[ignore = "run by t16_a_closed_process_is_denied_and_not_gone, as nobody"]
fn nobody_sees_no_closed_process() {
    assert!(Path::new("/proc/1").exists());
    let first = Process::new(asked_for()).unwrap();
    all_is_denied(&first);
    assert_eq!((first.parent().unwrap(), first.parents().unwrap()), (None, Vec::new()));
}

#[test]
#[ignore = "run by t16_a_hidden_process_is_denied_and_not_gone, as nobody"]
fn nobody_sees_no_hidden_process() {
    assert!(!Path::new("/proc/1").exists());
    all_is_denied(&Process::new(asked_for()).unwrap());
    let mut scanner = Host::local().scanner(Columns::NAME).unwrap();
    assert_eq!(scanner.row(asked_for()).unwrap_err().kind(), ErrorKind::AccessDenied);
    assert_eq!(scanner.row(4_000_000).unwrap_err().kind(), ErrorKind::NoSuchProcess);
    // A family is seen as far as it may be looked at.
    let parents = Process::current().unwrap().parents().unwrap();
    assert!(parents.iter().any(|parent| parent.pid().as_u32() == asked_for()), "{parents:?}");
    assert_eq!(Process::new(4_000_000).unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

/// What the kernel tells everybody by a system call, and psutil tells as well.
const TOLD: &[&str] = &["nice", "ionice", "cpu_affinity"];

fn all_is_denied(process: &Process) {
    for (question, answer) in every_question(process) {
        let kind = answer.err().map(|error| error.kind());
        let is_told = question == "is_running" || TOLD.contains(&question);
        let expected = if is_told { None } else { Some(ErrorKind::AccessDenied) };
        assert_eq!(kind, expected, "{question}");
    }
    // Its start is not known, which is no reason to take it for another process.
    assert!(process.is_running().unwrap());
}

#[test]
fn a_thread_ran_no_longer_than_its_clock_says() {
    use rustix::thread::gettid;
    use rustix::time::{ClockId, clock_gettime};
    let id = gettid().as_raw_nonzero().get().cast_unsigned();
    let turns = match Process::current().unwrap().thread_turns() {
        Ok(turns) => turns,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            return;
        }
    };
    let own = turns.iter().find(|thread| thread.id == id).unwrap();
    let clock = clock_gettime(ClockId::ThreadCPUTime);
    let ran = Duration::new(clock.tv_sec.cast_unsigned(), u32::try_from(clock.tv_nsec).unwrap());
    assert!(own.run_time <= ran && own.turns > 0, "{own:?} of {ran:?}");
    assert!(turns.is_sorted_by_key(|thread| thread.id));
}
