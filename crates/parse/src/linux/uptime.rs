//! `/proc/uptime`: how long ago the machine started.

use std::time::Duration;

use crate::{Error, text};

/// Decodes the first number of the line, as in `1219.67 1868.78`; the second is idle time, which `/proc/stat` has too.
pub fn uptime(bytes: &[u8]) -> Result<Duration, Error> {
    let word = text::words(bytes.trim_ascii()).next().ok_or(Error::missing("uptime"))?;
    duration(word).ok_or(Error::garbled("uptime"))
}

/// Whole seconds, and hundredths if there are any; read as two numbers, so that nothing is lost.
fn duration(word: &[u8]) -> Option<Duration> {
    let Some(point) = word.iter().position(|byte| *byte == b'.') else {
        return text::u64(word).map(Duration::from_secs);
    };
    let seconds = text::u64(word.get(..point)?)?;
    let fraction = word.get(point + 1..).filter(|digits| digits.len() <= 9)?;
    let scale = 10u32.checked_pow(9u32.checked_sub(fraction.len().try_into().ok()?)?)?;
    Some(Duration::new(seconds, text::u32(fraction)?.checked_mul(scale)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_kept_exactly() {
        assert_eq!(uptime(b"1219.67 1868.78\n"), Ok(Duration::from_millis(1_219_670)));
        assert_eq!(uptime(b"5.05"), Ok(Duration::from_millis(5_050)));
    }

    #[test]
    fn t31_a_container_may_count_whole_seconds() {
        assert_eq!(uptime(b"42.0 0.0\n"), Ok(Duration::from_secs(42)));
        assert_eq!(uptime(b"42\n"), Ok(Duration::from_secs(42)));
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        assert_eq!(uptime(b"\n"), Err(Error::missing("uptime")));
        for bytes in [&b"-1.0"[..], b"x", b"1.", b"1.0000000000", b".5", b"1.-3"] {
            assert_eq!(uptime(bytes), Err(Error::garbled("uptime")), "{bytes:?}");
        }
    }
}
