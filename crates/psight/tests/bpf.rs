//! What is read through BPF against what `/proc` says. Skipped, with the reason, where the kernel refuses: to those who are
//! not root, in a pid namespace, without the kernel's types.
#![cfg(target_os = "linux")]
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod common;
#[path = "common/sleeper.rs"]
mod sleeper;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{TryRecvError, channel};
use std::time::{Duration, Instant};

use common::{Machine, eventually};
use psight::net::ConnectionKind;
use psight::os::linux::bpf::Path;
use psight::process::Status;
use psight::record::{Record, Value};
use psight::table::{Absence, Columns, ProcessRow, Scanner};
use psight::{Host, Pid, Process};
use rustix::fs::{Mode, OFlags};
use sleeper::Sleeper;

/// A scanner that reads through BPF; `None`, with the reason on stderr, where that is refused.
fn scanner(columns: Columns) -> Option<Scanner> {
    let mut scanner = Host::local().with_bpf().scanner(columns).unwrap();
    scanner.scan(|_| {}).unwrap();
    match scanner.path() {
        Path::Bpf => Some(scanner),
        _ => {
            eprintln!("skipped: {:?}", scanner.bpf_refusal());
            None
        }
    }
}

type Rows = HashMap<u32, ProcessRow>;

fn by_pid(rows: Vec<ProcessRow>) -> Rows {
    rows.into_iter().map(|row| (row.pid.as_u32(), row)).collect()
}

/// The numbers in a value, as far as they may grow while it is looked at.
fn numbers(value: &Value<'_>) -> Option<Vec<f64>> {
    match value {
        Value::Uint(number) => Some(vec![*number as f64]),
        Value::Float(number) => Some(vec![*number]),
        Value::Null => Some(Vec::new()),
        Value::Record(_, values) => {
            let parts: Option<Vec<_>> = values.iter().map(numbers).collect();
            Some(parts?.concat())
        }
        _ => None,
    }
}

/// How the kernel divides what it measured into user and system time is a matter of when it was asked, and it remembers
/// what it said: two ticks.
fn slack(field: &str) -> f64 {
    if field == "cpu_times" { 0.02 } else { 0.0 }
}

/// Whether `value` is what was said before or after it, or lies between the two, or as far from them as `slack`.
fn fits(value: &Value<'_>, before: &Value<'_>, after: &Value<'_>, slack: f64) -> bool {
    if value == before || value == after {
        return true;
    }
    let (Some(value), Some(before), Some(after)) =
        (numbers(value), numbers(before), numbers(after))
    else {
        return false;
    };
    value.len() == before.len()
        && value.len() == after.len()
        && (0..value.len()).all(|at| {
            let (low, high) = (before[at].min(after[at]), before[at].max(after[at]));
            (low - slack..=high + slack).contains(&value[at])
        })
}

/// How often a table is compared before it differs: on a busy machine some process changes in every one.
const ATTEMPTS: u32 = 300;

/// Compares every column of every process until each has agreed once, or its process has gone.
fn compare(scanner: &mut Scanner, columns: Columns) {
    let proc = Host::local();
    let mut agreed = HashSet::new();
    let mut first: Option<HashSet<u32>> = None;
    let mut wrong = Vec::new();
    for _ in 0..ATTEMPTS {
        let before = by_pid(proc.processes(columns).unwrap());
        let rows = scanner.rows().unwrap();
        assert_eq!(scanner.path(), Path::Bpf);
        assert!(rows.is_sorted_by_key(|row| row.pid), "not in the order of the pids");
        let rows = by_pid(rows);
        let after = by_pid(proc.processes(columns).unwrap());
        let first = first.get_or_insert_with(|| before.keys().copied().collect());
        first.retain(|pid| before.contains_key(pid) && after.contains_key(pid));
        wrong.clear();
        for pid in first.iter() {
            let Some(row) = rows.get(pid) else {
                wrong.push(format!("{pid} is missing"));
                continue;
            };
            let all = [row, &before[pid], &after[pid]].map(ProcessRow::values);
            for (at, field) in ProcessRow::FIELDS.iter().enumerate() {
                let [value, before, after] = [&all[0][at], &all[1][at], &all[2][at]];
                if fits(value, before, after, slack(field.name)) {
                    agreed.insert((*pid, field.name));
                } else if !agreed.contains(&(*pid, field.name)) {
                    let values = [value, before, after].map(serde_json::to_string);
                    wrong.push(format!("{pid} {}: {values:?}", field.name));
                }
            }
        }
        if wrong.is_empty() {
            return;
        }
    }
    panic!("{} differ: {wrong:#?}", wrong.len());
}

