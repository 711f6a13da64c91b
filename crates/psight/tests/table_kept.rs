//! A scanner that keeps files of processes open: it says the same, of the same processes.
#![cfg(target_os = "linux")]
#![cfg(not(force_unsupported))]
#![allow(clippy::unwrap_used, reason = "it is test code")]

use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use psight::table::{Columns, ProcessRow, Scanner};
use psight::{Host, Process};

/// Descriptors are this program's, and so its tests'.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A child that sleeps, and is killed at the end.
struct Sleeper(Child);

impl Sleeper {
    fn new() -> Self {
        Self(Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn scanner(most: usize) -> Scanner {
    let columns = Columns::NAME | Columns::NICE | Columns::UIDS | Columns::CMDLINE;
    let mut scanner = Host::local().scanner(columns).unwrap();
    scanner.keep_open(most);
    scanner
}

fn row(scanner: &mut Scanner, child: &Sleeper) -> Option<ProcessRow> {
    scanner.rows().unwrap().into_iter().find(|row| row.pid.as_u32() == child.0.id())
}

/// How many files and pidfds of processes this program has open.
fn open() -> usize {
    let links = std::fs::read_dir("/proc/self/fd").unwrap();
    let links = links.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok());
    let of_process = |link: &std::path::PathBuf| {
        let text = link.to_string_lossy();
        let file = text.strip_prefix("/proc/").and_then(|rest| rest.chars().next());
        file.is_some_and(|first| first.is_ascii_digit()) && !text.ends_with("/fd")
            || text.contains("[pidfd]")
            || text.starts_with("pidfd:")
    };
    links.filter(of_process).count()
}

#[test]
fn what_changed_since_the_file_was_opened_is_seen() {
    let _alone = alone();
    let child = Sleeper::new();
    let mut scanner = scanner(10_000);
    assert!(row(&mut scanner, &child).unwrap().nice.is_some());
    let pid = child.0.id().to_string();
    // Anybody may make a process nicer, whatever it was.
    match Command::new("renice").args(["-n", "19", "-p", &pid]).output() {
        Ok(output) if output.status.success() => {}
        other => return eprintln!("SKIPPED: renice: {other:?}"),
    }
    let now = row(&mut scanner, &child).unwrap();
    assert_eq!((now.nice, now.name.as_deref()), (Some(19), Some("sleep".as_ref())));
    assert_eq!(now.cmdline.unwrap(), ["sleep", "60"]);
}

/// A program that becomes another one when it is told to, and is busy meanwhile.
fn busy(then: &str) -> Sleeper {
    let script = format!("read line <&3 & while kill -0 $! 2>/dev/null; do :; done; exec {then}");
    let script = format!("exec 3<&0; {script}");
    Sleeper(Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap())
}

fn monitor() -> Scanner {
    let mut scanner = Host::local().scanner(Columns::NAME | Columns::CPU_PERCENT).unwrap();
    scanner.keep_open(10_000);
    scanner
}

#[test]
fn a_monitor_by_clocks_sees_who_is_busy_and_what_a_process_becomes() {
    let _alone = alone();
    let (mut worker, sleeper) = (busy("sleep 60"), Sleeper::new());
    let process = Process::new(worker.0.id()).unwrap();
    let total = || process.cpu_times().unwrap().total();
    let mut scanner = monitor();
    let (most, longest) = (total(), Instant::now());
    let first = row(&mut scanner, &worker).unwrap();
    let (least, shortest) = (total(), Instant::now());
    assert_eq!((first.cpu_percent, first.name.as_deref()), (None, Some("sh".as_ref())));
    assert_eq!(first.process(&Host::local()).unwrap(), process);
    while total() < least + 0.5 {
        assert!(shortest.elapsed() < Duration::from_secs(60), "it gets no processor");
    }
    let (least, shortest) = (total() - least, shortest.elapsed().as_secs_f64());
    let rows = scanner.rows().unwrap();
    let (most, longest) = (total() - most, longest.elapsed().as_secs_f64());
    let now = |child: &Sleeper| {
        rows.iter().find(|row| row.pid.as_u32() == child.0.id()).cloned().unwrap()
    };
    // What stat counted from after the one reading to before the other, and from before to after, but for two ticks.
    let percent = now(&worker).cpu_percent.unwrap();
    let (low, high) = ((least - 0.02) / longest * 100.0, (most + 0.02) / shortest * 100.0);
    assert!((low..=high).contains(&percent), "{low} {percent} {high}");
    assert!(now(&sleeper).cpu_percent.unwrap() < percent);
    assert_eq!(now(&worker).process(&Host::local()).unwrap(), process);
    // The same process by another name.
    drop(worker.0.stdin.take());
    let start = Instant::now();
    while row(&mut scanner, &worker).unwrap().name.as_deref() != Some("sleep".as_ref()) {
        assert!(start.elapsed() < Duration::from_secs(60), "it never became what it was to be");
    }
}

#[test]
fn by_clocks_the_table_is_the_same() {
    let _alone = alone();
    let child = Sleeper::new();
    let mut scanner = monitor();
    scanner.scan(|_| {}).unwrap();
    let start = Instant::now();
    loop {
        let names = |rows: Vec<ProcessRow>| -> Vec<_> {
            rows.into_iter().map(|row| (row.pid, row.start_ticks(), row.name)).collect()
        };
        let plain = Host::local().scanner(Columns::NAME | Columns::STATUS).unwrap().rows().unwrap();
        let (plain, ours) = (names(plain), names(scanner.rows().unwrap()));
        assert!(ours.iter().any(|(pid, ..)| pid.as_u32() == child.0.id()));
        // Others come and go, and workers of the kernel are renamed.
        let others = plain.iter().filter(|row| !ours.contains(row)).count();
        if others == 0 && plain.len() == ours.len() {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{plain:?}\n{ours:?}");
    }
}

#[test]
fn by_clocks_a_process_that_has_gone_is_gone() {
    let _alone = alone();
    let child = Sleeper::new();
    let mut scanner = monitor();
    for _ in 0..2 {
        assert!(row(&mut scanner, &child).is_some());
    }
    let pid = child.0.id();
    drop(child);
    let rows = scanner.rows().unwrap();
    assert!(rows.iter().all(|row| row.pid.as_u32() != pid));
    assert!(open() <= 3 * rows.len(), "{} of {}", open(), rows.len());
    drop(scanner);
    assert_eq!(open(), 0);
}

#[test]
fn a_process_that_has_gone_is_gone_and_its_descriptors_are_closed() {
    let _alone = alone();
    let mut scanner = scanner(10_000);
    let child = Sleeper::new();
    assert!(row(&mut scanner, &child).is_some());
    drop(child);
    let other = Sleeper::new();
    let rows = scanner.rows().unwrap();
    assert!(rows.iter().any(|row| row.pid.as_u32() == other.0.id()));
    // Two files and a pidfd of each, or three files where pidfds do not tell.
    assert!(open() <= 3 * rows.len(), "{} of {}", open(), rows.len());
    drop(scanner);
    assert_eq!(open(), 0);
}

#[test]
fn no_more_are_open_than_were_allowed() {
    let _alone = alone();
    let _children: Vec<_> = (0..5).map(|_| Sleeper::new()).collect();
    let mut scanner = scanner(4);
    for _ in 0..3 {
        scanner.scan(|_| {}).unwrap();
        assert_eq!(open(), 4);
    }
    scanner.keep_open(0);
    assert_eq!(open(), 0);
}
