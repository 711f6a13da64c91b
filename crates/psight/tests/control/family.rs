//! Parents and children.

use std::process::Command;
use std::thread;

use psight::{ErrorKind, Host, Process};
use rustix::process::getppid;

use super::{Own, again, becomes, host, inside};
use crate::common::{Machine, eventually, psutil, stat};

fn pids(processes: &[Process]) -> Vec<u32> {
    processes.iter().map(|process| process.pid().as_u32()).collect()
}

#[test]
fn the_parent_of_a_child_is_this_process() {
    let own = Own::sleep();
    let me = Process::current().unwrap();
    let parent = own.process.parent().unwrap().unwrap();
    assert_eq!(parent, me);
    let parents = own.process.parents().unwrap();
    assert_eq!(parents[0], me);
    let grandparent = getppid().map(|pid| u32::try_from(pid.as_raw_pid()).unwrap());
    assert_eq!(parents.get(1).map(|parent| parent.pid().as_u32()), grandparent);
    let code =
        format!("print(json.dumps([p.pid for p in psutil.Process({}).parents()]))", own.pid());
    if let Some(theirs) = psutil(&code) {
        assert_eq!(theirs, serde_json::json!(pids(&parents)));
    }
}

#[test]
fn t27_the_first_process_has_no_parent() {
    let first = Process::new(1u32).unwrap();
    assert!(first.parent().unwrap().is_none());
    assert_eq!(first.parents().unwrap().len(), 0);
}

#[test]
fn the_children_are_in_the_order_of_their_pids_zombies_included() {
    let own = Own::shell_with("for i in 1 2 3; do sleep 60 & echo $!; done; exec sleep 60", 3);
    let mut expected = pids(&own.others);
    expected.sort_unstable();
    own.others[1].kill().unwrap();
    becomes(&own.others[1], 'Z');
    assert_eq!(pids(&own.process.children().unwrap()), expected);
    assert_eq!(own.others[0].children().unwrap().len(), 0);
    assert_eq!(own.process.children().unwrap()[1], own.others[1]);
}

/// A shell with seven shells with six sleeps each, and its 49 descendants.
fn fifty() -> Own {
    let inner = "for i in 1 2 3 4 5 6; do sleep 60 & echo $!; done; exec sleep 60";
    let outer =
        format!("for i in 1 2 3 4 5 6 7; do sh -c '{inner}' & echo $!; done; exec sleep 60");
    Own::shell_with(&outer, 49)
}

#[test]
fn a_tree_of_fifty_is_listed_as_psutil_lists_it() {
    let own = fifty();
    let ours = pids(&own.process.descendants().unwrap());
    let mut sorted = ours.clone();
    sorted.sort_unstable();
    let mut expected = pids(&own.others);
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    let code = format!(
        "p = psutil.Process({})\nprint(json.dumps([[c.pid for c in p.children(r)] for r in (False, True)]))",
        own.pid()
    );
    if let Some(theirs) = psutil(&code) {
        let children = pids(&own.process.children().unwrap());
        assert_eq!(theirs, serde_json::json!([children, ours]));
    }
}

#[test]
fn the_scan_of_all_processes_finds_the_same_tree() {
    let own = fifty();
    // The same /proc without the children files.
    let machine = Machine::captured();
    for pid in host().pids().unwrap() {
        if let Ok(stat) = std::fs::read(format!("/proc/{pid}/stat")) {
            machine.write(&format!("proc/{pid}/stat"), stat);
        }
    }
    let captured = machine.host().process(own.pid()).unwrap();
    assert_eq!(pids(&captured.descendants().unwrap()), pids(&own.process.descendants().unwrap()));
    assert_eq!(pids(&captured.children().unwrap()), pids(&own.process.children().unwrap()));
}

#[test]
fn the_children_of_every_thread_are_children() {
    // A child is listed with the thread that started it, for as long as that thread lives.
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let (started, children) = std::sync::mpsc::channel();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let started = started.clone();
            let (stop, stopped) = std::sync::mpsc::channel::<()>();
            let handle = thread::spawn(move || {
                started.send(Own::sleep()).unwrap();
                let _ = stopped.recv();
            });
            (handle, stop)
        })
        .collect();
    let children: Vec<Own> = (0..3).map(|_| children.recv().unwrap()).collect();
    let mine = Process::current().unwrap().children().unwrap();
    for own in &children {
        assert!(mine.contains(&own.process), "{} of {:?}", own.pid(), pids(&mine));
    }
    for (thread, stop) in threads {
        drop(stop);
        thread.join().unwrap();
    }
    // Now they are the other threads'.
    let mine = Process::current().unwrap().children().unwrap();
    for own in &children {
        assert!(mine.contains(&own.process), "{} of {:?}", own.pid(), pids(&mine));
    }
    drop((sender, receiver));
}

