//! Waiting.

use std::fs::File;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use psight::process::{ExitStatus, Limit, Limits, Resource, Signal, wait_procs};
use psight::{ErrorKind, Process};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{FdFlags, fcntl_getfd};
use rustix::process::{PidfdFlags, getpid, pidfd_open};
use rustix::thread::gettid;

use super::{Own, again, becomes, ffi, inside};
use crate::common::{eventually, psutil};

const SHORT: Option<Duration> = Some(Duration::from_millis(50));
const LONG: Option<Duration> = Some(Duration::from_secs(30));

fn killed(by: Signal) -> Option<ExitStatus> {
    Some(ExitStatus::Signaled { signal: by, core_dumped: false })
}

#[test]
fn a_child_tells_how_it_ended_again_and_again() {
    for code in [0, 1, 255] {
        let own = Own::shell(&format!("exit {code}"));
        for _ in 0..2 {
            assert_eq!(own.process.wait(LONG).unwrap(), Some(ExitStatus::Exited(code)));
        }
        // Known to those that come from it, and to no other: the system tells once.
        assert_eq!(own.process.oneshot().wait(LONG).unwrap(), Some(ExitStatus::Exited(code)));
    }
}

#[test]
fn t28_a_child_that_ends_without_a_signal_is_waited_for() {
    let process = Process::new(ffi::silent_child()).unwrap();
    process.kill().unwrap();
    assert_eq!(process.wait(LONG).unwrap(), killed(Signal::KILL));
    assert!(!process.is_running().unwrap());
}

/// Whether the process has ended, by its pidfd.
fn has_ended(pidfd: &OwnedFd, timeout: Option<&Timespec>) -> bool {
    poll(&mut [PollFd::new(pidfd, PollFlags::IN)], timeout).unwrap() > 0
}

#[test]
fn a_pidfd_becomes_readable_when_its_process_has_ended() {
    let mut own = Own::sleep();
    let Ok(pidfd) = own.process.pidfd() else {
        // Before 5.3, or refused by a filter.
        assert!(pidfd_open(getpid(), PidfdFlags::empty()).is_err());
        return;
    };
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    assert!(!has_ended(&pidfd, Some(&now)));
    own.child.kill().unwrap();
    assert!(has_ended(&pidfd, None));
    assert_eq!(own.process.wait(Some(Duration::ZERO)).unwrap(), killed(Signal::KILL));
    let error = own.process.pidfd().unwrap_err();
    assert_eq!((error.kind(), error.pid()), (ErrorKind::NoSuchProcess, Some(own.pid().into())));
    assert!(has_ended(&pidfd, Some(&now)));
}

#[test]
fn a_pidfd_is_closed_in_programs_that_are_started() {
    let Ok(pidfd) = Process::current().unwrap().pidfd() else { return };
    assert!(fcntl_getfd(&pidfd).unwrap().contains(FdFlags::CLOEXEC));
}

#[test]
fn t28_a_process_that_ended_before_is_no_error() {
    let mut own = Own::sleep();
    let other = Process::new(own.pid()).unwrap();
    own.child.kill().unwrap();
    own.child.wait().unwrap();
    assert_eq!(own.process.wait(None).unwrap(), None);
    assert_eq!(other.wait(Some(Duration::ZERO)).unwrap(), None);
}

#[test]
fn t28_a_timeout_is_an_error_with_the_pid_and_zero_asks_once() {
    let own = Own::sleep();
    for timeout in [Some(Duration::ZERO), SHORT] {
        let error = own.process.wait(timeout).unwrap_err();
        assert_eq!((error.kind(), error.pid()), (ErrorKind::TimedOut, Some(own.pid().into())));
    }
    let error = own.process.wait(SHORT).unwrap_err().to_string();
    assert_eq!(error, format!("pid {}: timeout after 0.05 seconds", own.pid()));
    own.process.kill().unwrap();
    becomes(&own.process, 'Z');
    assert_eq!(own.process.wait(Some(Duration::ZERO)).unwrap(), killed(Signal::KILL));
}

