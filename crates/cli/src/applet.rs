//! What a command is.

use std::ffi::OsString;

use clap::Args;

use crate::context::{Context, Failure};

/// A command: its arguments, and what it does with them.
pub(crate) trait Applet: Args {
    /// The name, which is that of the program whose work it does.
    const NAME: &'static str;
    /// What it shows or does, as one line without a full stop.
    const ABOUT: &'static str;

    /// Whether it shows the machine without changing it, so that it may be shown again and again.
    const SHOWS: bool = true;

    /// The exit code for arguments that make no sense. What runs another program says it in a way that is not taken for
    /// that program's.
    const MISUSED: u8 = 2;

    /// Brings what fingers know into what clap understands, as `kill -9`.
    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        words
    }

    /// Does it.
    fn run(self, context: &mut Context) -> Result<(), Failure>;
}
