//! One line for a status bar: how warm it is, how fast the fans turn, how full the battery is.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use psight::sensors::TimeLeft;
use psight::{Host, Result};

fn main() -> Result<()> {
    // Another machine, captured or mounted somewhere: `sensors ROOT`.
    let host = std::env::args_os().nth(1).map_or_else(|| Ok(Host::local()), Host::at)?;
    let mut parts = Vec::new();
    // A machine may have none of these: that is an empty list or a `None`, never an error.
    if let Some(hottest) =
        host.temperatures()?.iter().max_by(|a, b| a.current.total_cmp(&b.current))
    {
        let limit = hottest.high.map_or(String::new(), |high| format!(" of {high:.0}"));
        parts.push(format!("{} {:.0}{limit} °C", hottest.chip.display(), hottest.current));
    }
    parts.extend(host.fans()?.iter().map(|fan| format!("fan {} rpm", fan.current)));
    if let Some(battery) = host.battery()? {
        let left = match battery.secsleft {
            TimeLeft::Left(left) => {
                let minutes = left.as_secs() / 60;
                format!(", {}:{:02} left", minutes / 60, minutes % 60)
            }
            TimeLeft::Unlimited => ", plugged in".to_owned(),
            _ => String::new(),
        };
        parts.push(format!("battery {:.0} %{left}", battery.percent));
    }
    println!("{}", if parts.is_empty() { "no sensors".to_owned() } else { parts.join(" | ") });
    Ok(())
}
