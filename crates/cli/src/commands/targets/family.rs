//! The processes that others started: for `--tree`.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use psight::process::Status;
use psight::table::{Columns, ProcessRow};
use psight::{Host, Process};

use super::{Protected, Target};
use crate::commands::Failure;

/// How often the machine is looked at for new descendants before those that cannot be stopped have won.
const ROUNDS: usize = 100;
/// How long is waited for those that were told to stop.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often is looked whether they have.
const BETWEEN_LOOKS: Duration = Duration::from_micros(200);

/// `roots` and all their descendants, parents before their children.
pub(crate) fn with_descendants(host: &Host, roots: Vec<Target>) -> Result<Vec<Target>, Failure> {
    let rows = host.processes(Columns::NAME | Columns::PPID)?;
    let mut all = roots;
    let new = descendants(&rows, &all, host);
    all.extend(new);
    Ok(all)
}

/// A tree that stands still, and those of it that were stopped for that.
#[derive(Debug)]
pub(crate) struct Frozen {
    /// Parents before their children.
    pub(crate) targets: Vec<Target>,
    /// Who has to be let go on.
    pub(crate) stopped: Vec<Process>,
}

/// `roots` and all their descendants, each stopped, so that none starts another while the list is made and worked off.
///
/// Linux: fork(2) looks for signals when it begins, so that one that is on its way may still come to its end after
/// SIGSTOP was sent. What a look at the machine finds once a process stands still are all its children; they are stopped
/// and looked at in their turn until there are no new ones.
///
/// Who is `protected` is not stopped: psight itself may be in the tree. Whoever ends psight in the few milliseconds that
/// this takes leaves the tree standing: SIGCONT lets it go on.
pub(crate) fn frozen(
    host: &Host,
    roots: Vec<Target>,
    protected: &Protected,
) -> Result<Frozen, Failure> {
    let mut frozen = Frozen { targets: roots, stopped: Vec::new() };
    let mut looked_at = 0;
    for _ in 0..ROUNDS {
        let before = frozen.stopped.len();
        for target in frozen.targets.iter().skip(looked_at) {
            let pid = target.pid();
            let is_exempt = protected.is_own(pid) || protected.is_ancestor(pid);
            // What was stopped before stays so afterwards.
            let is_still = target.process.status().is_ok_and(|status| status == Status::Stopped);
            // Who may not be stopped may not be ended either, and that is told where it is tried.
            if !is_exempt && !is_still && target.process.suspend().is_ok() {
                frozen.stopped.push(target.process.clone());
            }
        }
        looked_at = frozen.targets.len();
        settle(frozen.stopped.iter().skip(before));
        let rows = match host.processes(Columns::NAME | Columns::PPID) {
            Ok(rows) => rows,
            Err(error) => {
                thaw(&frozen.stopped);
                return Err(error.into());
            }
        };
        let new = descendants(&rows, &frozen.targets, host);
        if new.is_empty() {
            break;
        }
        frozen.targets.extend(new);
    }
    Ok(frozen)
}

/// Waits until all of these stand still. One that waits for a disk does not before it wakes, and starts nothing either.
fn settle<'a>(stopped: impl Iterator<Item = &'a Process>) {
    let deadline = Instant::now() + PATIENCE;
    for process in stopped {
        while !stands_still(process) && Instant::now() < deadline {
            std::thread::sleep(BETWEEN_LOOKS);
        }
    }
}

/// Whether no thread of the process runs: each is stopped, or has exited.
fn stands_still(process: &Process) -> bool {
    let is_still = |task: &Process| {
        task.status().map_or(true, |status| {
            matches!(status, Status::Stopped | Status::TracingStop | Status::Zombie | Status::Dead)
        })
    };
    if !is_still(process) {
        return false;
    }
    // Most have one thread, and its state is the process's.
    if process.num_threads().is_ok_and(|threads| threads <= 1) {
        return true;
    }
    let threads = process.threads().unwrap_or_default();
    let mut tasks = threads.iter().filter_map(|thread| process.host().process(thread.id).ok());
    tasks.all(|task| is_still(&task))
}

