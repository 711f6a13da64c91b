//! `iostat -o JSON`: the document that sysstat prints, for programs that were written for it.

use psight::record::Value;

use super::{Arguments, report::Report};
use crate::commands::{Context, Failure};
use crate::human;
use crate::output::object;

/// What is open, and has to be closed again behind the last report.
const END: &str = "\n\t\t\t]\n\t\t}\n\t]\n}}\n";

/// The machine, up to the list of reports.
pub(super) fn begin(context: &mut Context) -> Result<(), Failure> {
    let host = context.host.clone();
    let info = context.skipped.known("the machine's name", host.info());
    let text = |part: Option<String>| part.map_or(Value::Null, |part| Value::Text(part.into()));
    let (name, kernel, machine) = match info {
        Some(info) => (info.hostname, info.kernel, info.architecture),
        None => (None, None, None),
    };
    let cpus = context.skipped.known("the number of CPUs", host.cpu_count());
    let date = human::date(host.now(), &context.zone());
    let facts = [
        ("nodename", text(name)),
        ("sysname", Value::Text("Linux".into())),
        ("release", text(kernel)),
        ("machine", text(machine)),
        ("number-of-cpus", cpus.map_or(Value::Null, |cpus| Value::Uint(cpus as u64))),
        ("date", Value::Text(date.into())),
    ];
    let mut head = "{\"sysstat\": {\n\t\"hosts\": [\n\t\t{\n".to_owned();
    for (name, value) in facts {
        head.push_str(&format!("\t\t\t\"{name}\": {},\n", written(&value)?));
    }
    head.push_str("\t\t\t\"statistics\": [\n");
    Ok(context.output.raw(head.as_bytes())?)
}

/// One report; `is_first` if none was before it.
pub(super) fn report(
    report: &Report,
    arguments: &Arguments,
    is_first: bool,
    context: &mut Context,
) -> Result<(), Failure> {
    let mut parts = Vec::new();
    if arguments.time {
        let now = human::moment(context.host.now(), &context.zone());
        parts.push(("timestamp", Value::Text(now.into())));
    }
    if let Some(numbers) = report.processors() {
        parts.push(("avg-cpu", object(numbers)));
    }
    if let Some(disks) = report.in_words(arguments) {
        parts.push(("disk", Value::List(disks)));
    }
    let text = written(&object(parts))?;
    let between = if is_first { "" } else { ",\n" };
    Ok(context.output.raw(format!("{between}\t\t\t\t{text}").as_bytes())?)
}

pub(super) fn end(context: &mut Context) -> Result<(), Failure> {
    Ok(context.output.raw(END.as_bytes())?)
}

fn written(value: &Value<'_>) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))
}
