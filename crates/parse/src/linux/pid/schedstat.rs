//! `/proc/<pid>/task/<id>/schedstat`: how long a thread ran, and how long it waited for that.

use crate::{Error, text};

/// The turns of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedstat {
    /// Nanoseconds on processors.
    pub run_ns: u64,
    /// Nanoseconds in which it was ready and waited.
    pub wait_ns: u64,
    /// How often it got its turn.
    pub turns: u64,
}

/// Decodes the line, as in `2754920 31337 12`; `None` from a kernel that was built with the file and does not count, which
/// writes zeros: what can be asked had a turn, unless it was started this moment.
pub fn schedstat(bytes: &[u8]) -> Result<Option<Schedstat>, Error> {
    let mut numbers = text::numbers(bytes.trim_ascii());
    let mut next = |name| numbers.next().ok_or(Error::missing(name))?.ok_or(Error::garbled(name));
    let found = Schedstat { run_ns: next("run")?, wait_ns: next("wait")?, turns: next("turns")? };
    Ok((found.turns > 0).then_some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_numbers_or_a_kernel_that_does_not_count() {
        let turns = Schedstat { run_ns: 2_754_920, wait_ns: 31_337, turns: 12 };
        assert_eq!(schedstat(b"2754920 31337 12\n"), Ok(Some(turns)));
        assert_eq!(schedstat(b"0 0 0\n"), Ok(None));
        assert_eq!(schedstat(b"1 2\n"), Err(Error::missing("turns")));
        assert_eq!(schedstat(b"1 two 3\n"), Err(Error::garbled("wait")));
        assert_eq!(schedstat(b""), Err(Error::missing("run")));
    }
}
