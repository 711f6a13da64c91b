//! `psight meminfo`: every number about memory and swap space, for people and as it is, as psutil's meminfo.py.

use clap::Args;
use psight::Record;
use psight::record::{Unit, Value};

use super::{Context, Failure, free};
use crate::applet::Applet;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::output::Format;
use crate::table::{Column, Numbers, Table, cell};

/// Arguments of `psight meminfo`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {}

impl Applet for Arguments {
    const NAME: &'static str = "meminfo";
    const ABOUT: &'static str = "Every number about memory and swap space";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(context)
    }
}

fn run(context: &mut Context) -> Result<(), Failure> {
    let memory = context.host.virtual_memory()?;
    let swap = context.skipped.known("swap space", context.host.swap_memory());
    match context.output.format {
        Format::Csv => return Err(Failure::Usage("meminfo is no list: use --json".to_owned())),
        Format::Json | Format::Ndjson => {
            return Ok(context.output.document(&free::document(&memory, &swap))?);
        }
        Format::Table => {}
    }
    let mut lines = part("MEMORY", &memory, context);
    if let Some(swap) = &swap {
        lines.push(Line::new());
        lines.extend(part("SWAP", swap, context));
    }
    Ok(context.output.lines(lines)?)
}

/// A record line by line: name, amount and exact number.
fn part(head: &str, record: &impl Record, context: &Context) -> Vec<Line> {
    let mut table = Table::new(vec![
        Column::left(head).at_least(9),
        Column::right("").at_least(9),
        Column::right("").at_least(15),
    ])
    .with_gap(2);
    for (field, value) in record.pairs() {
        let amount = match (&value, field.unit) {
            (Value::Uint(bytes), Unit::Bytes) => human::bytes(*bytes, Scale::Binary),
            (Value::Float(percent), Unit::Percent) => format!("{percent:.1} %"),
            _ => String::new(),
        };
        // A percentage has been said.
        let exact = match field.unit {
            Unit::Percent => Line::new(),
            _ => cell(field, &value, Numbers { human: None }),
        };
        let name = Line::new().with(Paint::Plain, field.name);
        table.row(vec![name, Line::new().with(Paint::Plain, amount), exact]);
    }
    table.lines(context.output.terminal.width, context.output.terminal.cut_mark())
}
