//! What fingers know of signals on command lines: `-9`, `-KILL`, `-SIGKILL`.

use std::ffi::{OsStr, OsString};

use psight::process::Signal;

/// Brings the first `-SIGNAL` into a form that clap understands. Once the signal is known, a number after a dash is
/// something else: for `kill`, a process group. `short` is the option that says the signal besides `--signal`, as `-s`.
pub(crate) fn signal_spelled_out(words: Vec<OsString>, short: Option<&str>) -> Vec<OsString> {
    let mut is_known = false;
    let mut is_over = false;
    let mut spelled = |word: OsString| {
        is_over |= word == "--";
        if let Some(signal) = signal(&word).filter(|_| !is_known && !is_over) {
            is_known = true;
            return OsString::from(format!("--signal={signal}"));
        }
        let text = word.to_string_lossy();
        is_known |= is_signal(&text) || short.is_some_and(|short| text.starts_with(short));
        word
    };
    words.into_iter().map(&mut spelled).collect()
}

/// Whether it is the option of several letters that says the signal, which may be cut short.
fn is_signal(word: &str) -> bool {
    let name = word.split('=').next().unwrap_or_default();
    name.len() > "--s".len() && "--signal".starts_with(name)
}

/// The signal that stands behind a dash. No signal has a single letter, so none is taken for an option.
fn signal(word: &OsStr) -> Option<&str> {
    let name = word.to_str()?.strip_prefix('-')?;
    name.parse::<Signal>().ok().map(|_| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(words: &[&str]) -> Vec<String> {
        let words = words.iter().map(OsString::from).collect();
        let words = signal_spelled_out(words, Some("-s"));
        words.into_iter().map(|word| word.into_string().unwrap()).collect()
    }

    #[test]
    fn a_signal_behind_a_dash_is_an_option() {
        assert_eq!(spelled(&["-9", "7"]), ["--signal=9", "7"]);
        assert_eq!(spelled(&["--json", "-HUP", "x"]), ["--json", "--signal=HUP", "x"]);
        assert_eq!(spelled(&["-sigterm"]), ["--signal=sigterm"]);
        assert_eq!(spelled(&["-0", "7"]), ["--signal=0", "7"]);
    }

    #[test]
    fn t82_so_is_a_real_time_signal() {
        assert_eq!(spelled(&["-RTMIN+2", "7"]), ["--signal=RTMIN+2", "7"]);
        assert_eq!(spelled(&["-SIGRTMAX", "7"]), ["--signal=SIGRTMAX", "7"]);
        assert_eq!(spelled(&["-64", "7"]), ["--signal=64", "7"]);
    }

    #[test]
    fn what_follows_the_signal_is_a_group() {
        assert_eq!(spelled(&["-9", "-15"]), ["--signal=9", "-15"]);
        assert_eq!(spelled(&["-s", "KILL", "-15"]), ["-s", "KILL", "-15"]);
        assert_eq!(spelled(&["--sig", "KILL", "-15"]), ["--sig", "KILL", "-15"]);
        assert_eq!(spelled(&["--signal=9", "-15"]), ["--signal=9", "-15"]);
        assert_eq!(spelled(&["--strict", "-15"]), ["--strict", "--signal=15"]);
        assert_eq!(spelled(&["--signal=9", "-15"]), ["--signal=9", "-15"]);
        assert_eq!(spelled(&["--", "-15"]), ["--", "-15"]);
    }

    #[test]
    fn options_stay_options() {
        assert_eq!(spelled(&["-l", "-f", "--tree"]), ["-l", "-f", "--tree"]);
        assert_eq!(spelled(&["-100", "-nosuch"]), ["-100", "-nosuch"]);
    }
}
