//! The commands, one file each.

pub(crate) mod battery;
pub(crate) mod completions;
pub(crate) mod cpu;
pub(crate) mod df;
pub(crate) mod doctor;
pub(crate) mod fans;
pub(crate) mod free;
pub(crate) mod ifconfig;
pub(crate) mod ionice;
pub(crate) mod iostat;
pub(crate) mod iotop;
pub(crate) mod kill;
pub(crate) mod killall;
pub(crate) mod lsof;
pub(crate) mod man;
pub(crate) mod meminfo;
pub(crate) mod netstat;
pub(crate) mod nettop;
pub(crate) mod nice;
pub(crate) mod overview;
pub(crate) mod pgrep;
pub(crate) mod pidof;
pub(crate) mod pkill;
pub(crate) mod pmap;
pub(crate) mod prlimit;
pub(crate) mod procinfo;
pub(crate) mod procsmem;
pub(crate) mod ps;
pub(crate) mod pstree;
pub(crate) mod renice;
pub(crate) mod rounds;
pub(crate) mod sensors;
#[cfg(windows)]
pub(crate) mod services;
pub(crate) mod targets;
pub(crate) mod taskset;
pub(crate) mod temperatures;
pub(crate) mod top;
pub(crate) mod tty;
pub(crate) mod uptime;
pub(crate) mod w;
pub(crate) mod who;

pub(crate) use crate::context::{Context, Failure};
