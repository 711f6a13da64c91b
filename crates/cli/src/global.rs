//! What every command understands.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use psight::Host;

use crate::bpf::{self, Bpf};
use crate::commands::Failure;
use crate::human;
use crate::output::Format;
use crate::terminal::Colour;

/// What every command understands.
#[derive(Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Print JSON: raw numbers in base units, null for what is not known.
    #[arg(long, global = true)]
    json: bool,
    /// Print JSON, one object to a line.
    #[arg(long, global = true, conflicts_with = "json")]
    ndjson: bool,
    /// Print comma-separated values.
    #[arg(long, global = true, conflicts_with_all = ["json", "ndjson"])]
    csv: bool,
    /// Ask the machine whose /proc, /sys and /etc lie under DIR: one that is mounted, or one that was captured.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Read tables of processes and the owners of sockets through BPF where that can be, which pays where there are
    /// thousands; tell says on standard error whether it could, no overrules PSIGHT_BPF. A process may keep whoever reads
    /// its arguments this way waiting, by a file system of its own in their place.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "yes|tell|no",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "yes",
        hide_possible_values = true
    )]
    bpf: Option<Bpf>,
    /// When to use colour: auto (on a terminal that has colours), always or never.
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: Colour,
    /// Lay out for this many columns instead of the terminal's.
    #[arg(long, global = true, value_name = "COLUMNS")]
    pub(crate) width: Option<usize>,
    /// Show it again and again, every two seconds unless said otherwise, until Ctrl-C.
    #[arg(
        long,
        global = true,
        value_name = "SECONDS",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "2",
        value_parser = human::seconds
    )]
    pub(crate) watch: Option<Duration>,
    /// Exit with 1 if anything could not be read.
    #[arg(long, global = true)]
    pub(crate) strict: bool,
}

impl Global {
    /// The machine that is asked.
    pub(crate) fn host(&self) -> Result<Host, Failure> {
        let host = match &self.root {
            Some(root) => Host::at(root)?,
            None => Host::local(),
        };
        Ok(if self.bpf() == Bpf::No { host } else { bpf::host(host) })
    }

    /// Whether that is read through BPF.
    pub(crate) fn bpf(&self) -> Bpf {
        Bpf::asked(self.bpf)
    }

    pub(crate) fn format(&self) -> Format {
        match (self.json, self.ndjson, self.csv) {
            (true, ..) => Format::Json,
            (_, true, _) => Format::Ndjson,
            (.., true) => Format::Csv,
            _ => Format::Table,
        }
    }
}
