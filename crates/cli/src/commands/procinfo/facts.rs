//! Everything about one process, each question asked once; what has no answer is `None`.

use std::borrow::Cow;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::SystemTime;

use psight::net::{Connection, ConnectionKind};
use psight::process::{
    Cgroup, ContextSwitches, GroupIds, GroupedMemoryMap, IoCounters, IoNice, Limits, MemoryFull,
    MemoryInfo, OpenFile, PageFaults, ProcessCpuTimes, Resource, Status, Thread, UserIds,
};
use psight::record::{ToValue, Value};
use psight::{ErrorKind, Pid, Process};

use crate::commands::Context;

/// What is known.
pub(super) struct Facts {
    pub(super) pid: Pid,
    pub(super) name: Option<OsString>,
    pub(super) ppid: Option<Pid>,
    pub(super) parent: Option<OsString>,
    pub(super) exe: Option<PathBuf>,
    pub(super) cwd: Option<PathBuf>,
    pub(super) root: Option<PathBuf>,
    pub(super) cmdline: Option<Vec<OsString>>,
    pub(super) create_time: Option<SystemTime>,
    pub(super) status: Option<Status>,
    pub(super) username: Option<OsString>,
    pub(super) uids: Option<UserIds>,
    pub(super) gids: Option<GroupIds>,
    pub(super) pgid: Option<Pid>,
    pub(super) sid: Option<Pid>,
    pub(super) terminal: Option<PathBuf>,
    pub(super) nice: Option<i32>,
    pub(super) ionice: Option<IoNice>,
    pub(super) cpu_times: Option<ProcessCpuTimes>,
    pub(super) cpu_affinity: Option<Vec<u32>>,
    pub(super) cpu_num: Option<u32>,
    pub(super) memory_info: Option<MemoryInfo>,
    pub(super) memory_full: Option<MemoryFull>,
    pub(super) memory_percent: Option<f64>,
    pub(super) page_faults: Option<PageFaults>,
    pub(super) io_counters: Option<IoCounters>,
    pub(super) num_ctx_switches: Option<ContextSwitches>,
    pub(super) num_threads: Option<u32>,
    pub(super) num_fds: Option<u64>,
    pub(super) cgroups: Option<Vec<Cgroup>>,
    pub(super) children: Vec<(Pid, Option<OsString>)>,
    pub(super) open_files: Option<Vec<OpenFile>>,
    pub(super) net_connections: Option<Vec<Connection>>,
    pub(super) threads: Option<Vec<Thread>>,
    pub(super) rlimits: Vec<(&'static str, Limits)>,
    pub(super) environ: Option<Vec<(OsString, OsString)>>,
    pub(super) memory_maps: Option<Vec<GroupedMemoryMap>>,
}

impl Facts {
    /// Asks everything. What the caller may not know is noted.
    pub(super) fn ask(process: &Process, context: &mut Context) -> Self {
        let now = process.oneshot();
        let mut ask = Asker { context };
        let parent = process.parent().ok().flatten();
        Self {
            pid: process.pid(),
            name: ask.known("name", now.name()),
            ppid: ask.known("parent", now.ppid()),
            parent: parent.and_then(|parent| parent.name().ok()),
            exe: ask.known("exe", now.exe()).flatten(),
            cwd: ask.known("cwd", now.cwd()).flatten(),
            root: ask.known("root", now.root()).flatten(),
            cmdline: ask.known("cmdline", now.cmdline()),
            create_time: ask.known("create_time", now.create_time()),
            status: ask.known("status", now.status()),
            username: ask.known("username", now.username()),
            uids: ask.known("uids", now.uids()),
            gids: ask.known("gids", now.gids()),
            pgid: ask.known("pgid", now.pgid()),
            sid: ask.known("sid", now.sid()),
            terminal: ask.known("terminal", now.terminal()).flatten(),
            nice: ask.known("nice", process.nice()),
            ionice: ask.known("ionice", process.ionice()),
            cpu_times: ask.known("cpu_times", now.cpu_times()),
            cpu_affinity: ask.known("cpu_affinity", process.cpu_affinity()),
            cpu_num: ask.known("cpu_num", now.cpu_num()).flatten(),
            memory_info: ask.known("memory_info", now.memory_info()),
            memory_full: ask.known("memory_full", now.memory_full()),
            memory_percent: ask.known("memory_percent", now.memory_percent("rss")),
            page_faults: ask.known("page_faults", now.page_faults()),
            io_counters: ask.known("io_counters", now.io_counters()),
            num_ctx_switches: ask.known("num_ctx_switches", now.num_ctx_switches()),
            num_threads: ask.known("num_threads", now.num_threads()),
            num_fds: ask.known("num_fds", process.num_fds()),
            cgroups: ask.known("cgroups", now.cgroups()),
            children: children(process),
            open_files: ask.known("open_files", process.open_files()),
            net_connections: ask
                .known("net_connections", process.connections(ConnectionKind::Inet)),
            threads: ask.known("threads", process.threads()),
            rlimits: limits(process),
            environ: ask.known("environ", now.environ()),
            memory_maps: ask.known("memory_maps", now.memory_maps_grouped()),
        }
    }

