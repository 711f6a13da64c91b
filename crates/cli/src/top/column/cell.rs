//! The cells of the table of processes, as people read them.

use jiff::tz::TimeZone;
use psight::process::Status;

use super::Column;
use crate::commands::ps::paint;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::top::sample::{Entry, Sample};

/// What cells need to know besides the row.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    pub(crate) sample: &'a Sample,
    pub(crate) zone: &'a TimeZone,
    /// The name of the program instead of its command line.
    pub(crate) names: bool,
    /// Sizes in this unit, or in kibibytes where there is room, as `top -b` has them; else each in the unit that suits it.
    pub(crate) sizes: Sizes,
}

/// In which unit sizes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sizes {
    Suiting,
    /// Kibibytes, and what is too long for its column in a larger unit.
    Kibibytes,
    /// The letter of the unit.
    In(char),
}

impl Column {
    /// The value for people.
    pub(crate) fn cell(self, entry: &Entry, writer: &Writer<'_>) -> Line {
        let sample = writer.sample;
        let text = match self {
            Self::Command => return command(entry, writer),
            Self::Status => return status(entry),
            Self::User | Self::Terminal => {
                let text = if self == Self::User { entry.user } else { entry.terminal };
                let bytes = sample.text(text);
                (!bytes.is_empty()).then(|| Line::new().with_bytes(Paint::Plain, bytes))
            }
            Self::Pid => Some(number(entry.id.thread)),
            Self::Parent => entry.parent.map(number),
            Self::Group => entry.group.map(number),
            Self::Session => entry.session.map(number),
            Self::Priority => entry.priority.map(rank),
            Self::Nice => entry.nice.map(number),
            Self::Threads => entry.threads.map(number),
            Self::LastCpu => entry.cpu_num.map(number),
            Self::Files => entry.fds.map(number),
            Self::Minor => entry.minor_faults.map(number),
            Self::Major => entry.major_faults.map(number),
            Self::Virtual => entry.vms.map(|size| sized(size, 7, writer.sizes)),
            Self::Resident => entry.rss.map(|size| sized(size, 6, writer.sizes)),
            Self::Shared => entry.shared.map(|size| sized(size, 6, writer.sizes)),
            Self::Read => entry.read_rate.map(|rate| bytes(rate as u64)),
            Self::Write => entry.write_rate.map(|rate| bytes(rate as u64)),
            Self::Cpu => entry.cpu.map(percent),
            Self::Memory => entry.memory.map(percent),
            Self::Time => entry.cpu_time.map(|time| plain(hundredths(time))),
            Self::Start => entry.started.map(|at| plain(human::start(at, sample.now, writer.zone))),
        };
        text.unwrap_or_else(|| Line::new().with(Paint::Faint, "-"))
    }
}

fn plain(text: String) -> Line {
    Line::new().with(Paint::Plain, text)
}

fn number(number: impl ToString) -> Line {
    plain(number.to_string())
}

/// The kernel's rank; what has more than two digits is before everybody else.
fn rank(priority: i32) -> Line {
    if priority < -99 { plain("rt".to_owned()) } else { number(priority) }
}

/// An amount that is nothing is not worth a look.
fn bytes(bytes: u64) -> Line {
    let paint = if bytes == 0 { Paint::Faint } else { Paint::Plain };
    Line::new().with(paint, human::bytes_short(bytes, Scale::Binary))
}

/// An amount of memory in so many places.
fn sized(size: u64, places: usize, sizes: Sizes) -> Line {
    let paint = if size == 0 { Paint::Faint } else { Paint::Plain };
    let text = match sizes {
        Sizes::Suiting => return bytes(size),
        Sizes::Kibibytes => in_kibibytes(size, places),
        Sizes::In(letter) => in_unit(size, letter),
    };
    Line::new().with(paint, text)
}

/// The letters of units, each 1024 of the one before.
const UNITS: [char; 5] = ['k', 'm', 'g', 't', 'p'];

