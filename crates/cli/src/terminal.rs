//! What the output goes to: how wide it is, whether it takes colour, and which characters it can show.

use std::env;
use std::io::{IsTerminal as _, stdout};

use clap::ValueEnum;
use psight::Os;

/// When to paint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal that has colours.
    Auto,
    /// Always, whatever the output is.
    Always,
    /// Never.
    Never,
}

/// The output as the layout sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terminal {
    /// Columns, where lines must be cut to them.
    pub(crate) width: Option<usize>,
    /// Rows, on a terminal.
    pub(crate) height: Option<usize>,
    /// Whether to paint.
    pub(crate) colour: bool,
    /// Whether the locale can show more than ASCII.
    pub(crate) unicode: bool,
}

impl Terminal {
    /// What standard output is.
    pub(crate) fn of_stdout(colour: Colour, width: Option<usize>) -> Self {
        let terminal = stdout().is_terminal();
        let size = terminal_size::terminal_size_of(stdout()).filter(|_| terminal);
        let columns = || variable("COLUMNS")?.parse().ok().filter(|columns| *columns > 0);
        Self {
            width: width
                .or(size.map(|(width, _)| width.0.into()))
                .or_else(|| if terminal { columns() } else { None }),
            height: size.map(|(_, height)| height.0.into()),
            colour: painted(colour, terminal, variable),
            unicode: speaks_unicode(variable),
        }
    }

    /// What stands where text was cut away.
    pub(crate) fn cut_mark(&self) -> char {
        if self.unicode { '…' } else { '+' }
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// The option wins over the environment; in it, `NO_COLOR` wins over what asks for colour (<https://no-color.org>).
fn painted(asked: Colour, terminal: bool, variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let forced = |name| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    match asked {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto if set("NO_COLOR") => false,
        Colour::Auto if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
        Colour::Auto => {
            terminal
                && variable("TERM").is_some_and(|term| term != "dumb")
                && variable("CLICOLOR").is_none_or(|value| value != "0")
        }
    }
}

/// The first of the three that is set decides, as in setlocale(3).
fn speaks_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    // Windows has no such variables, and consoles that are written to in Unicode.
    Os::CURRENT == Os::Windows || locale.contains("utf-8") || locale.contains("utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(pairs: &'a [(&str, &str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colour_needs_a_terminal_that_has_it() {
        let auto = |terminal, pairs: &[(&str, &str)]| painted(Colour::Auto, terminal, env(pairs));
        assert!(auto(true, &[("TERM", "xterm")]));
        assert!(!auto(false, &[("TERM", "xterm")]));
        assert!(!auto(true, &[("TERM", "dumb")]));
        assert!(!auto(true, &[]));
        assert!(!auto(true, &[("TERM", "xterm"), ("NO_COLOR", "1")]));
        assert!(auto(true, &[("TERM", "xterm"), ("NO_COLOR", "")]));
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    }

    #[test]
    fn the_option_wins_over_the_environment() {
        assert!(painted(Colour::Always, false, env(&[("NO_COLOR", "1")])));
        assert!(!painted(Colour::Never, true, env(&[("CLICOLOR_FORCE", "1")])));
    }

    #[test]
    fn the_locale_decides_about_unicode() {
        assert!(speaks_unicode(env(&[("LANG", "de_DE.UTF-8")])));
        assert!(speaks_unicode(env(&[("LC_ALL", ""), ("LC_CTYPE", "C.utf8"), ("LANG", "C")])));
        assert!(!speaks_unicode(env(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")])));
        assert!(!speaks_unicode(env(&[])));
    }
}
