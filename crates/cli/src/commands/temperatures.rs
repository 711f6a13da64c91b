//! `psight temperatures`: what the machine's thermometers say, as psutil's temperatures.py.

use std::process::ExitCode;

use clap::Args;

use super::sensors::{Degrees, chips, rows};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight temperatures`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// In degrees Fahrenheit; programs get degrees Celsius all the same.
    #[arg(short, long)]
    fahrenheit: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "temperatures";
    const ABOUT: &'static str = "What the machine's thermometers say";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let all = context.host.temperatures()?;
    if all.is_empty() {
        context.verdict = ExitCode::FAILURE;
    }
    if context.output.format != Format::Table {
        return Ok(context.output.rows(rows(&all))?);
    }
    let terminal = context.output.terminal;
    let mut lines = chips(&all, &[], Degrees::new(arguments.fahrenheit, &terminal), &terminal);
    if lines.is_empty() {
        lines.push(Line::new().with(Paint::Plain, "this machine shows no temperatures"));
    }
    Ok(context.output.lines(lines)?)
}
