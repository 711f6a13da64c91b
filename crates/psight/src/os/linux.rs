//! What only Linux has.

pub mod cgroup;
mod keep;
