//! Many calls of every function leave no handle and no thread behind. Each is called a hundred times, or as often as
//! `PSIGHT_LEAK_CALLS` says, but no longer than `PSIGHT_LEAK_SECONDS`, half a second
//! otherwise; `PSIGHT_LEAK_ONLY` chooses among them by a text in their names.

use std::process::Command;
use std::time::{Duration, Instant};

use psight::{Host, Process};

use crate::child::Told;
use crate::ffi::held;
use crate::questions::{OF_HOSTS, OF_PROCESSES};

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// In a process of its own, where no other test opens anything.
#[test]
fn many_calls_leave_no_handle_and_no_thread_behind() {
    const INSIDE: &str = "PSIGHT_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_none() {
        let mut inside = Command::new(std::env::current_exe().unwrap());
        let name = "leaks::many_calls_leave_no_handle_and_no_thread_behind";
        inside.args([name, "--exact", "--nocapture"]).env(INSIDE, "1");
        let output = inside.output().unwrap();
        print!("{}", String::from_utf8_lossy(&output.stdout));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let host = Host::local();
    let child = Told::new();
    let processes = [Process::current().unwrap(), child.process()];
    for (name, question) in OF_HOSTS {
        check(name, || drop(question(&host)));
    }
    for (name, question) in OF_PROCESSES {
        for process in &processes {
            check(name, || drop(question(process)));
        }
    }
    check("Process::set_nice", || processes[1].set_nice(0x20).unwrap());
    check("Process::set_cpu_affinity", || processes[1].set_cpu_affinity(&[]).unwrap());
    check("Process::set_ionice", || {
        drop(processes[1].set_ionice(psight::process::IoClass::Normal, None))
    });
    check("Process::suspend, resume", || {
        processes[1].suspend().unwrap();
        processes[1].resume().unwrap();
    });
    check("Process::wait", || drop(processes[1].wait(Some(Duration::ZERO))));
    check("Process::memory_counters", || drop(processes[1].memory_counters()));
    check("Process::mapped_files", || drop(processes[1].mapped_files().unwrap()));
    check("Host::services", || drop(host.services().unwrap()));
    check("Host::service", || drop(host.service("PlugPlay").unwrap()));
    check("LoadSampler::sample", || drop(host.load_sampler().sample()));
    check("take_debug_privilege", || {
        drop(psight::os::windows::privilege::take_debug_privilege());
    });
    check("heap_info", || drop(psight::memory::heap_info()));
}

fn check(name: &str, call: impl Fn()) {
    if std::env::var("PSIGHT_LEAK_ONLY").is_ok_and(|text| !name.contains(&text)) {
        return;
    }
    (0..3).for_each(|_| call());
    let before = held();
    let (calls, start) = (number("PSIGHT_LEAK_CALLS", 100), Instant::now());
    let enough = match number("PSIGHT_LEAK_SECONDS", 0) {
        0 => Duration::from_millis(500),
        seconds => Duration::from_secs(seconds),
    };
    let called = (0..calls).take_while(|_| start.elapsed() < enough).map(|_| call()).count();
    let took = start.elapsed();
    // A helper ends a moment after its answer, and the system counts a thread until it has gone.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut after = held();
    while (after.0 > before.0 || after.1 > before.1) && Instant::now() < deadline {
        std::thread::yield_now();
        after = held();
    }
    println!("{name}: {called} calls in {took:?}, handles and threads {before:?} {after:?}");
    assert!(after.0 <= before.0 && after.1 <= before.1, "{name}: {before:?} {after:?}");
}
