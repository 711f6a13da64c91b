//! The table of all processes: fake machines, and this one against psutil and against the single process.
#![cfg(target_os = "linux")]
#![allow(clippy::panic, clippy::print_stderr, clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod common;
#[path = "common/sleeper.rs"]
mod sleeper;

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use common::{Machine, eventually, psutil};
use psight::process::{SchedulingPolicy, Status};
use psight::record::{Record, Value};
use psight::table::{Absence, Columns, ProcessRow};
use psight::{ErrorKind, Host, Pid, Process};
use sleeper::Sleeper;

fn row_of(pid: u32, columns: Columns) -> Option<ProcessRow> {
    let rows = Host::local().processes(columns).unwrap();
    rows.into_iter().find(|row| row.pid.as_u32() == pid)
}

/// A `stat` of which the interesting parts are given.
fn stat(pid: u32, comm: &str, state: char, flags: u32, ticks: u64) -> String {
    format!(
        "{pid} ({comm}) {state} 1 7 6 34817 7 {flags} 11 0 12 0 {ticks} 4 5 6 20 -5 3 0 500 8192 2 \
         18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 7 0 0\n"
    )
}

#[test]
fn a_captured_machine_has_exact_rows() {
    let machine = Machine::captured()
        .file("proc/stat", "cpu 1 1 1 1\nbtime 1600000000\n")
        .file("proc/meminfo", "MemTotal: 100 kB\nMemFree: 50 kB\nMemAvailable: 60 kB\n")
        .file("etc/passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\n")
        .file("proc/7/stat", stat(7, "cat", 'S', 4_194_304, 3))
        .file("proc/7/statm", "40 10 3 2 0 20 0\n")
        .file(
            "proc/7/status",
            "Name:\tcat\nVmLck:\t12 kB\nUid:\t1000\t0\t5\t0\nGid:\t1\t2\t3\t4\nvoluntary_ctxt_switches:\t8\n\
             nonvoluntary_ctxt_switches:\t9\n",
        )
        .file("proc/7/cmdline", "cat\0-n\0\0")
        .file(
            "proc/7/io",
            "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n",
        )
        .link("proc/7/exe", "/usr/bin/cat (deleted)")
        .link("proc/7/cwd", "/home/ann")
        .link("proc/7/fd/0", "/dev/null")
        .file("proc/12/stat", stat(12, "x", 'R', 0, 3))
        .file("proc/2/stat", stat(2, "kthreadd", 'S', 2_129_984, 0))
        .file("proc/2/cmdline", "")
        .file("proc/net/tcp", "no process");
    let rows = machine.host().processes(Columns::ALL).unwrap();
    let pids: Vec<_> = rows.iter().map(|row| row.pid.as_u32()).collect();
    assert_eq!(pids, [2, 7, 12]);
    let values = serde_json::to_value(&rows[1]).unwrap();
    let expected = serde_json::json!({
        "pid": 7, "ppid": 1, "name": "cat", "status": "sleeping", "username": "ann",
        "uids": {"real": 1000, "effective": 0, "saved": 5},
        "gids": {"real": 1, "effective": 2, "saved": 3}, "euid": 0, "euser": "root",
        "pgid": 7, "sid": 6, "terminal": "/dev/pts/1", "create_time": 1_600_000_005.0,
        "nice": -5, "priority": 20, "rt_priority": 0, "policy": "SCHED_OTHER", "flags": 4_194_304,
        "num_threads": 3, "cpu_num": 1,
        "cpu_times": {"user": 0.03, "system": 0.04, "children_user": 0.05,
                      "children_system": 0.06, "iowait": 0.07},
        "cpu_percent": null,
        "memory_info": {"rss": 40_960, "vms": 163_840, "shared": 12_288, "text": 8192,
                        "data": 81_920},
        "rss": 40_960, "vms": 163_840, "locked_memory": 12_288, "memory_percent": 40.0, "memory_footprint": null,
        "page_faults": {"minor": 11, "major": 12},
        "num_ctx_switches": {"voluntary": 8, "involuntary": 9},
        "io_counters": {"read_count": 3, "write_count": 4, "read_bytes": 5, "write_bytes": 6,
                        "read_chars": 1, "write_chars": 2, "cancelled_write_bytes": null},
        "num_fds": 1, "exe": "/usr/bin/cat", "cwd": "/home/ann", "cmdline": ["cat", "-n", ""],
    });
    assert_eq!(values, expected);
    let thread = &rows[0];
    assert_eq!((thread.cmdline.as_deref(), thread.exe.as_ref()), (Some(&[][..]), None));
    assert_eq!(thread.absence(Columns::EXE), Some(Absence::Unknown));
    // What was not captured of one process takes nothing from the others.
    assert_eq!((rows[2].status, rows[2].uids), (Some(Status::Running), None));
}

