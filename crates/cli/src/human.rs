//! Numbers as people read them. Rounding for the eye happens here and nowhere else.

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, tz::TimeZone};

/// Bytes in powers of 1024 (`KiB`) or of 1000 (`kB`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    Binary,
    Decimal,
}

impl Scale {
    pub(crate) fn base(self) -> u64 {
        match self {
            Self::Binary => 1024,
            Self::Decimal => 1000,
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Binary => &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"],
            Self::Decimal => &["B", "kB", "MB", "GB", "TB", "PB", "EB"],
        }
    }
}

/// `7.1 GiB`, `118 MiB`, `512 B`: three digits at most.
pub(crate) fn bytes(bytes: u64, scale: Scale) -> String {
    let (number, name) = scaled(bytes as f64, scale);
    if name == "B" {
        return format!("{bytes} B");
    }
    format!("{} {name}", short(number))
}

/// `7.1G`: the same for narrow columns, as `ls -h` and `top` write it.
pub(crate) fn bytes_short(bytes: u64, scale: Scale) -> String {
    let (number, name) = scaled(bytes as f64, scale);
    let letter = name.get(..1).unwrap_or_default().to_uppercase();
    if name == "B" { format!("{bytes}B") } else { format!("{}{letter}", short(number)) }
}

/// `7.1 of 15.6 GiB`: two amounts in the unit of the second.
pub(crate) fn part_of(part: u64, whole: u64, scale: Scale) -> String {
    let (number, name) = scaled(whole as f64, scale);
    if name == "B" {
        return format!("{part} of {whole} B");
    }
    let unit = whole as f64 / number.max(f64::MIN_POSITIVE);
    let part = if whole == 0 { 0.0 } else { part as f64 / unit };
    format!("{} of {} {name}", short(part), short(number))
}

/// The number in the largest unit that leaves at least 1 of it, after rounding.
fn scaled(bytes: f64, scale: Scale) -> (f64, &'static str) {
    let base = scale.base() as f64;
    let mut number = bytes;
    let mut name = "B";
    for next in scale.names().iter().copied() {
        name = next;
        // 1023.7 would be printed as 1024.
        if number.round() < base {
            break;
        }
        if next != "EiB" && next != "EB" {
            number /= base;
        }
    }
    (number, name)
}

fn short(number: f64) -> String {
    if number < 99.95 && number != 0.0 { format!("{number:.1}") } else { format!("{number:.0}") }
}

