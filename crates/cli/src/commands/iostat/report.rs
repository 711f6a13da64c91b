//! One report: the growth between two readings, or everything since boot, and how it is laid out.

use std::borrow::Cow;
use std::ffi::OsString;
use std::time::{Duration, SystemTime};

use psight::Record as _;
use psight::cpu::CpuPercents;
use psight::disk::{DiskIo, DiskRates};
use psight::record::{ToValue as _, Value};

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
struct Disk {
    name: OsString,
    /// What was counted meanwhile.
    grown: DiskIo,
    /// `None` where no time passed.
    rates: Option<DiskRates>,
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
                lines.extend(brief(disks, arguments).lines(width, mark));
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
    let heads = ["%user", "%nice", "%system", "%iowait", "%steal", "%idle"];
    let mut columns = vec![Column::left("avg-cpu:").at_least(9)];
    columns.extend(heads.map(|head| Column::right(head).at_least(7)));
    let mut table = Table::new(columns);
    let part = |part: Option<f64>| part.unwrap_or_default();
    let system = cpu.system + part(cpu.irq) + part(cpu.softirq);
    let numbers = [Some(cpu.user), cpu.nice, Some(system), cpu.iowait, cpu.steal, Some(cpu.idle)];
    let mut row = vec![Line::new()];
    row.extend(numbers.map(|number| known(number.map(|number| format!("{number:.2}")))));
    table.row(row);
    table
}

/// How amounts of bytes are written.
struct Amounts {
    human: bool,
    letter: &'static str,
    unit: f64,
}

