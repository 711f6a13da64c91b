//! `psight iotop`: which processes read from disks and write to them, as iotop(8) shows it.

mod screen;
mod waits;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use clap::Args;
use psight::Host;
use psight::disk::DiskTraffic;
use psight::process::{IoCounters, IoRates};
use psight::record::{ToValue as _, Value};
use psight::table::{Absence, Columns, ProcessRow, Scanner};

use self::waits::{Wait, Waits};
use super::rounds::{Reading, Rounds};
use super::{Context, Failure, ps};
use crate::applet::Applet;
use crate::human;
use crate::output::{Format, float, object, record};

/// Arguments of `psight iotop`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Those alone that read or write.
    #[arg(short, long)]
    only: bool,
    /// One picture under the other, whole, without clearing the screen.
    #[arg(short, long)]
    batch: bool,
    /// How often to show it: without end on a terminal and with -b, else once.
    #[arg(short = 'n', long = "iter", value_name = "COUNT")]
    count: Option<u64>,
    /// How long to watch between two readings.
    #[arg(
        short, long, value_name = "SECONDS", default_value = "1", value_parser = human::seconds
    )]
    delay: Duration,
    /// These processes.
    #[arg(short, long = "pid", value_name = "PID")]
    pids: Vec<u32>,
    /// Processes of these users, by name or number.
    #[arg(short, long = "user", value_name = "USER")]
    users: Vec<String>,
    /// Processes instead of threads, which is always so.
    #[arg(short = 'P', long)]
    processes: bool,
    /// What was read and written since iotop began, instead of what is now.
    #[arg(short, long)]
    accumulated: bool,
    /// In kibibytes.
    #[arg(short, long)]
    kilobytes: bool,
    /// Begin each line with the time; implies -b.
    #[arg(short, long)]
    time: bool,
    /// Heads once; twice: never; three times: no sums either. Implies -b.
    #[arg(short, long, action = clap::ArgAction::Count)]
    quiet: u8,
}

/// What is read each time.
struct Moment {
    /// Those whose counters are known.
    rows: Vec<ProcessRow>,
    /// How many processes do not let this user know.
    denied: usize,
    /// How long each has waited for disks; `None` where that is not counted.
    waits: Option<HashMap<Key, Wait>>,
    /// Whether the kernel was told not to count that.
    off: bool,
    /// What all disks did together; `None` where that is not counted.
    disks: Option<DiskTraffic>,
}

/// A process by its pid and its start, which no other has.
type Key = (u32, Option<u64>);

impl Applet for Arguments {
    const NAME: &'static str = "iotop";
    const ABOUT: &'static str = "Which processes read from disks and write to them";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let batch = arguments.batch || arguments.time || arguments.quiet > 0;
    let mut rounds = Rounds::new(arguments.delay, arguments.count, context);
    if batch {
        // Without end, as iotop; a captured machine is shown once whatever was asked for.
        rounds = Rounds { count: arguments.count, apart: false, ..rounds };
        context.output.terminal.height = None;
    }
    // The time of the start makes a process another one than that which had its pid before.
    let columns = Columns::NAME
        | Columns::USERNAME
        | Columns::UIDS
        | Columns::CMDLINE
        | Columns::IO_COUNTERS
        | Columns::CREATE_TIME;
    let mut waits = Waits::new(&context.host)?;
    let mut scanner = context.host.scanner(columns | waits.needs())?;
    let read = |context: &mut Context| arguments.read(&mut scanner, &mut waits, context);
    let mut since = HashMap::new();
    let mut shown = 0;
    rounds.between(context, read, |reading, context| {
        if shown == 0 && reading.now.denied > 0 {
            let processes = match reading.now.denied {
                1 => "one process reads and writes".to_owned(),
                count => format!("{count} processes read and write"),
            };
            context.skipped.denied(format!("what {processes}"));
        }
        shown += 1;
        arguments.show(&reading, &mut since, shown, context)
    })
}

/// One process, and what it did meanwhile, or since iotop began.
struct Row<'a> {
    process: &'a ProcessRow,
    grown: IoCounters,
    /// `None` where no time passed.
    rates: Option<IoRates>,
    /// What part of the time it waited for disks, in percent; `None` where that is not counted.
    waited: Option<f64>,
}

