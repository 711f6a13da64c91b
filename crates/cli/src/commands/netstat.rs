//! `psight netstat`: connections, sockets that listen, network interfaces and routes. Always numeric: no name is looked up.

mod routes;
mod sockets;
mod states;
mod statistics;

use std::time::Duration;

use clap::{ArgAction, Args};

use self::states::Wanted;
use super::{Context, Failure, ifconfig};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight netstat`.
#[derive(Debug, Default, Args)]
#[command(args_override_self = true)]
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
    #[arg(short, long, aliases = ["numeric-hosts", "numeric-ports", "numeric-users"])]
    numeric: bool,
    /// Show the process that holds each.
    #[arg(short, long, alias = "program")]
    programs: bool,
    /// IPv4 alone.
    #[arg(short = '4', long = "ipv4", aliases = ["inet", "ip", "tcpip"])]
    ipv4: bool,
    /// IPv6 alone; with -4 both.
    #[arg(short = '6', long = "ipv6", alias = "inet6")]
    ipv6: bool,
    /// Network interfaces instead.
    #[arg(short, long)]
    interfaces: bool,
    /// Routes instead: those of IPv4, or of IPv6 with -6; with -a those of every table.
    #[arg(short, long, conflicts_with = "interfaces")]
    route: bool,
    /// Show the user who created each, and its inode; of routes the metric, and with -ee all columns.
    #[arg(short, long, action = ArgAction::Count)]
    extend: u8,
    /// Again every second.
    #[arg(short, long)]
    continuous: bool,
    /// As wide as it needs to be, and not cut to the terminal.
    #[arg(short = 'W', long)]
    wide: bool,
    /// Say what is not shown, too.
    #[arg(short, long)]
    verbose: bool,
    /// Sockets of these families alone: inet, inet6, unix.
    #[arg(short = 'A', long = "protocol", value_name = "FAMILY,…", value_delimiter = ',')]
    families: Vec<Families>,
    /// Names of hardware are not looked up either.
    #[arg(short = 'N', long, hide = true)]
    symbolic: bool,
    /// Routes of the table that decides, which is the default.
    #[arg(short = 'F', long, hide = true)]
    fib: bool,
    /// The cache of routes, which Linux has no more.
    #[arg(short = 'C', long, hide = true)]
    cache: bool,
    /// With -s the counters of IP and ICMP; raw sockets are not told.
    #[arg(short = 'w', long)]
    raw: bool,
    /// Groups of receivers, which psight does not have.
    #[arg(short = 'g', long, hide = true)]
    groups: bool,
    /// Connections that are hidden behind another address, which psight does not have.
    #[arg(short = 'M', long, hide = true)]
    masquerade: bool,
    /// What protocols have counted instead, of those that -t, -u, -w, -4 and -6 choose; -a has all that is 0, too.
    #[arg(short, long, conflicts_with_all = ["interfaces", "route"])]
    statistics: bool,
    /// Show what the kernel waits for with each: the timer, its seconds, attempts to send, and probes.
    #[arg(short = 'o', long)]
    timers: bool,
    /// Those in these states alone: established, listen, time-wait …; connected means all but listen and close.
    #[arg(value_name = "STATE", value_parser = states::wanted)]
    states: Vec<Wanted>,
}

/// A family of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Families {
    Inet,
    Inet6,
    Unix,
}

impl Applet for Arguments {
    const NAME: &'static str = "netstat";
    const ABOUT: &'static str = "Connections, sockets that listen, interfaces and routes";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(mut arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    arguments.refused()?;
    arguments.ipv4 |= arguments.families.contains(&Families::Inet);
    arguments.ipv6 |= arguments.families.contains(&Families::Inet6);
    arguments.unix |= arguments.families.contains(&Families::Unix);
    if arguments.wide {
        context.output.terminal.width = None;
    }
    loop {
        if arguments.interfaces {
            title("Kernel Interface table", context)?;
            ifconfig::all(arguments.all, arguments.extend == 0, context)?;
        } else if arguments.statistics {
            statistics::show(&arguments, context)?;
        } else if arguments.route {
            routes::show(&arguments, context)?;
        } else {
            sockets::show(&arguments, context)?;
        }
        if !arguments.continuous || context.host.is_captured() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

impl Arguments {
    /// What net-tools has under a letter that means nothing else here.
    fn refused(&self) -> Result<(), Failure> {
        let asked = [
            (self.raw && !self.statistics, "-w: raw sockets are not told; -t, -u and -x are"),
            (self.groups, "-g: groups of receivers are not told; ifconfig has the addresses"),
            (self.masquerade, "-M: connections behind another address are not told"),
            (self.cache, "-C: there is no cache of routes; -r shows the routes"),
        ];
        match asked.iter().find(|(is_asked, _)| *is_asked) {
            Some((_, refused)) => Err(Failure::Usage((*refused).to_owned())),
            None => Ok(()),
        }
    }
}

/// The line above a table, which programs do not get.
fn title(text: impl AsRef<str>, context: &mut Context) -> Result<(), Failure> {
    if context.output.format == Format::Table {
        context.output.lines([Line::new().with(Paint::Plain, text)])?;
    }
    Ok(())
}