#[test]
fn each_thread_has_a_row_with_what_is_its_own() {
    let thread = "9 (worker) R 1 7 6 34817 7 64 1 0 2 0 8 9 0 0 -8 0 3 0 700 8192 2 \
         18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 3 7 2 7 0 0\n";
    let machine = Machine::captured()
        .file("proc/stat", "cpu 1 1 1 1\nbtime 1600000000\n")
        .file("proc/7/stat", stat(7, "cat", 'S', 4_194_304, 3))
        .file("proc/7/statm", "40 10 3 2 0 20 0\n")
        .file("proc/7/cmdline", "cat\0")
        .file("proc/7/task/7/stat", stat(7, "cat", 'S', 4_194_304, 1))
        .file("proc/7/task/9/stat", thread)
        .file(
            "proc/7/task/9/status",
            "voluntary_ctxt_switches:\t5\nnonvoluntary_ctxt_switches:\t6\n",
        )
        .file("proc/7/task/8/comm", "has ended\n")
        .file("proc/2/stat", stat(2, "kthreadd", 'S', 2_129_984, 0));
    let mut scanner = machine.host().scanner(Columns::ALL).unwrap();
    let row = scanner.row(7).unwrap();
    let mut rows = Vec::new();
    scanner.threads(&row, |row| rows.push(row.clone())).unwrap();
    let ids: Vec<_> = rows.iter().map(|row| row.pid.as_u32()).collect();
    assert_eq!(ids, [7, 9]);
    let thread = &rows[1];
    assert_eq!(
        (thread.name.as_deref(), thread.status),
        (Some("worker".as_ref()), Some(Status::Running))
    );
    assert_eq!((thread.nice, thread.priority, thread.rt_priority), (Some(0), Some(-8), Some(7)));
    assert_eq!((thread.policy, thread.flags), (Some(SchedulingPolicy::RoundRobin), Some(64)));
    assert_eq!((thread.cpu_num, thread.cpu_times.unwrap().user), (Some(3), 0.08));
    assert_eq!(thread.num_ctx_switches.unwrap().voluntary, 5);
    assert_eq!(thread.create_time.unwrap(), UNIX_EPOCH + Duration::from_secs(1_600_000_007));
    // And what it shares with the others.
    assert_eq!((thread.rss, thread.cmdline.as_ref().unwrap().len()), (row.rss, 1));
    assert_eq!((thread.terminal.as_ref(), thread.columns()), (row.terminal.as_ref(), Columns::ALL));
    let gone =
        machine.host().scanner(Columns::PID).unwrap().threads(&scanner.row(2).unwrap(), |_| {});
    assert_eq!(gone.unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

#[test]
fn what_says_how_much_is_locked_has_the_exact_sizes() {
    let status = "VmSize:\t24 kB\nVmLck:\t12 kB\nVmRSS:\t16 kB\n";
    let machine = Machine::captured()
        .file("proc/7/stat", stat(7, "cat", 'S', 4_194_304, 3))
        .file("proc/7/status", status)
        .file("proc/9/stat", stat(9, "kthreadd", 'S', 2_129_984, 0))
        .file("proc/9/status", "Threads:\t1\n");
    let columns = Columns::RSS | Columns::VMS | Columns::LOCKED_MEMORY;
    let rows = machine.host().processes(columns).unwrap();
    let told = |row: &ProcessRow| (row.rss, row.vms, row.locked_memory);
    assert_eq!(told(&rows[0]), (Some(16_384), Some(24_576), Some(12_288)));
    // What has no such lines has the sizes of `stat`.
    assert_eq!(told(&rows[1]), (Some(8192), Some(8192), None));
}

#[test]
fn only_what_was_asked_for_is_there() {
    let columns = Columns::NAME | Columns::CMDLINE;
    let row = row_of(std::process::id(), columns).unwrap();
    assert_eq!(row.columns(), columns | Columns::PID);
    assert_eq!(row.present(), columns | Columns::PID);
    assert_eq!(row.absence(Columns::STATUS), Some(Absence::NotAsked));
    assert_eq!(row.absence(Columns::NAME), None);
}

#[test]
fn each_column_alone_is_the_same_as_with_all_others() {
    let child = Sleeper::new();
    let moving = Columns::CPU_PERCENT | Columns::RSS | Columns::MEMORY_PERCENT;
    eventually(|| {
        let all = row_of(child.id(), Columns::ALL).unwrap();
        for (column, field) in
            Columns::ALL.minus(moving).iter().zip(Columns::ALL.minus(moving).fields())
        {
            let alone = row_of(child.id(), column).unwrap();
            let at = ProcessRow::FIELDS.iter().position(|known| known == field).unwrap();
            if alone.values()[at] != all.values()[at] {
                return Err(format!(
                    "{}: {:?}",
                    field.name,
                    (&alone.values()[at], &all.values()[at])
                ));
            }
        }
        Ok(())
    });
}

#[test]
fn a_row_is_what_the_process_says_alone() {
    let child = Sleeper::new();
    let process = Process::new(child.id()).unwrap();
    eventually(|| {
        let row = row_of(child.id(), Columns::ALL).unwrap();
        let scheduling = process.scheduling().ok();
        let pairs = [
            ("ppid", row.ppid == process.ppid().ok()),
            ("name", row.name == process.name().ok()),
            ("status", row.status == process.status().ok()),
            ("username", row.username == process.username().ok()),
            ("uids", row.uids == process.uids().ok()),
            ("gids", row.gids == process.gids().ok()),
            ("euid", row.euid == process.uids().ok().map(|ids| ids.effective)),
            ("pgid", row.pgid == process.pgid().ok()),
            ("sid", row.sid == process.sid().ok()),
            ("terminal", row.terminal == process.terminal().unwrap_or_default()),
            ("create_time", row.create_time == process.create_time().ok()),
            ("nice", row.nice == process.nice().ok()),
            ("priority", row.priority == scheduling.map(|told| told.priority)),
            ("rt_priority", row.rt_priority == scheduling.map(|told| told.rt_priority)),
            ("locked_memory", row.locked_memory == process.locked_memory().unwrap()),
            ("policy", row.policy == scheduling.map(|told| told.policy)),
            (
                "flags",
                row.flags.map(|flags| flags & 0x20_0000 != 0) == process.is_kernel_thread().ok(),
            ),
            ("num_threads", row.num_threads == process.num_threads().ok()),
            ("cpu_num", row.cpu_num == process.cpu_num().unwrap()),
            ("cpu_times", row.cpu_times == process.cpu_times().ok()),
            ("memory_info", row.memory_info == process.memory_info().ok()),
            ("memory_footprint", row.memory_footprint == process.memory_footprint().ok()),
            ("page_faults", row.page_faults == process.page_faults().ok()),
            ("num_ctx_switches", row.num_ctx_switches == process.num_ctx_switches().ok()),
            ("io_counters", row.io_counters == process.io_counters().ok()),
            ("num_fds", row.num_fds == process.num_fds().ok()),
            ("exe", row.exe == process.exe().unwrap()),
            ("cwd", row.cwd == process.cwd().unwrap()),
            ("cmdline", row.cmdline == process.cmdline().ok()),
        ];
        let wrong: Vec<_> = pairs.iter().filter(|(_, same)| !same).map(|(name, _)| name).collect();
        if wrong.is_empty() { Ok(()) } else { Err(format!("{wrong:?}: {row:?}")) }
    });
}

#[test]
fn the_effective_user_of_a_process_that_may_not_be_looked_into_is_its_own() {
    // Who changes the user may not be looked into: the files of such a process are the superuser's, its folder is not.
    let script = "import os; os.setresuid(0, 65534, 0); print(flush=True); input()";
    let mut command = Command::new("python3");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(child) = command.stderr(Stdio::null()).spawn() else {
        return eprintln!("skipped: there is no python3");
    };
    let mut child = common::Ended(child);
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let row = row_of(child.id(), Columns::EUID | Columns::EUSER);
    let ids = row_of(child.id(), Columns::UIDS);
    drop(child);
    if line.is_empty() {
        return eprintln!("skipped: this user may not become another");
    }
    let row = row.unwrap();
    let name = Host::local().user_names().name(65534).map(ToOwned::to_owned);
    assert_eq!(row.euid, Some(65534));
    assert_eq!(row.euser, Some(name.unwrap_or_else(|| "65534".into())));
    let ids = ids.unwrap().uids.unwrap();
    assert_eq!((ids.real, ids.effective), (0, 65534));
}

#[test]
fn a_row_is_what_psutil_says() {
    let child = Sleeper::new();
    let names = "pid ppid name status username uids gids nice num_threads cpu_num num_fds exe cwd cmdline \
                 terminal";
    let script = format!(
        "print(json.dumps(psutil.Process({}).as_dict({:?}.split())))",
        child.id(),
        names.split_whitespace().collect::<Vec<_>>().join(" ")
    );
    eventually(|| {
        let Some(theirs) = psutil(&script) else { return Ok(()) };
        let row = row_of(child.id(), Columns::ALL).unwrap();
        let mut ours = serde_json::to_value(&row).unwrap();
        for ids in ["uids", "gids"] {
            let three = ["real", "effective", "saved"].map(|id| ours[ids][id].clone());
            ours[ids] = serde_json::json!(three);
        }
        let differs = |name: &&str| ours[*name] != theirs[*name];
        match names.split_whitespace().find(differs) {
            None => Ok(()),
            Some(name) => Err(format!("{name}: {} and {}", ours[name], theirs[name])),
        }
    });
}

#[test]
fn all_pids_are_those_of_psutil() {
    eventually(|| {
        let pids = || Host::local().processes(Columns::PID).unwrap();
        let before: Vec<u32> = pids().iter().map(|row| row.pid.as_u32()).collect();
        let Some(theirs) = psutil("print(json.dumps(psutil.pids()))") else { return Ok(()) };
        let theirs: Vec<u32> = serde_json::from_value(theirs).unwrap();
        let after: Vec<u32> = pids().iter().map(|row| row.pid.as_u32()).collect();
        // What lives through all three must be in all three.
        let missing = before.iter().find(|pid| after.contains(pid) && !theirs.contains(pid));
        let extra = theirs.iter().find(|pid| {
            !before.contains(pid)
                && !after.contains(pid)
                && Path::new(&format!("/proc/{pid}")).exists()
        });
        if (missing, extra) == (None, None) {
            Ok(())
        } else {
            Err(format!("{missing:?} {extra:?}"))
        }
    });
}

#[test]
fn what_a_thread_of_the_kernel_never_has_is_not_asked_for() {
    // PF_KTHREAD; there is nothing but its stat.
    let machine = Machine::captured().file("proc/9/stat", stat(9, "kthreadd", 'S', 0x20_0000, 3));
    let columns = Columns::STATUS | Columns::CMDLINE | Columns::MEMORY_INFO | Columns::RSS;
    let [row] = &machine.host().processes(columns).unwrap()[..] else { panic!("one row") };
    assert_eq!((row.status, row.rss), (Some(Status::Sleeping), Some(0)));
    assert_eq!(row.cmdline.as_deref(), Some(&[][..]));
    assert_eq!(row.memory_info.as_ref().map(|info| (info.rss, info.vms)), Some((0, 0)));
}

#[test]
fn t04_a_long_name_is_taken_from_the_command_line_and_a_zombie_keeps_the_short_one() {
    let dir = tempfile::tempdir().unwrap();
    let long = dir.path().join("a-name-that-is-longer-than-fifteen");
    // By another process, so that no child of another test has it open for writing when it is started.
    assert!(Command::new("cp").arg("/bin/sleep").arg(&long).status().unwrap().success());
    let mut child = Sleeper::from(Command::new(&long).arg("1000"));
    let name = |columns| row_of(child.id(), columns).unwrap().name.unwrap();
    // Between fork and exec it still has the name of the test.
    eventually(|| {
        let names = [name(Columns::NAME), name(Columns::NAME | Columns::CMDLINE)];
        let long = long.file_name().unwrap();
        if names.iter().all(|name| name == long) { Ok(()) } else { Err(format!("{names:?}")) }
    });
    child.kill();
    eventually(|| {
        let row = row_of(child.id(), Columns::NAME | Columns::STATUS | Columns::CMDLINE).unwrap();
        match (row.status, row.name.as_deref()) {
            (Some(Status::Zombie), Some(name)) if name == "a-name-that-is-" => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}

#[test]
fn t05_a_command_line_longer_than_any_buffer_is_whole() {
    // A duration of no time at all, as long as one word may be.
    let zeros = "0".repeat(130_000);
    let child = Sleeper::from(Command::new("sleep").args(["1000", &zeros]));
    eventually(|| {
        let row = row_of(child.id(), Columns::CMDLINE).unwrap();
        let words = row.cmdline.unwrap();
        if words == ["sleep", "1000", &zeros] { Ok(()) } else { Err(format!("{}", words.len())) }
    });
}

#[test]
fn t07_a_zombie_is_in_the_table_and_says_what_it_has_lost() {
    let mut child = Sleeper::new();
    child.kill();
    let gone = Columns::CMDLINE | Columns::EXE | Columns::CWD;
    for alone in [false, true] {
        eventually(|| {
            let columns = if alone { gone } else { Columns::ALL };
            let row = row_of(child.id(), columns).unwrap();
            for column in gone.iter() {
                if row.absence(column) != Some(Absence::Zombie) {
                    return Err(format!("{column}: {row:?}"));
                }
            }
            Ok(())
        });
    }
    let row = row_of(child.id(), Columns::ALL).unwrap();
    assert_eq!((row.status, row.num_threads), (Some(Status::Zombie), Some(1)));
    assert!(row.uids.is_some() && row.username.is_some() && row.cpu_times.is_some());
    assert!(row.name.is_some_and(|name| name == "sleep"));
}

#[test]
fn t01_t03_a_hostile_name_is_kept_whole() {
    let comm = b"a) S 1\n\xff(";
    let machine = Machine::captured();
    let mut line = b"7 (".to_vec();
    line.extend_from_slice(comm);
    line.extend_from_slice(&stat(7, "", 'S', 0, 1).into_bytes()[3..]);
    let machine = machine.file("proc/7/stat", line);
    let rows = machine.host().processes(Columns::NAME | Columns::PPID).unwrap();
    assert_eq!(rows[0].name.as_deref(), Some(OsStr::from_bytes(comm)));
    assert_eq!(rows[0].ppid, Some(Pid::new(1)));
}

#[test]
fn t08_a_process_without_a_stat_is_gone() {
    let machine = Machine::captured()
        .file("proc/7/cmdline", "half a process\0")
        .file("proc/8/stat", stat(8, "x", 'S', 0, 1));
    let pids = |columns| -> Vec<u32> {
        machine.host().processes(columns).unwrap().iter().map(|row| row.pid.as_u32()).collect()
    };
    assert_eq!(pids(Columns::ALL), [8]);
    assert_eq!(pids(Columns::NAME), [8]);
}

#[test]
fn t20_a_user_without_a_name_is_a_number() {
    let machine = Machine::captured()
        .file("etc/passwd", "root:x:0:0::/root:/bin/sh\n")
        .file("proc/7/status", "Uid:\t4711\t0\t0\t0\n");
    let rows = machine.host().processes(Columns::USERNAME).unwrap();
    assert_eq!(rows[0].username.as_deref(), Some(OsStr::new("4711")));
}

#[test]
fn t83_the_first_sample_has_no_percentage() {
    let machine = Machine::captured().file("proc/7/stat", stat(7, "x", 'S', 0, 1));
    let mut scanner = machine.host().scanner(Columns::CPU_PERCENT).unwrap();
    assert_eq!(scanner.rows().unwrap()[0].cpu_percent, None);
    machine.write("proc/7/stat", stat(7, "x", 'S', 0, 1_000_001));
    let row = &scanner.rows().unwrap()[0];
    assert!(row.cpu_percent.unwrap() > 100.0);
    machine.write("proc/7/stat", stat(7, "x", 'S', 0, 1_000_001).replace(" 500 ", " 501 "));
    assert_eq!(scanner.rows().unwrap()[0].cpu_percent, None, "another process has the pid");
}

#[test]
fn a_percentage_is_of_one_processor() {
    const BUSY: Duration = Duration::from_millis(50);
    let mut scanner = Host::local().scanner(Columns::CPU_PERCENT | Columns::CPU_TIMES).unwrap();
    let mut mine = None;
    scanner.scan(|_| {}).unwrap();
    let percent = eventually(|| {
        let start = Instant::now();
        while start.elapsed() < BUSY {
            std::hint::spin_loop();
        }
        scanner
            .scan(|row| {
                if row.pid.as_u32() == std::process::id() {
                    mine = row.cpu_percent;
                }
            })
            .unwrap();
        mine.filter(|percent| *percent > 0.0).ok_or_else(|| "not busy".to_owned())
    });
    let most = thread::available_parallelism().unwrap().get() as f64 * 100.0;
    // The kernel counts in ticks of 10 ms: one of user time and one of system time may have begun before.
    assert!(percent.is_finite() && percent < most + 50.0, "{percent}");
}

#[test]
fn rows_shown_are_rows_listed() {
    let mut scanner = Host::local().scanner(Columns::NAME | Columns::CMDLINE).unwrap();
    let child = Sleeper::new();
    eventually(|| {
        let mut shown = None;
        scanner
            .scan(|row| {
                if row.pid.as_u32() == child.id() {
                    shown = Some(row.clone());
                }
            })
            .unwrap();
        let listed = row_of(child.id(), Columns::NAME | Columns::CMDLINE).unwrap();
        let shown = shown.unwrap();
        if (&shown.name, &shown.cmdline) == (&listed.name, &listed.cmdline) {
            Ok(())
        } else {
            Err(format!("{shown:?}"))
        }
    });
}

#[test]
fn processes_that_come_and_go_make_no_error_and_no_double() {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let mut command = Command::new("true");
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                let _ = command.status();
            }
        });
        let mut scanner = Host::local().scanner(Columns::ALL).unwrap();
        for _ in 0..60 {
            let mut last = None;
            let outcome = scanner.scan(|row| {
                assert!(last < Some(row.pid), "{last:?} and then {}", row.pid);
                last = Some(row.pid);
                assert!(row.name.is_some(), "a row without a process: {row:?}");
            });
            stop.store(outcome.is_err() || stop.load(Ordering::Relaxed), Ordering::Relaxed);
            outcome.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn t17_threads_are_no_rows() {
    let (ready, wait) = std::sync::mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        let id = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs();
        let found = row_of(id, Columns::PID);
        let _ = wait.recv();
        found.is_none()
    });
    drop(ready);
    assert!(thread.join().unwrap());
}

#[test]
fn another_procfs_is_read_from_its_files() {
    let host = Host::local().with_proc("/proc/self/../");
    let row = |host: &Host| {
        let rows = host.processes(Columns::UIDS | Columns::NUM_FDS | Columns::NAME).unwrap();
        rows.into_iter().find(|row| row.pid.as_u32() == 1).unwrap()
    };
    assert_eq!(row(&host).uids, row(&Host::local()).uids);
    let error = Host::local().with_proc("/no/such/proc").processes(Columns::PID).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn one_process_has_the_row_that_it_has_in_the_table() {
    let child = Sleeper::new();
    let mut scanner = Host::local().scanner(Columns::NAME | Columns::UIDS).unwrap();
    eventually(|| {
        let row = scanner.row(child.id()).unwrap();
        let listed = row_of(child.id(), Columns::NAME | Columns::UIDS).unwrap();
        if (&row.name, row.uids) == (&listed.name, listed.uids) {
            Ok(())
        } else {
            Err(format!("{row:?} {listed:?}"))
        }
    });
    for columns in [Columns::PID, Columns::ALL] {
        let mut scanner = Host::local().scanner(columns).unwrap();
        let gone = scanner.row(u32::MAX - 1).unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NoSuchProcess);
        let asked = move || {
            let thread = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs();
            scanner.row(thread).unwrap_err()
        };
        let error = thread::spawn(asked).join().unwrap();
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
    }
}

/// What an ordinary user sees of a process of root's; run by the next test in a process of that user.
#[test]
fn what_may_not_be_read_is_denied_and_the_row_stays() {
    if !rustix::process::geteuid().is_root() {
        let Some(init) = row_of(1, Columns::ALL) else {
            eprintln!("skipped: the processes of others are hidden here");
            return;
        };
        if init.uids.is_none_or(|uids| uids.real != 0) {
            eprintln!("skipped: pid 1 is not root's");
            return;
        }
        let denied = Columns::EXE | Columns::CWD | Columns::IO_COUNTERS | Columns::MEMORY_FOOTPRINT;
        assert_eq!(init.denied(), denied);
        for column in denied.iter() {
            assert_eq!(init.absence(column), Some(Absence::Denied));
            let error = match column {
                Columns::EXE => Process::new(1).unwrap().exe().unwrap_err(),
                Columns::CWD => Process::new(1).unwrap().cwd().unwrap_err(),
                Columns::IO_COUNTERS => Process::new(1).unwrap().io_counters().unwrap_err(),
                _ => Process::new(1).unwrap().memory_footprint().unwrap_err(),
            };
            assert_eq!(error.kind(), ErrorKind::AccessDenied);
        }
        assert!(init.present().contains(Columns::NAME | Columns::STATUS | Columns::CMDLINE));
        return;
    }
    let program = std::env::current_exe().unwrap();
    let name = "what_may_not_be_read_is_denied_and_the_row_stays";
    let outcome = Command::new(program)
        .args(["--exact", name, "--nocapture"])
        .uid(65_534)
        .gid(65_534)
        .current_dir("/")
        .output();
    match outcome {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{text}");
        }
        Err(error) => eprintln!("skipped: another user cannot run this test: {error}"),
    }
}

#[test]
fn every_value_of_a_row_can_be_printed() {
    let row = row_of(std::process::id(), Columns::ALL).unwrap();
    for (field, value) in ProcessRow::FIELDS.iter().zip(row.values()) {
        let expected = row.present().contains(Columns::named(field.name).unwrap());
        assert_eq!(!matches!(value, Value::Null), expected, "{}", field.name);
    }
}
