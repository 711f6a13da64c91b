//! One report: the growth between two readings, or everything since boot, and how it is laid out.

use std::borrow::Cow;
use std::ffi::OsString;
use std::time::{Duration, SystemTime};

use psight::Record as _;
use psight::cpu::CpuPercents;
use psight::disk::{DiskIo, DiskRates};
use psight::record::{ToValue as _, Value};

use super::extended::{extended, in_cells};
use super::{Arguments, Reading};
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::output::{Rows, object, record};
use crate::table::{Column, Table, known};
use crate::terminal::Terminal;

/// What happened between two readings.
pub(super) struct Report {
    cpu: Option<CpuPercents>,
    disks: Option<Vec<Disk>>,
    span: Duration,
}

/// What one disk did.
pub(super) struct Disk {
    pub(super) name: OsString,
    /// What was counted meanwhile.
    grown: DiskIo,
    /// `None` where no time passed.
    pub(super) rates: Option<DiskRates>,
}

impl Report {
    /// Without a reading `before` it is about the time since boot.
    pub(super) fn new(
        before: Option<&Reading>,
        now: &Reading,
        span: Duration,
        active: bool,
    ) -> Self {
        let cpu = now.cpu.map(|now| match before.and_then(|before| before.cpu) {
            Some(before) => now.percents_since(&before),
            None => now.percents(),
        });
        let disks = now.disks.as_ref().map(|disks| {
            let grown = disks.iter().map(|(name, io)| {
                // One that has appeared meanwhile has done everything meanwhile.
                let earlier = before.and_then(|before| before.disks.as_ref()?.get(name));
                let grown = earlier.map_or_else(|| io.clone(), |earlier| io.since(earlier));
                Disk { name: name.clone(), rates: grown.rates_over(span), grown }
            });
            let did = |disk: &Disk| {
                let io = &disk.grown;
                io.read_count > 0 || io.write_count > 0 || io.discard_count > Some(0)
            };
            grown.filter(|disk| !active || did(disk)).collect()
        });
        Self { cpu, disks, span }
    }

    pub(super) fn document<'a>(&'a self, now: &'a SystemTime) -> Value<'a> {
        let disks = self.disks.as_ref().map(|disks| {
            let names = self.names();
            let row = |disk| Value::Map(names.iter().cloned().zip(values(disk)).collect());
            Value::List(disks.iter().map(row).collect())
        });
        object([
            ("now", now.to_value()),
            ("span", Value::Float(self.span.as_secs_f64())),
            ("cpu", record(self.cpu.as_ref())),
            ("disks", disks.unwrap_or(Value::Null)),
        ])
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        let disks = self.disks.iter().flatten();
        Rows { names: self.names(), rows: disks.map(values).collect() }
    }

    /// The numbers of processors in sysstat's words.
    pub(super) fn processors(&self) -> Option<Vec<(&'static str, Value<'static>)>> {
        let numbers = shares(self.cpu.as_ref()?);
        let rounded = numbers.map(|number| number.map(|number| (number * 100.0).round() / 100.0));
        Some(SHARES.into_iter().zip(rounded.map(crate::output::float)).collect())
    }

    /// What the table says of each disk, in the words that are its heads, without signs of per cent.
    pub(super) fn in_words(&self, arguments: &Arguments) -> Option<Vec<Value<'static>>> {
        let disks = self.disks.as_ref()?;
        let (heads, rows) = match arguments.extended {
            true => in_cells(disks, arguments),
            false => brief_cells(disks, &Amounts::of(arguments)),
        };
        let heads: Vec<String> =
            heads.iter().map(|head| head.trim_start_matches('%').to_owned()).collect();
        let row = |(disk, cells): (&Disk, Vec<Line>)| {
            let name = Value::Text(disk.name.to_string_lossy().into_owned().into());
            let number = |cell: Line| match (cell.plain().parse(), cell.plain().parse()) {
                (Ok(number), _) => Value::Uint(number),
                (_, Ok(number)) => Value::Float(number),
                _ => Value::Null,
            };
            let numbers = heads.iter().cloned().map(Cow::Owned).zip(cells.into_iter().map(number));
            let name = std::iter::once((Cow::Borrowed("disk_device"), name));
            Value::Map(name.chain(numbers).collect())
        };
        Some(disks.iter().zip(rows).map(row).collect())
    }

    fn names(&self) -> Vec<Cow<'static, str>> {
        let fields = DiskIo::FIELDS.iter().chain(DiskRates::FIELDS);
        let names = fields.map(|field| Cow::Borrowed(field.name));
        std::iter::once(Cow::Borrowed("name")).chain(names).collect()
    }

    pub(super) fn lines(&self, arguments: &Arguments, terminal: &Terminal) -> Vec<Line> {
        let (width, mark) = (terminal.width, terminal.cut_mark());
        let mut lines = Vec::new();
        if let Some(cpu) = &self.cpu {
            lines.extend(processors(cpu).lines(width, mark));
        }
        if let Some(disks) = &self.disks {
            if !lines.is_empty() {
                lines.push(Line::new());
            }
            if arguments.extended {
                lines.extend(extended(disks, arguments, terminal));
            } else {
                lines.extend(brief(disks, arguments, width).lines(width, mark));
            }
        }
        lines
    }
}

