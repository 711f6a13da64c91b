//! Processors, memory, times and users of the machine.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use psight::{ErrorKind, Host};

use crate::{until, wine_lacks};

fn said_by(program: &str) -> String {
    let output = Command::new(program).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_lowercase()
}

/// A number of kB out of `/proc/meminfo` of the system below Wine; `None` on Windows.
fn meminfo(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(Path::new(r"Z:\proc\meminfo")).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[test]
fn processors_are_counted_as_the_standard_library_counts_them() {
    let host = Host::local();
    let count = std::thread::available_parallelism().unwrap().get();
    assert_eq!(host.cpu_count().unwrap() as usize, count);
    let cores = host.cpu_count_physical().unwrap().unwrap() as usize;
    assert!(0 < cores && cores <= count, "{cores}");
    let sample = host.cpu_sample().unwrap();
    assert_eq!(sample.cpus.len(), count);
    assert!(sample.cpus.iter().zip(0..).all(|(times, number)| times.cpu == number));
}

#[test]
fn a_busy_processor_is_busy() {
    let host = Host::local();
    let before = host.cpu_sample().unwrap();
    until("a second of work", || {
        std::hint::black_box((0..100_000_u64).sum::<u64>());
        host.cpu_times().unwrap().busy() - before.total.busy() >= 1.0
    });
    let now = host.cpu_sample().unwrap();
    assert!(now.percent_since(&before) > 10.0);
    let parts = now.percents_since(&before);
    let sum = parts.user + parts.system + parts.idle;
    let sum = sum + parts.irq.unwrap() + parts.dpc.unwrap();
    assert!((99.9..100.1).contains(&sum), "{sum}");
}

#[test]
fn times_only_grow() {
    let host = Host::local();
    let mut before = host.cpu_times().unwrap();
    for _ in 0..50 {
        let now = host.cpu_times().unwrap();
        assert!(now.user >= before.user && now.idle >= before.idle);
        before = now;
    }
}

#[test]
fn counts_of_the_processors_grow() {
    let host = Host::local();
    if !wine_lacks("how often threads were switched") {
        let before = host.cpu_stats().unwrap();
        until("switches, interrupts and calls", || {
            let now = host.cpu_stats().unwrap();
            now.ctx_switches > before.ctx_switches
                && now.interrupts > before.interrupts
                && now.syscalls > before.syscalls
        });
    }
}

#[test]
fn each_processor_has_a_frequency() {
    let host = Host::local();
    match host.per_cpu_freq() {
        Ok(all) => assert!(all.iter().all(|cpu| cpu.freq.current > 100.0), "{all:?}"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::Unsupported),
    }
}

#[test]
fn memory_adds_up() {
    let memory = Host::local().virtual_memory().unwrap();
    assert_eq!(memory.used + memory.available, memory.total);
    assert_eq!(memory.free, memory.available);
    assert!(memory.available > 0 && memory.cached.is_some() && memory.wired.is_some());
    if let Some(total) = meminfo("MemTotal:") {
        // Wine asks sysinfo(2), which counts a few pages more.
        assert!(memory.total.abs_diff(total) < 1 << 20, "{} {total}", memory.total);
    }
}

#[test]
fn what_a_page_file_holds_is_no_more_than_its_size() {
    match Host::local().swap_memory() {
        Ok(swap) => assert_eq!(swap.used + swap.free, swap.total),
        Err(error) => {
            assert!(crate::ffi::is_wine(), "{error}");
            assert_eq!(error.kind(), ErrorKind::Unsupported);
        }
    }
}

#[test]
fn the_machine_started_as_long_ago_as_it_runs() {
    let host = Host::local();
    let (boot, since) = (host.boot_time().unwrap(), host.time_since_boot().unwrap());
    assert!(boot < SystemTime::now());
    assert!(host.uptime().unwrap() <= since + Duration::from_secs(1));
    if !wine_lacks("when the machine started, but when Wine did") {
        let counted = boot.elapsed().unwrap();
        assert!(counted.abs_diff(since) < Duration::from_secs(2), "{counted:?} {since:?}");
    }
}

#[test]
fn the_machine_is_called_as_hostname_says() {
    let info = Host::local().info().unwrap();
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    assert_eq!(short(&info.hostname.unwrap()), short(&said_by("hostname")));
    assert_eq!(info.architecture.as_deref(), Some("x86_64"));
    let kernel = info.kernel.unwrap();
    assert!(said_by("cmd").contains(&kernel), "{kernel}");
    assert!(info.os.is_some() && info.processor.is_some());
}

#[test]
fn who_asks_is_logged_in() {
    let me = said_by("whoami");
    let me = me.rsplit('\\').next().unwrap();
    let users = Host::local().users().unwrap();
    if users.is_empty() && wine_lacks("since when sessions are there") {
        return;
    }
    let found = users.iter().find(|user| user.name.to_str().unwrap().to_lowercase() == me);
    assert!(found.unwrap().started <= SystemTime::now());
}

#[test]
fn the_load_is_what_wants_to_run() {
    let mut sampler = Host::local().load_sampler();
    assert_eq!(Host::local().load_average().unwrap_err().kind(), ErrorKind::Unsupported);
    if wine_lacks("what threads do") {
        assert_eq!(sampler.sample().unwrap_err().kind(), ErrorKind::Unsupported);
        return;
    }
    let mut children: Vec<_> = (0..4).map(|_| crate::child::Told::new()).collect();
    children.iter_mut().for_each(|child| child.tell("work 10000"));
    until("four threads work", || {
        let mut fresh = Host::local().load_sampler();
        fresh.sample().unwrap().one >= 3.0
    });
    let load = sampler.sample().unwrap();
    assert!(load.one >= 3.0);
}
