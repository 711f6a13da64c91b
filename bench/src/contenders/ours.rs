//! psight.

use std::path::Path;

use psight::disk::Disks;
use psight::net::ConnectionKind;
use psight::table::{Columns, Scanner};
use psight::{Host, Process};

use super::Question;
use crate::Outcome;
use crate::workload::{CROWD, FOLDER};

/// The columns of the cases that read the table.
fn columns(case: &str) -> Option<&'static str> {
    Some(match case {
        "table" | "churn" => {
            "pid,ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads,cmdline"
        }
        "wide" => {
            "pid,ppid,name,status,uids,username,cpu_times,rss,vms,create_time,num_threads,cmdline,\
             exe,cwd,num_fds,io_counters"
        }
        "monitor" => "pid,name,cpu_percent,rss",
        "busy" => "pid,name,cpu_percent",
        "footprint" => "pid,memory_footprint",
        _ => return None,
    })
}

/// Without anything kept but buffers.
pub(crate) fn question(case: &str, subject: u32) -> Outcome<Option<Question>> {
    of(&Host::local(), case, subject)
}

/// Through BPF, and nothing where the kernel does not let us.
pub(crate) fn by_bpf(case: &str, subject: u32) -> Outcome<Option<Question>> {
    let host = Host::local().with_bpf();
    let Some(mut ask) = of(&host, case, subject)? else { return Ok(None) };
    ask()?;
    if host.bpf_answers() == 0 {
        return Err("the kernel refuses BPF, or it is no quicker".into());
    }
    Ok(Some(ask))
}

fn of(host: &Host, case: &str, subject: u32) -> Outcome<Option<Question>> {
    if let Some(names) = columns(case) {
        return Ok(Some(table(host.scanner(names.parse::<Columns>()?)?)));
    }
    if let Some(question) = machine(host.clone(), case) {
        return Ok(Some(question));
    }
    process(&host.process(subject)?, case)
}

fn table(mut scanner: Scanner) -> Question {
    Box::new(move || {
        let mut rows = 0;
        scanner.scan(|row| {
            std::hint::black_box(row);
            rows += 1;
        })?;
        Ok(rows)
    })
}

fn machine(host: Host, case: &str) -> Option<Question> {
    Some(match case {
        "pids" => Box::new(move || Ok(host.pids()?.len())),
        "connections" => {
            Box::new(move || Ok(host.connections_with_all_owners(ConnectionKind::All)?.len()))
        }
        "sockets" => Box::new(move || Ok(host.connections(ConnectionKind::All)?.len())),
        "cpu_times" => Box::new(move || Ok(host.cpu_times().map(|_| 1)?)),
        "virtual_memory" => Box::new(move || Ok(host.virtual_memory().map(|_| 1)?)),
        "disk_io_counters" => Box::new(move || Ok(host.disk_io_counters(Disks::All)?.len())),
        "net_io_counters" => Box::new(move || Ok(host.net_io_counters()?.len())),
        _ => return None,
    })
}

fn process(process: &Process, case: &str) -> Outcome<Option<Question>> {
    let process = process.clone();
    Ok(Some(match case {
        "open_files" => Box::new(move || Ok(process.open_files()?.len())),
        "num_fds" => Box::new(move || Ok(usize::try_from(process.num_fds()?)?)),
        "memory_maps" => Box::new(move || Ok(process.memory_maps()?.len())),
        "threads" => Box::new(move || Ok(process.threads()?.len())),
        "children_of_a_leaf" | "descendants" => Box::new(move || Ok(process.descendants()?.len())),
        "process_name" => Box::new(move || Ok(process.name()?.len())),
        "process_uids" => Box::new(move || Ok(process.uids().map(|_| 1)?)),
        "process_memory_info" => Box::new(move || Ok(process.memory_info().map(|_| 1)?)),
        _ => return Ok(None),
    }))
}

/// With handles that stay open from one reading to the next.
pub(crate) fn kept(case: &str) -> Outcome<Option<Question>> {
    let Some(names) = columns(case) else { return Ok(None) };
    let mut scanner = Host::local().scanner(names.parse::<Columns>()?)?;
    scanner.keep_open(3 * CROWD + 2000);
    Ok(Some(table(scanner)))
}

/// A machine in a folder, and how much of a thousand processes it is.
pub(crate) fn folder(who: &str) -> Outcome<Option<Question>> {
    let processes: u32 = who.split(' ').next().unwrap_or_default().parse()?;
    let folder = std::env::var_os(FOLDER).ok_or("no folder")?;
    let host = Host::at(Path::new(&folder).join(processes.to_string()))?;
    let names = columns("table").unwrap_or_default();
    let mut scan = table(host.scanner(names.parse::<Columns>()?)?);
    // The small one again and the large one less often, so that all of them read 30,000 in a pass.
    Ok(Some(Box::new(move || {
        let mut rows = 0;
        for _ in 0..30_000 / processes {
            rows += scan()?;
        }
        Ok(rows)
    })))
}

/// What Python's `memory_info` needs, which costs a file more than `rss` and `vms`.
pub(crate) fn as_python(case: &str) -> Outcome<Option<Question>> {
    let Some(names) = columns(case) else { return Ok(None) };
    let exact = names.replace("rss,vms", "memory_info").replace("rss", "memory_info");
    Ok(Some(table(Host::local().scanner(exact.parse::<Columns>()?)?)))
}
