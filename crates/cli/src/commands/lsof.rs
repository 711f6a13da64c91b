//! `psight lsof`: what processes have open, in the columns of lsof. Always numeric: no name of a host or a port is looked
//! up, except those that are asked for.

mod entry;
mod fields;
mod internet;
mod listing;
mod select;
mod sockets;
mod words;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::Args;
use psight::net::{Connection, ConnectionKind};
use psight::process::{FdKind, FileDescriptor, FileScanner};
use psight::table::{Columns, ProcessRow};
use psight::users::UserNames;
use psight::{ErrorKind, Host, Pid};

use self::entry::{Entry, Held, Owner};
use self::fields::Fields;
use self::internet::Internet;
use self::listing::Listing;
use self::select::{Fds, List, Name, Part, Selection, Target, User};
use self::sockets::{Socket, Sockets};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::Format;

/// The kernel keeps this many bytes of a name.
const LONGEST_NAME: usize = 15;

/// Arguments of `psight lsof`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// Who has these files open; of a mount point or a disk, any file in it.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What these processes have open (-p); ^PID is left out.
    #[arg(long = "pid", value_name = "PID,…")]
    pids: Vec<String>,
    /// What processes of these users have open (-u); ^USER is left out.
    #[arg(long = "user", value_name = "USER,…")]
    users: Vec<String>,
    /// What processes have open whose names begin so (-c); ^NAME is left out. /REGEX/ is a pattern, /REGEX/i one without
    /// case.
    #[arg(long = "command", value_name = "NAME,…")]
    commands: Vec<String>,
    /// What these process groups have open (-g), and show each process's group.
    #[arg(long = "group", value_name = "PGID,…")]
    groups: Option<Vec<String>>,
    /// Sockets of the network (-i): [4|6][tcp|udp][@HOST][:PORT,…].
    #[arg(long, value_name = "ADDRESS")]
    internet: Vec<String>,
    /// Unix sockets.
    #[arg(short = 'U')]
    unix: bool,
    /// These descriptors (-d): numbers, ranges, cwd, rtd, txt, mem, DEL, fd; ^FD is left out.
    #[arg(long = "descriptor", value_name = "FD,…")]
    fds: Vec<String>,
    /// Who has DIR, or something directly in it, open (+d).
    #[arg(long = "directory", value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// Who has DIR, or something in it however deep, open (+D).
    #[arg(long = "tree", value_name = "DIR")]
    trees: Vec<PathBuf>,
    /// Show how many names files have (+L), or ask for those with fewer than N: +L1 for deleted ones.
    #[arg(long, value_name = "N")]
    links: Option<String>,
    /// Only connections in these states (-s TCP:LISTEN); ^STATE is left out. -s alone: sizes, and no positions.
    #[arg(long = "state", value_name = "PROTOCOL:STATE,…")]
    states: Vec<String>,
    /// What fits all that is asked for, instead of some of it.
    #[arg(short = 'a')]
    and: bool,
    /// Show pids and nothing else.
    #[arg(short = 't', conflicts_with = "fields")]
    terse: bool,
    /// Write for programs (-F): these fields, a letter and a value to a line.
    #[arg(long, value_name = "LETTERS")]
    fields: Option<String>,
    /// Numbers for hosts, which is always so.
    #[arg(short = 'n')]
    numeric_hosts: bool,
    /// Numbers for ports, which is always so.
    #[arg(short = 'P')]
    numeric_ports: bool,
    /// Numbers for users.
    #[arg(short = 'l')]
    numeric_users: bool,
    /// Show parents.
    #[arg(short = 'R')]
    parents: bool,
    /// Show positions instead of sizes.
    #[arg(short = 'o')]
    positions: bool,
    /// What to tell of sockets (-T): s for the state, q for the queues; nothing without a letter.
    #[arg(long = "tcp-info", value_name = "LETTERS")]
    tcp_info: Option<String>,
    /// Show so many letters of a command (+c); all of them with 0.
    #[arg(long, value_name = "WIDTH", default_value_t = 9)]
    command_width: usize,
    /// Exit with 0 even if something was not found.
    #[arg(short = 'Q')]
    forgiving: bool,
    /// Say which of what was asked for nobody has (-V).
    #[arg(long)]
    missing: bool,
    /// Again and again with a pause of so many seconds (-r), 15 unless said otherwise.
    #[arg(long, value_name = "SECONDS")]
    repeat: Option<String>,
    /// The same while there is anything to list (+r).
    #[arg(long, value_name = "SECONDS", conflicts_with = "repeat")]
    repeat_while: Option<String>,
    /// What psight cannot tell, and why.
    #[arg(long, hide = true)]
    untold: Vec<String>,
    /// Say nothing of what could not be read.
    #[arg(short = 'w')]
    no_warnings: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "lsof";
    const ABOUT: &'static str = "Open files, and who has them open";

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        words::spelled_out(words)
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    if let Some(untold) = arguments.untold.first() {
        return Err(Failure::Usage(untold.clone()));
    }
    let pause = match arguments.repeat.as_deref().or(arguments.repeat_while.as_deref()) {
        None => return once(&arguments, context).map(drop),
        Some("") => Duration::from_secs(15),
        Some(seconds) => human::seconds(seconds).map_err(Failure::Usage)?,
    };
    loop {
        let is_empty = once(&arguments, context)?;
        if context.host.is_captured() || is_empty && arguments.repeat_while.is_some() {
            return Ok(());
        }
        if context.output.format == Format::Table {
            context.output.lines([Line::new().with(Paint::Plain, "=======")])?;
        }
        std::thread::sleep(pause);
    }
}

