//! `psight fans`: how fast the machine's fans turn, as psutil's fans.py.

use clap::Args;

use super::sensors::{Degrees, chips, rows};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight fans`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {}

impl Applet for Arguments {
    const NAME: &'static str = "fans";
    const ABOUT: &'static str = "How fast the machine's fans turn";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(context)
    }
}

/// A machine without fans is no failure: many have none.
fn run(context: &mut Context) -> Result<(), Failure> {
    let all = context.host.fans()?;
    if context.output.format != Format::Table {
        return Ok(context.output.rows(rows(&all))?);
    }
    let terminal = context.output.terminal;
    let mut lines = chips(&[], &all, Degrees::new(false, &terminal), &terminal);
    if lines.is_empty() {
        lines.push(Line::new().with(Paint::Plain, "this machine shows no fans"));
    }
    Ok(context.output.lines(lines)?)
}
