//! Many calls of every function leave no descriptor, no thread and no memory behind (T-75). Each function is called a
//! hundred times, dear ones less often; with `PSIGHT_LEAK_CALLS=100000` each is called so often, which takes an hour or more.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "it is test code")]

#[path = "../common/mod.rs"]
mod common;
mod complete;
mod ffi;
#[path = "../common/questions.rs"]
mod questions;
mod subject;

use std::fs::File;
use std::process::Command;
use std::time::{Duration, Instant};

use psight::memory::{heap_info, heap_trim};
use psight::process::{Limits, Resource};
use psight::{ErrorKind, Process};
use subject::{Call, Subject, calls};

#[global_allocator]
static COUNTING: ffi::Counting = ffi::Counting;

/// How often each function is called, and after how long that is enough unless `PSIGHT_LEAK_CALLS` says how often.
const CALLS: u32 = 100;
const ENOUGH: Duration = Duration::from_millis(500);

/// What the system may count for this process beside what the calls leave: pages of a heap that it cut otherwise.
const SLACK: u64 = 512 << 10;

/// What a process may have too much of afterwards.
struct Held {
    bytes: usize,
    descriptors: usize,
    threads: usize,
    resident: u64,
    heap: u64,
}

fn held() -> Held {
    heap_trim().ok();
    let me = Process::current().unwrap();
    let heap = heap_info().map_or(0, |heap| heap.heap_used + heap.mmap_used);
    Held {
        bytes: ffi::held(),
        descriptors: std::fs::read_dir("/proc/self/fd").unwrap().count(),
        threads: std::fs::read_dir("/proc/self/task").unwrap().count(),
        resident: me.memory_info().unwrap().rss,
        heap,
    }
}

/// Runs the test `name` once more in a process of its own, where no other test allocates or opens anything. In there it
/// is false.
fn outside(name: &str) -> bool {
    const INSIDE: &str = "PSIGHT_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return false;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]).env(INSIDE, "1");
    assert!(command.status().unwrap().success(), "{name} in a process of its own");
    true
}

#[test]
fn t75_calls_leave_no_descriptor_no_thread_and_no_memory() {
    if outside("t75_calls_leave_no_descriptor_no_thread_and_no_memory") {
        return;
    }
    let wanted = std::env::var("PSIGHT_LEAK_CALLS").ok();
    let wanted: Option<u32> = wanted.map(|number| number.parse().unwrap());
    let seconds = std::env::var("PSIGHT_LEAK_SECONDS").ok();
    let seconds = seconds.map_or(u64::MAX, |number| number.parse().unwrap());
    let enough = if wanted.is_some() { Duration::from_secs(seconds) } else { ENOUGH };
    let only = std::env::var("PSIGHT_LEAK_ONLY").ok();
    let subject = Subject::new();
    let mut leaks = Vec::new();
    for call in calls() {
        if only.as_ref().is_some_and(|only| !call.name().contains(only.as_str())) {
            continue;
        }
        let (made, seconds, leak) = measured(&subject, &call, wanted.unwrap_or(CALLS), enough);
        if wanted.is_some() {
            eprintln!("{:45} {made:7} calls {seconds:8.2} s {leak:?}", call.name());
        }
        leaks.extend(leak.map(|leak| format!("{}: {leak}", call.name())));
    }
    assert!(leaks.is_empty(), "{leaks:#?}");
}

#[test]
fn t75_what_is_left_behind_is_seen() {
    if outside("t75_what_is_left_behind_is_seen") {
        return;
    }
    let subject = Subject::new();
    let leak = |call| measured(&subject, &Call::Other("leak", call), 50, ENOUGH).2.unwrap();
    let memory = leak(|_| {
        std::mem::forget(Box::new(7_u8));
        Ok(serde_json::Value::Null)
    });
    assert_eq!(memory, "50 bytes more after 50 calls");
    let descriptors = leak(|_| {
        std::mem::forget(File::open("/dev/null").unwrap());
        Ok(serde_json::Value::Null)
    });
    assert!(descriptors.contains("descriptors, before"), "{descriptors}");
}

/// How often `call` was made, how long that took, and what it left behind.
///
/// What leaks does so every time. What is kept once and for all (a block of a queue to another thread, say, at whichever
/// call fills the last one) is not left behind by the same number of calls again.
fn measured(
    subject: &Subject,
    call: &Call,
    wanted: u32,
    enough: Duration,
) -> (u32, f64, Option<String>) {
    let mut measure = measured_once(subject, call, wanted, enough);
    for _ in 0..2 {
        if measure.2.is_some() {
            measure = measured_once(subject, call, wanted, enough);
        }
    }
    measure
}

