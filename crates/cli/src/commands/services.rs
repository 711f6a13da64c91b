//! `psight services`: what Windows itself starts and watches, as psutil's winservices.py. There is no such command on
//! other systems.

use clap::Args;
use psight::Record as _;
use psight::os::windows::services::{Service, ServiceStatus};
use psight::record::Value;

use super::{Context, Failure};
use crate::applet::Applet;
use crate::line::{Line, Paint};
use crate::output::{Format, Rows};
use crate::table::{Column, Table, plain};

/// Arguments of `psight services`.
#[derive(Debug, Default, Args)]
pub(crate) struct Arguments {
    /// These services alone, by the name that programs call them; everything about each is shown.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Those that run alone.
    #[arg(short, long)]
    running: bool,
}

impl Applet for Arguments {
    const NAME: &'static str = "services";
    const ABOUT: &'static str = "Services: what Windows starts and watches";

    fn run(self, context: &mut Context) -> Result<(), Failure> {
        run(&self, context)
    }
}

fn run(arguments: &Arguments, context: &mut Context) -> Result<(), Failure> {
    let mut services = if arguments.names.is_empty() {
        context.host.services()?
    } else {
        let mut found = Vec::with_capacity(arguments.names.len());
        for name in &arguments.names {
            found.push(context.host.service(name)?);
        }
        found
    };
    services.retain(|service| !arguments.running || service.status == ServiceStatus::Running);
    if context.output.format != Format::Table {
        let names = Service::FIELDS.iter().map(|field| field.name.into()).collect();
        let rows = services.iter().map(Service::values).collect();
        return Ok(context.output.rows(Rows { names, rows })?);
    }
    if !arguments.names.is_empty() {
        return Ok(context.output.lines(services.iter().flat_map(told))?);
    }
    let mut table = Table::new(vec![
        Column::left("NAME"),
        Column::right("PID"),
        Column::left("STATUS"),
        Column::left("START"),
        Column::left("USER").giving_way(),
        Column::left("WHAT IT IS").giving_way(),
    ]);
    for service in &services {
        table.row(
            ["name", "pid", "status", "start_type", "username", "display_name"]
                .map(|field| plain(&service.value(field).unwrap_or(Value::Null))),
        );
    }
    Ok(context.output.table(&table)?)
}

/// Everything about one service, a line for each field.
fn told(service: &Service) -> Vec<Line> {
    let width = Service::FIELDS.iter().map(|field| field.name.len()).max().unwrap_or_default();
    let line = |(name, value): (&str, &Value<'_>)| {
        let mut line = Line::new().with(Paint::Strong, name);
        line.pad(width + 2);
        line.append(plain(value));
        line
    };
    let values = service.values();
    let fields = Service::FIELDS.iter().map(|field| field.name);
    fields.zip(&values).map(line).chain([Line::new()]).collect()
}