/// Lists it; true if there was nothing.
fn once(arguments: &Arguments, context: &mut Context) -> Result<bool, Failure> {
    let (selection, mut is_found) = arguments.selection(context)?;
    let fields =
        arguments.fields.as_deref().map(Fields::parse).transpose().map_err(Failure::Usage)?;
    let mut listing = Listing::new(arguments, fields, context.output.format);
    Lister::new(&context.host, &selection).list(arguments, &mut listing, context)?;
    is_found &= selection.is_found();
    if !arguments.forgiving && !is_found {
        context.verdict = ExitCode::FAILURE;
    }
    if arguments.missing && context.output.format == Format::Table {
        let missing = selection.missing().map(|what| Line::new().with(Paint::Plain, what));
        context.output.lines(missing.collect::<Vec<_>>())?;
    }
    let is_empty = listing.is_empty();
    listing.write(&mut context.output)?;
    Ok(is_empty)
}

/// What reads the machine for a listing.
struct Lister<'a> {
    host: Host,
    selection: &'a Selection,
    names: UserNames,
    sockets: OnceCell<Rc<Sockets>>,
}

const NEEDS: Columns = Columns::PPID.and(Columns::NAME).and(Columns::PGID).and(Columns::EUID);

impl<'a> Lister<'a> {
    fn new(host: &Host, selection: &'a Selection) -> Self {
        let names = host.user_names();
        Self { host: host.clone(), selection, names, sockets: OnceCell::new() }
    }

    /// Puts process after process on the list, so that no more than one of them is held in memory as it was read.
    fn list(
        &mut self,
        arguments: &Arguments,
        listing: &mut Listing<'_>,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let mut files = self.host.file_scanner();
        for row in self.processes()? {
            let owner = self.owner(&row, arguments.numeric_users);
            let Some(part) = self.selection.process(&owner) else { continue };
            let (held, refusal) = self.held(&row, part, listing.is_brief(), &mut files);
            let entries = held.map(|held| Entry { socket: self.socket(&held), held });
            listing.add(owner, entries.filter(|entry| self.selection.file(entry, part)));
            if let Some(error) = refusal.filter(|_| !arguments.no_warnings) {
                note(row.pid, &error, context);
            }
        }
        Ok(())
    }

