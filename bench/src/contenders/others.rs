//! The crates that Rust programs use today, as their documentation has it.

use procfs::process::{MMapPath, Process, all_processes};
use procfs::{Current, CurrentSI};
use sysinfo::{Disks, Networks, ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind, Users};

use super::Question;
use crate::Outcome;

/// Everything is asked for again in each pass, as for psight.
pub(crate) fn sysinfo(case: &str) -> Outcome<Option<Question>> {
    // How many threads a process has is not among it: sysinfo would list them all.
    let table = ProcessRefreshKind::nothing()
        .with_cpu()
        .with_memory()
        .with_user(UpdateKind::Always)
        .with_cmd(UpdateKind::Always);
    let wide = table.with_exe(UpdateKind::Always).with_cwd(UpdateKind::Always).with_disk_usage();
    let monitor = ProcessRefreshKind::nothing().with_cpu().with_memory();
    Ok(Some(match case {
        "table" | "churn" => sysinfo_table(table, false)?,
        "wide" => sysinfo_table(wide, true)?,
        "monitor" => sysinfo_table(monitor, false)?,
        "cpu_times" => {
            let mut system = System::new()?;
            Box::new(move || {
                system.refresh_cpu_usage();
                Ok(system.cpus().len())
            })
        }
        "virtual_memory" => {
            let mut system = System::new()?;
            Box::new(move || {
                system.refresh_memory();
                Ok(usize::try_from(system.available_memory() >> 20)?)
            })
        }
        "disk_io_counters" => {
            let mut disks = Disks::new_with_refreshed_list()?;
            Box::new(move || {
                disks.refresh(true);
                Ok(disks.iter().count())
            })
        }
        "net_io_counters" => {
            let mut networks = Networks::new_with_refreshed_list()?;
            Box::new(move || {
                networks.refresh(true);
                Ok(networks.len())
            })
        }
        _ => return Ok(None),
    }))
}

fn sysinfo_table(kind: ProcessRefreshKind, descriptors: bool) -> Outcome<Question> {
    let mut system = System::new()?;
    let users = Users::new_with_refreshed_list()?;
    Ok(Box::new(move || {
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        for process in system.processes().values() {
            let user = process.user_id().and_then(|id| users.get_user_by_id(id));
            std::hint::black_box((process.name(), process.parent(), process.status(), user));
            std::hint::black_box((process.memory(), process.virtual_memory(), process.cmd()));
            std::hint::black_box((process.accumulated_cpu_time(), process.start_time()));
            if descriptors {
                std::hint::black_box((process.exe(), process.cwd(), process.open_files()));
            }
        }
        Ok(system.processes().len())
    }))
}

pub(crate) fn procfs(case: &str, subject: u32) -> Option<Question> {
    let subject = i32::try_from(subject).ok()?;
    Some(match case {
        "pids" => Box::new(|| Ok(all_processes()?.filter(Result::is_ok).count())),
        "table" => Box::new(|| procfs_table(false)),
        "wide" => Box::new(|| procfs_table(true)),
        "connections" => Box::new(|| Ok(procfs_sockets()? + procfs_owners()?)),
        "sockets" => Box::new(procfs_sockets),
        "memory_maps" => Box::new(move || {
            let maps = Process::new(subject)?.smaps()?;
            let named =
                |map: &procfs::process::MemoryMap| matches!(map.pathname, MMapPath::Path(_));
            Ok(maps.into_iter().filter(named).count())
        }),
        "threads" => Box::new(move || {
            let tasks = Process::new(subject)?.tasks()?;
            Ok(tasks.flatten().filter_map(|task| task.stat().ok()).count())
        }),
        "cpu_times" => Box::new(|| Ok(procfs::KernelStats::current()?.cpu_time.len())),
        "virtual_memory" => {
            Box::new(|| Ok(usize::try_from(procfs::Meminfo::current()?.mem_free >> 20)?))
        }
        "disk_io_counters" => Box::new(|| Ok(procfs::diskstats()?.len())),
        "net_io_counters" => Box::new(|| Ok(procfs::net::dev_status()?.len())),
        _ => return None,
    })
}

fn procfs_table(wide: bool) -> Outcome<usize> {
    let mut rows = 0;
    for process in all_processes()? {
        let Ok(process) = process else { continue };
        let (Ok(stat), Ok(status)) = (process.stat(), process.status()) else { continue };
        let _ = std::hint::black_box((stat, status, process.cmdline()));
        if wide {
            let _ = std::hint::black_box((process.exe(), process.cwd()));
            let _ = std::hint::black_box((process.fd_count(), process.io()));
        }
        rows += 1;
    }
    Ok(rows)
}

fn procfs_sockets() -> Outcome<usize> {
    let inet = procfs::net::tcp()?.len() + procfs::net::tcp6()?.len();
    let datagrams = procfs::net::udp()?.len() + procfs::net::udp6()?.len();
    Ok(inet + datagrams + procfs::net::unix()?.len())
}

fn procfs_owners() -> Outcome<usize> {
    let mut sockets = 0;
    for process in all_processes()?.flatten() {
        let Ok(descriptors) = process.fd() else { continue };
        let is_socket = |fd: &procfs::process::FDInfo| {
            matches!(fd.target, procfs::process::FDTarget::Socket(_))
        };
        sockets += descriptors.flatten().filter(is_socket).count();
    }
    Ok(sockets)
}
