//! Parents and children.
//!
//! The children of a process stand in the `children` file of each of its threads, which costs as much as the process
//! has threads, however many processes there are. The kernel goes through its list from one child to the next and
//! counts from the start again when the one it stands at is gone, so it leaves some out when others *before* them are
//! reaped meanwhile. All those before had been written out already: so if every process that was written out is still
//! there, and still this one's child, none is missing. Otherwise the file is read again, and when that does not help,
//! the `stat` of every process is. So it is when a family turns out to be the larger part of all processes. Through BPF,
//! which reads all for what a few dozen cost, it is enough that a family is not small.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::os::fd::{AsFd, OwnedFd};

use psight_parse::linux::pid::stat::stat;
use psight_parse::text;

use super::super::process::Raw;
use super::super::read;
#[cfg(feature = "bpf")]
use crate::table::{Columns, ProcessRow};
use crate::{Error, ErrorKind, Host, Pid, Process, Result};

/// What has to be known of one process.
#[derive(Debug, Clone, Copy)]
struct Member {
    pid: u32,
    ppid: u32,
    start: u64,
    threads: u32,
}

// stat, ppid
pub(crate) fn parent(process: &Process) -> Result<Option<Process>> {
    let mut asked = None;
    loop {
        let itself = match Reader::new(process)?.itself(process) {
            // The first process has none that its own pid namespace knows, whoever may look at it.
            Err(error) if error.is_denied() && process.pid().as_u32() == 1 => return Ok(None),
            itself => itself?,
        };
        // The same answer a second time: it is there, and cannot be seen, or is no parent of ours.
        if itself.ppid == 0 || asked == Some(itself.ppid) {
            return Ok(None);
        }
        asked = Some(itself.ppid);
        match process.host().process(itself.ppid) {
            Ok(parent) if parent.start().is_none_or(|start| start <= itself.start) => {
                return Ok(Some(parent));
            }
            // It ended meanwhile, and perhaps another process has its pid: the child has a new parent now.
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NoSuchProcess => {}
            Err(error) => return Err(error),
        }
    }
}

// task/<tid>/children and stat; else stat of every process
pub(crate) fn children(process: &Process, recursive: bool) -> Result<Vec<Process>> {
    let mut reader = Reader::new(process)?;
    let root = reader.itself(process)?;
    let found = match collect(root, recursive, |member| reader.children(member)) {
        Some(found) => found,
        None => {
            // What was read before may be what could not be right.
            reader.known.clear();
            let pids = reader.pids()?;
            let everyone = reader.everyone(&pids);
            collect(root, recursive, |member| Some(of(&everyone, member.pid))).unwrap_or_default()
        }
    };
    let known =
        |member: Member| Process::known(process.host(), Pid::new(member.pid), Some(member.start));
    Ok(found.into_iter().map(known).collect())
}

/// Goes down the tree in psutil's order: the children of one process together, then those of its last child. `of` says
/// who has a process for parent, by pid; its `None` ends it all.
fn collect(
    root: Member,
    recursive: bool,
    mut of: impl FnMut(Member) -> Option<Vec<Member>>,
) -> Option<Vec<Member>> {
    let mut found = Vec::new();
    let mut seen = HashSet::from([root.pid]);
    let mut next = vec![root];
    while let Some(parent) = next.pop() {
        for child in of(parent)? {
            // One that is older has a reused pid for its parent's. What was seen before would be a circle.
            if child.start < parent.start || !seen.insert(child.pid) {
                continue;
            }
            found.push(child);
            if recursive {
                next.push(child);
            }
        }
    }
    Some(found)
}

/// Those of `everyone`, who are in the order of their parents, that have this parent.
fn of(everyone: &[Member], parent: u32) -> Vec<Member> {
    let from = everyone.partition_point(|other| other.ppid < parent);
    let all = everyone.get(from..).unwrap_or_default().iter();
    all.take_while(|other| other.ppid == parent).copied().collect()
}

/// Reads below one `/proc`, with the same buffers again and again.
struct Reader {
    proc: OwnedFd,
    path: String,
    bytes: Vec<u8>,
    /// How many more `children` files are read before all of `/proc` costs less.
    left: u32,
    /// What was read of children.
    known: HashMap<u32, Member>,
    /// How many processes there were when that was asked.
    processes: Option<usize>,
    /// Everyone by parent, once that costs less than asking parent by parent.
    everyone: Option<Vec<Member>>,
    /// What reads everyone through BPF, until that was tried.
    by_bpf: Option<Host>,
}

/// How often the children are asked for before the answer is taken to be in motion.
const ATTEMPTS: usize = 3;
/// A thread's file costs half of what a process's `stat` does, and few machines have more processes than this.
const FILES: u32 = 8192;
/// A family of fewer is not compared with the number of all processes.
const SMALL: usize = 100;