fn measured_once(
    subject: &Subject,
    call: &Call,
    wanted: u32,
    enough: Duration,
) -> (u32, f64, Option<String>) {
    // The first calls may fill buffers of the C library, which stay.
    for _ in 0..5 {
        let _ = call.make(subject);
    }
    let before = held();
    let start = Instant::now();
    let mut made = 0;
    while made < wanted && start.elapsed() < enough {
        let _ = call.make(subject);
        made += 1;
    }
    let seconds = start.elapsed().as_secs_f64();
    // Threads end in their own time.
    let after = common::eventually(|| match held() {
        now if now.threads <= before.threads => Ok(now),
        now => Err(format!("{} threads, before {}", now.threads, before.threads)),
    });
    (made, seconds, leak(&before, &after, made))
}

fn leak(before: &Held, after: &Held, calls: u32) -> Option<String> {
    let bytes = after.bytes.saturating_sub(before.bytes);
    let resident = after.resident.saturating_sub(before.resident);
    let heap = after.heap.saturating_sub(before.heap);
    if after.descriptors != before.descriptors {
        Some(format!("{} descriptors, before {}", after.descriptors, before.descriptors))
    } else if bytes >= calls as usize {
        Some(format!("{bytes} bytes more after {calls} calls"))
    } else if resident > SLACK || heap > SLACK {
        Some(format!("{resident} bytes more in memory, {heap} in the heap, after {calls} calls"))
    } else {
        None
    }
}

#[test]
fn t75_without_a_free_descriptor_there_are_errors_and_nothing_is_lost() {
    if outside("t75_without_a_free_descriptor_there_are_errors_and_nothing_is_lost") {
        return;
    }
    // So that there is an open file to tell of, wherever the output goes.
    let _held = File::open("/etc/passwd").unwrap();
    let subject = Subject::new();
    let calls: Vec<Call> = calls();
    let usual: Vec<_> = calls.iter().map(|call| call.make(&subject)).collect();
    let me = Process::current().unwrap();
    let limits = me.rlimit(Resource::OpenFiles).unwrap();
    let few = Limits::new(psight::process::Limit::Of(64), limits.hard);
    me.set_rlimit(Resource::OpenFiles, few).unwrap();
    let mut wrong = Vec::new();
    let taken: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let refused: Vec<_> = calls.iter().map(|call| call.make(&subject)).collect();
    // One descriptor is enough to begin an answer and not to end it.
    let taken: Vec<File> = taken.into_iter().skip(1).collect();
    let cut: Vec<_> = calls.iter().map(|call| call.make(&subject)).collect();
    let rest: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    let rest = rest.len();
    drop(taken);
    me.set_rlimit(Resource::OpenFiles, limits).unwrap();
    if rest != 1 {
        wrong.push(format!("{rest} descriptors are free where it was one"));
    }
    for answers in [&refused, &cut] {
        for ((call, usual), now) in calls.iter().zip(&usual).zip(answers) {
            wrong.extend(mistake(usual, now).map(|what| format!("{}: {what}", call.name())));
        }
    }
    for (call, usual) in calls.iter().zip(&usual) {
        let again = call.make(&subject);
        if again.is_ok() != usual.is_ok() {
            wrong.push(format!("{}: {again:?} afterwards, {usual:?} before", call.name()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What is wrong with an answer for which descriptors were missing.
fn mistake(usual: &questions::Answer, now: &questions::Answer) -> Option<String> {
    match (usual, now) {
        (Ok(_), Err(error)) => match error.kind() {
            ErrorKind::NoSuchProcess | ErrorKind::ZombieProcess | ErrorKind::Malformed => {
                Some(format!("{error:?}"))
            }
            _ => None,
        },
        // Not known, which is true.
        (_, Ok(serde_json::Value::Null)) => None,
        (Ok(usual), Ok(now)) => {
            let rows = |value: &serde_json::Value| match value {
                serde_json::Value::Array(list) => list.len(),
                serde_json::Value::Object(fields) => fields.len(),
                _ => 1,
            };
            // The machine's processes and sockets come and go meanwhile.
            (rows(now) < rows(usual) / 2 || rows(now) == 0 && rows(usual) > 0)
                .then(|| format!("{} rows of {}", rows(now), rows(usual)))
        }
        _ => None,
    }
}
