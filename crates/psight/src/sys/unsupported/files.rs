//! Descriptors of a process, refused.