impl Reader {
    fn new(process: &Process) -> Result<Self> {
        let path = process.host().proc();
        let proc = read::directory(path).map_err(|error| Error::system(path, error))?;
        Ok(Self {
            proc,
            path: String::new(),
            bytes: Vec::new(),
            left: FILES,
            known: HashMap::new(),
            processes: None,
            everyone: None,
            by_bpf: Some(process.host()).filter(|host| reads_by_bpf(host)).cloned(),
        })
    }

    /// What is true of `process` now, if the pid is still its own.
    fn itself(&mut self, process: &Process) -> Result<Member> {
        let raw = Raw::new(process.host(), process.pid());
        let stat = raw.stat()?;
        if process.start().is_some_and(|start| start != stat.starttime_ticks) {
            return Err(Error::pid_reused(process.pid()));
        }
        Ok(Member {
            pid: process.pid().as_u32(),
            ppid: stat.ppid,
            start: stat.starttime_ticks,
            threads: stat.num_threads,
        })
    }

    /// The children of `parent` by pid; `None` where they cannot be known from its own files.
    fn children(&mut self, parent: Member) -> Option<Vec<Member>> {
        if let Some(pids) = self.pids_if_most() {
            self.everyone = Some(self.everyone(&pids));
        }
        if let Some(everyone) = &self.everyone {
            return Some(of(everyone, parent.pid));
        }
        for _ in 0..ATTEMPTS {
            let children = self.attempt(parent);
            if children.is_some() {
                return children;
            }
            if let Some(everyone) = &self.everyone {
                return Some(of(everyone, parent.pid));
            }
            if self.member(parent.pid).is_none_or(|now| now.start != parent.start) {
                // It has ended: nobody has it for parent any more.
                return Some(Vec::new());
            }
        }
        None
    }

    /// All pids, if most of the processes are read already, so that the `stat` of the others costs less than two files of
    /// each.
    fn pids_if_most(&mut self) -> Option<Vec<u32>> {
        let known = self.known.len();
        let is_most = |processes: usize| known > processes / 2;
        if known < SMALL
            || self.everyone.is_some()
            || self.processes.is_some_and(|all| !is_most(all))
        {
            return None;
        }
        let pids = self.pids();
        self.processes = Some(pids.as_ref().map_or(usize::MAX, Vec::len));
        pids.ok().filter(|pids| is_most(pids.len()))
    }

    fn attempt(&mut self, parent: Member) -> Option<Vec<Member>> {
        let mut pids = Vec::new();
        if parent.threads <= 1 {
            self.children_of_thread(parent.pid, parent.pid, &mut pids)?;
        } else {
            let threads = self.threads(parent.pid)?;
            for thread in &threads {
                self.children_of_thread(parent.pid, *thread, &mut pids)?;
            }
            // The children of a thread that ended went over to another, whose file may have been read before.
            if self.threads(parent.pid)? != threads {
                return None;
            }
        }
        pids.sort_unstable();
        let child = |pid| self.member(pid).filter(|child| child.ppid == parent.pid);
        let children: Vec<Member> = pids.into_iter().map(child).collect::<Option<_>>()?;
        self.known.extend(children.iter().map(|child| (child.pid, *child)));
        Some(children)
    }

    fn threads(&mut self, pid: u32) -> Option<Vec<u32>> {
        self.path.clear();
        write!(self.path, "{pid}/task").ok()?;
        let dir = read::directory_at(self.proc.as_fd(), self.path.as_str()).ok()?;
        let mut threads = Vec::new();
        read::numbers(dir.as_fd(), &mut threads).ok()?;
        Some(threads)
    }

