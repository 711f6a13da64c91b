//! What the overview knows: each question asked once, what has no answer left out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::thread;
use std::time::{Duration, SystemTime};

use psight::HostInfo;
use psight::cpu::{LoadAverage, PerCpuPercent};
use psight::memory::{SwapMemory, VirtualMemory};
use psight::net::{InterfaceAddress, InterfaceStats, NetIo};
use psight::sensors::{Battery, Fan, Temperature};
use psight::table::{Columns, ProcessRow};
use psight::users::User;

use crate::commands::{Context, df};

/// How long the machine is watched for its utilisation.
const SAMPLE: Duration = Duration::from_millis(200);

/// All that the overview shows.
pub(super) struct Facts {
    pub(super) info: Option<HostInfo>,
    pub(super) now: SystemTime,
    pub(super) boot_time: Option<SystemTime>,
    pub(super) up: Option<Duration>,
    pub(super) users: Option<Vec<User>>,
    pub(super) cpus: Option<u32>,
    pub(super) cores: Option<u32>,
    pub(super) load: Option<LoadAverage>,
    /// `None` of a machine that was captured: one moment has no utilisation.
    pub(super) busy: Option<Busy>,
    pub(super) memory: Option<VirtualMemory>,
    pub(super) swap: Option<SwapMemory>,
    pub(super) disks: Vec<df::Row>,
    pub(super) interfaces: Vec<Interface>,
    pub(super) temperatures: Vec<Temperature>,
    pub(super) fans: Vec<Fan>,
    pub(super) battery: Option<Battery>,
    /// `None` where they cannot be listed.
    pub(super) processes: Option<Vec<ProcessRow>>,
    /// The process that asks, which would be the busiest of many an idle machine.
    pub(super) own: Option<u32>,
}

/// How busy the processors were.
pub(super) struct Busy {
    pub(super) percent: f64,
    pub(super) each: Vec<PerCpuPercent>,
}

/// One network interface.
pub(super) struct Interface {
    pub(super) name: OsString,
    pub(super) io: NetIo,
    pub(super) stats: Option<InterfaceStats>,
    /// `None` where they are not known, which is not the same as none.
    pub(super) addresses: Option<Vec<InterfaceAddress>>,
}

pub(super) fn gather(context: &mut Context) -> Facts {
    let (busy, processes) = watch(context);
    let host = context.host.clone();
    let disks = df::with_space(context);
    let interfaces = interfaces(context);
    let skipped = &mut context.skipped;
    Facts {
        info: skipped.known("the machine's name", host.info()),
        now: host.now(),
        boot_time: skipped.known("the boot time", host.boot_time()),
        up: skipped.known("the time since boot", host.time_since_boot()),
        users: skipped.known("users", host.users()),
        cpus: skipped.known("the number of CPUs", host.cpu_count()),
        cores: skipped.known("the number of cores", host.cpu_count_physical()).flatten(),
        load: skipped.known("load", host.load_average()),
        busy,
        memory: skipped.known("memory", host.virtual_memory()),
        swap: skipped.known("swap space", host.swap_memory()),
        disks,
        interfaces,
        temperatures: skipped.known("temperatures", host.temperatures()).unwrap_or_default(),
        fans: skipped.known("fans", host.fans()).unwrap_or_default(),
        battery: skipped.known("the battery", host.battery()).flatten(),
        processes,
        own: if host.is_captured() { None } else { Some(std::process::id()) },
    }
}

/// Looks at processors and processes twice, and waits in between; once where nothing moves.
fn watch(context: &mut Context) -> (Option<Busy>, Option<Vec<ProcessRow>>) {
    let columns = Columns::NAME
        | Columns::USERNAME
        | Columns::STATUS
        | Columns::CPU_PERCENT
        | Columns::RSS
        // For an exact rss: small processes have none by the cheaper count.
        | Columns::MEMORY_INFO
        | Columns::CMDLINE;
    let host = context.host.clone();
    let skipped = &mut context.skipped;
    let mut scanner = skipped.known("processes", host.scanner(columns));
    let mut before = None;
    if !host.is_captured() {
        before = skipped.known("CPU times", host.cpu_sample());
        if let Some(scanner) = &mut scanner {
            // Only the second scan is shown; what fails here fails there again.
            let _ = scanner.scan(|_| {});
        }
        thread::sleep(SAMPLE);
    }
    let busy = before.and_then(|before| {
        let now = skipped.known("CPU times", host.cpu_sample())?;
        let each = now.per_cpu_percent_since(&before);
        Some(Busy { percent: now.percent_since(&before), each })
    });
    let rows = scanner.and_then(|mut scanner| skipped.known("processes", scanner.rows()));
    (busy, rows)
}

fn interfaces(context: &mut Context) -> Vec<Interface> {
    let host = &context.host;
    let skipped = &mut context.skipped;
    let counters = skipped.known("network interfaces", host.net_io_counters()).unwrap_or_default();
    let mut stats: BTreeMap<_, _> =
        skipped.known("the state of interfaces", host.interface_stats()).unwrap_or_default();
    let mut addresses = skipped.known("network addresses", host.interface_addresses());
    let all = counters.into_iter().map(|(name, io)| Interface {
        stats: stats.remove(&name),
        addresses: addresses.as_mut().map(|all| all.remove(&name).unwrap_or_default()),
        name,
        io,
    });
    all.collect()
}
