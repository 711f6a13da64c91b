//! Which system answers which question. Written by `cargo xtask codegen`: do not edit.
//!
//! What is listed as answered may still be `None` or refused on a machine that lacks the thing.

use crate::Os;

/// A question that a machine or a process can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Question {
    /// The part of psight that answers, as in `"memory"`.
    pub domain: &'static str,
    /// The name of the function, as in `"swap_memory"`.
    pub name: &'static str,
    /// The systems that answer.
    pub on: &'static [Os],
}

/// Every question, by domain and name.
pub const QUESTIONS: &[Question] = &[
    question("control", "children", &[Os::Linux, Os::Windows]),
    question("control", "cpu_affinity", &[Os::Linux, Os::Windows]),
    question("control", "ionice", &[Os::Linux, Os::Windows]),
    question("control", "nice", &[Os::Linux, Os::Windows]),
    question("control", "parent", &[Os::Linux, Os::Windows]),
    question("control", "pids", &[Os::Linux, Os::Windows]),
    question("control", "rlimit", &[Os::Linux]),
    question("control", "send_signal", &[Os::Linux, Os::Windows]),
    question("control", "set_cpu_affinity", &[Os::Linux, Os::Windows]),
    question("control", "set_ionice", &[Os::Linux, Os::Windows]),
    question("control", "set_nice", &[Os::Linux, Os::Windows]),
    question("control", "set_rlimit", &[Os::Linux]),
    question("control", "wait", &[Os::Linux, Os::Windows]),
    question("control", "wait_procs", &[Os::Linux, Os::Windows]),
    question("cpu", "cpu_count", &[Os::Linux, Os::Windows]),
    question("cpu", "cpu_count_physical", &[Os::Linux, Os::Windows]),
    question("cpu", "cpu_freq", &[Os::Linux, Os::Windows]),
    question("cpu", "cpu_stats", &[Os::Linux, Os::Windows]),
    question("cpu", "cpu_times", &[Os::Linux, Os::Windows]),
    question("cpu", "load_average", &[Os::Linux]),
    question("disk", "capture_statvfs", &[Os::Linux]),
    question("disk", "disk_io_counters", &[Os::Linux, Os::Windows]),
    question("disk", "disk_traffic", &[Os::Linux, Os::Windows]),
    question("disk", "disk_usage", &[Os::Linux, Os::Windows]),
    question("disk", "disks_not_counted", &[Os::Linux]),
    question("disk", "partitions", &[Os::Linux, Os::Windows]),
    question("files", "fds", &[Os::Linux]),
    question("files", "num_fds", &[Os::Linux, Os::Windows]),
    question("files", "open_files", &[Os::Linux, Os::Windows]),
    question("host", "boot_time", &[Os::Linux, Os::Windows]),
    question("host", "info", &[Os::Linux, Os::Windows]),
    question("host", "time_since_boot", &[Os::Linux, Os::Windows]),
    question("host", "uptime", &[Os::Linux, Os::Windows]),
    question("memory", "heap_info", &[Os::Linux, Os::Windows]),
    question("memory", "heap_trim", &[Os::Linux, Os::Windows]),
    question("memory", "memory_caches", &[Os::Linux]),
    question("memory", "swap_memory", &[Os::Linux, Os::Windows]),
    question("memory", "virtual_memory", &[Os::Linux, Os::Windows]),
    question("net", "connections", &[Os::Linux, Os::Windows]),
    question("net", "connections_with_all_owners", &[Os::Linux, Os::Windows]),
    question("net", "connections_with_owners", &[Os::Linux, Os::Windows]),
    question("net", "interface_addresses", &[Os::Linux]),
    question("net", "interface_stats", &[Os::Linux]),
    question("net", "net_io_counters", &[Os::Linux, Os::Windows]),
    question("process", "cgroups", &[Os::Linux]),
    question("process", "cmdline", &[Os::Linux, Os::Windows]),
    question("process", "cpu_num", &[Os::Linux]),
    question("process", "cpu_sample", &[Os::Linux, Os::Windows]),
    question("process", "cpu_times", &[Os::Linux, Os::Windows]),
    question("process", "create_time", &[Os::Linux, Os::Windows]),
    question("process", "cwd", &[Os::Linux, Os::Windows]),
    question("process", "environ", &[Os::Linux, Os::Windows]),
    question("process", "exe", &[Os::Linux, Os::Windows]),
    question("process", "exe_guess", &[Os::Linux, Os::Windows]),
    question("process", "fsgid", &[Os::Linux]),
    question("process", "fsuid", &[Os::Linux]),
    question("process", "gids", &[Os::Linux]),
    question("process", "groups", &[Os::Linux]),
    question("process", "has_terminal", &[Os::Linux]),
    question("process", "io_counters", &[Os::Linux, Os::Windows]),
    question("process", "is_kernel_thread", &[Os::Linux]),
    question("process", "memory_footprint", &[Os::Linux, Os::Windows]),
    question("process", "memory_info", &[Os::Linux, Os::Windows]),
    question("process", "memory_info_ex", &[Os::Linux, Os::Windows]),
    question("process", "memory_maps", &[Os::Linux, Os::Windows]),
    question("process", "memory_regions", &[Os::Linux, Os::Windows]),
    question("process", "name", &[Os::Linux, Os::Windows]),
    question("process", "namespace_pids", &[Os::Linux]),
    question("process", "num_ctx_switches", &[Os::Linux, Os::Windows]),
    question("process", "num_threads", &[Os::Linux, Os::Windows]),
    question("process", "page_faults", &[Os::Linux, Os::Windows]),
    question("process", "pgid", &[Os::Linux]),
    question("process", "ppid", &[Os::Linux, Os::Windows]),
    question("process", "root", &[Os::Linux]),
    question("process", "short_name", &[Os::Linux, Os::Windows]),
    question("process", "sid", &[Os::Linux]),
    question("process", "signal_masks", &[Os::Linux]),
    question("process", "status", &[Os::Linux, Os::Windows]),
    question("process", "terminal", &[Os::Linux]),
    question("process", "threads", &[Os::Linux, Os::Windows]),
    question("process", "uids", &[Os::Linux]),
    question("process", "umask", &[Os::Linux]),
    question("process", "username", &[Os::Linux, Os::Windows]),
    question("sensors", "battery", &[Os::Linux, Os::Windows]),
    question("sensors", "fans", &[Os::Linux]),
    question("sensors", "power_supplies", &[Os::Linux]),
    question("sensors", "temperatures", &[Os::Linux]),
    question("table", "processes", &[Os::Linux, Os::Windows]),
    question("users", "users", &[Os::Linux, Os::Windows]),
];

const fn question(domain: &'static str, name: &'static str, on: &'static [Os]) -> Question {
    Question { domain, name, on }
}
