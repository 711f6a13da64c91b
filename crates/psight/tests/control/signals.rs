//! Signals.

use psight::process::{ExitStatus, Signal};
use psight::{ErrorKind, Process};

use super::{Own, becomes};
use crate::common::{Machine, output};

#[test]
fn a_process_is_suspended_and_goes_on() {
    let own = Own::sleep();
    own.process.suspend().unwrap();
    becomes(&own.process, 'T');
    own.process.resume().unwrap();
    becomes(&own.process, 'S');
}

#[test]
fn a_process_is_asked_to_end_or_killed() {
    for (signal, act) in [
        (Signal::TERM, Process::terminate as fn(&Process) -> psight::Result<()>),
        (Signal::KILL, Process::kill),
    ] {
        let own = Own::sleep();
        act(&own.process).unwrap();
        let status = own.process.wait(None).unwrap().unwrap();
        assert_eq!(status, ExitStatus::Signaled { signal, core_dumped: false });
        assert_eq!(status.as_i64(), -i64::from(signal.number()));
        let error = act(&own.process).unwrap_err();
        assert_eq!((error.kind(), error.pid()), (ErrorKind::NoSuchProcess, Some(own.pid().into())));
    }
}

#[test]
fn a_zombie_takes_a_signal() {
    let own = Own::shell("exit 3");
    becomes(&own.process, 'Z');
    own.process.send_signal(Signal::TERM).unwrap();
    assert_eq!(own.process.wait(None).unwrap(), Some(ExitStatus::Exited(3)));
}

#[test]
fn signal_0_asks_and_a_number_beyond_all_signals_is_refused() {
    let mut own = Own::sleep();
    own.process.send_signal(Signal::new(0)).unwrap();
    for number in [-1, 65, 9999] {
        let error = own.process.send_signal(Signal::new(number)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{number}");
    }
    assert!(own.runs());
}

#[test]
fn t82_real_time_signals_are_sent_by_their_offset() {
    let own = Own::sleep();
    let signal: Signal = "RTMIN+2".parse().unwrap();
    assert!(signal.number() > 31);
    own.process.send_signal(signal).unwrap();
    let status = own.process.wait(None).unwrap().unwrap();
    assert_eq!(status.signal(), Some(signal));
    assert_eq!(status.to_string(), "SIGRTMIN+2");
}

#[test]
fn t82_the_names_are_those_of_bash() {
    let Some(table) = output("bash", &["-c", "kill -l"]) else { return };
    let words: Vec<&str> = table.split_whitespace().collect();
    let mut compared = 0;
    for pair in words.chunks_exact(2) {
        let number: i32 = pair[0].trim_end_matches(')').parse().unwrap();
        let signal = Signal::new(number);
        assert_eq!(pair[1].parse::<Signal>().unwrap(), signal, "{pair:?}");
        assert_eq!(signal.to_string(), pair[1]);
        compared += 1;
    }
    assert!(compared >= 31, "{table}");
}

#[test]
fn another_users_process_takes_no_signal() {
    if super::is_root() {
        eprintln!("skipped: root may signal every process");
        return;
    }
    let first = Process::new(1u32).unwrap();
    if first
        .uids()
        .is_ok_and(|uids| Process::current().unwrap().uids().is_ok_and(|mine| mine == uids))
    {
        eprintln!("skipped: pid 1 is this user's own");
        return;
    }
    let error = first.send_signal(Signal::new(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AccessDenied);
}

/// A machine with a `/proc` that has this process in it, and `pid`, whose line of `stat` is given.
fn seen_from_here(pid: u32, stat: &str) -> Machine {
    Machine::live()
        .link("proc/self", &std::process::id().to_string())
        .file(&format!("proc/{pid}/stat"), stat)
}

const STAT: &str =
    " (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 777 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0";

#[test]
fn t18_no_call_is_made_for_pid_0() {
    let machine = seen_from_here(0, &format!("0{STAT}"));
    let process = machine.host().process(0).unwrap();
    let invalid = [
        process.kill().unwrap_err(),
        process.set_nice(1).unwrap_err(),
        process.wait(None).unwrap_err(),
        process.rlimit(psight::process::Resource::Core).unwrap_err(),
        process.cpu_affinity().unwrap_err(),
        process.ionice().unwrap_err(),
    ];
    for error in invalid {
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    }
}

#[test]
fn t18_a_pid_that_no_kernel_has_is_no_negative_one() {
    let pid = u32::MAX - 8;
    let machine = seen_from_here(pid, &format!("{pid}{STAT}"));
    let error = machine.host().process(pid).unwrap().kill().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
}

#[test]
fn no_process_here_is_taken_for_one_of_another_machine() {
    let mut own = Own::sleep();
    let path = format!("proc/{}/stat", own.pid());
    let stat = std::fs::read(format!("/{path}")).unwrap();
    // A captured machine, another machine's files, and another pid namespace, in which we have another pid.
    let elsewhere = [
        Machine::captured().file(&path, &stat).link("proc/self", &std::process::id().to_string()),
        Machine::live().file(&path, &stat),
        Machine::live().file(&path, &stat).link("proc/self", "2"),
    ];
    for machine in &elsewhere {
        let process = machine.host().process(own.pid()).unwrap();
        let refused = [
            process.kill().unwrap_err(),
            process.suspend().unwrap_err(),
            process.set_nice(5).unwrap_err(),
            process.wait(None).unwrap_err(),
            process.set_cpu_affinity(&[]).unwrap_err(),
            process.ionice().unwrap_err(),
        ];
        for error in refused {
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        }
    }
    assert!(own.runs());
    let same =
        Machine::live().file(&path, &stat).link("proc/self", &std::process::id().to_string());
    same.host().process(own.pid()).unwrap().kill().unwrap();
}
