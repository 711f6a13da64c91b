//! One process on fake machines, with exact answers: each oddity of `/proc/<pid>` in a test of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "it is test code")]

mod common;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use common::Machine;
use psight::process::{
    GroupedMemoryMap, IoCounters, MemoryFootprint, MemoryFull, MemoryInfo, MemoryInfoEx, MemoryMap,
    PageFaults, ProcessCpuTimes, Status, Thread, UserIds,
};
use psight::record::Record;
use psight::{ErrorKind, Os, Pid, Process, Result};

const STATUS: &str = "Name:\tnginx\nUmask:\t0027\nState:\tS (sleeping)\nTgid:\t42\nPid:\t42\nPPid:\t7\n\
    Uid:\t1000\t1001\t1002\t1003\nGid:\t100\t101\t102\t103\nGroups:\t4 24 1000 \nNSpid:\t42\t3\n\
    VmPeak:\t    2000 kB\nVmHWM:\t    1000 kB\nRssAnon:\t     400 kB\nRssFile:\t     500 kB\n\
    RssShmem:\t     100 kB\nVmSwap:\t       8 kB\nHugetlbPages:\t    2048 kB\nThreads:\t3\n\
    SigPnd:\t0000000000000200\nShdPnd:\t0000000000000001\nSigBlk:\tfffffffe7ffbfeff\n\
    SigIgn:\t0000000000001000\nSigCgt:\t0000000380014005\nCpus_allowed_list:\t0-3,8\n\
    voluntary_ctxt_switches:\t61\nnonvoluntary_ctxt_switches:\t9\n";

/// `stat` of a process with this name, state and start, on a terminal with this number.
fn stat(comm: &[u8], state: char, start: u64, tty: u32) -> Vec<u8> {
    let tail = format!(
        ") {state} 7 40 39 {tty} 42 4194560 1289 7 2 1 150 25 300 450 25 5 3 0 {start} 228843520 1041 \
         18446744073709551615 1 1 0 0 0 0 0 4096 1260 0 0 0 17 6 0 0 75 0 0\n"
    );
    [b"42 (", comm, tail.as_bytes()].concat()
}

/// A machine with process 42.
fn machine() -> Machine {
    Machine::captured()
        .file("proc/stat", "cpu  1 2 3 4\nbtime 1699990000\n")
        .file("proc/42/stat", stat(b"nginx", 'S', 5163, 0))
        .file("proc/42/status", STATUS)
        .file("proc/42/statm", "5534 1286 1028 226 0 402 0\n")
}

/// The same with a process that has exited, as the kernel shows it.
fn zombie() -> Machine {
    machine()
        .file("proc/42/stat", stat(b"gnome-keyring-d", 'Z', 5163, 0))
        .file("proc/42/statm", "0 0 0 0 0 0 0\n")
        .file("proc/42/cmdline", "")
        .file("proc/42/environ", "")
        .file("proc/42/maps", "")
        .file("proc/42/smaps", "")
}

/// The same with a thread of the kernel.
fn kernel_thread() -> Machine {
    let line = "42 (kworker/u8:2-events_unbound) I 2 0 0 0 -1 69238880 0 0 0 0 0 27 0 0 20 0 1 0 3 0 0 \
        18446744073709551615 0 0 0 0 0 0 0 2147483647 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
    Machine::captured()
        .file("proc/42/stat", line)
        .file("proc/42/status", "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nThreads:\t1\n")
        .file("proc/42/statm", "0 0 0 0 0 0 0\n")
        .file("proc/42/cmdline", "")
        .file("proc/42/environ", "")
        .file("proc/42/maps", "")
        .file("proc/42/smaps", "")
}

fn process(machine: &Machine) -> Process {
    machine.host().process(42).unwrap()
}

fn kind<T: std::fmt::Debug>(answer: Result<T>) -> ErrorKind {
    answer.unwrap_err().kind()
}

fn named(comm: &[u8], cmdline: &[u8]) -> OsString {
    let machine =
        machine().file("proc/42/stat", stat(comm, 'S', 5163, 0)).file("proc/42/cmdline", cmdline);
    process(&machine).name().unwrap()
}

#[test]
fn what_stat_says_is_told() {
    let machine = machine();
    let process = process(&machine);
    assert_eq!(process.name().unwrap(), "nginx");
    assert_eq!(process.ppid().unwrap(), Pid::new(7));
    assert_eq!((process.pgid().unwrap(), process.sid().unwrap()), (Pid::new(40), Pid::new(39)));
    assert_eq!(process.status().unwrap(), Status::Sleeping);
    assert_eq!(process.num_threads().unwrap(), 3);
    assert_eq!(process.cpu_num().unwrap(), Some(6));
    assert_eq!(process.start_ticks().unwrap(), 5163);
    let times = process.cpu_times().unwrap();
    assert_eq!((times.user, times.system, times.iowait), (1.5, 0.25, Some(0.75)));
    assert_eq!((times.children_user, times.children_system), (3.0, 4.5));
    let faults = process.page_faults().unwrap();
    assert_eq!((faults.minor, faults.major), (1289, 2));
    assert!(!process.is_kernel_thread().unwrap());
    assert!(process.is_running().unwrap());
}