/// `12 d 4 h`, `4 h 07 min`, `7 min 03 s`, `42 s`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {:02} s", seconds % 60),
        (0, _, _) => format!("{hours} h {minutes:02} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A length of time as it is asked for: seconds, with or without a point.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| format!("{text:?} is no number of seconds"))?;
    if !(0.0..=86_400.0).contains(&seconds) {
        return Err(format!("{text} seconds are not between 0 and a day"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

/// How long ago something may be, in seconds: however long.
pub(crate) fn age(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or_else(|| format!("{text:?} is no number of seconds"))
}

/// CPU time as `ps` writes it in BSD style: `minutes:seconds`.
pub(crate) fn cpu_time(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A duration as `ps` writes it: `[days-]hours:minutes:seconds`.
pub(crate) fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    let rest = seconds % 60;
    if days > 0 {
        format!("{days}-{hours:02}:{minutes:02}:{rest:02}")
    } else {
        format!("{hours:02}:{minutes:02}:{rest:02}")
    }
}

/// When it was, as short as `ps` says it: the time of day where it was today, `Nov20` within the year, else `2019`.
pub(crate) fn start(at: SystemTime, now: SystemTime, zone: &TimeZone) -> String {
    let (Ok(at), Ok(now)) = (Timestamp::try_from(at), Timestamp::try_from(now)) else {
        return "?".to_owned();
    };
    let (local, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let form = if local.date() == today.date() {
        "%H:%M"
    } else if local.year() == today.year() {
        "%b%d"
    } else {
        "%Y"
    };
    local.strftime(form).to_string()
}

/// A day, as in `2026-11-20`.
pub(crate) fn date(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%Y-%m-%d")
}

/// A moment to the minute, as `who` writes it: `2026-11-20 09:05`.
pub(crate) fn minute(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%Y-%m-%d %H:%M")
}

/// A moment to the second: `2026-11-20 09:05:17`.
pub(crate) fn moment(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%Y-%m-%d %H:%M:%S")
}

/// A time of day: `09:05:17`.
pub(crate) fn time_of_day(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%H:%M:%S")
}

/// A time of day to the minute: `09:05`.
pub(crate) fn hour(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%H:%M")
}

/// A day of a year that goes without saying: `Nov 20`.
pub(crate) fn month_and_day(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%b %d")
}

/// When somebody logged in on another day, as `w` writes it: `Mon16` within six days, else `04Nov23`.
pub(crate) fn login(at: SystemTime, ago: Duration, zone: &TimeZone) -> String {
    let is_near = ago.as_secs() <= 6 * 86_400;
    formed(at, zone, if is_near { "%a%H" } else { "%d%b%y" })
}

/// When it was, to the second, as `ps -o lstart` and ctime(3) say it: `Thu Nov 26 10:46:08 2026`.
pub(crate) fn ctime(at: SystemTime, zone: &TimeZone) -> String {
    formed(at, zone, "%a %b %e %H:%M:%S %Y")
}

fn formed(at: SystemTime, zone: &TimeZone, form: &str) -> String {
    match Timestamp::try_from(at) {
        Ok(at) => at.to_zoned(zone.clone()).strftime(form).to_string(),
        Err(_) => "?".to_owned(),
    }
}

/// The two numbers of a device as stat(2) gives it: major and minor.
pub(crate) fn device(device: u64) -> (u64, u64) {
    let major = device >> 8 & 0xfff | device >> 32 & 0xffff_f000;
    let minor = device & 0xff | device >> 12 & 0xffff_ff00;
    (major, minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_digits() {
        let binary = |n| bytes(n, Scale::Binary);
        assert_eq!(binary(0), "0 B");
        assert_eq!(binary(1023), "1023 B");
        assert_eq!(binary(1024), "1.0 KiB");
        assert_eq!(binary(123 << 20), "123 MiB");
        assert_eq!(binary(16_700_000_000), "15.6 GiB");
        assert_eq!(binary(u64::MAX), "16.0 EiB");
        assert_eq!(bytes(999_999, Scale::Decimal), "1.0 MB");
        assert_eq!(bytes_short(1_500, Scale::Decimal), "1.5K");
        assert_eq!(bytes_short(512, Scale::Binary), "512B");
    }

    #[test]
    fn rounding_never_shows_a_full_unit() {
        assert_eq!(bytes(1024 * 1024 - 1, Scale::Binary), "1.0 MiB");
        assert_eq!(bytes(1024 * 1023, Scale::Binary), "1023 KiB");
    }

    #[test]
    fn two_amounts_share_a_unit() {
        assert_eq!(part_of(1 << 30, 16 << 30, Scale::Binary), "1.0 of 16.0 GiB");
        assert_eq!(part_of(0, 2 << 30, Scale::Binary), "0 of 2.0 GiB");
        assert_eq!(part_of(0, 0, Scale::Binary), "0 of 0 B");
    }

    #[test]
    fn durations_have_two_parts() {
        let said = |s| duration(Duration::from_secs(s));
        assert_eq!(said(42), "42 s");
        assert_eq!(said(423), "7 min 03 s");
        assert_eq!(said(4 * 3600 + 420), "4 h 07 min");
        assert_eq!(said(12 * 86_400 + 4 * 3600 + 59), "12 d 4 h");
        assert_eq!(cpu_time(3725.9), "62:05");
        assert_eq!(clock(90_061.0), "1-01:01:01");
    }

    #[test]
    fn seconds_are_asked_for_with_or_without_a_point() {
        assert_eq!(seconds("2"), Ok(Duration::from_secs(2)));
        assert_eq!(seconds("0.5"), Ok(Duration::from_millis(500)));
        for wrong in ["-1", "NaN", "inf", "1e9", "", "two"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn moments_are_written_from_the_year_down() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(date(at, &TimeZone::UTC), "2023-11-14");
        assert_eq!(minute(at, &TimeZone::UTC), "2023-11-14 22:13");
        assert_eq!(moment(at, &TimeZone::UTC), "2023-11-14 22:13:20");
        assert_eq!(time_of_day(at, &TimeZone::UTC), "22:13:20");
    }

    #[test]
    fn both_pieces_of_a_device_number_count() {
        assert_eq!(device(0xfe00), (254, 0));
        assert_eq!(device(0x10_882c), (136, 300));
        assert_eq!(device(0x1_0000_0000_0000), (0x1_0000, 0), "as glibc's gnu_dev_major");
    }

    #[test]
    fn a_start_is_as_precise_as_it_is_near() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let said = |ago| start(now - Duration::from_secs(ago), now, &TimeZone::UTC);
        assert_eq!(said(60), "22:12");
        assert_eq!(said(22 * 3600), "00:13");
        assert_eq!(said(23 * 3600), "Nov13", "yesterday, if less than a day ago");
        assert_eq!(said(3 * 86_400), "Nov11");
        assert_eq!(said(400 * 86_400), "2022");
    }
}