/// Lets go on who was stopped, in the order in which they were. One that has gone needs nothing.
pub(crate) fn thaw(stopped: &[Process]) {
    for process in stopped {
        let _ = process.resume();
    }
}

/// The descendants of `known` that are not in it, parents before their children.
fn descendants(rows: &[ProcessRow], known: &[Target], host: &Host) -> Vec<Target> {
    let member = |row: &ProcessRow| Member {
        pid: row.pid.as_u32(),
        parent: row.ppid.map(u32::from),
        start: row.start_ticks(),
    };
    let members: Vec<Member> = rows.iter().map(member).collect();
    let known: Vec<(u32, Option<u64>)> = known
        .iter()
        .map(|target| (target.pid().as_u32(), target.process.known_start_ticks()))
        .collect();
    let new = below(&members, &known).into_iter().filter_map(|at| rows.get(at));
    new.map(|row| Target::of_row(row, host)).collect()
}

/// A process as a look at the machine finds it.
#[derive(Debug, Clone, Copy)]
struct Member {
    pid: u32,
    parent: Option<u32>,
    start: Option<u64>,
}

/// Where in `members` the descendants of `known` stand that are not in it. Who has the pid of one that is known and
/// another start is somebody else, whose children are none of theirs.
fn below(members: &[Member], known: &[(u32, Option<u64>)]) -> Vec<usize> {
    let mut children: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut starts: HashMap<u32, Option<u64>> = HashMap::new();
    for (at, member) in members.iter().enumerate() {
        starts.insert(member.pid, member.start);
        if let Some(parent) = member.parent {
            children.entry(parent).or_default().push(at);
        }
    }
    let mut seen: HashSet<u32> = known.iter().map(|(pid, _)| *pid).collect();
    let is_same = |(pid, start): &&(u32, Option<u64>)| match (start, starts.get(pid)) {
        (Some(start), Some(Some(now))) => start == now,
        // A start that is not known tells nothing of a change.
        _ => true,
    };
    let mut waiting: VecDeque<u32> = known.iter().filter(is_same).map(|(pid, _)| *pid).collect();
    let mut new = Vec::new();
    while let Some(parent) = waiting.pop_front() {
        for at in children.get(&parent).into_iter().flatten() {
            let Some(member) = members.get(*at) else { continue };
            if seen.insert(member.pid) {
                waiting.push_back(member.pid);
                new.push(*at);
            }
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(rows: &[(u32, u32, u64)]) -> Vec<Member> {
        let member = |(pid, parent, start): &(u32, u32, u64)| Member {
            pid: *pid,
            parent: Some(*parent),
            start: Some(*start),
        };
        rows.iter().map(member).collect()
    }

    #[test]
    fn parents_come_before_their_children_and_nobody_twice() {
        let members = members(&[(1, 0, 0), (5, 9, 3), (7, 1, 1), (8, 7, 2), (9, 7, 2), (10, 1, 4)]);
        assert_eq!(below(&members, &[(7, Some(1))]), [3, 4, 1]);
        assert_eq!(below(&members, &[(7, Some(1)), (9, Some(2))]), [3, 1]);
    }

    #[test]
    fn t26_children_of_who_has_the_pid_by_now_are_none_of_the_tree() {
        let members = members(&[(7, 1, 50), (8, 7, 60)]);
        assert_eq!(below(&members, &[(7, Some(1))]), [0; 0]);
        assert_eq!(below(&members, &[(7, Some(50))]), [1]);
        assert_eq!(below(&members, &[(7, None)]), [1]);
    }

    #[test]
    fn t27_a_circle_ends() {
        let members = members(&[(7, 8, 1), (8, 7, 1)]);
        assert_eq!(below(&members, &[(7, Some(1))]), [1]);
    }
}
