//! The overview for people: sections with their names in a gutter, meters whose percentages stand in one column, and as
//! many processes as there is room for. Pure: facts in, lines out.

use std::ffi::OsStr;

use psight::net::{Family, InterfaceAddress};
use psight::sensors::{Battery, TimeLeft};

use super::facts::{Facts, Interface};
use super::frame::{Frame, GUTTER};
use super::{processes, shortage};
use crate::commands::df;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::table::{Column, Table, bar};
use crate::terminal::Terminal;

/// Narrower than this, `30.1 of 64.9 GiB` needs the room that names of disks have elsewhere.
const NARROW: usize = 48;
/// Narrower than this, addresses alone are shown of an interface.
const ROOM_FOR_TRAFFIC: usize = 56;
/// Processes of each kind where nothing limits them.
const PROCESSES: usize = 8;

pub(super) fn lines(facts: &Facts, terminal: &Terminal, top: Option<usize>) -> Vec<Line> {
    let frame = Frame::new(terminal);
    let mut lines = heading(facts, &frame);
    lines.push(Line::new());
    lines.extend(meters(facts, &frame));
    for section in [disks(facts, &frame), network(facts, &frame), sensors(facts, &frame)] {
        if !section.is_empty() {
            lines.push(Line::new());
            lines.extend(section);
        }
    }
    let Some(rows) = &facts.processes else { return lines };
    lines.push(Line::new());
    // The head of the table, and the prompt that comes after all.
    let room = terminal.height.map(|height| height.saturating_sub(lines.len() + 2));
    let count = top.or(room.map(|room| room.clamp(3, 20))).unwrap_or(PROCESSES);
    lines.extend(processes::lines(rows, facts.own, facts.busy.is_some(), count, terminal));
    lines
}

/// Who the machine is, and for how long it has been up.
fn heading(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let info = facts.info.as_ref();
    let name = info.and_then(|info| info.hostname.as_deref()).unwrap_or("this machine");
    let mut first = Line::new().with(Paint::Strong, name);
    let mut right = Vec::new();
    if let Some(up) = facts.up {
        right.push(format!("up {}", human::duration(up)));
    }
    if let Some(users) = &facts.users {
        right.push(counted(users.len(), "user"));
    }
    if let Some(processes) = &facts.processes {
        right.push(counted(processes.len(), "process"));
    }
    let right = Line::new().with(Paint::Plain, right.join(frame.separator()));
    let room = frame.width.saturating_sub(first.width());
    let second = identity(facts, frame);
    if right.width() + 2 <= room {
        first.append(right.right_aligned(room));
        return vec![first, second];
    }
    vec![frame.cut(first), frame.cut(right), second]
}

/// The system, as much of it as fits.
fn identity(facts: &Facts, frame: &Frame<'_>) -> Line {
    let mut line = Line::new();
    let Some(info) = &facts.info else { return line };
    let kernel = info.kernel.as_ref().map(|kernel| format!("kernel {kernel}"));
    let parts = [&info.os, &kernel, &info.architecture, &info.virtualization, &info.processor];
    for part in parts.into_iter().flatten() {
        let separator = if line.is_empty() { "" } else { frame.separator() };
        let part = Line::new().with(Paint::Faint, separator).with(Paint::Faint, part);
        if line.is_empty() {
            line = part;
        } else {
            line = frame.with_what_fits(line, [part]);
        }
    }
    frame.cut(line)
}

fn counted(count: usize, what: &str) -> String {
    let ending = match (count, what.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        _ => "s",
    };
    format!("{count} {what}{ending}")
}

fn meters(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let mut lines = processors(facts, frame);
    if let Some(memory) = &facts.memory {
        let used = human::part_of(memory.used, memory.total, Scale::Binary);
        let used = Line::new().with(Paint::Plain, used);
        let line = frame.cut(frame.meter(frame.gutter("Memory"), memory.percent, used));
        let available = human::bytes(memory.available, Scale::Binary);
        let available = Line::new().with(Paint::Faint, format!("  {available} available"));
        lines.push(frame.with_what_fits(line, [available]));
    }
    match &facts.swap {
        Some(swap) if swap.total > 0 => {
            let text = human::part_of(swap.used, swap.total, Scale::Binary);
            let text = Line::new().with(Paint::Plain, text);
            lines.push(frame.cut(frame.meter(frame.gutter("Swap"), swap.percent, text)));
        }
        Some(_) => lines.push(frame.gutter("Swap").with(Paint::Faint, "none")),
        None => {}
    }
    lines.extend(shortage::lines(facts, frame));
    lines
}

