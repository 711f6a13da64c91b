//! What a program that uses the library may rely on: traits, conversions, and reading any record.
#![allow(clippy::unwrap_used, reason = "it is test code")]
#![allow(clippy::mutable_key_type, reason = "what is hashed of a process never changes")]

mod common;

use std::collections::{HashMap, HashSet};
use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::path::Path;
use std::thread;

use common::{Machine, stat};
use psight::cpu::CpuSampler;
use psight::disk::DiskProber;
use psight::monotonic::Monotonic;
use psight::process::{CpuSample, ExitStatus, FileScanner, Signal, Status};
use psight::record::{Unit, Value};
use psight::table::{Columns, ProcessRow, ProcessTable, Scanner};
use psight::users::{LoginKind, UserNames};
use psight::{Error, ErrorKind, Host, HostInfo, Pid, Process, Record};

fn shared<T: Send + Sync + 'static>() {}
fn copied<T: Copy + Debug + Eq + Hash>() {}
fn shown<T: Debug + Display>() {}

#[test]
fn every_handle_may_be_sent_and_shared() {
    shared::<Host>();
    shared::<Process>();
    shared::<Error>();
    shared::<Scanner>();
    shared::<ProcessRow>();
    shared::<DiskProber>();
    shared::<CpuSampler>();
    shared::<CpuSample>();
    shared::<FileScanner>();
    shared::<ProcessTable>();
    shared::<UserNames>();
    shared::<Monotonic<String>>();
}

#[test]
fn small_values_are_copied_compared_and_hashed() {
    copied::<Pid>();
    copied::<Status>();
    copied::<Signal>();
    copied::<ExitStatus>();
    copied::<ErrorKind>();
    copied::<Columns>();
    shown::<Pid>();
    shown::<Status>();
    shown::<Signal>();
    shown::<ExitStatus>();
    shown::<ErrorKind>();
    shown::<Error>();
    shown::<LoginKind>();
}

#[test]
fn an_error_goes_where_any_error_goes() {
    let refused = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(Host::at("/no/such/root").unwrap_err().into())
    };
    assert!(refused().unwrap_err().downcast_ref::<Error>().is_some());
}

#[test]
fn a_pid_is_read_as_it_is_written() {
    assert_eq!("42".parse::<Pid>().unwrap(), Pid::new(42));
    assert_eq!(Pid::from(42).to_string(), "42");
    assert!(["", "-1", "1.5", "99999999999"].iter().all(|text| text.parse::<Pid>().is_err()));
    assert!(Pid::new(9) < Pid::new(10));
}

#[test]
fn a_pid_can_be_padded_into_a_column() {
    assert_eq!(format!("{:>5}|{:<5}|", Pid::new(42), Pid::new(42)), "   42|42   |");
}

#[test]
#[cfg_attr(force_unsupported, ignore = "there is no process to ask")]
fn a_clone_is_the_same_process_in_another_thread() {
    let me = Process::current().unwrap();
    let copy = me.clone();
    let pid = thread::spawn(move || copy.status().map(|_| copy.pid())).join().unwrap().unwrap();
    assert_eq!(pid, me.pid());
    assert_eq!(HashSet::from([me.clone(), me.clone()]).len(), 1);
    assert_eq!(HashMap::from([(me.clone(), "me")]).get(&me), Some(&"me"));
}

#[test]
#[cfg_attr(force_unsupported, ignore = "there is no process to ask")]
#[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
fn a_clone_of_one_moment_keeps_that_moment() {
    let machine = Machine::captured().file("proc/42/stat", stat(42, 1, 7));
    let process = machine.host().process(42).unwrap();
    let moment = process.oneshot();
    assert_eq!(moment.status().unwrap(), Status::Sleeping);
    machine.write("proc/42/stat", stat(42, 1, 7).replace(") S", ") T"));
    assert_eq!(moment.clone().status().unwrap(), Status::Sleeping);
    assert_eq!(process.clone().status().unwrap(), Status::Stopped);
}

#[test]
#[cfg_attr(force_unsupported, ignore = "there is no process to ask")]
#[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
fn the_process_of_a_row_is_not_another_with_its_pid() {
    let machine = Machine::captured().file("proc/42/stat", stat(42, 1, 7));
    let host = machine.host();
    let rows = host.processes(Columns::PPID).unwrap();
    assert_eq!(rows[0].process(&host).unwrap(), host.process(42).unwrap());
    machine.write("proc/42/stat", stat(42, 1, 8));
    assert!(rows[0].process(&host).unwrap_err().is_gone());
    std::fs::remove_dir_all(machine.path("proc/42")).unwrap();
    assert!(rows[0].process(&host).unwrap_err().is_gone());
}

/// What a program of one's own counts.
#[derive(Debug, Clone, PartialEq, Record)]
struct Jobs {
    /// Jobs done.
    #[field(counter)]
    pub done: u64,
    /// What they take.
    #[field(unit = bytes, name = "size")]
    pub bytes: Option<u64>,
    /// Who does them.
    pub by: String,
    /// Only there on Windows.
    #[field(on(windows))]
    pub handles: Option<u64>,
}

