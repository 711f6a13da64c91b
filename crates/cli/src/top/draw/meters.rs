//! The lines above the table: meters or histories, and a few numbers.

mod graph;

use psight::cpu::PerCpuPercent;

use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::table::bar;
use crate::top::sample::{Machine, Rates, Tasks};
use crate::top::state::State;

/// Blanks between two meters in a line.
const GAP: usize = 2;
/// A meter that is narrower says little.
const NARROWEST: usize = 30;

/// The lines, at most a third of the screen.
pub(super) fn lines(state: &State, width: usize, height: usize) -> Vec<Line> {
    let most = (height / 3).max(1);
    let machine = &state.sample.machine;
    let numbers = numbers(state, width);
    let mut lines = Vec::new();
    if state.graphs {
        lines.extend(graph::lines(state, width, most.saturating_sub(numbers.len())));
    } else {
        let mut memory = memory(machine, width, state);
        // Where there is room for three lines, what the processes do says more than swap space.
        memory.truncate(most.saturating_sub(2).max(1));
        let room = most.saturating_sub(memory.len() + 1);
        lines.extend(processors(machine, width, room, state));
        lines.extend(memory);
    }
    lines.extend(numbers);
    lines.truncate(most);
    lines
}

/// `label ━━━━──── text`, filling `width`.
fn meter(label: &str, percent: Option<f64>, text: &str, width: usize, state: &State) -> Line {
    let mut line = Line::new().with(Paint::Accent, label).with(Paint::Plain, " ");
    let text = Line::new().with(Paint::Plain, text);
    let room = width.saturating_sub(line.width() + text.width() + 1);
    match percent {
        Some(percent) => line.append(bar(percent, room, &state.terminal)),
        None => line.append(bar(0.0, room, &state.terminal)),
    }
    line.push(Paint::Plain, " ");
    line.append(text);
    line.pad(width);
    line
}

fn whole_percent(percent: Option<f64>) -> String {
    percent.map_or_else(|| "  - %".to_owned(), |percent| format!("{percent:>3.0} %"))
}

/// One meter for all processors, or one for each as far as `rows` reach.
fn processors(machine: &Machine, width: usize, rows: usize, state: &State) -> Vec<Line> {
    if !state.per_cpu || machine.cpus() < 2 || rows < 1 {
        return vec![all_processors(machine, width, state)];
    }
    let unknown = || machine.cpu_numbers().into_iter().map(|cpu| (cpu, None)).collect();
    let known =
        |each: &[PerCpuPercent]| each.iter().map(|one| (one.cpu, Some(one.percent))).collect();
    let each: Vec<(u32, Option<f64>)> =
        if machine.each.is_empty() { unknown() } else { known(&machine.each) };
    let number = each.iter().map(|(cpu, _)| cpu.to_string().len()).max().unwrap_or(1);
    // As few columns of meters as the rows allow, and as many as can be read.
    let most = ((width + GAP) / (NARROWEST / 2 + GAP)).max(1);
    let across = each.len().div_ceil(rows.max(1)).max(if width >= 2 * NARROWEST { 2 } else { 1 });
    if across > most {
        let mut line = vec![all_processors(machine, width, state)];
        line.extend(columns(&each, width, rows.saturating_sub(1), state));
        return line;
    }
    let high = each.len().div_ceil(across);
    let wide = (width + GAP) / across - GAP;
    (0..high)
        .map(|row| {
            let mut line = Line::new();
            // Down the first column, then the next.
            for (nth, (cpu, percent)) in each.iter().skip(row).step_by(high).enumerate() {
                line.pad(nth * (wide + GAP));
                let label = format!("{cpu:>number$}");
                line.append(meter(&label, *percent, &whole_percent(*percent), wide, state));
            }
            line
        })
        .collect()
}

fn all_processors(machine: &Machine, width: usize, state: &State) -> Line {
    let percents = machine.percents.as_ref().filter(|_| width >= 2 * NARROWEST).map(|percents| {
        let mut text = format!("us {:.0} sy {:.0}", percents.user, percents.system);
        let others = [("ni", percents.nice), ("wa", percents.iowait), ("st", percents.steal)];
        for (name, percent) in others {
            // Those that are nearly always nothing are told when they are something.
            if let Some(percent) = percent.filter(|percent| *percent >= 0.5) {
                text.push_str(&format!(" {name} {percent:.0}"));
            }
        }
        text
    });
    let text = format!("{} {}", whole_percent(machine.busy), percents.unwrap_or_default());
    meter("CPU", machine.busy, text.trim_end(), width, state)
}

/// A character for each processor, where there are too many for anything else.
fn columns(each: &[(u32, Option<f64>)], width: usize, rows: usize, state: &State) -> Vec<Line> {
    let line = |some: &[(u32, Option<f64>)]| {
        let mut line = Line::new().with(Paint::Plain, "    ");
        for (_, percent) in some {
            let percent = percent.unwrap_or(0.0);
            line.push(Paint::of_fullness(percent), graph::level(percent, &state.terminal));
        }
        line
    };
    let across = width.saturating_sub(4).max(1);
    if each.len() > across * rows {
        return Vec::new();
    }
    each.chunks(across).map(line).collect()
}

