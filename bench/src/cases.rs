//! What is measured: each case is a question, who is asked, and what is aimed at.

use crate::workload::Load;

/// A question to several.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) load: Load,
    /// How often it is asked in each pass.
    pub(crate) calls: u32,
    /// How often a contender that stays is measured, the first time not counted.
    pub(crate) passes: usize,
    pub(crate) who: &'static [Who],
    pub(crate) aims: &'static [Aim],
}

/// Who is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    /// A contender of this program, by its name.
    Here(&'static str),
    /// A Python package.
    Python(&'static str),
    /// psight's Python package, asked for more: `bpf` or `kept`.
    PythonWith(&'static str),
    /// A program that is started, asked and gone: its name and its arguments, with `{pid}` for the process.
    Tool(&'static [&'static str]),
    /// The same of our command line.
    Ours(&'static [&'static str]),
    /// A program that shows everything on a terminal once a second: what it takes in a second.
    Screen(&'static [&'static str]),
}

/// What is aimed at.
pub(crate) struct Aim {
    pub(crate) ours: &'static str,
    pub(crate) theirs: &'static str,
    pub(crate) goal: Goal,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    /// At least so many times cheaper.
    Cheaper(f64),
    /// At most so many times as dear.
    Within(f64),
}

impl Who {
    /// What it is called in the results.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Here(name) => name.to_owned(),
            Self::Python("psight") => PYTHON.to_owned(),
            Self::PythonWith("bpf") => PYTHON_BPF.to_owned(),
            Self::PythonWith("kept") => PYTHON_KEPT.to_owned(),
            Self::PythonWith(other) => format!("{PYTHON}, {other}"),
            Self::Python(module) => module.to_owned(),
            Self::Tool(words) | Self::Screen(words) => words.join(" "),
            Self::Ours(words) => format!("psight {}", words.join(" ")),
        }
    }
}

const fn cheaper(ours: &'static str, theirs: &'static str, times: f64) -> Aim {
    Aim { ours, theirs, goal: Goal::Cheaper(times) }
}

const fn within(ours: &'static str, theirs: &'static str, times: f64) -> Aim {
    Aim { ours, theirs, goal: Goal::Within(times) }
}

const PSIGHT: Who = Who::Here(RUST);
const KEPT: Who = Who::Here(KEPT_OPEN);
const BPF: Who = Who::Here(BY_BPF);
const EXACT: Who = Who::Here(MEMORY_INFO);
const FLOOR: Who = Who::Here("floor");
const OPEN_FLOOR: Who = Who::Here(KEPT_FLOOR);
const SYSINFO: Who = Who::Here("sysinfo");
const PROCFS: Who = Who::Here("procfs");
const OURS: Who = Who::Python("psight");
const OURS_OPEN: Who = Who::PythonWith("kept");
const PSUTIL: Who = Who::Python("psutil");

const RUST: &str = "psight";
const KEPT_OPEN: &str = "psight, kept open";
/// The floor of those that keep files open.
pub(crate) const KEPT_FLOOR: &str = "floor, kept open";
const BY_BPF: &str = "psight, BPF";
const MEMORY_INFO: &str = "psight, memory_info";
const PYTHON: &str = "psight in Python";
const PYTHON_BPF: &str = "psight in Python, BPF";
const PYTHON_KEPT: &str = "psight in Python, kept open";

const PS: &[&str] =
    &["ps", "-eo", "pid,ppid,comm,stat,ruid,euid,user,time,rss,vsz,lstart,nlwp,args"];

const PS_NAME: &str = "ps -eo pid,ppid,comm,stat,ruid,euid,user,time,rss,vsz,lstart,nlwp,args";

