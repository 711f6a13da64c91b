//! Places where a machine looks another way: without a procfs, with one of other pids or of processes alone, and where no
//! thread may be started. Each test runs itself again there, and says why it cannot where it cannot.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "it is test code")]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use common::eventually;
use psight::disk::{DiskProber, Mounts};
use psight::net::ConnectionKind;
use psight::process::Signal;
use psight::table::Columns;
use psight::{ErrorKind, Host, Pid, Process};
use rustix::process::{Resource, Rlimit, geteuid, setrlimit};

const LONG: Duration = Duration::from_secs(60);

#[test]
fn without_a_procfs_nobody_is_said_to_have_gone() {
    elsewhere(&["-m"], "mount -t tmpfs none /proc &&", "where_no_procfs_is");
}

#[test]
#[ignore = "run by without_a_procfs_nobody_is_said_to_have_gone"]
fn where_no_procfs_is() {
    let (host, own) = (Host::local(), std::process::id());
    let missing = |error: psight::Error| {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        assert!(error.to_string().contains("/proc"), "{error}");
    };
    missing(Process::current().unwrap_err());
    missing(host.process(own).unwrap_err());
    missing(host.pids().unwrap_err());
    missing(host.process_list().unwrap_err());
    missing(host.processes(Columns::PID).unwrap_err());
    missing(host.scanner(Columns::NAME).unwrap().row(own).unwrap_err());
    missing(host.virtual_memory().unwrap_err());
    // What can be known without it is.
    assert_eq!(host.process(4_000_000).unwrap_err().kind(), ErrorKind::NoSuchProcess);
    assert!(host.pid_exists(own) && !host.pid_exists(4_000_000));
    assert!(DiskProber::new(&host).disk_usage("/", LONG).unwrap().total > 0);
    assert!(host.connections(ConnectionKind::Inet).is_ok());
    what_system_calls_say(&host);
}

#[test]
fn t32_a_procfs_of_another_pid_namespace_says_who_asks() {
    elsewhere(&["-p", "-f"], "", "where_pids_are_others");
}

#[test]
#[ignore = "run by t32_a_procfs_of_another_pid_namespace_says_who_asks"]
fn where_pids_are_others() {
    let own = Process::current().unwrap();
    let link = std::fs::read_link("/proc/self").unwrap();
    assert_eq!(link.to_str().unwrap().parse::<u32>().unwrap(), own.pid().as_u32());
    assert_ne!(own.pid(), Pid::new(std::process::id()));
    assert_eq!(own.exe().unwrap(), std::env::current_exe().ok());
    // To system calls the number of another one means yet another one; who asks is known to them.
    let outside = own.parent().unwrap().unwrap();
    let error = outside.send_signal(Signal::new(0)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    own.send_signal(Signal::new(0)).unwrap();
    own.set_nice(19).unwrap();
    assert_eq!(own.nice().unwrap(), 19);
    assert!(own.ionice().is_ok());
}

#[test]
fn where_procfs_has_processes_alone_they_have_their_start_and_storage_is_found() {
    let prepare = "mount -t proc -o subset=pid proc /proc && ! test -e /proc/stat &&";
    elsewhere(&["-m", "-p", "-f"], prepare, "where_processes_are_alone");
}

#[test]
#[ignore = "run by where_procfs_has_processes_alone_they_have_their_start_and_storage_is_found"]
fn where_processes_are_alone() {
    let host = Host::local();
    what_system_calls_say(&host);
    let started = Process::current().unwrap().create_time().unwrap();
    let now = SystemTime::now() + Duration::from_secs(2);
    assert!(started < now && started > now - Duration::from_secs(600), "{started:?}");
    let all = host.partitions(Mounts::All).unwrap();
    let stored = host.partitions(Mounts::Physical).unwrap();
    assert!(stored.iter().all(|partition| all.contains(partition)));
    assert!(stored.iter().all(|partition| partition.fstype != "tmpfs"));
}

#[test]
fn where_no_thread_may_be_started_file_systems_in_memory_are_asked_all_the_same() {
    let prepare =
        if geteuid().is_root() { "setpriv --reuid=65534 --regid=65534 --clear-groups" } else { "" };
    run(&["sh"], prepare, "where_no_thread_starts");
}

#[test]
#[ignore = "run by where_no_thread_may_be_started_file_systems_in_memory_are_asked_all_the_same"]
fn where_no_thread_starts() {
    // This process is one already.
    let one = Rlimit { current: Some(1), maximum: Some(1) };
    setrlimit(Resource::Nproc, one).unwrap();
    if std::thread::Builder::new().spawn(|| {}).is_ok() {
        eprintln!("skipped: a thread may be started all the same");
        return;
    }
    let prober = DiskProber::new(&Host::local());
    prober.disk_usage("/proc", LONG).unwrap();
    assert_eq!(prober.real_path("/proc/./self/..", LONG).unwrap(), std::path::Path::new("/proc"));
}

/// What is known of the machine where `/proc` has nothing of it.
fn what_system_calls_say(host: &Host) {
    boots_when_it_did(host);
    assert!(host.cpu_count().unwrap() > 0);
    assert!(host.load_average().unwrap().one >= 0.0);
    let swap = host.swap_memory().unwrap();
    assert!(swap.used <= swap.total && swap.swapped_in.is_none());
    let info = host.info().unwrap();
    let name = rustix::system::uname().nodename().to_str().ok().map(str::to_owned);
    assert_eq!(info.hostname, name.filter(|name| name != "(none)"));
    assert_eq!(info.kernel.as_deref(), rustix::system::uname().release().to_str().ok());
    assert_eq!(host.virtual_memory().unwrap_err().kind(), ErrorKind::NotFound);
}

/// Whether the machine started when it did for the test that runs this one.
fn boots_when_it_did(host: &Host) {
    let expected = std::env::var("PSIGHT_TEST_BOOT").unwrap().parse().unwrap();
    let boot = host.boot_time().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(boot.abs_diff(expected) <= 1, "{boot} {expected}");
}

/// Runs a test of this file in namespaces of its own, after a shell has prepared them.
fn elsewhere(namespaces: &[&str], prepare: &str, test: &str) {
    let mut words = vec!["unshare"];
    // Root needs no user namespace to be root in.
    words.extend((!geteuid().is_root()).then_some("-r"));
    words.extend(namespaces);
    words.push("sh");
    // A shell that is the first process of its pid namespace must be the program itself.
    let exec = format!("{prepare} exec");
    run(&words, &exec, test);
}

/// Runs a test of this file behind what a shell has prepared, itself behind other words.
fn run(words: &[&str], prepare: &str, test: &str) {
    // Where the test was built may be closed to others.
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("again");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    // A test that starts a child meanwhile may still have the file open for writing, for a moment.
    eventually(|| match Command::new(&program).arg("--list").output() {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    });
    let boot = Host::local().boot_time().unwrap().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let script = format!("{prepare} \"$0\" --exact {test} --ignored --nocapture --test-threads=1");
    let (first, rest) = words.split_first().unwrap();
    let output = Command::new(first)
        .args(rest)
        .arg("-c")
        .arg(script)
        .arg(&program)
        .env("PSIGHT_TEST_BOOT", boot.to_string())
        .output();
    let Ok(output) = output else { return eprintln!("skipped: {first} is not installed") };
    let (said, errors) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if !said.contains("running 1 test") {
        return eprintln!("skipped: {errors}");
    }
    eprintln!("{errors}");
    assert!(output.status.success(), "{said}\n{errors}");
}