/// Memory and swap space, beside each other where there is room.
fn memory(machine: &Machine, width: usize, state: &State) -> Vec<Line> {
    let memory = machine.memory.as_ref().map(|memory| {
        ("Mem", memory.percent, human::part_of(memory.used, memory.total, Scale::Binary))
    });
    let swap =
        machine.swap.as_ref().filter(|swap| swap.total > 0).map(|swap| {
            ("Swp", swap.percent, human::part_of(swap.used, swap.total, Scale::Binary))
        });
    let both: Vec<_> = memory.into_iter().chain(swap).collect();
    if both.len() == 2 && width >= 2 * NARROWEST {
        let half = (width - GAP) / 2;
        let mut line = Line::new();
        for (nth, (label, percent, text)) in both.iter().enumerate() {
            line.pad(nth * (half + GAP));
            line.append(meter(label, Some(*percent), text, half, state));
        }
        return vec![line];
    }
    both.iter()
        .map(|(label, percent, text)| meter(label, Some(*percent), text, width, state))
        .collect()
}

/// Numbers without a meter: what the processes do, load, traffic, and what is set.
fn numbers(state: &State, width: usize) -> Vec<Line> {
    let machine = &state.sample.machine;
    let mut items = settings(state);
    if !state.sample.entries.is_empty() {
        items.push(tasks(state, state.sample.tasks()));
    }
    if let Some(load) = &machine.load {
        let numbers = format!("{:.2} {:.2} {:.2}", load.one, load.five, load.fifteen);
        items.push(labelled("Load", numbers));
    }
    if let Some(up) = machine.up {
        items.push(labelled("Up", human::duration(up)));
    }
    let (down, up) = if state.terminal.unicode { ("↓", "↑") } else { ("in", "out") };
    if !state.graphs {
        items.push(traffic("Disk", machine.disk, ("r", "w")));
        items.push(traffic("Net", machine.network, (down, up)));
    }
    flow(items, width)
}

fn labelled(label: &str, text: String) -> Line {
    Line::new().with(Paint::Accent, label).with(Paint::Plain, " ").with(Paint::Plain, text)
}

fn traffic(label: &str, rates: Option<Rates>, (inward, outward): (&str, &str)) -> Line {
    let written = |rate: f64| format!("{:>6}", human::bytes_short(rate as u64, Scale::Binary));
    let text = |rate: fn(Rates) -> f64| {
        rates.map_or_else(|| "     -".to_owned(), |rates| written(rate(rates)))
    };
    let inward = format!("{inward}{} ", text(|rates| rates.inward));
    let outward = format!("{outward}{}", text(|rates| rates.outward));
    labelled(label, format!("{inward}{outward} /s"))
}

fn tasks(state: &State, tasks: Tasks) -> Line {
    let what = if state.threads { "Threads" } else { "Tasks" };
    let mut text = tasks.total.to_string();
    if let Some(threads) = tasks.threads.filter(|_| !state.threads) {
        text.push_str(&format!(", {threads} thr"));
    }
    let mut line = labelled(what, text);
    line.push(Paint::Plain, ", ");
    let paint = if tasks.running > 0 { Paint::Good } else { Paint::Plain };
    line.push(paint, format!("{} running", tasks.running));
    if tasks.stopped > 0 {
        line.push(Paint::Warning, format!(", {} stopped", tasks.stopped));
    }
    if tasks.zombie > 0 {
        line.push(Paint::Bad, format!(", {} zombie", tasks.zombie));
    }
    line
}

/// What narrows or stops the view, so that nobody takes it for the whole.
fn settings(state: &State) -> Vec<Line> {
    let mut items = Vec::new();
    if state.paused {
        items.push(Line::new().with(Paint::Warning, "PAUSED"));
    }
    if !state.wanted.filter.is_empty() {
        let line = Line::new().with(Paint::Warning, "Filter ");
        items.push(line.with(Paint::Strong, &state.wanted.filter));
    }
    if let Some(user) = &state.wanted.user {
        let line = Line::new().with(Paint::Warning, "User ");
        items.push(line.with_bytes(Paint::Strong, &user.name));
    }
    if !state.wanted.pids.is_empty() {
        items.push(Line::new().with(Paint::Warning, "chosen pids"));
    }
    if state.wanted.busy_only {
        items.push(Line::new().with(Paint::Warning, "busy only"));
    }
    if !state.tagged.is_empty() {
        items.push(Line::new().with(Paint::Warning, format!("{} tagged", state.tagged.len())));
    }
    items
}

/// Items one after another, in as many lines as they take.
fn flow(items: Vec<Line>, width: usize) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.width() + 3 + item.width() <= width => {
                line.push(Paint::Plain, "   ");
                line.append(item);
            }
            _ => lines.push(item),
        }
    }
    lines
}
