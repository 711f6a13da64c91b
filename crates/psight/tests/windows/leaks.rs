//! Many calls of every function leave no handle and no thread behind. Each is called a hundred times, dear ones less often;
//! with `PSIGHT_LEAK_CALLS=10000` each is called so often, which takes an hour, unless `PSIGHT_LEAK_SECONDS` says how long
//! that may be for each. `PSIGHT_LEAK_ONLY` chooses among them by a text in their names.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use psight::process::{IoClass, Signal, wait_procs};
use psight::{Host, Pid, Process};

use crate::child::Told;
use crate::ffi::held;
use crate::questions::{OF_HOSTS, OF_PROCESSES};

/// How often each function is called, and after how long that is enough unless `PSIGHT_LEAK_CALLS` says how often.
const CALLS: u64 = 100;
const ENOUGH: Duration = Duration::from_millis(500);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap())
}

/// In a process of its own, where no other test opens anything.
#[test]
fn many_calls_leave_no_handle_and_no_thread_behind() {
    const INSIDE: &str = "PSIGHT_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_none() {
        let mut inside = Command::new(std::env::current_exe().unwrap());
        let name = "leaks::many_calls_leave_no_handle_and_no_thread_behind";
        inside.args([name, "--exact", "--nocapture"]).env(INSIDE, "1");
        assert!(inside.status().unwrap().success());
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
    changes(&processes[1]);
    check("Process::memory_counters", || drop(processes[1].memory_counters()));
    check("Process::mapped_files", || drop(processes[1].mapped_files().unwrap()));
    check("Host::services", || drop(host.services().unwrap()));
    check("Host::service", || drop(host.service("PlugPlay").unwrap()));
    check("Host::service of nothing", || drop(host.service("nothing").unwrap_err()));
    check("Host::process of nobody", || drop(host.process(Pid::new(u32::MAX))));
    check("Process::current", || drop(Process::current()));
    check("LoadSampler::sample", || drop(host.load_sampler().sample()));
    check("take_debug_privilege", || {
        drop(psight::os::windows::privilege::take_debug_privilege());
    });
    check("heap_info", || drop(psight::memory::heap_info()));
    check("heap_trim", || drop(psight::memory::heap_trim()));
}

/// What changes a process or waits for it; one that is gone, and one that is started for it, among them.
fn changes(child: &Process) {
    let ended = || {
        let mut command = Command::new("cmd");
        let command = command.args(["/c", "pause"]).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut started = command.spawn().unwrap();
        let process = Process::new(started.id()).unwrap();
        process.terminate().unwrap();
        process.wait(None).unwrap();
        started.wait().unwrap();
        process
    };
    let gone = ended();
    check("Process::terminate, wait", || drop(ended()));
    check("Process::kill of one that is gone", || drop(gone.kill().unwrap_err()));
    check("Process::cmdline of one that is gone", || drop(gone.cmdline().unwrap_err()));
    check("Process::open_files of one that is gone", || drop(gone.open_files().unwrap_err()));
    check("Process::wait", || drop(child.wait(Some(Duration::ZERO))));
    check("wait_procs", || {
        drop(wait_procs([child, &gone], Some(Duration::ZERO), |_| {}).unwrap());
    });
    check("Process::send_signal", || child.send_signal(Signal::new(0)).unwrap());
    check("Process::send_signal that is none", || {
        drop(child.send_signal(Signal::new(9999)).unwrap_err());
    });
    check("Process::set_nice", || child.set_nice(0x20).unwrap());
    check("Process::set_cpu_affinity", || child.set_cpu_affinity(&[]).unwrap());
    check("Process::set_cpu_affinity to none", || {
        drop(child.set_cpu_affinity(&[u32::MAX]).unwrap_err());
    });
    check("Process::set_ionice", || drop(child.set_ionice(IoClass::Normal, None)));
    check("Process::suspend, resume", || {
        child.suspend().unwrap();
        child.resume().unwrap();
    });
}

fn check(name: &str, call: impl Fn()) {
    if std::env::var("PSIGHT_LEAK_ONLY").is_ok_and(|text| !name.contains(&text)) {
        return;
    }
    (0..3).for_each(|_| call());
    let before = held();
    let (calls, start) = (number("PSIGHT_LEAK_CALLS"), Instant::now());
    let enough = match number("PSIGHT_LEAK_SECONDS") {
        None if calls.is_none() => ENOUGH,
        seconds => Duration::from_secs(seconds.unwrap_or(u64::MAX)),
    };
    let calls = calls.unwrap_or(CALLS);
    let called = (0..calls).take_while(|_| start.elapsed() < enough).map(|_| call()).count();
    let took = start.elapsed();
    // A helper ends a moment after its answer, and the system counts a thread until it has gone.
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut after = held();
    while (after.0 > before.0 || after.1 > before.1) && Instant::now() < deadline {
        std::thread::yield_now();
        after = held();
    }
    if number("PSIGHT_LEAK_CALLS").is_some() {
        println!("{name}: {called} calls in {took:?}, handles and threads {before:?} {after:?}");
    }
    assert!(after.0 <= before.0 && after.1 <= before.1, "{name}: {before:?} {after:?}");
}
