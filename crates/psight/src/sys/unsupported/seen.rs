//! What is remembered of an answer, to tell whether the next one is the same.

/// Nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {}
