//! The machine itself: processors, memory, boot, users. Fake machines with exact answers, and this machine against
//! other programs.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr
)]

mod common;

use common::Machine;

#[test]
fn a_fake_machine_is_not_this_one() {
    let machine = Machine::captured().file("proc/loadavg", "0.50 0.25 0.10 1/95 17086\n");
    let load = machine.host().load_average().unwrap();
    assert_eq!((load.one, load.five, load.fifteen), (0.5, 0.25, 0.1));
}
