//! What only Linux has.

#[cfg(feature = "bpf")]
pub mod bpf;