/// The number of kibibytes, if it is not too long; else with a letter and a digit after the point, as `top` writes it.
fn in_kibibytes(size: u64, places: usize) -> String {
    let plain = (size / 1024).to_string();
    if plain.len() <= places {
        return plain;
    }
    let larger = UNITS.iter().skip(1).map(|letter| in_unit(size, *letter));
    larger.into_iter().find(|text| text.len() <= places).unwrap_or(plain)
}

/// The size in this unit; kibibytes are whole ones and have no letter.
fn in_unit(size: u64, letter: char) -> String {
    let power = UNITS.iter().position(|unit| *unit == letter).unwrap_or_default();
    match power {
        0 => (size / 1024).to_string(),
        power => format!("{:.1}{letter}", size as f64 / 1024_f64.powi(power as i32 + 1)),
    }
}

/// One digit after the point while there is room for it.
fn percent(percent: f64) -> Line {
    let text = if percent < 999.95 { format!("{percent:.1}") } else { format!("{percent:.0}") };
    let paint = match percent {
        p if p < 0.05 => Paint::Faint,
        p if p >= 50.0 => Paint::Strong,
        _ => Paint::Plain,
    };
    Line::new().with(paint, text)
}

/// CPU time as `top` writes it: `minutes:seconds.hundredths`, and hours where that is too long.
fn hundredths(seconds: f64) -> String {
    let all = (seconds.max(0.0) * 100.0) as u64;
    let (minutes, rest) = (all / 6000, all % 6000);
    match minutes {
        0..1000 => format!("{minutes}:{:02}.{:02}", rest / 100, rest % 100),
        1000..6000 => format!("{minutes}:{:02}", rest / 100),
        _ => format!("{}h{:02}", minutes / 60, minutes % 60),
    }
}

fn status(entry: &Entry) -> Line {
    let Some(status) = entry.status else { return Line::new().with(Paint::Faint, "-") };
    Line::new().with(paint(status), status.letter().to_string())
}

/// The command with its program in front of the rest; `[name]` for what has none.
fn command(entry: &Entry, writer: &Writer<'_>) -> Line {
    let (command, name) = (writer.sample.text(entry.command), writer.sample.text(entry.name));
    let zombie = entry.status == Some(Status::Zombie);
    if writer.names {
        let line = Line::new().with_bytes(Paint::Plain, name);
        return if zombie { line.with(Paint::Faint, " <defunct>") } else { line };
    }
    if command.is_empty() {
        let line = Line::new().with(Paint::Faint, "[").with_bytes(Paint::Faint, name);
        return line.with(Paint::Faint, if zombie { "] <defunct>" } else { "]" });
    }
    let (program, arguments) = command.split_at_checked(entry.program).unwrap_or((command, b""));
    // With a blank in it, it is a title that the process gave itself.
    let slash = program.iter().rposition(|byte| *byte == b'/').filter(|_| !program.contains(&b' '));
    let (folder, file) = program.split_at_checked(slash.map_or(0, |at| at + 1)).unwrap_or_default();
    Line::new()
        .with_bytes(Paint::Faint, folder)
        .with_bytes(if slash.is_some() { Paint::Strong } else { Paint::Plain }, file)
        .with_bytes(Paint::Plain, arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_there_is_room() {
        assert_eq!(hundredths(0.0), "0:00.00");
        assert_eq!(hundredths(3725.987), "62:05.98");
        assert_eq!(hundredths(60_000.0), "1000:00");
        assert_eq!(hundredths(1_000_000.0), "277h46");
    }

    #[test]
    fn sizes_are_kibibytes_while_there_is_room() {
        assert_eq!(in_kibibytes(856_200 << 10, 7), "856200");
        assert_eq!(in_kibibytes(0, 7), "0");
        assert_eq!(in_kibibytes(1_234_567 << 10, 6), "1.2g");
        assert_eq!(in_kibibytes(12_345_678 << 10, 6), "11.8g");
        assert_eq!(in_unit(856_200 << 10, 'm'), "836.1m");
        assert_eq!(in_unit(856_200 << 10, 'k'), "856200");
    }

    #[test]
    fn percentages_keep_five_places() {
        let said = |number| percent(number).render(false);
        assert_eq!(
            (said(0.04), said(99.96), said(1600.0)),
            ("0.0".into(), "100.0".into(), "1600".into())
        );
    }
}
