//! Windows. Processes come from ntdll, the machine from kernel32, iphlpapi and their like; nothing from WMI.

use std::path::PathBuf;

use crate::Pid;
use crate::process::{Cgroup, GroupIds, SignalMasks, UsedFile, UserIds};

pub(crate) mod control;
pub(crate) mod cpu;
pub(crate) mod disk;
pub(crate) mod files;
pub(crate) mod host;
pub(crate) mod memory;
pub(crate) mod net;
pub(crate) mod privilege;
pub(crate) mod process;
pub(crate) mod process_memory;
pub(crate) mod runnable;
pub(crate) mod sensors;
pub(crate) mod services;
pub(crate) mod table;
pub(crate) mod users;
pub(crate) use super::unsupported::control::{pid_max, rlimit, set_rlimit};
pub(crate) use super::unsupported::cpu::{load_average, task_counts};
pub(crate) use super::unsupported::disk::{capture_statvfs, disk_devices, disks_not_counted};
pub(crate) use super::unsupported::files::fds;
pub(crate) use super::unsupported::host::hardware;
pub(crate) use super::unsupported::memory::{
    committed_memory, memory_caches, memory_details, memory_events,
};
pub(crate) use super::unsupported::net::{
    capture_addresses, capture_links, capture_routes, protocol_counters,
};
pub(crate) use super::unsupported::sensors::{fans, power_supplies, temperatures};
pub(crate) use super::unsupported::users::{
    Listed, asked_name, group_id, group_name, login_records, terminal_idle,
    terminal_takes_messages, user_id,
};
pub(crate) use super::unsupported::{doctor, limits, pressure, scheduling, seen, standing};

// Each with the type of an answer.
process::refuse!(unsupported::process::{
    root: Option<PathBuf>,
    terminal: Option<PathBuf>,
    has_terminal: bool,
    uids: UserIds,
    gids: GroupIds,
    fsuid: u32,
    fsgid: u32,
    groups: Vec<u32>,
    pgid: Pid,
    sid: Pid,
    foreground_pgid: Option<Pid>,
    used_files: Vec<UsedFile>,
    umask: Option<u32>,
    signal_masks: SignalMasks,
    namespace_pids: Vec<Pid>,
    cgroups: Vec<Cgroup>,
    is_kernel_thread: bool,
    cpu_num: Option<u32>,
});

mod ffi;
mod groups;
mod kernel;
mod machine;
mod opened;
mod paths;
mod records;
mod text;

pub(crate) const OS: crate::Os = crate::Os::Windows;

// The structures of the kernel are decoded as a 64-bit Windows lays them out.
const _: () = assert!(size_of::<usize>() == 8, "psight needs a 64-bit Windows");