#[test]
fn every_column_of_every_process_is_what_proc_says() {
    // A percentage has moments of its own.
    let columns = Columns::ALL.minus(Columns::CPU_PERCENT | Columns::MEMORY_FOOTPRINT);
    let Some(mut scanner) = scanner(columns) else { return };
    compare(&mut scanner, columns);
}

#[test]
fn sizes_that_need_not_be_exact_are_those_of_stat() {
    let columns = Columns::RSS | Columns::VMS | Columns::MEMORY_PERCENT | Columns::NAME;
    let Some(mut scanner) = scanner(columns) else { return };
    compare(&mut scanner, columns);
}

#[test]
fn locked_memory_comes_with_exact_sizes() {
    let columns = Columns::RSS | Columns::VMS | Columns::MEMORY_PERCENT | Columns::LOCKED_MEMORY;
    let Some(mut scanner) = scanner(columns) else { return };
    compare(&mut scanner, columns);
}

fn row_of(scanner: &mut Scanner, pid: u32) -> Option<ProcessRow> {
    scanner.rows().unwrap().into_iter().find(|row| row.pid.as_u32() == pid)
}

/// Compares the rows of one process until they agree, and returns that.
fn agreed(scanner: &mut Scanner, pid: u32, is: impl Fn(&ProcessRow) -> bool) -> ProcessRow {
    let columns = row_of(scanner, std::process::id()).unwrap().columns();
    eventually(|| {
        let theirs = by_pid(Host::local().processes(columns).unwrap()).remove(&pid);
        let ours = row_of(scanner, pid);
        match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours.values() == theirs.values() && is(&ours) => Ok(ours),
            other => Err(format!("{other:?}")),
        }
    })
}

#[test]
fn t07_a_zombie_says_what_it_has_lost() {
    let columns = Columns::STATUS | Columns::CMDLINE | Columns::RSS | Columns::UIDS;
    let Some(mut scanner) = scanner(columns) else { return };
    let mut child = Sleeper::new();
    child.kill();
    let row = agreed(&mut scanner, child.id(), |row| row.status == Some(Status::Zombie));
    assert_eq!(row.absence(Columns::CMDLINE), Some(Absence::Zombie));
    assert_eq!(row.rss, Some(0));
}

#[test]
fn t05_arguments_longer_than_a_record_are_whole() {
    let Some(mut scanner) = scanner(Columns::CMDLINE) else { return };
    let zeros = "0".repeat(100_000);
    let child = Sleeper::from(Command::new("sleep").args(["1000", &zeros]).stdin(Stdio::null()));
    let words = ["sleep", "1000", &zeros];
    agreed(&mut scanner, child.id(), |row| row.cmdline.as_ref().is_some_and(|list| list == &words));
}

#[test]
fn a_child_that_was_started_just_now_has_its_arguments() {
    let Some(mut scanner) = scanner(Columns::CMDLINE) else { return };
    let ours = Process::current().unwrap().cmdline().unwrap();
    for _ in 0..20 {
        let child = Sleeper::from(Command::new("sleep").args(["1000", "0"]).stdin(Stdio::null()));
        let asked = Instant::now();
        let row = row_of(&mut scanner, child.id()).unwrap();
        let words = row.cmdline.unwrap();
        // A machine that is too busy for the child to go on is waited for no longer, nor a child that has our memory yet.
        if asked.elapsed() < Duration::from_millis(100) && words != ours {
            assert_eq!(words, ["sleep", "1000", "0"]);
        }
    }
}

