//! The files of a control group that hold limits, one number or a few, and a word or a sentinel for none; and those that
//! count, a line for each counter.

use crate::{Error, text};

/// From here on a limit of version 1 is none: it writes `i64::MAX` rounded down to a whole page (9223372036854771712
/// with pages of 4 KiB), and before 3.19 `u64::MAX` where it counts bytes. No machine has half as much.
const NO_LIMIT: u64 = 1 << 62;

/// `cpu.max`: of every period the group may run so long, counted over all processors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CpuMax {
    /// Microseconds in each period; `None` for no limit.
    pub quota_us: Option<u64>,
    /// Microseconds; never 0.
    pub period_us: u64,
}

/// Decodes a number of bytes, of version 1 or 2; `None` for no limit.
pub fn limit(bytes: &[u8]) -> Result<Option<u64>, Error> {
    match bytes.trim_ascii() {
        // Version 1 once wrote a number below 0 as it was written to it.
        b"max" | b"-1" => Ok(None),
        number => {
            let number = text::u64(number).ok_or(Error::garbled("limit"))?;
            Ok((number < NO_LIMIT).then_some(number))
        }
    }
}

/// Decodes `cpu.max` of version 2.
pub fn cpu_max(bytes: &[u8]) -> Result<CpuMax, Error> {
    let mut words = text::words(bytes.trim_ascii());
    let quota_us = match words.next().ok_or(Error::missing("quota"))? {
        b"max" => None,
        number => Some(text::u64(number).ok_or(Error::garbled("quota"))?),
    };
    let period = words.next().ok_or(Error::missing("period"))?;
    Ok(CpuMax { quota_us, period_us: cfs_period(period)? })
}

/// Decodes `cpu.cfs_quota_us` of version 1; `None` for no limit.
pub fn cfs_quota(bytes: &[u8]) -> Result<Option<u64>, Error> {
    let number = text::i64(bytes).ok_or(Error::garbled("cfs_quota_us"))?;
    Ok(u64::try_from(number).ok())
}

/// Decodes `cpu.cfs_period_us` of version 1, which is never 0.
pub fn cfs_period(bytes: &[u8]) -> Result<u64, Error> {
    text::u64(bytes).filter(|period| *period > 0).ok_or(Error::garbled("period"))
}

/// Decodes the number of the line that begins with `name`, as in `cpu.stat`; `None` where there is no such line.
pub fn entry(bytes: &[u8], name: &'static str) -> Result<Option<u64>, Error> {
    let mut lines = text::lines(bytes).filter_map(text::word);
    let found = lines.find(|(word, _)| *word == name.as_bytes());
    found.map(|(_, number)| text::u64(number).ok_or(Error::garbled(name))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t41_no_limit_is_a_word_or_a_number_that_no_machine_reaches() {
        assert_eq!(limit(b"max\n"), Ok(None));
        assert_eq!(limit(b"9223372036854771712\n"), Ok(None));
        // The same with pages of 64 KiB, and before 3.19.
        assert_eq!(limit(b"9223372036854710272\n"), Ok(None));
        assert_eq!(limit(b"18446744073709551615\n"), Ok(None));
        assert_eq!(limit(b"9223372036854775807\n"), Ok(None));
    }

    #[test]
    fn t41_a_limit_of_nothing_is_a_limit() {
        assert_eq!(limit(b"0\n"), Ok(Some(0)));
        assert_eq!(limit(b"134217728\n"), Ok(Some(134_217_728)));
        assert_eq!(limit(b"\n"), Err(Error::garbled("limit")));
        assert_eq!(limit(b"maximum"), Err(Error::garbled("limit")));
    }

    #[test]
    fn t41_a_quota_may_be_missing_and_a_period_may_not() {
        let max = |quota_us, period_us| Ok(CpuMax { quota_us, period_us });
        assert_eq!(cpu_max(b"150000 100000\n"), max(Some(150_000), 100_000));
        assert_eq!(cpu_max(b"max 100000\n"), max(None, 100_000));
        assert_eq!(cpu_max(b"max\n"), Err(Error::missing("period")));
        assert_eq!(cpu_max(b"100 0\n"), Err(Error::garbled("period")));
        assert_eq!((cfs_quota(b"-1\n"), cfs_quota(b"50000\n")), (Ok(None), Ok(Some(50_000))));
        assert_eq!(cfs_period(b"0\n"), Err(Error::garbled("period")));
    }
    #[test]
    fn a_counter_stands_behind_its_whole_name() {
        let events = b"low 0\nhigh 3\nmax 12\noom 1\noom_kill 2\n";
        assert_eq!((entry(events, "oom"), entry(events, "oom_kill")), (Ok(Some(1)), Ok(Some(2))));
        assert_eq!((entry(events, "oom_group_kill"), entry(b"", "max")), (Ok(None), Ok(None)));
        assert_eq!(entry(b"max many\n", "max"), Err(Error::garbled("max")));
    }
}
