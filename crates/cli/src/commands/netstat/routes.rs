//! Routes, in net-tools' columns.

use std::net::{IpAddr, Ipv4Addr};

use psight::net::{Family, Route, RouteKind, Routes};
use psight::record::Record as _;

use super::{Arguments, title};
use crate::commands::{Context, Failure};
use crate::line::{Paint, Tail};
use crate::output::{Format, Rows};
use crate::table::{Column, Table};

/// Those of IPv4, unless IPv6 was asked for.
pub(super) fn show(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let which = if arguments.all { Routes::All } else { Routes::Main };
    let mut routes = context.host.routes(which)?;
    let shows_four = arguments.ipv4 || !arguments.ipv6;
    let is_six = |route: &Route| route.family == Family::Inet6;
    routes.retain(|route| if is_six(route) { arguments.ipv6 } else { shows_four });
    if context.output.format != Format::Table {
        let names = Route::FIELDS.iter().map(|field| field.name.into()).collect();
        let rows = routes.iter().map(|route| route.values()).collect();
        return Ok(context.output.rows(Rows { names, rows })?);
    }
    let (six, four): (Vec<&Route>, Vec<&Route>) = routes.iter().partition(|route| is_six(route));
    if shows_four {
        title("Kernel IP routing table", context)?;
        context.output.table(&table_of_ipv4(&four, arguments.extend))?;
    }
    if arguments.ipv6 {
        title("Kernel IPv6 routing table", context)?;
        context.output.table(&table_of_ipv6(&six))?;
    }
    Ok(())
}

/// A column: its head, whether it stands to the right, and what is in it.
type Shown = (&'static str, bool, fn(&Route, &mut Tail<'_>));

const MSS: Shown = ("MSS", true, |route, line| number(route.mss, line));
const WINDOW: Shown = ("Window", true, |route, line| number(route.window, line));
const IRTT: Shown = ("irtt", true, |route, line| number(route.rtt, line));
const METRIC: Shown = ("Metric", true, |route, line| line.number(route.metric.into()));
// What the kernel does not count any more has its place, for those who count columns.
const REF: Shown = ("Ref", true, |_, line| line.push(Paint::Faint, "-"));
const USE: Shown = ("Use", true, |_, line| line.push(Paint::Faint, "-"));
const IFACE: Shown = ("Iface", false, interface);

/// The more often `-e` was said, the more of net-tools' columns.
fn table_of_ipv4(routes: &[&Route], extend: u8) -> Table {
    let more: &[Shown] = match extend {
        0 => &[MSS, WINDOW, IRTT, IFACE],
        1 => &[METRIC, REF, USE, IFACE],
        _ => &[METRIC, REF, USE, IFACE, MSS, WINDOW, IRTT],
    };
    let first: [Shown; 4] = [
        ("Destination", false, |route, line| line.write(Paint::Plain, route.destination)),
        ("Gateway", false, gateway),
        ("Genmask", false, |route, line| line.write(Paint::Plain, mask(route.prefix_length))),
        ("Flags", false, |route, line| line.push(paint(route), letters(route))),
    ];
    table(routes, &[&first, more].concat())
}

fn table_of_ipv6(routes: &[&Route]) -> Table {
    let columns: [Shown; 7] = [
        ("Destination", false, |route, line| {
            line.write(Paint::Plain, route.destination);
            line.write(Paint::Plain, format_args!("/{}", route.prefix_length));
        }),
        ("Next Hop", false, gateway),
        ("Flag", false, |route, line| line.push(paint(route), letters(route))),
        ("Met", true, METRIC.2),
        REF,
        USE,
        ("If", false, interface),
    ];
    table(routes, &columns)
}

fn table(routes: &[&Route], columns: &[Shown]) -> Table {
    let column = |(head, is_right, _): &Shown| match *head {
        "Iface" | "If" => Column::left(*head).giving_way(),
        "Destination" | "Next Hop" | "Gateway" | "Genmask" => Column::left(*head).at_least(15),
        _ if *is_right => Column::right(*head),
        _ => Column::left(*head).at_least(5),
    };
    let mut table = Table::new(columns.iter().map(column).collect());
    for route in routes {
        for (_, _, fill) in columns {
            table.cell(|line| fill(route, line));
        }
    }
    table
}

fn number(number: Option<u32>, line: &mut Tail<'_>) {
    // As in net-tools, 0 stands for what is left to the system.
    line.number(number.unwrap_or(0).into());
}

/// The machine that packets are handed to: all zeros where they need none, and a dash where they go nowhere.
fn gateway(route: &Route, line: &mut Tail<'_>) {
    match (route.gateway, route.family) {
        (Some(gateway), _) => line.write(Paint::Plain, gateway),
        _ if is_refused(route) => line.push(Paint::Faint, "-"),
        (None, Family::Inet6) => line.push(Paint::Plain, "::"),
        (None, _) => line.push(Paint::Plain, "0.0.0.0"),
    }
}

fn interface(route: &Route, line: &mut Tail<'_>) {
    match &route.interface {
        Some(name) => line.push_os(Paint::Plain, name),
        None => line.push(Paint::Faint, "-"),
    }
}

fn mask(prefix_length: u8) -> Ipv4Addr {
    let zeros = 32u32.saturating_sub(prefix_length.into());
    Ipv4Addr::from_bits(u32::MAX.checked_shl(zeros).unwrap_or(0))
}

fn is_refused(route: &Route) -> bool {
    let refuses = [RouteKind::Blackhole, RouteKind::Unreachable, RouteKind::Prohibit];
    route.kind.is_some_and(|kind| refuses.contains(&kind))
}

fn paint(route: &Route) -> Paint {
    if is_refused(route) { Paint::Warning } else { Paint::Plain }
}

/// net-tools' letters: whether packets are sent on or refused, by a gateway, to one address.
fn letters(route: &Route) -> String {
    let is_one = match route.destination {
        IpAddr::V4(_) => route.prefix_length == 32,
        // net-tools does not say it of IPv6.
        IpAddr::V6(_) => false,
    };
    let known = [
        (!is_refused(route), 'U'),
        (is_refused(route), '!'),
        (route.gateway.is_some(), 'G'),
        (is_one, 'H'),
    ];
    known.into_iter().filter(|(has, _)| *has).map(|(_, letter)| letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_has_as_many_bits_as_the_prefix() {
        let shown = [0, 1, 24, 32, 33].map(|bits| mask(bits).to_string());
        let expected =
            ["0.0.0.0", "128.0.0.0", "255.255.255.0", "255.255.255.255", "255.255.255.255"];
        assert_eq!(shown, expected);
    }
}
