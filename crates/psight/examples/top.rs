//! The processes that are busy now, again every second: `top [ROUNDS]`.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::thread::sleep;
use std::time::Duration;

use psight::Host;
use psight::table::Columns;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let rounds: u32 = std::env::args().nth(1).map_or(Ok(3), |rounds| rounds.parse())?;
    let host = Host::local();
    let mut cpu = host.cpu_sampler()?;
    let wanted = Columns::NAME | Columns::USERNAME | Columns::CPU_PERCENT | Columns::RSS;
    // A scanner remembers how busy each process was: a percentage is what happened between two of its scans.
    let mut scanner = host.scanner(wanted)?;
    scanner.scan(|_| {})?;
    for _ in 0..rounds {
        sleep(Duration::from_secs(1));
        let mut rows = scanner.rows()?;
        rows.sort_by(|a, b| b.cpu_percent.unwrap_or(0.0).total_cmp(&a.cpu_percent.unwrap_or(0.0)));
        let memory = host.virtual_memory()?;
        println!(
            "\n{} processes, CPU {:.1} %, memory {:.1} %",
            rows.len(),
            cpu.percent()?,
            memory.percent
        );
        println!("{:>8} {:<10} {:>6} {:>9} NAME", "PID", "USER", "CPU %", "MIB");
        for row in rows.iter().take(10) {
            // What is not known is `None`: a process that has just started has no percentage yet.
            println!(
                "{:>8} {:<10} {:>6} {:>9} {}",
                row.pid,
                row.username.as_deref().map_or("-".into(), |name| name.to_string_lossy()),
                row.cpu_percent.map_or("-".into(), |percent| format!("{percent:.1}")),
                row.rss.map_or("-".into(), |bytes| (bytes >> 20).to_string()),
                row.name.as_deref().unwrap_or_default().display(),
            );
        }
    }
    Ok(())
}