    /// The processes that may have something that was asked for.
    fn processes(&self) -> Result<Vec<ProcessRow>, Failure> {
        let mut scanner = self.host.scanner(NEEDS)?;
        let pids = match self.selection.only_pids() {
            Some(pids) => pids.into_iter().collect::<BTreeSet<u32>>(),
            None if self.selection.only_internet() => {
                let sockets = self.host.connections_with_all_owners(ConnectionKind::Inet)?;
                let wanted = |socket: &&Connection| {
                    self.selection.internet.iter().any(|asked| asked.what.has(socket))
                };
                let pids = sockets.iter().filter(wanted).filter_map(|socket| socket.pid);
                pids.map(Pid::as_u32).collect()
            }
            None => return Ok(scanner.rows()?),
        };
        let mut rows = Vec::with_capacity(pids.len());
        for pid in pids {
            match scanner.row(pid) {
                Ok(row) => rows.push(row),
                Err(error) if error.is_gone() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(rows)
    }

    fn owner(&mut self, row: &ProcessRow, numeric: bool) -> Owner {
        let uid = row.euid;
        let name = uid.map(|uid| match self.names.name(uid) {
            Some(name) if !numeric => name.to_owned(),
            _ => uid.to_string().into(),
        });
        let command = row.name.as_deref().unwrap_or_default();
        Owner {
            pid: row.pid,
            ppid: row.ppid,
            pgid: row.pgid,
            name: beginning(command, LONGEST_NAME).into_owned(),
            uid,
            user: name,
        }
    }

    /// What one process holds, and why it is not all.
    fn held(
        &self,
        row: &ProcessRow,
        part: Part,
        is_brief: bool,
        files: &mut FileScanner,
    ) -> (impl Iterator<Item = Held> + use<>, Option<psight::Error>) {
        let mut refusal = None;
        let used = match part == Part::All || self.selection.wants_used_files() {
            true => files.used_files(row.pid),
            false => Ok(Vec::new()),
        };
        let used = used.unwrap_or_else(|error| {
            refusal = Some(error);
            Vec::new()
        });
        let fds = match is_brief {
            true => files.fds(row.pid),
            false => row.process_unchecked(&self.host).fds(),
        };
        let fds = fds.unwrap_or_else(|error| {
            refusal = Some(error);
            Vec::new()
        });
        let used = used.into_iter().map(Held::Used);
        (used.chain(fds.into_iter().map(Held::Descriptor)), refusal)
    }

    fn socket(&self, held: &Held) -> Option<Socket> {
        let Held::Descriptor(FileDescriptor { kind: FdKind::Socket, ino, .. }) = held else {
            return None;
        };
        let sockets = self.sockets.get_or_init(|| {
            // A machine that does not tell has descriptors all the same.
            let sockets = self.host.connections(ConnectionKind::All).unwrap_or_default();
            Rc::new(Sockets::from(sockets))
        });
        Sockets::find(sockets, (*ino)?)
    }
}

/// Notes that what a process holds is not known.
fn note(pid: Pid, error: &psight::Error, context: &mut Context) {
    let what = format!("process {pid}");
    match error.kind() {
        // What has exited holds nothing any more.
        ErrorKind::NoSuchProcess | ErrorKind::ZombieProcess => {}
        ErrorKind::NotFound => context.skipped.failed(what, "its descriptors are not told"),
        _ => context.skipped.note(what, error),
    }
}

/// At most so many characters of a name.
fn beginning(name: &OsStr, most: usize) -> Cow<'_, OsStr> {
    if name.len() <= most {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.to_string_lossy().chars().take(most).collect::<String>().into())
}

impl Arguments {
    /// What was asked for, and whether all files that were named are there.
    fn selection(&self, context: &mut Context) -> Result<(Selection, bool), Failure> {
        let host = context.host.clone();
        let number = |word: &str| word.parse::<u32>().map_err(|_| format!("{word:?} is no number"));
        let state = |word: &str| match word.split_once(':') {
            Some((protocol, state)) if protocol.eq_ignore_ascii_case("tcp") => Ok(state.to_owned()),
            Some((protocol, _)) => Err(format!("{protocol:?} has no states, TCP has")),
            None => Ok(word.to_owned()),
        };
        let mut targets = Vec::new();
        let mut is_there = true;
        let files = self.files.iter().map(|file| (file, Target::file(file, &host)));
        let directories = self.directories.iter().map(|dir| (dir, Target::tree(dir, 0, &host)));
        let trees = self.trees.iter().map(|dir| (dir, Target::tree(dir, usize::MAX - 1, &host)));
        for (path, target) in files.chain(directories).chain(trees) {
            match target {
                Ok(target) => targets.push(target),
                Err(why) => {
                    is_there = false;
                    targets.push(Target::named(path, None, &host));
                    context.skipped.failed(path.display().to_string(), why);
                }
            }
        }
        let internet = self.internet.iter().map(|word| Internet::parse(word, !host.is_captured()));
        let build = || -> Result<Selection, String> {
            Ok(Selection {
                pids: List::parse(&self.pids, number)?,
                groups: List::parse(self.groups.as_deref().unwrap_or_default(), number)?,
                users: List::parse(&self.users, |word| User::parse(word, &host))?,
                commands: List::parse(&self.commands, Name::parse)?,
                fds: List::parse(&self.fds, Fds::parse)?,
                states: List::parse(&self.states, state)?,
                internet: Selection::asked(internet.collect::<Result<_, _>>()?),
                unix: Selection::asked(if self.unix { vec![()] } else { vec![] }).pop(),
                targets: Selection::asked(targets),
                links: match self.links.as_deref() {
                    None | Some("all") => None,
                    Some(links) => Some(number(links)?.into()),
                },
                all: self.and,
            })
        };
        Ok((build().map_err(Failure::Usage)?, is_there))
    }
}
