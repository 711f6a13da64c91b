//! `psight battery`: how full the battery is and how long it lasts, as psutil's battery.py, and everything else that
//! feeds the machine.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use psight::record::Value;
use psight::sensors::{Battery, BatteryInfo, PowerSupplies, TimeLeft};

use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, object, record};
use crate::table::{Column, Table, known};
use crate::terminal::Terminal;

/// Arguments of `psight battery`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {}

/// What feeds the machine.
pub(crate) struct Power {
    /// The machine's battery; `None` without one.
    pub(crate) battery: Option<Battery>,
    supplies: Option<PowerSupplies>,
}

impl Applet for Arguments {
    const NAME: &'static str = "battery";
    const ABOUT: &'static str = "How full the battery is, and how long it lasts";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(context)
    }
}

fn run(context: &mut Context) -> Result<(), Failure> {
    let battery = context.host.battery()?;
    let supplies = context.skipped.known("power supplies", context.host.power_supplies());
    let power = Power { battery, supplies };
    if power.battery.is_none() {
        context.verdict = ExitCode::FAILURE;
    }
    match context.output.format {
        Format::Csv => Err(Failure::Usage("battery is no list: use --json".to_owned())),
        Format::Json | Format::Ndjson => Ok(context.output.document(&power.document())?),
        Format::Table => {
            let terminal = context.output.terminal;
            let mut lines = power.lines(&terminal);
            if power.battery.is_none() {
                let nothing = "this machine shows no battery of its own";
                lines.insert(0, Line::new().with(Paint::Plain, nothing));
            }
            Ok(context.output.lines(lines)?)
        }
    }
}

/// What feeds the machine; `None` where the system does not tell.
pub(crate) fn power(context: &mut Context) -> Option<Power> {
    let host = context.host.clone();
    let battery = context.skipped.known("the battery", host.battery())?;
    let supplies = context.skipped.known("power supplies", host.power_supplies());
    Some(Power { battery, supplies })
}

impl Power {
    fn document(&self) -> Value<'_> {
        object([
            ("battery", record(self.battery.as_ref())),
            ("power_supplies", record(self.supplies.as_ref())),
        ])
    }

    /// psutil's lines about the battery, then a table of all batteries where it says more.
    pub(crate) fn lines(&self, terminal: &Terminal) -> Vec<Line> {
        let mut lines = Vec::new();
        if let Some(battery) = &self.battery {
            lines.extend(self.charge(battery));
        }
        let batteries = self.supplies.as_ref().map_or(&[][..], |all| &all.batteries);
        if !batteries.is_empty() {
            if !lines.is_empty() {
                lines.push(Line::new());
            }
            lines.extend(table(batteries, terminal).lines(terminal.width, terminal.cut_mark()));
        }
        lines
    }

    fn charge(&self, battery: &Battery) -> Vec<Line> {
        let line = |name: &str, text: String| {
            Line::new().with(Paint::Plain, format!("  {name:<11} ")).with(Paint::Plain, text)
        };
        let paint = if battery.percent <= 10.0 { Paint::Bad } else { Paint::Plain };
        let charge = Line::new().with(Paint::Plain, format!("  {:<11} ", "charge:"));
        let mut lines = vec![charge.with(paint, format!("{:.1} %", battery.percent))];
        if let TimeLeft::Left(left) = battery.secsleft {
            lines.push(line("left:", hours(left)));
        }
        if let Some(info) = self.supplies.as_ref().and_then(PowerSupplies::battery) {
            lines.push(line("status:", info.status.as_str().to_owned()));
        }
        let plugged = match battery.power_plugged {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not known",
        };
        lines.push(line("plugged in:", plugged.to_owned()));
        lines
    }
}

/// `2:11:31`.
fn hours(left: Duration) -> String {
    let seconds = left.as_secs();
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Every battery, those of mice and headsets too.
fn table(batteries: &[BatteryInfo], terminal: &Terminal) -> Table {
    let mut columns = vec![Column::left("  NAME").at_least(8), Column::left("STATUS")];
    columns.extend(["CHARGE", "ENERGY", "FULL", "POWER", "TEMP"].map(Column::right));
    columns.push(Column::left("FEEDS"));
    let mut table = Table::new(columns).with_gap(2);
    let micro = |amount: Option<u64>, unit: &str| {
        amount.map(|amount| format!("{:.1} {unit}", amount as f64 / 1e6))
    };
    let degree = if terminal.unicode { "°C" } else { " C" };
    for battery in batteries {
        let numbers = [
            Some(format!("{:.1} %", battery.percent)),
            micro(battery.energy_now, "Wh"),
            micro(battery.energy_full, "Wh"),
            micro(battery.power_now, "W"),
            battery.temperature.map(|celsius| format!("{celsius:.1}{degree}")),
        ];
        let mut row = vec![
            Line::new().with(Paint::Plain, "  ").with_os(Paint::Plain, &battery.name),
            Line::new().with(Paint::Plain, battery.status.as_str()),
        ];
        row.extend(numbers.map(known));
        let feeds = if battery.peripheral { "a device" } else { "the machine" };
        row.push(Line::new().with(Paint::Plain, feeds));
        table.row(row);
    }
    table
}
