//! `psight df`: space on file systems, in the columns and numbers of coreutils' `df`.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use psight::disk::{DiskProber, DiskUsage, Mounts, Partition};
use psight::record::Value;
use psight::{ErrorKind, Record as _};

use super::{Context, Failure};
use crate::human::Scale;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::registry::Applet;
use crate::sanitize;
use crate::table::{Column, Table};

/// How long file systems may take to answer before the listing goes on without those that do not.
const PATIENCE: Duration = Duration::from_secs(2);

/// File systems that were written once, in a size that fits.
const IMAGES: &[&str] = &["squashfs", "erofs", "cramfs", "iso9660", "udf"];

/// Arguments of `psight df`.
#[derive(Debug, Default, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Show the file systems that these files are on.
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,
    /// All mounts: those without space of their own and those mounted twice as well.
    #[arg(short, long)]
    all: bool,
    /// Sizes in powers of 1024, as 1.5G.
    #[arg(short, long = "human-readable")]
    human: bool,
    /// Sizes in powers of 1000.
    #[arg(short = 'H', long, conflicts_with = "human")]
    si: bool,
    /// Files instead of space.
    #[arg(short, long)]
    inodes: bool,
    /// In blocks of 1024 bytes, which is the default.
    #[arg(short = 'k')]
    kibi: bool,
    /// Local file systems alone.
    #[arg(short, long)]
    local: bool,
    /// The heads that POSIX wants.
    #[arg(short = 'P', long)]
    portability: bool,
    /// Add a line for all of them together.
    #[arg(long)]
    total: bool,
    /// File systems of this type alone.
    #[arg(short = 't', long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Without file systems of this type.
    #[arg(short = 'x', long = "exclude-type", value_name = "TYPE")]
    excluded: Vec<String>,
    /// Show the type of each file system.
    #[arg(short = 'T', long = "print-type")]
    print_type: bool,
    /// Print help.
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

/// One file system with what it answered.
pub(crate) struct Row {
    pub(crate) partition: Partition,
    /// `None` where it gave no answer.
    pub(crate) usage: Option<DiskUsage>,
    /// Whether it did not answer in time, rather than refused to.
    pub(crate) hangs: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "df";
    const ABOUT: &'static str = "Space on file systems";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    let mounts = context.host.partitions(Mounts::All)?;
    let asked = if arguments.paths.is_empty() {
        mounts.into_iter().filter(|mount| arguments.wants(mount)).collect()
    } else {
        on_which(&arguments.paths, &mounts, context)
    };
    let mut rows = measured(asked, context);
    if !arguments.all && arguments.paths.is_empty() {
        rows = without_repetition(rows);
    }
    if rows.is_empty() {
        context.verdict = std::process::ExitCode::FAILURE;
    }
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&rows))?);
    }
    let lines = table(&arguments, &rows)
        .lines(context.output.terminal.width, context.output.terminal.cut_mark());
    Ok(context.output.lines(lines)?)
}

impl Arguments {
    fn wants(&self, mount: &Partition) -> bool {
        let is = |types: &[String]| types.iter().any(|name| mount.fstype == OsStr::new(name));
        // Asking an automounter for its space would mount what it keeps.
        let asleep = mount.fstype == OsStr::new("autofs") && !self.all;
        !asleep
            && (self.types.is_empty() || is(&self.types))
            && !is(&self.excluded)
            && !(self.local && is_remote(mount))
    }
}

/// A device with a server's name in it, or a file system that has no other kind.
fn is_remote(mount: &Partition) -> bool {
    let remote =
        ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "9p", "sshfs"];
    let kind = mount.fstype.to_string_lossy();
    let kind = kind.strip_prefix("fuse.").unwrap_or(&kind);
    let device = mount.device.as_deref().unwrap_or_default().to_string_lossy();
    remote.contains(&kind) || device.contains(':') || device.starts_with("//")
}

/// The mounts that the files are on: of those above a file the last with the longest path, for it hides the others.
fn on_which(paths: &[PathBuf], mounts: &[Partition], context: &mut Context) -> Vec<Partition> {
    let mut found = Vec::new();
    for path in paths {
        let whole = match real_path(path, context) {
            Ok(whole) => whole,
            Err(error) => {
                context.skipped.failed(sanitize::os_text(path.as_os_str()), error.to_string());
                context.verdict = std::process::ExitCode::FAILURE;
                continue;
            }
        };
        // A device means what is mounted from it.
        let of_device = || mounts.iter().find(|m| m.device.as_deref() == Some(path.as_os_str()));
        let above = |m: &&Partition| whole.starts_with(&m.mountpoint);
        let last = mounts.iter().filter(above).max_by_key(|m| m.mountpoint.components().count());
        found.extend(of_device().or(last).cloned());
    }
    found
}

