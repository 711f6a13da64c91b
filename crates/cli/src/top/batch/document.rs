//! A sample as a document for programs.

use std::borrow::Cow;
use std::time::UNIX_EPOCH;

use psight::process::Thread;
use psight::record::Value;
use psight::table::{Columns, ProcessRow};
use psight::{Host, Record as _};

use super::Frames;
use crate::commands::{Context, Failure};
use crate::top::order::arranged;
use crate::top::sample::{Rates, Sample, Sampler};

/// What programs get of each process.
const RICH: Columns = Columns::PID
    .and(Columns::PPID)
    .and(Columns::NAME)
    .and(Columns::STATUS)
    .and(Columns::USERNAME)
    .and(Columns::UIDS)
    .and(Columns::CREATE_TIME)
    .and(Columns::NICE)
    .and(Columns::NUM_THREADS)
    .and(Columns::CPU_TIMES)
    .and(Columns::CPU_PERCENT)
    .and(Columns::MEMORY_INFO)
    .and(Columns::MEMORY_PERCENT)
    .and(Columns::CMDLINE);

/// Prints a document for each sample.
pub(super) fn print(frames: &Frames, context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let columns = RICH | frames.order.column.needs();
    let mut sampler = Sampler::new(&host, columns, false)?;
    let mut rows: Vec<ProcessRow> = Vec::new();
    let mut before = sampler.sample_rows(&Sample::empty(), Sample::empty(), &[], |row| {
        rows.push(row.clone());
    })?;
    let mut nth = 0;
    while frames.pause(nth, &host) {
        if !host.is_captured() {
            rows.clear();
            before =
                sampler.sample_rows(&before, Sample::empty(), &[], |row| rows.push(row.clone()))?;
        }
        let shown = arranged(&before, &frames.wanted, &frames.order, true);
        let shown: Vec<&ProcessRow> =
            shown.iter().filter_map(|shown| rows.get(shown.entry)).collect();
        let threads: Vec<Option<Vec<Thread>>> =
            shown.iter().map(|row| threads(frames, row, &host)).collect();
        let processes =
            shown.iter().zip(&threads).map(|(row, threads)| process(row, threads, columns));
        let processes = Value::List(processes.collect());
        context.output.document(&document(&before, processes))?;
        nth += 1;
    }
    Ok(())
}

fn document<'a>(sample: &'a Sample, processes: Value<'a>) -> Value<'a> {
    let machine = &sample.machine;
    let time = sample.now.duration_since(UNIX_EPOCH).map(|since| since.as_secs_f64());
    let float = |number: Option<f64>| number.map_or(Value::Null, Value::Float);
    map([
        ("time", float(time.ok())),
        ("uptime", float(machine.up.map(|up| up.as_secs_f64()))),
        ("load_average", machine.load.as_ref().map_or(Value::Null, Value::record)),
        ("cpu_percent", float(machine.busy)),
        ("cpu_times_percent", machine.percents.as_ref().map_or(Value::Null, Value::record)),
        (
            "per_cpu_times_percent",
            Value::List(machine.each_percents.iter().map(Value::record).collect()),
        ),
        ("memory", machine.memory.as_ref().map_or(Value::Null, Value::record)),
        ("swap", machine.swap.as_ref().map_or(Value::Null, Value::record)),
        ("disk", rates(machine.disk, ["read_bytes_per_second", "write_bytes_per_second"])),
        ("network", rates(machine.network, ["bytes_recv_per_second", "bytes_sent_per_second"])),
        ("processes", processes),
    ])
}

fn map<'a>(pairs: impl IntoIterator<Item = (&'static str, Value<'a>)>) -> Value<'a> {
    Value::Map(pairs.into_iter().map(|(name, value)| (Cow::Borrowed(name), value)).collect())
}

fn rates(rates: Option<Rates>, [inward, outward]: [&'static str; 2]) -> Value<'static> {
    rates.map_or(Value::Null, |rates| {
        map([(inward, Value::Float(rates.inward)), (outward, Value::Float(rates.outward))])
    })
}

/// A process under the library's names, with its threads where they were asked for.
fn process<'a>(
    row: &'a ProcessRow,
    threads: &'a Option<Vec<Thread>>,
    columns: Columns,
) -> Value<'a> {
    let fields = columns.fields().filter_map(|field| Some((field.name, row.value(field.name)?)));
    let threads = threads
        .as_ref()
        .map(|threads| ("threads", Value::List(threads.iter().map(Value::record).collect())));
    map(fields.chain(threads))
}

/// The threads of a process, where they are asked for; none of one that has ended since.
fn threads(frames: &Frames, row: &ProcessRow, host: &Host) -> Option<Vec<Thread>> {
    frames.threads.then(|| row.process_unchecked(host).threads().unwrap_or_default())
}
