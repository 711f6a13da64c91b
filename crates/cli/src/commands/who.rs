//! `psight who`: who is logged in, as who(1) has it.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{IsTerminal as _, stdin};
use std::time::Duration;

use clap::Args;
use jiff::tz::TimeZone;
use psight::Record as _;
use psight::users::User;

use super::{Context, Failure};
use crate::human;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows, float};
use crate::registry::Applet;
use crate::table::{Column, Table};

/// Arguments of `psight who`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// `am i`, as -m.
    #[arg(value_name = "am i", num_args = 0..=2)]
    words: Vec<String>,
    /// Whoever is at the terminal that standard input is.
    #[arg(short = 'm')]
    own: bool,
    /// Names of machines as they were recorded, which is the default.
    #[arg(long, hide = true)]
    lookup: bool,
    /// Addresses as they were recorded, which is the default.
    #[arg(long, hide = true)]
    ips: bool,
    #[command(flatten)]
    untold: Untold,
    /// With a line of heads.
    #[arg(short = 'H', long)]
    heading: bool,
    /// Names and their number alone.
    #[arg(short = 'q', long)]
    count: bool,
    /// When the machine started.
    #[arg(short, long)]
    boot: bool,
    /// With idle time and process. Together with -b the boot as well as the users.
    #[arg(short, long)]
    users: bool,
    /// All that is known: -b and -u.
    #[arg(short, long)]
    all: bool,
    /// Name, line and time alone, which is the default.
    #[arg(short, long)]
    short: bool,
}

/// Records and marks that psight does not tell.
#[derive(Debug, Default, Args)]
struct Untold {
    /// The run level.
    #[arg(short = 'r', long, hide = true)]
    runlevel: bool,
    /// Processes that wait for logins.
    #[arg(short = 'l', long, hide = true)]
    login: bool,
    /// Processes that have ended.
    #[arg(short = 'd', long, hide = true)]
    dead: bool,
    /// Processes that init started.
    #[arg(short = 'p', long, hide = true)]
    process: bool,
    /// When the clock was set last.
    #[arg(short = 't', long, hide = true)]
    time: bool,
    /// Whether messages are let through.
    #[arg(
        short = 'T',
        short_alias = 'w',
        long,
        alias = "message",
        alias = "writable",
        hide = true
    )]
    mesg: bool,
}

impl Untold {
    fn check(&self) -> Result<(), Failure> {
        let asked = [
            (self.runlevel, "-r: run levels are"),
            (self.login, "-l: processes that wait for logins are"),
            (self.dead, "-d: processes that have ended are"),
            (self.process, "-p: processes that init started are"),
            (self.time, "-t: changes of the clock are"),
            (self.mesg, "-T: who lets messages through is"),
        ];
        match asked.iter().find(|(is_asked, _)| *is_asked) {
            Some((_, what)) => {
                Err(Failure::Usage(format!("{what} not told; -b and -u show boot and users")))
            }
            None => Ok(()),
        }
    }
}

/// A session, and how long its terminal was idle.
struct Session {
    user: User,
    /// `None` without a terminal, and where the machine does not tell.
    idle: Option<Duration>,
}

impl Applet for Arguments {
    const NAME: &'static str = "who";
    const ABOUT: &'static str = "Who is logged in";

    fn run(mut self, context: &mut Context) -> Result<(), Failure> {
        self.untold.check()?;
        if let [file] = self.words.as_slice() {
            return Err(Failure::Usage(format!(
                "{file}: psight reads the records of a machine; --root DIR is another machine"
            )));
        }
        self.own |= !self.words.is_empty();
        self.boot |= self.all;
        self.users |= self.all;
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let idle = |user: &User| host.terminal_idle(user.terminal.as_ref()?).ok();
    let mut users = host.users()?;
    if arguments.own {
        let own = stdin().is_terminal().then(super::tty::name).and_then(Result::ok);
        let own = own.as_deref().map(|path| path.strip_prefix("/dev").unwrap_or(path).as_os_str());
        users.retain(|user| own.is_some() && user.terminal.as_deref() == own);
    }
    let sessions: Vec<Session> =
        users.into_iter().map(|user| Session { idle: idle(&user), user }).collect();
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&sessions))?);
    }
    let lines = if arguments.count {
        count(&sessions)
    } else {
        let sessions = if arguments.boot && !arguments.users { Vec::new() } else { sessions };
        table(arguments, &sessions, context)?
            .lines(context.output.terminal.width, context.output.terminal.cut_mark())
    };
    Ok(context.output.lines(lines)?)
}