#[test]
fn what_status_says_is_told() {
    let machine = machine();
    let process = process(&machine);
    let uids = process.uids().unwrap();
    assert_eq!((uids.real, uids.effective, uids.saved), (1000, 1001, 1002));
    let gids = process.gids().unwrap();
    assert_eq!((gids.real, gids.effective, gids.saved), (100, 101, 102));
    assert_eq!((process.fsuid().unwrap(), process.fsgid().unwrap()), (1003, 103));
    assert_eq!(process.groups().unwrap(), [4, 24, 1000]);
    assert_eq!(process.umask().unwrap(), Some(0o27));
    let switches = process.num_ctx_switches().unwrap();
    assert_eq!((switches.voluntary, switches.involuntary), (61, 9));
}

#[test]
fn t01_a_name_with_brackets_is_kept_whole() {
    for name in ["a) S 1 2", "(", ")", "((()", "tmux: server", ") R 9 9 ("] {
        assert_eq!(named(name.as_bytes(), b""), name);
    }
}

#[test]
fn t02_a_name_with_a_newline_is_kept_whole() {
    assert_eq!(named(b"a\nb) S 3\nc", b""), "a\nb) S 3\nc");
}

#[test]
fn t03_names_and_words_that_are_not_utf8_keep_their_bytes() {
    let machine = machine()
        .file("proc/42/stat", stat(b"\xff\xfe", 'S', 5163, 0))
        .file("proc/42/cmdline", b"/\xff\0\x80\0")
        .file("proc/42/environ", b"\xe9=\xe8\0");
    let bytes = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    for name in ["exe", "cwd", "root"] {
        let path = machine.path("proc/42").join(name);
        std::os::unix::fs::symlink(bytes(b"/\xfd"), path).unwrap();
    }
    let process = process(&machine);
    assert_eq!(process.name().unwrap(), bytes(b"\xff\xfe"));
    assert_eq!(process.cmdline().unwrap(), [bytes(b"/\xff"), bytes(b"\x80")]);
    assert_eq!(process.environ().unwrap(), [(bytes(b"\xe9"), bytes(b"\xe8"))]);
    let path = Some(bytes(b"/\xfd").into());
    assert_eq!(process.exe().unwrap(), path);
    assert_eq!(process.cwd().unwrap(), path);
    assert_eq!(process.root().unwrap(), path);
}

#[test]
fn t04_a_name_that_was_cut_is_completed_from_the_command_line() {
    let daemon = b"/usr/bin/gnome-keyring-daemon\0--start\0";
    assert_eq!(named(b"gnome-keyring-d", daemon), "gnome-keyring-daemon");
    // 14 bytes are not cut, even where the command line would go on.
    assert_eq!(named(b"gnome-keyring-", daemon), "gnome-keyring-");
    // A name that the process gave itself is no beginning of its program's.
    assert_eq!(named(b"my-own-name-15b", daemon), "my-own-name-15b");
    assert_eq!(named(b"gnome-keyring-d", b""), "gnome-keyring-d");
    assert_eq!(
        named(b"gnome-keyring-d", b"/usr/bin/gnome-keyring-daemon/\0x\0"),
        "gnome-keyring-d"
    );
}

#[test]
fn t04_a_zombie_and_a_hidden_command_line_keep_the_short_name() {
    assert_eq!(process(&zombie()).name().unwrap(), "gnome-keyring-d");
    // Here the file is missing from a process that is there, which is as good as denied.
    let machine = machine().file("proc/42/stat", stat(b"gnome-keyring-d", 'S', 5163, 0));
    assert_eq!(process(&machine).name().unwrap(), "gnome-keyring-d");
}

#[test]
fn t05_command_lines_are_split_as_they_were_written() {
    let split =
        |bytes: &[u8]| process(&machine().file("proc/42/cmdline", bytes)).cmdline().unwrap();
    assert_eq!(split(b"sh\0-c\0\0a b\0"), ["sh", "-c", "", "a b"]);
    assert_eq!(split(b"nginx: worker process"), ["nginx:", "worker", "process"]);
    assert_eq!(split(b"foo bar\0"), ["foo", "bar"]);
    let long = [b"sh\0".to_vec(), vec![b'x'; 300_000], vec![0]].concat();
    assert_eq!(split(&long)[1].len(), 300_000);
}

#[test]
fn t06_a_thread_of_the_kernel_has_no_program_and_no_memory() {
    let machine = kernel_thread();
    let process = process(&machine);
    assert_eq!(process.name().unwrap(), "kworker/u8:2-events_unbound");
    assert!(process.is_kernel_thread().unwrap());
    assert_eq!(process.status().unwrap(), Status::Idle);
    assert_eq!(process.exe().unwrap(), None);
    assert!(process.cmdline().unwrap().is_empty());
    assert!(process.environ().unwrap().is_empty());
    assert!(process.memory_maps().unwrap().is_empty());
    assert!(process.memory_regions().unwrap().is_empty());
    assert_eq!(process.memory_footprint().unwrap().uss, 0);
    let memory = process.memory_info_ex().unwrap();
    assert_eq!((memory.rss, memory.peak_rss), (0, None));
    assert_eq!(process.umask().unwrap(), None);
}

