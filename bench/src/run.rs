//! Running the cases: all contenders of a case in turn, forth and back, each a process of its own in every round.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cases::{CASES, Case, Who};
use crate::report::{Report, Result};
use crate::workload::Workload;
use crate::{Outcome, ffi, report};

/// How to run, and where what is compared with lies.
#[derive(Debug)]
struct Settings {
    rounds: usize,
    python: PathBuf,
    psight: PathBuf,
    json: Option<PathBuf>,
    /// Cases whose names have one of these texts in them; all of them without any.
    wanted: Vec<String>,
}

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let settings = settings(arguments)?;
    let mut workload = Workload::new()?;
    let mut report = Report::new();
    for case in CASES.iter().filter(|case| settings.wants(case)) {
        let subject = workload.provide(case.load)?;
        let results = compare(case, subject, &settings)?;
        print!("{}", report::text(case, &results));
        report.add(case, results);
    }
    if let Some(path) = &settings.json {
        std::fs::write(path, report.json()?)?;
    }
    Ok(())
}

fn settings(arguments: &[&str]) -> Outcome<Settings> {
    let mut settings = Settings {
        rounds: 3,
        python: PathBuf::from("python3"),
        psight: PathBuf::from("psight"),
        json: None,
        wanted: Vec::new(),
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match *word {
            "--rounds" => settings.rounds = value()?.parse()?,
            "--python" => settings.python = value()?.into(),
            "--psight" => settings.psight = value()?.into(),
            "--json" => settings.json = Some(value()?.into()),
            name => settings.wanted.push(name.to_owned()),
        }
    }
    Ok(settings)
}

impl Settings {
    fn wants(&self, case: &Case) -> bool {
        self.wanted.is_empty() || self.wanted.iter().any(|name| case.name.contains(name.as_str()))
    }
}

/// Every contender in every round, in an order that turns round each time.
fn compare(case: &Case, subject: u32, settings: &Settings) -> Outcome<Vec<Result>> {
    let mut results: Vec<Result> = case.who.iter().map(|who| Result::new(who.name())).collect();
    for round in 0..settings.rounds {
        let mut order: Vec<usize> = (0..case.who.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let (Some(who), Some(result)) = (case.who.get(index), results.get_mut(index)) else {
                continue;
            };
            if result.absent.is_some() {
                continue;
            }
            match ask(*who, case, subject, settings) {
                Ok(times) => result.add(times),
                Err(error) => result.absent = Some(error.to_string()),
            }
        }
    }
    Ok(results)
}

/// What one contender took, in milliseconds.
fn ask(who: Who, case: &Case, subject: u32, settings: &Settings) -> Outcome<Vec<f64>> {
    let numbers = [case.passes.to_string(), case.calls.to_string(), subject.to_string()];
    match who {
        Who::Here(name) => {
            let mut command = Command::new(std::env::current_exe()?);
            said(command.args(["ask", name, case.name]).args(numbers))
        }
        Who::Python(module) => {
            let script = concat!(env!("CARGO_MANIFEST_DIR"), "/ask.py");
            let mut command = Command::new(&settings.python);
            said(command.args(["-I", script, module, case.name]).args(numbers))
        }
        Who::Tool(words) => {
            let (program, rest) = words.split_first().ok_or("no program")?;
            taken(Command::new(program), rest, subject)
        }
        Who::Ours(words) => taken(Command::new(&settings.psight), words, subject),
    }
}

/// The times that a contender says it took.
fn said(command: &mut Command) -> Outcome<Vec<f64>> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output()?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let last = error.lines().last().unwrap_or_default();
        return Err(format!("{}: {last}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// What a program took from its start to its end.
fn taken(mut command: Command, words: &[&str], subject: u32) -> Outcome<Vec<f64>> {
    let subject = subject.to_string();
    command.args(words.iter().map(|word| word.replace("{pid}", &subject)));
    let before = ffi::time_of_children()?;
    let status =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let taken = ffi::time_of_children()?.saturating_sub(before);
    if taken == Duration::ZERO && !status.success() {
        return Err(status.to_string().into());
    }
    Ok(vec![taken.as_secs_f64() * 1e3])
}
