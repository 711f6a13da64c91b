//! The resources: what `prlimit` calls each, and the options that are made of that.

use std::ffi::OsString;
use std::fmt;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use psight::process::{Limit, Limits, Resource};

/// What there is to say of a resource.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) resource: Resource,
    short: char,
    long: &'static str,
    pub(super) description: &'static str,
    pub(super) units: &'static str,
}

const fn known(
    resource: Resource,
    short: char,
    long: &'static str,
    description: &'static str,
    units: &'static str,
) -> Known {
    Known { resource, short, long, description, units }
}

/// In the words and in the order of util-linux.
const ALL: &[Known] = &[
    known(Resource::AddressSpace, 'v', "as", "address space limit", "bytes"),
    known(Resource::Core, 'c', "core", "max core file size", "bytes"),
    known(Resource::Cpu, 't', "cpu", "CPU time", "seconds"),
    known(Resource::Data, 'd', "data", "max data size", "bytes"),
    known(Resource::FileSize, 'f', "fsize", "max file size", "bytes"),
    known(Resource::Locks, 'x', "locks", "max number of file locks held", "locks"),
    known(Resource::LockedMemory, 'l', "memlock", "max locked-in-memory address space", "bytes"),
    known(Resource::MessageQueues, 'q', "msgqueue", "max bytes in POSIX mqueues", "bytes"),
    known(Resource::Nice, 'e', "nice", "max nice prio allowed to raise", ""),
    known(Resource::OpenFiles, 'n', "nofile", "max number of open files", "files"),
    known(Resource::Processes, 'u', "nproc", "max number of processes", "processes"),
    known(Resource::Rss, 'm', "rss", "max resident set size", "bytes"),
    known(Resource::RealTimePriority, 'r', "rtprio", "max real-time priority", ""),
    known(Resource::RealTime, 'y', "rttime", "timeout for real-time tasks", "microsecs"),
    known(Resource::PendingSignals, 'i', "sigpending", "max number of pending signals", "signals"),
    known(Resource::Stack, 's', "stack", "max stack size", "bytes"),
];

/// The resources that the options name: one without a value is to be shown, one with a value to be changed.
#[derive(Debug, Default)]
pub(super) struct Resources {
    pub(super) shown: Vec<&'static Known>,
    pub(super) changed: Vec<(&'static Known, Change)>,
}

impl Resources {
    /// Those that are to be shown, which are all where none is named.
    pub(super) fn shown_or_all(&self) -> Vec<&'static Known> {
        if self.shown.is_empty() { ALL.iter().collect() } else { self.shown.clone() }
    }
}

impl Args for Resources {
    fn augment_args(command: Command) -> Command {
        let option = |known: &Known| {
            Arg::new(known.long)
                .short(known.short)
                .long(known.long)
                .value_name("SOFT:HARD")
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("")
                .action(ArgAction::Append)
                .value_parser(asked)
                .help(help(known))
        };
        command
            .next_help_heading("Resources, shown or with a value changed")
            .args(ALL.iter().map(option))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// What the option is about, with the unit of its numbers where the words do not say it.
fn help(known: &Known) -> String {
    let mut letters = known.description.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    let text: String = first.into_iter().chain(letters).collect();
    if known.description.contains(known.units) {
        text
    } else {
        format!("{text}, in {}", known.units)
    }
}

impl FromArgMatches for Resources {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut resources = Self::default();
        resources.update_from_arg_matches(matches)?;
        Ok(resources)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        // In the order in which they were written, as they are shown.
        let mut named: Vec<(usize, &Known, Option<Change>)> = Vec::new();
        for known in ALL {
            let places = matches.indices_of(known.long).into_iter().flatten();
            let values = matches.get_many::<Option<Change>>(known.long).into_iter().flatten();
            named.extend(places.zip(values).map(|(at, change)| (at, known, *change)));
        }
        named.sort_by_key(|(at, ..)| *at);
        for (_, known, change) in named {
            match change {
                Some(change) => self.changed.push((known, change)),
                None => self.shown.push(known),
            }
        }
        Ok(())
    }
}

/// What is to become of a limit; what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Change {
    soft: Option<Limit>,
    hard: Option<Limit>,
}