#[test]
fn t07_a_zombie_has_a_state_and_no_command_line() {
    let machine = zombie();
    let process = process(&machine);
    assert_eq!(process.status().unwrap(), Status::Zombie);
    assert!(process.is_running().unwrap());
    assert_eq!(process.ppid().unwrap(), Pid::new(7));
    assert_eq!(process.uids().unwrap().real, 1000);
    assert_eq!(process.cpu_times().unwrap().user, 1.5);
    assert_eq!(process.memory_info().unwrap().rss, 0);
    assert_eq!(kind(process.cmdline()), ErrorKind::ZombieProcess);
    assert_eq!(kind(process.environ()), ErrorKind::ZombieProcess);
    assert_eq!(kind(process.exe()), ErrorKind::ZombieProcess);
    assert_eq!(kind(process.cwd()), ErrorKind::ZombieProcess);
    assert_eq!(kind(process.memory_maps()), ErrorKind::ZombieProcess);
    assert_eq!(kind(process.memory_regions()), ErrorKind::ZombieProcess);
    assert_eq!(process.memory_footprint().unwrap().uss, 0);
    let error = process.io_counters().unwrap_err();
    assert_eq!((error.kind(), error.pid()), (ErrorKind::ZombieProcess, Some(Pid::new(42))));
}

#[test]
fn t08_a_directory_without_a_stat_is_no_process() {
    let machine = machine();
    let process = process(&machine);
    std::fs::remove_file(machine.path("proc/42/stat")).unwrap();
    assert_eq!(kind(machine.host().process(42)), ErrorKind::NoSuchProcess);
    assert!(!process.is_running().unwrap());
    std::fs::remove_file(machine.path("proc/42/statm")).unwrap();
    assert_eq!(kind(process.name()), ErrorKind::NoSuchProcess);
    assert_eq!(kind(process.memory_info()), ErrorKind::NoSuchProcess);
    assert_eq!(kind(process.cmdline()), ErrorKind::NoSuchProcess);
    assert_eq!(kind(process.exe()), ErrorKind::NoSuchProcess);
    assert_eq!(kind(process.threads()), ErrorKind::NoSuchProcess);
    assert_eq!(kind(process.memory_footprint()), ErrorKind::NoSuchProcess);
    assert_eq!(kind(process.ppid()), ErrorKind::NoSuchProcess);
}

#[test]
fn t08_all_threads_gone_is_no_such_process_and_one_gone_is_one_less() {
    let machine = machine().file("proc/42/task/42/stat", stat(b"main", 'S', 5163, 0));
    std::fs::create_dir_all(machine.path("proc/42/task/43")).unwrap();
    let process = process(&machine);
    let ids: Vec<_> = process.threads().unwrap().iter().map(|thread| thread.id).collect();
    assert_eq!(ids, [42]);
    std::fs::remove_file(machine.path("proc/42/task/42/stat")).unwrap();
    std::fs::remove_file(machine.path("proc/42/stat")).unwrap();
    assert_eq!(kind(process.threads()), ErrorKind::NoSuchProcess);
}

#[test]
fn t09_a_file_that_is_missing_from_a_process_is_not_its_end() {
    let machine = machine();
    let process = process(&machine);
    for kind in [
        kind(process.io_counters()),
        kind(process.memory_maps()),
        kind(process.memory_footprint()),
        kind(process.cmdline()),
        kind(process.environ()),
        kind(process.cgroups()),
        kind(process.threads()),
    ] {
        assert_eq!(kind, ErrorKind::NotFound);
    }
    assert_eq!(process.exe().unwrap(), None);
    assert_eq!(process.cwd().unwrap(), None);
    assert_eq!(process.root().unwrap(), None);
}

#[test]
fn t10_a_deleted_program_keeps_its_path_and_a_file_called_so_its_name() {
    let machine = machine()
        .link("proc/42/exe", "/usr/bin/gone (deleted)")
        .link("proc/42/cwd", "/srv/real (deleted)")
        .file("srv/real (deleted)", "");
    let process = process(&machine);
    assert_eq!(process.exe().unwrap().unwrap(), Path::new("/usr/bin/gone"));
    assert_eq!(process.cwd().unwrap().unwrap(), Path::new("/srv/real (deleted)"));
}

#[test]
fn t12_what_an_old_kernel_does_not_say_is_unknown() {
    let short = "42 (init) S 7 1 1 0 -1 256 1 0 2 0 3 4 5 6 15 0 1 0 9 1000 20 4294967295 1 1 0 0 0 0 0 0 0 0 0 0 0\n";
    let machine = machine()
        .file("proc/42/stat", short)
        .file("proc/42/status", "Uid:\t1\t2\t3\t4\nGid:\t1\t2\t3\t4\n")
        .file(
            "proc/42/smaps",
            "10-20 r--p 0 0:0 0\nRss: 4 kB\nPrivate_Clean: 4 kB\nPrivate_Dirty: 0 kB\n",
        );
    let process = process(&machine);
    assert_eq!(process.cpu_times().unwrap().iowait, None);
    assert_eq!(process.cpu_num().unwrap(), None);
    assert_eq!(process.umask().unwrap(), None);
    assert_eq!(process.namespace_pids().unwrap(), [Pid::new(42)]);
    assert_eq!(process.memory_info_ex().unwrap().swap, None);
    let cost = process.memory_footprint().unwrap();
    assert_eq!((cost.uss, cost.pss, cost.swap), (4096, None, None));
    let map = &process.memory_maps().unwrap()[0];
    assert_eq!((map.rss, map.swap, map.anonymous), (4096, None, None));
    assert_eq!(kind(process.num_ctx_switches()), ErrorKind::Unsupported);
    assert_eq!(kind(process.signal_masks()), ErrorKind::Unsupported);
}

