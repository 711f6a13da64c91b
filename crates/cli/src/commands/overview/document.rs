//! The overview for programs: the library's records under their names.

use std::borrow::Cow;

use psight::record::{Record, ToValue as _, Value};
use psight::table::ProcessRow;

use super::facts::{Facts, Interface};
use super::processes::{by_cpu, by_memory};
use crate::output::{object, record};

pub(super) fn value(facts: &Facts, top: usize) -> Value<'_> {
    let processes = facts.processes.as_deref();
    object([
        ("host", record(facts.info.as_ref())),
        ("now", facts.now.to_value()),
        ("boot_time", facts.boot_time.to_value()),
        ("time_since_boot", facts.up.to_value()),
        ("users", facts.users.to_value()),
        ("cpu", cpu(facts)),
        ("memory", record(facts.memory.as_ref())),
        ("swap", record(facts.swap.as_ref())),
        ("effective_memory", record(facts.own_memory.as_ref())),
        ("effective_cpus", record(facts.own_cpus.as_ref())),
        ("pressure", record(facts.pressure.as_ref())),
        (
            "disks",
            list(&facts.disks, |row| {
                joined([Value::record(&row.partition), record(row.usage.as_ref())])
            }),
        ),
        ("network", list(&facts.interfaces, interface)),
        ("temperatures", list(&facts.temperatures, Value::record)),
        ("fans", list(&facts.fans, Value::record)),
        ("battery", record(facts.battery.as_ref())),
        ("process_count", processes.map_or(Value::Null, |all| Value::Uint(all.len() as u64))),
        (
            "top_cpu",
            processes.map_or(Value::Null, |all| {
                Value::List(by_cpu(all, facts.own).into_iter().take(top).map(process).collect())
            }),
        ),
        (
            "top_memory",
            processes.map_or(Value::Null, |all| {
                Value::List(by_memory(all).into_iter().take(top).map(process).collect())
            }),
        ),
    ])
}

fn cpu(facts: &Facts) -> Value<'_> {
    let busy = facts.busy.as_ref();
    object([
        ("count", facts.cpus.to_value()),
        ("count_physical", facts.cores.to_value()),
        ("percent", busy.map_or(Value::Null, |busy| Value::Float(busy.percent))),
        ("per_cpu", busy.map_or(Value::Null, |busy| busy.each.to_value())),
        ("load_average", record(facts.load.as_ref())),
    ])
}

fn interface(interface: &Interface) -> Value<'_> {
    object([
        ("name", Value::OsText(&interface.name)),
        ("addresses", interface.addresses.to_value()),
        ("io_counters", Value::record(&interface.io)),
        ("rates", record(interface.rates.as_ref())),
        ("stats", record(interface.stats.as_ref())),
    ])
}

/// The columns that the overview asked for.
fn process(row: &ProcessRow) -> Value<'_> {
    let asked: Vec<&str> = row.columns().names().collect();
    let named = ProcessRow::FIELDS.iter().zip(row.values());
    let kept = named.filter(|(field, _)| asked.contains(&field.name));
    Value::Map(kept.map(|(field, value)| (Cow::Borrowed(field.name), value)).collect())
}

fn list<'a, T>(of: &'a [T], value: impl FnMut(&'a T) -> Value<'a>) -> Value<'a> {
    Value::List(of.iter().map(value).collect())
}

/// Records side by side as one.
fn joined<'a, const N: usize>(records: [Value<'a>; N]) -> Value<'a> {
    let mut pairs = Vec::new();
    for record in records {
        if let Value::Record(fields, values) = record {
            pairs.extend(fields.iter().map(|field| Cow::Borrowed(field.name)).zip(values));
        }
    }
    Value::Map(pairs)
}
