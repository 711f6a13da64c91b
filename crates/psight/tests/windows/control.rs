//! Control over processes, and waiting for them.

use std::os::windows::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use psight::process::{ExitStatus, IoClass, Signal, wait_procs};
use psight::{ErrorKind, Process};

use crate::child::Told;
use crate::wine_lacks;

#[test]
fn a_process_that_is_terminated_returns_15() {
    for end in [Process::terminate, Process::kill] {
        let child = Told::new();
        let process = child.process();
        end(&process).unwrap();
        let status = process.wait(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(status, Some(ExitStatus::Exited(15)));
        // Again, from what was kept.
        assert_eq!(process.wait(None).unwrap(), status);
        assert_eq!(end(&process).unwrap_err().kind(), ErrorKind::NoSuchProcess);
    }
}

#[test]
fn what_a_process_returned_is_told_to_anybody_who_waits() {
    let mut child = Told::new();
    let process = child.process();
    child.tell("exit 7");
    assert_eq!(process.wait(None).unwrap(), Some(ExitStatus::Exited(7)));
    // Who comes later learns only that it has ended.
    let late = Process::new(child.pid()).unwrap_err();
    assert_eq!(late.kind(), ErrorKind::NoSuchProcess);
}

#[test]
fn waiting_ends_at_the_deadline() {
    let child = Told::new();
    for timeout in [Duration::ZERO, Duration::from_millis(30)] {
        let error = child.process().wait(Some(timeout)).unwrap_err();
        assert_eq!((error.kind(), error.pid()), (ErrorKind::TimedOut, Some(child.process().pid())));
    }
}

#[test]
fn those_that_end_are_told_apart_from_those_that_do_not() {
    let children: Vec<Told> = (0..3).map(|_| Told::new()).collect();
    let processes: Vec<Process> = children.iter().map(Told::process).collect();
    processes[1].terminate().unwrap();
    let mut seen = Vec::new();
    let callback = |gone: psight::process::Gone<'_>| seen.push(gone.process.pid());
    let waited = wait_procs(&processes, Some(Duration::from_millis(500)), callback).unwrap();
    assert_eq!(seen, [processes[1].pid()]);
    assert_eq!(waited.gone[0].status, Some(ExitStatus::Exited(15)));
    assert_eq!(waited.alive, [&processes[0], &processes[2]]);
}

#[test]
fn more_processes_than_one_call_can_wait_for_are_waited_for() {
    let paused = || {
        let mut command = Command::new("cmd");
        command.args(["/c", "pause"]).stdin(Stdio::piped()).stdout(Stdio::null());
        command.spawn().unwrap()
    };
    let mut children: Vec<_> = (0..70).map(|_| paused()).collect();
    let processes: Vec<Process> =
        children.iter().map(|child| Process::new(child.id()).unwrap()).collect();
    for process in &processes {
        process.kill().unwrap();
    }
    let waited = wait_procs(&processes, Some(Duration::from_secs(60)), |_| {}).unwrap();
    assert_eq!((waited.gone.len(), waited.alive.len()), (70, 0));
    for child in &mut children {
        child.wait().unwrap();
    }
}

#[test]
fn a_suspended_process_does_nothing_until_it_is_resumed() {
    let mut child = Told::new();
    assert_eq!(child.ask("ping"), "pong");
    child.process().suspend().unwrap();
    child.tell("ping");
    assert_eq!(child.line(Duration::from_millis(300)), None);
    child.process().resume().unwrap();
    assert_eq!(child.line(Duration::from_secs(20)).as_deref(), Some("pong"));
}

#[test]
fn signal_0_asks_only_whether_it_would_be_allowed() {
    let mut child = Told::new();
    child.process().send_signal(Signal::new(0)).unwrap();
    assert_eq!(child.ask("ping"), "pong");
}

#[test]
fn signals_that_windows_has_not_are_refused() {
    let mut child = Told::new();
    for signal in [Signal::HUP, Signal::USR1, Signal::new(99)] {
        let error = child.process().send_signal(signal).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{signal}");
    }
    assert_eq!(child.ask("ping"), "pong");
}

#[test]
fn the_priority_class_can_be_changed() {
    const BELOW_NORMAL_PRIORITY_CLASS: i32 = 0x4000;
    let child = Told::new();
    child.process().set_nice(BELOW_NORMAL_PRIORITY_CLASS).unwrap();
    assert_eq!(child.process().nice().unwrap(), BELOW_NORMAL_PRIORITY_CLASS);
    let error = child.process().set_nice(-20).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
}

#[test]
fn the_io_priority_can_be_changed() {
    let child = Told::new();
    if wine_lacks("the I/O priority") {
        assert_eq!(child.process().ionice().unwrap_err().kind(), ErrorKind::Unsupported);
        return;
    }
    assert_eq!(child.process().ionice().unwrap().ioclass, IoClass::Normal);
    child.process().set_ionice(IoClass::Low, None).unwrap();
    assert_eq!(child.process().ionice().unwrap().ioclass, IoClass::Low);
}

#[test]
fn an_io_class_of_another_system_or_a_value_is_refused() {
    let me = Process::current().unwrap();
    for (class, value) in [(IoClass::Idle, None), (IoClass::Low, Some(3))] {
        let error = me.set_ionice(class, value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    }
}

#[test]
fn a_process_can_be_kept_on_one_processor() {
    let child = Told::new();
    let process = child.process();
    let all = process.cpu_affinity().unwrap();
    assert_eq!(all.len(), std::thread::available_parallelism().unwrap().get());
    process.set_cpu_affinity(&[0]).unwrap();
    assert_eq!(process.cpu_affinity().unwrap(), [0]);
    process.set_cpu_affinity(&[]).unwrap();
    assert_eq!(process.cpu_affinity().unwrap(), all);
    for wrong in [63, 64, 1000] {
        let error = process.set_cpu_affinity(&[wrong]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{wrong}");
    }
}

const STATUS_CONTROL_C_EXIT: u32 = 0xc000_013a;

/// A child that leads a console group.
fn leader() -> Told {
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    Told::with(|command| {
        command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    })
}

/// Whether there is a console to send anything through; where not, that is an error.
fn has_console(leader: &Process) -> bool {
    if std::fs::File::open("CONIN$").is_ok() {
        return true;
    }
    assert!(std::env::var_os("PSIGHT_TEST_CONSOLE").is_none(), "there was to be a console");
    eprintln!("SKIPPED: there is no console here");
    leader.send_signal(Signal::INT).unwrap_err();
    false
}

/// Who leads a group does not listen to Ctrl-C until it says that it does.
#[test]
fn ctrl_c_ends_a_process_that_listens_and_no_other() {
    let (mut child, mut beside) = (leader(), Told::new());
    let process = child.process();
    if !has_console(&process) {
        return;
    }
    assert_eq!(child.ask("listen"), "listening");
    process.send_signal(Signal::INT).unwrap();
    let status = process.wait(Some(Duration::from_secs(20))).unwrap();
    assert_eq!(status, Some(ExitStatus::Exited(STATUS_CONTROL_C_EXIT)));
    assert_eq!(beside.ask("ping"), "pong");
}

#[test]
fn ctrl_break_ends_a_process_that_leads_a_group_and_no_other() {
    let (child, mut beside) = (leader(), Told::new());
    let process = child.process();
    if !has_console(&process) {
        return;
    }
    process.send_signal("BREAK".parse().unwrap()).unwrap();
    if !wine_lacks("a process of Ctrl-Break, though it takes it") {
        let status = process.wait(Some(Duration::from_secs(20))).unwrap();
        assert_eq!(status, Some(ExitStatus::Exited(STATUS_CONTROL_C_EXIT)));
    }
    assert_eq!(beside.ask("ping"), "pong");
}
