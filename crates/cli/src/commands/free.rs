//! `psight free`: memory and swap space, in the columns and numbers of procps' `free`.

use std::borrow::Cow;
use std::time::Duration;

use clap::Args;
use psight::memory::{CommittedMemory, SwapMemory, VirtualMemory};
use psight::record::Value;

use super::{Context, Failure};
use crate::applet::Applet;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::output::Format;
use crate::table::{Column, Table};

/// Arguments of `psight free`.
#[derive(Debug, Default, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    #[command(flatten)]
    unit: Unit,
    /// In the unit that suits each number, whichever else is asked for.
    #[arg(short, long)]
    human: bool,
    /// Count in powers of 1000 instead of 1024.
    #[arg(long)]
    si: bool,
    /// Show buffers and cache in columns of their own.
    #[arg(short, long)]
    wide: bool,
    /// Add a line for memory and swap space together.
    #[arg(short, long)]
    total: bool,
    /// Show low and high memory as well; of the latter only small systems had any.
    #[arg(short, long)]
    lohi: bool,
    /// Add a line for what was promised to programs: at most, until now, and what is left of it.
    #[arg(short = 'v', long)]
    committed: bool,
    /// On one line.
    #[arg(short = 'L', long, conflicts_with_all = ["total", "wide", "lohi", "committed"])]
    line: bool,
    /// Again and again with a pause of so many seconds.
    #[arg(short, long, value_name = "N", value_parser = human::seconds)]
    seconds: Option<Duration>,
    /// So many times, every second unless said otherwise.
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Print help.
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Debug, Default, Args)]
#[group(multiple = false)]
struct Unit {
    /// In bytes.
    #[arg(short, long)]
    bytes: bool,
    /// In kilobytes of 1000 bytes.
    #[arg(long)]
    kilo: bool,
    /// In megabytes of 1000 kilobytes.
    #[arg(long)]
    mega: bool,
    /// In gigabytes of 1000 megabytes.
    #[arg(long)]
    giga: bool,
    /// In terabytes of 1000 gigabytes.
    #[arg(long)]
    tera: bool,
    /// In petabytes of 1000 terabytes.
    #[arg(long)]
    peta: bool,
    /// In kibibytes, which is the default.
    #[arg(short, long)]
    kibi: bool,
    /// In mebibytes.
    #[arg(short, long)]
    mebi: bool,
    /// In gibibytes.
    #[arg(short, long)]
    gibi: bool,
    /// In tebibytes.
    #[arg(long)]
    tebi: bool,
    /// In pebibytes.
    #[arg(long)]
    pebi: bool,
}

impl Unit {
    fn is_decimal(&self) -> bool {
        self.kilo || self.mega || self.giga || self.tera || self.peta
    }

    /// The size of the unit; -k and the like mean powers of 1000 together with --si.
    fn bytes(&self, base: u64) -> u64 {
        let decimal = [self.kilo, self.mega, self.giga, self.tera, self.peta];
        let chosen = [true, self.mebi, self.gibi, self.tebi, self.pebi];
        let power = |flags: [bool; 5]| flags.iter().rposition(|flag| *flag).map(|at| at as u32 + 1);
        match (self.bytes, power(decimal), power(chosen)) {
            (true, ..) => 1,
            (_, Some(power), _) => 1000_u64.pow(power),
            (.., power) => base.pow(power.unwrap_or(1)),
        }
    }
}

impl Applet for Arguments {
    const NAME: &'static str = "free";
    const ABOUT: &'static str = "Memory and swap space";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    let endless = if arguments.seconds.is_some() { u64::MAX } else { 1 };
    let pause = arguments.seconds.unwrap_or(Duration::from_secs(1));
    let table = context.output.format == Format::Table;
    // On a captured machine nothing changes.
    let count = if context.host.is_captured() { 1 } else { arguments.count.unwrap_or(endless) };
    for round in 0..count {
        if round > 0 {
            std::thread::sleep(pause);
            if table {
                context.output.lines([Line::new()])?;
            }
        }
        once(&arguments, context)?;
    }
    Ok(())
}

fn once(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let memory = context.host.virtual_memory()?;
    let swap = context.skipped.known("swap space", context.host.swap_memory());
    match context.output.format {
        Format::Table if arguments.line => {
            Ok(context.output.lines([line(arguments, &memory, swap.as_ref())])?)
        }
        Format::Table => {
            let committed = match arguments.committed {
                true => Some(context.host.committed_memory()?),
                false => None,
            };
            let table = table(arguments, &memory, swap.as_ref(), committed.as_ref());
            Ok(context.output.table(&table)?)
        }
        Format::Csv => Err(Failure::Usage("free is not a list: use --json".to_owned())),
        Format::Json | Format::Ndjson => Ok(context.output.document(&document(&memory, &swap))?),
    }
}

/// What is used and what is not, as `free -L` has it.
fn line(arguments: &Arguments, memory: &VirtualMemory, swap: Option<&SwapMemory>) -> Line {
    let amounts = [
        ("SwapUse", swap.map(|swap| swap.used)),
        ("CachUse", sum(memory.buffers, memory.cached)),
        ("MemUse", Some(memory.used)),
        ("MemFree", Some(memory.free)),
    ];
    let mut line = Line::new();
    for (at, (name, amount)) in amounts.into_iter().enumerate() {
        line.push(
            Paint::Strong,
            if at > 0 { format!("  {name:<7} ") } else { format!("{name:<7} ") },
        );
        line.append(written(arguments, amount).right_aligned(11));
    }
    line
}

