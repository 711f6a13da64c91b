//! What a system without BPF keeps of it: nothing.

use std::sync::Arc;

use crate::Error;

/// The programs of a machine.
#[derive(Debug, Clone)]
pub(crate) struct Bpf;

impl Bpf {
    pub(crate) fn new() -> Self {
        Self
    }

    /// How many answers came through BPF.
    pub(crate) fn answers(&self) -> u64 {
        0
    }

    /// Why the last answer that was to come through BPF did not.
    pub(crate) fn refusal(&self) -> Option<Arc<Error>> {
        Some(Arc::new(Error::unsupported("BPF")))
    }
}
