//! Linux. Everything comes from `/proc`, `/sys`, netlink and a few system calls.

#[cfg(feature = "bpf")]
pub(crate) mod bpf;
pub(crate) mod control;
pub(crate) mod cpu;
pub(crate) mod disk;
pub(crate) mod doctor;
pub(crate) mod file_scanner;
pub(crate) mod files;
pub(crate) mod host;
pub(crate) mod limits;
pub(crate) mod memory;
pub(crate) mod net;
pub(crate) mod open_files;
pub(crate) mod pressure;
pub(crate) mod process;
pub(crate) mod reach;
pub(crate) mod seen;
pub(crate) mod sensors;
pub(crate) mod table;
pub(crate) mod users;

pub(crate) use process::{scheduling, standing};

mod ffi;
mod path;
mod pidfd;
mod procfs;
mod read;
mod records;

pub(crate) const OS: crate::Os = crate::Os::Linux;
