//! Reading through BPF, for those who ask for it: by `--bpf`, or in the environment, so that it also reaches a psight that
//! is called by the name of a command.

use std::env;

use clap::ValueEnum;
use psight::Host;
use psight::table::Columns;

/// What asks for it where no option does.
pub(crate) const VARIABLE: &str = "PSIGHT_BPF";

/// Whether to read through BPF where that can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Bpf {
    /// Read so, and say nothing of it.
    Yes,
    /// Read so, and say on standard error whether it was possible.
    Tell,
    /// Read as ever.
    No,
}

impl Bpf {
    /// What was asked for: the option wins over the environment.
    pub(crate) fn asked(option: Option<Self>) -> Self {
        let variable = || env::var_os(VARIABLE).and_then(|value| value.into_string().ok());
        option.unwrap_or_else(|| Self::of(variable().as_deref().unwrap_or_default()))
    }

    /// What the environment asks for.
    fn of(value: &str) -> Self {
        match value {
            "" | "0" | "no" => Self::No,
            "tell" => Self::Tell,
            _ => Self::Yes,
        }
    }
}

/// The machine read through BPF where that can be; programs are loaded when something needs them. A psight that was built
/// without BPF reads it as ever.
pub(crate) fn host(host: Host) -> Host {
    #[cfg(feature = "bpf")]
    let host = host.with_bpf();
    host
}

/// What came of it, for whoever wants to be told.
pub(crate) fn outcome(host: &Host) -> String {
    let told = match answers(host) {
        1 => "BPF: 1 answer came through it".to_owned(),
        answers => format!("BPF: {answers} answers came through it"),
    };
    match (answers(host), refusal(host)) {
        (0, None) => "BPF: nothing of this is read through it".to_owned(),
        (0, Some(why)) => format!("BPF: read from /proc instead ({why})"),
        (_, None) => told,
        (_, Some(why)) => format!("{told}, others from /proc ({why})"),
    }
}

/// Whether tables can be read so, tried on the smallest: or why they cannot. `None` of a captured machine.
pub(crate) fn trial(of: &Host) -> Option<Result<(), String>> {
    if of.is_captured() {
        return None;
    }
    let host = host(of.clone());
    // What goes wrong with the table itself is told by others.
    let _ = host.processes(Columns::NAME);
    Some(match (answers(&host), refusal(&host)) {
        (0, why) => Err(why.unwrap_or_else(|| "nothing was answered".to_owned())),
        _ => Ok(()),
    })
}

#[cfg(feature = "bpf")]
fn answers(host: &Host) -> u64 {
    host.bpf_answers()
}

#[cfg(not(feature = "bpf"))]
fn answers(_host: &Host) -> u64 {
    0
}

#[cfg(feature = "bpf")]
fn refusal(host: &Host) -> Option<String> {
    host.bpf_refusal().map(|why| why.to_string())
}

#[cfg(not(feature = "bpf"))]
fn refusal(_host: &Host) -> Option<String> {
    Some("this psight was built without BPF".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_asks_with_any_word_that_does_not_decline() {
        for (value, asked) in [
            ("", Bpf::No),
            ("0", Bpf::No),
            ("no", Bpf::No),
            ("1", Bpf::Yes),
            ("yes", Bpf::Yes),
            ("please", Bpf::Yes),
            ("tell", Bpf::Tell),
        ] {
            assert_eq!(Bpf::of(value), asked, "{value:?}");
        }
    }

    #[test]
    fn the_option_wins_over_the_environment() {
        for asked in [Bpf::Yes, Bpf::Tell, Bpf::No] {
            assert_eq!(Bpf::asked(Some(asked)), asked);
        }
    }
}
