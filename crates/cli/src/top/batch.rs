//! `psight top -b`: one frame after the other for files and pipes, as procps prints them; and for programs, a document to
//! a sample.

mod document;

use std::thread::sleep;
use std::time::Duration;

use jiff::tz::TimeZone;
use psight::Host;

use super::column::{Column, Sizes, Writer};
use super::order::{Order, Wanted, arranged};
use super::run::SOON;
use super::sample::{Machine, Sample, Sampler};
use crate::commands::{Context, Failure, uptime};
use crate::human;
use crate::line::{Line, Paint};
use crate::output::Format;
use crate::table::{self, Table};

/// What is printed.
#[derive(Debug)]
pub(crate) struct Frames {
    pub(crate) wanted: Wanted,
    pub(crate) order: Order,
    pub(crate) names: bool,
    pub(crate) threads: bool,
    pub(crate) per_cpu: bool,
    /// The letters of the units that the memory of the machine and that of processes is in.
    pub(crate) units: (char, Option<char>),
    pub(crate) delay: Duration,
    /// How many; without an end if there is no number.
    pub(crate) count: Option<u64>,
}

/// The columns of procps.
const COLUMNS: &[Column] = &[
    Column::Pid,
    Column::User,
    Column::Priority,
    Column::Nice,
    Column::Virtual,
    Column::Resident,
    Column::Shared,
    Column::Status,
    Column::Cpu,
    Column::Memory,
    Column::Time,
    Column::Command,
];

/// Prints frames.
pub(crate) fn frames(frames: &Frames, context: &mut Context) -> Result<(), Failure> {
    match context.output.format {
        Format::Csv => Err(Failure::Usage("top is not a list: use --json or --ndjson".to_owned())),
        Format::Json | Format::Ndjson => document::print(frames, context),
        Format::Table => print(frames, context),
    }
}

fn print(frames: &Frames, context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let needs = COLUMNS.iter().chain([&frames.order.column]).map(|column| column.needs());
    let mut sampler = Sampler::new(&host, needs.collect(), frames.threads)?;
    let mut before = sampler.sample(&Sample::empty(), Sample::empty(), &[])?;
    let mut spare = Sample::empty();
    let mut nth = 0;
    let pids = table::room_for_pids(&host);
    while frames.pause(nth, &host) {
        // What stands still has no second sample.
        if !host.is_captured() {
            let now = sampler.sample(&before, spare, &[])?;
            spare = std::mem::replace(&mut before, now);
        }
        let gap = (nth > 0).then(Line::new);
        let users = host.users().ok().map(|users| users.len());
        let lines =
            frame(frames, &before, (users, pids), &context.zone(), &context.output.terminal);
        context.output.lines(gap.into_iter().chain(lines))?;
        nth += 1;
    }
    Ok(())
}

impl Frames {
    /// Waits for the frame with this number; false if there is none. Percentages are of the time since the sample before,
    /// also in the first frame (T-83), which therefore waits as well, but not as long.
    fn pause(&self, nth: u64, host: &Host) -> bool {
        // A machine that stands still is shown once, unless somebody wants to see it again and again.
        let count = self.count.or(host.is_captured().then_some(1));
        if count.is_some_and(|count| nth >= count) {
            return false;
        }
        if !host.is_captured() {
            sleep(if nth == 0 { SOON.min(self.delay) } else { self.delay });
        }
        true
    }
}

fn frame(
    frames: &Frames,
    sample: &Sample,
    (users, pids): (Option<usize>, usize),
    zone: &TimeZone,
    terminal: &crate::terminal::Terminal,
) -> Vec<Line> {
    let mut lines = vec![first_line(sample, users, zone), tasks(frames, sample)];
    lines.extend(processors(frames, &sample.machine));
    lines.extend(memory(&sample.machine, frames.units.0));
    lines.push(Line::new());
    let columns = COLUMNS.iter().map(|column| match column {
        Column::Command => table::Column::left("COMMAND").giving_way(),
        left if left.is_left() => {
            table::Column::left(left.about().title).at_least(width(*left, pids)).giving_way()
        }
        right => table::Column::right(head(*right)).at_least(width(*right, pids)),
    });
    let mut table = Table::new(columns.collect());
    let sizes = frames.units.1.map_or(Sizes::Kibibytes, Sizes::In);
    let writer = Writer { sample, zone, names: frames.names, sizes };
    for shown in arranged(sample, &frames.wanted, &frames.order, terminal.unicode) {
        let Some(entry) = sample.entries.get(shown.entry) else { continue };
        table.row(COLUMNS.iter().map(|column| {
            let cell = column.cell(entry, &writer);
            if *column != Column::Command {
                return cell;
            }
            let mut line = Line::new().with(Paint::Faint, &shown.branch);
            line.append(cell);
            line
        }));
    }
    lines.extend(table.lines(terminal.width, terminal.cut_mark()));
    lines
}