    /// The same for programs, under psutil's names.
    pub(super) fn document(&self) -> Value<'_> {
        let children = self
            .children
            .iter()
            .map(|(pid, name)| Value::Map(vec![named("pid", pid), named("name", name)]));
        let limits =
            self.rlimits.iter().map(|(name, limits)| (Cow::Borrowed(*name), limits.to_value()));
        let environ = self.environ.as_ref().map(|pairs| {
            pairs
                .iter()
                .map(|(name, value)| Value::Map(vec![named("name", name), named("value", value)]))
        });
        let mut pairs = self.plain();
        pairs.extend([
            (Cow::Borrowed("children"), Value::List(children.collect())),
            named("open_files", &self.open_files),
            named("net_connections", &self.net_connections),
            named("threads", &self.threads),
            (Cow::Borrowed("rlimits"), Value::Map(limits.collect())),
            (
                Cow::Borrowed("environ"),
                environ.map_or(Value::Null, |pairs| Value::List(pairs.collect())),
            ),
            named("memory_maps", &self.memory_maps),
        ]);
        Value::Map(pairs)
    }

    fn plain(&self) -> Vec<(Cow<'static, str>, Value<'_>)> {
        vec![
            named("pid", &self.pid),
            named("name", &self.name),
            named("ppid", &self.ppid),
            named("exe", &self.exe),
            named("cwd", &self.cwd),
            named("root", &self.root),
            named("cmdline", &self.cmdline),
            named("create_time", &self.create_time),
            named("status", &self.status),
            named("username", &self.username),
            named("uids", &self.uids),
            named("gids", &self.gids),
            named("pgid", &self.pgid),
            named("sid", &self.sid),
            named("terminal", &self.terminal),
            named("nice", &self.nice),
            named("ionice", &self.ionice),
            named("cpu_times", &self.cpu_times),
            named("cpu_affinity", &self.cpu_affinity),
            named("cpu_num", &self.cpu_num),
            named("memory_info", &self.memory_info),
            named("memory_full", &self.memory_full),
            named("memory_percent", &self.memory_percent),
            named("page_faults", &self.page_faults),
            named("io_counters", &self.io_counters),
            named("num_ctx_switches", &self.num_ctx_switches),
            named("num_threads", &self.num_threads),
            named("num_fds", &self.num_fds),
            named("cgroups", &self.cgroups),
        ]
    }
}

fn named<'a>(name: &'static str, value: &'a impl ToValue) -> (Cow<'static, str>, Value<'a>) {
    (Cow::Borrowed(name), value.to_value())
}

/// Notes what is denied; what this machine or this process does not have is no news.
struct Asker<'a> {
    context: &'a mut Context,
}

impl Asker<'_> {
    fn known<T>(&mut self, what: &str, answer: psight::Result<T>) -> Option<T> {
        if let Err(error) = &answer
            && !matches!(
                error.kind(),
                ErrorKind::Unsupported | ErrorKind::NotFound | ErrorKind::ZombieProcess
            )
        {
            self.context.skipped.note(what, error);
        }
        answer.ok()
    }
}

fn children(process: &Process) -> Vec<(Pid, Option<OsString>)> {
    let children = process.children().unwrap_or_default();
    children.iter().map(|child| (child.pid(), child.name().ok())).collect()
}

fn limits(process: &Process) -> Vec<(&'static str, Limits)> {
    let limit = |resource: &Resource| Some((resource.name(), process.rlimit(*resource).ok()?));
    Resource::ALL.iter().filter_map(limit).collect()
}
