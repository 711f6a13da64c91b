//! Reading the table again and again needs no new memory.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "it is test code")]

mod common;
#[path = "common/counting/ffi.rs"]
#[allow(unreachable_pub, reason = "a test program has no public")]
mod ffi;

use common::Machine;
use psight::table::{Columns, Scanner};

#[global_allocator]
static COUNTING: ffi::Counting = ffi::Counting;

const STAT: &str =
    "S 1 7 6 0 7 0 11 0 12 0 3 4 5 6 20 -5 3 0 500 8192 2 1 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 7\n";

fn hundred_processes() -> (Machine, Scanner) {
    processes(100)
}

fn processes(count: usize) -> (Machine, Scanner) {
    let mut machine = Machine::captured().file("etc/passwd", "ann:x:1000:1000::/:/bin/sh\n");
    for pid in 100..100 + count {
        let words = "a word\0".repeat(pid % 7);
        machine = machine
            .file(&format!("proc/{pid}/stat"), format!("{pid} (a name) {STAT}"))
            .file(&format!("proc/{pid}/status"), "Uid:\t1000\t1000\t1000\t1000\n")
            .file(&format!("proc/{pid}/cmdline"), format!("program-{pid}\0{words}"))
            .file(&format!("proc/{pid}/io"), "rchar: 1\n")
            .link(&format!("proc/{pid}/cwd"), "/home/ann")
            .link(&format!("proc/{pid}/fd/0"), "/dev/null");
        if pid % 3 > 0 {
            machine = machine.link(&format!("proc/{pid}/exe"), "/usr/bin/program");
        }
    }
    let columns = Columns::PID
        | Columns::NAME
        | Columns::STATUS
        | Columns::USERNAME
        | Columns::UIDS
        | Columns::CPU_TIMES
        | Columns::CPU_PERCENT
        | Columns::RSS
        | Columns::NUM_CTX_SWITCHES
        | Columns::NUM_FDS
        | Columns::IO_COUNTERS
        | Columns::EXE
        | Columns::CWD
        | Columns::CMDLINE;
    let scanner = machine.host().scanner(columns).unwrap();
    (machine, scanner)
}

#[test]
fn a_row_costs_no_allocation() {
    let (_machine, mut scanner) = hundred_processes();
    let mut rows = 0;
    // The first readings get the memory.
    for _ in 0..5 {
        scanner.scan(|_| rows += 1).unwrap();
    }
    let before = ffi::asked();
    rows = 0;
    for _ in 0..10 {
        scanner.scan(|_| rows += 1).unwrap();
    }
    let asked = ffi::asked() - before;
    assert_eq!((rows, asked), (1000, 0));
}

#[test]
fn a_list_of_rows_is_filled_again_without_an_allocation() {
    let (_machine, mut scanner) = hundred_processes();
    let mut rows = Vec::new();
    // Texts go from row to row, and one by one get the memory of the longest.
    for _ in 0..60 {
        scanner.rows_into(&mut rows).unwrap();
    }
    let before = ffi::asked();
    for _ in 0..10 {
        scanner.rows_into(&mut rows).unwrap();
    }
    assert_eq!((rows.len(), ffi::asked() - before), (100, 0));
}

#[test]
fn the_parts_of_a_table_are_its_rows_in_order() {
    let (_machine, mut scanner) = hundred_processes();
    let whole: Vec<_> = scanner.rows().unwrap().into_iter().map(|row| row.pid).collect();
    for (most, sizes) in [(40, vec![40, 40, 20]), (50, vec![50, 50]), (1000, vec![100])] {
        let (mut pids, mut parts) = (Vec::new(), Vec::new());
        scanner
            .parts(most, |rows| {
                parts.push(rows.len());
                pids.extend(rows.iter().map(|row| row.pid));
            })
            .unwrap();
        assert_eq!((pids, parts), (whole.clone(), sizes));
    }
}

#[test]
fn rows_of_another_table_are_no_part_of_the_new_one() {
    let (machine, mut scanner) = hundred_processes();
    let mut rows = machine.host().processes(Columns::PPID | Columns::GIDS).unwrap();
    rows.extend(rows.clone());
    scanner.rows_into(&mut rows).unwrap();
    assert_eq!(rows.len(), 100);
    assert!(rows.iter().all(|row| row.ppid.is_none() && row.rss.is_some()));
    assert!(rows.iter().all(|row| row.columns() == rows[0].columns()));
}

#[test]
fn ten_thousand_readings_need_no_more_memory_than_a_few() {
    let (_machine, mut scanner) = processes(3);
    let mut rows = 0;
    for _ in 0..5 {
        scanner.scan(|_| rows += 1).unwrap();
    }
    let before = ffi::asked();
    rows = 0;
    for _ in 0..10_000 {
        scanner.scan(|_| rows += 1).unwrap();
    }
    assert_eq!((rows, ffi::asked() - before), (30_000, 0));
}
