//! The machine itself, refused.

use crate::host::Constants;

/// Values that no kernel had to be asked for; a back-end that counts in pages or ticks states its own.
pub(crate) fn constants() -> Constants {
    Constants { page_size: 4096, ticks_per_second: 100, captured_at: None }
}
