//! The names that `ps` has for columns: the head of each, what it is made of, and how it looks.

use psight::process::SchedulingPolicy;
use psight::record::Value;
use psight::table::Columns;

use super::asked::{Question, Signals, Who};
use super::columns::{Part as Rows, Reader, Shown};
use super::units::Part;

/// How a value is shown to people, where its unit does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    /// A number, or a text, that is no field of the library's records.
    Number,
    Text,
    Kibibytes,
    Terminal,
    State,
    Letter,
    Start,
    StartSecond,
    StartDay,
    Time,
    Clock,
    Elapsed,
    Seconds,
    Moment,
    Command,
    Environment,
    Short,
    Nice,
    RealTime,
    Class,
    Flags,
    RunsOn,
    Foreground,
    Mask,
    /// Eight bytes in hexadecimal, as an address is written.
    Octets,
    List,
}

/// What a column is made of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// A field of the row, or a part of one: `uids.effective`.
    Row(&'static str),
    /// Worked out from columns; with what programs know it by.
    Made(&'static str, Columns, fn(&Shown, &Reader) -> Value<'static>),
    /// Asked of each process, with the columns that the answer needs besides.
    Asked(&'static str, Question, Columns),
}

/// Names of `ps` for a column.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) names: &'static [&'static str],
    pub(super) head: &'static str,
    pub(super) source: Source,
    pub(super) look: Look,
}

impl Known {
    /// What programs know the column by.
    pub(super) fn key(&self) -> &'static str {
        match self.source {
            Source::Row(key) | Source::Made(key, ..) | Source::Asked(key, ..) => key,
        }
    }
}

const fn place(
    names: &'static [&'static str],
    head: &'static str,
    key: &'static str,
    part: Part,
) -> Known {
    asked(names, head, key, Question::Place(part), Look::Text)
}

const fn row(
    names: &'static [&'static str],
    head: &'static str,
    path: &'static str,
    look: Look,
) -> Known {
    Known { names, head, source: Source::Row(path), look }
}

const fn made(
    names: &'static [&'static str],
    head: &'static str,
    key: &'static str,
    needs: Columns,
    value: fn(&Shown, &Reader) -> Value<'static>,
) -> Known {
    Known { names, head, source: Source::Made(key, needs, value), look: Look::Number }
}

const fn asked(
    names: &'static [&'static str],
    head: &'static str,
    key: &'static str,
    question: Question,
    look: Look,
) -> Known {
    let needs = match question {
        Question::User(_) => Columns::UIDS,
        Question::Group(_) => Columns::GIDS,
        Question::Foreground => Columns::TERMINAL,
        _ => Columns::PID,
    };
    Known { names, head, source: Source::Asked(key, question, needs), look }
}

