//! `/proc/loadavg`: how many tasks wanted to run lately.

use crate::{Error, text};

/// The averages of `/proc/loadavg`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loadavg {
    /// Over the last minute.
    pub one: f64,
    /// Over the last five minutes.
    pub five: f64,
    /// Over the last fifteen minutes.
    pub fifteen: f64,
}

/// Decodes the line, as in `0.00 0.15 0.29 1/95 17086`.
pub fn loadavg(bytes: &[u8]) -> Result<Loadavg, Error> {
    let mut words = text::words(bytes.trim_ascii());
    let mut next = |name| {
        let word = words.next().ok_or(Error::missing(name))?;
        text::decimal(word).ok_or(Error::garbled(name))
    };
    Ok(Loadavg { one: next("one")?, five: next("five")?, fifteen: next("fifteen")? })
}

/// Decodes how many tasks there are: 95 in `0.00 0.15 0.29 1/95 17086`. Since 2.6 all threads count.
pub fn tasks(bytes: &[u8]) -> Option<u64> {
    let word = text::words(bytes.trim_ascii()).nth(3)?;
    let slash = text::position(word, b'/')?;
    text::u64(word.get(slash + 1..)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_stand_behind_the_slash() {
        assert_eq!(tasks(b"0.00 0.15 0.29 1/95 17086\n"), Some(95));
        assert_eq!((tasks(b"0.00 0.15 0.29 1/"), tasks(b"0.00 0.15 0.29")), (None, None));
    }

    #[test]
    fn three_averages_lead_the_line() {
        let load = loadavg(b"0.00 0.15 12.29 1/95 17086\n").unwrap();
        assert_eq!(load, Loadavg { one: 0.0, five: 0.15, fifteen: 12.29 });
    }

    #[test]
    fn a_short_or_garbled_line_is_an_error() {
        assert_eq!(loadavg(b"0.00 0.15\n"), Err(Error::missing("fifteen")));
        assert_eq!(loadavg(b"0.00 nan 1"), Err(Error::garbled("five")));
        assert_eq!(loadavg(b""), Err(Error::missing("one")));
    }
}
