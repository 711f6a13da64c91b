//! How full the file systems are. One whose server is gone is reported, and never waited for longer than two seconds.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::time::Duration;

use psight::disk::{DiskProber, Mounts};
use psight::{Host, Result};

fn main() -> Result<()> {
    let host = Host::local();
    let partitions = host.partitions(Mounts::All)?;
    let prober = DiskProber::new(&host);
    let mountpoints = partitions.iter().map(|partition| &partition.mountpoint);
    // Two seconds for all of them together, however many hang.
    let usages = prober.disk_usages(mountpoints, Duration::from_secs(2));
    for (partition, usage) in partitions.iter().zip(usages) {
        let place = format!("{} ({})", partition.mountpoint.display(), partition.fstype.display());
        match usage {
            // /proc and its like have no space at all.
            Ok(usage) if usage.total == 0 => {}
            Ok(usage) => println!(
                "{place}: {:.0} % of {:.1} GiB",
                usage.percent,
                usage.total as f64 / f64::from(1 << 30)
            ),
            Err(error) if error.is_timeout() => println!("{place}: does not answer"),
            Err(error) => println!("{place}: {error}"),
        }
    }
    Ok(())
}
