//! What only Linux has.

#[cfg(feature = "bpf")]
pub mod bpf;
#[cfg(unix)]
pub mod pidfd;
