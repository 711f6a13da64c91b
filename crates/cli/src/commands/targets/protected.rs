//! Which processes are left alone unless that is asked for expressly.
//!
//! The first process, because the machine (or the container) ends with it; psight itself; and, of signals, the processes
//! that psight was started from: a name or a pattern fits the shell, the `sudo` or the remote login that it was typed
//! into more often than anybody expects. Whoever gives the number of such a shell means it, and gets it.

use psight::{Host, Pid, Process};

use super::Target;
use crate::commands::Failure;

/// The option that lifts it, for complaints.
const OPTION: &str = "--even-protected";

/// What is done to a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It is sent a signal, which may end it.
    Signal,
    /// A setting of it is changed.
    Setting,
}

/// The processes that are left alone.
#[derive(Debug)]
pub(crate) struct Protected {
    own: Option<Process>,
    ancestors: Vec<Process>,
}

impl Protected {
    /// Those of this machine. A captured one has neither psight nor its shell.
    pub(crate) fn of(host: &Host) -> Result<Self, Failure> {
        if host.is_captured() {
            return Ok(Self { own: None, ancestors: Vec::new() });
        }
        let own = Process::current()?;
        let ancestors = own.parents()?;
        Ok(Self { own: Some(own), ancestors })
    }

    /// Whether the pid is psight's.
    pub(crate) fn is_own(&self, pid: Pid) -> bool {
        self.own.as_ref().is_some_and(|own| own.pid() == pid)
    }

    /// Whether psight was started from the process with this pid.
    pub(crate) fn is_ancestor(&self, pid: Pid) -> bool {
        self.ancestors.iter().any(|ancestor| ancestor.pid() == pid)
    }

    /// Why `target` is left alone; `None` where it is not.
    pub(crate) fn why(&self, target: &Target, reach: Reach) -> Option<String> {
        let pid = target.pid();
        let why = if pid.as_u32() == 1 {
            "is the first process"
        } else if self.is_own(pid) {
            "is psight itself"
        } else if reach == Reach::Signal && !target.by_pid && self.is_ancestor(pid) {
            "is what psight was started from"
        } else {
            return None;
        };
        Some(format!("{} {why}, which {OPTION} would include", target.said()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(not(unix), ignore = "there are no processes to ask")]
    fn the_first_process_psight_and_where_it_comes_from_are_left_alone() {
        let host = Host::local();
        let Ok(own) = Process::current() else { return };
        let protected = Protected::of(&host).unwrap();
        let target = |process: Process, by_pid| Target { process, name: None, by_pid };
        let spared = |target: &Target, reach| protected.why(target, reach).is_some();
        assert!(spared(&target(host.process(1).unwrap(), true), Reach::Setting));
        assert!(spared(&target(own.clone(), true), Reach::Signal));
        let parent = own.parents().unwrap().into_iter().find(|parent| parent.pid().as_u32() != 1);
        let Some(parent) = parent else { return };
        assert!(spared(&target(parent.clone(), false), Reach::Signal));
        assert!(!spared(&target(parent.clone(), true), Reach::Signal));
        assert!(!spared(&target(parent, false), Reach::Setting));
    }
}
