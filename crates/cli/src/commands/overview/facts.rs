//! What the overview knows: each question asked once, what has no answer left out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use psight::HostInfo;
use psight::cpu::{LoadAverage, PerCpuPercent};
use psight::limits::{EffectiveCpus, EffectiveMemory};
use psight::memory::{SwapMemory, VirtualMemory};
use psight::net::{InterfaceAddress, InterfaceStats, NetIo, NetRates};
use psight::pressure::Pressure;
use psight::sensors::{Battery, Fan, Temperature};
use psight::table::{Columns, ProcessRow};
use psight::users::User;

use super::seen::Seen;
use crate::commands::{Context, df};

/// How long the machine is watched for its utilisation before the first picture.
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
    /// What control groups leave of it.
    pub(super) own_memory: Option<EffectiveMemory>,
    pub(super) own_cpus: Option<EffectiveCpus>,
    pub(super) pressure: Option<Pressure>,
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
    /// What it carries now; `None` in the first picture.
    pub(super) rates: Option<NetRates>,
    pub(super) stats: Option<InterfaceStats>,
    /// `None` where they are not known, which is not the same as none.
    pub(super) addresses: Option<Vec<InterfaceAddress>>,
}

pub(super) fn gather(context: &mut Context) -> Facts {
    let Happened { busy, processes, carried, rates } = watch(context);
    let host = context.host.clone();
    let disks = df::with_space(context);
    let interfaces = interfaces(carried, rates, context);
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
        own_memory: skipped.known("limits of memory", host.effective_memory()),
        own_cpus: skipped.known("limits of CPUs", host.effective_cpus()),
        pressure: skipped.known("pressure", host.pressure()),
        disks,
        interfaces,
        temperatures: skipped.known("temperatures", host.temperatures()).unwrap_or_default(),
        fans: skipped.known("fans", host.fans()).unwrap_or_default(),
        battery: skipped.known("the battery", host.battery()).flatten(),
        processes,
        own: if host.is_captured() { None } else { Some(std::process::id()) },
    }
}

/// What happened since.
struct Happened {
    busy: Option<Busy>,
    processes: Option<Vec<ProcessRow>>,
    carried: BTreeMap<OsString, NetIo>,
    rates: BTreeMap<OsString, NetRates>,
}

fn first(context: &mut Context) -> Seen {
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
    let mut cpu = None;
    if !host.is_captured() {
        cpu = skipped.known("CPU times", host.cpu_sample());
        if let Some(scanner) = &mut scanner {
            // Only the second scan is shown; what fails here fails there again.
            let _ = scanner.scan(|_| {});
        }
    }
    Seen { scanner, cpu, carried: None, at: Instant::now() }
}

/// Looks at processors and processes, and compares with the picture before; for the first one it looks twice, and waits in
/// between. Where nothing moves it looks once.
fn watch(context: &mut Context) -> Happened {
    let host = context.host.clone();
    let mut seen = match context.seen.take() {
        Some(seen) => seen,
        None => {
            let seen = first(context);
            if !host.is_captured() {
                thread::sleep(SAMPLE);
            }
            seen
        }
    };
    let skipped = &mut context.skipped;
    let cpu = seen.cpu.as_ref().and_then(|before| {
        let now = skipped.known("CPU times", host.cpu_sample())?;
        let each = now.per_cpu_percent_since(before);
        Some((Busy { percent: now.percent_since(before), each }, now))
    });
    let (busy, cpu) = cpu.unzip();
    let rows = seen.scanner.as_mut().and_then(|scanner| skipped.known("processes", scanner.rows()));
    let carried = skipped.known("network interfaces", host.net_io_counters()).unwrap_or_default();
    let now = Instant::now();
    let span = now.duration_since(seen.at);
    let rate = |(name, before): (&OsString, &NetIo)| {
        let rates = carried.get(name)?.since(before).rates_over(span)?;
        Some((name.clone(), rates))
    };
    let rates = seen.carried.iter().flatten().filter_map(rate).collect();
    let kept = (!host.is_captured()).then(|| carried.clone());
    // A reading that failed leaves the span to go on.
    let cpu = cpu.or(seen.cpu);
    context.seen = Some(Seen { scanner: seen.scanner, cpu, carried: kept, at: now });
    Happened { busy, processes: rows, carried, rates }
}

fn interfaces(
    carried: BTreeMap<OsString, NetIo>,
    mut rates: BTreeMap<OsString, NetRates>,
    context: &mut Context,
) -> Vec<Interface> {
    let host = &context.host;
    let skipped = &mut context.skipped;
    let mut stats: BTreeMap<_, _> =
        skipped.known("the state of interfaces", host.interface_stats()).unwrap_or_default();
    let mut addresses = skipped.known("network addresses", host.interface_addresses());
    let all = carried.into_iter().map(|(name, io)| Interface {
        stats: stats.remove(&name),
        addresses: addresses.as_mut().map(|all| all.remove(&name).unwrap_or_default()),
        rates: rates.remove(&name),
        name,
        io,
    });
    all.collect()
}