#[test]
fn t13_the_footprint_comes_from_the_rollup_and_else_from_each_mapping() {
    let smaps = "10-20 r--p 0 0:0 0 /a\nRss: 9 kB\nPss: 3 kB\nPss_Dirty: 99 kB\nPrivate_Clean: 1 kB\n\
        Private_Dirty: 2 kB\nPrivate_Hugetlb: 4 kB\nSwap: 8 kB\nSwapPss: 77 kB\n\
        20-30 rw-p 0 0:0 0\ngarbage\nPss: 314572800 kB\nPrivate_Dirty: 16 kB\nSwap: 8 kB\n";
    let machine = machine().file("proc/42/smaps", smaps);
    let cost = process(&machine).memory_footprint().unwrap();
    assert_eq!(cost.uss, 23 << 10);
    assert_eq!((cost.pss, cost.swap), (Some(314_572_803 << 10), Some(16 << 10)));
    let rollup =
        "10-30 ---p 0 0:0 0 [rollup]\nRss: 9 kB\nPss: 5 kB\nPrivate_Dirty: 6 kB\nSwap: 7 kB\n";
    let machine = machine.file("proc/42/smaps_rollup", rollup);
    let full = process(&machine).memory_full().unwrap();
    assert_eq!((full.uss, full.pss, full.swap), (Some(6 << 10), Some(5 << 10), Some(7 << 10)));
    assert_eq!((full.rss, full.vms), (1286 << 12, 5534 << 12));
}

#[test]
fn t13_maps_of_which_no_line_is_understood_are_no_process_without_memory() {
    let machine = machine().file("proc/42/maps", "garbage\n").file("proc/42/smaps", "garbage\n");
    let of = process(&machine);
    assert_eq!(kind(of.memory_maps()), ErrorKind::Malformed);
    assert_eq!(kind(of.memory_regions()), ErrorKind::Malformed);
    assert_eq!(kind(of.memory_footprint()), ErrorKind::Malformed);
    // One line that is not understood hides no other, and an empty file is a process that has given all back.
    let line = "10-20 r--p 0 0:0 0 /a\n";
    let machine = machine.file("proc/42/maps", format!("garbage\n{line}"));
    machine.write("proc/42/smaps", format!("garbage\n{line}Rss: 4 kB\n"));
    let of = process(&machine);
    assert_eq!((of.memory_maps().unwrap().len(), of.memory_regions().unwrap().len()), (1, 1));
    machine.write("proc/42/maps", "");
    machine.write("proc/42/smaps", "");
    let of = process(&machine);
    assert_eq!((of.memory_maps().unwrap().len(), of.memory_regions().unwrap().len()), (0, 0));
}

#[test]
fn t14_blanks_in_status_may_stand_for_tabs() {
    let machine = machine().file("proc/42/status", "Uid: 1 2  3 4\nGid:\t5\t6\t7\t8\nVmHWM:12kB\n");
    let process = process(&machine);
    assert_eq!(process.uids().unwrap().saved, 3);
    assert_eq!(process.memory_info_ex().unwrap().peak_rss, Some(12 << 10));
}

#[test]
fn t15_counters_that_the_kernel_leaves_out_are_unknown() {
    let io = |text: &str| process(&machine().file("proc/42/io", text)).io_counters();
    let counters = io("rchar: 1\nwchar: 2\n\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n\
        cancelled_write_bytes: 7\n")
    .unwrap();
    assert_eq!((counters.read_count, counters.write_count), (Some(3), Some(4)));
    assert_eq!((counters.read_bytes, counters.write_bytes), (Some(5), Some(6)));
    assert_eq!((counters.read_chars, counters.write_chars), (Some(1), Some(2)));
    assert_eq!(counters.cancelled_write_bytes, Some(7));
    let few = io("rchar: 1\n\n \nwchar\nsyscr: x\n").unwrap();
    assert_eq!((few.read_chars, few.read_count, few.write_chars), (Some(1), None, None));
    assert_eq!(kind(io("")), ErrorKind::Malformed);
}

#[test]
fn t18_pid_0_and_pids_beyond_any_are_no_processes() {
    for host in [machine().host(), psight::Host::local()] {
        for pid in [0, i32::MAX as u32, i32::MAX as u32 + 1, u32::MAX] {
            let error = host.process(pid).unwrap_err();
            assert_eq!(
                (error.kind(), error.pid()),
                (ErrorKind::NoSuchProcess, Some(Pid::new(pid)))
            );
        }
    }
}

#[test]
fn t19_a_terminal_is_named_by_its_number() {
    let on = |tty| {
        let machine = machine().file("proc/42/stat", stat(b"sh", 'S', 5163, tty));
        let process = process(&machine);
        assert_eq!(process.has_terminal().unwrap(), tty != 0);
        process.terminal().unwrap()
    };
    assert_eq!(on(0), None);
    assert_eq!(on(34_819).unwrap(), Path::new("/dev/pts/3"));
    // 300 does not fit the eight low bits of the minor number.
    assert_eq!(on(0x10_882c).unwrap(), Path::new("/dev/pts/300"));
    assert_eq!(on(1025).unwrap(), Path::new("/dev/tty1"));
    assert_eq!(on(1089).unwrap(), Path::new("/dev/ttyS1"));
}

#[test]
fn t19_a_terminal_that_has_no_name_is_not_taken_for_none() {
    let unknown = machine().file("proc/42/stat", stat(b"sh", 'S', 5163, 188 << 8 | 2));
    assert!(process(&unknown).has_terminal().unwrap());
    assert_eq!(kind(process(&unknown).terminal()), ErrorKind::NotFound);
    let drivers = "/dev/tty             /dev/tty        5       0 system:/dev/tty\n\
        usbserial            /dev/ttyUSB   188 0-511 serial\n";
    let machine = unknown.file("proc/tty/drivers", drivers);
    let terminal = process(&machine).terminal().unwrap().unwrap();
    assert_eq!(terminal, Path::new("/dev/ttyUSB2"));
}