#[test]
fn a_timeout_longer_than_the_clock_is_none() {
    let own = Own::shell("exit 4");
    assert_eq!(own.process.wait(Some(Duration::MAX)).unwrap(), Some(ExitStatus::Exited(4)));
}

#[test]
fn t28_a_stopped_child_has_not_ended() {
    let own = Own::shell("kill -STOP $$; exit 5");
    becomes(&own.process, 'T');
    assert_eq!(own.process.wait(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
    own.process.resume().unwrap();
    assert_eq!(own.process.wait(LONG).unwrap(), Some(ExitStatus::Exited(5)));
}

#[test]
fn t28_a_process_that_is_no_child_ends_without_a_status() {
    // The shell waits for it, and so reaps it.
    let own = Own::shell_with("sleep 60 & echo $!; wait; exit 6", 1);
    let grandchild = &own.others[0];
    assert_eq!(grandchild.wait(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
    grandchild.kill().unwrap();
    assert_eq!(grandchild.wait(LONG).unwrap(), None);
    assert_eq!(own.process.wait(LONG).unwrap(), Some(ExitStatus::Exited(6)));
}

#[test]
fn t28_a_zombie_of_another_is_waited_for_as_psutil_does() {
    // What the shell becomes knows nothing of its child and never reaps it.
    let own = Own::shell_with("sleep 60 & echo $!; exec sleep 60", 1);
    let zombie = &own.others[0];
    zombie.kill().unwrap();
    becomes(zombie, 'Z');
    // Its descriptor says already that it runs no more.
    if let Ok(pidfd) = zombie.pidfd() {
        assert!(has_ended(&pidfd, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })));
    }
    assert_eq!(zombie.wait(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
    let waited = wait_procs([zombie], SHORT, |_| {}).unwrap();
    assert_eq!((waited.gone.len(), waited.alive.len()), (0, 1));
    let code = format!(
        "try:\n print(json.dumps(psutil.Process({}).wait(0.05)))\nexcept psutil.TimeoutExpired:\n print('\"late\"')",
        zombie.pid()
    );
    if let Some(theirs) = psutil(&code) {
        assert_eq!(theirs, "late");
    }
    own.process.kill().unwrap();
    own.process.wait(LONG).unwrap();
    // Who adopts it should reap it; the first process of some containers does not.
    match zombie.wait(Some(Duration::from_secs(2))) {
        Ok(status) => assert_eq!(status, None),
        Err(error) => eprintln!("skipped: nobody reaps orphans here: {error}"),
    }
}

#[test]
fn t29_signals_do_not_end_the_wait() {
    let own = Own::sleep();
    let others = [Own::sleep(), Own::sleep()];
    ffi::interrupt_on(libc::SIGUSR1);
    let waiting = gettid().as_raw_pid();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut sent = 0u64;
            while !done.load(Ordering::Relaxed) {
                ffi::interrupt(waiting, libc::SIGUSR1);
                sent += 1;
                match sent {
                    300 => own.process.kill().unwrap(),
                    600 => others[0].process.kill().unwrap(),
                    900 => others[1].process.kill().unwrap(),
                    _ => {}
                }
                thread::sleep(Duration::from_micros(50));
            }
        });
        let one = own.process.wait(LONG);
        let both = wait_procs(others.iter().map(|own| &own.process), LONG, |_| {});
        let still = own.process.wait(SHORT);
        done.store(true, Ordering::Relaxed);
        assert_eq!(one.unwrap(), killed(Signal::KILL));
        assert_eq!(both.unwrap().gone.len(), 2);
        assert_eq!(still.unwrap(), killed(Signal::KILL));
    });
}

