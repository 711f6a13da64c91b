//! What signals are called: `kill -l` and `kill -L`.

use std::borrow::Cow;

use psight::process::Signal;
use psight::record::Value;

use crate::commands::{Context, Failure};
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};

/// A line is no longer than on the terminals that `kill -l` was first written for.
const WIDEST: usize = 78;
/// How many signals stand in a line of the table.
const IN_A_LINE: usize = 6;

/// The names of all signals, or for each of `asked` the name of a number or the number of a name.
pub(crate) fn list(asked: &[String], context: &mut Context) -> Result<(), Failure> {
    let signals = asked.iter().map(|word| parsed(word)).collect::<Result<Vec<_>, _>>()?;
    if context.output.format != Format::Table {
        let all = if asked.is_empty() { Signal::all() } else { signals };
        return for_programs(&all, context);
    }
    if asked.is_empty() {
        return Ok(context.output.lines(filled(Signal::all().into_iter().map(short)))?);
    }
    let answers = asked.iter().zip(signals).map(|(word, signal)| {
        let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
        let answer = if is_number { short(signal) } else { signal.number().to_string() };
        Line::new().with(Paint::Plain, answer)
    });
    Ok(context.output.lines(answers)?)
}

/// All signals with their numbers.
pub(crate) fn table(context: &mut Context) -> Result<(), Failure> {
    let all = Signal::all();
    if context.output.format != Format::Table {
        return for_programs(&all, context);
    }
    let entry = |signal: &Signal| format!("{:>2} {:<9}", signal.number(), short(*signal));
    let lines = all.chunks(IN_A_LINE).map(|signals| {
        let text: String = signals.iter().map(entry).collect();
        Line::new().with(Paint::Plain, text)
    });
    Ok(context.output.lines(lines)?)
}

/// A name, a number, or the exit code that a shell gives for what a signal ended: 128 and the number.
fn parsed(word: &str) -> Result<Signal, Failure> {
    let of_code = || Some(Signal::new(word.parse::<i32>().ok()?.checked_sub(128)?));
    let parsed = word.parse::<Signal>();
    let known = |signal: &Signal| Signal::all().contains(signal) || signal.number() == 0;
    match parsed.as_ref().ok().filter(|signal| known(signal)).copied().or_else(of_code) {
        Some(signal) if known(&signal) => Ok(signal),
        _ => Err(Failure::Coded(1, format!("there is no signal {word:?}"))),
    }
}

/// The name without `SIG`.
fn short(signal: Signal) -> String {
    let name = signal.to_string();
    name.strip_prefix("SIG").map(str::to_owned).unwrap_or(name)
}

/// Words in lines that are as full as they may be.
fn filled(words: impl Iterator<Item = String>) -> Vec<Line> {
    let mut lines: Vec<String> = Vec::new();
    for word in words {
        match lines.last_mut().filter(|line| line.len() + 1 + word.len() <= WIDEST) {
            Some(line) => {
                line.push(' ');
                line.push_str(&word);
            }
            None => lines.push(word),
        }
    }
    lines.into_iter().map(|line| Line::new().with(Paint::Plain, line)).collect()
}

fn for_programs(signals: &[Signal], context: &mut Context) -> Result<(), Failure> {
    let row = |signal: &Signal| {
        vec![Value::Int(signal.number().into()), Value::Text(signal.to_string().into())]
    };
    let names = vec![Cow::Borrowed("number"), Cow::Borrowed("name")];
    Ok(context.output.rows(Rows { names, rows: signals.iter().map(row).collect() })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_a_shell_is_the_signal_that_it_was_made_of() {
        assert_eq!(parsed("137").unwrap(), Signal::KILL);
        assert_eq!(parsed("term").unwrap(), Signal::TERM);
        for word in ["128000", "127", "nosuch", "-9"] {
            assert!(parsed(word).is_err(), "{word}");
        }
    }
}