#[test]
fn t20_a_user_without_a_name_is_a_number() {
    assert_eq!(process(&machine()).username().unwrap(), "1000");
    let machine = machine().file("etc/passwd", "alice:x:1000:1000::/:/bin/sh\nbob:x:1001:1::/:/\n");
    // The real user counts, not the one whose rights it has.
    assert_eq!(process(&machine).username().unwrap(), "alice");
}

#[test]
fn t21_a_state_that_has_no_word_keeps_its_letter() {
    let state = |letter| {
        let machine = machine().file("proc/42/stat", stat(b"sh", letter, 5163, 0));
        process(&machine).status().unwrap()
    };
    assert_eq!(state('q'), Status::Unknown('q'));
    assert_eq!(state('q').to_string(), "?");
    let words = "RSDTtXxKWIP".chars().map(|letter| state(letter).to_string());
    let expected =
        "running sleeping disk-sleep stopped tracing-stop dead dead wake-kill waking idle parked";
    assert_eq!(words.collect::<Vec<_>>().join(" "), expected);
}

#[test]
fn t23_a_clock_that_is_set_moves_the_start_and_makes_no_other_process() {
    let machine = machine();
    let process = process(&machine);
    let started = UNIX_EPOCH + Duration::from_millis(1_699_990_000_000 + 51_630);
    assert_eq!(process.create_time().unwrap(), started);
    machine.write("proc/stat", "btime 1699993600\n");
    assert_eq!(process.create_time().unwrap(), started + Duration::from_secs(3600));
    assert!(process.is_running().unwrap());
    assert_eq!(process, machine.host().process(42).unwrap());
    assert_eq!(process.ppid().unwrap(), Pid::new(7));
}

#[test]
fn a_pid_that_was_given_anew_is_another_process() {
    let machine = machine();
    let process = process(&machine);
    machine.write("proc/42/stat", stat(b"nginx", 'S', 5164, 0));
    assert!(!process.is_running().unwrap());
    let error = process.ppid().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchProcess);
    assert!(error.to_string().contains("PID has been reused"), "{error}");
    let other = machine.host().process(42).unwrap();
    assert_ne!(process, other);
    assert_eq!(std::collections::HashSet::from([process, other]).len(), 2);
}

#[test]
fn t32_a_process_has_a_number_in_each_pid_namespace() {
    let pids = process(&machine()).namespace_pids().unwrap();
    assert_eq!(pids, [Pid::new(42), Pid::new(3)]);
}

#[test]
fn t82_signals_beyond_31_are_in_the_sets() {
    let masks = process(&machine()).signal_masks().unwrap();
    assert_eq!(masks.pending.unwrap().iter().collect::<Vec<_>>(), [10]);
    assert_eq!(masks.process_pending.unwrap().iter().collect::<Vec<_>>(), [1]);
    assert_eq!(masks.ignored.iter().collect::<Vec<_>>(), [13]);
    assert_eq!(masks.caught.iter().collect::<Vec<_>>(), [1, 3, 15, 17, 32, 33, 34]);
    assert_eq!(masks.caught.without_internal().iter().last(), Some(34));
    assert_eq!(masks.without_internal().caught.len(), 5);
    let blocked = masks.blocked.unwrap();
    assert!(blocked.contains(64) && blocked.contains(34) && !blocked.contains(65));
    assert!(!blocked.contains(9) && !blocked.contains(0) && !blocked.contains(u32::MAX));
}

#[test]
fn a_oneshot_reads_each_file_once() {
    let machine = machine()
        .file("proc/42/cmdline", "a\0b\0")
        .link("proc/42/exe", "/bin/a")
        .file("proc/42/io", "rchar: 1\n");
    let process = process(&machine);
    let moment = process.oneshot();
    let ask = |process: &Process| {
        (
            process.status().unwrap(),
            process.uids().unwrap().real,
            process.memory_info().unwrap().rss,
            process.cmdline().unwrap(),
            process.exe().unwrap(),
            process.io_counters().unwrap().read_chars,
        )
    };
    let first = ask(&moment);
    machine.write("proc/42/stat", stat(b"nginx", 'R', 5163, 0));
    machine.write("proc/42/status", "Uid:\t0\t0\t0\t0\n");
    machine.write("proc/42/statm", "1 1 1 1 0 1 0\n");
    machine.write("proc/42/cmdline", "c\0");
    machine.write("proc/42/io", "rchar: 2\n");
    std::fs::remove_file(machine.path("proc/42/exe")).unwrap();
    assert_eq!(ask(&moment), first);
    assert_eq!(ask(&process), (Status::Running, 0, 4096, vec![OsString::from("c")], None, Some(2)));
}

#[test]
fn a_oneshot_of_a_process_that_has_gone_knows_that_it_has() {
    let machine = machine();
    let moment = process(&machine).oneshot();
    assert_eq!(moment.status().unwrap(), Status::Sleeping);
    std::fs::remove_file(machine.path("proc/42/stat")).unwrap();
    assert_eq!(moment.status().unwrap(), Status::Sleeping);
    assert!(!moment.is_running().unwrap());
}

