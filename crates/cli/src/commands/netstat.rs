//! `psight netstat`: connections, sockets that listen, and network interfaces. Always numeric: no name is looked up.

mod sockets;
mod states;

use std::time::Duration;

use clap::Args;

use self::states::Wanted;
use super::{Context, Failure, ifconfig};
use crate::registry::Applet;

/// Arguments of `psight netstat`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// TCP.
    #[arg(short, long)]
    tcp: bool,
    /// UDP.
    #[arg(short, long)]
    udp: bool,
    /// Sockets between processes of this machine.
    #[arg(short = 'x', long)]
    unix: bool,
    /// Those that listen, or wait for anybody.
    #[arg(short, long)]
    listening: bool,
    /// Those that listen and those that are connected.
    #[arg(short, long)]
    all: bool,
    /// Numbers instead of names, which is always so.
    #[arg(short, long)]
    numeric: bool,
    /// Show the process that holds each.
    #[arg(short, long)]
    programs: bool,
    /// IPv4 alone.
    #[arg(short = '4', long = "ipv4")]
    ipv4: bool,
    /// IPv6 alone.
    #[arg(short = '6', long = "ipv6", conflicts_with = "ipv4")]
    ipv6: bool,
    /// Network interfaces instead.
    #[arg(short, long)]
    interfaces: bool,
    /// Show the user who created each, and its inode.
    #[arg(short, long)]
    extend: bool,
    /// Again every second.
    #[arg(short, long)]
    continuous: bool,
    /// Those in these states alone: established, listen, time-wait …; connected means all but listen and close.
    #[arg(value_name = "STATE", value_parser = states::wanted)]
    states: Vec<Wanted>,
}

impl Applet for Arguments {
    const NAME: &'static str = "netstat";
    const ABOUT: &'static str = "Connections and sockets that listen";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    loop {
        if arguments.interfaces {
            ifconfig::short(arguments.all, context)?;
        } else {
            sockets::show(&arguments, context)?;
        }
        if !arguments.continuous || context.host.is_captured() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}