#[test]
#[cfg_attr(windows, ignore = "it has one field more")]
fn a_record_of_ones_own_is_read_like_any_other() {
    let jobs = Jobs { done: 3, bytes: None, by: "me".into(), handles: None };
    let pairs: Vec<_> =
        jobs.pairs().map(|(field, value)| (field.name, value.to_string())).collect();
    assert_eq!(
        pairs,
        [("done", "3".to_owned()), ("size", "-".to_owned()), ("by", "me".to_owned())]
    );
    assert_eq!(jobs.value("done").and_then(|value| value.as_u64()), Some(3));
    assert_eq!(jobs.value("by").unwrap().as_str(), Some("me"));
    assert!(jobs.value("bytes").is_none());
    assert_eq!(Jobs::FIELDS[1].unit, Unit::Bytes);
}

#[test]
fn any_value_can_be_shown() {
    let list = Value::List(vec![Value::Uint(1), Value::Null]);
    let map = Value::Map(vec![("a".into(), list), ("b".into(), Value::Float(0.5))]);
    assert_eq!(map.to_string(), "{a: [1, -], b: 0.5}");
    assert_eq!(format!("{:>6.1}|", Value::Float(2.25)), "   2.2|");
    assert_eq!((Value::Int(-1).as_u64(), Value::Int(-1).as_f64()), (None, Some(-1.0)));
}

#[test]
#[cfg(feature = "serde")]
fn small_values_are_serialised_as_their_words() {
    use serde_json::{json, to_value};

    assert_eq!(to_value(Pid::new(42)).unwrap(), json!(42));
    assert_eq!(to_value(Status::DiskSleep).unwrap(), json!("disk-sleep"));
    assert_eq!(to_value(Signal::TERM).unwrap(), json!(Signal::TERM.to_string()));
    assert_eq!(to_value(ExitStatus::Exited(3)).unwrap(), json!(3));
    assert_eq!(to_value(psight::net::ConnectionStatus::Listen).unwrap(), json!("LISTEN"));
    assert_eq!(to_value(HashMap::from([(Pid::new(1), 2)])).unwrap(), json!({"1": 2}));
}

#[test]
#[cfg(feature = "serde")]
fn a_record_of_ones_own_is_serialised() {
    let jobs = Jobs { done: 3, bytes: Some(4), by: "me".into(), handles: None };
    let object = serde_json::to_value(jobs).unwrap();
    assert_eq!(
        (&object["done"], &object["size"], &object["by"]),
        (&3.into(), &4.into(), &"me".into())
    );
}

#[test]
#[cfg_attr(force_unsupported, ignore = "there is no machine to ask")]
fn what_a_machine_calls_itself_is_text() {
    let info: HostInfo = Host::local().info().unwrap();
    for (field, value) in info.pairs() {
        assert!(value.is_null() || value.as_str().is_some(), "{}", field.name);
    }
}

#[test]
#[cfg_attr(force_unsupported, ignore = "there is no machine to ask")]
#[cfg_attr(windows, ignore = "a machine in a folder is not answered there")]
fn growth_is_what_counters_gained() {
    let machine = Machine::captured();
    let host = machine.host();
    let read = |received: u64, sent: u64| {
        let text = format!("a\nb\n eth0: {received} 0 0 0 0 0 0 0 {sent} 0 0 0 0 0 0 0\n");
        machine.write("proc/net/dev", text);
        host.net_io_counters().unwrap().into_values().next().unwrap()
    };
    let (before, now) = (read(100, 100), read(130, 20));
    let carried = now.since(&before);
    assert_eq!((carried.bytes_recv, carried.bytes_sent), (30, 0));
}

/// The functions that a line of code calls by name.
fn calls(code: &str) -> Vec<&str> {
    let before =
        |(at, _)| code[..at].rsplit(|c: char| !(c == '_' || c.is_ascii_alphanumeric())).next();
    code.match_indices('(').filter_map(before).filter(|name| !name.is_empty()).collect()
}

#[test]
fn the_functions_that_stand_for_those_of_others_exist() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![here.join("src")];
    let mut code = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if !path.is_dir() {
                code.push_str(&std::fs::read_to_string(path).unwrap());
            } else if path != here.join("src/sys") {
                folders.push(path);
            }
        }
    }
    for (table, least) in [("psutil.md", 100), ("sysinfo.md", 80)] {
        let table = std::fs::read_to_string(here.join("../../docs").join(table)).unwrap();
        let rows: Vec<Vec<&str>> = table
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| line.split('|').collect())
            .collect();
        let named: Vec<&str> = rows
            .iter()
            .flat_map(|row| row[2].split('`').skip(1).step_by(2))
            .flat_map(calls)
            .collect();
        assert!(named.len() > least, "{}", named.len());
        // The one function that is another's: that of a child of the standard library.
        for name in named.into_iter().filter(|name| *name != "id") {
            let kinds = ["fn", "const fn"];
            assert!(
                kinds.iter().any(|kind| code.contains(&format!("pub {kind} {name}"))),
                "{name}"
            );
        }
    }
}