#[test]
fn memory_is_in_bytes() {
    let machine = machine();
    let process = process(&machine);
    let info = process.memory_info().unwrap();
    assert_eq!((info.rss, info.vms, info.shared), (1286 << 12, 5534 << 12, Some(1028 << 12)));
    assert_eq!((info.text, info.data, info.peak_rss), (Some(226 << 12), Some(402 << 12), None));
    let more = process.memory_info_ex().unwrap();
    assert_eq!((more.peak_rss, more.peak_vms), (Some(1000 << 10), Some(2000 << 10)));
    assert_eq!((more.rss_anon, more.rss_file), (Some(400 << 10), Some(500 << 10)));
    assert_eq!((more.rss_shmem, more.swap), (Some(100 << 10), Some(8 << 10)));
    assert_eq!(more.hugetlb, Some(2048 << 10));
}

#[test]
fn pages_of_another_size_count_as_large_as_they_are() {
    let facts = "page_size = 65536\nticks_per_second = 250\ncaptured_at = 1700000000\n";
    let machine = machine().file("facts.toml", facts);
    let process = process(&machine);
    assert_eq!(process.memory_info().unwrap().rss, 1286 << 16);
    assert_eq!(process.cpu_times().unwrap().user, 0.6);
}

#[test]
fn any_kind_of_memory_is_a_part_of_the_machines() {
    let machine = machine()
        .file("proc/meminfo", "MemTotal: 10288 kB\nMemFree: 1 kB\nMemAvailable: 1 kB\n")
        .file("proc/42/smaps_rollup", "Pss: 5144 kB\nPrivate_Dirty: 2572 kB\nSwap: 1286 kB\n");
    let process = process(&machine);
    assert_eq!(process.memory_percent("rss").unwrap(), 50.0);
    assert_eq!(process.memory_percent("pss").unwrap(), 50.0);
    assert_eq!(process.memory_percent("uss").unwrap(), 25.0);
    assert_eq!(process.memory_percent("swap").unwrap(), 12.5);
    assert!((process.memory_percent("peak_rss").unwrap() - 1000.0 / 102.88).abs() < 1e-9);
    assert_eq!(kind(process.memory_percent("RSS")), ErrorKind::InvalidInput);
    assert_eq!(kind(process.memory_percent("wired")), ErrorKind::Unsupported);
}

#[test]
fn mappings_are_told_one_by_one_and_by_file() {
    let smaps = "00400000-00500000 r-xp 00001000 08:02 17      /bin/a b\n\
        Size: 1024 kB\nRss: 8 kB\nPss: 4 kB\nShared_Clean: 1 kB\nShared_Dirty: 2 kB\nPrivate_Clean: 3 kB\n\
        Private_Dirty: 4 kB\nReferenced: 5 kB\nAnonymous: 6 kB\nSwap: 7 kB\nVmFlags: rd ex\n\
        7f0000000000-7f0000001000 rw-s 00000000 00:00 0\nSize: 4 kB\nRss: 4 kB\n\
        7f0000001000-7f0000002000 rw-p 00002000 08:02 17 /bin/a b\nSize: 4 kB\nRss: 4 kB\nPss: 4 kB\nSwap: 1 kB\n\
        7f0000003000-7f0000004000 rw-p 00000000 00:01 9 /dev/zero (deleted)\nRss: 1 kB\n\
        7ffc00000000-7ffc00001000 rw-p 00000000 00:00 0 [stack]\nRss: 2 kB\n";
    let machine = machine().file("proc/42/smaps", smaps);
    let process = process(&machine);
    let maps = process.memory_maps().unwrap();
    let paths: Vec<_> = maps.iter().map(|map| map.path.to_str().unwrap()).collect();
    assert_eq!(paths, ["/bin/a b", "[anon]", "/bin/a b", "/dev/zero", "[stack]"]);
    let first = &maps[0];
    assert_eq!(first.addr.to_string(), "00400000-00500000");
    assert_eq!((first.addr.len(), first.perms.to_string().as_str()), (1 << 20, "r-xp"));
    assert_eq!((first.offset, first.dev, first.ino), (Some(4096), Some(0x802), Some(17)));
    let kib = |kib: u64| Some(kib << 10);
    assert_eq!((first.size, first.rss, first.pss), (kib(1024), 8 << 10, kib(4)));
    assert_eq!((first.shared_clean, first.shared_dirty), (kib(1), kib(2)));
    assert_eq!((first.private_clean, first.private_dirty), (kib(3), kib(4)));
    assert_eq!((first.referenced, first.anonymous, first.swap), (kib(5), kib(6), kib(7)));
    assert_eq!(maps[1].perms.to_string(), "rw-s");
    let files = process.memory_maps_grouped().unwrap();
    let paths: Vec<_> = files.iter().map(|file| file.path.as_os_str()).collect();
    assert_eq!(paths, ["/bin/a b", "[anon]", "/dev/zero", "[stack]"].map(OsStr::new));
    let first = &files[0];
    assert_eq!((first.size, first.rss, first.pss), (kib(1028), 12 << 10, kib(8)));
    assert_eq!((first.swap, first.private_dirty, first.ino), (kib(8), kib(4), Some(17)));
}

