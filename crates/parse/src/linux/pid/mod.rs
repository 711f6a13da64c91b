//! What Linux says of one process, under `/proc/<pid>`.

pub mod stat;
