//! How many threads would run if there were processors enough.

use super::kernel::{Snapshot, here};
use crate::{Error, Host, Result};

/// The threads of all processes but the idle one that run or are ready to, without the one that asks.
// SystemProcessInformation ThreadState
pub(crate) fn count(host: &Host) -> Result<u32> {
    here(host, "load average")?;
    let everybody = Snapshot::take()?;
    let (mut count, mut is_known) = (0_u32, false);
    for process in everybody.processes()? {
        if process.unique_process_id == 0 {
            continue;
        }
        let is_own = process.unique_process_id == std::process::id();
        for thread in process.threads() {
            count += u32::from(thread.is_runnable());
            is_known |= is_own && thread.is_running();
        }
    }
    // Who asks runs: where nobody of this process does, the kernel does not tell what threads do.
    if is_known { Ok(count.saturating_sub(1)) } else { Err(Error::unsupported("load average")) }
}
