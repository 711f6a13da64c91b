//! Files of the system that stay open from one question to the next: without a `/proc` there are none.

#[derive(Clone, Default)]
pub(crate) struct OpenFiles {}

impl OpenFiles {
    #[allow(clippy::unused_self, reason = "other systems have something to close")]
    pub(crate) fn close(&self) {}
}
