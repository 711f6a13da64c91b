//! Which processes listen on a port: `whohas PORT`.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use psight::Host;
use psight::net::{ConnectionKind, ConnectionStatus};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("which port?")?.parse()?;
    let host = Host::local();
    let mut found = false;
    for socket in host.connections_with_all_owners(ConnectionKind::Tcp)? {
        let Some(address) = socket.laddr.filter(|address| address.port() == Some(port)) else {
            continue;
        };
        if socket.status != ConnectionStatus::Listen {
            continue;
        }
        found = true;
        // Without the right to look into the processes of others, their sockets have no owner.
        let Some(pid) = socket.pid else {
            println!("{address}: a process that may not be seen");
            continue;
        };
        match host.process(pid).and_then(|process| process.cmdline()) {
            Ok(words) => {
                let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
                println!("{address}: pid {pid}, {}", words.join(" "));
            }
            Err(error) if error.is_gone() => println!("{address}: pid {pid}, which has ended"),
            Err(error) => println!("{address}: {error}"),
        }
    }
    if !found {
        println!("nobody listens on port {port}");
    }
    Ok(())
}
