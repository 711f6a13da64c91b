//! `psight pmap`: the memory of processes piece by piece, in the layouts of procps' `pmap`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use psight::process::{MemoryMap, MemoryRegion, Permissions};
use psight::record::{Record as _, Value};
use psight::{ErrorKind, Process};

use super::{Context, Failure};
use crate::human;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::registry::Applet;
use crate::table::{Column, Table};

/// What `pmap` ends with where a process was not there.
const NOT_FOUND: u8 = 42;

/// Arguments of `psight pmap`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// The processes.
    #[arg(value_name = "PID", required = true, value_parser = pid)]
    pids: Vec<u32>,
    #[command(flatten)]
    layout: Layout,
    /// No heads and no sums.
    #[arg(short, long)]
    quiet: bool,
    /// Whole paths.
    #[arg(short = 'p', long = "show-path")]
    paths: bool,
    /// What lies between these addresses, in hexadecimal.
    #[arg(short = 'A', long, value_name = "LOW[,HIGH]", value_parser = range)]
    range: Option<(u64, u64)>,
}

#[derive(Debug, Default, Args)]
#[group(multiple = false)]
struct Layout {
    /// What of it is in memory, and what was changed.
    #[arg(short = 'x', long)]
    extended: bool,
    /// Everything that is known of each piece.
    #[arg(short = 'X')]
    everything: bool,
    /// Where in which file it begins.
    #[arg(short = 'd', long)]
    device: bool,
}

/// A pid, or the folder of one as in `/proc/42`.
fn pid(word: &str) -> Result<u32, String> {
    let number = word.strip_prefix("/proc/").unwrap_or(word);
    number.parse().map_err(|_| format!("{word:?} is no pid"))
}

fn range(word: &str) -> Result<(u64, u64), String> {
    let number = |text: &str| {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        u64::from_str_radix(digits, 16).map_err(|_| format!("{text:?} is no address"))
    };
    match word.split_once(',') {
        Some((low, high)) => Ok((number(low)?, number(high)?)),
        None => number(word).map(|address| (address, address)),
    }
}

impl Applet for Arguments {
    const NAME: &'static str = "pmap";
    const ABOUT: &'static str = "The memory of processes, piece by piece";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mut all = Vec::new();
    for pid in &arguments.pids {
        let shown = context.host.process(*pid).and_then(|process| {
            let process = process.oneshot();
            Ok((arguments.pieces(&process, context.output.format)?, process))
        });
        match shown {
            Ok((pieces, process)) if context.output.format == Format::Table => {
                show(arguments, &process, &pieces, context)?;
            }
            Ok((Pieces::Maps(maps), process)) => all.push((process, maps)),
            Ok((Pieces::Regions(_), _)) => {}
            Err(error) if error.kind() == ErrorKind::NoSuchProcess => {
                context.verdict = ExitCode::from(NOT_FOUND);
            }
            Err(error) => {
                context.verdict = ExitCode::FAILURE;
                let what = format!("process {pid}");
                match error.kind() {
                    ErrorKind::NotFound => context.skipped.failed(what, "its memory is not told"),
                    _ => context.skipped.note(what, &error),
                }
            }
        }
    }
    if context.output.format == Format::Table {
        return Ok(());
    }
    let mut names = vec!["pid".into()];
    names.extend(MemoryMap::FIELDS.iter().map(|field| field.name.into()));
    let rows = all.iter().flat_map(|(process, maps)| {
        let pid = u64::from(process.pid().as_u32());
        maps.iter()
            .map(move |map| [vec![Value::Uint(pid)], map.values()].into_iter().flatten().collect())
    });
    Ok(context.output.rows(Rows { names, rows: rows.collect() })?)
}

/// What a layout needs: only some need a look at each page.
enum Pieces {
    Regions(Vec<MemoryRegion>),
    Maps(Vec<MemoryMap>),
}

impl Arguments {
    fn pieces(&self, process: &Process, format: Format) -> psight::Result<Pieces> {
        let (low, high) = self.range.unwrap_or((0, u64::MAX));
        let inside = |start: u64, end: u64| end > low && start <= high;
        if format != Format::Table || self.layout.extended || self.layout.everything {
            let mut maps = process.memory_maps()?;
            maps.retain(|map| inside(map.addr.start, map.addr.end));
            return Ok(Pieces::Maps(maps));
        }
        let mut regions = process.memory_regions()?;
        regions.retain(|region| inside(region.addr.start, region.addr.end));
        Ok(Pieces::Regions(regions))
    }

