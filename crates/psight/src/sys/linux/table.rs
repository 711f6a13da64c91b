//! The table of all processes.

pub(crate) use super::super::unsupported::table::*;
