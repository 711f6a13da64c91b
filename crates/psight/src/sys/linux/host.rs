//! The machine itself.

use crate::host::Constants;

/// The auxiliary vector: `AT_PAGESZ`, `AT_CLKTCK`.
pub(crate) fn constants() -> Constants {
    Constants {
        page_size: rustix::param::page_size() as u64,
        ticks_per_second: rustix::param::clock_ticks_per_second(),
        captured_at: None,
    }
}
