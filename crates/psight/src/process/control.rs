//! Control over a process: signals, priorities, affinity, limits.