fn processors(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let count = facts.cpus.map(|cpus| counted(cpus as usize, "CPU")).unwrap_or_default();
    let count = Line::new().with(Paint::Plain, count);
    let load = facts.load.map(|load| {
        let numbers = format!(" {:.2} {:.2} {:.2}", load.one, load.five, load.fifteen);
        Line::new().with(Paint::Faint, "  load").with(Paint::Plain, numbers)
    });
    let line = match &facts.busy {
        Some(busy) => frame.meter(frame.gutter("CPU"), busy.percent, count),
        None if count.is_empty() && load.is_none() => return Vec::new(),
        None => {
            let mut line = frame.gutter("CPU");
            line.append(count);
            line
        }
    };
    let mut lines = vec![frame.with_what_fits(frame.cut(line), load)];
    if let Some(busy) = &facts.busy {
        let each: Vec<_> = busy.each.iter().map(|one| (one.cpu, one.percent)).collect();
        lines.extend(each_processor(&each, frame));
    }
    lines
}

/// A bar for each processor where they fit into a few rows, else a column for each, else nothing.
fn each_processor(each: &[(u32, f64)], frame: &Frame<'_>) -> Vec<Line> {
    const BAR: usize = 8;
    const GAP: usize = 3;
    if each.len() < 2 {
        return Vec::new();
    }
    let rows = if frame.is_short() { 2 } else { 4 };
    let number = each.iter().map(|(cpu, _)| cpu.to_string().len()).max().unwrap_or(1);
    let cell = number + 1 + BAR + 6;
    let across = ((frame.width.saturating_sub(GUTTER) + GAP) / (cell + GAP)).max(1);
    if each.len() <= across * rows {
        let line = |some: &[(u32, f64)]| {
            let mut line = frame.gutter("");
            for (at, (cpu, percent)) in some.iter().enumerate() {
                line.pad(GUTTER + at * (cell + GAP));
                line.push(Paint::Faint, format!("{cpu:>number$} "));
                line.append(bar(*percent, BAR, frame.terminal));
                line.push(Paint::Plain, format!("{percent:>4.0} %"));
            }
            frame.cut(line)
        };
        return each.chunks(across).map(line).collect();
    }
    let across = frame.width.saturating_sub(GUTTER).max(1);
    if each.len() > across * rows {
        return Vec::new();
    }
    let line = |some: &[(u32, f64)]| {
        some.iter().fold(frame.gutter(""), |line, (_, percent)| {
            line.with(Paint::of_fullness(*percent), column(*percent, frame.terminal))
        })
    };
    each.chunks(across).map(line).collect()
}

/// A percentage in one character.
fn column(percent: f64, terminal: &Terminal) -> String {
    let steps: &[char] = if terminal.unicode {
        &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
    } else {
        &['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']
    };
    let share = (percent / 100.0).clamp(0.0, 1.0);
    let step = (share * (steps.len() - 1) as f64).round() as usize;
    steps.get(step).copied().unwrap_or('?').to_string()
}

fn disks(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let shown = || facts.disks.iter().take(frame.listed());
    let name = |row: &df::Row| Line::new().with_os(Paint::Plain, &row.partition.mountpoint);
    let amount = |row: &df::Row| {
        let usage = row.usage.as_ref();
        usage.map(|usage| human::part_of(usage.used, usage.total, Scale::Binary))
    };
    // The bar keeps at least six columns, and a short name does not stretch it.
    let longest = shown().map(|row| name(row).width()).max().unwrap_or(0);
    let least = if frame.width < NARROW { 6 } else { 8 };
    let longest = longest.min(frame.meter.saturating_sub(7)).max(least);
    let amounts = shown().filter_map(amount).map(|amount| amount.len()).max().unwrap_or(0);
    let line = |(at, row): (usize, &df::Row)| {
        let mut line = frame.gutter(if at == 0 { "Disks" } else { "" });
        line.append(name(row).cut(longest, frame.terminal.cut_mark()));
        line.pad(GUTTER + longest + 1);
        let (Some(usage), Some(amount)) = (&row.usage, amount(row)) else {
            return frame.cut(if row.hangs {
                line.with(Paint::Bad, "does not answer")
            } else {
                line.with(Paint::Faint, "not known")
            });
        };
        let amount = Line::new().with(Paint::Plain, format!("{amount:<amounts$}"));
        let line = frame.cut(frame.meter(line, usage.percent, amount));
        let aside = |name: &OsStr| Line::new().with(Paint::Faint, "  ").with_os(Paint::Faint, name);
        let asides = [Some(row.partition.fstype.as_os_str()), row.partition.device.as_deref()];
        frame.with_what_fits(line, asides.into_iter().flatten().map(aside))
    };
    let mut lines: Vec<_> = shown().enumerate().map(line).collect();
    lines.extend(more(facts.disks.len(), frame));
    lines
}

