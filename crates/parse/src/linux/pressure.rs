//! `/proc/pressure/{cpu,memory,io,irq}`, and `{cpu,memory,io,irq}.pressure` of a control group: how long tasks waited.

use crate::{Error, text};

/// The lines of a file of pressure.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pressure {
    /// Some tasks waited. Interrupts have no such line.
    pub some: Option<Stall>,
    /// All tasks that had something to do waited. Processors have no such line before 5.13.
    pub full: Option<Stall>,
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stall {
    /// Per cent of the last ten seconds.
    pub avg10: f64,
    /// Per cent of the last minute.
    pub avg60: f64,
    /// Per cent of the last five minutes.
    pub avg300: f64,
    /// Microseconds since the start.
    pub total_us: u64,
}

/// Decodes the lines, as in `some avg10=0.31 avg60=0.19 avg300=0.05 total=1289045`. Others than the two are skipped.
pub fn pressure(bytes: &[u8]) -> Result<Pressure, Error> {
    let mut pressure = Pressure::default();
    for line in text::lines(bytes) {
        match text::word(line) {
            Some((b"some", numbers)) => pressure.some = Some(stall(numbers)?),
            Some((b"full", numbers)) => pressure.full = Some(stall(numbers)?),
            _ => {}
        }
    }
    match pressure {
        Pressure { some: None, full: None } => Err(Error::missing("some")),
        pressure => Ok(pressure),
    }
}

fn stall(line: &[u8]) -> Result<Stall, Error> {
    let value = |name: &'static str| {
        let mut named = text::words(line).filter_map(|word| {
            word.strip_prefix(name.as_bytes()).and_then(|value| value.strip_prefix(b"="))
        });
        named.next().ok_or(Error::missing(name))
    };
    let percent = |name| text::decimal(value(name)?).ok_or(Error::garbled(name));
    Ok(Stall {
        avg10: percent("avg10")?,
        avg60: percent("avg60")?,
        avg300: percent("avg300")?,
        total_us: text::u64(value("total")?).ok_or(Error::garbled("total"))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lines_are_told_apart() {
        let said = b"some avg10=15.72 avg60=62.36 avg300=42.31 total=17503520681\n\
            full avg10=0.00 avg60=1.50 avg300=0.00 total=7\n";
        let some = Stall { avg10: 15.72, avg60: 62.36, avg300: 42.31, total_us: 17_503_520_681 };
        let full = Stall { avg10: 0.0, avg60: 1.5, avg300: 0.0, total_us: 7 };
        assert_eq!(pressure(said), Ok(Pressure { some: Some(some), full: Some(full) }));
    }

    #[test]
    fn a_resource_may_have_one_line_only() {
        // Processors until 5.12, and interrupts.
        let said = pressure(b"some avg10=1.00 avg60=2.00 avg300=3.00 total=4\n").unwrap();
        assert_eq!((said.some.map(|stall| stall.total_us), said.full), (Some(4), None));
        let said = pressure(b"full avg10=1.00 avg60=2.00 avg300=3.00 total=4\n").unwrap();
        assert_eq!((said.some, said.full.map(|stall| stall.avg300)), (None, Some(3.0)));
    }

    #[test]
    fn what_is_added_is_skipped_and_what_is_cut_is_an_error() {
        let more = b"some avg1=9 avg10=1.00 avg60=2.00 avg300=3.00 total=4 max=5\nnone avg10=7\n";
        assert_eq!(pressure(more).unwrap().some.map(|stall| stall.avg10), Some(1.0));
        assert_eq!(pressure(b"some avg10=1.00 avg60=2.00"), Err(Error::missing("avg300")));
        assert_eq!(
            pressure(b"some avg10=1.00 avg60=x avg300=3.00 total=4"),
            Err(Error::garbled("avg60"))
        );
        assert_eq!(
            pressure(b"some avg10=1 avg60=2 avg300=3 total=-4"),
            Err(Error::garbled("total"))
        );
        assert_eq!(pressure(b""), Err(Error::missing("some")));
    }
}