/// Who a process is: its numbers and those who it belongs to.
const IDENTITY: &[Known] = &[
    row(&["pid"], "PID", "pid", Look::Plain),
    row(&["tgid"], "TGID", "pid", Look::Plain),
    made(&["lwp"], "LWP", "tid", Columns::PID, |row, _| thread(row)),
    made(&["tid"], "TID", "tid", Columns::PID, |row, _| thread(row)),
    made(&["spid"], "SPID", "tid", Columns::PID, |row, _| thread(row)),
    row(&["ppid"], "PPID", "ppid", Look::Plain),
    row(&["pgid"], "PGID", "pgid", Look::Plain),
    row(&["pgrp"], "PGRP", "pgid", Look::Plain),
    row(&["sid"], "SID", "sid", Look::Plain),
    row(&["sess", "session"], "SESS", "sid", Look::Plain),
    asked(&["tpgid"], "TPGID", "tpgid", Question::Foreground, Look::Foreground),
    row(&["user", "uname"], "USER", "euser", Look::Text),
    row(&["euser"], "EUSER", "euser", Look::Text),
    row(&["uid_hack"], "UID", "euser", Look::Text),
    row(&["username"], "USER", "username", Look::Plain),
    row(&["ruser"], "RUSER", "username", Look::Plain),
    asked(&["suser"], "SUSER", "suser", Question::User(Who::Saved), Look::Text),
    asked(&["svuser"], "SVUSER", "suser", Question::User(Who::Saved), Look::Text),
    asked(&["fuser"], "FUSER", "fsuser", Question::User(Who::Files), Look::Text),
    asked(&["fsuser"], "FSUSER", "fsuser", Question::User(Who::Files), Look::Text),
    row(&["uid"], "UID", "euid", Look::Plain),
    row(&["euid"], "EUID", "euid", Look::Plain),
    row(&["ruid"], "RUID", "uids.real", Look::Plain),
    row(&["suid"], "SUID", "uids.saved", Look::Plain),
    row(&["svuid"], "SVUID", "uids.saved", Look::Plain),
    asked(&["fuid"], "FUID", "fsuid", Question::FileUser, Look::Number),
    asked(&["fsuid"], "FSUID", "fsuid", Question::FileUser, Look::Number),
    row(&["gid"], "GID", "gids.effective", Look::Plain),
    row(&["egid"], "EGID", "gids.effective", Look::Plain),
    row(&["rgid"], "RGID", "gids.real", Look::Plain),
    row(&["sgid"], "SGID", "gids.saved", Look::Plain),
    row(&["svgid"], "SVGID", "gids.saved", Look::Plain),
    asked(&["fgid"], "FGID", "fsgid", Question::FileGroup, Look::Number),
    asked(&["fsgid"], "FSGID", "fsgid", Question::FileGroup, Look::Number),
    asked(&["group"], "GROUP", "egroup", Question::Group(Who::Effective), Look::Text),
    asked(&["egroup"], "EGROUP", "egroup", Question::Group(Who::Effective), Look::Text),
    asked(&["rgroup"], "RGROUP", "rgroup", Question::Group(Who::Real), Look::Text),
    asked(&["sgroup"], "SGROUP", "sgroup", Question::Group(Who::Saved), Look::Text),
    asked(&["svgroup"], "SVGROUP", "sgroup", Question::Group(Who::Saved), Look::Text),
    asked(&["fgroup"], "FGROUP", "fsgroup", Question::Group(Who::Files), Look::Text),
    asked(&["fsgroup"], "FSGROUP", "fsgroup", Question::Group(Who::Files), Look::Text),
    asked(&["supgid"], "SUPGID", "groups", Question::OtherGroups, Look::List),
    asked(&["supgrp"], "SUPGRP", "group_names", Question::OtherGroupNames, Look::List),
    asked(&["luid"], "LUID", "login_uid", Question::LoginUser, Look::Number),
    asked(&["label"], "LABEL", "label", Question::Label, Look::Text),
    asked(&["context"], "CONTEXT", "label", Question::Label, Look::Text),
    asked(&["cgroup"], "CGROUP", "cgroup", Question::Cgroup, Look::List),
    asked(&["cgname"], "CGNAME", "cgroup", Question::Cgroup, Look::List),
    place(&["unit"], "UNIT", "unit", Part::Unit),
    place(&["uunit"], "UUNIT", "user_unit", Part::UserUnit),
    place(&["slice"], "SLICE", "slice", Part::Slice),
    place(&["lsession"], "SESSION", "login_session", Part::Session),
    place(&["ouid"], "OWNER", "session_owner", Part::Owner),
    place(&["machine"], "MACHINE", "machine", Part::Machine),
    place(&["lxc"], "LXC", "lxc", Part::Lxc),
    // What only logind and Solaris could say.
    made(&["seat"], "SEAT", "seat", Columns::PID, |_, _| Value::Null),
    made(&["zone"], "ZONE", "zone", Columns::PID, |_, _| Value::Null),
    asked(&["cgroupns"], "CGROUPNS", "cgroupns", Question::Namespace("cgroup"), Look::Number),
    asked(&["ipcns"], "IPCNS", "ipcns", Question::Namespace("ipc"), Look::Number),
    asked(&["mntns"], "MNTNS", "mntns", Question::Namespace("mnt"), Look::Number),
    asked(&["netns"], "NETNS", "netns", Question::Namespace("net"), Look::Number),
    asked(&["pidns"], "PIDNS", "pidns", Question::Namespace("pid"), Look::Number),
    asked(&["timens"], "TIMENS", "timens", Question::Namespace("time"), Look::Number),
    asked(&["userns"], "USERNS", "userns", Question::Namespace("user"), Look::Number),
    asked(&["utsns"], "UTSNS", "utsns", Question::Namespace("uts"), Look::Number),
    row(&["terminal", "tty", "tt"], "TT", "terminal", Look::Terminal),
    row(&["tname", "longtname", "tty4", "tty8"], "TTY", "terminal", Look::Terminal),
    row(&["comm", "ucomm"], "COMMAND", "name", Look::Plain),
    row(&["name"], "NAME", "name", Look::Plain),
    row(&["ucmd"], "CMD", "name", Look::Plain),
    row(&["fname"], "COMMAND", "name", Look::Short),
    row(&["cmdline", "args", "command"], "COMMAND", "cmdline", Look::Command),
    row(&["cmd"], "CMD", "cmdline", Look::Command),
    asked(&["environ"], "ENVIRON", "environ", Question::Environment, Look::Environment),
];