    /// The file's name, or its path; `  [ anon ]` for memory without a file.
    fn name(&self, path: &Path) -> Line {
        let text = path.as_os_str();
        if text.as_encoded_bytes().first() == Some(&b'[') && !self.layout.everything {
            let is_stack = text == "[stack]";
            return Line::new()
                .with(Paint::Faint, if is_stack { "  [ stack ]" } else { "  [ anon ]" });
        }
        let name = if self.paths { None } else { path.file_name() };
        Line::new().with_os(Paint::Plain, name.unwrap_or(text))
    }
}

fn show(
    arguments: &Arguments,
    process: &Process,
    pieces: &Pieces,
    context: &mut Context,
) -> Result<(), Failure> {
    let mut lines = vec![title(process)];
    match pieces {
        Pieces::Maps(maps) if arguments.layout.everything => {
            let terminal = &context.output.terminal;
            lines.extend(everything(arguments, maps).lines(terminal.width, terminal.cut_mark()));
        }
        Pieces::Maps(maps) => lines.extend(extended(arguments, maps)),
        Pieces::Regions(regions) if arguments.layout.device => {
            lines.extend(with_devices(arguments, regions));
        }
        Pieces::Regions(regions) => lines.extend(plain(arguments, regions)),
    }
    Ok(context.output.lines(lines)?)
}

/// `42:   sleep 60`; `[name]` of what has no command line.
fn title(process: &Process) -> Line {
    let mut line = Line::new().with(Paint::Strong, format!("{}:  ", process.pid()));
    let words = process.cmdline().unwrap_or_default();
    for word in &words {
        line = line.with(Paint::Plain, " ").with_os(Paint::Plain, word);
    }
    if words.is_empty() {
        let name = process.short_name().unwrap_or_default();
        line = line.with(Paint::Plain, " [").with_os(Paint::Plain, name).with(Paint::Plain, "]");
    }
    line
}

fn plain(arguments: &Arguments, regions: &[MemoryRegion]) -> Vec<Line> {
    let row = |region: &MemoryRegion| {
        let line =
            format!("{:016x} {:>6}K {} ", region.addr.start, kib(region.size), mode(region.perms));
        joined(line, arguments.name(&region.path))
    };
    let mut lines: Vec<Line> = regions.iter().map(row).collect();
    if !arguments.quiet {
        let total = sum(regions.iter().map(|region| Some(region.size)));
        lines.push(Line::new().with(Paint::Strong, format!(" total {:>16}K", shown(total))));
    }
    lines
}

fn with_devices(arguments: &Arguments, regions: &[MemoryRegion]) -> Vec<Line> {
    let mut lines = Vec::with_capacity(regions.len() + 2);
    if !arguments.quiet {
        let head = "Address           Kbytes Mode  Offset           Device    Mapping";
        lines.push(Line::new().with(Paint::Strong, head));
    }
    for region in regions {
        let (major, minor) = human::device(region.dev.unwrap_or(0));
        let line = format!(
            "{:016x} {:>7} {} {:016x} {major:03x}:{minor:05x} ",
            region.addr.start,
            kib(region.size),
            mode(region.perms),
            region.offset.unwrap_or(0),
        );
        lines.push(joined(line, arguments.name(&region.path)));
    }
    if !arguments.quiet {
        let of = |wanted: fn(Permissions) -> bool| {
            let regions = regions.iter().filter(|region| wanted(region.perms));
            shown(sum(regions.map(|region| Some(region.size))))
        };
        let line = format!(
            "mapped: {}K    writeable/private: {}K    shared: {}K",
            of(|_| true),
            of(|perms| perms.write && perms.shared == Some(false)),
            of(|perms| perms.shared == Some(true)),
        );
        lines.push(Line::new().with(Paint::Strong, line));
    }
    lines
}

fn extended(arguments: &Arguments, maps: &[MemoryMap]) -> Vec<Line> {
    let dirty = |map: &MemoryMap| Some(map.shared_dirty?.saturating_add(map.private_dirty?));
    let mut lines = Vec::with_capacity(maps.len() + 3);
    if !arguments.quiet {
        let head = "Address           Kbytes     RSS   Dirty Mode  Mapping";
        lines.push(Line::new().with(Paint::Strong, head));
    }
    for map in maps {
        let (size, rss, dirty) = (shown(map.size), shown(Some(map.rss)), shown(dirty(map)));
        let mode = mode(map.perms);
        let line = format!("{:016x} {size:>7} {rss:>7} {dirty:>7} {mode} ", map.addr.start);
        lines.push(joined(line, arguments.name(&map.path)));
    }
    if !arguments.quiet {
        lines.push(Line::new().with(Paint::Faint, "---------------- ------- ------- ------- "));
        let [size, rss, dirty] = [
            sum(maps.iter().map(|map| map.size)),
            sum(maps.iter().map(|map| Some(map.rss))),
            sum(maps.iter().map(dirty)),
        ]
        .map(shown);
        let line = format!("total kB {size:>15} {rss:>7} {dirty:>7}");
        lines.push(Line::new().with(Paint::Strong, line));
    }
    lines
}

