//! Every question that a machine and a process can be asked, by name, for the tests that ask them all.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]
#![allow(clippy::expect_used, reason = "it is test code")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Debug;
use std::time::Duration;

use psight::disk::{DiskProber, Disks, Mounts};
use psight::net::{ConnectionKind, Routes};
use psight::process::Resource;
use psight::table::{Columns, ProcessRow};
use psight::{Error, Host, Process};
use serde::Serialize;
use serde_json::Value;

/// An answer, with the names of its fields where it has any.
pub type Answer = Result<Value, Error>;

/// A question by its name, which is that of the function; what stands behind a blank tells two of one function apart.
pub type Question<T> = (&'static str, fn(&T) -> Answer);

/// How long a question that measures takes: not at all.
const NOW: Duration = Duration::ZERO;
/// How long a mount may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Every question to a machine.
pub const OF_HOSTS: &[Question<Host>] = &[
    ("Host::battery", |host| said(host.battery())),
    ("Host::boot_time", |host| shown(host.boot_time())),
    ("Host::connections", |host| said(host.connections(ConnectionKind::All))),
    ("Host::connections_with_all_owners", |host| {
        said(host.connections_with_all_owners(ConnectionKind::All))
    }),
    ("Host::connections_with_owners", |host| {
        said(host.connections_with_owners(ConnectionKind::All))
    }),
    ("Host::connections_with_owners_and_refusals", |host| {
        said(host.connections_with_owners_and_refusals(ConnectionKind::All))
    }),
    ("Host::cpu_count", |host| said(host.cpu_count())),
    ("Host::cpu_count_physical", |host| said(host.cpu_count_physical())),
    ("Host::cpu_freq", |host| said(host.cpu_freq())),
    ("Host::cpu_percent", |host| said(host.cpu_percent(NOW))),
    ("Host::cpu_sample", |host| said(host.cpu_sample())),
    ("Host::cpu_sampler", |host| said(host.cpu_sampler().map(|_| ()))),
    ("Host::cpu_stats", |host| said(host.cpu_stats())),
    ("Host::cpu_times", |host| said(host.cpu_times())),
    ("Host::cpu_times_percent", |host| said(host.cpu_times_percent(NOW))),
    ("Host::disk_devices", |host| said(host.disk_devices())),
    ("Host::disk_io_counters", |host| named(host.disk_io_counters(Disks::All))),
    ("Host::disk_io_counters whole", |host| named(host.disk_io_counters(Disks::Whole))),
    ("Host::disk_traffic", |host| said(host.disk_traffic())),
    ("Host::disk_usage", |host| said(host.disk_usage("/"))),
    ("Host::disk_io_reader", |host| in_order(host.disk_io_reader(Disks::All).changed())),
    ("Host::disks_not_counted", |host| shown_list(host.disks_not_counted())),
    ("Host::effective_cpus", |host| said(host.effective_cpus())),
    ("Host::effective_memory", |host| said(host.effective_memory())),
    ("Host::fans", |host| said(host.fans())),
    ("Host::file_scanner", |host| said(host.file_scanner().used_files(std::process::id()))),
    ("Host::delay_accounting", |host| said(host.delay_accounting())),
    ("Host::findings", |host| said(host.findings())),
    ("Host::group_id", |host| said(Ok(host.group_id("root")))),
    ("Host::group_name", |host| shown_option(Ok(host.group_name(0)))),
    ("Host::group_usage", |host| said(host.group_usage())),
    ("Host::hardware", |host| said(host.hardware())),
    ("Host::info", |host| said(host.info())),
    ("Host::interface_addresses", |host| named(host.interface_addresses())),
    ("Host::interface_stats", |host| named(host.interface_stats())),
    ("Host::is_captured", |host| said(Ok(host.is_captured()))),
    ("Host::is_on_ac_power", |host| said(host.is_on_ac_power())),
    ("Host::load_average", |host| said(host.load_average())),
    ("Host::page_size", |host| said(Ok(host.page_size()))),
    ("Host::locked_memory", |host| said(host.locked_memory())),
    ("Host::committed_memory", |host| said(host.committed_memory())),
    ("Host::login_records", |host| said(host.login_records())),
    ("Host::memory_caches", |host| said(host.memory_caches())),
    ("Host::memory_details", |host| said(host.memory_details())),
    ("Host::memory_events", |host| said(host.memory_events())),
    ("Host::net_io_reader", |host| in_order(host.net_io_reader().changed())),
    ("Host::net_io_counters", |host| named(host.net_io_counters())),
    ("Host::net_io_counters_total", |host| said(host.net_io_counters_total())),
    ("Host::now", |host| shown(Ok(host.now()))),
    ("Host::partitions", |host| said(host.partitions(Mounts::All))),
    ("Host::partitions physical", |host| said(host.partitions(Mounts::Physical))),
    ("Host::per_cpu_freq", |host| said(host.per_cpu_freq())),
    ("Host::per_cpu_percent", |host| said(host.per_cpu_percent(NOW))),
    ("Host::per_cpu_times", |host| said(host.per_cpu_times())),
    ("Host::per_cpu_times_percent", |host| said(host.per_cpu_times_percent(NOW))),
    ("Host::pid_exists", |host| said(Ok(host.pid_exists(1)))),
    ("Host::pid_max", |host| said(host.pid_max())),
    ("Host::pids", |host| shown_list(host.pids())),
    ("Host::power_supplies", |host| said(host.power_supplies())),
    ("Host::pressure", |host| said(host.pressure())),
    ("Host::process", |host| said(host.process(1).map(|_| ()))),
    ("Host::process_list", |host| shown_list(host.process_list())),
    ("Host::processes", |host| said(host.processes(Columns::ALL))),
    ("Host::protocol_counters", |host| said(host.protocol_counters())),
    ("Host::refusals", |host| said(host.refusals())),
    ("Host::routes", |host| said(host.routes(Routes::Main))),
    ("Host::routes all", |host| said(host.routes(Routes::All))),
    ("Host::scan", |host| {
        let mut rows = Vec::new();
        host.scan(Columns::ALL, |row: &ProcessRow| rows.push(row.pid))?;
        shown_list(Ok(rows))
    }),
    ("Host::process_table", |host| said(host.process_table(Columns::ALL).map(|_| ()))),
    ("Host::scanner", |host| said(host.scanner(Columns::ALL).map(|_| ()))),
    ("Host::task_counts", |host| said(host.task_counts())),
    ("Host::swap_memory", |host| said(host.swap_memory())),
    ("Host::temperatures", |host| said(host.temperatures())),
    ("Host::terminal_takes_messages", |host| shown(host.terminal_takes_messages("tty"))),
    ("Host::terminal_idle", |host| shown(host.terminal_idle("tty"))),
    ("Host::time_since_boot", |host| shown(host.time_since_boot())),
    ("Host::uptime", |host| shown(host.uptime())),
    ("Host::user_id", |host| said(Ok(host.user_id("root")))),
    ("Host::user_names", |host| shown(Ok(host.user_names().name(0).map(OsString::from)))),
    ("Host::users", |host| said(host.users())),
    ("Host::virtual_memory", |host| said(host.virtual_memory())),
    ("Host::virtual_memory_and_doubt", |host| {
        said(host.virtual_memory_and_doubt().map(|(memory, _)| memory))
    }),
    ("CpuSampler::percent", |host| said(host.cpu_sampler()?.percent())),
    ("CpuSampler::per_cpu_percent", |host| said(host.cpu_sampler()?.per_cpu_percent())),
    ("CpuSampler::per_cpu_times_percent", |host| said(host.cpu_sampler()?.per_cpu_times_percent())),
    ("CpuSampler::times_percent", |host| said(host.cpu_sampler()?.times_percent())),
    ("DiskProber::disk_usage", |host| said(DiskProber::new(host).disk_usage("/", PATIENCE))),
    ("DiskProber::disk_usages", |host| {
        let mut usages = DiskProber::new(host).disk_usages(["/"], PATIENCE);
        said(usages.pop().expect("one for each path"))
    }),
    ("DiskProber::real_path", |host| said(DiskProber::new(host).real_path("/proc/self", PATIENCE))),
    ("UserNames::name", |host| shown(Ok(host.user_names().name(0).map(OsString::from)))),
    ("FileScanner::fds", |host| said(host.file_scanner().fds(std::process::id()))),
    ("FileScanner::used_files", |host| {
        let mut scanner = host.file_scanner();
        scanner.used_files(std::process::id())?;
        said(scanner.used_files(std::process::id()))
    }),
    #[cfg(any(target_os = "linux", target_os = "android"))]
    ("Scanner::keep_open", |host| {
        let mut scanner = host.scanner(Columns::NAME | Columns::UIDS)?;
        scanner.keep_open(50);
        scanner.scan(|_| {})?;
        said(scanner.rows())
    }),
    ("Scanner::parts", |host| {
        let mut rows = Vec::new();
        let mut scanner = host.scanner(Columns::ALL.minus(Columns::CPU_PERCENT))?;
        scanner.parts(7, |part| rows.extend_from_slice(part))?;
        said(Ok(rows))
    }),
    ("IoReader::changed", |host| {
        let mut reader = host.net_io_reader();
        reader.changed()?;
        in_order(reader.changed())
    }),
    ("Scanner::row", |host| said(host.scanner(Columns::ALL)?.row(1))),
    ("Scanner::rows", |host| {
        let mut scanner = host.scanner(Columns::ALL.minus(Columns::CPU_PERCENT))?;
        scanner.rows()?;
        said(scanner.rows())
    }),
    ("Scanner::rows_into", |host| {
        let mut scanner = host.scanner(Columns::ALL.minus(Columns::CPU_PERCENT))?;
        let mut rows = host.processes(Columns::PID | Columns::CMDLINE)?;
        scanner.rows_into(&mut rows)?;
        said(Ok(rows))
    }),
    ("Scanner::threads", |host| {
        let mut scanner = host.scanner(Columns::ALL)?;
        let (row, mut rows) = (scanner.row(1)?, Vec::new());
        scanner.threads(&row, |row| rows.push(row.pid))?;
        said(Ok(rows))
    }),
    ("Scanner::table", |host| said(host.scanner(Columns::ALL)?.table().map(|_| ()))),
    ("Scanner::scan", |host| {
        let mut scanner = host.scanner(Columns::PID | Columns::CPU_PERCENT)?;
        let mut rows = Vec::new();
        scanner.scan(|_| {})?;
        scanner.scan(|row| rows.push(row.pid))?;
        shown_list(Ok(rows))
    }),
];

/// Every question to a process that leaves it as it is.
pub const OF_PROCESSES: &[Question<Process>] = &[
    ("Process::cgroups", |process| said(process.cgroups())),
    ("Process::children", |process| shown_list(process.children())),
    ("Process::cmdline", |process| shown_list(process.cmdline())),
    ("Process::connections", |process| said(process.connections(ConnectionKind::All))),
    ("Process::cpu_affinity", |process| said(process.cpu_affinity())),
    ("Process::cpu_num", |process| said(process.cpu_num())),
    ("Process::cpu_percent", |process| said(process.cpu_percent(NOW))),
    ("Process::cpu_sample", |process| said(process.cpu_sample().map(|sample| *sample.times()))),
    ("Process::cpu_times", |process| said(process.cpu_times())),
    ("Process::create_time", |process| shown(process.create_time())),
    ("Process::cwd", |process| shown_option(process.cwd())),
    ("Process::descendants", |process| shown_list(process.descendants())),
    ("Process::effective_cpus", |process| said(process.effective_cpus())),
    ("Process::effective_memory", |process| said(process.effective_memory())),
    ("Process::each_memory_map", |process| {
        let mut maps = Vec::new();
        process.each_memory_map(|map| maps.push(map.clone()))?;
        said(Ok(maps))
    }),
    ("Process::environ", |process| shown_list(process.environ())),
    ("Process::environ_map", |process| shown(process.environ_map())),
    ("Process::exe", |process| shown_option(process.exe())),
    ("Process::exe_guess", |process| shown_option(process.exe_guess())),
    ("Process::fds", |process| said(process.fds())),
    ("Process::foreground_pgid", |process| said(process.foreground_pgid())),
    ("Process::fsgid", |process| said(process.fsgid())),
    ("Process::fsuid", |process| said(process.fsuid())),
    ("Process::gids", |process| said(process.gids())),
    ("Process::group_usage", |process| said(process.group_usage())),
    ("Process::groups", |process| said(process.groups())),
    ("Process::has_terminal", |process| said(process.has_terminal())),
    ("Process::host", |process| said(Ok(process.host().is_captured()))),
    ("Process::io_counters", |process| said(process.io_counters())),
    ("Process::ionice", |process| said(process.ionice())),
    ("Process::is_kernel_thread", |process| said(process.is_kernel_thread())),
    ("Process::is_running", |process| said(process.is_running())),
    ("Process::known_start_ticks", |process| said(Ok(process.known_start_ticks()))),
    ("Process::memory_footprint", |process| said(process.memory_footprint())),
    ("Process::memory_full", |process| said(process.memory_full())),
    ("Process::memory_info", |process| said(process.memory_info())),
    ("Process::memory_info_ex", |process| said(process.memory_info_ex())),
    ("Process::memory_maps", |process| said(process.memory_maps())),
    ("Process::memory_maps_grouped", |process| said(process.memory_maps_grouped())),
    ("Process::memory_percent", |process| said(process.memory_percent("rss"))),
    ("Process::memory_percent uss", |process| said(process.memory_percent("uss"))),
    ("Process::memory_regions", |process| said(process.memory_regions())),
    ("Process::name", |process| shown(process.name())),
    ("Process::namespace_pids", |process| shown_list(process.namespace_pids())),
    ("Process::nice", |process| said(process.nice())),
    ("Process::num_ctx_switches", |process| said(process.num_ctx_switches())),
    ("Process::num_fds", |process| said(process.num_fds())),
    ("Process::num_threads", |process| said(process.num_threads())),
    ("Process::on", |process| said(process.on(&process.host().with_sys("/sys")).is_running())),
    ("Process::oneshot", |process| {
        let once = process.oneshot();
        once.status()?;
        said(once.uids())
    }),
    ("Process::open_files", |process| said(process.open_files())),
    ("Process::page_faults", |process| said(process.page_faults())),
    ("Process::parent", |process| shown(process.parent())),
    ("Process::parents", |process| shown_list(process.parents())),
    ("Process::pgid", |process| shown(process.pgid())),
    ("Process::pid", |process| shown(Ok(process.pid()))),
    #[cfg(any(target_os = "linux", target_os = "android"))]
    ("Process::pidfd", |process| said(process.pidfd().map(|_| ()))),
    ("Process::ppid", |process| shown(process.ppid())),
    ("Process::pressure", |process| said(process.pressure())),
    ("Process::rlimit", |process| said(process.rlimit(Resource::OpenFiles))),
    ("Process::root", |process| shown_option(process.root())),
    ("Process::short_name", |process| shown(process.short_name())),
    ("Process::sid", |process| shown(process.sid())),
    ("Process::signal_masks", |process| said(process.signal_masks())),
    ("Process::start_ticks", |process| said(process.start_ticks())),
    ("Process::status", |process| shown(process.status())),
    ("Process::terminal", |process| shown_option(process.terminal())),
    ("Process::thread_turns", |process| said(process.thread_turns())),
    ("Process::threads", |process| said(process.threads())),
    ("Process::uids", |process| said(process.uids())),
    ("Process::umask", |process| said(process.umask())),
    ("Process::scheduling", |process| said(process.scheduling())),
    ("Process::namespaces", |process| said(process.namespaces())),
    ("Process::security_label", |process| shown_option(process.security_label())),
    ("Process::login_uid", |process| said(process.login_uid())),
    ("Process::oom_score", |process| said(process.oom_score())),
    ("Process::locked_memory", |process| said(process.locked_memory())),
    ("Process::wchan", |process| shown_option(process.wchan())),
    ("Process::used_files", |process| said(process.used_files())),
    ("Process::username", |process| shown(process.username())),
];

/// An answer that serde knows.
fn said<T: Serialize>(answer: Result<T, Error>) -> Answer {
    answer.map(|answer| serde_json::to_value(answer).expect("JSON"))
}

/// Records by name.
fn named<T: Serialize>(answer: Result<BTreeMap<OsString, T>, Error>) -> Answer {
    let text = |(name, record): (OsString, T)| (name.display().to_string(), record);
    said(answer.map(|records| records.into_iter().map(text).collect::<BTreeMap<_, _>>()))
}

/// Records with their names; none where there is nothing new.
fn in_order<T: Serialize>(answer: Result<Option<Vec<(OsString, T)>>, Error>) -> Answer {
    named(answer.map(|records| records.into_iter().flatten().collect()))
}

/// An answer that is not a record.
fn shown<T: Debug>(answer: Result<T, Error>) -> Answer {
    answer.map(|answer| Value::String(format!("{answer:?}")))
}

/// The same where there may be none.
fn shown_option<T: Debug>(answer: Result<Option<T>, Error>) -> Answer {
    answer.map(|answer| answer.map(|answer| Value::String(format!("{answer:?}"))).into())
}

/// Several that are not records.
fn shown_list<T: Debug>(answer: Result<Vec<T>, Error>) -> Answer {
    answer.map(|list| list.iter().map(|one| Value::String(format!("{one:?}"))).collect())
}