/// What a process does, since when, and when it gets its turn.
const WORK: &[Known] = &[
    row(&["cpu_percent", "%cpu", "pcpu"], "%CPU", "cpu_percent", Look::Plain),
    made(&["c", "util"], "C", "cpu_percent", LIFE, whole_percent),
    made(&["cp"], "CP", "cpu_permille", LIFE, |row, reader| match lifetime_percent(row, reader) {
        Value::Float(percent) => Value::Uint((percent * 10.0 + 1e-6) as u64),
        other => other,
    }),
    row(&["cpu_times", "bsdtime"], "TIME", "cpu_times", Look::Time),
    row(&["time", "cputime", "atime"], "TIME", "cpu_times", Look::Clock),
    made(&["cputimes", "times"], "TIME", "cputimes", Columns::CPU_TIMES, |row, _| {
        row.cpu_times.map_or(Value::Null, |times| Value::Uint(times.total() as u64))
    }),
    row(&["create_time", "start_time"], "START", "create_time", Look::Start),
    row(&["stime"], "STIME", "create_time", Look::Start),
    row(&["start"], "STARTED", "create_time", Look::StartSecond),
    row(&["bsdstart"], "START", "create_time", Look::StartDay),
    row(&["lstart"], "STARTED", "create_time", Look::Moment),
    row(&["etime", "elapsed"], "ELAPSED", "create_time", Look::Elapsed),
    row(&["etimes"], "ELAPSED", "create_time", Look::Seconds),
    row(&["stat"], "STAT", "status", Look::State),
    row(&["state", "s"], "S", "status", Look::Letter),
    row(&["status"], "STATUS", "status", Look::Plain),
    row(&["flags", "flag", "f"], "F", "flags", Look::Flags),
    asked(&["wchan", "wname"], "WCHAN", "wchan", Question::Wchan, Look::Text),
    row(&["nice", "ni"], "NI", "nice", Look::Nice),
    made(&["pri"], "PRI", "pri", Columns::PRIORITY, |row, _| priority(row, |it| 39 - it)),
    row(&["priority"], "PRI", "priority", Look::Plain),
    made(&["opri", "intpri"], "PRI", "opri", Columns::PRIORITY, |row, _| {
        priority(row, |it| 60 + it)
    }),
    made(&["pri_api"], "API", "pri_api", Columns::PRIORITY, |row, _| priority(row, |it| -1 - it)),
    made(&["pri_bar"], "BAR", "pri_bar", Columns::PRIORITY, |row, _| priority(row, |it| it + 1)),
    made(&["pri_baz"], "BAZ", "pri_baz", Columns::PRIORITY, |row, _| priority(row, |it| it + 100)),
    made(&["pri_foo"], "FOO", "pri_foo", Columns::PRIORITY, |row, _| priority(row, |it| it - 20)),
    row(&["rtprio", "rt_priority"], "RTPRIO", "rt_priority", Look::RealTime),
    row(&["cls", "class"], "CLS", "policy", Look::Class),
    row(&["policy"], "POL", "policy", Look::Class),
    made(&["sched"], "SCH", "policy_number", Columns::POLICY, |row, _| {
        row.policy.map_or(Value::Null, |policy| Value::Uint(number_of(policy).into()))
    }),
    row(&["num_threads", "nlwp"], "NLWP", "num_threads", Look::Plain),
    row(&["thcount"], "THCNT", "num_threads", Look::Plain),
    row(&["cpu_num", "psr"], "PSR", "cpu_num", Look::Plain),
    row(&["cpuid"], "CPUID", "cpu_num", Look::Plain),
    row(&["lastcpu"], "C", "cpu_num", Look::Plain),
    row(&["sgi_p"], "P", "cpu_num", Look::RunsOn),
    signals(&["pending", "sig"], "PENDING", "pending", Signals::Pending),
    signals(&["tsig"], "PENDING", "thread_pending", Signals::OfThread),
    signals(&["sig_pend"], "SIGNAL", "pending", Signals::Pending),
    signals(&["blocked", "sig_block", "sigmask"], "BLOCKED", "blocked", Signals::Blocked),
    signals(&["ignored", "sig_ignore", "sigignore"], "IGNORED", "ignored", Signals::Ignored),
    signals(&["caught", "sigcatch"], "CAUGHT", "caught", Signals::Caught),
    signals(&["sig_catch"], "CATCHED", "caught", Signals::Caught),
];

