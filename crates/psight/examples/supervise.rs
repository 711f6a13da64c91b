//! Runs commands side by side, and ends what is left of them after a time limit, their children included:
//! `supervise SECONDS COMMAND…`.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::process::Command;
use std::time::Duration;

use psight::process::wait_procs;
use psight::{Process, Result};

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let limit = Duration::try_from_secs_f64(arguments.next().ok_or("how many seconds?")?.parse()?)?;
    let mut children = Vec::new();
    for command in arguments {
        // psight waits for the child instead of the standard library, whose handle may be dropped.
        let child = Command::new("sh").arg("-c").arg(&command).spawn()?;
        children.push(Process::new(child.id())?);
    }
    let waited = wait_procs(&children, Some(limit), |gone| match gone.status {
        Some(status) => println!("pid {} has ended: {status}", gone.process.pid()),
        None => println!("pid {} has ended", gone.process.pid()),
    })?;
    for late in waited.alive {
        println!("pid {} is late", late.pid());
        end(late)?;
    }
    Ok(())
}

/// Ends a process and all that it started: politely first, then by force.
fn end(process: &Process) -> Result<()> {
    // The family is listed before anybody in it dies: an orphan is another's child, and could not be found.
    let mut family = process.descendants()?;
    family.push(process.clone());
    for member in &family {
        // It may be gone already; a signal never hits another process that has its pid by now.
        unless_gone(member.terminate())?;
    }
    let waited = wait_procs(&family, Some(Duration::from_secs(2)), |gone| {
        println!("pid {} has ended", gone.process.pid());
    })?;
    for stubborn in waited.alive {
        println!("pid {} is killed", stubborn.pid());
        unless_gone(stubborn.kill())?;
    }
    // None is left as a zombie.
    process.wait(Some(Duration::from_secs(2))).map(|_| ())
}

/// That a process has ended in the meantime is what was wanted of it.
fn unless_gone(sent: Result<()>) -> Result<()> {
    sent.or_else(|error| if error.is_gone() { Ok(()) } else { Err(error) })
}
