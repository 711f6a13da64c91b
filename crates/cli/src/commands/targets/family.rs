//! The processes that others started: for `--tree`.

use std::collections::{HashMap, HashSet, VecDeque};

use psight::process::Status;
use psight::table::{Columns, ProcessRow};
use psight::{Host, Pid, Process};

use super::{Protected, Target};
use crate::commands::Failure;

/// How often the machine is looked at for new descendants before those that cannot be stopped have won.
const ROUNDS: usize = 100;

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
/// Linux: a process to which SIGSTOP was sent starts no other any more: fork(2) fails for it, and is tried again when it
/// goes on, from the moment that the signal is pending. So what a look at the machine finds after that are all its
/// children; they are stopped and looked at in their turn until there are no new ones.
///
/// Who is `protected` is not stopped: psight itself may be in the tree.
pub(crate) fn frozen(
    host: &Host,
    roots: Vec<Target>,
    protected: &Protected,
) -> Result<Frozen, Failure> {
    let mut frozen = Frozen { targets: roots, stopped: Vec::new() };
    let mut looked_at = 0;
    for _ in 0..ROUNDS {
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

/// Lets go on who was stopped, in the order in which they were. One that has gone needs nothing.
pub(crate) fn thaw(stopped: &[Process]) {
    for process in stopped {
        let _ = process.resume();
    }
}

/// The descendants of `known` that are not in it, parents before their children.
fn descendants(rows: &[ProcessRow], known: &[Target], host: &Host) -> Vec<Target> {
    let mut children: HashMap<Pid, Vec<&ProcessRow>> = HashMap::new();
    for row in rows {
        if let Some(parent) = row.ppid {
            children.entry(parent).or_default().push(row);
        }
    }
    let mut seen: HashSet<Pid> = known.iter().map(Target::pid).collect();
    let mut waiting: VecDeque<Pid> = known.iter().map(Target::pid).collect();
    let mut new = Vec::new();
    while let Some(parent) = waiting.pop_front() {
        for row in children.get(&parent).into_iter().flatten() {
            if seen.insert(row.pid) {
                waiting.push_back(row.pid);
                new.push(Target::of_row(row, host));
            }
        }
    }
    new
}
