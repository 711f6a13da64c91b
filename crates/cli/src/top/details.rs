//! What the pane tells of a process. It is read only while the pane is open.

use std::ffi::OsStr;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use psight::Record;
use psight::net::ConnectionKind;
use psight::process::{Limit, Resource};
use psight::record::Value;
use psight::{Host, Process};

use super::control::{Target, reason};
use super::state::Tab;
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::table::{self, Column, Table};

/// The lines of a tab. What cannot be read is a line that says why.
pub(crate) fn read(host: &Host, target: &Target, tab: Tab, zone: &TimeZone) -> Vec<Line> {
    let process = match target.process(host) {
        Ok(process) => process,
        Err(why) => return vec![refusal(&why)],
    };
    let lines = match tab {
        Tab::Process => Ok(summary(&process.oneshot(), zone)),
        Tab::Files => files(&process),
        Tab::Sockets => sockets(&process),
        Tab::Environment => environment(&process),
        Tab::Maps => maps(&process),
        Tab::Limits => Ok(limits(&process)),
    };
    match lines {
        Ok(lines) if lines.is_empty() => vec![Line::new().with(Paint::Faint, "none")],
        // What fills a column up would only be cut.
        Ok(lines) => lines.into_iter().map(Line::trimmed).collect(),
        Err(error) => vec![refusal(&reason(&error))],
    }
}

fn refusal(why: &str) -> Line {
    Line::new().with(Paint::Bad, why)
}

/// A label, and what it says; why it says nothing where that is so.
fn said<T>(
    label: &str,
    answer: psight::Result<Option<T>>,
    written: impl Fn(Line, T) -> Line,
) -> Option<Line> {
    let line = Line::new().with(Paint::Faint, format!("{label:<12}"));
    match answer {
        Ok(Some(value)) => Some(written(line, value)),
        Ok(None) => Some(line.with(Paint::Faint, "-")),
        Err(error) if error.is_unsupported() => None,
        Err(error) => Some(line.with(Paint::Warning, reason(&error))),
    }
}

fn summary(process: &Process, zone: &TimeZone) -> Vec<Line> {
    let mut lines = identity(process, zone);
    lines.extend(usage(process));
    lines
}

fn path(line: Line, path: PathBuf) -> Line {
    line.with_os(Paint::Plain, path)
}

fn text(line: Line, text: String) -> Line {
    line.with(Paint::Plain, text)
}

