//! `psight sensors`: temperatures, fans and battery together, chip by chip, as lm-sensors and psutil's sensors.py; and
//! the lines that `temperatures` and `fans` share with it.

use std::ffi::{OsStr, OsString};

use clap::Args;
use psight::record::ToValue as _;
use psight::sensors::{Fan, Temperature, fahrenheit};

use super::{Context, Failure, battery};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows, object, record};
use crate::table::{Column, Table};
use crate::terminal::Terminal;

/// Arguments of `psight sensors`. `-j` is spelled out as what all commands understand.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// In degrees Fahrenheit; programs get degrees Celsius all the same.
    #[arg(short, long)]
    fahrenheit: bool,
    /// These chips alone.
    #[arg(value_name = "CHIP")]
    chips: Vec<OsString>,
}

/// How temperatures are written.
#[derive(Clone, Copy)]
pub(crate) struct Degrees {
    fahrenheit: bool,
    unicode: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "sensors";
    const ABOUT: &'static str = "Temperatures, fans and battery";

    fn spelled_out(words: Vec<OsString>) -> Vec<OsString> {
        let whole = |word: OsString| if word == "-j" { "--json".into() } else { word };
        words.into_iter().map(whole).collect()
    }

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let skipped = &mut context.skipped;
    let is_wanted = |chip: &OsString| arguments.chips.is_empty() || arguments.chips.contains(chip);
    let mut temperatures = skipped.known("temperatures", host.temperatures()).unwrap_or_default();
    temperatures.retain(|sensor| is_wanted(&sensor.chip));
    let mut fans = skipped.known("fans", host.fans()).unwrap_or_default();
    fans.retain(|fan| is_wanted(&fan.chip));
    // A chip that is named has no battery.
    let battery = battery::power(context).filter(|_| arguments.chips.is_empty());
    match context.output.format {
        Format::Csv => {
            let instead = "sensors is no list: use --json, or temperatures";
            return Err(Failure::Usage(instead.to_owned()));
        }
        Format::Json | Format::Ndjson => {
            let document = object([
                ("temperatures", temperatures.to_value()),
                ("fans", fans.to_value()),
                ("battery", record(battery.as_ref().and_then(|power| power.battery.as_ref()))),
            ]);
            return Ok(context.output.document(&document)?);
        }
        Format::Table => {}
    }
    let terminal = context.output.terminal;
    let degrees = Degrees::new(arguments.fahrenheit, &terminal);
    let mut lines = chips(&temperatures, &fans, degrees, &terminal);
    if let Some(power) = battery.filter(|power| power.battery.is_some()) {
        lines.push(Line::new().with(Paint::Strong, "Battery"));
        lines.extend(power.lines(&terminal));
        lines.push(Line::new());
    }
    if lines.is_empty() {
        let nothing = "this machine shows neither temperatures nor fans nor a battery";
        lines.push(Line::new().with(Paint::Plain, nothing));
    }
    Ok(context.output.lines(lines)?)
}

/// The lines of every chip under its name, and an empty one after each.
pub(crate) fn chips(
    temperatures: &[Temperature],
    fans: &[Fan],
    degrees: Degrees,
    terminal: &Terminal,
) -> Vec<Line> {
    let mut names: Vec<&OsString> = Vec::new();
    let all = temperatures.iter().map(|sensor| &sensor.chip);
    for chip in all.chain(fans.iter().map(|fan| &fan.chip)) {
        if !names.contains(&chip) {
            names.push(chip);
        }
    }
    let mut lines = Vec::new();
    for chip in names {
        let columns = vec![
            Column::left("").at_least(16),
            Column::right("").at_least(8),
            Column::left("").giving_way(),
        ];
        let mut table = Table::new(columns).with_gap(2).without_heads();
        for sensor in temperatures.iter().filter(|sensor| sensor.chip == *chip) {
            table.row(temperature(sensor, degrees));
        }
        for fan in fans.iter().filter(|fan| fan.chip == *chip) {
            let speed = Line::new().with(Paint::Plain, format!("{} RPM", fan.current));
            table.row(vec![label(fan.label.as_ref(), chip), speed, Line::new()]);
        }
        lines.push(Line::new().with_os(Paint::Strong, chip));
        lines.extend(table.lines(terminal.width, terminal.cut_mark()));
        lines.push(Line::new());
    }
    lines
}

impl Degrees {
    pub(crate) fn new(fahrenheit: bool, terminal: &Terminal) -> Self {
        Self { fahrenheit, unicode: terminal.unicode }
    }

    fn written(self, celsius: f64) -> String {
        let (number, letter) =
            if self.fahrenheit { (fahrenheit(celsius), "F") } else { (celsius, "C") };
        let degree = if self.unicode { "°" } else { " " };
        format!("{number:+.1}{degree}{letter}")
    }
}

/// What it is called, the chip's name where the driver does not say.
fn label(label: Option<&OsString>, chip: &OsStr) -> Line {
    let name = label.map_or(chip, OsString::as_os_str);
    Line::new().with(Paint::Plain, "  ").with_os(Paint::Plain, name).with(Paint::Plain, ":")
}

fn temperature(sensor: &Temperature, degrees: Degrees) -> Vec<Line> {
    let reached = |limit: Option<f64>| limit.is_some_and(|limit| sensor.current >= limit);
    // In words as well, for those who see no colours.
    let (paint, alarm) = match (reached(sensor.critical), reached(sensor.high)) {
        (true, _) => (Paint::Bad, "  CRITICAL"),
        (_, true) => (Paint::Warning, "  HIGH"),
        _ => (Paint::Plain, ""),
    };
    let limits = [("high", sensor.high), ("crit", sensor.critical)];
    let known = limits.into_iter().filter_map(|(name, limit)| Some((name, limit?)));
    let said: Vec<_> =
        known.map(|(name, limit)| format!("{name} = {}", degrees.written(limit))).collect();
    let mut limits = Line::new();
    if !said.is_empty() {
        limits.push(Paint::Faint, format!("({})", said.join(", ")));
    }
    limits.push(paint, alarm);
    let now = Line::new().with(paint, degrees.written(sensor.current));
    vec![label(sensor.label.as_ref(), &sensor.chip), now, limits]
}

/// Records of a list for programs.
pub(crate) fn rows<R: psight::Record>(all: &[R]) -> Rows<'_> {
    Rows {
        names: R::FIELDS.iter().map(|field| field.name.into()).collect(),
        rows: all.iter().map(psight::Record::values).collect(),
    }
}
