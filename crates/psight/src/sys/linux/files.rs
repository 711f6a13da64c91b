//! Descriptors of a process.