/// The room that procps gives it.
fn width(column: Column, pids: usize) -> usize {
    match column {
        Column::User => 8,
        Column::Virtual => 7,
        Column::Resident | Column::Shared => 6,
        Column::Time => 9,
        other => other.width(pids),
    }
}

/// The head as procps has it, which scripts look for.
fn head(column: Column) -> &'static str {
    match column {
        Column::Cpu => "%CPU",
        Column::Memory => "%MEM",
        other => other.about().title,
    }
}

fn first_line(sample: &Sample, users: Option<usize>, zone: &TimeZone) -> Line {
    let time = human::time_of_day(sample.now, zone);
    let mut text = format!("top - {time}");
    if let Some(up) = sample.machine.up {
        text.push_str(&format!(" {}", uptime::up(up)));
    }
    if let Some(users) = users {
        text.push_str(&format!(", {}", uptime::counted(users as u64)));
    }
    if let Some(load) = &sample.machine.load {
        text.push_str(&format!(",  {}", uptime::load(load)));
    }
    Line::new().with(Paint::Plain, text)
}

fn tasks(frames: &Frames, sample: &Sample) -> Line {
    let tasks = sample.tasks();
    let what = if frames.threads { "Threads" } else { "Tasks" };
    Line::new().with(
        Paint::Plain,
        format!(
            "{what}: {:>3} total, {:>3} running, {:>3} sleeping, {:>3} stopped, {:>3} zombie",
            tasks.total, tasks.running, tasks.sleeping, tasks.stopped, tasks.zombie
        ),
    )
}

fn processors(frames: &Frames, machine: &Machine) -> Vec<Line> {
    let share = |number: f64| format!("{number:>5.1}");
    let part =
        |number: Option<f64>, name: &str| number.map(|number| format!("{} {name}", share(number)));
    let line = |label: &str, of: &psight::cpu::CpuPercents| {
        let parts = [
            part(Some(of.user), "us"),
            part(Some(of.system), "sy"),
            part(of.nice, "ni"),
            part(Some(of.idle), "id"),
            part(of.iowait, "wa"),
            part(of.irq, "hi"),
            part(of.softirq, "si"),
            part(of.steal, "st"),
        ];
        let text = parts.into_iter().flatten().collect::<Vec<_>>().join(",");
        Line::new().with(Paint::Plain, format!("{label}{text}"))
    };
    if frames.per_cpu {
        let each = machine.each_percents.iter();
        return each.map(|one| line(&format!("%Cpu{:<3}:", one.cpu), &one.percents)).collect();
    }
    machine.percents.iter().map(|percents| line("%Cpu(s):", percents)).collect()
}

fn memory(machine: &Machine, unit: char) -> Vec<Line> {
    const UNITS: &str = "kmgtpe";
    let power = UNITS.find(unit).unwrap_or(1) as i32 + 1;
    let name = format!("{}iB", unit.to_ascii_uppercase());
    let digits = usize::from(power > 1);
    let amount = |bytes: u64| format!("{:>9.digits$}", bytes as f64 / 1024_f64.powi(power));
    let memory = machine.memory.as_ref().map(|memory| {
        let caches = memory.buffers.zip(memory.cached).map(|(buffers, cached)| buffers + cached);
        let caches =
            caches.map_or_else(String::new, |caches| format!(",{} buff/cache", amount(caches)));
        format!(
            "{name} Mem :{} total,{} free,{} used{caches}",
            amount(memory.total),
            amount(memory.free),
            amount(memory.used)
        )
    });
    let available =
        machine.memory.as_ref().map(|memory| format!(".{} avail Mem", amount(memory.available)));
    let swap = machine.swap.as_ref().map(|swap| {
        format!(
            "{name} Swap:{} total,{} free,{} used{}",
            amount(swap.total),
            amount(swap.free),
            amount(swap.used),
            available.unwrap_or_default()
        )
    });
    memory.into_iter().chain(swap).map(|text| Line::new().with(Paint::Plain, text)).collect()
}
