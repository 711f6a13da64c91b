//! Saves what no file of this machine says, for `cargo xtask capture`: `answers DIR`.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use psight::Host;

fn main() -> Result<(), Box<dyn Error>> {
    let dir = PathBuf::from(std::env::args_os().nth(1).ok_or("which directory?")?);
    fs::create_dir_all(&dir)?;
    let host = Host::local();
    fs::write(dir.join("rtm_getlink.bin"), psight::net::capture_links()?)?;
    fs::write(dir.join("rtm_getaddr.bin"), psight::net::capture_addresses()?)?;
    fs::write(dir.join("rtm_getroute.bin"), psight::net::capture_routes()?)?;
    fs::write(dir.join("statvfs"), psight::disk::capture_statvfs()?)?;
    fs::write(dir.join("clock_monotonic"), format!("{:.2}\n", host.uptime()?.as_secs_f64()))?;
    let machine = host.info()?.architecture.ok_or("the machine has no name")?;
    fs::write(dir.join("machine"), machine + "\n")?;
    Ok(())
}
