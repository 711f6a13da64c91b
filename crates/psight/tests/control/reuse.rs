//! A pid that another process has by now, in a pid namespace where the kernel can be told which pid comes next.

use std::process::Command;
use std::time::{Duration, Instant};

use psight::process::{IoClass, Limit, Limits, Resource, Signal, wait_procs};
use psight::{Error, ErrorKind, Process};

use super::{Own, again, inside, is_root};

const NAME: &str = "reuse::t26_who_has_a_pid_by_now_is_left_alone";

/// The words that run a program as the first of a pid namespace with its own /proc, where that is allowed.
fn namespace() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [
        &["unshare", "-p", "-f", "--mount-proc", "--kill-child"],
        &["unshare", "-U", "-r", "-p", "-f", "--mount-proc", "--kill-child"],
    ];
    ways.into_iter().skip(usize::from(!is_root())).find(|way| {
        let mut probe = Command::new(way[0]);
        let script =
            "test -w /proc/sys/kernel/ns_last_pid && echo 100 > /proc/sys/kernel/ns_last_pid";
        probe.args(&way[1..]).args(["sh", "-c", script]);
        probe.output().is_ok_and(|output| output.status.success())
    })
}

#[test]
fn t26_who_has_a_pid_by_now_is_left_alone() {
    if inside() {
        return reused();
    }
    let Some(way) = namespace() else {
        eprintln!("skipped: no pid namespace can be made here, so no pid can be given twice");
        return;
    };
    assert!(again(NAME, way).unwrap().success());
}

/// A process that has ended, and another one with its pid.
fn twice() -> (Process, Own) {
    let mut first = Own::sleep();
    let stale = Process::new(first.pid()).unwrap();
    first.child.kill().unwrap();
    first.child.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        assert!(Instant::now() < deadline, "the pid was not given again");
        let last = (first.pid() - 1).to_string();
        std::fs::write("/proc/sys/kernel/ns_last_pid", last).unwrap();
        let second = Own::sleep();
        // Within one tick of the clock the two cannot be told apart.
        if second.pid() == first.pid() && second.process != stale {
            return (stale, second);
        }
    }
}

fn reused() {
    let (stale, mut second) = twice();
    let nice = second.process.nice().unwrap();
    let files = second.process.rlimit(Resource::OpenFiles).unwrap();
    let io = second.process.ionice().unwrap();
    let cpus = second.process.cpu_affinity().unwrap();
    assert!(!stale.is_running().unwrap());
    assert!(second.process.is_running().unwrap());
    assert_ne!(stale, second.process);

    let lower = Limits::new(Limit::Of(7), files.hard);
    let refused: Vec<(&str, Result<(), Error>)> = vec![
        ("send_signal", stale.send_signal(Signal::TERM)),
        ("signal 0", stale.send_signal(Signal::new(0))),
        ("suspend", stale.suspend()),
        ("resume", stale.resume()),
        ("terminate", stale.terminate()),
        ("kill", stale.kill()),
        ("set_nice", stale.set_nice(nice + 5)),
        ("set_ionice", stale.set_ionice(IoClass::Idle, None)),
        ("set_cpu_affinity", stale.set_cpu_affinity(&cpus[..1])),
        ("set_rlimit", stale.set_rlimit(Resource::OpenFiles, lower).map(drop)),
        ("ppid", stale.ppid().map(drop)),
        ("parent", stale.parent().map(drop)),
        ("parents", stale.parents().map(drop)),
        ("children", stale.children().map(drop)),
        ("descendants", stale.descendants().map(drop)),
    ];
    for (what, answer) in refused {
        let error = answer.expect_err(what);
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess, "{what}: {error}");
        assert!(error.to_string().contains("PID has been reused"), "{what}: {error}");
    }

    assert!(second.runs());
    assert_eq!(second.process.nice().unwrap(), nice);
    assert_eq!(second.process.ionice().unwrap(), io);
    assert_eq!(second.process.cpu_affinity().unwrap(), cpus);
    assert_eq!(second.process.rlimit(Resource::OpenFiles).unwrap(), files);

    // The one that is waited for has ended, and the other's end is not taken from its parent.
    let (other_stale, mut third) = twice();
    for own in [&second, &third] {
        own.process.kill().unwrap();
        super::becomes(&own.process, 'Z');
    }
    assert_eq!(stale.wait(None).unwrap(), None);
    let waited = wait_procs([&other_stale], None, |_| {}).unwrap();
    assert_eq!((waited.gone.len(), waited.gone[0].status), (1, None));
    for own in [&mut second, &mut third] {
        let status = own.child.wait().unwrap();
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9));
    }
}