/// The amounts of a piece under the kernel's names.
type Amount = (&'static str, fn(&MemoryMap) -> Option<u64>);

const AMOUNTS: &[Amount] = &[
    ("Size", |map| map.size),
    ("Rss", |map| Some(map.rss)),
    ("Pss", |map| map.pss),
    ("Shared_Clean", |map| map.shared_clean),
    ("Shared_Dirty", |map| map.shared_dirty),
    ("Private_Clean", |map| map.private_clean),
    ("Private_Dirty", |map| map.private_dirty),
    ("Referenced", |map| map.referenced),
    ("Anonymous", |map| map.anonymous),
    ("Swap", |map| map.swap),
];

fn everything(arguments: &Arguments, maps: &[MemoryMap]) -> Table {
    let mut columns = vec![Column::right("Address").at_least(16), Column::left("Perm")];
    columns.extend(["Offset", "Device", "Inode"].map(Column::right));
    columns.extend(AMOUNTS.iter().map(|(head, _)| Column::right(*head)));
    columns.push(Column::left("Mapping"));
    let mut table = Table::new(columns);
    let plain = |text: String| Line::new().with(Paint::Plain, text);
    let amount = |bytes: Option<u64>| match bytes {
        Some(bytes) => plain(kib(bytes).to_string()),
        None => Line::new().with(Paint::Faint, "-"),
    };
    for map in maps {
        let (major, minor) = human::device(map.dev.unwrap_or(0));
        let mut cells = vec![
            plain(format!("{:x}", map.addr.start)),
            plain(map.perms.to_string()),
            plain(format!("{:08x}", map.offset.unwrap_or(0))),
            plain(format!("{major:02x}:{minor:02x}")),
            plain(map.ino.unwrap_or(0).to_string()),
        ];
        cells.extend(AMOUNTS.iter().map(|(_, of)| amount(of(map))));
        let is_nameless = map.path.as_os_str() == OsStr::new("[anon]");
        cells.push(if is_nameless { Line::new() } else { arguments.name(&map.path) });
        table.row(cells);
    }
    if arguments.quiet {
        return table.without_heads();
    }
    let mut cells: Vec<Line> = (0..5).map(|_| Line::new()).collect();
    cells.extend(AMOUNTS.iter().map(|(_, of)| amount(sum(maps.iter().map(of)))));
    cells.push(Line::new().with(Paint::Strong, "KB"));
    table.row(cells);
    table
}

fn joined(text: String, name: Line) -> Line {
    let mut line = Line::new().with(Paint::Plain, text);
    line.append(name);
    line
}

/// `rw-s-`: what may be done, whether it is shared, and a mark that Linux has no use for.
fn mode(perms: Permissions) -> String {
    let text = perms.to_string();
    let kept = text.strip_suffix('p').map(|text| format!("{text}-"));
    format!("{}-", kept.unwrap_or(text))
}

fn shown(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "-".to_owned(), |bytes| kib(bytes).to_string())
}

fn kib(bytes: u64) -> u64 {
    bytes / 1024
}

/// The sum of what is known; `None` where there is something and nothing of it is.
fn sum(amounts: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    let (mut sum, mut is_known, mut is_empty) = (0_u64, false, true);
    for amount in amounts {
        sum = sum.saturating_add(amount.unwrap_or(0));
        is_known |= amount.is_some();
        is_empty = false;
    }
    (is_known || is_empty).then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_may_be_its_folder() {
        assert_eq!(pid("42"), Ok(42));
        assert_eq!(pid("/proc/42"), Ok(42));
        assert!(pid("/proc/self").is_err());
    }

    #[test]
    fn addresses_are_hexadecimal() {
        assert_eq!(range("ff,0x100"), Ok((255, 256)));
        assert_eq!(range("10"), Ok((16, 16)));
        assert!(range("z").is_err());
    }
}
