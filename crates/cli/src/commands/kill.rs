//! `psight kill`: a signal to processes that are named by pid, process group or name.

mod signals;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Args;
use psight::process::Signal;

use super::targets::{self, Manner, Wanted, words};
use super::{Context, Failure};
use crate::applet::Applet;

pub(super) use signals::list;

/// Arguments of `psight kill`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 if all got it, 64 if some did, 1 if nobody did or somebody is still there after --wait."
)]
pub(crate) struct Arguments {
    /// Numbers are pids, after a dash those of process groups (behind --, or a signal); other words are names of
    /// processes.
    #[arg(value_name = "PID|NAME|-PGID", allow_negative_numbers = true)]
    words: Vec<String>,
    /// The signal, by name or number; also as -SIGNAL. 0 only asks whether one could be sent.
    #[arg(short, long, value_name = "SIGNAL", default_value = "TERM")]
    signal: Signal,
    /// List the names of all signals, or say the name of a number (or of an exit code) and the number of a name.
    #[arg(short, long, value_name = "SIGNAL", num_args = 0..)]
    list: Option<Vec<String>>,
    /// List all signals with their numbers.
    #[arg(short = 'L', long)]
    table: bool,
    #[command(flatten)]
    manner: Manner,
}

impl Applet for Arguments {
    const NAME: &'static str = "kill";
    const ABOUT: &'static str = "Signals processes by pid, group or name";
    const SHOWS: bool = false;

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        words::signal_spelled_out(words, Some("-s"))
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

/// Some got the signal and some did not, as util-linux's `kill` says it.
const PARTLY: u8 = 64;

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    if arguments.table {
        return signals::table(context);
    }
    if let Some(asked) = &arguments.list {
        return signals::list(asked, context);
    }
    let found = wanted(&arguments.words)?.find(&context.host)?;
    for missing in &found.missing {
        crate::complain(missing);
    }
    let deeds = targets::signal(context, found.targets, arguments.signal, &arguments.manner)?;
    targets::report(context, &deeds, arguments.manner.dry_run)?;
    targets::note_failures(&deeds);
    let failed = found.missing.len() + deeds.iter().filter(|deed| deed.has_failed()).count();
    let worked = deeds.iter().filter(|deed| deed.has_worked()).count();
    context.verdict = match (worked, failed) {
        (0, _) => ExitCode::FAILURE,
        (_, 0) => ExitCode::SUCCESS,
        _ => ExitCode::from(PARTLY),
    };
    Ok(())
}

fn wanted(words: &[String]) -> Result<Wanted, Failure> {
    let group = |word: &String| {
        let group = word.strip_prefix('-')?;
        group.bytes().all(|byte| byte.is_ascii_digit()).then(|| group.to_owned())
    };
    let others: Vec<String> = words.iter().filter(|word| group(word).is_none()).cloned().collect();
    let mut wanted = Wanted::of(&others)?;
    for group in words.iter().filter_map(group) {
        wanted.add_group(&group)?;
    }
    if wanted.is_empty() {
        return Err(Failure::Usage("say which processes: by pid or by name".to_owned()));
    }
    Ok(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_after_a_dash_is_a_group() {
        let words = ["7", "-15", "nginx"].map(str::to_owned);
        let wanted = wanted(&words).unwrap();
        assert_eq!(
            (wanted.pids, wanted.groups, wanted.names),
            (vec![7], vec![15], vec!["nginx".into()])
        );
    }

    #[test]
    fn t18_nobody_is_no_way_to_say_everybody() {
        for words in [&[][..], &["-1".to_owned()], &["-0".to_owned()], &["0".to_owned()]] {
            assert!(matches!(wanted(words), Err(Failure::Usage(_))), "{words:?}");
        }
    }
}
