//! `psight w`: who is logged in and what they do, as procps' w has it.

mod what;

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use clap::Args;
use jiff::tz::TimeZone;
use psight::Record as _;
use psight::record::Value;
use psight::users::User;

use self::what::{Doing, Doings};
use super::{Context, Failure, uptime};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows, float};
use crate::table::{Column, Table};

/// Arguments of `psight w`.
#[derive(Debug, Default, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Sessions of this user.
    #[arg(value_name = "USER")]
    user: Option<String>,
    /// No line about the machine and no line of heads.
    #[arg(short = 'h', long = "no-header")]
    no_header: bool,
    /// Without the login and the times of processors.
    #[arg(short, long)]
    short: bool,
    /// Without the machine that they came from; twice, with it.
    #[arg(short, long, action = clap::ArgAction::Count)]
    from: u8,
    /// Whoever it is that runs what is shown, which psight does not ask anyway.
    #[arg(short = 'u', long = "no-current")]
    no_current: bool,
    /// Addresses as they were recorded, which psight does not look up anyway.
    #[arg(short, long)]
    ip_addr: bool,
    /// Nothing in the place of times of less than a minute.
    #[arg(short, long)]
    old_style: bool,
    /// Print help.
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

/// A session, and what is done in it.
struct Session {
    user: User,
    /// `None` without a terminal, and where the machine does not tell.
    idle: Option<Duration>,
    doing: Doing,
}

impl Applet for Arguments {
    const NAME: &'static str = "w";
    const ABOUT: &'static str = "Who is logged in, and what they do";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

impl Arguments {
    /// Whether the machine is shown that somebody came from.
    fn has_from(&self) -> bool {
        self.from.is_multiple_of(2)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let is_meant = |user: &User| match &arguments.user {
        Some(name) => user.name == name.as_str(),
        None => true,
    };
    let users: Vec<User> = host.users()?.into_iter().filter(is_meant).collect();
    let mut doings = Doings::of(&users, &host)?;
    let sessions: Vec<Session> = users
        .into_iter()
        .map(|user| {
            let idle = user.terminal.as_ref().and_then(|name| host.terminal_idle(name).ok());
            Session { idle, doing: doings.take(&user), user }
        })
        .collect();
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&sessions))?);
    }
    if !arguments.no_header {
        let header = uptime::header(context)?;
        context.output.lines([Line::new().with(Paint::Plain, header)])?;
    }
    let table = table(arguments, &sessions, host.now(), &context.zone());
    Ok(context.output.table(&table)?)
}

fn values(sessions: &[Session]) -> Rows<'_> {
    let mut names: Vec<_> = User::FIELDS.iter().map(|field| field.name.into()).collect();
    names.extend(["idle", "jcpu", "pcpu", "cmdline"].map(Cow::Borrowed));
    let rows = sessions.iter().map(|session| {
        let mut values = session.user.values();
        values.push(float(session.idle.map(|idle| idle.as_secs_f64())));
        values.push(float(session.doing.at_terminal));
        values.push(float(session.doing.in_front));
        values.push(match &session.doing.row {
            Some(row) => {
                let words = row.cmdline.iter().flatten();
                Value::List(words.map(|word| Value::OsText(word)).collect())
            }
            None => Value::Null,
        });
        values
    });
    Rows { names, rows: rows.collect() }
}

fn table(arguments: &Arguments, sessions: &[Session], now: SystemTime, zone: &TimeZone) -> Table {
    let mut columns = vec![Column::left("USER").at_least(8), Column::left("TTY").at_least(8)];
    if arguments.has_from() {
        columns.push(Column::left("FROM").at_least(16).at_most(16));
    }
    if !arguments.short {
        columns.push(Column::left("LOGIN@").at_least(7));
    }
    columns.push(Column::right("IDLE ").at_least(6));
    if !arguments.short {
        columns.extend([Column::right("JCPU ").at_least(6), Column::right("PCPU ").at_least(6)]);
    }
    columns.push(Column::left("WHAT"));
    let mut table = Table::new(columns);
    if arguments.no_header {
        table = table.without_heads();
    }
    for session in sessions {
        table.row(row(arguments, session, now, zone));
    }
    table
}

fn row(arguments: &Arguments, session: &Session, now: SystemTime, zone: &TimeZone) -> Vec<Line> {
    let Session { user, idle, doing } = session;
    let plain = |text: String| Line::new().with(Paint::Plain, text);
    let none = || Line::new().with(Paint::Faint, "-");
    let time = |seconds: Option<f64>| plain(length(seconds, arguments.old_style));
    let or_none = |text: &Option<std::ffi::OsString>| match text {
        Some(text) => Line::new().with_os(Paint::Plain, text),
        None => none(),
    };
    let mut row = vec![Line::new().with_os(Paint::Plain, &user.name), or_none(&user.terminal)];
    if arguments.has_from() {
        row.push(or_none(&user.host));
    }
    if !arguments.short {
        row.push(plain(login(user.started, now, zone)));
    }
    // A terminal is looked at to 8 seconds: parts of one would say what nobody knows.
    row.push(time(idle.map(|idle| idle.as_secs() as f64)));
    if !arguments.short {
        row.extend([time(doing.at_terminal), time(doing.in_front)]);
    }
    row.push(doing.row.as_ref().map_or_else(none, super::ps::command));
    row
}

/// When somebody logged in: the time of day, `Mon09` for the hour of another day, `03Nov26` for longer ago than that.
fn login(at: SystemTime, now: SystemTime, zone: &TimeZone) -> String {
    const HALF_A_DAY: Duration = Duration::from_secs(12 * 3600);
    let ago = now.duration_since(at).unwrap_or_default();
    if ago <= HALF_A_DAY || human::date(at, zone) == human::date(now, zone) {
        return human::hour(at, zone);
    }
    human::login(at, ago, zone)
}

/// A length of time in six columns, and a seventh for what it counts: `3.00s`, `12:07 ` minutes, `2:00m` hours, `3days`.
fn length(seconds: Option<f64>, old_style: bool) -> String {
    let Some(seconds) = seconds else { return "? ".to_owned() };
    let whole = seconds.max(0.0) as u64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3600, whole / 60);
    match (days, hours, minutes) {
        (2.., ..) => format!("{days}days"),
        (_, 1.., _) if old_style => format!("{hours}:{:02} ", minutes % 60),
        (_, 1.., _) => format!("{hours}:{:02}m", minutes % 60),
        (_, _, 1..) if old_style => format!("{minutes}m"),
        (_, _, 1..) => format!("{minutes}:{:02} ", whole % 60),
        _ if old_style => " ".to_owned(),
        _ => format!("{whole}.{:02}s", (seconds.max(0.0).fract() * 100.0) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_w() {
        let said = |seconds| length(Some(seconds), false);
        assert_eq!(said(3.0), "3.00s");
        assert_eq!(said(1.29), "1.29s");
        assert_eq!(said(727.0), "12:07 ");
        assert_eq!(said(7200.0), "2:00m");
        assert_eq!(said(3.0 * 86_400.0), "3days");
        assert_eq!(length(None, false), "? ");
        assert_eq!(length(Some(7200.0), true), "2:00 ");
        assert_eq!(length(Some(3.0), true), " ");
    }

    #[test]
    fn a_login_is_as_precise_as_it_is_near() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let said = |ago| login(now - Duration::from_secs(ago), now, &TimeZone::UTC);
        assert_eq!(said(600), "22:03");
        assert_eq!(said(20 * 3600), "02:13", "of the same day");
        assert_eq!(said(30 * 3600), "Mon16");
        assert_eq!(said(10 * 86_400), "04Nov23");
    }
}