/// What a process uses.
const USE: &[Known] = &[
    row(&["memory_percent", "%mem", "pmem"], "%MEM", "memory_percent", Look::Plain),
    row(&["vms", "vsz", "vsize"], "VSZ", "vms", Look::Kibibytes),
    row(&["rss", "rssize", "sgi_rss"], "RSS", "rss", Look::Kibibytes),
    row(&["rsz"], "RSZ", "rss", Look::Kibibytes),
    row(&["size"], "SIZE", "memory_info.data", Look::Kibibytes),
    made(&["sz"], "SZ", "sz", Columns::VMS.and(Columns::MEMORY_INFO), |row, reader| {
        let pages = row.vms.zip(reader.page_size).map(|(bytes, page)| bytes / page);
        pages.map_or(Value::Null, Value::Uint)
    }),
    row(&["uss"], "USS", "memory_footprint.uss", Look::Kibibytes),
    row(&["pss"], "PSS", "memory_footprint.pss", Look::Kibibytes),
    row(&["swap"], "SWAP", "memory_footprint.swap", Look::Kibibytes),
    row(&["min_flt"], "MINFL", "page_faults.minor", Look::Plain),
    row(&["minflt"], "MINFLT", "page_faults.minor", Look::Plain),
    row(&["maj_flt"], "MAJFL", "page_faults.major", Look::Plain),
    row(&["majflt"], "MAJFLT", "page_faults.major", Look::Plain),
    row(&["pagein"], "PAGEIN", "page_faults.major", Look::Plain),
    row(&["rbytes"], "RBYTES", "io_counters.read_bytes", Look::Plain),
    row(&["wbytes"], "WBYTES", "io_counters.write_bytes", Look::Plain),
    row(&["wcbytes"], "WCBYTES", "io_counters.cancelled_write_bytes", Look::Plain),
    row(&["rchars"], "RCHARS", "io_counters.read_chars", Look::Plain),
    row(&["wchars"], "WCHARS", "io_counters.write_chars", Look::Plain),
    row(&["rops"], "ROPS", "io_counters.read_count", Look::Plain),
    row(&["wops"], "WOPS", "io_counters.write_count", Look::Plain),
    row(&["num_fds", "fds"], "FDS", "num_fds", Look::Plain),
    asked(&["oom"], "OOM", "oom_score", Question::OomScore, Look::Number),
    asked(&["oomadj"], "OOMADJ", "oom_score_adj", Question::OomAdjustment, Look::Number),
    // What `ps -l` has had nothing to say in since Linux has no such addresses.
    made(&["addr"], "ADDR", "addr", Columns::PID, |_, _| Value::Null),
    // No kernel tells the registers of a process that lives, or its timers; they are 0 there.
    address(&["esp"], "ESP", "esp", |_, _| Value::Uint(0)),
    address(&["eip"], "EIP", "eip", |_, _| Value::Uint(0)),
    address(&["stackp", "start_stack"], "STACKP", "stackp", |_, _| Value::Null),
    made(&["tmout"], "TMOUT", "tmout", Columns::PID, |_, _| Value::Null),
    made(&["alarm"], "ALARM", "alarm", Columns::PID, |_, _| Value::Null),
    kibibytes(&["trs", "m_trs"], "TRS", "memory_info.text", |row, _| code(row)),
    kibibytes(&["trss"], "TRSS", "memory_info.text", |row, _| code(row)),
    kibibytes(&["tsiz"], "TSIZ", "memory_info.text", |row, _| code(row)),
    kibibytes(&["drs", "m_drs"], "DRS", "data_resident", |row, _| but_for_code(row)),
    kibibytes(&["dsiz"], "DSIZ", "data_resident", |row, _| but_for_code(row)),
    made(&["m_size"], "SIZE", "vms", Columns::VMS, |row, _| {
        row.vms.map_or(Value::Null, Value::Uint)
    }),
];

