//! What `psight iotop` draws: sums, and a row for each process.

use psight::process::{IoClass, IoRates};
use psight::table::ProcessRow;

use super::{Arguments, Moment, Row};
use crate::commands::rounds::Reading;
use crate::commands::{Context, ps};
use crate::human::{self, Scale};
use crate::line::{Line, Paint};
use crate::table::{Column, Table, known};

impl Arguments {
    pub(super) fn lines(
        &self,
        rows: &[Row<'_>],
        reading: &Reading<'_, Moment>,
        round: u64,
        context: &Context,
    ) -> Vec<Line> {
        let terminal = context.output.terminal;
        let mut lines = if self.quiet < 3 { self.sums(rows, reading) } else { Vec::new() };
        // On a screen each picture has it; in a file it is said once.
        if reading.now.off && self.quiet < 3 && (round == 1 || terminal.height.is_some()) {
            let why = "Waits for disks (IO) are not counted: sysctl kernel.task_delayacct is 0";
            lines.push(Line::new().with(Paint::Faint, why));
        }
        let mut columns = vec![
            Column::right("PID").at_least(7),
            Column::left("PRIO").at_least(4),
            Column::left("USER").at_least(8),
            Column::right("DISK READ").at_least(11),
            Column::right("DISK WRITE").at_least(11),
            Column::left("COMMAND").giving_way(),
        ];
        let counts = reading.now.waits.is_some();
        if counts {
            columns.insert(5, Column::right("IO").at_least(7));
        }
        if self.time {
            columns.insert(0, Column::left("TIME"));
        }
        let mut table = Table::new(columns);
        let heads = self.quiet == 0 || self.quiet == 1 && round == 1;
        if !heads {
            table = table.without_heads();
        }
        let used = lines.len() + usize::from(heads) + 1;
        let room = terminal.height.map_or(usize::MAX, |height| height.saturating_sub(used).max(1));
        let time = human::time_of_day(context.host.now(), &context.zone());
        for row in rows.iter().take(room) {
            let mut cells = self.cells(row, context);
            if counts {
                let percent = row.waited.map(|percent| format!("{percent:.2} %"));
                cells.insert(5, known(percent));
            }
            if self.time {
                cells.insert(0, Line::new().with(Paint::Plain, &time));
            }
            table.row(cells);
        }
        lines.extend(table.lines(terminal.width, terminal.cut_mark()));
        lines
    }

    fn cells(&self, row: &Row<'_>, context: &Context) -> Vec<Line> {
        let process = row.process;
        let user = match &process.username {
            Some(name) => Line::new().with_os(Paint::Plain, name).cut(10, '+'),
            None => Line::new().with(Paint::Faint, "?"),
        };
        let amount = |bytes: Option<u64>, rate: Option<f64>| {
            let text = if self.accumulated {
                bytes.map(|bytes| self.amount(bytes as f64))
            } else {
                rate.map(|rate| format!("{}/s", self.amount(rate)))
            };
            known(text)
        };
        let rates = row.rates.as_ref();
        vec![
            Line::new().with(Paint::Plain, process.pid.to_string()),
            Line::new().with(Paint::Plain, priority(process, context)),
            user,
            amount(row.grown.read_bytes, rates.and_then(|rates| rates.read_bytes_per_sec)),
            amount(row.grown.written(), rates.and_then(|rates| rates.write_bytes_per_sec)),
            ps::short_command(process),
        ]
    }

    /// `3.20 K`, as iotop writes amounts.
    fn amount(&self, bytes: f64) -> String {
        if self.kilobytes {
            return format!("{:.2} K", bytes / 1024.0);
        }
        human::bytes(bytes.round() as u64, Scale::Binary)
    }

    /// What all of these processes did, and what all disks did: caches and delays make the difference.
    fn sums(&self, rows: &[Row<'_>], reading: &Reading<'_, Moment>) -> Vec<Line> {
        let seconds = reading.span.as_secs_f64();
        let rate = |sum: f64| format!("{}/s", self.amount(sum));
        let sum = |of: fn(&IoRates) -> Option<f64>| -> f64 {
            // Not `sum()`, which makes -0 of nothing.
            rows.iter().filter_map(|row| of(row.rates.as_ref()?)).fold(0.0, |sum, it| sum + it)
        };
        if seconds == 0.0 {
            return Vec::new();
        }
        let line = |head: &str, read: f64, written: f64| {
            let (read, written) = (rate(read), rate(written));
            let text = format!("{head} DISK READ: {read:>13} | {head} DISK WRITE: {written:>13}");
            Line::new().with(Paint::Plain, text)
        };
        let mut lines = vec![line(
            "Total  ",
            sum(|rates| rates.read_bytes_per_sec),
            sum(|rates| rates.write_bytes_per_sec),
        )];
        if let (Some(now), Some(before)) = (&reading.now.disks, &reading.before.disks) {
            let grown = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
            lines.push(line(
                "Current",
                grown(now.read_bytes, before.read_bytes),
                grown(now.write_bytes, before.write_bytes),
            ));
        }
        lines
    }
}

/// The class and rank that disks serve it in, as ionice(1) has them.
fn priority(process: &ProcessRow, context: &Context) -> String {
    let asked = context.host.process(process.pid).and_then(|process| process.ionice());
    let Ok(nice) = asked else { return "?".to_owned() };
    let rank = nice.value.map_or(String::new(), |rank| format!("/{rank}"));
    match nice.ioclass {
        IoClass::RealTime => format!("rt{rank}"),
        IoClass::BestEffort => format!("be{rank}"),
        IoClass::Idle => "idle".to_owned(),
        IoClass::None => "none".to_owned(),
        other => other.to_string(),
    }
}
