//! The layouts: a line for each piece of a process's memory as it is read, and sums under them.

use std::ffi::OsStr;
use std::path::Path;

use psight::process::{MemoryMap, Permissions};
use psight::{Process, Result};

use super::Arguments;
use crate::human;
use crate::line::{Paint, Tail};
use crate::output::Text;
use crate::table::{Column, Table};
use crate::terminal::Terminal;

/// What is shown of a process. Nothing is, where its memory is not told to the end.
pub(super) fn text(arguments: &Arguments, process: &Process, terminal: Terminal) -> Result<Text> {
    let mut text = Text::new(terminal);
    text.line(|line| title(process, line));
    let layout = &arguments.layout;
    if layout.everything {
        let table = everything(arguments, process)?;
        let shown = table.each_line(terminal.width, terminal.cut_mark(), |row| {
            text.line(|line| line.append(row));
            Ok(())
        });
        return shown.map(|()| text);
    }
    if layout.extended {
        extended(arguments, process, &mut text)?;
    } else if layout.device {
        with_devices(arguments, process, &mut text)?;
    } else {
        plain(arguments, process, &mut text)?;
    }
    Ok(text)
}

/// `42:   sleep 60`; `[name]` of what has no command line.
fn title(process: &Process, line: &mut Tail<'_>) {
    line.write(Paint::Strong, format_args!("{}:  ", process.pid()));
    let words = process.cmdline().unwrap_or_default();
    for word in &words {
        line.push(Paint::Plain, " ");
        line.push_os(Paint::Plain, word);
    }
    if words.is_empty() {
        line.push(Paint::Plain, " [");
        line.push_os(Paint::Plain, process.short_name().unwrap_or_default());
        line.push(Paint::Plain, "]");
    }
}

fn plain(arguments: &Arguments, process: &Process, text: &mut Text) -> Result<()> {
    let mut total = Sum::default();
    let regions = process.memory_regions()?;
    for region in regions.iter().filter(|region| arguments.has(region.addr)) {
        total.add(Some(region.size));
        text.line(|line| {
            line.hex(region.addr.start, 16);
            line.push(Paint::Plain, " ");
            line.number_within(kib(region.size), 6);
            line.push(Paint::Plain, "K ");
            mode(region.perms, line);
            name(arguments, &region.path, line);
        });
    }
    if !arguments.quiet {
        let total = total.shown();
        text.line(|line| line.write(Paint::Strong, format_args!(" total {total:>16}K")));
    }
    Ok(())
}

fn with_devices(arguments: &Arguments, process: &Process, text: &mut Text) -> Result<()> {
    if !arguments.quiet {
        let head = "Address           Kbytes Mode  Offset           Device    Mapping";
        text.line(|line| line.push(Paint::Strong, head));
    }
    let [mut all, mut private, mut shared] = [Sum::default(); 3];
    let regions = process.memory_regions()?;
    for region in regions.iter().filter(|region| arguments.has(region.addr)) {
        all.add(Some(region.size));
        if region.perms.shared == Some(true) {
            shared.add(Some(region.size));
        } else if region.perms.shared == Some(false) && region.perms.write {
            private.add(Some(region.size));
        }
        let (major, minor) = human::device(region.dev.unwrap_or(0));
        text.line(|line| {
            line.hex(region.addr.start, 16);
            line.push(Paint::Plain, " ");
            line.number_within(kib(region.size), 7);
            line.push(Paint::Plain, " ");
            mode(region.perms, line);
            line.hex(region.offset.unwrap_or(0), 16);
            line.push(Paint::Plain, " ");
            line.hex(major, 3);
            line.push(Paint::Plain, ":");
            line.hex(minor, 5);
            line.push(Paint::Plain, " ");
            name(arguments, &region.path, line);
        });
    }
    if !arguments.quiet {
        let [all, private, shared] = [all, private, shared].map(Sum::shown);
        let sums =
            format_args!("mapped: {all}K    writeable/private: {private}K    shared: {shared}K");
        text.line(|line| line.write(Paint::Strong, sums));
    }
    Ok(())
}

