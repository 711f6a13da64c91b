//! The table of all processes.

use psight::Host;
use psight::table::{Columns, ProcessRow};

use crate::child::Told;

fn row_of(child: &Told, columns: Columns) -> ProcessRow {
    let rows = Host::local().processes(columns).unwrap();
    assert!(rows.is_sorted_by_key(|row| row.pid));
    rows.into_iter().find(|row| row.pid.as_u32() == child.pid()).unwrap()
}

#[test]
fn a_row_says_what_the_process_says() {
    let child = Told::with(|command| {
        command.arg("a word");
    });
    let row = row_of(&child, Columns::ALL);
    let process = child.process().oneshot();
    assert_eq!(row.name.as_ref(), Some(&process.name().unwrap()));
    assert_eq!(row.ppid.unwrap().as_u32(), std::process::id());
    assert_eq!(row.exe, process.exe().unwrap());
    assert_eq!(row.cwd, process.cwd().unwrap());
    assert_eq!(row.cmdline, Some(process.cmdline().unwrap()));
    assert_eq!(row.username, Some(process.username().unwrap()));
    assert_eq!(row.create_time, Some(process.create_time().unwrap()));
    assert_eq!(row.nice, Some(process.nice().unwrap()));
    assert_eq!(row.num_threads, Some(process.num_threads().unwrap()));
    assert_eq!(row.process(&Host::local()).unwrap(), process);
}

#[test]
fn a_column_that_was_not_asked_for_is_empty() {
    let row = row_of(&Told::new(), Columns::NAME);
    assert!(row.name.is_some());
    assert_eq!(row.present(), Columns::PID | Columns::NAME);
}

#[test]
fn a_process_that_works_has_its_share_and_its_time() {
    let mut child = Told::new();
    let columns = Columns::CPU_PERCENT | Columns::CPU_TIMES;
    let mut scanner = Host::local().scanner(columns).unwrap();
    let rows = scanner.rows().unwrap();
    let before = rows.iter().find(|row| row.pid.as_u32() == child.pid()).unwrap();
    assert_eq!(before.cpu_percent, None);
    assert_eq!(child.ask("work 1000"), "worked");
    let after = scanner.row(child.pid()).unwrap();
    let worked = after.cpu_times.unwrap().total() - before.cpu_times.unwrap().total();
    assert!((0.3..1.5).contains(&worked), "{worked}");
    assert!(after.cpu_percent.unwrap() > 10.0);
}
