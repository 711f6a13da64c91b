//! `psight nettop`: what network interfaces carry, all together and each, as psutil's nettop.py shows it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use psight::net::{NetIo, NetRates};
use psight::record::Value;
use psight::{Host, Record as _};

use super::rounds::{Reading, Rounds};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::output::{Format, Rows, float};
use crate::table::{Column, Table, known};
use crate::terminal::Terminal;

/// Narrower than this, the columns stand close together.
const ROOM_FOR_GAPS: usize = 96;

/// Arguments of `psight nettop`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How long to watch between two readings.
    #[arg(
        short, long, value_name = "SECONDS", default_value = "1", value_parser = human::seconds
    )]
    delay: Duration,
    /// How often to show it: without end on a terminal, else once.
    #[arg(short = 'n', long, value_name = "COUNT")]
    count: Option<u64>,
    /// Those that carried nothing meanwhile as well, which is so where it is shown once.
    #[arg(short, long)]
    all: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "nettop";
    const ABOUT: &'static str = "What network interfaces carry now";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        let rounds = Rounds::new(self.delay, self.count, context);
        let all = self.all || rounds.count == Some(1);
        let read = |context: &mut Context| Ok(Host::net_io_counters(&context.host)?);
        rounds.between(context, read, |reading, context| show(&reading, all, context))
    }
}

/// One interface, with what it carried between two readings; no rates where no time passed.
struct Nic<'a> {
    name: &'a OsString,
    io: &'a NetIo,
    rates: Option<NetRates>,
}

type Counters = BTreeMap<OsString, NetIo>;

fn show(reading: &Reading<'_, Counters>, all: bool, context: &mut Context) -> Result<(), Failure> {
    let mut nics: Vec<Nic<'_>> = reading
        .now
        .iter()
        .map(|(name, io)| {
            // One that has appeared meanwhile has no rate yet.
            let before = reading.before.get(name);
            let rates = before.and_then(|before| io.since(before).rates_over(reading.span));
            Nic { name, io, rates }
        })
        .collect();
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&nics))?);
    }
    let total = total(reading);
    nics.retain(|nic| all || nic.rates.is_none_or(|rates| busy(&rates) > 0.0));
    let order = |nic: &Nic<'_>| nic.io.bytes_recv.saturating_add(nic.io.bytes_sent);
    nics.sort_by(|one, other| {
        let rate = |nic: &Nic<'_>| nic.rates.as_ref().map_or(0.0, busy);
        rate(other).total_cmp(&rate(one)).then(order(other).cmp(&order(one)))
    });
    let terminal = context.output.terminal;
    let mut lines = vec![total, Line::new()];
    lines.extend(table(&nics, &terminal).lines(terminal.width, terminal.cut_mark()));
    let room = terminal.height.map_or(usize::MAX, |height| height.saturating_sub(1).max(3));
    lines.truncate(room);
    Ok(context.output.lines(lines)?)
}

/// Bytes in a second, both ways.
fn busy(rates: &NetRates) -> f64 {
    rates.bytes_recv_per_sec + rates.bytes_sent_per_sec
}

fn values<'a>(nics: &[Nic<'a>]) -> Rows<'a> {
    let mut names = vec!["name".into()];
    let fields = NetIo::FIELDS.iter().chain(NetRates::FIELDS);
    names.extend(fields.map(|field| field.name.into()));
    let rows = nics.iter().map(|nic| {
        let mut row = vec![Value::OsText(nic.name)];
        row.extend(nic.io.values());
        row.extend((0..NetRates::FIELDS.len()).map(|at| {
            // Numbers, which borrow nothing from the rates.
            float(nic.rates.as_ref().and_then(|rates| rates.value_at(at).as_f64()))
        }));
        row
    });
    Rows { names, rows: rows.collect() }
}

fn total(reading: &Reading<'_, Counters>) -> Line {
    let line = Line::new().with(Paint::Strong, "Total");
    let Some(now) = NetIo::total(reading.now.values()) else {
        return line.with(Paint::Faint, "  no interfaces");
    };
    let bytes = |bytes| human::bytes(bytes, Scale::Binary);
    let text = format!("  received {}, sent {}", bytes(now.bytes_recv), bytes(now.bytes_sent));
    let line = line.with(Paint::Plain, text);
    let packets = format!(", {} and {} packets", now.packets_recv, now.packets_sent);
    line.with(Paint::Faint, packets)
}

fn table(nics: &[Nic<'_>], terminal: &Terminal) -> Table {
    let amount = |head: &str| Column::right(head).at_least(7);
    let columns = vec![
        Column::left("INTERFACE").at_least(10),
        amount("RECV/s"),
        amount("SENT/s"),
        amount("PKT-IN/s"),
        amount("PKT-OUT/s"),
        amount("RECEIVED"),
        amount("SENT"),
        Column::right("ERRS").at_least(5),
        Column::right("DROPS"),
    ];
    let narrow = terminal.width.is_some_and(|width| width < ROOM_FOR_GAPS);
    let mut table = Table::new(columns).with_gap(if narrow { 1 } else { 2 });
    for nic in nics {
        table.row(row(nic));
    }
    table
}

fn row(nic: &Nic<'_>) -> Vec<Line> {
    let rates = nic.rates.as_ref();
    let short = |bytes: u64| human::bytes_short(bytes, Scale::Binary);
    let bytes = |rate: fn(&NetRates) -> f64| rates.map(|rates| short(rate(rates).round() as u64));
    let packets = |rate: fn(&NetRates) -> f64| rates.map(|rates| format!("{:.0}", rate(rates)));
    let io = nic.io;
    let cells = [
        bytes(|rates| rates.bytes_recv_per_sec),
        bytes(|rates| rates.bytes_sent_per_sec),
        packets(|rates| rates.packets_recv_per_sec),
        packets(|rates| rates.packets_sent_per_sec),
        Some(short(io.bytes_recv)),
        Some(short(io.bytes_sent)),
        Some(io.errin.saturating_add(io.errout).to_string()),
        Some(io.dropin.saturating_add(io.dropout).to_string()),
    ];
    let name = Line::new().with_os(Paint::Plain, nic.name);
    std::iter::once(name).chain(cells.into_iter().map(known)).collect()
}
