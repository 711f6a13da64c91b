//! What listing the open files of a process with many of them costs.
//!
//! `cargo run --release -p psight --example files_cost -- PID [ROUNDS]` prints how long one call takes.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::error::Error;
use std::time::Instant;

use psight::Process;

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

/// How long one call takes, in milliseconds.
fn cost<T>(
    rounds: u32,
    mut call: impl FnMut() -> psight::Result<T>,
) -> Result<f64, Box<dyn Error>> {
    let before = Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(call()?);
    }
    Ok(before.elapsed().as_secs_f64() * 1e3 / f64::from(rounds))
}
