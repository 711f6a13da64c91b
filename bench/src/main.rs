//! What psight costs, beside others that ask the same, and beside the system calls alone.
//!
//! `cargo xtask bench` builds what this compares with and calls it.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a tool talks to its terminal")]

mod cases;
mod contenders;
mod cost;
mod ffi;
mod report;
mod run;
mod workload;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

/// What goes wrong ends the program.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Outcome {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", rest @ ..] => run::run(rest),
        ["load", loads @ ..] => workload::kept(loads),
        ["hold", what, folder] => workload::hold::run(what, Path::new(folder)),
        ["ask", who, case, passes, calls, pid] => {
            workload::raise_limit()?;
            let question = contenders::question(who, case, pid.parse()?)?;
            let times = cost::measured(passes.parse()?, calls.parse()?, question)?;
            println!("{}", serde_json::to_string(&times)?);
            Ok(())
        }
        _ => Err("usage: psight-bench run [--rounds N] [--python PYTHON] [--psight PROGRAM] [--save] [CASE...], or psight-bench load LOAD...".into()),
    }
}