#[test]
fn mappings_are_the_same_however_the_file_falls_into_pieces() {
    // Longer than what is read at a time: one piece by its path, one by its lines, and all of them together.
    let long = vec![b'x'; 100_000];
    let noise = "Unknown: 1 kB\n".repeat(10_000);
    let mut names: Vec<Vec<u8>> = (0..2_000).map(|at| b"/y".repeat(at % 97 + 1)).collect();
    names[700] = [b"/", long.as_slice()].concat();
    names[701] = br"/a\012b\013".to_vec();
    names[702] = b"/\xff\x80 10-20 r--p 0 0:0 0".to_vec();
    names[703] = b"/gone (deleted)".to_vec();
    names[704] = Vec::new();
    let mut smaps = b"garbage\n".to_vec();
    for (at, name) in names.iter().enumerate() {
        smaps.extend(format!("{at:x}000-{:x}000 r--p 0 0:0 0 ", at + 1).bytes());
        smaps.extend_from_slice(name);
        smaps.extend(format!("\nSize: 4 kB\nRss: {at} kB\n").bytes());
        smaps.extend(if at == 900 { noise.bytes() } else { "".bytes() });
        smaps.extend(format!("Swap: {} kB\n", at + 1).bytes());
    }
    names[701] = b"/a\nb\\013".to_vec();
    names[703] = b"/gone".to_vec();
    names[704] = b"[anon]".to_vec();
    let machine = machine().file("proc/42/smaps", smaps);
    let process = process(&machine);
    let mut shown = Vec::new();
    process.each_memory_map(|map| shown.push(map.clone())).unwrap();
    for maps in [shown, process.memory_maps().unwrap(), process.oneshot().memory_maps().unwrap()] {
        assert_eq!(maps.len(), names.len());
        for (at, (map, name)) in maps.iter().zip(&names).enumerate() {
            assert_eq!(map.path.as_os_str().as_encoded_bytes(), name, "{at}");
            let kib = |kib: usize| u64::try_from(kib << 10).unwrap();
            assert_eq!((map.rss, map.swap), (kib(at), Some(kib(at + 1))), "{at}");
            assert_eq!(map.addr.start, u64::try_from(at << 12).unwrap());
        }
    }
}

#[test]
fn mappings_that_are_kept_fail_as_those_that_are_not() {
    let empty = || machine().file("proc/42/smaps", "");
    let count = |process: &Process| {
        let mut count = 0;
        process.each_memory_map(|_| count += 1).map(|()| count).map_err(|error| error.kind())
    };
    for (machine, told) in [
        (zombie(), Err(ErrorKind::ZombieProcess)),
        (kernel_thread(), Ok(0)),
        (empty(), Ok(0)),
        (machine(), Err(ErrorKind::NotFound)),
        (empty().file("proc/42/smaps", "garbage\n"), Err(ErrorKind::Malformed)),
    ] {
        let process = process(&machine);
        assert_eq!(count(&process), told);
        assert_eq!(count(&process.oneshot()), told);
    }
}

#[test]
fn threads_have_names_of_any_kind() {
    let machine = machine()
        .file("proc/42/task/42/stat", stat(b"main", 'S', 5163, 0))
        .file("proc/42/task/9/stat", stat(b"a) b", 'R', 5163, 0))
        .file("proc/42/task/1000/stat", "1000 (cut");
    let threads = process(&machine).threads().unwrap();
    let ids: Vec<_> = threads.iter().map(|thread| thread.id).collect();
    // A line that is not understood is a thread less.
    assert_eq!(ids, [9, 42]);
    let first = &threads[0];
    assert_eq!(first.name.as_deref(), Some(OsStr::new("a) b")));
    assert_eq!((first.user_time, first.system_time), (1.5, 0.25));
    assert_eq!((first.status, first.cpu_num), (Some(Status::Running), Some(6)));
}

#[test]
fn the_environment_is_in_its_order_and_by_name() {
    let block = b"A=1\0B=2=3\0=x\0C\0A=4\0\0D=5\0";
    let machine = machine().file("proc/42/environ", block);
    let process = process(&machine);
    let pair = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
    let items = process.environ().unwrap();
    assert_eq!(items, [pair("A", "1"), pair("B", "2=3"), pair("A", "4")]);
    let names = process.environ_map().unwrap();
    assert_eq!(names.get(OsStr::new("A")).unwrap(), "4");
    assert_eq!(names.len(), 2);
}

#[test]
fn a_program_is_guessed_from_an_absolute_path_to_an_executable() {
    use std::os::unix::fs::PermissionsExt;

    let guess = |cmdline: &str, mode| {
        let machine = machine().file("proc/42/cmdline", cmdline).file("bin/tool", "");
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(machine.path("bin/tool"), permissions).unwrap();
        process(&machine).exe_guess().unwrap()
    };
    assert_eq!(guess("/bin/tool\0-x\0", 0o755).unwrap(), Path::new("/bin/tool"));
    assert_eq!(guess("bin/tool\0-x\0", 0o755), None);
    assert_eq!(guess("/bin/other\0-x\0", 0o755), None);
    assert_eq!(guess("/bin/tool\0-x\0", 0o644), None);
    assert_eq!(guess("/bin\0-x\0", 0o755), None);
}

#[test]
fn control_groups_of_both_versions_are_told() {
    let file = "4:cpu,cpuacct:/user.slice\n1:name=systemd:/a:b\n0::/init.scope\n";
    let groups = process(&machine().file("proc/42/cgroup", file)).cgroups().unwrap();
    assert_eq!(groups[0].controllers, ["cpu", "cpuacct"]);
    assert_eq!((groups[1].hierarchy, groups[1].path.as_path()), (1, Path::new("/a:b")));
    assert!(groups[2].controllers.is_empty());
}