/// All cases, in the order of the report.
pub(crate) const CASES: &[Case] = &[
    Case {
        name: "table",
        about: "every process: pid, ppid, name, status, uids, username, cpu_times, memory, create_time, num_threads, \
                cmdline",
        load: Load::Crowd,
        calls: 1,
        passes: 7,
        who: &[
            PSIGHT,
            KEPT,
            EXACT,
            BPF,
            FLOOR,
            OPEN_FLOOR,
            SYSINFO,
            PROCFS,
            OURS,
            OURS_OPEN,
            Who::PythonWith("bpf"),
            PSUTIL,
            Who::Tool(PS),
        ],
        aims: &[
            cheaper(RUST, "psutil", 8.0),
            cheaper(RUST, "sysinfo", 1.8),
            cheaper(RUST, "procfs", 2.8),
            within(RUST, "floor", 1.06),
            cheaper(KEPT_OPEN, "psutil", 10.0),
            cheaper(KEPT_OPEN, "sysinfo", 2.2),
            cheaper(PYTHON, "psutil", 6.5),
            cheaper(PYTHON_KEPT, "psutil", 6.5),
            within(PYTHON, MEMORY_INFO, 1.2),
            cheaper(RUST, PS_NAME, 3.0),
            cheaper(BY_BPF, "psutil", 30.0),
            cheaper(BY_BPF, "sysinfo", 7.0),
            cheaper(PYTHON_BPF, "psutil", 16.0),
        ],
    },
    Case {
        name: "cold",
        about: "the same from Python, with every Process made anew",
        load: Load::Crowd,
        calls: 1,
        passes: 5,
        who: &[FLOOR, OURS, PSUTIL],
        aims: &[cheaper(PYTHON, "psutil", 8.0)],
    },
    Case {
        name: "wide",
        about: "the table with exe, cwd, num_fds and io_counters",
        load: Load::Crowd,
        calls: 1,
        passes: 5,
        who: &[PSIGHT, FLOOR, SYSINFO, PROCFS, OURS, PSUTIL],
        aims: &[
            cheaper(RUST, "psutil", 5.5),
            cheaper(RUST, "sysinfo", 1.5),
            within(RUST, "floor", 1.06),
            cheaper(PYTHON, "psutil", 4.5),
        ],
    },
    Case {
        name: "monitor",
        about: "name, processor use and memory of every process, as a monitor asks again and again",
        load: Load::Crowd,
        calls: 1,
        passes: 7,
        who: &[
            PSIGHT,
            KEPT,
            FLOOR,
            SYSINFO,
            OURS,
            PSUTIL,
            Who::Screen(&["top", "-d", "1"]),
            Who::Screen(&["htop", "-d", "10"]),
            Who::Screen(&["btm", "--basic", "--rate", "1000"]),
        ],
        aims: &[
            within(RUST, "floor", 1.06),
            cheaper(RUST, "top -d 1", 1.5),
            cheaper(RUST, "htop -d 10", 3.0),
            cheaper(RUST, "btm --basic --rate 1000", 3.0),
            cheaper(PYTHON, "psutil", 3.0),
        ],
    },
    Case {
        name: "busy",
        about: "name and processor use of every process",
        load: Load::Crowd,
        calls: 1,
        passes: 7,
        who: &[PSIGHT, KEPT, OURS, PSUTIL],
        aims: &[cheaper(KEPT_OPEN, RUST, 1.5), cheaper(RUST, "psutil", 3.0)],
    },
    Case {
        name: "pids",
        about: "the pids of all processes",
        load: Load::Crowd,
        calls: 5,
        passes: 7,
        who: &[PSIGHT, FLOOR, PROCFS, OURS, PSUTIL],
        aims: &[cheaper(RUST, "psutil", 1.25), within(RUST, "floor", 1.1)],
    },
    Case {
        name: "footprint",
        about: "USS and PSS of every process",
        load: Load::Crowd,
        calls: 1,
        passes: 4,
        who: &[PSIGHT, FLOOR, OURS, PSUTIL],
        aims: &[cheaper(RUST, "psutil", 2.0)],
    },
    Case {
        name: "connections",
        about: "10,500 sockets with the processes that hold them",
        load: Load::Sockets,
        calls: 1,
        passes: 5,
        who: &[
            PSIGHT,
            BPF,
            FLOOR,
            PROCFS,
            OURS,
            Who::PythonWith("bpf"),
            PSUTIL,
            Who::Tool(&["ss", "-anp"]),
        ],
        aims: &[
            cheaper(RUST, "psutil", 2.0),
            cheaper(PYTHON, "psutil", 2.0),
            cheaper(BY_BPF, "psutil", 8.0),
            cheaper(PYTHON_BPF, "psutil", 8.0),
        ],
    },
    Case {
        name: "sockets",
        about: "10,500 sockets without their processes",
        load: Load::Sockets,
        calls: 1,
        passes: 7,
        who: &[PSIGHT, PROCFS, PSUTIL, Who::Tool(&["ss", "-an"])],
        aims: &[
            cheaper(RUST, "psutil", 12.0),
            cheaper(RUST, "procfs", 2.0),
            cheaper(RUST, "ss -an", 3.0),
        ],
    },
    Case {
        name: "open_files",
        about: "the open files of a process with 20,000 descriptors",
        load: Load::Descriptors,
        calls: 1,
        passes: 5,
        who: &[PSIGHT, BPF, FLOOR, OURS, PSUTIL, Who::Tool(&["lsof", "-p", "{pid}"])],
        aims: &[
            cheaper(RUST, "psutil", 2.5),
            cheaper(PYTHON, "psutil", 2.5),
            cheaper(BY_BPF, "psutil", 15.0),
        ],
    },
    Case {
        name: "num_fds",
        about: "how many descriptors that process has",
        load: Load::Descriptors,
        calls: 4,
        passes: 7,
        who: &[PSIGHT, OURS, PSUTIL],
        aims: &[cheaper(RUST, "psutil", 1000.0), cheaper(PYTHON, "psutil", 1000.0)],
    },
    Case {
        name: "memory_maps",
        about: "the mappings of a process with 5,000, with their PSS",
        load: Load::Mappings,
        calls: 1,
        passes: 6,
        who: &[PSIGHT, FLOOR, PROCFS, OURS, PSUTIL, Who::Tool(&["pmap", "-x", "{pid}"])],
        aims: &[cheaper(RUST, "psutil", 6.0), cheaper(PYTHON, "psutil", 5.0)],
    },
    Case {
        name: "threads",
        about: "the threads of a process with 2,000",
        load: Load::Threads,
        calls: 1,
        passes: 6,
        who: &[PSIGHT, BPF, FLOOR, PROCFS, OURS, PSUTIL],
        aims: &[
            cheaper(RUST, "psutil", 2.2),
            cheaper(PYTHON, "psutil", 2.0),
            cheaper(BY_BPF, "psutil", 30.0),
        ],
    },
    Case {
        name: "children_of_a_leaf",
        about: "all descendants of a process that has none",
        load: Load::Crowd,
        calls: 4,
        passes: 5,
        who: &[PSIGHT, OURS, PSUTIL],
        aims: &[cheaper(RUST, "psutil", 5000.0)],
    },
    Case {
        name: "descendants",
        about: "all descendants of a process that has 3,000",
        load: Load::Parent,
        calls: 1,
        passes: 5,
        who: &[PSIGHT, BPF, FLOOR, OURS, PSUTIL, Who::Tool(&["pstree", "-p", "{pid}"])],
        aims: &[
            cheaper(RUST, "psutil", 9.0),
            cheaper(PYTHON, "psutil", 6.0),
            cheaper(BY_BPF, "psutil", 25.0),
        ],
    },
    command(
        "command_ps",
        Load::Crowd,
        &[
            Who::Ours(&["ps", "aux"]),
            Who::Ours(&["--bpf", "ps", "aux"]),
            FLOOR,
            Who::Tool(&["ps", "aux"]),
        ],
        &[
            cheaper("psight ps aux", "ps aux", 2.0),
            within("psight ps aux", "floor", 1.5),
            cheaper("psight --bpf ps aux", "ps aux", 2.0),
        ],
    ),
    command(
        "command_pgrep",
        Load::Crowd,
        &[Who::Ours(&["pgrep", "cat"]), Who::Tool(&["pgrep", "cat"])],
        &[cheaper("psight pgrep cat", "pgrep cat", 2.0)],
    ),
    command(
        "command_pstree",
        Load::Crowd,
        &[Who::Ours(&["pstree"]), Who::Tool(&["pstree"])],
        &[cheaper("psight pstree", "pstree", 2.0)],
    ),
    command(
        "command_netstat",
        Load::Sockets,
        &[
            Who::Ours(&["netstat", "-anp"]),
            Who::Ours(&["--bpf", "netstat", "-anp"]),
            FLOOR,
            Who::Tool(&["netstat", "-anp"]),
            Who::Tool(&["ss", "-anp"]),
        ],
        &[
            cheaper("psight netstat -anp", "netstat -anp", 2.0),
            cheaper("psight netstat -anp", "ss -anp", 2.0),
            within("psight netstat -anp", "floor", 1.5),
            cheaper("psight --bpf netstat -anp", "netstat -anp", 2.0),
            cheaper("psight --bpf netstat -anp", "ss -anp", 2.0),
        ],
    ),
    command(
        "command_lsof",
        Load::Descriptors,
        &[Who::Ours(&["lsof", "-p", "{pid}"]), Who::Tool(&["lsof", "-p", "{pid}"])],
        &[cheaper("psight lsof -p {pid}", "lsof -p {pid}", 2.0)],
    ),
    command(
        "command_pmap",
        Load::Mappings,
        &[Who::Ours(&["pmap", "-x", "{pid}"]), FLOOR, Who::Tool(&["pmap", "-x", "{pid}"])],
        &[cheaper("psight pmap -x {pid}", "pmap -x {pid}", 2.0)],
    ),
    command(
        "command_free",
        Load::None,
        &[Who::Ours(&["free"]), Who::Tool(&["free"])],
        &[cheaper("psight free", "free", 2.0)],
    ),
    Case {
        name: "scale",
        about: "30,000 processes, of one machine or of as many smaller ones; each is a folder of files",
        load: Load::Folders,
        calls: 1,
        passes: 4,
        who: &[
            Who::Here("300 processes"),
            Who::Here("3000 processes"),
            Who::Here("30000 processes"),
            Who::Here("floor of 300 processes"),
            Who::Here("floor of 3000 processes"),
            Who::Here("floor of 30000 processes"),
        ],
        // The file system's own cost grows with its files; ours may not.
        aims: &[
            within("300 processes", "floor of 300 processes", 1.2),
            within("3000 processes", "floor of 3000 processes", 1.2),
            within("30000 processes", "floor of 30000 processes", 1.2),
        ],
    },
    call(
        "cpu_times",
        &[PSIGHT, FLOOR, OPEN_FLOOR, PROCFS, OURS, OURS_OPEN, PSUTIL],
        &[cheaper(PYTHON, "psutil", 3.0), cheaper(PYTHON_KEPT, "psutil", 3.0)],
    ),
    call("cpu_times_each", &[FLOOR, OURS, PSUTIL], &[]),
    call("cpu_percent", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("cpu_stats", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call(
        "virtual_memory",
        &[PSIGHT, FLOOR, OPEN_FLOOR, SYSINFO, PROCFS, OURS, OURS_OPEN, PSUTIL],
        &[cheaper(PYTHON, "psutil", 7.0), cheaper(PYTHON_KEPT, "psutil", 7.0)],
    ),
    call("swap_memory", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call(
        "disk_io_counters",
        &[PSIGHT, FLOOR, OPEN_FLOOR, SYSINFO, PROCFS, OURS, OURS_OPEN, PSUTIL],
        &[cheaper(PYTHON, "psutil", 12.0), cheaper(PYTHON_KEPT, "psutil", 12.0)],
    ),
    call("disk_partitions", &[OURS, PSUTIL], &[]),
    call(
        "net_io_counters",
        &[PSIGHT, FLOOR, OPEN_FLOOR, SYSINFO, PROCFS, OURS, OURS_OPEN, PSUTIL],
        &[cheaper(PYTHON, "psutil", 6.0), cheaper(PYTHON_KEPT, "psutil", 6.0)],
    ),
    call("net_if_addrs", &[OURS, PSUTIL], &[]),
    call("net_if_stats", &[OURS, PSUTIL], &[]),
    call("boot_time", &[FLOOR, OURS, PSUTIL], &[]),
    call("process", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_name", &[PSIGHT, FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_ppid", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_status", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_uids", &[PSIGHT, FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_username", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_cpu_times", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_cpu_percent", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_memory_info", &[PSIGHT, FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_num_threads", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_num_ctx_switches", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_io_counters", &[FLOOR, OURS, PSUTIL], &[]),
    call("process_cmdline", &[FLOOR, OURS, PSUTIL], &[]),
    call("process_cwd", &[OURS, PSUTIL], &[]),
    call("process_nice", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_ionice", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_cpu_affinity", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_is_running", &[FLOOR, OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    call("process_as_dict", &[OURS, PSUTIL], &[cheaper(PYTHON, "psutil", 3.0)]),
    Case {
        name: "import",
        about: "importing the package, without what Python itself needs to start",
        load: Load::None,
        calls: 1,
        passes: 1,
        who: &[OURS, PSUTIL],
        aims: &[cheaper(PYTHON, "psutil", 9.0)],
    },
    Case {
        name: "churn",
        about: "the table while twenty processes a second come and go",
        load: Load::Churn,
        calls: 1,
        passes: 7,
        who: &[PSIGHT, FLOOR, SYSINFO, OURS, PSUTIL],
        aims: &[cheaper(RUST, "psutil", 8.0)],
    },
];

/// A call that is over at once, about the machine or about a process that sleeps.
const fn call(name: &'static str, who: &'static [Who], aims: &'static [Aim]) -> Case {
    Case { name, about: "one call", load: Load::Call, calls: 500, passes: 8, who, aims }
}

/// A program from its start to its end, ours and the one of the same name.
const fn command(
    name: &'static str,
    load: Load,
    who: &'static [Who],
    aims: &'static [Aim],
) -> Case {
    Case {
        name,
        about: "a whole command, from its start to its end",
        load,
        calls: 1,
        // Of the floor; a command begins anew each time.
        passes: 3,
        who,
        aims,
    }
}