#[test]
fn t29_where_the_system_reaps_children_their_status_is_not_known() {
    if !inside() {
        let name = "wait::t29_where_the_system_reaps_children_their_status_is_not_known";
        assert!(again(name, &[]).unwrap().success());
        return;
    }
    ffi::ignore(libc::SIGCHLD);
    let own = Own::sleep();
    assert_eq!(own.process.wait(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
    own.process.kill().unwrap();
    assert_eq!(own.process.wait(LONG).unwrap(), None);
}

#[test]
fn several_are_waited_for_at_once() {
    let children: Vec<Own> = (0..5).map(|_| Own::sleep()).collect();
    let all = || children.iter().map(|own| &own.process);
    let none = wait_procs(all(), Some(Duration::ZERO), |_| {}).unwrap();
    assert_eq!((none.gone.len(), none.alive.len()), (0, 5));
    for own in &children[1..4] {
        own.process.terminate().unwrap();
        becomes(&own.process, 'Z');
    }
    let mut told = Vec::new();
    // Twice the same process counts once.
    let twice = all().chain(all());
    let waited =
        wait_procs(twice, SHORT, |gone| told.push((gone.process.pid(), gone.status))).unwrap();
    let expected: Vec<_> =
        children[1..4].iter().map(|own| (own.process.pid(), killed(Signal::TERM))).collect();
    assert_eq!(told, expected);
    assert_eq!(waited.gone.len(), 3);
    let alive: Vec<_> = waited.alive.iter().map(|process| process.pid()).collect();
    assert_eq!(alive, [children[0].process.pid(), children[4].process.pid()]);
    // Those that have ended are told again, at once.
    let again = wait_procs(all(), Some(Duration::ZERO), |_| {}).unwrap();
    assert_eq!(
        again.gone.iter().map(|gone| gone.status).collect::<Vec<_>>(),
        vec![killed(Signal::TERM); 3]
    );
}

#[test]
fn the_callback_is_called_as_each_ends() {
    let children = [Own::sleep(), Own::sleep(), Own::sleep()];
    let mut order = Vec::new();
    children[2].process.kill().unwrap();
    let waited = wait_procs(children.iter().map(|own| &own.process), None, |gone| {
        order.push(gone.process.pid());
        // Each one's end brings the next one's.
        if let Some(next) = children.iter().rev().nth(order.len()) {
            next.process.kill().unwrap();
        }
    })
    .unwrap();
    assert!(waited.alive.is_empty());
    let expected: Vec<_> = children.iter().rev().map(|own| own.process.pid()).collect();
    assert_eq!(order, expected);
}

#[test]
fn nobody_to_wait_for_takes_no_time() {
    let waited = wait_procs([], None, |_| {}).unwrap();
    assert!(waited.gone.is_empty() && waited.alive.is_empty());
}

#[test]
fn t28_without_a_free_descriptor_waiting_works_and_signals_are_not_sent_blindly() {
    if !inside() {
        let name =
            "wait::t28_without_a_free_descriptor_waiting_works_and_signals_are_not_sent_blindly";
        assert!(again(name, &[]).unwrap().success());
        return;
    }
    let me = Process::current().unwrap();
    let hard = me.rlimit(Resource::OpenFiles).unwrap().hard;
    let mut children = [Own::sleep(), Own::sleep(), Own::sleep()];
    // The last one does not need psight to end.
    let mut ending = Own::spawn(Command::new("sleep").arg("0.3"));
    me.set_rlimit(Resource::OpenFiles, Limits::new(Limit::Of(40), hard)).unwrap();
    let mut open = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        open.push(file);
    }
    assert!(open.len() < 40);
    let error = children[0].process.kill().unwrap_err();
    assert_eq!(error.os_code(), Some(libc::EMFILE), "{error}");
    assert_eq!(children[0].process.wait(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
    assert!(children[0].runs());
    // The last one is enough for a pidfd, and not for a look at whose it is.
    let last = open.pop();
    assert_eq!(children[0].process.wait(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
    drop(last);
    assert_eq!(ending.process.wait(LONG).unwrap(), Some(ExitStatus::Exited(0)));
    for own in &mut children {
        own.child.kill().unwrap();
    }
    let waited = wait_procs(children.iter().map(|own| &own.process), LONG, |_| {}).unwrap();
    let statuses: Vec<_> = waited.gone.iter().map(|gone| gone.status).collect();
    assert_eq!(statuses, vec![killed(Signal::KILL); 3]);
    drop(open);
    assert!(!ending.runs());
}

#[test]
fn t28_many_more_processes_than_descriptors_are_waited_for() {
    if !inside() {
        let name = "wait::t28_many_more_processes_than_descriptors_are_waited_for";
        assert!(again(name, &[]).unwrap().success());
        return;
    }
    let me = Process::current().unwrap();
    let hard = me.rlimit(Resource::OpenFiles).unwrap().hard;
    me.set_rlimit(Resource::OpenFiles, Limits::new(Limit::Of(32), hard)).unwrap();
    let children: Vec<Own> = (0..80).map(|_| Own::sleep()).collect();
    for own in &children[..79] {
        own.process.kill().unwrap();
    }
    let mut calls = 0;
    let waited = wait_procs(children.iter().map(|own| &own.process), None, |_| {
        // What is called needs a descriptor itself.
        File::open("/dev/null").unwrap();
        calls += 1;
        if calls == 79 {
            children[79].process.kill().unwrap();
        }
    })
    .unwrap();
    assert_eq!((calls, waited.gone.len(), waited.alive.len()), (80, 80, 0));
    assert!(waited.gone.iter().all(|gone| gone.status == killed(Signal::KILL)));
}

#[test]
fn waiting_takes_no_processor_time() {
    let busy = || {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        stat.split(' ').next().and_then(|spent| spent.parse::<u64>().ok())
    };
    let Some(before) = busy() else {
        eprintln!("skipped: this kernel has no schedstat");
        return;
    };
    let children: Vec<Own> = (0..20).map(|_| Own::sleep()).collect();
    // A zombie that nobody reaps, whose pidfd is readable all the time.
    let other = Own::shell_with("sleep 60 & echo $!; exec sleep 60", 1);
    other.others[0].kill().unwrap();
    becomes(&other.others[0], 'Z');
    let all = children.iter().map(|own| &own.process).chain(&other.others);
    let started = Instant::now();
    let spent_before_waiting = busy().unwrap_or(before);
    let waited = wait_procs(all, Some(Duration::from_millis(300)), |_| {}).unwrap();
    assert_eq!(waited.alive.len(), 21);
    let spent = Duration::from_nanos(busy().unwrap_or(0).saturating_sub(spent_before_waiting));
    assert!(spent < started.elapsed() / 5, "{spent:?} of {:?}", started.elapsed());
}

#[test]
fn what_psutil_says_of_a_child_is_what_we_say() {
    let code = "import subprocess\n\
        ended = [['sh', '-c', 'exit 3'], ['sh', '-c', 'kill -9 $$'], ['true']]\n\
        print(json.dumps([psutil.Popen(c).wait() for c in ended]))";
    let Some(theirs) = psutil(code) else { return };
    let ours: Vec<i64> = ["exit 3", "kill -9 $$", "exec true"]
        .iter()
        .map(|script| Own::shell(script).process.wait(LONG).unwrap().unwrap().as_i64())
        .collect();
    assert_eq!(theirs, serde_json::json!(ours));
}

#[test]
fn two_threads_that_wait_for_one_child_both_come_back() {
    let own = Own::sleep();
    let process = &own.process;
    let answers = thread::scope(|scope| {
        let waiting = [(); 2].map(|()| scope.spawn(|| process.wait(LONG).unwrap()));
        process.kill().unwrap();
        waiting.map(|thread| thread.join().unwrap())
    });
    // One of them asked first. What it was told is kept; the other may have found nothing left to ask.
    assert!(answers.contains(&killed(Signal::KILL)) || answers.contains(&None));
    eventually(|| if process.is_running().unwrap() { Err("runs".into()) } else { Ok(()) });
}
