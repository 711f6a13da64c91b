//! Running the cases: all contenders of a case in turn, forth and back, each a process of its own in every round.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cases::{CASES, Case, Who};
use crate::report::{Machine, Report, Result};
use crate::workload::{FOLDER, Workload};
use crate::{Outcome, ffi, report};

/// How to run, and where what is compared with lies.
#[derive(Debug)]
struct Settings {
    rounds: usize,
    python: PathBuf,
    psight: PathBuf,
    /// The folder of the documentation, if the results are to stand there.
    save: Option<PathBuf>,
    /// Cases whose names have one of these texts in them; all of them without any.
    wanted: Vec<String>,
}

pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let settings = settings(arguments)?;
    let mut workload = Workload::new()?;
    let mut report = Report::new();
    for case in CASES.iter().filter(|case| settings.wants(case)) {
        let subject = workload.provide(case.load)?;
        let results = compare(case, subject, workload.folder(), &settings)?;
        print!("{}", report::text(case, &results));
        std::io::stdout().flush()?;
        report.add(case, results);
    }
    if let Some(folder) = &settings.save {
        report.save(folder, &Machine::here(&settings.python))?;
    }
    Ok(())
}

fn settings(arguments: &[&str]) -> Outcome<Settings> {
    let mut settings = Settings {
        rounds: 3,
        python: PathBuf::from("python3"),
        psight: PathBuf::from("psight"),
        save: None,
        wanted: Vec::new(),
    };
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
        match *word {
            "--rounds" => settings.rounds = value()?.parse()?,
            "--python" => settings.python = value()?.into(),
            "--psight" => settings.psight = value()?.into(),
            "--save" => settings.save = Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")),
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
fn compare(case: &Case, subject: u32, folder: &Path, settings: &Settings) -> Outcome<Vec<Result>> {
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
            // What is over with its first pass would be measured too rarely.
            for _ in 0..if case.passes == 1 { 5 } else { 1 } {
                match ask(*who, case, subject, folder, settings) {
                    Ok(times) => result.add(times),
                    Err(error) => result.absent = Some(error.to_string()),
                }
            }
        }
    }
    Ok(results)
}

/// What one contender took, in milliseconds.
fn ask(
    who: Who,
    case: &Case,
    subject: u32,
    folder: &Path,
    settings: &Settings,
) -> Outcome<Vec<f64>> {
    let numbers = [case.passes.to_string(), case.calls.to_string(), subject.to_string()];
    match who {
        Who::Here(name) => {
            let mut command = Command::new(std::env::current_exe()?);
            command.env(FOLDER, folder);
            said(command.args(["ask", name, case.name]).args(numbers))
        }
        Who::Python(module) => said(script(settings, module, case).args(numbers)),
        Who::PythonWith(more) => {
            said(script(settings, &format!("psight+{more}"), case).args(numbers))
        }
        Who::Tool(words) => {
            let (program, rest) = words.split_first().ok_or("no program")?;
            taken(Command::new(program), rest, subject)
        }
        Who::Ours(words) => taken(Command::new(&settings.psight), words, subject),
        Who::Screen(words) => shown(words),
    }
}

/// The script that asks a Python package.
fn script(settings: &Settings, module: &str, case: &Case) -> Command {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/ask.py");
    let mut command = Command::new(&settings.python);
    command.args(["-I", script, module, case.name]);
    command
}

/// How long a program that shows everything once a second is watched.
const WATCHED: Duration = Duration::from_secs(10);

/// What a program on a terminal takes in a second. `script` gives it the terminal, and `q` ends it.
fn shown(words: &[&str]) -> Outcome<Vec<f64>> {
    let program = words.first().ok_or("no program")?;
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|dir| dir.join(program).is_file());
    if !found {
        return Err(format!("{program} is not installed").into());
    }
    let before = ffi::time_of_children()?;
    let mut script = Command::new("script");
    script.args(["-qec", &format!("stty rows 50 cols 160; exec {}", words.join(" ")), "/dev/null"]);
    script.env("TERM", "xterm").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = script.spawn()?;
    std::thread::sleep(WATCHED);
    if let Some(mut input) = child.stdin.take() {
        input.write_all(b"q")?;
        input.flush()?;
    }
    let deadline = Instant::now() + Duration::from_secs(5);
    while child.try_wait()?.is_none() {
        if Instant::now() > deadline {
            child.kill()?;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let taken = ffi::time_of_children()?.saturating_sub(before);
    Ok(vec![taken.as_secs_f64() * 1e3 / WATCHED.as_secs_f64()])
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
    // pgrep and lsof also end with 1 when there is something that they do not show.
    if !matches!(status.code(), Some(0 | 1)) {
        return Err(status.to_string().into());
    }
    Ok(vec![taken.as_secs_f64() * 1e3])
}
