//! `psight completions`: what a shell needs to complete psight's commands and options.

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Context, Failure};
use crate::applet::Applet;
use crate::registry;

/// Arguments of `psight completions`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
    /// Complete this command as a program of its own, as where a link has its name.
    #[arg(long = "for", value_name = "COMMAND")]
    command: Option<String>,
}

impl Applet for Arguments {
    const NAME: &'static str = "completions";
    const ABOUT: &'static str = "Completions for bash, zsh, fish, elvish or PowerShell";
    const SHOWS: bool = false;

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        let (command, name) = match &self.command {
            Some(name) => {
                let entry = registry::named(name)
                    .ok_or_else(|| Failure::Usage(format!("there is no command {name:?}")))?;
                (entry.program(), entry.name)
            }
            None => (registry::whole(), "psight"),
        };
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut visible(&command), name, &mut script);
        Ok(context.output.raw(&script)?)
    }
}

/// The command without the options that help does not show, which the scripts would offer all the same: those that are
/// understood only to be refused in words.
fn visible(command: &Command) -> Command {
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set()).cloned();
    let about = command.get_about().cloned().unwrap_or_default();
    let version = command.get_version().unwrap_or_default().to_owned();
    Command::new(command.get_name().to_owned())
        .about(about)
        .version(version)
        .disable_help_flag(command.is_disable_help_flag_set())
        .args(shown)
        .subcommands(command.get_subcommands().map(visible))
}
