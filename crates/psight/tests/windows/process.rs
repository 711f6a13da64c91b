//! What a process says about itself.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::windows::ffi::OsStringExt;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use psight::process::Status;
use psight::{ErrorKind, Host, Pid, Process};

use crate::child::{Kept, Told};
use crate::{until, wine_lacks};

#[test]
fn a_child_is_among_the_pids_until_it_has_ended() {
    let child = Told::new();
    let pid = Pid::new(child.pid());
    let host = Host::local();
    let pids = host.pids().unwrap();
    assert!(pids.is_sorted());
    assert!(pids.contains(&pid) && pids.contains(&Pid::new(std::process::id())));
    assert!(host.pid_exists(pid));
    let process = child.process();
    drop(child);
    until("it is gone", || !host.pid_exists(pid));
    assert!(!process.is_running().unwrap());
    assert_eq!(process.ppid().unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

#[test]
fn a_process_that_ended_is_gone_though_somebody_has_it_open() {
    let mut command = Command::new("cmd");
    let mut child = command.args(["/c", "pause>nul&exit 3"]).stdin(Stdio::piped()).spawn().unwrap();
    let process = Process::new(child.id()).unwrap();
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(3));
    // The standard library keeps its handle until `child` is dropped.
    assert_eq!(Process::new(child.id()).unwrap_err().kind(), ErrorKind::NoSuchProcess);
    assert!(!Host::local().pid_exists(child.id()));
    assert_eq!(process.exe().unwrap_err().kind(), ErrorKind::NoSuchProcess);
    assert_eq!(process.name().unwrap_err().kind(), ErrorKind::NoSuchProcess);
}

#[test]
fn a_number_between_two_pids_is_no_process() {
    let child = Told::new();
    for beside in 1..4 {
        let error = Process::new(child.pid() + beside).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoSuchProcess, "{beside}");
    }
}

#[test]
fn names_and_paths_are_those_of_the_program() {
    let program = std::env::current_exe().unwrap();
    let child = Told::new();
    for process in [child.process(), Process::current().unwrap()] {
        assert_eq!(process.exe().unwrap().as_ref(), Some(&program));
        assert_eq!(Some(process.name().unwrap().as_os_str()), program.file_name());
    }
}

