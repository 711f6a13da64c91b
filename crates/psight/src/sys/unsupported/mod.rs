//! No system at all: the contract of a back-end, with every question refused.
#![allow(dead_code, reason = "a back-end takes from here only what it lacks")]

pub(crate) mod control;
pub(crate) mod cpu;
pub(crate) mod disk;
pub(crate) mod doctor;
pub(crate) mod files;
pub(crate) mod host;
pub(crate) mod limits;
pub(crate) mod memory;
pub(crate) mod net;
pub(crate) mod pressure;
pub(crate) mod process;
pub(crate) mod scheduling;
pub(crate) mod seen;
pub(crate) mod sensors;
pub(crate) mod standing;
pub(crate) mod table;
pub(crate) mod users;

/// What a build without a back-end says it runs on.
pub(crate) const OS: crate::Os = crate::Os::Linux;
