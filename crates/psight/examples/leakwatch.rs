//! Watches what a process holds, and says what grew since the beginning: `leakwatch PID [ROUNDS]`.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::time::Duration;

use psight::{Pid, Process, Result};

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let pid: Pid = arguments.next().ok_or("which process?")?.parse()?;
    let rounds: u32 = arguments.next().map_or(Ok(5), |rounds| rounds.parse())?;
    let process = Process::new(pid)?;
    println!("{}, pid {pid}", process.name()?.display());
    let first = Held::by(&process)?;
    for _ in 0..rounds {
        // The pause between two looks ends early if the process does.
        match process.wait(Some(Duration::from_secs(1))) {
            Err(error) if error.is_timeout() => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                println!("it has ended");
                return Ok(());
            }
        }
        let now = Held::by(&process)?;
        println!(
            "{} KiB ({:+}), {} descriptors ({:+}), {} threads ({:+})",
            now.memory >> 10,
            now.memory.wrapping_sub(first.memory).cast_signed() >> 10,
            now.descriptors,
            now.descriptors.wrapping_sub(first.descriptors).cast_signed(),
            now.threads,
            now.threads.wrapping_sub(first.threads).cast_signed(),
        );
    }
    Ok(())
}

struct Held {
    memory: u64,
    descriptors: u64,
    threads: u32,
}

impl Held {
    /// What the process holds now.
    fn by(process: &Process) -> Result<Self> {
        // Memory that is the process's own grows with a leak; `rss` also moves with what others share. Where the caller
        // may not know the former, the latter has to do.
        let memory = match process.memory_footprint() {
            Ok(footprint) => footprint.uss,
            Err(error) if error.is_denied() => process.memory_info()?.rss,
            Err(error) => return Err(error),
        };
        Ok(Self { memory, descriptors: process.num_fds()?, threads: process.num_threads()? })
    }
}