impl Change {
    pub(super) fn from(self, now: Limits) -> Limits {
        Limits::new(self.soft.unwrap_or(now.soft), self.hard.unwrap_or(now.hard))
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |limit: Option<Limit>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        write!(f, "{}:{}", part(self.soft), part(self.hard))
    }
}

/// What an option asks for: a change, or without a value none.
fn asked(text: &str) -> Result<Option<Change>, String> {
    if text.is_empty() { Ok(None) } else { change(text).map(Some) }
}

/// `soft:hard`, `soft:`, `:hard`, or one number for both.
fn change(text: &str) -> Result<Change, String> {
    let wrong =
        || format!("{text:?} is no limit, as in 1024, 1024:4096, 1024:, :4096 or unlimited");
    let part = |text: &str| match text {
        "unlimited" | "infinity" | "-1" => Ok(Limit::Unlimited),
        _ if text.starts_with('+') => Err(wrong()),
        _ => text.parse().map(Limit::Of).map_err(|_| wrong()),
    };
    let side = |text: &str| if text.is_empty() { Ok(None) } else { part(text).map(Some) };
    match text.split_once(':') {
        Some(("", "")) => Err(wrong()),
        Some((soft, hard)) => Ok(Change { soft: side(soft)?, hard: side(hard)? }),
        None => part(text).map(|both| Change { soft: Some(both), hard: Some(both) }),
    }
}

/// Brings `-n1024` into a form that clap understands, up to the program.
pub(super) fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
    let mut is_over = false;
    let mut is_value = false;
    let mut spelled = |word: OsString| {
        if is_over || std::mem::take(&mut is_value) {
            return word;
        }
        let Some(option) = word.to_str().and_then(|word| word.strip_prefix('-')) else {
            is_over = true;
            return word;
        };
        is_over = option == "-";
        is_value = ["p", "-pid", "o", "-output", "-root", "-color", "-width"].contains(&option);
        let mut letters = option.chars();
        let known = letters.next().and_then(|short| ALL.iter().find(|known| known.short == short));
        match (known, letters.as_str()) {
            (Some(known), value) if change(value.trim_start_matches('=')).is_ok() => {
                let value = value.trim_start_matches('=');
                OsString::from(format!("--{}={value}", known.long))
            }
            _ => word,
        }
    };
    words.into_iter().map(&mut spelled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_names_one_limit_or_both() {
        let of = |number| Some(Limit::Of(number));
        assert_eq!(change("5"), Ok(Change { soft: of(5), hard: of(5) }));
        assert_eq!(change("5:9"), Ok(Change { soft: of(5), hard: of(9) }));
        assert_eq!(change("5:"), Ok(Change { soft: of(5), hard: None }));
        assert_eq!(change(":unlimited"), Ok(Change { soft: None, hard: Some(Limit::Unlimited) }));
        assert_eq!(change("-1"), change("unlimited"));
        for wrong in ["", ":", "five", "+5", "-2", "5:x", "18446744073709551616"] {
            assert!(change(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_resource_of_this_system_is_known() {
        let known: Vec<Resource> = ALL.iter().map(|known| known.resource).collect();
        for resource in Resource::ALL.iter().filter(|resource| resource.number().is_some()) {
            assert!(known.contains(resource), "{resource}");
        }
    }

    #[test]
    fn a_value_may_stand_against_its_letter() {
        let words = ["-n1024:", "-c=0", "-n", "-p", "-n5", "--", "-n7"];
        let spelled = spelled_out(words.iter().map(OsString::from).collect());
        let expected = ["--nofile=1024:", "--core=0", "-n", "-p", "-n5", "--", "-n7"];
        assert_eq!(spelled, expected.map(OsString::from));
    }
}
