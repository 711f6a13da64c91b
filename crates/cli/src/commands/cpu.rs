//! `psight cpu`: how busy each processor is and with what, and which processes ran there last, as psutil's
//! cpu_distribution.py.

use std::time::Duration;

use clap::Args;
use psight::cpu::{
    CpuFreq, CpuPercents, CpuSample, CpuStats, LoadAverage, PerCpuFreq, PerCpuTimes,
};
use psight::record::{ToValue as _, Value};
use psight::table::{Columns, ProcessRow, Scanner};

use super::rounds::{Reading, Rounds};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::{Format, float, object, record};
use crate::table::{Column, Table, bar, known};
use crate::terminal::Terminal;

/// Narrower than this, bars are short and columns stand close together.
const ROOM_FOR_BARS: usize = 110;
/// How many processes are named where nothing cuts the line.
const NAMED: usize = 8;

/// Arguments of `psight cpu`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How long to watch.
    #[arg(
        short, long, value_name = "SECONDS", default_value = "1", value_parser = human::seconds
    )]
    delay: Duration,
    /// How often to show it.
    #[arg(short = 'n', long, value_name = "COUNT", default_value = "1")]
    count: u64,
}

/// What is read each time.
struct Moment {
    sample: CpuSample,
    stats: Option<CpuStats>,
    /// `None` where they cannot be listed.
    processes: Option<Vec<ProcessRow>>,
}

impl Applet for Arguments {
    const NAME: &'static str = "cpu";
    const ABOUT: &'static str = "How busy each processor is, and which processes ran there last";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        let rounds = Rounds::new(self.delay, Some(self.count), context);
        let columns = Columns::NAME | Columns::CPU_NUM | Columns::CPU_PERCENT;
        let scanner = context.host.scanner(columns);
        let mut scanner = context.skipped.known("processes", scanner);
        let read = |context: &mut Context| read(scanner.as_mut(), context);
        rounds.between(context, read, |reading, context| show(&reading, context))
    }
}

fn read(scanner: Option<&mut Scanner>, context: &mut Context) -> Result<Moment, Failure> {
    let sample = context.host.cpu_sample()?;
    let stats = context.skipped.known("interrupts", context.host.cpu_stats());
    let rows = scanner.and_then(|scanner| context.skipped.known("processes", scanner.rows()));
    Ok(Moment { sample, stats, processes: rows })
}

/// One processor as it is shown.
struct Row<'a> {
    cpu: u32,
    /// `None` where no time passed.
    percents: Option<CpuPercents>,
    freq: Option<CpuFreq>,
    /// Those that ran here last, the busiest first.
    processes: Vec<&'a ProcessRow>,
}

/// What is shown besides.
struct Facts {
    count: Option<u32>,
    physical: Option<u32>,
    freq: Option<CpuFreq>,
    load: Option<LoadAverage>,
    /// What was counted meanwhile; `None` where no time passed.
    stats: Option<CpuStats>,
}

fn show(reading: &Reading<'_, Moment>, context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let skipped = &mut context.skipped;
    let passed = !reading.span.is_zero();
    let facts = Facts {
        count: skipped.known("the number of CPUs", host.cpu_count()),
        physical: skipped.known("the number of cores", host.cpu_count_physical()).flatten(),
        freq: host.cpu_freq().ok(),
        load: skipped.known("load", host.load_average()),
        stats: reading.now.stats.filter(|_| passed),
    };
    let all = passed.then(|| reading.now.sample.percents_since(&reading.before.sample));
    let rows = rows(reading, &host.per_cpu_freq().unwrap_or_default());
    match context.output.format {
        Format::Csv => Err(Failure::Usage("cpu is no list: use --json".to_owned())),
        Format::Json | Format::Ndjson => {
            Ok(context.output.document(&document(&facts, all.as_ref(), &rows, reading))?)
        }
        Format::Table => {
            let terminal = context.output.terminal;
            let mut lines = head(&facts, reading);
            lines.push(Line::new());
            let table = table(all.as_ref(), &rows, &terminal);
            lines.extend(table.lines(terminal.width, terminal.cut_mark()));
            Ok(context.output.lines(lines)?)
        }
    }
}

