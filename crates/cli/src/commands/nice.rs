//! `psight nice`: runs a program with another nice value, or shows the own one.

use std::borrow::Cow;
use std::ffi::OsString;

use clap::Args;
use psight::Process;
use psight::record::Value;

use super::targets::{become_program, on_this_machine};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};

/// Arguments of `psight nice`.
#[derive(Debug, Default, Args)]
#[command(
    after_help = "Exit code: that of the program, 127 if there is none of the name, 126 if it cannot be run, 125 if nice fails."
)]
pub(crate) struct Arguments {
    /// Add this to the nice value, 10 unless said otherwise: the higher, the more it gives way. Also as -N.
    #[arg(short = 'n', long, value_name = "N", allow_hyphen_values = true)]
    adjustment: Option<i32>,
    /// The program and its arguments; without one, the own nice value is shown.
    #[arg(value_name = "PROGRAM", trailing_var_arg = true)]
    program: Vec<OsString>,
}

/// Exit code where the fault is not the program's.
const FAILED: u8 = 125;

impl Applet for Arguments {
    const NAME: &'static str = "nice";
    const ABOUT: &'static str = "Runs a program that gives way to others, or goes before them";
    const SHOWS: bool = false;
    const MISUSED: u8 = FAILED;

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        spelled_out(words)
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context).map_err(|failure| match failure {
            Failure::Machine(error) => Failure::Coded(FAILED, error.to_string()),
            failure => failure,
        })
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    on_this_machine(context)?;
    let own = Process::current()?;
    let nice = own.nice()?;
    if arguments.program.is_empty() {
        if arguments.adjustment.is_some() {
            return Err(Failure::Usage("there is no program to run".to_owned()));
        }
        return show(nice, context);
    }
    let wanted = nice.saturating_add(arguments.adjustment.unwrap_or(10));
    match own.set_nice(wanted) {
        // It runs all the same, as with any other nice.
        Err(error) if error.is_denied() => {
            crate::complain(&format!("cannot set the nice value to {wanted}: {error}"));
        }
        set => set?,
    }
    Err(become_program(&arguments.program))
}

fn show(nice: i32, context: &mut Context) -> Result<(), Failure> {
    if context.output.format != Format::Table {
        let names = vec![Cow::Borrowed("nice")];
        let rows = vec![vec![Value::Int(nice.into())]];
        return Ok(context.output.rows(Rows { names, rows })?);
    }
    Ok(context.output.lines([Line::new().with(Paint::Plain, nice.to_string())])?)
}

/// Brings `-5` and `--5` (which is minus five) into a form that clap understands, up to the program.
fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
    let mut is_over = false;
    let mut is_value = false;
    let mut spelled = |word: OsString| {
        if is_over || std::mem::take(&mut is_value) {
            return word;
        }
        let Some(option) = word.to_str().and_then(|word| word.strip_prefix('-')) else {
            is_over = true;
            return word;
        };
        is_over = option == "-";
        is_value = option == "n" || option == "-adjustment";
        let digits = option.trim_start_matches(['-', '+']);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { OsString::from(format!("--adjustment={option}")) } else { word }
    };
    words.into_iter().map(&mut spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(words: &[&str]) -> Vec<String> {
        let words = spelled_out(words.iter().map(OsString::from).collect());
        words.into_iter().map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn a_number_after_a_dash_is_the_adjustment() {
        assert_eq!(spelled(&["-5", "ls", "-5"]), ["--adjustment=5", "ls", "-5"]);
        assert_eq!(spelled(&["--5", "ls"]), ["--adjustment=-5", "ls"]);
        assert_eq!(spelled(&["-+5", "ls"]), ["--adjustment=+5", "ls"]);
        assert_eq!(spelled(&["-n", "-5", "ls", "-1"]), ["-n", "-5", "ls", "-1"]);
        assert_eq!(spelled(&["--", "-5"]), ["--", "-5"]);
    }
}