#[test]
fn the_command_line_has_the_words_that_were_given() {
    let words = ["arg one", "é", r#"quo"te"#, r"back\slash\", r#"\" "#, ""];
    let child = Told::with(|command| {
        command.args(words);
    });
    let found = child.process().cmdline().unwrap();
    assert_eq!(found.first(), Some(&std::env::current_exe().unwrap().into_os_string()));
    assert!(found.ends_with(&words.map(OsString::from)), "{found:?}");
}

#[test]
fn a_process_that_has_just_been_started_has_its_command_line_directory_and_environment() {
    for turn in 0..100 {
        let mut command = Command::new("cmd");
        command.args(["/c", "pause"]).arg(turn.to_string()).env("PSIGHT_TURN", turn.to_string());
        let child = Kept(command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap());
        let process = Process::new(child.0.id()).unwrap();
        let questions = || {
            let last = process.cmdline()?.pop();
            let turn = process.environ_map()?.remove(&OsString::from("PSIGHT_TURN"));
            Ok::<_, psight::Error>((last, turn, process.cwd()?.is_some()))
        };
        let number = Some(OsString::from(turn.to_string()));
        assert_eq!(questions().unwrap(), (number.clone(), number, true));
    }
}

#[test]
fn a_word_that_is_no_text_is_kept_as_it_is() {
    let odd = OsString::from_wide(&[0x61, 0xd800, 0x20, 0xdc00]);
    let mut command = Command::new("cmd");
    command.args(["/c", "pause"]).arg(&odd).stdin(Stdio::piped()).stdout(Stdio::null());
    let child = Kept(command.spawn().unwrap());
    let found = Process::new(child.0.id()).unwrap().cmdline().unwrap();
    assert_eq!(found.last(), Some(&odd));
}

#[test]
fn the_environment_is_the_one_it_was_started_with_valid_or_not() {
    let odd = OsString::from_wide(&[0x61, 0xd800, 0xe9]);
    let child = Told::with(|command| {
        command.env("PSIGHT_MARK", "a=b c").env("PSIGHT_ODD", &odd);
    });
    let found = child.process().environ_map().unwrap();
    assert_eq!(found.get(&OsString::from("PSIGHT_MARK")), Some(&OsString::from("a=b c")));
    assert_eq!(found.get(&OsString::from("PSIGHT_ODD")), Some(&odd));
}

#[test]
fn the_working_directory_is_the_one_that_the_child_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Told::with(|command| {
        command.current_dir(folder.path());
    });
    let said = child.ask("cwd");
    let found = child.process().cwd().unwrap().unwrap();
    assert_eq!(found.display().to_string(), said);
    // A drive's own folder keeps its backslash.
    let mut child = Told::with(|command| {
        command.current_dir(r"C:\");
    });
    assert_eq!(child.ask("cwd"), r"C:\");
    assert_eq!(child.process().cwd().unwrap().unwrap().as_os_str(), r"C:\");
}

/// Windows itself has a program of 32 bits. Such a process has a PEB of either width; what it changes, it changes in the
/// narrow one.
#[test]
fn a_32_bit_process_tells_what_it_was_started_with_and_what_it_changed() {
    let program = PathBuf::from(r"C:\windows\syswow64\cmd.exe");
    if !program.exists() {
        eprintln!("SKIPPED: there is no program of 32 bits here");
        return;
    }
    let script =
        r"echo %PROCESSOR_ARCHITECTURE%&set PSIGHT_LATE=1&cd /d C:\windows&echo ready&pause";
    let odd = OsString::from_wide(&[0x61, 0xd800, 0xe9]);
    let mut command = Command::new(&program);
    command.args(["/d", "/c", script]).env("PSIGHT_MARK", "a=b c").env("PSIGHT_ODD", &odd);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = Kept(command.spawn().unwrap());
    let said = BufReader::new(child.0.stdout.take().unwrap()).lines().map_while(Result::ok).take(2);
    assert_eq!(said.collect::<Vec<_>>(), ["x86", "ready"]);
    let process = Process::new(child.0.id()).unwrap();
    let words = [program.as_os_str(), "/d".as_ref(), "/c".as_ref(), script.as_ref()];
    assert_eq!(process.cmdline().unwrap(), words);
    let cwd = process.cwd().unwrap().unwrap();
    assert_eq!(cwd.to_str().unwrap().to_lowercase(), r"c:\windows");
    let found = process.environ_map().unwrap();
    let of = |name: &str| found.get(&OsString::from(name)).cloned();
    let values = ["PSIGHT_MARK", "PSIGHT_ODD", "PSIGHT_LATE"].map(of);
    assert_eq!(values, ["a=b c".into(), odd, "1".into()].map(Some));
    let end = |region: &psight::process::MemoryRegion| region.addr.end;
    let regions = process.memory_regions().unwrap();
    let is_narrow = |path: &Path| path.to_str().unwrap().to_lowercase().ends_with(r"\cmd.exe");
    let code = regions.iter().find(|region| is_narrow(&region.path)).unwrap();
    assert!(end(code) <= 1 << 32, "{code:?}");
}

#[test]
fn a_family_is_who_started_whom() {
    let child = Told::new();
    let me = Process::current().unwrap();
    assert_eq!(child.process().parent().unwrap().unwrap(), me);
    assert!(me.children().unwrap().contains(&child.process()));
    assert!(me.descendants().unwrap().contains(&child.process()));
    assert_eq!(child.process().children().unwrap(), []);
}

#[test]
fn a_process_began_between_the_moments_around_its_start() {
    // The clock of the kernel moves in steps of a timer.
    let slack = Duration::from_millis(50);
    let before = SystemTime::now() - slack;
    let child = Told::new();
    let after = SystemTime::now() + slack;
    let found = child.process().create_time().unwrap();
    assert!(before <= found && found <= after, "{before:?} {found:?} {after:?}");
}

#[test]
fn the_user_is_the_one_that_whoami_names() {
    let output = Command::new("whoami").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).trim().to_lowercase();
    let found = Process::current().unwrap().username().unwrap();
    assert_eq!(found.to_str().unwrap().to_lowercase(), said);
    let child = Told::new();
    assert_eq!(child.process().username().unwrap(), found);
}

#[test]
fn memory_that_is_written_to_is_held() {
    let mut child = Told::new();
    let before = child.process().memory_info().unwrap();
    const HELD: u64 = 64 << 20;
    assert_eq!(child.ask(&format!("hold {HELD}")), "held");
    let after = child.process().memory_info().unwrap();
    let grown = after.rss - before.rss;
    assert!((HELD / 10 * 9..HELD * 2).contains(&grown), "{grown}");
    assert!(after.peak_rss >= Some(after.rss));
    let more = child.process().memory_info_ex().unwrap();
    assert!(more.virtual_size >= Some(HELD) && more.peak_virtual >= more.virtual_size);
}

#[test]
fn the_time_that_this_process_worked_is_counted() {
    let me = Process::current().unwrap();
    let before = me.cpu_times().unwrap().total();
    until("half a second of work", || {
        std::hint::black_box((0..100_000_u64).sum::<u64>());
        me.cpu_times().unwrap().total() - before >= 0.5
    });
}

#[test]
fn threads_are_counted_and_listed() {
    let mut child = Told::new();
    let before = child.process().num_threads().unwrap();
    assert_eq!(child.ask("threads 3"), "started");
    until("three more", || child.process().num_threads().unwrap() == before + 3);
    let now = child.process().oneshot();
    let threads = now.threads().unwrap();
    assert_eq!(threads.len(), now.num_threads().unwrap() as usize);
    assert!(threads.is_sorted_by_key(|thread| thread.id));
}

#[test]
fn a_process_runs_unless_it_is_suspended() {
    let child = Told::new();
    assert_eq!(child.process().status().unwrap(), Status::Running);
    child.process().suspend().unwrap();
    if !wine_lacks("what threads wait for") {
        until("it is stopped", || child.process().status().unwrap() == Status::Stopped);
    }
    child.process().resume().unwrap();
    until("it runs", || child.process().status().unwrap() == Status::Running);
}

#[test]
fn the_priority_class_is_the_one_it_was_started_with() {
    const IDLE_PRIORITY_CLASS: u32 = 0x40;
    let child = Told::with(|command| {
        command.creation_flags(IDLE_PRIORITY_CLASS);
    });
    if !wine_lacks("the class that a process was started with") {
        assert_eq!(child.process().nice().unwrap(), 0x40);
    }
}

#[test]
fn what_windows_has_no_word_for_is_unsupported() {
    let me = Process::current().unwrap();
    let kinds = [
        me.uids().unwrap_err().kind(),
        me.gids().unwrap_err().kind(),
        me.terminal().unwrap_err().kind(),
        me.cpu_num().unwrap_err().kind(),
        me.umask().unwrap_err().kind(),
    ];
    assert_eq!(kinds, [ErrorKind::Unsupported; 5]);
}

#[test]
fn a_machine_in_a_folder_is_not_answered_with_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::at(folder.path()).unwrap();
    assert_eq!(host.pids().unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(host.process(std::process::id()).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn whoever_has_the_privilege_to_debug_gets_it_switched_on() {
    let output = Command::new("whoami").arg("/priv").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let taken = psight::os::windows::privilege::take_debug_privilege().unwrap();
    // Wine's whoami does not list privileges.
    if said.contains("Privilege") {
        assert_eq!(taken, said.contains("SeDebugPrivilege"));
    }
}

#[test]
fn the_code_of_the_program_is_a_mapped_file_that_is_run_and_read() {
    let program = std::env::current_exe().unwrap();
    let files = Process::current().unwrap().mapped_files().unwrap();
    let own: Vec<_> = files.iter().filter(|file| file.path == program).collect();
    assert!(own.iter().any(|file| file.perms.as_str() == "xr"), "{own:?}");
    let here = the_code_of_the_program_is_a_mapped_file_that_is_run_and_read as *const () as u64;
    let around = own.iter().find(|file| (file.addr.start..file.addr.end).contains(&here)).unwrap();
    assert_eq!((around.perms.as_str(), around.size), ("xr", around.addr.len()));
}

#[test]
fn what_is_allocated_is_committed_and_counted() {
    const MUCH: usize = 64 << 20;
    let me = Process::current().unwrap();
    let before = me.memory_counters().unwrap();
    let memory = std::hint::black_box(vec![1_u8; MUCH]);
    let after = me.memory_counters().unwrap();
    assert!(after.wset >= before.wset + (MUCH as u64) / 2, "{before:?} {after:?}");
    assert!(after.private >= before.private + (MUCH as u64) / 2, "{before:?} {after:?}");
    assert_eq!((after.rss, after.vms), (after.wset, after.pagefile));
    drop(memory);
}