/// An address, which is eight bytes.
const fn address(
    names: &'static [&'static str],
    head: &'static str,
    key: &'static str,
    value: fn(&Shown, &Reader) -> Value<'static>,
) -> Known {
    Known { names, head, source: Source::Made(key, Columns::PID, value), look: Look::Octets }
}

/// An amount of memory that is worked out.
const fn kibibytes(
    names: &'static [&'static str],
    head: &'static str,
    key: &'static str,
    value: fn(&Shown, &Reader) -> Value<'static>,
) -> Known {
    let needs = Columns::VMS.and(Columns::MEMORY_INFO);
    Known { names, head, source: Source::Made(key, needs, value), look: Look::Kibibytes }
}

/// The program's code, in whole pages.
fn code(row: &Shown) -> Value<'static> {
    let text = row.memory_info.as_ref().and_then(|memory| memory.text);
    text.map_or(Value::Null, Value::Uint)
}

/// The rest of its memory.
fn but_for_code(row: &Shown) -> Value<'static> {
    let rest = row.memory_info.as_ref().and_then(|memory| memory.vms.checked_sub(memory.text?));
    rest.map_or(Value::Null, Value::Uint)
}

/// How wide columns are in `ps` at least, where that is more than their heads need.
const ROOM: &[(usize, &str)] = &[
    (2, "c util"),
    (3, "ni nice lastcpu cp"),
    (
        5,
        "pid tgid lwp tid spid ppid pgid pgrp sid sess session uid euid ruid suid fuid gid egid rgid sgid fgid luid \
         rss rssize rsz sz size pss uss drs m_drs m_trs m_size rops wops",
    ),
    (6, "bsdtime bsdstart vsz vsize wchan wname maj_flt min_flt"),
    (
        8,
        "user uname euser uid_hack ruser suser svuser fuser fsuser group egroup rgroup sgroup svgroup fgroup fsgroup \
         time cputime atime cputimes times start tt tty tname tty8 longtname fname lxc",
    ),
    (4, "sgi_rss trs oom tty4"),
    (10, "cgroupns ipcns mntns netns pidns timens userns utsns"),
    (11, "etime lsession seat"),
    (15, "comm ucomm ucmd"),
    (16, "stackp start_stack"),
    (20, "supgid"),
    (24, "lstart"),
    (27, "args command cmd cgroup cgname exe"),
    (31, "label context machine slice unit uunit zone"),
    (40, "supgrp"),
];