    /// Missing where the kernel is built without it (`CONFIG_PROC_CHILDREN`).
    fn children_of_thread(&mut self, pid: u32, thread: u32, into: &mut Vec<u32>) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        self.path.clear();
        write!(self.path, "{pid}/task/{thread}/children").ok()?;
        // Even the list is dear where it is long, since the kernel looks for the place of each child in it.
        let enough = self.enough();
        // Behind each pid stands a blank; pids have one digit to seven.
        let are_many = |bytes: &[u8]| {
            bytes.len() / 2 > enough && bytes.iter().filter(|byte| **byte == b' ').count() > enough
        };
        let is_enough = |bytes: &[u8], _| are_many(bytes);
        read::until_at(self.proc.as_fd(), self.path.as_str(), &mut self.bytes, is_enough).ok()?;
        if are_many(&self.bytes) {
            self.everyone = self.everyone_by_bpf();
            if self.everyone.is_some() {
                return None;
            }
            read::file_at(self.proc.as_fd(), self.path.as_str(), &mut self.bytes).ok()?;
        }
        into.extend(text::words(&self.bytes).filter_map(text::u32));
        Some(())
    }

    /// More children than these make a family that is not small, where that makes a difference.
    fn enough(&self) -> usize {
        match self.by_bpf {
            Some(_) => SMALL.saturating_sub(self.known.len()),
            None => usize::MAX,
        }
    }

    /// All processes in one reading of the kernel's own list. It is tried once.
    #[cfg(feature = "bpf")]
    fn everyone_by_bpf(&mut self) -> Option<Vec<Member>> {
        let mut scanner = self.by_bpf.take()?.scanner(Columns::PPID | Columns::NUM_THREADS).ok()?;
        let mut everyone = Vec::new();
        let member = |row: &ProcessRow| {
            Some(Member {
                pid: row.pid.as_u32(),
                ppid: row.ppid?.as_u32(),
                start: row.start_ticks()?,
                threads: row.num_threads?,
            })
        };
        scanner.scan(|row| everyone.extend(member(row))).ok()?;
        Some(by_parent(everyone))
    }

    #[cfg(not(feature = "bpf"))]
    fn everyone_by_bpf(&mut self) -> Option<Vec<Member>> {
        self.by_bpf.take().and(None)
    }

    fn member(&mut self, pid: u32) -> Option<Member> {
        self.path.clear();
        write!(self.path, "{pid}/stat").ok()?;
        read::piece_at(self.proc.as_fd(), self.path.as_str(), &mut self.bytes).ok()?;
        let stat = stat(&self.bytes).ok()?;
        Some(Member {
            pid,
            ppid: stat.ppid,
            start: stat.starttime_ticks,
            threads: stat.num_threads,
        })
    }

    fn pids(&self) -> Result<Vec<u32>> {
        let mut pids = Vec::new();
        read::directory_at(self.proc.as_fd(), ".")
            .and_then(|dir| read::numbers(dir.as_fd(), &mut pids))
            .map_err(|error| Error::system("/proc", error))?;
        Ok(pids)
    }

    /// All processes, those with one parent together, each family by pid. Those that may not be read are nobody's
    /// children.
    fn everyone(&mut self, pids: &[u32]) -> Vec<Member> {
        let known = std::mem::take(&mut self.known);
        let read = |pid: &u32| known.get(pid).copied().or_else(|| self.member(*pid));
        by_parent(pids.iter().filter_map(read).collect())
    }
}

/// Whether the host reads through BPF, as far as is known: a reading that is refused costs as much as all of `/proc`.
#[cfg(feature = "bpf")]
fn reads_by_bpf(host: &Host) -> bool {
    host.bpf().is_some_and(|bpf| bpf.refusal().is_none())
}

#[cfg(not(feature = "bpf"))]
fn reads_by_bpf(_host: &Host) -> bool {
    false
}

/// Those with one parent together, in the order in which they were.
fn by_parent(mut everyone: Vec<Member>) -> Vec<Member> {
    everyone.sort_by_key(|member| member.ppid);
    everyone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(pid: u32, ppid: u32, start: u64) -> Member {
        Member { pid, ppid, start, threads: 1 }
    }

    fn family(everyone: &[Member], root: u32) -> Vec<u32> {
        let root = *everyone.iter().find(|member| member.pid == root).unwrap();
        let of = |parent: Member| {
            Some(everyone.iter().filter(|member| member.ppid == parent.pid).copied().collect())
        };
        let found = collect(root, true, of).unwrap();
        found.into_iter().map(|member| member.pid).collect()
    }

    #[test]
    fn t25_a_child_may_have_a_lower_pid_than_its_parent() {
        let everyone = [member(2, 9, 50), member(3, 2, 60), member(9, 1, 40)];
        assert_eq!(family(&everyone, 9), [2, 3]);
    }

    #[test]
    fn t26_a_process_that_is_older_than_its_parent_is_not_its_child() {
        let everyone = [member(5, 1, 100), member(6, 5, 99), member(7, 5, 100), member(8, 6, 200)];
        assert_eq!(family(&everyone, 5), [7]);
    }

    #[test]
    fn t27_a_circle_ends() {
        let everyone = [member(5, 7, 100), member(6, 5, 100), member(7, 6, 100), member(8, 8, 1)];
        assert_eq!(family(&everyone, 5), [6, 7]);
        assert_eq!(family(&everyone, 8), Vec::<u32>::new());
    }

    #[test]
    fn the_order_is_that_of_psutil() {
        let everyone = [
            member(1, 0, 1),
            member(2, 1, 2),
            member(3, 1, 3),
            member(4, 2, 4),
            member(5, 3, 5),
            member(6, 3, 6),
            member(7, 5, 7),
        ];
        assert_eq!(family(&everyone, 1), [2, 3, 5, 6, 7, 4]);
    }
}
