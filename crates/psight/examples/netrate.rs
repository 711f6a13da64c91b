//! What each network interface carries per second: `netrate [ROUNDS]`.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::thread::sleep;
use std::time::{Duration, Instant};

use psight::Host;
use psight::monotonic::Monotonic;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(3), |rounds| rounds.parse())?;
    let host = Host::local();
    // The kernel's counters can wrap; these go on.
    let mut counters = Monotonic::default();
    let mut before = counters.continued(host.net_io_counters()?);
    let mut then = Instant::now();
    for _ in 0..rounds {
        sleep(Duration::from_secs(1));
        let now = counters.continued(host.net_io_counters()?);
        let seconds = then.elapsed().as_secs_f64();
        then = Instant::now();
        for (name, io) in &now {
            // An interface that has just appeared has no rate yet.
            let Some(before) = before.get(name) else { continue };
            let carried = io.since(before);
            println!(
                "{}: {:.1} KiB/s in, {:.1} KiB/s out, {:.0} packets/s",
                name.display(),
                carried.bytes_recv as f64 / 1024.0 / seconds,
                carried.bytes_sent as f64 / 1024.0 / seconds,
                (carried.packets_recv + carried.packets_sent) as f64 / seconds,
            );
        }
        before = now;
    }
    Ok(())
}
