//! `psight` alone: one screen about the machine.

mod document;
mod facts;
mod frame;
mod processes;
mod screen;
pub(crate) mod seen;
mod shortage;

use clap::Args;

use super::{Context, Failure};
use crate::applet::Applet;
use crate::output::Format;

/// Arguments of `psight overview`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Show this many processes of each kind, instead of as many as the screen has room for.
    #[arg(short = 'n', long, value_name = "COUNT")]
    top: Option<usize>,
}

impl Applet for Arguments {
    const NAME: &'static str = "overview";
    const ABOUT: &'static str = "One screen about the machine: what `psight` alone shows";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    let facts = facts::gather(context);
    match context.output.format {
        Format::Table => {
            let lines = screen::lines(&facts, &context.output.terminal, arguments.top);
            Ok(context.output.lines(lines)?)
        }
        Format::Csv => Err(Failure::Usage("the overview is not a list: use --json".to_owned())),
        Format::Json | Format::Ndjson => {
            let top = arguments.top.unwrap_or(10);
            Ok(context.output.document(&document::value(&facts, top))?)
        }
    }
}