fn rows<'a>(reading: &Reading<'a, Moment>, freqs: &[PerCpuFreq]) -> Vec<Row<'a>> {
    let passed = !reading.span.is_zero();
    let percents = reading.now.sample.per_cpu_percents_since(&reading.before.sample);
    let processes = reading.now.processes.as_deref().unwrap_or_default();
    let row = |of: psight::cpu::PerCpuPercents| {
        let here = |row: &&ProcessRow| row.cpu_num == Some(of.cpu);
        let mut here: Vec<&ProcessRow> = processes.iter().filter(here).collect();
        let busy = |row: &ProcessRow| row.cpu_percent.unwrap_or_default();
        here.sort_by(|one, other| busy(other).total_cmp(&busy(one)));
        Row {
            cpu: of.cpu,
            percents: Some(of.percents).filter(|_| passed),
            freq: freqs.iter().find(|freq| freq.cpu == of.cpu).map(|freq| freq.freq),
            processes: here,
        }
    };
    percents.into_iter().map(row).collect()
}

/// Everything but idle time and waiting for a disk.
fn busy(percents: &CpuPercents) -> f64 {
    (100.0 - percents.idle - percents.iowait.unwrap_or_default()).clamp(0.0, 100.0)
}

fn head(facts: &Facts, reading: &Reading<'_, Moment>) -> Vec<Line> {
    let mut first = Line::new();
    let mut add = |text: String| {
        let before = if first.is_empty() { "" } else { " · " };
        first.push(Paint::Faint, before);
        first.push(Paint::Plain, text);
    };
    let plural = |count: u32| if count == 1 { "" } else { "s" };
    if let Some(count) = facts.count {
        add(format!("{count} CPU{}", plural(count)));
    }
    if let Some(cores) = facts.physical {
        add(format!("{cores} core{}", plural(cores)));
    }
    if let Some(freq) = facts.freq {
        add(format!("{:.0} MHz", freq.current));
    }
    if let Some(load) = facts.load {
        add(format!("load {:.2} {:.2} {:.2}", load.one, load.five, load.fifteen));
    }
    let mut lines = vec![first];
    if let (Some(now), Some(before)) = (facts.stats, reading.before.stats) {
        let rate = |now: u64, before: u64| {
            let grown = now.saturating_sub(before) as f64;
            format!("{:.0}", grown / reading.span.as_secs_f64())
        };
        let text = format!(
            "{} switches, {} interrupts a second",
            rate(now.ctx_switches, before.ctx_switches),
            rate(now.interrupts, before.interrupts)
        );
        lines.push(Line::new().with(Paint::Plain, text));
    }
    lines
}