/// `and 12 more`.
fn more(count: usize, frame: &Frame<'_>) -> Option<Line> {
    let more = count.checked_sub(frame.listed()).filter(|more| *more > 0)?;
    Some(frame.gutter("").with(Paint::Faint, format!("and {more} more")))
}

/// Those that are up or have carried something, the loopback last.
fn network(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let in_use = |interface: &&Interface| {
        interface.stats.as_ref().is_some_and(|stats| stats.isup)
            || interface.io.packets_recv > 0
            || interface.io.packets_sent > 0
    };
    let mut shown: Vec<&Interface> = facts.interfaces.iter().filter(in_use).collect();
    shown.sort_by_key(|interface| (is_loopback(interface), inet(interface).is_empty()));
    let narrow = frame.width < ROOM_FOR_TRAFFIC;
    let mut columns =
        vec![Column::left("").at_least(8).giving_way(), Column::left("").giving_way()];
    if !narrow {
        columns.extend([Column::right(""), Column::right(""), Column::left("")]);
    }
    let mut table = Table::new(columns).without_heads().with_gap(2);
    for interface in shown.iter().take(frame.listed()) {
        let mut cells =
            vec![Line::new().with_os(Paint::Plain, &interface.name), addresses(interface)];
        if !narrow {
            cells.extend(traffic(interface, frame));
            cells.push(state(interface));
        }
        table.row(cells);
    }
    let room = frame.terminal.width.map(|width| width.saturating_sub(GUTTER));
    let rows = table.lines(room, frame.terminal.cut_mark()).into_iter().enumerate();
    let mut lines: Vec<_> = rows
        .map(|(at, row)| {
            let mut line = frame.gutter(if at == 0 { "Network" } else { "" });
            line.append(row);
            line
        })
        .collect();
    lines.extend(more(shown.len(), frame));
    lines
}

/// What it carries now, in and out, where that is known; else what it has carried so far.
fn traffic(interface: &Interface, frame: &Frame<'_>) -> [Line; 2] {
    let (down, up) = if frame.terminal.unicode { ("↓ ", "↑ ") } else { ("in ", "out ") };
    let rates = interface.rates.as_ref();
    let amount = |sign: &str, bytes, rate: Option<f64>| {
        let amount = match rate {
            Some(rate) => format!("{}/s", human::bytes(rate.round() as u64, Scale::Binary)),
            None => human::bytes(bytes, Scale::Binary),
        };
        Line::new().with(Paint::Faint, sign).with(Paint::Plain, amount)
    };
    [
        amount(down, interface.io.bytes_recv, rates.map(|rates| rates.bytes_recv_per_sec)),
        amount(up, interface.io.bytes_sent, rates.map(|rates| rates.bytes_sent_per_sec)),
    ]
}

fn is_loopback(interface: &Interface) -> bool {
    let flags = interface.stats.as_ref().map_or("", |stats| stats.flags.as_str());
    flags.split(',').any(|flag| flag == "loopback") || interface.name == OsStr::new("lo")
}

/// The IP addresses, without the link-local ones that every interface gives itself.
fn inet(interface: &Interface) -> Vec<&InterfaceAddress> {
    let ip = |address: &&InterfaceAddress| {
        matches!(address.family, Family::Inet | Family::Inet6)
            && !address.address.starts_with("fe80:")
    };
    interface.addresses.iter().flatten().filter(ip).collect()
}

fn addresses(interface: &Interface) -> Line {
    let ip = inet(interface);
    let Some(first) = ip.first() else {
        let known = interface.addresses.is_some();
        return Line::new().with(Paint::Faint, if known { "no address" } else { "" });
    };
    let mut line = Line::new().with(Paint::Plain, &first.address);
    if let Some(second) = ip.get(1) {
        line = line.with(Paint::Faint, " ").with(Paint::Plain, &second.address);
    }
    match ip.len().saturating_sub(2) {
        0 => line,
        more => line.with(Paint::Faint, format!(" +{more}")),
    }
}

