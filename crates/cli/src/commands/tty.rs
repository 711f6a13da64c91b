//! `psight tty`: the terminal that standard input is, as coreutils' `tty` says it.

use std::borrow::Cow;
use std::io::{IsTerminal as _, stdin};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use psight::Process;
use psight::record::{ToValue as _, Value};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight tty`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Say it by the exit code alone: 0 for a terminal, 1 for anything else.
    #[arg(short, long, visible_alias = "quiet")]
    silent: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "tty";
    const ABOUT: &'static str = "The terminal of standard input";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        let is_terminal = stdin().is_terminal();
        if !is_terminal {
            context.verdict = ExitCode::FAILURE;
        }
        if self.silent {
            return Ok(());
        }
        let terminal = if is_terminal { Some(name()?) } else { None };
        match context.output.format {
            Format::Table => {
                let line = match &terminal {
                    Some(path) => Line::new().with_os(Paint::Plain, path),
                    None => Line::new().with(Paint::Plain, "not a tty"),
                };
                Ok(context.output.lines([line])?)
            }
            Format::Csv => Err(Failure::Usage("tty is not a list: use --json".to_owned())),
            Format::Json | Format::Ndjson => {
                let document = Value::Map(vec![(Cow::Borrowed("terminal"), terminal.to_value())]);
                Ok(context.output.document(&document)?)
            }
        }
    }
}

/// The file of the terminal: where standard input is opened, which need not be the controlling terminal.
pub(crate) fn name() -> Result<PathBuf, Failure> {
    let process = Process::current()?;
    let input = process.fds()?.into_iter().find(|descriptor| descriptor.fd == 0);
    match input.and_then(|input| input.path) {
        Some(path) => Ok(path),
        None => Err(Failure::Output(std::io::Error::other("the terminal has no name here"))),
    }
}
