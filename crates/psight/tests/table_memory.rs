//! Reading the table again and again needs no new memory.
#![allow(clippy::unwrap_used, reason = "it is test code")]

mod common;
#[path = "common/counting/ffi.rs"]
#[allow(unreachable_pub, reason = "a test program has no public")]
mod ffi;

use common::Machine;
use psight::table::Columns;

#[global_allocator]
static COUNTING: ffi::Counting = ffi::Counting;

const STAT: &str =
    "S 1 7 6 0 7 0 11 0 12 0 3 4 5 6 20 -5 3 0 500 8192 2 1 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 7\n";

#[test]
fn a_row_costs_no_allocation() {
    let mut machine = Machine::captured().file("etc/passwd", "ann:x:1000:1000::/:/bin/sh\n");
    for pid in 100..200 {
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
    let mut scanner = machine.host().scanner(columns).unwrap();
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