#[test]
fn t04_a_program_that_writes_over_its_arguments_says_what_proc_says() {
    let Some(mut scanner) = scanner(Columns::CMDLINE | Columns::NAME) else { return };
    let title = "a-title-that-is-so-much-longer-than-the-arguments-were-before-it";
    let script = format!("$0 = '{title}'; sleep 1000");
    let mut command = Command::new("perl");
    if Command::new("perl").arg("-e1").status().is_err() {
        eprintln!("skipped: there is no perl");
        return;
    }
    let child = Sleeper::from(command.args(["-e", &script]).stdin(Stdio::null()));
    let titled = |row: &ProcessRow| row.cmdline.as_ref().is_some_and(|list| list[0] == title);
    agreed(&mut scanner, child.id(), titled);
}

#[test]
fn t01_a_hostile_name_and_empty_arguments_are_kept_whole() {
    let Some(mut scanner) = scanner(Columns::CMDLINE | Columns::NAME | Columns::EXE) else {
        return;
    };
    let mut command = Command::new("sleep");
    let child = Sleeper::from(command.arg0("").args(["1000", "0", "0"]).stdin(Stdio::null()));
    let row = agreed(&mut scanner, child.id(), |row| {
        row.cmdline.as_ref().is_some_and(|list| list.len() == 4)
    });
    assert_eq!(row.cmdline.unwrap()[0], "");
    let name = b"a) S\n\\(\xff";
    let script = "printf 'a) S\\n\\\\(\\377' > /proc/self/comm; printf 'a) S\\n\\\\(\\377' > /proc/$$/comm; read x";
    let mut command = Command::new("sh");
    let child = Sleeper::from(command.args(["-c", script]).stdin(Stdio::piped()));
    agreed(&mut scanner, child.id(), |row| {
        row.name.as_ref().is_some_and(|found| found.as_encoded_bytes() == name)
    });
}

#[test]
fn what_threads_did_that_have_ended_is_counted() {
    let columns =
        Columns::CPU_TIMES | Columns::PAGE_FAULTS | Columns::IO_COUNTERS | Columns::NUM_THREADS;
    let Some(mut scanner) = scanner(columns) else { return };
    let busy = || {
        let mut sum = 0_u64;
        for turn in 0..20_000_000_u64 {
            sum = sum.wrapping_add(std::hint::black_box(turn));
        }
        std::fs::read("/proc/self/stat").map(|bytes| bytes.len() as u64 + sum)
    };
    for _ in 0..4 {
        std::thread::spawn(busy).join().unwrap().unwrap();
    }
    let (stay, wait) = std::sync::mpsc::channel::<()>();
    let waits = std::thread::spawn(move || wait.recv());
    compare(&mut scanner, columns);
    drop(stay);
    waits.join().unwrap().unwrap_err();
}

#[test]
fn times_never_fall_from_one_reading_to_the_next() {
    let Some(mut scanner) = scanner(Columns::CPU_TIMES | Columns::CREATE_TIME) else { return };
    let mut before = by_pid(scanner.rows().unwrap());
    for _ in 0..50 {
        let after = by_pid(scanner.rows().unwrap());
        for (pid, row) in &after {
            let Some(earlier) = before.get(pid) else { continue };
            if earlier.start_ticks() != row.start_ticks() {
                continue;
            }
            let (was, is) = (earlier.cpu_times.unwrap(), row.cpu_times.unwrap());
            assert!(is.user >= was.user && is.system >= was.system, "{pid}: {was:?}, {is:?}");
        }
        before = after;
    }
}

#[test]
fn more_descriptors_than_a_record_has_are_counted() {
    let Some(mut scanner) = scanner(Columns::NUM_FDS) else { return };
    let mut held = Vec::new();
    while held.len() < 1500 {
        match std::fs::File::open("/dev/null") {
            Ok(file) => held.push(file),
            Err(error) => {
                eprintln!("skipped: {error}");
                return;
            }
        }
    }
    let me = Process::current().unwrap();
    eventually(|| {
        let ours = row_of(&mut scanner, std::process::id()).unwrap().num_fds.unwrap();
        let theirs = me.num_fds().unwrap();
        // Whoever asks opens some of its own, and so do other tests.
        if ours > 1500 && ours.abs_diff(theirs) < 50 {
            Ok(())
        } else {
            Err(format!("{ours}, {theirs}"))
        }
    });
}

