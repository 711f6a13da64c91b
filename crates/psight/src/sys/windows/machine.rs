//! What kernel32, powrprof, psapi and wtsapi32 tell of the machine.

pub(super) mod ffi;
pub(super) mod sessions;
