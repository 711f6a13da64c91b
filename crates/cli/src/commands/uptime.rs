//! `psight uptime`: since when the machine runs, who is there and how busy it is, in procps' line.

use std::time::{Duration, SystemTime};

use clap::Args;
use psight::cpu::LoadAverage;
use psight::record::{ToValue as _, Value};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::{Format, object, record};

/// Arguments of `psight uptime`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// How long, in words.
    #[arg(short, long)]
    pretty: bool,
    /// Since when, whatever else is asked for.
    #[arg(short, long)]
    since: bool,
}

/// What is known; the time since boot is always.
struct Facts {
    now: SystemTime,
    up: Duration,
    /// `None` where it cannot be told who is logged in.
    users: Option<u64>,
    load: Option<LoadAverage>,
}

impl Applet for Arguments {
    const NAME: &'static str = "uptime";
    const ABOUT: &'static str = "Since when the machine runs, and how busy it is";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

/// The line about the machine, which `w` begins with as well.
pub(crate) fn header(context: &mut Context) -> Result<String, Failure> {
    let facts = Facts::of(context)?;
    Ok(line(&facts, &human::time_of_day(facts.now, &context.zone())))
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let facts = Facts::of(context)?;
    let up = facts.up;
    let zone = context.zone();
    let text = match context.output.format {
        Format::Csv => return Err(Failure::Usage("uptime is no list: use --json".to_owned())),
        Format::Json | Format::Ndjson => {
            return Ok(context.output.document(&document(&facts, &facts.began()))?);
        }
        Format::Table if arguments.since => human::moment(facts.began(), &zone),
        Format::Table if arguments.pretty => pretty(up),
        Format::Table => line(&facts, &human::time_of_day(facts.now, &zone)),
    };
    Ok(context.output.lines([Line::new().with(Paint::Plain, text)])?)
}

impl Facts {
    fn of(context: &mut Context) -> Result<Self, Failure> {
        let host = context.host.clone();
        let up = host.time_since_boot()?;
        let skipped = &mut context.skipped;
        let users = skipped.known("users", host.users()).map(|users| users.len() as u64);
        let load = skipped.known("load", host.load_average());
        Ok(Self { now: host.now(), up, users, load })
    }

    /// The clock less the time since boot, both in whole seconds, as procps counts it.
    fn began(&self) -> SystemTime {
        let now = self.now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        SystemTime::UNIX_EPOCH + Duration::from_secs(now.saturating_sub(self.up.as_secs()))
    }
}

fn document<'a>(facts: &'a Facts, began: &'a SystemTime) -> Value<'a> {
    object([
        ("now", facts.now.to_value()),
        ("boot_time", began.to_value()),
        ("time_since_boot", facts.up.to_value()),
        ("user_count", facts.users.to_value()),
        ("load_average", record(facts.load.as_ref())),
    ])
}

/// procps' line. What is not known is left out.
fn line(facts: &Facts, time: &str) -> String {
    let mut text = format!(" {time} {}", up(facts.up));
    if let Some(users) = facts.users {
        text.push_str(&format!(", {}", counted(users)));
    }
    if let Some(facts) = &facts.load {
        text.push_str(&format!(",  {}", load(facts)));
    }
    text
}

/// `up 4 days,  3:04`.
pub(crate) fn up(up: Duration) -> String {
    let minutes = up.as_secs() / 60;
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        _ => format!("{days} days, "),
    };
    match hours {
        0 => format!("up {days}{minutes} min"),
        _ => format!("up {days}{hours:2}:{minutes:02}"),
    }
}

/// How many users there are; procps says `0 user`.
pub(crate) fn counted(users: u64) -> String {
    format!("{users:2} user{}", if users > 1 { "s" } else { "" })
}

pub(crate) fn load(load: &LoadAverage) -> String {
    let LoadAverage { one, five, fifteen, .. } = load;
    format!("load average: {one:.2}, {five:.2}, {fifteen:.2}")
}

/// `up 1 week, 2 days, 3 hours, 4 minutes`, without what is 0.
fn pretty(up: Duration) -> String {
    let minutes = up.as_secs() / 60;
    let (hours, days) = (minutes / 60, minutes / 1440);
    let (years, in_year) = (days / 365, days % 365);
    let parts = [
        (years / 10, "decade"),
        (years % 10, "year"),
        (in_year / 7, "week"),
        (in_year % 7, "day"),
        (hours % 24, "hour"),
        (minutes % 60, "minute"),
    ];
    let mut said: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if count > 1 { "s" } else { "" }))
        .collect();
    if said.is_empty() {
        said.push("0 minutes".to_owned());
    }
    format!("up {}", said.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(seconds: u64, users: u64) -> String {
        let facts = Facts {
            now: SystemTime::UNIX_EPOCH,
            up: Duration::from_secs(seconds),
            users: Some(users),
            load: None,
        };
        line(&facts, "09:05:17")
    }

    #[test]
    fn the_line_is_that_of_procps() {
        assert_eq!(said(59, 0), " 09:05:17 up 0 min,  0 user");
        assert_eq!(said(29 * 60, 1), " 09:05:17 up 29 min,  1 user");
        assert_eq!(said(3 * 3600 + 240, 2), " 09:05:17 up  3:04,  2 users");
        assert_eq!(said(86_400 + 60, 12), " 09:05:17 up 1 day, 1 min, 12 users");
        assert_eq!(said(40 * 86_400 + 12 * 3600, 1), " 09:05:17 up 40 days, 12:00,  1 user");
    }

    #[test]
    fn in_words_nothing_is_nought() {
        let said = |minutes: u64| pretty(Duration::from_secs(minutes * 60));
        assert_eq!(said(0), "up 0 minutes");
        assert_eq!(said(1), "up 1 minute");
        assert_eq!(said(9 * 1440 + 3 * 60 + 4), "up 1 week, 2 days, 3 hours, 4 minutes");
        assert_eq!(said(365 * 1440), "up 1 year");
        assert_eq!(said(366 * 11 * 1440), "up 1 decade, 1 year, 1 week, 4 days");
    }
}