/// Whether BPF tells of this machine at all; says why not.
fn refused() -> bool {
    scanner(Columns::PPID).is_none()
}

#[test]
fn sockets_have_the_owners_that_proc_shows() {
    if refused() {
        return;
    }
    let (bpf, proc) = (Host::local().with_bpf(), Host::local());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let _copy = listener.try_clone().unwrap();
    let (_one, other) = UnixStream::pair().unwrap();
    let _copies = [other.try_clone().unwrap(), other.try_clone().unwrap()];
    let child = Sleeper::from(Command::new("sleep").arg("1000").stdin(OwnedFd::from(other)));
    for ask in [Host::connections_with_owners, Host::connections_with_all_owners] {
        let answers = bpf.bpf_answers();
        let rows = |host: &Host| -> HashSet<String> {
            let rows = ask(host, ConnectionKind::All).unwrap().into_iter();
            // Nobody holds those without a number; and queues of others fill and empty.
            let held = rows.filter(|row| row.inode.is_some());
            held.map(|row| {
                format!("{:?}", (row.inode, row.pid, row.fd, row.kind, row.laddr, row.uid))
            })
            .collect()
        };
        let mut agreed = HashSet::new();
        let mut lost = Vec::new();
        for _ in 0..ATTEMPTS {
            let (before, ours, after) = (rows(&proc), rows(&bpf), rows(&proc));
            // What was there before and after was there in between, unless a child had it for a moment.
            let steady = before.intersection(&after);
            lost = steady
                .filter(|row| !ours.contains(*row) && !agreed.contains(*row))
                .cloned()
                .collect();
            if lost.is_empty() {
                break;
            }
            agreed.extend(ours);
        }
        assert!(lost.is_empty(), "{lost:#?}");
        assert!(bpf.bpf_answers() > answers, "BPF was not asked");
    }
    let rows = bpf.connections_with_all_owners(ConnectionKind::Unix).unwrap();
    assert!(rows.iter().any(|row| row.pid == Some(Pid::new(child.id())) && row.fd == Some(0)));
}

#[test]
fn open_files_are_those_that_proc_shows() {
    if refused() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut files = Vec::new();
    for number in 0..40 {
        let mut file = File::create(path(&format!("file {number}\n\\"))).unwrap();
        file.write_all(&vec![b'x'; number]).unwrap();
        files.push(file);
    }
    files.push(File::options().append(true).create(true).open(path("appended")).unwrap());
    files.push(File::options().read(true).append(true).open(path("appended")).unwrap());
    // Not a name: a file is really called so, one is deleted and has another name, one has none left.
    files.push(File::create(path("kept (deleted)")).unwrap());
    files.push(File::create(path("one")).unwrap());
    std::fs::hard_link(path("one"), path("two")).unwrap();
    std::fs::remove_file(path("one")).unwrap();
    files.push(File::create(path("gone")).unwrap());
    std::fs::remove_file(path("gone")).unwrap();
    let kept = File::open(path("two")).unwrap();
    rustix::io::fcntl_setfd(&kept, rustix::io::FdFlags::empty()).unwrap();
    let me = Process::current().unwrap();
    let host = Host::local().with_bpf();
    let bpf = me.on(&host);
    eventually(|| {
        let own = |process: &Process| -> Vec<_> {
            let files = process.open_files().unwrap().into_iter();
            files.filter(|file| file.path.starts_with(folder.path())).collect()
        };
        let (ours, theirs) = (own(&bpf), own(&me));
        if ours == theirs && ours.len() == 45 {
            Ok(())
        } else {
            Err(format!("{ours:#?}, {theirs:#?}"))
        }
    });
    assert!(host.bpf_answers() > 0, "BPF was not asked");
}

