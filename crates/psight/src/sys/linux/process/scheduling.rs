//! When a process runs and what it waits for: `stat`, `wchan`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::Raw;
use crate::process::{Scheduling, SchedulingPolicy};
use crate::sys::linux::read;
use crate::{Error, Result};

// stat: priority, rt_priority, policy
pub(crate) fn scheduling(raw: &Raw) -> Result<Scheduling> {
    let told = raw.stat()?;
    match (told.policy, told.rt_priority) {
        (Some(policy), Some(rt_priority)) => {
            Ok(Scheduling { policy: policy_of(policy), priority: told.priority, rt_priority })
        }
        _ => Err(Error::unsupported("scheduling").with_pid(raw.pid())),
    }
}

// wchan
pub(crate) fn wchan(raw: &Raw) -> Result<Option<OsString>> {
    let path = raw.dir().join("wchan");
    let bytes = read::piece(&path).map_err(|error| raw.failed(path, error))?;
    // A name ends where the file does. Since 5.16 a `0` stands for none in any case, before that it might be empty.
    let is_name = !matches!(bytes.as_slice(), b"" | b"0");
    Ok(is_name.then(|| OsString::from_vec(bytes)))
}

/// include/uapi/linux/sched.h
pub(crate) fn policy_of(number: u32) -> SchedulingPolicy {
    match number {
        0 => SchedulingPolicy::Other,
        1 => SchedulingPolicy::Fifo,
        2 => SchedulingPolicy::RoundRobin,
        3 => SchedulingPolicy::Batch,
        5 => SchedulingPolicy::Idle,
        6 => SchedulingPolicy::Deadline,
        7 => SchedulingPolicy::Ext,
        number => SchedulingPolicy::Unknown(number),
    }
}
