//! `psight man`: the manual, made from what the commands understand.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;

use super::{Context, Failure};
use crate::applet::Applet;
use crate::registry;

/// Arguments of `psight man`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The command whose page to print; without one, psight's own.
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write all pages into this folder instead.
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    directory: Option<PathBuf>,
}

impl Applet for Arguments {
    const NAME: &'static str = "man";
    const ABOUT: &'static str =
        "The manual page of a command, for man(1): psight man ps | man -l -";
    const SHOWS: bool = false;

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        if let Some(directory) = &self.directory {
            return Ok(write_all(directory)?);
        }
        let command = match &self.command {
            None => registry::whole(),
            Some(name) => page_of(
                registry::named(name)
                    .ok_or_else(|| Failure::Usage(format!("there is no command {name:?}")))?,
            ),
        };
        Ok(context.output.raw(&rendered(command)?)?)
    }
}

fn write_all(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    fs::write(directory.join("psight.1"), rendered(registry::whole())?)?;
    for entry in registry::all() {
        let page = directory.join(format!("psight-{}.1", entry.name));
        fs::write(page, rendered(page_of(entry))?)?;
    }
    Ok(())
}

/// The command as its page names it: `psight-ps(1)` documents `psight ps`.
fn page_of(entry: &registry::Entry) -> Command {
    let name = format!("psight-{}", entry.name);
    let called = format!("psight {}", entry.name);
    entry.program().name(name).bin_name(called)
}

fn rendered(command: Command) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(page)
}