#[test]
fn t11_a_path_longer_than_a_page_is_left_out_as_proc_leaves_it_out() {
    if refused() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut at = rustix::fs::open(folder.path(), OFlags::DIRECTORY, Mode::empty()).unwrap();
    let name = "d".repeat(250);
    for _ in 0..17 {
        rustix::fs::mkdirat(&at, &name, Mode::RWXU).unwrap();
        at = rustix::fs::openat(&at, &name, OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    let deep = rustix::fs::openat(&at, "deep", OFlags::CREATE | OFlags::RDWR, Mode::RWXU).unwrap();
    let files: Vec<_> = (0..20)
        .map(|number| File::create(folder.path().join(number.to_string())).unwrap())
        .collect();
    let me = Process::current().unwrap();
    let host = Host::local().with_bpf();
    let found = me.on(&host).open_files().unwrap();
    let deep = deep.as_raw_fd().cast_unsigned();
    assert!(found.iter().any(|file| file.fd == Some(files[0].as_raw_fd().cast_unsigned())));
    assert!(found.iter().all(|file| file.fd != Some(deep)));
    assert!(me.open_files().unwrap().iter().all(|file| file.fd != Some(deep)));
    assert!(host.bpf_answers() > 0, "BPF was not asked");
}

#[test]
fn threads_are_those_that_proc_shows() {
    if refused() {
        return;
    }
    let (stay, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Arc::new(std::sync::Mutex::new(wait));
    let threads: Vec<_> = (0..40)
        .map(|number| {
            let wait = wait.clone();
            let named = std::thread::Builder::new().name(format!("worker {number}"));
            named.spawn(move || wait.lock().unwrap().recv().unwrap_err()).unwrap()
        })
        .collect();
    let me = Process::current().unwrap();
    let host = Host::local().with_bpf();
    let bpf = me.on(&host);
    eventually(|| {
        let own = |process: &Process| -> Vec<_> {
            let threads = process.threads().unwrap().into_iter();
            let named = threads.filter(|thread| {
                thread
                    .name
                    .as_ref()
                    .is_some_and(|name| name.to_string_lossy().starts_with("worker "))
            });
            named.collect()
        };
        let (ours, theirs) = (own(&bpf), own(&me));
        if ours == theirs && ours.len() == 40 {
            Ok(())
        } else {
            Err(format!("{ours:#?}, {theirs:#?}"))
        }
    });
    assert!(host.bpf_answers() > 0, "BPF was not asked");
    drop(stay);
    threads.into_iter().for_each(|thread| {
        thread.join().unwrap();
    });
}

#[test]
fn a_process_that_is_gone_is_gone() {
    let mut child = Sleeper::new();
    let process = Process::new(child.id()).unwrap().on(&Host::local().with_bpf());
    child.end();
    assert!(process.threads().unwrap_err().is_gone());
    assert!(process.open_files().unwrap_err().is_gone());
}

#[test]
fn a_percentage_is_there_from_the_second_reading_on() {
    let Some(mut scanner) = scanner(Columns::CPU_PERCENT) else { return };
    let me = std::process::id();
    let percent = eventually(|| {
        let percent = row_of(&mut scanner, me).unwrap().cpu_percent;
        percent.filter(|percent| *percent > 0.0).ok_or_else(|| "not busy".to_owned())
    });
    assert!(percent.is_finite());
}

#[test]
fn one_row_is_read_from_proc_between_readings() {
    let Some(mut scanner) = scanner(Columns::NAME | Columns::PPID) else { return };
    let one = scanner.row(std::process::id()).unwrap();
    assert_eq!(row_of(&mut scanner, std::process::id()).unwrap().values(), one.values());
}

#[test]
fn the_first_table_has_each_process_once_though_others_come_and_go() {
    if scanner(Columns::NAME).is_none() {
        return;
    }
    let sleepers: Vec<Sleeper> = (0..5).map(|_| Sleeper::new()).collect();
    // It is closed when the test ends in whatever way.
    let (open, is_over) = channel::<()>();
    std::thread::scope(|scope| {
        let _open = open;
        scope.spawn(move || {
            while is_over.try_recv() == Err(TryRecvError::Empty) {
                // Threads and processes: the kernel's count of both is not that of the records.
                std::thread::scope(|threads| drop(threads.spawn(|| {})));
                let _ = Command::new("true").stdin(Stdio::null()).status();
            }
        });
        for _ in 0..5 {
            let host = Host::local().with_bpf();
            let rows = host.processes(Columns::NAME | Columns::CMDLINE).unwrap();
            assert_eq!(host.bpf_answers(), 1, "{:?}", host.bpf_refusal());
            let pids: HashSet<u32> = rows.iter().map(|row| row.pid.as_u32()).collect();
            assert_eq!(pids.len(), rows.len());
            assert!(sleepers.iter().all(|sleeper| pids.contains(&sleeper.id())));
        }
    });
}

#[test]
fn one_process_is_no_reason_to_load_a_program() {
    let host = Host::local().with_bpf();
    let mut scanner = host.scanner(Columns::NAME).unwrap();
    scanner.row(std::process::id()).unwrap();
    assert_eq!((host.bpf_answers(), host.bpf_refusal().is_none()), (0, true));
    // A whole table is one, and it says how that went.
    scanner.scan(|_| {}).unwrap();
    assert_eq!(host.bpf_answers() == 1, host.bpf_refusal().is_none());
}

#[test]
fn where_bpf_is_no_use_the_files_are_read_and_nothing_else_changes() {
    let captured = Machine::captured().file("proc/7/stat", common::stat(7, 1, 9));
    let host = captured.host().with_bpf();
    let mut scanner = host.scanner(Columns::PPID).unwrap();
    assert_eq!(scanner.rows().unwrap().len(), 1);
    assert_eq!((scanner.path(), host.bpf_answers()), (Path::Proc, 0));
    assert!(scanner.bpf_refusal().unwrap().is_unsupported());
    assert!(host.bpf_refusal().unwrap().is_unsupported());
    let local = Host::local().scanner(Columns::PPID).unwrap();
    assert_eq!((local.path(), local.bpf_refusal().is_none()), (Path::Proc, true));
}

#[test]
fn a_clone_with_another_proc_reads_that() {
    let Some(scanner) = scanner(Columns::PPID) else { return };
    drop(scanner);
    let host = Host::local().with_bpf();
    host.processes(Columns::PPID).unwrap();
    let machine = Machine::live().file("7/stat", common::stat(7, 1, 9));
    let other = host.with_proc(machine.path(""));
    assert_eq!(other.processes(Columns::PPID).unwrap().len(), 1);
}

#[test]
fn readings_at_the_same_time_do_not_disturb_each_other() {
    let Some(scanner) = scanner(Columns::NAME | Columns::CMDLINE) else { return };
    drop(scanner);
    let host = Host::local().with_bpf();
    let child = Sleeper::new();
    // Before its exec it is a copy of this program.
    eventually(|| {
        let row = host
            .processes(Columns::NAME)
            .unwrap()
            .into_iter()
            .find(|row| row.pid.as_u32() == child.id());
        match row.and_then(|row| row.name) {
            Some(name) if name == "sleep" => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..15 {
                    let rows = host.processes(Columns::NAME | Columns::CMDLINE).unwrap();
                    let row = rows.iter().find(|row| row.pid.as_u32() == child.id()).unwrap();
                    assert_eq!(row.cmdline.as_ref().unwrap(), &["sleep", "1000"]);
                }
            });
        }
    });
}

/// 150 children and a family among them. Both shells say when theirs are there.
const FAMILY: &str = "for i in $(seq 150); do sleep 1000 & done
sh -c 'sleep 1000 & sleep 1000 & echo; wait' &
echo; wait";

#[test]
fn a_large_family_is_the_same_family() {
    if scanner(Columns::PPID).is_none() {
        return;
    }
    let mut shell = Command::new("sh");
    // In a group of its own, to be ended together.
    shell.args(["-c", FAMILY]).stdout(Stdio::piped()).process_group(0);
    let mut shell = shell.spawn().unwrap();
    shell.stdout.as_mut().unwrap().read_exact(&mut [0; 2]).unwrap();
    let host = Host::local().with_bpf();
    let of = |host: &Host| host.process(shell.id()).and_then(|shell| shell.descendants());
    let (plainly, by_bpf) = (of(&Host::local()), of(&host));
    let group = rustix::process::Pid::from_child(&shell);
    rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
    shell.wait().unwrap();
    assert_eq!(host.bpf_answers(), 1, "{:?}", host.bpf_refusal());
    assert_eq!(by_bpf.as_ref().unwrap().len(), 153);
    assert_eq!(plainly.unwrap(), by_bpf.unwrap());
}
