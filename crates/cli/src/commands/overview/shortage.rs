//! What there is less of than it seems: limits of control groups, and what tasks wait for. Nothing where all is well.

use psight::limits::{EffectiveMemory, LimitedBy};
use psight::pressure::{Pressure, Stalls};

use super::facts::Facts;
use super::frame::Frame;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};

pub(super) fn lines(facts: &Facts, frame: &Frame<'_>) -> Vec<Line> {
    let limits = limits(facts);
    let waiting = facts.pressure.as_ref().map(waiting).unwrap_or_default();
    let sections = [("Limits", limits), ("Waiting", waiting)];
    let sections = sections.into_iter().filter(|(_, parts)| !parts.is_empty());
    sections.map(|(name, parts)| row(name, parts, frame)).collect()
}

fn row(name: &str, parts: Vec<Line>, frame: &Frame<'_>) -> Line {
    let mut line = frame.gutter(name);
    for (at, part) in parts.into_iter().enumerate() {
        line.push(Paint::Plain, if at > 0 { "   " } else { "" });
        line.append(part);
    }
    frame.cut(line)
}

/// What who asks may use, where that is not the whole machine.
fn limits(facts: &Facts) -> Vec<Line> {
    let mut parts = Vec::new();
    if let Some(cpus) = facts.own_cpus.as_ref().filter(|cpus| cpus.limited_by != LimitedBy::Host) {
        let ending = if cpus.cpus == 1.0 { "" } else { "s" };
        parts.push(Line::new().with(Paint::Plain, format!("{} CPU{ending}", short(cpus.cpus))));
    }
    let memory = facts.own_memory.as_ref();
    parts.extend(memory.filter(|memory| memory.limited_by != LimitedBy::Host).map(memory_limit));
    parts
}

fn memory_limit(memory: &EffectiveMemory) -> Line {
    let Some(used) = memory.used else {
        let limit = human::bytes(memory.limit, Scale::Binary);
        return Line::new().with(Paint::Plain, format!("{limit} of memory"));
    };
    let paint = match Paint::of_fullness(used as f64 / memory.limit.max(1) as f64 * 100.0) {
        Paint::Good => Paint::Plain,
        alarm => alarm,
    };
    let used = human::part_of(used, memory.limit, Scale::Binary);
    Line::new().with(paint, format!("{used} of memory"))
}

/// For what tasks waited in the last ten seconds.
fn waiting(pressure: &Pressure) -> Vec<Line> {
    let resources = [("CPU", pressure.cpu), ("memory", pressure.memory), ("disks", pressure.io)];
    let shares = resources.map(|(name, stalls)| (name, stalls.map_or(0.0, lately)));
    let shares = shares.into_iter().filter(|(_, percent)| *percent >= 0.5);
    let mut parts: Vec<_> = shares
        .map(|(name, percent)| Line::new().with(Paint::Plain, format!("for {name} {percent:.0} %")))
        .collect();
    if !parts.is_empty() {
        parts.push(Line::new().with(Paint::Faint, "of the last 10 s"));
    }
    parts
}

fn lately(stalls: Stalls) -> f64 {
    stalls.some.or(stalls.full).map_or(0.0, |stall| stall.avg10)
}

/// `2`, `1.5`, `0.25`.
fn short(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