fn table(all: Option<&CpuPercents>, rows: &[Row<'_>], terminal: &Terminal) -> Table {
    let mut columns = vec![Column::right("CPU")];
    if all.is_some() {
        columns.extend([Column::left("").at_least(bar_width(terminal)), Column::right("BUSY")]);
        columns.extend(["USER", "SYS", "NICE", "WAIT", "IRQ", "STEAL"].map(Column::right));
    }
    let with_freq = rows.iter().any(|row| row.freq.is_some());
    if with_freq {
        columns.push(Column::right("MHz"));
    }
    columns.push(Column::left("RAN HERE LAST").giving_way());
    let mut table = Table::new(columns).with_gap(if is_narrow(terminal) { 1 } else { 2 });
    let mut row = |name: String, percents: Option<&CpuPercents>, freq, processes| {
        let mut cells = vec![Line::new().with(Paint::Plain, name)];
        if all.is_some() {
            cells.extend(shares(percents, terminal));
        }
        if with_freq {
            let freq: Option<CpuFreq> = freq;
            cells.push(known(freq.map(|freq| format!("{:.0}", freq.current))));
        }
        cells.push(processes);
        table.row(cells);
    };
    if all.is_some() && rows.len() > 1 {
        row("all".to_owned(), all, None, Line::new());
    }
    for each in rows {
        let processes = names(&each.processes, terminal);
        row(each.cpu.to_string(), each.percents.as_ref(), each.freq, processes);
    }
    table
}

fn is_narrow(terminal: &Terminal) -> bool {
    terminal.width.is_some_and(|width| width < ROOM_FOR_BARS)
}

fn bar_width(terminal: &Terminal) -> usize {
    if is_narrow(terminal) { 6 } else { 10 }
}

fn shares(percents: Option<&CpuPercents>, terminal: &Terminal) -> Vec<Line> {
    let Some(percents) = percents else {
        return std::iter::repeat_with(|| known(None::<&str>)).take(8).collect();
    };
    let busy = busy(percents);
    let mut cells = vec![bar(busy, bar_width(terminal), terminal)];
    cells.push(Line::new().with(Paint::Strong, format!("{busy:.1}")));
    let irq = percents.irq.zip(percents.softirq).map(|(hard, soft)| hard + soft);
    let shares = [
        Some(percents.user),
        Some(percents.system),
        percents.nice,
        percents.iowait,
        irq,
        percents.steal,
    ];
    cells.extend(shares.map(|share| known(share.map(|share| format!("{share:.1}")))));
    cells
}

/// The busiest by name, and how many more there are.
fn names(processes: &[&ProcessRow], terminal: &Terminal) -> Line {
    let shown = if terminal.width.is_some() { 3 } else { NAMED };
    let mut line = Line::new();
    for (at, row) in processes.iter().take(shown).enumerate() {
        if at > 0 {
            line.push(Paint::Faint, ", ");
        }
        match &row.name {
            Some(name) => line.append(Line::new().with_os(Paint::Plain, name)),
            None => line.push(Paint::Faint, row.pid.to_string()),
        }
    }
    match processes.len().saturating_sub(shown) {
        0 => line,
        more => line.with(Paint::Faint, format!(" +{more}")),
    }
}

fn document<'a>(
    facts: &'a Facts,
    all: Option<&'a CpuPercents>,
    rows: &'a [Row<'_>],
    reading: &Reading<'a, Moment>,
) -> Value<'a> {
    let each = rows.iter().map(|row| {
        let mut cpus = reading.now.sample.cpus.iter();
        one(row, cpus.find(|times| times.cpu == row.cpu))
    });
    object([
        ("count", facts.count.to_value()),
        ("count_physical", facts.physical.to_value()),
        ("span", Value::Float(reading.span.as_secs_f64())),
        ("percent", float(all.map(busy))),
        ("times_percent", record(all)),
        ("times", Value::record(&reading.now.sample.total)),
        ("freq", record(facts.freq.as_ref())),
        ("load_average", record(facts.load.as_ref())),
        ("stats", record(reading.now.stats.as_ref())),
        ("per_cpu", Value::List(each.collect())),
    ])
}

fn one<'a>(row: &'a Row<'_>, times: Option<&'a PerCpuTimes>) -> Value<'a> {
    let process = |process: &&'a ProcessRow| {
        object([
            ("pid", process.pid.to_value()),
            ("name", process.name.to_value()),
            ("cpu_percent", process.cpu_percent.to_value()),
        ])
    };
    object([
        ("cpu", row.cpu.to_value()),
        ("percent", float(row.percents.as_ref().map(busy))),
        ("times_percent", record(row.percents.as_ref())),
        ("times", record(times.map(|times| &times.times))),
        ("freq", record(row.freq.as_ref())),
        ("processes", Value::List(row.processes.iter().map(process).collect())),
    ])
}
