//! `psight who`: who is logged in, as who(1) has it.

mod entry;

use std::borrow::Cow;
use std::io::{IsTerminal as _, stdin};
use std::time::Duration;

use clap::Args;
use psight::Pid;
use psight::Record as _;
use psight::users::{LoginKind, User};

use self::entry::Entry;
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows, float};
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
    wanted: Wanted,
    /// With + before the line of those who let others write to it, and - of those who do not.
    #[arg(short = 'T', short_alias = 'w', long, alias = "message", alias = "writable")]
    mesg: bool,
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
    /// All that is known: -b -d -l -p -r -t -T -u.
    #[arg(short, long)]
    all: bool,
    /// Name, line and time alone, which is the default.
    #[arg(short, long)]
    short: bool,
}

/// Records besides those of users.
#[derive(Debug, Default, Args)]
struct Wanted {
    /// The run level.
    #[arg(short = 'r', long)]
    runlevel: bool,
    /// Terminals that wait for a login.
    #[arg(short = 'l', long)]
    login: bool,
    /// Sessions that have ended.
    #[arg(short = 'd', long)]
    dead: bool,
    /// What init started.
    #[arg(short = 'p', long)]
    process: bool,
    /// When the clock was set.
    #[arg(short = 't', long)]
    time: bool,
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
        if let [file] = self.words.as_slice() {
            return Err(Failure::Usage(format!(
                "{file}: psight reads the records of a machine; --root DIR is another machine"
            )));
        }
        self.own |= !self.words.is_empty();
        if self.all {
            (self.boot, self.users, self.mesg) = (true, true, true);
            self.wanted =
                Wanted { runlevel: true, login: true, dead: true, process: true, time: true };
        }
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
        let is_others = arguments.boot || arguments.wanted.is_any();
        let sessions = if is_others && !arguments.users { Vec::new() } else { sessions };
        table(arguments, &entries(arguments, sessions, context)?)
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

/// The entries in the order of their records; who has none comes last.
fn entries(
    arguments: &Arguments,
    sessions: Vec<Session>,
    context: &mut Context,
) -> Result<Vec<Entry>, Failure> {
    let zone = context.zone();
    let host = context.host.clone();
    let is_others = arguments.boot || arguments.wanted.is_any();
    let records = if is_others { host.login_records()? } else { Vec::new() };
    let mut entries = Vec::new();
    let mut sessions: Vec<Option<Session>> = sessions.into_iter().map(Some).collect();
    let has_boot = records.iter().any(|record| record.kind == LoginKind::Boot);
    if arguments.boot && !has_boot {
        entries.push(Entry::of_line("system boot", human::minute(host.boot_time()?, &zone)));
    }
    let user = |session: &Session| Entry::of_session(session, arguments, &host, &zone);
    for record in &records {
        if record.kind == LoginKind::User {
            let is_it = |session: &Session| {
                session.user.terminal == record.terminal
                    && session.user.pid.map(Pid::as_u32) == record.pid
            };
            let mut known = sessions.iter_mut();
            let session = known.find(|session| session.as_ref().is_some_and(is_it));
            entries.extend(session.and_then(Option::take).as_ref().map(user));
        } else if arguments.wanted.has(record.kind)
            || arguments.boot && record.kind == LoginKind::Boot
        {
            entries.push(Entry::of_record(record, &zone));
        }
    }
    entries.extend(sessions.iter().flatten().map(user));
    Ok(entries)
}

impl Wanted {
    fn is_any(&self) -> bool {
        let Self { runlevel, login, dead, process, time } = *self;
        [runlevel, login, dead, process, time].contains(&true)
    }

    fn has(&self, kind: LoginKind) -> bool {
        match kind {
            LoginKind::RunLevel => self.runlevel,
            LoginKind::Login => self.login,
            LoginKind::Dead => self.dead,
            LoginKind::Init => self.process,
            LoginKind::NewTime => self.time,
            _ => false,
        }
    }
}

fn table(arguments: &Arguments, entries: &[Entry]) -> Table {
    let mut columns = vec![Column::left("NAME").at_least(8)];
    if arguments.mesg {
        columns.push(Column::left("").at_least(1));
    }
    columns.extend([Column::left("LINE").at_least(12), Column::left("TIME").at_least(16)]);
    let is_long = arguments.users || arguments.boot || arguments.wanted.is_any();
    let has_idle = arguments.users || arguments.wanted.login || arguments.wanted.dead;
    if has_idle {
        columns.push(Column::left("IDLE").at_least(5));
    }
    if is_long {
        columns.push(Column::right("PID").at_least(if has_idle { 11 } else { 10 }));
    }
    columns.push(Column::left("COMMENT").giving_way());
    let mut table = Table::new(columns);
    if !arguments.heading {
        table = table.without_heads();
    }
    for entry in entries {
        let mut row = vec![entry.name.clone()];
        if arguments.mesg {
            row.push(plain(entry.messages));
        }
        row.extend([entry.line.clone(), plain(&entry.time)]);
        if has_idle {
            row.push(plain(&entry.idle));
        }
        if is_long {
            row.push(plain(&entry.pid));
        }
        row.push(entry.comment.clone());
        table.row(row);
    }
    table
}

fn plain(text: &str) -> Line {
    Line::new().with(Paint::Plain, text)
}
