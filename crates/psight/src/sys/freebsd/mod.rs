//! FreeBSD. Nothing is answered yet.

pub(crate) use super::unsupported::{
    control, cpu, disk, doctor, files, host, limits, memory, net, pressure, process, scheduling,
    seen, sensors, standing, table, users,
};

pub(crate) const OS: crate::Os = crate::Os::Freebsd;
