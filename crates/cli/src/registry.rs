//! The table of commands: what each is called, says of itself, understands and does. Parsing, `psight help`, completions,
//! man pages and the names that a symbolic link may have are all made from it.

mod choice;

use std::ffi::OsString;

use clap::{ArgMatches, Args, Command};

pub(crate) use choice::{Choice, choice};

use crate::applet::Applet;
use crate::commands::{self, Context, Failure, overview};
use crate::global::Global;

/// One line of the table.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    about: &'static str,
    augment: fn(Command) -> Command,
    pub(crate) shows: bool,
    pub(crate) misused: u8,
    pub(crate) spelled_out: fn(Vec<OsString>) -> Vec<OsString>,
    pub(crate) run: fn(&ArgMatches, &mut Context) -> Result<(), Failure>,
}

impl Entry {
    const fn of<T: Applet>() -> Self {
        Self {
            name: T::NAME,
            about: T::ABOUT,
            augment: T::augment_args,
            shows: T::SHOWS,
            misused: T::MISUSED,
            spelled_out: T::spelled_out,
            run: |matches, context| {
                let arguments = T::from_arg_matches(matches);
                arguments.map_err(|error| Failure::Usage(error.to_string()))?.run(context)
            },
        }
    }

    /// The command for clap.
    pub(crate) fn command(&self) -> Command {
        // After the arguments, whose own description would replace it.
        let command = forgiving((self.augment)(Command::new(self.name).version(VERSION)));
        command.about(self.about).long_about(None)
    }

    /// The same as a program of its own, as where a link has its name.
    pub(crate) fn program(&self) -> Command {
        let program = Global::augment_args(self.command()).bin_name(self.name);
        program.about(self.about).long_about(None)
    }
}

/// The command as getopt(3) reads its words: the same option twice is no fault, the last value counts, and a long one may be
/// cut as long as it is clear which is meant.
fn forgiving(command: Command) -> Command {
    command.args_override_self(true).infer_long_args(true)
}

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// All commands under the heads that help has them under.
static GROUPS: &[(&str, &[Entry])] = &[
    (
        "The machine",
        &[
            Entry::of::<overview::Arguments>(),
            Entry::of::<commands::free::Arguments>(),
            Entry::of::<commands::df::Arguments>(),
            Entry::of::<commands::cpu::Arguments>(),
            Entry::of::<commands::meminfo::Arguments>(),
            Entry::of::<commands::iostat::Arguments>(),
            Entry::of::<commands::uptime::Arguments>(),
            Entry::of::<commands::who::Arguments>(),
            Entry::of::<commands::w::Arguments>(),
            Entry::of::<commands::sensors::Arguments>(),
            Entry::of::<commands::temperatures::Arguments>(),
            Entry::of::<commands::fans::Arguments>(),
            Entry::of::<commands::battery::Arguments>(),
        ],
    ),
    (
        "The network",
        &[
            Entry::of::<commands::netstat::Arguments>(),
            Entry::of::<commands::ifconfig::Arguments>(),
            Entry::of::<commands::nettop::Arguments>(),
        ],
    ),
    (
        "Processes",
        &[
            Entry::of::<commands::ps::Arguments>(),
            Entry::of::<commands::top::Arguments>(),
            Entry::of::<commands::iotop::Arguments>(),
            Entry::of::<commands::pstree::Arguments>(),
            Entry::of::<commands::procinfo::Arguments>(),
            Entry::of::<commands::procsmem::Arguments>(),
            Entry::of::<commands::pmap::Arguments>(),
            Entry::of::<commands::lsof::Arguments>(),
            Entry::of::<commands::tty::Arguments>(),
            #[cfg(windows)]
            Entry::of::<commands::services::Arguments>(),
        ],
    ),
    (
        "Processes, chosen and controlled",
        &[
            Entry::of::<commands::pgrep::Arguments>(),
            Entry::of::<commands::pidof::Arguments>(),
            Entry::of::<commands::pkill::Arguments>(),
            Entry::of::<commands::kill::Arguments>(),
            Entry::of::<commands::killall::Arguments>(),
            Entry::of::<commands::nice::Arguments>(),
            Entry::of::<commands::renice::Arguments>(),
            Entry::of::<commands::ionice::Arguments>(),
            Entry::of::<commands::taskset::Arguments>(),
            Entry::of::<commands::prlimit::Arguments>(),
        ],
    ),
    (
        "psight itself",
        &[
            Entry::of::<commands::doctor::Arguments>(),
            Entry::of::<commands::completions::Arguments>(),
            Entry::of::<commands::man::Arguments>(),
        ],
    ),
];

/// All commands.
pub(crate) fn all() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|(_, entries)| entries.iter())
}

/// The command of this name.
pub(crate) fn named(name: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.name == name)
}

/// psight with every command, for help, completions and suggestions.
pub(crate) fn whole() -> Command {
    psight(all()).help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}Options:\n{{options}}{{after-help}}",
        listed()
    ))
}

/// psight with these commands alone: to build one costs a fraction of building all, which a command that runs for a
/// millisecond would notice.
fn psight<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Command {
    let root = overview::Arguments::augment_args(Command::new("psight").version(VERSION));
    forgiving(Global::augment_args(root))
        .about("See every process and every resource of a machine, and control them")
        .long_about(None)
        .after_help("Without a command: one screen about this machine.")
        .subcommands(entries.into_iter().map(Entry::command))
}

/// The commands with what they are for, as clap lists them, but under heads.
fn listed() -> String {
    let width = all().map(|entry| entry.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (head, entries) in GROUPS {
        text.push_str(&format!("{head}:\n"));
        for entry in *entries {
            text.push_str(&format!("  {:width$}  {}\n", entry.name, entry.about));
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_finds_no_fault_with_any_command() {
        whole().debug_assert();
        for entry in all() {
            entry.program().debug_assert();
        }
    }

    #[test]
    fn an_option_may_be_there_twice_and_a_long_one_cut_short() {
        for words in ["ps -a -a", "free --hum --tot", "df -k -k", "pgrep --exa --exact sh"] {
            let words: Vec<&str> = words.split(' ').collect();
            let parsed = named(words[0]).unwrap().program().try_get_matches_from(&words);
            assert!(parsed.is_ok(), "{words:?}: {parsed:?}");
        }
        let unclear = named("free").unwrap().program().try_get_matches_from(["free", "--k"]);
        assert!(unclear.is_err(), "--kilo or --kibi");
    }

    #[test]
    fn every_name_is_there_once_and_no_line_about_it_ends_with_a_full_stop() {
        for entry in all() {
            assert_eq!(all().filter(|other| other.name == entry.name).count(), 1);
            assert!(!entry.about.ends_with('.'), "{}", entry.name);
        }
    }

    #[test]
    fn no_argument_has_the_name_of_one_that_is_understood_everywhere() {
        let ids = |command: Command| -> Vec<String> {
            command.get_arguments().map(|argument| argument.get_id().to_string()).collect()
        };
        let everywhere = ids(Global::augment_args(Command::new("psight")));
        for entry in all() {
            let own = ids((entry.augment)(Command::new(entry.name)));
            let both: Vec<_> = own.iter().filter(|id| everywhere.contains(id)).collect();
            assert!(both.is_empty(), "{}: {both:?}", entry.name);
        }
    }
}