impl Amounts {
    fn of(arguments: &Arguments) -> Self {
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

    fn rate(&self, bytes: f64) -> String {
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

fn brief(disks: &[Disk], arguments: &Arguments) -> Table {
    let amounts = Amounts::of(arguments);
    let mut columns = vec![Column::left("Device").at_least(13), Column::right("tps").at_least(8)];
    let heads = ["read/s", "wrtn/s", "dscd/s", "read", "wrtn", "dscd"];
    columns.extend(heads.map(|head| Column::right(amounts.head(head)).at_least(9)));
    let mut table = Table::new(columns);
    for disk in disks {
        let (rates, grown) = (disk.rates.as_ref(), &disk.grown);
        let transfers = rates.map(|rates| {
            rates.reads_per_sec + rates.writes_per_sec + rates.discards_per_sec.unwrap_or_default()
        });
        let rate = |bytes: Option<f64>| bytes.map(|bytes| amounts.rate(bytes));
        let mut row = vec![Line::new().with_os(Paint::Plain, &disk.name)];
        row.extend(
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
        );
        table.row(row);
    }
    table
}

/// Everything in one table, or in four where the terminal is too narrow: reads, writes, discards and the rest.
fn extended(disks: &[Disk], arguments: &Arguments, terminal: &Terminal) -> Vec<Line> {
    let amounts = Amounts::of(arguments);
    let heads = heads(&amounts);
    let rows: Vec<_> = disks.iter().map(|disk| (disk, row(disk, &amounts))).collect();
    let table = |from: usize, to: usize| {
        let chosen = heads.iter().take(to).skip(from);
        let columns = chosen.map(|head| Column::right(head.clone()));
        let device = Column::left("Device").at_least(13);
        let mut table = Table::new(std::iter::once(device).chain(columns).collect());
        for (disk, numbers) in &rows {
            let name = Line::new().with_os(Paint::Plain, &disk.name);
            let chosen = numbers.iter().take(to).skip(from).cloned();
            table.row(std::iter::once(name).chain(chosen).collect());
        }
        table
    };
    let whole = table(0, heads.len()).lines(None, terminal.cut_mark());
    let fits = |line: &Line| terminal.width.is_none_or(|width| line.width() <= width);
    if whole.iter().all(fits) {
        return whole;
    }
    let mut lines = Vec::new();
    for (from, to) in [(0, 6), (6, 12), (12, 18), (18, heads.len())] {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        lines.extend(table(from, to).lines(terminal.width, terminal.cut_mark()));
    }
    lines
}

/// The heads of all numbers: six for each of reads, writes and discards, then the rest.
fn heads(amounts: &Amounts) -> Vec<String> {
    let unit = if amounts.human { "B".to_owned() } else { format!("{}B", amounts.letter) };
    let mut heads = Vec::new();
    for way in ["r", "w", "d"] {
        heads.extend([
            format!("{way}/s"),
            format!("{way}{unit}/s"),
            format!("{way}rqm/s"),
            format!("%{way}rqm"),
            format!("{way}_await"),
            format!("{way}areq-sz"),
        ]);
    }
    heads.extend(["f/s", "f_await", "aqu-sz", "%util"].map(str::to_owned));
    heads
}

/// A cell for each head.
fn row(disk: &Disk, amounts: &Amounts) -> Vec<Line> {
    match &disk.rates {
        Some(rates) => numbers(rates, amounts),
        None => heads(amounts).iter().map(|_| known(None::<&str>)).collect(),
    }
}

/// The numbers of one disk. An average over no requests is 0, as in sysstat's table; what the kernel does not count is not
/// known.
fn numbers(rates: &DiskRates, amounts: &Amounts) -> Vec<Line> {
    let two = |number: f64| Some(format!("{number:.2}"));
    let ways = [
        Way {
            requests: Some(rates.reads_per_sec),
            bytes: Some(rates.read_bytes_per_sec),
            merged: rates.reads_merged_per_sec,
            wait: rates.read_await,
            size: rates.read_size,
        },
        Way {
            requests: Some(rates.writes_per_sec),
            bytes: Some(rates.write_bytes_per_sec),
            merged: rates.writes_merged_per_sec,
            wait: rates.write_await,
            size: rates.write_size,
        },
        Way {
            requests: rates.discards_per_sec,
            bytes: rates.discard_bytes_per_sec,
            merged: rates.discards_merged_per_sec,
            wait: rates.discard_await,
            size: rates.discard_size,
        },
    ];
    let mut cells: Vec<Line> = ways.iter().flat_map(|way| way.cells(amounts)).collect();
    let none = rates.flushes_per_sec.filter(|flushes| *flushes == 0.0);
    let await_of_flushes = rates.flush_await.or(none);
    cells.extend([rates.flushes_per_sec, await_of_flushes].map(|it| known(it.and_then(two))));
    cells.push(known(rates.queue_length.and_then(two)));
    let busy = rates.utilization;
    let paint = busy.map_or(Paint::Plain, Paint::of_fullness);
    let paint = if paint == Paint::Good { Paint::Plain } else { paint };
    cells.push(match busy.and_then(two) {
        Some(text) => Line::new().with(paint, text),
        None => known(None::<&str>),
    });
    cells
}

/// Reads, writes or discards.
struct Way {
    requests: Option<f64>,
    bytes: Option<f64>,
    merged: Option<f64>,
    wait: Option<f64>,
    size: Option<f64>,
}

impl Way {
    fn cells(&self, amounts: &Amounts) -> [Line; 6] {
        let two = |number: Option<f64>| known(number.map(|number| format!("{number:.2}")));
        let share = self.merged.zip(self.requests).map(|(merged, requests)| {
            let all = merged + requests;
            if all > 0.0 { merged / all * 100.0 } else { 0.0 }
        });
        let counted = |average: Option<f64>| {
            average.or_else(|| self.requests.filter(|requests| *requests == 0.0))
        };
        // Sizes are in kibibytes whatever the rest is in.
        let size = counted(self.size);
        let size = if amounts.human {
            known(size.map(|size| amounts.rate(size)))
        } else {
            two(size.map(|size| size / 1024.0))
        };
        [
            two(self.requests),
            known(self.bytes.map(|bytes| amounts.rate(bytes))),
            two(self.merged),
            two(share),
            two(counted(self.wait)),
            size,
        ]
    }
}
