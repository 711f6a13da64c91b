//! Control over processes.
