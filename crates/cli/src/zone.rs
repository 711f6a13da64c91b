//! The time zone of the reader. jiff finds it too, but looks through all the zones there are before it reads one, which
//! takes longer than everything else that `uptime` does.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

/// Where zones lie on systems that keep them in files.
const ZONES: &str = "/usr/share/zoneinfo";

/// The zone that `TZ` names, else the machine's own.
pub(crate) fn zone() -> TimeZone {
    let asked = env::var_os("TZ");
    let known = match asked.as_deref().map(|name| name.to_str()) {
        None => read(Path::new("/etc/localtime")),
        Some(name) => name.and_then(named),
    };
    known.unwrap_or_else(TimeZone::system)
}

/// A zone by the name of its file; `None` of a rule, as `CET-1CEST`, and of what is no file.
fn named(name: &str) -> Option<TimeZone> {
    let name = name.strip_prefix(':').unwrap_or(name);
    if matches!(name, "UTC" | "UTC0") {
        return Some(TimeZone::UTC);
    }
    let place: PathBuf = Path::new(ZONES).join(name);
    read(&place)
}

fn read(path: &Path) -> Option<TimeZone> {
    let kind = fs::metadata(path).ok()?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        // A device has no end, and a pipe keeps whoever opens it waiting: no zone, which to the C library is UTC.
        return Some(TimeZone::UTC);
    }
    let bytes = fs::read(path).ok()?;
    TimeZone::tzif("local", &bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    #[test]
    fn a_zone_has_the_hours_that_jiff_gives_it() {
        // January and July, on both sides of the world.
        let moments = [1_705_000_000, 1_720_000_000].map(|at| Timestamp::from_second(at).unwrap());
        for name in ["America/New_York", "Australia/Sydney", "Asia/Kolkata"] {
            let (Some(ours), Ok(theirs)) = (named(name), TimeZone::get(name)) else { continue };
            for at in moments {
                assert_eq!(ours.to_offset(at), theirs.to_offset(at), "{name}");
            }
        }
        assert_eq!(named("UTC"), Some(TimeZone::UTC));
    }

    #[test]
    #[cfg_attr(windows, ignore = "it has other devices")]
    fn what_has_no_end_is_no_zone() {
        assert_eq!(named("/dev/zero"), Some(TimeZone::UTC));
        assert_eq!(named(":/dev/null"), Some(TimeZone::UTC));
    }

    #[test]
    fn what_is_no_file_is_left_to_jiff() {
        assert_eq!(named("CET-1CEST"), None);
        assert_eq!(named(""), None);
        assert_eq!(named("../../../etc/passwd"), None);
    }
}
