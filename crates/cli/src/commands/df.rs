//! `psight df`: space on file systems, in the columns and numbers of coreutils' `df`.

mod layout;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use psight::disk::{DiskProber, DiskUsage, Mounts, Partition};
use psight::record::Value;
use psight::{ErrorKind, Record as _};

use self::layout::{Block, Head};
use super::{Context, Failure};
use crate::applet::Applet;
use crate::output::{Format, Rows};
use crate::sanitize;

/// How long file systems may take to answer before the listing goes on without those that do not.
const PATIENCE: Duration = Duration::from_secs(2);

/// File systems that were written once, in a size that fits.
const IMAGES: &[&str] = &["squashfs", "erofs", "cramfs", "iso9660", "udf"];

/// The options that say in which unit, of which the last one counts.
const UNITS: [&str; 5] = ["human", "si", "kibi", "mebi", "block_size"];

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
    #[arg(short, long = "human-readable", overrides_with_all = UNITS)]
    human: bool,
    /// Sizes in powers of 1000.
    #[arg(short = 'H', long, overrides_with_all = UNITS)]
    si: bool,
    /// Files instead of space.
    #[arg(short, long)]
    inodes: bool,
    /// In blocks of 1024 bytes, which is the default.
    #[arg(short = 'k', overrides_with_all = UNITS)]
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
    /// Write to disks what waits for that, which psight leaves to them.
    #[arg(long, hide = true, conflicts_with = "no_sync")]
    sync: bool,
    /// Do not, which is the default.
    #[arg(long, hide = true)]
    no_sync: bool,
    /// Nothing, as in System V.
    #[arg(short = 'v', hide = true)]
    nothing: bool,
    /// Show the type of each file system.
    #[arg(short = 'T', long = "print-type")]
    print_type: bool,
    /// In mebibytes.
    #[arg(short = 'm', overrides_with_all = UNITS)]
    mebi: bool,
    /// In blocks of SIZE: 1M, or M for the same with a letter at each number.
    #[arg(short = 'B', long, value_name = "SIZE", value_parser = Block::parse, overrides_with_all = UNITS)]
    block_size: Option<Block>,
    /// These columns, or all of them.
    #[arg(
        long,
        value_name = "FIELD,…",
        value_enum,
        value_delimiter = ',',
        num_args = 0..,
        require_equals = true,
        conflicts_with_all = ["inodes", "portability", "print_type"]
    )]
    output: Option<Vec<Head>>,
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
    /// The file that was asked about.
    file: Option<PathBuf>,
}

impl Applet for Arguments {
    const NAME: &'static str = "df";
    const ABOUT: &'static str = "Space on file systems";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(self, context)
    }
}

fn run(arguments: Arguments, context: &mut Context) -> Result<(), Failure> {
    if arguments.sync {
        return Err(Failure::Usage(
            "--sync: psight changes nothing: sync(1) writes to disks".to_owned(),
        ));
    }
    let mounts = context.host.partitions(Mounts::All)?;
    let (asked, files): (Vec<Partition>, Vec<Option<PathBuf>>) = if arguments.paths.is_empty() {
        mounts.into_iter().filter(|mount| arguments.wants(mount)).map(|mount| (mount, None)).unzip()
    } else {
        let found = on_which(&arguments.paths, &mounts, context).into_iter();
        found.filter(|(mount, _)| arguments.wants(mount)).unzip()
    };
    let mut rows = measured(asked, context);
    for (row, file) in rows.iter_mut().zip(files) {
        row.file = file;
    }
    if !arguments.all && arguments.paths.is_empty() {
        rows = without_repetition(rows);
    }
    if rows.is_empty() {
        return nothing(arguments.paths.is_empty(), context);
    }
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&rows))?);
    }
    Ok(context.output.table(&layout::table(&arguments, &rows))?)
}

/// No file system is left: heads without a row would pass for an answer.
fn nothing(of_all: bool, context: &mut Context) -> Result<(), Failure> {
    let is_told = std::mem::replace(&mut context.verdict, std::process::ExitCode::FAILURE)
        != std::process::ExitCode::SUCCESS;
    if context.output.format != Format::Table {
        return Ok(context.output.rows(values(&[]))?);
    }
    let which = if of_all { "no file system" } else { "none of their file systems" };
    match is_told {
        true => Ok(()),
        false => Err(Failure::Coded(1, format!("{which} is of a type that was asked for"))),
    }
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
fn on_which(
    paths: &[PathBuf],
    mounts: &[Partition],
    context: &mut Context,
) -> Vec<(Partition, Option<PathBuf>)> {
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
        let mount = of_device().or(last).cloned();
        found.extend(mount.map(|mount| (mount, Some(path.clone()))));
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
        Ok(usage) => Row { partition, usage: Some(usage), hangs: false, file: None },
        Err(error) => {
            // What the kernel makes up has no space that anybody would miss.
            let missed = !matches!(error.kind(), ErrorKind::AccessDenied | ErrorKind::NotFound);
            if missed || has_device(&partition) {
                let place = sanitize::os_text(partition.mountpoint.as_os_str()).into_owned();
                context.skipped.note(place, &error);
            }
            Row { partition, usage: None, hangs: error.kind() == ErrorKind::TimedOut, file: None }
        }
    };
    mounts.into_iter().zip(usages).map(measure).collect()
}

fn has_device(mount: &Partition) -> bool {
    mount.device.as_ref().is_some_and(|device| device.as_encoded_bytes().contains(&b'/'))
}

/// Without what has no space of its own, what another mount at the same place hides, and a device's second mounts: it
/// is shown where its path is shortest.
fn without_repetition(all: Vec<Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut places: HashMap<PathBuf, usize> = HashMap::new();
    for row in all {
        let place = *places.entry(row.partition.mountpoint.clone()).or_insert(rows.len());
        // What is mounted last is on top; as with coreutils it stands where the first one did.
        match rows.get_mut(place) {
            Some(hidden) => *hidden = row,
            None => rows.push(row),
        }
    }
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