fn extended(arguments: &Arguments, process: &Process, text: &mut Text) -> Result<()> {
    if !arguments.quiet {
        let head = "Address           Kbytes     RSS   Dirty Mode  Mapping";
        text.line(|line| line.push(Paint::Strong, head));
    }
    let mut sums = [Sum::default(); 3];
    process.each_memory_map(|map| {
        if !arguments.has(map.addr) {
            return;
        }
        let dirty = || Some(map.shared_dirty?.saturating_add(map.private_dirty?));
        let amounts = [map.size, Some(map.rss), dirty()];
        text.line(|line| {
            line.hex(map.addr.start, 16);
            for (sum, amount) in sums.iter_mut().zip(amounts) {
                sum.add(amount);
                line.push(Paint::Plain, " ");
                match amount {
                    Some(bytes) => line.number_within(kib(bytes), 7),
                    None => line.push(Paint::Plain, "      -"),
                }
            }
            line.push(Paint::Plain, " ");
            mode(map.perms, line);
            name(arguments, &map.path, line);
        });
    })?;
    if !arguments.quiet {
        let [size, rss, dirty] = sums.map(Sum::shown);
        text.line(|line| line.push(Paint::Faint, "---------------- ------- ------- ------- "));
        text.line(|line| {
            line.write(Paint::Strong, format_args!("total kB {size:>15} {rss:>7} {dirty:>7}"));
        });
    }
    Ok(())
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

fn everything(arguments: &Arguments, process: &Process) -> Result<Table> {
    let mut columns = vec![Column::right("Address").at_least(16), Column::left("Perm")];
    columns.extend(["Offset", "Device", "Inode"].map(Column::right));
    columns.extend(AMOUNTS.iter().map(|(head, _)| Column::right(*head)));
    columns.push(Column::left("Mapping"));
    let mut table = Table::new(columns);
    let mut sums = [Sum::default(); AMOUNTS.len()];
    process.each_memory_map(|map| {
        if !arguments.has(map.addr) {
            return;
        }
        place(map, &mut table);
        for (sum, (_, of)) in sums.iter_mut().zip(AMOUNTS) {
            sum.add(of(map));
            table.cell(|line| amount(of(map), line));
        }
        table.cell(|line| {
            if map.path.as_os_str() != OsStr::new("[anon]") {
                name(arguments, &map.path, line);
            }
        });
    })?;
    if arguments.quiet {
        return Ok(table.without_heads());
    }
    for _ in 0..5 {
        table.cell(|_| {});
    }
    for sum in sums {
        table.cell(|line| amount(sum.told(), line));
    }
    table.cell(|line| line.push(Paint::Strong, "KB"));
    Ok(table)
}

/// The columns before the amounts.
fn place(map: &MemoryMap, table: &mut Table) {
    table.cell(|line| line.hex(map.addr.start, 1));
    table.cell(|line| line.write(Paint::Plain, map.perms));
    table.cell(|line| line.hex(map.offset.unwrap_or(0), 8));
    table.cell(|line| {
        let (major, minor) = human::device(map.dev.unwrap_or(0));
        line.hex(major, 2);
        line.push(Paint::Plain, ":");
        line.hex(minor, 2);
    });
    table.cell(|line| line.number(map.ino.unwrap_or(0)));
}

fn amount(bytes: Option<u64>, line: &mut Tail<'_>) {
    match bytes {
        Some(bytes) => line.number(kib(bytes)),
        None => line.push(Paint::Faint, "-"),
    }
}

/// The file's name, or its path; `  [ anon ]` for memory without a file.
fn name(arguments: &Arguments, path: &Path, line: &mut Tail<'_>) {
    let text = path.as_os_str();
    if text.as_encoded_bytes().first() == Some(&b'[') && !arguments.layout.everything {
        let is_stack = text == "[stack]";
        return line.push(Paint::Faint, if is_stack { "  [ stack ]" } else { "  [ anon ]" });
    }
    let name = if arguments.paths { None } else { path.file_name() };
    line.push_os(Paint::Plain, name.unwrap_or(text));
}

/// `rw-s- `: what may be done, whether it is shared, and a mark that Linux has no use for.
fn mode(perms: Permissions, line: &mut Tail<'_>) {
    let shared = perms.shared.map(|shared| if shared { "s" } else { "-" });
    for (is_so, letter) in [(perms.read, "r"), (perms.write, "w"), (perms.execute, "x")] {
        line.push(Paint::Plain, if is_so { letter } else { "-" });
    }
    line.push(Paint::Plain, shared.unwrap_or_default());
    line.push(Paint::Plain, "- ");
}

fn kib(bytes: u64) -> u64 {
    bytes / 1024
}

/// The sum of what is known.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    bytes: u64,
    is_known: bool,
    is_of_something: bool,
}

impl Sum {
    fn add(&mut self, bytes: Option<u64>) {
        self.bytes = self.bytes.saturating_add(bytes.unwrap_or(0));
        self.is_known |= bytes.is_some();
        self.is_of_something = true;
    }

    /// `None` where there is something and nothing of it is known.
    fn told(self) -> Option<u64> {
        (self.is_known || !self.is_of_something).then_some(self.bytes)
    }

    fn shown(self) -> String {
        self.told().map_or_else(|| "-".to_owned(), |bytes| kib(bytes).to_string())
    }
}