fn values(sessions: &[Session]) -> Rows<'_> {
    let mut names: Vec<_> = User::FIELDS.iter().map(|field| field.name.into()).collect();
    names.push(Cow::Borrowed("idle"));
    let rows = sessions.iter().map(|session| {
        let mut values = session.user.values();
        values.push(float(session.idle.map(|idle| idle.as_secs_f64())));
        values
    });
    Rows { names, rows: rows.collect() }
}

/// The names in one line, and how many they are.
fn count(sessions: &[Session]) -> Vec<Line> {
    let mut names = Line::new();
    for (at, session) in sessions.iter().enumerate() {
        names.push(Paint::Plain, if at > 0 { " " } else { "" });
        names.append(Line::new().with_os(Paint::Plain, &session.user.name));
    }
    let number = format!("# users={}", sessions.len());
    vec![names, Line::new().with(Paint::Plain, number)]
}

fn table(arguments: &Arguments, sessions: &[Session], context: &Context) -> Result<Table, Failure> {
    let zone = context.zone();
    let mut columns = vec![Column::left("NAME").at_least(8), Column::left("LINE").at_least(12)];
    columns.push(Column::left("TIME").at_least(16));
    if arguments.users {
        columns.extend([Column::left("IDLE").at_least(5), Column::right("PID").at_least(10)]);
    }
    columns.push(Column::left("COMMENT").giving_way());
    let mut table = Table::new(columns);
    if !arguments.heading {
        table = table.without_heads();
    }
    if arguments.boot {
        let began = human::minute(context.host.boot_time()?, &zone);
        let mut row = vec![Line::new(), plain("system boot"), plain(&began)];
        row.resize_with(if arguments.users { 6 } else { 4 }, Line::new);
        table.row(row);
    }
    for session in sessions {
        table.row(row(arguments, session, &zone));
    }
    Ok(table)
}

fn plain(text: &str) -> Line {
    Line::new().with(Paint::Plain, text)
}

fn row(arguments: &Arguments, session: &Session, zone: &TimeZone) -> Vec<Line> {
    let user = &session.user;
    let terminal = user.terminal.as_deref().unwrap_or_else(|| OsStr::new("?"));
    let mut row = vec![
        Line::new().with_os(Paint::Plain, &user.name),
        Line::new().with_os(Paint::Plain, terminal),
        plain(&human::minute(user.started, zone)),
    ];
    if arguments.users {
        let pid = user.pid.map_or_else(|| "?".to_owned(), |pid| pid.to_string());
        row.extend([plain(&idle_for(session.idle)), plain(&pid)]);
    }
    row.push(match &user.host {
        Some(host) => plain("(").with_os(Paint::Plain, host).with(Paint::Plain, ")"),
        None => Line::new(),
    });
    row
}

/// A dot for somebody who types, `old` for a day and more, else hours and minutes.
fn idle_for(idle: Option<Duration>) -> String {
    match idle.map(|idle| idle.as_secs() / 60) {
        None => "  ?".to_owned(),
        Some(0) => "  .".to_owned(),
        Some(minutes) if minutes >= 24 * 60 => " old".to_owned(),
        Some(minutes) => format!("{:02}:{:02}", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_times_are_those_of_who() {
        let said = |seconds| idle_for(Some(Duration::from_secs(seconds)));
        assert_eq!(said(59), "  .");
        assert_eq!(said(60), "00:01");
        assert_eq!(said(86_399), "23:59");
        assert_eq!(said(86_400), " old");
        assert_eq!(idle_for(None), "  ?");
    }
}