/// What it is, and who started it.
fn identity(process: &Process, zone: &TimeZone) -> Vec<Line> {
    let now = process.host().now();
    let started = process.create_time().map(|at| {
        let age = now.duration_since(at).unwrap_or_default();
        Some(format!("{} ({} ago)", human::start(at, now, zone), human::duration(age)))
    });
    let ids = process.uids().map(|ids| {
        Some(format!("{} real, {} effective, {} saved", ids.real, ids.effective, ids.saved))
    });
    [
        said("command", process.cmdline().map(Some), |line, words| {
            let words = words.iter().map(|word| Line::new().with_os(Paint::Plain, word));
            joined(line, words, " ")
        }),
        said("program", process.exe(), path),
        said("folder", process.cwd(), path),
        said("root", process.root(), path),
        said("user", process.username().map(Some), |line, name| line.with_os(Paint::Plain, name)),
        said("user ids", ids, text),
        said("started", started, text),
        said("by", parents(process), |line, parents| joined(line, parents.into_iter(), " < ")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Its parent, the parent of that and so on, unless it has none.
fn parents(process: &Process) -> psight::Result<Option<Vec<Line>>> {
    let parents = process.parents()?;
    let named = parents.iter().map(|parent| {
        let line = Line::new().with_os(Paint::Plain, parent.name().unwrap_or_default());
        line.with(Paint::Faint, format!(" ({})", parent.pid()))
    });
    Ok(Some(named.collect::<Vec<_>>()).filter(|named| !named.is_empty()))
}

fn joined(mut line: Line, parts: impl Iterator<Item = Line>, between: &str) -> Line {
    for (at, part) in parts.enumerate() {
        line.push(Paint::Faint, if at > 0 { between } else { "" });
        line.append(part);
    }
    line
}

/// What it does, and what it takes.
fn usage(process: &Process) -> Vec<Line> {
    let amount = |bytes| human::bytes(bytes, Scale::Binary);
    let times = process.cpu_times().map(|times| {
        Some(format!("{:.2} s in its own code, {:.2} s in the kernel", times.user, times.system))
    });
    let memory = process.memory_info().map(|memory| {
        Some(format!("{} of {} address space", amount(memory.rss), amount(memory.vms)))
    });
    let io = process.io_counters().map(|io| {
        let (read, written) = (io.read_bytes.map(amount)?, io.write_bytes.map(amount)?);
        Some(format!("{read} read, {written} written"))
    });
    let cgroup = process.cgroups().map(|groups| groups.first().map(|group| group.path.clone()));
    [
        said("state", process.status().map(|status| Some(status.to_string())), text),
        said("threads", process.num_threads().map(|threads| Some(threads.to_string())), text),
        said("CPU time", times, text),
        said("memory", memory, text),
        said("disks", io, text),
        said("terminal", process.terminal(), path),
        said("descriptors", process.num_fds().map(|count| Some(count.to_string())), text),
        said("cgroup", cgroup, path),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn files(process: &Process) -> psight::Result<Vec<Line>> {
    let columns = vec![
        Column::right("FD"),
        Column::left("TYPE"),
        Column::right("SIZE"),
        Column::left("NAME"),
    ];
    let mut table = Table::new(columns);
    for file in process.fds()? {
        let size = file.size.map(|size| human::bytes_short(size, Scale::Binary));
        let name = match (&file.path, file.ino) {
            (Some(path), _) => Line::new().with_os(Paint::Plain, path),
            (None, Some(inode)) => Line::new().with(Paint::Faint, format!("number {inode}")),
            (None, None) => Line::new(),
        };
        table.row(vec![
            Line::new().with(Paint::Plain, file.fd.to_string()),
            Line::new().with(Paint::Plain, file.kind.as_str()),
            Line::new().with(Paint::Plain, size.unwrap_or_default()),
            name,
        ]);
    }
    Ok(table.lines(None, ' '))
}

fn sockets(process: &Process) -> psight::Result<Vec<Line>> {
    let columns = ["FD", "FAMILY", "TYPE", "LOCAL", "REMOTE", "STATE"].map(Column::left);
    let mut table = Table::new(columns.to_vec());
    let sockets = process.connections(ConnectionKind::All)?;
    if sockets.is_empty() {
        return Ok(Vec::new());
    }
    for socket in sockets {
        let value = |name| socket.value(name).unwrap_or(Value::Null);
        let end = |address: &Option<psight::net::Address>| match address {
            Some(psight::net::Address::Unix(name)) => Line::new().with_os(Paint::Plain, name),
            Some(address) => Line::new().with(Paint::Plain, address.to_string()),
            None => Line::new().with(Paint::Faint, "*"),
        };
        table.row(vec![
            table::plain(&value("fd")),
            table::plain(&value("family")),
            table::plain(&value("type")),
            end(&socket.laddr),
            end(&socket.raddr),
            Line::new().with(Paint::Plain, socket.status.as_str()),
        ]);
    }
    Ok(table.lines(None, ' '))
}

fn environment(process: &Process) -> psight::Result<Vec<Line>> {
    let line = |name: &OsStr, value: &OsStr| {
        Line::new()
            .with_os(Paint::Accent, name)
            .with(Paint::Faint, "=")
            .with_os(Paint::Plain, value)
    };
    Ok(process.environ_map()?.iter().map(|(name, value)| line(name, value)).collect())
}

/// The pieces of its address space, without a look at each page, which would cost the machine more than all else here.
fn maps(process: &Process) -> psight::Result<Vec<Line>> {
    let columns = vec![
        Column::left("ADDRESS"),
        Column::right("SIZE"),
        Column::left("PERMS"),
        Column::left("WHAT"),
    ];
    let mut table = Table::new(columns);
    for region in process.memory_regions()? {
        table.row(vec![
            Line::new().with(Paint::Plain, region.addr.to_string()),
            Line::new().with(Paint::Plain, human::bytes_short(region.size, Scale::Binary)),
            Line::new().with(Paint::Plain, region.perms.to_string()),
            Line::new().with_os(Paint::Plain, &region.path),
        ]);
    }
    Ok(table.lines(None, ' '))
}

fn limits(process: &Process) -> Vec<Line> {
    let columns = vec![Column::left("RESOURCE"), Column::right("SOFT"), Column::right("HARD")];
    let mut table = Table::new(columns);
    let mut why = None;
    for resource in Resource::ALL.iter().filter(|resource| resource.number().is_some()) {
        match process.rlimit(*resource) {
            Ok(limits) => {
                let written = |limit: Limit| Line::new().with(Paint::Plain, limit.to_string());
                let name = Line::new().with(Paint::Plain, resource.name());
                table.row(vec![name, written(limits.soft), written(limits.hard)]);
            }
            Err(error) => why = Some(reason(&error)),
        }
    }
    let mut lines = table.lines(None, ' ');
    lines.extend(why.as_deref().map(refusal));
    lines
}
