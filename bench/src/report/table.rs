//! The results as tables of Markdown.

use std::fmt::Write as _;

use super::{Machine, Result, most, reached, shown};
use crate::Outcome;
use crate::cases::{Case, Goal};

const BEGIN: &str = "<!-- measured: `cargo xtask bench --save` writes what follows -->";
const END: &str = "<!-- end of what was measured -->";

/// The machine, then a table of what everybody took and one of what was aimed at.
pub(super) fn markdown(cases: &[(&'static Case, Vec<Result>)], machine: &Machine) -> String {
    let mut text = String::from("| | |\n|---|---|\n");
    for (name, value) in &machine.0 {
        let _ = writeln!(text, "| {name} | {value} |");
    }
    text += "\n### What was aimed at\n\n| case | | ratio | the floor's | aim | |\n|---|---|---:|---:|---|---|\n";
    for (case, results) in cases {
        for aim in case.aims {
            let Some((ratio, reached)) = reached(aim, results) else { continue };
            let (pair, goal) = match aim.goal {
                Goal::Cheaper(times) => {
                    (format!("{} / {}", aim.theirs, aim.ours), format!("at least {times}"))
                }
                Goal::Within(times) => {
                    (format!("{} / {}", aim.ours, aim.theirs), format!("at most {times}"))
                }
            };
            let word = if reached { "" } else { "missed" };
            let (ratio, most) = (number(ratio), most(aim, results).map(number).unwrap_or_default());
            let _ =
                writeln!(text, "| {} | {pair} | {ratio} | {most} | {goal} | {word} |", case.name);
        }
    }
    text += "\n### What everybody took\n\nMedian and, in brackets, the quartiles of all passes of all rounds.\n\n";
    text += "| case | who | user + system time |\n|---|---|---|\n";
    for (case, results) in cases {
        for (index, result) in results.iter().enumerate() {
            let name = if index == 0 { case.name } else { "" };
            let taken = match (result.quartiles(), &result.absent) {
                (Some([low, median, high]), _) => {
                    format!("{} ({} to {})", shown(median), shown(low), shown(high))
                }
                (None, Some(reason)) => format!("not measured: {reason}"),
                (None, None) => "not measured".to_owned(),
            };
            let _ = writeln!(text, "| {name} | {} | {taken} |", result.name);
        }
    }
    text
}

fn number(ratio: f64) -> String {
    if ratio >= 100.0 { format!("{ratio:.0}") } else { format!("{ratio:.2}") }
}

/// The page with `table` between its marks.
pub(super) fn inserted(page: &str, table: &str) -> Outcome<String> {
    let (before, rest) = page.split_once(BEGIN).ok_or("docs/performance.md has no place for it")?;
    let (_, after) = rest.split_once(END).ok_or("docs/performance.md has no end of that place")?;
    Ok(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_the_marks_is_replaced() {
        let page = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(inserted(&page, "new\n").unwrap(), format!("a\n{BEGIN}\n\nnew\n\n{END}\nb\n"));
        assert!(inserted("a", "new").is_err());
    }
}
