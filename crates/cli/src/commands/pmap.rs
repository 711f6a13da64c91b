//! `psight pmap`: the memory of processes piece by piece, in the layouts of procps' `pmap`.

mod layouts;

use std::process::ExitCode;

use clap::Args;
use psight::process::{AddressRange, MemoryMap};
use psight::record::{Record as _, Value};
use psight::{ErrorKind, Process};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::output::{Format, Rows};

/// What `pmap` ends with where a process was not there.
const NOT_FOUND: u8 = 42;

/// Arguments of `psight pmap`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// The processes.
    #[arg(value_name = "PID", required = true, value_parser = pid)]
    pids: Vec<u32>,
    #[command(flatten)]
    layout: Layout,
    /// No heads and no sums.
    #[arg(short, long)]
    quiet: bool,
    /// Whole paths.
    #[arg(short = 'p', long = "show-path")]
    paths: bool,
    /// What lies between these addresses, in hexadecimal.
    #[arg(short = 'A', long, value_name = "LOW[,HIGH]", value_parser = range)]
    range: Option<(u64, u64)>,
}

#[derive(Debug, Default, Args)]
#[group(multiple = false)]
struct Layout {
    /// What of it is in memory, and what was changed.
    #[arg(short = 'x', long, overrides_with = "extended")]
    extended: bool,
    /// Everything that is known of each piece; also -XX.
    #[arg(short = 'X', overrides_with = "everything")]
    everything: bool,
    /// Where in which file it begins.
    #[arg(short = 'd', long)]
    device: bool,
}

/// A pid, or the folder of one as in `/proc/42`.
fn pid(word: &str) -> Result<u32, String> {
    let number = word.strip_prefix("/proc/").unwrap_or(word);
    number.parse().map_err(|_| format!("{word:?} is no pid"))
}

fn range(word: &str) -> Result<(u64, u64), String> {
    let number = |text: &str| {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        u64::from_str_radix(digits, 16).map_err(|_| format!("{text:?} is no address"))
    };
    match word.split_once(',') {
        Some((low, "")) => Ok((number(low)?, u64::MAX)),
        Some((low, high)) => Ok((number(low)?, number(high)?)),
        None => number(word).map(|address| (address, address)),
    }
}

impl Applet for Arguments {
    const NAME: &'static str = "pmap";
    const ABOUT: &'static str = "The memory of processes, piece by piece";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let is_table = context.output.format == Format::Table;
    let mut all = Vec::new();
    for pid in &arguments.pids {
        let process = context.host.process(*pid);
        let told = match is_table {
            true => process
                .and_then(|process| layouts::text(arguments, &process, context.output.terminal))
                .map(|text| context.output.text(&text)),
            false => process.and_then(|process| {
                all.push((process.pid(), arguments.maps(&process)?));
                Ok(Ok(()))
            }),
        };
        match told {
            Ok(written) => written?,
            Err(error) if error.kind() == ErrorKind::NoSuchProcess => {
                context.verdict = ExitCode::from(NOT_FOUND);
            }
            Err(error) => {
                context.verdict = ExitCode::FAILURE;
                let what = format!("process {pid}");
                match error.kind() {
                    ErrorKind::NotFound => context.skipped.failed(what, "its memory is not told"),
                    _ => context.skipped.note(what, &error),
                }
            }
        }
    }
    if is_table {
        return Ok(());
    }
    let mut names = vec!["pid".into()];
    names.extend(MemoryMap::FIELDS.iter().map(|field| field.name.into()));
    let rows = all.iter().flat_map(|(pid, maps)| {
        let pid = u64::from(pid.as_u32());
        maps.iter()
            .map(move |map| [vec![Value::Uint(pid)], map.values()].into_iter().flatten().collect())
    });
    Ok(context.output.rows(Rows { names, rows: rows.collect() })?)
}

impl Arguments {
    /// The pieces as programs get them.
    fn maps(&self, process: &Process) -> psight::Result<Vec<MemoryMap>> {
        let mut maps = process.memory_maps()?;
        maps.retain(|map| self.has(map.addr));
        Ok(maps)
    }

    /// Whether a piece was asked for.
    fn has(&self, addr: AddressRange) -> bool {
        let (low, high) = self.range.unwrap_or((0, u64::MAX));
        addr.end > low && addr.start <= high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_may_be_its_folder() {
        assert_eq!(pid("42"), Ok(42));
        assert_eq!(pid("/proc/42"), Ok(42));
        assert!(pid("/proc/self").is_err());
    }

    #[test]
    fn addresses_are_hexadecimal() {
        assert_eq!(range("ff,0x100"), Ok((255, 256)));
        assert_eq!(range("10"), Ok((16, 16)));
        assert!(range("z").is_err());
    }
}
