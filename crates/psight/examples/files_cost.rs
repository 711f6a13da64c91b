//! What listing the open files of a process with many of them costs.
//!
//! `cargo run --release -p psight --example files_cost -- PID [ROUNDS]` prints the processor time of one call.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::error::Error;

use psight::Process;
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let pid: u32 = arguments.next().ok_or("a pid is needed")?.parse()?;
    let rounds: u32 = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let process = Process::new(pid)?;
    let open = process.open_files()?.len();
    let files = cost(rounds, || process.open_files().map(|files| files.len()))?;
    println!("open_files: {files:.3} ms for {open} files");
    println!("fds:        {:.3} ms", cost(rounds, || process.fds().map(|fds| fds.len()))?);
    println!("num_fds:    {:.4} ms", cost(rounds, || process.num_fds())?);
    Ok(())
}

/// The processor time of one call, in milliseconds.
fn cost<T>(
    rounds: u32,
    mut call: impl FnMut() -> psight::Result<T>,
) -> Result<f64, Box<dyn Error>> {
    let now = || {
        let time = clock_gettime(ClockId::ProcessCPUTime);
        time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
    };
    let before = now();
    for _ in 0..rounds {
        std::hint::black_box(call()?);
    }
    Ok((now() - before) / f64::from(rounds))
}