/// Columns of pids, which have room for the largest that there may be.
const PIDS: &str = "pid tgid lwp tid spid ppid pgid pgrp sid sess session tpgid";

/// Whether the column of this name has pids.
pub(super) fn is_of_pids(name: &str) -> bool {
    PIDS.split_ascii_whitespace().any(|own| own == name)
}

/// The room that `ps` gives to the column of this name.
pub(super) fn room(name: &str) -> usize {
    let has = |names: &str| names.split_ascii_whitespace().any(|own| own == name);
    ROOM.iter().find(|(_, names)| has(names)).map_or(0, |(width, _)| *width)
}

/// Columns that only a thread has something in, where threads are under their processes, as `ps -m` has it.
const OF_THREADS: &str = "blocked caught class cls cpuid eip esp ignored intpri lastcpu lwp ni nice oom oomadj opri policy \
    pri pri_api pri_bar pri_baz pri_foo priority psr rbytes rchars rops s sched sgi_p sig_block sig_catch sig_ignore \
    sigcatch sigignore sigmask spid stat state tid wbytes wcbytes wchan wchars wname wops";
/// And those that only the whole process has.
const OF_PROCESSES: &str = "%mem args cgname cgroup cmd comm command drs dsiz exe fname longtname m_drs m_size m_trs nlwp \
    pgid pgrp pid pmem ppid pss rss rssize rsz sess session sgi_rss sid size stackp start_stack sz tgid thcount tname \
    tpgid trs trss tsiz tt tty tty4 tty8 ucmd ucomm uss vsize vsz";

/// The rows in which the column of this name has nothing.
pub(super) fn empty_in(name: &str) -> Option<Rows> {
    let is_in = |names: &str| names.split_ascii_whitespace().any(|own| own == name);
    match name {
        _ if is_in(OF_THREADS) => Some(Rows::Whole),
        _ if is_in(OF_PROCESSES) => Some(Rows::Thread),
        _ => None,
    }
}

/// What a percentage of a life is made of.
pub(super) const LIFE: Columns = Columns::CPU_TIMES.and(Columns::CREATE_TIME);

const fn signals(
    names: &'static [&'static str],
    head: &'static str,
    key: &'static str,
    which: Signals,
) -> Known {
    asked(names, head, key, Question::Signals(which), Look::Mask)
}

/// All names.
pub(super) fn all() -> impl Iterator<Item = &'static Known> {
    IDENTITY.iter().chain(WORK).chain(USE)
}

fn thread(row: &Shown) -> Value<'static> {
    Value::Uint(row.thread.unwrap_or(row.pid.as_u32()).into())
}

fn priority(row: &Shown, rank: impl Fn(i32) -> i32) -> Value<'static> {
    row.priority.map_or(Value::Null, |priority| Value::Int(rank(priority).into()))
}

/// The number that the kernel has for these rules.
fn number_of(policy: SchedulingPolicy) -> u32 {
    match policy {
        SchedulingPolicy::Other => 0,
        SchedulingPolicy::Fifo => 1,
        SchedulingPolicy::RoundRobin => 2,
        SchedulingPolicy::Batch => 3,
        SchedulingPolicy::Idle => 5,
        SchedulingPolicy::Deadline => 6,
        SchedulingPolicy::Ext => 7,
        SchedulingPolicy::Unknown(number) => number,
        _ => u32::MAX,
    }
}

/// What `ps` has room for in two places.
fn whole_percent(row: &Shown, reader: &Reader) -> Value<'static> {
    match lifetime_percent(row, reader) {
        Value::Float(percent) => Value::Uint((percent as u64).min(99)),
        other => other,
    }
}

/// The average since the process started, as `ps` has it: a look at the table is one moment, which has no percentage.
pub(super) fn lifetime_percent(row: &Shown, reader: &Reader) -> Value<'static> {
    let (Some(times), Some(start)) = (row.cpu_times, row.create_time) else { return Value::Null };
    match reader.now.duration_since(start) {
        Ok(age) => Value::Float(times.percent_of(age)),
        Err(_) => Value::Null,
    }
}
