//! Descriptors of a process.

pub(crate) use super::super::unsupported::files::*;
