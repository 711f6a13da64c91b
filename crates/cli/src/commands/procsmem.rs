//! `psight procsmem`: what each process costs, the dearest last, as psutil's script of that name shows it.

use clap::Args;
use psight::record::{ToValue as _, Value};
use psight::table::{Columns, ProcessRow};

use super::ps::short_command;
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::table::{Column, Table};

/// Arguments of `psight procsmem`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// These processes; all unless said otherwise.
    #[arg(value_name = "PID")]
    pids: Vec<u32>,
    /// Amounts in bytes.
    #[arg(short, long)]
    bytes: bool,
    /// The dearest first.
    #[arg(short, long)]
    reverse: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "procsmem";
    const ABOUT: &'static str =
        "What each process costs: memory of its own, and its share of the rest";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

const NEEDS: Columns = Columns::NAME
    .and(Columns::STATUS)
    .and(Columns::USERNAME)
    .and(Columns::MEMORY_FOOTPRINT)
    .and(Columns::MEMORY_INFO)
    .and(Columns::RSS)
    .and(Columns::CMDLINE);

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mut rows = context.host.processes(NEEDS)?;
    let wanted =
        |row: &ProcessRow| arguments.pids.is_empty() || arguments.pids.contains(&row.pid.as_u32());
    rows.retain(wanted);
    if rows.is_empty() {
        context.verdict = std::process::ExitCode::FAILURE;
    }
    let denied =
        rows.iter().filter(|row| row.denied().intersects(Columns::MEMORY_FOOTPRINT)).count();
    match denied {
        0 => {}
        1 => context.skipped.denied("the memory of one process"),
        _ => context.skipped.denied(format!("the memory of {denied} processes")),
    }
    // Threads of the kernel and zombies have no memory at all.
    rows.retain(|row| row.memory_footprint.as_ref().is_some_and(|footprint| footprint.uss > 0));
    rows.sort_by_key(|row| row.memory_footprint.as_ref().map(|footprint| footprint.uss));
    if arguments.reverse {
        rows.reverse();
    }
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&rows))?);
    }
    Ok(context.output.table(&arguments.table(&rows))?)
}

fn values(rows: &[ProcessRow]) -> Rows<'_> {
    let names = ["pid", "username", "name", "uss", "pss", "swap", "rss", "cmdline"];
    let rows = rows.iter().map(|one| {
        let [uss, pss, swap, rss] = amounts(one);
        vec![
            Value::Uint(one.pid.as_u32().into()),
            one.username.to_value(),
            one.name.to_value(),
            number(uss),
            number(pss),
            number(swap),
            number(rss),
            one.cmdline.to_value(),
        ]
    });
    Rows { names: names.iter().map(|name| (*name).into()).collect(), rows: rows.collect() }
}

/// Its own, its share, swapped out, and all that it sees.
fn amounts(row: &ProcessRow) -> [Option<u64>; 4] {
    let footprint = row.memory_footprint.as_ref();
    [
        footprint.map(|footprint| footprint.uss),
        footprint.and_then(|footprint| footprint.pss),
        footprint.and_then(|footprint| footprint.swap),
        row.rss,
    ]
}

fn number(number: Option<u64>) -> Value<'static> {
    number.map_or(Value::Null, Value::Uint)
}

impl Arguments {
    fn table(&self, rows: &[ProcessRow]) -> Table {
        let mut columns = vec![Column::right("PID"), Column::left("USER").giving_way()];
        columns.extend(["USS", "PSS", "SWAP", "RSS"].map(|head| Column::right(head).at_least(7)));
        columns.push(Column::left("COMMAND").giving_way());
        let mut table = Table::new(columns);
        let mut sums = [0_u64; 4];
        for row in rows {
            let amounts = amounts(row);
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                *sum = sum.saturating_add(amount.unwrap_or(0));
            }
            let user = row.username.as_deref().unwrap_or("?".as_ref());
            let mut cells = vec![
                Line::new().with(Paint::Plain, row.pid.to_string()),
                Line::new().with_os(Paint::Plain, user),
            ];
            cells.extend(amounts.map(|amount| self.amount(Paint::Plain, amount)));
            cells.push(short_command(row));
            table.row(cells);
        }
        let mut cells = vec![Line::new(), Line::new().with(Paint::Strong, "total")];
        let [uss, pss, swap, _] = sums;
        // The sum of what is shared would count the same pages again and again.
        cells.extend([Some(uss), Some(pss), Some(swap)].map(|sum| self.amount(Paint::Strong, sum)));
        cells.push(Line::new());
        cells.push(Line::new().with(Paint::Faint, format!("{} processes", rows.len())));
        table.row(cells);
        table
    }

    fn amount(&self, paint: Paint, bytes: Option<u64>) -> Line {
        match bytes {
            Some(bytes) if self.bytes => Line::new().with(paint, bytes.to_string()),
            Some(bytes) => Line::new().with(paint, human::bytes_short(bytes, Scale::Binary)),
            None => Line::new().with(Paint::Faint, "-"),
        }
    }
}