impl Row<'_> {
    fn bytes(&self) -> u64 {
        let read = self.grown.read_bytes.unwrap_or_default();
        read.saturating_add(self.grown.written().unwrap_or_default())
    }
}

impl Arguments {
    fn read(
        &self,
        scanner: &mut Scanner,
        waits: &mut Waits,
        context: &mut Context,
    ) -> Result<Moment, Failure> {
        let mut rows = scanner.rows()?;
        let is_wanted = |row: &ProcessRow| {
            (self.pids.is_empty() || self.pids.contains(&row.pid.as_u32()))
                && (self.users.is_empty()
                    || self.users.iter().any(|user| ps::belongs_to(row, user)))
        };
        rows.retain(is_wanted);
        let is_denied =
            |row: &&ProcessRow| row.absence(Columns::IO_COUNTERS) == Some(Absence::Denied);
        let denied = rows.iter().filter(is_denied).count();
        rows.retain(|row| row.io_counters.is_some());
        let (off, waits) = (waits.off, waits.read(&rows));
        Ok(Moment { rows, denied, waits, off, disks: Host::disk_traffic(&context.host).ok() })
    }

    fn show(
        &self,
        reading: &Reading<'_, Moment>,
        since: &mut HashMap<Key, IoCounters>,
        round: u64,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let mut rows = self.rows(reading, since);
        rows.sort_by_key(|row| (std::cmp::Reverse(row.bytes()), row.process.pid));
        match context.output.format {
            Format::Csv => Err(Failure::Usage("iotop is no list: use --json".to_owned())),
            Format::Json | Format::Ndjson => {
                Ok(context.output.document(&document(&rows, reading))?)
            }
            Format::Table => {
                let lines = self.lines(&rows, reading, round, context);
                Ok(context.output.lines(lines)?)
            }
        }
    }

    fn rows<'a>(
        &self,
        reading: &Reading<'a, Moment>,
        since: &mut HashMap<Key, IoCounters>,
    ) -> Vec<Row<'a>> {
        let counted =
            |row: &ProcessRow| Some(((row.pid.as_u32(), row.start_ticks()), row.io_counters?));
        let before: HashMap<Key, IoCounters> =
            reading.before.rows.iter().filter_map(counted).collect();
        let row = |process: &'a ProcessRow| {
            let (key, now) = counted(process)?;
            // One that has begun meanwhile has done everything meanwhile.
            let grown = before.get(&key).map_or(now, |before| now.since(before));
            let rates = grown.rates_over(reading.span);
            let waited = waits::percent(reading, &key);
            if !self.accumulated {
                return Some(Row { process, grown, rates, waited });
            }
            let first =
                since.entry(key).or_insert_with(|| before.get(&key).copied().unwrap_or(now));
            Some(Row { process, grown: now.since(first), rates, waited })
        };
        let rows: Vec<Row<'a>> = reading.now.rows.iter().filter_map(row).collect();
        // Those that have ended are not shown, and would add up to much in a day.
        let living: HashSet<Key> =
            reading.now.rows.iter().filter_map(counted).map(|it| it.0).collect();
        since.retain(|key, _| living.contains(key));
        rows.into_iter().filter(|row| !self.only || row.bytes() > 0).collect()
    }
}

fn document<'a>(rows: &'a [Row<'_>], reading: &Reading<'a, Moment>) -> Value<'a> {
    let processes = rows.iter().map(|row| {
        let process = row.process;
        let rates = row.rates.as_ref();
        object([
            ("pid", process.pid.to_value()),
            ("name", process.name.to_value()),
            ("username", process.username.to_value()),
            ("cmdline", process.cmdline.to_value()),
            ("io_counters", process.io_counters.to_value()),
            ("read_bytes", row.grown.read_bytes.to_value()),
            ("write_bytes", row.grown.written().map_or(Value::Null, Value::Uint)),
            ("read_bytes_per_sec", float(rates.and_then(|rates| rates.read_bytes_per_sec))),
            ("write_bytes_per_sec", float(rates.and_then(|rates| rates.write_bytes_per_sec))),
            ("iowait_percent", float(row.waited)),
        ])
    });
    object([
        ("span", Value::Float(reading.span.as_secs_f64())),
        ("denied", Value::Uint(reading.now.denied as u64)),
        ("disks", record(reading.now.disks.as_ref())),
        ("processes", Value::List(processes.collect())),
    ])
}
