//! A machine whose `/proc` is missing, empty, unreadable or something else, as with Android, gVisor and seccomp (T-77):
//! the library can be used, and what it cannot know is an error or nothing, and no invention.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "it is test code")]

#[path = "common/questions.rs"]
mod questions;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use psight::{ErrorKind, Host, Process};
use questions::{Answer, OF_HOSTS, OF_PROCESSES};
use serde_json::Value;

/// Whether the answer is an error of a kind that fits, or says nothing.
fn is_honest(answer: &Answer, allowed: &[ErrorKind]) -> bool {
    match answer {
        Ok(Value::Null) => true,
        Ok(Value::Array(rows)) => rows.is_empty(),
        Ok(Value::Object(rows)) => rows.values().all(Value::is_null),
        // The name of somebody, a yes or a number is something said.
        Ok(_) => false,
        Err(error) => allowed.contains(&error.kind()),
    }
}

/// What needs no `/proc`: clocks, system calls, files of `/etc`, netlink, and what the caller has already.
const ANSWERED: &[&str] = &[
    "DiskProber::disk_usage",
    "DiskProber::disk_usages",
    "DiskProber::real_path",
    "Host::connections",
    "Host::disk_usage",
    "Host::findings",
    "Host::group_id",
    "Host::group_name",
    "Host::info",
    "Host::interface_addresses",
    "Host::interface_stats",
    "Host::is_captured",
    "Host::now",
    "Host::login_records",
    "Host::page_size",
    "Host::power_supplies",
    "Host::routes",
    "Host::routes all",
    "Host::terminal_idle",
    "Host::terminal_takes_messages",
    "Host::time_since_boot",
    "Host::uptime",
    "Host::user_id",
    "Host::user_names",
    "Host::users",
    "Process::cpu_affinity",
    "Process::host",
    "Process::ionice",
    "Process::known_start_ticks",
    "Process::nice",
    "Process::on",
    "Process::pid",
    "Process::rlimit",
    "UserNames::name",
];

/// Asks everything of a machine whose `/proc` is `proc` and whose `/sys` is empty.
fn invented(proc: &Path, allowed: &[ErrorKind]) -> Vec<String> {
    let sys = tempfile::tempdir().unwrap();
    let host = Host::local().with_proc(proc).with_sys(sys.path());
    let me = Process::current().unwrap().on(&host);
    let hosts = OF_HOSTS.iter().map(|(name, ask)| (*name, ask(&host)));
    let processes = OF_PROCESSES.iter().map(|(name, ask)| (*name, ask(&me)));
    hosts
        .chain(processes)
        .filter(|(name, _)| !ANSWERED.contains(name))
        .filter(|(name, answer)| {
            // That nobody is there is the answer, here; of a closed `/proc`, that the process may well be there.
            let says = |said: bool| matches!(answer, Ok(Value::Bool(yes)) if *yes == said);
            let closed = allowed.contains(&ErrorKind::AccessDenied);
            let life = match *name {
                "Host::pid_exists" => says(false),
                "Process::is_running" => says(closed),
                _ => false,
            };
            !is_honest(answer, allowed) && !life
        })
        .map(|(name, answer)| format!("{name}: {answer:?}"))
        .collect()
}

/// What is not there.
const NOT_THERE: &[ErrorKind] =
    &[ErrorKind::NotFound, ErrorKind::NoSuchProcess, ErrorKind::Unsupported];

#[test]
fn t77_a_missing_proc_is_an_error_for_each_question() {
    let found = invented(Path::new("/nonexistent"), NOT_THERE);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn t77_an_empty_proc_is_an_error_for_each_question() {
    let proc = tempfile::tempdir().unwrap();
    let found = invented(proc.path(), NOT_THERE);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn t77_a_proc_that_is_a_file_is_an_error_for_each_question() {
    let proc = tempfile::NamedTempFile::new().unwrap();
    let found = invented(proc.path(), &[NOT_THERE, &[ErrorKind::Io]].concat());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn t77_a_closed_proc_is_an_error_for_each_question() {
    let proc = tempfile::tempdir().unwrap();
    std::fs::set_permissions(proc.path(), PermissionsExt::from_mode(0o000)).unwrap();
    if std::fs::read_dir(proc.path()).is_ok() {
        eprintln!("skipped: nothing is closed to this user");
        return;
    }
    let allowed = [ErrorKind::AccessDenied, ErrorKind::Unsupported, ErrorKind::NotFound];
    let found = invented(proc.path(), &allowed);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn t77_a_machine_is_not_looked_at_before_it_is_asked() {
    let host = Host::local().with_proc("/nonexistent");
    assert!(!host.is_captured());
    assert_eq!(host.process(1).unwrap_err().kind(), ErrorKind::NoSuchProcess);
    // The real one is not harmed by that.
    assert!(Host::local().virtual_memory().unwrap().total > 0);
}