#[test]
fn t27_an_orphan_has_another_parent_and_leaves_the_tree() {
    let script = "setsid sh -c 'sleep 60 & echo $!; exec sleep 60' & echo $!; exec sleep 60";
    let own = Own::shell_with(script, 2);
    let tree = own.process.descendants().unwrap();
    assert_eq!(tree.len(), 2);
    let (between, last) = (&tree[0], &tree[1]);
    assert_eq!(last.parent().unwrap().as_ref(), Some(between));
    between.kill().unwrap();
    becomes(between, 'Z');
    let adopted = eventually(|| match last.parent().unwrap() {
        Some(parent) if parent == *between => Err("not adopted yet".to_owned()),
        parent => Ok(parent),
    });
    // Outside a pid namespace without its first process there is someone; and it is older.
    assert_ne!(adopted.as_ref(), Some(between));
    assert_eq!(own.process.descendants().unwrap(), [Process::new(between.pid()).unwrap()]);
    assert!(last.parents().unwrap().iter().all(|parent| parent.pid() != last.pid()));
}

#[test]
fn t27_a_process_that_is_gone_has_no_family() {
    let own = Own::sleep();
    own.process.kill().unwrap();
    own.process.wait(None).unwrap();
    for error in [
        own.process.parent().unwrap_err(),
        own.process.parents().unwrap_err(),
        own.process.children().unwrap_err(),
        own.process.descendants().unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
    }
}

#[test]
fn t27_no_child_is_missed_while_others_come_and_go() {
    // Its own process, for the children of the other tests would come and go as well.
    if !inside() {
        let name = "family::t27_no_child_is_missed_while_others_come_and_go";
        assert!(again(name, &[]).unwrap().success());
        return;
    }
    let me = Process::current().unwrap();
    let staying: Vec<Own> = (0..6).map(|_| Own::sleep()).collect();
    let done = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let mut children: Vec<_> =
                    (0..4).map(|_| Command::new("true").spawn().unwrap()).collect();
                for child in &mut children {
                    child.wait().unwrap();
                }
            }
        });
        for _ in 0..300 {
            let children = me.children().unwrap();
            for own in &staying {
                if !children.contains(&own.process) {
                    done.store(true, std::sync::atomic::Ordering::Relaxed);
                    panic!("{} is not in {:?}", own.pid(), pids(&children));
                }
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

/// A machine with processes of this pid, parent and start.
fn machine(processes: &[(u32, u32, u64)]) -> Machine {
    let machine = Machine::captured();
    for (pid, ppid, start) in processes {
        machine.write(&format!("proc/{pid}/stat"), stat(*pid, *ppid, *start));
    }
    machine
}

fn family(host: &Host, pid: u32) -> (Vec<u32>, Vec<u32>, Vec<u32>) {
    let process = host.process(pid).unwrap();
    (
        pids(&process.parents().unwrap()),
        pids(&process.children().unwrap()),
        pids(&process.descendants().unwrap()),
    )
}

#[test]
fn t25_after_the_pids_wrapped_a_child_has_a_lower_pid_than_its_parent() {
    let machine = machine(&[(1, 0, 0), (9000, 1, 500), (300, 9000, 600), (299, 300, 700)]);
    assert_eq!(family(&machine.host(), 9000), (vec![1], vec![300], vec![300, 299]));
    assert_eq!(family(&machine.host(), 299), (vec![300, 9000, 1], vec![], vec![]));
}

#[test]
fn t26_a_younger_process_with_the_parents_pid_is_no_relative() {
    let machine = machine(&[(1, 0, 0), (50, 1, 500), (60, 50, 400), (61, 50, 500), (62, 60, 900)]);
    assert_eq!(family(&machine.host(), 60), (vec![], vec![62], vec![62]));
    assert_eq!(family(&machine.host(), 50), (vec![1], vec![61], vec![61]));
}

#[test]
fn t27_roots_have_ppid_0_and_circles_end() {
    let machine = machine(&[
        (1, 0, 0),
        (2, 0, 0),
        (10, 2, 5),
        // Entered this pid namespace from outside.
        (77, 0, 900),
        (20, 22, 50),
        (21, 20, 50),
        (22, 21, 50),
    ]);
    let host = machine.host();
    assert_eq!(family(&host, 1), (vec![], vec![], vec![]));
    assert_eq!(family(&host, 2), (vec![], vec![10], vec![10]));
    assert_eq!(family(&host, 77), (vec![], vec![], vec![]));
    assert_eq!(family(&host, 20), (vec![22, 21], vec![21], vec![21, 22]));
}

#[test]
fn children_files_are_believed_only_while_all_of_their_children_are_there() {
    let machine =
        machine(&[(1, 0, 0), (10, 1, 5), (12, 10, 9), (13, 10, 9), (14, 12, 9), (15, 1, 2)]);
    let host = machine.host();
    machine.write("proc/10/task/10/children", "12 13 ");
    machine.write("proc/12/task/12/children", "14 ");
    machine.write("proc/13/task/13/children", "");
    machine.write("proc/14/task/14/children", "");
    let whole = (vec![1], vec![12, 13], vec![12, 13, 14]);
    assert_eq!(family(&host, 10), whole);
    // They are what is read: nobody else is looked at.
    machine.write("proc/13/task/13/children", "15 ");
    machine.write("proc/15/stat", stat(15, 13, 20));
    machine.write("proc/15/task/15/children", "");
    assert_eq!(family(&host, 10).2, [12, 13, 15, 14]);
    // 11 was reaped while the file was read, so 12 was left out.
    machine.write("proc/10/task/10/children", "11 13 ");
    assert_eq!(family(&host, 10).1, [12, 13]);
    // 15 has another parent meanwhile.
    machine.write("proc/10/task/10/children", "15 13 ");
    assert_eq!(family(&host, 10).1, [12, 13]);
}
