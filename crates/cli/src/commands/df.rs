//! `psight df`.

use clap::Args;

use super::{Context, Failure};

/// Arguments of `psight df`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_arguments: Arguments, _context: &mut Context) -> Result<(), Failure> {
    Ok(())
}