/// Both for programs; `meminfo` says the same.
pub(crate) fn document<'a>(memory: &'a VirtualMemory, swap: &'a Option<SwapMemory>) -> Value<'a> {
    let swap = swap.as_ref().map_or(Value::Null, Value::record);
    Value::Map(vec![
        (Cow::Borrowed("memory"), Value::record(memory)),
        (Cow::Borrowed("swap"), swap),
    ])
}

fn table(
    arguments: &Arguments,
    memory: &VirtualMemory,
    swap: Option<&SwapMemory>,
    committed: Option<&CommittedMemory>,
) -> Table {
    let mut heads = vec!["total", "used", "free", "shared"];
    heads.extend(if arguments.wide { ["buffers", "cache"].as_slice() } else { &["buff/cache"] });
    heads.push("available");
    let mut columns = vec![Column::left("").at_least(8)];
    columns.extend(heads.into_iter().map(|head| Column::right(head).at_least(11)));
    let width = columns.len();
    let mut table = Table::new(columns);
    let mut row = |label: &str, amounts: Vec<Option<u64>>| {
        let mut cells = vec![Line::new().with(Paint::Strong, label)];
        cells.extend(amounts.into_iter().map(|amount| written(arguments, amount)));
        cells.resize_with(width, Line::new);
        table.row(cells);
    };
    let mut amounts = vec![Some(memory.total), Some(memory.used), Some(memory.free), memory.shared];
    if arguments.wide {
        amounts.extend([memory.buffers, memory.cached]);
    } else {
        amounts.push(sum(memory.buffers, memory.cached));
    }
    amounts.push(Some(memory.available));
    row("Mem:", amounts);
    if arguments.lohi {
        row(
            "Low:",
            vec![Some(memory.total), memory.total.checked_sub(memory.free), Some(memory.free)],
        );
        row("High:", vec![Some(0); 3]);
    }
    if let Some(swap) = swap {
        row("Swap:", vec![Some(swap.total), Some(swap.used), Some(swap.free)]);
    }
    if let Some(swap) = swap.filter(|_| arguments.total) {
        let all = [(memory.total, swap.total), (memory.used, swap.used), (memory.free, swap.free)];
        row("Total:", all.map(|(memory, swap)| memory.checked_add(swap)).to_vec());
    }
    if let Some(CommittedMemory { limit, committed, .. }) = committed {
        let mut cells = vec![Line::new().with(Paint::Strong, "Comm:")];
        cells.extend([*limit, *committed].map(|amount| written(arguments, Some(amount))));
        // The kernel promises more than its limit, unless it was told not to.
        let mut left = Line::new().with(Paint::Plain, if committed > limit { "-" } else { "" });
        left.append(written(arguments, Some(limit.abs_diff(*committed))));
        cells.push(left);
        cells.resize_with(width, Line::new);
        table.row(cells);
    }
    table
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => one.checked_add(other),
        (one, other) => one.or(other),
    }
}

fn written(arguments: &Arguments, bytes: Option<u64>) -> Line {
    let Some(bytes) = bytes else { return Line::new().with(Paint::Faint, "-") };
    // -h with --mega means powers of 1000 as well.
    let is_decimal = arguments.si || arguments.human && arguments.unit.is_decimal();
    let scale = if is_decimal { Scale::Decimal } else { Scale::Binary };
    let text = if arguments.human {
        in_four(bytes, scale)
    } else {
        (bytes / arguments.unit.bytes(scale.base())).to_string()
    };
    Line::new().with(Paint::Plain, text)
}

/// The largest unit that is not needed: the first in which the number has at most three digits, cut and not rounded
/// where it has more than one before the point, as `free -h` does.
fn in_four(bytes: u64, scale: Scale) -> String {
    if bytes < 1000 {
        return format!("{bytes}B");
    }
    let base = scale.base();
    let suffix = if scale == Scale::Binary { "i" } else { "" };
    let mut unit = 1_u64;
    for letter in ["K", "M", "G", "T", "P"] {
        unit = unit.saturating_mul(base);
        let exact = format!("{:.1}", bytes as f64 / unit as f64);
        if exact.len() <= 3 {
            return format!("{exact}{letter}{suffix}");
        }
        let whole = bytes / unit;
        if whole < 1000 {
            return format!("{whole}{letter}{suffix}");
        }
    }
    bytes.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn human_amounts_are_those_of_free() {
        let binary = |bytes| in_four(bytes, Scale::Binary);
        assert_eq!(binary(999), "999B");
        assert_eq!(binary(1023), "1.0Ki");
        assert_eq!(binary(16_700_000_000), "15Gi");
        assert_eq!(binary(7_700_000_000), "7.2Gi");
        assert_eq!(binary(1000 << 20), "1.0Gi");
        assert_eq!(binary(999 << 20), "999Mi");
        assert_eq!(in_four(16_700_000_000, Scale::Decimal), "16G");
    }
}