#[test]
fn garbled_files_are_named() {
    let machine = machine().file("proc/42/statm", "5534 x\n").file("proc/42/status", "Uid:\t1\n");
    let process = process(&machine);
    let error = process.memory_info().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert!(
        error.to_string().ends_with("/proc/42/statm: field \"resident\" is garbled"),
        "{error}"
    );
    assert_eq!(kind(process.uids()), ErrorKind::Malformed);
    machine.write("proc/42/stat", "42 (nginx) S 7");
    assert_eq!(kind(process.pgid()), ErrorKind::Malformed);
    assert_eq!(kind(machine.host().process(42)), ErrorKind::Malformed);
    // What stands before the damage is told.
    assert_eq!(process.status().unwrap(), Status::Sleeping);
    machine.write("proc/42/stat", "42 (nginx");
    assert_eq!(kind(process.status()), ErrorKind::Malformed);
}

/// The numbers in a captured `/proc`.
fn pids(proc: &Path) -> Vec<u32> {
    let entries = std::fs::read_dir(proc).unwrap();
    entries.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok()).collect()
}

#[test]
fn every_process_of_the_captured_machines_is_understood() {
    let machines = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux");
    for machine in std::fs::read_dir(machines).unwrap() {
        let machine = machine.unwrap().path();
        let host = psight::Host::at(&machine).unwrap();
        for pid in pids(&machine.join("proc")) {
            let process = host.process(pid).unwrap();
            for (question, answer) in common::every_question(&process) {
                let kind = answer.as_ref().map_err(psight::Error::kind).err();
                let odd = matches!(kind, Some(ErrorKind::Malformed | ErrorKind::Io));
                assert!(!odd, "{}: {question} of {pid}: {answer:?}", machine.display());
            }
        }
    }
}

/// The fields that `os` has, of which psutil's must be the beginning.
fn starts<R: Record>(os: Os, psutil: &str) {
    let names: Vec<_> =
        R::FIELDS.iter().filter(|field| field.is_on(os)).map(|field| field.name).collect();
    let psutil: Vec<_> = psutil.split(' ').collect();
    assert_eq!(names.get(..psutil.len()), Some(&psutil[..]), "{} on {os:?}", R::NAME);
}

#[test]
fn the_fields_of_psutil_come_first_and_in_its_order_on_every_system() {
    use Os::{Freebsd, Linux, Macos, Sunos, Windows};
    starts::<MemoryInfo>(Linux, "rss vms shared text data");
    starts::<MemoryInfo>(Windows, "rss vms peak_rss peak_vms");
    starts::<MemoryInfo>(Freebsd, "rss vms text data stack peak_rss");
    starts::<MemoryInfoEx>(
        Linux,
        "rss vms shared text data peak_rss peak_vms rss_anon rss_file rss_shmem swap hugetlb",
    );
    starts::<MemoryInfoEx>(
        Windows,
        "rss vms peak_rss peak_vms virtual peak_virtual paged_pool nonpaged_pool peak_paged_pool \
         peak_nonpaged_pool",
    );
    starts::<MemoryInfoEx>(
        Macos,
        "rss vms peak_rss rss_anon rss_file wired compressed phys_footprint",
    );
    starts::<MemoryFull>(Linux, "rss vms shared text data uss pss swap");
    starts::<MemoryFull>(Windows, "rss vms peak_rss peak_vms uss");
    starts::<MemoryFull>(Macos, "rss vms uss");
    starts::<MemoryFootprint>(Linux, "uss pss swap");
    let pages =
        "pss shared_clean shared_dirty private_clean private_dirty referenced anonymous swap";
    starts::<MemoryMap>(Linux, &format!("addr perms path rss size {pages}"));
    starts::<MemoryMap>(Freebsd, "addr perms path rss private ref_count shadow_count");
    starts::<MemoryMap>(Sunos, "addr perms path rss anonymous locked");
    starts::<GroupedMemoryMap>(Linux, &format!("path rss size {pages}"));
    starts::<GroupedMemoryMap>(Freebsd, "path rss private ref_count shadow_count");
    starts::<IoCounters>(
        Linux,
        "read_count write_count read_bytes write_bytes read_chars write_chars",
    );
    starts::<IoCounters>(
        Windows,
        "read_count write_count read_bytes write_bytes other_count other_bytes",
    );
    starts::<ProcessCpuTimes>(Linux, "user system children_user children_system iowait");
    starts::<Thread>(Linux, "id user_time system_time");
    starts::<PageFaults>(Linux, "minor major");
    starts::<UserIds>(Linux, "real effective saved");
}

#[test]
fn turns_are_told_thread_by_thread_or_not_counted_at_all() {
    let machine = Machine::captured()
        .file("proc/42/stat", common::stat(42, 1, 7))
        .file("proc/42/task/42/schedstat", "2754920 31337 12\n")
        .file("proc/42/task/50/schedstat", "0 0 0\n")
        .file("proc/42/task/51/stat", "");
    let process = machine.host().process(42).unwrap();
    let turns = process.thread_turns().unwrap();
    let told: Vec<_> = turns.iter().map(|t| (t.id, t.run_time, t.wait_time, t.turns)).collect();
    let (run, wait) = (Duration::from_nanos(2_754_920), Duration::from_nanos(31_337));
    assert_eq!(told, [(42, run, wait, 12)]);
    machine.write("proc/42/task/42/schedstat", "0 0 0\n");
    assert_eq!(process.thread_turns().unwrap_err().kind(), ErrorKind::Unsupported);
    std::fs::remove_dir_all(machine.path("proc/42")).unwrap();
    assert!(process.thread_turns().unwrap_err().is_gone());
}
