//! The memory that a process holds.
