//! `psight iostat`: how busy processors and disks are, since boot and then over intervals, in sysstat's columns.

mod extended;
mod report;
mod sysstat;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use clap::Args;
use psight::cpu::CpuTimes;
use psight::disk::{DiskIo, Disks};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::human;
use crate::line::{Line, Paint};
use crate::output::Format;

/// Arguments of `psight iostat`.
#[derive(Debug, Default, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// Devices; then seconds between reports, and how many. The first report is about the time since boot.
    #[arg(value_name = "DEVICE|INTERVAL|COUNT")]
    words: Vec<String>,
    /// Processors; without -d nothing else.
    #[arg(short)]
    cpu: bool,
    /// Devices; without -c nothing else.
    #[arg(short = 'd')]
    devices: bool,
    /// Everything that is known of the devices.
    #[arg(short = 'x')]
    extended: bool,
    /// In kibibytes, which is the default.
    #[arg(short)]
    kibi: bool,
    /// In mebibytes.
    #[arg(short, conflicts_with = "kibi")]
    mebi: bool,
    /// Each amount with the unit that suits it.
    #[arg(short = 'h', long, conflicts_with_all = ["kibi", "mebi"])]
    human: bool,
    /// Partitions as well: of all disks, or of these alone.
    #[arg(
        short,
        value_name = "DISK,…|ALL",
        num_args = 0..=1,
        default_missing_value = "ALL",
        value_delimiter = ','
    )]
    partitions: Option<Vec<OsString>>,
    /// Without the report about the time since boot.
    #[arg(short = 'y')]
    omit_first: bool,
    /// Without devices that did nothing.
    #[arg(short = 'z')]
    active: bool,
    /// As sysstat's own JSON, for programs that know it; --json has more.
    #[arg(short = 'o', value_name = "JSON", value_parser = ["JSON"], hide_possible_values = true,
        conflicts_with = "human")]
    document: Option<String>,
    /// Say what time it is.
    #[arg(short = 't')]
    time: bool,
    /// Print help.
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

/// What the kernel counted up to a moment.
struct Reading {
    cpu: Option<CpuTimes>,
    disks: Option<BTreeMap<OsString, DiskIo>>,
    at: Instant,
}

/// What the words say.
struct Asked {
    devices: Vec<OsString>,
    interval: Option<Duration>,
    count: Option<u64>,
}

impl Applet for Arguments {
    const NAME: &'static str = "iostat";
    const ABOUT: &'static str = "How busy processors and disks are, since boot or over intervals";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let asked = arguments.asked()?;
    if arguments.document.is_some() {
        sysstat::begin(context)?;
    } else if context.output.format == Format::Table {
        let lines = [title(context), Line::new()];
        context.output.lines(lines)?;
    }
    let up = context.host.time_since_boot()?;
    let mut before = arguments.read(&asked, context)?;
    let mut left = asked.count.unwrap_or(if asked.interval.is_some() { u64::MAX } else { 1 });
    let mut is_first = true;
    if !arguments.omit_first || asked.interval.is_none() || context.host.is_captured() {
        arguments.show(None, &before, up, is_first, context)?;
        is_first = false;
        left = left.saturating_sub(1);
    }
    // Nothing more happens on a captured machine.
    let interval = asked.interval.filter(|_| !context.host.is_captured());
    while let Some(interval) = interval.filter(|_| left > 0) {
        std::thread::sleep(interval);
        let now = arguments.read(&asked, context)?;
        let span = now.at.duration_since(before.at);
        arguments.show(Some(&before), &now, span, is_first, context)?;
        (before, is_first) = (now, false);
        left -= 1;
    }
    if arguments.document.is_some() { sysstat::end(context) } else { Ok(()) }
}

impl Arguments {
    /// Words that are numbers are the interval and the count, as in `iostat sda 2 5`.
    fn asked(&self) -> Result<Asked, Failure> {
        let mut asked = Asked { devices: Vec::new(), interval: None, count: None };
        for word in &self.words {
            if asked.interval.is_none()
                && let Ok(interval) = human::seconds(word)
            {
                if interval.is_zero() {
                    return Err(Failure::Usage("the interval must not be 0".to_owned()));
                }
                asked.interval = Some(interval);
            } else if asked.interval.is_some() {
                let count = word.parse().ok().filter(|count| *count > 0);
                let wrong = || Failure::Usage(format!("{word:?} is no number of reports"));
                if asked.count.replace(count.ok_or_else(wrong)?).is_some() {
                    return Err(Failure::Usage(format!("{word:?}: INTERVAL and COUNT come last")));
                }
            } else {
                let name = word.strip_prefix("/dev/").unwrap_or(word);
                asked.devices.push(name.into());
            }
        }
        Ok(asked)
    }

    fn read(&self, asked: &Asked, context: &mut Context) -> Result<Reading, Failure> {
        let cpu = if self.devices && !self.cpu { None } else { Some(context.host.cpu_times()?) };
        let at = Instant::now();
        let disks =
            if self.cpu && !self.devices { None } else { Some(self.disks(asked, context)?) };
        Ok(Reading { cpu, disks, at })
    }