/// The path without links; a captured machine has no files to follow.
fn real_path(path: &Path, context: &Context) -> psight::Result<PathBuf> {
    if context.host.is_captured() {
        return Ok(path.to_owned());
    }
    DiskProber::new(&context.host).real_path(path, PATIENCE)
}

/// The file systems on disks with their space, as the overview shows them; where there are none, as in a container, the
/// one that `/` is on.
pub(crate) fn with_space(context: &mut Context) -> Vec<Row> {
    let ask = |context: &mut Context, which| {
        let answer = context.host.partitions(which);
        context.skipped.known("file systems", answer).unwrap_or_default()
    };
    let mut mounts = ask(context, Mounts::Physical);
    if mounts.is_empty() {
        mounts = ask(context, Mounts::All);
        mounts.retain(|mount| mount.mountpoint == Path::new("/"));
    }
    // Images that are full by design, as of snaps, are no news.
    mounts.retain(|mount| !IMAGES.iter().any(|image| mount.fstype == OsStr::new(image)));
    without_repetition(measured(mounts, context))
}

fn measured(mounts: Vec<Partition>, context: &mut Context) -> Vec<Row> {
    let prober = DiskProber::new(&context.host);
    let usages = prober.disk_usages(mounts.iter().map(|mount| &mount.mountpoint), PATIENCE);
    let measure = |(partition, usage): (Partition, psight::Result<DiskUsage>)| match usage {
        Ok(usage) => Row { partition, usage: Some(usage), hangs: false },
        Err(error) => {
            // What the kernel makes up has no space that anybody would miss.
            let missed = !matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::NotFound);
            if missed || has_device(&partition) {
                let place = sanitize::os_text(partition.mountpoint.as_os_str()).into_owned();
                context.skipped.note(place, &error);
            }
            Row { partition, usage: None, hangs: error.kind() == ErrorKind::TimedOut }
        }
    };
    mounts.into_iter().zip(usages).map(measure).collect()
}

fn has_device(mount: &Partition) -> bool {
    mount.device.as_ref().is_some_and(|device| device.as_encoded_bytes().contains(&b'/'))
}

/// Without what has no space of its own, what another mount at the same place hides, and a device's second mounts: it
/// is shown where its path is shortest.
fn without_repetition(mut rows: Vec<Row>) -> Vec<Row> {
    let mut seen = HashSet::new();
    // From the back: what is mounted last is on top.
    rows.reverse();
    rows.retain(|row| seen.insert(row.partition.mountpoint.clone()));
    rows.reverse();
    rows.retain(|row| match &row.usage {
        Some(usage) => usage.total > 0,
        None => row.hangs || has_device(&row.partition),
    });
    let mut shortest: HashMap<OsString, usize> = HashMap::new();
    let length = |row: &Row| row.partition.mountpoint.as_os_str().len();
    for row in &rows {
        if let Some(device) = device_file(&row.partition) {
            let known = shortest.entry(device.to_owned()).or_insert(usize::MAX);
            *known = (*known).min(length(row));
        }
    }
    rows.retain(|row| {
        let Some(device) = device_file(&row.partition) else { return true };
        // Once taken, the device is not shown again.
        shortest.get(device) == Some(&length(row)) && shortest.remove(device).is_some()
    });
    rows
}

/// The device, if it is a file and not a name that many mounts have, as `tmpfs`.
fn device_file(mount: &Partition) -> Option<&OsStr> {
    mount.device.as_deref().filter(|device| device.as_encoded_bytes().first() == Some(&b'/'))
}

fn values(rows: &[Row]) -> Rows<'_> {
    let fields = Partition::FIELDS.iter().chain(DiskUsage::FIELDS);
    let names = fields.map(|field| field.name.into()).collect();
    Rows { names, rows: rows.iter().map(row_values).collect() }
}

fn row_values(row: &Row) -> Vec<Value<'_>> {
    let mut values = row.partition.values();
    match &row.usage {
        Some(usage) => values.extend(usage.values()),
        None => values.extend(DiskUsage::FIELDS.iter().map(|_| Value::Null)),
    }
    values
}