fn values(disk: &Disk) -> Vec<Value<'_>> {
    let mut row = vec![disk.name.to_value()];
    row.extend(disk.grown.values());
    match &disk.rates {
        Some(rates) => row.extend(rates.values()),
        None => row.extend(DiskRates::FIELDS.iter().map(|_| Value::Null)),
    }
    row
}

/// sysstat's columns: what is neither user's nor idle is the system's.
fn processors(cpu: &CpuPercents) -> Table {
    let mut columns = vec![Column::left("avg-cpu:").at_least(9)];
    columns.extend(SHARES.map(|name| Column::right(format!("%{name}")).at_least(7)));
    let mut table = Table::new(columns);
    let mut row = vec![Line::new()];
    row.extend(shares(cpu).map(|number| known(number.map(|number| format!("{number:.2}")))));
    table.row(row);
    table
}

const SHARES: [&str; 6] = ["user", "nice", "system", "iowait", "steal", "idle"];

/// The numbers for these words.
fn shares(cpu: &CpuPercents) -> [Option<f64>; 6] {
    let part = |part: Option<f64>| part.unwrap_or_default();
    let system = cpu.system + part(cpu.irq) + part(cpu.softirq);
    [Some(cpu.user), cpu.nice, Some(system), cpu.iowait, cpu.steal, Some(cpu.idle)]
}

/// How amounts of bytes are written.
pub(super) struct Amounts {
    pub(super) human: bool,
    pub(super) letter: &'static str,
    unit: f64,
}

impl Amounts {
    pub(super) fn of(arguments: &Arguments) -> Self {
        match (arguments.human, arguments.mebi) {
            (true, _) => Self { human: true, letter: "", unit: 1.0 },
            (_, true) => Self { human: false, letter: "M", unit: 1_048_576.0 },
            _ => Self { human: false, letter: "k", unit: 1024.0 },
        }
    }

    /// The head of a column: `kB_read/s`, or without a unit where each number has one.
    fn head(&self, what: &str) -> String {
        if self.human { what.to_owned() } else { format!("{}B_{what}", self.letter) }
    }

    pub(super) fn rate(&self, bytes: f64) -> String {
        if self.human {
            human::bytes_short(bytes.round() as u64, Scale::Binary)
        } else {
            format!("{:.2}", bytes / self.unit)
        }
    }

    fn amount(&self, bytes: u64) -> String {
        if self.human {
            human::bytes_short(bytes, Scale::Binary)
        } else {
            format!("{:.0}", (bytes as f64 / self.unit).floor())
        }
    }
}

/// sysstat's columns; without room to spare where a terminal would cut amounts, of which a half says something else.
fn brief(disks: &[Disk], arguments: &Arguments, limit: Option<usize>) -> Table {
    let roomy = brief_in(disks, arguments, true);
    if limit.is_some_and(|limit| roomy.width() > limit) {
        return brief_in(disks, arguments, false);
    }
    roomy
}

fn brief_in(disks: &[Disk], arguments: &Arguments, is_roomy: bool) -> Table {
    let (heads, rows) = brief_cells(disks, &Amounts::of(arguments));
    let room = |of: usize| if is_roomy { of } else { 0 };
    let mut columns = vec![Column::left("Device").at_least(room(13))];
    columns.extend(heads.into_iter().map(|head| {
        let least = room(if head == "tps" { 8 } else { 9 });
        Column::right(head).at_least(least)
    }));
    let mut table = Table::new(columns);
    for (disk, cells) in disks.iter().zip(rows) {
        let name = Line::new().with_os(Paint::Plain, &disk.name);
        table.row(std::iter::once(name).chain(cells));
    }
    table
}

/// The heads of the short table, and the numbers of each disk.
fn brief_cells(disks: &[Disk], amounts: &Amounts) -> (Vec<String>, Vec<Vec<Line>>) {
    let heads = ["read/s", "wrtn/s", "dscd/s", "read", "wrtn", "dscd"];
    let heads = std::iter::once("tps".to_owned()).chain(heads.map(|head| amounts.head(head)));
    let row = |disk: &Disk| {
        let (rates, grown) = (disk.rates.as_ref(), &disk.grown);
        let transfers = rates.map(|rates| {
            rates.reads_per_sec + rates.writes_per_sec + rates.discards_per_sec.unwrap_or_default()
        });
        let rate = |bytes: Option<f64>| bytes.map(|bytes| amounts.rate(bytes));
        Vec::from(
            [
                transfers.map(|transfers| format!("{transfers:.2}")),
                rate(rates.map(|rates| rates.read_bytes_per_sec)),
                rate(rates.map(|rates| rates.write_bytes_per_sec)),
                rate(rates.and_then(|rates| rates.discard_bytes_per_sec)),
                Some(amounts.amount(grown.read_bytes)),
                Some(amounts.amount(grown.write_bytes)),
                grown.discard_bytes.map(|bytes| amounts.amount(bytes)),
            ]
            .map(known),
        )
    };
    (heads.collect(), disks.iter().map(row).collect())
}