    /// The devices that are wanted: those named; else whole disks, and partitions where they were asked for.
    fn disks(
        &self,
        asked: &Asked,
        context: &Context,
    ) -> Result<BTreeMap<OsString, DiskIo>, Failure> {
        let mut all = context.host.disk_io_counters(Disks::All)?;
        let is_all = |name: &OsString| name == "ALL";
        if asked.devices.iter().any(is_all) {
            return Ok(all);
        }
        if !asked.devices.is_empty() {
            all.retain(|name, _| asked.devices.contains(name));
            return Ok(all);
        }
        // Where nobody knows which are whole, all of them are shown.
        let whole = context.host.disk_io_counters(Disks::Whole).ok();
        let is_whole =
            |name: &OsString| whole.as_ref().is_none_or(|whole| whole.contains_key(name));
        match &self.partitions {
            Some(disks) if disks.iter().any(is_all) => return Ok(all),
            Some(disks) => all.retain(|name, _| {
                let of = |disk: &OsString| is_part_of(name, disk);
                disks.contains(name) || !is_whole(name) && disks.iter().any(of)
            }),
            None => all.retain(|name, _| is_whole(name)),
        }
        // As sysstat: a loop device that nothing was ever done with is no news.
        all.retain(|_, io| io.read_count > 0 || io.write_count > 0 || io.discard_count > Some(0));
        Ok(all)
    }

    fn show(
        &self,
        before: Option<&Reading>,
        now: &Reading,
        span: Duration,
        is_first: bool,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let report = report::Report::new(before, now, span, self.active);
        if self.document.is_some() {
            return sysstat::report(&report, self, is_first, context);
        }
        match context.output.format {
            Format::Csv => Ok(context.output.rows(report.rows())?),
            Format::Json | Format::Ndjson => {
                let now = context.host.now();
                Ok(context.output.document(&report.document(&now))?)
            }
            Format::Table => {
                let mut lines = Vec::new();
                if !is_first {
                    lines.push(Line::new());
                }
                if self.time {
                    let now = human::moment(context.host.now(), &context.zone());
                    lines.push(Line::new().with(Paint::Plain, now));
                }
                lines.extend(report.lines(self, &context.output.terminal));
                Ok(context.output.lines(lines)?)
            }
        }
    }
}

/// Whether `name` is a partition of `disk`: `sda1` of `sda`, `nvme0n1p1` of `nvme0n1`.
fn is_part_of(name: &OsString, disk: &OsString) -> bool {
    let (name, disk) = (name.as_encoded_bytes(), disk.as_encoded_bytes());
    let Some(rest) = name.strip_prefix(disk) else { return false };
    let rest = if disk.last().is_some_and(u8::is_ascii_digit) {
        let Some(rest) = rest.strip_prefix(b"p") else { return false };
        rest
    } else {
        rest
    };
    !rest.is_empty() && rest.iter().all(u8::is_ascii_digit)
}

/// Which machine this is, in sysstat's first line.
fn title(context: &mut Context) -> Line {
    let host = context.host.clone();
    let info = context.skipped.known("the machine's name", host.info());
    let of = |part: Option<String>| part.unwrap_or_else(|| "-".to_owned());
    let (kernel, name, architecture) = match info {
        Some(info) => (of(info.kernel), of(info.hostname), of(info.architecture)),
        None => (of(None), of(None), of(None)),
    };
    let date = human::date(host.now(), &context.zone());
    let cpus = context.skipped.known("the number of CPUs", host.cpu_count());
    let cpus = of(cpus.map(|cpus| cpus.to_string()));
    let text = format!("Linux {kernel} ({name})  {date}  _{architecture}_  ({cpus} CPU)");
    Line::new().with(Paint::Plain, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Result<Asked, Failure> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Arguments { words, ..Arguments::default() }.asked()
    }

    #[test]
    fn numbers_after_the_devices_are_interval_and_count() {
        let asked = words(&["sda", "/dev/vdb", "0.5", "3"]).unwrap();
        assert_eq!(asked.devices, ["sda", "vdb"]);
        assert_eq!((asked.interval, asked.count), (Some(Duration::from_millis(500)), Some(3)));
        assert_eq!(words(&[]).unwrap().interval, None);
        for wrong in [&["1", "x"][..], &["1", "2", "3"], &["0"], &["1", "0"]] {
            assert!(words(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_partition_is_known_by_its_disk() {
        let is = |name: &str, disk: &str| is_part_of(&name.into(), &disk.into());
        assert!(is("sda1", "sda") && is("nvme0n1p12", "nvme0n1"));
        assert!(!is("vda", "vd"));
        assert!(!is("sda", "sda") && !is("sdaa1", "sda") && !is("nvme0n11", "nvme0n1"));
    }
}