fn state(interface: &Interface) -> Line {
    match &interface.stats {
        Some(stats) if !stats.isup => Line::new().with(Paint::Warning, "down"),
        Some(stats) => match stats.speed.filter(|speed| *speed > 0) {
            Some(speed) => Line::new().with(Paint::Faint, format!("{speed} Mb/s")),
            None => Line::new(),
        },
        None => Line::new(),
    }
}

/// Temperatures, fans and battery, in as few lines as they take.
fn sensors(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let mut items = Vec::new();
    if let Some(battery) = &facts.battery {
        items.push(charge(battery));
    }
    let degree = if frame.terminal.unicode { "°C" } else { "C" };
    for sensor in &facts.temperatures {
        let hot = |limit: Option<f64>| limit.is_some_and(|limit| sensor.current >= limit);
        let paint = match (hot(sensor.critical), hot(sensor.high)) {
            (true, _) => Paint::Bad,
            (_, true) => Paint::Warning,
            _ => Paint::Plain,
        };
        let name = sensor.label.as_ref().unwrap_or(&sensor.chip);
        let line = Line::new().with_os(Paint::Faint, name);
        let mut text = format!(" {:.0} {degree}", sensor.current);
        // Not by colour alone.
        if paint != Paint::Plain {
            text.push('!');
        }
        items.push(line.with(paint, text));
    }
    for fan in &facts.fans {
        let name = fan.label.as_ref().unwrap_or(&fan.chip);
        let line = Line::new().with_os(Paint::Faint, name);
        items.push(line.with(Paint::Plain, format!(" {} rpm", fan.current)));
    }
    flow(items, frame)
}

fn charge(battery: &Battery) -> Line {
    let paint = if battery.percent <= 10.0 { Paint::Bad } else { Paint::Plain };
    let mut line = Line::new().with(Paint::Faint, "battery");
    line.push(paint, format!(" {:.0} %", battery.percent));
    match battery.secsleft {
        TimeLeft::Left(left) => {
            line.push(Paint::Plain, format!(", {} left", human::duration(left)));
        }
        _ if battery.power_plugged == Some(true) => line.push(Paint::Plain, ", plugged in"),
        _ => {}
    }
    line
}

/// Items one after another, in at most three lines, or one on a short screen; then how many more there are.
fn flow(items: Vec<Line>, frame: &Frame<'_>) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let (count, most) = (items.len(), if frame.is_short() { 1 } else { 3 });
    for (at, item) in items.into_iter().enumerate() {
        if let Some(line) = lines.last_mut()
            && line.width() + 3 + item.width() <= frame.width
        {
            line.push(Paint::Plain, "   ");
            line.append(item);
            continue;
        }
        if lines.len() == most {
            lines.push(frame.gutter("").with(Paint::Faint, format!("and {} more", count - at)));
            break;
        }
        let mut line = frame.gutter(if lines.is_empty() { "Sensors" } else { "" });
        line.append(item);
        lines.push(frame.cut(line));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(cpus: u32, width: usize, height: usize) -> Vec<String> {
        let each: Vec<_> = (0..cpus).map(|cpu| (cpu, f64::from(cpu % 100))).collect();
        let terminal =
            Terminal { width: Some(width), height: Some(height), colour: false, unicode: true };
        let lines = each_processor(&each, &Frame::new(&terminal));
        assert!(lines.iter().all(|line| line.width() <= width));
        lines.iter().map(|line| line.render(false)).collect()
    }

    #[test]
    fn a_few_processors_have_a_bar_each() {
        assert!(drawn(1, 80, 24).is_empty(), "the machine's own bar says it");
        let four = drawn(4, 80, 24);
        assert_eq!(four.len(), 2);
        assert!(four[0].starts_with("         0 ────────   0 %   1 ━───────   1 %"), "{four:?}");
        assert_eq!(drawn(16, 120, 40).len(), 4);
    }

    #[test]
    fn many_processors_have_a_column_each_and_too_many_have_none() {
        let many = drawn(64, 80, 24);
        assert_eq!(many.len(), 1);
        assert!(many[0].starts_with("         ▁▁▁"), "{many:?}");
        assert_eq!(drawn(192, 120, 40).len(), 2);
        assert!(drawn(2000, 80, 24).is_empty());
    }

    #[test]
    fn no_width_is_too_small() {
        for width in 0..60 {
            drawn(200, width, 10);
        }
    }
}
