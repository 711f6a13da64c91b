//! Which processes there are.

use std::collections::BTreeSet;

use psight::Pid;
use rustix::thread::gettid;

use super::{Own, host};
use crate::common::{Machine, eventually, psutil};

#[test]
fn the_pids_are_those_of_psutil() {
    eventually(|| {
        let before = host().pids().unwrap();
        let code = "import os; print(json.dumps([p for p in psutil.pids() if p != os.getpid()]))";
        let Some(theirs) = psutil(code) else { return Ok(()) };
        let after = host().pids().unwrap();
        let theirs: Vec<Pid> =
            serde_json::from_value::<Vec<u32>>(theirs).unwrap().into_iter().map(Pid::new).collect();
        if before == after && theirs != before {
            return Err(format!("psutil {theirs:?}, psight {before:?}"));
        }
        // On a busy machine no two lists are equal: then what stayed must be in all three.
        let before: BTreeSet<Pid> = before.into_iter().collect();
        let stayed = after.into_iter().filter(|pid| before.contains(pid));
        match stayed.filter(|pid| !theirs.contains(pid)).collect::<Vec<_>>() {
            missing if missing.is_empty() => Ok(()),
            missing => Err(format!("psutil lacks {missing:?}")),
        }
    });
}

#[test]
fn t17_a_thread_is_not_a_process() {
    let thread = u32::try_from(gettid().as_raw_pid()).unwrap();
    assert_ne!(thread, std::process::id(), "tests run in threads of their own");
    assert!(std::path::Path::new(&format!("/proc/{thread}/stat")).exists());
    assert!(!host().pid_exists(thread));
    let pids = host().pids().unwrap();
    assert!(!pids.contains(&Pid::new(thread)));
    assert!(pids.contains(&Pid::new(std::process::id())));
    assert!(host().pid_exists(std::process::id()));
}

#[test]
fn t18_pid_0_and_pids_beyond_every_limit_do_not_exist() {
    for pid in [0, u32::MAX, i32::MAX as u32, 1 << 31] {
        assert!(!host().pid_exists(pid), "{pid}");
        let error = host().process(pid).unwrap_err();
        assert_eq!(error.kind(), psight::ErrorKind::NoSuchProcess, "{pid}");
    }
    assert!(host().pid_exists(1));
}

#[test]
fn a_zombie_exists_until_it_is_reaped() {
    let own = Own::shell("exit 3");
    super::becomes(&own.process, 'Z');
    assert!(host().pid_exists(own.pid()));
    own.process.wait(None).unwrap();
    assert!(!host().pid_exists(own.pid()));
}

#[test]
fn t17_on_a_fake_machine_tgid_says_what_is_a_process() {
    let machine = Machine::captured()
        .file("proc/10/status", "Name:\tx\nTgid:\t10\nPid:\t10\n")
        .file("proc/11/status", "Name:\tx\nTgid:\t10\nPid:\t11\n")
        .file("proc/12/status", "Name:\tno group\n")
        .file("proc/9/stat", "")
        .file("proc/meminfo", "")
        .file("proc/12x/stat", "");
    let host = machine.host();
    let exist: Vec<u32> = (0..20).filter(|pid| host.pid_exists(*pid)).collect();
    // Without a group or a status, what is listed counts.
    assert_eq!(exist, [9, 10, 12]);
    let pids: Vec<u32> = host.pids().unwrap().into_iter().map(u32::from).collect();
    assert_eq!(pids, [9, 10, 11, 12]);
}

#[test]
fn a_machine_without_proc_has_no_list() {
    let error = Machine::captured().host().pids().unwrap_err();
    assert_eq!(error.kind(), psight::ErrorKind::NotFound);
    let empty = Machine::captured().file("proc/meminfo", "");
    assert_eq!(empty.host().pids().unwrap(), []);
}

#[test]
fn the_list_of_processes_is_in_the_order_of_their_pids() {
    let own = Own::sleep();
    let list = host().process_list().unwrap();
    assert!(list.windows(2).all(|pair| pair[0].pid() < pair[1].pid()));
    assert!(list.contains(&own.process));
}

#[test]
fn hidden_processes_exist() {
    if let Ok(hidden) = std::env::var("PSIGHT_TEST_HIDDEN") {
        let hidden: u32 = hidden.parse().unwrap();
        assert!(!host().pids().unwrap().contains(&Pid::new(hidden)));
        assert!(!std::path::Path::new(&format!("/proc/{hidden}")).exists());
        assert!(host().pid_exists(hidden));
        return;
    }
    // In a pid namespace with a /proc that shows a user nothing of others, as a user beside a process of root.
    let script = "mount -t proc -o hidepid=2 proc /proc || exit 77
        sleep 60 &
        export PSIGHT_TEST_HIDDEN=$!
        exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
    let before = ["unshare", "-p", "-f", "-m", "--kill-child", "sh", "-c", script, "sh"];
    if !super::is_root() {
        eprintln!("skipped: only root hides processes from others");
        return;
    }
    let status = super::again("pids::hidden_processes_exist", &before);
    match status.ok().and_then(|status| status.code()) {
        Some(0) => {}
        Some(101) => panic!("it fails where processes are hidden"),
        // Not allowed, or the user may not run the test program.
        status => eprintln!("skipped: no /proc can be mounted that hides processes: {status:?}"),
    }
}
