//! The descriptors that a process holds.
