//! Parents and children, from one list of all processes. Windows notes who started a process, and keeps the number when
//! that one has ended and another has got it: who began later is no parent.

use std::collections::HashSet;

use super::super::kernel::{Snapshot, here};
use crate::{ErrorKind, Pid, Process, Result};

// ProcessBasicInformation InheritedFromUniqueProcessId
pub(crate) fn parent(process: &Process) -> Result<Option<Process>> {
    let (pid, start) = (process.ppid()?, process.start());
    if pid == process.pid() {
        return Ok(None);
    }
    match process.host().process(pid) {
        Ok(parent) if start.is_none_or(|start| parent.start() <= Some(start)) => Ok(Some(parent)),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NoSuchProcess => Ok(None),
        Err(error) => Err(error),
    }
}

/// What has to be known of one process.
#[derive(Debug, Clone, Copy)]
struct Member {
    pid: u32,
    ppid: u32,
    start: u64,
}

/// In the order of their pids; with `recursive` theirs too, in psutil's order: the children of one process together, then
/// those of its last child.
// NtQuerySystemInformation SystemProcessInformation
pub(crate) fn children(process: &Process, recursive: bool) -> Result<Vec<Process>> {
    here(process.host(), "children")?;
    // Whether the pid is still its own.
    process.ppid()?;
    let everybody = Snapshot::take()?;
    let mut members: Vec<_> = everybody
        .processes()?
        .iter()
        .map(|process| Member {
            pid: process.unique_process_id,
            ppid: process.inherited_from_unique_process_id,
            start: process.times.create_time,
        })
        .collect();
    members.sort_unstable_by_key(|member| (member.ppid, member.pid));
    let root = Member { pid: process.pid().as_u32(), ppid: 0, start: process.start().unwrap_or(0) };
    let found = below(root, &members, recursive).into_iter();
    let known =
        found.map(|child| Process::known(process.host(), Pid::new(child.pid), Some(child.start)));
    Ok(known.collect())
}

/// Goes down the tree; `members` are in the order of their parents.
fn below(root: Member, members: &[Member], recursive: bool) -> Vec<Member> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([root.pid]);
    let mut next = vec![root];
    while let Some(parent) = next.pop() {
        let from = members.partition_point(|member| member.ppid < parent.pid);
        let children = members.get(from..).unwrap_or_default().iter();
        for child in children.take_while(|child| child.ppid == parent.pid) {
            // One that is older has a reused pid for its parent's. What was seen before would be a circle.
            if child.start >= parent.start && seen.insert(child.pid) {
                found.push(*child);
                if recursive {
                    next.push(*child);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pids(recursive: bool) -> Vec<u32> {
        let member = |(pid, ppid, start)| Member { pid, ppid, start };
        // 20 is older than 8, whose pid it has for its parent's; 0 is its own parent.
        let members =
            [(0, 0, 0), (12, 8, 3), (16, 8, 3), (20, 8, 1), (24, 12, 4), (28, 16, 4)].map(member);
        let root = Member { pid: 8, ppid: 4, start: 2 };
        below(root, &members, recursive).iter().map(|member| member.pid).collect()
    }

    #[test]
    fn who_is_older_is_no_child() {
        assert_eq!(pids(false), [12, 16]);
    }

    #[test]
    fn grandchildren_follow_the_last_child_first() {
        assert_eq!(pids(true), [12, 16, 28, 24]);
    }
}
