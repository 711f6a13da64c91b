//! The table of all processes.
