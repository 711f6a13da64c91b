//! The columns of `iostat -x`.

use psight::disk::DiskRates;

use super::Arguments;
use super::report::{Amounts, Disk};
use crate::line::{Line, Paint};
use crate::table::{Column, Table, known};
use crate::terminal::Terminal;

/// Everything in one table, or in four where the terminal is too narrow: reads, writes, discards and the rest.
pub(super) fn extended(disks: &[Disk], arguments: &Arguments, terminal: &Terminal) -> Vec<Line> {
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
            table.row(std::iter::once(name).chain(chosen));
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

/// The heads of all numbers, and the numbers of each disk.
pub(super) fn in_cells(disks: &[Disk], arguments: &Arguments) -> (Vec<String>, Vec<Vec<Line>>) {
    let amounts = Amounts::of(arguments);
    (heads(&amounts), disks.iter().map(|disk| row(disk, &amounts)).collect())
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
