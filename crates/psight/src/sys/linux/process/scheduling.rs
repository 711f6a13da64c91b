//! When a process runs and what it waits for: `stat`, `task/<id>/schedstat`, `wchan`.

use std::ffi::OsString;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use psight_parse::linux::pid::schedstat::schedstat;

use super::Raw;
use super::cpu::{is_absence, tasks};
use crate::process::{Scheduling, SchedulingPolicy, ThreadTurns};
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

// task/<id>/schedstat
pub(crate) fn thread_turns(raw: &Raw) -> Result<Vec<ThreadTurns>> {
    let path = raw.dir().join("task");
    let (task, ids) = tasks(&path).map_err(|error| raw.failed(path.clone(), error))?;
    let mut threads = Vec::with_capacity(ids.len());
    let mut bytes = Vec::new();
    for id in ids {
        let name = format!("{id}/schedstat");
        match read::piece_at(task.as_fd(), name.as_str(), &mut bytes) {
            Ok(()) => {}
            Err(error) if is_absence(&error) => continue,
            Err(error) => return Err(Error::system(path.join(name), error).with_pid(raw.pid())),
        }
        // A row that is not understood is a thread less, not a listing less.
        threads.extend(schedstat(&bytes).ok().flatten().map(|told| ThreadTurns {
            id,
            run_time: Duration::from_nanos(told.run_ns),
            wait_time: Duration::from_nanos(told.wait_ns),
            turns: told.turns,
        }));
    }
    if threads.is_empty() {
        // Where it is still there it is the kernel that has no such file, or nothing in it.
        raw.nature()?;
        return Err(Error::unsupported("thread_turns").with_pid(raw.pid()));
    }
    Ok(threads)
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
