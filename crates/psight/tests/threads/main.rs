//! Asking from many threads at once, and in a child after `fork(2)` (T-73).
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "it is test code")]

mod ffi;
#[path = "../common/questions.rs"]
mod questions;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use psight::disk::{DiskProber, Mounts};
use psight::{Host, Process};
use questions::{Answer, OF_HOSTS, OF_PROCESSES};

const THREADS: usize = 8;

fn laptop() -> Host {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux");
    Host::at(fixtures.join("6.8-laptop")).unwrap()
}

/// Every answer of a machine that does not change, and of all its processes.
fn everything(host: &Host, processes: &[Process]) -> Vec<(String, String)> {
    let text = |answer: Answer| format!("{answer:?}");
    let mut all = Vec::new();
    for (name, ask) in OF_HOSTS {
        all.push(((*name).to_owned(), text(ask(host))));
    }
    for process in processes {
        let of = format!("of {}", process.pid());
        all.extend(
            OF_PROCESSES.iter().map(|(name, ask)| (format!("{name} {of}"), text(ask(process)))),
        );
    }
    all
}

#[test]
fn t73_eight_threads_that_share_a_machine_and_its_processes_are_told_the_same() {
    let alone = laptop();
    let expected = everything(&alone, &alone.process_list().unwrap());
    assert!(expected.iter().filter(|(_, answer)| answer.starts_with("Ok")).count() > 500);
    // Nobody has asked these before: what they keep is filled by whoever comes first.
    let host = laptop();
    let processes = host.process_list().unwrap();
    let once: Vec<Process> = processes.iter().map(Process::oneshot).collect();
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let (host, expected) = (&host, &expected);
            let processes = if number % 2 == 0 { &processes } else { &once };
            scope.spawn(move || {
                for (found, expected) in everything(host, processes).iter().zip(expected) {
                    assert_eq!(found, expected, "in thread {number}");
                }
            });
        }
    });
}

#[test]
fn t73_eight_threads_ask_the_live_machine_and_each_of_them_is_answered() {
    let host = Host::local();
    let me = Process::current().unwrap();
    let names: Vec<bool> = OF_HOSTS.iter().map(|(_, ask)| ask(&host).is_ok()).collect();
    let own: Vec<bool> = OF_PROCESSES.iter().map(|(_, ask)| ask(&me).is_ok()).collect();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for ((name, ask), answered) in OF_HOSTS.iter().zip(&names) {
                    let answer = ask(&host);
                    assert_eq!(answer.is_ok(), *answered, "{name}: {answer:?}");
                }
                for ((name, ask), answered) in OF_PROCESSES.iter().zip(&own) {
                    let answer = ask(&me);
                    assert_eq!(answer.is_ok(), *answered, "{name}: {answer:?}");
                }
            });
        }
    });
}

#[test]
fn t73_after_fork_the_child_is_told_of_itself_and_not_of_its_parent() {
    let parent = std::process::id();
    let host = Host::local();
    // What the parent has asked before must not be taken for the child's.
    let before = Process::current().unwrap();
    before.memory_info().unwrap();
    let boot = host.boot_time().unwrap();
    let mut command = Command::new("true");
    ffi::before_exec(&mut command, move || {
        let failed = |error: psight::Error| std::io::Error::other(error.to_string());
        let me = Process::current().map_err(failed)?;
        let child = me.pid().as_u32();
        let is_child = child == std::process::id() && child != parent;
        let is_ours = me.ppid().map_err(failed)?.as_u32() == parent && me != before;
        let same_machine = host.boot_time().map_err(failed)? == boot;
        // The thread that forked is the only one that is left.
        let alone = me.num_threads().map_err(failed)? == 1;
        host.virtual_memory().map_err(failed)?;
        host.connections(psight::net::ConnectionKind::All).map_err(failed)?;
        let there = host.pids().map_err(failed)?.contains(&me.pid());
        let right = is_child && is_ours && same_machine && alone && there;
        // Only a number comes back through the pipe of the standard library.
        if right { Ok(()) } else { Err(std::io::Error::from_raw_os_error(libc::EPROTO)) }
    });
    let status = command.status().unwrap();
    assert!(status.success());
}

#[test]
fn t73_after_fork_the_child_asks_file_systems_by_threads_of_its_own() {
    /// As long as it takes; a helper that is not there never answers.
    const LONG: Duration = Duration::from_secs(60);
    let prober = DiskProber::new(&Host::local());
    prober.disk_usage("/", LONG).unwrap();
    let mut command = Command::new("true");
    ffi::before_exec(&mut command, move || {
        let failed = |error: psight::Error| std::io::Error::other(error.to_string());
        prober.disk_usage("/", LONG).map_err(failed)?;
        prober.disk_usage("/", LONG).map_err(failed)?;
        Ok(())
    });
    let start = std::time::Instant::now();
    assert!(command.status().unwrap().success());
    assert!(start.elapsed() < LONG);
}

/// What `/proc/self` has for this whole process while its main thread lives.
fn of_the_machine(host: &Host) -> psight::Result<()> {
    host.net_io_counters()?;
    host.partitions(Mounts::All)?;
    host.partitions(Mounts::Physical)?;
    DiskProber::new(host).disk_usage("/", Duration::from_secs(10))?;
    host.effective_memory()?;
    Process::current()?.num_threads()?;
    Ok(())
}

#[test]
fn t73_a_thread_that_outlives_the_main_one_is_told_of_the_machine() {
    let host = Host::local();
    of_the_machine(&host).unwrap();
    let complete = host.effective_cpus().unwrap().complete;
    let mut command = Command::new("true");
    // The child becomes no other program: what it says is how it ends.
    ffi::before_exec(&mut command, move || {
        let host = host.clone();
        let main = std::process::id().to_string();
        std::thread::spawn(move || {
            let stat = Path::new("/proc").join(main).join("stat");
            while !std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") Z ")) {
                std::thread::yield_now();
            }
            let same = host.effective_cpus().is_ok_and(|cpus| cpus.complete == complete);
            let code = match of_the_machine(&host) {
                Ok(()) if same => 0,
                Ok(()) => 2,
                Err(_) => 1,
            };
            ffi::end_process(code);
        });
        ffi::end_thread();
        Ok(())
    });
    assert_eq!(command.status().unwrap().code(), Some(0));
}
