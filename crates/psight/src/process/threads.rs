//! The threads of a process.