fn table(arguments: &Arguments, rows: &[Row]) -> Table {
    let short = arguments.human || arguments.si;
    let [whole, used, left, share] = match (arguments.inodes, short, arguments.portability) {
        (true, ..) => ["Inodes", "IUsed", "IFree", "IUse%"],
        (_, true, _) => ["Size", "Used", "Avail", "Use%"],
        (_, _, true) => ["1024-blocks", "Used", "Available", "Capacity"],
        _ => ["1K-blocks", "Used", "Available", "Use%"],
    };
    let mut columns = vec![Column::left("Filesystem").at_least(14).giving_way()];
    if arguments.print_type {
        columns.push(Column::left("Type"));
    }
    columns.extend([whole, used, left].map(|head| Column::right(head).at_least(5)));
    columns.extend([Column::right(share), Column::left("Mounted on").giving_way()]);
    let mut table = Table::new(columns);
    for row in rows {
        let amounts = row.usage.as_ref().and_then(|usage| amounts(arguments, usage));
        let mut place = Line::new().with_os(Paint::Plain, &row.partition.mountpoint);
        if row.hangs {
            place.push(Paint::Bad, "  (does not answer)");
        }
        let device = row.partition.device.as_deref().unwrap_or_else(|| OsStr::new("-"));
        table.row(cells(arguments, device, &row.partition.fstype, amounts, place));
    }
    if arguments.total {
        let all = rows.iter().filter_map(|row| amounts(arguments, row.usage.as_ref()?));
        let sum = all.fold((0, 0, 0), |sum, each| {
            (add(sum.0, each.0), add(sum.1, each.1), add(sum.2, each.2))
        });
        let place = Line::new().with(Paint::Plain, "-");
        table.row(cells(arguments, OsStr::new("total"), OsStr::new("-"), Some(sum), place));
    }
    table
}

fn add(one: u64, other: u64) -> u64 {
    one.saturating_add(other)
}

/// All, used and left; bytes or files.
type Amounts = (u64, u64, u64);

fn amounts(arguments: &Arguments, usage: &DiskUsage) -> Option<Amounts> {
    if arguments.inodes {
        let (all, left) = (usage.files?, usage.files_free?);
        return Some((all, all.saturating_sub(left), left));
    }
    Some((usage.total, usage.used, usage.free))
}

fn cells(
    arguments: &Arguments,
    device: &OsStr,
    kind: &OsStr,
    amounts: Option<Amounts>,
    place: Line,
) -> Vec<Line> {
    let mut cells = vec![Line::new().with_os(Paint::Plain, device)];
    if arguments.print_type {
        cells.push(Line::new().with_os(Paint::Plain, kind));
    }
    let unknown = || Line::new().with(Paint::Faint, "-");
    match amounts {
        Some((all, used, left)) => {
            let amount = |amount| Line::new().with(Paint::Plain, written(arguments, amount));
            cells.extend([all, used, left].map(amount));
            cells.push(share(used, left).map_or_else(unknown, |share| {
                let paint = match Paint::of_fullness(share as f64) {
                    Paint::Good => Paint::Plain,
                    alarm => alarm,
                };
                Line::new().with(paint, format!("{share}%"))
            }));
        }
        None => cells.extend([unknown(), unknown(), unknown(), unknown()]),
    }
    cells.push(place);
    cells
}

fn written(arguments: &Arguments, amount: u64) -> String {
    match (arguments.human, arguments.si, arguments.inodes) {
        (true, ..) => rounded_up(amount, Scale::Binary),
        (_, true, _) => rounded_up(amount, Scale::Decimal),
        (.., true) => amount.to_string(),
        _ => amount.div_ceil(1024).to_string(),
    }
}

/// `used` of what can be used, in percent and rounded up, so that nothing in use is never 0 %.
fn share(used: u64, left: u64) -> Option<u64> {
    let (used, left) = (u128::from(used), u128::from(left));
    let whole = used + left;
    if whole == 0 { None } else { u64::try_from((used * 100).div_ceil(whole)).ok() }
}

/// Two digits or more, rounded up: what is left must not look like more than there is, as `df -h` has it.
fn rounded_up(amount: u64, scale: Scale) -> String {
    let base = u128::from(scale.base());
    let letters = if scale == Scale::Binary { "KMGTPE" } else { "kMGTPE" };
    let (mut unit, amount) = (1_u128, u128::from(amount));
    let mut letter = None;
    for next in letters.chars() {
        if amount.div_ceil(unit) < base {
            break;
        }
        unit *= base;
        letter = Some(next);
    }
    let Some(letter) = letter else { return amount.to_string() };
    let tenths = (amount * 10).div_ceil(unit);
    if tenths < 100 {
        format!("{}.{}{letter}", tenths / 10, tenths % 10)
    } else {
        format!("{}{letter}", amount.div_ceil(unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up_as_df_does() {
        let binary = |amount| rounded_up(amount, Scale::Binary);
        assert_eq!(binary(0), "0");
        assert_eq!(binary(1023), "1023");
        assert_eq!(binary(1025), "1.1K");
        assert_eq!(binary(10 * 1024), "10K");
        assert_eq!(binary(10 * 1024 + 1), "11K");
        assert_eq!(binary((1 << 20) - 1), "1.0M");
        assert_eq!(rounded_up(999_999, Scale::Decimal), "1.0M");
        assert_eq!(rounded_up(1001, Scale::Decimal), "1.1k");
    }

    #[test]
    fn a_percentage_is_rounded_up() {
        assert_eq!(share(1, 999), Some(1));
        assert_eq!(share(0, 9), Some(0));
        assert_eq!(share(500, 499), Some(51));
        assert_eq!(share(0, 0), None);
        assert_eq!(share(u64::MAX, 0), Some(100));
    }
}
