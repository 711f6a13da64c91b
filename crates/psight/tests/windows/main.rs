//! This machine, where it is Windows, or Wine on another. What is compared with comes from the standard library, from
//! other programs, or from a child that tells of itself.
#![cfg(windows)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is test code")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is test code")]
#![allow(clippy::indexing_slicing, reason = "it is test code")]

mod child;
mod control;
mod disk;
mod ffi;
mod files;
mod leaks;
mod net;
mod process;
#[path = "../common/questions.rs"]
mod questions;
mod services;
mod system;
mod table;

use std::time::{Duration, Instant};

/// Tries again until it is so, or too long.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::yield_now();
    }
}

/// Whether this is Wine, which lacks some of what it answers; says so, as a test that skips is to do.
fn wine_lacks(what: &str) -> bool {
    let wine = ffi::is_wine();
    if wine {
        eprintln!("SKIPPED: Wine does not tell {what}");
    }
    wine
}
