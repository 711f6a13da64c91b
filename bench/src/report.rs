//! What came of it: lines for the terminal, and JSON for those who draw.

mod machine;
mod plot;
mod table;

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::Outcome;
use crate::cases::{Aim, Case, Goal, KEPT_FLOOR};
use crate::cost::quartiles;
pub(crate) use machine::Machine;

/// What one contender took in a case.
pub(crate) struct Result {
    pub(crate) name: String,
    /// Milliseconds of each pass of each round.
    times: Vec<f64>,
    /// Why there is none.
    pub(crate) absent: Option<String>,
}

impl Result {
    pub(crate) fn new(name: String) -> Self {
        Self { name, times: Vec::new(), absent: None }
    }

    pub(crate) fn add(&mut self, times: Vec<f64>) {
        self.times.extend(times);
    }

    /// The middle, and a quarter of the values below and above.
    fn quartiles(&self) -> Option<[f64; 3]> {
        quartiles(self.times.clone())
    }

    fn median(&self) -> Option<f64> {
        self.quartiles().map(|[_, median, _]| median)
    }
}

/// A case for the terminal.
pub(crate) fn text(case: &Case, results: &[Result]) -> String {
    let mut text = format!("\n{}: {}\n", case.name, case.about);
    for result in results {
        let name: String = result.name.chars().take(28).collect();
        let line = match (result.quartiles(), &result.absent) {
            (Some([low, median, high]), _) => {
                format!("{:>12}  ({} to {})", shown(median), shown(low), shown(high))
            }
            (None, Some(reason)) => format!("{:>12}  {reason}", "-"),
            (None, None) => format!("{:>12}", "-"),
        };
        let _ = writeln!(text, "  {name:<30}{line}");
    }
    for aim in case.aims {
        if let Some((ratio, reached)) = reached(aim, results) {
            let word = if reached { "reached" } else { "MISSED" };
            let goal = match aim.goal {
                Goal::Cheaper(times) => format!("at least {times}"),
                Goal::Within(times) => format!("at most {times}"),
            };
            let pair = match aim.goal {
                Goal::Cheaper(_) => format!("{} / {}", aim.theirs, aim.ours),
                Goal::Within(_) => format!("{} / {}", aim.ours, aim.theirs),
            };
            let floor = most(aim, results).map(|most| format!(" (the floor's is {most:.2})"));
            let floor = floor.unwrap_or_default();
            let _ = writeln!(text, "  {pair:<38}{ratio:>8.2}  {goal}: {word}{floor}");
        }
    }
    text
}

/// The ratio that the aim is about, and whether it is good enough; `None` where one of them was not measured.
pub(crate) fn reached(aim: &Aim, results: &[Result]) -> Option<(f64, bool)> {
    let median = |name: &str| results.iter().find(|result| result.name == name)?.median();
    let (ours, theirs) = (median(aim.ours)?, median(aim.theirs)?);
    Some(match aim.goal {
        Goal::Cheaper(times) => (theirs / ours, theirs / ours >= times),
        Goal::Within(times) => (ours / theirs, ours / theirs <= times),
    })
}

/// The ratio that the floor has where the aim is to be cheaper than somebody: more cannot be had by the same way.
pub(crate) fn most(aim: &Aim, results: &[Result]) -> Option<f64> {
    let floor = match aim.goal {
        Goal::Cheaper(_) => floor_of(aim.ours)?,
        Goal::Within(_) => return None,
    };
    let median = |name: &str| results.iter().find(|result| result.name == name)?.median();
    Some(median(aim.theirs)? / median(floor)?)
}

/// Who makes the system calls of this contender and nothing else; nobody reads what BPF programs write, and does not look.
fn floor_of(name: &str) -> Option<&'static str> {
    let has = |word| name.contains(word);
    match (has("kept open"), has("BPF") || has("bpf")) {
        (true, _) => Some(KEPT_FLOOR),
        (false, false) => Some("floor"),
        (false, true) => None,
    }
}

/// Milliseconds in a unit that fits.
fn shown(milliseconds: f64) -> String {
    if milliseconds >= 1.0 {
        format!("{milliseconds:.2} ms")
    } else {
        format!("{:.2} us", milliseconds * 1e3)
    }
}

/// All cases that ran.
pub(crate) struct Report(Vec<(&'static Case, Vec<Result>)>);

impl Report {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn add(&mut self, case: &'static Case, results: Vec<Result>) {
        self.0.push((case, results));
    }

    /// Writes the results where the documentation has them.
    pub(crate) fn save(&self, folder: &Path, machine: &Machine) -> Outcome {
        std::fs::write(folder.join("performance.json"), self.json(machine)?)?;
        std::fs::write(folder.join("performance.svg"), plot::svg(&self.0))?;
        let page = folder.join("performance.md");
        let text = std::fs::read_to_string(&page)?;
        let table = table::markdown(&self.0, machine);
        Ok(std::fs::write(page, table::inserted(&text, &table)?)?)
    }

    fn json(&self, machine: &Machine) -> Outcome<String> {
        let cases: Vec<Value> =
            self.0.iter().map(|(case, results)| of_case(case, results)).collect();
        let machine: Vec<Value> =
            machine.0.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        Ok(serde_json::to_string_pretty(&json!({ "machine": machine, "cases": cases }))? + "\n")
    }
}

fn of_case(case: &Case, results: &[Result]) -> Value {
    let row = |result: &Result| {
        let quartiles = result.quartiles();
        json!({
            "name": result.name,
            "ms": quartiles.map(|[_, median, _]| median),
            "quartiles": quartiles.map(|[low, _, high]| [low, high]),
            "passes": result.times.len(),
            "absent": result.absent,
        })
    };
    let rows: Vec<Value> = results.iter().map(row).collect();
    json!({ "case": case.name, "about": case.about, "results": rows })
}
